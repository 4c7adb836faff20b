//! All that the window is, except what egui knows: data to read, and how it begins.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::experiment::{Camera, Experiment, Layer};
use crate::flow::Point;
use crate::flow::distribution::Symmetry;
use crate::model::{DeviceChoice, DeviceInfo};
use crate::products::{Look, Question};
use crate::session::autosave::{Autosave, Leftover};
use crate::session::repeats::Repeats;
use crate::session::{Advance, Loan, Options, Session, Speed, Wake};
use crate::snapshot::{Frame, Frames, LaneId};

use super::super::command::{BrushSettings, Command, Side, Tool};
use super::super::dialogs::Dialog;
use super::super::dialogs::native::{Picker, Picking};
use super::super::editor::Editor;
use super::super::page::Page;
use super::super::slow_motion::SlowMotion;
use super::super::studio::Desk;
use super::super::timeline::{PlayHead, TrainingHead};
use super::lanes::{lanes, session_on};
use super::round::Round;

/// The whole window's state except egui's; it changes by way of [`super::Lab`] alone.
pub struct State {
    /// The experiment being edited, with undo and its file.
    pub editor: Editor,
    /// What runs: trainer, crew and all lanes.
    pub(super) session: Session,
    /// The time that the canvas shows, and how it moves.
    pub play: PlayHead,
    /// The step of training that the canvas shows, and how it moves.
    pub training: TrainingHead,
    /// How fast all lanes train.
    pub speed: Speed,
    /// The training step that is shown in slow motion, if one is.
    pub slow_motion: Option<SlowMotion>,
    /// What dragging on the canvas does.
    pub tool: Tool,
    /// How the brush paints.
    pub brush: BrushSettings,
    /// The density that the brush paints on.
    pub drawing_side: Side,
    /// How lanes that train go forward together.
    pub advance: Advance,
    /// The particle that is marked in every lane.
    pub picked: Option<usize>,
    /// The data point under the pointer.
    pub pointed: Option<Point>,
    /// The point to which the question is held.
    pub pinned: Option<Point>,
    /// What the canvas shows; `None` fits it.
    pub camera: Option<Camera>,
    /// Panels hidden and large type.
    pub lecture: bool,
    /// Dark colours.
    pub dark: bool,
    /// The device that was asked for.
    pub device: DeviceChoice,
    /// The page of the rack that is open.
    pub page: Page,
    /// What is open on top of the window.
    pub dialog: Option<Dialog>,
    /// Sentences that stay until they are dismissed, oldest first.
    pub messages: Vec<String>,
    /// The newest sentence that asks for nothing.
    pub notice: String,
    /// The window is to close.
    pub closing: bool,
    /// The lanes trained with other seeds, if that was asked for.
    pub repeats: Option<Repeats>,
    /// Work that is in no file.
    pub unsaved: Unsaved,
    /// The desktop's file dialogs; without them the window's own are shown.
    pub picker: Option<Picker>,
    /// The desktop's file dialog that is open.
    pub(super) picking: Option<Picking>,
    pub(super) wake: Wake,
    /// What each lane of the session trains.
    pub(super) sent: Vec<(LaneId, Arc<Experiment>)>,
    pub(super) looked: Vec<(LaneId, Look)>,
    /// How many times the gradients of a lane were to be compared.
    pub(super) gradients: BTreeMap<LaneId, u32>,
    /// The lane whose pictures come first.
    pub(super) focused: Option<LaneId>,
    /// The next round of reflow, while its pairs are being made.
    pub(super) round: Option<Round>,
    /// The studio of figures, once it has been opened.
    pub(super) desk: Option<Desk>,
    /// Where settings are remembered; nowhere in a window that keeps nothing.
    pub(super) settings: Option<PathBuf>,
    /// The step that the session was asked to show.
    pub(super) shown_step: Option<u64>,
}

/// What is remembered of unsaved work.
#[derive(Default)]
pub struct Unsaved {
    /// What is to be done once the work has been saved.
    pub(super) next: Option<Command>,
    /// Where work is kept; none in a window that keeps nothing.
    pub(super) autosave: Option<Arc<Autosave>>,
    /// What was kept last.
    pub(super) kept: Option<Experiment>,
    /// What earlier windows left, the newest last.
    pub(super) leftovers: Vec<Leftover>,
}

