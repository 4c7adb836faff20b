use super::super::crew::Crew;
use super::*;
use crate::experiment::presets;

#[test]
fn scales_stay_while_the_target_changes_little() {
    let used = Scaling {
        source_rms: 1.0,
        target_rms: 2.0,
    };
    let slightly = Scaling {
        target_rms: 2.5,
        ..used
    };
    let much = Scaling {
        target_rms: 4.0,
        ..used
    };
    assert_eq!(rescaled(used, slightly), used);
    assert_eq!(rescaled(used, much), much);
}

fn cosine() -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![4];
    experiment.training.batch = 8;
    experiment.training.steps = 30;
    experiment.training.schedule = LearningRate::Cosine { warmup: 10 };
    experiment
}

/// The state of that experiment after so many steps.
fn state_after(experiment: &Experiment, steps: u64) -> TrainingState {
    let engines = Engines::cpu(&Crew::alone());
    let mut learner = Learner::new(Arc::new(experiment.clone()), &engines, &Crew::alone()).unwrap();
    (0..steps).for_each(|_| learner.step().unwrap());
    learner.checkpoint().unwrap();
    learner.state()
}

fn resumed(experiment: &Experiment, state: &TrainingState) -> Learner {
    let engines = Engines::cpu(&Crew::alone());
    Learner::resume(
        Arc::new(experiment.clone()),
        &engines,
        state,
        &Crew::alone(),
    )
    .unwrap()
}

#[test]
fn a_cosine_goes_on_where_it_was_and_starts_again_over_added_steps() {
    let mut experiment = cosine();
    let full = base_rate(experiment.training.optimizer);
    let interrupted = state_after(&experiment, 20);
    let learner = resumed(&experiment, &interrupted);
    assert_eq!(
        learner.plan(),
        Plan {
            start: 0,
            steps: 30
        }
    );
    approx::assert_relative_eq!(learner.learning_rate(0), full / 2.0);
    for taken in [20, 30] {
        let state = state_after(&experiment, taken);
        experiment.training.steps = 80;
        let learner = resumed(&experiment, &state);
        let left = 80 - taken;
        let plan = Plan {
            start: taken,
            steps: left,
        };
        assert_eq!(learner.plan(), plan);
        approx::assert_relative_eq!(learner.learning_rate(0), full / 10.0);
        assert_eq!(learner.learning_rate(10), full);
        let half_way = 10 + (left - 10) / 2;
        approx::assert_relative_eq!(learner.learning_rate(half_way), full / 2.0);
        assert!(learner.learning_rate(left) < 1e-12);
        experiment.training.steps = 30;
    }
}

#[test]
fn the_end_moves_by_as_many_steps_as_are_asked_for_more() {
    let mut experiment = cosine();
    experiment.training.schedule = LearningRate::Constant;
    let engines = Engines::cpu(&Crew::alone());
    let mut learner = Learner::new(Arc::new(experiment.clone()), &engines, &Crew::alone()).unwrap();
    (0..30).for_each(|_| learner.step().unwrap());
    learner.extend();
    assert_eq!(learner.planned_end(), 60);
    experiment.training.steps = 50;
    learner.apply(Arc::new(experiment.clone())).unwrap();
    assert_eq!(
        learner.plan(),
        Plan {
            start: 30,
            steps: 50
        }
    );
    learner.checkpoint().unwrap();
    experiment.training.steps = 70;
    let plan = resumed(&experiment, &learner.state()).plan();
    assert_eq!(
        plan,
        Plan {
            start: 30,
            steps: 40
        },
        "all steps, when a run goes on"
    );
}
