//! The play head of training: which step is shown, and how it moves.
//!
//! [`TrainingHead`] is plain state and takes the passing of time as an argument; it refuses to know clocks, widgets and
//! lanes. Where it stands among the steps is a position from 0 to 1, which grows with the logarithm of the steps beyond the
//! first hundred, because what is learned early is learned fast.

/// From step 0 to the end of the slider takes this long, in seconds.
const REPLAY_SECS: f64 = 8.0;
/// After a longer gap between frames (the window was hidden) the head goes on as if it had been this one.
const MAX_GAP_SECS: f64 = 0.1;
/// Steps whose positions are about evenly apart.
const EVEN: f64 = 100.0;

/// Which step of training is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TrainingHead {
    /// Where it stands, in steps; nothing while it follows the training.
    at: Option<f64>,
    /// Whether it moves by itself.
    pub playing: bool,
}

/// The steps that there are to move over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steps {
    /// Those that have been taken.
    pub taken: u64,
    /// The one at the right end of the slider.
    pub end: u64,
}

impl TrainingHead {
    /// Shows this step, or follows the training.
    pub fn go_to(&mut self, step: Option<u64>) {
        self.at = step.map(|step| step as f64);
        self.playing = false;
    }

    /// The step that is shown; nothing while it follows the training.
    pub fn step(self) -> Option<u64> {
        self.at.map(|at| at as u64)
    }

    /// Plays from where it stands, or from step 0 if it follows the training; or holds.
    pub fn toggle(&mut self) {
        self.playing = !self.playing;
        if self.playing && self.at.is_none() {
            self.at = Some(0.0);
        }
    }

    /// Moves on by `dt_secs` of real time, if it plays. Where the training is, it follows that again.
    pub fn advance(&mut self, dt_secs: f64, steps: Steps) {
        let Some(at) = self.at.filter(|_| self.playing) else {
            return;
        };
        let dt_secs = dt_secs.clamp(0.0, MAX_GAP_SECS);
        let next = steps.step(steps.position(at) + dt_secs / REPLAY_SECS);
        if next >= steps.taken as f64 {
            self.go_to(None);
        } else {
            self.at = Some(next);
        }
    }
}

impl Steps {
    /// Where a step stands, 0 to 1.
    pub fn position(self, step: f64) -> f64 {
        (along(step) / self.length()).clamp(0.0, 1.0)
    }

    /// The step at a position.
    pub fn step(self, position: f64) -> f64 {
        step_at(position * self.length())
    }

    /// The step of the checkpoint that is nearest to a position; nothing where the training is, and without checkpoints.
    pub fn nearest(self, kept: &[u64], position: f64) -> Option<u64> {
        let distance = |step: u64| (self.position(step as f64) - position).abs();
        let before = kept.iter().copied().filter(|&step| step < self.taken);
        let nearest = before.min_by(|a, b| distance(*a).total_cmp(&distance(*b)))?;
        (distance(nearest) < distance(self.taken)).then_some(nearest)
    }

    fn length(self) -> f64 {
        along(self.end.max(self.taken).max(1) as f64)
    }
}

/// How far along the scale of steps one is, from 0 on: evenly at first, by their logarithm later.
pub fn along(step: f64) -> f64 {
    (step / EVEN).ln_1p()
}

/// The step that is so far along the scale.
pub fn step_at(along: f64) -> f64 {
    EVEN * along.exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: Steps = Steps {
        taken: 12_400,
        end: 20_000,
    };

    #[test]
    fn positions_and_steps_belong_to_each_other() {
        for step in [0.0, 1.0, 50.0, 1000.0, 20_000.0] {
            let there = STEPS.position(step);
            let back = STEPS.step(there);
            assert!((back - step).abs() < 1e-6 * (1.0 + step), "{step}: {back}");
        }
        assert_eq!((STEPS.position(0.0), STEPS.position(20_000.0)), (0.0, 1.0));
        assert!(STEPS.position(50.0) > 0.05);
    }

    #[test]
    fn the_slider_finds_the_nearest_checkpoint_or_follows_the_training() {
        let steps = Steps {
            taken: 1234,
            end: 20_000,
        };
        let kept = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 1200];
        let at = |step: f64| steps.nearest(&kept, steps.position(step));
        assert_eq!(at(0.0), Some(0));
        assert_eq!(at(52.0), Some(50));
        assert_eq!(at(900.0), Some(1000));
        assert_eq!(at(1230.0), None);
        assert_eq!(at(20_000.0), None);
        assert_eq!(steps.nearest(&[], 0.0), None);
    }

    #[test]
    fn it_plays_from_the_first_step_until_it_follows_the_training_again() {
        let mut head = TrainingHead::default();
        head.toggle();
        assert_eq!(head.step(), Some(0));
        let mut last = 0;
        let mut frames = 0;
        while let Some(step) = head.step() {
            assert!(step >= last);
            last = step;
            frames += 1;
            head.advance(1.0 / 60.0, STEPS);
        }
        assert!(!head.playing);
        let secs = f64::from(frames) / 60.0;
        assert!(
            (secs - REPLAY_SECS * STEPS.position(12_400.0)).abs() < 0.1,
            "{secs}"
        );
    }

    #[test]
    fn held_it_stays_and_plays_on_from_there() {
        let mut head = TrainingHead::default();
        head.go_to(Some(50));
        head.advance(1.0, STEPS);
        assert_eq!(head.step(), Some(50));
        head.toggle();
        head.advance(3600.0, STEPS);
        assert!((50..80).contains(&head.step().unwrap_or(0)), "{head:?}");
        head.toggle();
        assert!(!head.playing && head.step().is_some());
    }
}
