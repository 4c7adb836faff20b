//! The window's state, without egui: what is edited, what runs, what is shown.
//!
//! Everybody reads it and nobody changes it: what a person wants is a command for [`Lab::apply`], so a test drives the
//! program exactly as a person does. It refuses to know widgets, pixels and the clock.

mod arrange;
mod documents;
mod lanes;
mod round;
mod slow_motion;
mod state;
mod straighten;
mod studio;
mod training;
mod unsaved;

use std::io;
use std::mem::discriminant;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use crate::experiment::{Experiment, Layer, presets};
use crate::flow::{Bounds, Point};
use crate::model::DeviceChoice;
use crate::products::Look;
use crate::session::Speed;
use crate::session::folder::Saved;
use crate::session::repeats::Repeats;
use crate::session::{self, Advance, Event, Options, Wake};
use crate::snapshot::{LaneId, RunState};

use super::command::{Command, Direction, Side, Tool};
use super::dialogs::Dialog;
use super::dialogs::native::Picker;
use super::drawing;
use super::editor::{Editor, LaneDraft};
use super::page::Page;
use super::studio::Clip;

use straighten::Made;

pub use state::{State, Unsaved, as_printed};
pub use straighten::rectified;

/// Messages that are kept until they are dismissed; older ones make room.
const MAX_MESSAGES: usize = 4;

/// The laboratory: its [`State`] for all to read, and the few ways to change it.
///
/// Nobody else can change the state, for it is never handed out to be written to:
///
/// ```compile_fail,E0594
/// fn change(lab: &mut pushforward::ui::Lab) {
///     lab.dark = false;
/// }
/// ```
pub struct Lab {
    state: State,
}

impl Deref for Lab {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl Lab {
    /// Starts a session on a legal experiment; `file` is where it came from.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn new(
        experiment: Experiment,
        file: Option<PathBuf>,
        options: Options,
        wake: Wake,
    ) -> io::Result<Self> {
        let state = State::new(experiment, file, |_| options, wake)?;
        Ok(Self { state })
    }

    /// Starts a session that goes on from what lanes have learned, by itself unless all have come to their end.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn of_trained(
        experiment: Experiment,
        file: Option<PathBuf>,
        trained: &[Option<Saved>],
        wake: Wake,
    ) -> io::Result<Self> {
        let device = DeviceChoice::default();
        let options =
            |editor: &Editor| lanes::trained_options(editor, trained, device, Speed::WATCHED);
        let mut state = State::new(experiment, file, options, wake)?;
        state.notice = lanes::complaint(trained);
        Ok(Self { state })
    }

    /// Shows a sentence that asks for nothing.
    pub fn notify(&mut self, sentence: String) {
        self.state.notice = sentence;
    }

    /// Paths are asked for with the desktop's dialogs.
    pub fn use_picker(&mut self, picker: Picker) {
        self.state.picker = Some(picker);
    }

    /// Unsaved work is kept in this folder; what earlier windows left there is offered.
    pub fn keep_in(&mut self, folder: Option<PathBuf>) {
        self.state.keep_in(folder);
    }

    /// Carries out a command.
    pub fn apply(&mut self, command: Command) {
        self.state.apply(command);
    }

    /// Takes in what the session has to tell. Cheap: also called while the window is hidden.
    pub fn tick(&mut self) {
        self.state.tick();
    }

    /// So much time has passed: the play heads move on, if they play.
    pub fn advance(&mut self, secs: f64) {
        self.state.play.advance(secs);
        self.state.advance_training(secs);
        self.state.advance_slow_motion(secs);
    }

    /// This part of the plane is seen: its pictures are asked for, if they are not what is made already.
    pub fn look(&mut self, seen: Bounds) {
        self.state.look(seen);
    }

    /// Nothing is held any more, no button and no field: what was edited last is one undo step.
    pub fn settle(&mut self) {
        self.state.editor.settle();
    }

    /// Keeps unsaved work, or takes away what was kept of it when it is in a file. Never waits for the disk.
    pub fn keep_unsaved(&mut self) {
        self.state.keep_unsaved();
    }

    /// What is to go to the clipboard of the desktop, once.
    pub fn take_clip(&mut self) -> Option<Clip> {
        self.state.take_clip()
    }

    /// Settings are remembered in this folder from one start to the next.
    pub fn remember_in(&mut self, folder: Option<PathBuf>) {
        self.state.settings = folder;
    }

    /// Shows the open dialog, if there is one; what is typed and picked in it is its own.
    pub fn show_dialog(&mut self, show: impl FnOnce(&mut Dialog, &Self)) {
        if let Some(mut dialog) = self.state.dialog.take() {
            show(&mut dialog, self);
            self.state.dialog = Some(dialog);
        }
    }
}

