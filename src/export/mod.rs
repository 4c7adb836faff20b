//! Floor 4: scenes and tables become bytes, one file per format.
//!
//! Every exporter is a pure function and its bytes are reproducible: no clock, no hash order, no random
//! numbers. Writing files is not done here.
//!
//! What lies over what, and how translucent marks add up, is the scene's rule ([`crate::scene::Item`]), the same for every
//! format. Layers of very many marks become pictures in vector formats ([`flatten`]).
//!
//! A [`Format`] takes a scene: it is a line of the list below and a file with a function `encode`. Tables have one
//! format, [`csv`], so that there is nothing to choose and nothing to list, and so have grids, [`npy`].

pub mod csv;
pub mod film;
pub mod flatten;
pub mod metadata;
pub mod npy;
pub mod numbers;

use thiserror::Error;

use crate::experiment::figure::TextAs;
use crate::scene::{Color, Scene};

/// Hands the list to the macro `$make`, a format of figures a line: its file in this folder, its suffix and its name.
/// The first is the one that a figure has unless someone asks for another.
macro_rules! formats {
    ($make:ident) => {
        $make! {
            Png: png, "png", "PNG";
            Svg: svg, "svg", "SVG";
            Pdf: pdf, "pdf", "PDF";
        }
    };
}

/// Literals as a choice in words: `a`, `a or b`, `a, b or c`.
macro_rules! either {
    ($last:expr) => { $last };
    ($first:expr, $last:expr) => { concat!($first, " or ", $last) };
    ($first:expr, $($rest:expr),+) => { concat!($first, ", ", either!($($rest),+)) };
}

macro_rules! make_format {
    ($($format:ident: $file:ident, $suffix:literal, $name:literal;)+) => {
        $(pub mod $file;)+

        /// A format of figures.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Format {
            $(#[doc = concat!("See [`", stringify!($file), "`].")] $format,)+
        }

        impl Format {
            /// Every format, in the order of the list.
            pub const ALL: [Self; Self::SUFFIXES.len()] = [$(Self::$format),+];
            /// Their suffixes, without the dot.
            pub const SUFFIXES: [&'static str; [$($suffix),+].len()] = [$($suffix),+];
            /// Their suffixes in words: `.png or .svg`.
            pub const SUFFIXES_IN_WORDS: &'static str = either!($(concat!(".", $suffix)),+);

            /// The suffix of its files, without the dot.
            pub const fn suffix(self) -> &'static str {
                match self {
                    $(Self::$format => $suffix,)+
                }
            }

            /// The figure's bytes.
            ///
            /// # Errors
            /// If the exporter refuses, such as for a picture without an extent.
            pub fn encode(self, figure: &Scene, options: &Options) -> Result<Vec<u8>, ExportError> {
                match self {
                    $(Self::$format => $file::encode(figure, options),)+
                }
            }
        }
    };
}
formats!(make_format);

impl Format {
    /// The format that a figure has unless someone asks for another.
    pub const DEFAULT: Self = Self::ALL[0];

    /// The format of a suffix, in upper or lower case.
    pub fn of_suffix(suffix: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.suffix().eq_ignore_ascii_case(suffix))
    }
}

/// Marks alike in lists that one path may hold: all where they are opaque, each by itself where they add up.
fn apart<T>(marks: &[T], color: Color) -> impl Iterator<Item = &[T]> {
    let together = if color.a == 255 { marks.len() } else { 1 };
    marks.chunks(together.max(1))
}

/// What figures say that they were made by.
pub(crate) const SOFTWARE: &str = concat!("Pushforward ", env!("CARGO_PKG_VERSION"));

/// How a figure becomes bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Dots per inch, of pixels and of what a vector format embeds as pixels.
    pub dpi: f32,
    /// The ground in place of the scene's: nothing for none, so that what lies under the figure shows through.
    pub background: Ground,
    /// What becomes of text in vector formats.
    pub text: TextAs,
    /// What the file says of itself.
    pub metadata: Metadata,
}

/// The ground of a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// The scene's own.
    #[default]
    Scene,
    /// None.
    Transparent,
    /// A colour.
    Color(Color),
}

/// What a file says of itself. There is no date in it: the same figure has the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The figure's title.
    pub title: String,
    /// The whole experiment as RON, with which the file opens in the window.
    pub experiment: String,
}

impl Options {
    /// The colour of the ground of a scene; nothing where there is none.
    pub fn ground(&self, scene: &Scene) -> Option<Color> {
        match self.background {
            Ground::Scene => Some(scene.background),
            Ground::Transparent => None,
            Ground::Color(color) => Some(color),
        }
    }
}

impl Default for Options {
    /// Opaque, 200 dots per inch: 1350 pixels for 6.75 inches.
    fn default() -> Self {
        Self {
            dpi: 200.0,
            background: Ground::Scene,
            text: TextAs::Outlines,
            metadata: Metadata::default(),
        }
    }
}

/// Why there are no bytes.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The picture would be empty or larger than [`png::MAX_PIXELS`].
    #[error(
        "a picture of {width} x {height} pixels cannot be made: it must have 1 to {limit} pixels"
    )]
    Size {
        /// Pixels along x.
        width: f64,
        /// Pixels along y.
        height: f64,
        /// Most pixels allowed.
        limit: u64,
    },
    /// The PDF library refused.
    #[error("the PDF file could not be made: {0}")]
    Pdf(String),
    /// The PNG encoder refused.
    #[error("the picture could not be encoded: {0}")]
    Png(#[from] ::png::EncodingError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::View;
    use crate::scene::{Page, Style, build, fixture};

    #[test]
    fn every_format_has_a_suffix_of_its_own_and_writes_figures() {
        let page = Page::figure(Style::Paper);
        let figure = build(&fixture::frame(), &View::default(), 1.0, &page);
        for format in Format::ALL {
            let suffix = format.suffix();
            assert_eq!(Format::of_suffix(suffix), Some(format));
            assert_eq!(Format::of_suffix(&suffix.to_uppercase()), Some(format));
            assert!(Format::SUFFIXES_IN_WORDS.contains(&format!(".{suffix}")));
            let bytes = format.encode(&figure, &Options::default());
            assert!(bytes.is_ok_and(|bytes| bytes.len() > 100), "{format:?}");
        }
        assert_eq!(Format::of_suffix("bmp"), None);
        assert_eq!(Format::of_suffix(""), None);
    }

    #[test]
    fn a_choice_in_words_has_commas_and_one_or() {
        let words = [either!("a"), either!("a", "b"), either!("a", "b", "c")];
        assert_eq!(words, ["a", "a or b", "a, b or c"]);
    }
}
