//! The point that is asked about, drawn over the layers, which fade: the pairs whose paths pass there, their conditional
//! velocities as a fan, its mean, which is the exact velocity, and the flow's velocity and trajectory.
//!
//! Pure marks of what a frame knows; refuses to know how a posterior comes about.

mod card;
mod words;

use super::Color;
use super::item::{Arrows, Item, Points, Polylines, Rectangle};
use super::place::Place;
use crate::experiment::View;
use crate::flow::Point;
use crate::flow::exact::{Fan, Ray};
use crate::flow::path::{Path, interpolate};
use crate::products::{Answer, Made};
use crate::snapshot::Frame;

pub use words::{Comparison, difference, here, key, sentence};

/// Opacity of what lies over the layers.
const VEIL: u8 = 150;
/// Vertices of a conditional path.
const VERTICES: usize = 25;
/// Steps of opacity and width in which rays differ.
const LEVELS: usize = 6;
/// The root mean square of the conditional velocities is at most this share of the shorter side of the box.
const LENGTH: f64 = 0.2;

/// A question with its answer, as it is drawn.
pub(super) struct Shown<'a> {
    answer: &'a Made<Answer>,
    place: &'a Place,
}

impl<'a> Shown<'a> {
    /// The answer to the view's question, if the frame has one.
    pub fn of(frame: &'a Frame, view: &View, place: &'a Place) -> Option<Self> {
        view.ask?;
        let answer = frame.products.answer.get()?;
        Some(Self { answer, place })
    }

