//! By which steps points are encoded: chosen for the field, so that `log p_1` is good enough.
//!
//! A few points are carried with long and with half as long steps; the steps are short where the two differ. Then all
//! steps are halved until that changes next to nothing. Refuses to know who chose the points.

use super::{Divergence, Encoded, March, State, encode};
use crate::flow::moments::Moments;
use crate::flow::reference::halved;
use crate::flow::{Point, VelocityField};

/// How much `int div v dt` may change when the steps are halved, in nats, root mean square; and where a point comes from,
/// as a share of the spread of the points.
pub const TOLERANCE: f64 = 1e-4;
/// Most steps. A field that asks for more is measured with these, and the error says so.
const MAX_STEPS: usize = 512;
/// What one step may be off while times are chosen.
const STEP_TOLERANCE: f64 = 2e-5;
/// The first guess: this many steps of one length.
const FIRST_STEPS: usize = 16;

/// The steps by which points are encoded, from the flow's last time to its first.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodingSteps {
    /// Ends of the steps, falling.
    pub times: Vec<f64>,
    /// How much `log p_1` of the points for which they were chosen has changed when the steps were halved, in nats, root
    /// mean square: about sixteen times the error where the field is smooth.
    pub error: f64,
}

impl EncodingSteps {
    /// Chooses them for some points of the flow's end.
    pub async fn choose(field: &dyn VelocityField, range: (f64, f64), points: &[Point]) -> Self {
        let encoded = |times: Vec<f64>| async move {
            let encoded = encode(field, Divergence::Exact, &times, points).await;
            (times, encoded)
        };
        let scale = Moments::of(points).spread();
        let (mut coarse, mut before) = encoded(adapted(field, range, points, scale).await).await;
        loop {
            let (fine, after) = encoded(halved(&coarse)).await;
            let off = |a: &[f64], b: &[f64]| rms(a.iter().zip(b).map(|(a, b)| a - b));
            let parts = |encoded: &[Encoded], part: fn(&Encoded) -> f64| -> Vec<f64> {
                encoded.iter().map(part).collect()
            };
            let change =
                |part: fn(&Encoded) -> f64| off(&parts(&before, part), &parts(&after, part));
            let error = change(|e| e.divergence);
            let moved = change(|e| e.x_0[0]).hypot(change(|e| e.x_0[1])) / scale;
            if error.max(moved) <= TOLERANCE || 2 * (fine.len() - 1) > MAX_STEPS {
                return Self { times: fine, error };
            }
            (coarse, before) = (fine, after);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.times.len().saturating_sub(1)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Times between which one step and two half steps agree; equal steps, as many as allowed, for a field that asks for more.
async fn adapted(
    field: &dyn VelocityField,
    (first, last): (f64, f64),
    points: &[Point],
    scale: f64,
) -> Vec<f64> {
    let most = MAX_STEPS / 2;
    let mut march = March::new(field, Divergence::Exact, points);
    let (mut t, mut h) = (last, (first - last) / FIRST_STEPS as f64);
    let mut times = vec![t];
    for _ in 0..most {
        let is_last = h.abs() >= (t - first).abs();
        if is_last {
            h = first - t;
        }
        let start = march.at.clone();
        march.step(t, h).await;
        let whole = std::mem::replace(&mut march.at, start.clone());
        march.step(t, 0.5 * h).await;
        march.step(t + 0.5 * h, 0.5 * h).await;
        let error = distance(&whole, &march.at, scale);
        if error <= STEP_TOLERANCE {
            t = if is_last { first } else { t + h };
            times.push(t);
        } else {
            march.at = start;
        }
        if t == first {
            return times;
        }
        let factor = 0.9 * (STEP_TOLERANCE / error).powf(0.2);
        h *= match factor.is_nan() {
            true => 0.2,
            false => factor.clamp(0.2, 4.0),
        };
    }
    let time = |i| last + (first - last) * i as f64 / most as f64;
    (0..=most).map(time).collect()
}

/// How far two solutions are apart: in nats, or in units of `scale`.
fn distance(a: &[State], b: &[State], scale: f64) -> f64 {
    let part = |i: usize| rms(a.iter().zip(b).map(move |(a, b)| a[i] - b[i]));
    (part(0).hypot(part(1)) / scale).max(part(2))
}

/// Root mean square.
fn rms(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len().max(1) as f64;
    (values.map(|x| x * x).sum::<f64>() / n).sqrt()
}
