//! One block of the coupling under the microscope: its pairs, what other couplings make of the same points, and the dual
//! potential of the optimal permutation.

use std::sync::Arc;

use crate::experiment::{BlockView, Experiment, Problem};
use crate::flow::coupling::assignment::assign_in_pieces;
use crate::flow::coupling::{Coupling, Pairs, squared_distance};
use crate::flow::crossings::crossing_rate;
use crate::flow::vocabulary::Vocabulary;
use crate::flow::work::{Work, pause};
use crate::flow::{Bounds, Point};

use super::block_matrix::Matrix;
use super::{Cost, Demand, Flow, Product, Tools, Wish};

/// Columns and rows of the map of the potential.
const CELLS: usize = 72;
/// The extent of that map, as a multiple of the source points'.
const EXTENT: f64 = 1.15;

/// A block of pairs by several couplings. All pair the same draws of source and target.
#[derive(Clone, Debug, PartialEq)]
pub struct CouplingBlock {
    /// Pairs in the block.
    pub size: usize,
    /// The experiment's coupling first, then the others.
    pub pairings: Vec<Pairing>,
    /// The length of the longest pair of all of them: where the scale of lengths ends.
    pub longest: f64,
    /// Which source points the experiment's coupling pairs with which target points.
    pub matrix: Matrix,
    /// The dual potential of the block's optimal permutation.
    pub potential: Potential,
}

/// A block by one coupling.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairing {
    /// The coupling, with the block's size.
    pub coupling: Coupling,
    /// The pairs.
    pub pairs: Pairs,
    /// Mean squared distance of the pairs.
    pub cost: f64,
    /// How many of the segments from `x_0` to `x_1` cross, two and two.
    pub crossings: usize,
}

/// The convex potential of Brenier whose gradient is the map from source points to their partners, in cells:
/// `phi(x) = max_j (x . y_j - psi_j)` with `psi_j = (|y_j|^2 - v_j) / 2` and the dual variables `v` of the assignment for
/// `|x - y|^2`. It is flat over the points that one target point gets (Peyre and Cuturi, arXiv 1803.00567, section 5.2).
#[derive(Clone, Debug, PartialEq)]
pub struct Potential {
    /// Where the cells are.
    pub bounds: Bounds,
    /// Columns and rows.
    pub n: [usize; 2],
    /// `phi` at the middle of each cell, row by row from the lower left.
    pub values: Vec<f64>,
    /// The number of the target point whose plane is the highest there.
    pub owners: Vec<usize>,
}

/// Which block, of which problem.
#[derive(Clone, Debug)]
pub struct Request {
    experiment: Arc<Experiment>,
    block: BlockView,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let same_pairs = self.experiment.key_of_pairs() == other.experiment.key_of_pairs();
        self.block == other.block && same_pairs
    }
}

impl Product for CouplingBlock {
    const NAME: &'static str = "block of the coupling";
    const COST: Cost = Cost::Picture;
    const OF_THE_FLOW: bool = false;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match wish.look.block {
            None => Demand::Nothing,
            Some(block) => Demand::Of(Request {
                experiment: Arc::clone(&wish.flow.experiment),
                block,
            }),
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let request = request.clone();
        Work::new(async move { Self::pair(&request.experiment, request.block).await })
    }
}

impl CouplingBlock {
    /// The block by the experiment's coupling and by every other that the experiment may have; none if there is nothing
    /// to draw from. A block is drawn as for training, number by number.
    pub async fn pair(experiment: &Experiment, block: BlockView) -> Option<Self> {
        let own = experiment.problem.coupling;
        let size = block.size_for(own);
        let own = own.with_block(size);
        let (pairs, matrix) = with_matrix(experiment, own, block.number, size).await?;
        let potential = Potential::of(&pairs).await?;
        let mut pairings = vec![Pairing::of(own, pairs).await];
        for coupling in others(experiment, own, size) {
            pause().await;
            if let Some(pairs) = drawn(experiment, coupling, block.number, size).await {
                pairings.push(Pairing::of(coupling, pairs).await);
            }
        }
        let lengths = pairings.iter().flat_map(|pairing| pairing.pairs.iter());
        let squares = lengths.map(|(x_0, x_1)| squared_distance(x_0, x_1));
        Some(Self {
            size,
            longest: squares.fold(0.0, f64::max).sqrt().max(f64::MIN_POSITIVE),
            pairings,
            matrix,
            potential,
        })
    }

