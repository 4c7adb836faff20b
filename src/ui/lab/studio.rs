//! The commands of the figure studio.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::experiment::{Experiment, Figure, FigureKind, View};
use crate::session::export::suffixes;
use crate::session::studio::{Ended, Export, Shown, Way, free_folder, quoted, reveal};
use crate::session::{documents, lane_folders};

use super::super::studio::{Clip, Desk, Move};
use super::state::State;

/// Words of files that were written that are kept.
const MAX_WRITTEN: usize = 5;

impl State {
    /// The studio, once it has been opened.
    pub fn desk(&self) -> Option<&Desk> {
        self.desk.as_ref()
    }

    /// The studio if it is beside the canvas.
    pub fn open_desk(&self) -> Option<&Desk> {
        self.desk().filter(|desk| desk.is_open)
    }

    /// What is to go to the clipboard of the desktop.
    pub(super) fn take_clip(&mut self) -> Option<Clip> {
        self.desk.as_mut()?.take_clip()
    }

    /// Carries out a command.
    pub(super) fn in_studio(&mut self, movement: Move) {
        match movement {
            Move::Toggle => self.toggle_studio(),
            Move::CopyPicture => self.copy_picture(),
            Move::CopyCommand => self.copy_command(),
            Move::Keep => self.keep_figure(),
            Move::Take(number) => self.take_figure(number),
            Move::Drop(number) => {
                let mut figures = self.editor.document().figures.clone();
                if number < figures.len() {
                    figures.remove(number);
                    self.editor.set_figures(figures);
                }
            }
            Move::Reveal(path) => {
                if let Err(sentence) = reveal(&path) {
                    self.complain(sentence);
                }
            }
            Move::Freeze => {
                let shown = self.shown();
                if let Some(desk) = &mut self.desk {
                    desk.frozen = match desk.frozen.take() {
                        None => Some(shown),
                        Some(_) => None,
                    };
                }
            }
            Move::Set(figure) => self.with_desk(|desk| desk.set(*figure)),
            Move::Choose(kind) => {
                let kind = FigureKind::named(kind).unwrap_or(FigureKind::Trajectories);
                self.with_desk(|desk| desk.choose(&kind));
                let file = self.file_of(&kind);
                self.with_desk(|desk| {
                    let figure = desk.figure().clone();
                    desk.set(Figure { file, ..figure });
                });
            }
            Move::See(dpi) => self.with_desk(|desk| desk.dpi = dpi),
            Move::Zoom(zoom) => self.with_desk(|desk| desk.zoom = zoom),
            Move::Cancel(number) => self.with_desk(|desk| desk.threads.cancel(number)),
            Move::Dismiss(number) => self.with_desk(|desk| {
                if number < desk.written.len() {
                    desk.written.remove(number);
                }
            }),
        }
    }

    fn with_desk(&mut self, change: impl FnOnce(&mut Desk)) {
        if let Some(desk) = &mut self.desk {
            change(desk);
        }
    }

    /// The desk, made at the first use: it has threads.
    fn need_desk(&mut self) -> bool {
        if self.desk.is_some() {
            return true;
        }
        let kind = match self.editor.lanes().len() {
            1 => FigureKind::Trajectories,
            _ => FigureKind::Lanes,
        };
        let folder = self.settings.clone();
        match Desk::new(&kind, folder, Arc::clone(&self.wake)) {
            Ok((mut desk, complaint)) => {
                let file = self.file_of(&kind);
                let figure = desk.figure().clone();
                desk.set(Figure { file, ..figure });
                self.desk = Some(desk);
                self.notice = complaint.unwrap_or_else(|| std::mem::take(&mut self.notice));
                true
            }
            Err(error) => {
                self.complain(error);
                false
            }
        }
    }

    fn toggle_studio(&mut self) {
        if !self.need_desk() {
            return;
        }
        let Some(desk) = &mut self.desk else {
            return;
        };
        desk.is_open = !desk.is_open;
        if !desk.is_open
            && let Err(sentence) = desk.remember()
        {
            self.complain(sentence);
        }
    }

    /// A name for the file of a figure of this kind.
    fn file_of(&self, kind: &FigureKind) -> String {
        let name = &self.editor.experiment().words.name;
        let suffix = suffixes(kind).first().copied().unwrap_or_default();
        format!("{name}-{}.{suffix}", kind.name())
    }

    /// What the canvas shows, for figures.
    pub(super) fn shown(&self) -> Shown {
        let frames = self.lane_frames(&self.frames());
        let titles = self.editor.labels().iter().cloned();
        let saved = self.to_save();
        let view = View {
            step: self.step_view(),
            ..saved.view.clone()
        };
        Shown {
            lanes: frames.into_iter().zip(titles).collect(),
            experiment: Arc::new(Experiment { view, ..saved }),
        }
    }

