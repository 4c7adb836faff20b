//! The loss of every step, shared without copying, and a curve of bounded length for the screen.

use std::sync::Arc;

use crate::flow::metrics::Mean;

/// Losses in a sealed chunk; a snapshot copies at most one unsealed chunk.
const CHUNK: usize = 1024;
/// The curve keeps between half as many and as many points as this.
const MAX_POINTS: usize = 1024;
/// Weight of the newest step in the smoothed value: a memory of about 200 steps.
const SMOOTHING: f64 = 0.005;

/// Means over the newest steps of two losses, which are the same up to their times if the velocity is predicted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanLoss {
    /// Of what the network predicts, over all times.
    pub own: f64,
    /// The CFM loss over [`crate::experiment::CFM_TIMES`].
    pub cfm: f64,
}

/// The losses of consecutive steps, summed up for a plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossPoint {
    /// The first step of the bucket.
    pub step: u64,
    /// Mean over the bucket.
    pub mean: f32,
    /// Smallest loss of the bucket.
    pub min: f32,
    /// Largest loss of the bucket.
    pub max: f32,
    /// The running mean at the end of the bucket (exponential, about 200 steps).
    pub smoothed: f32,
}

/// An immutable view of the losses so far. Cloning shares the data.
#[derive(Clone, Default)]
pub struct LossHistory {
    sealed: Arc<[Arc<[f32]>]>,
    open: Arc<[f32]>,
    curve: Arc<[LossPoint]>,
}

impl LossHistory {
    /// Number of recorded steps.
    pub fn len(&self) -> usize {
        self.sealed.len() * CHUNK + self.open.len()
    }

    /// Whether no step was recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The exact loss of the step (counted from 0), or `None` past the end.
    pub fn value(&self, step: u64) -> Option<f32> {
        let step = usize::try_from(step).ok()?;
        match self.sealed.get(step / CHUNK) {
            Some(chunk) => chunk.get(step % CHUNK).copied(),
            None => self
                .open
                .get(step.checked_sub(self.sealed.len() * CHUNK)?)
                .copied(),
        }
    }

    /// At most about a thousand points that stand for the whole history.
    pub fn curve(&self) -> &[LossPoint] {
        &self.curve
    }

    /// The running mean of late (exponential, about 200 steps).
    pub fn smoothed(&self) -> Option<f64> {
        self.curve.last().map(|point| f64::from(point.smoothed))
    }

    /// Mean of the last `n` losses (fewer if there are fewer) with its standard error, or `None` if there is none. Batches
    /// are independent, and the weights move little meanwhile.
    pub fn mean_of_last(&self, n: usize) -> Option<Mean> {
        let count = n.min(self.len());
        let last = (self.len() - count) as u64..self.len() as u64;
        let last = last.filter_map(|step| self.value(step)).map(f64::from);
        (count > 0).then(|| Mean::of(last))
    }

    /// All losses in order.
    pub fn iter(&self) -> impl Iterator<Item = f32> + '_ {
        let sealed = self.sealed.iter().flat_map(|chunk| chunk.iter());
        sealed.chain(self.open.iter()).copied()
    }
}

/// Collects losses on the trainer's side; four bytes a step and a curve of bounded length.
#[derive(Clone, Default)]
pub struct LossRecorder {
    sealed: Vec<Arc<[f32]>>,
    open: Vec<f32>,
    buckets: Vec<Bucket>,
    bucket_width: u64,
    smoothed: f64,
}

#[derive(Clone, Copy)]
struct Bucket {
    count: u64,
    sum: f64,
    point: LossPoint,
}

impl LossRecorder {
    /// Number of recorded steps.
    pub fn len(&self) -> usize {
        self.sealed.len() * CHUNK + self.open.len()
    }

    /// Whether no step was recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends the loss of the next step.
    pub fn push(&mut self, loss: f32) {
        let step = self.len() as u64;
        self.smoothed = smooth(self.smoothed, f64::from(loss), step);
        self.open.push(loss);
        if self.open.len() == CHUNK {
            self.sealed.push(Arc::from(self.open.as_slice()));
            self.open.clear();
        }
        self.add_to_curve(step, loss);
    }

