//! The canvas, driven by pointer events without display and GPU: what it asks for, and what it paints.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::sync::Arc;

use egui::{
    Event, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, Rect, TouchPhase,
    pos2, vec2,
};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use pushforward::experiment::{Experiment, Layer, presets};
use pushforward::flow::distribution::Shape;
use pushforward::flow::grid::FieldGrid;
use pushforward::flow::trajectory::Trajectories;
use pushforward::flow::{Bounds, Point};
use pushforward::scene::{self, Transform};
use pushforward::session::Options;
use pushforward::snapshot::{FlowPicture, Frame};
use pushforward::ui::canvas::{Canvas, canvas_ui};
use pushforward::ui::command::{BrushSettings, Side};
use pushforward::ui::{Command, Lab, theme};

/// Particles of the picture that is shown.
const PARTICLES: usize = 5000;

struct Bench {
    lab: Lab,
    canvas: Canvas,
    frame: Frame,
    /// Every command of the canvas so far.
    log: Vec<Command>,
}

type Window = Harness<'static, Bench>;

fn experiment() -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.view.particles = PARTICLES;
    experiment.view.paths = 100;
    experiment.view.layers = vec![Layer::Target, Layer::Particles, Layer::Trajectories];
    experiment
}

/// Particles on a lattice in `[-1, 1]^2` that move right by 1; `bad` of them are lost on the way.
fn picture(bad: usize) -> FlowPicture {
    let start = |k: usize| [(k % 100) as f64 / 50.0 - 1.0, (k / 100) as f64 / 25.0 - 1.0];
    let node = |t: f64| {
        (0..PARTICLES).map(move |k| match start(k) {
            _ if k < bad => [f64::NAN, 0.0],
            [x, y] => [x + t, y + 0.2 * (t * (1.0 - t))],
        })
    };
    let times: Vec<f64> = (0..=10).map(|i| f64::from(i) / 10.0).collect();
    let bounds = Bounds::square(3.0);
    FlowPicture {
        experiment: Arc::new(experiment()),
        step: 1,
        trajectories: Trajectories {
            points: times.iter().flat_map(|&t| node(t)).collect(),
            times,
            n_particles: PARTICLES,
            nfe: 10,
        },
        chord_ratios: vec![0.9; PARTICLES],
        field: FieldGrid {
            bounds,
            n: [6, 6],
            times: vec![0.0, 1.0],
            velocities: vec![[1.0, 0.0]; 72],
        },
        density: None,
    }
}

fn window_on(picture: FlowPicture) -> Window {
    let lab = Lab::new(experiment(), None, Options::default(), Arc::new(|| ())).unwrap();
    let mut frame = (*lab.frame()).clone();
    let square: Vec<Point> = (0..400)
        .map(|k| [f64::from(k % 20) / 5.0 - 2.0, f64::from(k / 20) / 5.0 - 2.0])
        .collect();
    frame.source = square.clone().into();
    frame.target = square.into();
    frame.picture = Some(Arc::new(picture));
    let bench = Bench {
        lab,
        canvas: Canvas::default(),
        frame,
        log: Vec::new(),
    };
    let mut window = Harness::builder()
        .with_size(vec2(900.0, 700.0))
        .with_step_dt(1.0 / 60.0)
        .with_max_steps(64)
        .with_context_setup(|ctx| theme::apply(ctx, true))
        .build_ui_state(show, bench);
    window.run();
    window
}

fn show(ui: &mut egui::Ui, bench: &mut Bench) {
    let mut commands = Vec::new();
    canvas_ui(
        ui,
        &mut bench.canvas,
        &bench.lab,
        &bench.frame,
        &mut commands,
    );
    for command in commands {
        bench.log.push(command.clone());
        bench.lab.apply(command);
    }
}

fn window() -> Window {
    window_on(picture(0))
}

fn canvas(window: &Window) -> Rect {
    window.get_by_label("Canvas").rect()
}

