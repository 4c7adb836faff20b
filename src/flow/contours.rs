//! Contours of numbers on a grid: the lines along which they take a value, by marching squares.
//!
//! Source: Lorensen & Cline, SIGGRAPH 1987, in two dimensions. Where a square is a saddle, the mean of its corners says
//! which two of them belong together.

use std::array::from_fn;

/// A crossing that there is not.
const NONE: u32 = u32::MAX;

/// A line, in units of the grid: the number `(ix, iy)` lies at `[ix, iy]`. A closed one ends where it begins.
pub type Contour = Vec<[f32; 2]>;

/// The lines between numbers below `level` and numbers that are not, of a grid `[iy][ix]` of `n[0] * n[1]` numbers;
/// crossings are linear along the sides of the squares, and not-a-number counts as below.
pub fn contours(values: &[f32], n: [usize; 2], level: f32) -> Vec<Contour> {
    if n[0] < 2 || n[1] < 2 || values.len() != n[0] * n[1] {
        return Vec::new();
    }
    let grid = Grid { values, n, level };
    let mut links = grid.links();
    let mut lines = Vec::new();
    // Lines that end at the edge of the grid begin there; what is left then is closed.
    for closed in [false, true] {
        for side in 0..links.len() as u32 {
            let [a, b] = links[side as usize];
            let begins = a != NONE && (closed || b == NONE);
            if begins {
                let sides = walk(&mut links, side);
                lines.push(sides.into_iter().map(|side| grid.crossing(side)).collect());
            }
        }
    }
    lines
}

/// The sides that a line crosses, from one of them on; their links are taken away.
fn walk(links: &mut [[u32; 2]], start: u32) -> Vec<u32> {
    let mut sides = vec![start];
    let mut here = start;
    loop {
        let next = links[here as usize].into_iter().find(|&next| next != NONE);
        let Some(next) = next else {
            return sides;
        };
        for (from, to) in [(here, next), (next, here)] {
            let link = &mut links[from as usize];
            match link[0] == to {
                true => *link = [link[1], NONE],
                false => link[1] = NONE,
            }
        }
        sides.push(next);
        here = next;
    }
}

/// A grid with a level. Its sides are numbered: `2 i` goes from number `i` to the right, `2 i + 1` upwards.
struct Grid<'a> {
    values: &'a [f32],
    n: [usize; 2],
    level: f32,
}

impl Grid<'_> {
    /// For every side that a line crosses, the one or two sides that it crosses before and after.
    fn links(&self) -> Vec<[u32; 2]> {
        let [columns, rows] = self.n;
        let mut links = vec![[NONE; 2]; 2 * columns * rows];
        for iy in 0..rows - 1 {
            for ix in 0..columns - 1 {
                let corner = iy * columns + ix;
                for [a, b] in self.pieces(corner).into_iter().flatten() {
                    link(&mut links, a, b);
                    link(&mut links, b, a);
                }
            }
        }
        links
    }

    /// The pieces of lines in the square whose lower left number is `corner`, each from side to side.
    fn pieces(&self, corner: usize) -> [Option<[u32; 2]>; 2] {
        let columns = self.n[0];
        // Around the square: lower left, lower right, upper right, upper left.
        let corners = [corner, corner + 1, corner + columns + 1, corner + columns];
        let above = corners.map(|i| self.values[i] >= self.level);
        if above == [true; 4] || above == [false; 4] {
            return [None; 2];
        }
        let sides = [
            2 * corner,
            2 * (corner + 1) + 1,
            2 * (corner + columns),
            2 * corner + 1,
        ];
        let crossed = from_fn::<bool, 4, _>(|k| above[k] != above[(k + 1) % 4]);
        let side = |k: usize| sides[k % 4] as u32;
        if crossed == [true; 4] {
            let mean = corners.iter().map(|&i| self.values[i]).sum::<f32>() / 4.0;
            // Corner k lies between the sides k - 1 and k: those of the corners that stand alone are cut off.
            let alone = usize::from(above[0] == (mean >= self.level));
            return [0, 2].map(|k| Some([side(alone + k + 3), side(alone + k)]));
        }
        let mut ends = (0..4).filter(|&k| crossed[k]).map(side);
        let piece = ends.next().zip(ends.next()).map(|(a, b)| [a, b]);
        [piece, None]
    }

    /// Where the level is on a side that crosses it.
    fn crossing(&self, side: u32) -> [f32; 2] {
        let (from, upwards) = (side as usize / 2, side % 2 == 1);
        let to = if upwards { from + self.n[0] } else { from + 1 };
        let [a, b] = [self.values[from], self.values[to]];
        let share = (self.level - a) / (b - a);
        let share = if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.5
        };
        let (x, y) = ((from % self.n[0]) as f32, (from / self.n[0]) as f32);
        if upwards {
            [x, y + share]
        } else {
            [x + share, y]
        }
    }
}

