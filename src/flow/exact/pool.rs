//! The pool of pairs from which the field of a dependent coupling is estimated.

use super::setting::{MarginalError, Setting};
use crate::flow::coupling::{Blocks, PairStream, Pairs};
use crate::flow::moments::Moments;
use crate::flow::rng::Stream;

/// Pairs of a pool.
const PAIRS: usize = 20_480;
/// Share of Scott's bandwidth that is used: the rule is right for a single bump and smears everything else.
const SHARPNESS: f64 = 0.4;
/// No kernel is narrower, in canvas units.
const NARROWEST: f64 = 1e-3;

/// The pairs, of the experiment's own seed and on a stream of their own.
pub fn draw(setting: &Setting<'_>) -> Result<Pairs, MarginalError> {
    let (source, target) = (setting.source.sampler()?, setting.target.sampler()?);
    let scale = setting.path.source_scale();
    let blocks = Blocks::new(source, scale, target, setting.coupling, setting.seed);
    let blocks = blocks.given(setting.given).on(Stream::Pool);
    let draw = |block, n| blocks.draw(block, n);
    Ok(PairStream::default().next_batch(PAIRS, draw)?)
}

/// 0.4 of Scott's rule in two dimensions, `std n^(-1/6)`, for the narrower one of the two ends; the same at all times, so that
/// the estimated field carries the estimated densities exactly.
pub fn bandwidth(pairs: &Pairs) -> f64 {
    let std = |points| {
        let [xx, _, yy] = Moments::of(points).cov;
        (0.5 * (xx + yy)).sqrt()
    };
    let narrower = std(&pairs.x_0).min(std(&pairs.x_1));
    let n = pairs.x_0.len().max(1) as f64;
    (SHARPNESS * narrower * n.powf(-1.0 / 6.0)).max(NARROWEST)
}
