//! The method on fields whose solutions are known, and what its control promises.

use std::f64::consts::TAU;

use super::*;
use crate::flow::Provenance;
use crate::flow::work::{finish, finish_while};

/// `dz/dt = i w(t) z` in the plane, with `w(t) = turn (1 + swing cos(tau t))`: a circle at uneven speed.
struct Clock {
    turn: f64,
    swing: f64,
}

impl Clock {
    /// The angle that is passed from time 0 to t.
    fn angle(&self, t: f64) -> f64 {
        self.turn * (t + self.swing * (TAU * t).sin() / TAU)
    }

    fn at(&self, start: Point, t: f64) -> Point {
        let (sin, cos) = self.angle(t).sin_cos();
        [
            cos * start[0] - sin * start[1],
            sin * start[0] + cos * start[1],
        ]
    }
}

impl VelocityField for Clock {
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
        let turn = self.turn * (1.0 + self.swing * (TAU * t).cos());
        for (x, v) in xs.iter().zip(out) {
            *v = [-turn * x[1], turn * x[0]];
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

const CLOCK: Clock = Clock {
    turn: 3.0,
    swing: 0.5,
};

fn distance(a: Point, b: Point) -> f64 {
    length([a[0] - b[0], a[1] - b[1]])
}

/// One step from t = 0.2 and its continuous extension in between, against the exact solution.
fn errors_of_a_step(h: f64) -> (f64, f64) {
    let t = 0.2;
    let start = CLOCK.at([1.0, 0.5], t);
    let mut nodes = Nodes::new(
        (0..=10).map(|i| t + 0.1 * f64::from(i) * h).collect(),
        &[start],
    );
    finish(followed(&CLOCK, &[t, t + h], &[start], 1, &mut nodes));
    let errors = nodes.times.iter().zip(&nodes.points);
    let errors: Vec<f64> = errors
        .map(|(&t, &x)| distance(x, CLOCK.at([1.0, 0.5], t)))
        .collect();
    (errors[10], largest(errors.iter().copied()))
}

/// A method of order p makes an error of `O(h^(p + 1))` in a step.
#[test]
fn steps_are_of_order_five_and_what_lies_between_of_order_four() {
    let ((end, within), (half_end, half_within)) = (errors_of_a_step(0.1), errors_of_a_step(0.05));
    let (order, between) = (
        (end / half_end).log2() - 1.0,
        (within / half_within).log2() - 1.0,
    );
    println!("order {order:.2} of the steps, {between:.2} in between");
    assert!((order - 5.0).abs() < 0.4, "{order}");
    assert!((between - 4.0).abs() < 0.4, "{between}");
}

/// Equal steps of half the length divide the error at the end by 32.
#[test]
fn whole_solutions_are_of_order_five() {
    let error = |n: u32| {
        let times: Vec<f64> = (0..=n).map(|i| f64::from(i) / f64::from(n)).collect();
        let mut nodes = Nodes::new(vec![0.0, 1.0], &[[1.0, 0.5]]);
        finish(followed(&CLOCK, &times, &[[1.0, 0.5]], 1, &mut nodes));
        distance(nodes.points[1], CLOCK.at([1.0, 0.5], 1.0))
    };
    let order = (error(20) / error(40)).log2();
    assert!((order - 5.0).abs() < 0.3, "{order}");
}

#[test]
fn the_extension_joins_both_ends_with_their_slopes() {
    assert_eq!(continuous_weights(0.0), [0.0; STAGES]);
    let end = continuous_weights(1.0);
    assert!(end.iter().zip(DORMAND_PRINCE.b).all(|(a, b)| a == b));
    let h = 1e-6;
    let slope = |at: f64, from: f64| -> Vec<f64> {
        let pairs = continuous_weights(at)
            .into_iter()
            .zip(continuous_weights(from));
        pairs.map(|(a, b)| (a - b) / (at - from)).collect()
    };
    for (slopes, stage) in [(slope(h, 0.0), 0), (slope(1.0, 1.0 - h), STAGES - 1)] {
        for (i, slope) in slopes.into_iter().enumerate() {
            let expected = f64::from(u8::from(i == stage));
            assert!((slope - expected).abs() < 1e-4, "stage {i}: {slope}");
        }
    }
    for theta in [0.1, 0.5, 0.77] {
        let sum: f64 = continuous_weights(theta).iter().sum();
        assert!((sum - theta).abs() < 1e-12, "{theta}: {sum}");
    }
}

fn accuracy(tolerance: f64) -> Accuracy {
    Accuracy {
        tolerance,
        budget: 10_000,
    }
}

fn carried(
    field: &dyn VelocityField,
    accuracy: Accuracy,
    x_0: &[Point],
    rows: usize,
) -> Controlled {
    finish(controlled(
        Hands::One(field),
        accuracy,
        (0.0, 1.0),
        x_0,
        rows,
        None,
    ))
}

/// Ten times the precision costs about `10^(1/5)` times the evaluations.
#[test]
fn the_error_follows_the_tolerance_and_the_cost_its_fifth_root() {
    let x_0 = [[1.0, 0.5], [-2.0, 0.1]];
    let mut before: Option<usize> = None;
    for tolerance in [1e-3, 1e-5, 1e-7, 1e-9] {
        let found = carried(&CLOCK, accuracy(tolerance), &x_0, 2);
        let ends = found.ends.iter().zip(x_0);
        let error = largest(ends.map(|(&end, start)| distance(end, CLOCK.at(start, 1.0))));
        println!(
            "{tolerance:e}: error {error:.1e}, {} evaluations, {} rejected",
            found.nfe, found.rejected
        );
        assert!(error < 10.0 * tolerance, "{tolerance}: {error}");
        assert_eq!(found.times.last(), Some(&1.0));
        let tried = found.times.len() - 1 + found.rejected;
        assert_eq!(found.nfe, BEFORE + PER_STEP * tried, "rejected steps count");
        if let Some(before) = before {
            let growth = found.nfe as f64 / before as f64;
            assert!((1.3..4.0).contains(&growth), "{tolerance}: {growth}");
        }
        before = Some(found.nfe);
    }
}

/// The first step and every later one have an error of at most 1; the product of two factors of the same error is that of
/// pure proportional control with exponent `ALPHA - BETA`.
#[test]
fn control_looks_at_two_errors() {
    let mut control = Control::default();
    let (taken, first) = control.after(0.5);
    assert!(taken);
    let (_, after_small) = Control {
        last: 1e-3,
        was_rejected: false,
    }
    .after(0.5);
    let (_, after_large) = control.after(0.5);
    assert!(
        after_small < after_large,
        "an error that grows asks for shorter steps"
    );
    assert!((after_large / first - (0.5_f64 / LEAST_ERROR).powf(BETA)).abs() < 1e-12);
    let (taken, shorter) = control.after(32.0);
    assert!(!taken && (shorter - SAFETY * 32_f64.powf(-ALPHA)).abs() < 1e-12);
    assert_eq!(
        control.after(1e-9),
        (true, 1.0),
        "not longer right behind a rejected step"
    );
    assert_eq!(control.after(0.0), (true, FACTORS.1));
    assert_eq!(control.after(f64::INFINITY), (false, FACTORS.0));
}

/// A gust in the middle: steps are short there, and some that come to it are rejected.
#[test]
fn steps_are_short_where_the_field_changes() {
    struct Gust;
    impl VelocityField for Gust {
        fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
            let speed = 40.0 * (-((t - 0.5) / 0.05).powi(2)).exp();
            out[..xs.len()].fill([1.0, speed]);
        }

        fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
            self.eval(t, xs, out);
            div.fill(0.0);
        }

        fn provenance(&self) -> Provenance {
            Provenance::Exact
        }
    }
    let found = carried(
        &Gust,
        Accuracy {
            tolerance: 1e-7,
            budget: 10_000,
        },
        &[[0.0; 2]],
        1,
    );
    let area = 40.0 * 0.05 * std::f64::consts::PI.sqrt();
    assert!((found.ends[0][1] - area).abs() < 1e-5, "{:?}", found.ends);
    let steps = found
        .times
        .windows(2)
        .map(|ends| (ends[0], ends[1] - ends[0]));
    let (inside, outside): (Vec<_>, Vec<_>) = steps.partition(|(t, _)| (0.4..0.6).contains(t));
    let longest = |steps: &[(f64, f64)]| largest(steps.iter().map(|(_, h)| *h));
    assert!(
        longest(&inside) < 0.3 * longest(&outside),
        "{:?}",
        found.times
    );
    assert!(found.rejected > 0);
}

