//! Which choices may be combined, and what to do about those that may not.
//!
//! A number outside its range makes a bad file; two good values that do not belong together make an illegal
//! experiment, which has a fix. The diffusion paths VP and VE are offered for the standard Gaussian source
//! only: that is what their conversions, and VE's start, are derived for.

use thiserror::Error;

use super::{Experiment, Problem, standard_gaussian};

/// A combination that is not offered, with the nearest one that is.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{message}")]
pub struct Illegal {
    /// Why, in one sentence.
    pub message: String,
    /// The same experiment with the one change that makes it legal.
    pub fix: Box<Experiment>,
}

impl Experiment {
    /// Whether the source, the path and the coupling may be combined.
    ///
    /// # Errors
    /// VP and VE with any source but `Gaussian(std: 1.0)`, scale 1, no shift.
    pub fn legality(&self) -> Result<(), Illegal> {
        if self.problem.path.needs_standard_gaussian()
            && !self.problem.source.is_standard_gaussian()
        {
            return Err(Illegal {
                message: format!(
                    "{} is a diffusion path and needs the standard Gaussian source: \
                     Gaussian(std: 1.0), scale 1, no shift",
                    self.problem.path.name()
                ),
                fix: Box::new(Self {
                    problem: Problem {
                        source: standard_gaussian(),
                        ..self.problem.clone()
                    },
                    ..self.clone()
                }),
            });
        }
        Ok(())
    }
}
