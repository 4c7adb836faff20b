//! The canvas: it shows the scene of the newest frame at the play head's time, moves the camera and takes strokes.
//!
//! Three steps a frame: input becomes commands, frame and view become a scene, the scene becomes shapes. It keeps
//! caches and the stroke under way, nothing else; it refuses to know how a flow is computed.

mod brush;
mod brush_bar;
mod chips;
pub mod cloud;
mod grid;
mod header;
mod lanes;
mod mesh;
mod navigation;
mod notice;
mod paint;
mod pane;
mod particle;
mod place;
mod readout;
mod shapes;
mod sprites;

use std::sync::Arc;

use egui::{
    CursorIcon, Id, PointerButton, Pos2, Rect, Response, Sense, Shape, Ui, WidgetInfo,
    accesskit::Role,
};

use crate::experiment::{Camera, View};
use crate::flow::{Bounds, Point};
use crate::scene::{self, Beside, Page, Style, Transform, fit};
use crate::snapshot::{Frame, Frames, LaneId};

use super::command::{Command, Tool};
use super::lab::Lab;
use super::theme::palette;

use pane::Pane;
use place::Place;

pub use paint::ScenePainter;

/// What the canvas remembers from frame to frame.
pub struct Canvas {
    /// One for every lane, in their order; at least one.
    panes: Vec<Pane>,
    /// Paints the legend of several lanes.
    legend: ScenePainter,
    brush: brush::Brush,
    /// The fitted camera while the brush is out: a stroke changes the target, and the paper must not move.
    held: Option<Camera>,
    seen: Option<Bounds>,
    covered: Covered,
}

impl Default for Canvas {
    fn default() -> Self {
        Self {
            panes: vec![Pane::new(LaneId::default())],
            legend: ScenePainter::default(),
            brush: brush::Brush::default(),
            held: None,
            seen: None,
            covered: Covered::default(),
        }
    }
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

    /// What paints the scene of the first lane; tests and benches count its work.
    pub fn painter(&self) -> &ScenePainter {
        &self.panes[0].painter
    }

    /// Remembers of every lane what was known of it, and lets go of those that are gone.
    fn follow(&mut self, ui: &Ui, frames: &[Arc<Frame>]) {
        let known = self.panes.iter().map(|pane| pane.lane);
        if known.eq(frames.iter().map(|frame| frame.lane)) {
            return;
        }
        let mut known = std::mem::take(&mut self.panes);
        for frame in frames {
            let pane = known.iter().position(|pane| pane.lane == frame.lane);
            let pane = pane.map(|at| known.swap_remove(at));
            self.panes
                .push(pane.unwrap_or_else(|| Pane::new(frame.lane)));
        }
        for mut gone in known {
            gone.painter.leave(ui.painter(), ui.max_rect());
        }
    }

    /// The camera of the view; if it is to fit, the one that fits all lanes now, or did when the brush was taken.
    fn camera(&mut self, lab: &Lab, frames: &[Arc<Frame>], rect: Rect) -> Camera {
        if lab.tool != Tool::Brush || lab.camera.is_some() {
            self.held = None;
        }
        if let Some(camera) = lab.camera {
            return camera;
        }
        let free = self.covered.free(rect);
        let aspect = f64::from(free.width() / free.height());
        let camera = match (lab.tool, self.held) {
            (Tool::Pan | Tool::Pick, _) => self.fitted(frames, aspect),
            (Tool::Brush, Some(held)) => held,
            (Tool::Brush, None) => {
                let fitted = self.fitted(frames, aspect);
                let camera = brush::camera_with_paper(lab, &lab.frame(), fitted, aspect);
                // What covers the canvas is known one frame after the bar has made it smaller.
                self.held = (self.covered.canvas == rect).then_some(camera);
                camera
            }
        };
        around(camera, free, rect)
    }

