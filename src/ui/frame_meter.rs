//! What frames cost the thread that makes them: as a whole, and what comes after [`super::App::show`], when egui
//! tessellates and the graphics driver paints. Refuses to know clocks and what is in a frame.

use std::time::Duration;

/// Weight of the newest frame in the means.
const SMOOTHING: f64 = 0.1;

/// CPU time of the frames so far.
#[derive(Default)]
pub struct FrameMeter {
    last: Option<LastFrame>,
    frame_secs: f64,
    painting_secs: f64,
    spent: Duration,
}

/// The frame before.
#[derive(Clone, Copy)]
struct LastFrame {
    /// CPU time of the thread when it began.
    start: Duration,
    /// CPU time until it was handed to egui.
    shown: Duration,
}

impl FrameMeter {
    /// Takes in that a frame, which began at `start`, is handed to egui `now`, both in CPU time of the thread: what the
    /// frame before has cost as a whole is known by then.
    pub fn note(&mut self, start: Duration, now: Duration) {
        if let Some(last) = self.last {
            let spent = start.saturating_sub(last.start);
            self.spent += spent;
            smooth(&mut self.frame_secs, spent);
            smooth(&mut self.painting_secs, spent.saturating_sub(last.shown));
        }
        self.last = Some(LastFrame {
            start,
            shown: now.saturating_sub(start),
        });
    }

    /// Seconds of a frame, of late.
    pub fn frame_secs(&self) -> f64 {
        self.frame_secs
    }

    /// Seconds of a frame after it was handed to egui, of late.
    pub fn painting_secs(&self) -> f64 {
        self.painting_secs
    }

    /// All frames but the last.
    pub fn spent(&self) -> Duration {
        self.spent
    }
}

fn smooth(mean: &mut f64, new: Duration) {
    *mean += SMOOTHING * (new.as_secs_f64() - *mean);
}
