//! What the parts of the coupling's page share.

use egui::{Button, RichText, Vec2};

use crate::experiment::Experiment;
use crate::flow::coupling::Coupling;
use crate::flow::path::Path;
use crate::flow::vocabulary::Vocabulary;
use crate::scene::theme::Theme;

use super::super::theme::ink;

/// The sentence about a path of which the theorem does not speak; none if it does.
pub fn caution(experiment: &Experiment) -> Option<String> {
    let path = experiment.problem.path;
    let is_linear = matches!(path, Path::CondOt { sigma_min } if sigma_min == 0.0);
    (!is_linear).then(|| {
        format!(
            "The theorem speaks of the linear path, cond-OT with sigma_min = 0. Under {} batch-OT may even raise S.",
            path.name()
        )
    })
}

/// Whether a coupling is a block of the optimal permutation, or of one pair: the couplings of the sweep, with their size.
pub fn block_of_sweep(coupling: &Coupling) -> Option<usize> {
    match coupling.key() {
        "Independent" => Some(1),
        "BatchOt" => coupling.block(),
        _ => None,
    }
}

/// A wide button.
pub fn wide_button(theme: &Theme, text: &str, width: f32) -> Button<'static> {
    let text = RichText::new(text.to_owned()).color(ink(theme.accent));
    Button::new(text).min_size(Vec2::new(width, 28.0))
}
