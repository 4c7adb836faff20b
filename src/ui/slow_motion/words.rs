//! What the stages of a training step say: a sentence with the formula, and the numbers of a pair.

use crate::experiment::Stage;
use crate::flow::Point;
use crate::flow::conversion::Quantity;
use crate::scene::metrics::{grouped, three_digits};
use crate::scene::step::magnification;
use crate::snapshot::{StepPair, StepPreview};

/// What the stage shows, in a sentence.
pub fn sentence(stage: Stage, step: &StepPreview) -> String {
    let batch = grouped(step.batch as u64);
    match stage {
        Stage::Draw => format!(
            "Draw x₀ ~ p and x₁ ~ q: the first of the {batch} pairs of step {}.",
            grouped(step.step + 1)
        ),
        Stage::Couple => match step.problem.coupling.block() {
            Some(block) => format!(
                "Couple: of all ways to pair a block of {} points, the one with the least Σ |x₁ − x₀|².",
                grouped(block as u64)
            ),
            None => {
                "Couple: every x₀ keeps the x₁ that was drawn with it, (x₀, x₁) ~ p × q.".to_owned()
            }
        },
        Stage::Time => "Draw a time for every pair, t ~ U(0, 1).".to_owned(),
        Stage::Place => match step.problem.noise {
            noise if noise > 0.0 => format!(
                "Place the point on the conditional path: x_t = α x₁ + σ x₀ + {noise} z with z ~ N(0, I)."
            ),
            _ => "Place the point on the conditional path: x_t = α x₁ + σ x₀.".to_owned(),
        },
        Stage::Target => match step.predicted {
            Quantity::Velocity => {
                "The target is the velocity of that path: u = α′ x₁ + σ′ x₀.".to_owned()
            }
            predicted => format!(
                "The network is to predict the {}; told as velocity the target is u = α′ x₁ + σ′ x₀.",
                predicted.name()
            ),
        },
        Stage::Predict => {
            "The network answers v(x_t, t), with the weights before the step.".to_owned()
        }
        Stage::Residual => format!(
            "The residual is v − u; the mean of |v − u|² over all {batch} pairs{} is the loss, {}.",
            match step.predicted.is_velocity() {
                true => "",
                false => " with t in [0.01, 0.99]",
            },
            loss(step.loss)
        ),
        Stage::Update => match &step.taken {
            Some(taken) => format!(
                "The optimizer's step: the loss of this batch goes from {} to {}; the change of v is drawn {:.0} times \
                 as large.",
                loss(step.loss),
                loss(taken.loss),
                magnification(step)
            ),
            None => "The optimizer's step is being taken.".to_owned(),
        },
    }
}

/// The numbers of a pair as far as the stage has come: name, formula, value.
pub fn numbers(
    stage: Stage,
    step: &StepPreview,
    marked: usize,
) -> Vec<(&'static str, &'static str, String)> {
    let Some(pair) = step.pairs.get(marked) else {
        return Vec::new();
    };
    let after = step
        .taken
        .as_ref()
        .and_then(|taken| taken.predictions.get(marked));
    let all = [
        (
            Stage::Draw,
            "x₀",
            "A point of the source p.",
            point(pair.x_0),
        ),
        (
            Stage::Draw,
            "x₁",
            "A point of the target q.",
            point(pair.x_1),
        ),
        (
            Stage::Time,
            "t",
            "The time that was drawn for this pair.",
            format!("{:.3}", pair.t),
        ),
        (
            Stage::Place,
            "α, σ",
            "The coefficients of the path at t.",
            format!("{:.3}, {:.3}", pair.schedule.alpha, pair.schedule.sigma),
        ),
        (Stage::Place, "x_t", "x_t = α x₁ + σ x₀", point(pair.x_t)),
        (Stage::Target, "u", "u = α′ x₁ + σ′ x₀", point(pair.target)),
        (
            Stage::Predict,
            "v",
            "v(x_t, t), with the weights before the step",
            point(pair.prediction),
        ),
        (
            Stage::Residual,
            "v − u",
            "The residual.",
            point(pair.residual(pair.prediction)),
        ),
        (
            Stage::Residual,
            "|v − u|²",
            "Its part of the loss.",
            three_digits(pair.squared_error()),
        ),
        (
            Stage::Update,
            "v after",
            "v(x_t, t), with the weights after the step",
            after.map_or_else(String::new, |after| point(*after)),
        ),
        (
            Stage::Update,
            "|v − u|² after",
            "What is left of its part of the loss.",
            after.map_or_else(String::new, |after| left(pair, *after)),
        ),
    ];
    let told = all
        .into_iter()
        .filter(|(from, .., value)| stage >= *from && !value.is_empty());
    told.map(|(_, name, formula, value)| (name, formula, value))
        .collect()
}

fn left(pair: &StepPair, after: Point) -> String {
    let [x, y] = pair.residual(after);
    three_digits(x * x + y * y)
}

/// A loss to the digits in which a single step can be seen.
fn loss(loss: f64) -> String {
    format!("{loss:.4}")
}

fn point([x, y]: Point) -> String {
    format!("({x:.2}, {y:.2})").replace('-', "−")
}
