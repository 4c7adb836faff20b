//! The classes of the points that are shown, in the legend: a dot in the colour of each, with its number.

use super::geometry::PagePoint;
use super::item::{Item, Points};
use super::place::Place;
use super::text::{self, Font, Weight};
use super::theme::{Sizes, class_color};
use crate::experiment::{Layer, View};
use crate::flow::distribution::{CLASSES, Class};
use crate::snapshot::Frame;

/// What stands before the dots.
const NAME: &str = "classes";
/// Room between two dots and between words and dots, as a share of the size of type.
const GAP: f32 = 0.6;
/// Radius of a dot, as a share of the size of type.
const RADIUS: f32 = 0.28;

/// Some of the classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassSet(u16);

impl ClassSet {
    /// Those of the samples that the view shows of a frame.
    pub fn shown(view: &View, frame: &Frame) -> Self {
        let sides = [
            (Layer::Source, &frame.classes.source),
            (Layer::Target, &frame.classes.target),
        ];
        let visible = sides
            .into_iter()
            .filter(|(layer, _)| view.step.is_none() && view.layers.contains(layer));
        let classes = visible.flat_map(|(_, classes)| classes.iter().copied());
        classes.fold(Self::default(), Self::with)
    }

    fn with(self, class: Class) -> Self {
        match class {
            1..=CLASSES => Self(self.0 | 1 << class),
            _ => self,
        }
    }

    /// Those of either.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn iter(self) -> impl Iterator<Item = Class> {
        (1..=CLASSES).filter(move |class| self.0 & 1 << class != 0)
    }

    /// Width of the key, in points.
    pub(super) fn width(self, sizes: &Sizes) -> f32 {
        let numbers = self.iter().map(|class| advance(class, sizes.text));
        words(NAME, sizes.text) + numbers.sum::<f32>()
    }

    /// The key; its first baseline point is `at`.
    pub(super) fn items(self, at: PagePoint, place: &Place) -> Vec<Item> {
        let size = place.sizes.text;
        let mut items = vec![place.words(NAME, at)];
        let mut x = at[0] + words(NAME, size);
        for class in self.iter() {
            let left = x + GAP * size;
            let center = [left + RADIUS * size, at[1] - 0.5 * text::cap_height(size)];
            let color = class_color(class, place.theme().is_dark());
            items.push(Item::Points(Points {
                centers: vec![center],
                radius: RADIUS * size,
                color: color.unwrap_or(place.theme().text),
            }));
            let after = [left + (2.0 * RADIUS + 0.5 * GAP) * size, at[1]];
            items.push(place.words(&class.to_string(), after));
            x += advance(class, size);
        }
        items
    }
}

fn words(words: &str, size: Font) -> f32 {
    text::width(words, size, Weight::Regular)
}

/// From one dot to the next.
fn advance(class: Class, size: Font) -> f32 {
    (1.5 * GAP + 2.0 * RADIUS) * size + words(&class.to_string(), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_without_a_class_and_layers_that_are_not_shown_add_nothing() {
        let all = [0, 3, 1, 3, 9].into_iter();
        let classes = all.fold(ClassSet::default(), ClassSet::with);
        assert_eq!(classes.iter().collect::<Vec<_>>(), [1, 3]);
        assert!(ClassSet::default().with(0).is_empty());
        assert_eq!(classes.union(ClassSet::default().with(2)).iter().count(), 3);
        let mut frame = crate::scene::fixture::frame();
        let mut view = View {
            layers: vec![Layer::Target],
            ..View::default()
        };
        assert!(ClassSet::shown(&view, &frame).is_empty());
        frame.classes.target = [2, 2, 5].as_slice().into();
        frame.classes.source = [1].as_slice().into();
        let shown: Vec<Class> = ClassSet::shown(&view, &frame).iter().collect();
        assert_eq!(shown, [2, 5]);
        view.layers = vec![Layer::Trajectories];
        assert!(ClassSet::shown(&view, &frame).is_empty());
    }
}
