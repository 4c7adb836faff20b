//! Maps: numbers in equal cells of the plane at some times, made moment by moment, the one that is looked at first.
//!
//! [`ExactSlice`] is what is known of the marginal field at one time, [`FieldSlice`] a field against it. They refuse to know
//! colours and who looks.

mod exact;
mod field;
mod spread;

use std::sync::Arc;

use super::trajectory::bracket;
use super::{Bounds, Point};

pub use exact::{ExactCell, ExactSlice, LEVELS, Residual};
pub use field::{Against, FieldSlice};
pub use spread::Spread;

/// Equal cells that fill a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Raster {
    /// The box.
    pub bounds: Bounds,
    /// Cells along x and y.
    pub n: [usize; 2],
}

impl Raster {
    /// The number of cells.
    pub fn len(&self) -> usize {
        self.n[0] * self.n[1]
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Their centres `[iy][ix]`, from the lower left.
    pub fn centres(&self) -> Vec<Point> {
        super::grid::cell_centres(self.bounds, self.n).collect()
    }

    /// The same cells in pieces of at most so many rows, from below.
    pub fn bands(&self, rows: usize) -> impl Iterator<Item = Self> + use<> {
        let (raster, rows) = (*self, rows.max(1));
        let height = raster.bounds.height() / raster.n[1].max(1) as f64;
        let y = move |row: usize| raster.bounds.min[1] + height * row as f64;
        (0..raster.n[1]).step_by(rows).map(move |first| {
            let end = (first + rows).min(raster.n[1]);
            let Bounds { min, max } = raster.bounds;
            Self {
                bounds: Bounds {
                    min: [min[0], y(first)],
                    max: [max[0], y(end)],
                },
                n: [raster.n[0], end - first],
            }
        })
    }

    /// The area of a cell.
    pub fn cell_area(&self) -> f64 {
        self.bounds.width() * self.bounds.height() / self.len().max(1) as f64
    }

    /// The point at `[x, y]` in units of the grid of centres.
    pub fn place(&self, at: [f32; 2]) -> Point {
        let sides = [self.bounds.width(), self.bounds.height()];
        [0, 1].map(|i| {
            let share = (f64::from(at[i]) + 0.5) / self.n[i].max(1) as f64;
            self.bounds.min[i] + share * sides[i]
        })
    }
}

/// Numbers of some kind in the cells of a raster at several times, of which some may not be there yet.
#[derive(Debug)]
pub struct Maps<S> {
    /// The cells.
    pub raster: Raster,
    times: Arc<[f64]>,
    slices: Vec<Option<Arc<S>>>,
    /// How many slices were put in, those that were replaced included.
    made: usize,
}

impl<S> Clone for Maps<S> {
    fn clone(&self) -> Self {
        Self {
            raster: self.raster,
            times: Arc::clone(&self.times),
            slices: self.slices.clone(),
            made: self.made,
        }
    }
}

/// What is shown at a time between two slices.
#[derive(Debug)]
pub struct Between<S> {
    /// The slices before and after; the same one if only one is known.
    pub slices: [Arc<S>; 2],
    /// The weight of the later one, 0 to 1.
    pub weight: f32,
}

impl<S> PartialEq for Between<S> {
    fn eq(&self, other: &Self) -> bool {
        let same = |k: usize| Arc::ptr_eq(&self.slices[k], &other.slices[k]);
        same(0) && same(1) && self.weight == other.weight
    }
}

impl<S> Between<S> {
    /// A number of both, linear in between.
    pub fn lerp(&self, number: impl Fn(&S) -> f64) -> f64 {
        let [a, b] = [0, 1].map(|k| number(&self.slices[k]));
        match self.weight {
            0.0 => a,
            weight => a + f64::from(weight) * (b - a),
        }
    }

    /// The numbers of all cells, linear in between.
    pub fn cells<'a>(
        &'a self,
        numbers: impl Fn(&'a S) -> &'a [f32],
    ) -> impl Iterator<Item = f32> + 'a {
        let [a, b] = [0, 1].map(|k| numbers(&self.slices[k]));
        a.iter().zip(b).map(|(a, b)| a + self.weight * (b - a))
    }
}

impl<S> Maps<S> {
    /// No slice yet, for increasing times.
    pub fn new(raster: Raster, times: Arc<[f64]>) -> Self {
        Self {
            raster,
            slices: times.iter().map(|_| None).collect(),
            times,
            made: 0,
        }
    }

