//! How likely each class of a distribution is, and its points of one class alone.

use super::class::{CLASSES, Class};
use super::{Distribution, Shape};

/// The probability of every class; points of no class count as one more. They sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares([f64; 1 + CLASSES as usize]);

impl Shares {
    /// Shares further apart than this are not equal; what is less is rounding.
    const ROUNDING: f64 = 1e-9;

    /// From the weight of each part with its class; all of no class where nothing has weight.
    fn of(parts: impl Iterator<Item = (Class, f64)>) -> Self {
        let mut shares = [0.0; 1 + CLASSES as usize];
        for (class, weight) in parts {
            shares[usize::from(class.min(CLASSES))] += weight;
        }
        let total: f64 = shares.iter().sum();
        if total > 0.0 {
            return Self(shares.map(|share| share / total));
        }
        shares[0] = 1.0;
        Self(shares)
    }

    /// The share of one class.
    pub fn of_class(&self, class: Class) -> f64 {
        self.0.get(usize::from(class)).copied().unwrap_or(0.0)
    }

    /// Whether some points are of a class.
    pub fn are_coloured(&self) -> bool {
        self.0[1..].iter().any(|&share| share > 0.0)
    }

    /// The first class that has not the same share in the other.
    pub fn first_unequal(&self, other: &Self) -> Option<Class> {
        let unequal =
            |class: &Class| (self.of_class(*class) - other.of_class(*class)).abs() > Self::ROUNDING;
        (0..=CLASSES).find(unequal)
    }
}

impl Distribution {
    /// How likely each class is.
    pub fn class_shares(&self) -> Shares {
        match &self.shape {
            Shape::Mixture { components } => {
                Shares::of(components.iter().map(|c| (c.class, c.weight)))
            }
            Shape::Drawn(drawing) => {
                let weights = drawing.cells().iter().map(|&weight| f64::from(weight));
                Shares::of(drawing.classes().iter().copied().zip(weights))
            }
            _ => Shares::of(std::iter::empty()),
        }
    }