    /// Forgets everything after the first `n` steps, for a rollback.
    pub fn truncate(&mut self, n: usize) {
        if n >= self.len() {
            return;
        }
        let kept: Vec<f32> = self.history().iter().take(n).collect();
        *self = Self::default();
        for loss in kept {
            self.push(loss);
        }
    }

    /// The running mean of late (exponential, about 200 steps).
    pub fn smoothed(&self) -> Option<f64> {
        (!self.is_empty()).then_some(self.smoothed)
    }

    /// A view to hand out.
    pub fn history(&self) -> LossHistory {
        LossHistory {
            sealed: self.sealed.as_slice().into(),
            open: self.open.as_slice().into(),
            curve: self.buckets.iter().map(|b| b.point).collect(),
        }
    }

    fn add_to_curve(&mut self, step: u64, loss: f32) {
        self.bucket_width = self.bucket_width.max(1);
        match self.buckets.last_mut() {
            Some(bucket) if bucket.count < self.bucket_width => bucket.add(loss),
            _ => self.buckets.push(Bucket::new(step, loss)),
        }
        if let Some(bucket) = self.buckets.last_mut() {
            bucket.point.smoothed = self.smoothed as f32;
        }
        let full = self
            .buckets
            .last()
            .is_some_and(|bucket| bucket.count == self.bucket_width);
        if self.buckets.len() == MAX_POINTS && full {
            self.buckets = self
                .buckets
                .chunks(2)
                .map(|pair| pair[1..].iter().fold(pair[0], Bucket::joined))
                .collect();
            self.bucket_width *= 2;
        }
    }
}

/// Exponential mean whose first steps are a plain mean, so that it starts without bias.
fn smooth(mean: f64, value: f64, step: u64) -> f64 {
    mean + SMOOTHING.max(1.0 / (step + 1) as f64) * (value - mean)
}

impl Bucket {
    fn new(step: u64, loss: f32) -> Self {
        Self {
            count: 1,
            sum: f64::from(loss),
            point: LossPoint {
                step,
                mean: loss,
                min: loss,
                max: loss,
                smoothed: loss,
            },
        }
    }

    fn add(&mut self, loss: f32) {
        let step = self.point.step;
        *self = self.joined(&Self::new(step, loss));
    }

    fn joined(self, later: &Self) -> Self {
        let count = self.count + later.count;
        let sum = self.sum + later.sum;
        Self {
            count,
            sum,
            point: LossPoint {
                step: self.point.step,
                mean: (sum / count as f64) as f32,
                min: self.point.min.min(later.point.min),
                max: self.point.max.max(later.point.max),
                smoothed: later.point.smoothed,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(n: usize) -> LossRecorder {
        let mut recorder = LossRecorder::default();
        (0..n).for_each(|i| recorder.push(i as f32));
        recorder
    }

    #[test]
    fn every_value_is_kept_exactly() {
        let history = recorded(5000).history();
        assert_eq!(history.len(), 5000);
        for step in [0, 1023, 1024, 4095, 4096, 4999] {
            assert_eq!(history.value(step), Some(step as f32));
        }
        assert_eq!(history.value(5000), None);
        assert_eq!(
            history.mean_of_last(1000).map(|mean| mean.value),
            Some(4499.5)
        );
        assert_eq!(history.iter().count(), 5000);
    }

    #[test]
    fn the_curve_stays_short_and_keeps_means_and_extremes() {
        let history = recorded(100_000).history();
        let curve = history.curve();
        assert!((512..=1024).contains(&curve.len()), "{}", curve.len());
        assert_eq!(curve[0].min, 0.0);
        assert_eq!(curve.last().map(|p| p.max), Some(99_999.0));
        let second = curve[1];
        assert_eq!(second.mean, (second.min + second.max) / 2.0);
        assert_eq!(second.step as f32, second.min);
    }

    #[test]
    fn truncation_is_the_same_as_never_having_recorded_more() {
        let mut recorder = recorded(3000);
        recorder.truncate(1500);
        assert_eq!(recorder.history().len(), 1500);
        assert_eq!(recorder.history().curve(), recorded(1500).history().curve());
    }

    #[test]
    fn smoothing_starts_without_bias() {
        let mut recorder = LossRecorder::default();
        (0..50).for_each(|_| recorder.push(3.0));
        assert_eq!(recorder.history().smoothed(), Some(3.0));
    }
}
