//! One particle, the same in every lane: which one is under the pointer, and how it is marked.
//!
//! Particles of one number start at the same draw of the source in every lane. Refuses to know commands.

use std::sync::Arc;

use egui::{Painter, Pos2, Rect, Shape, Stroke, Vec2};

use crate::experiment::{Layer, View};
use crate::products::{Followed, Made};
use crate::scene::theme::Theme;
use crate::snapshot::Frame;
use crate::ui::theme::ink;

use super::place::Place;

/// A particle at most this far from the pointer is under it, in points.
pub const TOUCH: f32 = 7.0;
/// The tool that marks particles reaches so far, in points.
pub const REACH: f32 = 60.0;

/// The particle nearest to the pointer at time `t`, or the one whose shown trajectory is; `None` if all are farther away
/// than `reach`.
pub fn nearest(
    frame: &Frame,
    view: &View,
    t: f64,
    place: &Place,
    pointer: Pos2,
    reach: f32,
) -> Option<usize> {
    let followed = frame.products.trajectories.get()?;
    let trajectories = &followed.trajectories;
    let shown = |layer: Layer, n: usize| match view.layers.contains(&layer) {
        true => n.min(trajectories.n_particles),
        false => 0,
    };
    let places = trajectories.positions(t).map(|p| place.screen_at(p));
    let distances = places.map(|p| p.distance(pointer));
    let particles = shown(Layer::Particles, view.particles);
    let at_head = closest(distances.take(particles).enumerate(), reach);
    at_head.or_else(|| {
        let lines = 0..shown(Layer::Trajectories, view.trajectories);
        let distances = lines.map(|k| (k, distance_to_way(followed, k, place, pointer)));
        closest(distances, reach)
    })
}

/// The first of the least distances below `reach`; what is not a number is no distance.
fn closest(distances: impl Iterator<Item = (usize, f32)>, reach: f32) -> Option<usize> {
    let near = distances.filter(|(_, distance)| *distance < reach);
    near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(k, _)| k)
}

/// The distance of the pointer from a particle's trajectory, in points.
fn distance_to_way(
    followed: &Arc<Made<Followed>>,
    particle: usize,
    place: &Place,
    pointer: Pos2,
) -> f32 {
    let points = || {
        let way = followed.trajectories.of(particle);
        way.map(|p| place.screen_at(p))
    };
    let pieces = points().zip(points().skip(1));
    let distances = pieces.map(|(a, b)| distance_to_segment(pointer, a, b));
    distances.fold(f32::INFINITY, f32::min)
}

fn distance_to_segment(p: Pos2, a: Pos2, b: Pos2) -> f32 {
    let along = b - a;
    let share = (p - a).dot(along) / along.length_sq().max(f32::MIN_POSITIVE);
    p.distance(a + share.clamp(0.0, 1.0) * along)
}

/// Marks a particle: its trajectory, its chord, where it ends and where it is; paler while it is only pointed at.
pub fn mark(
    painter: &Painter,
    place: &Place,
    frame: &Frame,
    (particle, t): (usize, f64),
    pointed: bool,
    theme: &Theme,
) {
    let Some(followed) = frame.products.trajectories.get() else {
        return;
    };
    let trajectories = &followed.trajectories;
    if particle >= trajectories.n_particles {
        return;
    }
    let painter = painter.with_clip_rect(place.rect.intersect(painter.clip_rect()));
    let way: Vec<Pos2> = trajectories
        .of(particle)
        .map(|p| place.screen_at(p))
        .filter(|p| p.is_finite())
        .collect();
    let now = place.screen_at(trajectories.position(particle, t));
    let opacity = if pointed { 0.75 } else { 1.0 };
    let color = ink(theme.attention).gamma_multiply(opacity);
    let ground = ink(theme.background);
    if let (Some(&start), Some(&end)) = (way.first(), way.last()) {
        let width = if pointed { 1.5 } else { 2.5 };
        painter.line(way, Stroke::new(width, color));
        if !pointed {
            let chord = Stroke::new(1.2, ink(theme.text));
            painter.extend(Shape::dashed_line(&[start, end], chord, 4.0, 3.0));
            let end = Rect::from_center_size(end, Vec2::splat(8.0));
            painter.rect_filled(end, 1.0, color);
            let outline = Stroke::new(1.0, ground);
            painter.rect_stroke(end, 1.0, outline, egui::StrokeKind::Outside);
        }
        painter.circle_stroke(start, 3.0, Stroke::new(1.5, color));
    }
    if now.is_finite() {
        painter.circle_filled(now, 5.0, ground);
        painter.circle_filled(now, 4.0, color);
    }
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn the_distance_to_a_segment_is_that_to_its_nearest_point() {
        let (a, b) = (pos2(0.0, 0.0), pos2(10.0, 0.0));
        assert_eq!(distance_to_segment(pos2(4.0, 3.0), a, b), 3.0);
        assert_eq!(distance_to_segment(pos2(13.0, 4.0), a, b), 5.0);
        assert_eq!(distance_to_segment(pos2(3.0, 4.0), a, a), 5.0);
    }

    #[test]
    fn the_nearest_wins_and_what_is_no_number_never_does() {
        let distances = [f32::NAN, 4.0, 2.0, f32::INFINITY, 2.0];
        assert_eq!(closest(distances.into_iter().enumerate(), 5.0), Some(2));
        assert_eq!(closest(distances.into_iter().enumerate(), 2.0), None);
    }
}
