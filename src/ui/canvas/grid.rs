//! Where the lanes are on the canvas: rows and columns of equal cells, each with a header above its own canvas.
//!
//! Pure geometry. All canvases have the same size, so that one camera shows the same part of the plane in each.

use egui::{Rect, Vec2, pos2, vec2};

/// Free space between two cells and around them, in points.
const GAP: f32 = 6.0;
/// A cell of at least this width has title and numbers in one line, in points.
const WIDE: f32 = 400.0;
/// Height of a header of one line, in points.
const LINE: f32 = 26.0;
/// Height of a header of two lines, in points.
const TWO_LINES: f32 = 42.0;

/// The place of a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// All of it.
    pub outer: Rect,
    /// Title and numbers.
    pub header: Rect,
    /// Its canvas.
    pub canvas: Rect,
}

/// The places of so many lanes in an area, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// A place for every lane.
    pub cells: Vec<Cell>,
    /// The places behind them that are left over.
    pub left: Vec<Rect>,
    /// Whether a header has two lines.
    pub two_lines: bool,
}

impl Grid {
    /// Rows and columns in which the shorter side of a cell is longest, and of those with the fewest cells.
    pub fn new(area: Rect, n_lanes: usize) -> Self {
        let area = area.shrink(GAP);
        let size = |columns: usize| cell_size(area, columns, rows(n_lanes, columns));
        let worth = |columns: &usize| {
            let size = size(*columns);
            let cells = columns * rows(n_lanes, *columns);
            (size.x.min(size.y), std::cmp::Reverse(cells))
        };
        let best = (1..=n_lanes).max_by(|a, b| {
            let (a, b) = (worth(a), worth(b));
            a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
        });
        let columns = best.unwrap_or(1);
        let size = size(columns);
        let two_lines = size.x < WIDE;
        let outer = |k: usize| {
            let place = vec2((k % columns) as f32, (k / columns) as f32);
            Rect::from_min_size(area.min + place * (size + Vec2::splat(GAP)), size)
        };
        let cells = columns * rows(n_lanes, columns);
        Self {
            cells: (0..n_lanes).map(|k| cell(outer(k), two_lines)).collect(),
            left: (n_lanes..cells).map(outer).collect(),
            two_lines,
        }
    }
}

fn rows(n_lanes: usize, columns: usize) -> usize {
    n_lanes.div_ceil(columns.max(1))
}

/// The size of every cell, in whole points.
fn cell_size(area: Rect, columns: usize, rows: usize) -> Vec2 {
    let counts = vec2(columns as f32, rows as f32);
    ((area.size() - GAP * (counts - Vec2::splat(1.0))) / counts)
        .floor()
        .max(Vec2::ZERO)
}

fn cell(outer: Rect, two_lines: bool) -> Cell {
    let height = if two_lines { TWO_LINES } else { LINE };
    let below = (outer.top() + height).min(outer.bottom());
    Cell {
        outer,
        header: Rect::from_min_max(outer.min, pos2(outer.right(), below)),
        canvas: Rect::from_min_max(pos2(outer.left(), below), outer.max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(width: f32, height: f32, n_lanes: usize) -> Grid {
        let area = Rect::from_min_size(pos2(262.0, 80.0), vec2(width, height));
        Grid::new(area, n_lanes)
    }

    /// Lanes in the first row, and rows.
    fn shape(grid: &Grid) -> (usize, usize) {
        let top = grid.cells[0].outer.top();
        let in_a_row = grid.cells.iter().filter(|c| c.outer.top() == top).count();
        let cells = grid.cells.len() + grid.left.len();
        (in_a_row, cells / in_a_row)
    }

    #[test]
    fn six_lanes_are_three_by_two_in_a_wide_window_and_two_by_three_in_a_high_one() {
        assert_eq!(shape(&grid(1038.0, 780.0, 6)), (3, 2));
        assert_eq!(shape(&grid(804.0, 540.0, 6)), (3, 2));
        assert_eq!(shape(&grid(500.0, 900.0, 6)), (2, 3));
        assert_eq!(shape(&grid(1038.0, 780.0, 4)), (2, 2));
        assert_eq!(shape(&grid(1038.0, 780.0, 2)), (2, 1));
        assert_eq!(shape(&grid(400.0, 900.0, 2)), (1, 2));
        assert_eq!(shape(&grid(3000.0, 400.0, 6)), (6, 1));
    }

    #[test]
    fn cells_are_alike_within_the_area_and_apart_from_each_other() {
        for n_lanes in 1..=6 {
            for (width, height) in [(1038.0, 780.0), (804.0, 540.0), (338.0, 420.0)] {
                let grid = grid(width, height, n_lanes);
                assert_eq!(grid.cells.len(), n_lanes);
                let area = Rect::from_min_size(pos2(262.0, 80.0), vec2(width, height));
                for (i, a) in grid.cells.iter().enumerate() {
                    assert_eq!(a.canvas.size(), grid.cells[0].canvas.size());
                    assert!(area.contains_rect(a.outer) && a.canvas.is_positive());
                    assert_eq!(a.header.bottom(), a.canvas.top());
                    for b in &grid.cells[..i] {
                        assert!(!a.outer.intersects(b.outer), "{n_lanes} {width}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_left_over_is_as_large_as_the_others() {
        let grid = grid(1038.0, 780.0, 5);
        assert_eq!(grid.left.len(), 1);
        assert_eq!(grid.left[0].size(), grid.cells[0].outer.size());
    }
}
