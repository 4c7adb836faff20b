//! What a legal experiment still has to say about its numbers, with numbers.
//!
//! Some of them are measured on samples and take milliseconds: they are not for the time of painting.

use super::{CFM_TIMES, Experiment, Problem, Readout};
use crate::flow::Point;
use crate::flow::conversion::{PREDICTION_FLOOR, Quantity};
use crate::flow::coupling::assignment::w2_squared;
use crate::flow::coupling::{Coupling, PairStream, Pairs};
use crate::flow::distribution::Shape;
use crate::flow::exact::Component;
use crate::flow::moments::Moments;
use crate::flow::path::Path;
use crate::flow::sde::{LONGEST, MOST_PARTS, Sampler, Sde};

/// Pairs from which the start of VE is estimated: as many as a few milliseconds allow.
const VE_PAIRS: usize = 20_000;
const VE_COUPLED_PAIRS: usize = 2048;
/// Gap of VE's start, as a share of the start's own spread, from which it is spoken of.
const VE_GAP: f64 = 0.03;
/// Share by which the regularisation of an entropic coupling may miss that of its bridge: about what its estimate does.
const BRIDGE_GAP: f64 = 0.1;
/// Points of each W2.
const W2_POINTS: usize = 1000;
/// Points from which the spread of a distribution is estimated.
const SPREAD_POINTS: usize = 1000;
/// A component narrower than this share of all there is counts as a point.
const POINT: f64 = 1e-3;
/// A component this many times as far out as all the rest is wide, times the root of its share, decides alone on what
/// scale the network sees points.
const FAR: f64 = 100.0;

impl Experiment {
    /// What a legal experiment still has to say about its numbers, one sentence each. Takes up to some ten
    /// milliseconds: for VE, and where `sigma_min` leaves a trace of the source, pairs are drawn and coupled.
    pub fn cautions(&self) -> Vec<String> {
        let measured = match self.problem.path {
            Path::Ve { sigma_max, .. } => self.ve_start(sigma_max),
            Path::CondOt { sigma_min } => self.trace_of_the_source(sigma_min),
            _ => None,
        };
        let path = self.problem.path.caution().into_iter();
        let mut cautions: Vec<String> = path.chain(measured).collect();
        cautions.extend(self.problem.velocity.remarks());
        let Problem { source, target, .. } = &self.problem;
        cautions.extend(self.problem.coupling.caution(source, target));
        cautions.extend(self.distilled_mean());
        if let Some(Pairs { x_0, x_1 }) = self.pairs(SPREAD_POINTS, Coupling::Independent) {
            let [source, target] = [x_0, x_1].map(|points| Moments::of(&points).spread());
            cautions.extend(self.few_target_points(source));
            cautions.extend(far_component(
                "source",
                self.problem.source.as_mixture(),
                target,
            ));
            cautions.extend(far_component(
                "target",
                self.problem.target.as_mixture(),
                source,
            ));
        }
        cautions.extend(self.clamped_prediction());
        cautions.extend(self.no_bridge());
        cautions.extend(self.coarse_sampling());
        cautions
    }

    /// Whether pairs and noise are those of a Schrodinger bridge: `eps = 2 sigma^2` for C without the 1/2.
    fn no_bridge(&self) -> Option<String> {
        let Coupling::Sinkhorn {
            epsilon, bridge, ..
        } = self.problem.coupling
        else {
            return None;
        };
        let pairs = self.pairs(SPREAD_POINTS, Coupling::Independent)?;
        let eps = epsilon * pairs.cost();
        let due = 2.0 * bridge * bridge;
        (bridge > 0.0 && (eps / due - 1.0).abs() > BRIDGE_GAP).then(|| {
            format!(
                "This is no Schrödinger bridge: that needs ε mean(C) = 2σ², and here they are about {eps:.3} and {due:.3}; \
                 coupling.bridge = {:.3} makes it one, or coupling.epsilon = {:.4}.",
                (0.5 * eps).sqrt(),
                due / pairs.cost()
            )
        })
    }

    /// What is learned by another name, and what is clamped.
    fn clamped_prediction(&self) -> Option<String> {
        let same = match self.model.parametrisation {
            Quantity::Velocity => return None,
            Quantity::X1 | Quantity::Eps => "",
            Quantity::Score => {
                " With the weight sigma^2 s_0^2 score and noise are one training up to the sign of the output."
            }
        };
        Some(format!(
            "The network predicts the {}: alpha and sigma count as {PREDICTION_FLOOR} at least where its prediction is \
             divided by them, and the CFM loss is told over t in [{}, {}].{same}",
            self.model.parametrisation.name(),
            CFM_TIMES.0,
            CFM_TIMES.1
        ))
    }

