//! Which choices may be combined, and what to do about those that may not.
//!
//! A number outside its range makes a bad file; two good values that do not belong together make an illegal
//! experiment, which has a fix. The diffusion paths (VP, VE, linear VP) are offered for the standard Gaussian source
//! only: that is what their conversions, and VE's start, are derived for. What is told by conversions has to have some: the
//! score of a source that is not Gaussian, or depends on the target, is not told by the velocity.

use thiserror::Error;

use super::{Experiment, Problem, Velocity, standard_gaussian};
use crate::flow::conversion::Quantity;
use crate::flow::coupling::Coupling;
use crate::flow::path::Path;
use crate::flow::sde::Sampler;

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
    /// Whether the source, the path, the coupling, what is predicted and the sampler may be combined, in every lane.
    ///
    /// # Errors
    /// A diffusion path (VP, VE, linear VP) with any source but `Gaussian(std: 1.0)`, scale 1, no shift; the score and the SDE
    /// without a Gaussian source about the origin that is independent of the target; anything but the velocity with extra
    /// noise; a distilled network with anything but one step of Euler's method on the linear path; the noise of a bridge on any
    /// path but the linear one, or with the exact field; a coupling with distributions that it does not go with.
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
        self.one_step()?;
        self.path_and_source()?;
        self.coupling()?;
        self.bridge()?;
        self.prediction()?;
        self.sampling()
    }

    /// Diffusion paths take one source.
    fn path_and_source(&self) -> Result<(), Illegal> {
        if !self.problem.path.needs_standard_gaussian()
            || self.problem.source.is_standard_gaussian()
        {
            return Ok(());
        }
        let message = format!(
            "{} is a diffusion path and needs the standard Gaussian source: Gaussian(std: 1.0), scale 1, no shift",
            self.problem.path.name()
        );
        Err(self.illegal(message, |fix| fix.problem.source = standard_gaussian()))
    }

    /// Some couplings ask something of the distributions; batch-OT takes any.
    fn coupling(&self) -> Result<(), Illegal> {
        let Problem {
            source,
            target,
            coupling,
            ..
        } = &self.problem;
        let Some(reason) = coupling.refusal(source, target) else {
            return Ok(());
        };
        let batch = coupling.block().unwrap_or(1);
        Err(self.illegal(reason, |fix| {
            fix.problem.coupling = Coupling::BatchOt { batch };
        }))
    }

    /// The noise of a bridge goes with the linear path and with a field that is learned.
    fn bridge(&self) -> Result<(), Illegal> {
        let sigma = self.problem.coupling.bridge();
        let is_linear = matches!(self.problem.path, Path::CondOt { sigma_min: 0.0 });
        if sigma > 0.0 && !is_linear {
            let message = format!(
                "the noise of the bridge (coupling.bridge = {sigma}) goes with the linear path, CondOt(sigma_min: 0.0), and \
                 this is {}",
                self.problem.path.name()
            );
            let linear = Path::CondOt { sigma_min: 0.0 };
            return Err(self.illegal(message, |fix| fix.problem.path = linear));
        }
        if sigma > 0.0 && self.problem.velocity != Velocity::Learned {
            let message = format!(
                "the noise of the bridge (coupling.bridge = {sigma}) goes with a velocity that is learned from it"
            );
            return Err(self.illegal(message, |fix| fix.problem.velocity = Velocity::Learned));
        }
        Ok(())
    }

    /// What a network predicts has to tell the velocity, and the score has to be one.
    fn prediction(&self) -> Result<(), Illegal> {
        let predicted = self.model.parametrisation;
        let instead = match predicted {
            Quantity::Score if self.problem.has_two_parts().is_ok() => Quantity::Eps,
            _ => Quantity::Velocity,
        };
        let Err(reason) = self.problem.reads_as(predicted) else {
            return Ok(());
        };
        let message = format!(
            "a network that predicts the {} cannot be trained here: {reason}",
            predicted.name()
        );
        Err(self.illegal(message, |fix| fix.model.parametrisation = instead))
    }

    /// Stochastic sampling needs the score.
    fn sampling(&self) -> Result<(), Illegal> {
        match self.problem.score_scale() {
            Err(reason) if !self.readout.sampler.is_ode() => {
                let message = format!("the SDE needs the score of p_t, and {reason}");
                Err(self.illegal(message, |fix| fix.readout.sampler = Sampler::Ode))
            }
            _ => Ok(()),
        }
    }

    fn illegal(&self, message: String, mend: impl FnOnce(&mut Self)) -> Illegal {
        let mut fix = Box::new(self.clone());
        mend(&mut fix);
        Illegal { message, fix }
    }
}
