//! The colours of a GIF: those that the scene is inked with, exactly, and those that its pictures need between them.
//!
//! Distances are Euclidean in Oklab (Ottosson 2020, <https://bottosson.github.io/posts/oklab/>), where a step in the dark
//! counts as much as the eye says it does.

use std::cmp::Ordering;

use super::Pixels;
use crate::scene::{Color, Item, Scene};

/// The index that leaves a pixel as it was. No colour has it.
pub const UNCHANGED: u8 = 255;
/// How many colours there are.
const COLORS: usize = UNCHANGED as usize;
/// Most colours that are taken from the scene as they are.
const MAX_INKS: usize = 48;
/// Rounds of moving colours to the middle of what is nearest to them (Lloyd).
const ROUNDS: usize = 4;

type Rgb = [u8; 3];
type Lab = [f32; 3];

/// The colours of a film, and which of them is nearest to any other.
pub struct Palette {
    colors: Vec<Rgb>,
    labs: Vec<Lab>,
    /// The nearest colour of each of the 2^24, as far as it has been asked for; [`UNCHANGED`] otherwise.
    nearest: Vec<u8>,
}

impl Palette {
    /// The colours for films that look like these pictures, those of `inks` among them.
    pub fn of(pictures: &[Pixels], inks: &[Color]) -> Self {
        let mut fixed: Vec<Rgb> = Vec::new();
        for ink in inks {
            let rgb = [ink.r, ink.g, ink.b];
            if fixed.len() < MAX_INKS && !fixed.contains(&rgb) {
                fixed.push(rgb);
            }
        }
        let shades = shades(pictures);
        let free = cut(shades.clone(), COLORS - fixed.len());
        let colors = settle(&shades, &fixed, free);
        Self {
            labs: colors.iter().map(|rgb| lab(rgb.map(f32::from))).collect(),
            colors,
            nearest: vec![UNCHANGED; 1 << 24],
        }
    }

    /// The colours.
    pub fn colors(&self) -> &[Rgb] {
        &self.colors
    }

    /// The table of a file: 256 times red, green and blue.
    pub(super) fn table(&self) -> Vec<u8> {
        let mut table = self.colors.concat();
        table.resize(3 * 256, 0);
        table
    }

    /// The index of the nearest colour.
    pub fn nearest(&mut self, [r, g, b]: Rgb) -> u8 {
        let place = usize::from(r) << 16 | usize::from(g) << 8 | usize::from(b);
        if self.nearest[place] == UNCHANGED {
            let of = lab([r, g, b].map(f32::from));
            self.nearest[place] = nearest(&self.labs, of) as u8;
        }
        self.nearest[place]
    }
}

/// The opaque colours that a scene is inked with, its ground first.
pub fn inks(scene: &Scene) -> Vec<Color> {
    let mut inks = vec![scene.background];
    let marks = scene.panels.iter().flat_map(|panel| {
        let groups = panel.groups.iter().flat_map(|group| group.items.iter());
        panel.backdrop.iter().chain(groups).chain(&panel.overlay)
    });
    for item in scene.around().chain(marks) {
        let ink = match item {
            Item::Points(points) => points.color,
            Item::Segments(segments) => segments.color,
            Item::Arrows(arrows) => arrows.color,
            Item::Cloud(cloud) => cloud.color,
            Item::Text(text) => text.color,
            _ => continue,
        };
        if ink.a == 255 && !inks.contains(&ink) {
            inks.push(ink);
        }
    }
    inks
}

/// Colours of pictures that are almost the same.
#[derive(Clone, Copy)]
struct Shade {
    rgb: [f32; 3],
    lab: Lab,
    /// The root of how many pixels there are, so that few in a gradient count beside the many of the ground.
    weight: f32,
}

/// Bits of a channel that colours of a shade share.
const SHARED_BITS: u32 = 6;