    /// How good the steps of a stochastic equation are.
    fn coarse_sampling(&self) -> Option<String> {
        let Readout {
            solver, sampler, ..
        } = self.readout;
        let Sampler::Sde { strength } = sampler else {
            return None;
        };
        let problem = &self.problem;
        let sde = Sde {
            strength,
            path: problem.path,
            source_std: problem.score_scale().ok()?,
            narrowest: problem.target.narrowest_variance(),
            seed: self.seed,
        };
        let times = solver.times(Sde::range(problem.path.time_range()));
        let too_long = sde.too_long(&times);
        match sde.narrowest {
            None => Some(format!(
                "The SDE takes the solver's {} steps as they are: the narrowest component of this target is not known, and \
                 where its variance is below g dt / {LONGEST} samples spread; more solver.steps tell.",
                times.len() - 1
            )),
            Some(_) if too_long > 0 => Some(format!(
                "{too_long} steps of the SDE are cut into {MOST_PARTS} parts, which is not enough for g dt <= {LONGEST} \
                 times the variance of the narrowest component: samples spread there; a smaller strength or more \
                 solver.steps help."
            )),
            Some(_) => None,
        }
    }

    /// The first pairs that training would see; `None` if there are none, such as of an empty drawing.
    fn pairs(&self, n: usize, coupling: Coupling) -> Option<Pairs> {
        let blocks = self.blocks_of(coupling).ok()?;
        let draw = |block, n| blocks.draw(block, n);
        PairStream::default().next_batch(n, draw).ok()
    }

    /// VE starts from `N(0, sigma_max^2 I)`, its path from the law of `x_1 + x_0`, with `x_0` on the canvas. Their
    /// means and covariances tell how far they are apart: W2 is at least that of Gaussians with them, and about that,
    /// as both are nearly Gaussian unless `sigma_max` is small.
    fn ve_start(&self, sigma_max: f64) -> Option<String> {
        let block = self.problem.coupling.block();
        let n = match block {
            None => VE_PAIRS,
            Some(_) => VE_COUPLED_PAIRS,
        };
        let Pairs { x_0, x_1 } = self.pairs(n, self.problem.coupling)?;
        let target = Moments::of(&x_1);
        let covariance = |i: usize, j: usize| {
            let products = x_0
                .iter()
                .zip(&x_1)
                .map(|(a, b)| a[i] * (b[j] - target.mean[j]));
            products.sum::<f64>() / x_0.len() as f64
        };
        // Between independent points it is zero; what samples say would be noise of the start's own size.
        let shared = match block {
            None => [0.0; 3],
            Some(_) => [
                2.0 * covariance(0, 0),
                covariance(0, 1) + covariance(1, 0),
                2.0 * covariance(1, 1),
            ],
        };
        let variance = sigma_max * sigma_max;
        let start = Moments {
            mean: [0.0; 2],
            cov: [variance, 0.0, variance],
        };
        let path = Moments {
            mean: target.mean,
            cov: [0, 1, 2].map(|i| start.cov[i] + target.cov[i] + shared[i]),
        };
        let (gap, spread) = (start.w2(&path), start.spread());
        let remedy = match block {
            None => "a larger sigma_max or a target about the origin narrows it",
            Some(_) => "independent pairs or a larger sigma_max narrow it",
        };
        (gap > VE_GAP * spread).then(|| {
            format!(
                "VE starts from N(0, sigma_max^2 I), but its path from p_0, the law of x_1 + sigma_max x_0 under the \
                 {} coupling: W2 between the two is {gap:.2}, {:.1} % of the start's spread sqrt(2) sigma_max = \
                 {spread:.2}, and the flow carries that gap to its samples; {remedy}.",
                self.problem.coupling.name(),
                100.0 * gap / spread
            )
        })
    }

