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
use pushforward::experiment::{Camera, Experiment, Layer, presets};
use pushforward::flow::distribution::{Drawing, Shape};
use pushforward::flow::grid::FieldGrid;
use pushforward::flow::solver::{Solver, Steps};
use pushforward::flow::trajectory::Trajectories;
use pushforward::flow::{Bounds, Point};
use pushforward::products::Followed;
use pushforward::scene::{self, Transform};
use pushforward::session::Options;
use pushforward::snapshot::{Frame, Frames};
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
    experiment.view.trajectories = 100;
    experiment.view.layers = vec![Layer::Target, Layer::Particles, Layer::Trajectories];
    experiment
}

/// Particles on a lattice in `[-1, 1]^2` that move right by 1; `bad` of them are lost on the way.
fn followed(bad: usize) -> Followed {
    let start = |k: usize| [(k % 100) as f64 / 50.0 - 1.0, (k / 100) as f64 / 25.0 - 1.0];
    let node = |t: f64| {
        (0..PARTICLES).map(move |k| match start(k) {
            _ if k < bad => [f64::NAN, 0.0],
            [x, y] => [x + t, y + 0.2 * (t * (1.0 - t))],
        })
    };
    let times: Vec<f64> = (0..=10).map(|i| f64::from(i) / 10.0).collect();
    Followed {
        trajectories: Trajectories {
            points: times.iter().flat_map(|&t| node(t)).collect(),
            times,
            n_particles: PARTICLES,
            nfe: 10,
        },
        steps: Steps::equal(Solver::Euler { steps: 10 }, (0.0, 1.0)).unwrap(),
        chord_ratios: vec![0.9; PARTICLES],
    }
}

/// Everything moves right.
fn field() -> FieldGrid {
    FieldGrid {
        bounds: Bounds::square(3.0),
        n: [6, 6],
        times: vec![0.0, 1.0],
        velocities: vec![[1.0, 0.0]; 72],
    }
}

fn window_on(followed: Followed) -> Window {
    let lab = Lab::new(experiment(), None, Options::default(), Arc::new(|| ())).unwrap();
    let mut frame = (*lab.frame()).clone();
    let square: Vec<Point> = (0..400)
        .map(|k| [f64::from(k % 20) / 5.0 - 2.0, f64::from(k / 20) / 5.0 - 2.0])
        .collect();
    frame.source = square.clone().into();
    frame.target = square.into();
    frame.products.put(frame.flow(), followed);
    frame.products.put(frame.flow(), field());
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
        &Frames::new(bench.frame.clone(), []),
        &mut commands,
    );
    for command in commands {
        bench.log.push(command.clone());
        bench.lab.apply(command);
    }
}

fn window() -> Window {
    window_on(followed(0))
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
    match &window.state().lab.editor.experiment().problem.target.shape {
        Shape::Drawn(drawing) => drawing.cells().iter().map(|&w| u64::from(w)).sum(),
        _ => 0,
    }
}

