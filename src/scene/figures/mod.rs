//! Figures for a page, one kind a file: what a kind needs of each lane, and the scene that it makes of it.
//!
//! A kind is a line of the list below and a file with a type of its name that implements `Kind`.

mod measured;

use thiserror::Error;

use super::around::Around;
use super::lanes::LanePanel;
use super::layers::look as look_of;
use super::metrics::Measured;
use super::metrics::comparison::{Comparison, LaneResults, Numbers};
use super::numbers::FigureNumbers;
use super::panels::{PanelGrid, PanelOf};
use super::{FigureStyle, Page, Scene};
use crate::experiment::figure::Length;
use crate::experiment::{Figure, FigureKind, Layer, View};
use crate::flow::Bounds;
use crate::products::Look;
use crate::snapshot::Frame;

/// What a figure is made from: lanes with the products that [`look`] asks for. Figures of one flow show the first.
pub struct Material<'a> {
    /// The lanes; one at least.
    pub lanes: &'a [LanePanel<'a>],
    /// What of them is shown, before the kind and the figure have changed it.
    pub view: &'a View,
}

/// Why a figure cannot be made.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FigureError {
    /// There is nothing to show, and what would help.
    #[error("{0}")]
    Nothing(String),
    /// The page has no room for what is shown.
    #[error(
        "{} by {} in are too small for this figure: it takes at least {} by {} in, or less that is shown around the data",
        inches(.page[0]), inches(.page[1]), inches(.least[0]), inches(.least[1])
    )]
    TooSmall {
        /// The size that is asked for, in points.
        page: [f32; 2],
        /// The least size that works, in points; its height is that at the larger of both widths.
        least: [f32; 2],
    },
}

/// Points in inches, rounded up: what is written is large enough.
fn inches(points: f32) -> String {
    format!("{:.2}", (100.0 * points / 72.0).ceil() / 100.0)
}

/// A kind of figure.
trait Kind {
    /// Whether the measured numbers belong to it.
    const NUMBERS: bool = false;
    /// Whether it shows all lanes, and not the first alone.
    const ALL_LANES: bool = false;

    /// The view of each lane, for which products are made.
    fn view(figure: &Figure, view: &View) -> View;

    /// What is to be made of each lane's flow where this part of the plane is seen.
    fn look(figure: &Figure, view: &View, bounds: Bounds) -> Look {
        Look {
            metrics: Self::NUMBERS && figure.show.numbers,
            ..Look::of(&Self::view(figure, view), bounds)
        }
    }

    /// Its panels; the frames may have no products yet.
    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a>;

    /// What a frame lacks, in a sentence that says what would help.
    fn missing(_figure: &Figure, _view: &View, _frame: &Frame) -> Option<String> {
        None
    }

    /// The page that it needs: its width is given, and its height if the figure has one.
    fn page(figure: &Figure, material: &Material, page: Page) -> Result<Page, FigureError> {
        let grid = Self::grid(figure, material);
        let page = match figure.height {
            Some(_) => page,
            None => grid.page(page),
        };
        roomy(&grid, &page)?;
        Ok(page)
    }

    /// The layer whose numbers are the most telling; of others than the one that it names, the first that has some.
    const MAIN: Option<Layer> = None;

    /// The numbers behind it.
    fn numbers(figure: &Figure, material: &Material) -> Result<FigureNumbers, FigureError> {
        let view = Self::view(figure, material.view);
        refuse_missing::<Self>(figure, &view, material)?;
        let main = figure.layers.is_none().then_some(Self::MAIN).flatten();
        let shows_numbers = Self::NUMBERS || Self::ALL_LANES;
        let metrics = shows_numbers.then(|| comparison(material.lanes));
        let mut tables = Self::grid(figure, material).tables(main);
        tables.extend(metrics.as_ref().and_then(measured::table));
        Ok(FigureNumbers { tables, metrics })
    }

