//! Keyed random streams: every number of the program is a function of (seed, stream, index).
//!
//! ChaCha is a counter-based generator, so the seed becomes the key, the name of the stream the nonce, and
//! the index the block counter. Nothing depends on how many numbers another part of the program has drawn,
//! on threads, or on which lane asks.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What a stream of random numbers is for; one name per use keeps the uses independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Initial weights of the network.
    Weights = 1,
    /// Source and target points of the training pairs, by block.
    Pairs = 2,
    /// Times t and extra noise of a training step, by step.
    Times = 3,
    /// Source points from which the evaluation trajectories start.
    EvaluationSource = 4,
    /// Held-out target points that generated points are compared with.
    EvaluationTarget = 5,
    /// Pairs of target draws whose distance is the floor of W2, by pair.
    Floor = 6,
    /// Points that the canvas shows.
    Display = 7,
    /// Points from which a distribution's size is estimated.
    Scale = 8,
    /// Times, extra noise and batches of estimates of the loss, its floor and its gradient, by estimate.
    Estimates = 12,
    /// Pairs from which a marginal field is estimated, by block.
    Pool = 16,
    /// Probes of Hutchinson's estimate of a divergence, by point.
    Probes = 9,
    /// Pairs that stand for the Gaussians of a posterior, by Gaussian.
    Fan = 40,
    /// Source points of the pairs that a flow makes.
    Reflow = 44,
    /// Noise of stochastic sampling, by particle.
    Diffusion = 20,
}

/// Numbers reserved for one index, in 32-bit words: far more than a training step or a block draws.
const WORDS_PER_INDEX: u128 = 1 << 32;

/// The generator for the given seed, use and index (a step, a block, a repetition).
pub fn stream(seed: u64, stream: Stream, index: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((stream as u64) << 32) | (index >> 32));
    rng.set_word_pos(u128::from(index & 0xffff_ffff) * WORDS_PER_INDEX);
    rng
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_are_reproducible_and_distinct() {
        let first = |s, k, i| stream(s, k, i).next_u64();
        assert_eq!(first(0, Stream::Pairs, 7), first(0, Stream::Pairs, 7));
        let keys = [
            first(0, Stream::Pairs, 7),
            first(1, Stream::Pairs, 7),
            first(0, Stream::Times, 7),
            first(0, Stream::Pairs, 8),
            first(0, Stream::Pairs, 7 + (1 << 32)),
        ];
        for (i, a) in keys.iter().enumerate() {
            assert!(keys[i + 1..].iter().all(|b| a != b), "key {i} collides");
        }
    }
}
