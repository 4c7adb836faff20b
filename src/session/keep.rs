//! What is left of a finished run: all of it, or what is needed to go on and to compare.

use std::fmt;
use std::str::FromStr;

use super::folder::names;

/// What a run leaves in its folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// Everything.
    #[default]
    All,
    /// Everything but what shows single trajectories: a hundred runs of 2,000 particles are gigabytes of them.
    Numbers,
}

impl Keep {
    /// The files that show single trajectories.
    pub const TRAJECTORIES: [&'static str; 3] =
        [names::TRAJECTORIES, names::FIGURE_SVG, names::FIGURE_PNG];
    const WORDS: [(&'static str, Self); 2] = [("all", Self::All), ("numbers", Self::Numbers)];
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Self::WORDS.iter().find(|(_, keep)| keep == self);
        f.write_str(word.map_or("", |(word, _)| word))
    }
}

impl FromStr for Keep {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::WORDS.iter().find(|(word, _)| *word == text);
        known
            .map(|(_, keep)| *keep)
            .ok_or("expected all or numbers")
    }
}