    /// With `sigma_min > 0` cond-OT ends in the law of `x_1 + sigma_min x_0`: a small blur for a Gaussian about the
    /// origin, a picture of any other source.
    fn trace_of_the_source(&self, sigma_min: f64) -> Option<String> {
        let centred = matches!(self.problem.source.shape, Shape::Gaussian { .. });
        if sigma_min == 0.0 || (centred && self.problem.source.shift == (0.0, 0.0)) {
            return None;
        }
        let Pairs { x_0, x_1 } = self.pairs(3 * W2_POINTS, self.problem.coupling)?;
        let blurred: Vec<Point> = x_0
            .iter()
            .zip(&x_1)
            .take(W2_POINTS)
            .map(|(x_0, x_1)| [0, 1].map(|i| x_1[i] + sigma_min * x_0[i]))
            .collect();
        let (second, third) = x_1[W2_POINTS..].split_at(W2_POINTS);
        let w2 = |a: &[Point], b: &[Point]| w2_squared(a, b).ok().map(f64::sqrt);
        let (off, floor) = (w2(&blurred, third)?, w2(second, third)?);
        Some(format!(
            "cond-OT with sigma_min = {sigma_min} ends in the law of x_1 + {sigma_min} x_0, and this source is no \
             Gaussian about the origin, so that a copy of it at {sigma_min} of its size stays on every target point: \
             even a perfect field ends at W2 {off:.2} from the target, where {W2_POINTS} other target samples are at \
             {floor:.2}; sigma_min: 0.0 leaves nothing."
        ))
    }

    /// Targets of a few points, each the partner of many source points of a block.
    fn few_target_points(&self, source_spread: f64) -> Option<String> {
        let batch = self.problem.coupling.block()?;
        let components = self.problem.target.as_mixture()?;
        let size = mixture_moments(&components).spread().max(source_spread);
        let is_point = |c: &Component| c.cov[0].sqrt() < POINT * size;
        let mut points: Vec<Point> = components.iter().map(|c| c.mean).collect();
        points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        points.dedup();
        let n = points.len();
        (n < batch && components.iter().all(is_point)).then(|| {
            format!(
                "The target has {n} distinct point{}, fewer than the {batch} pairs of a coupling block: {} source \
                 points of a block share one on average, many permutations cost the same, and W2 and its floor tell \
                 how the points are shared out rather than where they lie.",
                if n == 1 { "" } else { "s" },
                batch / n.max(1)
            )
        })
    }
}

/// A component of one end's mixture beside which nothing else is resolved; the other end is `other_spread` wide.
fn far_component(end: &str, mixture: Option<Vec<Component>>, other_spread: f64) -> Option<String> {
    let components = mixture?;
    let total: f64 = components.iter().map(|c| c.weight).sum();
    let lies_far = |i: usize| {
        let mut rest = components.clone();
        let component = rest.remove(i);
        let (centre, width) = if rest.is_empty() {
            ([0.0; 2], other_spread)
        } else {
            let rest = mixture_moments(&rest);
            (rest.mean, rest.spread().max(other_spread))
        };
        let [dx, dy] = [0, 1].map(|k| component.mean[k] - centre[k]);
        let (distance, share) = (dx.hypot(dy), component.weight / total);
        (distance * share.sqrt() > FAR * width).then_some((component.mean, distance / width))
    };
    let ([x, y], widths) = (0..components.len()).find_map(lies_far)?;
    Some(format!(
        "A component of the {end} stands at ({x}, {y}), {widths:.0} times as far out as all the rest is wide: the \
         network sees points on the scale of the whole, where the rest is one point, so that nothing else is \
         resolved; move it to within {FAR} widths."
    ))
}

/// Mean and covariance of a mixture, which has a component.
fn mixture_moments(components: &[Component]) -> Moments {
    let total: f64 = components.iter().map(|c| c.weight).sum();
    let sum = |number: &dyn Fn(&Component) -> f64| {
        components.iter().map(|c| c.weight * number(c)).sum::<f64>() / total
    };
    let mean = [sum(&|c| c.mean[0]), sum(&|c| c.mean[1])];
    let product = |i: usize, j: usize, k: usize| {
        sum(&|c| c.cov[k] + (c.mean[i] - mean[i]) * (c.mean[j] - mean[j]))
    };
    Moments {
        mean,
        cov: [product(0, 0, 0), product(0, 1, 1), product(1, 1, 2)],
    }
}

#[cfg(test)]
mod tests {
    use crate::experiment::presets;

    fn cautions(preset: &str, changes: &[(&str, &str)]) -> Vec<String> {
        let mut experiment = presets::find(preset).unwrap().experiment().unwrap();
        for (key, value) in changes {
            experiment.set(key, value).unwrap();
        }
        experiment.validate().unwrap();
        let cautions = experiment.cautions();
        println!("{preset} {changes:?}: {cautions:#?}");
        cautions
    }

    /// The number that stands in the sentence after `before`.
    fn number_after(sentence: &str, before: &str) -> f64 {
        let (_, rest) = sentence.split_once(before).unwrap();
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'));
        let number = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
        number.parse().unwrap()
    }

