//! Fixed-step solvers on fields whose solutions are known.

use super::*;
use crate::flow::Provenance;
use crate::flow::exact::{Component, ExactField};
use crate::flow::path::Path;
use crate::flow::trajectory::Walk;
use crate::flow::vocabulary::Vocabulary;
use crate::flow::work::finish_while;

const ALL: [Solver; 4] = [
    Solver::Euler { steps: 10 },
    Solver::Midpoint { steps: 10 },
    Solver::Heun { steps: 10 },
    Solver::Rk4 { steps: 10 },
];

/// Rotation about the origin by `turn` radians per unit of time, plus a drift.
struct Whirl {
    turn: f64,
    drift: Point,
}

impl VelocityField for Whirl {
    fn eval(&self, _t: f64, xs: &[Point], out: &mut [Point]) {
        for (x, v) in xs.iter().zip(out) {
            *v = [
                self.drift[0] - self.turn * x[1],
                self.drift[1] + self.turn * x[0],
            ];
        }
    }

    fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
        self.eval(t, xs, out);
        div.fill(0.0);
    }

    fn provenance(&self) -> Provenance {
        Provenance::Exact
    }
}

#[test]
fn a_uniform_motion_is_exact_for_every_method() {
    let field = Whirl {
        turn: 0.0,
        drift: [3.0, -4.0],
    };
    for solver in ALL {
        let run = solve(&field, solver, (0.0, 1.0), &[[1.0, 1.0], [0.0, 2.0]]);
        assert!((run.last()[0][0] - 4.0).abs() < 1e-14);
        assert!((run.last()[1][1] + 2.0).abs() < 1e-14);
        assert_eq!(run.n_nodes(), 11);
        assert_eq!(run.times.last(), Some(&1.0));
        let walks = walked(&field, solver, (0.0, 1.0), &[[1.0, 1.0]]);
        assert_eq!((walks[0].start, walks[0].end), ([1.0, 1.0], run.last()[0]));
        assert!((walks[0].energy - 25.0).abs() < 1e-13);
        assert!((walks[0].arc - 5.0).abs() < 1e-14);
    }
}

fn walked(
    field: &dyn VelocityField,
    solver: Solver,
    time_range: (f64, f64),
    x_0: &[Point],
) -> Vec<Walk> {
    let times = solver.times(time_range);
    finish(walk(field, solver.tableau(), &times, x_0))
}

#[test]
fn rk4_turns_a_quarter_circle() {
    let field = Whirl {
        turn: std::f64::consts::FRAC_PI_2,
        drift: [0.0; 2],
    };
    let run = solve(&field, Solver::Rk4 { steps: 50 }, (0.0, 1.0), &[[2.0, 0.0]]);
    assert!(run.last()[0][0].abs() < 1e-7 && (run.last()[0][1] - 2.0).abs() < 1e-7);
    let back = solve(&field, Solver::Rk4 { steps: 50 }, (1.0, 0.0), run.last());
    assert!((back.last()[0][0] - 2.0).abs() < 1e-8 && back.last()[0][1].abs() < 1e-8);
    for (range, start) in [((0.0, 1.0), [2.0, 0.0]), ((1.0, 0.0), run.last()[0])] {
        let walk = walked(&field, Solver::Rk4 { steps: 50 }, range, &[start])[0];
        let pi = std::f64::consts::PI;
        assert!((walk.arc - pi).abs() < 1e-6, "a length has no sign");
        assert!((walk.energy - pi * pi).abs() < 1e-6, "energy has no sign");
    }
}

#[test]
fn nfe_counts_evaluations_not_steps() {
    assert_eq!(ALL.map(|s| s.nfe()), [10, 20, 20, 40].map(Some));
    assert_eq!(ALL.map(|s| s.with_steps(3).steps()), [Some(3); 4]);
}

