//! A square mesh over the source that the flow carries along: where it is narrow the flow has compressed space, where
//! its cells lean it has sheared it, where they are folded the particles' ways turn over each other.

use crate::flow::rng::Stream;
use crate::flow::solver::{Solver, solve_in_pieces};
use crate::flow::trajectory::bracket;
use crate::flow::work::Work;
use crate::flow::{Bounds, Point};

use super::{Cost, Demand, Flow, Product, Tools, Wish, source_points};

/// Cells along each side.
const CELLS: usize = 12;
/// Straight pieces of a cell's side: a line is to bend within a cell.
const PIECES: usize = 6;
/// Vertices of one line.
const LINE: usize = CELLS * PIECES + 1;
/// Lines: those that run along x, then those that run along y.
const LINES: usize = 2 * (CELLS + 1);
/// Source points whose box the mesh covers.
const COVERED: usize = 256;
/// Most points of all nodes that are kept while some lines are solved.
const MAX_POINTS: usize = 400_000;
/// Most times at which the mesh is kept.
const MAX_TIMES: usize = 101;

/// The mesh at some times. By the experiment's solver, as the particles on the canvas.
#[derive(Clone, Debug, PartialEq)]
pub struct Mesh {
    times: Vec<f64>,
    /// `[time][line][vertex]`.
    points: Vec<Point>,
}

/// From where, and by which method.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Seed of the points that the mesh covers.
    pub seed: u64,
    /// The experiment's solver.
    pub solver: Solver,
}

impl Product for Mesh {
    const NAME: &'static str = "deformed grid";
    const COST: Cost = Cost::Picture;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let experiment = &wish.flow.experiment;
        match wish.look.mesh {
            false => Demand::Nothing,
            true => Demand::Of(Request {
                seed: experiment.seed,
                solver: experiment.readout.solver,
            }),
        }
    }

    fn start(flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let (flow, solver) = (flow.clone(), request.solver);
        Work::new(async move {
            let covered = source_points(&flow.id.experiment, Stream::Display, COVERED).ok()?;
            let start = vertices(&Bounds::of_points(&covered)?);
            Some(Self::carry(&flow, solver, &start).await)
        })
    }
}

/// A mesh at one time: its lines and cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape(Vec<Point>);

impl Mesh {
    async fn carry(flow: &Flow, solver: Solver, start: &[Point]) -> Self {
        let range = flow.id.experiment.problem.path.time_range();
        let at_once = (MAX_POINTS / solver.n_nodes()).clamp(1, start.len());
        let (mut times, mut chunks) = (Vec::new(), Vec::new());
        for x_0 in start.chunks(at_once) {
            let field = flow.field.as_ref();
            let solved = solve_in_pieces(field, solver, range, x_0, flow.rows()).await;
            let nodes = kept(solved.n_nodes());
            times = nodes.iter().map(|&node| solved.times[node]).collect();
            let points = nodes.iter().map(|&node| solved.at_node(node).to_vec());
            chunks.push(points.collect::<Vec<_>>());
        }
        let at = |time: usize| {
            chunks
                .iter()
                .flat_map(move |chunk| chunk[time].iter().copied())
        };
        Self {
            points: (0..times.len()).flat_map(at).collect(),
            times,
        }
    }

    /// The mesh at time `t`, linear between the times that are kept.
    pub fn at(&self, t: f64) -> Shape {
        let (before, after, weight) = bracket(&self.times, t);
        let of = |time: usize| {
            let first = time * LINES * LINE;
            self.points
                .get(first..first + LINES * LINE)
                .unwrap_or_default()
        };
        let pairs = of(before).iter().zip(of(after));
        let between = |(a, b): (&Point, &Point)| [0, 1].map(|i| a[i] + weight * (b[i] - a[i]));
        Shape(pairs.map(between).collect())
    }
}

impl Shape {
    /// The lines, first those that ran along x.
    pub fn lines(&self) -> impl Iterator<Item = &[Point]> {
        self.0.chunks_exact(LINE)
    }

