//! What is known of the marginal field in every cell at one time, and how far it is from solving its own equation.

use super::{Raster, Spread};
use crate::flow::exact::{ExactPoint, MarginalField};
use crate::flow::work::pause;

/// The shares of the probability that the contours enclose.
pub const LEVELS: [f64; 5] = [0.9, 0.7, 0.5, 0.3, 0.1];
/// Rows of cells that are evaluated at once.
const BAND: usize = 8;
/// In every so many-th cell along both axes the field's own residual is measured.
const SPARSE: usize = 4;
/// The step of the central differences of `log p_t` in time.
const STEP: f64 = 1e-4;

/// What is known of the marginal field in a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExactCell {
    /// `grad log p_t`.
    pub score: [f32; 2],
    /// `u_t`.
    pub velocity: [f32; 2],
    /// `div u_t`.
    pub divergence: f32,
}

impl ExactCell {
    fn of(point: &ExactPoint) -> Self {
        Self {
            score: point.score.map(|x| x as f32),
            velocity: point.velocity.map(|x| x as f32),
            divergence: point.divergence as f32,
        }
    }
}

/// How far a field is from carrying `p_t`, over the cells of a raster.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Residual {
    /// `int |dp/dt + div(p v)| dx`, per unit of t: twice the probability that comes to a wrong place.
    pub continuity: f64,
    /// The root of the mean under p_t of `(d/dt log p_t + grad log p_t . v + div v)^2`, per unit of t.
    pub ppd: f64,
}

impl Residual {
    /// That of the PPD residual in some cells with their probabilities, which need not add up to 1.
    pub fn of(cells: impl Iterator<Item = (f64, f64)>) -> Self {
        let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
        for (residual, probability) in cells.filter(|(residual, _)| residual.is_finite()) {
            mass += probability;
            first += probability * residual.abs();
            second += probability * residual * residual;
        }
        Self {
            continuity: first,
            ppd: if mass > 0.0 {
                (second / mass).sqrt()
            } else {
                0.0
            },
        }
    }
}

/// The marginal field at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactSlice {
    /// The time.
    pub t: f64,
    /// `log p_t` in every cell, `[iy][ix]`.
    pub log_density: Vec<f32>,
    /// What else is known there.
    pub cells: Vec<ExactCell>,
    /// `log p_t` at the edge of the region where it is highest that has the share of the probability; none if the raster
    /// does not have as much. By [`LEVELS`].
    pub levels: [Option<f32>; LEVELS.len()],
    /// How large `p_t` is where the probability is.
    pub spread: Spread,
    /// The marginal field's own residual, with `d/dt log p_t` by central differences: what is left is their error.
    pub own: Residual,
}

impl ExactSlice {
    /// That of a field at time `t`, with pauses.
    pub async fn sample(field: &MarginalField, raster: &Raster, t: f64) -> Self {
        let mut log_density = Vec::with_capacity(raster.len());
        let mut cells = Vec::with_capacity(raster.len());
        for band in raster.bands(BAND) {
            let found = field.evaluate_grid(t, band.bounds, band.n);
            log_density.extend(found.iter().map(|point| point.log_density as f32));
            cells.extend(found.iter().map(ExactCell::of));
            pause().await;
        }
        let levels = levels(&log_density, raster.cell_area());
        pause().await;
        let weighted = log_density.iter().map(|log_p| (log_p.exp(), log_p.exp()));
        Self {
            t,
            levels,
            spread: Spread::of(weighted),
            own: own_residual(field, raster, t).await,
            log_density,
            cells,
        }
    }

    /// `p_t` in every cell.
    pub fn density(&self) -> impl Iterator<Item = f32> {
        self.log_density.iter().map(|log_p| log_p.exp())
    }
}

/// `log p_t` at the edges of the regions of highest density.
fn levels(log_density: &[f32], area: f64) -> [Option<f32>; LEVELS.len()] {
    let mut falling = log_density.to_vec();
    falling.sort_unstable_by(|a, b| b.total_cmp(a));
    let mut mass = 0.0;
    let enclosed: Vec<f64> = falling
        .iter()
        .map(|log_p| {
            mass += area * f64::from(*log_p).exp();
            mass
        })
        .collect();
    LEVELS.map(|share| {
        falling
            .get(enclosed.partition_point(|mass| *mass < share))
            .copied()
    })
}

/// The residual of the marginal field in some of the cells.
async fn own_residual(field: &MarginalField, raster: &Raster, t: f64) -> Residual {
    let (start, end) = field.path().time_range();
    // At both ends the differences need room.
    let t = t.clamp(start + STEP, end - STEP);
    let n = raster.n.map(|n| n.div_ceil(SPARSE));
    let sparse = Raster { n, ..*raster };
    let area = sparse.cell_area();
    let mut residuals = Vec::with_capacity(sparse.len());
    for band in sparse.bands(BAND) {
        let mut at = [t - STEP, t, t + STEP].map(|t| (t, Vec::new()));
        for (t, found) in &mut at {
            *found = field.evaluate_grid(*t, band.bounds, band.n);
            pause().await;
        }
        let [(_, before), (_, here), (_, after)] = &at;
        let around = before.iter().zip(here).zip(after);
        residuals.extend(around.map(|((before, here), after)| {
            let rate = (after.log_density - before.log_density) / (2.0 * STEP);
            let [s, u] = [here.score, here.velocity];
            let residual = rate + s[0] * u[0] + s[1] * u[1] + here.divergence;
            (residual, area * here.log_density.exp())
        }));
    }
    Residual::of(residuals.into_iter())
}
