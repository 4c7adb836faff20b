//! A mean over seeds, and whether two of them differ.

use super::super::print::with_error;

/// A mean over the seeds of a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error: with several seeds `sqrt(sample variance / n)` of theirs, with one that over its particles;
    /// none where a number of one seed has no error. What was counted has the error 0.
    pub error: Option<f64>,
    /// The seeds behind it, at least 1.
    pub n: usize,
}

impl Estimate {
    /// The mean of what the seeds say, each with its error over the particles; none without a seed.
    pub fn of(seeds: &[(f64, Option<f64>)]) -> Option<Self> {
        let n = seeds.len();
        let mean = seeds.iter().map(|(value, _)| value).sum::<f64>() / n as f64;
        let error = match seeds {
            [] => return None,
            [(_, error)] => *error,
            _ => {
                let squares = seeds.iter().map(|(value, _)| (value - mean).powi(2));
                Some((squares.sum::<f64>() / (n as f64 - 1.0) / n as f64).sqrt())
            }
        };
        Some(Self { mean, error, n })
    }

    /// Whether this one is smaller by more than the standard error of the difference, `sqrt(e_a^2 + e_b^2)`. As lanes
    /// share particles and draws, what makes one larger makes the other larger, too, and the error of their difference
    /// is rather less than that. Without both errors nothing is known.
    pub fn is_below(&self, other: &Self) -> bool {
        let (Some(a), Some(b)) = (self.error, other.error) else {
            return false;
        };
        other.mean - self.mean > a.hypot(b)
    }

    /// `2.31 ± 0.02`, to the digits that the error leaves; a whole number that is exact is printed as one.
    pub fn text(&self) -> String {
        if self.error == Some(0.0) && self.mean.fract() == 0.0 {
            return format!("{:.0}", self.mean);
        }
        let (value, error) = with_error(self.mean, self.error.unwrap_or(0.0));
        match error.is_empty() {
            true => value,
            false => format!("{value} {error}"),
        }
    }
}