    #[test]
    fn most_presets_need_no_caution() {
        for preset in presets::all() {
            let n = cautions(preset.name, &[]).len();
            let expected = usize::from(matches!(preset.name, "vp" | "ve"));
            assert_eq!(n, expected, "{}", preset.name);
        }
        assert!(cautions("vp", &[])[0].contains("0.115 per decade"));
    }

    #[test]
    fn ve_states_how_far_its_start_is_off() {
        // The moons' mean is (0, 1/2), and what their covariance adds to a standard deviation of 10 is small.
        let gap = "W2 between the two is ";
        let independent = &cautions("ve", &[])[0];
        assert!((0.51..0.56).contains(&number_after(independent, gap)));
        let share = number_after(
            independent,
            &format!("{:.2}, ", number_after(independent, gap)),
        );
        assert!((3.6..4.0).contains(&share), "{share} % of 14.14");
        let wide = [("path.sigma_max", "100.0")];
        assert!(cautions("ve", &wide).is_empty(), "0.4 % is not spoken of");
        // Batch-OT aligns the pairs: the standard deviations of source and target add up.
        let coupled = &cautions("ve", &[("coupling", "BatchOt(batch: 256)")])[0];
        let off = number_after(coupled, gap);
        assert!((1.5..2.1).contains(&off), "{off}");
        assert!(coupled.contains("under the batch-OT coupling"));
    }

    #[test]
    fn a_source_that_is_left_on_the_target_is_measured() {
        let source = ("source", "(shape: EightGaussians())");
        let changes = [source, ("path", "CondOt(sigma_min: 0.2)")];
        let sentence = &cautions("two-moons", &changes)[0];
        let off = number_after(sentence, "ends at W2 ");
        let floor = number_after(sentence, "other target samples are at ");
        assert!((0.50..0.68).contains(&off), "{off}");
        assert!((0.10..0.25).contains(&floor), "{floor}");
        let gaussian = ("path", "CondOt(sigma_min: 0.2)");
        assert!(cautions("two-moons", &[gaussian]).is_empty());
        assert!(cautions("two-moons", &[source]).is_empty());
    }

    #[test]
    fn noise_that_makes_no_bridge_is_noticed_and_the_right_one_named() {
        let with = |bridge: &str| {
            let coupling = format!("Sinkhorn(batch: 256, epsilon: 0.05, bridge: {bridge})");
            cautions("eight-gaussians", &[("coupling", &coupling)])
        };
        assert!(with("0.0").is_empty());
        let sentence = &with("0.2")[0];
        // eps = 0.05 x 27.5 = 1.375, so that sigma is to be 0.83.
        let named = number_after(sentence, "coupling.bridge = ");
        assert!((named - 0.829).abs() < 0.03, "{sentence}");
        assert!(with(&named.to_string()).is_empty());
    }

    #[test]
    fn blocks_larger_than_the_target_are_noticed() {
        let points = "(shape: Mixture(components: [(mean: (3.0, 0.0), std: 1e-6), (mean: (-3.0, 0.0), std: 1e-6)]))";
        let with =
            |batch: &str| cautions("batch-ot", &[("target", points), ("coupling.batch", batch)]);
        assert!(
            with("256")[0]
                .starts_with("The target has 2 distinct points, fewer than the 256 pairs")
        );
        assert!(with("256")[0].contains("128 source points"));
        assert!(with("2").is_empty());
        let clouds = points.replace("1e-6", "0.5");
        assert!(cautions("batch-ot", &[("target", &clouds)]).is_empty());
    }

    #[test]
    fn a_component_beyond_everything_is_noticed() {
        let far = |x: &str| {
            let target = format!(
                "(shape: Mixture(components: [(mean: (3.0, 0.0), std: 0.5), (mean: (-3.0, 0.0), std: 0.5), \
                 (mean: ({x}, 0.0), std: 0.5)]))"
            );
            cautions("two-moons", &[("target", &target)])
        };
        assert!(far("100.0").is_empty());
        let sentence = &far("1e6")[0];
        assert!(sentence.starts_with("A component of the target stands at (1000000, 0), "));
        // The other two are 3.08 wide.
        let widths = number_after(sentence, "(1000000, 0), ");
        assert!((widths / 324_400.0 - 1.0).abs() < 0.01, "{widths}");
        let alone = "(shape: Gaussian(), shift: (1e6, 0.0))";
        assert_eq!(cautions("two-moons", &[("target", alone)]).len(), 1);
    }
}
