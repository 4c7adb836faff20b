//! The toggles of the layers, each with a sample of what it shows.
//!
//! They refuse to know what a layer is made of.

use egui::{
    Color32, Direction, FontId, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind,
    Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2,
};

use crate::experiment::Layer;
use crate::scene::colormap::viridis;
use crate::scene::theme::Theme;
use crate::ui::actions;
use crate::ui::command::Command;
use crate::ui::lab::Lab;
use crate::ui::theme::{ink, mix, palette};

/// Height of a toggle, in points.
pub const HEIGHT: f32 = 24.0;
/// Width of the sample of a layer, in points.
const SWATCH: f32 = 15.0;
/// Free space at both ends of a toggle, in points.
const PADDING: f32 = 10.0;
/// Opacity of the sample of a hidden layer.
const HIDDEN: f32 = 0.45;

/// The layer's name, as in the experiment file.
pub fn name(layer: Layer) -> &'static str {
    match layer {
        Layer::Source => "Source",
        Layer::Target => "Target",
        Layer::Particles => "Particles",
        Layer::Trails => "Trails",
        Layer::Trajectories => "Trajectories",
        Layer::Field => "Field",
        Layer::Density => "Density",
        Layer::Pairs => "Pairs",
    }
}

/// A row (or more, if it is narrow) of toggles at the top of `area`; returns the room that it took.
pub fn chips_ui(ui: &mut Ui, area: Rect, lab: &Lab, commands: &mut Vec<Command>) -> Rect {
    let theme = palette(lab.dark);
    let view = &lab.editor.experiment().view;
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
            for layer in Layer::ALL {
                let response = chip_ui(ui, layer, view.layers.contains(&layer), theme);
                if response.clicked() {
                    commands.push(Command::ToggleLayer(layer));
                }
            }
        });
    })
    .response
    .rect
}

fn chip_ui(ui: &mut Ui, layer: Layer, shown: bool, theme: &Theme) -> Response {
    let words = if shown { theme.text } else { theme.muted };
    let galley = ui.painter().layout_no_wrap(
        name(layer).to_owned(),
        FontId::proportional(12.5),
        ink(words),
    );
    let size = vec2(2.0 * PADDING + SWATCH + 7.0 + galley.size().x, HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let response = response.on_hover_text(actions::of_layer(layer).hover_text(ui.ctx()));
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, shown, name(layer)));
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
    let swatch = Rect::from_min_size(
        pos2(rect.left() + PADDING, rect.center().y - 6.0),
        vec2(SWATCH, 12.0),
    );
    swatch_ui(
        painter,
        layer,
        swatch,
        if shown { 1.0 } else { HIDDEN },
        theme,
    );
    let corner = pos2(
        swatch.right() + 7.0,
        rect.center().y - 0.5 * galley.size().y,
    );
    painter.galley(corner, galley, ink(words));
    response
}

/// A small sample of the layer's marks.
fn swatch_ui(painter: &Painter, layer: Layer, rect: Rect, opacity: f32, theme: &Theme) {
    let faded = |color: crate::scene::Color| ink(color.alpha(255)).gamma_multiply(opacity);
    let marks = &theme.ink;
    let (left, right, middle) = (rect.left_center(), rect.right_center(), rect.center());
    match layer {
        Layer::Source => dots(painter, rect, faded(theme.source)),
        Layer::Target => dots(painter, rect, faded(theme.target)),
        Layer::Particles => {
            painter.circle_filled(middle, 3.0, faded(marks.particle));
        }
        Layer::Trails => {
            gradient(painter, left, right, |share| {
                faded(marks.trail).gamma_multiply(share)
            });
            painter.circle_filled(right, 2.4, faded(marks.particle));
        }
        Layer::Trajectories => {
            gradient(painter, left, right, |share| {
                faded(viridis(0.3 + 0.7 * share))
            });
        }
        Layer::Field => painter.arrow(left, right - left, Stroke::new(1.4, faded(marks.field))),
        Layer::Density => {
            for (radius, share) in [(6.0, 0.25), (4.3, 0.4), (2.4, 0.9)] {
                painter.circle_filled(middle, radius, faded(marks.density).gamma_multiply(share));
            }
        }
        Layer::Pairs => {
            painter.line_segment([left, right], Stroke::new(1.2, faded(marks.pair)));
            painter.circle_filled(left, 2.2, faded(theme.source));
            painter.circle_filled(right, 2.2, faded(theme.target));
        }
    }
}

/// A handful of samples.
fn dots(painter: &Painter, rect: Rect, color: Color32) {
    for (x, y) in [
        (0.15, 0.5),
        (0.4, 0.15),
        (0.5, 0.62),
        (0.72, 0.35),
        (0.78, 0.85),
        (0.3, 0.9),
    ] {
        let center = rect.min + rect.size() * vec2(x, y);
        painter.circle_filled(center, 1.6, color);
    }
}

/// A line whose colour changes along it.
fn gradient(painter: &Painter, from: Pos2, to: Pos2, color: impl Fn(f32) -> Color32) {
    const PIECES: u8 = 8;
    let share = |k: u8| f32::from(k) / f32::from(PIECES);
    painter.extend((0..PIECES).map(|k| {
        let ends = [from.lerp(to, share(k)), from.lerp(to, share(k + 1))];
        Shape::line_segment(ends, Stroke::new(1.8, color(share(k + 1))))
    }));
}
