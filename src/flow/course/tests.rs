//! Courses through fields whose trajectories are known.

use std::f64::consts::PI;

use super::*;
use crate::flow::Provenance;
use crate::flow::solver::walk;
use crate::flow::tableau::RK4;
use crate::flow::work::finish;

/// A velocity of place and time.
struct Field(fn(f64, Point) -> Point);

impl VelocityField for Field {
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
        for (x, v) in xs.iter().zip(out) {
            *v = (self.0)(t, *x);
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

fn times(n: usize) -> Vec<f64> {
    // Unequal steps, as those of the reference are.
    (0..=n).map(|k| (k as f64 / n as f64).powi(2)).collect()
}

fn of(field: fn(f64, Point) -> Point, x_0: &[Point]) -> (Course, Profile) {
    let (walks, course) = finish(course(&Field(field), &RK4, &times(200), x_0));
    assert_eq!(walks, finish(walk(&Field(field), &RK4, &times(200), x_0)));
    let mut sums = Profile::default();
    course.add_to(&mut sums);
    let profile = Profile::of_sums(sums, x_0.len());
    (course, profile)
}

#[test]
fn half_a_circle_turns_by_half_a_turn() {
    let (course, profile) = of(|_, [x, y]| [-PI * y, PI * x], &[[1.0, 0.0], [0.0, 2.0]]);
    for particle in [0, 1] {
        assert!((course.turning(particle) - PI).abs() < 1e-8);
    }
    let end = course.line(1)[200];
    assert!(
        end[0].abs() < 1e-6 && (end[1] + 2.0).abs() < 1e-6,
        "{end:?}"
    );
    // The radii are 1 and 2: the speeds pi and 2 pi, the chords 2 and 4, all at any time.
    for node in [0, 57, 200] {
        assert!((profile.turning[node] - PI).abs() < 1e-6, "{node}");
        assert!((profile.speed_squared[node] - 2.5 * PI * PI).abs() < 1e-6);
    }
    let s = profile.integral(&profile.local);
    assert!((s - (2.5 * PI * PI - 10.0)).abs() < 1e-3, "{s}");
    // At the start the velocity is at a right angle to the chord: |D - v|^2 = D^2 + v^2.
    assert!((profile.local[0] - (10.0 + 2.5 * PI * PI)).abs() < 1e-6);
}

#[test]
fn a_line_at_constant_speed_has_nothing_to_show_and_one_with_a_change_of_speed_does_not_turn() {
    let (course, profile) = of(|_, _| [3.0, 4.0], &[[0.0, 0.0]]);
    assert!(course.turning(0) < 1e-12);
    assert!(profile.local.iter().all(|local| *local < 1e-20));
    let (course, profile) = of(|t, _| [2.0 * t, 0.0], &[[0.0, 0.0]]);
    assert!(course.turning(0) < 1e-12);
    let s = profile.integral(&profile.local);
    assert!((s - 1.0 / 3.0).abs() < 1e-3, "int (1 - 2 t)^2 dt, not {s}");
}

#[test]
fn turning_back_is_half_a_turn_although_the_particle_rests_there() {
    let (course, _) = of(|t, _| [1.0 - 2.0 * t, 0.0], &[[0.0, 0.0]]);
    assert!((course.turning(0) - PI).abs() < 1e-12);
}

#[test]
fn sums_of_two_halves_are_those_of_the_whole() {
    let field: fn(f64, Point) -> Point = |t, [x, y]| [t - y, x * t];
    let x_0 = [[1.0, 0.0], [0.3, 2.0], [-1.0, 0.5]];
    let (_, whole) = of(field, &x_0);
    let mut sums = Profile::default();
    for chunk in x_0.chunks(2) {
        let (_, half) = finish(course(&Field(field), &RK4, &times(200), chunk));
        let mut next = Profile::default();
        half.add_to(&mut next);
        sums.append(&next);
    }
    let halves = Profile::of_sums(sums, 3);
    let lists =
        |p: &Profile| [p.local.clone(), p.speed_squared.clone(), p.turning.clone()].concat();
    for (a, b) in lists(&whole).into_iter().zip(lists(&halves)) {
        assert!((a - b).abs() < 1e-12);
    }
}

#[test]
fn a_particle_that_rests_has_no_direction_to_turn_from() {
    let velocities = vec![
        [0.0, 1e-17],
        [1.0, 0.0],
        [0.0, 0.0],
        [0.0, 1.0],
        [1e-17, 0.0],
    ];
    let course = Course {
        times: vec![0.0, 0.25, 0.5, 0.75, 1.0],
        n_particles: 1,
        points: vec![[0.0; 2]; velocities.len()],
        velocities,
    };
    let right = std::f64::consts::FRAC_PI_2;
    assert_eq!(course.angles(0).collect::<Vec<_>>(), [0.0, 0.0, right, 0.0]);
}