    /// Takes in what the threads have made, and asks for the picture of what is shown now.
    pub(super) fn follow_studio(&mut self) {
        let Some(desk) = &mut self.desk else {
            return;
        };
        let mut sentences = Vec::new();
        for ended in desk.threads.drain_ended() {
            match ended {
                Ended::Written(path, bytes) => {
                    self.notice = format!("Exported {}", path.display());
                    desk.written.push((path, bytes));
                    if desk.written.len() > MAX_WRITTEN {
                        desk.written.remove(0);
                    }
                }
                Ended::Copied(pixels) => {
                    self.notice = "The picture is on the clipboard.".to_owned();
                    desk.copy(Clip::Picture(pixels));
                }
                Ended::Cancelled(way) => {
                    self.notice = match way {
                        Way::File(path) => format!("{} is not written.", path.display()),
                        Way::Clipboard => "The picture is not copied.".to_owned(),
                    };
                }
                Ended::Failed(sentence) => sentences.push(sentence),
            }
        }
        let frozen = desk.frozen.clone();
        let is_open = desk.is_open;
        for sentence in sentences {
            self.complain(sentence);
        }
        if is_open {
            let shown = frozen.unwrap_or_else(|| self.shown());
            self.with_desk(|desk| desk.ask(shown));
        }
    }

    /// A run is in this folder.
    pub(super) fn hear_saved(&mut self, folder: &PathBuf) {
        let copied = self
            .desk
            .as_mut()
            .is_some_and(|desk| desk.hear_saved(folder));
        self.notice = match copied {
            true => format!(
                "The run is in {}, the command on the clipboard.",
                folder.display()
            ),
            false => format!("Saved the run in {}", folder.display()),
        };
    }

    /// Writes the figure into a file, in the background.
    pub(super) fn export(&mut self, path: PathBuf) {
        if !self.need_desk() {
            return;
        }
        let Some(desk) = &self.desk else {
            return;
        };
        let shown = desk.frozen.clone().unwrap_or_else(|| self.shown());
        self.notice = format!("Exporting {}", path.display());
        desk.threads.export(Export {
            shown,
            figure: desk.figure().clone(),
            way: Way::File(path),
        });
        self.dialog = None;
    }

    fn copy_picture(&mut self) {
        if !self.need_desk() {
            return;
        }
        let Some(desk) = &self.desk else {
            return;
        };
        let shown = desk.frozen.clone().unwrap_or_else(|| self.shown());
        desk.threads.export(Export {
            shown,
            figure: desk.figure().clone(),
            way: Way::Clipboard,
        });
    }

    /// Saves the run beside the experiment's file and copies the command that makes this figure of it.
    fn copy_command(&mut self) {
        let Some(desk) = &self.desk else {
            return;
        };
        let figure = desk.figure().clone();
        let beside = documents::folder_of(self.editor.path());
        let name = format!("{}-run", self.editor.experiment().words.name);
        let folder = free_folder(&beside, &name);
        let command = command(&folder, &figure);
        match self.save_lanes(&folder) {
            Ok(folders) => self.with_desk(|desk| desk.copy_when_saved(folders, command)),
            Err(sentence) => self.complain(sentence),
        }
    }

    /// Saves all lanes in a folder as a run does; the folders that weights will be in.
    fn save_lanes(&self, folder: &Path) -> Result<BTreeSet<PathBuf>, String> {
        let experiment = self.to_save();
        let learned = |lane: &Experiment| lane.problem.velocity.is_learned();
        let lanes = self.editor.lanes();
        let alone = lanes.len() == 1;
        if !alone || !lanes.iter().any(|lane| learned(lane.legal())) {
            documents::save_in(folder, &experiment)?;
        }
        let mut folders = BTreeSet::new();
        for (i, lane) in lanes
            .iter()
            .enumerate()
            .filter(|(_, lane)| learned(lane.legal()))
        {
            let own = match alone {
                true => folder.to_owned(),
                false => lane_folders::of_lane(folder, &experiment, i),
            };
            let view = experiment.view.clone();
            self.session.save_run(lane.id(), own.clone(), view);
            folders.insert(own);
        }
        Ok(folders)
    }

    /// Makes the figure one of the experiment's.
    fn keep_figure(&mut self) {
        let Some(desk) = &self.desk else {
            return;
        };
        let figure = desk.figure().clone();
        let mut figures = self.editor.document().figures.clone();
        let same = figures.iter().position(|other| other.file == figure.file);
        match same.and_then(|place| figures.get_mut(place)) {
            Some(place) => *place = figure,
            None => figures.push(figure),
        }
        self.editor.set_figures(figures);
    }

    fn take_figure(&mut self, number: usize) {
        let figure = self.editor.document().figures.get(number).cloned();
        if let Some(figure) = figure {
            self.with_desk(|desk| desk.set(figure));
        }
    }
}

/// The command that writes the figure of a run.
fn command(folder: &Path, figure: &Figure) -> String {
    let words = [
        "pushforward".to_owned(),
        "export".to_owned(),
        folder.display().to_string(),
    ];
    let out = ["--out".to_owned(), figure.file.clone()];
    let words = words.into_iter().chain(figure.flags()).chain(out);
    words
        .map(|word| quoted(&word))
        .collect::<Vec<_>>()
        .join(" ")
}
