//! The entropy of a distribution, without a sample: the ideal negative log likelihood.

use super::basis::Basis;
use super::energies::grid;
use super::nodes::{CHECKERBOARD_SQUARE, checkerboard_centres};
use super::{Component, ExactField, Kind, MarginalError, MarginalField, Nodes};
use crate::flow::Bounds;
use crate::flow::distribution::{Distribution, Drawing, Shape};
use crate::flow::path::Path;
use crate::flow::work::pause;

/// Nodes of a shape that is no mixture.
const NODES: usize = 4096;
/// Cells that are evaluated in one piece.
const PIECE: usize = 16_384;

/// `-E log q(x)` for x drawn from the distribution q, in nats: closed for boxes and a drawing's cells, summed over a grid for
/// mixtures and for the nodes of noisy curves, with a pause every few thousand cells. `None` for a curve without noise, which
/// has no density.
///
/// # Errors
/// As [`Nodes::new`].
pub async fn entropy(distribution: &Distribution) -> Result<Option<f64>, MarginalError> {
    distribution.validate()?;
    let magnified = 2.0 * distribution.scale.ln();
    let at_home = match &distribution.shape {
        Shape::Uniform { width, height } => (width * height).ln(),
        Shape::Checkerboard => {
            let [width, height] = CHECKERBOARD_SQUARE;
            (checkerboard_centres().len() as f64 * width * height).ln()
        }
        Shape::Drawn(drawing) => {
            distribution.sampler()?;
            of_cells(drawing)
        }
        _ => {
            let nodes = Nodes::new(distribution, NODES)?;
            return match nodes.kind {
                Kind::Quadrature { kernel: Some(_) } => Ok(None),
                _ => Ok(Some(of_mixture(nodes.components).await?)),
            };
        }
    };
    Ok(Some(at_home + magnified))
}

/// The choice of a cell, then a place in it.
fn of_cells(drawing: &Drawing) -> f64 {
    let weights = || drawing.cells().iter().map(|&w| f64::from(w));
    let total: f64 = weights().sum();
    let shares = weights().map(|w| w / total).filter(|&share| share > 0.0);
    let choice: f64 = shares.map(|share| -share * share.ln()).sum();
    let bounds = drawing.bounds();
    let area = bounds.width() * bounds.height() / (Drawing::SIZE * Drawing::SIZE) as f64;
    choice + area.ln()
}

/// Over a grid, the mixture being `p_1` of a field to it.
async fn of_mixture(components: Vec<Component>) -> Result<f64, MarginalError> {
    let source = vec![Component::isotropic([0.0; 2], 1.0)];
    let mixtures = ExactField::new(Path::CondOt { sigma_min: 0.0 }, source, components)?;
    let (bounds, n) = grid(&mixtures, 1.0);
    let field = MarginalField::of(mixtures, Basis::ClosedForm);
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
    Ok(sum / mass)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::likelihood::LogDensity;
    use crate::flow::rng::{Stream, stream};
    use crate::flow::work::finish;

    fn entropy_of(distribution: impl Into<Distribution>) -> f64 {
        finish(entropy(&distribution.into())).unwrap().unwrap()
    }

    /// MATHS.md sections 7 and 10.
    #[test]
    fn entropies_are_the_known_ones() {
        let eight = Shape::EightGaussians {
            radius: 5.0,
            std: 0.5,
        };
        let known = [
            (entropy_of(eight), 3.530643),
            (entropy_of(Shape::Checkerboard), 3.676457),
            (
                entropy_of(Shape::Gaussian { std: 2.0 }),
                (std::f64::consts::TAU * 4.0).ln() + 1.0,
            ),
        ];
        for (found, known) in known {
            assert!((found - known).abs() < 1e-6, "{found} is not {known}");
        }
        let ring = Shape::Moons { noise: 0.0 };
        assert_eq!(finish(entropy(&ring.into())), Ok(None));
    }

    /// A drawing of one cell in four is a quarter of its box.
    #[test]
    fn cells_have_the_entropy_of_their_area() {
        let drawing = Drawing::from_fn(Bounds::square(4.0), |x, y| f64::from(x > 0.0 && y > 0.0));
        let scaled = Distribution {
            shape: Shape::Drawn(drawing),
            scale: 0.5,
            shift: (1.0, 2.0),
        };
        assert!((entropy_of(scaled) - 4f64.ln()).abs() < 1e-9);
    }

    /// It is the mean of `-log q` over points that are drawn.
    #[test]
    fn a_sample_agrees() {
        for distribution in Shape::gallery() {
            let name = distribution.shape.name();
            let Ok(density) = LogDensity::of(&distribution, 1.0) else {
                continue;
            };
            let mut rng = stream(1, Stream::Display, 0);
            let points = distribution.sampler().unwrap().sample_n(4000, &mut rng);
            let logs: Vec<f64> = points.iter().map(|&x| density.at(x)).collect();
            let n = logs.len() as f64;
            let mean = logs.iter().sum::<f64>() / n;
            let variance = logs.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / n;
            let (found, error) = (entropy_of(distribution), (variance / n).sqrt());
            println!("{name}: {found} {} +- {error:.1e}", -mean);
            assert!((found + mean).abs() < 4.5 * error + 1e-9, "{name}");
        }
    }
}
