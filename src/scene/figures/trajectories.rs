//! Trajectories from source to target, or what else the view shows.

use super::Kind;
use crate::experiment::{Figure, Layer, View};

/// See [`FigureKind::Trajectories`](crate::experiment::FigureKind::Trajectories).
pub(super) struct Trajectories;

impl Kind for Trajectories {
    fn layers(_: &Figure, view: &View) -> Vec<Layer> {
        view.layers.clone()
    }
}
