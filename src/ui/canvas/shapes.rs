//! What each kind of scene item is on the screen: a mesh, a box or a galley of text.
//!
//! Page points become screen points here. Refuses to know layers, cameras and when something has to be rebuilt.

use egui::epaint::{Mesh, RectShape};
use egui::{Color32, FontId, Painter, Pos2, Rect, Shape, StrokeKind, TextureId, Vec2, pos2, vec2};

use crate::scene::text::Weight;
use crate::scene::{self, Align, Arrows, PagePoint, Points, Polylines, Rectangle, Segments};
use crate::ui::theme::{ink, strong};

use super::mesh::{add_convex, add_disc, add_polyline};
use super::sprites::Sprite;

/// From page points to screen points, and how sharp the screen is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screen {
    /// The screen point of the page's upper left corner.
    pub origin: Vec2,
    /// Physical pixels per point.
    pub pixels_per_point: f32,
}

impl Screen {
    /// Where a page point is on the screen.
    pub fn at(&self, p: PagePoint) -> Pos2 {
        pos2(p[0] + self.origin.x, p[1] + self.origin.y)
    }

    /// Where a box of the page is on the screen.
    pub fn rect(&self, rect: scene::Rect) -> Rect {
        Rect::from_min_max(self.at(rect.min), self.at(rect.max))
    }

    /// The width of the soft edge of shapes, in points: one pixel.
    fn feather(&self) -> f32 {
        1.0 / self.pixels_per_point
    }

    /// The nearest coordinate in the middle of a pixel, where a thin line is sharp.
    fn pixel_center(&self, x: f32) -> f32 {
        ((x * self.pixels_per_point - 0.5).round() + 0.5) / self.pixels_per_point
    }
}

/// Discs.
pub fn points(mesh: &mut Mesh, sprite: Sprite, points: &Points, screen: &Screen) {
    start(mesh, sprite.texture);
    mesh.vertices.reserve(4 * points.centers.len());
    mesh.indices.reserve(6 * points.centers.len());
    let color = ink(points.color);
    for &center in &points.centers {
        add_disc(mesh, sprite, screen.at(center), color);
    }
}

/// Lines, fading towards their beginning if they are trails.
pub fn polylines(mesh: &mut Mesh, sprite: Sprite, lines: &Polylines, screen: &Screen) {
    start(mesh, sprite.texture);
    mesh.vertices.reserve(2 * lines.points.len());
    mesh.indices.reserve(6 * lines.points.len());
    for (line, color) in lines.lines() {
        let color = ink(color);
        let last = line.len().saturating_sub(1).max(1) as f32;
        let vertices = line.iter().enumerate().map(|(k, &p)| {
            let color = if lines.fade {
                color.gamma_multiply(k as f32 / last)
            } else {
                color
            };
            (screen.at(p), color)
        });
        add_polyline(mesh, sprite, vertices);
    }
}

/// Straight strokes; those along an axis are moved onto the pixels, so that a grid is sharp.
pub fn segments(mesh: &mut Mesh, sprite: Sprite, segments: &Segments, screen: &Screen) {
    start(mesh, sprite.texture);
    let color = ink(segments.color);
    for &[from, to] in &segments.ends {
        let (mut from, mut to) = (screen.at(from), screen.at(to));
        if from.x == to.x {
            from.x = screen.pixel_center(from.x);
            to.x = from.x;
        }
        if from.y == to.y {
            from.y = screen.pixel_center(from.y);
            to.y = from.y;
        }
        add_polyline(mesh, sprite, [(from, color), (to, color)]);
    }
}

/// Arrows: a shaft and a triangle.
pub fn arrows(mesh: &mut Mesh, arrows: &Arrows, screen: &Screen) {
    start(mesh, TextureId::default());
    let (color, feather) = (ink(arrows.color), screen.feather());
    for &arrow in &arrows.arrows {
        let (shaft, head) = arrows.shape(arrow);
        let [tail, base] = shaft.map(|p| screen.at(p));
        let across = 0.5 * arrows.width * (base - tail).normalized().rot90();
        let shaft = [tail - across, tail + across, base + across, base - across];
        add_convex(mesh, &shaft, color, feather);
        add_convex(mesh, &head.map(|p| screen.at(p)), color, feather);
    }
}

/// A picture.
pub fn image(mesh: &mut Mesh, texture: TextureId, rect: Rect) {
    start(mesh, texture);
    let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
    mesh.add_rect_with_uv(rect, whole, Color32::WHITE);
}

/// A box.
pub fn rectangle(item: &Rectangle, screen: &Screen) -> Shape {
    let fill = item.fill.map_or(Color32::TRANSPARENT, ink);
    let stroke = item.stroke.map_or(egui::Stroke::NONE, |(width, color)| {
        egui::Stroke::new(width, ink(color))
    });
    let rect = screen.rect(item.rect);
    let radius = item.radius.round().clamp(0.0, 255.0) as u8;
    RectShape::new(rect, radius, fill, stroke, StrokeKind::Middle).into()
}

/// A line of text on its baseline.
pub fn text(painter: &Painter, item: &scene::Text, screen: &Screen) -> Shape {
    let font = match item.weight {
        Weight::Regular => FontId::proportional(item.size.size),
        Weight::SemiBold => strong(item.size.size),
    };
    let color = ink(item.color);
    let galley = painter.layout_no_wrap(item.text.clone(), font, color);
    let baseline = galley.rows.first().map_or(0.0, |row| {
        row.pos.y + row.glyphs.first().map_or(0.0, |g| g.pos.y)
    });
    let share = match item.align {
        Align::Left => 0.0,
        Align::Center => 0.5,
        Align::Right => 1.0,
    };
    let corner = screen.at(item.at) - vec2(share * galley.size().x, baseline);
    Shape::galley(corner, galley, color)
}

/// Empties the mesh, keeps its memory.
fn start(mesh: &mut Mesh, texture: TextureId) {
    mesh.vertices.clear();
    mesh.indices.clear();
    mesh.texture_id = texture;
}
