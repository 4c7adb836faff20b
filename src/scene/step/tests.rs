use std::sync::Arc;

use super::*;
use crate::experiment::View;
use crate::flow::Bounds;
use crate::flow::grid::FieldGrid;
use crate::flow::path::{Path, velocity};
use crate::scene::{Page, Style, build, fixture};
use crate::snapshot::StepTaken;

const LAST: usize = StepPreview::PAIRS;

fn field(speed: f64) -> Arc<FieldGrid> {
    let bounds = Bounds::square(4.0);
    Arc::new(FieldGrid {
        bounds,
        n: [4, 4],
        times: vec![0.0, 1.0],
        velocities: vec![[speed, 0.0]; 32],
    })
}

/// Pairs from x = -2 to x = 2; the network answers the target and (0.5, 0.5) too much, after the step half as much.
fn frame(taken: bool) -> Frame {
    let mut frame = fixture::frame();
    let path = Path::default();
    let pair = |k: usize| {
        let y = 0.2 * k as f64 - 1.0;
        let (x_0, x_1, t) = ([-2.0, y], [2.0, -y], (k as f64 + 1.0) / (LAST as f64 + 2.0));
        let target = velocity(path.at(t), x_0, x_1);
        StepPair {
            x_0,
            x_1,
            t,
            schedule: path.at(t),
            x_t: interpolate(path.at(t), x_0, x_1),
            target,
            prediction: target.map(|u| u + 0.5),
        }
    };
    let pairs: Vec<StepPair> = (0..LAST).map(pair).collect();
    let after = pairs.iter().map(|p| p.target.map(|u| u + 0.25)).collect();
    let problem = frame.experiment.problem.clone();
    frame.steps = Arc::new([Arc::new(StepPreview {
        predicted: crate::flow::conversion::Quantity::Velocity,
        step: 7,
        problem,
        coupled: vec![([-2.0, 0.0], [2.0, 0.0])],
        batch: 64,
        loss: 0.5,
        field: field(1.0),
        taken: taken.then(|| StepTaken {
            recorded: 0.5,
            loss: 0.125,
            predictions: after,
            field: field(1.01),
        }),
        pairs,
    })]);
    frame
}

fn view(stage: Stage, progress: f64) -> StepView {
    StepView {
        step: 7,
        stage,
        progress,
        pairs: 8,
        marked: 2,
    }
}

fn overlay(frame: &Frame, step: StepView) -> Vec<Item> {
    let view = View {
        step: Some(step),
        ..View::default()
    };
    let page = Page::canvas([800.0, 600.0], Style::Dark);
    build(frame, &view, 0.5, &page).panels.remove(0).overlay
}

fn arrows(items: &[Item]) -> Vec<&Arrows> {
    let mut found = Vec::new();
    for item in items {
        if let Item::Arrows(arrows) = item {
            found.push(arrows);
        }
    }
    found
}

fn words(items: &[Item]) -> Vec<&str> {
    let mut found = Vec::new();
    for item in items {
        if let Item::Text(text) = item {
            found.push(text.text.as_str());
        }
    }
    found
}

#[test]
fn each_stage_adds_its_marks_to_those_before_it() {
    let mut before = 0;
    for stage in Stage::ALL {
        let frame = frame(stage == Stage::Update);
        let items = overlay(&frame, view(stage, 1.0));
        let n = items
            .iter()
            .filter(|item| !matches!(item, Item::Text(_)))
            .count();
        let adds = !matches!(stage, Stage::Draw | Stage::Time);
        assert!(
            n > before || (!adds && n >= before),
            "{stage:?}: {n} of {before}"
        );
        before = n;
    }
}

#[test]
fn a_stage_that_has_just_begun_shows_what_the_one_before_it_did() {
    let frame = frame(false);
    let ends = |stage| arrows(&overlay(&frame, view(stage, 0.0))).len();
    assert_eq!(ends(Stage::Target), 0);
    assert_eq!(ends(Stage::Predict), 1);
    let told = overlay(&frame, view(Stage::Residual, 1.0));
    // Until the step has been taken, nothing has moved.
    let waits = overlay(&frame, view(Stage::Update, 0.7));
    assert_eq!(arrows(&told), arrows(&waits));
}

