//! The fast forms against their definition.

use super::*;
use crate::flow::Bounds;
use crate::flow::path::Path;

/// A ring of Gaussians of unequal weights.
fn ring(n: usize, std: f64) -> Vec<Component> {
    let node = |i: usize| {
        let (sin, cos) = (std::f64::consts::TAU * i as f64 / n as f64).sin_cos();
        Component {
            weight: 1.0 + 0.5 * sin,
            ..Component::isotropic([3.0 * cos, 2.0 * sin + 0.5], std)
        }
    };
    (0..n).map(node).collect()
}

/// Two blocks of different sides and weights.
fn blocks(std: f64) -> Vec<Component> {
    let block = |weight, corner: Point, n: [usize; 2]| {
        let node = move |i: usize| {
            let [column, row] = [i % n[0], i / n[0]].map(|i| 0.15 * i as f64);
            Component {
                weight,
                ..Component::isotropic([corner[0] + column, corner[1] + row], std)
            }
        };
        (0..n[0] * n[1]).map(node)
    };
    let first = block(1.0, [-2.0, -1.0], [17, 13]);
    first.chain(block(0.4, [0.5, 0.7], [12, 21])).collect()
}

#[test]
fn targets_in_blocks_are_found() {
    let [block, ring] = [blocks(0.1), ring(400, 0.1)].map(|targets| {
        let source = vec![Component::isotropic([0.0; 2], 1.0)];
        let field = ExactField::new(Path::Cosine, source, targets).unwrap();
        Lattice::of(&field).unwrap().blocks.is_some()
    });
    assert!(block && !ring);
}

fn fields() -> Vec<ExactField> {
    let source = |std| vec![Component::isotropic([0.3, -0.2], std)];
    let field = |path, std, n, noise| {
        let field = ExactField::new(path, source(1.0), ring(n, std));
        field.unwrap().with_noise(noise)
    };
    let vp = Path::Vp {
        beta_min: 0.1,
        beta_max: 20.0,
    };
    vec![
        field(Path::CondOt { sigma_min: 0.0 }, 0.2, 101, 0.0),
        field(Path::CondOt { sigma_min: 0.1 }, 0.01, 1003, 0.3),
        field(vp, 0.1, 64, 0.0),
        field(Path::LinearVp, 0.05, 400, 0.0),
        field(Path::Cosine, 1e-3, 300, 0.0),
        ExactField::new(Path::CondOt { sigma_min: 0.0 }, source(1.0), blocks(0.1)).unwrap(),
        ExactField::new(vp, source(1.0), blocks(0.02)).unwrap(),
    ]
}

/// Relative to the sizes of what cancels in them. Exponents are as large as the density's logarithm, and either form rounds
/// them: far away that is what limits.
fn assert_same(found: &ExactPoint, expected: &ExactPoint, relative: f64, words: &str) {
    let size = |v: Point| 1.0 + v[0].abs() + v[1].abs();
    let relative = relative + 1e-14 * expected.log_density.abs();
    let near = |a: f64, b: f64, size: f64| {
        assert!(
            (a - b).abs() <= relative * size,
            "{words}: {found:?} is not {expected:?}"
        );
    };
    near(
        found.log_density,
        expected.log_density,
        1.0 + expected.log_density.abs(),
    );
    near(
        found.divergence,
        expected.divergence,
        1.0 + expected.divergence.abs(),
    );
    for i in 0..2 {
        near(found.score[i], expected.score[i], size(expected.score));
        near(
            found.velocity[i],
            expected.velocity[i],
            size(expected.velocity),
        );
        near(
            found.denoiser[i],
            expected.denoiser[i],
            size(expected.denoiser),
        );
    }
}

#[test]
fn many_points_are_what_each_of_them_is() {
    let points: Vec<Point> = (0..400)
        .map(|i| {
            let i = f64::from(i);
            [5.0 * (0.7 * i).sin(), 4.0 * (1.3 * i).cos()]
        })
        .chain([[40.0, -30.0], [3.0, 0.5]])
        .collect();
    for field in fields() {
        let lattice = Lattice::of(&field).unwrap();
        for t in [0.0, 0.2, 0.6, 0.95, 1.0] {
            let mut found = vec![ExactPoint::default(); points.len()];
            lattice.evaluate(t, &points, &mut found);
            let marginal = field.at(t);
            for (&x, found) in points.iter().zip(&found) {
                let words = format!("{} t {t} {x:?}", field.path().name());
                assert_same(found, &marginal.evaluate(x), 1e-9, &words);
            }
        }
    }
}

/// The drawn box, one far from all targets, and one so wide that most of it underflows.
#[test]
fn a_grid_is_what_each_of_its_cells_is() {
    let far = Bounds {
        min: [30.0, 20.0],
        max: [34.0, 25.0],
    };
    for bounds in [Bounds::square(5.0), far, Bounds::square(200.0)] {
        for field in fields() {
            let lattice = Lattice::of(&field).unwrap();
            for t in [0.0, 0.3, 0.7, 0.99, 1.0] {
                let n = [37, 29];
                let found = lattice.evaluate_cells(t, bounds, n);
                let marginal = field.at(t);
                assert_eq!(found.len(), n[0] * n[1]);
                for (i, found) in found.iter().enumerate().step_by(7) {
                    let share = [(i % n[0]) as f64 + 0.5, (i / n[0]) as f64 + 0.5];
                    let x = [
                        bounds.min[0] + share[0] * bounds.width() / n[0] as f64,
                        bounds.min[1] + share[1] * bounds.height() / n[1] as f64,
                    ];
                    let words = format!("{} t {t} {x:?}", field.path().name());
                    assert_same(found, &marginal.evaluate(x), 1e-9, &words);
                }
            }
        }
    }
    let lattice = Lattice::of(&fields()[0]).unwrap();
    assert!(lattice.evaluate_cells(0.5, far, [0, 3]).is_empty());
}

#[test]
fn other_mixtures_are_none() {
    let path = Path::Cosine;
    let one = || vec![Component::isotropic([0.0; 2], 1.0)];
    let of = |source, target| Lattice::of(&ExactField::new(path, source, target).unwrap());
    assert!(of(one(), ring(8, 0.3)).is_some());
    assert!(of(ring(2, 0.3), ring(8, 0.3)).is_none());
    let unequal = [ring(3, 0.3), ring(2, 0.2)].concat();
    assert!(of(one(), unequal).is_none());
    let flat = Component {
        cov: [1.0, 0.0, 0.5],
        ..one()[0]
    };
    assert!(of(vec![flat], ring(3, 0.3)).is_none());
}
