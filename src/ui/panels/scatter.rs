//! Small pictures of densities: a cloud of samples, as one mesh that is made once and painted many times.

use std::sync::Arc;

use egui::{Color32, Mesh, Painter, Rect, Shape, Vec2, pos2};

use crate::flow::distribution::Distribution;
use crate::flow::rng::{Stream, stream};
use crate::flow::{Bounds, Point};

/// Samples of a picture.
const N_POINTS: usize = 400;
/// Side of a sample's square, in points.
const SIZE: f32 = 1.6;

/// Samples to paint, and the mesh of the last painting.
#[derive(Default)]
pub struct Scatter {
    points: Option<Arc<[Point]>>,
    key: Option<(Rect, Color32, Bounds)>,
    mesh: Arc<Mesh>,
}

impl Scatter {
    /// Paints the points into the box, as large as they fit.
    pub fn paint(&mut self, painter: &Painter, rect: Rect, points: &Arc<[Point]>, color: Color32) {
        if let Some(bounds) = Bounds::of_points(shown(points)) {
            self.paint_within(painter, rect, (points, color), bounds);
        }
    }

    /// Paints the points into the box, which shows this part of the plane: several clouds over each other.
    pub fn paint_within(
        &mut self,
        painter: &Painter,
        rect: Rect,
        (points, color): (&Arc<[Point]>, Color32),
        bounds: Bounds,
    ) {
        let same = self
            .points
            .as_ref()
            .is_some_and(|old| Arc::ptr_eq(old, points));
        if !(same && self.key == Some((rect, color, bounds))) {
            self.mesh = Arc::new(mesh_of(points, rect, color, &bounds));
            self.points = Some(points.clone());
            self.key = Some((rect, color, bounds));
        }
        painter.add(Shape::Mesh(self.mesh.clone()));
    }
}

/// As many as are painted.
fn shown(points: &[Point]) -> &[Point] {
    &points[..points.len().min(N_POINTS)]
}

/// Samples of a density, always the same ones; none if there is nothing to sample, such as an empty drawing.
pub fn samples_of(distribution: &Distribution) -> Arc<[Point]> {
    let mut rng = stream(0, Stream::Display, 0);
    match distribution.sampler() {
        Ok(sampler) => sampler.sample_n(N_POINTS, &mut rng).into(),
        Err(_) => Arc::new([]),
    }
}

fn mesh_of(points: &[Point], rect: Rect, color: Color32, bounds: &Bounds) -> Mesh {
    let mut mesh = Mesh::default();
    let fit = |room: f32, extent: f64| (room - SIZE).max(1.0) / extent.max(1e-9) as f32;
    let scale = fit(rect.width(), bounds.width()).min(fit(rect.height(), bounds.height()));
    let center = bounds.center();
    for point in shown(points)
        .iter()
        .filter(|p| p[0].is_finite() && p[1].is_finite())
    {
        let x = (point[0] - center[0]) as f32;
        let y = (point[1] - center[1]) as f32;
        let at = pos2(rect.center().x + scale * x, rect.center().y - scale * y);
        mesh.add_colored_rect(Rect::from_center_size(at, Vec2::splat(SIZE)), color);
    }
    mesh
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_lies_inside_its_box() {
        let points = [[-3.0, 1.0], [5.0, 2.0], [0.0, -40.0], [f64::NAN, 0.0]];
        let rect = Rect::from_min_size(pos2(10.0, 20.0), Vec2::new(80.0, 60.0));
        let bounds = |points: &[Point]| Bounds::of_points(points).unwrap();
        let mesh = mesh_of(&points, rect, Color32::WHITE, &bounds(&points));
        assert_eq!(mesh.vertices.len(), 3 * 4);
        assert!(
            mesh.vertices
                .iter()
                .all(|v| rect.expand(0.1).contains(v.pos))
        );
        let one = [[1.0, 1.0]];
        let mesh = mesh_of(&one, rect, Color32::WHITE, &bounds(&one));
        assert_eq!(mesh.vertices.len(), 4);
    }
}