    /// The part of the plane that the panels show.
    fn visible(figure: &Figure, material: &Material, page: &Page) -> Option<Bounds> {
        Self::grid(figure, material).visible(page)
    }

    /// The figure.
    fn scene(figure: &Figure, material: &Material, page: &Page) -> Result<Scene, FigureError> {
        let view = Self::view(figure, material.view);
        refuse_missing::<Self>(figure, &view, material)?;
        let grid = Self::grid(figure, material);
        if grid.panels.is_empty() {
            return Err(FigureError::Nothing("there is no flow to show".to_owned()));
        }
        roomy(&grid, page)?;
        Ok(grid.scene(page))
    }
}

/// Refuses lanes that do not have what the kind shows.
fn refuse_missing<K: Kind + ?Sized>(
    figure: &Figure,
    view: &View,
    material: &Material,
) -> Result<(), FigureError> {
    let mut lanes = material.lanes.iter();
    let missing = lanes.find_map(|lane| K::missing(figure, view, lane.frame));
    missing.map_or(Ok(()), |sentence| Err(FigureError::Nothing(sentence)))
}

/// What was measured of the lanes, as a table.
fn comparison(lanes: &[LanePanel]) -> Comparison {
    let lanes = lanes.iter().map(|panel| LaneResults {
        title: panel.title.clone(),
        experiment: std::sync::Arc::clone(&panel.frame.experiment),
        seeds: vec![Numbers::of(&Measured::of(panel.frame))],
    });
    Comparison::new(lanes.collect())
}

/// Refuses a page without room for the parts.
fn roomy(grid: &PanelGrid, page: &Page) -> Result<(), FigureError> {
    let least = grid.least(page);
    let fits = |k: usize| page.size[k] + 0.01 >= least[k];
    match fits(0) && fits(1) {
        true => Ok(()),
        false => Err(FigureError::TooSmall {
            page: page.size,
            least,
        }),
    }
}

/// The view with the layers of the kind, or those that the figure asks for in their place, and with its number of paths.
fn changed(figure: &Figure, view: &View, layers: Option<&[Layer]>) -> View {
    let mut view = view.clone();
    let layers = figure.layers.as_deref().or(layers);
    if let Some(layers) = layers {
        view.layers = layers.to_vec();
    }
    if let Some(paths) = figure.paths {
        view.trajectories = paths;
        view.particles = paths;
    }
    if let Some(&t) = figure.times.first() {
        view.t = t;
    }
    view
}

/// A view of a kind that alone shows what is asked about.
fn unasked(view: View) -> View {
    View { ask: None, ..view }
}

/// The first flow at some times through the same view: a panel each, or one if nothing moves.
fn at_times<'a>(
    figure: &Figure,
    material: &'a Material,
    view: &View,
    times: &[f64],
) -> PanelGrid<'a> {
    let moves = view.layers.iter().any(|&layer| look_of(layer).moves);
    let n = if moves {
        times.len()
    } else {
        times.len().min(1)
    };
    let panel = |lane: &'a LanePanel, t: f64| PanelOf {
        frame: std::borrow::Cow::Borrowed(lane.frame),
        lane: 0,
        view: view.clone(),
        t,
        title: if n > 1 {
            format!("t = {t:.2}")
        } else {
            String::new()
        },
        numbers: Vec::new(),
    };
    let first = material.lanes.first();
    let panels = first
        .into_iter()
        .flat_map(|lane| times.iter().take(n).map(move |&t| (lane, t)));
    PanelGrid {
        panels: panels.map(|(lane, t)| panel(lane, t)).collect(),
        columns: n.max(1),
        around: Around::of(figure),
    }
}

/// The times that a figure asks for, or that of the view.
fn times(figure: &Figure, view: &View) -> Vec<f64> {
    match figure.times.is_empty() {
        true => vec![view.t],
        false => figure.times.clone(),
    }
}

/// A sentence if the frame has no exact field, or not yet.
fn without_exact(frame: &Frame) -> Option<String> {
    match &frame.products.exact.get()?.field {
        Ok(_) => None,
        Err(error) => Some(format!(
            "this experiment has no exact field: {error}; the model's own works"
        )),
    }
}

