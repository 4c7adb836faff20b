//! Figures for a page, one kind a file: which panels it has, what each shows, and at which times.
//!
//! A kind is a line of the list below and a file with a type of its name that implements [`Kind`]. All of them are panels
//! of [`LanesFigure`]: shared axes, letters, one legend, the numbers below.

use thiserror::Error;

use super::lanes::{Around, LanePanel, LanesFigure, columns};
use super::{Page, Scene, Style};
use crate::experiment::figure::Length;
use crate::experiment::{Figure, FigureKind, Layer, View};
use crate::flow::Bounds;
use crate::products::Look;

/// So many moments of one flow stand side by side; more of them begin another row.
const MOMENTS: usize = 5;
/// The least height of a page over its width that leaves the panels room.
const LEAST_PANEL: f32 = 40.0;

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
    /// There is no such picture.
    #[error("figures of kind {0} cannot be drawn")]
    NoPicture(&'static str),
    /// The page is too small for its parts.
    #[error(
        "a page of {width:.0} x {height:.0} pt is too small for this figure: it needs {needed:.0} pt of height at that width"
    )]
    TooSmall {
        /// Width of the page, in points.
        width: f32,
        /// Height of the page, in points.
        height: f32,
        /// The height that is needed, in points.
        needed: f32,
    },
}

/// A kind of figure.
trait Kind {
    /// The layers where the figure names none.
    fn layers(figure: &Figure, view: &View) -> Vec<Layer>;

    /// The times that are shown where the figure names none.
    fn times(view: &View) -> Vec<f64> {
        vec![view.t]
    }

    /// What else of the view the kind sets.
    ///
    /// # Errors
    /// The view lacks what the kind shows.
    fn adapt(view: View) -> Result<View, FigureError> {
        Ok(view)
    }

    /// Whether all lanes are shown, and not the first alone.
    const ALL_LANES: bool = false;

    /// The panels of a lane at the times of the figure, each with what it is called.
    fn panels(view: &View, times: &[f64]) -> Vec<(View, String)> {
        let at = |&t: &f64| (View { t, ..view.clone() }, moment(t, times.len()));
        times.iter().map(at).collect()
    }
}

/// What a panel is called that is one of so many moments.
fn moment(t: f64, moments: usize) -> String {
    match moments {
        1 => String::new(),
        _ => format!("t = {}", (1000.0 * t).round() / 1000.0),
    }
}

/// Hands the kinds that are panels to the macro `$make`: file, type.
macro_rules! kinds {
    ($make:ident) => {
        $make! {
            trajectories: Trajectories,
            strip: Strip,
            field: Field,
            density: Density,
            lanes: Lanes,
            pairs: Pairs,
            grid: Grid,
            conditional: Conditional,
            posterior: Posterior,
            triptych: Triptych,
        }
    };
}

macro_rules! make_kinds {
    ($($file:ident: $kind:ident,)*) => {
        $(mod $file;)*

        /// What a figure shows of the lanes: the view of all, and the panels.
        ///
        /// # Errors
        /// The kind has no panels, or the view lacks what it shows.
        fn plan(figure: &Figure, view: &View) -> Result<Plan, FigureError> {
            match figure.kind {
                $(FigureKind::$kind { .. } => Plan::of::<$file::$kind>(figure, view),)*
                _ => Err(FigureError::NoPicture(figure.kind.name())),
            }
        }
    };
}
kinds!(make_kinds);

/// What a figure shows of the lanes.
struct Plan {
    /// The view of all panels together, which the legend speaks of.
    view: View,
    /// The panels of each lane, with their titles; no title where the lane's own will do.
    panels: Vec<(View, String)>,
    all_lanes: bool,
}

impl Plan {
    fn of<K: Kind>(figure: &Figure, view: &View) -> Result<Self, FigureError> {
        let layers = figure.layers.clone();
        let layers = layers.unwrap_or_else(|| K::layers(figure, view));
        let times = match figure.times.is_empty() {
            true => K::times(view),
            false => figure.times.clone(),
        };
        let view = K::adapt(View {
            layers,
            trajectories: figure.paths.unwrap_or(view.trajectories),
            t: times.first().copied().unwrap_or(view.t),
            step: None,
            ..view.clone()
        })?;
        Ok(Self {
            panels: K::panels(&view, &times),
            view,
            all_lanes: K::ALL_LANES,
        })
    }

