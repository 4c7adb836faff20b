//! Runge-Kutta methods as data: Butcher tableaux of the explicit methods.
//!
//! A tableau refuses to know the field, the steps and the particles; `solver` carries it out.
//! Source: Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, sections II.1 and II.5.

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
    /// Weights of the stages, which sum to 1. They are non-negative but for [`DORMAND_PRINCE`].
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

/// Stages of [`DORMAND_PRINCE`].
pub const STAGES: usize = 7;

/// Dormand and Prince's method of order five. The last stage is the first one of the next step.
///
/// ```text
///  0   |
/// 1/5  |     1/5
/// 3/10 |    3/40        9/40
/// 4/5  |   44/45      -56/15       32/9
/// 8/9  | 19372/6561 -25360/2187 64448/6561 -212/729
///  1   |  9017/3168    -355/33  46732/5247   49/176  -5103/18656
///  1   |   35/384        0        500/1113  125/192  -2187/6784  11/84
/// -----+--------------------------------------------------------------
///      |   35/384        0        500/1113  125/192  -2187/6784  11/84  0
/// ```
pub const DORMAND_PRINCE: Tableau = Tableau {
    name: "Dormand-Prince 5(4)",
    formula: "A method of order 5 whose error a method of order 4 estimates",
    order: 5,
    a: &[
        &[],
        &[1.0 / 5.0],
        &[3.0 / 40.0, 9.0 / 40.0],
        &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
        &[
            19372.0 / 6561.0,
            -25360.0 / 2187.0,
            64448.0 / 6561.0,
            -212.0 / 729.0,
        ],
        &[
            9017.0 / 3168.0,
            -355.0 / 33.0,
            46732.0 / 5247.0,
            49.0 / 176.0,
            -5103.0 / 18656.0,
        ],
        &[
            35.0 / 384.0,
            0.0,
            500.0 / 1113.0,
            125.0 / 192.0,
            -2187.0 / 6784.0,
            11.0 / 84.0,
        ],
    ],
    b: &[
        35.0 / 384.0,
        0.0,
        500.0 / 1113.0,
        125.0 / 192.0,
        -2187.0 / 6784.0,
        11.0 / 84.0,
        0.0,
    ],
    c: &[0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0],
};

#[cfg(test)]
mod tests {
    use crate::flow::solver::Solver;

    /// The order conditions of quadrature, `sum b c^(q - 1) = 1 / q` up to the order, and `sum_j a_ij = c_i`.
    #[test]
    fn order_conditions_hold() {
        for tableau in Solver::ALL.map(|solver| solver.tableau()) {
            for (row, c) in tableau.a.iter().zip(tableau.c) {
                assert!((row.iter().sum::<f64>() - c).abs() < 1e-14, "{tableau:?}");
            }
            let moment = |power: i32| -> f64 {
                let terms = tableau.b.iter().zip(tableau.c);
                terms.map(|(b, c)| b * c.powi(power)).sum()
            };
            for power in 0..tableau.order as i32 {
                let expected = 1.0 / f64::from(power + 1);
                assert!((moment(power) - expected).abs() < 1e-15, "{tableau:?}");
            }
        }
    }

    /// So that `|end - start| <= arc` holds of every solution of which energy and arc are taken.
    #[test]
    fn weights_of_methods_with_equal_steps_are_not_negative() {
        for solver in Solver::EQUAL {
            assert!(solver.tableau().b.iter().all(|&b| b >= 0.0), "{solver:?}");
        }
    }
}