/// Hands the kinds that have panels to the macro `$make`: file, type.
macro_rules! kinds {
    ($make:ident) => {
        $make! {
            trajectories: Trajectories,
            film: Film,
            strip: Strip,
            field: Field,
            density: Density,
            lanes: Lanes,
            pairs: Pairs,
            grid: Grid,
            conditional: Conditional,
            posterior: Posterior,
            triptych: Triptych,
            samples: Samples,
            loss: Loss,
            metrics: Metrics,
        }
    };
}

macro_rules! make_kinds {
    ($($file:ident: $kind:ident,)*) => {
        $(mod $file;)*

        /// How many of so many lanes a figure shows, the first ones.
        pub fn shown(figure: &Figure, n_lanes: usize) -> usize {
            let all = match figure.kind {
                $(FigureKind::$kind { .. } => $file::$kind::ALL_LANES,)*
            };
            if all { n_lanes } else { n_lanes.min(1) }
        }

        /// What is to be made of each lane's flow.
        pub fn look(figure: &Figure, view: &View, bounds: Bounds) -> Look {
            match figure.kind {
                $(FigureKind::$kind { .. } => $file::$kind::look(figure, view, bounds),)*
            }
        }

        /// The page of a figure.
        ///
        /// # Errors
        /// The page has no room for what is shown.
        pub fn page(figure: &Figure, material: &Material, style: &FigureStyle) -> Result<Page, FigureError> {
            page_of(figure, material, style).map_err(|error| settled(error, figure, material, style))
        }

        fn page_of(figure: &Figure, material: &Material, style: &FigureStyle) -> Result<Page, FigureError> {
            let page = asked_page(figure, style);
            match figure.kind {
                $(FigureKind::$kind { .. } => $file::$kind::page(figure, material, page),)*
            }
        }

        /// The part of the plane that its panels show.
        pub fn visible(figure: &Figure, material: &Material, page: &Page) -> Option<Bounds> {
            match figure.kind {
                $(FigureKind::$kind { .. } => $file::$kind::visible(figure, material, page),)*
            }
        }

        /// The numbers behind a figure.
        ///
        /// # Errors
        /// The lanes have nothing to show.
        pub fn numbers(figure: &Figure, material: &Material) -> Result<FigureNumbers, FigureError> {
            match figure.kind {
                $(FigureKind::$kind { .. } => $file::$kind::numbers(figure, material),)*
            }
        }

        /// The figure.
        ///
        /// # Errors
        /// The lanes have nothing to show, or the page has no room for it.
        pub fn scene(figure: &Figure, material: &Material, page: &Page) -> Result<Scene, FigureError> {
            match figure.kind {
                $(FigureKind::$kind { .. } => $file::$kind::scene(figure, material, page),)*
            }
        }
    };
}
kinds!(make_kinds);

/// A refusal with a size that works: a wider page has larger type, which takes more room.
fn settled(
    error: FigureError,
    figure: &Figure,
    material: &Material,
    style: &FigureStyle,
) -> FigureError {
    let FigureError::TooSmall { page, mut least } = error else {
        return error;
    };
    for _ in 0..ROUNDS {
        let points = |side: f32| Some(Length::Points(f64::from(side)));
        let larger = Figure {
            width: points(least[0]),
            height: points(least[1]),
            ..figure.clone()
        };
        match page_of(&larger, material, style) {
            Err(FigureError::TooSmall { least: next, .. }) => {
                least = [0, 1].map(|k| next[k].max(1.01 * least[k]).ceil());
            }
            _ => break,
        }
    }
    FigureError::TooSmall { page, least }
}

/// So often a size is tried that is to be large enough.
const ROUNDS: usize = 20;
pub use film::{FilmNumbers, FilmShot, film_shot, film_shots};

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

#[cfg(test)]
mod tests;
