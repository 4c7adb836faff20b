//! Which lines each of the numbers has, and their axes.

use crate::experiment::figure::MetricsOf;
use crate::flow::solver::Solver;
use crate::products::{CurvePoint as Measurement, ErrorCurves};
use crate::scene::curves::{CurvePoint, Scale, Stroke};
use crate::scene::lanes::LanePanel;
use crate::scene::metrics::Measured;
use crate::snapshot::Frame;

/// Errors below this many times that of the reference are not told from it.
const BEYOND_REFERENCE: f64 = 10.0;

/// Orders of the methods with equal steps.
const ORDERS: [u8; 3] = [1, 2, 4];

/// A line of a plot.
pub(super) struct Line {
    /// What its colour goes by.
    pub lane: usize,
    /// What the legend calls it.
    pub name: String,
    pub stroke: Stroke,
    pub points: Vec<CurvePoint>,
}

impl Line {
    fn new(lane: usize, name: &str, stroke: Stroke) -> Self {
        Self {
            lane,
            name: name.to_owned(),
            stroke,
            points: Vec::new(),
        }
    }

    fn through(self, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let error = None;
        let point = |(x, y)| CurvePoint { x, y, error };
        let points = points.into_iter().map(point).collect();
        Self { points, ..self }
    }

    /// What tables call this kind of line.
    pub fn says(&self) -> &'static str {
        match self.stroke {
            Stroke::Dots => "measured",
            Stroke::Line => "mean",
            Stroke::Faint => "raw",
            Stroke::Dashed | Stroke::Reference => "reference",
        }
    }
}

/// One of the plots.
pub(super) struct PlotSpec {
    pub title: &'static str,
    pub scale: Scale,
    /// Orders of convergence to compare the lines with.
    pub orders: &'static [u8],
    pub lines: fn(&[LanePanel]) -> Vec<Line>,
}

/// What there is of one of the numbers.
pub(super) struct Spec {
    pub x_name: &'static str,
    pub x_scale: Scale,
    pub plots: Vec<PlotSpec>,
    /// What is said if there is no line.
    pub nothing: &'static str,
}

/// That of one of the numbers.
pub(super) fn spec(of: MetricsOf) -> Spec {
    use Scale::{Linear, Logarithmic};
    let one = |title, scale, lines| {
        vec![PlotSpec {
            title,
            scale,
            orders: if of == MetricsOf::SolverError {
                &ORDERS
            } else {
                &[]
            },
            lines,
        }]
    };
    match of {
        MetricsOf::Loss => Spec {
            x_name: "training step",
            x_scale: Linear,
            plots: one("CFM loss", Logarithmic, loss),
            nothing: "nothing has been trained: there is no loss; `pushforward run` trains",
        },
        MetricsOf::SolverError => Spec {
            x_name: "velocity evaluations per particle (NFE)",
            x_scale: Logarithmic,
            plots: one("end-point error (RMS)", Logarithmic, solver_error),
            nothing: "there is no flow whose solvers could be compared",
        },
        MetricsOf::BlockCost => Spec {
            x_name: "pairs of a block, k",
            x_scale: Logarithmic,
            plots: one("mean cost of a pair, |x₁ − x₀|²", Linear, block_cost),
            nothing: "source or target cannot be sampled: there are no blocks",
        },
        MetricsOf::Straightness => Spec {
            x_name: "t",
            x_scale: Linear,
            plots: one("E |(Z₁ − Z₀) − v|²", Linear, straightness),
            nothing: "samples of a stochastic equation have no straightness; `--set sampler=Ode` has",
        },
        MetricsOf::Training => Spec {
            x_name: "training step",
            x_scale: Logarithmic,
            plots: vec![
                PlotSpec {
                    title: "straightness S",
                    scale: Logarithmic,
                    orders: &[],
                    lines: |lanes| training(lanes, |point| Some(point.straightness)),
                },
                PlotSpec {
                    title: "W₂ to the target",
                    scale: Logarithmic,
                    orders: &[],
                    lines: |lanes| training(lanes, |point| point.w2),
                },
            ],
            nothing: "there are no checkpoints of a training: an exact field has none, and a run keeps them",
        },
    }
}

/// The loss of every step and its running mean, with the floor.
fn loss(lanes: &[LanePanel]) -> Vec<Line> {
    let mut raw = Vec::new();
    let (mut smoothed, mut floors) = (Vec::new(), Vec::new());
    for (i, lane) in lanes.iter().enumerate() {
        let curve = lane.frame.loss.curve();
        let Some(last) = curve.last() else {
            continue;
        };
        // Where a point stands for several steps: from the smallest to the largest of them.
        let band = curve.iter().flat_map(|point| {
            let [low, high] = [point.min, point.max].map(f64::from);
            let x = point.step as f64;
            [(x, low), (x, high)]
                .into_iter()
                .take(if low == high { 1 } else { 2 })
        });
        raw.push(Line::new(i, &lane.title, Stroke::Faint).through(band));
        let mean = curve
            .iter()
            .map(|point| (point.step as f64, f64::from(point.smoothed)));
        smoothed.push(Line::new(i, &lane.title, Stroke::Line).through(mean));
        let floor = Measured::of(lane.frame).floor.and_then(|floor| floor.value);
        if let Some(floor) = floor.filter(|floor| floor.value > 0.0) {
            let level = [0.0, last.step as f64].map(|x| (x, floor.value));
            let line = Line::new(i, "floor V of the loss", Stroke::Dashed);
            floors.push(line.through(level));
        }
    }
    raw.into_iter().chain(smoothed).chain(floors).collect()
}

