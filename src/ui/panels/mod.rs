//! What stands around the canvas: top bar, experiment on the left, the rack of instruments on the right, status below.
//!
//! Each panel reads the laboratory and the newest frame and pushes commands; it keeps nothing but caches of what
//! it painted. Panels refuse to know files, threads and how the numbers come about.

pub(super) mod buttons;
mod densities;
mod experiment;
mod links;
mod network;
mod path;
pub(super) mod picked;
pub(super) mod scatter;
mod shapes;
mod status;
mod top_bar;
mod training;
mod velocity;
mod view;
pub mod vocabulary;
pub(super) mod widgets;

use egui::{Frame as Boxed, Margin, Panel, Ui};

use crate::snapshot::Frames;

use super::command::Command;
use super::lab::Lab;
use super::rack::{self, Rack};
use super::studio;
use super::theme::{self, ink};

pub use status::{Load, goal_text, grouped};
pub use velocity::NOTHING_TRAINED;

/// Width of the panel that describes the experiment, in points.
const LEFT_WIDTH: f32 = 262.0;
/// Width of the rack, in points.
const RIGHT_WIDTH: f32 = 330.0;
/// Share of the window beside the experiment that the studio takes, and its width at most, in points.
const STUDIO_SHARE: f32 = 0.45;
const STUDIO_WIDTH: f32 = 600.0;
/// Its width in a window narrower than [`NARROW`], in points.
const NARROW_RIGHT_WIDTH: f32 = 290.0;
/// A narrower window leaves the canvas more of its width, in points.
const NARROW: f32 = 1200.0;

/// What the panels remember from frame to frame.
#[derive(Default)]
pub struct Panels {
    experiment: experiment::Memory,
    rack: Rack,
    studio: studio::Memory,
}

/// All panels around the canvas. In the lecture mode there are none.
pub fn panels_ui(
    ui: &mut Ui,
    panels: &mut Panels,
    lab: &Lab,
    frames: &Frames,
    load: &Load,
    commands: &mut Vec<Command>,
) {
    let theme = theme::palette(lab.dark);
    let frame = frames.of(lab.lane());
    let bar = Boxed::new().fill(ink(theme.panel));
    let is_narrow = ui.available_width() < NARROW;
    let right_width = match is_narrow {
        true => NARROW_RIGHT_WIDTH,
        false => RIGHT_WIDTH,
    };
    Panel::top("top bar")
        .exact_size(44.0)
        .resizable(false)
        .frame(bar.inner_margin(Margin::symmetric(14, 0)))
        .show(ui, |ui| top_bar::top_bar_ui(ui, lab, frame, commands));
    Panel::bottom("status bar")
        .exact_size(28.0)
        .resizable(false)
        .frame(
            bar.fill(ink(theme.background))
                .inner_margin(Margin::symmetric(14, 0)),
        )
        .show(ui, |ui| status::status_bar_ui(ui, lab, frame, load));
    // Beside the studio a narrow window has no room for both.
    if lab.open_desk().is_none() || !is_narrow {
        Panel::left("experiment")
            .exact_size(LEFT_WIDTH)
            .resizable(false)
            .frame(bar)
            .show(ui, |ui| {
                experiment::experiment_ui(ui, &mut panels.experiment, lab, frame, commands)
            });
    }
    if lab.open_desk().is_some() {
        let width = (STUDIO_SHARE * ui.available_width()).clamp(right_width, STUDIO_WIDTH);
        let margin = Margin::symmetric(12, 8);
        Panel::right("studio")
            .default_size(width)
            .size_range(right_width..=1.6 * width)
            .frame(bar.inner_margin(margin))
            .show(ui, |ui| {
                studio::studio_ui(ui, &mut panels.studio, lab, commands)
            });
        return;
    }
    Panel::right("rack")
        .exact_size(right_width)
        .resizable(false)
        .frame(bar)
        .show(ui, |ui| {
            rack::rack_ui(ui, &mut panels.rack, lab, frames, commands)
        });
}
