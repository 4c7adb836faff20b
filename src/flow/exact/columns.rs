//! Weighted points as columns, and which of them matter to a region.

use std::cmp::Ordering;

use super::ExactPoint;
use super::simd::PAD;
use crate::flow::Point;

/// Points that are evaluated with one list.
const TOGETHER: usize = 8;
/// A list that is not worth making shorter.
pub const SHORT: usize = 48;
/// Numbers that a point may carry.
pub const EXTRA: usize = 4;

/// What is left out weighs less than `exp(-CUT)` of the heaviest, everywhere in the region: 2e-22.
const CUT: f64 = 50.0;
/// The logarithm of the weight of padding.
pub const NOTHING: f64 = -1e300;

/// Points with the logarithms of their weights, padded with points of no weight to whole vectors.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    pub log_weight: Vec<f64>,
    pub x: Vec<f64>,
    pub y: Vec<f64>,
    /// What else each carries; empty where it is nothing.
    pub extra: [Vec<f64>; EXTRA],
    len: usize,
}

/// How densities of equal round Gaussians depend on a point: `exp(log_weight - half_precision |x - shift - alpha m|^2)`.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub alpha: f64,
    pub shift: Point,
    pub half_precision: f64,
}

/// Equal round Gaussians at one time.
pub trait Local {
    /// Where they stand.
    fn view(&self) -> View;

    /// All that is known of a point, if no other columns matter there. `scratch` is room for numbers.
    fn point(&self, x: Point, columns: &Columns, scratch: &mut Vec<f64>) -> ExactPoint;

    /// All that is known of every point, into `out`.
    fn points(&self, xs: &[Point], columns: &Columns, out: &mut [ExactPoint])
    where
        Self: Sized,
    {
        let mut order: Vec<usize> = (0..xs.len().min(out.len())).collect();
        descend(self, xs, &mut order, columns, out, &mut Vec::new());
    }
}

/// Halves the points until few are left, with what of the columns matters to them.
fn descend(
    local: &impl Local,
    xs: &[Point],
    order: &mut [usize],
    columns: &Columns,
    out: &mut [ExactPoint],
    scratch: &mut Vec<f64>,
) {
    let extent = Extent::of(order.iter().map(|&i| xs[i]));
    let near = (columns.len() > SHORT && order.len() > 1)
        .then(|| columns.near(local.view(), extent))
        .filter(|near| 4 * near.len() < 3 * columns.len());
    let columns = near.as_ref().unwrap_or(columns);
    if order.len() <= TOGETHER || columns.len() <= SHORT {
        for &i in &*order {
            out[i] = local.point(xs[i], columns, scratch);
        }
        return;
    }
    let axis = extent.longer_axis();
    let middle = order.len() / 2;
    order.select_nth_unstable_by(middle, |&a, &b| xs[a][axis].total_cmp(&xs[b][axis]));
    let (before, after) = order.split_at_mut(middle);
    descend(local, xs, before, columns, out, scratch);
    descend(local, xs, after, columns, out, scratch);
}

/// A box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    pub min: Point,
    pub max: Point,
}

impl Columns {
    pub fn new(points: impl Iterator<Item = (f64, Point)>) -> Self {
        let mut columns = Self::default();
        for (log_weight, [x, y]) in points {
            columns.log_weight.push(log_weight);
            columns.x.push(x);
            columns.y.push(y);
            columns.len += 1;
        }
        columns.padded()
    }

    /// Points that carry something.
    pub fn carrying(points: impl Iterator<Item = (f64, Point, [f64; EXTRA])>) -> Self {
        let mut columns = Self::default();
        for (log_weight, [x, y], extra) in points {
            columns.log_weight.push(log_weight);
            columns.x.push(x);
            columns.y.push(y);
            for (column, value) in columns.extra.iter_mut().zip(extra) {
                column.push(value);
            }
            columns.len += 1;
        }
        columns.padded()
    }

