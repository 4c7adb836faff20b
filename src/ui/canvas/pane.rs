//! What the canvas remembers of one lane: the marks of its scene and their meshes.

use crate::scene::{Builder, Fit};
use crate::snapshot::LaneId;

use super::paint::ScenePainter;

/// A lane on the canvas.
pub struct Pane {
    pub lane: LaneId,
    pub builder: Builder,
    pub painter: ScenePainter,
    pub fit: Fit,
}

impl Pane {
    pub fn new(lane: LaneId) -> Self {
        Self {
            lane,
            builder: Builder::default(),
            painter: ScenePainter::of(lane),
            fit: Fit::default(),
        }
    }
}
