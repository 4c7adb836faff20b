//! Drawing points of a drawing: a cell by its weight, then a uniform point in it.

use rand::{Rng, RngExt};

use super::alias::AliasTable;
use super::class::Class;
use super::drawing::Drawing;
use super::raster::Raster;
use crate::flow::Point;

/// A drawing made ready for sampling.
#[derive(Debug)]
pub struct CellSampler {
    raster: Raster,
    /// The cells that are not empty, with their classes.
    painted: Vec<(usize, Class)>,
    choice: AliasTable,
}

impl CellSampler {
    /// `None` for an empty drawing.
    pub fn new(drawing: &Drawing) -> Option<Self> {
        let cells = drawing.cells().iter().enumerate();
        let painted: Vec<(usize, Class)> = cells
            .filter(|c| *c.1 > 0)
            .map(|c| (c.0, drawing.classes()[c.0]))
            .collect();
        if painted.is_empty() {
            return None;
        }
        let weight = |&(cell, _): &(usize, Class)| f64::from(drawing.cells()[cell]);
        let weights: Vec<f64> = painted.iter().map(weight).collect();
        Some(Self {
            raster: drawing.raster(),
            choice: AliasTable::new(&weights),
            painted,
        })
    }

    /// One point and its class: uniform in a cell that is chosen by weight.
    pub fn sample(&self, rng: &mut (impl Rng + ?Sized)) -> (Point, Class) {
        let (cell, class) = self.painted[self.choice.sample(rng)];
        let point = self.raster.point(cell, [rng.random(), rng.random()]);
        (point, class)
    }
}