    /// The times.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// A slice, if it is there.
    pub fn get(&self, k: usize) -> Option<&Arc<S>> {
        self.slices.get(k)?.as_ref()
    }

    /// The slices that are there.
    pub fn known(&self) -> impl Iterator<Item = &Arc<S>> {
        self.slices.iter().flatten()
    }

    /// Whether these are the same, slice by slice.
    pub fn is_same(&self, other: &Self) -> bool {
        let slices = self.slices.iter().zip(&other.slices);
        let mut same = slices.map(|pair| match pair {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        });
        (self.raster, self.made) == (other.raster, other.made)
            && self.times == other.times
            && same.all(|same| same)
    }

    /// Lets go of slices.
    pub fn retain(&mut self, keeps: impl Fn(usize, &S) -> bool) {
        for (k, place) in self.slices.iter_mut().enumerate() {
            *place = place.take().filter(|slice| keeps(k, slice));
        }
    }

    /// Whether all of them are.
    pub fn is_complete(&self) -> bool {
        self.slices.iter().all(Option::is_some)
    }

    /// The same with another slice.
    pub fn with(&self, k: usize, slice: S) -> Self {
        let mut maps = self.clone();
        if let Some(place) = maps.slices.get_mut(k) {
            *place = Some(Arc::new(slice));
            maps.made += 1;
        }
        maps
    }

    /// The slice to be made next; none if all of them are as they should be.
    ///
    /// First the two around what is looked at, whose earlier one is `moment`; once they are there, they and the others take
    /// turns: what is missing, first what lies ahead of the moment, and then one after the other.
    pub fn next(&self, moment: usize, is_current: impl Fn(usize, &S) -> bool) -> Option<usize> {
        let n = self.slices.len();
        let moment = moment.min(n.checked_sub(1)?);
        let near = [moment, (moment + 1).min(n - 1)];
        let is_missing = |k: &usize| self.slices[*k].is_none();
        let is_old = |k: &usize| {
            self.slices[*k]
                .as_ref()
                .is_none_or(|slice| !is_current(*k, slice))
        };
        if let Some(k) = near.into_iter().find(is_missing) {
            return Some(k);
        }
        let in_turn = || (0..n).map(|step| (moment + step + self.made / 2) % n);
        let from_moment = || (0..n).map(|step| (moment + step) % n);
        let other = from_moment()
            .find(is_missing)
            .or_else(|| in_turn().find(|k| is_old(k) && !near.contains(k)));
        let shown = near[(self.made / 2) % 2];
        let shown = [shown, near[0], near[1]].into_iter().find(is_old);
        match self.made.is_multiple_of(2) {
            true => shown.or(other),
            false => other.or(shown),
        }
    }

    /// What is shown at time `t` of the slices that may be: between the two around it, or the nearest one if one of them is
    /// missing.
    pub fn at(&self, t: f64, may_be: impl Fn(&S) -> bool) -> Option<Between<S>> {
        let shown = |k: usize| self.get(k).filter(|slice| may_be(slice));
        let (before, after, weight) = bracket(&self.times, t);
        if let [Some(a), Some(b)] = [before, after].map(shown) {
            return Some(Between {
                slices: [a, b].map(Arc::clone),
                weight: weight as f32,
            });
        }
        let distance = |k: usize| (self.times[k] - t).abs();
        let there = (0..self.slices.len()).filter(|&k| shown(k).is_some());
        let nearest = there.min_by(|&a, &b| distance(a).total_cmp(&distance(b)))?;
        let slice = self.get(nearest)?;
        Some(Between {
            slices: [0, 1].map(|_| Arc::clone(slice)),
            weight: 0.0,
        })
    }

    /// The mean over the times of a number of the slices, by the trapezoidal rule; none before all of them are there.
    pub fn mean(&self, number: impl Fn(&S) -> f64) -> Option<f64> {
        let values: Option<Vec<f64>> = self
            .slices
            .iter()
            .map(|s| s.as_deref().map(&number))
            .collect();
        let values = values?;
        let span = self.times.last()? - self.times.first()?;
        let pieces = self.times.windows(2).zip(values.windows(2));
        let sum: f64 = pieces
            .map(|(t, v)| 0.5 * (t[1] - t[0]) * (v[0] + v[1]))
            .sum();
        (span > 0.0).then_some(sum / span)
    }
}

#[cfg(test)]
mod tests;