impl State {
    fn apply(&mut self, command: Command) {
        match command {
            Command::LoadPreset(_) | Command::Open(_) | Command::Quit => {
                if self.asks_before(&command) {
                    self.ask_before(command);
                } else {
                    self.carry_out(command);
                }
            }
            Command::SaveFirst => self.save_first(),
            Command::DiscardChanges => self.discard_changes(),
            Command::RestoreUnsaved => self.restore_unsaved(),
            Command::DiscardUnsaved => self.discard_unsaved(),
            Command::ToggleTraining => self.toggle_training(),
            Command::Train => {
                self.leave_slow_motion();
                self.train(session::Command::Train);
            }
            Command::Pause => self.send(&session::Command::Pause),
            Command::StepOnce => self.step_once(),
            Command::SlowMotion(movement) => self.move_slowly(movement),
            Command::Reset => {
                self.show_step(None);
                self.train(session::Command::Reset);
            }
            Command::SetTrainingSpeed(speed) => self.set_training_speed(speed),
            Command::ShowStep(step) => self.show_step(step),
            Command::StepCheckpoint(n) => self.step_checkpoint(n),
            Command::ToggleReplay => self.training.toggle(),
            Command::SetDevice(device) => self.set_device(device),
            Command::Measure => self.send(&session::Command::Measure),
            Command::CompareGradients => self.compare_gradients(),
            Command::Repeat(seeds) => self.repeat(seeds),
            Command::Straighten => self.straighten(Made::Flow),
            Command::Distil => self.straighten(Made::OneStep),
            Command::StopRepeats => self.repeats = None,
            Command::Edit(experiment) => self.edit(*experiment),
            Command::ApplyFix => self.apply_fix(),
            Command::Undo => self.step_history(Editor::undo),
            Command::Redo => self.step_history(Editor::redo),
            Command::Save => self.save(),
            Command::SaveAs(path) => self.save_as(path),
            Command::SaveRun(folder) => self.save_run(folder),
            Command::AskPath(purpose) => self.ask_path(purpose),
            Command::AskPathHere(purpose) => self.ask_path_here(purpose),
            Command::Export(path) => self.export(path),
            Command::Studio(movement) => self.in_studio(movement),
            Command::SetAdvance(advance) => self.set_advance(advance),
            Command::SelectLane(lane) => drop(self.editor.select(lane)),
            Command::AddLane(lane) => self.add_lane(lane),
            Command::RemoveLane(lane) => self.remove_lane(lane),
            Command::MoveLane { lane, to } => drop(self.editor.move_lane(lane, to)),
            Command::AskTitle(lane) => self.ask_title(lane),
            Command::RenameLane(lane, title) => self.rename_lane(lane, &title),
            Command::Compare(comparison) => self.compare(comparison),
            Command::SetScope(group, scope) => self.editor.set_scope(group, scope),
            Command::PickParticle(particle) => self.picked = particle,
            Command::PointAt(point) => self.pointed = point,
            Command::Pin(point) => self.pinned = point,
            Command::SetGiven(given) => self.editor.edit_view(|view| view.given = Some(given)),
            Command::SetTool(tool) => self.take(tool),
            Command::DrawTarget(side) => (self.tool, self.drawing_side) = (Tool::Brush, side),
            Command::SetBrush(brush) => self.brush = brush,
            Command::PaintSegment { from, to, erase } => self.paint(from, to, erase),
            Command::EndStroke => self.editor.settle(),
            Command::ClearDrawing => self.clear_drawing(),
            Command::ToggleLayer(layer) => self.toggle_layer(layer),
            Command::SetTime(t) => self.set_time(t),
            Command::StepTime(dt) => self.set_time(self.play.t + dt),
            Command::TogglePlay => self.play.playing = !self.play.playing,
            Command::SetSpeed(speed) => self.play.speed = speed,
            Command::ToggleLoop => self.play.looping = !self.play.looping,
            Command::SetDirection(direction) => self.set_direction(direction),
            Command::SetCamera(camera) => self.camera = camera,
            Command::ToggleLecture => self.lecture = !self.lecture,
            Command::ToggleTheme => self.dark = !self.dark,
            Command::ShowPage(page) => self.page = page,
            Command::ShowPalette => self.dialog = Some(Dialog::palette()),
            Command::ShowHelp => self.dialog = Some(Dialog::Help),
            Command::ShowDefinitions => self.dialog = Some(Dialog::Definitions),
            Command::ShowPresets => self.dialog = Some(Dialog::presets()),
            Command::DismissDialogs => self.dismiss(),
            Command::DismissMessage(index) => self.dismiss_message(index),
        }
    }

