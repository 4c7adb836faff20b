//! The canvas: it shows the scene of the newest frame at the play head's time, moves the camera and takes strokes.
//!
//! Three steps a frame: input becomes commands, frame and view become a scene, the scene becomes shapes. It keeps
//! caches and the stroke under way, nothing else; it refuses to know how a flow is computed.

mod alone;
mod ask_bar;
mod brush;
mod brush_bar;
mod chips;
pub mod cloud;
mod docked;
mod given_bar;
mod grid;
mod header;
mod lanes;
mod memory;
mod mesh;
mod navigation;
mod notice;
mod paint;
mod pane;
mod particle;
mod partners;
mod place;
mod readout;
mod shapes;
mod sight;
mod sprites;
mod step_bar;
mod strip;

use egui::Ui;

use crate::snapshot::Frames;

use super::command::{Command, Tool};
use super::lab::Lab;

pub use memory::Canvas;
pub use paint::ScenePainter;

/// The canvas over all the room that is left in `ui`: of one lane, or of several in rows and columns.
pub fn canvas_ui(
    ui: &mut Ui,
    canvas: &mut Canvas,
    lab: &Lab,
    frames: &Frames,
    commands: &mut Vec<Command>,
) {
    let frames = lab.lane_frames(frames);
    canvas.follow(ui, &frames);
    if lab.tool == Tool::Brush {
        brush_bar::bar_ui(ui, lab, commands);
    }
    ask_bar::bar_ui(ui, lab, commands);
    given_bar::bar_ui(ui, lab, commands);
    step_bar::bar_ui(ui, lab, commands);
    match &frames[..] {
        [frame] => alone::alone_ui(ui, canvas, lab, frame, commands),
        several => lanes::lanes_ui(ui, canvas, lab, several, commands),
    }
}
