//! The particles at time t: dots, or a cloud of them.

use std::sync::Arc;

use super::super::CloudMarks;
use super::super::item::{Item, Points};
use super::super::place::Place;
use crate::flow::trajectory::Trajectories;
use crate::products::Cloud;

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

/// All particles of the cloud at time `t`.
pub(super) fn cloud(cloud: &Arc<Cloud>, t: f64, place: &Place) -> Vec<Item> {
    vec![Item::Cloud(CloudMarks {
        cloud: Arc::clone(cloud),
        t,
        transform: place.transform,
        radius: place.grain(place.sizes.particle, cloud.carried),
        color: place.theme().ink.particle,
    })]
}
