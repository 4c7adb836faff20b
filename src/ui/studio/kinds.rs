//! Which kind of figure it is, with the options of the kind.

use egui::{DragValue, Ui};

use crate::experiment::figure::{DensityOf, FieldOf, FigureKind, FilmOver, MetricsOf, StripOf};
use crate::scene::theme::Theme;

use super::super::panels::widgets::{choice_ui, combo_ui, number_ui, row_ui};

/// The kind by its name; the new one's name if another is chosen.
pub fn kind_ui(ui: &mut Ui, theme: &Theme, kind: &FigureKind) -> Option<&'static str> {
    let mut name = kind.name();
    let offered: Vec<(&'static str, &str, &str)> = FigureKind::NAMES
        .iter()
        .map(|name| (*name, *name, ""))
        .collect();
    let chosen = row_ui(ui, theme, "Kind", "What the figure shows.", |ui| {
        combo_ui(
            ui,
            "Kind of figure",
            "What the figure shows.",
            &mut name,
            &offered,
        )
    });
    (chosen && name != kind.name()).then_some(name)
}

/// The options of the kind.
pub fn options_ui(ui: &mut Ui, theme: &Theme, kind: &mut FigureKind) {
    match kind {
        FigureKind::Strip { of } => {
            let offered = [
                (
                    StripOf::Particles,
                    "particles",
                    "The particles at each time.",
                ),
                (StripOf::Density, "density", "Their density at each time."),
            ];
            choice_ui(
                ui,
                theme,
                "Shows",
                "What is shown at each time.",
                of,
                &offered,
            );
        }
        FigureKind::Field { of } => {
            let offered = [
                (FieldOf::Model, "model", "The flow's own field."),
                (FieldOf::Exact, "exact", "The exact field."),
                (
                    FieldOf::Difference,
                    "difference",
                    "The flow's own less the exact one.",
                ),
            ];
            choice_ui(ui, theme, "Whose", "Whose velocity field.", of, &offered);
        }
        FigureKind::Density { of } => {
            let offered = [
                (
                    DensityOf::Model,
                    "model",
                    "The flow's own at t = 1, by change of variables.",
                ),
                (
                    DensityOf::Exact,
                    "exact",
                    "The exact one at the time that is shown.",
                ),
                (
                    DensityOf::Difference,
                    "difference",
                    "The flow's own less the exact one.",
                ),
            ];
            choice_ui(ui, theme, "Whose", "Whose density.", of, &offered);
        }
        FigureKind::Metrics { of } => {
            let offered = [
                (MetricsOf::Loss, "loss", "The training loss with its floor."),
                (
                    MetricsOf::SolverError,
                    "error over NFE",
                    "The end-point error of the solvers over velocity evaluations.",
                ),
                (
                    MetricsOf::BlockCost,
                    "cost over block size",
                    "The mean cost of a pair over the size of the blocks of batch OT.",
                ),
                (
                    MetricsOf::Straightness,
                    "S over t",
                    "How far the velocity is from the constant one, over t.",
                ),
                (
                    MetricsOf::Training,
                    "S over training",
                    "S and W2 at the checkpoints.",
                ),
            ];
            let hint = "Which numbers, over what.";
            row_ui(ui, theme, "Curves", hint, |ui| {
                combo_ui(ui, "Which curves", hint, of, &offered)
            });
        }
        FigureKind::Film {
            frames,
            rate,
            pause,
            repeat,
            over,
        } => {
            let offered = [
                (FilmOver::Time, "t", "t runs from 0 to 1."),
                (
                    FilmOver::Training,
                    "training",
                    "Training runs from checkpoint to checkpoint.",
                ),
                (FilmOver::Both, "both", "Training runs, and then t."),
            ];
            choice_ui(ui, theme, "Over", "What runs.", over, &offered);
            let hint = "How many pictures, without those of the pause.";
            number_ui(
                ui,
                theme,
                "Pictures",
                hint,
                DragValue::new(frames).range(2..=10_000),
            );
            let hint = "Pictures a second.";
            number_ui(
                ui,
                theme,
                "Rate",
                hint,
                DragValue::new(rate).range(1.0..=60.0).max_decimals(2),
            );
            let hint = "Seconds that the first and the last picture stay.";
            number_ui(
                ui,
                theme,
                "Pause",
                hint,
                DragValue::new(pause)
                    .range(0.0..=60.0)
                    .speed(0.05)
                    .max_decimals(2),
            );
            ui.checkbox(repeat, "Begins again at its end");
        }
        _ => {}
    }
}
