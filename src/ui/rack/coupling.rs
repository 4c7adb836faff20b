//! The page of the coupling: a block of pairs under the microscope, and what larger blocks do.

use std::sync::Arc;

use egui::{DragValue, RichText, Slider, Ui};

use crate::experiment::{BlockView, Experiment, Layer};
use crate::flow::coupling::entropic::TOLERANCE;
use crate::flow::vocabulary::Vocabulary;
use crate::products::{CouplingBlock, CouplingPlan, Made};
use crate::scene::metrics::three_digits;
use crate::scene::theme::Theme;

use super::super::command::Command;
use super::super::panels::grouped;
use super::super::panels::widgets::{grid_ui, heading_ui, note_ui, row_ui};
use super::super::theme::{ink, strong};
use super::{Sight, block_maps, coupling_color, lengths, path_or_coupling, reflow, sweep};

/// What the page remembers from frame to frame.
#[derive(Default)]
pub struct Memory {
    maps: block_maps::Maps,
    lesson: path_or_coupling::Lesson,
}

/// The page.
pub fn page_ui(ui: &mut Ui, memory: &mut Memory, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let theme = sight.theme;
    heading_ui(ui, theme, "A BLOCK OF THE COUPLING");
    let mut draft = sight.lab.editor.experiment().clone();
    choice_ui(ui, theme, &mut draft);
    if draft != *sight.lab.editor.experiment() {
        commands.push(Command::Edit(Box::new(draft)));
    }
    match sight.frame.products.block.get() {
        None => drop(note_ui(ui, theme, WAITING)),
        Some(block) => block_ui(ui, memory, sight, block),
    }
    if let Some(plan) = sight.frame.products.coupling_plan.get() {
        note_ui(ui, theme, &plan_words(plan));
    }
    sweep::sweep_ui(ui, sight, commands);
    reflow::reflow_ui(ui, sight, commands);
    path_or_coupling::lesson_ui(ui, &mut memory.lesson, sight);
}

const WAITING: &str =
    "Paired in the background. There is no block if source or target cannot be sampled.";

/// Which block is looked at, and whether the canvas shows it.
fn choice_ui(ui: &mut Ui, theme: &Theme, draft: &mut Experiment) {
    let coupling = draft.problem.coupling;
    let view = &mut draft.view;
    let mut size = view.block.size_for(coupling);
    let formula =
        "How many pairs are solved together, k: the block is paired anew while the slider moves.";
    let range = BlockView::SIZES;
    row_ui(ui, theme, "Block k", formula, |ui| {
        let room = ui.available_width() - 62.0;
        ui.spacing_mut().slider_width = room.max(40.0);
        let slider = Slider::new(&mut size, range.clone())
            .logarithmic(true)
            .show_value(false);
        let slider = ui.add(slider).on_hover_text(formula);
        let number = ui.add(
            DragValue::new(&mut size)
                .range(range)
                .update_while_editing(false),
        );
        let number = number.accessible_name("Block k, as a number");
        if slider
            .accessible_name("Block k of the microscope")
            .changed()
            || number.changed()
        {
            view.block.size = Some(size);
        }
    });
    let formula =
        "Which block: number 0 is the first that training sees, if k is that of training.";
    row_ui(ui, theme, "Number", formula, |ui| {
        let number = DragValue::new(&mut view.block.number)
            .range(BlockView::NUMBERS)
            .update_while_editing(false);
        ui.add(number)
            .on_hover_text(formula)
            .accessible_name("Number of the block");
        let next = ui.button("Next block").on_hover_text("Draw other points.");
        if next.clicked() {
            view.block.number = (view.block.number + 1).min(*BlockView::NUMBERS.end());
        }
    });
    let mut shown = view.layers.contains(&Layer::Block);
    let hint = "Draw the pairs on the canvas, coloured by their length. A point under the pointer then shows its partner \
                under every coupling.";
    let toggle = ui
        .checkbox(&mut shown, "Show it on the canvas")
        .on_hover_text(hint);
    if toggle.changed() {
        view.layers.retain(|layer| *layer != Layer::Block);
        if shown {
            view.layers.push(Layer::Block);
        }
    }
}

fn block_ui(ui: &mut Ui, memory: &mut Memory, sight: Sight<'_>, block: &Arc<Made<CouplingBlock>>) {
    let theme = sight.theme;
    table_ui(ui, sight, block);
    note_ui(ui, theme, ON_COSTS);
    heading_ui(ui, theme, "LENGTHS OF THE PAIRS");
    lengths::lengths_ui(ui, theme, block);
    block_maps::maps_ui(ui, &mut memory.maps, sight, block);
}

const ON_COSTS: &str = "Mean of |x₁ − x₀|² over this block, and how many of its segments cross. The least is that of the \
                        optimal permutation of these points, which is not the optimal transport of the two densities.";

/// A line for every coupling of the same points.
fn table_ui(ui: &mut Ui, sight: Sight<'_>, block: &CouplingBlock) {
    let theme = sight.theme;
    let muted = |text: &str| RichText::new(text.to_owned()).color(ink(theme.muted));
    let independent = block.independent_cost();
    let least = block.least_cost();
    grid_ui(ui, "couplings of the block", 5, |ui| {
        for heading in ["coupling", "cost", "of indep.", "over least", "crossings"] {
            ui.label(muted(heading).small());
        }
        ui.end_row();
        for (place, pairing) in block.pairings.iter().enumerate() {
            let color = ink(coupling_color(place, sight.lab.dark));
            let name = RichText::new(pairing.coupling.name()).color(color);
            let name = if place == 0 {
                name.font(strong(13.0))
            } else {
                name
            };
            ui.label(name)
                .on_hover_text(pairing.coupling.entry().explanation());
            ui.label(three_digits(pairing.cost));
            ui.label(independent.map_or("–".to_owned(), |all| percent(pairing.cost / all)));
            ui.label(percent(pairing.cost / least - 1.0));
            ui.label(grouped(pairing.crossings as u64));
            ui.end_row();
        }
    });
}

/// What Sinkhorn's iteration has come to.
fn plan_words(plan: &CouplingPlan) -> String {
    let stopped = match plan.error <= TOLERANCE {
        true => "stopped at",
        false => "not converged, left at",
    };
    format!(
        "Plans of training's first blocks: Σ P C = {}, the pairs drawn from them {}; ε mean(C) = {}; {stopped} a marginal L1 \
         error of {:.1e} after at most {} iterations.",
        three_digits(plan.plan_cost.value),
        three_digits(plan.drawn_cost.value),
        three_digits(plan.eps),
        plan.error,
        plan.iterations
    )
}

fn percent(share: f64) -> String {
    match share.is_finite() {
        true => format!("{:.1} %", 100.0 * share),
        false => "–".to_owned(),
    }
}
