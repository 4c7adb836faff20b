//! Where and how large marks are drawn: the page's transform, style and sizes, in one small value.

use super::geometry::{PagePoint, Rect};
use super::item::{Align, Item, Points, Polylines, Segments, Text};
use super::text::Weight;
use super::theme::{Sizes, Theme};
use super::thin::push_thinned;
use super::transform::Transform;
use super::{Color, Decorations, Page};
use crate::flow::{Bounds, Point};

/// Farther from the page than this (in points) a mark is dropped: beyond it back ends run out of digits.
const REACH: f32 = 1e5;
/// Up to so many dots keep their full radius; more of them get smaller, so that a crowd still has a shape.
const FEW_DOTS: f32 = 500.0;
/// The dots of a cloud have as much ink as so many that are followed: where it is dense they cover the ground, and its
/// edge fades.
const CLOUD_DOTS: usize = 5000;

/// Where and how large marks are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub transform: Transform,
    pub theme: Theme,
    pub sizes: Sizes,
    pub decorations: Decorations,
}

impl Place {
    pub fn new(transform: Transform, page: &Page) -> Self {
        Self {
            transform,
            theme: page.theme,
            sizes: page.sizes(),
            decorations: page.decorations,
        }
    }

    pub fn theme(&self) -> &Theme {
        &self.theme
    }

    /// Where a data point lies on the page. All data that is drawn goes through here: what is not finite or
    /// farther away than [`REACH`] is dropped.
    pub fn project(&self, p: Point) -> Option<PagePoint> {
        let page = self.transform.page_from_data(p);
        // A comparison with NaN is false, so this refuses it too.
        (page[0].abs() < REACH && page[1].abs() < REACH).then_some(page)
    }

    /// A box of the data on the page.
    pub fn page_rect(&self, bounds: Bounds) -> Option<Rect> {
        let lower_left = self.project(bounds.min)?;
        let upper_right = self.project(bounds.max)?;
        Some(Rect {
            min: [lower_left[0], upper_right[1]],
            max: [upper_right[0], lower_left[1]],
        })
    }

    /// Whether a dot of this radius shows inside the box.
    pub fn shows(&self, center: PagePoint, radius: f32) -> bool {
        self.transform.rect().grown(radius).contains(center)
    }

    /// Dots at those of `n` points that show; `radius` is that of one among few.
    pub fn dots(
        &self,
        points: impl Iterator<Item = Point>,
        n: usize,
        radius: f32,
        color: Color,
    ) -> Item {
        let radius = self.dot(radius, n);
        let mut centers = Vec::with_capacity(n);
        let seen = points.filter_map(|p| self.project(p));
        centers.extend(seen.filter(|&center| self.shows(center, radius)));
        Item::Points(Points {
            centers,
            radius,
            color,
        })
    }

    /// How far a vertex that is left out may be from the line, in points: below what can be seen, on a screen as in a
    /// figure at 300 dots per inch.
    pub fn tolerance(&self) -> f32 {
        match self.decorations {
            Decorations::Canvas | Decorations::Lane => 0.1,
            Decorations::Figure => 0.025,
        }
    }

    /// Adds the line through the points, without vertices that cannot be told from it.
    pub fn push_line(
        &self,
        lines: &mut Polylines,
        points: impl Iterator<Item = Point>,
        color: Color,
    ) {
        let seen = points.filter_map(|p| self.project(p));
        push_thinned(&mut lines.points, seen, self.tolerance());
        lines.finish_line(color);
    }

    /// A segment from the first to the second point of each pair.
    pub fn segments(
        &self,
        pairs: impl Iterator<Item = (Point, Point)>,
        width: f32,
        color: Color,
    ) -> Item {
        let ends = pairs.filter_map(|(a, b)| Some([self.project(a)?, self.project(b)?]));
        Item::Segments(Segments {
            ends: ends.collect(),
            width,
            color,
        })
    }

    /// The radius of one of `n` dots whose radius is `radius` among few.
    fn dot(&self, radius: f32, n: usize) -> f32 {
        radius * (FEW_DOTS / n as f32).powf(0.25).clamp(0.5, 1.0)
    }

    /// The radius of one of a cloud's `n` dots: however many there are, they have the ink of [`CLOUD_DOTS`].
    pub fn grain(&self, radius: f32, n: usize) -> f32 {
        let few = (CLOUD_DOTS as f32 / n as f32).min(1.0);
        self.dot(radius, CLOUD_DOTS) * few.sqrt()
    }

    /// A line of text in the size of the legend.
    pub fn words(&self, words: &str, at: PagePoint) -> Item {
        Item::Text(Text {
            text: words.to_owned(),
            at,
            align: Align::Left,
            size: self.sizes.text,
            weight: Weight::Regular,
            color: self.theme().text,
        })
    }
}
