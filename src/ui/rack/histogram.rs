//! How straight the shown trajectories are: a histogram of chord over arc, in the colours of the canvas.

use std::sync::Arc;

use egui::{Align2, FontId, Rect, Sense, Ui, Vec2, pos2};

use crate::products::{Followed, Made};
use crate::scene::colormap::viridis;
use crate::scene::metrics::table::CHORD_RATIO;
use crate::scene::theme::Theme;

use super::super::panels::widgets::card;
use super::super::theme::ink;

/// Bins over [0, 1].
const N_BINS: usize = 28;
/// Height of the highest bar, in points.
const HEIGHT: f32 = 56.0;

/// The counts of the last picture.
#[derive(Default)]
pub struct Histogram {
    picture: Option<Arc<Made<Followed>>>,
    counts: [u32; N_BINS],
    mean: f64,
}

impl Histogram {
    fn update(&mut self, picture: Option<&Arc<Made<Followed>>>) {
        let same = match (&self.picture, picture) {
            (Some(old), Some(new)) => Arc::ptr_eq(old, new),
            (None, None) => true,
            _ => false,
        };
        if same {
            return;
        }
        self.picture = picture.cloned();
        let ratios = picture.map_or(&[] as &[f64], |p| &p.chord_ratios);
        (self.counts, self.mean) = count(ratios);
    }
}

/// The histogram of the newest picture.
pub fn histogram_ui(
    ui: &mut Ui,
    theme: &Theme,
    histogram: &mut Histogram,
    picture: Option<&Arc<Made<Followed>>>,
) {
    histogram.update(picture);
    card(theme).show(ui, |ui| {
        let size = Vec2::new(ui.available_width(), HEIGHT + 18.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        bars(ui, histogram, rect);
        let total: u32 = histogram.counts.iter().sum();
        let caption = match total {
            0 => CHORD_RATIO.label.to_owned(),
            n => format!("{} of {n} paths", CHORD_RATIO.label),
        };
        let font = FontId::proportional(11.0);
        let (painter, muted) = (ui.painter(), ink(theme.muted));
        let bottom = rect.bottom();
        painter.text(pos2(rect.left(), bottom), Align2::LEFT_BOTTOM, "0", font.clone(), muted);
        painter.text(pos2(rect.center().x, bottom), Align2::CENTER_BOTTOM, caption, font.clone(), muted);
        painter.text(pos2(rect.right(), bottom), Align2::RIGHT_BOTTOM, "1", font, muted);
        let text = format!(
            "|Z₁ − Z₀| / arc length of the trajectories on the canvas; 1 is a straight line. Their mean is {:.3}.",
            histogram.mean
        );
        response.on_hover_text(text).accessible_name("Histogram of chord over arc");
    });
}

fn bars(ui: &Ui, histogram: &Histogram, rect: Rect) {
    let highest = histogram.counts.iter().copied().max().unwrap_or(0).max(1) as f32;
    let width = rect.width() / N_BINS as f32;
    for (i, &n) in histogram.counts.iter().enumerate().filter(|(_, n)| **n > 0) {
        let left = rect.left() + i as f32 * width;
        let height = (HEIGHT * n as f32 / highest).max(1.5);
        let base = rect.top() + HEIGHT;
        let bar = Rect::from_min_max(
            pos2(left + 0.5, base - height),
            pos2(left + width - 0.5, base),
        );
        let color = viridis((i as f32 + 0.5) / N_BINS as f32);
        ui.painter().rect_filled(bar, 1.0, ink(color));
    }
}

/// Counts per bin and the mean of the finite ratios.
fn count(ratios: &[f64]) -> ([u32; N_BINS], f64) {
    let mut counts = [0; N_BINS];
    let (mut sum, mut n) = (0.0, 0_u32);
    for ratio in ratios.iter().filter(|ratio| ratio.is_finite()) {
        let bin = (ratio.clamp(0.0, 1.0) * N_BINS as f64) as usize;
        counts[bin.min(N_BINS - 1)] += 1;
        sum += ratio;
        n += 1;
    }
    (counts, if n > 0 { sum / f64::from(n) } else { f64::NAN })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_ratio_is_counted_once() {
        let (counts, mean) = count(&[0.0, 0.5, 1.0, 1.0, f64::NAN]);
        assert_eq!(counts.iter().sum::<u32>(), 4);
        assert_eq!(
            (counts[0], counts[N_BINS / 2], counts[N_BINS - 1]),
            (1, 1, 2)
        );
        assert_eq!(mean, 0.625);
    }
}
