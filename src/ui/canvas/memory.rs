//! What the canvas remembers from frame to frame: caches of every lane, the stroke under way, what stood on it.

use std::sync::Arc;

use egui::{Rect, Ui};

use crate::experiment::Camera;
use crate::flow::Bounds;
use crate::scene::fit;
use crate::snapshot::{Frame, LaneId};

use super::super::command::Tool;
use super::super::lab::Lab;
use super::brush;
use super::paint::ScenePainter;
use super::pane::Pane;

/// What the canvas remembers from frame to frame.
pub struct Canvas {
    /// One for every lane, in their order; at least one.
    pub(super) panes: Vec<Pane>,
    /// Paints the legend of several lanes.
    pub(super) legend: ScenePainter,
    pub(super) brush: brush::Brush,
    /// The fitted camera while the brush is out: a stroke changes the target, and the paper must not move.
    held: Option<Camera>,
    pub(super) seen: Option<Bounds>,
    covered: Covered,
}

impl Default for Canvas {
    fn default() -> Self {
        Self {
            panes: vec![Pane::new(LaneId::default())],
            legend: ScenePainter::default(),
            brush: brush::Brush::default(),
            held: None,
            seen: None,
            covered: Covered::default(),
        }
    }
}

/// What stood on the canvas in the last frame.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Covered {
    canvas: Rect,
    /// The toggles.
    toggles: Rect,
    /// The legend, if there is one.
    legend: Option<Rect>,
}

impl Default for Covered {
    fn default() -> Self {
        Self {
            canvas: Rect::ZERO,
            toggles: Rect::ZERO,
            legend: None,
        }
    }
}

impl Covered {
    /// The part of a canvas between toggles and legend, at least half of it: there the data is fitted.
    fn free(&self, canvas: Rect) -> Rect {
        let half = 0.5 * canvas.height();
        let above = (self.toggles.bottom() - self.canvas.top()).clamp(0.0, half);
        let below = self.legend.map_or(0.0, |l| self.canvas.bottom() - l.top());
        let below = below.clamp(0.0, half - above.min(half));
        Rect::from_x_y_ranges(
            canvas.x_range(),
            canvas.top() + above..=canvas.bottom() - below,
        )
    }
}

impl Canvas {
    /// The part of the plane that was shown last; field and density are wanted there.
    pub fn seen(&self) -> Option<Bounds> {
        self.seen
    }

    /// Where the legend was in the last frame.
    pub fn legend(&self) -> Option<Rect> {
        self.covered.legend
    }

    /// What paints the scene of the first lane; tests and benches count its work.
    pub fn painter(&self) -> &ScenePainter {
        &self.panes[0].painter
    }

    /// Remembers of every lane what was known of it, and lets go of those that are gone.
    pub(super) fn follow(&mut self, ui: &Ui, frames: &[Arc<Frame>]) {
        let known = self.panes.iter().map(|pane| pane.lane);
        if known.eq(frames.iter().map(|frame| frame.lane)) {
            return;
        }
        let mut known = std::mem::take(&mut self.panes);
        for frame in frames {
            let pane = known.iter().position(|pane| pane.lane == frame.lane);
            let pane = pane.map(|at| known.swap_remove(at));
            self.panes
                .push(pane.unwrap_or_else(|| Pane::new(frame.lane)));
        }
        for mut gone in known {
            gone.painter.leave(ui.painter(), ui.max_rect());
        }
    }

    /// The camera of the view; if it is to fit, the one that fits all lanes now, or did when the brush was taken.
    pub(super) fn camera(&mut self, lab: &Lab, frames: &[Arc<Frame>], rect: Rect) -> Camera {
        if lab.tool != Tool::Brush || lab.camera.is_some() {
            self.held = None;
        }
        if let Some(camera) = lab.camera {
            return camera;
        }
        let free = self.covered.free(rect);
        let aspect = f64::from(free.width() / free.height());
        let camera = match (lab.tool, self.held) {
            (Tool::Pan | Tool::Pick | Tool::Ask | Tool::Given, _) => self.fitted(frames, aspect),
            (Tool::Brush, Some(held)) => held,
            (Tool::Brush, None) => {
                let fitted = self.fitted(frames, aspect);
                let camera = brush::camera_with_paper(lab, &lab.frame(), fitted, aspect);
                // What covers the canvas is known one frame after the bar has made it smaller.
                self.held = (self.covered.canvas == rect).then_some(camera);
                camera
            }
        };
        around(camera, free, rect)
    }

    /// The camera that shows what has to be seen of every lane.
    fn fitted(&mut self, frames: &[Arc<Frame>], aspect: f64) -> Camera {
        let panes = self.panes.iter_mut().zip(frames);
        let shown = panes.map(|(pane, frame)| pane.fit.shown(frame));
        let all = shown.reduce(|a, b| a.union(&b));
        fit(&all.unwrap_or(Bounds::square(1.0)), aspect)
    }

    /// The room that the toggles took on the canvas in the last frame.
    pub(super) fn toggles(&self) -> Rect {
        self.covered.toggles
    }

    /// Remembers what stands on the canvas; what is fitted between makes room in another frame.
    pub(super) fn cover(&mut self, ui: &Ui, canvas: Rect, toggles: Rect, legend: Option<Rect>) {
        let covered = Covered {
            canvas,
            toggles,
            legend,
        };
        if std::mem::replace(&mut self.covered, covered) != covered {
            ui.ctx().request_repaint();
        }
    }
}

/// The camera of the whole canvas that shows in its part `free` what `camera` sees.
fn around(camera: Camera, free: Rect, rect: Rect) -> Camera {
    let unit = camera.height / f64::from(free.height());
    let down = f64::from(free.center().y - rect.center().y);
    Camera {
        center: (camera.center.0, camera.center.1 + unit * down),
        height: unit * f64::from(rect.height()),
    }
}