    /// The outlines of the cells that have turned over: those around which the boundary runs the other way round than at
    /// the start. A flow turns no cell over; a solver with steps that are too long does.
    pub fn turned(&self) -> impl Iterator<Item = Vec<Point>> {
        let cells = (0..CELLS).flat_map(|row| (0..CELLS).map(move |column| (row, column)));
        let outlines = cells.filter_map(|(row, column)| self.outline(row, column));
        outlines.filter(|outline| area(outline) < 0.0)
    }

    /// The boundary of a cell, against the clock at the start.
    fn outline(&self, row: usize, column: usize) -> Option<Vec<Point>> {
        let lines: Vec<&[Point]> = self.lines().collect();
        let side =
            |line: usize, from: usize| lines.get(line)?.get(from * PIECES..=(from + 1) * PIECES);
        let (below, above) = (side(row, column)?, side(row + 1, column)?);
        let (left, right) = (
            side(CELLS + 1 + column, row)?,
            side(CELLS + 2 + column, row)?,
        );
        let back = |side: &[Point]| side.iter().rev().copied().collect::<Vec<_>>();
        Some([below, right, &back(above), &back(left)].concat())
    }
}

/// The mesh over a box.
fn vertices(over: &Bounds) -> Vec<Point> {
    let at = |axis: usize, share: f64| over.min[axis] + share * (over.max[axis] - over.min[axis]);
    let place = |line: usize, vertex: usize| {
        let across = (line % (CELLS + 1)) as f64 / CELLS as f64;
        let along = vertex as f64 / (LINE - 1) as f64;
        match line <= CELLS {
            true => [at(0, along), at(1, across)],
            false => [at(0, across), at(1, along)],
        }
    };
    let lines = (0..LINES).flat_map(|line| (0..LINE).map(move |vertex| (line, vertex)));
    lines.map(|(line, vertex)| place(line, vertex)).collect()
}

/// At most [`MAX_TIMES`] of the nodes, evenly by their number, both ends among them.
fn kept(n_nodes: usize) -> Vec<usize> {
    let (n, last) = (n_nodes.min(MAX_TIMES), n_nodes.saturating_sub(1));
    (0..n).map(|i| i * last / (n - 1).max(1)).collect()
}

/// The area that a closed line goes round, positive against the clock.
fn area(outline: &[Point]) -> f64 {
    let next = outline.iter().cycle().skip(1);
    let crossed = outline
        .iter()
        .zip(next)
        .map(|(a, b)| a[0] * b[1] - a[1] * b[0]);
    0.5 * crossed.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> Shape {
        Shape(vertices(&Bounds::square(3.0)))
    }

    fn carried(map: impl Fn(Point) -> Point) -> Shape {
        Shape(square().0.into_iter().map(map).collect())
    }

    #[test]
    fn the_lines_of_the_mesh_cover_the_box_and_meet_at_its_corners() {
        let square = square();
        let lines: Vec<&[Point]> = square.lines().collect();
        assert_eq!(lines.len(), LINES);
        assert_eq!(
            (lines[0][0], lines[CELLS][LINE - 1]),
            ([-3.0, -3.0], [3.0, 3.0])
        );
        for row in 0..=CELLS {
            for column in 0..=CELLS {
                let (a, b) = (
                    lines[row][column * PIECES],
                    lines[CELLS + 1 + column][row * PIECES],
                );
                assert!((a[0] - b[0]).hypot(a[1] - b[1]) < 1e-12);
            }
        }
    }

    #[test]
    fn cells_turn_over_where_a_map_mirrors_and_not_where_it_shears_or_turns() {
        assert_eq!(square().turned().count(), 0);
        assert_eq!(carried(|[x, y]| [x + 9.0 * y.sin(), y]).turned().count(), 0);
        assert_eq!(carried(|[x, y]| [-y, x]).turned().count(), 0);
        assert_eq!(carried(|[x, y]| [-x, y]).turned().count(), CELLS * CELLS);
        assert_eq!(
            carried(|[x, y]| [x.abs(), y]).turned().count(),
            CELLS * CELLS / 2
        );
    }

    #[test]
    fn kept_nodes_hold_both_ends() {
        assert_eq!(kept(3), [0, 1, 2]);
        assert_eq!(kept(1), [0]);
        let many = kept(10_001);
        assert_eq!((many.len(), many[0], many[100]), (101, 0, 10_000));
    }
}
