//! An answer in words: how the flow's velocity differs from the exact one, and how many pairs that one is the mean of.

use crate::experiment::Velocity;
use crate::flow::Point;
use crate::flow::exact::{Basis, Fan};
use crate::products::{Answer, Made};
use crate::scene::metrics::{grouped, three_digits};

/// Angles below this many degrees and lengths within this share are not told.
const ANGLE: f64 = 0.05;
const LENGTH: f64 = 0.005;

/// How a velocity differs from the exact one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Degrees, to the left above 0.
    pub angle: f64,
    /// Its length over that of the exact one, less 1.
    pub length: f64,
}

/// How `v` differs from `u`; none where one of them has no direction.
pub fn difference(u: Point, v: Point) -> Option<Comparison> {
    let [exact, length] = [u, v].map(|w| w[0].hypot(w[1]));
    let cross = u[0] * v[1] - u[1] * v[0];
    let dot = u[0] * v[0] + u[1] * v[1];
    let known = exact > 0.0 && length > 0.0 && exact.is_finite() && length.is_finite();
    known.then(|| Comparison {
        angle: cross.atan2(dot).to_degrees(),
        length: length / exact - 1.0,
    })
}

impl Comparison {
    fn angle_in_words(&self) -> Option<String> {
        let side = if self.angle > 0.0 { "left" } else { "right" };
        let told = self.angle.abs() >= ANGLE;
        told.then(|| format!("{:.1}° to the {side}", self.angle.abs()))
    }

    fn length_in_words(&self) -> Option<String> {
        let share = 100.0 * self.length.abs();
        let told = self.length.abs() >= LENGTH;
        match self.length {
            _ if !told => None,
            length if length > 1.0 => Some(format!("{:.1} times as long", 1.0 + length)),
            length if length > 0.0 => Some(format!("{share:.0} % too long")),
            _ => Some(format!("{share:.0} % too short")),
        }
    }

    /// As the end of a sentence about `who`.
    fn in_words(&self, who: &str) -> String {
        match (self.angle_in_words(), self.length_in_words()) {
            (Some(angle), Some(length)) => format!("The {who} points {angle} and is {length}."),
            (Some(angle), None) => {
                format!("The {who} points {angle} and is as long as it should be.")
            }
            (None, Some(length)) => format!("The {who} points the right way and is {length}."),
            (None, None) => format!("The {who} agrees with the exact velocity."),
        }
    }
}

/// What answers: the network, or a field without one.
fn who(answer: &Made<Answer>) -> &'static str {
    match answer.of.experiment.problem.velocity {
        Velocity::Learned | Velocity::Distil => "network",
        Velocity::Exact { .. } => "flow",
    }
}

/// How the answer differs from the exact velocity, in a sentence; why that is not known, if it is not.
pub fn sentence(answer: &Made<Answer>) -> String {
    match &answer.posterior.fan {
        Ok(fan) => match difference(fan.velocity, answer.velocity) {
            Some(found) => found.in_words(who(answer)),
            None => "Nothing moves here.".to_owned(),
        },
        Err(why) => format!("The exact velocity is not known: {why}."),
    }
}

/// How many pairs matter, and how far their ends scatter, in a sentence.
pub fn here(answer: &Made<Answer>) -> String {
    let posterior = &answer.posterior;
    let (Ok(fan), Some(basis)) = (&posterior.fan, &posterior.basis) else {
        return String::new();
    };
    let what = match basis {
        Basis::ClosedForm => "pairs of Gaussians",
        Basis::Quadrature { .. } | Basis::Kernels { .. } => "nodes",
        Basis::Estimate { .. } => "pairs",
    };
    format!(
        "{} tr Var(x₁|x) = {}.",
        matter(fan, what),
        three_digits(fan.target_variance)
    )
}

fn matter(fan: &Fan, what: &str) -> String {
    let all = grouped(fan.members as u64);
    match fan.effective {
        n if n < 1.05 => format!("One of {all} {what} matters here."),
        n if n < 10.0 => format!("About {n:.1} of {all} {what} matter here."),
        n => format!(
            "About {} of {all} {what} matter here.",
            grouped(n.round() as u64)
        ),
    }
}

/// What the arrows are, with the scale that they are drawn in.
pub fn key(unit: f64) -> String {
    format!("arrows × {}", super::super::step::factor(unit))
}
