//! How large the arrows of a step are drawn, and how much larger than it is what the step changes: round factors, so
//! that the legend can say them.

use crate::flow::Point;
use crate::snapshot::StepPreview;

/// The longest arrow takes at most this share of the extent of the pairs.
const LONGEST: f64 = 0.25;
/// The largest change is drawn at most as long as this share of the fastest arrow.
const CHANGE: f64 = 0.6;

/// Data units that an arrow has for each unit of velocity: a round number, at most 1, the same however near one looks.
pub(super) fn arrow_length(step: &StepPreview) -> f64 {
    let velocities = step
        .pairs
        .iter()
        .flat_map(|pair| [pair.target, pair.prediction]);
    let longest = velocities.map(norm).fold(0.0, f64::max);
    let ends = || step.pairs.iter().flat_map(|pair| [pair.x_0, pair.x_1]);
    let extent = |axis: usize| {
        let least = ends().map(|x| x[axis]).fold(f64::INFINITY, f64::min);
        let most = ends().map(|x| x[axis]).fold(f64::NEG_INFINITY, f64::max);
        most - least
    };
    round_down(LONGEST * extent(0).max(extent(1)) / longest).min(1.0)
}

/// How many times as large as it is the change of a step that was taken is drawn: a round number, at least 1.
pub fn magnification(step: &StepPreview) -> f64 {
    let Some(taken) = &step.taken else {
        return 1.0;
    };
    let (before, after) = (&step.field.velocities, &taken.field.velocities);
    let fastest = before.iter().copied().map(norm).fold(0.0, f64::max);
    let change = |(a, b): (&Point, &Point)| norm([b[0] - a[0], b[1] - a[1]]);
    let largest = before.iter().zip(after).map(change).fold(0.0, f64::max);
    round_down(CHANGE * fastest / largest).max(1.0)
}

/// The largest of 1, 2, 3, 4, 5 and 7 times a power of ten that is not above x; 1 if x is not a positive number.
pub(in crate::scene) fn round_down(x: f64) -> f64 {
    if !(x.is_finite() && x > 0.0) {
        return 1.0;
    }
    let power = 10f64.powf(x.log10().floor());
    let factors = [7.0, 5.0, 4.0, 3.0, 2.0, 1.0].map(|factor| factor * power);
    let found = factors
        .into_iter()
        .find(|factor| *factor <= x * (1.0 + 1e-9));
    found.unwrap_or(power)
}

/// A round factor in words.
pub(in crate::scene) fn factor(x: f64) -> String {
    match x {
        x if x >= 1.0 => format!("{x:.0}"),
        x => format!("{x:.*}", (-x.log10()).ceil().max(1.0) as usize),
    }
}

fn norm([x, y]: Point) -> f64 {
    x.hypot(y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_round_and_not_above_what_there_is_room_for() {
        let pairs = [
            (0.39, 0.3),
            (0.5, 0.5),
            (19.9, 10.0),
            (20.0, 20.0),
            (1234.0, 1000.0),
        ];
        for (x, round) in pairs {
            assert!(
                (round_down(x) / round - 1.0).abs() < 1e-9,
                "{x}: {}",
                round_down(x)
            );
        }
        for none in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            assert_eq!(round_down(none), 1.0);
        }
    }

    #[test]
    fn factors_read_as_they_are() {
        let texts = [0.05, 0.2, 1.0, 500.0].map(factor);
        assert_eq!(texts, ["0.05", "0.2", "1", "500"]);
    }
}