/// Events that arrive within one frame.
fn together(window: &mut Window, events: impl IntoIterator<Item = Event>) {
    window.input_mut().events.extend(events);
    window.step();
}

fn button(pos: Pos2, button: PointerButton, pressed: bool, modifiers: Modifiers) -> Event {
    Event::PointerButton {
        pos,
        button,
        pressed,
        modifiers,
    }
}

/// Presses, moves over the points one a frame, and lets go.
fn stroke(window: &mut Window, points: &[Pos2], which: PointerButton, modifiers: Modifiers) {
    let last = points[points.len() - 1];
    together(window, [Event::PointerMoved(points[0])]);
    together(window, [button(points[0], which, true, modifiers)]);
    for &point in &points[1..] {
        together(window, [Event::PointerMoved(point)]);
    }
    together(window, [button(last, which, false, modifiers)]);
}

/// The data point under a screen point.
fn data_at(window: &Window, p: Pos2) -> Point {
    let rect = canvas(window);
    let seen = window.state().canvas.seen().unwrap();
    let (u, v) = (
        (p.x - rect.min.x) / rect.width(),
        (p.y - rect.min.y) / rect.height(),
    );
    [
        seen.min[0] + f64::from(u) * seen.width(),
        seen.max[1] - f64::from(v) * seen.height(),
    ]
}

fn segments(window: &Window) -> Vec<(Point, Point, bool)> {
    let log = window.state().log.iter();
    log.filter_map(|command| match command {
        Command::PaintSegment { from, to, erase } => Some((*from, *to, *erase)),
        _ => None,
    })
    .collect()
}

fn drawn_weight(window: &Window) -> u64 {
    match &window.state().lab.editor.experiment().target.shape {
        Shape::Drawn(drawing) => drawing.cells().iter().map(|&w| u64::from(w)).sum(),
        _ => 0,
    }
}

fn take_brush(window: &mut Window) {
    let lab = &mut window.state_mut().lab;
    lab.apply(Command::DrawTarget(Side::Target));
    lab.apply(Command::ClearDrawing);
    window.run();
}

#[test]
fn a_drag_with_the_brush_paints_where_the_pointer_was() {
    let mut window = window();
    take_brush(&mut window);
    let middle = canvas(&window).center();
    let points = [0.0, 30.0, 60.0, 75.0].map(|dx| middle + vec2(dx, 0.5 * dx));
    let expected = points.map(|p| data_at(&window, p));
    stroke(
        &mut window,
        &points,
        PointerButton::Primary,
        Modifiers::NONE,
    );
    let pieces = segments(&window);
    assert_eq!(pieces.len(), 4, "{pieces:?}");
    assert_eq!(pieces[0].0, pieces[0].1, "a press leaves a dab");
    for (k, (from, to, erase)) in pieces.iter().enumerate() {
        let distance = (to[0] - expected[k][0]).hypot(to[1] - expected[k][1]);
        assert!(distance < 1e-4, "{to:?} {:?}", expected[k]);
        assert!(
            k == 0 || *from == pieces[k - 1].1,
            "the pieces hang together"
        );
        assert!(!erase);
    }
    assert_eq!(window.state().log.last(), Some(&Command::EndStroke));
    assert!(drawn_weight(&window) > 1000, "{}", drawn_weight(&window));
}

#[test]
fn all_pointer_events_of_a_frame_are_painted() {
    let mut window = window();
    take_brush(&mut window);
    let start = canvas(&window).center();
    let moves = (1..=12).map(|k| Event::PointerMoved(start + vec2(5.0 * k as f32, (k * k) as f32)));
    together(&mut window, [Event::PointerMoved(start)]);
    let press = button(start, PointerButton::Primary, true, Modifiers::NONE);
    together(&mut window, std::iter::once(press).chain(moves));
    assert_eq!(segments(&window).len(), 13);
}

