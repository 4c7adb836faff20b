//! The density that the flow gives its samples less the exact one, both at t = 1: where there is too much, and where too
//! little.

use super::heat::{BAR, Heat, Map, exact_map, picture};
use super::likelihood::{Likelihood, Map as ModelMap};
use super::{Look, Marks, Moment, Notes};
use crate::flow::Point;
use crate::flow::grid::cell_centres;
use crate::flow::maps::{ExactSlice, Raster};
use crate::scene::item::Item;
use crate::scene::numbers::Table;
use crate::scene::place::Place;
use crate::scene::ramp::{end, round};

pub(super) struct DensityDifference;

/// The density of the flow and the exact one, and both at the same places.
#[derive(PartialEq)]
pub(super) struct Both {
    model: ModelMap,
    exact: Map<ExactSlice>,
}

impl Both {
    fn raster(&self) -> Raster {
        let map = self.model.map();
        Raster {
            bounds: map.bounds,
            n: map.n,
        }
    }

    /// `p_1` of the flow less that of the target in every cell of the flow's map, `[iy][ix]`.
    fn difference(&self) -> Vec<f32> {
        let exact: Vec<f32> = self.exact.log_density().map(f32::exp).collect();
        let Raster { bounds, n } = self.raster();
        let model = self.model.map().values.iter();
        cell_centres(bounds, n)
            .zip(model)
            .map(|(x, log)| log.exp() as f32 - bilinear(&exact, &self.exact.raster, x))
            .collect()
    }
}

/// The number at a point between the centres of cells; that of the nearest one past the last centres.
fn bilinear(cells: &[f32], raster: &Raster, x: Point) -> f32 {
    let [columns, rows] = raster.n;
    let along = |k: usize, n: usize| {
        let (low, high) = (raster.bounds.min[k], raster.bounds.max[k]);
        let at = (x[k] - low) / (high - low) * n as f64 - 0.5;
        let at = at.clamp(0.0, n.saturating_sub(1) as f64);
        (at as usize, at.fract() as f32)
    };
    let ((ix, right), (iy, up)) = (along(0, columns), along(1, rows));
    let cell = |ix: usize, iy: usize| {
        let place = iy.min(rows.saturating_sub(1)) * columns + ix.min(columns.saturating_sub(1));
        cells.get(place).copied().unwrap_or(0.0)
    };
    let row = |iy: usize| (1.0 - right) * cell(ix, iy) + right * cell(ix + 1, iy);
    (1.0 - up) * row(iy) + up * row(iy + 1)
}

impl Marks for DensityDifference {
    const LOOK: Look = Look {
        label: "p₁ of the flow − exact",
        follows_camera: true,
        level: |_| 9,
        mark_ems: BAR,
        mark: |span| Heat::Signed.bar(span),
        swatch: |theme| Heat::Signed.swatch(theme),
        notes: Notes {
            widest: &["−0000 to 0000 (1 / area)"],
            words: |moment, _| {
                let both = DensityDifference::needs(moment);
                let words = both.map(|both| {
                    let top = end(both.exact.top);
                    format!("−{top} to {top} (1 / area)")
                });
                words.into_iter().collect()
            },
        },
        ..Look::PLAIN
    };

    type Needs = Both;

    fn needs(moment: &Moment) -> Option<Both> {
        let model = Likelihood::needs(moment)?;
        let last = Moment { t: 1.0, ..*moment };
        let exact = exact_map(&last, 1.0)?;
        let mut both = Both { model, exact };
        // The scale ends at the largest of the differences.
        let largest = both.difference().into_iter().filter(|d| d.is_finite());
        both.exact.top = round(f64::from(largest.fold(0.0_f32, |top, d| top.max(d.abs()))));
        Some(both)
    }

    fn items(both: &Both, place: &Place) -> Vec<Item> {
        let numbers = both.difference().into_iter().map(|d| (d, 1.0));
        picture(&both.raster(), both.exact.top, numbers, Heat::Signed, place)
    }

    fn table(both: &Both) -> Option<Table> {
        let Raster { bounds, n } = both.raster();
        let difference = both.difference().into_iter().map(f64::from);
        Some(Table::cells(
            "density_difference",
            (bounds, n),
            "difference",
            difference,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Bounds;

    #[test]
    fn numbers_between_cells_are_linear() {
        let raster = Raster {
            bounds: Bounds {
                min: [0.0, 0.0],
                max: [3.0, 2.0],
            },
            n: [3, 2],
        };
        let cells: Vec<f32> = cell_centres(raster.bounds, raster.n)
            .map(|[x, y]| (2.0 * x - y) as f32)
            .collect();
        for x in [[0.5, 0.5], [1.25, 0.75], [2.5, 1.5], [2.0, 1.0]] {
            let expected = 2.0 * x[0] - x[1];
            assert!(
                (f64::from(bilinear(&cells, &raster, x)) - expected).abs() < 1e-6,
                "{x:?}"
            );
        }
        assert_eq!(bilinear(&cells, &raster, [-5.0, 0.5]), 0.5);
    }
}
