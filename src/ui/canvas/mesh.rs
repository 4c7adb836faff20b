//! Builders of large meshes: discs, polylines and polygons with smooth edges, thousands to a mesh.
//!
//! Positions are screen points. This is the choke point for numbers: a point that is not finite is dropped here
//! and breaks the line that it is part of. Refuses to know flows, layers and cameras.

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Color32, Pos2, Vec2, pos2};

use super::sprites::{LINE_EDGES, Sprite};

/// Line points nearer to the previous one than this many points add nothing to see.
const MIN_STEP: f32 = 0.4;
/// Corners sharper than this (cosine of the turn) are cut instead of mitred.
const SHARPEST_MITRE: f32 = 0.3;

/// Adds a disc; four vertices, none if the centre is not finite.
pub fn add_disc(mesh: &mut Mesh, sprite: Sprite, center: Pos2, color: Color32) {
    if !center.is_finite() {
        return;
    }
    let first = mesh.vertices.len() as u32;
    let (x, y, half) = (center.x, center.y, sprite.half_extent);
    let corner = |sx: f32, sy: f32| Vertex {
        pos: pos2(x + sx * half, y + sy * half),
        uv: pos2(0.5 + 0.5 * sx, 0.5 + 0.5 * sy),
        color,
    };
    mesh.vertices.extend_from_slice(&[
        corner(-1.0, -1.0),
        corner(1.0, -1.0),
        corner(-1.0, 1.0),
        corner(1.0, 1.0),
    ]);
    mesh.indices
        .extend_from_slice(&[first, first + 1, first + 2, first + 2, first + 1, first + 3]);
}

/// Adds a line through the points; two vertices a point, four at a sharp corner.
pub fn add_polyline(
    mesh: &mut Mesh,
    sprite: Sprite,
    points: impl IntoIterator<Item = (Pos2, Color32)>,
) {
    let mut strip = Strip {
        mesh,
        half_width: sprite.half_extent,
        last: None,
        normal: None,
    };
    for (point, color) in points {
        strip.line_to(point, color);
    }
    strip.finish();
}

/// A line under construction: the newest point waits until the direction behind it is known.
struct Strip<'a> {
    mesh: &'a mut Mesh,
    half_width: f32,
    last: Option<(Pos2, Color32)>,
    normal: Option<Vec2>,
}

impl Strip<'_> {
    fn line_to(&mut self, point: Pos2, color: Color32) {
        if !point.is_finite() {
            self.finish();
            return;
        }
        let Some((corner, corner_color)) = self.last else {
            self.last = Some((point, color));
            return;
        };
        let step = point - corner;
        if step.length_sq() < MIN_STEP * MIN_STEP {
            return;
        }
        let normal = unit(step).rot90();
        match self.normal {
            None => self.pair(corner, normal, corner_color),
            Some(before) => self.corner(corner, before, normal, corner_color),
        }
        self.normal = Some(normal);
        self.last = Some((point, color));
    }

    /// Ends one segment and begins the next: mitred, or cut where the mitre would become a spike.
    fn corner(&mut self, at: Pos2, before: Vec2, after: Vec2, color: Color32) {
        let cosine = before.dot(after);
        if cosine < SHARPEST_MITRE {
            self.pair(at, before, color);
            self.quad();
            self.pair(at, after, color);
        } else {
            self.pair(at, (before + after) / (1.0 + cosine), color);
            self.quad();
        }
    }

    /// Writes what still waits, and forgets the line.
    fn finish(&mut self) {
        if let (Some((end, color)), Some(normal)) = (self.last, self.normal) {
            self.pair(end, normal, color);
            self.quad();
        }
        self.last = None;
        self.normal = None;
    }

    /// Two vertices across the line.
    fn pair(&mut self, at: Pos2, normal: Vec2, color: Color32) {
        let across = self.half_width * normal;
        let vertex = |pos: Pos2, u: f32| Vertex {
            pos,
            uv: pos2(u, 0.5),
            color,
        };
        self.mesh.vertices.extend_from_slice(&[
            vertex(at - across, LINE_EDGES[0]),
            vertex(at + across, LINE_EDGES[1]),
        ]);
    }

    /// Joins the two newest pairs.
    fn quad(&mut self) {
        let end = self.mesh.vertices.len() as u32;
        let (a, b, c, d) = (end - 4, end - 3, end - 2, end - 1);
        self.mesh.indices.extend_from_slice(&[a, b, c, c, b, d]);
    }
}

/// Adds a filled convex polygon whose edge fades over `feather` points.
///
/// Drops the polygon if a corner is not finite or if it has no area.
pub fn add_convex(mesh: &mut Mesh, corners: &[Pos2], color: Color32, feather: f32) {
    let n = corners.len();
    if n < 3 || corners.iter().any(|c| !c.is_finite()) {
        return;
    }
    let twice_area: f32 = (0..n)
        .map(|i| cross(corners[i].to_vec2(), corners[(i + 1) % n].to_vec2()))
        .sum();
    if twice_area == 0.0 {
        return;
    }
    let outward = twice_area.signum();
    let normal = |from: Pos2, to: Pos2| outward * unit(to - from).rot90();
    let first = mesh.vertices.len() as u32;
    let mut before = normal(corners[n - 1], corners[0]);
    for (i, &at) in corners.iter().enumerate() {
        let after = normal(at, corners[(i + 1) % n]);
        let cosine = before.dot(after).max(-0.75);
        let shift = 0.5 * feather * (before + after) / (1.0 + cosine);
        before = after;
        let vertex = |pos: Pos2, color: Color32| Vertex {
            pos,
            uv: WHITE_UV,
            color,
        };
        mesh.vertices.extend_from_slice(&[
            vertex(at - shift, color),
            vertex(at + shift, Color32::TRANSPARENT),
        ]);
    }
    add_polygon_indices(mesh, first, n as u32);
}

