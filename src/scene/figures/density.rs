//! The density: the flow's own at t = 1, the exact one at some times, or how they differ at t = 1.

use super::{Kind, Material, at_times, changed, times, unasked, without_exact};
use crate::experiment::figure::DensityOf;
use crate::experiment::{Figure, FigureKind, Layer, View};
use crate::scene::panels::PanelGrid;
use crate::snapshot::Frame;

/// See [`FigureKind::Density`].
pub(super) struct Density;

fn of(figure: &Figure) -> DensityOf {
    match figure.kind {
        FigureKind::Density { of } => of,
        _ => DensityOf::default(),
    }
}

impl Kind for Density {
    fn view(figure: &Figure, view: &View) -> View {
        let layers = match of(figure) {
            DensityOf::Model => [Layer::Likelihood],
            DensityOf::Exact => [Layer::ExactDensity],
            DensityOf::Difference => [Layer::DensityDifference],
        };
        let view = unasked(changed(figure, view, Some(&layers)));
        let t = match of(figure) {
            DensityOf::Exact => view.t,
            DensityOf::Model | DensityOf::Difference => 1.0,
        };
        View { t, ..view }
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        let times = match of(figure) {
            DensityOf::Exact => times(figure, &view),
            DensityOf::Model | DensityOf::Difference => vec![1.0],
        };
        at_times(figure, material, &view, &times)
    }

    fn missing(_figure: &Figure, view: &View, frame: &Frame) -> Option<String> {
        let needs = Layer::EXACT.iter().any(|layer| view.layers.contains(layer));
        let exact = needs.then(|| without_exact(frame)).flatten();
        exact.or_else(|| without_source(frame))
    }
}

/// A sentence if the flow's density is asked for and its source has none.
fn without_source(frame: &Frame) -> Option<String> {
    let basis = frame.products.likelihood_basis.get()?;
    let error = basis.source.as_ref().err()?;
    Some(format!(
        "the flow has no density by change of variables: {error}; --set 'source.shape=Gaussian()' has one"
    ))
}
