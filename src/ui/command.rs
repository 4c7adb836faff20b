//! Everything that can be asked of the laboratory: buttons, keys, palette, dropped files and tests all send this.
//!
//! It refuses to know how a command is carried out (that is [`super::lab::Lab::apply`]) and where it came from.

use std::path::PathBuf;

use crate::experiment::{Camera, Experiment, Given, Layer};
use crate::export::Format;
use crate::flow::Point;
use crate::flow::distribution::{Class, Symmetry};
use crate::model::DeviceChoice;
use crate::session::Advance;

use crate::session::Speed;
use crate::session::documents::with_suffix;

use super::comparison::Comparison;
use super::editor::{Group, Scope};
use super::page::Page;
use super::slow_motion;
use super::studio::Move;

/// The only way to change anything.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    // ---- the run
    /// Train if nothing trains, pause otherwise.
    ToggleTraining,
    /// Start, resume, or go on after a failure or the end.
    Train,
    /// Stop taking steps; everything is kept.
    Pause,
    /// Take exactly one training step.
    StepOnce,
    /// What is done with a training step in slow motion.
    SlowMotion(slow_motion::Move),
    /// New weights from the seed; step 0.
    Reset,
    /// How fast all lanes train.
    SetTrainingSpeed(Speed),
    /// Shows every lane as it was at this step, or follows the training.
    ShowStep(Option<u64>),
    /// Shows the checkpoint that is so many after the one that is shown.
    StepCheckpoint(isize),
    /// Shows the training again from where its play head stands, or holds it there.
    ToggleReplay,
    /// Train on another device.
    SetDevice(DeviceChoice),
    /// Measure the flow now instead of at the next interval.
    Measure,
    /// Compare the gradients of batches with that of the flow matching loss, in the selected lane.
    CompareGradients,
    /// How lanes that train go forward together.
    SetAdvance(Advance),

    /// Train all lanes with so many seeds from nothing, in the background, so that numbers have the error of the seeds.
    Repeat(usize),
    /// Stop that, and forget what has come of it.
    StopRepeats,
    /// Open a lane that trains on the pairs of the selected lane's flow.
    Straighten,
    /// Open a lane with a network of one step that trains on them.
    Distil,

    // ---- the experiment (undoable)
    /// A panel's change; changes that follow each other closely become one undo step.
    Edit(Box<Experiment>),
    /// The change that makes an illegal choice legal.
    ApplyFix,
    /// Replaces the experiment by the built-in one of this name.
    LoadPreset(&'static str),
    /// Takes the last change back.
    Undo,
    /// Makes the change again that was taken back.
    Redo,

    // ---- lanes, by their numbers from 0 (undoable, but for the choice of one)
    /// Shows another lane in the panels.
    SelectLane(usize),
    /// Adds a copy of this lane behind the others.
    AddLane(usize),
    /// Takes a lane away.
    RemoveLane(usize),
    /// Puts a lane in the place of another one.
    MoveLane {
        /// The lane.
        lane: usize,
        /// Its new number.
        to: usize,
    },
    /// Asks what a lane is to be called.
    AskTitle(usize),
    /// Calls a lane so; nothing calls it after what it changes.
    RenameLane(usize, String),
    /// Lays out the lanes of a comparison in place of those that there are.
    Compare(Comparison),
    /// Which lanes the changes of a group reach.
    SetScope(Group, Scope),

    // ---- files
    /// Opens an experiment file, or the folder of a run.
    Open(PathBuf),
    /// Saves under the present path, or asks for one.
    Save,
    /// Saves under this path and remembers it.
    SaveAs(PathBuf),
    /// Writes all that training needs to go on into this folder.
    SaveRun(PathBuf),
    /// Shows the dialog that asks what to open, where to save or where to export to: the desktop's if it has one.
    AskPath(Purpose),
    /// Shows the window's own dialog for the same.
    AskPathHere(Purpose),
    /// Writes the figure of the studio; the suffix chooses the format.
    Export(PathBuf),
    /// What is done in the studio of figures.
    Studio(Move),

    // ---- drawing
    /// What dragging on the canvas does.
    SetTool(Tool),
    /// Takes the brush and paints this density from now on.
    DrawTarget(Side),
    /// Size, strength, eraser and symmetry of the brush.
    SetBrush(BrushSettings),
    /// One piece of a stroke, in data units.
    PaintSegment {
        /// Where the piece starts.
        from: Point,
        /// Where it ends.
        to: Point,
        /// Takes weight away instead of adding it.
        erase: bool,
    },
    /// The stroke is done: one undo step.
    EndStroke,
    /// Wipes the drawing that the brush paints on.
    ClearDrawing,

    // ---- the view
    /// Shows or hides a layer of the canvas.
    ToggleLayer(Layer),
    /// Moves the play head to this time, 0 (source) to 1 (target).
    SetTime(f64),
    /// Moves the play head by this much.
    StepTime(f64),
    /// Lets the play head run, or holds it.
    TogglePlay,
    /// How fast the play head moves; at 1 a pass from source to target takes four seconds.
    SetSpeed(f64),
    /// Whether the play head starts again at the end.
    ToggleLoop,
    /// Which way the play head runs.
    SetDirection(Direction),
    /// What the canvas shows; `None` fits it to the densities.
    SetCamera(Option<Camera>),
    /// Marks a particle in every lane, or none.
    PickParticle(Option<usize>),
    /// The data point under the pointer is this one now.
    PointAt(Option<Point>),
    /// Gives the conditional view these target points.
    SetGiven(Given),
    /// Holds the question to this point, or lets it follow the pointer.
    Pin(Option<Point>),
    /// Panels hidden and large type, or back.
    ToggleLecture,
    /// Dark or light.
    ToggleTheme,
    /// Opens a page of the rack.
    ShowPage(Page),
    /// Shows the list of commands to search in.
    ShowPalette,
    /// Shows the list of keys.
    ShowHelp,
    /// Shows the definitions of the metrics.
    ShowDefinitions,
    /// Shows the presets as pictures.
    ShowPresets,
    /// Closes what is open on top; without anything open, puts the brush away.
    DismissDialogs,
    /// Takes the message of this index off the window.
    DismissMessage(usize),
    /// Closes the window.
    Quit,

    // ---- unsaved work; opening, presets and quitting ask about it
    /// Saves, then does what was asked about.
    SaveFirst,
    /// Does what was asked about; the changes are lost.
    DiscardChanges,
    /// Goes on with what an earlier window left.
    RestoreUnsaved,
    /// Takes away what an earlier window left.
    DiscardUnsaved,
}

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An experiment to open.
    Open,
    /// The folder of a run to open.
    OpenRun,
    /// Where to save the experiment.
    Save,
    /// The folder to save the run in.
    SaveRun,
    /// Where to export the figure to.
    Export,
}

