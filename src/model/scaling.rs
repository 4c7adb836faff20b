//! The fixed scales between the canvas and the network, so that every path trains as well as cond-OT.
//!
//! The network sees `c_in(t) x` and its output is multiplied by `c_out(t)`, with
//! `c_in = 1 / sqrt(alpha^2 s_q^2 + sigma^2 s_0^2)` and `c_out = sqrt(alpha'^2 s_q^2 + sigma'^2 s_0^2)`:
//! at every t its inputs and its regression targets are of size one (compare Karras et al., 2206.00364,
//! section 5). The loss on the network's scale is the CFM loss divided by `c_out^2`.

use crate::experiment::Experiment;
use crate::flow::distribution::{DistributionError, rms_per_coordinate};
use crate::flow::path::Schedule;
use crate::flow::rng::{Stream, stream};

/// Points from which the spread of a distribution is estimated.
const SAMPLES: usize = 4096;

/// Root mean square per coordinate of source and target, about the origin, in canvas units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// `s_0`: the source as it stands on the canvas.
    pub source_rms: f64,
    /// `s_q`: the target.
    pub target_rms: f64,
}

impl Scaling {
    /// Measures source and target of the experiment on a fixed draw.
    ///
    /// # Errors
    /// If one of them cannot be sampled, such as an empty drawing.
    pub fn measure(experiment: &Experiment) -> Result<Self, DistributionError> {
        let source = experiment.problem.source.sampler()?;
        let target = experiment.problem.target.sampler()?;
        let mut rng = stream(experiment.seed, Stream::Scale, 0);
        let source_rms = rms_per_coordinate(&source.sample_n(SAMPLES, &mut rng));
        let target_rms = rms_per_coordinate(&target.sample_n(SAMPLES, &mut rng));
        Ok(Self {
            source_rms: (experiment.problem.path.source_scale() * source_rms)
                .max(f64::MIN_POSITIVE),
            target_rms: target_rms.max(f64::MIN_POSITIVE),
        })
    }

    /// `c_in(t)`, finite and positive.
    pub fn input(&self, schedule: Schedule) -> f64 {
        schedule.input_scale(self.source_rms, self.target_rms)
    }

    /// `c_out(t)`, finite and positive.
    pub fn output(&self, schedule: Schedule) -> f64 {
        schedule.output_scale(self.source_rms, self.target_rms)
    }
}
