//! Which choices may be combined, what to do about those that may not, and what to say about some that may.
//!
//! A number outside its range makes a bad file; two good values that do not belong together make an illegal
//! experiment, which has a fix. The diffusion paths VP and VE are offered for the standard Gaussian source
//! only: that is what their conversions, and VE's start, are derived for.

use thiserror::Error;

use super::{Experiment, standard_gaussian};
use crate::flow::coupling::Coupling;
use crate::flow::path::Path;

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
        if self.path.needs_standard_gaussian() && !self.source.is_standard_gaussian() {
            return Err(Illegal {
                message: format!(
                    "{} is a diffusion path and needs the standard Gaussian source: \
                     Gaussian(std: 1.0), scale 1, no shift",
                    self.path.name()
                ),
                fix: Box::new(Self {
                    source: standard_gaussian(),
                    ..self.clone()
                }),
            });
        }
        Ok(())
    }

    /// What a legal experiment still has to say about its numbers, one sentence each.
    pub fn cautions(&self) -> Vec<&'static str> {
        let mut cautions = Vec::new();
        match self.path {
            Path::Vp { .. } => cautions.push(
                "VP's regression target grows without bound as t approaches 1, so it is trained and solved on \
                 [0, 1 - 1e-5]; its loss depends on that cut-off, by 0.115 per decade.",
            ),
            Path::Ve { .. } => cautions.push(
                "VE starts from N(0, sigma_max^2 I), an approximation: its exact p_0 is the target blurred with \
                 that Gaussian.",
            ),
            Path::CondOt { .. } | Path::Cosine => {}
        }
        if matches!(self.path, Path::Ve { .. }) && matches!(self.coupling, Coupling::BatchOt { .. })
        {
            cautions.push(
                "VE with batch-OT has a biased start: the coupled p_0 is narrower than N(0, sigma_max^2 I), unless \
                 sigma_max is at least 30 times the target's spread.",
            );
        }
        cautions
    }
}
