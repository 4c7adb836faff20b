//! What stands around the data of a figure, and which part of the plane it shows: what a figure's file says of it.

use super::text::{self, Font, Weight};
use super::transform::fit;
use crate::experiment::figure::Show;
use crate::experiment::{Camera, Figure};
use crate::flow::Bounds;

/// What stands around the data, and the ends of the axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Around {
    /// What is shown.
    pub show: Show,
    /// The heading: none if empty, the experiment's if not given.
    pub title: Option<String>,
    /// The ends of x and y, where they are given.
    pub limits: [Option<(f64, f64)>; 2],
}

impl Around {
    /// What a figure asks for.
    pub fn of(figure: &Figure) -> Self {
        Self {
            show: figure.show,
            title: figure.title.clone(),
            limits: [figure.x_limits, figure.y_limits],
        }
    }

    /// The heading where the experiment has this one.
    pub(super) fn heading<'a>(&'a self, own: &'a str) -> &'a str {
        self.title.as_deref().unwrap_or(own)
    }

    /// The shape (width over height) of a box for the data; within `range` unless both ends of both axes are given.
    pub(super) fn aspect(&self, data: &Bounds, range: (f32, f32)) -> f32 {
        let seen = self.with_limits(data);
        let aspect = (seen.width() / seen.height()) as f32;
        match self.limits {
            [Some(_), Some(_)] => aspect,
            _ if aspect.is_finite() => aspect.clamp(range.0, range.1),
            _ => 1.0,
        }
    }

    /// The camera that shows what is asked for of the data in a box of this shape; none if nothing is asked for.
    pub(super) fn camera(&self, data: &Bounds, aspect: f32) -> Option<Camera> {
        let seen = self.with_limits(data);
        let [x, y] = seen.center();
        let height = match self.limits {
            [_, Some(_)] => seen.height(),
            [Some(_), None] => seen.width() / f64::from(aspect),
            [None, None] => return None,
        };
        let center = (x, y);
        Some(Camera { center, height })
    }

    /// The camera for the data, whatever is asked for.
    pub(super) fn fitted(&self, data: &Bounds, aspect: f32) -> Camera {
        let asked = self.camera(data, aspect);
        asked.unwrap_or_else(|| fit(data, f64::from(aspect)))
    }

    fn with_limits(&self, data: &Bounds) -> Bounds {
        let mut seen = *data;
        for (k, limits) in self.limits.iter().enumerate() {
            if let Some((low, high)) = limits {
                (seen.min[k], seen.max[k]) = (*low, *high);
            }
        }
        seen
    }
}

/// Words in lines of at most `room`, broken at `between` and not within a formula; a word that is longer stands alone.
pub(super) fn wrapped(
    words: &str,
    between: &str,
    size: impl Into<Font>,
    weight: Weight,
    room: f32,
) -> Vec<String> {
    let size = size.into();
    let mut lines: Vec<String> = Vec::new();
    for part in broken(words, between) {
        let longer = lines.last().map(|line| [line, between, part].concat());
        let fits = |line: &String| text::width(line, size, weight) <= room;
        match (longer.filter(fits), lines.last_mut()) {
            (Some(longer), Some(last)) => *last = longer,
            _ => lines.push(part.to_owned()),
        }
    }
    lines
}

/// The parts of words with `between` between them, which does not break formulas; none is empty.
fn broken<'a>(words: &'a str, between: &str) -> impl Iterator<Item = &'a str> {
    let formulas = text::formulas(words);
    let is_free = |at: &usize| !formulas.iter().any(|formula| formula.contains(at));
    let breaks = words.match_indices(between).map(|(at, _)| at);
    let ends: Vec<usize> = breaks.filter(is_free).chain([words.len()]).collect();
    let starts = std::iter::once(0).chain(ends.clone().into_iter().map(|end| end + between.len()));
    let parts = starts.zip(ends).map(|(start, end)| &words[start..end]);
    parts.filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: Bounds = Bounds {
        min: [-1.0, -2.0],
        max: [3.0, 2.0],
    };

    #[test]
    fn both_limits_are_exact_and_one_leaves_the_other_to_the_box() {
        let mut around = Around {
            limits: [Some((0.0, 6.0)), Some((-1.0, 1.0))],
            ..Around::default()
        };
        assert_eq!(around.aspect(&DATA, (0.5, 2.0)), 3.0);
        let camera = around.fitted(&DATA, 3.0);
        assert_eq!((camera.center, camera.height), ((3.0, 0.0), 2.0));
        around.limits[1] = None;
        let camera = around.fitted(&DATA, 1.5);
        assert_eq!((camera.center, camera.height), ((3.0, 0.0), 4.0));
        around.limits = [None, Some((0.0, 5.0))];
        assert_eq!(around.fitted(&DATA, 0.7).height, 5.0);
        around.limits = [None, None];
        assert_eq!(around.camera(&DATA, 1.0), None);
    }

    #[test]
    fn lines_are_broken_between_words() {
        let lines = |room| wrapped("one two three", " ", 10.0, Weight::Regular, room);
        assert_eq!(lines(1000.0), ["one two three"]);
        assert_eq!(lines(1.0), ["one", "two", "three"]);
        assert!(wrapped("", " ", 10.0, Weight::Regular, 100.0).is_empty());
        let formula = wrapped("a $x y$ b", " ", 10.0, Weight::Regular, 1.0);
        assert_eq!(formula, ["a", "$x y$", "b"]);
        let price = wrapped("costs $5 or so", " ", 10.0, Weight::Regular, 1.0);
        assert_eq!(price, ["costs", "$5", "or", "so"]);
    }
}
