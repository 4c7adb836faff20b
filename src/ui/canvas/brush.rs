//! The brush: pointer events become pieces of a stroke, and the drawing is shown as it is painted.
//!
//! It shows the drawing of the experiment being edited and sends commands; what a stroke does to the drawing is
//! decided elsewhere.

use egui::epaint::Mesh;
use egui::{
    Color32, ColorImage, Context, Event, PointerButton, Pos2, Rect, Shape, Stroke, StrokeKind,
    TextureHandle, TextureOptions, Ui, pos2,
};

use crate::experiment::Camera;
use crate::flow::distribution::{self, CLASSES, Class, Distribution, Drawing, Symmetry};
use crate::flow::{Bounds, Point};
use crate::scene::theme::class_color;
use crate::scene::{Color, fit};
use crate::snapshot::Frame;

use super::super::command::{Command, Side, Tool};
use super::super::drawing;
use super::super::lab::Lab;
use super::super::theme::{ink, palette};
use super::place::Place;

/// The pointer moves at least this far, in points, before another piece of the stroke begins.
const MIN_STEP: f32 = 0.5;
/// Room around the paper, as a factor on its size: a stroke may begin beside it.
const MARGIN: f64 = 1.05;
/// Opacity of the wettest paint.
const WET: f32 = 0.75;

/// A stroke under way and the picture of the drawing.
#[derive(Default)]
pub struct Brush {
    stroke: Option<Piece>,
    picture: Option<Picture>,
}

/// Where a stroke is, and whether it takes away.
#[derive(Clone, Copy)]
struct Piece {
    /// The number of the lane on whose canvas it began.
    lane: usize,
    pointer: Pos2,
    at: Point,
    erase: bool,
}

/// The colours of no class and of the classes, in order.
type Colors = [Color; 1 + CLASSES as usize];

/// The drawing as a texture, and what it was made from.
struct Picture {
    drawing: Drawing,
    /// The colour of each class.
    colors: Colors,
    texture: TextureHandle,
}

impl Brush {
    /// Turns every pointer event of the frame, in its order, into a piece of a stroke: however many of them come
    /// with a frame, a fast hand draws round curves, and a stroke that begins and ends within one is complete.
    /// `covered` is taken by the controls on the canvas; no stroke begins there. One that begins on another lane's canvas
    /// selects it.
    pub fn input(
        &mut self,
        ui: &Ui,
        places: &[Place],
        covered: Rect,
        lab: &Lab,
        commands: &mut Vec<Command>,
    ) {
        if lab.tool != Tool::Brush {
            return self.end(commands);
        }
        let on_top = |pos| {
            let top = ui.ctx().layer_id_at(pos);
            top.is_none_or(|layer| layer == ui.layer_id())
        };
        let lane_at = |pos| {
            let lane = places.iter().position(|place| place.rect.contains(pos));
            lane.filter(|_| !covered.contains(pos) && on_top(pos))
        };
        for event in ui.input(|input| input.events.clone()) {
            match event {
                Event::PointerButton {
                    pos,
                    button: button @ (PointerButton::Primary | PointerButton::Secondary),
                    pressed: true,
                    modifiers,
                } => {
                    let Some(lane) = lane_at(pos) else { continue };
                    if lane != lab.editor.selected() {
                        commands.push(Command::SelectLane(lane));
                    }
                    let erase =
                        lab.brush.erase != (button == PointerButton::Secondary || modifiers.shift);
                    self.begin(lane, pos, erase, places, commands);
                }
                Event::PointerMoved(pos) => self.go_on(pos, places, commands),
                Event::PointerButton {
                    pos,
                    pressed: false,
                    ..
                } => {
                    self.go_on(pos, places, commands);
                    self.end(commands);
                }
                _ => {}
            }
        }
        if !ui.input(|input| input.pointer.any_down()) {
            self.end(commands);
        }
    }