#[test]
fn shift_and_the_right_button_erase() {
    let mut window = window();
    take_brush(&mut window);
    let middle = canvas(&window).center();
    let line = [middle, middle + vec2(80.0, 0.0)];
    let brush = BrushSettings {
        strength: 1.0,
        ..window.state().lab.brush
    };
    window.state_mut().lab.apply(Command::SetBrush(brush));
    stroke(&mut window, &line, PointerButton::Primary, Modifiers::NONE);
    let full = drawn_weight(&window);
    stroke(
        &mut window,
        &line[..1],
        PointerButton::Primary,
        Modifiers::SHIFT,
    );
    let less = drawn_weight(&window);
    assert!(less < full, "{less} {full}");
    stroke(
        &mut window,
        &line,
        PointerButton::Secondary,
        Modifiers::NONE,
    );
    assert!(
        drawn_weight(&window) < less / 2,
        "{} {less}",
        drawn_weight(&window)
    );
    let erases: Vec<bool> = segments(&window).iter().map(|s| s.2).collect();
    assert_eq!(erases, [false, false, true, true, true]);
}

#[test]
fn a_stroke_does_not_move_the_paper() {
    let mut window = window();
    take_brush(&mut window);
    let before = window.state().canvas.seen();
    let middle = canvas(&window).center();
    stroke(
        &mut window,
        &[middle, middle + vec2(90.0, 9.0)],
        PointerButton::Primary,
        Modifiers::NONE,
    );
    // What the session draws from the new target arrives later and is much smaller.
    window.state_mut().frame.target = vec![[0.1, 0.1], [0.2, 0.2]].into();
    window.run();
    assert_eq!(window.state().canvas.seen(), before);
}

#[test]
fn the_wheel_zooms_at_the_pointer() {
    let mut window = window();
    let pointer = canvas(&window).center() + vec2(150.0, -90.0);
    together(&mut window, [Event::PointerMoved(pointer)]);
    let (fixed, before) = (
        data_at(&window, pointer),
        window.state().canvas.seen().unwrap(),
    );
    let wheel = Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, 60.0),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    };
    together(&mut window, [wheel]);
    window.run();
    let after = window.state().canvas.seen().unwrap();
    assert!(
        after.height() < 0.8 * before.height(),
        "{after:?} {before:?}"
    );
    let now = data_at(&window, pointer);
    let moved = (now[0] - fixed[0]).hypot(now[1] - fixed[1]);
    assert!(moved < 1e-3 * before.height(), "{now:?} {fixed:?}");
}

#[test]
fn a_drag_pans_and_a_double_click_fits() {
    let mut window = window();
    let fitted = window.state().canvas.seen().unwrap();
    let middle = canvas(&window).center();
    let held = data_at(&window, middle);
    let to = middle + vec2(100.0, 40.0);
    stroke(
        &mut window,
        &[middle, middle + vec2(50.0, 20.0), to],
        PointerButton::Primary,
        Modifiers::NONE,
    );
    let now = data_at(&window, to);
    assert!(
        (now[0] - held[0]).hypot(now[1] - held[1]) < 1e-3,
        "{now:?} {held:?}"
    );
    assert!(window.state().lab.camera.is_some());
    for _ in 0..2 {
        stroke(
            &mut window,
            &[middle],
            PointerButton::Primary,
            Modifiers::NONE,
        );
    }
    assert_eq!(window.state().log.last(), Some(&Command::SetCamera(None)));
    window.run();
    assert_eq!(window.state().canvas.seen(), Some(fitted));
}

#[test]
fn a_toggle_shows_its_layer() {
    let mut window = window();
    let arrows = |window: &Window| {
        window
            .state()
            .canvas
            .painter()
            .meshes_of(Layer::Field)
            .count()
    };
    assert_eq!(arrows(&window), 0);
    window.get_by_label("Field").click();
    window.run();
    assert_eq!(window.state().log, [Command::ToggleLayer(Layer::Field)]);
    assert_eq!(arrows(&window), 1);
    for layer in Layer::ALL {
        window.get_by_label(&format!("{layer:?}"));
    }
}

