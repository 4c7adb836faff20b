//! Any mixtures at speed: [`Marginal::evaluate`], its definition, on vectors.

use pulp::{Arch, Simd, WithSimd};

use super::mixture::MovingGaussian;
use super::simd::{PAD, exp, vectors};
use super::{ExactPoint, Marginal};
use crate::flow::Point;

/// Numbers that a pair has.
const COLUMNS: usize = 17;
/// Sums over the pairs.
const SUMS: usize = 9;

/// The pairs of a marginal as columns.
pub struct General {
    columns: [Vec<f64>; COLUMNS],
    arch: Arch,
}

impl General {
    /// The same marginal.
    pub fn new(marginal: &Marginal) -> Self {
        let whole = marginal.pairs.len().next_multiple_of(PAD);
        let mut columns: [Vec<f64>; COLUMNS] = std::array::from_fn(|_| Vec::with_capacity(whole));
        for pair in &marginal.pairs {
            for (column, value) in columns.iter_mut().zip(numbers(pair)) {
                column.push(value);
            }
        }
        for (i, column) in columns.iter_mut().enumerate() {
            // Padding has no weight.
            column.resize(whole, if i == 0 { -1e300 } else { 0.0 });
        }
        let arch = Arch::new();
        Self { columns, arch }
    }

    /// All that is known at every point, into `out`.
    pub fn evaluate(&self, xs: &[Point], out: &mut [ExactPoint]) {
        let mut scratch = vec![0.0; self.columns[0].len()];
        for (&x, out) in xs.iter().zip(out) {
            let (log_scale, sums) = self.arch.dispatch(Total {
                columns: &self.columns,
                x,
                scratch: &mut scratch,
            });
            *out = finish(log_scale, sums);
        }
    }
}

fn numbers(pair: &MovingGaussian) -> [f64; COLUMNS] {
    let [m_x, m_y] = pair.mean;
    let [u_x, u_y] = pair.d_mean;
    let [p_xx, p_xy, p_yy] = pair.precision;
    let [d_xx, d_xy, d_yy] = pair.drift;
    let [a_x, a_y] = pair.target_mean;
    let [t_xx, t_xy, t_yy] = pair.target_cov;
    [
        pair.log_peak,
        m_x,
        m_y,
        p_xx,
        p_xy,
        p_yy,
        u_x,
        u_y,
        d_xx,
        d_xy,
        d_yy,
        pair.divergence,
        a_x,
        a_y,
        t_xx,
        t_xy,
        t_yy,
    ]
}

fn finish(log_scale: f64, sums: [f64; SUMS]) -> ExactPoint {
    let mass = sums[0];
    let [s_x, s_y, u_x, u_y, a_x, a_y, divergence, along] =
        std::array::from_fn(|i| sums[i + 1] / mass);
    ExactPoint {
        log_density: log_scale + mass.ln(),
        score: [s_x, s_y],
        velocity: [u_x, u_y],
        divergence: divergence + along - (s_x * u_x + s_y * u_y),
        denoiser: [a_x, a_y],
    }
}

/// A symmetric matrix times a vector.
#[inline(always)]
fn times<S: Simd>(simd: S, [xx, xy, yy]: [S::f64s; 3], v: [S::f64s; 2]) -> [S::f64s; 2] {
    [
        simd.mul_add_e_f64s(xx, v[0], simd.mul_f64s(xy, v[1])),
        simd.mul_add_e_f64s(xy, v[0], simd.mul_f64s(yy, v[1])),
    ]
}

struct Total<'a> {
    columns: &'a [Vec<f64>; COLUMNS],
    x: Point,
    scratch: &'a mut [f64],
}