    /// A press leaves a dab.
    fn begin(
        &mut self,
        lane: usize,
        pointer: Pos2,
        erase: bool,
        places: &[Place],
        commands: &mut Vec<Command>,
    ) {
        self.end(commands);
        let Some(place) = places.get(lane) else {
            return;
        };
        let at = place.data_at(pointer);
        self.stroke = Some(Piece {
            lane,
            pointer,
            at,
            erase,
        });
        let (from, to) = (at, at);
        commands.push(Command::PaintSegment { from, to, erase });
    }

    fn go_on(&mut self, pointer: Pos2, places: &[Place], commands: &mut Vec<Command>) {
        let Some(last) = &mut self.stroke else { return };
        let Some(place) = places.get(last.lane) else {
            return;
        };
        if last.pointer.distance(pointer) < MIN_STEP {
            return;
        }
        let (from, erase) = (last.at, last.erase);
        let to = place.data_at(pointer);
        (last.pointer, last.at) = (pointer, to);
        commands.push(Command::PaintSegment { from, to, erase });
    }

    fn end(&mut self, commands: &mut Vec<Command>) {
        if self.stroke.take().is_some() {
            commands.push(Command::EndStroke);
        }
    }

    /// The drawing and the edge of its paper, while the brush is out.
    pub fn paper(&mut self, ctx: &Context, place: &Place, lab: &Lab, frame: &Frame) -> Vec<Shape> {
        if lab.tool != Tool::Brush {
            self.picture = None;
            return Vec::new();
        }
        let theme = palette(lab.dark);
        let density = density(lab);
        let color = match lab.drawing_side {
            Side::Source => theme.source,
            Side::Target => theme.target,
        };
        let colors = colors(color, lab.dark);
        let rect = on_screen(drawing::paper(density, frame), place);
        let mut shapes = Vec::new();
        if let distribution::Shape::Drawn(drawing) = &density.shape {
            let mut mesh = Mesh::with_texture(self.picture(ctx, drawing, colors).id());
            let uv = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
            mesh.add_rect_with_uv(rect, uv, Color32::WHITE);
            shapes.push(Shape::mesh(mesh));
        }
        let edge = Stroke::new(1.0, ink(color).gamma_multiply(0.6));
        shapes.push(Shape::rect_stroke(rect, 2.0, edge, StrokeKind::Middle));
        shapes
    }

    /// The texture of the drawing; made again only when the drawing is another.
    fn picture(&mut self, ctx: &Context, drawing: &Drawing, colors: Colors) -> &TextureHandle {
        let known = self.picture.take().filter(|p| p.colors == colors);
        let picture = match known {
            Some(same) if same.drawing == *drawing => same,
            Some(mut old) => {
                old.texture
                    .set(image_of(drawing, &colors), TextureOptions::LINEAR);
                Picture {
                    drawing: drawing.clone(),
                    ..old
                }
            }
            None => Picture {
                texture: ctx.load_texture(
                    "drawing",
                    image_of(drawing, &colors),
                    TextureOptions::LINEAR,
                ),
                drawing: drawing.clone(),
                colors,
            },
        };
        &self.picture.insert(picture).texture
    }
}

/// That of the density for no class, then those of the classes.
fn colors(own: Color, dark: bool) -> Colors {
    std::array::from_fn(|class| class_color(class as Class, dark).unwrap_or(own))
}

/// The drawing as a picture: the colour of each cell's class, the wetter the more opaque.
fn image_of(drawing: &Drawing, colors: &Colors) -> ColorImage {
    // Square root: a thin wash shows.
    let ink_of =
        |color: Color, weight: u8| ink(color.faded(WET * (f32::from(weight) / 255.0).sqrt()));
    let inks = colors.map(|color| {
        (0..=255)
            .map(|w| ink_of(color, w))
            .collect::<Vec<Color32>>()
    });
    // Rows go up in the drawing and down on the screen.
    let rows = drawing.cells().chunks_exact(Drawing::SIZE);
    let rows = rows
        .zip(drawing.classes().chunks_exact(Drawing::SIZE))
        .rev();
    let cells = rows.flat_map(|(weights, classes)| weights.iter().zip(classes));
    let pixels =
        cells.map(|(&weight, &class)| inks[usize::from(class.min(CLASSES))][usize::from(weight)]);
    ColorImage::new([Drawing::SIZE; 2], pixels.collect())
}

