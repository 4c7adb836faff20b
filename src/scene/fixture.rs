//! A small frame with known numbers, for the tests of scenes and exporters.

use std::f64::consts::PI;
use std::sync::Arc;

use crate::experiment::{Experiment, TrajectoryColor};
use crate::flow::coupling::Coupling;
use crate::flow::course::Profile;
use crate::flow::distribution::{Distribution, Shape};
use crate::flow::exact::{AlteredField, MarginalField, Setting};
use crate::flow::grid::{DensityStack, FieldGrid};
use crate::flow::maps::{ExactSlice, FieldSlice, Maps, Raster};
use crate::flow::metrics::{Mean, TrajectoryMetrics};
use crate::flow::path::Path;
use crate::flow::reference::HalvingError;
use crate::flow::sde::Sampler;
use crate::flow::solver::Steps;
use crate::flow::trajectory::Trajectories;
use crate::flow::work::finish;
use crate::flow::{Bounds, Point};
use crate::products::{
    Exact, ExactArrows, ExactMaps, FieldMaps, Followed, Look, Measures, Metrics, Products,
    ReferenceSolver, RunId,
};
use crate::snapshot::{Frame, LaneId, LossHistory, LossRecorder, RunState};

/// Particles of [`frame`].
pub const N: usize = 40;
/// Its last solver node.
const STEPS: usize = 10;

/// A column of source points at x = -2, one of target points at x = 2, and arcs from one to the other.
pub fn frame() -> Frame {
    let height = |i: usize| -1.0 + 2.0 * i as f64 / (N - 1) as f64;
    let column = |x: f64| (0..N).map(|i| [x, height(i)]).collect::<Vec<Point>>();
    let (source, target) = (column(-2.0), column(2.0));
    let times: Vec<f64> = (0..=STEPS).map(|k| k as f64 / STEPS as f64).collect();
    let arc = |t: f64, i: usize| [-2.0 + 4.0 * t, height(i) + 0.3 * (PI * t).sin()];
    let trajectories = Trajectories {
        points: times
            .iter()
            .flat_map(|&t| (0..N).map(move |i| arc(t, i)))
            .collect(),
        times,
        n_particles: N,
        nfe: STEPS,
    };
    let mut frame = Frame {
        lane: LaneId(0),
        run: RunId(0),
        experiment: Arc::new(experiment()),
        cautions: Arc::default(),
        state: RunState::Running,
        device: "CPU".into(),
        step: 1234,
        planned_end: 20_000,
        steps_per_sec: 0.0,
        coupling_share: 0.0,
        loss: loss(),
        mean_losses: None,
        flow: None,
        pairs: source.iter().copied().zip(target.iter().copied()).collect(),
        source: source.into(),
        target: target.into(),
        classes: Default::default(),
        steps: Arc::default(),
        look: Look::default(),
        checkpoints: Arc::default(),
        past: None,
        products: Products::default(),
    };
    frame.products.put(frame.flow(), metrics(&trajectories));
    show(&mut frame, trajectories);
    frame
}

/// A frame before anything has been computed.
pub fn empty_frame() -> Frame {
    Frame {
        source: Arc::default(),
        target: Arc::default(),
        pairs: Arc::default(),
        products: Products::default(),
        ..frame()
    }
}

fn experiment() -> Experiment {
    let text = r#"(version: 1, title: "A <test> & more", target: (shape: Moons(noise: 0.05)))"#;
    Experiment::from_ron(text).expect("the experiment is valid")
}

/// Shows what the trajectories do, with a field whose speed grows with x and t, and a density.
pub fn show(frame: &mut Frame, trajectories: Trajectories) {
    let bounds = Bounds {
        min: [-3.0, -2.0],
        max: [3.0, 2.0],
    };
    let times = vec![0.0, 1.0];
    let velocities = times
        .iter()
        .flat_map(|t| (0..24).map(move |k| [(k % 6) as f64 * (1.0 + t), (k / 6) as f64]))
        .collect();
    let of = frame.flow();
    let products = &mut frame.products;
    let density = DensityStack::estimate(&trajectories, bounds, [30, 20], 3);
    products.put(of.clone(), density);
    let field = FieldGrid {
        bounds,
        n: [6, 4],
        times,
        velocities,
    };
    products.put(of.clone(), field);
    let followed = Followed {
        chord_ratios: (0..trajectories.n_particles)
            .map(|i| trajectories.chord_ratio(i))
            .collect(),
        steps: Steps::equal(experiment().readout.solver, (0.0, 1.0)).expect("equal steps"),
        trajectories,
    };
    products.put(of, followed);
}

