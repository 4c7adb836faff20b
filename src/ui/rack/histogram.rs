//! How straight the shown trajectories are: a histogram of what their colour means, in the colours of the canvas.

use std::sync::Arc;

use egui::{Align2, FontId, Rect, Sense, Ui, Vec2, pos2};

use crate::experiment::{TrajectoryColor, View};
use crate::products::{Followed, Made, Measures};
use crate::scene::colormap::viridis;
use crate::scene::metrics::significant;
use crate::scene::{Color, Ramp, Scales};
use crate::snapshot::Frame;

use super::super::panels::widgets::card;
use super::super::theme::ink;
use super::Sight;

/// Bins from 0 to the end of the scale; what lies beyond it is in the last one.
const N_BINS: usize = 28;
/// Height of the highest bar, in points.
const HEIGHT: f32 = 56.0;

/// What was counted.
#[derive(Clone)]
enum Counted {
    /// The chord ratios of all that is followed.
    Followed(Arc<Made<Followed>>),
    /// What the colour asks for.
    Measures(Arc<Made<Measures>>),
}

impl Counted {
    /// What the frame has of the view's colour; the chord ratios where a colour is no number.
    fn of(frame: &Frame, color: TrajectoryColor) -> Option<Self> {
        let products = &frame.products;
        let stepwise = color.is_stepwise();
        let measures = products
            .measures
            .get()
            .filter(|measures| stepwise && measures.measure == color);
        match measures {
            Some(measures) => Some(Self::Measures(Arc::clone(measures))),
            None => products
                .trajectories
                .get()
                .map(Arc::clone)
                .map(Self::Followed),
        }
    }

    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Followed(a), Self::Followed(b)) => Arc::ptr_eq(a, b),
            (Self::Measures(a), Self::Measures(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    fn values(&self) -> &[f64] {
        match self {
            Self::Followed(followed) => &followed.chord_ratios,
            Self::Measures(measures) => &measures.values,
        }
    }

    fn color(&self) -> TrajectoryColor {
        match self {
            Self::Followed(_) => TrajectoryColor::ChordRatio,
            Self::Measures(measures) => measures.measure,
        }
    }
}

/// The counts of the last picture.
#[derive(Default)]
pub struct Histogram {
    counted: Option<(Counted, Ramp)>,
    counts: [u32; N_BINS],
    mean: f64,
}

impl Histogram {
    fn update(&mut self, frame: &Frame, view: &View, scales: &Scales) {
        let counted = Counted::of(frame, view.color).and_then(|counted| {
            let mut view = view.clone();
            view.color = counted.color();
            let ramp = Ramp::of(&view, frame, scales)?;
            Some((counted, ramp))
        });
        let same = match (&self.counted, &counted) {
            (Some((old, before)), Some((new, now))) => old.same(new) && before == now,
            (None, None) => true,
            _ => false,
        };
        if same {
            return;
        }
        (self.counts, self.mean) = match &counted {
            Some((counted, ramp)) => count(counted.values(), ramp),
            None => ([0; N_BINS], f64::NAN),
        };
        self.counted = counted;
    }

    fn color(&self) -> TrajectoryColor {
        let counted = self.counted.as_ref();
        counted.map_or(TrajectoryColor::ChordRatio, |(counted, _)| counted.color())
    }
}

/// What is counted, in a few words, and what it says of a trajectory.
fn words(color: TrajectoryColor) -> (&'static str, &'static str) {
    match color {
        TrajectoryColor::ChordRatio | TrajectoryColor::Identity => (
            "chord / arc",
            "|Z₁ − Z₀| / arc length of the trajectories on the canvas; 1 is a straight line.",
        ),
        TrajectoryColor::Curvature => (
            "turning",
            "∫ |κ| ds of the trajectories on the canvas, the angle in radians that each turns through; 0 is a straight line.",
        ),
        TrajectoryColor::LocalS => (
            "S",
            "∫ |(Z₁ − Z₀) − v|² dt of the trajectories on the canvas; 0 is a straight line at constant speed.",
        ),
        TrajectoryColor::Speed => (
            "sd of speed",
            "Standard deviation over t of the speed of each trajectory on the canvas; 0 is constant speed.",
        ),
    }
}

/// The histogram of the newest picture of the selected lane, with the scale of all.
pub fn histogram_ui(ui: &mut Ui, histogram: &mut Histogram, sight: Sight<'_>) {
    let Sight {
        theme, frame, lab, ..
    } = sight;
    let scales = Scales::of(sight.frames.iter().map(Arc::as_ref));
    histogram.update(frame, &lab.editor.experiment().view, &scales);
    let (name, meaning) = words(histogram.color());
    card(theme).show(ui, |ui| {
        let size = Vec2::new(ui.available_width(), HEIGHT + 18.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let plot = rect.with_max_y(rect.top() + HEIGHT);
        bars(ui, &histogram.counts, plot, viridis);
        let total: u32 = histogram.counts.iter().sum();
        let caption = match total {
            0 => name.to_owned(),
            n => format!("{name} of {n} paths"),
        };
        let end = histogram.counted.as_ref().map(|(_, ramp)| ramp.end());
        let font = FontId::proportional(11.0);
        let (painter, muted) = (ui.painter(), ink(theme.muted));
        let places = [
            (rect.left(), Align2::LEFT_BOTTOM, "0".to_owned()),
            (rect.center().x, Align2::CENTER_BOTTOM, caption),
            (
                rect.right(),
                Align2::RIGHT_BOTTOM,
                end.unwrap_or("1".to_owned()),
            ),
        ];
        for (x, align, text) in places {
            painter.text(pos2(x, rect.bottom()), align, text, font.clone(), muted);
        }
        let mean = match histogram.color() {
            TrajectoryColor::ChordRatio => format!("{:.3}", histogram.mean),
            _ => significant(histogram.mean),
        };
        let said = match name {
            "chord / arc" => "Histogram of chord over arc".to_owned(),
            other => format!("Histogram of {other}"),
        };
        let text = format!("{meaning} Their mean is {mean}.");
        response.on_hover_text(text).accessible_name(&said);
    });
}

/// A bar for each count, the highest as high as the box, in the colour of its middle's share of the width.
pub fn bars(ui: &Ui, counts: &[u32], rect: Rect, color: impl Fn(f32) -> Color) {
    let highest = counts.iter().copied().max().unwrap_or(0).max(1) as f32;
    let width = rect.width() / counts.len().max(1) as f32;
    for (i, &n) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
        let left = rect.left() + i as f32 * width;
        let height = (rect.height() * n as f32 / highest).max(1.5);
        let bar = Rect::from_min_max(
            pos2(left + 0.5, rect.bottom() - height),
            pos2(left + width - 0.5, rect.bottom()),
        );
        let share = (i as f32 + 0.5) / counts.len() as f32;
        ui.painter().rect_filled(bar, 1.0, ink(color(share)));
    }
}

/// Counts per bin and the mean of the finite values.
fn count(values: &[f64], ramp: &Ramp) -> ([u32; N_BINS], f64) {
    let mut counts = [0; N_BINS];
    let (mut sum, mut n) = (0.0, 0_u32);
    for &value in values.iter().filter(|value| value.is_finite()) {
        let bin = (f64::from(ramp.share(value)) * N_BINS as f64) as usize;
        counts[bin.min(N_BINS - 1)] += 1;
        sum += value;
        n += 1;
    }
    (counts, if n > 0 { sum / f64::from(n) } else { f64::NAN })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_ratio_is_counted_once() {
        let ramp = Ramp {
            color: TrajectoryColor::ChordRatio,
            top: 1.0,
        };
        let (counts, mean) = count(&[0.0, 0.5, 1.0, 1.0, f64::NAN], &ramp);
        assert_eq!(counts.iter().sum::<u32>(), 4);
        assert_eq!(
            (counts[0], counts[N_BINS / 2], counts[N_BINS - 1]),
            (1, 1, 2)
        );
        assert_eq!(mean, 0.625);
    }

    #[test]
    fn what_lies_beyond_the_scale_is_in_the_last_bin() {
        let ramp = Ramp {
            color: TrajectoryColor::LocalS,
            top: 2.0,
        };
        let (counts, mean) = count(&[0.0, 1.0, 7.0], &ramp);
        assert_eq!(
            (counts[0], counts[N_BINS / 2], counts[N_BINS - 1]),
            (1, 1, 1)
        );
        assert!((mean - 8.0 / 3.0).abs() < 1e-12);
    }
}
