//! The settings that each kind of figure had last, from one start of the program to the next.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::experiment::{Figure, FigureKind};

use super::super::files::{atomic_write, read_text};

/// The file in the folder of the configuration.
const FILE: &str = "figures.ron";
/// Largest file that is read.
const MAX_BYTES: u64 = 1 << 20;

/// The last figure of each kind, and which kind was the last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remembered {
    last: Option<String>,
    figures: BTreeMap<String, Figure>,
}

impl Remembered {
    /// Those of the folder, none if there is no file; and a sentence if there is one that cannot be read.
    pub fn read(folder: &Path) -> (Self, Option<String>) {
        let path = folder.join(FILE);
        if !path.exists() {
            return (Self::default(), None);
        }
        let text = read_text(&path, MAX_BYTES).map_err(|error| error.to_string());
        let read = text.and_then(|text| {
            ron::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
        });
        match read {
            Ok(remembered) => (remembered, None),
            Err(error) => {
                let sentence = format!("The settings of figures begin anew, for {error}");
                (Self::default(), Some(sentence))
            }
        }
    }

    /// Writes them into the folder, which is made if it is missing.
    ///
    /// # Errors
    /// A sentence with the path in it.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        let path = folder.join(FILE);
        let text = ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default());
        let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
        let made = std::fs::create_dir_all(folder);
        made.map_err(|error| format!("{}: {error}", folder.display()))?;
        atomic_write(&path, text.as_bytes()).map_err(|error| error.to_string())
    }

    /// The figure of a kind as it was last, or as it is to begin with.
    pub fn of(&self, kind: &FigureKind) -> Figure {
        let known = self.figures.get(kind.name());
        known.cloned().unwrap_or_else(|| Figure::new(kind.clone()))
    }

    /// The last figure of all, if there is one.
    pub fn last(&self) -> Option<Figure> {
        self.figures.get(self.last.as_ref()?).cloned()
    }

    /// Remembers a figure; its file belongs to one experiment and is left out.
    pub fn keep(&mut self, figure: &Figure) {
        let figure = Figure {
            file: String::new(),
            title: None,
            ..figure.clone()
        };
        let kind = figure.kind.name().to_owned();
        self.last = Some(kind.clone());
        self.figures.insert(kind, figure);
    }
}