    /// The camera that shows what has to be seen of every lane.
    fn fitted(&mut self, frames: &[Arc<Frame>], aspect: f64) -> Camera {
        let panes = self.panes.iter_mut().zip(frames);
        let shown = panes.map(|(pane, frame)| pane.fit.shown(frame));
        let all = shown.reduce(|a, b| a.union(&b));
        fit(&all.unwrap_or(Bounds::square(1.0)), aspect)
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

/// The canvas over all the room that is left in `ui`: of one lane, or of several in rows and columns.
pub fn canvas_ui(
    ui: &mut Ui,
    canvas: &mut Canvas,
    lab: &Lab,
    frames: &Frames,
    commands: &mut Vec<Command>,
) {
    let frames = lab.lane_frames(frames);
    canvas.follow(ui, &frames);
    if lab.tool == Tool::Brush {
        brush_bar::bar_ui(ui, lab, commands);
    }
    match &frames[..] {
        [frame] => alone_ui(ui, canvas, lab, frame, commands),
        several => lanes::lanes_ui(ui, canvas, lab, several, commands),
    }
}

/// The canvas of the only lane: toggles and legend stand on it.
fn alone_ui(
    ui: &mut Ui,
    canvas: &mut Canvas,
    lab: &Lab,
    frame: &Arc<Frame>,
    commands: &mut Vec<Command>,
) {
    let rect = ui.available_rect_before_wrap();
    let response = surface_ui(ui, rect, frame.lane, "Canvas", lab.tool);
    ui.advance_cursor_after_rect(rect);
    if !rect.is_positive() {
        return;
    }
    let page = Page::canvas(rect.size().into(), style(lab));
    let frames = std::slice::from_ref(frame);
    let sight = Sight::new(
        ui,
        canvas,
        (lab, frames),
        &page,
        vec![(rect, response)],
        commands,
    );
    let place = sight.places[0];
    let toggles = canvas.covered.toggles;
    canvas
        .brush
        .input(ui, &sight.places, toggles, lab, commands);
    let paper = canvas.brush.paper(ui.ctx(), &place, lab, frame);
    let legend = pane_ui(
        ui,
        &mut canvas.panes[0],
        (lab, frame, None),
        &place,
        &sight,
        paper,
    );
    let response = &sight.responses[0];
    readout_ui(ui, (lab, frame), &place, response, legend);
    let toggles = chips::chips_ui(ui, rect, lab, commands);
    if let Some(at) = sight.pointed.filter(|_| lab.tool == Tool::Brush) {
        brush::cursor(ui, at, &place, lab, frame);
    }
    notice::notice_ui(ui, &place, toggles, (lab, 0), frame, commands);
    canvas.cover(ui, rect, toggles, legend);
}

fn style(lab: &Lab) -> Style {
    if lab.dark { Style::Dark } else { Style::Light }
}

/// What all lanes have in common in this frame.
struct Sight<'a> {
    page: &'a Page,
    view: View,
    responses: Vec<Response>,
    places: Vec<Place>,
    /// The data point under the pointer.
    pointed: Option<Point>,
    /// The particle under the pointer.
    touched: Option<usize>,
}

impl<'a> Sight<'a> {
    /// Takes what the pointer does on any of the surfaces: one camera moves all, and a particle is that of all.
    fn new(
        ui: &Ui,
        canvas: &mut Canvas,
        (lab, frames): (&Lab, &[Arc<Frame>]),
        page: &'a Page,
        surfaces: Vec<(Rect, Response)>,
        commands: &mut Vec<Command>,
    ) -> Self {
        let rect = surfaces.first().map_or(Rect::ZERO, |(rect, _)| *rect);
        let mut transform = Transform::new(canvas.camera(lab, frames, rect), page_rect(page));
        let moved = surfaces.iter().find_map(|(rect, response)| {
            let place = Place {
                rect: *rect,
                transform,
            };
            navigation::navigate(ui, response, &place, lab.tool)
        });
        if let Some(camera) = moved {
            commands.push(Command::SetCamera(camera));
            // The move shows in this frame already; a fit waits for the next one.
            let camera = camera.unwrap_or_else(|| transform.camera());
            transform = Transform::new(camera, page_rect(page));
        }
        canvas.seen = Some(transform.visible());
        let places = surfaces.iter().map(|(rect, _)| Place {
            rect: *rect,
            transform,
        });
        let places: Vec<Place> = places.collect();
        let mut sight = Self {
            page,
            view: View {
                camera: Some(transform.camera()),
                ..lab.editor.experiment().view.clone()
            },
            places,
            responses: surfaces.into_iter().map(|(_, response)| response).collect(),
            pointed: None,
            touched: None,
        };
        sight.point(lab, frames, commands);
        sight
    }

