//! The bar of a training step in slow motion: its stages, play, speed, pairs, and what the stage says in a sentence.

use egui::{Align, Button, DragValue, Label, Layout, RichText, Ui, vec2};

use crate::experiment::{Stage, StepView};
use crate::scene::theme::Theme;
use crate::snapshot::{Frame, RunState};

use super::super::actions;
use super::super::command::Command;
use super::super::lab::Lab;
use super::super::panels::{NOTHING_TRAINED, buttons, grouped, widgets};
use super::super::slow_motion::{Move, SlowMotion, sentence};
use super::super::theme::{ink, mix, palette, strong};
use super::docked::docked_ui;
use super::place::Place;

/// How near the pointer has to come to a pair, in points.
const REACH: f32 = 16.0;
/// Speeds on offer.
const SPEEDS: [(f64, &str, &str); 5] = [
    (0.25, "0.25×", "A stage takes ten seconds."),
    (0.5, "0.5×", "A stage takes five seconds."),
    (1.0, "1×", "A stage takes two and a half seconds."),
    (2.0, "2×", "A stage takes a little more than a second."),
    (4.0, "4×", "A stage takes six tenths of a second."),
];

/// The bar, over the whole width; the canvas is what is left below it.
pub fn bar_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    let Some(slow) = &lab.slow_motion else {
        return;
    };
    let (theme, frame) = (palette(lab.dark), lab.frame());
    docked_ui(ui, theme, 5.0, |ui| {
        ui.horizontal_wrapped(|ui| {
            stages_ui(ui, slow, theme, commands);
            controls_ui(ui, lab, slow, theme, commands);
        });
        sentence_ui(ui, slow, &frame, theme);
    });
}

/// The stages, one after the other; a click goes there.
fn stages_ui(ui: &mut Ui, slow: &SlowMotion, theme: &Theme, commands: &mut Vec<Command>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    ui.spacing_mut().button_padding.x = 5.0;
    let title = format!("Step {}", grouped(slow.view.step + 1));
    let title = RichText::new(title).font(strong(13.0));
    ui.label(title.color(ink(theme.text)));
    ui.add_space(4.0);
    for (k, stage) in Stage::ALL.into_iter().enumerate() {
        let is_shown = stage == slow.view.stage;
        let color = match slow.view.has(stage) {
            true => theme.text,
            false => theme.muted,
        };
        let text = RichText::new(format!("{} {}", k + 1, stage.name())).size(12.0);
        let fill = match is_shown {
            true => mix(theme.panel, theme.accent, 0.35),
            false => ink(theme.panel),
        };
        let button = Button::new(text.color(ink(color)))
            .fill(fill)
            .corner_radius(8);
        let response = ui
            .add(button)
            .on_hover_text(explanation(stage))
            .accessible_name(format!("Stage {}", stage.name()));
        if response.clicked() {
            commands.push(Command::SlowMotion(Move::GoTo(stage)));
        }
    }
    ui.add_space(6.0);
}

/// What a stage shows, in a sentence.
fn explanation(stage: Stage) -> &'static str {
    match stage {
        Stage::Draw => "Points of the source p and of the target q are drawn.",
        Stage::Couple => "The coupling says which x₀ goes with which x₁.",
        Stage::Time => "A time is drawn for every pair.",
        Stage::Place => "x_t = α x₁ + σ x₀ is placed on the conditional path.",
        Stage::Target => "u = α′ x₁ + σ′ x₀ is what the network is to answer.",
        Stage::Predict => "v(x_t, t) is what it answers.",
        Stage::Residual => "v − u, whose square is the loss.",
        Stage::Update => "The optimizer's step is taken: the field moves.",
    }
}

fn controls_ui(
    ui: &mut Ui,
    lab: &Lab,
    slow: &SlowMotion,
    theme: &Theme,
    commands: &mut Vec<Command>,
) {
    ui.spacing_mut().item_spacing.x = 5.0;
    let play = if slow.playing { "Hold" } else { "Play" };
    buttons::action_ui(ui, lab, &actions::STAGE_BACK, "‹ Back", true, commands);
    buttons::action_ui(ui, lab, &actions::STAGE_PLAY, play, true, commands);
    buttons::action_ui(ui, lab, &actions::STAGE_ON, "On ›", true, commands);
    ui.add_space(2.0);
    let mut speed = slow.speed;
    let size = vec2(70.0, ui.spacing().interact_size.y);
    let chosen = ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_width(70.0);
        let tip = "How fast the stages follow each other.";
        widgets::combo_ui(ui, "Speed of the stages", tip, &mut speed, &SPEEDS)
    });
    if chosen.inner {
        commands.push(Command::SlowMotion(Move::Speed(speed)));
    }
    ui.add_space(2.0);
    let tip = "How many pairs of the batch are shown.";
    ui.label(RichText::new("Pairs").color(ink(theme.muted)))
        .on_hover_text(tip);
    let mut pairs = slow.view.pairs;
    let number = DragValue::new(&mut pairs)
        .range(StepView::PAIRS)
        .speed(0.05);
    let number = ui.add(number).on_hover_text(tip);
    if number.accessible_name("Pairs shown").changed() {
        commands.push(Command::SlowMotion(Move::Pairs(pairs)));
    }
    let done = RichText::new("Done").color(ink(theme.on_accent));
    let done = Button::new(done).fill(ink(theme.accent));
    buttons::button_ui(ui, lab, &actions::SLOW_MOTION, done, true, commands);
}

/// What the stage says; on one line, so that the canvas keeps its size.
fn sentence_ui(ui: &mut Ui, slow: &SlowMotion, frame: &Frame, theme: &Theme) {
    let (words, color) = match (frame.laid_out(slow.view.step), &frame.state) {
        (Some(step), _) => (sentence(slow.view.stage, step), theme.text),
        (None, RunState::Waiting { reason }) => (reason.clone(), theme.attention),
        (None, RunState::Failed { message }) => (message.clone(), theme.error),
        (None, RunState::Exact { .. }) => (NOTHING_TRAINED.to_owned(), theme.attention),
        (None, _) => ("The next step is being laid out.".to_owned(), theme.muted),
    };
    let text = RichText::new(words).size(13.0).color(ink(color));
    ui.add(Label::new(text).truncate());
}

/// The pair under the pointer stands out from now on.
pub fn mark(
    lab: &Lab,
    frame: &Frame,
    place: &Place,
    pointer: egui::Pos2,
    commands: &mut Vec<Command>,
) {
    let Some(view) = lab.step_view() else {
        return;
    };
    let Some(step) = frame.laid_out(view.step) else {
        return;
    };
    let pairs = step.pairs.iter().take(view.pairs).enumerate();
    let distances = pairs.map(|(k, pair)| {
        let placed = view.has(Stage::Place).then_some(pair.x_t);
        let spots = [pair.x_0, pair.x_1].into_iter().chain(placed);
        let distances = spots.map(|x| place.screen_at(x).distance(pointer));
        (k, distances.fold(f32::INFINITY, f32::min))
    });
    let nearest = distances.min_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((pair, distance)) = nearest
        && distance < REACH
        && pair != view.marked
    {
        commands.push(Command::SlowMotion(Move::Mark(pair)));
    }
}