    /// The pairs of the experiment's coupling.
    pub fn own(&self) -> Option<&Pairing> {
        self.pairings.first()
    }

    /// The mean cost of the least costly pairing of the block.
    pub fn least_cost(&self) -> f64 {
        let costs = self.pairings.iter().map(|pairing| pairing.cost);
        costs.fold(f64::INFINITY, f64::min)
    }

    /// That of the points as they were drawn, unpaired.
    pub fn independent_cost(&self) -> Option<f64> {
        let mut pairings = self.pairings.iter();
        let independent = pairings.find(|pairing| pairing.coupling == Coupling::Independent);
        independent.map(|pairing| pairing.cost)
    }
}

impl Pairing {
    async fn of(coupling: Coupling, pairs: Pairs) -> Self {
        let n = pairs.x_0.len();
        let lines = pairs.iter().map(|(x_0, x_1)| vec![x_0, x_1]);
        let rate = crossing_rate(lines.collect()).await;
        let all = (n * n.saturating_sub(1) / 2) as f64;
        Self {
            coupling,
            cost: pairs.cost(),
            crossings: rate.map_or(0, |rate| (rate.value * all).round() as usize),
            pairs,
        }
    }
}

impl Potential {
    async fn of(pairs: &Pairs) -> Option<Self> {
        let assignment = assign_in_pieces(&pairs.x_0, &pairs.x_1).await.ok()?;
        let half = |y: &Point, v: f64| 0.5 * (y[0] * y[0] + y[1] * y[1] - v);
        let targets = pairs.x_1.iter().zip(&assignment.v);
        let planes: Vec<(Point, f64)> = targets.map(|(y, &v)| (*y, half(y, v))).collect();
        let bounds = Bounds::of_points(&pairs.x_0)?.expanded(EXTENT);
        let side = [bounds.width(), bounds.height()];
        let n = [CELLS, CELLS];
        let (mut values, mut owners) = (Vec::new(), Vec::new());
        for row in 0..n[1] {
            for column in 0..n[0] {
                let middle = [column, row].map(|k| k as f64 + 0.5);
                let x = [0, 1].map(|k| bounds.min[k] + side[k] * middle[k] / n[k] as f64);
                let height = |&(y, psi): &(Point, f64)| x[0] * y[0] + x[1] * y[1] - psi;
                let heights = planes.iter().map(height).enumerate();
                let (owner, value) = heights.max_by(|a, b| a.1.total_cmp(&b.1))?;
                values.push(value);
                owners.push(owner);
            }
            pause().await;
        }
        Some(Self {
            bounds,
            n,
            values,
            owners,
        })
    }
}

/// Every other coupling that may take the place of the experiment's own and pairs the same points.
fn others(experiment: &Experiment, own: Coupling, size: usize) -> impl Iterator<Item = Coupling> {
    let is_legal = |coupling: &Coupling| {
        let mut other = experiment.clone();
        other.problem.coupling = *coupling;
        other.legality().is_ok()
    };
    let Problem { source, target, .. } = &experiment.problem;
    Coupling::MEMBERS
        .iter()
        .filter(move |other| other.key() != own.key())
        .map(move |other| other.with_block(size))
        .filter(|other| other.permutes(source, target))
        .filter(is_legal)
}

/// The pairs of the experiment's coupling, and their plan or, where they are not drawn from one, themselves as a matrix.
async fn with_matrix(
    experiment: &Experiment,
    own: Coupling,
    number: u64,
    n: usize,
) -> Option<(Pairs, Matrix)> {
    let blocks = experiment.blocks_of(own).ok()?;
    if let Some(planned) = blocks.planned(number).await.ok()? {
        let matrix = Matrix::of_plan(&planned);
        return Some((planned.into_pairs(), matrix));
    }
    let pairs = blocks.draw(number, n).ok()?;
    let matrix = Matrix::of_pairs(&pairs);
    Some((pairs, matrix))
}