    /// What is under the pointer, and what a click does with it.
    fn point(&mut self, lab: &Lab, frames: &[Arc<Frame>], commands: &mut Vec<Command>) {
        let surfaces = self.responses.iter().zip(&self.places).enumerate();
        let mut hovered = surfaces.filter_map(|(lane, (response, place))| {
            let pointer = response.hover_pos().filter(|p| place.rect.contains(*p))?;
            Some((lane, pointer))
        });
        let Some((lane, pointer)) = hovered.next() else {
            return;
        };
        let place = self.places[lane];
        self.pointed = Some(place.data_at(pointer));
        let reach = match lab.tool {
            Tool::Brush => return,
            Tool::Pan => particle::TOUCH,
            Tool::Pick => particle::REACH,
        };
        if self.responses[lane].dragged() {
            return;
        }
        let frame = &frames[lane];
        self.touched = particle::nearest(frame, &self.view, lab.play.t, &place, pointer, reach);
        if !self.responses[lane].clicked() {
            return;
        }
        if lane != lab.editor.selected() {
            commands.push(Command::SelectLane(lane));
        }
        if self.touched.is_some() || lab.tool == Tool::Pick {
            commands.push(Command::PickParticle(self.touched));
        }
    }
}

/// The scene of a lane, with the particle that is marked. Returns where its legend is.
fn pane_ui(
    ui: &Ui,
    pane: &mut Pane,
    (lab, frame, beside): (&Lab, &Frame, Option<Beside<'_>>),
    place: &Place,
    sight: &Sight<'_>,
    paper: Vec<Shape>,
) -> Option<Rect> {
    let (rect, t) = (place.rect, lab.play.t);
    let builder = &mut pane.builder;
    let scene = builder.build_beside(frame, beside, &sight.view, t, sight.page);
    let painter = ui.painter().with_clip_rect(rect);
    pane.painter.paint_layers(&painter, rect, &scene, paper);
    let theme = palette(lab.dark);
    if let Some(particle) = lab.picked {
        particle::mark(&painter, place, frame, (particle, t), false, theme);
    }
    if let Some(particle) = sight.touched.filter(|p| lab.picked != Some(*p)) {
        particle::mark(&painter, place, frame, (particle, t), true, theme);
    }
    pane.painter.paint_furniture(&painter, rect, &scene);
    paint::card_of(&scene, rect)
}

/// The surface that takes the pointer. With the brush a press already paints, so nothing waits for a click.
fn surface_ui(ui: &Ui, rect: Rect, lane: LaneId, name: &str, tool: Tool) -> Response {
    let sense = match tool {
        Tool::Pan | Tool::Pick => Sense::click_and_drag(),
        Tool::Brush => Sense::drag(),
    };
    let response = ui.interact(rect, Id::unique(("canvas", lane)), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, name));
    let dragged = response.dragged_by(PointerButton::Primary);
    match tool {
        Tool::Pan | Tool::Pick if dragged => {
            response.on_hover_and_drag_cursor(CursorIcon::Grabbing)
        }
        Tool::Pan => response,
        Tool::Pick => response.on_hover_cursor(CursorIcon::PointingHand),
        Tool::Brush => response.on_hover_and_drag_cursor(CursorIcon::Crosshair),
    }
}

/// The numbers under the pointer.
fn readout_ui(
    ui: &Ui,
    (lab, frame): (&Lab, &Frame),
    place: &Place,
    response: &Response,
    legend: Option<Rect>,
) {
    let inside = |p: &Pos2| place.rect.contains(*p);
    let Some(pointer) = response.hover_pos().filter(inside) else {
        return;
    };
    let at = place.data_at(pointer);
    // With the brush the card is narrow, without a velocity: it must not cover what is painted.
    let field = frame.products.field.get();
    let field = field.filter(|_| lab.tool != Tool::Brush);
    let velocity = field.and_then(|field| readout::velocity_at(field, lab.play.t, at));
    readout::readout_ui(ui, place.rect, legend, at, velocity, palette(lab.dark));
}

impl Canvas {
    /// Remembers what stands on the canvas; what is fitted between makes room in another frame.
    fn cover(&mut self, ui: &Ui, canvas: Rect, toggles: Rect, legend: Option<Rect>) {
        let covered = Covered {
            canvas,
            toggles,
            legend,
        };
        if std::mem::replace(&mut self.covered, covered) != covered {
            ui.ctx().request_repaint();
        }
    }
}

fn page_rect(page: &Page) -> scene::Rect {
    scene::Rect::at([0.0, 0.0], page.size)
}