#[test]
fn a_budget_that_is_spent_ends_the_solution_before_its_time() {
    let scarce = Accuracy {
        tolerance: 1e-9,
        budget: 100,
    };
    let mut nodes = Nodes::new(vec![0.0, 0.01, 1.0], &[[1.0, 0.5]]);
    let solving = controlled(
        Hands::One(&CLOCK),
        scarce,
        (0.0, 1.0),
        &[[1.0, 0.5]],
        1,
        Some(&mut nodes),
    );
    let found = finish(solving);
    assert!(
        found.nfe <= 100 && found.nfe + PER_STEP > 100,
        "{}",
        found.nfe
    );
    let last = found.times[found.times.len() - 1];
    assert!(last > 0.01 && last < 1.0);
    assert!(distance(found.ends[0], CLOCK.at([1.0, 0.5], last)) < 1e-6);
    assert!(nodes.points[1][0].is_finite() && nodes.points[2][0].is_nan());
}

/// A velocity that is not a number is an error that no step is short enough for.
#[test]
fn a_field_that_is_not_finite_ends_the_solution() {
    struct Broken;
    impl VelocityField for Broken {
        fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
            let v = if t < 0.5 { 1.0 } else { f64::NAN };
            out[..xs.len()].fill([v, 0.0]);
        }

        fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
            self.eval(t, xs, out);
            div.fill(0.0);
        }

        fn provenance(&self) -> Provenance {
            Provenance::Exact
        }
    }
    let found = carried(&Broken, accuracy(1e-5), &[[0.0; 2]; 3], 2);
    assert!(
        found.times.last().is_some_and(|t| (0.4..0.5).contains(t)),
        "{:?}",
        found.times
    );
    assert!(found.nfe < 10_000);
}

