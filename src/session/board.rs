//! The slot through which the newest frames reach whoever looks, and the queue of rare events.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;

use crate::snapshot::{Frame, Frames, LaneId};

use super::command::Event;

/// Called from the session's threads when there is a new frame or event.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Events that are kept for a reader who does not come; older ones are dropped first.
const MAX_EVENTS: usize = 64;

/// Shared by all threads of a session.
pub struct Board {
    frames: ArcSwap<Frames>,
    events: Mutex<VecDeque<Event>>,
    wake: Wake,
    /// Time that pictures and measurements have taken, in nanoseconds.
    shown_nanos: AtomicU64,
}

impl Board {
    pub fn new(frames: Frames, wake: Wake) -> Self {
        Self {
            frames: ArcSwap::from_pointee(frames),
            events: Mutex::default(),
            wake,
            shown_nanos: AtomicU64::new(0),
        }
    }

    /// The newest frames.
    pub fn frames(&self) -> Arc<Frames> {
        self.frames.load_full()
    }

    /// The newest frame of a lane.
    pub fn frame(&self, lane: LaneId) -> Arc<Frame> {
        Arc::clone(self.frames.load().of(lane))
    }

    /// Replaces the frame of a lane by a changed copy and wakes the reader. Copies share their data; `change` may run
    /// more than once if two threads publish at the same moment.
    pub fn update(&self, lane: LaneId, change: impl Fn(&mut Frame)) {
        self.replace(|frames| frames.change(lane, &change));
    }

    /// Replaces all frames by a changed copy and wakes the reader, as [`Self::update`] does.
    pub fn replace(&self, change: impl Fn(&mut Frames)) {
        self.frames.rcu(|old| {
            let mut frames = Frames::clone(old);
            change(&mut frames);
            frames
        });
        (self.wake)();
    }

    /// Adds an event and wakes the reader.
    pub fn tell(&self, event: Event) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() == MAX_EVENTS {
            events.pop_front();
        }
        events.push_back(event);
        drop(events);
        (self.wake)();
    }

    /// Books a piece of work that was done to be shown.
    pub fn book(&self, spent: Duration) {
        let nanos = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
        self.shown_nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    /// All that was booked.
    pub fn booked(&self) -> Duration {
        Duration::from_nanos(self.shown_nanos.load(Ordering::Relaxed))
    }

    /// Takes all events, oldest first.
    pub fn drain_events(&self) -> Vec<Event> {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.drain(..).collect()
    }
}
