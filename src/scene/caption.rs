//! What stands under a figure in a paper: how it was made and what its numbers mean, as plain text and as LaTeX.

use super::figure::NUMBERS;
use super::figures::Material;
use super::lanes::LanePanel;
use super::metrics::comparison::{escaped, formula_in_math};
use super::metrics::{Measured, grouped, three_digits};
use crate::experiment::{Experiment, Figure};

/// A caption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// Plain text.
    pub text: String,
    /// A `figure` with the picture, its caption and a label.
    pub latex: String,
}

/// The caption of a figure that is `width` points wide, in a file of this name. Its label is the name without the suffix.
pub fn of(figure: &Figure, material: &Material, file: &str, width: f32) -> Caption {
    let words = sentences(figure, material).join(" ");
    let defined = |heading: fn(&str) -> String, formula: fn(&str) -> String| {
        let is_measured = material.lanes.iter().any(|lane| !numbers(lane).is_empty());
        let definitions = is_measured.then(|| definitions(heading, formula));
        definitions.map_or(String::new(), |definitions| format!(" {definitions}"))
    };
    let text = format!("{words}{}", defined(str::to_owned, str::to_owned));
    let set =
        escaped(&words) + &defined(escaped, |formula| format!("${}$", formula_in_math(formula)));
    let inches = width / 72.0;
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let label: String = stem
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let latex = format!(
        "\\begin{{figure}}\n  \\centering\n  \\includegraphics[width={inches:.2}in]{{{file}}}\n  \\caption{{{set}}}\n  \
         \\label{{fig:{label}}}\n\\end{{figure}}\n"
    );
    Caption {
        text: text + "\n",
        latex,
    }
}

fn sentences(figure: &Figure, material: &Material) -> Vec<String> {
    let Some(first) = material.lanes.first() else {
        return Vec::new();
    };
    let experiment = &first.frame.experiment;
    let title = figure
        .title
        .as_deref()
        .unwrap_or(experiment.words.heading());
    let title = title.trim_end_matches('.');
    let mut sentences = Vec::new();
    if !title.is_empty() {
        sentences.push(format!("{title}."));
    }
    sentences.push(format!("{}.", figure.kind.says()));
    let made: Vec<Vec<String>> = material.lanes.iter().map(|lane| made_with(lane)).collect();
    let same = |k: usize| made.iter().all(|other| other.get(k) == made[0].get(k));
    let parts = 0..made[0].len();
    let common: Vec<String> = parts
        .clone()
        .filter(|k| same(*k))
        .map(|k| made[0][k].clone())
        .collect();
    if !common.is_empty() {
        sentences.push(format!("{}.", upper(&common.join("; "))));
    }
    let alone = material.lanes.len() == 1;
    for (i, lane) in material.lanes.iter().enumerate() {
        let own = parts
            .clone()
            .filter(|k| !same(*k))
            .map(|k| made[i][k].clone());
        let words: Vec<String> = own.chain(numbers(lane)).collect();
        match (alone, words.is_empty()) {
            (_, true) => {}
            (true, false) => sentences.push(format!("{}.", words.join(", "))),
            (false, false) => {
                let letter = char::from(b'a' + (i % 26) as u8);
                sentences.push(format!("({letter}) {}: {}.", lane.title, words.join(", ")));
            }
        }
    }
    sentences
}

/// What the lane was made with, a part each, the same parts for every lane.
fn made_with(lane: &LanePanel) -> Vec<String> {
    let experiment: &Experiment = &lane.frame.experiment;
    let problem = &experiment.problem;
    let learned = problem.velocity.is_learned();
    let solver = match lane.frame.products.trajectories.get() {
        Some(followed) => followed.steps.legend(),
        None => experiment.readout.legend(),
    };
    vec![
        format!("source {}", problem.source.shape.name()),
        format!("target {}", problem.target.shape.name()),
        problem.path.legend(),
        problem.coupling.legend(),
        match learned {
            true => network(experiment),
            false => "the exact velocity".to_owned(),
        },
        match learned {
            true => format!(
                "{} training steps of {} pairs",
                grouped(lane.frame.step),
                experiment.training.batch
            ),
            false => "nothing trained".to_owned(),
        },
        format!("seed {}", experiment.seed),
        solver,
    ]
}

