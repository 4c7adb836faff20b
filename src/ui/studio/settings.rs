//! What can be said of a figure.

use egui::{DragValue, Ui};

use crate::experiment::figure::{Figure, Show, TextAs};
use crate::experiment::{Layer, layers};
use crate::scene::FigureStyle;

use super::super::command::Command;
use super::super::lab::Lab;
use super::super::panels::widgets::{choice_ui, combo_ui, heading_ui, number_ui, row_ui};
use super::super::theme;
use super::{Move, kinds, page};

/// What is being typed.
#[derive(Default)]
pub struct Memory {
    typed: page::Typed,
}

/// All settings.
pub fn settings_ui(
    ui: &mut Ui,
    memory: &mut Memory,
    lab: &Lab,
    figure: &mut Figure,
    commands: &mut Vec<Command>,
) {
    let theme = theme::palette(lab.dark);
    heading_ui(ui, theme, "FIGURE");
    if let Some(kind) = kinds::kind_ui(ui, theme, &figure.kind) {
        commands.push(Command::Studio(Move::Choose(kind)));
    }
    kinds::options_ui(ui, theme, &mut figure.kind);
    style_ui(ui, lab, figure);
    heading_ui(ui, theme, "PAGE");
    let hint = "Dots per inch, of pixels and of what is embedded as pixels.";
    let dpi = DragValue::new(&mut figure.dpi)
        .range(Figure::DPI)
        .max_decimals(0);
    number_ui(ui, theme, "Dots per inch", hint, dpi);
    page::fields_ui(ui, theme, &mut memory.typed, figure);
    let offered = [
        (
            TextAs::Outlines,
            "outlines",
            "The same everywhere, whatever fonts are installed.",
        ),
        (
            TextAs::Text,
            "text",
            "Text that can be changed, searched and copied.",
        ),
    ];
    let hint = "What becomes of text in SVG and PDF.";
    choice_ui(ui, theme, "Text as", hint, &mut figure.text, &offered);
    heading_ui(ui, theme, "SHOWN");
    ui.horizontal_wrapped(|ui| {
        for name in Show::PARTS {
            if let Some(part) = figure.show.part(name) {
                ui.checkbox(part, name)
                    .accessible_name(format!("Show {name}"));
            }
        }
    });
    paths_ui(ui, lab, figure);
    layers_ui(ui, lab, figure);
}

fn style_ui(ui: &mut Ui, lab: &Lab, figure: &mut Figure) {
    let theme = theme::palette(lab.dark);
    let hint = "How it looks; a template, a .ron file, can be named below.";
    let mut names: Vec<String> = FigureStyle::names().map(str::to_owned).collect();
    if !names.contains(&figure.style) {
        names.push(figure.style.clone());
    }
    let mut chosen = names
        .iter()
        .position(|name| *name == figure.style)
        .unwrap_or(0);
    let offered: Vec<(usize, &str, &str)> = names
        .iter()
        .enumerate()
        .map(|(i, name)| (i, name.as_str(), ""))
        .collect();
    row_ui(ui, theme, "Style", hint, |ui| {
        combo_ui(ui, "Style of the figure", hint, &mut chosen, &offered)
    });
    if let Some(name) = names.get(chosen) {
        figure.style.clone_from(name);
    }
}

/// The number of trajectories, that of the view unless it is chosen.
fn paths_ui(ui: &mut Ui, lab: &Lab, figure: &mut Figure) {
    let theme = theme::palette(lab.dark);
    let of_view = lab.editor.experiment().view.trajectories;
    let mut chosen = figure.paths.is_some();
    let hint = "Trajectories, pairs or particles that are drawn; as many as the canvas shows if not chosen.";
    row_ui(ui, theme, "Paths", hint, |ui| {
        ui.checkbox(&mut chosen, "")
            .accessible_name("Choose the number of paths");
        let mut paths = figure.paths.unwrap_or(of_view);
        let number = DragValue::new(&mut paths).range(0..=10_000);
        ui.add_enabled(chosen, number)
            .on_hover_text(hint)
            .accessible_name("Paths of the figure");
        figure.paths = chosen.then_some(paths);
    });
}

/// The layers, those of the kind unless they are chosen.
fn layers_ui(ui: &mut Ui, lab: &Lab, figure: &mut Figure) {
    let mut chosen = figure.layers.is_some();
    ui.checkbox(&mut chosen, "Choose the layers");
    if !chosen {
        figure.layers = None;
        return;
    }
    let of_view = || lab.editor.experiment().view.layers.clone();
    let layers = figure.layers.get_or_insert_with(of_view);
    for layer in Layer::ALL {
        let mut shown = layers.contains(&layer);
        if ui.checkbox(&mut shown, menu_name(layer)).changed() {
            layers.retain(|other| *other != layer);
            if shown {
                layers.push(layer);
            }
        }
    }
}

macro_rules! make_names {
    ($($layer:ident: $file:ident, $menu:literal, $shows:literal;)+) => {
        const fn menu_name(layer: Layer) -> &'static str {
            match layer {
                $(Layer::$layer => $menu,)+
            }
        }
    };
}
layers!(make_names);
