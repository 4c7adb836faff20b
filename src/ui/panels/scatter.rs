//! Small pictures of densities: a cloud of samples, as one mesh that is made once and painted many times.

use std::sync::Arc;

use egui::{Color32, Mesh, Painter, Rect, Shape, Vec2, pos2};

use crate::flow::distribution::{Class, Distribution};
use crate::flow::rng::{Stream, stream};
use crate::flow::{Bounds, Point};
use crate::scene::theme::class_color;

use super::super::theme::ink;

/// Samples of a picture.
const N_POINTS: usize = 400;
/// Side of a sample's square, in points.
const SIZE: f32 = 1.6;

/// Samples of a density.
#[derive(Clone, Default)]
pub struct Samples {
    /// Where they are.
    pub points: Arc<[Point]>,
    /// The class of each; empty where the density has no classes.
    pub classes: Arc<[Class]>,
}

impl Samples {
    /// Samples of a density, always the same ones; none if there is nothing to sample, such as an empty drawing.
    pub fn of(distribution: &Distribution) -> Self {
        let mut rng = stream(0, Stream::Display, 0);
        let Ok(sampler) = distribution.sampler() else {
            return Self::default();
        };
        let (points, classes) = sampler.sample_n_with_classes(N_POINTS, &mut rng);
        Self {
            points: points.into(),
            classes: classes.into(),
        }
    }
}

/// What a mesh was made of: where it is, its colour, what it shows.
type Key = (Rect, Color32, Bounds);

/// Samples to paint, and the mesh of the last painting.
#[derive(Default)]
pub struct Scatter {
    points: Option<Arc<[Point]>>,
    key: Option<Key>,
    mesh: Arc<Mesh>,
}

impl Scatter {
    /// Paints the samples into the box, as large as they fit: in the colours of their classes, the others in `color`.
    pub fn paint(
        &mut self,
        painter: &Painter,
        rect: Rect,
        samples: &Samples,
        color: Color32,
        dark: bool,
    ) {
        let Some(bounds) = Bounds::of_points(shown(&samples.points)) else {
            return;
        };
        let colors = |i: usize| {
            let class = samples.classes.get(i).copied().unwrap_or(0);
            class_color(class, dark).map_or(color, ink)
        };
        self.refresh(&samples.points, (rect, color, bounds), colors);
        painter.add(Shape::Mesh(self.mesh.clone()));
    }

    /// Paints the points into the box, which shows this part of the plane: several clouds over each other.
    pub fn paint_within(
        &mut self,
        painter: &Painter,
        rect: Rect,
        (points, color): (&Arc<[Point]>, Color32),
        bounds: Bounds,
    ) {
        self.refresh(points, (rect, color, bounds), |_| color);
        painter.add(Shape::Mesh(self.mesh.clone()));
    }

    /// Makes the mesh anew if it is of something else.
    fn refresh(&mut self, points: &Arc<[Point]>, key: Key, color: impl Fn(usize) -> Color32) {
        let is_same = |old: &Arc<[Point]>| Arc::ptr_eq(old, points);
        if self.points.as_ref().is_some_and(is_same) && self.key == Some(key) {
            return;
        }
        let (rect, _, bounds) = key;
        self.mesh = Arc::new(mesh_of(points, rect, color, &bounds));
        self.points = Some(Arc::clone(points));
        self.key = Some(key);
    }
}

/// As many as are painted.
fn shown(points: &[Point]) -> &[Point] {
    &points[..points.len().min(N_POINTS)]
}

fn mesh_of(
    points: &[Point],
    rect: Rect,
    color: impl Fn(usize) -> Color32,
    bounds: &Bounds,
) -> Mesh {
    let mut mesh = Mesh::default();
    let fit = |room: f32, extent: f64| (room - SIZE).max(1.0) / extent.max(1e-9) as f32;
    let scale = fit(rect.width(), bounds.width()).min(fit(rect.height(), bounds.height()));
    let center = bounds.center();
    let finite = |(_, p): &(usize, &Point)| p[0].is_finite() && p[1].is_finite();
    for (i, point) in shown(points).iter().enumerate().filter(finite) {
        let x = (point[0] - center[0]) as f32;
        let y = (point[1] - center[1]) as f32;
        let at = pos2(rect.center().x + scale * x, rect.center().y - scale * y);
        mesh.add_colored_rect(Rect::from_center_size(at, Vec2::splat(SIZE)), color(i));
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
        let mesh = mesh_of(&points, rect, |_| Color32::WHITE, &bounds(&points));
        assert_eq!(mesh.vertices.len(), 3 * 4);
        assert!(
            mesh.vertices
                .iter()
                .all(|v| rect.expand(0.1).contains(v.pos))
        );
        let one = [[1.0, 1.0]];
        let mesh = mesh_of(&one, rect, |_| Color32::WHITE, &bounds(&one));
        assert_eq!(mesh.vertices.len(), 4);
    }

    #[test]
    fn samples_have_the_colours_of_their_classes() {
        let samples = Samples {
            points: [[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]].into(),
            classes: [0, 2, 1].into(),
        };
        let ctx = egui::Context::default();
        let mut scatter = Scatter::default();
        let layer = egui::LayerId::background();
        let rect = Rect::from_min_size(pos2(0.0, 0.0), Vec2::new(80.0, 60.0));
        let painter = Painter::new(ctx, layer, rect);
        scatter.paint(&painter, rect, &samples, Color32::WHITE, true);
        let colors: Vec<Color32> = scatter
            .mesh
            .vertices
            .iter()
            .map(|v| v.color)
            .step_by(4)
            .collect();
        let of = |class| ink(class_color(class, true).unwrap());
        assert_eq!(colors, [Color32::WHITE, of(2), of(1)]);
    }
}
