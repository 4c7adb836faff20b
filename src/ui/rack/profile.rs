//! What changes on the way: a mean over the particles against time, a line a lane.

use egui::Ui;
use egui_plot::{Line, PlotPoints};

use crate::flow::course::Profile;
use crate::scene::theme::lane_color;

use super::super::editor::LaneDraft;
use super::super::panels::widgets::{card, combo_ui, note_ui};
use super::super::theme::ink;
use super::Sight;
use super::time_plot::{SMALLEST, head, hover_text, time_plot};

/// Height of the plot, in points.
const HEIGHT: f32 = 170.0;

/// What is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// `E|(Z_1 - Z_0) - v|^2`.
    #[default]
    Local,
    /// `E|v|^2`.
    Speed,
    /// `E |kappa| |v|`.
    Turning,
}

impl Measure {
    /// Every measure with its name and what it says.
    const OFFERED: [(Self, &'static str, &'static str); 3] = [
        (
            Self::Local,
            "E |(Z₁ − Z₀) − v|² over t",
            "How far the velocity is from the constant one that would reach the same end; it integrates to S.",
        ),
        (
            Self::Speed,
            "E |v|² over t",
            "The mean squared speed; it integrates to the path energy.",
        ),
        (
            Self::Turning,
            "E |κ| |v| over t",
            "Radians that the velocity turns through per unit of t; it integrates to the turning angle.",
        ),
    ];

    fn of(self, profile: &Profile) -> &[f64] {
        match self {
            Self::Local => &profile.local,
            Self::Speed => &profile.speed_squared,
            Self::Turning => &profile.turning,
        }
    }
}

/// The lines of all lanes that have been measured.
pub fn profile_ui(ui: &mut Ui, measure: &mut Measure, sight: Sight<'_>) {
    ui.add_space(8.0);
    combo_ui(
        ui,
        "Profile",
        "What is drawn over t.",
        measure,
        &Measure::OFFERED,
    );
    card(sight.theme).inner_margin(4).show(ui, |ui| {
        let lines = lines(*measure, sight);
        match lines.is_empty() {
            true => drop(note_ui(ui, sight.theme, "Nothing has been measured yet.")),
            false => plot_ui(ui, sight, lines),
        }
    });
}

fn lines(measure: Measure, sight: Sight<'_>) -> Vec<Line<'static>> {
    let lanes = sight.lab.editor.lanes().iter().enumerate();
    let line = |(i, lane): (usize, &LaneDraft)| {
        let metrics = sight.frames.of(lane.id()).products.metrics.get()?;
        if metrics.straightness_reason.is_some() {
            return None;
        }
        let profile = &metrics.profile;
        let values = measure.of(profile).iter();
        let points = std::iter::zip(&profile.times, values).filter(|(_, y)| y.is_finite());
        let points: PlotPoints<'_> = points.map(|(&t, y)| [t, y.max(SMALLEST).log10()]).collect();
        let width = if i == sight.lab.editor.selected() {
            2.4
        } else {
            1.4
        };
        let name = sight.lab.editor.label(i).to_owned();
        let color = ink(lane_color(i, sight.lab.dark));
        Some(Line::new(name, points).color(color).width(width))
    };
    lanes.filter_map(line).collect()
}

fn plot_ui(ui: &mut Ui, sight: Sight<'_>, lines: Vec<Line<'static>>) {
    time_plot("profile", HEIGHT, sight.theme)
        .label_formatter(hover_text)
        .show(ui, |ui| {
            ui.vline(head(sight.theme, sight.lab.play.t));
            lines.into_iter().for_each(|line| ui.line(line));
        });
}
