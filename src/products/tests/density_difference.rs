//! The density less the exact one: what it builds on, what it says, and that an exact flow has next to none.

use super::*;
use crate::experiment::Velocity;
use crate::flow::distribution::Shape;

fn compared(velocity: Velocity) -> Experiment {
    let mut experiment = experiment();
    experiment.problem.target = Shape::EightGaussians {
        radius: 2.0,
        std: 0.5,
    }
    .into();
    experiment.problem.velocity = velocity;
    // An estimate of the divergence is no measure of the density.
    experiment.readout.evaluation.divergence = Divergence::Exact;
    experiment.view.layers = vec![Layer::DensityDifference];
    experiment
}

fn seen(experiment: &Experiment) -> Look {
    Look {
        metrics: false,
        particles: 10,
        cloud: None,
        measure: None,
        errors: 0,
        ..Look::of(&experiment.view, Bounds::square(3.0))
    }
}

fn made(velocity: Velocity) -> Products {
    let studied = Arc::new(compared(velocity));
    let flow = match marginal_field(&studied) {
        Ok(field) if velocity != Velocity::Learned => {
            Flow::exact(field, Arc::clone(&studied), RunId(0))
        }
        _ => flow(&studied, 3),
    };
    all(&flow, &seen(&studied))
}

#[test]
fn it_is_the_map_less_the_exact_density_cell_by_cell() {
    let products = made(Velocity::Learned);
    let difference = products.density_difference.get().unwrap();
    let map = &products.likelihood_map.get().unwrap().0;
    assert_eq!(
        (difference.bounds, difference.n),
        (map.bounds, map.n),
        "of the fine map"
    );
    let exact = products.exact.get().unwrap();
    let field = exact.field.as_ref().unwrap();
    let mut largest: f64 = 0.0;
    let points = field.evaluate_grid(1.0, map.bounds, map.n);
    let cells = points.iter().zip(&map.values).zip(&difference.values);
    for ((point, log), got) in cells {
        let expected = log.exp() - point.log_density.exp();
        if expected.is_finite() {
            largest = largest.max(expected.abs());
            assert!(
                (expected - f64::from(*got)).abs() < 1e-5,
                "{got} and {expected}"
            );
        }
    }
    assert!((difference.largest - largest).abs() < 1e-5 && largest > 0.01);
}

#[test]
fn an_exact_flow_has_next_to_none_and_a_wrong_one_has_some() {
    let of = |scale| {
        let rotation = 0.0;
        made(Velocity::Exact { scale, rotation })
            .density_difference
            .get()
            .unwrap()
            .largest
    };
    let (right, wrong) = (of(1.0), of(0.7));
    assert!(right < 0.01, "{right}");
    assert!(wrong > 5.0 * right && wrong > 0.02, "{wrong} and {right}");
}

#[test]
fn it_is_made_where_it_is_shown_and_out_of_date_with_what_it_is_of() {
    let products = made(Velocity::Learned);
    let is_current = |experiment: Experiment| {
        let (look, experiment) = (seen(&experiment), Arc::new(experiment));
        let made = products.density_difference.get().unwrap();
        products.is_current(made, &experiment, &look)
    };
    let studied = || compared(Velocity::Learned);
    assert!(is_current(studied()));
    for (key, value) in [
        ("target", "(shape: Checkerboard)"),
        ("path", "Cosine"),
        ("view.layers", "[Likelihood]"),
    ] {
        let mut changed = studied();
        changed.set(key, value).unwrap();
        assert!(!is_current(changed), "{key}");
    }
    let mut moved = studied();
    moved.set("view.t", "0.3").unwrap();
    assert!(is_current(moved), "it is that of t = 1");
    let mut plain = studied();
    plain.view.layers = vec![Layer::Likelihood];
    let plain = Arc::new(plain);
    let products = all(&flow(&plain, 3), &seen(&plain));
    assert!(products.likelihood_map.get().is_some() && products.density_difference.get().is_none());
}
