//! The colours of the lanes: six that stay theirs in every chart, table and header.
//!
//! Neither purple nor green, which are source and target. Hue alone cannot tell six lines apart for everybody, so they
//! also differ in lightness: they were chosen by search for the largest least distance (OKLab) of any two, as they are
//! seen with and without each kind of colour blindness.

use super::Color;

/// On the dark ground: blue, orange, pale blue, red, pale yellow, grey.
const DARK: [Color; 6] = [
    Color::hex(0x0093e8),
    Color::hex(0xf1ad6e),
    Color::hex(0xa9e2f7),
    Color::hex(0xff5044),
    Color::hex(0xfaf094),
    Color::hex(0x928e92),
];

/// On the light ground and on paper: the same families.
const LIGHT: [Color; 6] = [
    Color::hex(0x004c94),
    Color::hex(0x743d00),
    Color::hex(0x0296c9),
    Color::hex(0xb44d65),
    Color::hex(0xa38900),
    Color::hex(0x1e272e),
];

/// The colour of the lane at place `index`, for a dark ground or for a light one; after the sixth they begin again.
pub fn lane_color(index: usize, dark: bool) -> Color {
    let colors = if dark { DARK } else { LIGHT };
    colors[index % colors.len()]
}

#[cfg(test)]
mod tests {
    use super::super::class_color;
    use super::*;
    use crate::experiment::MAX_LANES;
    use crate::flow::distribution::CLASSES;
    use crate::scene::Style;

    /// What linear RGB becomes for an eye without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1).
    const SIGHTS: [(&str, [[f32; 3]; 3]); 4] = [
        (
            "all cones",
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        ),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    fn linear(c: u8) -> f32 {
        let c = f32::from(c) / 255.0;
        if c <= 0.040_45 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    }

    fn times(rows: &[[f32; 3]; 3], v: [f32; 3]) -> [f32; 3] {
        rows.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
    }

    /// The colour in OKLab (Ottosson 2020) as it is seen.
    fn seen(color: Color, sight: &[[f32; 3]; 3]) -> [f32; 3] {
        const TO_CONES: [[f32; 3]; 3] = [
            [0.412_221_47, 0.536_332_55, 0.051_445_995],
            [0.211_903_5, 0.680_699_5, 0.107_396_96],
            [0.088_302_46, 0.281_718_85, 0.629_978_7],
        ];
        const TO_LAB: [[f32; 3]; 3] = [
            [0.210_454_26, 0.793_617_8, -0.004_072_047],
            [1.977_998_5, -2.428_592_2, 0.450_593_7],
            [0.025_904_037, 0.782_771_77, -0.808_675_77],
        ];
        let rgb = [color.r, color.g, color.b].map(linear);
        let rgb = times(sight, rgb).map(|c| c.clamp(0.0, 1.0));
        times(&TO_LAB, times(&TO_CONES, rgb).map(f32::cbrt))
    }

    fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
        (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f32>().sqrt()
    }

    #[test]
    fn every_lane_has_a_colour_that_nobody_takes_for_anothers() {
        for dark in [true, false] {
            for (sight, rows) in &SIGHTS {
                for i in 0..MAX_LANES {
                    for j in 0..i {
                        let [a, b] = [i, j].map(|k| seen(lane_color(k, dark), rows));
                        let apart = distance(a, b);
                        assert!(
                            apart > 0.1,
                            "{sight}, dark {dark}: {i} and {j} are {apart:.3} apart"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn every_class_has_a_colour_that_nobody_takes_for_anothers() {
        for style in [Style::Dark, Style::Light, Style::Paper] {
            let theme = style.theme();
            let color = |class| class_color(class, theme.is_dark()).unwrap();
            for i in 1..=CLASSES {
                for (sight, rows) in &SIGHTS {
                    for j in 1..i {
                        let apart = distance(seen(color(i), rows), seen(color(j), rows));
                        assert!(
                            apart > 0.1,
                            "{sight}, {style:?}: {i} and {j} are {apart:.3} apart"
                        );
                    }
                }
                assert!(
                    color(i).contrast(theme.background) >= 3.0,
                    "{style:?} class {i}"
                );
                let target = seen(theme.target, &SIGHTS[0].1);
                assert!(
                    distance(seen(color(i), &SIGHTS[0].1), target) > 0.1,
                    "{style:?} class {i}"
                );
            }
            assert_eq!(class_color(0, theme.is_dark()), None);
        }
    }

    #[test]
    fn a_lane_is_neither_source_nor_target_and_shows_on_every_ground() {
        for (dark, style, least) in [
            (true, Style::Dark, 4.5),
            (false, Style::Light, 3.0),
            (false, Style::Paper, 3.0),
        ] {
            let theme = style.theme();
            for i in 0..MAX_LANES {
                let color = lane_color(i, dark);
                for ground in [theme.background, theme.panel, theme.card] {
                    let ratio = color.contrast(ground);
                    assert!(ratio >= least, "{style:?} lane {i}: {ratio:.2}");
                }
                for taken in [theme.source, theme.target] {
                    let apart = distance(seen(color, &SIGHTS[0].1), seen(taken, &SIGHTS[0].1));
                    assert!(
                        apart > 0.12,
                        "{style:?} lane {i}: {apart:.3} from {taken:?}"
                    );
                }
            }
        }
    }
}
