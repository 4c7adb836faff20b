//! The toggles of the layers, each with a sample of what it shows.
//!
//! They refuse to know what a layer is made of.

use std::sync::Arc;

use egui::{
    Button, Color32, Direction, FontId, Galley, Painter, Pos2, Rect, Response, Sense, Shape,
    Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2,
};

use crate::experiment::Layer;
use crate::scene::PagePoint;
use crate::scene::layers::{SWATCH, look};
use crate::scene::theme::Theme;
use crate::ui::actions;
use crate::ui::command::{Command, Tool};
use crate::ui::lab::Lab;
use crate::ui::panels::buttons::button_ui;
use crate::ui::theme::{ink, mix, palette};

/// Height of a toggle, in points.
pub const HEIGHT: f32 = 24.0;
/// The layers whose toggles are always there; the others are in a menu while they are hidden.
const USUAL: [Layer; 8] = [
    Layer::Source,
    Layer::Target,
    Layer::Particles,
    Layer::Trails,
    Layer::Trajectories,
    Layer::Field,
    Layer::Density,
    Layer::Pairs,
];
/// Free space at both ends of a toggle, in points.
const PADDING: f32 = 10.0;
/// Opacity of the sample of a hidden layer.
const HIDDEN: f32 = 0.45;

/// The toggle of a layer.
pub fn layer_ui(ui: &mut Ui, layer: Layer, lab: &Lab, commands: &mut Vec<Command>) {
    let shown = lab.editor.experiment().view.layers.contains(&layer);
    if chip_ui(ui, layer, shown, palette(lab.dark)).clicked() {
        commands.push(Command::ToggleLayer(layer));
    }
}

/// The width of a layer's toggle, in points.
pub fn width(ui: &Ui, layer: Layer) -> f32 {
    let name = words(ui, layer, Color32::PLACEHOLDER);
    2.0 * PADDING + SWATCH[0] + 7.0 + name.size().x
}

/// A row (or more, if it is narrow) of toggles at the top of `area`; returns the room that it took.
pub fn chips_ui(ui: &mut Ui, area: Rect, lab: &Lab, commands: &mut Vec<Command>) -> Rect {
    let theme = palette(lab.dark);
    // What lies under the row fades, so that arrows do not run through the words.
    let shade = area.with_max_y(area.top() + 2.4 * HEIGHT);
    let background = ink(theme.background);
    let colors = [background.gamma_multiply(0.85), Color32::TRANSPARENT];
    ui.painter()
        .add(Shape::gradient_rect(shade, Direction::TopDown, colors));
    let builder = UiBuilder::new().max_rect(area.shrink2(vec2(14.0, 12.0)));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
        ui.horizontal_wrapped(|ui| {
            let shown = |layer: &Layer| lab.editor.experiment().view.layers.contains(layer);
            let offered = Layer::ALL
                .into_iter()
                .filter(|layer| !look(*layer).compares);
            let (in_line, rest): (Vec<_>, Vec<_>) =
                offered.partition(|layer| USUAL.contains(layer) || shown(layer));
            for layer in in_line {
                layer_ui(ui, layer, lab, commands);
            }
            more_ui(ui, lab, &rest, commands);
            let ask = Button::selectable(lab.tool == Tool::Ask, "Ask");
            button_ui(ui, lab, &actions::ASK, ask, true, commands);
        });
    })
    .response
    .rect
}

/// A menu of layers.
pub fn more_ui(ui: &mut Ui, lab: &Lab, layers: &[Layer], commands: &mut Vec<Command>) {
    ui.menu_button("Layers", |ui| {
        for layer in layers {
            let mut shown = lab.editor.experiment().view.layers.contains(layer);
            let action = actions::of_layer(*layer);
            let item = ui.checkbox(&mut shown, action.name);
            if item.on_hover_text(action.hover_text(ui.ctx())).clicked() {
                commands.push(Command::ToggleLayer(*layer));
            }
        }
    })
    .response
    .on_hover_text("The layers that are not in this line.");
}

fn chip_ui(ui: &mut Ui, layer: Layer, shown: bool, theme: &Theme) -> Response {
    let color = ink(if shown { theme.text } else { theme.muted });
    let galley = words(ui, layer, color);
    let size = vec2(width(ui, layer), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let response = response.on_hover_text(actions::of_layer(layer).hover_text(ui.ctx()));
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, layer.name()));
    let raised = mix(theme.background, theme.line, 0.5);
    let fill = if shown { raised } else { ink(theme.background) };
    let outline = match (response.has_focus(), shown, response.hovered()) {
        (true, ..) => ink(theme.accent),
        (_, true, false) => raised,
        (_, false, false) => ink(theme.line),
        (_, _, true) => ink(theme.muted),
    };
    let painter = ui.painter();
    painter.rect(
        rect,
        8.0,
        fill,
        Stroke::new(1.0, outline),
        StrokeKind::Inside,
    );
    let swatch = pos2(rect.left() + PADDING, rect.center().y - 0.5 * SWATCH[1]);
    let opacity = if shown { 1.0 } else { HIDDEN };
    swatch_ui(painter, layer, swatch, opacity, theme);
    let corner = pos2(
        swatch.x + SWATCH[0] + 7.0,
        rect.center().y - 0.5 * galley.size().y,
    );
    painter.galley(corner, galley, color);
    response
}

fn words(ui: &Ui, layer: Layer, color: Color32) -> Arc<Galley> {
    let font = FontId::proportional(12.5);
    ui.painter()
        .layout_no_wrap(layer.name().to_owned(), font, color)
}

/// A small sample of the layer's marks, with its upper left corner at `corner`.
fn swatch_ui(painter: &Painter, layer: Layer, corner: Pos2, opacity: f32, theme: &Theme) {
    let swatch = (look(layer).swatch)(theme);
    let at = |[x, y]: PagePoint| corner + vec2(x, y);
    let faded = |color| ink(color).gamma_multiply(opacity);
    for lines in &swatch.lines {
        let stroke = Stroke::new(lines.width, faded(lines.color));
        painter.extend(
            lines
                .ends
                .iter()
                .map(|ends| Shape::line_segment(ends.map(at), stroke)),
        );
    }
    for dots in &swatch.dots {
        let color = faded(dots.color);
        let dot = |&center: &PagePoint| Shape::circle_filled(at(center), dots.radius, color);
        painter.extend(dots.centers.iter().map(dot));
    }
}
