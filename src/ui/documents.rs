//! Where experiments come from and go to: presets, files, finished runs, figures.
//!
//! The commands of [`Lab`] that concern files; what fails becomes a sentence in the window and changes nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::experiment::{Experiment, presets};
use crate::session::{self, Options, Session, figure};

use super::command::{Command, Tool};
use super::files;
use super::lab::Lab;

impl Lab {
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
        if !self.play.playing {
            self.play.t = experiment.view.t;
        }
        self.editor.replace(experiment, path);
        self.dialog = None;
        self.tool = Tool::Pan;
        // What was said of the old experiment is of no use for this one.
        self.messages.clear();
        self.notice.clear();
        if self.editor.illegal().is_some() {
            return; // the last legal experiment goes on
        }
        self.publish();
        self.session.send(session::Command::Reset);
        self.session.send(session::Command::Train);
    }

    pub(super) fn open(&mut self, path: &Path) {
        match files::read(path) {
            Err(sentence) => self.complain(sentence),
            Ok(opened) if opened.trained.is_some() => self.open_finished(opened),
            Ok(opened) => self.replace(opened.experiment, opened.file),
        }
    }

    /// A finished run comes with its weights: a new session goes on from them.
    fn open_finished(&mut self, opened: files::Opened) {
        self.replace(opened.experiment, opened.file);
        let options = Options {
            device: self.device,
            trained: opened.trained,
            ..Options::default()
        };
        match Session::start(Arc::clone(&self.sent), options, Arc::clone(&self.wake)) {
            Ok(session) => (self.session, self.looked) = (session, None),
            Err(error) => self.complain(error),
        }
    }

    pub(super) fn save(&mut self) {
        match self.editor.path() {
            Some(path) => self.save_as(path.to_owned()),
            None => self.apply(Command::ShowSaveAs),
        }
    }

    pub(super) fn save_as(&mut self, path: PathBuf) {
        let experiment = self.to_save();
        match files::save(&path, &experiment) {
            Ok(()) => {
                self.notice = format!("Saved {}", path.display());
                self.editor.mark_saved(path, experiment);
                self.dialog = None;
            }
            Err(sentence) => self.complain(sentence),
        }
    }

    pub(super) fn export(&mut self, path: PathBuf) {
        if let Err(sentence) = figure::Format::of(&path) {
            return self.complain(sentence);
        }
        self.notice = format!("Exporting {}", path.display());
        self.session.export(path, self.to_save().view);
        self.dialog = None;
    }
}
