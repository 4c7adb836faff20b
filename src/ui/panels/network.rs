//! The network: hidden widths, activation, how time enters. A change here means new weights.

use egui::{TextEdit, Ui};

use crate::experiment::{Experiment, Model};
use crate::flow::conversion::Quantity;
use crate::flow::vocabulary::Vocabulary;
use crate::scene::theme::Theme;

use super::super::editor::Group;
use super::super::theme::ink;
use super::links::Head;
use super::vocabulary::{constants_ui, member_ui, offered_ui};
use super::widgets::{note_ui, row_ui};

/// The field of the hidden widths while it is being typed in.
#[derive(Default)]
pub struct HiddenField {
    text: String,
    editing: bool,
    complaint: Option<String>,
    /// The widths that the experiment had last.
    known: Vec<usize>,
}

/// The network's settings.
pub fn network_ui(
    ui: &mut Ui,
    theme: &Theme,
    field: &mut HiddenField,
    draft: &mut Experiment,
    head: &mut Head<'_>,
) {
    head.heading_ui(ui, theme, "NETWORK", Group::Network);
    hidden_ui(ui, theme, field, &mut draft.model.hidden);
    let formula = "The nonlinearity after every hidden layer. Changing it starts new weights.";
    member_ui(
        ui,
        theme,
        "Activation",
        formula,
        &mut draft.model.activation,
    );
    let formula = "How t enters the first layer. Changing it starts new weights.";
    let time = &mut draft.model.time;
    member_ui(ui, theme, "Time", formula, time);
    constants_ui(ui, theme, time.entry().constants, time);
    predicted_ui(ui, theme, draft);
}

/// What the network predicts. Of the score it is said that its training is that of the noise.
fn predicted_ui(ui: &mut Ui, theme: &Theme, draft: &mut Experiment) {
    let formula = "What the network predicts, its parametrisation: velocity, denoiser x̂₁, noise ε or score; the velocity is \
                   told by conversion, with α and σ at least 0.01 where they divide. Changing it starts new weights.";
    let problem = &draft.problem;
    let predicted = &mut draft.model.parametrisation;
    let refused = |quantity: &Quantity| problem.reads_as(*quantity).err();
    offered_ui(ui, theme, ("Predicts", formula), predicted, refused);
    if *predicted == Quantity::Score {
        note_ui(
            ui,
            theme,
            "Regresses on −x₀ / (σ s₀²) with weight σ² s₀²: with that weight score and noise are one training, up to the \
             sign of the output.",
        );
    }
}

fn hidden_ui(ui: &mut Ui, theme: &Theme, field: &mut HiddenField, hidden: &mut Vec<usize>) {
    if field.known != *hidden {
        field.known.clone_from(hidden);
        field.complaint = None;
    }
    // A wrong list stays with what is wrong about it, to be mended.
    if !field.editing && field.complaint.is_none() {
        field.text = widths_text(hidden);
    }
    let formula = "Widths of the hidden layers of v(x, t), such as 64, 64, 64. Changing them starts new weights.";
    row_ui(ui, theme, "Hidden", formula, |ui| {
        let edit = TextEdit::singleline(&mut field.text).desired_width(f32::INFINITY);
        let response = ui
            .add(edit)
            .on_hover_text(formula)
            .accessible_name("Hidden");
        field.editing = response.has_focus();
        if response.lost_focus() {
            match parse_widths(&field.text) {
                Ok(widths) => (*hidden, field.complaint) = (widths, None),
                Err(sentence) => field.complaint = Some(sentence),
            }
        }
    });
    if let Some(sentence) = &field.complaint {
        ui.colored_label(ink(theme.attention), sentence.as_str());
    }
}

fn widths_text(hidden: &[usize]) -> String {
    let widths: Vec<String> = hidden.iter().map(usize::to_string).collect();
    widths.join(", ")
}

/// Widths separated by commas or spaces.
fn parse_widths(text: &str) -> Result<Vec<usize>, String> {
    let words = text.split([',', ' ', ';']).filter(|word| !word.is_empty());
    let widths: Result<Vec<usize>, _> = words.map(str::parse).collect();
    match widths {
        Ok(widths)
            if Model::LAYERS.contains(&widths.len())
                && widths.iter().all(|w| Model::WIDTHS.contains(w)) =>
        {
            Ok(widths)
        }
        _ => Err(format!(
            "\"{text}\" is not a list of {} to {} widths from {} to {}, such as 64, 64, 64.",
            Model::LAYERS.start(),
            Model::LAYERS.end(),
            Model::WIDTHS.start(),
            Model::WIDTHS.end(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_read_as_people_write_them() {
        assert_eq!(parse_widths("64, 64,64"), Ok(vec![64, 64, 64]));
        assert_eq!(parse_widths("128 32"), Ok(vec![128, 32]));
        for bad in ["", "64, x", "0", "2000", "1,1,1,1,1,1,1,1,1"] {
            assert!(parse_widths(bad).is_err_and(|sentence| sentence.contains(bad)));
        }
        assert_eq!(parse_widths(&widths_text(&[7, 9])), Ok(vec![7, 9]));
    }
}
