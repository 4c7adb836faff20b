//! Energies against values that were computed by other means, two ways each.

use super::*;
use crate::flow::coupling::Coupling;
use crate::flow::distribution::{Distribution, Shape};
use crate::flow::exact::Setting;
use crate::flow::work::finish;

const COND_OT: Path = Path::CondOt { sigma_min: 0.0 };
const VP: Path = Path::Vp {
    beta_min: 0.1,
    beta_max: 20.0,
};

fn eight_gaussians() -> Distribution {
    Shape::EightGaussians {
        radius: 5.0,
        std: 0.5,
    }
    .into()
}

fn field(path: Path, target: &Distribution) -> MarginalField {
    let setting = Setting {
        path,
        source: &Shape::Gaussian { std: 1.0 }.into(),
        target,
        coupling: Coupling::Independent,
        given: None,
        noise: 0.0,
        seed: 0,
    };
    MarginalField::new(&setting).unwrap()
}

fn assert_energies(field: &MarginalField, [conditional, floor, path]: [f64; 3], limit: f64) {
    let found = finish(energies(field)).unwrap();
    println!("{} {found:?}", field.path().name());
    for (found, expected) in [
        (found.conditional, conditional),
        (found.floor, floor),
        (found.path, path),
    ] {
        assert!(
            (found - expected).abs() < limit,
            "{found} is not {expected}"
        );
    }
    assert!(found.error < 1e-3 * found.path);
}

/// MATHS.md section 10, to all its digits.
#[test]
fn eight_gaussians_have_their_energies() {
    let target = eight_gaussians();
    for (path, values) in [
        (COND_OT, [27.5, 9.641350, 17.858650]),
        (VP, [40.396596, 13.617968, 26.778628]),
        (Path::Cosine, [33.926765, 15.144598, 18.782168]),
    ] {
        assert_energies(&field(path, &target), values, 1e-5);
    }
}

/// (0, +-7.5) -> (15, +-7.5), std 0.5: sources that are a mixture.
#[test]
fn the_two_point_toy_has_its_energies() {
    let two = |x| {
        [-7.5, 7.5]
            .map(|y| Component::isotropic([x, y], 0.5))
            .to_vec()
    };
    let field = ExactField::new(COND_OT, two(0.0), two(15.0)).unwrap();
    let field = MarginalField::of(field, crate::flow::exact::Basis::ClosedForm);
    assert_energies(&field, [338.5, 13.7967, 324.7033], 1.5e-4);
}

#[test]
fn an_estimate_has_none() {
    let source = Shape::Gaussian { std: 1.0 }.into();
    let setting = Setting {
        path: COND_OT,
        source: &source,
        target: &eight_gaussians(),
        coupling: Coupling::BatchOt { batch: 8 },
        given: None,
        noise: 0.0,
        seed: 0,
    };
    let field = MarginalField::new(&setting).unwrap();
    assert!(field.basis().is_estimate());
    assert_eq!(finish(energies(&field)), None);
}
