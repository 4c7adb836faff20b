//! Many particles at once: too many to be followed one by one, enough to see the density that is pushed forward.
//!
//! A cloud grows by blocks: every block is a product of its own, which builds on the one before. Of a particle's way
//! through the solver's steps a few positions are kept. A GPU carries the particles if one may be used, or else the
//! processor; positions travel through the host, because Burn's device and the window's stay apart (ARCHITECTURE.md,
//! "Decisions").

use std::sync::Arc;

use crate::flow::Point;
use crate::flow::sde::Sampler;
use crate::flow::solver::{Solver, Steps, follow_from};
use crate::flow::trajectory::bracket;
use crate::flow::work::Work;
use crate::model::FrozenField;

use super::points::range;
use super::sampling::{ends, sde};
use super::{Cost, Demand, Flow, Made, Product, Starts, Tools, Wish};
use crate::experiment::End;

/// Most particles of a block: with all its nodes 14 MB, which a window uploads within a frame.
const BLOCK: usize = 65_536;
/// Particles of the first block on the processor; every later one has as many as there are.
const FIRST_BLOCK: usize = 8192;
/// Particles for which steps are chosen, if they are: as many as are followed one by one by default.
const PILOTS: usize = 2000;
/// Most particles of a part that one thread carries.
const PART: usize = 1024;
/// Velocity evaluations per particle from which on blocks and parts get smaller, but not below a sixteenth.
const LONG_WAY: usize = 200;
/// Stretches of time between the nodes that are kept; in between a particle moves along the chord.
const KEPT: usize = 25;
/// With weights that have been replaced a cloud does not grow longer than this, in seconds.
const MAX_AGE: f64 = 2.0;

/// The positions of up to a million particles at a few times, in blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// Training steps behind the weights.
    pub step: u64,
    /// Particles that were asked for.
    pub wanted: usize,
    /// Particles carried so far; those whose position is not finite are counted, though no block has them.
    pub carried: usize,
    /// The device that carries them, in words.
    pub device: Arc<str>,
    /// What is there so far. All blocks have the same times.
    pub blocks: Vec<Arc<CloudBlock>>,
}

/// Some of the particles on their whole way.
#[derive(Debug, PartialEq)]
pub struct CloudBlock {
    /// Increasing times of the nodes, at least one.
    pub times: Vec<f64>,
    /// Number of particles.
    pub n_particles: usize,
    /// Positions `[node][particle]`, all finite.
    pub points: Vec<[f32; 2]>,
}

impl Cloud {
    /// Whether all particles are there.
    pub fn is_complete(&self) -> bool {
        self.carried == self.wanted
    }
}

impl CloudBlock {
    /// The particles at the times, `[node][particle]`. A field may explode: a particle with a
    /// position that is not finite is left out altogether.
    pub fn new(times: Vec<f64>, positions: &[Vec<[f32; 2]>]) -> Self {
        let n = positions.iter().map(Vec::len).min().unwrap_or(0);
        let is_finite = |&i: &usize| {
            positions
                .iter()
                .all(|node| node[i].iter().all(|x| x.is_finite()))
        };
        let stay: Vec<usize> = (0..n).filter(is_finite).collect();
        let points = positions
            .iter()
            .flat_map(|node| stay.iter().map(|&i| node[i]));
        Self {
            times,
            n_particles: stay.len(),
            points: points.collect(),
        }
    }

    /// All particles at a node; empty past the last one.
    pub fn at_node(&self, node: usize) -> &[[f32; 2]] {
        let start = node * self.n_particles;
        let particles = start..start + self.n_particles;
        self.points.get(particles).unwrap_or_default()
    }

    /// The nodes before and after time `t` and the weight of the later one; `t` outside is clamped.
    pub fn around(&self, t: f64) -> (usize, usize, f32) {
        let (before, after, weight) = bracket(&self.times, t);
        (before, after, weight as f32)
    }

    /// All positions at time `t`, linear between nodes.
    pub fn positions(&self, t: f64) -> impl Iterator<Item = [f32; 2]> + '_ {
        let (before, after, weight) = self.around(t);
        let pairs = self.at_node(before).iter().zip(self.at_node(after));
        pairs.map(move |(a, b)| [0, 1].map(|i| a[i] + weight * (b[i] - a[i])))
    }
}

