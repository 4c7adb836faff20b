//! Where a problem has a score that its velocity tells, which stochastic sampling and training on the score need.

use super::Problem;
use crate::flow::conversion::Quantity;

impl Problem {
    /// `s_0` of the canvas source `N(0, s_0^2 I)` by which the velocity tells the score.
    ///
    /// # Errors
    /// Why it does not, in half a sentence: the source is another one or depends on the target, or `x_t` has a third part.
    pub fn score_scale(&self) -> Result<f64, String> {
        self.has_two_parts()?;
        if !self.coupling.is_independent() {
            return Err(format!(
                "{} makes x_0 depend on x_1, so that the mean of x_0 at a point is no score",
                self.coupling.name()
            ));
        }
        let std = self.source.centred_gaussian();
        let std = std.ok_or("the source is no round Gaussian about the origin")?;
        Ok(self.path.source_scale() * std)
    }

    /// `s_0` for a reading of the velocity as this quantity, 1 where it does not matter.
    ///
    /// # Errors
    /// Why it cannot be read so, in half a sentence.
    pub fn reads_as(&self, quantity: Quantity) -> Result<f64, String> {
        match quantity {
            Quantity::Velocity => Ok(1.0),
            Quantity::X1 | Quantity::Eps => self.has_two_parts().map(|()| 1.0),
            Quantity::Score => self.score_scale(),
        }
    }

    /// Whether `x_t` is `alpha x_1 + sigma x_0` and nothing else, so that conversions between velocity, denoiser and noise
    /// hold.
    ///
    /// # Errors
    /// Why it is not, in half a sentence.
    pub fn has_two_parts(&self) -> Result<(), String> {
        if self.coupling.bridge() > 0.0 {
            return Err(format!(
                "the noise of the bridge (coupling.bridge = {}) is a third part of x_t beside x_0 and x_1, for which the \
                 conversions do not account",
                self.coupling.bridge()
            ));
        }
        match self.noise > 0.0 {
            true => Err(format!(
                "the extra noise (training.sigma = {}) is a third part of x_t beside x_0 and x_1, for which the \
                 conversions do not account",
                self.noise
            )),
            false => Ok(()),
        }
    }
}