fn cloud(n: u32) -> Vec<Point> {
    (0..n)
        .map(|i| [f64::from(i).sin(), (1.3 * f64::from(i)).cos()])
        .collect()
}

/// However many rows at once, one after the other or by several threads, and by steps that are known.
#[test]
fn the_points_do_not_depend_on_the_cut() {
    let x_0 = cloud(100);
    let times: Vec<f64> = (0..=13).map(|i| f64::from(i) / 13.0).collect();
    let whole = |rows| {
        let mut nodes = Nodes::new(times.clone(), &x_0);
        let solving = controlled(
            Hands::One(&CLOCK),
            accuracy(1e-6),
            (0.0, 1.0),
            &x_0,
            rows,
            Some(&mut nodes),
        );
        (finish(solving), nodes)
    };
    let (found, nodes) = whole(100);
    for rows in [1, 7, 64] {
        let (other, points) = whole(rows);
        assert!(other == found && points == nodes, "rows = {rows}");
        let mut points = Nodes::new(times.clone(), &x_0);
        finish(followed(&CLOCK, &found.times, &x_0, rows, &mut points));
        assert!(points.points == nodes.points, "rows = {rows}");
    }
    let alone = &x_0[42..43];
    let mut points = Nodes::new(times.clone(), alone);
    finish(followed(&CLOCK, &found.times, alone, 1, &mut points));
    assert_eq!(points.points[13], found.ends[42]);
    let field: Arc<dyn VelocityField> = Arc::new(CLOCK);
    let parts = Parts::default();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    parts.take().map(|mut part| part.advance(&mut || true));
                }
            });
        }
        let hands = Hands::Many(&field, &parts);
        let other = finish(controlled(hands, accuracy(1e-6), (0.0, 1.0), &x_0, 7, None));
        assert!(other == found);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn a_solution_can_be_stopped_after_every_step_of_every_chunk() {
    let x_0 = cloud(10);
    let mut asked = 0;
    let solving = controlled(
        Hands::One(&CLOCK),
        accuracy(1e-5),
        (0.0, 1.0),
        &x_0,
        3,
        None,
    );
    let found = finish_while(solving, || {
        asked += 1;
        true
    });
    let tried = found
        .map(|found| found.times.len() - 1 + found.rejected)
        .unwrap();
    assert_eq!(asked, 4 * (BEFORE + tried));
}

#[test]
fn backward_undoes_forward_within_the_tolerance() {
    let x_0 = cloud(20);
    let there = carried(&CLOCK, accuracy(1e-8), &x_0, 20);
    let back = controlled(
        Hands::One(&CLOCK),
        accuracy(1e-8),
        (1.0, 0.0),
        &there.ends,
        20,
        None,
    );
    let back = finish(back);
    assert_eq!((back.times[0], back.times.last()), (1.0, Some(&0.0)));
    let error = largest(back.ends.iter().zip(&x_0).map(|(&a, &b)| distance(a, b)));
    assert!(error < 1e-6, "{error}");
}

#[test]
fn nobody_and_no_time_are_solved_at_once() {
    assert!(carried(&CLOCK, accuracy(1e-5), &[], 5).ends.is_empty());
    let still = controlled(
        Hands::One(&CLOCK),
        accuracy(1e-5),
        (0.3, 0.3),
        &[[1.0, 2.0]],
        1,
        None,
    );
    assert_eq!(finish(still).ends, [[1.0, 2.0]]);
}
