//! The status bar: what runs, how fast, on what, and what the window itself costs.

use egui::{Align, Color32, Label, Layout, RichText, Ui, Vec2};

use crate::scene::theme::Theme;
use crate::snapshot::{Frame, RunState};

use super::super::lab::Lab;
use super::super::theme::{self, ink, strong};

pub use crate::scene::metrics::grouped;

/// A narrower status bar does not name device and solver, in points.
const WIDE: f32 = 1200.0;
/// A narrower one does not say what the window costs, in points.
const LOAD_WIDTH: f32 = 720.0;

/// What the window costs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    /// CPU time of the window's thread per frame, painting included, in milliseconds, of late.
    pub frame_ms: f64,
    /// Share of the processor that frames, pictures and measurements take, 0 to 1.
    pub window_share: f64,
    /// Resident memory of the whole program in MB, where the system tells.
    pub memory_mb: Option<f64>,
}

/// "of 20,000": Train goes on after the end, and a new task starts the plan again.
pub fn goal_text(frame: &Frame) -> String {
    format!("of {}", grouped(frame.planned_end))
}

/// ", 12 s left", while there is an end in sight.
fn time_left(frame: &Frame) -> String {
    let left = frame.planned_end.saturating_sub(frame.step);
    let secs = left as f64 / frame.steps_per_sec;
    match secs {
        s if !s.is_finite() || left == 0 => String::new(),
        s if s < 100.0 => format!(", {s:.0} s left"),
        s => format!(", {:.0} min left", s / 60.0),
    }
}

/// The word for what the trainer does, and its colour.
fn state_of(frame: &Frame, theme: &Theme) -> (&'static str, Color32) {
    match frame.state {
        RunState::Idle => ("ready", ink(theme.muted)),
        RunState::Running => ("training", ink(theme.target)),
        RunState::Paused => ("paused", ink(theme.attention)),
        RunState::Waiting { .. } => ("waiting", ink(theme.attention)),
        RunState::Finished => ("finished", ink(theme.accent)),
        RunState::Exact { field: Ok(_) } => ("exact", ink(theme.accent)),
        RunState::Exact { field: Err(_) } => ("no field", ink(theme.attention)),
        RunState::Failed { .. } => ("failed", ink(theme.error)),
    }
}

/// The status bar. What also stands elsewhere makes room where the window is narrow.
pub fn status_bar_ui(ui: &mut Ui, lab: &Lab, frame: &Frame, load: &Load) {
    let theme = theme::palette(lab.dark);
    ui.spacing_mut().item_spacing.x = 18.0;
    let width = ui.available_width();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if width > LOAD_WIDTH {
            load_ui(ui, load, theme);
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.shrink_clip_rect(ui.max_rect());
            progress_ui(ui, frame, theme);
            if width > WIDE {
                device_ui(ui, frame, theme);
            }
            busy_ui(ui, frame, theme);
            let notice = RichText::new(&lab.notice).color(ink(theme.muted));
            // What is cut off shows when the pointer is on it.
            ui.add(Label::new(notice).truncate());
        });
    });
}

fn progress_ui(ui: &mut Ui, frame: &Frame, theme: &Theme) {
    let (word, color) = state_of(frame, theme);
    ui.spacing_mut().item_spacing.x = 6.0;
    let (dot, _) = ui.allocate_exact_size(Vec2::splat(9.0), egui::Sense::hover());
    ui.painter().circle_filled(dot.center(), 4.0, color);
    ui.label(RichText::new(word).color(color))
        .on_hover_text("What the trainer does.");
    ui.spacing_mut().item_spacing.x = 18.0;
    if frame.steps_per_sec > 0.0 {
        let speed = format!("{} steps/s", grouped(frame.steps_per_sec.round() as u64));
        ui.label(RichText::new(speed).font(strong(13.0)))
            .on_hover_text("Training steps per second of late.");
    }
    if frame.state.is_exact() {
        let words = RichText::new("nothing is trained").color(ink(theme.muted));
        ui.label(words).on_hover_text(
            "The selected lane's velocity is the exact field, which needs no training.",
        );
        return;
    }
    let step = format!("step {} {}", grouped(frame.step), goal_text(frame));
    let step = RichText::new(step + &time_left(frame)).color(ink(theme.muted));
    ui.label(step)
        .on_hover_text("Optimizer steps taken, of the number that Training asks for.");
}

fn device_ui(ui: &mut Ui, frame: &Frame, theme: &Theme) {
    let quiet = |text: String| RichText::new(text).color(ink(theme.muted));
    ui.label(quiet(frame.device.to_string()))
        .on_hover_text("The device that trains.");
    ui.label(quiet(frame.solver_legend())).on_hover_text(
        "Solver of the trajectories and its velocity evaluations (NFE) for each of them.",
    );
}

/// What runs besides the training steps.
fn busy_ui(ui: &mut Ui, frame: &Frame, theme: &Theme) {
    if frame.is_measuring() {
        ui.label(RichText::new("measuring").color(ink(theme.accent)))
            .on_hover_text("Solving trajectories and W2 in the background.");
    }
    if let Some(cloud) = frame.products.shown_cloud() {
        let carried = match cloud.is_complete() {
            true => format!("cloud of {}", grouped(cloud.wanted as u64)),
            false => format!("cloud {} %", 100 * cloud.carried / cloud.wanted.max(1)),
        };
        let words = format!(
            "Particles carried by {}, with the weights of step {}.",
            cloud.device,
            grouped(cloud.step)
        );
        ui.label(RichText::new(carried).color(ink(theme.muted)))
            .on_hover_text(words);
    }
    let share = (100.0 * frame.coupling_share).round();
    if share >= 1.0 {
        ui.label(RichText::new(format!("coupling {share} %")).color(ink(theme.muted)))
            .on_hover_text("Share of the processor's time that drawing and pairing points takes, on threads of its own.");
    }
}

fn load_ui(ui: &mut Ui, load: &Load, theme: &Theme) {
    let quiet = |text: String| RichText::new(text).color(ink(theme.muted));
    if let Some(memory) = load.memory_mb {
        ui.label(quiet(format!("memory {memory:.0} MB")))
            .on_hover_text("Resident memory of the program.");
    }
    let share = (100.0 * load.window_share).round();
    ui.label(quiet(format!("frame {:.1} ms, window {share} %", load.frame_ms)))
        .on_hover_text(
            "CPU time that the window itself takes for a frame, and the share of the processor that frames, \
             pictures and measurements take from training.",
        );
}
