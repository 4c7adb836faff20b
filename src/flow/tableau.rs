//! Runge-Kutta methods as data: Butcher tableaux of the explicit fixed-step methods.
//!
//! A tableau refuses to know the field, the steps and the particles; `solver` carries it out.
//! Source: Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, section II.1.

/// An explicit Runge-Kutta method with `s` stages:
/// `k_i = v(t + c_i h, x + h sum_j a_ij k_j)`, then `x + h sum_i b_i k_i`.
#[derive(Debug, PartialEq)]
pub struct Tableau {
    /// The method's name.
    pub name: &'static str,
    /// One step from z at time t, in one line.
    pub formula: &'static str,
    /// Global error is `O(h^order)`.
    pub order: u32,
    /// Row `i` has the `i` coefficients of the earlier stages.
    pub a: &'static [&'static [f64]],
    /// Weights of the stages; they are non-negative and sum to 1.
    pub b: &'static [f64],
    /// Times of the stages within the step.
    pub c: &'static [f64],
}

impl Tableau {
    /// Velocity evaluations per step.
    pub fn stages(&self) -> usize {
        self.b.len()
    }
}

/// Euler's method.
///
/// ```text
///  0 |
/// ---+---
///    | 1
/// ```
pub const EULER: Tableau = Tableau {
    name: "Euler",
    formula: "z + h v(z, t)",
    order: 1,
    a: &[&[]],
    b: &[1.0],
    c: &[0.0],
};

/// The explicit midpoint rule.
///
/// ```text
///  0  |
/// 1/2 | 1/2
/// ----+--------
///     |  0   1
/// ```
pub const MIDPOINT: Tableau = Tableau {
    name: "midpoint",
    formula: "z + h v(z + h/2 v(z, t), t + h/2)",
    order: 2,
    a: &[&[], &[0.5]],
    b: &[0.0, 1.0],
    c: &[0.0, 0.5],
};

/// Heun's method, the explicit trapezium rule.
///
/// ```text
///  0 |
///  1 |  1
/// ---+---------
///    | 1/2 1/2
/// ```
pub const HEUN: Tableau = Tableau {
    name: "Heun",
    formula: "z + h/2 (v(z, t) + v(z + h v(z, t), t + h))",
    order: 2,
    a: &[&[], &[1.0]],
    b: &[0.5, 0.5],
    c: &[0.0, 1.0],
};

/// The classical method of order four.
///
/// ```text
///  0  |
/// 1/2 | 1/2
/// 1/2 |  0  1/2
///  1  |  0   0   1
/// ----+----------------
///     | 1/6 1/3 1/3 1/6
/// ```
pub const RK4: Tableau = Tableau {
    name: "RK4",
    formula: "The classical Runge-Kutta method",
    order: 4,
    a: &[&[], &[0.5], &[0.0, 0.5], &[0.0, 0.0, 1.0]],
    b: &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
    c: &[0.0, 0.5, 0.5, 1.0],
};

#[cfg(test)]
mod tests {
    use crate::flow::solver::Solver;

    /// The order conditions up to three: `sum b = 1`, `sum b c = 1/2`, `sum b c^2 = 1/3`, and `sum_j a_ij = c_i`.
    #[test]
    fn order_conditions_hold() {
        for tableau in Solver::ALL.map(|solver| solver.tableau()) {
            for (row, c) in tableau.a.iter().zip(tableau.c) {
                assert_eq!(row.iter().sum::<f64>(), *c);
            }
            let moment = |power: i32| -> f64 {
                let terms = tableau.b.iter().zip(tableau.c);
                terms.map(|(b, c)| b * c.powi(power)).sum()
            };
            for power in 0..tableau.order.min(3) as i32 {
                let expected = 1.0 / f64::from(power + 1);
                assert!((moment(power) - expected).abs() < 1e-15, "{tableau:?}");
            }
            assert!(tableau.b.iter().all(|&b| b >= 0.0));
        }
    }
}
