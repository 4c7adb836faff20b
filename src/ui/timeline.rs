//! The play heads: which time the canvas shows and which step of training, and how they move.
//!
//! [`PlayHead`] is plain state and takes the passing of time as an argument; it refuses to know clocks and
//! widgets. The bar with which one holds it is in `bar`; the head of training and its row in `training_head` and
//! `training`.

mod bar;
mod training;
mod training_head;

use super::command::Direction;

pub use bar::{height, timeline_ui};
pub use training_head::{Steps, TrainingHead, along, step_at};

/// A pass between source and target takes this long at speed 1, in seconds.
const PASS_SECS: f64 = 4.0;
/// A looping play head rests this long at each end, so that the eye can take in where the flow arrived.
const REST_SECS: f64 = 0.6;
/// After a longer gap between frames (the window was hidden) the play head goes on as if it had been this one.
const MAX_GAP_SECS: f64 = 0.1;

/// The time that is shown, and how it moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayHead {
    /// The time shown, 0 (source) to 1 (target).
    pub t: f64,
    /// Whether it moves by itself.
    pub playing: bool,
    /// Factor on the speed; at 1 a pass from source to target takes four seconds.
    pub speed: f64,
    /// Whether it starts again at the end.
    pub looping: bool,
    /// Which way it runs.
    pub direction: Direction,
    /// There and back: whether it is on its way back.
    pub returning: bool,
    /// How long it has rested at the end of its way, in seconds.
    pub rested_secs: f64,
}

impl Default for PlayHead {
    fn default() -> Self {
        Self {
            t: 0.0,
            playing: true,
            speed: 1.0,
            looping: true,
            direction: Direction::Forward,
            returning: false,
            rested_secs: 0.0,
        }
    }
}

impl PlayHead {
    /// Moves on by `dt_secs` of real time, if it plays. At the end of its way it rests and starts again
    /// (looping) or stops; set playing there, it starts again at once.
    pub fn advance(&mut self, dt_secs: f64) {
        if !self.playing {
            self.rested_secs = 0.0;
            return;
        }
        let dt_secs = dt_secs.clamp(0.0, MAX_GAP_SECS);
        if self.t == self.end() {
            self.rested_secs += dt_secs;
            if !self.looping || self.rested_secs >= REST_SECS {
                self.turn();
            }
            return;
        }
        let heading = if self.goes_back() { -1.0 } else { 1.0 };
        let next = self.t + heading * self.speed * dt_secs / PASS_SECS;
        self.t = next.clamp(0.0, 1.0);
        let half_way = self.direction == Direction::PingPong && !self.returning;
        if self.t == self.end() && !self.looping && !half_way {
            self.playing = false;
        }
    }

    fn goes_back(&self) -> bool {
        match self.direction {
            Direction::Forward => false,
            Direction::Backward => true,
            Direction::PingPong => self.returning,
        }
    }

    /// Where it is heading.
    fn end(&self) -> f64 {
        if self.goes_back() { 0.0 } else { 1.0 }
    }

    /// Starts the next pass.
    fn turn(&mut self) {
        self.rested_secs = 0.0;
        match self.direction {
            Direction::Forward => self.t = 0.0,
            Direction::Backward => self.t = 1.0,
            Direction::PingPong => self.returning = !self.returning,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays for so many seconds in frames of a sixtieth.
    fn play(head: &mut PlayHead, secs: f64) {
        for _ in 0..(60.0 * secs).round() as usize {
            head.advance(1.0 / 60.0);
        }
    }

    #[test]
    fn a_pass_takes_four_seconds_at_speed_one() {
        let mut head = PlayHead::default();
        play(&mut head, 2.0);
        assert!((head.t - 0.5).abs() < 1e-9, "{}", head.t);
        head.speed = 2.0;
        play(&mut head, 0.5);
        assert!((head.t - 0.75).abs() < 1e-9, "{}", head.t);
    }

    #[test]
    fn a_loop_rests_at_the_end_and_starts_again() {
        let mut head = PlayHead::default();
        play(&mut head, 4.2);
        assert_eq!((head.t, head.playing), (1.0, true));
        play(&mut head, REST_SECS + 1.0);
        assert!(head.t > 0.1 && head.t < 0.4, "{}", head.t);
        head.direction = Direction::Backward;
        play(&mut head, 2.0 + REST_SECS);
        assert!(head.t > 0.5, "starts again at 1: {}", head.t);
    }

    #[test]
    fn without_a_loop_it_stops_at_the_end_and_play_starts_again() {
        let mut head = PlayHead {
            looping: false,
            ..PlayHead::default()
        };
        play(&mut head, 5.0);
        assert_eq!((head.t, head.playing), (1.0, false));
        head.playing = true;
        play(&mut head, 1.0);
        assert!(head.t > 0.2 && head.t < 0.3, "{}", head.t);
    }

    #[test]
    fn there_and_back_turns_round_at_both_ends() {
        let mut head = PlayHead {
            direction: Direction::PingPong,
            looping: false,
            ..PlayHead::default()
        };
        play(&mut head, 5.0);
        assert!(head.t < 0.9 && head.returning, "{head:?}");
        play(&mut head, 5.0);
        assert_eq!((head.t, head.playing), (0.0, false));
        head.looping = true;
        head.playing = true;
        play(&mut head, 2.0);
        assert!(head.t > 0.2 && !head.returning, "{head:?}");
    }

    #[test]
    fn a_long_gap_does_not_make_it_jump() {
        let mut head = PlayHead::default();
        head.advance(3600.0);
        assert!((head.t - MAX_GAP_SECS / PASS_SECS).abs() < 1e-12);
        head.playing = false;
        head.advance(0.1);
        assert!((head.t - MAX_GAP_SECS / PASS_SECS).abs() < 1e-12);
    }
}
