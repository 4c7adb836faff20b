//! The particles at time t: dots.

use super::super::item::{Item, Points};
use super::Place;
use crate::flow::trajectory::Trajectories;

/// The first `n` particles at time `t`.
pub(super) fn items(trajectories: &Trajectories, t: f64, n: usize, place: &Place) -> Vec<Item> {
    let n = n.min(trajectories.n_particles);
    let radius = place.dot(place.sizes.particle, n);
    let mut centers = Vec::with_capacity(n);
    centers.extend(
        trajectories
            .positions(t)
            .take(n)
            .filter_map(|p| place.project(p))
            .filter(|&c| place.shows(c, radius)),
    );
    vec![Item::Points(Points {
        centers,
        radius,
        color: place.theme().ink.particle,
    })]
}
