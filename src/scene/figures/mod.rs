//! Figures for a page, one kind a file: what a kind needs of each lane, and the scene that it makes of it.
//!
//! A kind is a line of the list below and a file with a type of its name that implements [`Kind`].

use thiserror::Error;

use super::lanes::LanePanel;
use super::{FigureStyle, Page, Scene};
use crate::experiment::{Figure, FigureKind, View};
use crate::flow::Bounds;
use crate::products::Look;

/// What a figure is made from: lanes with the products that [`look`] asks for. Figures of one flow show the first.
pub struct Material<'a> {
    /// The lanes; one at least.
    pub lanes: &'a [LanePanel<'a>],
    /// What of them is shown, before the kind and the figure have changed it.
    pub view: &'a View,
}

/// Why a figure cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FigureError {
    /// There is nothing to show, and what would help.
    #[error("{0}")]
    Nothing(String),
    /// The kind has no picture, only numbers.
    #[error("a figure of kind {0} has numbers alone; try a file that ends in .csv")]
    NumbersOnly(&'static str),
}

/// A kind of figure.
trait Kind {
    /// The view of each lane.
    fn view(figure: &Figure, view: &View) -> View;

    /// What is to be made of each lane's flow where this part of the plane is seen.
    fn look(figure: &Figure, view: &View, bounds: Bounds) -> Look {
        Look {
            metrics: figure.show.numbers,
            ..Look::of(&Self::view(figure, view), bounds)
        }
    }

    /// The page that it needs: its width is given, its height may be chosen.
    fn page(figure: &Figure, material: &Material, page: Page) -> Page;

    /// The part of the plane that the panels show.
    fn visible(figure: &Figure, material: &Material, page: &Page) -> Option<Bounds>;

    /// The figure.
    ///
    /// # Errors
    /// If the lanes have nothing to show.
    fn scene(figure: &Figure, material: &Material, page: &Page) -> Result<Scene, FigureError>;
}

/// Hands the kinds that have a picture to the macro `$make`: file, type.
macro_rules! kinds {
    ($make:ident) => {
        $make! {
            trajectories: Trajectories,
        }
    };
}

macro_rules! make_kinds {
    ($($file:ident: $kind:ident,)*) => {
        $(mod $file;)*

        /// What is to be made of each lane's flow.
        ///
        /// # Errors
        /// The kind has no picture.
        pub fn look(figure: &Figure, view: &View, bounds: Bounds) -> Result<Look, FigureError> {
            match figure.kind {
                $(FigureKind::$kind { .. } => Ok($file::$kind::look(figure, view, bounds)),)*
                _ => Err(FigureError::NumbersOnly(figure.kind.name())),
            }
        }

        /// The page of a figure.
        ///
        /// # Errors
        /// The kind has no picture.
        pub fn page(figure: &Figure, material: &Material, style: &FigureStyle) -> Result<Page, FigureError> {
            let page = asked_page(figure, style);
            match figure.kind {
                $(FigureKind::$kind { .. } => Ok($file::$kind::page(figure, material, page)),)*
                _ => Err(FigureError::NumbersOnly(figure.kind.name())),
            }
        }

        /// The part of the plane that its panels show.
        pub fn visible(figure: &Figure, material: &Material, page: &Page) -> Option<Bounds> {
            match figure.kind {
                $(FigureKind::$kind { .. } => $file::$kind::visible(figure, material, page),)*
                _ => None,
            }
        }

        /// The figure.
        ///
        /// # Errors
        /// The kind has no picture, or the lanes have nothing to show.
        pub fn scene(figure: &Figure, material: &Material, page: &Page) -> Result<Scene, FigureError> {
            match figure.kind {
                $(FigureKind::$kind { .. } => $file::$kind::scene(figure, material, page),)*
                _ => Err(FigureError::NumbersOnly(figure.kind.name())),
            }
        }
    };
}
kinds!(make_kinds);

/// Width to height of a page whose height nobody chose.
const HABIT: [f32; 2] = [6.75, 5.4];

/// The page with the sizes that are asked for.
fn asked_page(figure: &Figure, style: &FigureStyle) -> Page {
    let points = |length: crate::experiment::figure::Length| length.points(figure.dpi) as f32;
    let width = figure.width.map_or(style.width(), points);
    let [wide, high] = HABIT;
    let height = figure.height.map_or(width * high / wide, points);
    style.page([width, height])
}
