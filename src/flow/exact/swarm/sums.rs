//! The sums over a list of moving points at one place.

use pulp::{Simd, WithSimd};

use crate::flow::Point;
use crate::flow::exact::columns::Columns;
use crate::flow::exact::simd::{exp, vectors};

/// Sums over weighted pairs.
#[derive(Clone, Copy, Debug)]
pub struct Total {
    /// The weights have been divided by `exp(log_scale)`.
    pub log_scale: f64,
    /// Of the weights.
    pub mass: f64,
    /// Of the way d from x to the pair.
    pub way: Point,
    /// Of its velocity.
    pub velocity: Point,
    /// Of its target point.
    pub target: Point,
    /// Of `d . v`.
    pub way_velocity: f64,
    /// Of `|d|^2`.
    pub way_way: f64,
}

/// Sums at one place.
pub struct SwarmSums<'a> {
    pub columns: &'a Columns,
    pub x: Point,
    pub half_precision: f64,
    /// Room for the exponents.
    pub scratch: &'a mut Vec<f64>,
}

impl WithSimd for SwarmSums<'_> {
    type Output = Total;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Total {
        let Self {
            columns,
            x,
            half_precision,
            scratch,
        } = self;
        scratch.resize(columns.x.len(), 0.0);
        let exponents = S::as_mut_simd_f64s(scratch).0;
        let places = || {
            vectors::<S>(&columns.x)
                .iter()
                .zip(vectors::<S>(&columns.y))
        };
        let log_weights = vectors::<S>(&columns.log_weight);
        let [x, y] = x.map(|c| simd.splat_f64s(c));
        let steep = simd.splat_f64s(-half_precision);
        let mut largest = simd.splat_f64s(f64::NEG_INFINITY);
        let ways = places().zip(log_weights).zip(&mut *exponents);
        for (((&p_x, &p_y), &log_weight), exponent) in ways {
            let (d_x, d_y) = (simd.sub_f64s(p_x, x), simd.sub_f64s(p_y, y));
            let square = simd.mul_add_e_f64s(d_x, d_x, simd.mul_f64s(d_y, d_y));
            *exponent = simd.mul_add_e_f64s(square, steep, log_weight);
            largest = simd.max_f64s(largest, *exponent);
        }
        let log_scale = simd.reduce_max_f64s(largest);
        let scale = simd.splat_f64s(log_scale);
        let [v_x, v_y, m_x, m_y] = [0, 1, 2, 3].map(|i| vectors::<S>(&columns.extra[i]));
        let velocities = v_x.iter().zip(v_y);
        let targets = m_x.iter().zip(m_y);
        let mut sums = [simd.splat_f64s(0.0); 9];
        let all = exponents.iter().zip(places()).zip(velocities).zip(targets);
        for (((&exponent, (&p_x, &p_y)), (&v_x, &v_y)), (&m_x, &m_y)) in all {
            let w = exp(simd, simd.sub_f64s(exponent, scale));
            let (d_x, d_y) = (simd.sub_f64s(p_x, x), simd.sub_f64s(p_y, y));
            let along = simd.mul_add_e_f64s(d_x, v_x, simd.mul_f64s(d_y, v_y));
            let square = simd.mul_add_e_f64s(d_x, d_x, simd.mul_f64s(d_y, d_y));
            let one = simd.splat_f64s(1.0);
            let values = [one, d_x, d_y, v_x, v_y, m_x, m_y, along, square];
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum = simd.mul_add_e_f64s(w, value, *sum);
            }
        }
        let s = sums.map(|sum| simd.reduce_sum_f64s(sum));
        Total {
            log_scale,
            mass: s[0],
            way: [s[1], s[2]],
            velocity: [s[3], s[4]],
            target: [s[5], s[6]],
            way_velocity: s[7],
            way_way: s[8],
        }
    }
}
