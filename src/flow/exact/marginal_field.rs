//! `p_t` and `u_t` of a problem: its two distributions, its path and its coupling.

use std::sync::Arc;

use super::basis::Basis;
use super::general::General;
use super::lattice::Lattice;
use super::pool;
use super::setting::{MarginalError, Setting};
use super::swarm::{Spread, Swarm};
use super::{Component, ExactField, ExactPoint, Nodes};
use crate::flow::distribution::{Distribution, DistributionError};
use crate::flow::grid::cell_centres;
use crate::flow::path::Path;
use crate::flow::{Bounds, Point, Provenance, VelocityField};

/// Most nodes of one end.
const NODES: usize = 4096;
/// Most pairs of nodes of both ends.
const PAIRS: usize = 65_536;

/// The law `p_t` of `x_t` and its velocity `u_t(x) = E[dx_t/dt | x_t = x]`. Clones share what it is made of.
#[derive(Clone, Debug)]
pub struct MarginalField {
    path: Path,
    basis: Basis,
    law: Arc<Law>,
}

/// What is evaluated, the fastest form that there is.
#[derive(Debug)]
enum Law {
    /// One round Gaussian to many equal ones.
    Lattice(Box<Lattice>, ExactField),
    /// Equal round Gaussians at both ends.
    Swarm(Swarm, ExactField),
    /// Any mixtures.
    Mixtures(ExactField),
    /// A pool of pairs with kernels about them.
    Pool(Swarm),
}

impl MarginalField {
    /// That of a problem.
    ///
    /// # Errors
    /// A distribution that cannot be drawn from, points that cannot be paired, and a coupling with the noise of a bridge.
    pub fn new(setting: &Setting<'_>) -> Result<Self, MarginalError> {
        if setting.coupling.bridge() > 0.0 {
            return Err(MarginalError::Bridge);
        }
        let ends = match setting.coupling.is_independent() {
            true => ends(setting)?,
            false => None,
        };
        let Some([source, target]) = ends else {
            return Self::estimated(setting);
        };
        let basis = Basis::of(&source, &target);
        let path = setting.path;
        let scaled = |c: Component| c.scaled(path.source_scale());
        let source = source.components.into_iter().map(scaled).collect();
        let field = ExactField::new(path, source, target.components)?;
        Ok(Self::of(field.with_noise(setting.noise), basis))
    }

    /// The field of mixtures that stand for something, as `basis` says.
    pub fn of(field: ExactField, basis: Basis) -> Self {
        let path = field.path();
        let law = match (Lattice::of(&field), Swarm::of(&field)) {
            (Some(lattice), _) => Law::Lattice(Box::new(lattice), field),
            (None, Some(swarm)) => Law::Swarm(swarm, field),
            (None, None) => Law::Mixtures(field),
        };
        let law = Arc::new(law);
        Self { path, basis, law }
    }

    fn estimated(setting: &Setting<'_>) -> Result<Self, MarginalError> {
        let pairs = pool::draw(setting)?;
        let bandwidth = pool::bandwidth(&pairs);
        Ok(Self {
            path: setting.path,
            basis: Basis::Estimate {
                pairs: pairs.x_0.len(),
                bandwidth,
            },
            law: Arc::new(Law::Pool(Swarm::of_pairs(
                setting.path,
                &pairs,
                bandwidth.hypot(setting.noise),
            ))),
        })
    }

    /// What it rests on.
    pub fn basis(&self) -> Basis {
        self.basis
    }

    /// The conditional paths.
    pub fn path(&self) -> Path {
        self.path
    }

    /// The mixtures at both ends, whose pairs are independent; `None` for an estimate.
    pub fn mixtures(&self) -> Option<&ExactField> {
        match &*self.law {
            Law::Lattice(_, field) | Law::Swarm(_, field) | Law::Mixtures(field) => Some(field),
            Law::Pool(_) => None,
        }
    }

    /// Whether a whole grid of points takes milliseconds: with one Gaussian at the start, or few pairs.
    pub fn has_quick_grids(&self) -> bool {
        /// Pairs that are few.
        const FEW: usize = 256;
        match &*self.law {
            Law::Lattice(..) => true,
            Law::Swarm(_, field) | Law::Mixtures(field) => {
                field.source().len() * field.target().len() <= FEW
            }
            Law::Pool(_) => false,
        }
    }

    /// The pairs that an estimate is made of; `None` for everything else.
    pub fn pool(&self) -> Option<&Swarm> {
        match &*self.law {
            Law::Pool(swarm) => Some(swarm),
            _ => None,
        }
    }

    /// How sure an estimate is of the velocity at `x`; `None` for everything else, which is no sample.
    pub fn spread(&self, t: f64, x: Point) -> Option<Spread> {
        self.pool().map(|swarm| swarm.spread(t, x))
    }

    /// All that is known at every point of `xs`, into `out`, which has the same length. `t` is clamped to the path's range.
    pub fn evaluate(&self, t: f64, xs: &[Point], out: &mut [ExactPoint]) {
        match &*self.law {
            Law::Lattice(lattice, _) => lattice.evaluate(t, xs, out),
            Law::Swarm(swarm, _) | Law::Pool(swarm) => swarm.evaluate(t, xs, out),
            Law::Mixtures(field) => General::new(&field.at(t)).evaluate(xs, out),
        }
    }

    /// All that is known at the centres of `n[0]` times `n[1]` equal cells of a box, row by row from the lower left: what
    /// [`Self::evaluate`] finds there, to 1e-9, and faster.
    pub fn evaluate_grid(&self, t: f64, bounds: Bounds, n: [usize; 2]) -> Vec<ExactPoint> {
        if let Law::Lattice(lattice, _) = &*self.law {
            return lattice.evaluate_cells(t, bounds, n);
        }
        let xs: Vec<Point> = cell_centres(bounds, n).collect();
        let mut found = vec![ExactPoint::default(); xs.len()];
        self.evaluate(t, &xs, &mut found);
        found
    }
}

/// Both ends as mixtures, with as many nodes as their pairs allow; `None` if there would be too many.
fn ends(setting: &Setting<'_>) -> Result<Option<[Nodes; 2]>, DistributionError> {
    let Setting { source, target, .. } = *setting;
    let counted = |of: &Distribution| of.as_mixture().map(|components| components.len());
    let most = |other: usize| (PAIRS / other.max(1)).min(NODES);
    let budgets = match (counted(source), counted(target)) {
        (Some(k), Some(l)) if k * l > PAIRS => return Ok(None),
        (Some(k), _) => [k, most(k)],
        (None, Some(l)) => [most(l), l],
        (None, None) => [PAIRS.isqrt(); 2],
    };
    Ok(Some([
        Nodes::new(source, budgets[0])?,
        Nodes::new(target, budgets[1])?,
    ]))
}

impl VelocityField for MarginalField {
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
        let mut found = vec![ExactPoint::default(); xs.len()];
        self.evaluate(t, xs, &mut found);
        for (here, u) in found.iter().zip(out) {
            *u = here.velocity;
        }
    }

    fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
        let mut found = vec![ExactPoint::default(); xs.len()];
        self.evaluate(t, xs, &mut found);
        for ((here, u), div) in found.iter().zip(out).zip(div) {
            (*u, *div) = (here.velocity, here.divergence);
        }
    }

    fn provenance(&self) -> Provenance {
        Provenance::Exact
    }
}

#[cfg(test)]
mod tests;