impl WithSimd for Total<'_> {
    type Output = (f64, [f64; SUMS]);

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let n = vectors::<S>(&self.columns[0]).len();
        let columns: [&[S::f64s]; COLUMNS] =
            std::array::from_fn(|i| &vectors::<S>(&self.columns[i])[..n]);
        let exponents = &mut S::as_mut_simd_f64s(self.scratch).0[..n];
        let [
            log_peak,
            m_x,
            m_y,
            p_xx,
            p_xy,
            p_yy,
            u_x,
            u_y,
            d_xx,
            d_xy,
            d_yy,
            div,
            a_x,
            a_y,
            t_xx,
            t_xy,
            t_yy,
        ] = columns;
        let [x, y] = self.x.map(|c| simd.splat_f64s(c));
        let minus_half = simd.splat_f64s(-0.5);
        let mut largest = simd.splat_f64s(f64::NEG_INFINITY);
        for k in 0..n {
            let way = [simd.sub_f64s(m_x[k], x), simd.sub_f64s(m_y[k], y)];
            let s = times::<S>(simd, [p_xx[k], p_xy[k], p_yy[k]], way);
            let square = simd.mul_add_e_f64s(way[0], s[0], simd.mul_f64s(way[1], s[1]));
            exponents[k] = simd.mul_add_e_f64s(square, minus_half, log_peak[k]);
            largest = simd.max_f64s(largest, exponents[k]);
        }
        let log_scale = simd.reduce_max_f64s(largest);
        let scale = simd.splat_f64s(log_scale);
        let mut sums = [simd.splat_f64s(0.0); SUMS];
        for k in 0..n {
            let w = exp(simd, simd.sub_f64s(exponents[k], scale));
            let way = [simd.sub_f64s(m_x[k], x), simd.sub_f64s(m_y[k], y)];
            let s = times::<S>(simd, [p_xx[k], p_xy[k], p_yy[k]], way);
            let pull = times::<S>(simd, [d_xx[k], d_xy[k], d_yy[k]], s);
            let u = [
                simd.sub_f64s(u_x[k], pull[0]),
                simd.sub_f64s(u_y[k], pull[1]),
            ];
            let pull = times::<S>(simd, [t_xx[k], t_xy[k], t_yy[k]], s);
            let a = [
                simd.sub_f64s(a_x[k], pull[0]),
                simd.sub_f64s(a_y[k], pull[1]),
            ];
            let along = simd.mul_add_e_f64s(s[0], u[0], simd.mul_f64s(s[1], u[1]));
            let one = simd.splat_f64s(1.0);
            let values = [one, s[0], s[1], u[0], u[1], a[0], a[1], div[k], along];
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum = simd.mul_add_e_f64s(w, value, *sum);
            }
        }
        (log_scale, sums.map(|sum| simd.reduce_sum_f64s(sum)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::exact::{Component, ExactField};
    use crate::flow::path::Path;

    #[test]
    fn it_is_the_definition() {
        let component = |i: u8| {
            let i = f64::from(i);
            Component {
                weight: 1.0 + i,
                mean: [3.0 * i.sin(), 2.0 * (1.3 * i).cos()],
                cov: [0.2 + 0.05 * i, 0.1 * i.sin(), 0.3],
            }
        };
        let mixture = |n| (0..n).map(component).collect::<Vec<_>>();
        for path in [Path::CondOt { sigma_min: 0.0 }, Path::Cosine] {
            let field = ExactField::new(path, mixture(3), mixture(7))
                .unwrap()
                .with_noise(0.1);
            for t in [0.0, 0.4, 1.0] {
                let marginal = field.at(t);
                let xs: Vec<Point> = (0..50)
                    .map(|i| [0.4 * f64::from(i) - 10.0, f64::from(i % 7) - 3.0])
                    .collect();
                let mut found = vec![ExactPoint::default(); xs.len()];
                General::new(&marginal).evaluate(&xs, &mut found);
                for (&x, found) in xs.iter().zip(&found) {
                    let e = marginal.evaluate(x);
                    let flat = |p: &ExactPoint| {
                        [
                            p.log_density,
                            p.divergence,
                            p.score[0],
                            p.score[1],
                            p.velocity[0],
                            p.velocity[1],
                            p.denoiser[0],
                            p.denoiser[1],
                        ]
                    };
                    for (a, b) in flat(found).into_iter().zip(flat(&e)) {
                        let scale = 1.0 + b.abs() + e.log_density.abs();
                        assert!((a - b).abs() < 1e-12 * scale, "{x:?}: {found:?} {e:?}");
                    }
                }
            }
        }
    }
}