/// The direction of `v`, or zero if it has none. A square root where [`Vec2::normalized`] calls `hypot`, which guards
/// against overflow: nothing on a page is that far away.
fn unit(v: Vec2) -> Vec2 {
    let length = v.length_sq().sqrt();
    if length > 0.0 { v / length } else { Vec2::ZERO }
}

/// A fan over the inner corners and a ring of quads to the outer ones.
fn add_polygon_indices(mesh: &mut Mesh, first: u32, n: u32) {
    for i in 2..n {
        mesh.add_triangle(first, first + 2 * (i - 1), first + 2 * i);
    }
    for i in 0..n {
        let (a, b) = (first + 2 * i, first + 2 * ((i + 1) % n));
        mesh.indices
            .extend_from_slice(&[a, a + 1, b, b, a + 1, b + 1]);
    }
}

fn cross(a: Vec2, b: Vec2) -> f32 {
    a.x * b.y - a.y * b.x
}

#[cfg(test)]
mod tests {
    use egui::TextureId;

    use super::*;

    fn sprite() -> Sprite {
        Sprite {
            texture: TextureId::User(7),
            half_extent: 1.0,
        }
    }

    fn line(points: &[[f32; 2]]) -> Mesh {
        let mut mesh = Mesh::default();
        let points = points.iter().map(|p| (pos2(p[0], p[1]), Color32::WHITE));
        add_polyline(&mut mesh, sprite(), points);
        assert!(mesh.is_valid());
        mesh
    }

    #[test]
    fn a_disc_is_a_quad_around_its_centre() {
        let mut mesh = Mesh::default();
        add_disc(&mut mesh, sprite(), pos2(3.0, 4.0), Color32::WHITE);
        add_disc(&mut mesh, sprite(), pos2(f32::NAN, 4.0), Color32::WHITE);
        assert_eq!((mesh.vertices.len(), mesh.indices.len()), (4, 6));
        assert_eq!(mesh.calc_bounds().center(), pos2(3.0, 4.0));
    }

    #[test]
    fn a_straight_line_has_its_width_everywhere() {
        let mesh = line(&[[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]]);
        assert_eq!((mesh.vertices.len(), mesh.indices.len()), (6, 12));
        assert!(mesh.vertices.iter().all(|v| v.pos.y.abs() == 1.0));
    }

    #[test]
    fn a_right_angle_is_mitred_and_a_hairpin_is_cut() {
        let bend = line(&[[0.0, 0.0], [10.0, 0.0], [17.0, 7.0]]);
        assert_eq!(bend.vertices.len(), 6);
        // Half the width over the cosine of half the turn of 45 degrees.
        let reach = (bend.vertices[2].pos - bend.vertices[3].pos).length() / 2.0;
        assert!(
            (reach - 1.0 / 22.5_f32.to_radians().cos()).abs() < 1e-4,
            "{reach}"
        );
        assert_eq!(
            line(&[[0.0, 0.0], [10.0, 0.0], [0.0, 0.1]]).vertices.len(),
            8
        );
    }

    #[test]
    fn a_point_that_is_not_finite_breaks_the_line() {
        let mesh = line(&[
            [0.0, 0.0],
            [10.0, 0.0],
            [f32::NAN, 0.0],
            [20.0, 0.0],
            [30.0, 0.0],
        ]);
        assert_eq!((mesh.vertices.len(), mesh.indices.len()), (8, 12));
        assert!(mesh.vertices.iter().all(|v| v.pos.is_finite()));
        assert!(line(&[[0.0, 0.0], [f32::INFINITY, 0.0]]).is_empty());
    }

    #[test]
    fn repeated_points_cost_nothing() {
        assert!(line(&[[5.0, 5.0]; 10]).is_empty());
        let mesh = line(&[[0.0, 0.0], [0.0, 0.0], [9.0, 0.0], [9.0, 0.0]]);
        assert_eq!(mesh.vertices.len(), 4);
    }

    #[test]
    fn a_polygon_fades_outwards_in_either_winding() {
        let corners = [pos2(0.0, 0.0), pos2(10.0, 0.0), pos2(0.0, 10.0)];
        let reversed = [corners[2], corners[1], corners[0]];
        for corners in [corners, reversed] {
            let mut mesh = Mesh::default();
            add_convex(&mut mesh, &corners, Color32::WHITE, 1.0);
            assert_eq!((mesh.vertices.len(), mesh.indices.len()), (6, 21));
            let middle = pos2(10.0 / 3.0, 10.0 / 3.0);
            for pair in mesh.vertices.chunks(2) {
                assert!(pair[0].pos.distance(middle) < pair[1].pos.distance(middle));
                assert_eq!(pair[1].color, Color32::TRANSPARENT);
            }
        }
        let mut flat = Mesh::default();
        add_convex(&mut flat, &[pos2(0.0, 0.0); 3], Color32::WHITE, 1.0);
        assert!(flat.is_empty());
    }
}
