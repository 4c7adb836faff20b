//! The fixed scales between the canvas and the network, so that every path trains as well as cond-OT.
//!
//! The network sees `c_in(t) x` and its output is multiplied by `c_out(t)`, with
//! `c_in = 1 / sqrt(alpha^2 s_q^2 + sigma^2 s_0^2)` and `c_out = sqrt(alpha'^2 s_q^2 + sigma'^2 s_0^2)`:
//! at every t its inputs and its regression targets are of size one (compare Karras et al., 2206.00364,
//! section 5). The loss on the network's scale is the CFM loss divided by `c_out^2`.
//!
//! That is for a network that predicts the velocity. What else it may predict (`model.parametrisation`) has a size of its
//! own, and becomes a velocity by [`Scaling::velocity`].

use crate::experiment::Experiment;
use crate::flow::Point;
use crate::flow::conversion::{Affine, PREDICTION_FLOOR, Quantity};
use crate::flow::distribution::{DistributionError, rms_per_coordinate};
use crate::flow::path::Schedule;
use crate::flow::rng::{Stream, stream};

/// Points from which the spread of a distribution is estimated.
const SAMPLES: usize = 4096;

/// Sizes smaller than this count as this: what they divide is to stay finite.
const SMALLEST: f64 = 1e-6;

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

    /// `c_out(t)`, finite and positive: the size of what is predicted, which is that of the conditional velocity, `s_q`,
    /// `s_0` or `1 / (sigma s_0)` with `sigma` at least [`PREDICTION_FLOOR`].
    pub fn output(&self, predicted: Quantity, schedule: Schedule) -> f64 {
        let (s_0, s_q) = (self.source_rms, self.target_rms);
        match predicted {
            Quantity::Velocity => schedule.output_scale(s_0, s_q),
            Quantity::X1 => s_q.max(SMALLEST),
            Quantity::Eps => s_0.max(SMALLEST),
            Quantity::Score => 1.0 / (schedule.sigma.max(PREDICTION_FLOOR) * s_0.max(SMALLEST)),
        }
    }

    /// What a network regresses on for one pair, on the canvas.
    pub fn target(&self, predicted: Quantity, schedule: Schedule, x_0: Point, x_1: Point) -> Point {
        let s_0 = self.source_rms.max(SMALLEST);
        predicted.of_pair(schedule, s_0, PREDICTION_FLOOR, x_0, x_1)
    }

    /// The velocity that belongs to an output of the network: `of_x x + of_value net`.
    pub fn velocity(&self, predicted: Quantity, schedule: Schedule) -> Affine {
        let s_0 = self.source_rms.max(SMALLEST);
        let Affine { of_x, of_value } = predicted.to_velocity(schedule, s_0, PREDICTION_FLOOR);
        Affine {
            of_x,
            of_value: of_value * self.output(predicted, schedule),
        }
    }
}