impl Unsaved {
    /// What is offered: the newest work that an earlier window left.
    pub fn offered(&self) -> Option<&Leftover> {
        self.leftovers.last()
    }
}

/// The point to the decimals that are printed beside the pointer.
pub fn as_printed(at: Point) -> Point {
    at.map(|x| (100.0 * x).round() / 100.0)
}

impl State {
    pub(super) fn new(
        experiment: Experiment,
        file: Option<PathBuf>,
        options: impl FnOnce(&Editor) -> Options,
        wake: Wake,
    ) -> io::Result<Self> {
        let editor = Editor::new(Arc::new(experiment), file);
        let options = options(&editor);
        let (device, speed) = (options.device, options.speed);
        let session = session_on(&editor, options, Arc::clone(&wake))?;
        let view = &editor.experiment().view;
        Ok(Self {
            play: PlayHead {
                t: view.t,
                ..PlayHead::default()
            },
            training: TrainingHead::default(),
            round: None,
            desk: None,
            settings: None,
            shown_step: None,
            speed,
            slow_motion: None,
            tool: Tool::Pan,
            brush: BrushSettings {
                radius: 0.25,
                strength: 0.6,
                erase: false,
                symmetry: Symmetry::None,
                class: 0,
            },
            drawing_side: Side::Target,
            advance: Advance::default(),
            picked: None,
            pointed: None,
            pinned: view.ask.map(|(x, y)| [x, y]),
            camera: view.camera,
            lecture: false,
            dark: true,
            device,
            page: Page::Numbers,
            dialog: None,
            messages: Vec::new(),
            notice: String::new(),
            closing: false,
            repeats: None,
            unsaved: Unsaved::default(),
            picker: None,
            picking: None,
            wake,
            sent: lanes(&editor),
            looked: Vec::new(),
            gradients: BTreeMap::new(),
            focused: None,
            session,
            editor,
        })
    }

    /// The lane that is shown.
    pub fn lane(&self) -> LaneId {
        self.editor.lanes()[self.editor.selected()].id()
    }

    /// The newest states of all lanes.
    pub fn frames(&self) -> Arc<Frames> {
        self.session.frames()
    }

    /// The newest state of the lane that is shown.
    pub fn frame(&self) -> Arc<Frame> {
        self.session.frame(self.lane())
    }

    /// Looks for devices in the background, once.
    pub fn look_for_devices(&self) {
        self.session.look_for_devices();
    }

    /// The devices that are known so far.
    pub fn devices(&self) -> Vec<DeviceInfo> {
        self.session.devices()
    }

    /// CPU time that pictures and measurements have taken so far.
    pub fn background_time(&self) -> Duration {
        self.session.background_time()
    }

    /// Lends the window a core while it makes a frame.
    pub(crate) fn lend_core(&self) -> Loan {
        self.session.lend_core()
    }

    /// Lends the window a core for so long, while the frame is painted.
    pub(crate) fn lend_core_for(&self, duration: Duration) {
        self.session.lend_core_for(duration);
    }

    /// Whether the likelihood of the point under the pointer is shown somewhere.
    pub(super) fn points_at_likelihood(&self) -> bool {
        let layers = &self.editor.experiment().view.layers;
        layers.contains(&Layer::Likelihood) || self.page == Page::Likelihood
    }

    /// Whether something is to be known of the point under the pointer that the picture does not tell.
    pub fn follows_pointer(&self) -> bool {
        self.tool == Tool::Ask || self.points_at_likelihood()
    }

    /// The point about which is asked, if one is.
    pub fn asked(&self) -> Option<Point> {
        let pointed = self.pointed.filter(|_| self.tool == Tool::Ask);
        self.pinned.or(pointed)
    }

    /// The question about it at the play head; of a point that is pinned the trajectory is wanted, too.
    pub(super) fn asking(&self) -> Option<Question> {
        self.asked().map(|at| Question {
            at,
            t: self.play.t,
            way: self.pinned.is_some(),
        })
    }

    /// The experiment as a file holds it: the time and the part of the plane on the screen included.
    pub fn to_save(&self) -> Experiment {
        let mut experiment = self.editor.document().clone();
        experiment.view.t = self.play.t;
        experiment.view.camera = self.camera;
        experiment.view.ask = self.pinned.map(|[x, y]| (x, y));
        experiment
    }
}
