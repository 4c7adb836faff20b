//! How large numbers are, so that a scale can be told that most of them fit into.

/// Bins of a doubling.
const FINE: f32 = 8.0;
/// The binary logarithm at which the bins begin.
const LOWEST: f32 = -40.0;
/// As many as take it from `2^-40` to `2^24`.
const BINS: usize = 512;

/// Weights of the sizes of numbers, in bins a twelfth apart. Those of several can be added.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread(Vec<f32>);

impl Default for Spread {
    fn default() -> Self {
        Self(vec![0.0; BINS])
    }
}

impl Spread {
    /// That of numbers with their weights; what is not finite does not count.
    pub fn of(numbers: impl Iterator<Item = (f32, f32)>) -> Self {
        let mut spread = Self::default();
        for (number, weight) in numbers.filter(|(number, _)| number.is_finite()) {
            let bin = (FINE * (number.abs().log2() - LOWEST)).clamp(0.0, (BINS - 1) as f32);
            spread.0[bin as usize] += weight;
        }
        spread
    }

    /// Adds that of others.
    pub fn add(&mut self, other: &Self) {
        for (bin, more) in self.0.iter_mut().zip(&other.0) {
            *bin += more;
        }
    }

    /// The size that a share of the weight, 0 to 1, does not exceed; 0 if there is none.
    pub fn quantile(&self, share: f32) -> f64 {
        let wanted = share * self.0.iter().sum::<f32>();
        let mut below = 0.0;
        let bin = self.0.iter().position(|weight| {
            below += weight;
            below >= wanted && below > 0.0
        });
        let end = |bin: usize| f64::from(LOWEST + (bin + 1) as f32 / FINE).exp2();
        match bin {
            None | Some(0) => 0.0,
            Some(bin) => end(bin),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_that_of_the_numbers_but_for_the_width_of_a_bin() {
        let numbers = (1..=1000).map(|k| (k as f32 * -0.003, 1.0));
        let mut spread = Spread::of(numbers.chain([(f32::NAN, 9e9)]));
        let is_near = |found: f64, true_value: f64| (1.0..1.1).contains(&(found / true_value));
        assert!(
            is_near(spread.quantile(0.95), 2.85),
            "{}",
            spread.quantile(0.95)
        );
        spread.add(&Spread::of([(70.0, 9000.0)].into_iter()));
        assert!(
            is_near(spread.quantile(0.95), 70.0),
            "{}",
            spread.quantile(0.95)
        );
        assert_eq!(Spread::default().quantile(0.95), 0.0);
        assert_eq!(Spread::of([(0.0, 1.0)].into_iter()).quantile(0.5), 0.0);
    }
}