fn network(experiment: &Experiment) -> String {
    let model = &experiment.model;
    let widths: Vec<String> = model.hidden.iter().map(usize::to_string).collect();
    format!(
        "a network with hidden layers of {} ({})",
        widths.join(", "),
        model.activation.name()
    )
}

/// The measured numbers that stand under figures.
fn numbers(lane: &LanePanel) -> Vec<String> {
    if lane.frame.products.metrics.get().is_none() {
        return Vec::new();
    }
    let measured = Measured::of(lane.frame);
    let number = |metric: &&super::metrics::Metric| {
        let value = (metric.value)(&measured)?.number()?;
        Some(format!("{} = {}", metric.heading(), three_digits(value)))
    };
    NUMBERS.iter().filter_map(number).collect()
}

/// What they mean: the name of each where its heading is a symbol, and its formula.
fn definitions(words: fn(&str) -> String, formula: fn(&str) -> String) -> String {
    let definition = |metric: &&super::metrics::Metric| {
        let named = match metric.heading() {
            heading if heading == metric.name => heading.to_owned(),
            heading => format!("{heading} ({})", metric.name),
        };
        format!("{}: {}", words(&named), formula(metric.formula))
    };
    let definitions: Vec<String> = NUMBERS.iter().map(definition).collect();
    format!("{}.", definitions.join("; "))
}

fn upper(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{FigureKind, View};
    use crate::scene::fixture;

    #[test]
    fn a_caption_says_how_the_figure_was_made_and_latex_takes_it() {
        let frame = fixture::frame();
        let lanes = [LanePanel::measured(&frame, "a lane".to_owned())];
        let material = Material {
            lanes: &lanes,
            view: &View::default(),
        };
        let figure = Figure {
            title: Some("50 % of it".to_owned()),
            ..Figure::new(FigureKind::Trajectories)
        };
        let caption = of(&figure, &material, "my_fig.pdf", 234.0);
        let experiment = &frame.experiment;
        for part in [
            "50 % of it.",
            experiment.problem.source.shape.name(),
            experiment.problem.target.shape.name(),
            &experiment.problem.path.legend(),
            &experiment.problem.coupling.legend(),
            "hidden layers of",
            "training steps",
            "seed ",
            "NFE",
            "S (straightness): E ∫ |(Z₁ − Z₀) − v(Z_t, t)|² dt",
        ] {
            assert!(caption.text.contains(part), "{part}: {}", caption.text);
        }
        assert!(
            caption
                .latex
                .contains("\\includegraphics[width=3.25in]{my_fig.pdf}")
        );
        let formula = r"S (straightness): $E \int  |(Z_1 - Z_0) - v(Z_t, t)|^2 dt = \mbox{path energy} - \mbox{transport cost}$";
        assert!(caption.latex.contains(formula), "{}", caption.latex);
        assert!(caption.latex.contains("50 \\% of it."));
        assert!(caption.latex.contains("\\label{fig:my-fig}"));
    }

    #[test]
    fn lanes_say_what_they_have_in_common_once() {
        let frame = fixture::frame();
        let mut other = frame.clone();
        let mut experiment = Experiment::clone(&other.experiment);
        experiment.seed += 7;
        other.experiment = std::sync::Arc::new(experiment);
        let lanes = [
            LanePanel::measured(&frame, "first".to_owned()),
            LanePanel::measured(&other, "second".to_owned()),
        ];
        let material = Material {
            lanes: &lanes,
            view: &View::default(),
        };
        let text = of(&Figure::new(FigureKind::Lanes), &material, "a.pdf", 468.0).text;
        assert_eq!(text.matches("hidden layers").count(), 1, "{text}");
        assert!(
            text.contains("(a) first: seed ") && text.contains("(b) second: seed "),
            "{text}"
        );
    }
}
