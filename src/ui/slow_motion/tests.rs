use std::sync::Arc;

use super::*;
use crate::flow::Bounds;
use crate::flow::grid::FieldGrid;
use crate::scene::fixture;
use crate::snapshot::{StepPreview, StepTaken};

fn step(number: u64, is_taken: bool) -> Arc<StepPreview> {
    let field = Arc::new(FieldGrid {
        bounds: Bounds::square(1.0),
        n: [0, 0],
        times: Vec::new(),
        velocities: Vec::new(),
    });
    let taken = is_taken.then(|| StepTaken {
        recorded: 1.0,
        loss: 0.5,
        predictions: Vec::new(),
        field: Arc::clone(&field),
    });
    Arc::new(StepPreview {
        step: number,
        problem: fixture::frame().experiment.problem.clone(),
        predicted: crate::flow::conversion::Quantity::Velocity,
        pairs: Vec::new(),
        coupled: Vec::new(),
        batch: 64,
        loss: 1.0,
        field,
        taken,
    })
}

/// A frame after so many steps, the last `kept` of which are kept.
fn frame(step_number: u64, kept: u64) -> Frame {
    let taken = (step_number - kept..step_number).map(|k| step(k, true));
    let mut frame = fixture::frame();
    frame.step = step_number;
    frame.state = RunState::Paused;
    frame.steps = taken.chain([step(step_number, false)]).collect();
    frame
}

fn opened(frame: &Frame) -> SlowMotion {
    SlowMotion::new(frame, Held::default())
}

/// Moves on for so many seconds, a sixtieth at a time; how often a step was asked for.
fn play(slow: &mut SlowMotion, frame: &Frame, secs: f64) -> usize {
    let frames = (60.0 * secs).round() as usize;
    (0..frames)
        .filter(|_| slow.advance(1.0 / 60.0, frame))
        .count()
}

#[test]
fn the_step_is_asked_for_once_when_its_stage_is_reached_and_not_before() {
    let now = frame(5, 0);
    let mut slow = opened(&now);
    let asked: Vec<bool> = (0..7).map(|_| slow.on(&now)).collect();
    assert_eq!(asked, [false, false, false, false, false, false, true]);
    assert_eq!(slow.view.stage, Stage::Update);
    // It is on its way: neither on, nor there and back, asks again.
    assert!(!slow.on(&now));
    slow.back(&now);
    assert!(!slow.on(&now));
    assert_eq!((slow.view.step, slow.view.stage), (5, Stage::Update));
    // Nothing moves before it is there.
    assert_eq!(play(&mut slow, &now, 1.0), 0);
    assert_eq!(slow.view.progress, 0.0);
    let taken = frame(6, 1);
    slow.follow(&taken);
    play(&mut slow, &taken, 1.0);
    assert_eq!(slow.view.progress, 1.0);
    assert!(!slow.on(&taken));
    assert_eq!((slow.view.step, slow.view.stage), (6, Stage::Draw));
}

#[test]
fn going_back_is_free_and_leads_over_steps_that_were_taken() {
    let now = frame(6, 2);
    let mut slow = opened(&now);
    slow.back(&now);
    assert_eq!((slow.view.step, slow.view.stage), (5, Stage::Update));
    assert_eq!(slow.view.progress, 1.0);
    for _ in 0..20 {
        slow.back(&now);
    }
    assert_eq!(
        (slow.view.step, slow.view.stage),
        (4, Stage::Draw),
        "the oldest that is kept"
    );
    // Forward over steps that were taken nothing is asked for.
    let asked = (0..16).filter(|_| slow.on(&now)).count();
    assert_eq!(
        (slow.view.step, slow.view.stage, asked),
        (6, Stage::Draw, 0)
    );
}

#[test]
fn played_it_takes_step_after_step_at_its_speed() {
    let now = frame(0, 0);
    let mut slow = opened(&now);
    assert_eq!(play(&mut slow, &now, 30.0), 0);
    assert_eq!(slow.view.stage, Stage::Draw, "it is held at first");
    slow.playing = true;
    assert_eq!(play(&mut slow, &now, 8.0 * (MOVE_SECS + REST_SECS)), 1);
    let taken = frame(1, 1);
    slow.follow(&taken);
    slow.speed = 4.0;
    assert_eq!(play(&mut slow, &taken, 3.0 * (MOVE_SECS + REST_SECS)), 1);
    assert_eq!((slow.view.step, slow.view.stage), (1, Stage::Update));
}

#[test]
fn another_run_or_a_step_that_is_gone_gives_way_to_the_next_one() {
    let now = frame(5, 1);
    let mut slow = opened(&now);
    assert_eq!((0..3).filter(|_| slow.on(&now)).count(), 0);
    slow.follow(&now);
    assert_eq!(slow.view.stage, Stage::Place, "nothing has happened");
    let mut anew = frame(5, 0);
    anew.run = RunId(9);
    slow.follow(&anew);
    assert_eq!((slow.view.step, slow.view.stage), (5, Stage::Draw));
    slow.follow(&Frame {
        run: RunId(9),
        ..frame(2, 0)
    });
    assert_eq!(slow.view.step, 2, "it was rolled back");
}

#[test]
fn a_step_that_fails_leads_back_to_the_residual_and_can_be_asked_for_again() {
    let now = frame(5, 0);
    let mut slow = opened(&now);
    slow.playing = true;
    assert!(slow.go_to(Stage::Update, &now));
    let mut failed = frame(5, 0);
    failed.state = RunState::Failed {
        message: "It failed.".to_owned(),
    };
    slow.follow(&failed);
    assert_eq!((slow.view.stage, slow.playing), (Stage::Residual, false));
    assert!(slow.go_to(Stage::Update, &now));
}

#[test]
fn six_to_twelve_pairs_are_shown_and_one_of_them_stands_out() {
    let mut slow = opened(&frame(0, 0));
    for (asked, shown) in [(3, 6), (9, 9), (40, 12)] {
        slow.set_pairs(asked);
        assert_eq!(slow.view.pairs, shown);
    }
    slow.mark(11);
    slow.set_pairs(7);
    assert_eq!(slow.view.marked, 6);
}
