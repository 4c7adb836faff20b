//! The gradient of the CFM loss beside that of the FM loss, against the batch size.
//!
//! Both losses have the same gradient in expectation (Lipman et al., arXiv 2210.02747, theorem 2): a batch of conditional
//! targets is an estimate of it whose error falls as `1 / sqrt(batch)`, whatever the weights. Its direction is another
//! matter: it is off until the batch exceeds `(noise / |g_FM|)^2`, and trained weights have next to no `g_FM`.

use std::sync::Arc;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::experiment::Model;
use crate::flow::Point;
use crate::flow::coupling::{Blocks, PairStream, Pairs};
use crate::flow::exact::{ExactPoint, MarginalField};
use crate::flow::path::interpolate;
use crate::flow::rng::{Stream, stream};
use crate::flow::work::{Work, pause};
use crate::model::{
    Alone, Batch, BatchRule, Engine, FrozenField, FusedEngine, MlpParams, Regression, Widths,
    batch_of, make_batch,
};

use super::exact::Exact;
use super::probes::OTHER_PAIRS;
use super::{Cost, Demand, Flow, Made, Product, Tools, Wish};

/// The batch sizes that are compared.
pub const BATCHES: [usize; 7] = [16, 64, 256, 1024, 4096, 16_384, 65_536];
/// Points behind the gradient of the FM loss.
pub const FM_POINTS: usize = 1 << 20;
/// Rows of a piece of work.
const ROWS: usize = 1024;
/// Rows of all repetitions of a batch size, at most where there are several, and the fewest and most repetitions.
const ROWS_OF_A_SIZE: usize = 1 << 17;
const REPEATS: (usize, usize) = (4, 64);

/// Gradients at the initial and at the present weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradients {
    /// Training steps behind the present weights.
    pub step: u64,
    /// At the weights that the seed begins with.
    pub initial: GradientNoise,
    /// At the weights that are shown.
    pub present: GradientNoise,
}

/// How the gradients of batches scatter about that of the FM loss, at some weights.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientNoise {
    /// `|g_FM|`, on the network's scale.
    pub size: f64,
    /// Every batch size.
    pub batches: Vec<BatchGradient>,
}

/// What batches of a size give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchGradient {
    /// Pairs in a batch.
    pub batch: usize,
    /// Batches behind the numbers.
    pub repeats: usize,
    /// Root mean square of `|g_CFM - g_FM|`.
    pub difference: f64,
    /// Mean angle between the two, in degrees.
    pub angle: f64,
}

impl GradientNoise {
    /// The exponent of the difference over the batch size, a straight line through the logarithms; theory says -1/2.
    pub fn slope(&self) -> f64 {
        slope(self.batches.iter().map(|b| (b.batch as f64, b.difference)))
    }

    /// The exponent of the angle.
    pub fn angle_slope(&self) -> f64 {
        slope(self.batches.iter().map(|b| (b.batch as f64, b.angle)))
    }

    /// `(noise / |g_FM|)^2`, the noise being that of one pair: the batch from which on the direction is that of `g_FM`.
    pub fn batch_of_the_direction(&self) -> f64 {
        let of_one = self
            .batches
            .iter()
            .map(|b| b.difference.powi(2) * b.batch as f64);
        of_one.sum::<f64>() / self.batches.len() as f64 / self.size.powi(2)
    }
}

fn slope(points: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let points = points.map(|(x, y)| (x.ln(), y.ln()));
    let n = points.clone().count() as f64;
    let mean_x = points.clone().map(|(x, _)| x).sum::<f64>() / n;
    let mean_y = points.clone().map(|(_, y)| y).sum::<f64>() / n;
    let both = points.clone().map(|(x, y)| (x - mean_x) * (y - mean_y));
    let square = points.map(|(x, _)| (x - mean_x).powi(2));
    both.sum::<f64>() / square.sum::<f64>()
}

/// Of which field, for which network, and the how many-eth time it is asked for: newer weights alone do not begin again.
#[derive(Clone, Debug)]
pub struct Request {
    exact: Arc<Made<Exact>>,
    model: Model,
    number: u32,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.exact, &other.exact)
            && (&self.model, self.number) == (&other.model, other.number)
    }
}

