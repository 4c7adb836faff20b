//! The canvas: it shows the scene of the newest frame at the play head's time, moves the camera and takes strokes.
//!
//! Three steps a frame: input becomes commands, frame and view become a scene, the scene becomes shapes. It keeps
//! caches and the stroke under way, nothing else; it refuses to know how a flow is computed.

mod brush;
mod brush_bar;
mod chips;
pub mod cloud;
mod mesh;
mod navigation;
mod notice;
mod paint;
mod place;
mod readout;
mod shapes;
mod sprites;
mod step_bar;

use egui::{CursorIcon, PointerButton, Rect, Response, Sense, Ui, WidgetInfo, accesskit::Role};

use crate::experiment::{Camera, View};
use crate::flow::Bounds;
use crate::scene::{self, Builder, Fit, Page, Style, Transform};
use crate::snapshot::Frame;

use super::command::{Command, Tool};
use super::lab::Lab;
use super::theme::palette;

use place::Place;

pub use paint::ScenePainter;

/// What the canvas remembers from frame to frame.
#[derive(Default)]
pub struct Canvas {
    builder: Builder,
    painter: ScenePainter,
    brush: brush::Brush,
    fit: Fit,
    /// The fitted camera while the brush is out: a stroke changes the target, and the paper must not move.
    held: Option<Camera>,
    seen: Option<Bounds>,
    covered: Covered,
}

/// What stood on the canvas in the last frame.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Covered {
    canvas: Rect,
    /// The toggles.
    toggles: Rect,
    /// The legend, if there is one.
    legend: Option<Rect>,
}

impl Default for Covered {
    fn default() -> Self {
        Self {
            canvas: Rect::ZERO,
            toggles: Rect::ZERO,
            legend: None,
        }
    }
}

impl Covered {
    /// The part of a canvas between toggles and legend, at least half of it: there the data is fitted.
    fn free(&self, canvas: Rect) -> Rect {
        let half = 0.5 * canvas.height();
        let above = (self.toggles.bottom() - self.canvas.top()).clamp(0.0, half);
        let below = self.legend.map_or(0.0, |l| self.canvas.bottom() - l.top());
        let below = below.clamp(0.0, half - above.min(half));
        Rect::from_x_y_ranges(
            canvas.x_range(),
            canvas.top() + above..=canvas.bottom() - below,
        )
    }
}

impl Canvas {
    /// The part of the plane that was shown last; field and density are wanted there.
    pub fn seen(&self) -> Option<Bounds> {
        self.seen
    }

    /// Where the legend was in the last frame.
    pub fn legend(&self) -> Option<Rect> {
        self.covered.legend
    }

    /// What paints the scene; tests and benches count its work.
    pub fn painter(&self) -> &ScenePainter {
        &self.painter
    }

    /// The camera of the view; if it is to fit, the one that fits now, or did when the brush was taken.
    fn camera(&mut self, lab: &Lab, frame: &Frame, rect: Rect) -> Camera {
        if lab.tool == Tool::Pan || lab.camera.is_some() {
            self.held = None;
        }
        if let Some(camera) = lab.camera {
            return camera;
        }
        let free = self.covered.free(rect);
        let aspect = f64::from(free.width() / free.height());
        let camera = match (lab.tool, self.held) {
            (Tool::Pan, _) => self.fit.camera(frame, aspect),
            (Tool::Brush, Some(held)) => held,
            (Tool::Brush, None) => {
                let fitted = self.fit.camera(frame, aspect);
                let camera = brush::camera_with_paper(lab, frame, fitted, aspect);
                // What covers the canvas is known one frame after the bar has made it smaller.
                self.held = (self.covered.canvas == rect).then_some(camera);
                camera
            }
        };
        around(camera, free, rect)
    }
}

/// The camera of the whole canvas that shows in its part `free` what `camera` sees.
fn around(camera: Camera, free: Rect, rect: Rect) -> Camera {
    let unit = camera.height / f64::from(free.height());
    let down = f64::from(free.center().y - rect.center().y);
    Camera {
        center: (camera.center.0, camera.center.1 + unit * down),
        height: unit * f64::from(rect.height()),
    }
}

