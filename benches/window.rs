//! What the window costs: `cargo bench --bench window`, or one of its two parts with `-- frames` or `-- rate`.
//!
//! The whole application without display and GPU at 1600 x 1000, one pixel per point: logic, layout, shapes and
//! tessellation, with 5,000 particles, 500 trajectories of 50 points and a 24 x 24 field, while training runs; then
//! with a cloud of a million particles (its uploads are the graphics driver's, see `--bench gpu`).
//! The bar is 8 ms of thread CPU time at the 99th percentile, and 1.5 s from the start to the first frame in
//! which particles move; with six lanes of 2,000 particles, 200 trajectories and 16 x 16 arrows each, all training, it is
//! 12 ms. Then what an open window that plays the default experiment leaves of the training rate: at
//! least nine tenths of that without a window.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use egui::epaint::Primitive;
use egui::{
    Context, Event, Modifiers, PointerButton, Pos2, RawInput, Rect, Vec2, ViewportId, pos2,
};
use pushforward::experiment::{Experiment, Layer, MAX_PARTICLES, presets};
use pushforward::flow::Point;
use pushforward::flow::solver::Solver;
use pushforward::session::run::{RunError, RunOptions, Unobserved, run};
use pushforward::ui::command::Side;
use pushforward::ui::{App, Command, Lab, Start};

const SIZE: Vec2 = Vec2::new(1600.0, 1000.0);
const FRAMES: usize = 900;
const FRAME_TIME: Duration = Duration::from_millis(16);
/// Frames in which caches fill and the first pictures arrive, per scenario.
const WARM_UP: usize = 60;
const BAR_MS: f64 = 8.0;
/// The bar with six lanes.
const LANES_BAR_MS: f64 = 12.0;
const FIRST_FRAME_BAR_SECS: f64 = 1.5;
const KEPT_BAR: f64 = 0.9;
/// Playing windows, each between two headless runs of a few seconds: so many, because the rate of one machine varies
/// by a fifth from second to second.
const PAIRS: usize = 13;
const HEADLESS_STEPS: u64 = 30_000;
/// Refreshes of the screen that are timed: 14 seconds, because numbers are measured every four or less often.
const PLAYED_FRAMES: usize = 900;
/// Frames after which training has settled and pictures come at their steady pace.
const SETTLING_FRAMES: usize = 120;

fn main() {
    let asked = |part| std::env::args().any(|word| word == part);
    let (frames, rate) = (asked("frames"), asked("rate"));
    if frames || !rate {
        report_frames();
    }
    if rate || !frames {
        report_rate();
    }
}