    /// Those of these places.
    fn chosen(&self, places: &[usize]) -> Self {
        let pick = |column: &Vec<f64>| match column.is_empty() {
            true => Vec::new(),
            false => places.iter().map(|&i| column[i]).collect(),
        };
        let chosen = Self {
            log_weight: pick(&self.log_weight),
            x: pick(&self.x),
            y: pick(&self.y),
            extra: std::array::from_fn(|i| pick(&self.extra[i])),
            len: places.len(),
        };
        chosen.padded()
    }

    fn padded(mut self) -> Self {
        let whole = self.len.next_multiple_of(PAD);
        self.log_weight.resize(whole, NOTHING);
        // Where a point is: what stands there must not widen the region.
        let [x, y] = [&self.x, &self.y].map(|column| column.first().copied().unwrap_or(0.0));
        self.x.resize(whole, x);
        self.y.resize(whole, y);
        for column in self.extra.iter_mut().filter(|column| !column.is_empty()) {
            column.resize(whole, 0.0);
        }
        self
    }

    /// Points, without padding.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Each point, without padding.
    pub fn iter(&self) -> impl Iterator<Item = (f64, Point)> + '_ {
        let points = self.x.iter().zip(&self.y).map(|(&x, &y)| [x, y]);
        self.log_weight.iter().copied().zip(points).take(self.len)
    }

    /// The box around them.
    pub fn extent(&self) -> Extent {
        Extent::of(self.iter().map(|(_, m)| m))
    }

    /// Those that matter somewhere in the region: an upper bound of a component's density there is compared with the
    /// largest lower bound of any.
    pub fn near(&self, view: View, region: Extent) -> Self {
        let region = region.moved(view.shift);
        let bounds: Vec<(f64, f64)> = self
            .iter()
            .map(|(log_weight, m)| {
                let [near, far] = region.squared_distances(m.map(|c| view.alpha * c));
                let bound = |square| log_weight - view.half_precision * square;
                (bound(near), bound(far))
            })
            .collect();
        let certain = bounds.iter().map(|b| b.1).fold(f64::NEG_INFINITY, f64::max);
        // Not-a-number keeps everything.
        let matters =
            |i: &usize| bounds[*i].0.partial_cmp(&(certain - CUT)) != Some(Ordering::Less);
        self.chosen(&(0..self.len).filter(matters).collect::<Vec<_>>())
    }
}

impl Extent {
    pub fn of(points: impl Iterator<Item = Point>) -> Self {
        let nothing = Self {
            min: [f64::INFINITY; 2],
            max: [f64::NEG_INFINITY; 2],
        };
        points.fold(nothing, |b, p| Self {
            min: [b.min[0].min(p[0]), b.min[1].min(p[1])],
            max: [b.max[0].max(p[0]), b.max[1].max(p[1])],
        })
    }

    pub fn longer_axis(&self) -> usize {
        let size = [0, 1].map(|i| self.max[i] - self.min[i]);
        usize::from(size[1] > size[0])
    }

    /// The same box, seen from `origin`.
    pub fn moved(self, origin: Point) -> Self {
        let from = |p: Point| [p[0] - origin[0], p[1] - origin[1]];
        Self {
            min: from(self.min),
            max: from(self.max),
        }
    }

    /// Of a point from the nearest and from the farthest place of the box.
    #[inline]
    pub fn squared_distances(&self, m: Point) -> [f64; 2] {
        let [mut near, mut far] = [0.0; 2];
        for ((min, max), m) in self.min.into_iter().zip(self.max).zip(m) {
            let (below, above) = (min - m, m - max);
            let gap = below.max(above).max(0.0);
            let reach = below.min(above);
            near += gap * gap;
            far += reach * reach;
        }
        [near, far]
    }

    /// [`Self::squared_distances`] along one axis, the nearest.
    pub fn gap(&self, axis: usize, m: f64) -> f64 {
        (self.min[axis] - m).max(m - self.max[axis]).max(0.0)
    }
}
