//! The few building blocks that all panels share: headings, rows, cards, buttons.

use egui::{
    Align, Button, Color32, ComboBox, DragValue, Frame, Grid, Label, Layout, Margin, Response,
    RichText, ScrollArea, Sense, Slider, Ui, Vec2,
};

use crate::scene::theme::Theme;

use super::super::theme::{RADIUS, ink, strong};

/// Width of the names in front of the controls, in points.
const NAME_WIDTH: f32 = 84.0;
/// Height of a slider, in points: it decides how large the handle is.
const SLIDER_HEIGHT: f32 = 15.0;

/// The heading of a group of controls.
pub fn heading_ui(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    ui.add_space(8.0);
    heading_text_ui(ui, theme, text)
}

/// A heading with something at the right end of its line.
pub fn heading_with_ui(ui: &mut Ui, theme: &Theme, text: &str, right: impl FnOnce(&mut Ui)) {
    ui.add_space(8.0);
    ui.horizontal(|ui| {
        heading_text_ui(ui, theme, text);
        ui.with_layout(Layout::right_to_left(Align::Center), right);
    });
}

fn heading_text_ui(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    ui.label(
        RichText::new(text)
            .font(strong(11.0))
            .color(ink(theme.muted)),
    )
}

/// A named control: the name at the left, the control over the rest of the line.
///
/// `formula` says what the control changes; it is the tooltip of both.
pub fn row_ui<R>(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    formula: &str,
    control: impl FnOnce(&mut Ui) -> R,
) -> R {
    ui.horizontal(|ui| {
        let size = Vec2::new(NAME_WIDTH, ui.spacing().interact_size.y);
        let label = Label::new(RichText::new(name).color(ink(theme.muted))).sense(Sense::hover());
        ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(NAME_WIDTH);
            ui.add(label).on_hover_text(formula);
        });
        control(ui)
    })
    .inner
}

/// A number with a slider.
pub fn slider_ui(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    formula: &str,
    value: &mut f64,
    range: std::ops::RangeInclusive<f64>,
) {
    const VALUE_WIDTH: f32 = 54.0;
    row_ui(ui, theme, name, formula, |ui| {
        let gap = ui.spacing().item_spacing.x;
        let height = ui.spacing().interact_size.y;
        ui.scope(|ui| {
            ui.spacing_mut().slider_width = (ui.available_width() - VALUE_WIDTH - gap).max(20.0);
            ui.spacing_mut().interact_size.y = SLIDER_HEIGHT;
            ui.visuals_mut().selection.bg_fill = ink(theme.accent);
            let slider = Slider::new(value, range.clone())
                .show_value(false)
                .clamping(egui::SliderClamping::Edits);
            ui.add(slider).on_hover_text(formula).accessible_name(name);
        });
        let number = DragValue::new(value)
            .range(range.clone())
            .clamp_existing_to_range(false)
            .speed(0.002 * (range.end() - range.start()))
            .max_decimals(3)
            .update_while_editing(false);
        ui.add_sized(Vec2::new(VALUE_WIDTH, height), number)
            .on_hover_text(formula)
            .accessible_name(format!("{name}, as a number"));
    });
}

/// A number to drag or to type, over the whole rest of the line.
pub fn number_ui(ui: &mut Ui, theme: &Theme, name: &str, formula: &str, number: DragValue<'_>) {
    row_ui(ui, theme, name, formula, |ui| {
        let size = Vec2::new(ui.available_width(), ui.spacing().interact_size.y);
        // A file may hold a number outside the offered range: showing it must not change it.
        let number = number
            .update_while_editing(false)
            .clamp_existing_to_range(false);
        ui.add_sized(size, number)
            .on_hover_text(formula)
            .accessible_name(name);
    });
}

/// A choice of several, each with its own explanation; `true` if another one was chosen.
pub fn choice_ui<T: PartialEq + Copy>(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    formula: &str,
    value: &mut T,
    offered: &[(T, &str, &str)],
) -> bool {
    row_ui(ui, theme, name, formula, |ui| {
        combo_ui(ui, name, formula, value, offered)
    })
}

/// The choice without a name in front.
pub fn combo_ui<T: PartialEq + Copy>(
    ui: &mut Ui,
    name: &str,
    formula: &str,
    value: &mut T,
    offered: &[(T, &str, &str)],
) -> bool {
    let chosen = offered.iter().find(|(other, ..)| other == value);
    let mut changed = false;
    combo_box(ui, name)
        .selected_text(chosen.map_or("", |(_, text, _)| text))
        .show_ui(ui, |ui| {
            for (other, text, explanation) in offered {
                let item = ui.selectable_value(value, *other, *text);
                changed |= item.on_hover_text(*explanation).changed();
            }
        })
        .response
        .on_hover_text(formula)
        .accessible_name(name);
    changed
}

/// A box to choose from, as wide as there is room, with a quiet arrow.
pub fn combo_box<'a>(ui: &Ui, name: &str) -> ComboBox<'a> {
    let width = ui.available_width();
    ComboBox::from_id_salt(name).width(width).truncate().icon(
        |ui: &Ui, rect: egui::Rect, _: &egui::style::WidgetVisuals, _: bool| {
            let stroke = egui::Stroke::new(1.5, ui.visuals().weak_text_color());
            let middle = rect.center();
            let [left, tip, right] =
                [(-3.5, -2.0), (0.0, 2.0), (3.5, -2.0)].map(|(x, y)| middle + Vec2::new(x, y));
            ui.painter()
                .add(egui::Shape::line(vec![left, tip, right], stroke));
        },
    )
}

/// What a panel at the side scrolls its contents in.
pub fn side_scroll() -> ScrollArea {
    ScrollArea::vertical()
        .auto_shrink(false)
        .content_margin(Margin {
            left: 14,
            right: 14,
            top: 2,
            bottom: 14,
        })
}

/// Room between the cells of a table, in points.
const CELLS: Vec2 = Vec2::new(8.0, 4.0);

/// A table, which scrolls to the side where its panel is narrower.
pub fn grid_ui(ui: &mut Ui, name: &str, n_columns: usize, rows: impl FnOnce(&mut Ui)) {
    ScrollArea::horizontal().id_salt(name).show(ui, |ui| {
        let grid = Grid::new(name).num_columns(n_columns).striped(true);
        grid.spacing(CELLS).show(ui, rows);
        // Where it scrolls, the bar lies below the last row.
        ui.add_space(CELLS.y);
    });
}

/// A filled box with rounded corners.
pub fn card(theme: &Theme) -> Frame {
    Frame::new()
        .fill(ink(theme.card))
        .corner_radius(RADIUS)
        .inner_margin(Margin::same(8))
}

/// A box that should be noticed.
pub fn attention_card(theme: &Theme, color: crate::scene::Color) -> Frame {
    card(theme)
        .fill(super::super::theme::mix(theme.card, color, 0.12))
        .stroke(egui::Stroke::new(1.0, ink(color)))
}

/// A sentence in small, muted letters.
pub fn note_ui(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    ui.add(Label::new(RichText::new(text).small().color(ink(theme.muted))).wrap())
}

/// A button that is pressed most.
pub fn primary<'a>(theme: &Theme, text: &str) -> Button<'a> {
    let text = RichText::new(text)
        .font(strong(13.0))
        .color(ink(theme.on_accent));
    Button::new(text).fill(ink(theme.accent))
}

/// A button that looks like a word in the accent colour.
pub fn link<'a>(theme: &Theme, text: &str) -> Button<'a> {
    Button::new(RichText::new(text).color(ink(theme.accent)))
        .fill(Color32::TRANSPARENT)
        .frame(false)
}
