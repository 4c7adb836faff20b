//! Which product is out of date when, and that it does not depend on how the work is cut.

mod likelihood;
mod solvers;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::experiment::{BlockView, Experiment, Given, TrajectoryColor, Velocity, presets};
use crate::flow::conversion::Quantity;
use crate::flow::likelihood::Divergence;
use crate::flow::rng::{Stream, stream};
use crate::flow::sde::Sampler;
use crate::flow::solver::{Solver, solve};
use crate::flow::work::{finish, pause};
use crate::model::{FrozenField, MlpParams, Scaling, Widths};

mod density_difference;
mod identities;
mod maps;

fn experiment() -> Experiment {
    let preset = presets::find("two-moons").unwrap();
    let mut experiment = preset.experiment().unwrap();
    experiment.model.hidden = vec![8];
    experiment.readout.solver = Solver::Midpoint { steps: 6 };
    experiment.readout.evaluation.samples = 40;
    experiment.readout.evaluation.w2_samples = 30;
    experiment.view.particles = 10_050;
    experiment.view.color = TrajectoryColor::LocalS;
    experiment.view.layers.push(Layer::Density);
    experiment.view.layers.push(Layer::DeformedGrid);
    experiment.view.layers.push(Layer::Particles);
    experiment.view.layers.push(Layer::Errors);
    experiment.view.layers.push(Layer::Likelihood);
    experiment.view.trajectories = 7;
    experiment.view.ask = Some((0.3, -0.2));
    experiment.view.layers.push(Layer::Conditional);
    experiment.view.given = Some(Given {
        at: (0.0, 1.0),
        points: 2,
    });
    experiment.view.layers.push(Layer::Block);
    experiment.view.block = BlockView {
        size: Some(9),
        number: 2,
    };
    experiment.view.from = End::Target;
    // Files name it only if it is not the learned one.
    experiment.problem.velocity = Velocity::ALL[1];
    experiment.model.parametrisation = Quantity::Eps;
    experiment.readout.sampler = Sampler::ALL[1];
    experiment.view.reading = Quantity::X1;
    experiment.readout.evaluation.error = 0.02;
    experiment.readout.evaluation.tolerance = 1e-4;
    experiment.readout.evaluation.likelihood_samples = 50;
    experiment.readout.evaluation.divergence = Divergence::Hutchinson { probes: 2 };
    experiment
}

fn flow(experiment: &Arc<Experiment>, step: u64) -> Flow {
    let widths = Widths::of(&experiment.model);
    let params = MlpParams::init(widths, &mut stream(5, Stream::Weights, step));
    let scaling = Scaling::measure(experiment).unwrap();
    let network = FrozenField::new(Arc::new(params), experiment, scaling, step);
    Flow::learned(network, Arc::clone(experiment), RunId(0))
}

fn all(flow: &Flow, look: &Look) -> Products {
    make_all(flow, look, &Tools::default(), || true).unwrap()
}

fn look(experiment: &Experiment) -> Look {
    Look {
        solvers: true,
        exact: true,
        floor: true,
        convergence: true,
        likelihood: true,
        pointer: Some([1.0, 0.5]),
        ..Look::of(&experiment.view, Bounds::square(3.0))
    }
}

/// The names of the products that are out of date when `experiment` is studied.
fn stale(products: &Products, experiment: Experiment) -> BTreeSet<&'static str> {
    let (look, experiment) = (look(&experiment), Arc::new(experiment));
    let mut stale = BTreeSet::new();
    macro_rules! check {
        ($($name:ident)*) => {
            $(let made = products.$name.get();
            if made.is_none_or(|made| !products.is_current(made, &experiment, &look)) {
                stale.insert(stringify!($name));
            })*
        };
    }
    check!(exact trajectories measures mesh field density starts cloud references pair_crossings block probes floor fm_error metrics solvers error_curves exact_error_curves end_errors likelihood_basis likelihood_at likelihood_sketch likelihood_map likelihood posterior answer conditional);
    stale
}

