//! The density q of a distribution and its entropy, where there is one: the ideal negative log likelihood.

use super::basis::Basis;
use super::energies::grid;
use super::nodes::{CHECKERBOARD_SQUARE, checkerboard_centres};
use super::{Component, ExactField, ExactPoint, Kind, MarginalError, MarginalField, Nodes};
use crate::flow::distribution::{Distribution, Drawing, Shape};
use crate::flow::path::Path;
use crate::flow::work::pause;
use crate::flow::{Bounds, Point};

/// Nodes of a shape that is no mixture.
const NODES: usize = 4096;
/// Cells that are evaluated in one piece.
const PIECE: usize = 16_384;

/// The density of a distribution.
#[derive(Clone, Debug)]
pub struct Density {
    scale: f64,
    shift: Point,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    /// That of a mixture, as `p_1` of a field to it.
    Mixture(MarginalField),
    /// Even within these boxes of one size about the origin.
    Boxes { centres: Vec<Point>, size: [f64; 2] },
    /// Even within the cells of a drawing.
    Cells(Drawing),
}

impl Density {
    /// That of a distribution; `None` for a curve without noise, which has none. Noisy curves and the pinwheel have theirs from
    /// a quadrature of some thousand nodes.
    ///
    /// # Errors
    /// As [`Nodes::new`].
    pub fn of(distribution: &Distribution) -> Result<Option<Self>, MarginalError> {
        let form = match &distribution.shape {
            &Shape::Uniform { width, height } => Form::Boxes {
                centres: vec![[0.0; 2]],
                size: [width, height],
            },
            Shape::Checkerboard => Form::Boxes {
                centres: checkerboard_centres(),
                size: CHECKERBOARD_SQUARE,
            },
            Shape::Drawn(drawing) => {
                distribution.sampler()?;
                Form::Cells(drawing.clone())
            }
            _ => {
                let nodes = Nodes::new(distribution, NODES)?;
                if matches!(nodes.kind, Kind::Quadrature { kernel: Some(_) }) {
                    return Ok(None);
                }
                let source = vec![Component::isotropic([0.0; 2], 1.0)];
                let path = Path::CondOt { sigma_min: 0.0 };
                let field = ExactField::new(path, source, nodes.components)?;
                // The nodes stand on the canvas.
                return Ok(Some(Self {
                    scale: 1.0,
                    shift: [0.0; 2],
                    form: Form::Mixture(MarginalField::of(field, Basis::ClosedForm)),
                }));
            }
        };
        Ok(Some(Self {
            scale: distribution.scale,
            shift: [distribution.shift.0, distribution.shift.1],
            form,
        }))
    }

    /// `log q(x)` of every point, natural; minus infinity where there is nothing.
    pub fn log(&self, xs: &[Point]) -> Vec<f64> {
        let magnified = 2.0 * self.scale.ln();
        let at_home = |x: &Point| [0, 1].map(|i| (x[i] - self.shift[i]) / self.scale);
        match &self.form {
            Form::Mixture(field) => {
                let mut found = vec![ExactPoint::default(); xs.len()];
                field.evaluate(1.0, xs, &mut found);
                found.iter().map(|here| here.log_density).collect()
            }
            Form::Boxes { centres, size } => {
                let height = -(centres.len() as f64 * size[0] * size[1]).ln() - magnified;
                let inside = |z: Point| {
                    let holds = |c: &Point| (0..2).all(|i| (z[i] - c[i]).abs() <= 0.5 * size[i]);
                    centres.iter().any(holds)
                };
                let log = |x| {
                    if inside(at_home(x)) {
                        height
                    } else {
                        f64::NEG_INFINITY
                    }
                };
                xs.iter().map(log).collect()
            }
            Form::Cells(drawing) => {
                let total: f64 = drawing.cells().iter().map(|&w| f64::from(w)).sum();
                let norm = (total * cell_area(drawing)).ln() + magnified;
                let log = |x| cell(drawing, at_home(x)).ln() - norm;
                xs.iter().map(log).collect()
            }
        }
    }

    /// `-E log q(x)` for x drawn from q, in nats; closed for boxes and cells, summed over a grid for mixtures, with a pause
    /// every few thousand cells.
    pub async fn entropy(&self) -> f64 {
        let magnified = 2.0 * self.scale.ln();
        match &self.form {
            Form::Mixture(field) => match field.mixtures() {
                Some(mixtures) => mixture_entropy(field, mixtures).await,
                None => f64::NAN,
            },
            Form::Boxes { centres, size } => {
                (centres.len() as f64 * size[0] * size[1]).ln() + magnified
            }
            Form::Cells(drawing) => {
                let weights = || drawing.cells().iter().map(|&w| f64::from(w));
                let total: f64 = weights().sum();
                let shares = weights().map(|w| w / total).filter(|&share| share > 0.0);
                let choice: f64 = shares.map(|share| -share * share.ln()).sum();
                choice + cell_area(drawing).ln() + magnified
            }
        }
    }
}

fn cell_area(drawing: &Drawing) -> f64 {
    let bounds = drawing.bounds();
    bounds.width() * bounds.height() / (Drawing::SIZE * Drawing::SIZE) as f64
}

/// The weight of the cell at a point, 0 outside.
fn cell(drawing: &Drawing, z: Point) -> f64 {
    let bounds = drawing.bounds();
    let size = [bounds.width(), bounds.height()];
    let place = [0, 1].map(|i| (z[i] - bounds.min[i]) / size[i] * Drawing::SIZE as f64);
    let within = |c: f64| (0.0..Drawing::SIZE as f64).contains(&c);
    if !place.into_iter().all(within) {
        return 0.0;
    }
    let [column, row] = place.map(|c| c as usize);
    f64::from(drawing.cells()[row * Drawing::SIZE + column])
}

async fn mixture_entropy(field: &MarginalField, mixtures: &ExactField) -> f64 {
    let (bounds, n) = grid(mixtures, 1.0);
    let rows = (PIECE / n[0]).max(1);
    let step = bounds.height() / n[1] as f64;
    let (mut mass, mut sum) = (0.0, 0.0);
    for from in (0..n[1]).step_by(rows) {
        let to = n[1].min(from + rows);
        let y = |row: usize| bounds.min[1] + row as f64 * step;
        let band = Bounds {
            min: [bounds.min[0], y(from)],
            max: [bounds.max[0], y(to)],
        };
        for here in field.evaluate_grid(1.0, band, [n[0], to - from]) {
            let density = here.log_density.exp();
            mass += density;
            sum -= density * here.log_density;
        }
        pause().await;
    }
    sum / mass
}

#[cfg(test)]
mod tests;