fn on_screen(bounds: Bounds, place: &Place) -> Rect {
    Rect::from_two_pos(place.screen_at(bounds.min), place.screen_at(bounds.max))
}

/// The brush at a point, and paler where its symmetry repeats it.
pub fn cursor(ui: &Ui, at: Point, place: &Place, lab: &Lab, frame: &Frame) {
    let painter = ui.painter().with_clip_rect(place.rect);
    let theme = palette(lab.dark);
    let erases = lab.brush.erase != ui.input(|i| i.modifiers.shift || i.pointer.secondary_down());
    let color = match (erases, lab.drawing_side) {
        (true, _) => theme.error,
        (false, side) => class_color(lab.brush.class, lab.dark).unwrap_or(match side {
            Side::Source => theme.source,
            Side::Target => theme.target,
        }),
    };
    let radius = (lab.brush.radius * place.transform.scale()) as f32;
    let center = drawing::paper(density(lab), frame).center();
    let images = images(lab.brush.symmetry, at, center);
    for (k, at) in images.into_iter().enumerate() {
        let opacity = if k == 0 { 1.0 } else { 0.6 };
        // A wide dark ring under the thin coloured one keeps it visible on wet paint.
        for (width, color) in [(4.0, theme.background), (1.5, color)] {
            let stroke = Stroke::new(width, ink(color).gamma_multiply(opacity));
            painter.circle_stroke(place.screen_at(at), radius, stroke);
        }
    }
    if lab.brush.symmetry != Symmetry::None {
        painter.circle_filled(place.screen_at(center), 2.5, ink(theme.muted));
    }
}

/// Where a touch of the brush is repeated, itself first; about the middle of the paper, as the drawing does it.
fn images(symmetry: Symmetry, at: Point, center: Point) -> Vec<Point> {
    let vectors = symmetry.images([at[0] - center[0], at[1] - center[1]]);
    vectors
        .into_iter()
        .map(|v| [center[0] + v[0], center[1] + v[1]])
        .collect()
}

/// Whether the brush paints on this lane's density, too: it is the same one.
pub fn reaches(lab: &Lab, lane: usize) -> bool {
    let Some(lane) = lab.editor.lanes().get(lane) else {
        return false;
    };
    let problem = &lane.experiment().problem;
    let own = match lab.drawing_side {
        Side::Source => &problem.source,
        Side::Target => &problem.target,
    };
    own == density(lab)
}

/// The density that the brush paints on.
pub fn density(lab: &Lab) -> &Distribution {
    match lab.drawing_side {
        Side::Source => &lab.editor.experiment().problem.source,
        Side::Target => &lab.editor.experiment().problem.target,
    }
}

/// Whether this is a drawing with nothing on it.
pub fn is_blank(density: &Distribution) -> bool {
    matches!(&density.shape, distribution::Shape::Drawn(drawing) if drawing.is_empty())
}

/// The name of the density that the brush paints on.
pub fn side_name(side: Side) -> &'static str {
    match side {
        Side::Source => "source p",
        Side::Target => "target q",
    }
}

/// A camera that sees all of the paper; `camera` if it does.
pub fn camera_with_paper(lab: &Lab, frame: &Frame, camera: Camera, aspect: f64) -> Camera {
    let paper = drawing::paper(density(lab), frame).expanded(MARGIN);
    let half = [0.5 * camera.height * aspect, 0.5 * camera.height];
    let seen = Bounds {
        min: [camera.center.0 - half[0], camera.center.1 - half[1]],
        max: [camera.center.0 + half[0], camera.center.1 + half[1]],
    };
    if seen.contains(paper.min) && seen.contains(paper.max) {
        camera
    } else {
        fit(&paper, aspect)
    }
}