impl Product for Gradients {
    const NAME: &'static str = "comparison of gradients";
    const COST: Cost = Cost::Measurement;
    const OF_THE_FLOW: bool = false;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let Some(number) = wish.look.gradients else {
            return Demand::Nothing;
        };
        match wish.made.exact.get() {
            Some(exact) if exact.is_demanded(wish) => Demand::Of(Request {
                exact: Arc::clone(exact),
                model: wish.flow.experiment.model.clone(),
                number,
            }),
            _ => Demand::Later,
        }
    }

    fn start(flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let (flow, exact) = (flow.clone(), Arc::clone(&request.exact));
        Work::new(async move {
            let (network, field) = (flow.network()?, exact.field.as_ref().ok()?);
            Self::of(&flow, network, field).await
        })
    }
}

impl Gradients {
    /// Those of a flow's network, on its experiment's problem; none if that cannot be sampled.
    pub async fn of(flow: &Flow, network: &FrozenField, field: &MarginalField) -> Option<Self> {
        Self::with(&BATCHES, FM_POINTS, flow, network, field).await
    }

    /// The same with other batch sizes, and so many points behind `g_FM`.
    async fn with(
        sizes: &[usize],
        fm_points: usize,
        flow: &Flow,
        network: &FrozenField,
        field: &MarginalField,
    ) -> Option<Self> {
        let experiment = &flow.id.experiment;
        let rule = BatchRule::new(experiment, network.scaling());
        let widths = Widths::of(&experiment.model);
        let seed = experiment.seed;
        let initial = MlpParams::init(widths, &mut stream(seed, Stream::Weights, 0));
        let engine = |params: &MlpParams| {
            let (model, training) = (&experiment.model, &experiment.training);
            FusedEngine::new(Box::new(Alone), model, training, params).ok()
        };
        let mut bench = Bench {
            rule,
            blocks: experiment.blocks().ok()?,
            pairs: PairStream::new(2 * OTHER_PAIRS),
            rng: stream(seed, Stream::Estimates, 1),
            engines: [engine(&initial)?, engine(network.params())?],
        };
        let range = experiment.problem.path.time_range();
        let fm = bench.of_the_field(field, range, fm_points).await?;
        let mut batches = [Vec::new(), Vec::new()];
        for &batch in sizes {
            let of_both = bench.of_batches(batch, &fm).await?;
            batches
                .iter_mut()
                .zip(of_both)
                .for_each(|(list, of)| list.push(of));
        }
        let mut both = fm.iter().zip(batches).map(|(fm, batches)| GradientNoise {
            size: norm(fm),
            batches,
        });
        Some(Self {
            step: flow.id.step,
            initial: both.next()?,
            present: both.next()?,
        })
    }
}

/// Gradients of both networks, in double precision.
type Both = [Vec<f64>; 2];

/// What gradients are taken with: the two networks see the same pairs.
struct Bench {
    rule: BatchRule,
    blocks: Blocks,
    pairs: PairStream,
    rng: ChaCha8Rng,
    engines: [FusedEngine; 2],
}

impl Bench {
    fn draw(&mut self, n: usize) -> Option<Pairs> {
        let blocks = &self.blocks;
        self.pairs
            .next_batch(n, |block, n| blocks.draw(block, n))
            .ok()
    }

    /// Adds the gradients of so many rows, each row with the weight one.
    fn add(&mut self, batch: &Batch, sums: &mut Both) -> Option<()> {
        for (engine, sum) in self.engines.iter_mut().zip(sums) {
            let gradient = engine.gradient(batch).ok()?;
            sum.resize(gradient.len(), 0.0);
            for (sum, g) in sum.iter_mut().zip(gradient) {
                *sum += batch.n as f64 * f64::from(g);
            }
        }
        Some(())
    }

    /// `g_FM`: the exact field is the target, at times one of each of many strata.
    async fn of_the_field(
        &mut self,
        field: &MarginalField,
        range: (f64, f64),
        points: usize,
    ) -> Option<Both> {
        let times = points / ROWS;
        let mut sums = Both::default();
        for i in 0..times {
            let within: f64 = self.rng.random();
            let t = range.0 + (range.1 - range.0) * (i as f64 + within) / times as f64;
            let pairs = self.draw(ROWS)?;
            pause().await;
            let schedule = self.rule.path().at(t);
            let points = pairs
                .iter()
                .map(|(x_0, x_1)| interpolate(schedule, x_0, x_1));
            let rng = &mut self.rng;
            let points: Vec<Point> = points.map(|x| self.rule.noisy(x, rng)).collect();
            let mut known = vec![ExactPoint::default(); points.len()];
            for (points, known) in points.chunks(PIECE).zip(known.chunks_mut(PIECE)) {
                field.evaluate(t, points, known);
                pause().await;
            }
            let drawn = points.iter().zip(&known).map(|(x_t, known)| Regression {
                t,
                schedule,
                x_t: *x_t,
                velocity: known.velocity,
                target: self.rule.mean_target(schedule, *x_t, known.velocity),
            });
            let batch = batch_of(&self.rule, points.len(), drawn);
            self.add(&batch, &mut sums)?;
            pause().await;
        }
        Some(sums.map(|sum| scaled(sum, times * ROWS)))
    }

