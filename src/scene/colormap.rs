//! Viridis, the map from chord/arc to colour, and the hues of identities.

use std::f32::consts::TAU;

use super::color::Color;

/// Coefficients of a degree 6 polynomial through viridis, per channel, lowest power first.
/// Fit by Matt Zucker (shadertoy WlfXRN, CC0); within 4 of 255 of the table by Smith and van der Walt.
const VIRIDIS: [[f32; 3]; 7] = [
    [0.277_727_33, 0.005_407_345, 0.334_099_8],
    [0.105_093_04, 1.404_613_5, 1.384_590_1],
    [-0.330_861_83, 0.214_847_56, 0.095_095_165],
    [-4.634_230_6, -5.799_101, -19.332_441],
    [6.228_27, 14.179_933, 56.690_55],
    [4.776_385, -13.745_146, -65.353_035],
    [-5.435_456, 4.645_852_6, 26.312_435],
];

/// Viridis at `x` in [0, 1], dark violet to yellow; values outside are clamped, NaN counts as 0.
pub fn viridis(x: f32) -> Color {
    let x = if x.is_nan() { 0.0 } else { x.clamp(0.0, 1.0) };
    let horner = |k: usize| VIRIDIS.iter().rev().fold(0.0, |sum, c| sum * x + c[k]);
    Color::from_unit([horner(0), horner(1), horner(2)])
}

/// The hue at the fraction `turn` of the circle, at one OKLCH lightness and chroma, so that no identity looks
/// more important than another (Ottosson 2020, <https://bottosson.github.io/posts/oklab/>).
pub fn hue(turn: f32, lightness: f32) -> Color {
    const CHROMA: f32 = 0.13;
    let (sin, cos) = (TAU * turn).sin_cos();
    let (a, b) = (CHROMA * cos, CHROMA * sin);
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let gamma = |c: f32| {
        if c <= 0.003_130_8 {
            12.92 * c
        } else {
            1.055 * c.powf(1.0 / 2.4) - 0.055
        }
    };
    Color::from_unit([
        gamma(4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s),
        gamma(-1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s),
        gamma(-0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Viridis at k/9, from the published table.
    const TABLE: [u32; 10] = [
        0x440154, 0x482878, 0x3e4a89, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c,
        0xfde725,
    ];

    #[test]
    fn viridis_matches_the_published_table() {
        for (k, rgb) in TABLE.into_iter().enumerate() {
            let (expected, got) = (
                Color::hex(rgb).to_array(),
                viridis(k as f32 / 9.0).to_array(),
            );
            let worst = expected.iter().zip(got).map(|(a, b)| a.abs_diff(b)).max();
            assert!(worst <= Some(4), "k = {k}: {expected:?} {got:?}");
        }
    }

    #[test]
    fn viridis_clamps() {
        assert_eq!(viridis(-1.0), viridis(0.0));
        assert_eq!(viridis(f32::NAN), viridis(0.0));
        assert_eq!(viridis(7.0), viridis(1.0));
    }

    #[test]
    fn hues_differ_but_are_equally_light() {
        let colors: Vec<Color> = (0..8).map(|k| hue(k as f32 / 8.0, 0.7)).collect();
        for (i, a) in colors.iter().enumerate() {
            assert!(
                (0.25..0.45).contains(&a.luminance()),
                "{i}: {}",
                a.luminance()
            );
            assert!(colors[i + 1..].iter().all(|b| a != b));
        }
    }
}
