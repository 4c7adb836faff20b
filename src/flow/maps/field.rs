//! A velocity field in every cell at one time, against the marginal field.

use std::sync::Arc;

use super::{ExactCell, ExactSlice, Raster, Residual, Spread};
use crate::flow::VelocityField;
use crate::flow::work::pause;

/// A field at one time.
#[derive(Clone, Debug)]
pub struct FieldSlice {
    /// Training steps behind it.
    pub step: u64,
    /// `div v_t` in every cell, `[iy][ix]`.
    pub divergence: Vec<f32>,
    /// How large it is, where the probability is if that is known.
    pub divergence_spread: Spread,
    /// What it is compared with, if there is a marginal field.
    pub against: Option<Arc<Against>>,
}

/// A field against the marginal one.
#[derive(Clone, Debug)]
pub struct Against {
    /// The marginal field.
    pub exact: Arc<ExactSlice>,
    /// `|v - u|` in every cell.
    pub error: Vec<f32>,
    /// `d/dt log p_t + grad log p_t . v + div v` in every cell; times `p_t` it is `dp/dt + div(p v)`.
    pub ppd: Vec<f32>,
    /// `E |v - u|^2` over p_t.
    pub mean_squared_error: f64,
    /// How far the field is from carrying `p_t`.
    pub residual: Residual,
    /// How large `|v - u|`, the continuity residual and the PPD residual are where the probability is.
    pub spreads: [Spread; 3],
}

impl FieldSlice {
    /// A field at time `t`, at most `rows` points at once and with a pause after each evaluation.
    pub async fn sample(
        field: &dyn VelocityField,
        exact: Option<Arc<ExactSlice>>,
        raster: &Raster,
        (t, step): (f64, u64),
        rows: usize,
    ) -> Self {
        let (centres, rows) = (raster.centres(), rows.max(1));
        let mut velocity = vec![[0.0; 2]; centres.len()];
        let mut divergence = vec![0.0; centres.len()];
        let outputs = velocity.chunks_mut(rows).zip(divergence.chunks_mut(rows));
        for (centres, (v, div)) in centres.chunks(rows).zip(outputs) {
            field.eval_div(t, centres, v, div);
            pause().await;
        }
        let exact = exact.filter(|exact| exact.cells.len() == centres.len());
        let density: Vec<f32> = match &exact {
            Some(exact) => exact.density().collect(),
            None => vec![1.0; centres.len()],
        };
        let against = |exact| Against::of(exact, &density, (&velocity, &divergence), raster);
        let against = exact.map(|exact| Arc::new(against(exact)));
        let divergence: Vec<f32> = divergence.into_iter().map(|div| div as f32).collect();
        Self {
            step,
            divergence_spread: Spread::of(divergence.iter().copied().zip(density)),
            divergence,
            against,
        }
    }
}

impl Against {
    fn of(
        exact: Arc<ExactSlice>,
        density: &[f32],
        (velocity, divergence): (&[[f64; 2]], &[f64]),
        raster: &Raster,
    ) -> Self {
        let (mut error, mut ppd) = (
            Vec::with_capacity(density.len()),
            Vec::with_capacity(density.len()),
        );
        let (mut mass, mut squares) = (0.0, 0.0);
        for ((cell, p), (v, div)) in exact
            .cells
            .iter()
            .zip(density)
            .zip(velocity.iter().zip(divergence))
        {
            let ExactCell {
                score,
                velocity: u,
                divergence: div_u,
            } = *cell;
            let off = [0, 1].map(|i| v[i] - f64::from(u[i]));
            let square = off[0] * off[0] + off[1] * off[1];
            if square.is_finite() {
                mass += f64::from(*p);
                squares += f64::from(*p) * square;
            }
            error.push(square.sqrt() as f32);
            // d/dt log p_t = -(div u + s . u), exactly.
            let pull = f64::from(score[0]) * off[0] + f64::from(score[1]) * off[1];
            ppd.push((div - f64::from(div_u) + pull) as f32);
        }
        let area = raster.cell_area();
        let probabilities = density.iter().map(|p| area * f64::from(*p));
        let by_density =
            |numbers: &[f32]| Spread::of(numbers.iter().copied().zip(density.iter().copied()));
        let continuity: Vec<f32> = ppd.iter().zip(density).map(|(r, p)| r * p).collect();
        Self {
            residual: Residual::of(ppd.iter().map(|r| f64::from(*r)).zip(probabilities)),
            spreads: [&error, &continuity, &ppd].map(|numbers| by_density(numbers)),
            mean_squared_error: if mass > 0.0 { squares / mass } else { 0.0 },
            exact,
            error,
            ppd,
        }
    }
}
