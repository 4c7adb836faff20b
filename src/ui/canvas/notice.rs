//! Sentences on the canvas: why nothing moves, and what to do about it.

use egui::{Align2, FontId, Frame as Boxed, Margin, Rect, RichText, Stroke, Ui, UiBuilder, vec2};

use crate::experiment::Layer;
use crate::scene::layers::look;
use crate::scene::theme::Theme;
use crate::snapshot::{Frame, RunState};

use super::super::actions;
use super::super::command::{Command, Tool};
use super::super::lab::Lab;
use super::super::panels::{buttons, grouped};
use super::super::theme::{ink, mix, palette, strong};
use super::brush;
use super::place::Place;

/// A narrower canvas has smaller sentences, in points.
const NARROW: f32 = 450.0;
/// Widest that a sentence may get, in points.
const WIDTH: f32 = 460.0;

/// Says why training waits, that a drawing is empty, or that a picture is on its way, which a legend may leave no room for.
pub fn notice_ui(
    ui: &mut Ui,
    place: &Place,
    above: Rect,
    legend: Option<Rect>,
    (lab, lane): (&Lab, usize),
    frame: &Frame,
    commands: &mut Vec<Command>,
) {
    let (theme, area) = (palette(lab.dark), place.rect);
    let selected = lane == lab.editor.selected();
    if let RunState::Waiting { reason } | RunState::Exact { field: Err(reason) } = &frame.state
        && selected
    {
        waiting_ui(ui, area, above, reason, lab, commands);
    }
    if selected && lab.tool == Tool::Brush && brush::is_blank(brush::density(lab)) {
        let side = brush::side_name(lab.drawing_side);
        let words = format!("Drag here to paint the {side}. Shift or the right button erases.");
        return centered(ui, area, &words, theme);
    }
    if let Some(step) = frame.past {
        past_ui(ui, area, above, (step, frame.planned_end), theme, commands);
    }
    let exact = frame.products.exact.get();
    if let Some(Err(error)) = exact.map(|exact| &exact.field)
        && let layers = &lab.editor.experiment().view.layers
        && Layer::EXACT.iter().any(|layer| layers.contains(layer))
        && lab.tool != Tool::Brush
    {
        let words = format!("There is no exact field: {error}.");
        return centered(ui, area, &words, theme);
    }
    match frame.products.trajectories.get() {
        _ if matches!(
            frame.state,
            RunState::Waiting { .. } | RunState::Exact { field: Err(_) }
        ) => {}
        // A step in slow motion is a picture of its own.
        None if lab.slow_motion.is_some() => {}
        None => centered(ui, area, "The first picture is being computed.", theme),
        Some(followed) if is_elsewhere(frame, place, lab) || !frame.is_current(followed) => {
            let corner = egui::pos2(area.right() - 44.0, above.bottom() + 6.0);
            let (font, color) = (FontId::proportional(11.0), ink(theme.muted));
            let galley = ui
                .painter()
                .layout_no_wrap("updating".to_owned(), font, color);
            let rect = Align2::RIGHT_TOP.anchor_size(corner, galley.size());
            if legend.is_none_or(|legend| !legend.intersects(rect)) {
                ui.painter().galley(rect.min, galley, color);
            }
        }
        Some(_) => {}
    }
}

/// That an earlier step is shown, and the way back to the newest.
fn past_ui(
    ui: &mut Ui,
    area: Rect,
    above: Rect,
    (step, end): (u64, u64),
    theme: &Theme,
    commands: &mut Vec<Command>,
) {
    let words = format!("step {} of {}", grouped(step), grouped(end));
    let text = RichText::new(&words)
        .font(strong(13.0))
        .color(ink(theme.text));
    let button = egui::Button::new(text)
        .fill(mix(theme.card, theme.attention, 0.2))
        .stroke(Stroke::new(1.0, ink(theme.attention)))
        .corner_radius(8);
    let corner = egui::pos2(area.left() + 14.0, above.bottom() + 8.0);
    let builder = UiBuilder::new().max_rect(Rect::from_min_size(corner, vec2(WIDTH, 28.0)));
    let response = ui.scope_builder(builder, |ui| ui.add(button)).inner;
    let hover = format!(
        "The canvas shows the flow as it was after {words} training steps. {}",
        actions::FOLLOW.hover_text(ui.ctx())
    );
    if response.on_hover_text(hover).clicked() {
        commands.push(Command::ShowStep(None));
    }
}

/// Whether a layer that follows the camera still shows the part of the plane that was seen before.
fn is_elsewhere(frame: &Frame, place: &Place, lab: &Lab) -> bool {
    let layers = &lab.editor.experiment().view.layers;
    let follow = |&layer: &Layer| look(layer).follows_camera;
    let field = frame.products.field.get();
    layers.iter().any(follow)
        && field.is_some_and(|field| field.bounds != place.transform.visible())
}

/// Why training waits, with the way out.
fn waiting_ui(
    ui: &mut Ui,
    area: Rect,
    above: Rect,
    reason: &str,
    lab: &Lab,
    commands: &mut Vec<Command>,
) {
    let theme = palette(lab.dark);
    let width = WIDTH.min(area.width() - 28.0);
    let corner = egui::pos2(area.left() + 14.0, above.bottom() + 10.0);
    let builder = UiBuilder::new().max_rect(Rect::from_min_size(corner, vec2(width, 200.0)));
    ui.scope_builder(builder, |ui| {
        Boxed::new()
            .fill(mix(theme.card, theme.attention, 0.12))
            .stroke(Stroke::new(1.0, ink(theme.attention)))
            .corner_radius(6)
            .inner_margin(Margin::symmetric(12, 8))
            .show(ui, |ui| {
                ui.label(RichText::new(sentence(reason)).color(ink(theme.text)));
                let problem = &lab.editor.experiment().problem;
                let (source, target) = (&problem.source, &problem.target);
                // The exact field may be missing for another reason than an empty drawing.
                let is_blank = brush::is_blank(source) || brush::is_blank(target);
                if lab.tool != Tool::Brush && (is_blank || problem.velocity.is_learned()) {
                    let action = match brush::is_blank(source) {
                        true => &actions::DRAW_SOURCE,
                        false => &actions::DRAW,
                    };
                    buttons::action_ui(ui, lab, action, "Draw", true, commands);
                }
            });
    });
}

/// The words of an error as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    let end = if words.ends_with('.') { "" } else { "." };
    format!("{}{}{end}", first.unwrap_or_default(), letters.as_str())
}

/// A quiet sentence in the middle.
fn centered(ui: &Ui, area: Rect, words: &str, theme: &Theme) {
    let painter = ui.painter();
    let font = FontId::proportional(if area.width() < NARROW { 12.0 } else { 15.0 });
    let galley = painter.layout(
        words.to_owned(),
        font,
        ink(theme.muted),
        area.width() - 40.0,
    );
    let card = Align2::CENTER_CENTER.anchor_size(area.center(), galley.size() + vec2(28.0, 18.0));
    painter.rect_filled(card, 8.0, ink(theme.background).gamma_multiply(0.85));
    painter.galley(card.min + vec2(14.0, 9.0), galley, ink(theme.muted));
}