fn take_brush(window: &mut Window) {
    let lab = &mut window.state_mut().lab;
    lab.apply(Command::DrawTarget(Side::Target));
    // A sheet of its own: that of the laboratory depends on how far its session is.
    let mut experiment = lab.editor.experiment().clone();
    experiment.problem.target = Shape::Drawn(Drawing::blank(Bounds::square(3.0))).into();
    lab.apply(Command::Edit(Box::new(experiment)));
    lab.apply(Command::EndStroke);
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

/// The cells of the drawing.
fn cells(window: &Window) -> Vec<u8> {
    match &window.state().lab.editor.experiment().problem.target.shape {
        Shape::Drawn(drawing) => drawing.cells().to_vec(),
        other => panic!("not drawn: {other:?}"),
    }
}

/// What the drawing holds under a screen point.
fn paint_at(window: &Window, p: Pos2) -> u8 {
    let Shape::Drawn(drawing) = &window.state().lab.editor.experiment().problem.target.shape else {
        panic!("not drawn");
    };
    let (at, bounds) = (data_at(window, p), drawing.bounds());
    let n = Drawing::SIZE;
    let [ix, iy] = [0, 1].map(|k| {
        let share = (at[k] - bounds.min[k]) / (bounds.max[k] - bounds.min[k]);
        (share * n as f64) as usize
    });
    drawing.cells()[iy * n + ix]
}

/// A press at the first point, moves over the others and a release at the last.
fn whole_stroke(points: &[Pos2]) -> Vec<Event> {
    let press = |p, pressed| button(p, PointerButton::Primary, pressed, Modifiers::NONE);
    let moves = points.iter().map(|&p| Event::PointerMoved(p));
    let mut events: Vec<Event> = moves.collect();
    events.insert(1, press(points[0], true));
    events.push(press(points[points.len() - 1], false));
    events
}

#[test]
fn a_stroke_within_one_frame_does_not_cut_corners() {
    let mut window = window();
    take_brush(&mut window);
    let middle = canvas(&window).center();
    let [left, tip, right] = [vec2(-90.0, -90.0), vec2(0.0, 90.0), vec2(90.0, -90.0)];
    let corners = [left, tip, right].map(|offset| middle + offset);
    together(&mut window, whole_stroke(&corners));
    window.run();
    for on_arm in [
        corners[0],
        corners[0].lerp(corners[1], 0.5),
        corners[1],
        corners[1].lerp(corners[2], 0.5),
        corners[2],
    ] {
        assert!(paint_at(&window, on_arm) > 100, "{on_arm:?}");
    }
    let between = corners[0].lerp(corners[2], 0.5);
    assert_eq!(
        paint_at(&window, between),
        0,
        "no straight line from end to end"
    );
    assert_eq!(window.state().log.last(), Some(&Command::EndStroke));
}

#[test]
fn a_release_elsewhere_than_the_last_move_paints_its_way() {
    let mut window = window();
    take_brush(&mut window);
    let start = canvas(&window).center();
    let end = start + vec2(100.0, 0.0);
    let press = |p, pressed| button(p, PointerButton::Primary, pressed, Modifiers::NONE);
    let events = [
        Event::PointerMoved(start),
        press(start, true),
        press(end, false),
    ];
    together(&mut window, events);
    window.run();
    assert!(paint_at(&window, start + vec2(60.0, 0.0)) > 100);
}

#[test]
fn two_strokes_within_one_frame_are_two_strokes() {
    let mut window = window();
    take_brush(&mut window);
    let middle = canvas(&window).center();
    let line = |y: f32| [middle + vec2(-80.0, y), middle + vec2(80.0, y)];
    let both = [whole_stroke(&line(-80.0)), whole_stroke(&line(80.0))].concat();
    together(&mut window, both);
    window.run();
    let ends = window.state().log.iter();
    let ends = ends.filter(|command| **command == Command::EndStroke);
    assert_eq!(ends.count(), 2);
    assert!(paint_at(&window, middle + vec2(0.0, -80.0)) > 100);
    assert!(paint_at(&window, middle + vec2(0.0, 80.0)) > 100);
    assert_eq!(
        paint_at(&window, middle),
        0,
        "nothing from one to the other"
    );
}

#[test]
fn the_density_of_a_stroke_does_not_depend_on_the_frame_rate() {
    // A spiral of 300 positions, which come with 1, 3, 10, 100 and 300 frames.
    let drawn_in = |frames: usize| {
        let mut window = window();
        take_brush(&mut window);
        let middle = canvas(&window).center();
        let spiral: Vec<Pos2> = (0..300)
            .map(|k| {
                let turn = 0.05 * k as f32;
                middle + (20.0 + 0.4 * k as f32) * vec2(turn.cos(), turn.sin())
            })
            .collect();
        let events = whole_stroke(&spiral);
        for part in events.chunks(events.len().div_ceil(frames)) {
            together(&mut window, part.to_vec());
        }
        window.run();
        cells(&window)
    };
    let mass = |cells: &[u8]| cells.iter().map(|&w| f64::from(w)).sum::<f64>();
    let slow = drawn_in(1);
    assert!(mass(&slow) > 100_000.0, "{}", mass(&slow));
    for frames in [3, 10, 100, 300] {
        let fast = drawn_in(frames);
        let ratio = mass(&fast) / mass(&slow);
        assert!((ratio - 1.0).abs() < 0.02, "{frames} frames: {ratio}");
        let worst = slow.iter().zip(&fast).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(5), "2 % of a full cell: {worst:?}");
    }
}

#[test]
fn no_stroke_begins_on_a_toggle() {
    let mut window = window();
    take_brush(&mut window);
    let toggle = window.get_by_label("Field").rect().center();
    let middle = canvas(&window).center();
    together(&mut window, whole_stroke(&[toggle, middle]));
    window.run();
    assert_eq!(segments(&window), []);
}

/// What stands on or above the canvas must not lie over what is fitted into it.
#[test]
fn toggles_bar_and_legend_leave_the_data_free_at_every_size() {
    for size in [vec2(338.0, 420.0), vec2(804.0, 560.0), vec2(1038.0, 780.0)] {
        let mut window = window();
        window.set_size(size);
        for layer in [
            Layer::Source,
            Layer::Field,
            Layer::Pairs,
            Layer::Density,
            Layer::Trails,
        ] {
            window.state_mut().lab.apply(Command::ToggleLayer(layer));
        }
        for brush in [false, true] {
            if brush {
                take_brush(&mut window);
            }
            window.run();
            let canvas = canvas(&window);
            let offered = Layer::ALL.into_iter().take(1 + Layer::Pairs as usize);
            let toggles = offered.map(|l| window.get_by_label(&format!("{l:?}")).rect());
            let toggles: Vec<Rect> = toggles.collect();
            let lowest = toggles.iter().map(|r| r.bottom()).fold(0.0, f32::max);
            for toggle in toggles {
                assert!(canvas.contains_rect(toggle), "{size}: {toggle:?}");
            }
            let state = window.state();
            let legend = state.canvas.legend().unwrap();
            assert!(
                canvas.contains_rect(legend),
                "{size}: {legend:?} {canvas:?}"
            );
            assert!(lowest < legend.top(), "{size}: {lowest} {legend:?}");
            let seen = state.canvas.seen().unwrap();
            let screen_y = |y: f64| {
                let share = (seen.max[1] - y) / seen.height();
                canvas.top() + share as f32 * canvas.height()
            };
            // The data is [-2, 1.8]^2; the paper, while the brush is out, [-3, 3]^2.
            let [low, high] = if brush { [-3.0, 3.0] } else { [-2.0, 1.8] };
            assert!(
                screen_y(high) > lowest,
                "{size} {brush}: {} {lowest}",
                screen_y(high)
            );
            assert!(
                screen_y(low) < legend.top(),
                "{size} {brush}: {} {legend:?}",
                screen_y(low)
            );
            assert!(
                seen.min[0] < low && high < seen.max[0],
                "{size} {brush}: {seen:?}"
            );
            if brush {
                let done = window.get_by_label("Done").rect();
                let clear = window.get_by_label("Clear the drawing").rect();
                let size_field = window.get_all_by_label("Brush size").next().unwrap().rect();
                for control in [done, clear, size_field] {
                    assert!(control.bottom() <= canvas.top(), "{size}: {control:?}");
                    assert!(control.right() <= size.x, "{size}: {control:?}");
                }
            }
        }
    }
}