    /// The part of the distribution that is of one class, by itself; `None` if there is no such part.
    pub fn of_class(&self, class: Class) -> Option<Self> {
        if self.class_shares().of_class(class) == 0.0 {
            return None;
        }
        let shape = match &self.shape {
            Shape::Mixture { components } => {
                let own = components.iter().filter(|c| c.class == class);
                Shape::Mixture {
                    components: own.copied().collect(),
                }
            }
            Shape::Drawn(drawing) => Shape::Drawn(drawing.of_class(class)),
            shape => shape.clone(),
        };
        Some(Self {
            shape,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Bounds;
    use crate::flow::distribution::{Brush, Component, Drawing, Symmetry};
    use crate::flow::rng::{Stream, stream};

    fn mixture(parts: &[(f64, f64, Class)]) -> Distribution {
        let component = |&(weight, x, class): &(f64, f64, Class)| Component {
            weight,
            mean: (x, 0.0),
            std: 0.01,
            class,
        };
        let components = parts.iter().map(component).collect();
        Shape::Mixture { components }.into()
    }

    /// Left of the middle class 2, right of it class 5, painted by hand.
    fn drawing() -> Drawing {
        let mut drawing = Drawing::blank(Bounds::square(4.0));
        for (x, class) in [(-2.0, 2), (2.0, 5)] {
            let brush = Brush {
                radius: 0.5,
                strength: 1.0,
                class,
            };
            drawing.stroke([x, -1.0], [x, 1.0], &brush, false, Symmetry::None);
        }
        drawing
    }

    #[test]
    fn shares_are_those_of_the_weights() {
        let shares = mixture(&[(1.0, 0.0, 1), (2.0, 1.0, 3), (1.0, 2.0, 3)]).class_shares();
        assert_eq!(
            [1, 3, 0].map(|class| shares.of_class(class)),
            [0.25, 0.75, 0.0]
        );
        assert!(shares.are_coloured());
        assert_eq!(shares.first_unequal(&shares), None);
        let other = mixture(&[(1.0, 0.0, 1), (1.0, 1.0, 3)]).class_shares();
        assert_eq!(shares.first_unequal(&other), Some(1));
        let plain = Distribution::from(Shape::Checkerboard).class_shares();
        assert!(!plain.are_coloured() && plain.of_class(0) == 1.0);
    }

    #[test]
    fn every_point_says_its_class_and_is_where_it_was_without_one() {
        let coloured = mixture(&[(1.0, -3.0, 1), (2.0, 3.0, 4)]);
        let plain = mixture(&[(1.0, -3.0, 0), (2.0, 3.0, 0)]);
        let drawn = |distribution: &Distribution| {
            let mut rng = stream(4, Stream::Display, 0);
            let sampler = distribution.sampler().unwrap();
            (0..500)
                .map(|_| sampler.sample_with_class(&mut rng))
                .collect::<Vec<_>>()
        };
        for ((point, class), (same, none)) in drawn(&coloured).into_iter().zip(drawn(&plain)) {
            assert_eq!((point, none), (same, 0));
            assert_eq!(class, if point[0] < 0.0 { 1 } else { 4 });
        }
        let painted = Distribution {
            shape: Shape::Drawn(drawing()),
            scale: 2.0,
            shift: (1.0, 0.0),
        };
        for (point, class) in drawn(&painted) {
            assert_eq!(class, if point[0] < 1.0 { 2 } else { 5 }, "{point:?}");
        }
    }

    #[test]
    fn a_class_by_itself_is_its_part() {
        let painted = Distribution::from(Shape::Drawn(drawing()));
        let part = painted.of_class(5).unwrap();
        let mut rng = stream(4, Stream::Display, 0);
        let points = part.sampler().unwrap().sample_n(200, &mut rng);
        assert!(points.iter().all(|p| p[0] > 1.0));
        assert_eq!(painted.of_class(1), None);
    }

    #[test]
    fn the_brush_that_wins_gives_its_class_and_the_eraser_takes_it() {
        let mut drawing = drawing();
        let at = |drawing: &Drawing, x: f64| {
            let column = ((x + 4.0) / 8.0 * 256.0) as usize;
            drawing.classes()[128 * Drawing::SIZE + column]
        };
        assert_eq!(
            (at(&drawing, -2.0), at(&drawing, 0.0), at(&drawing, 2.0)),
            (2, 0, 5)
        );
        let faint = Brush {
            radius: 0.5,
            strength: 0.3,
            class: 7,
        };
        drawing.stamp([-2.0, 0.0], &faint, false);
        assert_eq!(at(&drawing, -2.0), 2, "a fainter brush changes nothing");
        drawing.stamp(
            [-2.0, 0.0],
            &Brush {
                strength: 1.0,
                ..faint
            },
            false,
        );
        assert_eq!(at(&drawing, -2.0), 7);
        drawing.stamp([2.0, 0.0], &faint, true);
        assert_eq!(at(&drawing, 2.0), 0);
    }

    #[test]
    fn files_without_classes_stay_as_they_were_and_those_with_some_come_back() {
        let plain = mixture(&[(1.0, 0.0, 0)]);
        assert!(!ron::to_string(&plain).unwrap().contains("class"));
        let blank = Distribution::from(Shape::Drawn(Drawing::blank(Bounds::square(4.0))));
        assert!(!ron::to_string(&blank).unwrap().contains("class"));
        for coloured in [mixture(&[(1.0, 0.0, 8)]), Shape::Drawn(drawing()).into()] {
            let text = ron::to_string(&coloured).unwrap();
            assert!(text.contains("class"));
            assert_eq!(ron::from_str::<Distribution>(&text).unwrap(), coloured);
        }
        let beyond = mixture(&[(1.0, 0.0, 9)]).validate().unwrap_err();
        assert_eq!(
            beyond.to_string(),
            "shape.components[0].class is 9: expected 0 to 8"
        );
    }
}
