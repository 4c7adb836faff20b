//! The bar of the brush: size, strength, eraser, symmetry, class, clear and done.

use egui::{
    Align, Button, Label, Layout, RichText, Role, Sense, Slider, SliderClamping, Stroke, Ui, Vec2,
    WidgetInfo, vec2,
};

use crate::flow::distribution::{CLASSES, Class, Symmetry};
use crate::scene::Color;
use crate::scene::theme::{Theme, class_color};

use super::super::actions;
use super::super::command::{BrushSettings, Command, Side, Tool};
use super::super::lab::Lab;
use super::super::panels::{buttons, widgets};
use super::super::theme::{ink, palette, strong};
use super::brush::side_name;
use super::docked::docked_ui;

/// Radii that the slider offers, in data units.
const RADII: std::ops::RangeInclusive<f64> = 0.02..=2.0;
/// Width of each slider, in points.
const SLIDER: f32 = 64.0;
/// Widths of the controls that stay together when the bar takes more than one line, with their names, in points.
const SIZE: f32 = 152.0;
const STRENGTH: f32 = 176.0;
const SYMMETRY: f32 = 168.0;
/// Widths of the word and of each colour of a class, in points.
const CLASS_NAME: f32 = 42.0;
const SWATCH: f32 = 20.0;
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

/// The bar, over the whole width; the canvas is what is left below it.
pub fn bar_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    let theme = palette(lab.dark);
    docked_ui(ui, theme, 4.0, |ui| {
        ui.horizontal_wrapped(|ui| contents_ui(ui, lab, theme, commands));
    });
}

fn contents_ui(ui: &mut Ui, lab: &Lab, theme: &Theme, commands: &mut Vec<Command>) {
    ui.set_row_height(ui.spacing().interact_size.y);
    let color = match lab.drawing_side {
        Side::Source => theme.source,
        Side::Target => theme.target,
    };
    let title = format!("Drawing the {}", side_name(lab.drawing_side));
    ui.label(RichText::new(title).font(strong(13.0)).color(ink(color)));
    let mut brush = lab.brush;
    settings_ui(ui, &mut brush, theme);
    classes_ui(ui, &mut brush.class, color, theme, lab.dark);
    if brush != lab.brush {
        commands.push(Command::SetBrush(brush));
    }
    buttons::action_ui(ui, lab, &actions::CLEAR_DRAWING, "Clear", true, commands);
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
    together(ui, SIZE, |ui| {
        let tip = "Radius of the brush in data units.  [ and ], or Down and Up";
        ui.label(quiet("Size")).on_hover_text(tip);
        let size = Slider::new(&mut brush.radius, RADII)
            .logarithmic(true)
            .clamping(SliderClamping::Edits)
            .max_decimals(2);
        ui.add(size)
            .on_hover_text(tip)
            .accessible_name("Brush size");
    });
    together(ui, STRENGTH, |ui| {
        let tip =
            "Weight of the paint at the middle of the brush, 0 to 1; the eraser takes everything.";
        ui.label(quiet("Strength")).on_hover_text(tip);
        let strength = Slider::new(&mut brush.strength, 0.05..=1.0)
            .clamping(SliderClamping::Edits)
            .max_decimals(2);
        ui.add(strength)
            .on_hover_text(tip)
            .accessible_name("Brush strength");
    });
    if ui
        .selectable_label(brush.erase, "Erase")
        .on_hover_text("Take paint away; Shift or the right button does it, too.  [X]")
        .clicked()
    {
        brush.erase = !brush.erase;
    }
    together(ui, SYMMETRY, |ui| {
        ui.label(quiet("Symmetry"));
        let tip = "Where every stroke is repeated.";
        widgets::combo_ui(ui, "Symmetry", tip, &mut brush.symmetry, &SYMMETRIES);
    });
}

/// A swatch for no class and for each of the others; the one that the brush paints has a ring about it.
fn classes_ui(ui: &mut Ui, class: &mut Class, own: Color, theme: &Theme, dark: bool) {
    let n = 1.0 + f32::from(CLASSES);
    together(ui, CLASS_NAME + n * SWATCH, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let tip =
            "The class of what is painted: class-wise OT pairs within classes.  B: the next one";
        let name = RichText::new("Class").color(ink(theme.muted));
        ui.add_sized(vec2(CLASS_NAME, SWATCH), Label::new(name))
            .on_hover_text(tip);
        for this in 0..=CLASSES {
            let name = match this {
                0 => "No class".to_owned(),
                this => format!("Class {this}"),
            };
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(SWATCH), Sense::click());
            let color = ink(class_color(this, dark).unwrap_or(own));
            ui.painter().circle_filled(rect.center(), 5.5, color);
            if *class == this || response.hovered() {
                let ring = Stroke::new(
                    1.5,
                    ink(if *class == this {
                        theme.text
                    } else {
                        theme.muted
                    }),
                );
                ui.painter().circle_stroke(rect.center(), 8.0, ring);
            }
            if response.clicked() {
                *class = this;
            }
            let chosen = *class == this;
            response
                .on_hover_text(format!("{name}: {tip}"))
                .widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, &name));
        }
    });
}

/// Controls beside each other that are not torn apart where the line ends.
fn together(ui: &mut Ui, width: f32, add: impl FnOnce(&mut Ui)) {
    let size = vec2(width, ui.spacing().interact_size.y);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        add(ui);
    });
}