const NOTHING: &[&str] = &[];
/// What is drawn from the flow.
const PICTURES: &[&str] = &[
    "trajectories",
    "measures",
    "mesh",
    "field",
    "density",
    "cloud",
    "fm_error",
    "metrics",
    "solvers",
    "error_curves",
    "end_errors",
    "likelihood_basis",
    "likelihood_at",
    "likelihood_sketch",
    "likelihood_map",
    "likelihood",
    "answer",
];
/// What depends on the law of `x_t`.
const OF_THE_LAW: &[&str] = &[
    "exact",
    "posterior",
    "answer",
    "conditional",
    "probes",
    "floor",
    "fm_error",
    "trajectories",
    "measures",
    "mesh",
    "field",
    "density",
    "cloud",
    "metrics",
    "solvers",
    "error_curves",
    "exact_error_curves",
    "end_errors",
    "likelihood_basis",
    "likelihood_at",
    "likelihood_sketch",
    "likelihood_map",
    "likelihood",
];
const ALL: &[&str] = &[
    "exact",
    "posterior",
    "answer",
    "conditional",
    "probes",
    "floor",
    "fm_error",
    "trajectories",
    "measures",
    "mesh",
    "field",
    "density",
    "starts",
    "cloud",
    "references",
    "pair_crossings",
    "block",
    "metrics",
    "solvers",
    "error_curves",
    "exact_error_curves",
    "end_errors",
    "likelihood_basis",
    "likelihood_at",
    "likelihood_sketch",
    "likelihood_map",
    "likelihood",
];
/// The particles of these tests start at the target.
const FROM_SOURCE: &[&str] = &[
    "exact",
    "posterior",
    "answer",
    "conditional",
    "probes",
    "floor",
    "fm_error",
    "trajectories",
    "measures",
    "mesh",
    "field",
    "density",
    "cloud",
    "references",
    "pair_crossings",
    "block",
    "metrics",
    "solvers",
    "error_curves",
    "exact_error_curves",
    "end_errors",
    "likelihood_basis",
    "likelihood_at",
    "likelihood_sketch",
    "likelihood_map",
    "likelihood",
];
const SOLVED: &[&str] = &[
    "trajectories",
    "measures",
    "mesh",
    "density",
    "cloud",
    "metrics",
    "solvers",
    "end_errors",
];
const MEASURED: &[&str] = &[
    "references",
    "metrics",
    "solvers",
    "error_curves",
    "exact_error_curves",
    "likelihood",
];

/// Every field of the file with another value, and what is out of date then.
const TABLE: &[(&str, &str, &[&str])] = &[
    ("name", "other", NOTHING),
    ("title", "Other", NOTHING),
    ("about", "Other", NOTHING),
    (
        "seed",
        "7",
        &[
            "exact",
            "posterior",
            "answer",
            "conditional",
            "probes",
            "floor",
            "fm_error",
            "trajectories",
            "measures",
            "mesh",
            "density",
            "starts",
            "cloud",
            "references",
            "pair_crossings",
            "block",
            "metrics",
            "solvers",
            "error_curves",
            "exact_error_curves",
            "end_errors",
            "likelihood_basis",
            "likelihood_at",
            "likelihood_sketch",
            "likelihood_map",
            "likelihood",
        ],
    ),
    (
        "source",
        "(shape: EightGaussians(radius: 5.0, std: 0.5))",
        FROM_SOURCE,
    ),
    ("target", "(shape: Checkerboard)", ALL),
    ("path", "Cosine", OF_THE_LAW),
    (
        "coupling",
        "BatchOt(batch: 64)",
        &[
            "exact",
            "posterior",
            "answer",
            "probes",
            "floor",
            "fm_error",
            "trajectories",
            "measures",
            "mesh",
            "field",
            "density",
            "cloud",
            "pair_crossings",
            "block",
            "metrics",
            "solvers",
            "error_curves",
            "exact_error_curves",
            "end_errors",
            "likelihood_basis",
            "likelihood_at",
            "likelihood_sketch",
            "likelihood_map",
            "likelihood",
        ],
    ),
    ("velocity", "Learned", PICTURES),
    ("model.hidden", "[16]", NOTHING),
    ("model.activation", "Tanh", NOTHING),
    ("model.time", "Fourier(frequencies: 3)", NOTHING),
    ("model.parametrisation", "X1", NOTHING),
    ("training.steps", "77", NOTHING),
    ("training.batch", "77", NOTHING),
    ("training.optimizer", "AdamW(lr: 0.01)", NOTHING),
    ("training.schedule", "Cosine(warmup: 3)", NOTHING),
    ("training.sigma", "0.2", OF_THE_LAW),
    ("training.ema", "0.5", NOTHING),
    ("solver", "Euler(steps: 6)", SOLVED),
    (
        "sampler",
        "Ode",
        &["trajectories", "measures", "density", "cloud", "metrics"],
    ),
    ("evaluation.samples", "50", MEASURED),
    ("evaluation.w2_samples", "20", MEASURED),
    ("evaluation.error", "0.05", &["solvers"]),
    ("evaluation.tolerance", "1e-3", &["solvers"]),
    ("evaluation.likelihood_samples", "60", &["likelihood"]),
    (
        "evaluation.divergence",
        "Exact",
        &[
            "likelihood_at",
            "likelihood_sketch",
            "likelihood_map",
            "likelihood",
        ],
    ),
    ("view.t", "0.3", &["posterior", "answer", "conditional"]),
    (
        "view.layers",
        "[Target, Particles]",
        &[
            "block",
            "density",
            "mesh",
            "end_errors",
            "likelihood_sketch",
            "likelihood_map",
            "conditional",
        ],
    ),
    ("view.paths", "3", &["measures", "end_errors"]),
    ("view.particles", "10060", &["starts", "cloud"]),
    ("view.field", "5", &["field"]),
    ("view.reading", "Eps", &["field"]),
    ("view.trail", "0.3", NOTHING),
    ("view.color", "Identity", &["measures"]),
    (
        "view.from",
        "Source",
        &[
            "trajectories",
            "measures",
            "density",
            "starts",
            "cloud",
            "end_errors",
        ],
    ),
    (
        "view.camera",
        "Some((center: (1.0, 1.0), height: 3.0))",
        NOTHING,
    ),
    ("view.ask", "Some((1.0, 0.5))", &["posterior", "answer"]),
    (
        "view.given",
        "Some((at: (1.0, 0.0), points: 3))",
        &["conditional"],
    ),
    ("view.block", "(size: Some(12), number: 1)", &["block"]),
];

