//! What the studio knows between frames: the figure, what was asked of the session, and what came of it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::experiment::{Experiment, Figure, FigureKind};
use crate::export::png::Pixels;
use crate::products::FlowId;
use crate::session::Wake;
use crate::session::studio::{Moment, Remembered, Request, Shown, Studio};

/// Pixels of the screen to an inch of the page where the figure has its true size and a pixel is a point.
pub const INCH: f32 = 96.0;

/// How large a preview is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Zoom {
    /// As large as there is room.
    #[default]
    Fit,
    /// So many times the size on paper.
    Times(f32),
    /// A pixel of the screen for each one of the file.
    Pixels,
}

/// What goes to the clipboard of the desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clip {
    /// Words.
    Text(String),
    /// A picture.
    Picture(Pixels),
}

/// All that a picture of the studio depends on.
#[derive(PartialEq)]
struct Asked {
    trains: bool,
    figure: Figure,
    experiment: Arc<Experiment>,
    flows: Vec<Option<FlowId>>,
    dpi: f64,
}

/// Flows of an experiment with the moment at which they are what they are.
type Known = (Vec<Option<FlowId>>, Arc<Experiment>, Arc<Moment>);

/// The studio as the window has it.
pub struct Desk {
    /// The threads that draw and write.
    pub threads: Studio,
    /// Whether the panel is shown.
    pub is_open: bool,
    /// How large the preview is.
    pub zoom: Zoom,
    /// Dots per inch of the screen at that zoom, as the panel found them.
    pub dpi: f64,
    /// What the preview holds to.
    pub frozen: Option<(Shown, Vec<Option<FlowId>>)>,
    /// Whether weights that are in no folder are saved beside a figure.
    pub keeps_run: bool,
    /// Files that were written, oldest first.
    pub written: Vec<(PathBuf, u64)>,
    figure: Figure,
    remembered: Remembered,
    /// What is remembered has changed since it was written down.
    unwritten: bool,
    folder: Option<PathBuf>,
    asked: Option<Asked>,
    /// The newest moment of the lanes, and which flows and work they had.
    moment: Option<Known>,
    clip: Option<Clip>,
}

impl Desk {
    /// A studio that remembers settings in this folder and begins with the figure that was the last one there, or with this
    /// kind of figure; and a sentence if what is there cannot be read.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn new(
        kind: &FigureKind,
        folder: Option<PathBuf>,
        wake: Wake,
    ) -> io::Result<(Self, Option<String>)> {
        let (remembered, complaint) = match &folder {
            Some(folder) => Remembered::read(folder),
            None => (Remembered::default(), None),
        };
        let desk = Self {
            threads: Studio::spawn(wake)?,
            is_open: false,
            zoom: Zoom::Fit,
            dpi: f64::from(INCH),
            frozen: None,
            keeps_run: true,
            written: Vec::new(),
            figure: remembered.last().unwrap_or_else(|| remembered.of(kind)),
            remembered,
            unwritten: false,
            folder,
            asked: None,
            moment: None,
            clip: None,
        };
        Ok((desk, complaint))
    }

    /// The figure that is set up.
    pub fn figure(&self) -> &Figure {
        &self.figure
    }

    /// Sets the figure up anew.
    pub fn set(&mut self, figure: Figure) {
        self.figure = figure;
    }

    /// Another kind, with the settings that it had last and the same name of its file.
    pub fn choose(&mut self, kind: &FigureKind) {
        let before = self.remembered.clone();
        self.remembered.keep(&self.figure);
        self.unwritten |= self.remembered != before;
        let Figure { file, title, .. } = self.figure.clone();
        self.figure = Figure {
            file,
            title,
            ..self.remembered.of(kind)
        };
    }

    /// The settings to be written down for the next start, and where, if they have changed.
    pub fn to_remember(&mut self) -> Option<(Remembered, PathBuf)> {
        let before = self.remembered.clone();
        self.remembered.keep(&self.figure);
        let changed = self.remembered != before || std::mem::take(&mut self.unwritten);
        let folder = self.folder.clone().filter(|_| changed)?;
        Some((self.remembered.clone(), folder))
    }

    /// The moment of the lanes with these flows: the last one, if they have not gone on since. Of the same moment not
    /// everything is made again.
    pub fn moment(
        &mut self,
        flows: &[Option<FlowId>],
        experiment: &Arc<Experiment>,
        begin: impl FnOnce() -> Arc<Moment>,
    ) -> Arc<Moment> {
        if let Some((known, of, moment)) = &self.moment
            && known == flows
            && of.is_same_work(experiment)
        {
            return Arc::clone(moment);
        }
        let moment = begin();
        self.moment = Some((flows.to_vec(), Arc::clone(experiment), Arc::clone(&moment)));
        moment
    }

    /// Asks for a picture of lanes with these flows, unless it is the one that was asked for last.
    ///
    /// While lanes train, `measured` has the numbers that the window measured last: measuring each moment anew would take
    /// longer than the moment lasts.
    pub fn ask(
        &mut self,
        shown: Shown,
        flows: Vec<Option<FlowId>>,
        measured: Option<Vec<Vec<String>>>,
    ) {
        let asked = Asked {
            trains: measured.is_some(),
            figure: self.figure.clone(),
            experiment: Arc::clone(&shown.experiment),
            flows,
            dpi: self.dpi,
        };
        if self.asked.as_ref() == Some(&asked) {
            return;
        }
        let same_page = |old: &Asked| old.figure == asked.figure && old.dpi == asked.dpi;
        let is_live = self.asked.as_ref().is_some_and(same_page);
        self.threads.preview(Request {
            shown,
            figure: asked.figure.clone(),
            dpi: self.dpi,
            is_live,
            measured,
        });
        self.asked = Some(asked);
    }

    /// Puts this on the clipboard with the next frame.
    pub fn copy(&mut self, clip: Clip) {
        self.clip = Some(clip);
    }

    /// What is to go to the clipboard.
    pub fn take_clip(&mut self) -> Option<Clip> {
        self.clip.take()
    }
}
