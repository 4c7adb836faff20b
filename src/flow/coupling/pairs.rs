//! Pairs of points, and the stream of them that a network is trained on.
//!
//! It refuses to know who pairs the points, who asks and when. Pairs are canvas coordinates.

use std::pin::Pin;

use rand_chacha::ChaCha8Rng;

use super::assignment::{AssignmentError, squared_distance};
use super::entropic::Plan;
use crate::flow::Point;
use crate::flow::distribution::{Class, Distribution};

/// Pairs `(x_0[i], x_1[i])`; both lists have the same length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pairs {
    /// Source points on the canvas.
    pub x_0: Vec<Point>,
    /// Target points on the canvas.
    pub x_1: Vec<Point>,
}

/// Independent draws, before they are paired.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    /// The points, paired as they were drawn.
    pub pairs: Pairs,
    /// The class of each target point.
    pub classes: Vec<Class>,
    /// The point about which the target is symmetric, if it is.
    pub centre: Point,
}

impl Pairs {
    /// The coupling cost `E|x_1 - x_0|^2`, as the mean over the pairs; 0 for none.
    pub fn cost(&self) -> f64 {
        let sum: f64 = self
            .iter()
            .map(|(x_0, x_1)| squared_distance(x_0, x_1))
            .sum();
        sum / self.x_0.len().max(1) as f64
    }

    /// The pairs one by one.
    pub fn iter(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        self.x_0.iter().copied().zip(self.x_1.iter().copied())
    }

    /// The same points, `x_1[partners[i]]` for the partner of `x_0[i]`.
    pub(super) fn permuted(self, partners: &[usize]) -> Self {
        Self {
            x_1: partners.iter().map(|&j| self.x_1[j]).collect(),
            x_0: self.x_0,
        }
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.x_0.append(&mut other.x_0);
        self.x_1.append(&mut other.x_1);
    }

    /// Splits off all but the first n pairs.
    pub(super) fn split_off(&mut self, n: usize) -> Self {
        Self {
            x_0: self.x_0.split_off(n),
            x_1: self.x_1.split_off(n),
        }
    }
}

/// A plan, and the permutation that was drawn from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// How likely each source point goes with each target point.
    pub plan: Plan<f32>,
    /// The points in the order of the plan's rows and columns.
    pub drawn: Pairs,
    /// The number of the target point of each source point.
    pub partners: Vec<usize>,
}

impl Planned {
    /// The pairs.
    pub fn into_pairs(self) -> Pairs {
        self.drawn.permuted(&self.partners)
    }
}

/// A plan and pairs that are being found.
pub type Planning<'r> = Pin<Box<dyn Future<Output = Result<Planned, AssignmentError>> + Send + 'r>>;

/// What makes a coupling: one file each, with the [`Entry`](crate::flow::vocabulary::Entry) of its constants.
pub trait Pairing {
    /// Pairs of a block that is paired as a whole; none where every pair stands for itself.
    fn block(&self) -> Option<usize> {
        None
    }

    /// Pairs independent draws, a whole block of them if there are blocks. Both marginals stay what they
    /// are. What is left to chance comes from `rng`.
    ///
    /// # Errors
    /// A drawn point is too far out for an exact assignment.
    fn pair(&self, drawn: Drawn, rng: &mut ChaCha8Rng) -> Result<Pairs, AssignmentError>;

    /// Whether source and target point of a pair are independent.
    fn is_independent(&self) -> bool {
        false
    }

    /// Whether a source that has classes, too, is to be drawn class by class, so that each point has the class of the
    /// target point that was drawn with it.
    fn is_within_classes(&self) -> bool {
        false
    }

    /// Why it does not go with these distributions, as a sentence, with what would; none if it does.
    fn refusal(&self, _source: &Distribution, _target: &Distribution) -> Option<String> {
        None
    }

    /// What there is to say about it with these distributions; none if there is nothing.
    fn caution(&self, _source: &Distribution, _target: &Distribution) -> Option<String> {
        None
    }

    /// Whether its pairs of these distributions are a permutation of independent draws, and one that is its own.
    fn permutes(&self, _source: &Distribution, _target: &Distribution) -> bool {
        true
    }

    /// Noise of a Brownian bridge between the points of each pair, in canvas units per root of time.
    fn bridge(&self) -> f64 {
        0.0
    }

    /// Whether [`Self::pair`] draws a permutation from a plan.
    fn has_plan(&self) -> bool {
        false
    }

    /// The plan that [`Self::pair`] draws a permutation from, with the pairs, in pieces; none where it does not.
    fn planned<'r>(&self, _drawn: Pairs, _rng: &'r mut ChaCha8Rng) -> Option<Planning<'r>> {
        None
    }

    /// How many pairs it is to be given, where they are not paired from independent draws.
    fn needs_given(&self) -> Option<usize> {
        None
    }

    /// Whether those are made anew for every block, and not drawn from a table.
    fn wants_fresh(&self) -> bool {
        false
    }

    /// Whether a block takes longer than to hand it from thread to thread.
    fn is_costly(&self) -> bool {
        false
    }
}

/// Cuts blocks into batches: small blocks fill a batch together, a large one is used up in slices, and what is left
/// over begins the next batch.
#[derive(Clone, Debug, Default)]
pub struct PairStream {
    next_block: u64,
    /// Pairs of the next block that have been used before.
    skip: usize,
    left_over: Pairs,
}

impl PairStream {
    /// A stream that begins with block `first_block`.
    pub fn new(first_block: u64) -> Self {
        Self::within(first_block, 0)
    }

    /// A stream that begins within a block, after its first `skip` pairs.
    pub fn within(block: u64, skip: usize) -> Self {
        Self {
            next_block: block,
            skip,
            left_over: Pairs::default(),
        }
    }

    /// The next n pairs. `draw` is asked for one block after the other, and how many pairs are still missing: see
    /// [`Blocks::draw`](super::Blocks::draw).
    ///
    /// # Errors
    /// That of `draw`; the block is skipped, the stream can go on.
    pub fn next_batch<E>(
        &mut self,
        n: usize,
        mut draw: impl FnMut(u64, usize) -> Result<Pairs, E>,
    ) -> Result<Pairs, E> {
        let mut batch = std::mem::take(&mut self.left_over);
        while batch.x_0.len() < n {
            let block = self.next_block;
            let skip = std::mem::take(&mut self.skip);
            self.next_block += 1;
            let mut drawn = draw(block, n - batch.x_0.len())?;
            if skip > 0 {
                drawn = drawn.split_off(skip.min(drawn.x_0.len()));
            }
            batch.append(drawn);
        }
        self.left_over = batch.split_off(n);
        Ok(batch)
    }

    /// The number of the block that will be drawn next: the `first_block` of a stream that goes on from here.
    pub fn next_block(&self) -> u64 {
        self.next_block
    }
}
