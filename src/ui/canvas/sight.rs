//! What all lanes have in common in a frame: one camera, one point and one particle under the pointer; and how a lane is
//! shown.
//!
//! Input becomes commands, frame and view become a scene, the scene becomes shapes.

use std::sync::Arc;

use egui::{
    CursorIcon, Id, PointerButton, Pos2, Rect, Response, Sense, Shape, Ui, WidgetInfo,
    accesskit::Role,
};

use crate::experiment::{Given, View};
use crate::flow::Point;
use crate::scene::{self, Company, Page, Style, Transform};
use crate::snapshot::{Frame, LaneId};

use super::super::command::{Command, Tool};
use super::super::lab::Lab;
use super::super::theme::palette;
use super::memory::Canvas;
use super::pane::Pane;
use super::place::Place;
use super::{navigation, paint, particle, partners, readout, step_bar};

pub fn style(lab: &Lab) -> Style {
    if lab.dark { Style::Dark } else { Style::Light }
}

/// What all lanes have in common in this frame.
pub struct Sight<'a> {
    pub page: &'a Page,
    pub view: View,
    pub responses: Vec<Response>,
    pub places: Vec<Place>,
    /// The data point under the pointer.
    pub pointed: Option<Point>,
    /// The particle under the pointer.
    pub touched: Option<usize>,
}

impl<'a> Sight<'a> {
    /// Takes what the pointer does on any of the surfaces: one camera moves all, and a particle is that of all.
    pub fn new(
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
                step: lab.step_view(),
                ask: lab.asked().map(|[x, y]| (x, y)),
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
        let found = hovered.next();
        self.pointed = found.map(|(lane, pointer)| self.places[lane].data_at(pointer));
        let followed = self.pointed.filter(|_| lab.follows_pointer());
        if followed != lab.pointed {
            commands.push(Command::PointAt(followed));
        }
        let Some((lane, pointer)) = found else {
            return;
        };
        let place = self.places[lane];
        step_bar::mark(lab, &frames[lane], &place, pointer, commands);
        let reach = match lab.tool {
            Tool::Brush => return,
            Tool::Pan => particle::TOUCH,
            Tool::Pick => particle::REACH,
            Tool::Ask | Tool::Given => return self.ask(lab, lane, commands),
        };
        if self.responses[lane].dragged() {
            return;
        }
        let frame = &frames[lane];
        if lab.slow_motion.is_none() {
            self.touched = particle::nearest(frame, &self.view, lab.play.t, &place, pointer, reach);
        }
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

    /// A click pins the point under the pointer, another one lets it go; with the other tool it is what is given.
    fn ask(&self, lab: &Lab, lane: usize, commands: &mut Vec<Command>) {
        if !self.responses[lane].clicked() {
            return;
        }
        if lane != lab.editor.selected() {
            commands.push(Command::SelectLane(lane));
        }
        if let (Tool::Given, Some([x, y])) = (lab.tool, self.pointed) {
            let given = lab.editor.experiment().view.given.unwrap_or_default();
            let at = (x, y);
            return commands.push(Command::SetGiven(Given { at, ..given }));
        }
        let pointed = self.pointed.filter(|_| lab.pinned.is_none());
        commands.push(Command::Pin(pointed));
    }
}

/// The scene of a lane, with the particle that is marked. Returns where its legend is.
pub fn pane_ui(
    ui: &Ui,
    pane: &mut Pane,
    (lab, frame, company): (&Lab, &Frame, Company<'_>),
    place: &Place,
    sight: &Sight<'_>,
    paper: Vec<Shape>,
) -> Option<Rect> {
    let (rect, t) = (place.rect, lab.play.t);
    let builder = &mut pane.builder;
    let scene = builder.build_beside(frame, company, &sight.view, t, sight.page);
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
pub fn surface_ui(ui: &Ui, rect: Rect, lane: LaneId, name: &str, tool: Tool) -> Response {
    let sense = match tool {
        Tool::Pan | Tool::Pick | Tool::Ask | Tool::Given => Sense::click_and_drag(),
        Tool::Brush => Sense::drag(),
    };
    let response = ui.interact(rect, Id::unique(("canvas", lane)), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, name));
    let dragged = response.dragged_by(PointerButton::Primary);
    match tool {
        Tool::Pan | Tool::Pick | Tool::Ask | Tool::Given if dragged => {
            response.on_hover_and_drag_cursor(CursorIcon::Grabbing)
        }
        Tool::Pan => response,
        Tool::Pick => response.on_hover_cursor(CursorIcon::PointingHand),
        Tool::Ask | Tool::Given => response.on_hover_cursor(CursorIcon::Crosshair),
        Tool::Brush => response.on_hover_and_drag_cursor(CursorIcon::Crosshair),
    }
}

/// The numbers under the pointer.
pub fn readout_ui(
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
    // What the field is read as is no velocity.
    let field = field.filter(|_| lab.editor.experiment().view.reading.is_velocity());
    let velocity = field.and_then(|field| readout::velocity_at(field, lab.play.t, at));
    let likelihood = frame.products.likelihood_at.get();
    let words = readout::words(at, velocity, likelihood.map(|made| &made.output));
    let theme = palette(lab.dark);
    readout::readout_ui(ui, place.rect, legend, words, theme);
    let layers = &lab.editor.experiment().view.layers;
    partners::partners_ui(
        ui.painter(),
        place,
        (frame, layers),
        pointer,
        (theme, lab.dark),
    );
}

fn page_rect(page: &Page) -> scene::Rect {
    scene::Rect::at([0.0, 0.0], page.size)
}
