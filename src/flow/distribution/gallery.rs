//! One distribution of each shape, for choosers and tests.

use super::drawing::Drawing;
use super::shape::defaults;
use super::{Component, Distribution, Shape};
use crate::flow::bounds::Bounds;

impl Shape {
    /// One distribution of each shape, with default parameters, centred on the origin and, but for the standard
    /// Gaussian, a few units wide. The drawing is an empty one.
    pub fn gallery() -> Vec<Distribution> {
        let noise = defaults::noise();
        let placed = |shape, scale, shift| Distribution {
            shape,
            scale,
            shift,
        };
        let mixture = [(-1.5, -1.0), (1.5, -1.0), (0.0, 1.5)].map(|mean| Component {
            weight: 1.0,
            mean,
            std: 0.4,
            class: 0,
        });
        vec![
            Self::Gaussian { std: 1.0 }.into(),
            Self::Mixture {
                components: mixture.to_vec(),
            }
            .into(),
            Self::EightGaussians {
                radius: defaults::eight_radius(),
                std: defaults::eight_std(),
            }
            .into(),
            placed(Self::Moons { noise }, 2.0, (-1.0, -0.5)),
            placed(Self::SCurve { noise }, 1.5, (0.0, 0.0)),
            Self::Checkerboard.into(),
            Self::Rings {
                radii: defaults::ring_radii(),
                noise: defaults::ring_noise(),
            }
            .into(),
            Self::Spirals {
                turns: defaults::turns(),
                noise,
            }
            .into(),
            placed(
                Self::Pinwheel {
                    arms: defaults::arms(),
                    radial_std: defaults::radial_std(),
                    tangential_std: defaults::tangential_std(),
                    rate: defaults::rate(),
                },
                2.0,
                (0.0, 0.0),
            ),
            placed(
                Self::SwissRoll {
                    noise: defaults::roll_noise(),
                },
                0.25,
                (0.0, 0.0),
            ),
            Self::Uniform {
                width: defaults::side(),
                height: defaults::side(),
            }
            .into(),
            Self::Drawn(Drawing::blank(Bounds::square(4.0))).into(),
        ]
    }
}