#[test]
fn every_particle_is_a_quad_and_lost_ones_are_dropped() {
    for bad in [0, 7] {
        let window = window_on(picture(bad));
        let meshes: Vec<_> = window
            .state()
            .canvas
            .painter()
            .meshes_of(Layer::Particles)
            .collect();
        let [mesh] = meshes.as_slice() else {
            panic!("{} meshes", meshes.len());
        };
        assert_eq!(mesh.vertices.len(), 4 * (PARTICLES - bad));
        assert_eq!(mesh.indices.len(), 6 * (PARTICLES - bad));
        assert!(mesh.vertices.iter().all(|v| v.pos.is_finite()));
    }
}

#[test]
fn particles_stand_where_the_transform_puts_them() {
    let window = window();
    let rect = canvas(&window);
    let aspect = f64::from(rect.width() / rect.height());
    let camera = scene::Fit::default().camera(&window.state().frame, aspect);
    let page = scene::Rect::at([0.0, 0.0], rect.size().into());
    let t = window.state().lab.play.t;
    let picture = window.state().frame.picture.clone().unwrap();
    let at = Transform::new(camera, page).page_from_data(picture.trajectories.position(42, t));
    let mesh = window
        .state()
        .canvas
        .painter()
        .meshes_of(Layer::Particles)
        .next()
        .unwrap();
    let quad = &mesh.vertices[4 * 42..4 * 43];
    let center = quad[0].pos.lerp(quad[3].pos, 0.5);
    assert!(
        center.distance(rect.min + vec2(at[0], at[1])) < 1e-2,
        "{center:?} {at:?}"
    );
}

#[test]
fn what_has_not_changed_is_not_made_again() {
    let mut window = window();
    let built = |window: &Window| window.state().canvas.painter().layers_built();
    let first = built(&window);
    assert_eq!(first, 3, "three layers are on");
    window.run_steps(5);
    assert_eq!(built(&window), first);
    window.state_mut().lab.apply(Command::SetTime(0.3));
    window.run();
    assert_eq!(built(&window), first + 1, "only the particles move");
    window.state_mut().frame.picture = Some(Arc::new(picture(0)));
    window.run();
    assert_eq!(
        built(&window),
        first + 3,
        "particles and trajectories are new, the target is not"
    );
    window.set_size(vec2(800.0, 700.0));
    window.run();
    assert_eq!(built(&window), first + 6);
}

#[test]
fn the_time_slider_moves_the_play_head() {
    let mut window = Harness::builder()
        .with_size(vec2(900.0, 100.0))
        .with_context_setup(|ctx| theme::apply(ctx, true))
        .build_ui_state(
            |ui, lab: &mut Lab| {
                let mut commands = Vec::new();
                let frame = lab.frame();
                pushforward::ui::timeline::timeline_ui(ui, lab, &frame, &mut commands);
                commands.into_iter().for_each(|command| lab.apply(command));
            },
            Lab::new(experiment(), None, Options::default(), Arc::new(|| ())).unwrap(),
        );
    window.get_by_label("Time t").set_value_accesskit(0.25);
    window.run();
    assert_eq!(
        (window.state().play.t, window.state().play.playing),
        (0.25, false)
    );
    let rail = window.get_by_label("Time t").rect();
    let target = pos2(rail.right() - 0.25 * rail.width(), rail.center().y);
    window.hover_at(target);
    window.drag_at(target);
    window.drop_at(target);
    window.run();
    assert!(
        (window.state().play.t - 0.75).abs() < 0.02,
        "{}",
        window.state().play.t
    );
    window.get_by_label("Play time").click();
    window.run_ok();
    assert!(window.state().play.playing);
}