fn link(links: &mut [[u32; 2]], from: u32, to: u32) {
    let link = &mut links[from as usize];
    link[usize::from(link[0] != NONE)] = to;
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: [usize; 2] = [41, 31];

    /// Values of a function at the points of the grid.
    fn values(f: impl Fn(f32, f32) -> f32) -> Vec<f32> {
        let at = |i: usize| f((i % N[0]) as f32, (i / N[0]) as f32);
        (0..N[0] * N[1]).map(at).collect()
    }

    #[test]
    fn the_contour_of_a_cone_is_a_closed_circle() {
        let cone = values(|x, y| -(x - 20.0).hypot(y - 15.0));
        let lines = contours(&cone, N, -8.3);
        assert_eq!(lines.len(), 1);
        let circle = &lines[0];
        assert_eq!(circle.first(), circle.last());
        for [x, y] in circle {
            let radius = (x - 20.0).hypot(y - 15.0);
            assert!((radius - 8.3).abs() < 0.02, "{radius}");
        }
        let length: f32 = circle
            .windows(2)
            .map(|w| (w[1][0] - w[0][0]).hypot(w[1][1] - w[0][1]))
            .sum();
        assert!(
            (length - 8.3 * std::f32::consts::TAU).abs() < 0.2,
            "{length}"
        );
        assert!(contours(&cone, N, 0.5).is_empty());
        assert!(contours(&cone, N, -100.0).is_empty());
    }

    #[test]
    fn what_reaches_the_edge_is_open_and_every_hill_has_its_line() {
        let slope = values(|x, y| x + 0.25 * y);
        let lines = contours(&slope, N, 13.1);
        assert_eq!(lines.len(), 1);
        assert_eq!(
            lines[0].len(),
            lines[0]
                .iter()
                .filter(|[x, y]| (x + 0.25 * y - 13.1).abs() < 1e-4)
                .count()
        );
        assert_ne!(lines[0].first(), lines[0].last());
        let hill = |x: f32, y: f32, at: f32| (-0.1 * ((x - at).powi(2) + (y - 15.0).powi(2))).exp();
        let hills = values(|x, y| hill(x, y, 10.0) + hill(x, y, 30.0));
        let lines = contours(&hills, N, 0.4);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.first() == line.last()));
    }

    #[test]
    fn a_saddle_joins_the_corners_that_its_mean_joins() {
        let square = |middle: f32| [1.0, middle, middle, 1.0];
        let ends = |values: &[f32]| {
            let lines = contours(values, [2, 2], 0.5);
            lines.into_iter().map(|line| line.len()).collect::<Vec<_>>()
        };
        assert_eq!(ends(&square(0.4)), [2, 2]);
        assert_eq!(ends(&square(-0.4)), [2, 2]);
        // A mean above the level cuts the low corners off, lower right and upper left; one below, the high ones.
        let near = |values: &[f32]| contours(values, [2, 2], 0.5)[0].clone();
        let high = near(&square(0.4));
        assert!(high.iter().all(|[x, y]| x - y > 0.5), "{high:?}");
        let low = near(&square(-0.4));
        assert!(low.iter().all(|[x, y]| x + y < 0.5), "{low:?}");
    }

    #[test]
    fn what_is_no_number_is_below() {
        let mut cone = values(|x, y| 9.0 - (x - 20.0).hypot(y - 15.0));
        cone[15 * N[0] + 20] = f32::NAN;
        let lines = contours(&cone, N, 0.0);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().flatten().flatten().all(|x| x.is_finite()));
        assert!(
            contours(&[f32::NEG_INFINITY, 1.0, 1.0, 1.0], [2, 2], 0.5)[0]
                .iter()
                .flatten()
                .all(|x| x.is_finite())
        );
        assert!(contours(&[], [0, 4], 0.0).is_empty());
    }
}