/// A device that carries many particles at once.
pub trait Carrier: Send + Sync {
    /// Carries the points by the steps to some of the solver's nodes; nothing comes of it if there is no such device or
    /// it fails.
    fn carry(
        &self,
        network: &FrozenField,
        x_0: &[Point],
        steps: &Arc<Steps>,
        nodes: &[usize],
    ) -> Work<Option<Carried>>;
}

/// What a device has carried.
pub struct Carried {
    /// The device in words.
    pub device: Arc<str>,
    /// Positions at the nodes that were asked for, `[node][particle]`.
    pub points: Vec<[f32; 2]>,
}

/// A cloud that grows, and the one that is shown meanwhile.
#[derive(Clone, Debug)]
pub struct GrowingCloud {
    /// Replaced by one with no fewer particles, and by any that will not grow.
    pub shown: Arc<Cloud>,
    /// The one that grows, if one does.
    pub growing: Option<Arc<Growing>>,
}

impl GrowingCloud {
    /// A cloud that does not grow.
    pub fn still(cloud: Cloud) -> Self {
        Self {
            shown: Arc::new(cloud),
            growing: None,
        }
    }
}

/// A cloud under way.
pub struct Growing {
    /// Whose particles.
    flow: Flow,
    starts: Arc<Made<Starts>>,
    solver: Solver,
    sampler: Sampler,
    /// The steps of all blocks; not there before the first one if the solver chooses them.
    steps: Option<Arc<Steps>>,
    /// When it began.
    since: f64,
    cloud: Arc<Cloud>,
}

impl std::fmt::Debug for Growing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Growing").field(&self.cloud).finish()
    }
}

/// Which block comes next.
#[derive(Clone)]
pub struct Request {
    starts: Arc<Made<Starts>>,
    solver: Solver,
    sampler: Sampler,
    /// What there is already.
    grown: Option<Arc<Growing>>,
    /// It will not grow any more, and is shown as it is.
    is_last: bool,
    shown: Option<Arc<Cloud>>,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let grown = |request: &Self| request.grown.as_ref().map(Arc::as_ptr);
        Arc::ptr_eq(&self.starts, &other.starts)
            && (self.solver, self.sampler) == (other.solver, other.sampler)
            && self.is_last == other.is_last
            && grown(self) == grown(other)
    }
}

impl Product for GrowingCloud {
    const NAME: &'static str = "cloud";
    const COST: Cost = Cost::Cloud;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        if wish.look.cloud.is_none() {
            return Demand::Nothing;
        }
        let starts = wish
            .made
            .starts
            .get()
            .filter(|starts| starts.is_demanded(wish));
        let Some(starts) = starts else {
            return Demand::Later;
        };
        let last = wish.made.cloud.get();
        let readout = &wish.flow.experiment.readout;
        let (solver, sampler) = (readout.solver, readout.sampler);
        let block = |grown: Option<&Arc<Growing>>, is_last| {
            Demand::Of(Request {
                starts: Arc::clone(starts),
                solver,
                sampler,
                grown: grown.cloned(),
                is_last,
                shown: last.map(|last| Arc::clone(&last.shown)),
            })
        };
        let grown = last.and_then(|last| last.growing.as_ref());
        let is_of_this = |grown: &&Arc<Growing>| {
            Arc::ptr_eq(&grown.starts, starts)
                && (grown.solver, grown.sampler) == (solver, sampler)
                && grown.flow.id.run == wish.flow.run
                && grown.flow.id.answers(&wish.flow.experiment.problem)
        };
        let Some(grown) = grown.filter(is_of_this) else {
            return block(None, false);
        };
        let is_newest = grown.flow.id == *wish.flow;
        let request = last.and_then(|last| last.request.as_ref());
        let is_settled = request.is_some_and(|request| request.is_last);
        match grown.cloud.is_complete() || is_settled {
            true if is_newest => Demand::Done,
            true => block(None, false),
            false if !is_newest && wish.now - grown.since > MAX_AGE => block(Some(grown), true),
            false => block(Some(grown), false),
        }
    }

    fn start(flow: &Flow, request: &Request, tools: &Tools) -> Work<Option<Self>> {
        let (request, tools) = (request.clone(), tools.clone());
        let grown = request
            .grown
            .clone()
            .unwrap_or_else(|| Arc::new(Growing::new(flow, &request, tools.now)));
        Work::new(async move {
            let growing = match request.is_last {
                true => grown,
                false => Arc::new(grown.with_a_block(&tools).await),
            };
            let more = |old: &Arc<Cloud>| old.carried > growing.cloud.carried;
            let ends = request.is_last || growing.cloud.is_complete();
            let shown = request.shown.filter(|old| !ends && more(old));
            Some(Self {
                shown: shown.unwrap_or_else(|| Arc::clone(&growing.cloud)),
                growing: Some(growing),
            })
        })
    }
}

