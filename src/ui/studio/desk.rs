//! What the studio knows between frames: the figure, what was asked of the session, and what came of it.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use crate::experiment::{Figure, FigureKind, View};
use crate::export::png::Pixels;
use crate::products::FlowId;
use crate::session::Wake;
use crate::session::studio::{Remembered, Request, Shown, Studio};

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
}

/// What goes to the clipboard of the desktop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clip {
    /// Words.
    Text(String),
    /// A picture.
    Picture(Pixels),
}

/// A command that is copied as soon as the run is saved.
struct Saving {
    folders: BTreeSet<PathBuf>,
    command: String,
}

/// All that a picture of the studio depends on.
#[derive(PartialEq)]
struct Asked {
    figure: Figure,
    view: View,
    title: String,
    flows: Vec<Option<FlowId>>,
    dpi: f64,
}

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
    pub frozen: Option<Shown>,
    /// Files that were written, oldest first.
    pub written: Vec<(PathBuf, u64)>,
    figure: Figure,
    remembered: Remembered,
    folder: Option<PathBuf>,
    asked: Option<Asked>,
    saving: Option<Saving>,
    clip: Option<Clip>,
}

impl Desk {
    /// A studio that begins with this kind of figure and remembers settings in this folder; and a sentence if those that
    /// are there cannot be read.
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
            written: Vec::new(),
            figure: remembered.of(kind),
            remembered,
            folder,
            asked: None,
            saving: None,
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
        self.remembered.keep(&self.figure);
        let Figure { file, title, .. } = self.figure.clone();
        self.figure = Figure {
            file,
            title,
            ..self.remembered.of(kind)
        };
    }

    /// Writes the settings down for the next start.
    ///
    /// # Errors
    /// A sentence with the path in it.
    pub fn remember(&mut self) -> Result<(), String> {
        self.remembered.keep(&self.figure);
        match &self.folder {
            Some(folder) => self.remembered.write(folder),
            None => Ok(()),
        }
    }

    /// Asks for a picture unless it is the one that was asked for last.
    pub fn ask(&mut self, shown: Shown) {
        let figure = &self.figure;
        let asked = Asked {
            figure: figure.clone(),
            view: shown.experiment.view.clone(),
            title: shown.experiment.words.title.clone(),
            flows: shown
                .lanes
                .iter()
                .map(|(frame, _)| frame.flow.as_ref().map(|flow| flow.id.clone()))
                .collect(),
            dpi: self.dpi,
        };
        if self.asked.as_ref() == Some(&asked) {
            return;
        }
        let same_page = |old: &Asked| old.figure == asked.figure && old.dpi == asked.dpi;
        let is_live = self.asked.as_ref().is_some_and(same_page);
        self.threads.preview(Request {
            shown,
            figure: figure.clone(),
            dpi: self.dpi,
            is_live,
        });
        self.asked = Some(asked);
    }

    /// The command is copied when the run is in all of these folders.
    pub fn copy_when_saved(&mut self, folders: BTreeSet<PathBuf>, command: String) {
        match folders.is_empty() {
            true => self.clip = Some(Clip::Text(command)),
            false => self.saving = Some(Saving { folders, command }),
        }
    }

    /// A run is in this folder; whether a command was waiting for it, and is copied now.
    pub fn hear_saved(&mut self, folder: &PathBuf) -> bool {
        let Some(saving) = &mut self.saving else {
            return false;
        };
        let waited = saving.folders.remove(folder);
        if !waited || !saving.folders.is_empty() {
            return false;
        }
        let saving = self.saving.take();
        self.clip = saving.map(|saving| Clip::Text(saving.command));
        true
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
