//! The sums over a list of targets at one point.

use pulp::{Simd, WithSimd};

use crate::flow::Point;
use crate::flow::exact::columns::Columns;
use crate::flow::exact::simd::{exp, vectors};

/// Sums over weighted targets, the means taken from a centre.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    /// The weights have been divided by `exp(log_scale)`.
    pub log_scale: f64,
    /// Of the weights.
    pub mass: f64,
    /// Of the means.
    pub first: Point,
    /// Of their squares.
    pub second: f64,
}

impl Sums {
    /// Those over both lists of targets.
    pub fn with(self, other: Self) -> Self {
        let log_scale = self.log_scale.max(other.log_scale);
        let [a, b] = [self.log_scale, other.log_scale].map(|own| (own - log_scale).exp());
        Self {
            log_scale,
            mass: a * self.mass + b * other.mass,
            first: [0, 1].map(|i| a * self.first[i] + b * other.first[i]),
            second: a * self.second + b * other.second,
        }
    }
}

/// Sums at one point.
pub struct PointSums<'a> {
    pub targets: &'a Columns,
    /// `x - sigma a`.
    pub from: Point,
    pub alpha: f64,
    pub half_precision: f64,
    pub centre: Point,
    /// Room for the exponents.
    pub scratch: &'a mut Vec<f64>,
}

impl WithSimd for PointSums<'_> {
    type Output = Sums;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Sums {
        let Self {
            targets,
            from,
            alpha,
            half_precision,
            centre,
            scratch,
        } = self;
        scratch.resize(targets.x.len(), 0.0);
        let exponents = S::as_mut_simd_f64s(scratch).0;
        let columns = || {
            let places = vectors::<S>(&targets.x)
                .iter()
                .zip(vectors::<S>(&targets.y));
            places.zip(vectors::<S>(&targets.log_weight))
        };
        let [x, y] = from.map(|c| simd.splat_f64s(c));
        let (minus_alpha, steep) = (simd.splat_f64s(-alpha), simd.splat_f64s(-half_precision));
        let mut largest = simd.splat_f64s(f64::NEG_INFINITY);
        for (exponent, ((&m_x, &m_y), &log_weight)) in exponents.iter_mut().zip(columns()) {
            let d_x = simd.mul_add_e_f64s(minus_alpha, m_x, x);
            let d_y = simd.mul_add_e_f64s(minus_alpha, m_y, y);
            let square = simd.mul_add_e_f64s(d_x, d_x, simd.mul_f64s(d_y, d_y));
            *exponent = simd.mul_add_e_f64s(square, steep, log_weight);
            largest = simd.max_f64s(largest, *exponent);
        }
        let log_scale = simd.reduce_max_f64s(largest);
        let scale = simd.splat_f64s(log_scale);
        let [c_x, c_y] = centre.map(|c| simd.splat_f64s(c));
        let [mut mass, mut sum_x, mut sum_y, mut second] = [simd.splat_f64s(0.0); 4];
        for (&exponent, ((&m_x, &m_y), _)) in exponents.iter().zip(columns()) {
            let w = exp(simd, simd.sub_f64s(exponent, scale));
            let (m_x, m_y) = (simd.sub_f64s(m_x, c_x), simd.sub_f64s(m_y, c_y));
            let (w_x, w_y) = (simd.mul_f64s(w, m_x), simd.mul_f64s(w, m_y));
            mass = simd.add_f64s(mass, w);
            sum_x = simd.add_f64s(sum_x, w_x);
            sum_y = simd.add_f64s(sum_y, w_y);
            second = simd.mul_add_e_f64s(w_x, m_x, simd.mul_add_e_f64s(w_y, m_y, second));
        }
        let sum = |v| simd.reduce_sum_f64s(v);
        Sums {
            log_scale,
            mass: sum(mass),
            first: [sum(sum_x), sum(sum_y)],
            second: sum(second),
        }
    }
}
