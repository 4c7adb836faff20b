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

/// The matrix `dv_i / dx_j`, row by row.
pub type Jacobian = [Point; 2];

/// Half the distance of the points whose difference stands for a derivative: near the cube root of double precision.
const DIFFERENCE: f64 = 1e-5;

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

    /// Like [`Self::eval`], with the Jacobian of every point in `jacobian`: by central differences where the field does
    /// not know better, which takes four further evaluations in double precision.
    fn eval_jacobian(&self, t: f64, xs: &[Point], out: &mut [Point], jacobian: &mut [Jacobian]) {
        self.eval(t, xs, out);
        let mut probe = xs.to_vec();
        let mut ends = [vec![[0.0; 2]; xs.len()], vec![[0.0; 2]; xs.len()]];
        for axis in 0..2 {
            for (end, h) in ends.iter_mut().zip([DIFFERENCE, -DIFFERENCE]) {
                for (probe, x) in probe.iter_mut().zip(xs) {
                    *probe = *x;
                    probe[axis] += h;
                }
                self.eval(t, &probe, end);
            }
            let [after, before] = &ends;
            for ((matrix, after), before) in jacobian.iter_mut().zip(after).zip(before) {
                for (row, (after, before)) in matrix.iter_mut().zip(after.iter().zip(before)) {
                    row[axis] = (after - before) / (2.0 * DIFFERENCE);
                }
            }
        }
    }

    /// Where the field comes from.
    fn provenance(&self) -> Provenance;
}
