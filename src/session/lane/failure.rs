//! Devices that are chosen, fail and are replaced: the last good weights stay, whatever happens.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::model::{DeviceChoice, EngineError, OpenDevice};
use crate::snapshot::RunState;

use super::super::command::Event;
use super::super::engines::Engines;
use super::super::learner::Learner;
use super::Lane;

impl Lane {
    pub(super) fn set_device(&mut self, choice: DeviceChoice) {
        self.choice = Some(choice);
        let engines = self.open_engines(choice);
        if engines.label() == self.engines.label() {
            return;
        }
        self.use_engines(engines);
        if let Some(learner) = &mut self.learner {
            // A device that has failed has nothing newer to give than the last good weights.
            catch_unwind(AssertUnwindSafe(|| learner.checkpoint().is_ok())).ok();
            self.broken = true;
            if let Err(sentence) = self.mend_engine() {
                self.fail(sentence);
            }
        }
    }

    pub(super) fn open_engines(&self, choice: DeviceChoice) -> Engines {
        Engines::open(choice, &self.cores, &self.experiment).unwrap_or_else(|error| {
            let message = format!("Training stays on the CPU: {error}.");
            self.board.tell(Event::Problem(message));
            Engines::cpu(&self.cores)
        })
    }

    pub(super) fn use_engines(&mut self, engines: Engines) {
        let label = Arc::clone(engines.label());
        self.board.update(|frame| frame.device = Arc::clone(&label));
        self.engines = engines;
    }

    /// Replaces an engine that can no longer be trusted.
    pub(super) fn mend_engine(&mut self) -> Result<(), String> {
        if let (true, Some(learner)) = (self.broken, &mut self.learner) {
            learner
                .replace_engine(&self.engines)
                .map_err(|error| format!("The engine cannot be made again: {error}."))?;
        }
        self.broken = false;
        Ok(())
    }

    pub(super) fn engine_failed(&mut self, at: u64, error: &EngineError) {
        match error {
            EngineError::Device(reason) => self.fall_back(at, reason),
            other => self.roll_back(at, &other.to_string()),
        }
    }

    /// The device has failed: training goes on elsewhere from the last good weights, if there is an elsewhere.
    pub(super) fn fall_back(&mut self, at: u64, reason: &str) {
        self.broken = true;
        let Some(fallback) = self.engines.fallback().cloned() else {
            return self.roll_back(at, reason);
        };
        OpenDevice::distrust_gpu(reason);
        let lost = Arc::clone(self.engines.label());
        self.use_engines(fallback);
        if let Err(sentence) = self.mend_engine() {
            return self.fail(sentence);
        }
        let step = self.learner.as_ref().map_or(0, Learner::steps_taken);
        self.board.tell(Event::Problem(format!(
            "{lost} failed at step {at}: {reason}. The {} goes on from step {step}.",
            self.engines.label()
        )));
        let unfinished = self.learner.as_ref().is_some_and(|l| !l.is_finished());
        if self.state == RunState::Finished && unfinished {
            self.state = RunState::Running;
        }
        self.publish();
    }

    fn roll_back(&mut self, at: u64, reason: &str) {
        let back_to = self.learner.as_mut().map_or(0, |learner| {
            // A broken engine may fail here, too; it is replaced when Train is pressed.
            catch_unwind(AssertUnwindSafe(|| learner.roll_back())).unwrap_or(0)
        });
        self.fail(format!(
            "Training stopped at step {at}: {reason}. Weights and loss are back at step {back_to}; a smaller \
             learning rate may help. Train goes on from there."
        ));
    }
}