/// The marginal field from `N(0, I)` to `N(0, 2^2 I)`.
fn widening() -> MarginalField {
    let round = |std| Distribution::from(Shape::Gaussian { std });
    let setting = Setting {
        path: Path::CondOt { sigma_min: 0.0 },
        source: &round(1.0),
        target: &round(2.0),
        coupling: Coupling::Independent,
        given: None,
        noise: 0.0,
        seed: 0,
    };
    MarginalField::new(&setting).expect("a closed form")
}

/// Maps of a field that is the marginal one from `N(0, I)` to `N(0, 2^2 I)` times `scale`, against that.
pub fn map(frame: &mut Frame, scale: f64) {
    let exact = widening();
    let field = AlteredField {
        field: exact.clone(),
        scale,
        rotation: 0.0,
    };
    let raster = Raster {
        bounds: Bounds::square(6.0),
        n: [60, 60],
    };
    let times: Arc<[f64]> = [0.0, 0.25, 0.5, 0.75, 1.0].into();
    let mut maps = Maps::new(raster, Arc::clone(&times));
    let mut against = Maps::new(raster, Arc::clone(&times));
    for (k, &t) in times.iter().enumerate() {
        maps = maps.with(k, finish(ExactSlice::sample(&exact, &raster, t)));
        let slice = maps.get(k).map(Arc::clone);
        let at = (t, frame.step);
        against = against.with(
            k,
            finish(FieldSlice::sample(&field, slice, &raster, at, 64)),
        );
    }
    let of = frame.flow();
    let products = &mut frame.products;
    products.put(of.clone(), Exact { field: Ok(exact) });
    products.put(of.clone(), ExactMaps::of(maps));
    products.put(of, FieldMaps::of(against));
}

/// Arrows of the exact field that are so many times those of the frame's field.
pub fn exact_field(frame: &mut Frame, factor: f64) {
    let field = frame.products.field.get().expect("a field");
    let mut grid = field.output.clone();
    for v in &mut grid.velocities {
        *v = v.map(|x| factor * x);
    }
    let of = frame.flow();
    frame.products.put(of, ExactArrows { grid });
}

/// Measures the trajectories of a frame for a colour that asks for it, all of them, in units of 2.
pub fn measure(frame: &mut Frame, color: TrajectoryColor) {
    measure_in(frame, color, 2.0);
}

/// The same in other units.
pub fn measure_in(frame: &mut Frame, color: TrajectoryColor, unit: f64) {
    let followed = frame.products.trajectories.get().map(Arc::clone);
    let measures = Measures::of(followed.expect("trajectories"), N, color, unit);
    let of = frame.flow();
    frame.products.put(of, finish(measures));
}

/// The trajectories of a frame.
pub fn trajectories(frame: &Frame) -> &Trajectories {
    let followed = frame.products.trajectories.get();
    &followed.expect("trajectories").trajectories
}

fn mean(value: f64) -> Mean {
    Mean { value, stderr: 0.1 }
}

/// A profile that rises.
fn profile() -> Profile {
    let times: Vec<f64> = (0..=STEPS).map(|k| k as f64 / STEPS as f64).collect();
    Profile {
        local: times.iter().map(|t| 2.0 * t).collect(),
        speed_squared: times.iter().map(|t| 16.0 + 2.0 * t).collect(),
        turning: vec![0.9; times.len()],
        times,
    }
}

fn metrics(trajectories: &Trajectories) -> Metrics {
    let chord_ratios = (0..N).map(|particle| trajectories.chord_ratio(particle));
    let trajectories = TrajectoryMetrics {
        path_energy: 17.0,
        transport_cost: 16.0,
        straightness: 1.0,
        uneven_speed: 0.25,
        bends: 0.75,
        chord_ratio: chord_ratios.sum::<f64>() / N as f64,
    };
    Metrics {
        n_samples: N,
        w2_samples: N,
        trajectories,
        trajectories_stderr: trajectories,
        npe: None,
        npe_reason: None,
        w2: Some(0.141),
        w2_floor: Some(0.135),
        w2_affine: Some(1.2),
        w2_source_target_squared: Some(16.0),
        w2_source_target_noise: Some(0.3),
        w2_start_end_squared: Some(15.9),
        turning: mean(0.9),
        crossings: Some(mean(0.5)),
        profile: Arc::new(profile()),
        learned: Some(true),
        learned_reason: None,
        nfe: STEPS,
        steps: STEPS,
        rejected: 0,
        stopped_at: None,
        solver: experiment().readout.solver,
        sampler: Sampler::Ode,
        straightness_reason: None,
        solver_error: 0.01,
        one_step_error: 0.3,
        reference: ReferenceSolver {
            steps: 32,
            error: HalvingError {
                end_points: 1e-5,
                straightness: 1e-6,
                within_tolerance: true,
            },
        },
    }
}

/// A loss that falls.
fn loss() -> LossHistory {
    let mut losses = LossRecorder::default();
    (1..=200_u16).for_each(|step| losses.push(2.0 + 8.0 / f32::from(step)));
    losses.history()
}
