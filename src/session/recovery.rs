//! What is done when an engine fails: one answer for the lanes of a window and for the headless run.

use std::sync::Arc;

use crate::model::{EngineError, OpenDevice};

use super::engines::Engines;
use super::learner::Learner;
use super::thread::caught;

/// How a failure was dealt with. Either way the last checkpoint is back.
#[derive(Debug, PartialEq)]
pub enum Recovery {
    /// The device is given up; training goes on on another one. The sentence says so.
    Elsewhere(String),
    /// There is no other device, or numbers were not finite, as they would not be on another one either; the step that is
    /// back.
    BackAt(u64),
}

/// Has something done with an engine; a panic is a failure of its device.
pub fn attempt<T, E: From<EngineError>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    caught(work).unwrap_or_else(|panic| {
        let reason = format!("it panicked: {panic}");
        Err(EngineError::Device(reason).into())
    })
}

/// Deals with an engine that failed at the step `at`. A device that failed is not trusted again, and `engines` become
/// those that take its place.
///
/// # Errors
/// If those cannot make an engine.
pub fn recover(
    learner: &mut Learner,
    engines: &mut Engines,
    at: u64,
    error: &EngineError,
) -> Result<Recovery, EngineError> {
    let EngineError::Device(reason) = error else {
        return Ok(Recovery::BackAt(learner.roll_back()));
    };
    learner.distrust_engine();
    let Some(fallback) = engines.fallback().cloned() else {
        return Ok(Recovery::BackAt(learner.roll_back()));
    };
    OpenDevice::distrust_gpu(reason);
    let lost = Arc::clone(engines.label());
    *engines = fallback;
    learner.replace_engine(engines)?;
    Ok(Recovery::Elsewhere(format!(
        "{lost} failed at step {at}: {reason}. The {} goes on from step {}.",
        engines.label(),
        learner.steps_taken()
    )))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::crew::Crew;
    use super::super::learner::StepError;
    use super::*;
    use crate::experiment::{Experiment, Training, presets};
    use crate::flow::coupling::Coupling;
    use crate::model::{
        Alone, Batch, Engine, EngineState, FusedEngine, MlpParams, StepLoss, TrainingState,
    };

    /// An engine that fails once, at a given step.
    struct Faulty {
        inner: FusedEngine,
        steps: Arc<AtomicU64>,
        at: u64,
        fault: Fault,
    }

    #[derive(Clone, Copy, PartialEq)]
    enum Fault {
        Panic,
        Lost,
        NotANumber,
    }

    impl Engine for Faulty {
        fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<StepLoss, EngineError> {
            if self.steps.fetch_add(1, Ordering::Relaxed) == self.at {
                return match self.fault {
                    Fault::Panic => panic!("as asked"),
                    Fault::Lost => Err(EngineError::Device("as asked".to_owned())),
                    Fault::NotANumber => Err(EngineError::NonFinite {
                        what: "loss",
                        value: f32::NAN,
                    }),
                };
            }
            self.inner.step(batch, learning_rate)
        }
        fn state(&mut self) -> Result<EngineState, EngineError> {
            self.inner.state()
        }
        fn set_state(&mut self, state: &EngineState) -> Result<(), EngineError> {
            self.inner.set_state(state)
        }
        fn set_training(&mut self, training: &Training) {
            self.inner.set_training(training);
        }
        fn forward(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
            self.inner.forward(batch)
        }
        fn gradient(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
            self.inner.gradient(batch)
        }
    }

    fn engine(experiment: &Experiment, params: &MlpParams) -> Result<FusedEngine, EngineError> {
        let (model, training) = (&experiment.model, &experiment.training);
        FusedEngine::new(Box::new(Alone), model, training, params)
    }

    fn sound() -> Engines {
        let maker = |experiment: &Experiment, params: &MlpParams| {
            Ok(Box::new(engine(experiment, params)?) as Box<dyn Engine>)
        };
        Engines::new("sound device", Arc::new(maker))
    }

    fn faulty(at: u64, fault: Fault) -> Engines {
        let steps = Arc::new(AtomicU64::new(0));
        let maker = move |experiment: &Experiment, params: &MlpParams| {
            let (inner, steps) = (engine(experiment, params)?, Arc::clone(&steps));
            Ok(Box::new(Faulty {
                inner,
                steps,
                at,
                fault,
            }) as Box<dyn Engine>)
        };
        Engines::new("faulty device", Arc::new(maker))
    }

    /// Blocks that a batch ends within.
    fn learner(engines: &Engines) -> Learner {
        let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
        experiment.model.hidden = vec![16];
        experiment.training.batch = 24;
        experiment.problem.coupling = Coupling::BatchOt { batch: 100 };
        Learner::new(Arc::new(experiment), engines, &Crew::alone()).unwrap()
    }

    fn take(learner: &mut Learner, steps: u64) {
        (0..steps).for_each(|_| learner.step().unwrap());
    }

    /// What a learner that nothing happened to has after so many steps.
    fn undisturbed(steps: u64) -> (TrainingState, Vec<f64>) {
        let mut learner = learner(&sound());
        take(&mut learner, steps);
        learner.checkpoint().unwrap();
        (learner.state(), shown(&learner))
    }

    /// Pairs and coupling cost, as they are shown.
    fn shown(learner: &Learner) -> Vec<f64> {
        let pairs = learner.pairs().iter();
        let points = pairs.flat_map(|(x_0, x_1)| [x_0, x_1]).flatten();
        points.chain(learner.coupling_cost()).collect()
    }

    #[test]
    fn a_rollback_leaves_nothing_of_the_steps_it_undoes() {
        let mut learner = learner(&sound());
        take(&mut learner, 10);
        learner.checkpoint().unwrap();
        take(&mut learner, 7);
        assert_ne!(shown(&learner), undisturbed(10).1);
        assert_eq!(learner.roll_back(), 10);
        assert_eq!((learner.state(), shown(&learner)), undisturbed(10));
        assert_eq!(learner.losses().len(), 10);
        take(&mut learner, 13);
        learner.checkpoint().unwrap();
        assert_eq!((learner.state(), shown(&learner)), undisturbed(23));
    }

    #[test]
    fn a_rollback_leaves_nothing_of_a_full_window_of_coupling_costs() {
        let mut learner = learner(&sound());
        take(&mut learner, 1005);
        learner.checkpoint().unwrap();
        take(&mut learner, 20);
        learner.roll_back();
        assert_eq!((learner.state(), shown(&learner)), undisturbed(1005));
    }

    /// Weights, average and optimizer moments go along, so that the other device repeats the steps and goes on as if it
    /// had taken all of them.
    #[test]
    fn a_failed_device_is_replaced_as_if_it_had_not_failed() {
        for fault in [Fault::Panic, Fault::Lost] {
            let mut engines = faulty(15, fault).or(sound());
            let mut learner = learner(&engines);
            take(&mut learner, 12);
            learner.checkpoint().unwrap();
            take(&mut learner, 3);
            let Err(StepError::Engine(error)) = attempt(|| learner.step()) else {
                panic!("it was to fail");
            };
            let recovery = recover(&mut learner, &mut engines, 15, &error).unwrap();
            let panicked = if fault == Fault::Panic {
                "it panicked: "
            } else {
                ""
            };
            let sentence = format!(
                "faulty device failed at step 15: {panicked}as asked. The sound device goes on from step 12."
            );
            assert_eq!(recovery, Recovery::Elsewhere(sentence));
            assert_eq!(&**engines.label(), "sound device");
            assert!(!learner.is_broken());
            take(&mut learner, 28);
            learner.checkpoint().unwrap();
            assert_eq!((learner.state(), shown(&learner)), undisturbed(40));
        }
    }

    #[test]
    fn numbers_that_go_astray_are_not_the_devices_fault() {
        let mut engines = faulty(15, Fault::NotANumber).or(sound());
        let mut learner = learner(&engines);
        take(&mut learner, 12);
        learner.checkpoint().unwrap();
        take(&mut learner, 3);
        let Err(StepError::Engine(error)) = attempt(|| learner.step()) else {
            panic!("it was to fail");
        };
        let recovery = recover(&mut learner, &mut engines, 15, &error).unwrap();
        assert_eq!(recovery, Recovery::BackAt(12));
        assert_eq!(&**engines.label(), "faulty device");
        assert!(!learner.is_broken());
        assert_eq!((learner.state(), shown(&learner)), undisturbed(12));
    }

    #[test]
    fn a_device_without_another_one_is_broken_until_it_is_replaced() {
        let mut engines = faulty(15, Fault::Lost);
        let mut learner = learner(&engines);
        take(&mut learner, 12);
        learner.checkpoint().unwrap();
        take(&mut learner, 3);
        let Err(StepError::Engine(error)) = attempt(|| learner.step()) else {
            panic!("it was to fail");
        };
        let recovery = recover(&mut learner, &mut engines, 15, &error).unwrap();
        assert_eq!(recovery, Recovery::BackAt(12));
        assert!(learner.is_broken());
        learner.replace_engine(&engines).unwrap();
        assert!(!learner.is_broken());
        take(&mut learner, 8);
        learner.checkpoint().unwrap();
        assert_eq!((learner.state(), shown(&learner)), undisturbed(20));
    }
}