fn shades(pictures: &[Pixels]) -> Vec<Shade> {
    let mut sums = vec![[0_u32; 4]; 1 << (3 * SHARED_BITS)];
    let pixels = pictures
        .iter()
        .flat_map(|picture| picture.rgba.chunks_exact(4));
    for p in pixels {
        let high = |c: u8| usize::from(c) >> (8 - SHARED_BITS);
        let place = (high(p[0]) << SHARED_BITS | high(p[1])) << SHARED_BITS | high(p[2]);
        let sum = &mut sums[place];
        // Enough for four thousand million pixels of one shade, and for means.
        if sum[3] < u32::MAX / 256 {
            (0..3).for_each(|k| sum[k] += u32::from(p[k]));
            sum[3] += 1;
        }
    }
    let seen = sums.into_iter().filter(|sum| sum[3] > 0);
    seen.map(|[r, g, b, n]| {
        let rgb = [r, g, b].map(|sum| sum as f32 / n as f32);
        Shade {
            rgb,
            lab: lab(rgb),
            weight: (n as f32).sqrt(),
        }
    })
    .collect()
}

/// A box of shades, and how much would be gained by cutting it.
struct Cell {
    shades: Vec<Shade>,
    axis: usize,
    mean: f32,
    spread: f32,
}

impl Cell {
    fn of(shades: Vec<Shade>) -> Self {
        let of_axis = |axis: usize| {
            let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
            for shade in &shades {
                let (w, x) = (f64::from(shade.weight), f64::from(shade.lab[axis]));
                n += w;
                sum += w * x;
                squares += w * x * x;
            }
            (axis, sum / n, squares - sum * sum / n)
        };
        let axes = [0, 1, 2].map(of_axis);
        let widest = axes.into_iter().max_by(|a, b| a.2.total_cmp(&b.2));
        let (axis, mean, spread) = widest.unwrap_or((0, 0.0, 0.0));
        Self {
            shades,
            axis,
            mean: mean as f32,
            spread: spread as f32,
        }
    }

    fn middle(&self) -> Lab {
        middle(self.shades.iter().map(|shade| (shade.weight, shade.lab)))
    }
}

fn middle(of: impl Iterator<Item = (f32, [f32; 3])>) -> [f32; 3] {
    let (mut n, mut sum) = (0.0, [0.0; 3]);
    for (weight, x) in of {
        n += weight;
        (0..3).for_each(|k| sum[k] += weight * x[k]);
    }
    sum.map(|sum| sum / n)
}

/// Cuts the box of all shades, always the one of the largest variance, at its mean (Heckbert 1982, with variances).
fn cut(shades: Vec<Shade>, n: usize) -> Vec<Lab> {
    if shades.is_empty() {
        return Vec::new();
    }
    let mut cells = vec![Cell::of(shades)];
    while cells.len() < n {
        let by_spread = |a: &(usize, &Cell), b: &(usize, &Cell)| {
            a.1.spread
                .partial_cmp(&b.1.spread)
                .unwrap_or(Ordering::Equal)
        };
        let widest = cells.iter().enumerate().max_by(by_spread);
        let Some((place, widest)) = widest.filter(|(_, cell)| cell.shades.len() > 1) else {
            break;
        };
        let (axis, mean) = (widest.axis, widest.mean);
        let (low, high): (Vec<Shade>, Vec<Shade>) = widest
            .shades
            .iter()
            .partition(|shade| shade.lab[axis] <= mean);
        if low.is_empty() || high.is_empty() {
            break;
        }
        cells[place] = Cell::of(low);
        cells.push(Cell::of(high));
    }
    cells.iter().map(Cell::middle).collect()
}

