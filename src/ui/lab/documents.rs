//! Where experiments come from and go to: presets, files, runs, figures.
//!
//! The commands of [`Lab`](super::Lab) that concern files; what fails becomes a sentence in the window and changes nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::experiment::{Experiment, presets};
use crate::session::folder::Saved;
use crate::session::{self, documents};

use super::super::command::{Purpose, Tool};
use super::super::dialogs::native::{Picking, Question};
use super::super::dialogs::{Dialog, FileDialog};
use super::lanes::{complaint, session_on, trained_options};
use super::state::State;

/// Where the dialog is that does not depend on the desktop.
const OWN_DIALOG: &str = "Menu, File, \"Open by path\" and its like use the window's own.";

impl State {
    pub(super) fn load_preset(&mut self, name: &'static str) {
        let found = presets::find(name).ok_or_else(|| format!("There is no preset {name}."));
        let read = found.and_then(|preset| preset.experiment().map_err(|e| e.to_string()));
        match read {
            Ok(experiment) => self.replace(experiment, None),
            Err(sentence) => self.complain(sentence),
        }
    }

    /// Another experiment takes the place of this one: its training starts at step 0.
    fn replace(&mut self, experiment: Experiment, path: Option<PathBuf>) {
        self.camera = experiment.view.camera;
        self.pinned = experiment.view.ask.map(|(x, y)| [x, y]);
        if !self.play.playing {
            self.play.t = experiment.view.t;
        }
        self.editor.replace(experiment, path);
        self.start_anew();
    }

    /// Unsaved work takes the place of this experiment.
    pub(super) fn recover(&mut self, experiment: Experiment) {
        self.camera = experiment.view.camera;
        self.pinned = experiment.view.ask.map(|(x, y)| [x, y]);
        self.editor.recover(experiment);
        self.start_anew();
    }

    fn start_anew(&mut self) {
        self.leave_slow_motion();
        self.dialog = None;
        self.tool = Tool::Pan;
        self.picked = None;
        // What was said of the old experiment is of no use for this one.
        self.messages.clear();
        self.notice.clear();
        if self.editor.illegal().is_some() {
            return; // the last legal experiment goes on
        }
        self.publish();
        self.show_step(None);
        self.send(&session::Command::Reset);
        self.send(&session::Command::Train);
    }

    pub(super) fn open(&mut self, path: &Path) {
        match documents::read(path) {
            Err(sentence) => self.complain(sentence),
            Ok(opened) if opened.trained.is_empty() => {
                self.replace(opened.experiment, opened.file);
            }
            Ok(opened) => self.open_run(opened.experiment, &opened.trained),
        }
    }

    /// A run comes with its weights, one of lanes with those of each lane: a new session goes on from them, by itself if
    /// the run was interrupted.
    fn open_run(&mut self, experiment: Experiment, trained: &[Option<Saved>]) {
        self.replace(experiment, None);
        self.notice = complaint(trained);
        let options = trained_options(&self.editor, trained, self.device, self.speed);
        match session_on(&self.editor, options, Arc::clone(&self.wake)) {
            Ok(session) => {
                session.advance(self.advance);
                (self.session, self.looked, self.focused) = (session, Vec::new(), None);
            }
            Err(error) => self.complain(error),
        }
    }

    pub(super) fn save(&mut self) {
        match self.editor.path() {
            Some(path) => self.save_as(path.to_owned()),
            None => self.ask_path(Purpose::Save),
        }
    }

    pub(super) fn save_as(&mut self, path: PathBuf) {
        let experiment = self.to_save();
        match documents::save(&path, &experiment) {
            Ok(()) => {
                self.notice = format!("Saved {}", path.display());
                self.editor.mark_saved(path, experiment);
                self.dialog = None;
                self.go_on();
            }
            Err(sentence) => self.complain(sentence),
        }
    }

    pub(super) fn save_run(&mut self, folder: PathBuf) {
        self.notice = format!("Saving the run in {}", folder.display());
        self.session
            .save_run(self.lane(), folder, self.to_save().view);
        self.dialog = None;
    }

    /// Asks for a path in the desktop's dialog, or in the window's own where there is none.
    pub(super) fn ask_path(&mut self, purpose: Purpose) {
        match &self.picker {
            // One dialog of the desktop at a time: should it hang, asking again shows another one.
            Some(picker) if self.picking.is_none() => {
                self.dialog = None;
                let question = self.question(purpose);
                self.picking = Some(Picking::start(picker, &question, &self.wake));
            }
            _ => self.ask_path_here(purpose),
        }
    }

    /// Asks for a path in the window's own dialog.
    pub(super) fn ask_path_here(&mut self, purpose: Purpose) {
        let question = self.question(purpose);
        let dialog = FileDialog::new(purpose, question.folder, &question.name);
        self.dialog = Some(Dialog::File(dialog));
    }

    fn question(&self, purpose: Purpose) -> Question {
        let name = &self.editor.experiment().words.name;
        Question {
            purpose,
            folder: documents::folder_of(self.editor.path()),
            name: match purpose {
                Purpose::Open | Purpose::OpenRun => String::new(),
                Purpose::Save => format!("{name}.ron"),
                Purpose::SaveRun => name.clone(),
                Purpose::Export => self.figure_name(),
            },
        }
    }

    /// Takes in what the desktop's dialog has to say.
    pub(super) fn hear_picking(&mut self) {
        let Some((purpose, answer)) = self.picking.as_mut().and_then(Picking::poll) else {
            return;
        };
        self.picking = None;
        let Some(chosen) = answer else {
            // A dialog that failed looks like one that was cancelled.
            self.notice = format!("No path was chosen. {OWN_DIALOG}");
            return self.call_off();
        };
        let path = purpose.complete(chosen.clone());
        if path != chosen && documents::exists(&path) {
            // The desktop asked about another file than the one that would be replaced.
            let (folder, name) = (documents::folder_of(Some(&path)), path.file_name());
            let name = name.unwrap_or_default().to_string_lossy();
            let dialog = FileDialog::new(purpose, folder, &name);
            self.dialog = Some(Dialog::File(dialog));
        } else {
            self.apply(purpose.command(path));
        }
    }
}
