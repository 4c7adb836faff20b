//! The network: hidden widths, activation, how time enters. A change here means new weights.

use egui::{DragValue, TextEdit, Ui};

use crate::experiment::{Activation, Experiment, TimeEmbedding};
use crate::scene::theme::Theme;

use super::super::theme::ink;
use super::widgets::{choice_ui, heading_ui, number_ui, row_ui};

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
pub fn network_ui(ui: &mut Ui, theme: &Theme, field: &mut HiddenField, draft: &mut Experiment) {
    heading_ui(ui, theme, "NETWORK");
    hidden_ui(ui, theme, field, &mut draft.model.hidden);
    let formula = "The nonlinearity after every hidden layer. Changing it starts new weights.";
    let offered = Activation::ALL.map(|a| (a, name_of(a), formula_of(a)));
    choice_ui(
        ui,
        theme,
        "Activation",
        formula,
        &mut draft.model.activation,
        &offered,
    );
    time_ui(ui, theme, &mut draft.model.time);
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

fn time_ui(ui: &mut Ui, theme: &Theme, time: &mut TimeEmbedding) {
    let formula = "How t enters the first layer. Changing it starts new weights.";
    let mut fourier = matches!(time, TimeEmbedding::Fourier { .. });
    let offered = [
        (false, "raw t", "One input: t itself."),
        (
            true,
            "Fourier features",
            "cos(π k t) and sin(π k t) for k = 1 to the number of frequencies.",
        ),
    ];
    if choice_ui(ui, theme, "Time", formula, &mut fourier, &offered) {
        *time = if fourier {
            TimeEmbedding::Fourier { frequencies: 8 }
        } else {
            TimeEmbedding::Raw
        };
    }
    if let TimeEmbedding::Fourier { frequencies } = time {
        let number = DragValue::new(frequencies).range(1..=64).speed(0.1);
        number_ui(
            ui,
            theme,
            "Frequencies",
            "How many frequencies f: twice as many inputs.",
            number,
        );
    }
}

fn widths_text(hidden: &[usize]) -> String {
    let widths: Vec<String> = hidden.iter().map(usize::to_string).collect();
    widths.join(", ")
}

/// Widths separated by commas or spaces: 1 to 8 layers of 1 to 1024 units.
fn parse_widths(text: &str) -> Result<Vec<usize>, String> {
    let words = text.split([',', ' ', ';']).filter(|word| !word.is_empty());
    let widths: Result<Vec<usize>, _> = words.map(str::parse).collect();
    match widths {
        Ok(widths)
            if (1..=8).contains(&widths.len()) && widths.iter().all(|w| (1..=1024).contains(w)) =>
        {
            Ok(widths)
        }
        _ => Err(format!(
            "\"{text}\" is not a list of 1 to 8 widths from 1 to 1024, such as 64, 64, 64."
        )),
    }
}

fn name_of(activation: Activation) -> &'static str {
    match activation {
        Activation::Silu => "SiLU",
        Activation::Selu => "SELU",
        Activation::Gelu => "GELU",
        Activation::Elu => "ELU",
        Activation::Relu => "ReLU",
        Activation::Tanh => "tanh",
    }
}

fn formula_of(activation: Activation) -> &'static str {
    match activation {
        Activation::Silu => "x / (1 + exp(−x))",
        Activation::Selu => "1.0507 x, or 1.0507 · 1.6733 (exp(x) − 1) below 0",
        Activation::Gelu => "x Φ(x), Φ the standard normal distribution function",
        Activation::Elu => "x, or exp(x) − 1 below 0",
        Activation::Relu => "max(x, 0)",
        Activation::Tanh => "tanh x",
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
