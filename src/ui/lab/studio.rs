//! The commands of the figure studio.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::experiment::{Experiment, Figure, FigureKind, View};
use crate::products::FlowId;
use crate::scene::lanes::LanePanel;
use crate::session::documents;
use crate::session::export::suffixes;
use crate::session::studio::{Ended, Export, Lanes, Shown, Way, reveal};
use crate::snapshot::{Frame, LaneId};

use super::super::editor::LaneDraft;
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
            Move::Copy(clip) => self.with_desk(|desk| desk.copy(*clip)),
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
                if let Lanes::At(moment) = &shown.0.lanes {
                    moment.take();
                }
                self.with_desk(|desk| {
                    desk.frozen = match desk.frozen.take() {
                        None => Some(shown),
                        Some(_) => None,
                    };
                });
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
            Move::KeepRun(keeps) => self.with_desk(|desk| desk.keeps_run = keeps),
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
                let figure = desk.figure().clone();
                let file = self.file_of(&figure.kind);
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
        self.with_desk(|desk| desk.is_open = !desk.is_open);
        self.remember_figures();
    }

    /// Writes the settings of figures down, if they have changed.
    pub(super) fn remember_figures(&mut self) {
        let remembered = self.desk.as_mut().and_then(Desk::to_remember);
        if let Some((remembered, folder)) = remembered {
            self.session.remember(remembered, folder);
        }
    }

    /// The name that is proposed for the file of the figure.
    pub(super) fn figure_name(&self) -> String {
        let set_up = self.desk().map(|desk| desk.figure().file.as_str());
        let name = set_up.and_then(|file| Path::new(file).file_name());
        let name = name.map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_else(|| self.file_of(&FigureKind::Trajectories))
    }

    /// A name for the file of a figure of this kind.
    fn file_of(&self, kind: &FigureKind) -> String {
        let name = &self.editor.experiment().words.name;
        let suffix = suffixes(kind).first().copied().unwrap_or_default();
        format!("{name}-{}.{suffix}", kind.name())
    }

    /// What the canvas shows, for figures, with the flows of its lanes.
    fn shown(&mut self) -> (Shown, Vec<Option<FlowId>>) {
        let frames = self.lane_frames(&self.frames());
        let flows: Vec<_> = frames.iter().map(|frame| frame.flow.as_ref()).collect();
        let flows: Vec<_> = flows
            .iter()
            .map(|flow| flow.map(|flow| flow.id.clone()))
            .collect();
        let saved = self.to_save();
        let view = View {
            step: self.step_view(),
            ..saved.view.clone()
        };
        let is_past = frames.iter().any(|frame| frame.past.is_some());
        let experiment = Arc::new(Experiment { view, ..saved });
        let lanes = if is_past || experiment.view.step.is_some() {
            let titles = self.editor.labels().iter().cloned();
            Lanes::Seen(frames.into_iter().zip(titles).collect())
        } else {
            let ids: Vec<LaneId> = self.editor.lanes().iter().map(LaneDraft::id).collect();
            let begin = || self.session.moment(ids);
            Lanes::At(match &mut self.desk {
                Some(desk) => desk.moment(&flows, &experiment, begin),
                None => begin(),
            })
        };
        (Shown { lanes, experiment }, flows)
    }

    /// What is exported: what the preview holds to, or what the canvas shows now.
    fn what_to_export(&mut self) -> Shown {
        let frozen = self.desk().and_then(|desk| desk.frozen.clone());
        let shown = match frozen {
            Some((shown, _)) => shown,
            None => self.shown().0,
        };
        if let Lanes::At(moment) = &shown.lanes {
            moment.take();
        }
        shown
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
                Ended::Command { folder, command } => {
                    self.notice = format!(
                        "The run is in {}, the command on the clipboard.",
                        folder.display()
                    );
                    desk.copy(Clip::Text(command));
                }
                Ended::Cancelled(way) => {
                    self.notice = match way {
                        Way::File(path) => format!("{} is not written.", path.display()),
                        Way::Clipboard => "The picture is not copied.".to_owned(),
                        Way::Command { .. } => "The command is not copied.".to_owned(),
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
            let (shown, flows) = frozen.unwrap_or_else(|| self.shown());
            let measured = self.trains().then(|| self.measured());
            self.with_desk(|desk| desk.ask(shown, flows, measured));
        }
    }

    /// The numbers of each lane that were measured last.
    fn measured(&self) -> Vec<Vec<String>> {
        let frames = self.lane_frames(&self.frames());
        let numbers = |frame: &Arc<Frame>| LanePanel::measured(frame, String::new()).numbers;
        frames.iter().map(numbers).collect()
    }

    /// Writes the figure into a file, in the background.
    pub(super) fn export(&mut self, path: PathBuf) {
        let sentence = format!("Exporting {}", path.display());
        self.send_figure(Way::File(path), sentence);
    }

    fn copy_picture(&mut self) {
        self.send_figure(Way::Clipboard, "Drawing the picture.".to_owned());
    }

    /// Saves the run beside the figure's file and copies the command that makes the figure of it.
    fn copy_command(&mut self) {
        let file = self.desk().map(|desk| desk.figure().file.trim().to_owned());
        let beside = documents::folder_of(self.editor.path());
        match documents::typed(&beside, &file.unwrap_or_default()) {
            Ok(file) => {
                let beside = documents::folder_of(Some(&file));
                let way = Way::Command { file, beside };
                self.send_figure(way, "Saving the run for the command.".to_owned());
            }
            Err(sentence) => self.complain(sentence),
        }
    }

    fn send_figure(&mut self, way: Way, notice: String) {
        if !self.need_desk() {
            return;
        }
        let shown = self.what_to_export();
        self.remember_figures();
        self.notice = notice;
        self.dialog = None;
        self.with_desk(|desk| {
            desk.threads.export(Export {
                shown,
                figure: desk.figure().clone(),
                way,
                keeps_run: desk.keeps_run,
            });
        });
    }

    /// Makes the figure one of the experiment's, in the place of the one with its file.
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
        match Figure::validate_all(&figures) {
            Ok(()) => self.editor.set_figures(figures),
            Err(error) => self.complain(format!("Not added: {error}")),
        }
    }

    fn take_figure(&mut self, number: usize) {
        let figure = self.editor.document().figures.get(number).cloned();
        if let Some(figure) = figure {
            self.with_desk(|desk| desk.set(figure));
        }
    }
}