#[test]
fn a_solve_can_be_stopped_after_every_step_of_every_chunk() {
    let field = Whirl {
        turn: 1.0,
        drift: [0.0; 2],
    };
    let x_0 = [[1.0, 0.0]; 5];
    for (rows, pieces) in [(1, 50), (2, 30), (5, 10), (9, 10)] {
        let mut asked = 0;
        let solving = solve_in_pieces(&field, ALL[0], (0.0, 1.0), &x_0, rows);
        let solved = finish_while(solving, || {
            asked += 1;
            true
        });
        assert_eq!(solved, Some(solve(&field, ALL[0], (0.0, 1.0), &x_0)));
        assert_eq!(asked, pieces, "rows = {rows}");
    }
    let stopped = solve_in_pieces(&field, ALL[0], (0.0, 1.0), &x_0, 5);
    assert_eq!(finish_while(stopped, || false), None);
    let times = ALL[0].times((0.0, 1.0));
    let mut left = 4;
    let stopped = finish_while(walk(&field, ALL[0].tableau(), &times, &x_0), || {
        left -= 1;
        left > 0
    });
    assert_eq!((stopped, left), (None, 0));
}

#[test]
fn an_exact_fields_trajectories_do_not_depend_on_the_cut() {
    let around = |x| Component::isotropic([x, 0.5 * x], 0.6);
    let (source, target) = (vec![around(0.0)], vec![around(-2.0), around(3.0)]);
    let path = Path::CondOt { sigma_min: 0.01 };
    let field = ExactField::new(path, source, target).unwrap();
    let x_0: Vec<Point> = (0..600)
        .map(|i| [f64::from(i).sin(), f64::from(i).cos()])
        .collect();
    for solver in ALL {
        let whole = solve(&field, solver, (0.0, 1.0), &x_0);
        let times = solver.times((0.0, 1.0));
        let walks = walked(&field, solver, (0.0, 1.0), &x_0);
        for rows in [0, 1, 7, 512, 600] {
            let solving = solve_in_pieces(&field, solver, (0.0, 1.0), &x_0, rows);
            assert!(finish(solving) == whole, "{solver:?}, rows = {rows}");
            let chunks = x_0.chunks(rows.max(1));
            let chunks = chunks.flat_map(|x_0| finish(walk(&field, solver.tableau(), &times, x_0)));
            assert!(
                chunks.eq(walks.iter().copied()),
                "{solver:?}, rows = {rows}"
            );
        }
    }
}

#[test]
fn an_empty_cloud_stays_empty() {
    let field = Whirl {
        turn: 1.0,
        drift: [0.0; 2],
    };
    assert!(solve(&field, ALL[3], (0.0, 1.0), &[]).last().is_empty());
}

#[test]
fn steps_have_a_range_and_files_their_names() {
    assert!(Solver::Euler { steps: 0 }.validate().is_err());
    assert!(Solver::Rk4 { steps: 10_000 }.validate().is_ok());
    let refused = Solver::Heun { steps: 10_001 }.validate();
    assert_eq!(
        refused.map_err(|e| e.to_string()),
        Err("steps is 10001: expected 1 to 10000".to_owned())
    );
    let read = ron::from_str::<Solver>("Euler(steps: 100)");
    assert_eq!(read, Ok(Solver::Euler { steps: 100 }));
}

/// Half the step divides the error by 2 to the power of the order.
#[test]
fn every_solver_has_the_order_of_its_tableau() {
    let field = Whirl {
        turn: 1.0,
        drift: [0.0; 2],
    };
    for solver in Solver::EQUAL {
        let error = |steps| {
            let run = solve(&field, solver.with_steps(steps), (0.0, 1.0), &[[1.0, 0.0]]);
            let [x, y] = run.last()[0];
            (x - 1f64.cos()).hypot(y - 1f64.sin())
        };
        let order = (error(16) / error(32)).log2();
        let expected = f64::from(solver.tableau().order);
        assert!((order - expected).abs() < 0.1, "{solver:?}: {order}");
    }
}

