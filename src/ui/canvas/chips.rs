//! The toggles of the layers, each with a sample of what it shows.
//!
//! They refuse to know what a layer is made of.

use egui::{
    Button, Color32, Direction, FontId, Frame as Boxed, Margin, Painter, Pos2, Rect, Response,
    RichText, Sense, Shape, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2,
    vec2,
};

use crate::experiment::{Layer, MAX_LANES};
use crate::scene::PagePoint;
use crate::scene::layers::{SWATCH, look};
use crate::scene::theme::Theme;
use crate::ui::actions;
use crate::ui::command::Command;
use crate::ui::lab::Lab;
use crate::ui::panels::buttons;
use crate::ui::theme::{ink, mix, palette};

/// Height of a toggle, in points.
pub const HEIGHT: f32 = 24.0;
/// Free space at both ends of a toggle, in points.
const PADDING: f32 = 10.0;
/// Opacity of the sample of a hidden layer.
const HIDDEN: f32 = 0.45;

/// The toggles in a strip of its own at the top of what is left in `ui`, with a button that adds a lane.
pub fn strip_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    let theme = palette(lab.dark);
    let strip = Boxed::new()
        .fill(ink(theme.background))
        .inner_margin(Margin {
            left: 10,
            right: 10,
            top: 7,
            bottom: 1,
        });
    strip.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
        ui.horizontal_wrapped(|ui| {
            layers_ui(ui, lab, commands);
            let add = Button::new(RichText::new("+ Add lane").color(ink(theme.accent)));
            let can = lab.editor.lanes().len() < MAX_LANES;
            buttons::button_ui(ui, lab, &actions::ADD_LANE, add, can, commands);
        });
    });
}

fn layers_ui(ui: &mut Ui, lab: &Lab, commands: &mut Vec<Command>) {
    let theme = palette(lab.dark);
    let shown = &lab.editor.experiment().view.layers;
    let several = lab.editor.lanes().len() > 1;
    let offered = Layer::ALL.into_iter();
    for layer in offered.filter(|layer| several || !look(*layer).compares) {
        if chip_ui(ui, layer, shown.contains(&layer), theme).clicked() {
            commands.push(Command::ToggleLayer(layer));
        }
    }
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
        ui.horizontal_wrapped(|ui| layers_ui(ui, lab, commands));
    })
    .response
    .rect
}

fn chip_ui(ui: &mut Ui, layer: Layer, shown: bool, theme: &Theme) -> Response {
    let words = if shown { theme.text } else { theme.muted };
    let galley = ui.painter().layout_no_wrap(
        layer.name().to_owned(),
        FontId::proportional(12.5),
        ink(words),
    );
    let size = vec2(2.0 * PADDING + SWATCH[0] + 7.0 + galley.size().x, HEIGHT);
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
    painter.galley(corner, galley, ink(words));
    response
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
