//! Which choices may be combined, and what to do about those that may not.
//!
//! A number outside its range makes a bad file; two good values that do not belong together make an illegal
//! experiment, which has a fix. The diffusion paths (VP, VE, linear VP) are offered for the standard Gaussian source
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
    /// Whether the source, the path and the coupling may be combined, in every lane.
    ///
    /// # Errors
    /// A diffusion path (VP, VE, linear VP) with any source but `Gaussian(std: 1.0)`, scale 1, no shift.
    pub fn legality(&self) -> Result<(), Illegal> {
        let mut message = None;
        let mut fix = self.clone();
        for (i, lane) in fix.lanes.iter_mut().enumerate() {
            // A lane that cannot be made is refused by its ranges.
            let illegal = self.lane(i).ok().and_then(|lane| lane.legality().err());
            if let Some(illegal) = illegal {
                message.get_or_insert(format!("{}: {illegal}", self.lane_label(i)));
                lane.set = self.overrides_to(&illegal.fix);
            }
        }
        match message {
            None if self.lanes.is_empty() => self.combination(),
            None => Ok(()),
            Some(message) => Err(Illegal {
                message,
                fix: Box::new(fix),
            }),
        }
    }

    /// [`Self::legality`] of one flow.
    fn combination(&self) -> Result<(), Illegal> {
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
