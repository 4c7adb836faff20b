//! Many equal round Gaussians as target, one round Gaussian as source: the closed form at speed.
//!
//! All components of `p_t` then have one covariance `C I`, so that everything known of a point comes of four sums over the
//! targets' means m under the posterior weights: of 1, m and `|m|^2`. Points that lie together share a short list of the
//! components that matter to any of them (`columns.rs`); cells of a grid share the factors of the kernel
//! (`cells.rs`), and so do targets that stand in blocks (`blocks.rs`). [`ExactField`] is the definition: tests compare.

mod blocks;
mod cells;
mod sums;

use pulp::Arch;

use super::columns::{Columns, Extent, Local, View};
use super::round::{Kernel, Round};
use super::{Component, ExactField, ExactPoint};
use crate::flow::Point;
use crate::flow::path::{Path, Schedule};
use blocks::{BlockSums, Blocks};
use sums::{PointSums, Sums};

/// Equal round Gaussians as target, a round one as source.
#[derive(Clone, Debug)]
pub struct Lattice {
    path: Path,
    round: Round,
    source_mean: Point,
    /// Means of the targets and logarithms of their weights.
    targets: Columns,
    /// The same in blocks, if they stand in blocks.
    blocks: Option<Blocks>,
    extent: Extent,
    arch: Arch,
}

impl Lattice {
    /// The same field, if it is one of this kind.
    pub fn of(field: &ExactField) -> Option<Self> {
        let round = |c: &Component| c.cov[1] == 0.0 && c.cov[0] == c.cov[2];
        let [source] = field.source() else {
            return None;
        };
        let (targets, first) = (field.target(), field.target().first()?);
        let equal = |c: &Component| round(c) && c.cov[0] == first.cov[0];
        if !round(source) || !targets.iter().all(equal) {
            return None;
        }
        let total: f64 = targets.iter().map(|c| c.weight).sum();
        let blocks = Blocks::of(targets, total);
        let targets = Columns::new(targets.iter().map(|c| ((c.weight / total).ln(), c.mean)));
        Some(Self {
            path: field.path(),
            round: Round {
                source: source.cov[0],
                target: first.cov[0],
                noise: field.noise(),
            },
            source_mean: source.mean,
            extent: targets.extent(),
            targets,
            blocks,
            arch: Arch::new(),
        })
    }

    /// All that is known of the points at time `t`, into `out`.
    pub fn evaluate(&self, t: f64, xs: &[Point], out: &mut [ExactPoint]) {
        let moment = Moment::new(self, t);
        match &self.blocks {
            Some(blocks) => moment.in_blocks(xs, blocks, out),
            None => moment.points(xs, &self.targets, out),
        }
    }
}

/// A lattice at one time.
pub struct Moment<'a> {
    lattice: &'a Lattice,
    schedule: Schedule,
    /// `sigma a`.
    shift: Point,
    kernel: Kernel,
}

impl<'a> Moment<'a> {
    fn new(lattice: &'a Lattice, t: f64) -> Self {
        let schedule = lattice.path.at(t);
        Self {
            lattice,
            schedule,
            shift: lattice.source_mean.map(|a| schedule.sigma * a),
            kernel: lattice.round.at(schedule),
        }
    }

    /// By the sums over the sides of blocks.
    fn in_blocks(&self, xs: &[Point], blocks: &Blocks, out: &mut [ExactPoint]) {
        for (&x, out) in xs.iter().zip(out) {
            let centre = self.centre(x);
            let sums = self.lattice.arch.dispatch(BlockSums {
                blocks,
                from: [x[0] - self.shift[0], x[1] - self.shift[1]],
                alpha: self.schedule.alpha,
                half_precision: 0.5 * self.kernel.precision,
                centre,
            });
            *out = self.finish(x, centre, &sums);
        }
    }

    /// A point near the means that matter at `x`: sums of squares from there lose no digits.
    fn centre(&self, x: Point) -> Point {
        let Extent { min, max } = self.lattice.extent;
        let alpha = self.schedule.alpha;
        [0, 1].map(|i| match alpha > 1e-3 {
            true => ((x[i] - self.shift[i]) / alpha).clamp(min[i], max[i]),
            false => 0.5 * (min[i] + max[i]),
        })
    }

    /// With the posterior mean `M` and variance `tr Var(m|x)` of the targets' means:
    /// `u = alpha' M + sigma' a + g (x - alpha M - sigma a)`, `g = (alpha alpha' h^2 + sigma sigma' s_0^2) / C`, and
    /// `div u = 2 g + alpha (alpha' - g alpha) tr Var(m|x) / C`.
    fn finish(&self, x: Point, centre: Point, sums: &Sums) -> ExactPoint {
        let Schedule {
            alpha,
            d_alpha,
            d_sigma,
            ..
        } = self.schedule;
        let Kernel {
            precision,
            log_norm,
            pull,
            inward,
        } = self.kernel;
        let lattice = self.lattice;
        let off = sums.first.map(|s| s / sums.mass);
        let variance = sums.second / sums.mass - (off[0] * off[0] + off[1] * off[1]);
        let mean = [0, 1].map(|i| centre[i] + off[i]);
        let gap = [0, 1].map(|i| x[i] - alpha * mean[i] - self.shift[i]);
        let d_shift = lattice.source_mean.map(|a| d_sigma * a);
        ExactPoint {
            log_density: sums.log_scale + sums.mass.ln() + log_norm,
            score: gap.map(|d| -precision * d),
            velocity: [0, 1].map(|i| d_alpha * mean[i] + d_shift[i] + pull * gap[i]),
            divergence: 2.0 * pull
                + precision * alpha * (d_alpha - pull * alpha) * variance.max(0.0),
            denoiser: [0, 1].map(|i| mean[i] + inward * gap[i]),
        }
    }
}

impl Local for Moment<'_> {
    fn view(&self) -> View {
        View {
            alpha: self.schedule.alpha,
            shift: self.shift,
            half_precision: 0.5 * self.kernel.precision,
        }
    }

    /// By log-sum-exp over the targets.
    fn point(&self, x: Point, targets: &Columns, scratch: &mut Vec<f64>) -> ExactPoint {
        let centre = self.centre(x);
        let sums = self.lattice.arch.dispatch(PointSums {
            targets,
            from: [x[0] - self.shift[0], x[1] - self.shift[1]],
            alpha: self.schedule.alpha,
            half_precision: 0.5 * self.kernel.precision,
            centre,
            scratch,
        });
        self.finish(x, centre, &sums)
    }
}

#[cfg(test)]
mod tests;