impl Growing {
    fn new(flow: &Flow, request: &Request, since: f64) -> Self {
        let starts = &request.starts;
        Self {
            flow: flow.clone(),
            starts: Arc::clone(starts),
            solver: request.solver,
            sampler: request.sampler,
            steps: None,
            since,
            cloud: Arc::new(Cloud {
                step: flow.id.step,
                wanted: starts.0.len(),
                carried: 0,
                device: "the CPU".into(),
                blocks: Vec::new(),
            }),
        }
    }

    /// The same cloud with further particles.
    async fn with_a_block(&self, tools: &Tools) -> Self {
        let rest = &self.starts.0[self.cloud.carried..];
        let steps = &self.steps(tools).await;
        let nodes = kept_nodes(self.solver);
        let times = self.solver.times(steps.range);
        let mut times: Vec<f64> = nodes.iter().map(|&n| times[n]).collect();
        // A device has no random numbers that are those of the processor.
        let carrier = tools.carrier.as_ref().filter(|_| steps.sde.is_none());
        let carrier = carrier.zip(self.flow.network());
        let on_device = match carrier {
            Some((carrier, network)) => {
                let block = &rest[..rest.len().min(at_once(BLOCK, steps.nfe))];
                carrier.carry(network, block, steps, &nodes).await
            }
            None => None,
        };
        let (device, mut positions) = match on_device {
            Some(Carried { device, points }) => {
                let n = (points.len() / nodes.len()).max(1);
                (device, points.chunks(n).map(<[_]>::to_vec).collect())
            }
            None => {
                let most = self.cloud.carried.clamp(FIRST_BLOCK, BLOCK);
                let block = &rest[..rest.len().min(at_once(most, steps.nfe))];
                (
                    "the CPU".into(),
                    self.on_the_processor(block, steps, &nodes, tools).await,
                )
            }
        };
        if self.from() == End::Target {
            times.reverse();
            positions.reverse();
        }
        let mut cloud = Cloud::clone(&self.cloud);
        cloud.device = device;
        cloud.carried += positions.first().map_or(0, Vec::len);
        cloud
            .blocks
            .push(Arc::new(CloudBlock::new(times, &positions)));
        Self {
            flow: self.flow.clone(),
            starts: Arc::clone(&self.starts),
            steps: Some(Arc::clone(steps)),
            cloud: Arc::new(cloud),
            ..*self
        }
    }

    /// The end that the particles start at.
    fn from(&self) -> End {
        let request = self.starts.request.as_ref();
        request.map_or(End::Source, |request| request.from)
    }

    /// The steps of all blocks. A solver that chooses them does so for the first particles: the others take the same
    /// ones, so that all move together.
    async fn steps(&self, tools: &Tools) -> Arc<Steps> {
        if let Some(steps) = &self.steps {
            return Arc::clone(steps);
        }
        let flow = &self.flow;
        let range = range(&flow.id.experiment, self.from());
        if let Some(sde) = sde(&flow.id.experiment, self.sampler) {
            return Arc::new(Steps::stochastic(self.solver, range, sde));
        }
        if let Some(steps) = Steps::equal(self.solver, range) {
            return Arc::new(steps);
        }
        let first = &self.starts.0[..self.starts.0.len().min(PILOTS)];
        let (rows, parts) = (flow.rows(), &tools.parts);
        let by = (self.solver, self.sampler);
        let (_, steps) = ends(flow, by, range, first, rows, parts).await;
        Arc::new(steps)
    }