/// The dotted names of an experiment's fields, those of the groups in the place of the groups.
fn fields(experiment: &Experiment) -> Vec<String> {
    let text = experiment.to_ron();
    let top = text.lines().filter_map(|line| line.trim().split_once(": "));
    let mut names = Vec::new();
    for (name, value) in top {
        if !["model", "training", "evaluation", "view"].contains(&name) {
            names.push(name.to_owned());
            continue;
        }
        let (mut depth, mut word) = (0, String::new());
        for c in value.chars() {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                ':' if depth == 1 => names.push(format!("{name}.{word}")),
                _ => {}
            }
            match c {
                'a'..='z' | '0'..='9' | '_' => word.push(c),
                _ => word.clear(),
            }
        }
    }
    names.retain(|name| name != "version");
    names
}

#[test]
fn every_field_makes_those_products_stale_that_depend_on_it() {
    let studied = Arc::new(experiment());
    let products = all(&flow(&studied, 3), &look(&studied));
    assert_eq!(stale(&products, experiment()), BTreeSet::new());
    let named: Vec<&str> = TABLE.iter().map(|(key, ..)| *key).collect();
    assert_eq!(fields(&studied), named, "every field once");
    for (key, value, expected) in TABLE {
        let mut changed = experiment();
        changed.set(key, value).unwrap();
        assert_ne!(changed, experiment(), "{key}");
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        assert_eq!(stale(&products, changed), expected, "{key} = {value}");
    }
    assert_eq!(stale(&Products::default(), experiment()).len(), ALL.len());
}

#[test]
fn newer_weights_make_everything_new_but_what_is_of_the_problem() {
    let studied = Arc::new(experiment());
    let (look, tools) = (look(&studied), Tools::default());
    let products = all(&flow(&studied, 3), &look);
    let newer = flow(&studied, 4);
    let wish = Wish {
        flow: &newer.id,
        look: &look,
        made: &products,
        past: None,
        now: 0.0,
    };
    let to_make = KINDS
        .iter()
        .filter(|kind| matches!(kind.next(&newer, &wish, &tools), Next::Task(_)));
    let names: Vec<&str> = to_make.map(|kind| kind.name).collect();
    assert_eq!(
        names,
        [
            "picture",
            "deformed grid",
            "picture of the field",
            "cloud",
            "measurement",
            "error of the field",
            "comparison of the solvers",
            "error curves of the solvers",
            "picture of the solver's errors",
            "answer at the pointer",
            "basis of the likelihood",
            "likelihood at the pointer",
            "sketch of the likelihood",
            "map of the likelihood",
            "measurement of the likelihood"
        ]
    );
}

#[test]
fn what_is_not_looked_at_is_not_made() {
    let studied = Arc::new(experiment());
    let look = Look {
        metrics: false,
        ..Look::default()
    };
    let products = all(&flow(&studied, 3), &look);
    assert!(products.trajectories.get().is_some() && products.field.get().is_some());
    assert!(products.density.get().is_none() && products.shown_cloud().is_none());
    assert!(products.metrics.get().is_none() && products.references.get().is_none());
    assert!(products.solvers.get().is_none() && products.end_errors.get().is_none());
}

#[test]
fn a_product_is_the_same_however_its_work_is_cut() {
    for solver in [Solver::Midpoint { steps: 6 }, Solver::controlled(1e-3)] {
        let mut studied = experiment();
        studied.readout.solver = solver;
        assert_is_the_same_however_it_is_cut(&Arc::new(studied));
    }
}