#[test]
fn a_solver_that_chooses_its_steps_is_written_like_the_others_and_has_its_ranges() {
    let read = |text: &str| ron::from_str::<Solver>(text);
    let usual = read("DormandPrince(tolerance: 1e-5)");
    assert_eq!(usual, Ok(Solver::controlled(1e-5)));
    assert_eq!(
        ron::to_string(&Solver::controlled(1e-5)).as_deref(),
        Ok("DormandPrince(tolerance:1e-5)")
    );
    let thrifty = Solver::DormandPrince {
        tolerance: 1e-3,
        budget: 200,
    };
    assert_eq!(
        read("DormandPrince(tolerance: 1e-3, budget: 200)"),
        Ok(thrifty)
    );
    assert!(read("DormandPrince()").is_err() && read("DormandPrince(steps: 10)").is_err());
    let refused = |tolerance, budget| {
        let solver = Solver::DormandPrince { tolerance, budget };
        solver.validate().unwrap_err().to_string()
    };
    assert_eq!(refused(1.0, 1000), "tolerance is 1.0: expected 1e-8 to 0.1");
    assert_eq!(refused(1e-3, 6), "budget is 6: expected 100 to 40000");
    assert_eq!(
        (thrifty.steps(), thrifty.nfe(), thrifty.n_nodes()),
        (None, None, 101)
    );
    assert_eq!(thrifty.with_steps(7), thrifty);
    assert_eq!(
        Solver::Euler { steps: 9 }.with_constants_of(thrifty),
        Solver::Euler { steps: 9 }
    );
}

/// Nodes are evenly spaced whatever the steps; what was not reached is not-a-number, and a sentence says so.
#[test]
fn what_was_solved_says_how_and_how_far() {
    let field = Whirl {
        turn: 30.0,
        drift: [0.0; 2],
    };
    let x_0 = [[1.0, 0.0], [0.0, 0.5], [0.2, 0.2]];
    let solver = Solver::controlled(1e-6);
    let solving = solve_with_steps(&field, solver, (0.0, 1.0), &x_0, 2);
    let (run, steps) = finish(solving);
    assert_eq!(
        (run.n_nodes(), run.nfe, run.times[50]),
        (101, steps.nfe, 0.5)
    );
    let exact = |t: f64| [(30.0 * t).cos(), (30.0 * t).sin()];
    for (node, &t) in run.times.iter().enumerate() {
        let [x, y] = run.at_node(node)[0];
        assert!((x - exact(t)[0]).hypot(y - exact(t)[1]) < 1e-4, "t = {t}");
    }
    assert_eq!(
        finish(follow(&field, &steps, &x_0[2..], 1)).last()[0],
        run.last()[2]
    );
    assert_eq!((steps.stopped_at(), steps.complaint()), (None, None));
    assert_eq!(
        steps.legend(),
        format!("Dormand-Prince 5(4), {} NFE", steps.nfe)
    );
    let back = solve_with_steps(&field, solver, (1.0, 0.0), run.last(), 3);
    let (back, steps) = finish(back);
    assert!((back.last()[0][0] - 1.0).abs() < 1e-4 && back.times[0] == 1.0);
    assert!(
        steps.legend().ends_with("NFE, backward"),
        "{}",
        steps.legend()
    );
    let thrifty = Solver::DormandPrince {
        tolerance: 1e-6,
        budget: 100,
    };
    let (run, steps) = finish(solve_with_steps(&field, thrifty, (0.0, 1.0), &x_0, 2));
    let at = steps.stopped_at().unwrap();
    assert!(at < 0.9 && steps.nfe <= 100 && run.last()[0][0].is_nan());
    assert!(run.at_node(5)[0][0].is_finite() && run.position(0, at - 0.02)[0].is_finite());
    let sentence = steps.complaint().unwrap();
    assert!(
        sentence.contains("stopped at t = ") && sentence.contains("solver.budget"),
        "{sentence}"
    );
    let field: Arc<dyn VelocityField> = Arc::new(field);
    let (ends, steps) = finish(ends(
        &field,
        thrifty,
        (0.0, 1.0),
        &x_0,
        2,
        &Parts::default(),
    ));
    assert!(ends[2][0].is_nan() && steps.stopped_at() == Some(at));
}