#[test]
fn the_wheel_reaches_what_a_file_may_ask_for_and_no_more() {
    let mut window = window();
    let pointer = canvas(&window).center() + vec2(60.0, 20.0);
    together(&mut window, [Event::PointerMoved(pointer)]);
    for (direction, end) in [
        (600.0, Camera::HEIGHTS.start()),
        (-600.0, Camera::HEIGHTS.end()),
    ] {
        for _ in 0..40 {
            let wheel = Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: vec2(0.0, direction),
                phase: TouchPhase::Move,
                source: MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            };
            together(&mut window, [wheel]);
            window.run_steps(2);
        }
        window.run();
        let camera = window.state().lab.camera.unwrap();
        assert!((camera.height / end - 1.0).abs() < 1e-9, "{camera:?}");
        assert_eq!(window.state().lab.to_save().validate(), Ok(()));
    }
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
    for layer in Layer::ALL.into_iter().take(1 + Layer::Pairs as usize) {
        window.get_by_label(&format!("{layer:?}"));
    }
    // The others are in a menu as long as they are hidden, and only there.
    assert!(window.query_by_label("DeformedGrid").is_none());
    window.get_by_label("Layers").click();
    window.run();
    window.get_by_label("Deformed grid").click();
    window.run();
    let last = window.state().log.last();
    assert_eq!(last, Some(&Command::ToggleLayer(Layer::DeformedGrid)));
    window.get_by_label("DeformedGrid");
}

/// The maps of the exact field have their toggles in the menu, and in the line while they are shown.
#[test]
fn maps_are_toggled_by_their_names() {
    let mut window = window_on(followed(0));
    for (name, layer) in [
        ("Exact field", Layer::ExactField),
        ("Learned minus exact", Layer::FieldError),
        ("Exact density", Layer::ExactDensity),
        ("Contours of the density", Layer::Contours),
        ("Divergence", Layer::Divergence),
        ("Continuity residual", Layer::Continuity),
        ("PPD residual", Layer::PpdResidual),
    ] {
        window.get_by_label("Layers").click();
        window.run();
        window.get_by_label(name).click();
        window.run();
        let last = window.state().log.last();
        assert_eq!(last, Some(&Command::ToggleLayer(layer)));
        window.get_by_label(&format!("{layer:?}"));
    }
}

#[test]
fn every_particle_is_a_quad_and_lost_ones_are_dropped() {
    for bad in [0, 7] {
        let window = window_on(followed(bad));
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
    let seen = window.state().canvas.seen().unwrap();
    let [x, y] = seen.center();
    let camera = Camera {
        center: (x, y),
        height: seen.height(),
    };
    let page = scene::Rect::at([0.0, 0.0], rect.size().into());
    let t = window.state().lab.play.t;
    let products = window.state().frame.products.clone();
    let picture = products.trajectories.get().unwrap();
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
    assert_eq!(
        first, 6,
        "three layers are on, and the view is fitted again between what stands on the canvas"
    );
    window.run_steps(5);
    assert_eq!(built(&window), first);
    window.state_mut().lab.apply(Command::SetTime(0.3));
    window.run();
    assert_eq!(built(&window), first + 1, "only the particles move");
    let frame = &mut window.state_mut().frame;
    frame.products.put(frame.flow(), followed(0));
    window.run();
    assert_eq!(
        built(&window),
        first + 3,
        "particles and trajectories are new, the target is not"
    );
    window.set_size(vec2(900.0, 650.0));
    window.run();
    assert_eq!(built(&window), first + 6);
}

#[test]
fn the_time_slider_moves_the_play_head() {
    let mut window = Harness::builder()
        .with_size(vec2(900.0, 150.0))
        .with_context_setup(|ctx| theme::apply(ctx, true))
        .build_ui_state(
            |ui, lab: &mut Lab| {
                let mut commands = Vec::new();
                let frames = lab.frames();
                pushforward::ui::timeline::timeline_ui(ui, lab, &frames, &mut commands);
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
