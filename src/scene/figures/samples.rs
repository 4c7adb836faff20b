//! Samples of source, flow and target, as numbers.

use super::{FigureError, Kind, Material, at_times, changed, unasked};
use crate::experiment::{Figure, Layer, View};
use crate::scene::numbers::{FigureNumbers, joined};
use crate::scene::panels::PanelGrid;

/// See [`FigureKind::Samples`](crate::experiment::FigureKind::Samples).
pub(super) struct Samples;

/// The layers with what each of them has samples of.
const PARTS: [(Layer, &str); 3] = [
    (Layer::Source, "source"),
    (Layer::Particles, "flow"),
    (Layer::Target, "target"),
];

impl Kind for Samples {
    fn view(figure: &Figure, view: &View) -> View {
        let layers = PARTS.map(|(layer, _)| layer);
        let view = unasked(changed(figure, view, Some(&layers)));
        View { t: 1.0, ..view }
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        at_times(figure, material, &view, &[1.0])
    }

    fn numbers(figure: &Figure, material: &Material) -> Result<FigureNumbers, FigureError> {
        let grid = Self::grid(figure, material);
        let parts = PARTS.into_iter().flat_map(|(layer, part)| {
            let of_part = grid.tables(Some(layer)).into_iter().next();
            of_part.map(|mut table| {
                table.name = "samples";
                table
                    .columns
                    .retain(|column| ["x", "y"].contains(&column.name));
                table.with_words("part", part)
            })
        });
        Ok(FigureNumbers {
            tables: joined(parts),
            metrics: None,
        })
    }
}
