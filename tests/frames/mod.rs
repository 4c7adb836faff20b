//! Waiting for what the lanes of a window show.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pushforward::snapshot::Frame;
use pushforward::ui::Lab;

use crate::window::Window;

pub const PATIENCE: Duration = Duration::from_secs(60);

/// The frames of all lanes, in the order of the canvas.
pub fn frames(lab: &Lab) -> Vec<Arc<Frame>> {
    lab.lane_frames(&lab.frames())
}

/// Shows frames until those of all lanes are as wanted.
#[track_caller]
pub fn wait(window: &mut Window, what: &str, wanted: impl Fn(&Frame) -> bool) -> Vec<Arc<Frame>> {
    let start = Instant::now();
    loop {
        window.step();
        let now = frames(&window.state().lab);
        if now.iter().all(|frame| wanted(frame)) {
            return now;
        }
        let states: Vec<_> = now.iter().map(|f| (f.step, f.state.clone())).collect();
        assert!(start.elapsed() < PATIENCE, "{what}: {states:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
