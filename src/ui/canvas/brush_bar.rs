//! The bar of the brush: size, strength, eraser, symmetry, clear and done.

use egui::{
    Align, Button, Frame as Boxed, Layout, Margin, Rect, RichText, Slider, SliderClamping, Stroke,
    Ui, UiBuilder, pos2, vec2,
};

use crate::flow::distribution::Symmetry;
use crate::scene::theme::Theme;

use super::super::actions;
use super::super::command::{BrushSettings, Command, Side, Tool};
use super::super::lab::Lab;
use super::super::panels::widgets;
use super::super::theme::{ink, palette, strong};
use super::brush::side_name;

/// Radii that the slider offers, in data units.
const RADII: std::ops::RangeInclusive<f64> = 0.02..=2.0;
/// Width of each slider, in points.
const SLIDER: f32 = 90.0;
/// The symmetries on offer, each with its name and what it does.
const SYMMETRIES: [(Symmetry, &str, &str); 7] = [
    (Symmetry::None, "none", "Paint only where the brush is."),
    (
        Symmetry::MirrorX,
        "left-right",
        "Repeat every stroke on the other side of the vertical axis.",
    ),
    (
        Symmetry::MirrorY,
        "up-down",
        "Repeat every stroke on the other side of the horizontal axis.",
    ),
    (
        Symmetry::Rotate(2),
        "2 turns",
        "Repeat every stroke turned by half a turn.",
    ),
    (
        Symmetry::Rotate(3),
        "3 turns",
        "Repeat every stroke turned by thirds of a turn.",
    ),
    (
        Symmetry::Rotate(5),
        "5 turns",
        "Repeat every stroke turned by fifths of a turn.",
    ),
    (
        Symmetry::Rotate(8),
        "8 turns",
        "Repeat every stroke turned by eighths of a turn.",
    ),
];

/// The bar below `above`; returns the room down to its lower edge.
pub fn bar_ui(
    ui: &mut Ui,
    area: Rect,
    above: Rect,
    lab: &Lab,
    commands: &mut Vec<Command>,
) -> Rect {
    let theme = palette(lab.dark);
    let corner = pos2(area.left() + 14.0, above.bottom() + 8.0);
    let builder = UiBuilder::new()
        .max_rect(Rect::from_min_max(corner, area.max - vec2(14.0, 0.0)))
        .layout(Layout::left_to_right(Align::TOP));
    let response = ui.scope_builder(builder, |ui| {
        Boxed::new()
            .fill(ink(theme.panel))
            .stroke(Stroke::new(1.0, ink(theme.line)))
            .corner_radius(8)
            .inner_margin(Margin::symmetric(12, 6))
            .show(ui, |ui| {
                ui.horizontal_wrapped(|ui| contents_ui(ui, lab, theme, commands))
            });
    });
    above.union(response.response.rect)
}

fn contents_ui(ui: &mut Ui, lab: &Lab, theme: &Theme, commands: &mut Vec<Command>) {
    ui.set_row_height(ui.spacing().interact_size.y);
    let color = match lab.drawing_side {
        Side::Source => theme.source,
        Side::Target => theme.target,
    };
    let title = format!("Drawing the {}", side_name(lab.drawing_side));
    ui.label(RichText::new(title).font(strong(13.0)).color(ink(color)));
    ui.separator();
    let mut brush = lab.brush;
    settings_ui(ui, &mut brush, theme);
    if brush != lab.brush {
        commands.push(Command::SetBrush(brush));
    }
    ui.separator();
    widgets::action_ui(ui, lab, &actions::CLEAR_DRAWING, "Clear", true, commands);
    let done = ui
        .add(Button::new(RichText::new("Done").color(ink(theme.on_accent))).fill(ink(theme.accent)))
        .on_hover_text("Put the brush away.  [Esc]");
    if done.clicked() {
        commands.push(Command::SetTool(Tool::Pan));
    }
}

fn settings_ui(ui: &mut Ui, brush: &mut BrushSettings, theme: &Theme) {
    ui.spacing_mut().slider_width = SLIDER;
    let quiet = |words: &str| RichText::new(words).color(ink(theme.muted));
    let size_tip = "Radius of the brush in data units.  [ and ]";
    ui.label(quiet("Size")).on_hover_text(size_tip);
    let size = Slider::new(&mut brush.radius, RADII)
        .logarithmic(true)
        .clamping(SliderClamping::Edits)
        .max_decimals(2);
    ui.add(size)
        .on_hover_text(size_tip)
        .accessible_name("Brush size");
    let strength_tip =
        "Weight of the paint at the middle of the brush, 0 to 1; the eraser takes everything.";
    ui.label(quiet("Strength")).on_hover_text(strength_tip);
    let strength = Slider::new(&mut brush.strength, 0.05..=1.0)
        .clamping(SliderClamping::Edits)
        .max_decimals(2);
    ui.add(strength)
        .on_hover_text(strength_tip)
        .accessible_name("Brush strength");
    if ui
        .selectable_label(brush.erase, "Erase")
        .on_hover_text("Take paint away; Shift or the right button does it, too.  [X]")
        .clicked()
    {
        brush.erase = !brush.erase;
    }
    ui.label(quiet("Symmetry"));
    ui.allocate_ui(vec2(96.0, ui.spacing().interact_size.y), |ui| {
        let tip = "Where every stroke is repeated.";
        widgets::combo_ui(ui, "Symmetry", tip, &mut brush.symmetry, &SYMMETRIES);
    });
}
