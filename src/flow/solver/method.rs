//! The methods that can be chosen: with equal steps, and one that chooses its steps.
//!
//! What a method computes is not known here.

use crate::flow::constant::{Constant, Control, Range};
use crate::flow::dormand_prince::Accuracy;
use crate::flow::tableau::{DORMAND_PRINCE, EULER, HEUN, MIDPOINT, RK4, Tableau};
use crate::flow::vocabulary::{Entry, vocabulary};

/// Most steps that a solver takes.
pub const MAX_STEPS: usize = 10_000;
/// Stretches of time, all of the same length, between the nodes of a solver that chooses its steps: its continuous
/// extension is evaluated there, and a particle moves along the chord in between, as between the steps of the others.
const STRETCHES: usize = 100;

/// The constant of methods with equal steps.
const STEPS: Constant = Constant {
    name: "steps",
    symbol: "Steps N",
    default: 100.0,
    range: Range::closed(1.0, MAX_STEPS as f64),
    control: Control::Drag {
        step: 0.5,
        decimals: 0,
    },
    hint: "Equal steps N: h = 1 / N; NFE = N times the evaluations a step.",
};

/// How precise a solution with step control is to be.
pub const TOLERANCE: Constant = Constant {
    name: "tolerance",
    symbol: "Tolerance",
    default: 1e-5,
    range: Range::closed(1e-8, 0.1),
    control: Control::Magnitude,
    hint: "Error ε that a step may make: ε (1 + |z|) of every particle.",
};

/// What a solution with step control may cost.
const BUDGET: Constant = Constant {
    name: "budget",
    symbol: "Budget",
    default: 10_000.0,
    range: Range::closed(100.0, 40_000.0),
    control: Control::Drag {
        step: 50.0,
        decimals: 0,
    },
    hint: "Most velocity evaluations per particle: the solver stops there and says so.",
};

fn default_budget() -> usize {
    BUDGET.default as usize
}

fn is_default_budget(budget: &usize) -> bool {
    *budget == default_budget()
}

/// A row is the name in files of a method with equal steps, and its tableau.
macro_rules! solvers {
    ($($Variant:ident = $TABLEAU:ident,)+) => {
        vocabulary! {
            /// A method with its constants, in files as `Euler(steps: 100)`.
            pub enum Solver, complete {
                $($Variant { steps: usize } = Entry {
                    name: $TABLEAU.name,
                    formula: $TABLEAU.formula,
                    hint: "",
                    constants: &[STEPS],
                },)+
                DormandPrince {
                    tolerance: f64,
                    #[serde(default = "default_budget", skip_serializing_if = "is_default_budget")]
                    budget: usize
                } = Entry {
                    name: DORMAND_PRINCE.name,
                    formula: DORMAND_PRINCE.formula,
                    hint: "",
                    constants: &[TOLERANCE, BUDGET],
                },
            }
        }

        impl Solver {
            /// The methods with equal steps, in the order in which they are offered.
            pub const EQUAL: [Self; [$(stringify!($Variant)),+].len()] =
                [$(Self::$Variant { steps: STEPS.default as usize }),+];

            /// The method's coefficients.
            pub fn tableau(&self) -> &'static Tableau {
                match self {
                    $(Self::$Variant { .. } => &$TABLEAU,)+
                    Self::DormandPrince { .. } => &DORMAND_PRINCE,
                }
            }

            /// Number of equal steps, `1..=10000`; none if it chooses its steps.
            pub fn steps(&self) -> Option<usize> {
                match *self {
                    $(Self::$Variant { steps })|+ => Some(steps),
                    Self::DormandPrince { .. } => None,
                }
            }

            /// The same method with another number of steps; as it is if it chooses them.
            pub fn with_steps(&self, steps: usize) -> Self {
                match self {
                    $(Self::$Variant { .. } => Self::$Variant { steps },)+
                    Self::DormandPrince { .. } => *self,
                }
            }
        }
    };
}

solvers! {
    Euler = EULER,
    Midpoint = MIDPOINT,
    Heun = HEUN,
    Rk4 = RK4,
}

impl Solver {
    /// The method that chooses its steps, with the usual budget.
    pub fn controlled(tolerance: f64) -> Self {
        Self::DormandPrince {
            tolerance,
            budget: default_budget(),
        }
    }

    /// Number of nodes of its trajectories.
    pub fn n_nodes(&self) -> usize {
        self.steps().unwrap_or(STRETCHES) + 1
    }

    /// The times of its nodes, evenly from the first time of the range to the second: the ends of equal steps, or where
    /// a continuous extension is evaluated.
    pub fn times(&self, (start, end): (f64, f64)) -> Vec<f64> {
        let stretches = self.n_nodes() - 1;
        let time = |n| start + (end - start) * n as f64 / stretches as f64;
        (0..=stretches).map(time).collect()
    }

    /// Velocity evaluations per trajectory, if they are known before it has been solved: steps times stages.
    pub fn nfe(&self) -> Option<usize> {
        self.steps().map(|steps| steps * self.tableau().stages())
    }

    /// Its order and what a step costs.
    pub fn hint(&self) -> String {
        let Tableau { order, b, .. } = self.tableau();
        let evaluations = match b.len() {
            _ if self.steps().is_none() => {
                return format!(
                    "order {order}, {} evaluations a step, also of one that is rejected; all particles take the same \
                     steps, as long as the largest error of any of them allows.",
                    b.len() - 1
                );
            }
            1 => "1 evaluation".to_owned(),
            n => format!("{n} evaluations"),
        };
        format!("order {order}, {evaluations} a step.")
    }

    /// The solver as a legend names it, with its number of evaluations if that is known of it.
    pub fn legend(&self) -> String {
        match self.nfe() {
            Some(nfe) => format!("{}, {nfe} NFE", self.name()),
            None => self.name().to_owned(),
        }
    }

    /// What is asked of its steps, if it chooses them.
    pub(super) fn accuracy(&self) -> Option<Accuracy> {
        match *self {
            Self::DormandPrince { tolerance, budget } => Some(Accuracy { tolerance, budget }),
            _ => None,
        }
    }
}