/// What frames cost, and when particles begin to move.
fn report_frames() {
    let first = first_moving_frame();
    println!(
        "| scenario | frames | CPU p50 ms | CPU p99 ms | CPU max ms | wall p50 ms | wall p99 ms | vertices | training steps | bar ms | kept |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let mut window = Window::new(load());
    window.frames(WARM_UP, |_, _| {});
    window.report("time plays", |_, _| {});
    window.lab().apply(Command::SetTime(0.5));
    window.report("time stands still", |_, _| {});
    window.lab().apply(Command::TogglePlay);
    window.report("panning", |window, k| {
        window.pointer(circle(k), button(k, 100));
    });
    window.lab().apply(Command::SetCamera(None));
    window.lab().apply(Command::DrawTarget(Side::Target));
    window.report("painting a stroke", |window, k| {
        // A fast mouse: several positions in one frame.
        for part in 0..8 {
            window.pointer(circle_at(k as f32 + part as f32 / 8.0), None);
        }
        window.pointer(circle(k + 1), button(k, 150));
    });
    let all = |lab: &mut Lab| {
        for layer in [Layer::Trails, Layer::Density, Layer::Pairs] {
            lab.apply(Command::ToggleLayer(layer));
        }
    };
    all(window.lab());
    window.report("painting, every layer on", |window, k| {
        window.pointer(circle(k), button(k, 150));
    });
    println!("\nthe trainer at the end: {:?}", window.lab().frame().state);
    let verdict = if first <= FIRST_FRAME_BAR_SECS {
        "yes"
    } else {
        "NO"
    };
    println!("first moving frame after {first:.2} s, at most {FIRST_FRAME_BAR_SECS} s: {verdict}");
    drop(window);
    let mut experiment = load();
    experiment.view.particles = MAX_PARTICLES;
    let mut window = Window::new(experiment);
    window.frames(WARM_UP, |_, _| {});
    println!();
    window.report("a cloud of a million grows", |_, _| {});
    drop(window);
    println!();
    report_lanes();
}

/// What frames cost with six lanes that all train.
fn report_lanes() {
    let mut window = Window::new(lanes_load());
    window.bar_ms = LANES_BAR_MS;
    window.frames(WARM_UP, |_, _| {});
    window.report("six lanes, time plays", |_, _| {});
    window.report("six lanes, panning", |window, k| {
        window.pointer(circle(k), button(k, 100));
    });
    window.lab().apply(Command::SetCamera(None));
    window.lab().apply(Command::DrawTarget(Side::Target));
    window.report("six lanes, painting a stroke on all", |window, k| {
        window.pointer(circle(k), button(k, 150));
    });
    let states: Vec<_> = window.lab().frames().iter().map(|f| f.step).collect();
    println!("\nsteps of the lanes at the end: {states:?}");
}

/// What happens to the button in frame `k` if it is held for so many frames again and again: pressed, released, nothing.
fn button(k: usize, frames: usize) -> Option<bool> {
    match k % frames {
        0 => Some(true),
        held if held == frames - 1 => Some(false),
        _ => None,
    }
}

/// What an open window leaves of the training rate.
fn report_rate() {
    let [kept, low, high] = rate_kept().map(|share| 100.0 * share);
    let bar = 100.0 * KEPT_BAR;
    let verdict = if kept >= bar { "yes" } else { "NO" };
    println!(
        "training rate beside the window: {kept:.1} % of that without one (quartiles {low:.1} and {high:.1}), at \
         least {bar:.0} %: {verdict}"
    );
}

/// Steps a second while the window plays, as a share of the mean of the headless runs before and after: the median,
/// its lower and its upper quartile, because the machine is not always equally fast.
fn rate_kept() -> [f64; 3] {
    let mut before = headless_rate();
    let ratios = sorted((0..PAIRS).map(|_| {
        let beside = window_rate();
        let after = headless_rate();
        let alone = 0.5 * (before + after);
        before = after;
        beside / alone
    }));
    [2, 1, 3].map(|quarter| ratios[quarter * (PAIRS - 1) / 4])
}

fn headless_rate() -> f64 {
    let mut experiment = default_experiment();
    experiment.training.steps = HEADLESS_STEPS;
    experiment.readout.evaluation.samples = 2;
    experiment.readout.evaluation.w2_samples = 2;
    let outcome = tempfile::tempdir()
        .map_err(|error| RunError::Failed(error.to_string()))
        .and_then(|folder| {
            run(
                &experiment,
                folder.path(),
                &RunOptions::default(),
                &mut Unobserved,
            )
        });
    let report = outcome.ok().and_then(|outcome| outcome.report);
    let rate = report.and_then(|report| report.timing.steps_per_sec);
    rate.unwrap_or(f64::NAN)
}

fn window_rate() -> f64 {
    let mut experiment = default_experiment();
    experiment.training.steps = 100_000_000;
    let mut window = Window::new(experiment);
    window.frames(SETTLING_FRAMES, |_, _| {});
    let (start, first) = (Instant::now(), window.lab().frame().step);
    window.frames(PLAYED_FRAMES, |_, _| {});
    let steps = window.lab().frame().step - first;
    steps as f64 / start.elapsed().as_secs_f64()
}

/// The load that the bar speaks of.
fn load() -> Experiment {
    let mut experiment = default_experiment();
    experiment.training.steps = 100_000_000;
    experiment.readout.solver = Solver::Euler { steps: 49 };
    let view = &mut experiment.view;
    // Square cells on a canvas that is wider than high: 27 x 23 arrows, no fewer than 24 x 24.
    (view.particles, view.trajectories, view.field) = (5000, 500, 27);
    view.layers = vec![
        Layer::Source,
        Layer::Target,
        Layer::Particles,
        Layer::Trajectories,
        Layer::Field,
    ];
    experiment
}

/// The load that the bar of six lanes speaks of.
fn lanes_load() -> Experiment {
    let mut experiment = load();
    experiment.readout.solver = Solver::Euler { steps: 100 };
    // 20 arrows along the height of a lane are 16 along its width.
    let view = &mut experiment.view;
    (view.particles, view.trajectories, view.field) = (2000, 200, 20);
    let lanes = r#"[(), (set: ["path=vp"]), (set: ["path=cosine"]), (set: ["coupling=BatchOt(batch:256)"]),
        (set: ["path=vp", "coupling=BatchOt(batch:256)"]), (set: ["path=cosine", "coupling=BatchOt(batch:256)"])]"#;
    if experiment.set("lanes", lanes).is_err() {
        std::process::exit(1)
    }
    experiment
}

fn default_experiment() -> Experiment {
    let preset = presets::find("two-moons").map(|preset| preset.experiment());
    match preset {
        Some(Ok(experiment)) => experiment,
        _ => std::process::exit(1),
    }
}

/// A position that goes round the canvas.
fn circle(k: usize) -> Pos2 {
    circle_at(k as f32)
}

fn circle_at(k: f32) -> Pos2 {
    let angle = 0.11 * k;
    pos2(
        780.0 + 190.0 * angle.cos(),
        480.0 + 190.0 * (0.7 * angle).sin(),
    )
}

/// Seconds from nothing to the second of two frames that show particles at different places.
fn first_moving_frame() -> f64 {
    let start = Instant::now();
    let mut window = Window::new(default_experiment());
    let mut before: Option<Vec<Point>> = None;
    while start.elapsed() < Duration::from_secs(30) {
        window.frame();
        let (frame, t) = (window.lab().frame(), window.lab().play.t);
        if let Some(picture) = frame.products.trajectories.get() {
            let now: Vec<Point> = picture.trajectories.positions(t).collect();
            if before.as_ref().is_some_and(|before| *before != now) {
                break;
            }
            before = Some(now);
        }
        std::thread::sleep(FRAME_TIME);
    }
    start.elapsed().as_secs_f64()
}