fn assert_is_the_same_however_it_is_cut(studied: &Arc<Experiment>) {
    let (flow, look) = (flow(studied, 3), look(studied));
    let whole = all(&flow, &look);
    let tools = Tools::default();
    let mut cut = Products::default();
    let mut pieces = 0;
    for kind in KINDS {
        loop {
            let wish = Wish {
                flow: &flow.id,
                look: &look,
                made: &cut,
                past: None,
                now: 0.0,
            };
            let Next::Task(mut task) = kind.next(&flow, &wish, &tools) else {
                break;
            };
            let change = loop {
                pieces += 1;
                if let Some(change) = task.work.advance(&mut || false) {
                    break change;
                }
            };
            change.unwrap()(&mut cut);
        }
    }
    assert!(pieces > 200, "{pieces}");
    let points = |products: &Products| {
        let cloud = products.shown_cloud().unwrap();
        let blocks = cloud.blocks.iter().flat_map(|block| block.points.clone());
        (
            products.trajectories.get().unwrap().trajectories.clone(),
            products.field.get().unwrap().output.clone(),
            products.density.get().unwrap().output.clone(),
            blocks.collect::<Vec<_>>(),
            products.metrics.get().unwrap().output.clone(),
            products.solvers.get().unwrap().output.clone(),
            products.end_errors.get().unwrap().output.clone(),
            products.likelihood.get().unwrap().output.clone(),
            products.likelihood_map.get().unwrap().output.clone(),
            products.likelihood_at.get().unwrap().output.clone(),
        )
    };
    assert!(points(&whole) == points(&cut));
}

#[test]
fn a_source_that_cannot_be_sampled_is_asked_once() {
    use crate::flow::distribution::{Drawing, Shape};
    let studied = Arc::new(experiment());
    let mut blank = experiment();
    blank.view.from = End::Source;
    blank.problem.source = Shape::Drawn(Drawing::blank(Bounds::square(1.0))).into();
    let network = flow(&studied, 3).network().unwrap().clone();
    let flow = Flow::learned(network, Arc::new(blank.clone()), RunId(0));
    let products = all(&flow, &look(&blank));
    assert!(products.trajectories.get().is_none() && products.field.get().is_some());
}

/// A cloud grows block by block; what is shown is replaced by more, or by what will not grow.
#[test]
fn a_cloud_of_old_weights_ends_early_and_is_shown_as_it_is() {
    let studied = Arc::new(experiment());
    let look = Look {
        cloud: Some(40_000),
        ..look(&studied)
    };
    let (old, new) = (flow(&studied, 3), flow(&studied, 4));
    let mut made = Products::default();
    let step = |flow: &Flow, made: &mut Products, now: f64| -> bool {
        let tools = Tools {
            now,
            ..Tools::default()
        };
        let clouds = KINDS.iter().filter(|kind| kind.cost == Cost::Cloud);
        for kind in clouds {
            let wish = Wish {
                flow: &flow.id,
                look: &look,
                made,
                past: None,
                now,
            };
            if let Next::Task(task) = kind.next(flow, &wish, &tools) {
                task.work.finish().unwrap()(made);
                return true;
            }
        }
        false
    };
    let carried = |made: &Products| made.shown_cloud().map(|c| (c.step, c.carried));
    assert!(step(&old, &mut made, 0.0), "the starts");
    assert!(step(&old, &mut made, 0.0));
    assert_eq!(carried(&made), Some((3, 8192)));
    assert!(
        step(&new, &mut made, 1.0),
        "it goes on with the weights that it began with"
    );
    assert_eq!(carried(&made), Some((3, 16_384)));
    assert!(step(&new, &mut made, 3.0), "it ends");
    assert_eq!(carried(&made), Some((3, 16_384)));
    assert!(
        step(&new, &mut made, 3.0),
        "the next one begins, behind the old one"
    );
    assert_eq!(carried(&made), Some((3, 16_384)));
    assert!(step(&new, &mut made, 3.0));
    assert_eq!(carried(&made), Some((4, 16_384)));
    while step(&new, &mut made, 4.0) {}
    assert_eq!(carried(&made), Some((4, 40_000)));
    let cloud = made.shown_cloud().unwrap();
    assert!(cloud.is_complete() && &*cloud.device == "the CPU");
    let x_1 = target_points(&studied, 50).unwrap();
    let (start, end) = studied.problem.path.time_range();
    let range = (end, start);
    // Particles of a cloud are those that are followed one by one, their noise included.
    let by = (studied.readout.solver, studied.readout.sampler);
    let (followed, _) = finish(sampling::carried(&new, by, range, &x_1));
    let block = &cloud.blocks[0];
    for (node, &t) in block.times.iter().enumerate() {
        for (a, b) in followed.positions(t).zip(block.at_node(node)) {
            assert_eq!(a.map(|x| x as f32), *b, "t = {t}");
        }
    }
}

#[test]
fn work_that_is_given_up_leaves_nothing() {
    let studied = Arc::new(experiment());
    let flow = flow(&studied, 3);
    assert!(make_all(&flow, &look(&studied), &Tools::default(), || false).is_none());
    assert!(crate::flow::work::finish_while(pause(), || false).is_none());
}
