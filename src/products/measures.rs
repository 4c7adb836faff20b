//! How straight each trajectory on the canvas is, step by step: what its colour, the histogram and the worst ten go by.
//!
//! It speaks of the trajectories as they are drawn, by the experiment's solver: the velocity of a step is the way over
//! its time. What is said of the flow itself is in [`super::Metrics`].

use std::sync::Arc;

use crate::experiment::{Experiment, TrajectoryColor};
use crate::flow::Point;
use crate::flow::distribution::DistributionError;
use crate::flow::moments::Moments;
use crate::flow::trajectory::Trajectories;
use crate::flow::work::{Work, pause};

use super::{
    Cost, Demand, DisplaySamples, Flow, Followed, Made, Product, Tools, Wish, display_samples,
};

/// Particles that are measured in one piece.
const PIECE: usize = 64;
/// Points of source and target behind the unit.
const UNIT_SAMPLES: usize = 1000;

/// What was asked for of the first trajectories.
#[derive(Debug)]
pub struct Measures {
    /// Whose numbers they are.
    pub followed: Arc<Made<Followed>>,
    /// Of which measure.
    pub measure: TrajectoryColor,
    /// `sqrt(E|x_1 - x_0|^2)` of independent points of source and target: the unit of colour scales, the same for all
    /// flows between the two.
    pub unit: f64,
    /// One number a trajectory: of [`TrajectoryColor::Curvature`] the angle that it turns through, in radians; of
    /// [`TrajectoryColor::LocalS`] its part of S, `int |(Z_1 - Z_0) - v|^2 dt`; of [`TrajectoryColor::Speed`] the standard
    /// deviation of its speed over t. All are 0 of a trajectory that is straight in the sense of the measure.
    pub values: Vec<f64>,
    /// One number a step, `[particle][step]`: `|(Z_1 - Z_0) - v|^2` or `|v|`; none of a measure that has one number a
    /// trajectory.
    pub along: Vec<f32>,
}

/// Of which trajectories, how many, and what.
#[derive(Clone, Debug)]
pub struct Request {
    /// The trajectories.
    pub followed: Arc<Made<Followed>>,
    /// So many of them.
    pub n: usize,
    /// The measure.
    pub measure: TrajectoryColor,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.followed, &other.followed)
            && (self.n, self.measure) == (other.n, other.measure)
    }
}

impl Product for Measures {
    const NAME: &'static str = "straightness of the trajectories";
    const COST: Cost = Cost::Picture;
    /// It is that of the trajectories.
    const OF_THE_FLOW: bool = false;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let is_current = |followed: &&Arc<Made<Followed>>| {
            let problem = &wish.flow.experiment.problem;
            followed.of.answers(problem) && followed.is_demanded(wish)
        };
        let Some((measure, n)) = wish.look.measure else {
            return Demand::Nothing;
        };
        match wish.made.trajectories.get().filter(is_current) {
            None => Demand::Later,
            Some(followed) => Demand::Of(Request {
                followed: Arc::clone(followed),
                n,
                measure,
            }),
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let request = request.clone();
        Work::new(async move {
            let Request {
                followed,
                n,
                measure,
            } = request;
            let unit = unit(&followed.of.experiment).ok()?;
            Some(Self::of(followed, n, measure, unit).await)
        })
    }
}

impl Measures {
    /// Measures the first `n` trajectories.
    pub async fn of(
        followed: Arc<Made<Followed>>,
        n: usize,
        measure: TrajectoryColor,
        unit: f64,
    ) -> Self {
        let trajectories = &followed.trajectories;
        let (mut values, mut along) = (Vec::new(), Vec::new());
        for particle in 0..n.min(trajectories.n_particles) {
            values.push(match measure {
                TrajectoryColor::Curvature => trajectories.turning(particle),
                TrajectoryColor::LocalS => {
                    let chord = trajectories.chord(particle);
                    let off = |[x, y]: Point| (x - chord[0]).powi(2) + (y - chord[1]).powi(2);
                    mean_along(trajectories, particle, off, &mut along)
                }
                TrajectoryColor::Speed => {
                    let first = along.len();
                    let speed = |[x, y]: Point| x.hypot(y);
                    let mean = mean_along(trajectories, particle, speed, &mut along);
                    spread(trajectories, particle, &along[first..], mean)
                }
                TrajectoryColor::ChordRatio | TrajectoryColor::Identity => {
                    trajectories.chord_ratio(particle)
                }
            });
            if particle % PIECE == PIECE - 1 {
                pause().await;
            }
        }
        Self {
            followed,
            measure,
            unit,
            values,
            along,
        }
    }

    /// The numbers of a particle's steps; none of a measure that has one number a trajectory.
    pub fn steps_of(&self, particle: usize) -> &[f32] {
        let steps = self.along.len() / self.values.len().max(1);
        let range = particle * steps..(particle + 1) * steps;
        self.along.get(range).unwrap_or_default()
    }
}

/// See [`Measures::unit`].
fn unit(experiment: &Experiment) -> Result<f64, DistributionError> {
    let DisplaySamples { source, target, .. } = display_samples(experiment, UNIT_SAMPLES)?;
    let (source, target) = (Moments::of(&source), Moments::of(&target));
    let [dx, dy] = [0, 1].map(|i| target.mean[i] - source.mean[i]);
    let spreads = [source, target].map(|moments| moments.spread().powi(2));
    Ok((dx * dx + dy * dy + spreads[0] + spreads[1]).sqrt())
}

/// Appends a number of every step's velocity, and returns its mean over the time.
fn mean_along(
    trajectories: &Trajectories,
    particle: usize,
    number: impl Fn(Point) -> f64,
    along: &mut Vec<f32>,
) -> f64 {
    let (mut sum, mut time) = (0.0, 0.0);
    for (h, velocity) in trajectories.velocities(particle) {
        let value = number(velocity);
        along.push(value as f32);
        sum += h * value;
        time += h;
    }
    sum / time
}

/// The standard deviation over the time of what has the mean.
fn spread(trajectories: &Trajectories, particle: usize, along: &[f32], mean: f64) -> f64 {
    let (mut sum, mut time) = (0.0, 0.0);
    for ((h, _), &value) in trajectories.velocities(particle).zip(along) {
        sum += h * (f64::from(value) - mean).powi(2);
        time += h;
    }
    (sum / time).sqrt()
}