/// The canvas over all the room that is left in `ui`.
pub fn canvas_ui(
    ui: &mut Ui,
    canvas: &mut Canvas,
    lab: &Lab,
    frame: &Frame,
    commands: &mut Vec<Command>,
) {
    if lab.tool == Tool::Brush {
        brush_bar::bar_ui(ui, lab, commands);
    }
    step_bar::bar_ui(ui, lab, commands);
    let rect = ui.available_rect_before_wrap();
    let response = surface_ui(ui, rect, lab.tool);
    if !rect.is_positive() {
        return;
    }
    let style = if lab.dark { Style::Dark } else { Style::Light };
    let page = Page::canvas(rect.size().into(), style);
    let mut place = Place {
        rect,
        transform: Transform::new(canvas.camera(lab, frame, rect), page_rect(&page)),
    };
    if let Some(camera) = navigation::navigate(ui, &response, &place, lab.tool) {
        commands.push(Command::SetCamera(camera));
        // The move shows in this frame already; a fit waits for the next one.
        let camera = camera.unwrap_or_else(|| place.transform.camera());
        place.transform = Transform::new(camera, page_rect(&page));
    }
    let toggles = canvas.covered.toggles;
    canvas.brush.input(ui, &place, toggles, lab, commands);
    canvas.seen = Some(place.transform.visible());
    let view = View {
        camera: Some(place.transform.camera()),
        step: lab.step_view(),
        ..lab.editor.experiment().view.clone()
    };
    let scene = canvas.builder.build(frame, &view, lab.play.t, &page);
    let painter = ui.painter().with_clip_rect(rect);
    let paper = canvas.brush.paper(ui.ctx(), &place, lab, frame);
    canvas.painter.paint_layers(&painter, rect, &scene, paper);
    canvas.painter.paint_furniture(&painter, rect, &scene);
    let legend = paint::card_of(&scene, rect);
    let toggles = controls_ui(ui, (lab, frame), &place, (&response, legend), commands);
    let covered = Covered {
        canvas: rect,
        toggles,
        legend,
    };
    if std::mem::replace(&mut canvas.covered, covered) != covered {
        ui.ctx().request_repaint();
    }
}

/// The surface that takes the pointer. With the brush a press already paints, so nothing waits for a click.
fn surface_ui(ui: &mut Ui, rect: Rect, tool: Tool) -> Response {
    let sense = match tool {
        Tool::Pan => Sense::click_and_drag(),
        Tool::Brush => Sense::drag(),
    };
    let response = ui.allocate_rect(rect, sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Canvas"));
    let dragged = response.dragged_by(PointerButton::Primary);
    match tool {
        Tool::Pan if dragged => response.on_hover_and_drag_cursor(CursorIcon::Grabbing),
        Tool::Pan => response,
        Tool::Brush => response.on_hover_and_drag_cursor(CursorIcon::Crosshair),
    }
}

/// What stands on the canvas: toggles, brush, sentences, numbers under the pointer. Returns the room of the toggles.
fn controls_ui(
    ui: &mut Ui,
    (lab, frame): (&Lab, &Frame),
    place: &Place,
    (response, legend): (&Response, Option<Rect>),
    commands: &mut Vec<Command>,
) -> Rect {
    let theme = palette(lab.dark);
    let pointer = response.hover_pos().filter(|p| place.rect.contains(*p));
    if let Some(pointer) = pointer {
        step_bar::mark(lab, frame, place, pointer, commands);
        let at = place.data_at(pointer);
        // With the brush the card is narrow, without a velocity: it must not cover what is painted.
        let field = frame.products.field.get().filter(|_| lab.tool == Tool::Pan);
        let velocity = field.and_then(|field| readout::velocity_at(field, lab.play.t, at));
        readout::readout_ui(ui, place.rect, legend, at, velocity, theme);
    }
    let toggles = chips::chips_ui(ui, place.rect, lab, commands);
    if lab.tool == Tool::Brush {
        brush::cursor(ui, pointer, place, lab, frame);
    }
    notice::notice_ui(ui, place, toggles, lab, frame, commands);
    toggles
}

fn page_rect(page: &Page) -> scene::Rect {
    scene::Rect::at([0.0, 0.0], page.size)
}