    /// `g_CFM` of batches as training has them, against `g_FM`.
    async fn of_batches(&mut self, batch: usize, fm: &Both) -> Option<[BatchGradient; 2]> {
        let repeats = (ROWS_OF_A_SIZE / batch).clamp(REPEATS.0, REPEATS.1);
        let mut found = [(0.0, 0.0); 2];
        for _ in 0..repeats {
            let mut sums = Both::default();
            let mut left = batch;
            while left > 0 {
                let n = left.min(ROWS);
                let pairs = self.draw(n)?;
                let rows = make_batch(&self.rule, &pairs, &mut self.rng);
                self.add(&rows, &mut sums)?;
                left -= n;
                pause().await;
            }
            let gradients = sums.map(|sum| scaled(sum, batch));
            for ((found, g), fm) in found.iter_mut().zip(&gradients).zip(fm) {
                let difference: Vec<f64> = g.iter().zip(fm).map(|(g, fm)| g - fm).collect();
                found.0 += dot(&difference, &difference);
                found.1 += angle(g, fm);
            }
        }
        let n = repeats as f64;
        Some(found.map(|(square, angle)| BatchGradient {
            batch,
            repeats,
            difference: (square / n).sqrt(),
            angle: angle / n,
        }))
    }
}

/// Points whose exact field is one piece of work.
const PIECE: usize = 128;

fn scaled(sum: Vec<f64>, n: usize) -> Vec<f64> {
    sum.into_iter().map(|x| x / n as f64).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// In degrees.
fn angle(a: &[f64], b: &[f64]) -> f64 {
    let cosine = dot(a, b) / (norm(a) * norm(b));
    cosine.clamp(-1.0, 1.0).acos().to_degrees()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With fewer points than the window takes: the difference falls as the root of the batch at any weights, and the
    /// angle with it as long as the gradient is large.
    #[test]
    fn the_difference_falls_as_the_root_of_the_batch() {
        use crate::experiment::{Experiment, presets};
        use crate::flow::coupling::Coupling;
        use crate::flow::work::finish;
        use crate::model::{Scaling, TrainingState};
        use crate::products::{RunId, marginal_field};
        let preset = presets::find("eight-gaussians").unwrap();
        let mut experiment: Experiment = preset.experiment().unwrap();
        experiment.problem.coupling = Coupling::Independent;
        experiment.model.hidden = vec![8];
        let state = TrainingState::fresh(&experiment).unwrap();
        let scaling = Scaling::measure(&experiment).unwrap();
        let experiment = Arc::new(experiment);
        let network = FrozenField::new(state.engine.average, &experiment, scaling, 7);
        let field = marginal_field(&experiment).unwrap();
        let flow = Flow::learned(network.clone(), experiment, RunId(0));
        let made = Gradients::with(&[16, 64, 256, 1024], 1 << 16, &flow, &network, &field);
        let made = finish(made).unwrap();
        assert_eq!(made.step, 7);
        // The present weights are the initial ones.
        assert_eq!(made.initial, made.present);
        let slope = made.initial.slope();
        assert!((slope + 0.5).abs() < 0.06, "{slope}");
        let angles: Vec<f64> = made.initial.batches.iter().map(|b| b.angle).collect();
        assert!(angles.is_sorted_by(|a, b| a > b), "{angles:?}");
        assert!((20.0..60.0).contains(&angles[0]), "{angles:?}");
    }

    #[test]
    fn the_slope_of_a_power_is_its_exponent() {
        let points = BATCHES.map(|n| (n as f64, 3.0 * (n as f64).powf(-0.5)));
        assert!((slope(points.into_iter()) + 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_direction_is_right_from_the_batch_on_whose_noise_is_the_gradient() {
        let batches = BATCHES.map(|batch| BatchGradient {
            batch,
            repeats: 1,
            difference: 6.0 / (batch as f64).sqrt(),
            angle: 1.0,
        });
        let noise = GradientNoise {
            size: 0.5,
            batches: batches.into(),
        };
        assert!((noise.batch_of_the_direction() - 144.0).abs() < 1e-9);
        assert!((angle(&[1.0, 0.0], &[1.0, 1.0]) - 45.0).abs() < 1e-9);
    }
}
