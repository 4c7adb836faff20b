//! What methods cost, on a field in closed form: against a search that tries every number of steps.

use super::*;
use crate::flow::exact::ExactField;
use crate::flow::reference::rms_distance;
use crate::flow::work::{Parts, finish};
use crate::products::solvers::compare_solvers;

/// Eight Gaussians with an independent coupling, in closed form.
fn exact(solver: Solver, error: f64) -> Flow {
    let preset = presets::find("eight-gaussians").unwrap();
    let mut experiment = preset.experiment().unwrap();
    experiment.readout.solver = solver;
    experiment.readout.evaluation.samples = 200;
    experiment.readout.evaluation.w2_samples = 50;
    experiment.readout.evaluation.error = error;
    experiment.readout.evaluation.tolerance = 1e-6;
    let problem = &experiment.problem;
    let mixtures = [&problem.source, &problem.target].map(|end| end.as_mixture().unwrap());
    let [source, target] = mixtures;
    let field = ExactField::new(problem.path, source, target).unwrap();
    Flow::new(Arc::new(field), Arc::new(experiment), RunId(0))
}

fn references(flow: &Flow) -> References {
    finish(References::draw(&flow.id.experiment, &Parts::default())).unwrap()
}

#[test]
fn the_fewest_evaluations_are_those_that_a_search_without_a_plan_finds() {
    let flow = exact(Solver::Rk4 { steps: 50 }, 0.03);
    let references = references(&flow);
    let compared = finish(compare_solvers(&flow, &references, &Parts::default()));
    let x_0 = &references.source;
    assert_eq!(compared.n_samples, x_0.len());
    let range = flow.id.experiment.problem.path.time_range();
    let fine = finish(super::super::metrics::fine(
        &flow,
        range,
        x_0,
        &Parts::default(),
    ))
    .ends();
    let error_of = |solver| {
        let solved = solve(flow.field.as_ref(), solver, range, x_0);
        rms_distance(solved.last(), &fine)
    };
    for (method, found) in Solver::EQUAL.into_iter().zip(&compared.methods) {
        let least = (1..=400).find(|&n| error_of(method.with_steps(n)) <= compared.bound);
        let least = method.with_steps(least.unwrap());
        println!(
            "{}: {:?} NFE, error {:.4}",
            method.name(),
            found.nfe(),
            found.error
        );
        assert_eq!((found.solver, found.nfe()), (least, least.nfe()));
        assert_eq!(found.error, error_of(least));
    }
    let nfe: Vec<usize> = compared.methods.iter().filter_map(|m| m.nfe()).collect();
    assert!(nfe[0] > 2 * nfe[1], "a higher order pays: {nfe:?}");
    let controlled = &compared.controlled;
    let tried = controlled.steps.accepted() + controlled.steps.rejected;
    assert_eq!(controlled.nfe(), Some(2 + 6 * tried));
    assert!(controlled.error < 1e-4, "{controlled:?}");
}

/// RK4 with 200 steps comes home to 1e-7; one that chooses its steps to about its tolerance; Euler does not.
#[test]
fn a_particle_comes_home_as_far_as_the_solver_is_good() {
    for (solver, least, most) in [
        (Solver::Rk4 { steps: 200 }, 0.0, 1e-7),
        (Solver::controlled(1e-7), 0.0, 1e-4),
        (Solver::Euler { steps: 20 }, 1e-2, 1.0),
    ] {
        let flow = exact(solver, 0.5);
        let compared = finish(compare_solvers(
            &flow,
            &references(&flow),
            &Parts::default(),
        ));
        let errors = [compared.round_trip, compared.round_trip_from_target];
        println!("{}: {errors:?}", solver.name());
        assert!(
            errors.iter().all(|e| (least..most).contains(e)),
            "{solver:?}: {errors:?}"
        );
    }
}

/// What nobody finds within the evaluations that are tried is not made up.
#[test]
fn a_search_without_success_and_a_spent_budget_say_so() {
    let scarce = Solver::DormandPrince {
        tolerance: 1e-8,
        budget: 100,
    };
    let mut flow = exact(scarce, 1e-3);
    let mut experiment = Experiment::clone(&flow.id.experiment);
    // The bound is a share of the spread, and the target's is next to nothing here.
    experiment.problem.target.scale = 1e-6;
    flow.id.experiment = Arc::new(experiment);
    let compared = finish(compare_solvers(
        &flow,
        &references(&flow),
        &Parts::default(),
    ));
    let euler = compared.methods[0];
    assert_eq!(
        (euler.nfe(), euler.solver),
        (None, Solver::Euler { steps: 1024 })
    );
    assert!(euler.error > compared.bound);
    assert!(compared.round_trip.is_nan() && compared.round_trip_from_target.is_nan());
}

#[test]
fn segments_lead_from_where_the_solver_ends_to_where_the_flow_does() {
    let mut flow = exact(Solver::Euler { steps: 10 }, 0.1);
    let mut experiment = Experiment::clone(&flow.id.experiment);
    experiment.view.layers = vec![Layer::Errors];
    experiment.view.trajectories = 60;
    for from in End::ALL {
        experiment.view.from = from;
        flow.id.experiment = Arc::new(experiment.clone());
        let look = Look {
            metrics: false,
            ..Look::of(&experiment.view, Bounds::square(6.0))
        };
        let products = all(&flow, &look);
        let errors = products.end_errors.get().unwrap();
        let followed = &products.trajectories.get().unwrap().trajectories;
        let ends = match from {
            End::Source => followed.last(),
            End::Target => followed.first(),
        };
        assert_eq!(errors.ends, ends[..60], "{from:?}");
        let fine = solve(
            flow.field.as_ref(),
            Solver::Rk4 { steps: 400 },
            super::super::points::range(&experiment, from),
            match from {
                End::Source => &followed.first()[..60],
                End::Target => &followed.last()[..60],
            },
        );
        let off = rms_distance(&errors.fine, fine.last());
        assert!(off < 1e-3, "{from:?}: {off}");
        assert!(rms_distance(&errors.ends, &errors.fine) > 20.0 * off);
    }
}

/// On a smooth field every method has the order that its tableau promises (1, 2, 2, 4), and one that chooses its steps is
/// the better the smaller its tolerance.
#[test]
fn methods_have_their_order_on_the_exact_field() {
    let flow = exact(Solver::Rk4 { steps: 50 }, 0.03);
    let x_0 = references(&flow).source;
    let curves = finish(ErrorCurves::of(&flow, x_0, &Parts::default()));
    assert!(curves.reference_error < 1e-5, "{}", curves.reference_error);
    let floor = 10.0 * curves.reference_error;
    let promised = [(1.0, 0.1), (2.0, 0.2), (2.0, 0.2), (4.0, 0.4)];
    assert_eq!(curves.curves.len(), promised.len() + 1);
    for (curve, (order, off)) in curves.curves.iter().zip(promised) {
        let found = curve.order(floor).unwrap();
        println!(
            "{}: order {found:.2}, {:?}",
            curve.method.name(),
            curve.points
        );
        assert!(
            (found - order).abs() < off,
            "{}: {found}",
            curve.method.name()
        );
        let costs: Vec<usize> = curve.points.iter().map(|(nfe, _)| *nfe).collect();
        let stages = curve.method.tableau().stages();
        assert!(costs.iter().enumerate().all(|(k, nfe)| *nfe == stages << k));
    }
    let controlled = &curves.curves[4].points;
    assert!(controlled.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert!(controlled[6].1 < 1e-3 * controlled[1].1, "{controlled:?}");
}
