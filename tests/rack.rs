//! The pages of the rack, driven by labels as a person drives them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod window;

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{Queryable, by};
use pushforward::experiment::{Experiment, Lane, presets};
use pushforward::session::Options;
use pushforward::ui::page::Page;
use pushforward::ui::{Command, Lab};

use window::{SIZE, Window, window_on};

const PATIENCE: Duration = Duration::from_secs(60);

/// Three lanes of two moons that learn for a moment only.
fn experiment() -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![8, 8];
    experiment.training.batch = 32;
    experiment.training.steps = 300;
    experiment.readout.evaluation.samples = 200;
    experiment.readout.evaluation.w2_samples = 50;
    experiment.readout.solver = experiment.readout.solver.with_steps(10);
    experiment.view.particles = 100;
    let lane = |title: &str, set: &[&str]| Lane {
        title: title.to_owned(),
        set: set.iter().map(|set| set.parse().unwrap()).collect(),
    };
    experiment.lanes = vec![
        lane("straight", &[]),
        lane("bent", &["path=Vp()"]),
        lane("paired", &["coupling=BatchOt(batch:32)"]),
    ];
    experiment
}

fn window() -> Window {
    let options = Options {
        autostart: true,
        ..Options::default()
    };
    let lab = Lab::new(experiment(), None, options, Arc::new(|| ())).unwrap();
    window_on(lab, SIZE, 1.0)
}

