use super::super::crew::Crew;
use super::*;
use crate::experiment::presets;
use crate::flow::VelocityField;

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

/// One step learns `E[x_1 | x_0]`: of independent pairs the mean of the target, here the moons' (0, 0.5), for every x_0.
#[test]
fn a_distilled_network_of_independent_pairs_takes_every_point_to_the_mean_of_the_target() {
    let preset = presets::find("two-moons").unwrap().experiment().unwrap();
    let mut experiment = preset.distilled();
    experiment.model.hidden = vec![16];
    experiment.training.batch = 256;
    experiment.training.steps = 600;
    experiment.legality().unwrap();
    let engines = Engines::cpu(&Crew::alone());
    let mut learner = Learner::new(Arc::new(experiment), &engines, &Crew::alone()).unwrap();
    (0..600).for_each(|_| learner.step().unwrap());
    let field = learner.checkpoint().unwrap();
    let x_0 = [[0.0, 0.0], [1.0, -0.5], [-0.7, 1.2]];
    let mut v = x_0;
    field.eval(0.0, &x_0, &mut v);
    for (x, v) in x_0.iter().zip(&v) {
        let end = [x[0] + v[0], x[1] + v[1]];
        assert!((end[0].hypot(end[1] - 0.5)) < 0.35, "{x:?} -> {end:?}");
    }
    // There is one step and no way: the field is that of t = 0 at every time.
    let mut later = x_0;
    field.eval(0.8, &x_0, &mut later);
    assert_eq!(later, v);
    // The loss is the spread of the target about its mean and no less.
    let loss = learner.mean_losses().unwrap();
    assert!((loss.own - loss.cfm).abs() < 1e-9, "{loss:?}");
}