/// The application with a clock and a pointer of its own.
struct Window {
    ctx: Context,
    app: App,
    input: RawInput,
    start: Instant,
    due: Due,
    bar_ms: f64,
}

/// When the application wants the next frame, if it wants one.
type Due = Arc<Mutex<Option<Instant>>>;

fn lock(due: &Due) -> MutexGuard<'_, Option<Instant>> {
    due.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Window {
    fn new(experiment: Experiment) -> Self {
        let (ctx, due) = (Context::default(), Due::default());
        let shared = Arc::clone(&due);
        ctx.set_request_repaint_callback(move |asked| {
            let (now, mut due) = (Instant::now(), lock(&shared));
            let at = now.checked_add(asked.delay);
            *due = due.into_iter().chain(at).min();
        });
        let start = Start {
            experiment,
            trained: Vec::new(),
            file: None,
        };
        let Ok(app) = App::new(&ctx, start) else {
            std::process::exit(1)
        };
        Self {
            ctx,
            app,
            input: RawInput::default(),
            start: Instant::now(),
            due,
            bar_ms: BAR_MS,
        }
    }

    fn lab(&mut self) -> &mut Lab {
        &mut self.app.lab
    }

    fn pointer(&mut self, pos: Pos2, pressed: Option<bool>) {
        self.input.events.push(Event::PointerMoved(pos));
        self.input
            .events
            .extend(pressed.map(|pressed| Event::PointerButton {
                pos,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            }));
    }

    /// One frame: its thread CPU time and wall time in milliseconds, and the vertices that it hands to the GPU.
    fn frame(&mut self) -> Cost {
        *lock(&self.due) = None;
        let mut input = std::mem::take(&mut self.input);
        input.screen_rect = Some(Rect::from_min_size(Pos2::ZERO, SIZE));
        input.time = Some(self.start.elapsed().as_secs_f64());
        input.predicted_dt = FRAME_TIME.as_secs_f32();
        if let Some(viewport) = input.viewports.get_mut(&ViewportId::ROOT) {
            viewport.native_pixels_per_point = Some(1.0);
        }
        let (cpu, wall) = (ThreadTime::now(), Instant::now());
        let mut output = self.ctx.run_ui(input, |ui| {
            self.app.logic(ui.ctx());
            self.app.show(ui);
        });
        let shapes = std::mem::take(&mut output.shapes);
        let primitives = self.ctx.tessellate(shapes, output.pixels_per_point);
        let (cpu, wall) = (cpu.elapsed(), wall.elapsed());
        output.drop_without_applying_deltas();
        Cost {
            cpu: 1e3 * cpu.as_secs_f64(),
            wall: 1e3 * wall.as_secs_f64(),
            vertices: primitives.iter().map(|p| vertices(&p.primitive)).sum(),
        }
    }

    /// So many refreshes of a screen, `act` before each; a frame is painted where the application has asked for one or
    /// the pointer has moved.
    fn frames(&mut self, n: usize, act: impl Fn(&mut Self, usize)) -> Vec<Cost> {
        let mut costs = Vec::with_capacity(n);
        for k in 0..n {
            act(self, k);
            let start = Instant::now();
            let is_due = lock(&self.due).is_some_and(|due| due <= start);
            if is_due || !self.input.events.is_empty() {
                costs.push(self.frame());
            }
            std::thread::sleep(FRAME_TIME.saturating_sub(start.elapsed()));
        }
        costs
    }

    /// Runs a scenario and prints its row.
    fn report(&mut self, name: &str, act: impl Fn(&mut Self, usize)) {
        self.frames(WARM_UP, &act);
        let before = self.lab().frame().step;
        let costs = self.frames(FRAMES, &act);
        let steps = self.lab().frame().step - before;
        let cpu = sorted(costs.iter().map(|c| c.cpu));
        let wall = sorted(costs.iter().map(|c| c.wall));
        let at = |times: &[f64], share: f64| times[(share * (times.len() - 1) as f64) as usize];
        let verdict = if at(&cpu, 0.99) <= self.bar_ms {
            "yes"
        } else {
            "NO"
        };
        println!(
            "| {name} | {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {} | {steps} | {} | {verdict} |",
            costs.len(),
            at(&cpu, 0.5),
            at(&cpu, 0.99),
            at(&cpu, 1.0),
            at(&wall, 0.5),
            at(&wall, 0.99),
            costs.iter().map(|c| c.vertices).max().unwrap_or(0),
            self.bar_ms,
        );
    }
}

/// What a frame took.
struct Cost {
    cpu: f64,
    wall: f64,
    vertices: usize,
}

fn vertices(primitive: &Primitive) -> usize {
    match primitive {
        Primitive::Mesh(mesh) => mesh.vertices.len(),
        Primitive::Callback(_) => 0,
    }
}

fn sorted(times: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times
}