    /// Where the particles are at the nodes, `[node][particle]`.
    async fn on_the_processor(
        &self,
        x_0: &[Point],
        steps: &Arc<Steps>,
        nodes: &[usize],
        tools: &Tools,
    ) -> Vec<Vec<[f32; 2]>> {
        let size = at_once(PART, steps.nfe);
        let works = x_0.chunks(size).enumerate().map(|(part, x_0)| {
            let first = self.cloud.carried + part * size;
            let (flow, x_0, nodes) = (self.flow.clone(), x_0.to_vec(), nodes.to_vec());
            let steps = Arc::clone(steps);
            Work::new(async move {
                let (field, rows) = (flow.field.as_ref(), flow.rows());
                let solved = follow_from(field, &steps, first, &x_0, rows).await;
                let at = |&node: &usize| -> Vec<[f32; 2]> {
                    let points = solved.at_node(node).iter();
                    points.map(|p| p.map(|x| x as f32)).collect()
                };
                nodes.iter().map(at).collect::<Vec<_>>()
            })
        });
        let parts = tools.parts.all(works.collect()).await;
        let mut positions = vec![Vec::with_capacity(x_0.len()); nodes.len()];
        for part in parts {
            let pairs = positions.iter_mut().zip(part);
            pairs.for_each(|(node, points)| node.extend(points));
        }
        positions
    }
}

/// Fewer than `most` particles where their way is long, so that nobody waits too long for them.
fn at_once(most: usize, nfe: usize) -> usize {
    (most * LONG_WAY / nfe.max(1)).clamp(most / 16, most)
}

/// The solver's nodes that are kept: the first, the last and evenly spaced ones in between.
fn kept_nodes(solver: Solver) -> Vec<usize> {
    let stretches = solver.n_nodes() - 1;
    let kept = stretches.min(KEPT);
    let node = |i| (i * stretches + kept / 2) / kept;
    (0..=kept).map(node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_move_from_node_to_node() {
        let block = CloudBlock {
            times: vec![0.0, 0.5, 1.0],
            n_particles: 2,
            points: vec![
                [0.0, 0.0],
                [1.0, 0.0],
                [2.0, 0.0],
                [1.0, 4.0],
                [2.0, 2.0],
                [9.0, 4.0],
            ],
        };
        let at = |t| block.positions(t).collect::<Vec<_>>();
        assert_eq!(at(-1.0), [[0.0, 0.0], [1.0, 0.0]]);
        assert_eq!(at(0.25), [[1.0, 0.0], [1.0, 2.0]]);
        assert_eq!(at(0.75), [[2.0, 1.0], [5.0, 4.0]]);
        assert_eq!(at(2.0), [[2.0, 2.0], [9.0, 4.0]]);
        assert!(block.at_node(3).is_empty());
    }

    #[test]
    fn particles_that_are_not_finite_are_left_out() {
        let positions = [
            vec![[0.0; 2], [1.0; 2], [2.0; 2]],
            vec![[0.5; 2], [f32::INFINITY, 0.0], [2.5; 2]],
            vec![[1.0; 2], [f32::NAN; 2], [3.0; 2]],
        ];
        let block = CloudBlock::new(vec![0.0, 0.5, 1.0], &positions);
        assert_eq!(block.n_particles, 2);
        assert_eq!(block.at_node(1), [[0.5; 2], [2.5; 2]]);
    }

    #[test]
    fn kept_nodes_go_from_end_to_end_without_gaps_or_doubles() {
        for steps in [1, 2, 7, 25, 26, 49, 60, 100, 101, 10_000] {
            let nodes = kept_nodes(Solver::Euler { steps });
            assert_eq!((nodes[0], nodes[nodes.len() - 1]), (0, steps), "{steps}");
            assert_eq!(nodes.len(), steps.min(KEPT) + 1);
            let widest = steps.div_ceil(nodes.len() - 1);
            assert!(
                nodes
                    .windows(2)
                    .all(|w| w[0] < w[1] && w[1] - w[0] <= widest),
                "{nodes:?}"
            );
        }
    }

    #[test]
    fn a_long_way_makes_blocks_and_parts_small() {
        let sizes = |nfe| [BLOCK, PART].map(|most| at_once(most, nfe));
        assert_eq!(sizes(1), [BLOCK, PART]);
        assert_eq!(sizes(200), [BLOCK, PART]);
        assert_eq!(sizes(400), [BLOCK / 2, PART / 2]);
        assert_eq!(sizes(40_000), [BLOCK / 16, PART / 16]);
    }
}