    fn fan(&self) -> Option<&'a Fan> {
        self.answer.posterior.fan.as_ref().ok()
    }

    fn path(&self) -> Path {
        self.answer.of.experiment.problem.path
    }

    /// The marks over the layers, bottom first.
    pub fn items(&self) -> Vec<Item> {
        let mut items = vec![self.veil()];
        items.extend(self.ways());
        items.extend(self.trajectory());
        items.extend(self.arrows());
        items.extend(self.point());
        items.extend(card::items(self.answer, self.unit(), self.place));
        items
    }

    fn veil(&self) -> Item {
        Item::Rectangle(Rectangle {
            rect: self.place.transform.rect(),
            fill: Some(self.place.theme().background.alpha(VEIL)),
            stroke: None,
            radius: 0.0,
        })
    }

    /// Rays of about the same weight, the lightest first, with the share of full ink that they have.
    fn by_weight(&self) -> Vec<(f32, Vec<&'a Ray>)> {
        let Some(fan) = self.fan() else {
            return Vec::new();
        };
        let heaviest = fan.rays.first().map_or(1.0, |ray| ray.weight);
        let level = |ray: &Ray| {
            let share = (ray.weight / heaviest).sqrt();
            ((share * LEVELS as f64) as usize).min(LEVELS - 1)
        };
        let of_level = |k: usize| {
            let rays = fan.rays.iter().filter(|ray| level(ray) == k);
            ((k as f32 + 0.5) / LEVELS as f32, rays.collect())
        };
        (0..LEVELS).map(of_level).collect()
    }

    /// The conditional paths with their ends.
    fn ways(&self) -> Vec<Item> {
        let (theme, sizes, path) = (self.place.theme(), &self.place.sizes, self.path());
        let mut items = Vec::new();
        let (start, end) = path.time_range();
        let time = |k: usize| start + (end - start) * k as f64 / (VERTICES - 1) as f64;
        for (share, rays) in self.by_weight() {
            let mut lines = Polylines::with_capacity(sizes.pair, false, rays.len(), VERTICES);
            for ray in &rays {
                let points = (0..VERTICES).map(|k| interpolate(path.at(time(k)), ray.x_0, ray.x_1));
                let color = theme.muted.faded(0.1 + 0.4 * share);
                self.place.push_line(&mut lines, points, color);
            }
            items.push(Item::Polylines(lines));
            for (end, color) in [theme.source, theme.target].into_iter().enumerate() {
                let ends = rays.iter().map(|ray| [ray.x_0, ray.x_1][end]);
                let centers = ends.filter_map(|end| self.place.project(end));
                items.push(Item::Points(Points {
                    centers: centers.collect(),
                    radius: sizes.particle * (0.6 + 0.6 * share),
                    color: color.faded(0.25 + 0.7 * share),
                }));
            }
        }
        items
    }

    /// The flow's trajectory through the point.
    fn trajectory(&self) -> Vec<Item> {
        let (theme, sizes) = (self.place.theme(), &self.place.sizes);
        let (before, after) = (&self.answer.before, &self.answer.after);
        let mut lines = Polylines::with_capacity(2.2 * sizes.trajectory, false, 2, 128);
        for way in [before, after] {
            let color = theme.accent.faded(0.8);
            self.place.push_line(&mut lines, way.iter().copied(), color);
        }
        let mut items = vec![Item::Polylines(lines)];
        for (end, color) in [(before.first(), theme.source), (after.last(), theme.target)] {
            let center = end.and_then(|x| self.place.project(*x));
            items.extend(self.dot(center, 1.3 * sizes.particle, color));
        }
        items
    }

    /// The fan, its mean, and the flow's velocity.
    fn arrows(&self) -> Vec<Item> {
        let (theme, sizes) = (self.place.theme(), &self.place.sizes);
        let mut items = Vec::new();
        for (share, rays) in self.by_weight() {
            let velocities = rays.iter().map(|ray| ray.velocity);
            let color = theme.target.faded(0.15 + 0.55 * share);
            items.push(self.arrows_at_the_point(
                velocities,
                (0.6 + 0.7 * share) * sizes.arrow,
                color,
            ));
        }
        let mean = self.fan().map(|fan| fan.velocity);
        let flow = Some(self.answer.velocity);
        let over = [
            (mean, 5.2, theme.background),
            (mean, 3.4, theme.ink.exact),
            (flow, 2.8, theme.background),
            (flow, 1.6, theme.accent),
        ];
        for (velocity, width, color) in over {
            items.push(self.arrows_at_the_point(velocity.into_iter(), width * sizes.arrow, color));
        }
        items
    }

    /// Arrows of these velocities from the point on.
    fn arrows_at_the_point(
        &self,
        velocities: impl Iterator<Item = Point>,
        width: f32,
        color: Color,
    ) -> Item {
        let (at, unit) = (self.answer.posterior.at, self.unit());
        let arrow = |v: Point| {
            let tip = [0, 1].map(|i| at[i] + unit * v[i]);
            Some([self.place.project(at)?, self.place.project(tip)?])
        };
        Item::Arrows(Arrows {
            arrows: velocities.filter_map(arrow).collect(),
            width,
            head: self.place.sizes.arrow_head + 1.6 * width,
            color,
        })
    }

    /// Data units that an arrow has for each unit of velocity: a round number, so that words can state it.
    fn unit(&self) -> f64 {
        let speed = |v: Point| v[0] * v[0] + v[1] * v[1];
        let squared = match self.fan() {
            Some(fan) => speed(fan.velocity) + fan.velocity_variance,
            None => speed(self.answer.velocity),
        };
        let rect = self.place.transform.rect();
        let side = f64::from(rect.width().min(rect.height())) / self.place.transform.scale();
        super::step::round_down(LENGTH * side / squared.sqrt())
    }

    fn point(&self) -> Vec<Item> {
        let (theme, sizes) = (self.place.theme(), &self.place.sizes);
        let center = self.place.project(self.answer.posterior.at);
        self.dot(center, 1.4 * sizes.particle, theme.attention)
    }

    /// A dot with a rim.
    fn dot(&self, center: Option<[f32; 2]>, radius: f32, color: Color) -> Vec<Item> {
        let rim = self.place.theme().background;
        let dots = [(radius + 1.5, rim), (radius, color)];
        let dots = dots.map(|(radius, color)| {
            Item::Points(Points {
                centers: center.into_iter().collect(),
                radius,
                color,
            })
        });
        dots.into()
    }
}

#[cfg(test)]
mod tests;