/// The solvers of one lane, or the lanes' own solver.
fn solver_error(lanes: &[LanePanel]) -> Vec<Line> {
    let curves = |frame: &Frame| {
        let made = frame.products.error_curves.get();
        made.map(|made| made.output.clone())
    };
    let line = |i: usize, name: String, curves: &ErrorCurves, place: usize| {
        let curve = curves.curves.get(place)?;
        let order = curve.order(BEYOND_REFERENCE * curves.reference_error);
        // Where steps are chosen there is no order.
        let order = order.filter(|_| curve.method.steps().is_some());
        let order = order.map(|order| format!(", order {order:.2}"));
        let name = [name, order.unwrap_or_default()].concat();
        let points = curve.points.iter();
        let points = points.filter(|(nfe, error)| *nfe > 0 && *error > 0.0);
        let points = points.map(|&(nfe, error)| (nfe as f64, error));
        Some(Line::new(i, &name, Stroke::Dots).through(points))
    };
    match lanes {
        [lane] => {
            let Some(curves) = curves(lane.frame) else {
                return Vec::new();
            };
            let names = Solver::EQUAL.map(|method| method.name());
            let names = names.into_iter().chain(["Dormand-Prince 5(4)"]).enumerate();
            let lines = names.filter_map(|(i, name)| line(i, name.to_owned(), &curves, i));
            lines.collect()
        }
        lanes => {
            let lanes = lanes.iter().enumerate();
            let lines = lanes.filter_map(|(i, lane)| {
                let solver = lane.frame.experiment.readout.solver;
                let place = Solver::EQUAL.iter().position(|m| m.name() == solver.name());
                let place = place.unwrap_or(Solver::EQUAL.len());
                let name = format!("{}, {}", lane.title, solver.name());
                line(i, name, &curves(lane.frame)?, place)
            });
            lines.collect()
        }
    }
}

/// The cost of a pair, with the squared Wasserstein distance of as many samples as were measured.
fn block_cost(lanes: &[LanePanel]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (i, lane) in lanes.iter().enumerate() {
        let Some(costs) = lane.frame.products.block_costs.get() else {
            continue;
        };
        let point = |&(size, cost): &(usize, crate::flow::metrics::Mean)| CurvePoint {
            x: size as f64,
            y: cost.value,
            error: Some(cost.stderr),
        };
        lines.push(Line {
            points: costs.costs.iter().map(point).collect(),
            ..Line::new(i, &lane.title, Stroke::Dots)
        });
        let metrics = lane.frame.products.metrics.get();
        let squared = metrics.and_then(|m| Some((m.w2_source_target_squared?, m.w2_samples)));
        if let (Some((squared, n)), Some((last, _))) = (squared, costs.costs.last()) {
            let name = format!("W₂² of source and target, {n} samples");
            let level = [1.0, *last as f64].map(|x| (x, squared));
            lines.push(Line::new(i, &name, Stroke::Dashed).through(level));
        }
    }
    lines
}

fn straightness(lanes: &[LanePanel]) -> Vec<Line> {
    let lanes = lanes.iter().enumerate();
    let lines = lanes.filter_map(|(i, lane)| {
        let metrics = lane.frame.products.metrics.get()?;
        if metrics.straightness_reason.is_some() {
            return None;
        }
        let profile = &metrics.profile;
        let points = std::iter::zip(&profile.times, &profile.local);
        let points = points.map(|(&t, &y)| (t, y)).filter(|(_, y)| y.is_finite());
        Some(Line::new(i, &lane.title, Stroke::Line).through(points))
    });
    lines.collect()
}

/// A number over the steps; before the first step there is no place on a logarithmic axis.
fn training(lanes: &[LanePanel], value: fn(&Measurement) -> Option<f64>) -> Vec<Line> {
    let lanes = lanes.iter().enumerate();
    let lines = lanes.filter_map(|(i, lane)| {
        let curve = lane.frame.products.learning_curve.get()?;
        let shown = |point: &Measurement| {
            let value = value(point).filter(|value| *value > 0.0 && value.is_finite())?;
            (point.step > 0).then_some((point.step as f64, value))
        };
        let points: Vec<_> = curve.points.iter().filter_map(shown).collect();
        (!points.is_empty()).then(|| Line::new(i, &lane.title, Stroke::Dots).through(points))
    });
    lines.collect()
}
