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

    /// Writes `v_t(x)` and the score `grad log p_t(x)` of the densities that it carries the source through, and says so; a
    /// field that does not know them writes nothing. Of a wrong field the score is that of the right one.
    fn eval_score(&self, _t: f64, _xs: &[Point], _out: &mut [Point], _score: &mut [Point]) -> bool {
        false
    }

    /// Where the field comes from.
    fn provenance(&self) -> Provenance;
}