    /// The panels, lane by lane, each with its moments.
    fn panels<'a>(&self, material: &Material<'a>) -> Vec<LanePanel<'a>> {
        let lanes = match self.all_lanes {
            true => material.lanes,
            false => material.lanes.get(..1).unwrap_or_default(),
        };
        let single = lanes.len() == 1;
        let of_lane = |lane: &LanePanel<'a>| {
            let last = self.panels.len().saturating_sub(1);
            let panel = |(i, (view, title)): (usize, &(View, String))| LanePanel {
                frame: lane.frame,
                title: match (single, title.is_empty()) {
                    (true, _) => title.clone(),
                    (false, true) => lane.title.clone(),
                    (false, false) => format!("{}, {title}", lane.title),
                },
                // Moments of one flow have the same numbers: they are said once.
                numbers: match i == last {
                    true => lane.numbers.clone(),
                    false => Vec::new(),
                },
                view: Some(view.clone()),
            };
            self.panels
                .iter()
                .enumerate()
                .map(panel)
                .collect::<Vec<_>>()
        };
        lanes.iter().flat_map(of_lane).collect()
    }

    fn columns(&self, panels: usize) -> usize {
        match self.panels.len() {
            1 => columns(panels),
            moments => moments.min(MOMENTS),
        }
    }

    /// Calls `of` with the panels and all that stands around them.
    fn with<T>(
        &self,
        figure: &Figure,
        material: &Material,
        of: impl FnOnce(&LanesFigure) -> T,
    ) -> T {
        let panels = self.panels(material);
        let columns = self.columns(panels.len());
        let mut all = LanesFigure::new(&panels, &self.view, columns);
        all.around = Around {
            show: figure.show,
            title: figure.title.clone(),
            limits: [figure.x_limits, figure.y_limits],
        };
        of(&all)
    }
}

/// What is to be made of each lane's flow where this part of the plane is seen.
///
/// # Errors
/// As [`scene`].
pub fn look(figure: &Figure, view: &View, bounds: Bounds) -> Result<Look, FigureError> {
    let plan = plan(figure, view)?;
    Ok(Look {
        metrics: figure.show.numbers,
        likelihood: false,
        ..Look::of(&plan.view, bounds)
    })
}

/// The page of a figure: as wide as it says or the style's page is, and as high as it says or its panels need.
///
/// # Errors
/// As [`scene`].
pub fn page(figure: &Figure, material: &Material, style: Style) -> Result<Page, FigureError> {
    let points = |length: Length| length.points(figure.dpi) as f32;
    let mut page = Page::figure(style);
    page.size[0] = figure.width.map_or(page.size[0], points);
    let fitting = plan(figure, material.view)?.with(figure, material, |all| all.page_on(page));
    Ok(match figure.height {
        None => fitting,
        Some(height) => {
            page.size[1] = points(height);
            page
        }
    })
}

/// The part of the plane that its panels show.
///
/// # Errors
/// As [`scene`].
pub fn visible(
    figure: &Figure,
    material: &Material,
    page: &Page,
) -> Result<Option<Bounds>, FigureError> {
    let plan = plan(figure, material.view)?;
    Ok(plan.with(figure, material, |all| all.visible(page)))
}

/// The figure.
///
/// # Errors
/// The kind has no picture, the lanes have nothing to show, or the page is too small.
pub fn scene(figure: &Figure, material: &Material, page: &Page) -> Result<Scene, FigureError> {
    let plan = plan(figure, material.view)?;
    plan.with(figure, material, |all| {
        let needed = all.least_height(page, LEAST_PANEL);
        let [width, height] = page.size;
        if height < needed {
            return Err(FigureError::TooSmall {
                width,
                height,
                needed,
            });
        }
        Ok(all.scene(plan.view.t, page))
    })
}

#[cfg(test)]
mod tests;