/// A block of so many pairs.
async fn drawn(
    experiment: &Experiment,
    coupling: Coupling,
    number: u64,
    n: usize,
) -> Option<Pairs> {
    let blocks = experiment.blocks_of(coupling).ok()?;
    blocks.draw_in_pieces(number, n).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::work::finish;

    fn block(coupling: Coupling, size: usize) -> CouplingBlock {
        let preset = presets::find("eight-gaussians").unwrap();
        let mut experiment = preset.experiment().unwrap();
        experiment.problem.coupling = coupling;
        let block = BlockView {
            size: Some(size),
            number: 3,
        };
        finish(CouplingBlock::pair(&experiment, block)).unwrap()
    }

    fn sorted(points: &[Point]) -> Vec<[u64; 2]> {
        let mut bits: Vec<[u64; 2]> = points.iter().map(|p| p.map(f64::to_bits)).collect();
        bits.sort_unstable();
        bits
    }

    #[test]
    fn all_couplings_pair_the_same_points_and_the_optimal_one_is_the_least_costly_and_crosses_least()
     {
        let block = block(Coupling::Independent, 64);
        assert_eq!(block.size, 64);
        assert_eq!(block.own().unwrap().coupling, Coupling::Independent);
        let optimal = block.pairings.iter();
        let optimal = optimal
            .clone()
            .find(|p| p.coupling == Coupling::BatchOt { batch: 64 });
        let optimal = optimal.unwrap();
        for pairing in &block.pairings {
            let own = &block.own().unwrap().pairs;
            assert_eq!(sorted(&pairing.pairs.x_0), sorted(&own.x_0));
            assert_eq!(sorted(&pairing.pairs.x_1), sorted(&own.x_1));
            assert!(pairing.cost >= optimal.cost - 1e-9);
        }
        assert_eq!(block.least_cost(), optimal.cost);
        assert_eq!(block.independent_cost(), Some(block.own().unwrap().cost));
        // At one time the points of an optimal permutation never meet, but as lines their ways may cross.
        let own = block.own().unwrap().crossings;
        assert!(own > 300 && 5 * optimal.crossings < own, "{own}");
    }

    #[test]
    fn the_gradient_of_the_potential_is_the_partner() {
        let block = block(Coupling::BatchOt { batch: 32 }, 32);
        let potential = &block.potential;
        let pairs = &block.own().unwrap().pairs;
        let cell = [0, 1]
            .map(|k| (potential.bounds.max[k] - potential.bounds.min[k]) / potential.n[k] as f64);
        for row in 1..potential.n[1] - 1 {
            for column in 1..potential.n[0] - 1 {
                let at = |c: usize, r: usize| row_major(potential, c, r);
                let here = at(column, row);
                let around = [
                    at(column - 1, row),
                    at(column + 1, row),
                    at(column, row - 1),
                    at(column, row + 1),
                ];
                if around
                    .iter()
                    .any(|k| potential.owners[*k] != potential.owners[here])
                {
                    continue;
                }
                let slope = |a: usize, b: usize, k: usize| {
                    (potential.values[b] - potential.values[a]) / (2.0 * cell[k])
                };
                let gradient = [
                    slope(around[0], around[1], 0),
                    slope(around[2], around[3], 1),
                ];
                let partner = pairs.x_1[potential.owners[here]];
                for k in [0, 1] {
                    assert!((gradient[k] - partner[k]).abs() < 1e-6);
                }
            }
        }
        // A source point lies in the cell of its partner.
        let own = pairs.iter().enumerate().filter(|(i, (x_0, _))| {
            let height = |j: usize| {
                let y = pairs.x_1[j];
                x_0[0] * y[0] + x_0[1] * y[1] - psi(pairs, j)
            };
            (0..32).all(|j| height(j) <= height(*i) + 1e-9)
        });
        assert_eq!(own.count(), 32);
    }

    fn row_major(potential: &Potential, column: usize, row: usize) -> usize {
        row * potential.n[0] + column
    }

    /// `psi_j` from the values of the map and the owners would be circular: solved anew.
    fn psi(pairs: &Pairs, j: usize) -> f64 {
        let assignment = crate::flow::coupling::assignment::assign(&pairs.x_0, &pairs.x_1).unwrap();
        let y = pairs.x_1[j];
        0.5 * (y[0] * y[0] + y[1] * y[1] - assignment.v[j])
    }

    #[test]
    fn another_number_is_another_block_and_the_same_number_the_same() {
        let preset = presets::find("two-moons").unwrap();
        let experiment = preset.experiment().unwrap();
        let of = |number| {
            let block = BlockView {
                size: Some(16),
                number,
            };
            finish(CouplingBlock::pair(&experiment, block)).unwrap()
        };
        assert_eq!(of(0), of(0));
        assert_ne!(of(0).own().unwrap().pairs, of(1).own().unwrap().pairs);
    }
}