    fn tick(&mut self) {
        for event in self.session.drain_events() {
            match event {
                Event::Notice(text) => self.notice = text,
                Event::Saved(folder) => {
                    self.notice = format!("Saved the run in {}", folder.display())
                }
                Event::Problem(text) => self.complain(text),
            }
        }
        self.hear_picking();
        self.follow_slow_motion();
        self.follow_studio();
        self.follow_straightening();
    }

    fn look(&mut self, seen: Bounds) {
        // Both pages have the loss.
        let floor = matches!(self.page, Page::Training | Page::Numbers) && !self.lecture;
        let canvas = Look::of(&self.editor.experiment().view, seen).at(self.play.t);
        let request = Look {
            curves: self.page == Page::Training && !self.lecture,
            // The table of the lanes has their numbers, too.
            solvers: matches!(self.page, Page::Solvers | Page::Straightness),
            convergence: self.page == Page::Solvers,
            // It is kept while the pointer that asks is elsewhere for a moment.
            exact: self.page == Page::Solvers
                || floor
                || canvas.exact
                || self.tool == Tool::Ask
                || self.pinned.is_some(),
            floor,
            block: canvas
                .block
                .or((self.page == Page::Coupling).then_some(self.editor.experiment().view.block)),
            likelihood: matches!(self.page, Page::Likelihood | Page::Straightness),
            pointer: self
                .pointed
                .map(as_printed)
                .filter(|_| self.points_at_likelihood()),
            ask: self.asking(),
            ..canvas
        };
        let selected = self.lane();
        if self.focused.replace(selected) != Some(selected) {
            self.session.focus(selected);
        }
        let lanes: Vec<_> = self.editor.lanes().iter().map(LaneDraft::id).collect();
        let own = |lane: LaneId| {
            let gradients = self.gradients.get(&lane).copied();
            let exact = request.exact || gradients.is_some();
            let request = Look {
                gradients,
                exact,
                ..request
            };
            (lane, request)
        };
        let looked: Vec<_> = lanes.into_iter().map(own).collect();
        for (lane, request) in &looked {
            if !self.looked.contains(&(*lane, *request)) {
                self.session
                    .send(*lane, session::Command::Look(Box::new(*request)));
            }
        }
        self.looked = looked;
    }

    /// Once more, if it was asked for before.
    fn compare_gradients(&mut self) {
        *self.gradients.entry(self.lane()).or_default() += 1;
        self.page = Page::Training;
    }

    /// Shows a sentence until it is dismissed.
    fn complain(&mut self, sentence: impl ToString) {
        let sentence = sentence.to_string();
        self.messages.retain(|old| *old != sentence);
        if self.messages.len() == MAX_MESSAGES {
            self.messages.remove(0);
        }
        self.messages.push(sentence);
    }

    fn toggle_training(&mut self) {
        if self.leave_slow_motion().is_some() {
            return self.train(session::Command::Train);
        }
        let command = match self.trains() {
            true => session::Command::Pause,
            false => session::Command::Train,
        };
        self.train(command);
    }

    /// Takes the messages of failures away, if there are any, for training goes on after them.
    fn train(&mut self, command: session::Command) {
        for frame in self.frames().iter() {
            if let RunState::Failed { message } = &frame.state {
                self.messages.retain(|old| old != message);
            }
        }
        self.send(&command);
    }

    fn set_advance(&mut self, advance: Advance) {
        self.advance = advance;
        self.session.advance(advance);
    }

    fn set_device(&mut self, device: DeviceChoice) {
        self.device = device;
        self.send(&session::Command::SetDevice(device));
    }

    fn edit(&mut self, mut experiment: Experiment) {
        if other_families(self.editor.experiment(), &experiment) {
            leave_preset(&mut experiment);
        }
        self.editor.edit(experiment);
        self.publish();
    }

