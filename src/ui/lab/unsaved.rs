//! Work that is in no file: asked about before it would be lost, and kept for after a crash.
//!
//! One rule for everything that takes the experiment away (opening, presets, dropped files, quitting): the commands of
//! [`Lab`](super::Lab) end here while there are unsaved changes. It refuses to know the clock; the window says when it is time.

use std::path::PathBuf;
use std::sync::Arc;

use crate::session::autosave::Autosave;

use super::super::command::Command;
use super::super::dialogs::Dialog;
use super::state::State;

impl State {
    /// Whether a command would take work away that is in no file. Closing the window once
    /// more, while that is asked, is an answer.
    pub(super) fn asks_before(&self, command: &Command) -> bool {
        let again = match &self.dialog {
            Some(Dialog::Unsaved(next)) => **next == Command::Quit && *command == Command::Quit,
            _ => false,
        };
        self.editor.dirty() && !again
    }

    /// Asks what to do with unsaved work before `next`.
    pub(super) fn ask_before(&mut self, next: Command) {
        self.unsaved.next = None;
        self.dialog = Some(Dialog::Unsaved(Box::new(next)));
    }

    /// The answer: save, then go on. Without a file the place is asked for first.
    pub(super) fn save_first(&mut self) {
        if let Some(Dialog::Unsaved(next)) = self.dialog.take() {
            self.unsaved.next = Some(*next);
            self.save();
            if self.dialog.is_none() && self.picking.is_none() {
                // Saving failed: the message says why, and nothing is lost.
                self.unsaved.next = None;
            }
        }
    }

    /// The answer: go on, whatever is lost.
    pub(super) fn discard_changes(&mut self) {
        if let Some(Dialog::Unsaved(next)) = self.dialog.take() {
            self.carry_out(*next);
        }
    }

    /// The work is in a file: what had to wait is done.
    pub(super) fn go_on(&mut self) {
        if let Some(next) = self.unsaved.next.take() {
            self.carry_out(next);
        }
    }

    /// Nothing is waited for any more.
    pub(super) fn call_off(&mut self) {
        self.unsaved.next = None;
        self.unsaved.leftovers.clear();
    }

    /// What takes the experiment away, without asking.
    pub(super) fn carry_out(&mut self, command: Command) {
        match command {
            Command::LoadPreset(name) => self.load_preset(name),
            Command::Open(path) => self.open(&path),
            Command::Quit => self.close(),
            _ => {}
        }
    }

    fn close(&mut self) {
        self.remember_figures();
        self.closing = true;
        self.unsaved.kept = None;
        if let Some(autosave) = &self.unsaved.autosave {
            self.session.forget_unsaved(autosave);
        }
    }

    /// From now on unsaved work is kept in this folder; what earlier windows left there is offered.
    pub(super) fn keep_in(&mut self, folder: Option<PathBuf>) {
        let autosave = Arc::new(Autosave::new(folder));
        let (leftovers, unreadable) = autosave.leftovers();
        self.unsaved.leftovers = leftovers;
        self.unsaved.autosave = Some(autosave);
        unreadable.into_iter().for_each(|text| self.complain(text));
        self.offer();
    }

    /// Shows the newest leftover, if there is one.
    fn offer(&mut self) {
        self.dialog = self.unsaved.offered().map(|_| Dialog::Restore);
    }

    /// The answer: go on with the newest leftover. Older ones stay on disk and are offered next time.
    pub(super) fn restore_unsaved(&mut self) {
        let leftover = self.unsaved.leftovers.pop();
        self.unsaved.leftovers.clear();
        self.dialog = None;
        if let (Some(leftover), Some(autosave)) = (leftover, &self.unsaved.autosave) {
            let experiment = leftover.experiment.clone();
            self.unsaved.kept = Some(experiment.clone());
            autosave.adopt(leftover);
            self.recover(experiment);
        }
    }

    /// The answer: the newest leftover is not wanted. The next one is offered.
    pub(super) fn discard_unsaved(&mut self) {
        if let Some(leftover) = self.unsaved.leftovers.pop() {
            self.session.discard(leftover);
        }
        self.offer();
    }

    /// Whether what is kept is not what is there.
    pub fn has_unkept(&self) -> bool {
        let wanted = self.editor.dirty() && !self.closing;
        self.unsaved.autosave.is_some()
            && match &self.unsaved.kept {
                Some(kept) => !wanted || kept != self.editor.to_keep(),
                None => wanted,
            }
    }

    /// Keeps unsaved work, or takes away what was kept of it when it is in a file. Never waits for the disk.
    pub(super) fn keep_unsaved(&mut self) {
        if !self.has_unkept() {
            return;
        }
        let wanted = self.editor.dirty() && !self.closing;
        self.unsaved.kept = wanted.then(|| self.editor.to_keep().clone());
        if let Some(autosave) = &self.unsaved.autosave {
            match &self.unsaved.kept {
                Some(work) => self.session.keep_unsaved(autosave, work.clone()),
                None => self.session.forget_unsaved(autosave),
            }
        }
    }
}
