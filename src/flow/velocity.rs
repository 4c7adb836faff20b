//! The interface of every flow: a time-dependent velocity field, evaluated in batches.

use super::Point;

/// Where a field comes from, so that a picture can say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// A network after so many training steps.
    Learned {
        /// Training steps behind the weights.
        step: u64,
    },
    /// A closed form.
    Exact,
}

/// A velocity field `v_t(x)` on the plane.
///
/// Implementations are immutable: whoever holds one may evaluate it from any thread.
pub trait VelocityField: Send + Sync {
    /// Writes `v_t(x)` for every point of `xs` into `out`, which has the same length.
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]);

    /// Like [`Self::eval`], with the divergence `div v_t(x)` of every point in `div`.
    fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]);

    /// Where the field comes from.
    fn provenance(&self) -> Provenance;
}
