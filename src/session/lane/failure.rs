//! Devices that are chosen, fail and are replaced: the last good state stays, whatever happens.

use std::sync::Arc;

use crate::model::{DeviceChoice, EngineError};
use crate::snapshot::RunState;

use super::super::command::Event;
use super::super::engines::Engines;
use super::super::gpu_carrier::GpuCarrier;
use super::super::recovery::{Recovery, attempt, recover};
use super::Lane;

impl Lane {
    pub(super) fn set_device(&mut self, choice: DeviceChoice) {
        self.choice = Some(choice);
        let board = Arc::clone(&self.services.board);
        let complain = move |sentence| board.tell(Event::Problem(sentence));
        self.carrier = GpuCarrier::of(choice, complain);
        self.show_flow();
        let engines = self.open_engines(choice);
        if engines.label() == self.engines.label() {
            return;
        }
        self.use_engines(engines);
        if let Some(learner) = &mut self.learner {
            // A device that has failed has nothing newer to give than the last good state.
            attempt(|| learner.checkpoint()).ok();
            learner.distrust_engine();
            if let Err(sentence) = self.mend_engine() {
                self.fail(sentence);
            }
        }
    }

    pub(super) fn open_engines(&self, choice: DeviceChoice) -> Engines {
        Engines::open(choice, &self.services.crew, &self.experiment).unwrap_or_else(|error| {
            let message = format!("Training stays on the CPU: {error}.");
            self.services.board.tell(Event::Problem(message));
            Engines::cpu(&self.services.crew)
        })
    }

    pub(super) fn use_engines(&mut self, engines: Engines) {
        let label = Arc::clone(engines.label());
        self.services
            .board
            .update(self.id, |frame| frame.device = Arc::clone(&label));
        self.engines = engines;
    }

    /// Replaces an engine that can no longer be trusted.
    pub(super) fn mend_engine(&mut self) -> Result<(), String> {
        match &mut self.learner {
            Some(learner) if learner.is_broken() => learner
                .replace_engine(&self.engines)
                .map_err(|error| format!("The engine cannot be made again: {error}.")),
            _ => Ok(()),
        }
    }

    /// Training goes on elsewhere from the last good state, or stops there and says why.
    pub(super) fn engine_failed(&mut self, at: u64, error: &EngineError) {
        let Some(learner) = &mut self.learner else {
            return;
        };
        match recover(learner, &mut self.engines, at, error) {
            Ok(Recovery::Elsewhere(sentence)) => self.go_on_elsewhere(sentence),
            Ok(Recovery::BackAt(step)) => {
                let reason = match error {
                    EngineError::Device(reason) => reason.clone(),
                    other => other.to_string(),
                };
                self.fail(format!(
                    "Training stopped at step {at}: {reason}. Weights and loss are back at step {step}; a smaller \
                     learning rate may help. Train goes on from there."
                ));
            }
            Err(error) => self.fail(format!("The engine cannot be made again: {error}.")),
        }
    }

    fn go_on_elsewhere(&mut self, sentence: String) {
        self.use_engines(self.engines.clone());
        self.services.board.tell(Event::Problem(sentence));
        let unfinished = self.learner.as_ref().is_some_and(|l| !l.is_finished());
        if self.state == RunState::Finished && unfinished {
            self.state = RunState::Running;
        }
        self.publish();
    }
}
