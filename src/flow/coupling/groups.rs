//! Points that lie close together, as groups: their differences are small numbers of another scale.
//!
//! It refuses to know what the groups are for. Points within `[-1/2, 1/2]` are sorted into square cells; cells that
//! touch belong together, and what belongs together is a group if it is small enough. Where a larger clump is not, only
//! points that coincide are grouped.

use crate::flow::Point;
use crate::flow::bounds::Bounds;

/// Groups are no wider than this, the finest that gives groups: parts of the points' extent.
const WIDTHS: [f64; 2] = [1.0 / 512.0, 1.0 / 32.0];
/// Cells in a row, at either width: two in a group.
const CELLS: [u32; 2] = [1024, 64];
/// So many points in one of the fine cells make it worth looking for groups.
const CROWD: u8 = 8;
/// The same for the coarse cells, as a part of all points.
const COARSE_CROWD: f64 = 1.0 / 32.0;

/// Points in groups; most of them may be alone.
pub struct Groups {
    /// The points' numbers, group by group.
    order: Vec<usize>,
    /// Where in `order` the groups begin, and the end of the last.
    starts: Vec<usize>,
}

impl Groups {
    /// The groups of normalised points, unless there are nearly as many groups as points.
    pub fn of(points: &[Point]) -> Option<Self> {
        let crowded = crowded(points);
        let scales = WIDTHS.into_iter().zip(CELLS).zip(crowded);
        scales
            .filter(|&(_, crowded)| crowded)
            .find_map(|((width, cells), _)| {
                let groups = Self::within(points, width, cells);
                (4 * groups.len() <= 3 * points.len()).then_some(groups)
            })
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The numbers of the points in each group.
    pub fn iter(&self) -> impl Iterator<Item = &[usize]> {
        let ends = self.starts.windows(2);
        ends.map(|ends| &self.order[ends[0]..ends[1]])
    }

    fn within(points: &[Point], width: f64, cells: u32) -> Self {
        let mut groups = Self {
            order: Vec::with_capacity(points.len()),
            starts: vec![0],
        };
        for mut clump in clumps(points, cells) {
            if extent(points, &clump) <= width {
                groups.push(&clump);
                continue;
            }
            clump.sort_unstable_by(|&i, &j| {
                let by_first = points[i][0].total_cmp(&points[j][0]);
                by_first.then(points[i][1].total_cmp(&points[j][1]))
            });
            for copies in clump.chunk_by(|&i, &j| points[i] == points[j]) {
                groups.push(copies);
            }
        }
        groups
    }

    fn push(&mut self, group: &[usize]) {
        self.order.extend(group);
        self.starts.push(self.order.len());
    }
}

/// The longer side of the box around some of the points.
fn extent(points: &[Point], numbers: &[usize]) -> f64 {
    let first = points[numbers[0]];
    let single = Bounds {
        min: first,
        max: first,
    };
    let bounds = numbers.iter().fold(single, |bounds, &j| {
        bounds.union(&Bounds {
            min: points[j],
            max: points[j],
        })
    });
    bounds.width().max(bounds.height())
}

/// The cell of a coordinate.
fn cell(x: f64, cells: u32) -> u32 {
    ((x + 0.5) * f64::from(cells)) as u32
}

/// Whether some fine cell, and some coarse one, has conspicuously many points. A look at this costs less than a
/// hundredth of an assignment; a fine cell shares its counter with others.
fn crowded(points: &[Point]) -> [bool; 2] {
    const SIDE: usize = CELLS[1] as usize + 1;
    if points.len() < usize::from(CROWD) {
        return [false; 2];
    }
    let slots = (4 * points.len()).next_power_of_two();
    let shift = u32::BITS - slots.trailing_zeros();
    let mut fine = vec![0_u8; slots];
    let mut coarse = vec![0_u16; SIDE * SIDE];
    let (mut most_fine, mut most_coarse) = (0, 0);
    for p in points {
        let [first, second] = p.map(|x| cell(x, CELLS[0]));
        let hash = first.wrapping_mul(0x9e37_79b1) ^ second.wrapping_mul(0x85eb_ca77);
        let count = &mut fine[(hash.wrapping_mul(0xc2b2_ae3d) >> shift) as usize];
        *count = count.saturating_add(1);
        most_fine = most_fine.max(*count);
        let [first, second] = [first, second].map(|c| (c / (CELLS[0] / CELLS[1])) as usize);
        let count = &mut coarse[first * SIDE + second];
        *count = count.saturating_add(1);
        most_coarse = most_coarse.max(*count);
    }
    let least = f64::from(CROWD).max(COARSE_CROWD * points.len() as f64);
    let is_crowd = f64::from(most_coarse) >= least.min(f64::from(u16::MAX));
    [most_fine >= CROWD, is_crowd]
}

/// The numbers of the points in cells that touch each other.
fn clumps(points: &[Point], n_cells: u32) -> Vec<Vec<usize>> {
    // A cell has the key `first 2^32 + second`; from 1 on, so that there is one before the first.
    let key = |p: &Point| {
        let [first, second] = p.map(|x| u64::from(cell(x, n_cells)) + 1);
        first << 32 | second
    };
    let mut keyed: Vec<(u64, usize)> = points.iter().map(key).zip(0..).collect();
    keyed.sort_unstable();
    let cells: Vec<&[(u64, usize)]> = keyed.chunk_by(|a, b| a.0 == b.0).collect();
    let mut parent: Vec<usize> = (0..cells.len()).collect();
    for c in 0..cells.len() {
        let key = cells[c][0].0;
        let next_row = key + (1 << 32);
        for neighbour in [key + 1, next_row - 1, next_row, next_row + 1] {
            if let Ok(d) = cells.binary_search_by_key(&neighbour, |cell| cell[0].0) {
                let (c, d) = (root(&mut parent, c), root(&mut parent, d));
                parent[c] = d;
            }
        }
    }
    let mut clumps = vec![Vec::new(); cells.len()];
    for (c, cell) in cells.iter().enumerate() {
        clumps[root(&mut parent, c)].extend(cell.iter().map(|&(_, j)| j));
    }
    clumps.retain(|clump| !clump.is_empty());
    clumps
}

/// The cell that stands for all cells which c is connected to.
fn root(parent: &mut [usize], mut c: usize) -> usize {
    while parent[c] != c {
        parent[c] = parent[parent[c]];
        c = parent[c];
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Points around places of the unit square, copies one below the other.
    fn around(places: &[Point], offset: f64, copies: usize) -> Vec<Point> {
        let offsets = (0..copies).map(|c| offset * c as f64 / copies as f64);
        offsets
            .flat_map(|d| places.iter().map(move |p| p.map(|x| x + d)))
            .collect()
    }

    fn sizes(points: &[Point]) -> Option<Vec<usize>> {
        Groups::of(points).map(|groups| groups.iter().map(<[usize]>::len).collect())
    }

    #[test]
    fn clusters_are_groups_whether_points_coincide_or_not() {
        let places = [[-0.5, -0.5], [0.1, 0.2], [0.47, -0.3]];
        for offset in [0.0, 1e-9, 1e-3, 0.02] {
            assert_eq!(
                sizes(&around(&places, offset, 100)),
                Some(vec![100; 3]),
                "{offset}"
            );
        }
    }

    #[test]
    fn a_cluster_on_the_edge_of_cells_is_one_group() {
        let around_zero: Vec<Point> = (0..100)
            .map(|i| {
                [
                    1e-9 * f64::from(i % 10) - 5e-9,
                    1e-9 * f64::from(i / 10) - 5e-9,
                ]
            })
            .collect();
        assert_eq!(sizes(&around_zero), Some(vec![100]));
    }

    #[test]
    fn a_grid_and_a_line_have_no_groups() {
        let grid: Vec<Point> = (0..1024_u32)
            .map(|i| [f64::from(i % 32), f64::from(i / 32)].map(|x| x / 31.0 - 0.5))
            .collect();
        assert_eq!(sizes(&grid), None);
        let line: Vec<Point> = (0..20_000)
            .map(|i| [f64::from(i) / 2e4 - 0.5, 0.0])
            .collect();
        assert_eq!(sizes(&line), None);
    }

    /// A clump that is too wide for a group: only copies are grouped.
    #[test]
    fn copies_on_a_dense_line_are_groups() {
        let line: Vec<Point> = (0..4000)
            .map(|i| [f64::from(i / 4) / 1e3 - 0.5, 0.0])
            .collect();
        let sizes = sizes(&line).unwrap();
        assert_eq!(sizes.len(), 1000);
        assert!(sizes.iter().all(|&size| size == 4));
    }

    proptest! {
        #[test]
        fn every_point_is_in_one_group_and_no_group_is_wide(
            places in prop::collection::vec((-0.4..0.4, -0.4..0.4), 1..20),
            offset in prop_oneof![Just(0.0), 0.0..0.05],
        ) {
            let places: Vec<Point> = places.into_iter().map(|(x, y)| [x, y]).collect();
            let points = around(&places, offset, 40);
            if let Some(groups) = Groups::of(&points) {
                let mut numbers: Vec<usize> = groups.iter().flatten().copied().collect();
                numbers.sort_unstable();
                prop_assert_eq!(numbers, (0..points.len()).collect::<Vec<_>>());
                for group in groups.iter() {
                    prop_assert!(extent(&points, group) <= WIDTHS[1]);
                }
            }
        }
    }
}
