//! The window's state, without egui: what is edited, what runs, what is shown.
//!
//! [`Lab::apply`] is the only way to change anything, so a test drives the program exactly as a person does. It
//! refuses to know widgets, pixels and the clock.

use std::io;
use std::mem::discriminant;
use std::path::PathBuf;
use std::sync::Arc;

use crate::experiment::{Camera, Experiment, Layer, presets};
use crate::flow::distribution::Symmetry;
use crate::flow::{Bounds, Point};
use crate::model::DeviceChoice;
use crate::session::{self, Event, Options, PictureRequest, Session, Wake};
use crate::snapshot::{Frame, RunState};

use super::command::{BrushSettings, Command, Direction, Side, Tool};
use super::dialogs::Dialog;
use super::dialogs::native::{Picker, Picking};
use super::drawing;
use super::editor::Editor;
use super::timeline::PlayHead;
use super::unsaved::Unsaved;

/// Messages that are kept until they are dismissed; older ones make room.
const MAX_MESSAGES: usize = 4;

/// The whole window's state except egui's.
pub struct Lab {
    /// The experiment being edited, with undo and its file.
    pub editor: Editor,
    /// The running experiment: trainer and background workers.
    pub session: Session,
    /// The time that the canvas shows, and how it moves.
    pub play: PlayHead,
    /// What dragging on the canvas does.
    pub tool: Tool,
    /// How the brush paints.
    pub brush: BrushSettings,
    /// The density that the brush paints on.
    pub drawing_side: Side,
    /// What the canvas shows; `None` fits it.
    pub camera: Option<Camera>,
    /// Panels hidden and large type.
    pub lecture: bool,
    /// Dark colours.
    pub dark: bool,
    /// The device that was asked for.
    pub device: DeviceChoice,
    /// What is open on top of the window.
    pub dialog: Option<Dialog>,
    /// Sentences that stay until they are dismissed, oldest first.
    pub messages: Vec<String>,
    /// The newest sentence that asks for nothing.
    pub notice: String,
    /// The window is to close.
    pub closing: bool,
    /// Work that is in no file.
    pub unsaved: Unsaved,
    /// The desktop's file dialogs; without them the window's own are shown.
    pub picker: Option<Picker>,
    /// The desktop's file dialog that is open.
    pub(super) picking: Option<Picking>,
    pub(super) wake: Wake,
    pub(super) sent: Arc<Experiment>,
    pub(super) looked: Option<PictureRequest>,
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
        let editor = Editor::new(Arc::new(experiment), file);
        let device = options.device;
        let legal = Arc::clone(editor.legal());
        let session = Session::start(Arc::clone(&legal), options, Arc::clone(&wake))?;
        let view = &editor.experiment().view;
        Ok(Self {
            play: PlayHead {
                t: view.t,
                ..PlayHead::default()
            },
            tool: Tool::Pan,
            brush: BrushSettings {
                radius: 0.25,
                strength: 0.6,
                erase: false,
                symmetry: Symmetry::None,
            },
            drawing_side: Side::Target,
            camera: view.camera,
            lecture: false,
            dark: true,
            device,
            dialog: None,
            messages: Vec::new(),
            notice: String::new(),
            closing: false,
            unsaved: Unsaved::default(),
            picker: None,
            picking: None,
            wake,
            sent: legal,
            looked: None,
            session,
            editor,
        })
    }

    /// The newest state of the run.
    pub fn frame(&self) -> Arc<Frame> {
        self.session.frame()
    }

    /// The only way to change anything.
    pub fn apply(&mut self, command: Command) {
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
            Command::Train => self.train(session::Command::Train),
            Command::Pause => self.session.send(session::Command::Pause),
            Command::StepOnce => self.train(session::Command::StepOnce),
            Command::Reset => self.train(session::Command::Reset),
            Command::SetDevice(device) => self.set_device(device),
            Command::Measure => self.session.send(session::Command::Measure),
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
            Command::SetTool(tool) => self.tool = tool,
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
            Command::ShowPalette => self.dialog = Some(Dialog::palette()),
            Command::ShowHelp => self.dialog = Some(Dialog::Help),
            Command::ShowDefinitions => self.dialog = Some(Dialog::Definitions),
            Command::ShowPresets => self.dialog = Some(Dialog::presets()),
            Command::DismissDialogs => self.dismiss(),
            Command::DismissMessage(index) => self.dismiss_message(index),
        }
    }

    /// Takes in what the session has to tell. Cheap: also called while the window is hidden.
    pub fn tick(&mut self) {
        for event in self.session.drain_events() {
            match event {
                Event::Notice(text) => self.notice = text,
                Event::Problem(text) => self.complain(text),
            }
        }
        self.hear_picking();
    }

    /// Asks for pictures of this part of the plane, if they are not what is made already.
    pub fn look(&mut self, seen: Bounds) {
        let request = PictureRequest::of(&self.editor.experiment().view, seen);
        if self.looked != Some(request) {
            self.looked = Some(request);
            self.session.send(session::Command::Look(request));
        }
    }

    /// Shows a sentence until it is dismissed.
    pub fn complain(&mut self, sentence: impl ToString) {
        let sentence = sentence.to_string();
        self.messages.retain(|old| *old != sentence);
        if self.messages.len() == MAX_MESSAGES {
            self.messages.remove(0);
        }
        self.messages.push(sentence);
    }

    /// The experiment as a file holds it: the time and the part of the plane on the screen included.
    pub fn to_save(&self) -> Experiment {
        let mut experiment = self.editor.document().clone();
        experiment.view.t = self.play.t;
        experiment.view.camera = self.camera;
        experiment
    }

    fn toggle_training(&mut self) {
        let command = match self.frame().state {
            RunState::Running | RunState::Waiting { .. } => session::Command::Pause,
            _ => session::Command::Train,
        };
        self.train(command);
    }

    /// Whoever goes on after a failure has read why it stopped.
    fn train(&mut self, command: session::Command) {
        if let RunState::Failed { message } = &self.frame().state {
            self.messages.retain(|old| old != message);
        }
        self.session.send(command);
    }

    fn set_device(&mut self, device: DeviceChoice) {
        self.device = device;
        self.session.send(session::Command::SetDevice(device));
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
            self.edit(*fix);
            self.editor.settle();
        }
    }

    fn step_history(&mut self, step: fn(&mut Editor) -> bool) {
        if step(&mut self.editor) {
            self.publish();
        }
    }

    /// Sends the newest legal experiment to the trainer, if it has not got it.
    pub(super) fn publish(&mut self) {
        let legal = self.editor.legal();
        if Arc::ptr_eq(legal, &self.sent) {
            return;
        }
        self.sent = Arc::clone(legal);
        let command = session::Command::SetExperiment(Arc::clone(legal));
        self.session.send(command);
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

    fn set_direction(&mut self, direction: Direction) {
        self.play.direction = direction;
    }

    fn dismiss(&mut self) {
        self.call_off();
        if self.dialog.take().is_some() || self.messages.pop().is_some() {
            return;
        }
        if self.tool == Tool::Brush {
            self.tool = Tool::Pan;
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
