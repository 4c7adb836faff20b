//! How the end-point error of a method falls with what it costs, and by which order.
//!
//! A method of order p with N equal steps ends within about `C N^-p` of the solution once its steps are short enough, so
//! that error over evaluations is a line of slope -p where both axes are logarithmic. Refuses to know fields.

use super::solver::Solver;

/// Points of a curve behind its observed order, those with the most evaluations.
const BEHIND_ORDER: usize = 3;

/// A method with what it costs and what it is off by, from cheap to dear.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorCurve {
    /// The method; its own number of steps, or tolerance, means nothing here.
    pub method: Solver,
    /// Velocity evaluations per particle, and root mean square distance of the end points from those of the reference.
    pub points: Vec<(usize, f64)>,
}

impl ErrorCurve {
    /// The order p that is observed: minus the slope of `log error` over `log evaluations` by least squares, over the last
    /// three points whose error is at least `floor`, below which it is the reference's own; none with fewer than two.
    pub fn order(&self, floor: f64) -> Option<f64> {
        let usable = |&&(nfe, error): &&(usize, f64)| nfe > 0 && error.is_finite() && error > floor;
        let last: Vec<(f64, f64)> = self
            .points
            .iter()
            .rev()
            .filter(usable)
            .take(BEHIND_ORDER)
            .map(|&(nfe, error)| ((nfe as f64).ln(), error.ln()))
            .collect();
        if last.len() < 2 {
            return None;
        }
        let n = last.len() as f64;
        let mean = |f: fn(&(f64, f64)) -> f64| last.iter().map(f).sum::<f64>() / n;
        let (x, y) = (mean(|p| p.0), mean(|p| p.1));
        let spread: f64 = last.iter().map(|p| (p.0 - x).powi(2)).sum();
        let shared: f64 = last.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
        Some(-shared / spread).filter(|order| order.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(error: impl Fn(f64) -> f64) -> ErrorCurve {
        let points = (0..9).map(|k| (1 << k, error(f64::from(1 << k))));
        ErrorCurve {
            method: Solver::EQUAL[0],
            points: points.collect(),
        }
    }

    #[test]
    fn the_order_is_the_slope_where_steps_are_short() {
        let order = curve(|n| 3.0 / n.powi(2)).order(0.0).unwrap();
        assert!((order - 2.0).abs() < 1e-12, "{order}");
        let late = curve(|n| 1.0 / n + 10.0 / n.powi(4)).order(0.0).unwrap();
        assert!((late - 1.0).abs() < 0.01, "{late}");
    }

    #[test]
    fn what_is_the_references_own_error_does_not_count() {
        let with_floor = curve(|n| (1.0 / n.powi(2)).max(1e-3));
        assert!(with_floor.order(0.0).unwrap() < 1.0);
        assert!((with_floor.order(1.5e-3).unwrap() - 2.0).abs() < 1e-9);
        assert_eq!(with_floor.order(2.0), None);
    }
}