    fn apply_fix(&mut self) {
        let fix = self.editor.illegal().map(|illegal| illegal.fix.clone());
        if let Some(fix) = fix {
            self.editor.settle();
            self.editor.edit_lane(*fix);
            self.editor.settle();
            self.publish();
        }
    }

    fn step_history(&mut self, step: fn(&mut Editor) -> bool) {
        let before: Vec<_> = self.editor.lanes().iter().map(LaneDraft::id).collect();
        if step(&mut self.editor) {
            self.publish();
            self.say_who_came_back(&before);
        }
    }

    /// Sends a command to all lanes.
    pub(super) fn send(&self, command: &session::Command) {
        for lane in self.editor.lanes() {
            self.session.send(lane.id(), command.clone());
        }
    }

    fn repeat(&mut self, seeds: usize) {
        let lanes = self.editor.lanes().iter();
        let lanes = lanes.map(|lane| Arc::clone(lane.legal())).collect();
        match Repeats::spawn(lanes, seeds, Arc::clone(&self.wake)) {
            Ok(repeats) => self.repeats = Some(repeats),
            Err(error) => self.complain(format!("Not repeated: {error}")),
        }
    }

    fn paint(&mut self, from: Point, to: Point, erase: bool) {
        let mut experiment = self.editor.experiment().clone();
        let frame = self.frame();
        let density = match self.drawing_side {
            Side::Source => &mut experiment.problem.source,
            Side::Target => &mut experiment.problem.target,
        };
        drawing::paint(density, &frame, &self.brush, (from, to), erase);
        self.edit(experiment);
    }

    fn clear_drawing(&mut self) {
        let mut experiment = self.editor.experiment().clone();
        let frame = self.frame();
        let density = match self.drawing_side {
            Side::Source => &mut experiment.problem.source,
            Side::Target => &mut experiment.problem.target,
        };
        drawing::clear(density, &frame);
        self.editor.settle();
        self.edit(experiment);
        self.editor.settle();
    }

    fn toggle_layer(&mut self, layer: Layer) {
        self.editor.edit_view(|view| {
            let before = view.layers.len();
            view.layers.retain(|&shown| shown != layer);
            if view.layers.len() == before {
                view.layers.push(layer);
            }
        });
    }

    /// Taking hold of the play head stops it.
    fn set_time(&mut self, t: f64) {
        if t.is_finite() {
            self.play.t = t.clamp(0.0, 1.0);
            self.play.playing = false;
        }
    }

    /// The conditional view is a layer, which its tool brings along.
    fn take(&mut self, tool: Tool) {
        self.tool = tool;
        let layers = &self.editor.experiment().view.layers;
        if tool == Tool::Given && !layers.contains(&Layer::Conditional) {
            self.toggle_layer(Layer::Conditional);
        }
    }

    fn set_direction(&mut self, direction: Direction) {
        self.play.direction = direction;
    }

    fn dismiss(&mut self) {
        self.call_off();
        if self.dialog.take().is_some() || self.messages.pop().is_some() {
            return;
        }
        let asks = matches!(self.tool, Tool::Ask | Tool::Pan);
        if asks && self.pinned.take().is_some() {
            return;
        }
        if self.tool != Tool::Pan {
            self.tool = Tool::Pan;
        } else if self.slow_motion.is_some() {
            self.close_slow_motion();
        } else if self.picked.is_some() {
            self.picked = None;
        } else {
            self.lecture = false;
        }
    }

    fn dismiss_message(&mut self, index: usize) {
        if index < self.messages.len() {
            self.messages.remove(index);
        }
    }
}

/// Whether source or target has become one of another family, such as a drawing.
fn other_families(old: &Experiment, new: &Experiment) -> bool {
    discriminant(&old.problem.source.shape) != discriminant(&new.problem.source.shape)
        || discriminant(&old.problem.target.shape) != discriminant(&new.problem.target.shape)
}

/// A preset's name and words speak of its own densities: with others they would be wrong in every figure.
fn leave_preset(experiment: &mut Experiment) {
    let preset = presets::find(&experiment.words.name).and_then(|preset| preset.experiment().ok());
    if preset.is_some_and(|preset| preset.words.title == experiment.words.title) {
        let [source, target] =
            [&experiment.problem.source, &experiment.problem.target].map(|d| d.shape.name());
        experiment.words.title = format!("{source} to {target}");
        experiment.words.name = "untitled".to_owned();
        experiment.words.about = String::new();
    }
}