/// Moves the free colours to the middle of the shades that are nearest to them, and rounds them to bytes.
fn settle(shades: &[Shade], fixed: &[Rgb], free: Vec<Lab>) -> Vec<Rgb> {
    let mut labs: Vec<Lab> = fixed.iter().map(|rgb| lab(rgb.map(f32::from))).collect();
    labs.extend(free);
    let mut colors = fixed.to_vec();
    for round in 0..ROUNDS {
        let mut members: Vec<Vec<Shade>> = vec![Vec::new(); labs.len()];
        for shade in shades {
            members[nearest(&labs, shade.lab)].push(*shade);
        }
        for (place, members) in members.iter().enumerate().skip(fixed.len()) {
            if members.is_empty() {
                continue;
            }
            labs[place] = middle(members.iter().map(|shade| (shade.weight, shade.lab)));
            if round + 1 == ROUNDS {
                let rgb = middle(members.iter().map(|shade| (shade.weight, shade.rgb)));
                colors.push(rgb.map(|c| c.round() as u8));
            }
        }
    }
    colors
}

fn nearest(labs: &[Lab], of: Lab) -> usize {
    let (mut best, mut least) = (0, f32::INFINITY);
    for (place, lab) in labs.iter().enumerate() {
        let distance: f32 = (0..3).map(|k| (lab[k] - of[k]).powi(2)).sum();
        if distance < least {
            (best, least) = (place, distance);
        }
    }
    best
}

/// Oklab of sRGB channels from 0 to 255.
fn lab(rgb: [f32; 3]) -> Lab {
    let [r, g, b] = rgb.map(|c| {
        let c = c / 255.0;
        match c <= 0.040_45 {
            true => c / 12.92,
            false => ((c + 0.055) / 1.055).powf(2.4),
        }
    });
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dark gradient of 120 shades under a ground of the dark theme.
    fn gradient() -> Pixels {
        let ground = std::iter::repeat_n([0x14, 0x16, 0x1b, 255], 20_000);
        let shades =
            (0..120_u8).flat_map(|k| std::iter::repeat_n([20 + k / 2, 22 + k, 27 + k, 255], 30));
        let rgba: Vec<u8> = ground.chain(shades).flatten().collect();
        Pixels {
            size: [rgba.len() / 4, 1],
            rgba,
        }
    }

    #[test]
    fn inks_are_kept_and_few_dark_shades_do_not_fall_together() {
        let ink = Color::hex(0xfedcba);
        let mut palette = Palette::of(&[gradient()], &[Color::hex(0x14161b), ink]);
        assert!(palette.colors().len() <= COLORS);
        let at = palette.nearest([0xfe, 0xdc, 0xba]);
        assert_eq!(palette.colors()[usize::from(at)], [0xfe, 0xdc, 0xba]);
        let mut kept: Vec<u8> = (0..120_u8)
            .map(|k| palette.nearest([20 + k / 2, 22 + k, 27 + k]))
            .collect();
        kept.dedup();
        // Shades whose bytes share all but two bits may fall together.
        assert!(kept.len() >= 40, "{}", kept.len());
    }

    #[test]
    fn the_table_agrees_with_a_search_through_all_colours() {
        let mut palette = Palette::of(&[gradient()], &[Color::hex(0xb08cff)]);
        for k in 0..500_u32 {
            let rgb = [k * 7 % 256, k * 31 % 256, k * 101 % 256].map(|c| c as u8);
            let to = |c: &Rgb| {
                let (a, b) = (lab(c.map(f32::from)), lab(rgb.map(f32::from)));
                (0..3).map(|k| (a[k] - b[k]).powi(2)).sum::<f32>()
            };
            let found = palette.nearest(rgb);
            let best = palette
                .colors()
                .iter()
                .map(to)
                .fold(f32::INFINITY, f32::min);
            assert_eq!(to(&palette.colors()[usize::from(found)]), best);
            assert_eq!(palette.nearest(rgb), found);
        }
    }

    #[test]
    fn white_is_as_light_as_it_gets_and_grey_has_no_hue() {
        let [l, a, b] = lab([255.0; 3]);
        assert!((l - 1.0).abs() < 1e-5 && a.abs() < 1e-4 && b.abs() < 1e-4);
        // Ottosson's table: sRGB red.
        let red = lab([255.0, 0.0, 0.0]);
        let known = [0.627_96, 0.224_86, 0.125_85];
        assert!((0..3).all(|k| (red[k] - known[k]).abs() < 1e-4), "{red:?}");
    }
}
