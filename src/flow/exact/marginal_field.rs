//! `p_t` and `u_t` of a problem: its two distributions, its path and its coupling.

use std::sync::Arc;

use thiserror::Error;

use super::{Component, ExactError, ExactField, ExactPoint};
use crate::flow::coupling::Coupling;
use crate::flow::distribution::{Distribution, DistributionError};
use crate::flow::path::Path;
use crate::flow::{Point, Provenance, VelocityField};

/// What a marginal field is the field of.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The conditional paths.
    pub path: Path,
    /// The distribution at t = 0, as it is drawn: see [`Path::source_scale`].
    pub source: &'a Distribution,
    /// The distribution at t = 1.
    pub target: &'a Distribution,
    /// How they are paired.
    pub coupling: Coupling,
    /// Standard deviation of extra noise on `x_t`, in canvas units.
    pub noise: f64,
    /// Seed of the pairs that an estimate draws.
    pub seed: u64,
}

/// What a marginal field rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Basis {
    /// Gaussian mixtures, independently paired: exact.
    ClosedForm,
}

impl Basis {
    /// The same in a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::ClosedForm => "Exact, in closed form.".to_owned(),
        }
    }
}

/// Why a problem has no marginal field.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MarginalError {
    /// A distribution that cannot be drawn from.
    #[error(transparent)]
    Distribution(#[from] DistributionError),
    /// A mixture that is none.
    #[error(transparent)]
    Exact(#[from] ExactError),
    /// A shape without a closed form.
    #[error("the {end} has no closed form")]
    NoForm {
        /// "source" or "target".
        end: &'static str,
    },
    /// A coupling without a closed form.
    #[error("the {} coupling has no closed form", .coupling.name())]
    Dependent {
        /// The coupling.
        coupling: Coupling,
    },
}

/// The law `p_t` of `x_t` and its velocity `u_t(x) = E[dx_t/dt | x_t = x]`. Clones share what it is made of.
#[derive(Clone, Debug)]
pub struct MarginalField {
    path: Path,
    basis: Basis,
    field: Arc<ExactField>,
}

impl MarginalField {
    /// That of a problem.
    ///
    /// # Errors
    /// A distribution that cannot be drawn from, or a problem without such a field.
    pub fn new(setting: &Setting<'_>) -> Result<Self, MarginalError> {
        let Setting {
            path,
            source,
            target,
            coupling,
            ..
        } = *setting;
        if coupling != Coupling::Independent {
            return Err(MarginalError::Dependent { coupling });
        }
        let mixture = |of: &Distribution, end| {
            of.validate()?;
            of.as_mixture().ok_or(MarginalError::NoForm { end })
        };
        let scaled = |c: Component| c.scaled(path.source_scale());
        let source = mixture(source, "source")?.into_iter().map(scaled).collect();
        let field = ExactField::new(path, source, mixture(target, "target")?)?;
        Ok(Self {
            path,
            basis: Basis::ClosedForm,
            field: Arc::new(field),
        })
    }

    /// What it rests on.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// The conditional paths.
    pub fn path(&self) -> Path {
        self.path
    }

    /// All that is known at every point of `xs`, into `out`, which has the same length. `t` is clamped to the path's range.
    pub fn evaluate(&self, t: f64, xs: &[Point], out: &mut [ExactPoint]) {
        let marginal = self.field.at(t);
        for (&x, out) in xs.iter().zip(out) {
            *out = marginal.evaluate(x);
        }
    }
}

impl VelocityField for MarginalField {
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
        self.field.eval(t, xs, out);
    }

    fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
        self.field.eval_div(t, xs, out, div);
    }

    fn provenance(&self) -> Provenance {
        Provenance::Exact
    }
}