/// Shows frames until the window is as wanted.
#[track_caller]
fn wait(window: &mut Window, what: &str, wanted: impl Fn(&Window) -> bool) {
    let start = Instant::now();
    loop {
        window.step();
        if wanted(window) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn press(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.step();
    window.step();
}

/// The same where the page may have scrolled it out of sight.
fn press_anywhere(window: &mut Window, label: &str) {
    window.get_by_label(label).click_accesskit();
    window.step();
    window.step();
}

fn shows(window: &Window, part: &str) -> bool {
    window.query_all(by().label_contains(part)).next().is_some()
}

/// The text that the last press has put on the clipboard.
fn copied(window: &mut Window, label: &str) -> String {
    window.get_by_label(label).click();
    for _ in 0..3 {
        window.step();
        let commands = &window.output().platform_output.commands;
        let text = commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        if let Some(text) = text {
            return text;
        }
    }
    panic!("nothing was copied by {label}");
}

fn measured(window: &Window) -> bool {
    let lab = &window.state().lab;
    let frames = lab.frames();
    frames
        .iter()
        .all(|frame| frame.products.metrics.get().is_some() && frame.step == 300)
}

/// The window on the page of straightness, with numbers of all lanes.
fn measured_window() -> Window {
    let mut window = window();
    window
        .state_mut()
        .lab
        .apply(Command::ShowPage(Page::Straightness));
    wait(&mut window, "all lanes are measured", measured);
    window.step();
    window
}

/// The heights at which the titles of the lanes stand in the table.
fn heights(window: &Window) -> Vec<f32> {
    let right = SIZE.x - 330.0;
    let height = |title: &str| {
        let mut found = window
            .get_all_by_label(title)
            .filter(|node| node.rect().min.x > right);
        found.next().expect(title).rect().center().y
    };
    ["straight", "bent", "paired"].map(height).to_vec()
}

#[test]
fn a_page_opens_by_its_tab_its_key_and_the_palettes_command() {
    let mut window = window();
    window.step();
    assert_eq!(window.state().lab.page, Page::Numbers);
    press(&mut window, "Page of straightness");
    assert_eq!(window.state().lab.page, Page::Straightness);
    window.key_press_modifiers(Modifiers::NONE, Key::F3);
    window.step();
    window.step();
    assert_eq!(window.state().lab.page, Page::Training);
    window
        .state_mut()
        .lab
        .apply(Command::ShowPage(Page::Numbers));
    window.step();
    assert!(shows(&window, "STRAIGHTNESS"));
}

#[test]
fn the_table_sorts_selects_and_copies() {
    let mut window = measured_window();
    let by_lane = heights(&window);
    assert!(by_lane.is_sorted(), "{by_lane:?}");
    press(&mut window, "Sort by S");
    let lab = &window.state().lab;
    let mut s: Vec<(f64, f32)> = Vec::new();
    for (frame, height) in lab.lane_frames(&lab.frames()).iter().zip(heights(&window)) {
        let metrics = frame.products.metrics.get().unwrap();
        s.push((metrics.trajectories.straightness, height));
    }
    s.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!(
        s.is_sorted_by(|a, b| a.1 < b.1),
        "the smallest S on top: {s:?}"
    );
    press(&mut window, "Sort by S");
    let turned = heights(&window);
    press(&mut window, "Sort by S");
    assert_eq!(heights(&window), by_lane);
    assert_ne!(turned, by_lane);

    let markdown = copied(&mut window, "Copy as Markdown");
    assert!(markdown.starts_with("| lane |"), "{markdown}");
    let latex = copied(&mut window, "Copy as LaTeX");
    assert!(latex.contains("\\begin{tabular}"), "{latex}");
    let csv = copied(&mut window, "Copy as CSV");
    for title in ["straight", "bent", "paired"] {
        assert!(
            [&markdown, &latex, &csv]
                .iter()
                .all(|text| text.contains(title)),
            "{title}"
        );
    }

    let right = SIZE.x - 330.0;
    let row = window
        .get_all_by_label("bent")
        .find(|node| node.rect().min.x > right);
    row.unwrap().click();
    window.step();
    window.step();
    assert_eq!(window.state().lab.editor.selected(), 1);
}

#[test]
fn three_seeds_are_repeated_in_the_background_and_can_be_stopped() {
    let mut window = measured_window();
    assert!(shows(&window, "for these networks"));
    press(&mut window, "Repeat with 3 seeds");
    wait(&mut window, "the repeats end", |window| {
        let repeats = window.state().lab.repeats.as_ref();
        repeats.is_some_and(|repeats| repeats.known().ended)
    });
    window.step();
    window.step();
    let known = window.state().lab.repeats.as_ref().unwrap().known();
    assert!(
        known.measured.iter().all(|seeds| seeds.len() == 3),
        "{:?}",
        known.failures
    );
    assert!(shows(&window, "over 3 seeds"));
    // Another network: the repeats are not those of the lanes any more.
    let mut other = window.state().lab.editor.experiment().clone();
    other.training.batch = 16;
    window.state_mut().lab.apply(Command::Edit(Box::new(other)));
    wait(&mut window, "it is said", |window| {
        shows(window, "have changed since")
    });
    press(&mut window, "Repeat with 3 seeds");
    press(&mut window, "Stop the repeats");
    assert!(window.state().lab.repeats.is_none());
}

#[test]
fn a_block_is_under_the_microscope_and_larger_blocks_are_swept() {
    let mut window = window();
    press(&mut window, "Page of the coupling");
    let block = |window: &Window| {
        let lab = &window.state().lab;
        let frames = lab.frames();
        let made = frames.of(lab.lane()).products.block.get().cloned();
        made.map(|made| (made.size, made.own().unwrap().pairs.clone()))
    };
    wait(&mut window, "the block is paired", |window| {
        block(window).is_some_and(|(size, _)| size == 256)
    });
    window.step();
    assert!(shows(&window, "Histogram of the lengths of the pairs"));
    assert!(shows(&window, "Matrix of the pairs"));
    let first = block(&window).unwrap();
    press_anywhere(&mut window, "Next block");
    wait(&mut window, "the next block is paired", |window| {
        block(window).is_some_and(|next| next != first)
    });
    press_anywhere(&mut window, "Show it on the canvas");
    let view = window.state().lab.editor.experiment().view.clone();
    assert!(view.layers.contains(&pushforward::experiment::Layer::Block));
    assert_eq!(view.block.number, 1);

    press_anywhere(&mut window, "OT coupling");
    assert!(shows(&window, "Two couplings of the same points"));
    // The button of the page: the palette has the same name for the command.
    press_anywhere(&mut window, "Compare block sizes");
    assert_eq!(window.state().lab.editor.lanes().len(), 6);
    wait(&mut window, "the curves are there", |window| {
        shows(window, "at the largest k")
    });
    assert!(shows(&window, "coupling cost"));
}

/// One flow, trained, with the page of the coupling.
fn trained_alone() -> Window {
    let mut alone = experiment();
    alone.lanes.clear();
    let options = Options {
        autostart: true,
        ..Options::default()
    };
    let lab = Lab::new(alone, None, options, Arc::new(|| ())).unwrap();
    let mut window = window_on(lab, SIZE, 1.0);
    wait(&mut window, "the flow is trained", measured);
    press(&mut window, "Page of the coupling");
    window
}

#[test]
fn a_flow_is_straightened_by_a_lane_on_its_pairs() {
    let mut window = trained_alone();
    press_anywhere(&mut window, "Straighten this flow");
    wait(&mut window, "the second round is trained", |window| {
        window.state().lab.editor.lanes().len() == 2 && measured(window)
    });
    window.step();
    let lab = &window.state().lab;
    assert_eq!(lab.editor.labels(), ["1-RF", "2-RF"]);
    let frames = lab.frames();
    let [first, second] = [0, 1].map(|lane| frames.of(lab.editor.lanes()[lane].id()));
    let given = second.experiment.problem.pairs.as_ref().unwrap();
    assert_eq!(given.x_0.len(), 10_000);
    let cost = |frame: &pushforward::snapshot::Frame| {
        let metrics = frame.products.metrics.get().unwrap();
        metrics.trajectories.transport_cost
    };
    // The pairs are the ends of the first flow.
    assert!(
        (given.cost() / cost(first) - 1.0).abs() < 0.3,
        "{} {}",
        given.cost(),
        cost(first)
    );
    assert!(shows(&window, "2-RF") && shows(&window, "paired"));
    // Undo takes the lane away, redo brings it back without pairs, which is said.
    let draft = lab.editor.experiment().problem.coupling;
    assert_eq!(draft.needs_given(), Some(10_000));
}

#[test]
fn a_flow_is_distilled_to_a_lane_of_one_step() {
    let mut window = trained_alone();
    press(&mut window, "Distil to one step");
    // The lane begins as a copy of the flow, whose products stay until there are its own.
    wait(&mut window, "the step is trained", |window| {
        let lab = &window.state().lab;
        let Some(lane) = lab.editor.lanes().get(1) else {
            return false;
        };
        let frames = lab.frames();
        let products = &frames.of(lane.id()).products;
        let steps = products
            .trajectories
            .get()
            .map(|made| made.steps.accepted());
        let metrics = products.metrics.get();
        let is_of_one_step = metrics.is_some_and(|made| made.straightness_reason.is_some());
        steps == Some(1) && is_of_one_step && measured(window)
    });
    window.step();
    let lab = &window.state().lab;
    assert_eq!(lab.editor.labels(), ["1-RF", "1-RF distilled"]);
    assert_eq!(lab.editor.experiment().legality(), Ok(()));
    let frames = lab.frames();
    let frame = frames.of(lab.editor.lanes()[1].id());
    let metrics = frame.products.metrics.get().unwrap();
    assert!(metrics.w2.is_some());
    assert!(shows(&window, "1-RF, 1 step"));
    // One step is no flow, and is not straightened: that is said.
    press_anywhere(&mut window, "Straighten this flow");
    assert_eq!(window.state().lab.editor.lanes().len(), 2);
    assert!(!window.state().lab.straightens());
}

/// No page is wider than the panel of a small window: the canvas beside it would lie over its contents.
#[test]
fn every_page_fits_a_small_window() {
    let mut window = measured_window();
    window.set_size(egui::vec2(1000.0, 700.0));
    let mut ends = Vec::new();
    for page in Page::ALL {
        window.state_mut().lab.apply(Command::ShowPage(page));
        if page == Page::Coupling {
            wait(&mut window, "the block is paired", |window| {
                shows(window, "crossings")
            });
        }
        for _ in 0..5 {
            window.step();
        }
        ends.push((page, window.get_by_label("Time t").rect().right()));
    }
    let (_, first) = ends[0];
    assert!(ends.iter().all(|(_, end)| *end == first), "{ends:?}");
}
