//! Numbers as curves: a loss over its steps, an error over its cost, straightness over t.

mod lines;

use super::{FigureError, Kind, Material, changed};
use crate::experiment::figure::MetricsOf;
use crate::experiment::{Figure, FigureKind, View};
use crate::flow::Bounds;
use crate::products::Look;
use crate::scene::around::Around;
use crate::scene::curves::{Curve, CurvesFigure, Plot, Stroke, XAxis};
use crate::scene::lanes::LanePanel;
use crate::scene::numbers::{Column, FigureNumbers, Table, joined};
use crate::scene::panels::{PanelGrid, recipe_of};
use crate::scene::{Page, Scene};

use lines::{Line, Spec};

/// See [`FigureKind::Metrics`].
pub(super) struct Metrics;

fn of(figure: &Figure) -> MetricsOf {
    match figure.kind {
        FigureKind::Metrics { of } => of,
        _ => MetricsOf::default(),
    }
}

/// The lines of every plot, which may be none.
fn lines(spec: &Spec, lanes: &[LanePanel]) -> Vec<Vec<Line>> {
    let plots = spec.plots.iter();
    plots.map(|plot| (plot.lines)(lanes)).collect()
}

/// The lines, or why there are none.
fn found(spec: &Spec, lanes: &[LanePanel]) -> Result<Vec<Vec<Line>>, FigureError> {
    let found = lines(spec, lanes);
    let drawn = |line: &Line| {
        let is_own = !matches!(line.stroke, Stroke::Dashed | Stroke::Reference);
        is_own && !line.points.is_empty()
    };
    match found.iter().flatten().any(drawn) {
        true => Ok(found),
        false => Err(FigureError::Nothing(spec.nothing.to_owned())),
    }
}

/// The figure of some lines, or with empty plots before there are any.
fn curves(figure: &Figure, material: &Material) -> CurvesFigure {
    let spec = lines::spec(of(figure));
    let found = lines(&spec, material.lanes);
    let (mut names, mut dashed) = (Vec::<(usize, String)>::new(), Vec::new());
    for line in found.iter().flatten() {
        let entry = match line.stroke {
            Stroke::Dashed | Stroke::Reference => {
                let entry = (line.stroke, line.name.clone());
                if !dashed.contains(&entry) {
                    dashed.push(entry);
                }
                continue;
            }
            _ => (line.lane, line.name.clone()),
        };
        if !names.iter().any(|(lane, _)| *lane == entry.0) {
            names.push(entry);
        }
    }
    // A line without a name is the only one of its kind.
    let last = names.iter().map(|(lane, _)| lane + 1).max().unwrap_or(0);
    let mut lanes = vec![String::new(); last];
    for (lane, name) in names {
        if let Some(place) = lanes.get_mut(lane) {
            *place = name;
        }
    }
    if lanes.len() == 1 && dashed.is_empty() {
        lanes.clear();
    }
    let plot = |(plot, lines): (&lines::PlotSpec, Vec<Line>)| Plot {
        title: plot.title.to_owned(),
        scale: plot.scale,
        orders: plot.orders,
        curves: lines
            .into_iter()
            .map(|line| Curve {
                lane: line.lane,
                points: line.points,
                stroke: line.stroke,
            })
            .collect(),
    };
    let frames = || material.lanes.iter().map(|lane| lane.frame);
    let title = frames().next();
    let title = title.map_or("", |frame| frame.experiment.words.heading());
    CurvesFigure {
        title: title.to_owned(),
        recipe: recipe_of(frames()).join("  ·  "),
        x_name: spec.x_name.to_owned(),
        lanes,
        plots: spec.plots.iter().zip(found).map(plot).collect(),
        columns: spec.plots.len(),
        x: XAxis::Round(spec.x_scale),
        dashed,
        around: Around::of(figure),
    }
}

impl Kind for Metrics {
    const ALL_LANES: bool = true;

    fn view(figure: &Figure, view: &View) -> View {
        changed(figure, view, Some(&[]))
    }

    fn look(figure: &Figure, view: &View, bounds: Bounds) -> Look {
        let of = of(figure);
        let is = |other| of == other;
        Look {
            particles: 1,
            metrics: true,
            floor: is(MetricsOf::Loss),
            exact: is(MetricsOf::Loss),
            convergence: is(MetricsOf::SolverError),
            block_costs: is(MetricsOf::BlockCost),
            curves: is(MetricsOf::Training),
            ..Look::of(&Self::view(figure, view), bounds)
        }
    }

    /// Curves are no panels of the plane.
    fn grid<'a>(figure: &Figure, _material: &'a Material) -> PanelGrid<'a> {
        PanelGrid {
            panels: Vec::new(),
            columns: 1,
            around: Around::of(figure),
        }
    }

    fn page(figure: &Figure, material: &Material, page: Page) -> Result<Page, FigureError> {
        let curves = curves(figure, material);
        let least = [curves.least_width(&page), curves.least_height(&page)];
        let size = match figure.height {
            Some(_) => page.size,
            None => [page.size[0], curves.on(&page, None).size[1]],
        };
        match size[0] + 0.01 >= least[0] && size[1] + 0.01 >= least[1] {
            true => Ok(Page { size, ..page }),
            false => Err(FigureError::TooSmall { page: size, least }),
        }
    }

    fn visible(_figure: &Figure, _material: &Material, _page: &Page) -> Option<Bounds> {
        None
    }

    fn scene(figure: &Figure, material: &Material, page: &Page) -> Result<Scene, FigureError> {
        found(&lines::spec(of(figure)), material.lanes)?;
        let height = figure.height.map(|_| page.size[1]);
        Ok(curves(figure, material).on(page, height))
    }

    fn numbers(figure: &Figure, material: &Material) -> Result<FigureNumbers, FigureError> {
        let spec = lines::spec(of(figure));
        let found = found(&spec, material.lanes)?;
        let plots = spec.plots.iter().zip(&found);
        let tables = plots.flat_map(|(plot, lines)| {
            lines.iter().map(|line| {
                let column = |name, of: fn(&crate::scene::curves::CurvePoint) -> f64| {
                    Column::numbers(name, line.points.iter().map(of))
                };
                let columns = vec![
                    column("x", |point| point.x),
                    column("y", |point| point.y),
                    column("stderr", |point| point.error.unwrap_or(f64::NAN)),
                ];
                let table = Table::new("curves", columns).with_words("line", line.says());
                let table = table.with_words("name", &line.name);
                table.with_words("plot", plot.title)
            })
        });
        Ok(FigureNumbers {
            tables: joined(tables),
            metrics: None,
        })
    }
}
