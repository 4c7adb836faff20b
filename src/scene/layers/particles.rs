//! The particles at time t: dots, or a cloud of them.

use super::{DOT, Look, Marks, Moment, Same, Swatch, swatch_dot};
use crate::flow::Point;
use crate::products::{Cloud, Followed, Made};
use crate::scene::CloudMarks;
use crate::scene::item::Item;
use crate::scene::numbers::{Column, Table};
use crate::scene::place::Place;

pub(super) struct Particles;

/// The particles that are shown, at time `t`.
#[derive(PartialEq)]
pub(super) enum Shown {
    /// The first `n` of those that are followed one by one.
    Followed {
        followed: Same<Made<Followed>>,
        t: f64,
        n: usize,
    },
    /// More than can be followed.
    Cloud { cloud: Same<Cloud>, t: f64 },
}

impl Marks for Particles {
    const LOOK: Look = Look {
        label: "particles",
        moves: true,
        level: |_| 80,
        mark_ems: DOT,
        mark: |span| vec![span.dot(span.middle(), 1.0, span.place.theme().ink.particle)],
        swatch: |theme| Swatch {
            lines: Vec::new(),
            dots: vec![swatch_dot(0.5, 3.0, theme.ink.particle)],
        },
        ..Look::PLAIN
    };

    type Needs = Shown;

    fn needs(moment: &Moment) -> Option<Shown> {
        let t = moment.t;
        match (moment.view.cloud(), moment.frame.products.shown_cloud()) {
            (Some(_), Some(cloud)) => Some(Shown::Cloud {
                cloud: Same::of(cloud),
                t,
            }),
            _ => Some(Shown::Followed {
                followed: moment.product()?,
                t,
                n: moment.view.particles,
            }),
        }
    }

    fn items(shown: &Shown, place: &Place) -> Vec<Item> {
        let color = place.theme().ink.particle;
        match shown {
            Shown::Followed { followed, t, n } => {
                let trajectories = &followed.trajectories;
                let n = (*n).min(trajectories.n_particles);
                let points = trajectories.positions(*t).take(n);
                vec![place.dots(points, n, place.sizes.particle, color)]
            }
            Shown::Cloud { cloud, t } => vec![Item::Cloud(CloudMarks {
                cloud: cloud.shared(),
                t: *t,
                transform: place.transform,
                radius: place.grain(place.sizes.particle, cloud.carried),
                color,
            })],
        }
    }

    fn table(shown: &Shown) -> Option<Table> {
        let points: Vec<Point> = match shown {
            Shown::Followed { followed, t, n } => {
                let positions = followed.trajectories.positions(*t);
                positions.take(*n).collect()
            }
            Shown::Cloud { cloud, t } => {
                let blocks = cloud.blocks.iter();
                let positions = blocks.flat_map(|block| block.positions(*t));
                positions.map(|p| p.map(f64::from)).collect()
            }
        };
        let mut table = Table::points("particles", &points);
        let numbers = (0..points.len()).map(|k| k as f64);
        table.columns.insert(0, Column::numbers("point", numbers));
        Some(table)
    }
}