impl Purpose {
    /// The heading of its dialog.
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::OpenRun => "Open the folder of a run",
            Self::Save => "Save the experiment",
            Self::SaveRun => "Save the run",
            Self::Export => "Export the figure",
        }
    }

    /// The files that are listed besides folders.
    pub fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Open | Self::Save => &["ron"],
            Self::OpenRun | Self::SaveRun => &[],
            Self::Export => &Format::SUFFIXES,
        }
    }

    /// The path as it will be used: a file to write has a suffix.
    pub fn complete(self, path: PathBuf) -> PathBuf {
        match self {
            Self::Open | Self::OpenRun | Self::SaveRun => path,
            Self::Save => with_suffix(path, "ron"),
            Self::Export => with_suffix(path, Format::DEFAULT.suffix()),
        }
    }

    /// What is done with a complete path.
    pub fn command(self, path: PathBuf) -> Command {
        match self {
            Self::Open | Self::OpenRun => Command::Open(path),
            Self::Save => Command::SaveAs(path),
            Self::SaveRun => Command::SaveRun(path),
            Self::Export => Command::Export(path),
        }
    }

    /// Whether something is written there.
    pub fn writes(self) -> bool {
        matches!(self, Self::Save | Self::SaveRun | Self::Export)
    }
}

/// What dragging on the canvas does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    /// Moves the view.
    #[default]
    Pan,
    /// Paints on the drawing.
    Brush,
    /// Marks the particle under the pointer.
    Pick,
    /// Asks what the velocity under the pointer is made of.
    Ask,
    /// Chooses the target point that the conditional view is given.
    Given,
}

/// One end of the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The density at t = 0.
    Source,
    /// The density at t = 1.
    Target,
}

/// How the brush paints.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrushSettings {
    /// Radius in data units.
    pub radius: f64,
    /// Weight of one dab, 0 to 1.
    pub strength: f64,
    /// Takes weight away instead of adding it.
    pub erase: bool,
    /// Copies of each stroke.
    pub symmetry: Symmetry,
    /// The class of what is painted; 0 for none.
    pub class: Class,
}

/// Which way the play head runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// From source to target.
    #[default]
    Forward,
    /// From target to source.
    Backward,
    /// There and back again.
    PingPong,
}