#[test]
fn the_target_the_answer_and_the_residual_close_a_triangle_at_the_point_that_was_placed() {
    let frame = frame(false);
    let items = overlay(&frame, view(Stage::Residual, 1.0));
    let [target, prediction] = arrows(&items)[..] else {
        panic!("two kinds of arrows");
    };
    let theme = Style::Dark.theme();
    assert_eq!(
        (target.color, prediction.color),
        (theme.target, theme.accent)
    );
    let residual = items.iter().find_map(|item| match item {
        Item::Segments(segments) if segments.color == theme.attention => Some(segments),
        _ => None,
    });
    let residual = residual.expect("residuals");
    assert_eq!(residual.ends.len(), 8);
    for k in 0..8 {
        assert_eq!(target.arrows[k][0], prediction.arrows[k][0]);
        assert_eq!(
            residual.ends[k],
            [target.arrows[k][1], prediction.arrows[k][1]]
        );
    }
    // |v - u|^2 of every pair is 0.5.
    assert_eq!(words(&items).iter().filter(|w| **w == "0.500").count(), 8);
}

#[test]
fn the_step_draws_the_change_larger_and_says_how_much() {
    let frame = frame(true);
    // The field changes by a hundredth of its speed, and may take 0.6 of it: 50 times.
    assert_eq!(magnification(&frame.steps[0]), 50.0);
    let items = overlay(&frame, view(Stage::Update, 1.0));
    let [before, after, ..] = arrows(&items)[..] else {
        panic!("arrows before and after");
    };
    let length = |arrow: [PagePoint; 2]| arrow[1][0] - arrow[0][0];
    let ratio = length(after.arrows[0]) / length(before.arrows[0]);
    assert!((ratio - 1.5).abs() < 1e-4, "{ratio}");
    let half = overlay(&frame, view(Stage::Update, 0.5));
    let ratio = length(arrows(&half)[1].arrows[0]) / length(before.arrows[0]);
    assert!((ratio - 1.25).abs() < 1e-4, "{ratio}");
}

#[test]
fn the_legend_names_what_is_drawn_by_its_formula_on_the_canvas_and_in_figures() {
    for page in [
        Page::canvas([1200.0, 800.0], Style::Light),
        Page::figure(Style::Paper),
    ] {
        let legend = |stage| {
            let view = View {
                step: Some(view(stage, 1.0)),
                ..View::default()
            };
            let scene = build(&frame(true), &view, 0.5, &page);
            words(&scene.furniture).join(" | ")
        };
        let first = legend(Stage::Draw);
        assert!(
            first.contains("x₀ ~ p") && first.contains("x₁ ~ q"),
            "{first}"
        );
        assert!(
            !first.contains("x_t") && !first.contains("trajectories"),
            "{first}"
        );
        let last = legend(Stage::Update);
        for words in [
            "x_t = α x₁ + σ x₀",
            "u = α′ x₁ + σ′ x₀",
            "v(x_t, t)",
            "v − u",
            "u, v drawn × ",
            "change drawn × 50",
        ] {
            assert!(last.contains(words), "{words} of {last}");
        }
    }
}

#[test]
fn a_frame_that_has_not_got_the_step_looks_as_without_one() {
    let page = Page::canvas([800.0, 600.0], Style::Dark);
    let asked = View {
        step: Some(view(Stage::Residual, 1.0)),
        ..View::default()
    };
    let plain = build(&fixture::frame(), &View::default(), 0.5, &page);
    assert_eq!(build(&fixture::frame(), &asked, 0.5, &page), plain);
}

#[test]
fn extra_noise_leads_from_the_path_to_the_point() {
    let mut frame = frame(false);
    let mut step = StepPreview::clone(&frame.steps[0]);
    step.pairs[0].x_t[1] += 0.3;
    frame.steps = Arc::new([Arc::new(step)]);
    let page = Page::canvas([800.0, 600.0], Style::Dark);
    let place = Place::new(
        crate::scene::Transform::new(
            crate::experiment::Camera {
                center: (0.0, 0.0),
                height: 6.0,
            },
            crate::scene::Rect::at([0.0, 0.0], page.size),
        ),
        &page,
    );
    let step = Some(view(Stage::Place, 1.0));
    let shown = Shown::of(&frame, &step, &place).expect("it is laid out");
    for (_, pair) in shown.pairs() {
        assert_eq!(shown.way(pair, 1.0).last(), Some(&pair.x_t));
    }
}
