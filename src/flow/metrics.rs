//! How straight and how costly the trajectories of a flow are: the numbers, and the definitions to print beside them.
//!
//! Everything here is measured on the ODE's trajectories `Z_t`, never on the interpolants, and on the canvas. They are
//! those of a fine reference solver ([`super::reference`]): one Euler step always runs straight, whatever the field.
//! Two meanings of "straight" are kept apart: energy and straightness see speed as well as shape, the chord
//! ratio sees shape alone. Refuses to know fields, solvers and couplings.
//!
//! Sources: Liu et al., arXiv 2209.03003 (straightness); Tong et al., arXiv 2302.00482 (normalised path energy).

use super::trajectory::Walk;

/// A mean and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The mean; NaN of nothing.
    pub value: f64,
    /// `sqrt(sample variance / n)`; infinite for fewer than two values.
    pub stderr: f64,
}

impl Mean {
    /// The mean of the values.
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let n = values.clone().count() as f64;
        let value = values.clone().sum::<f64>() / n;
        if n < 2.0 {
            let stderr = f64::INFINITY;
            return Self { value, stderr };
        }
        let squares = values.map(|x| (x - value).powi(2)).sum::<f64>();
        Self {
            value,
            stderr: (squares / (n - 1.0) / n).sqrt(),
        }
    }
}

/// Means over particles, or the standard errors of those means.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TrajectoryMetrics {
    /// `E int |v_t(Z_t)|^2 dt`, by the solver's weights at its own stages.
    pub path_energy: f64,
    /// `E|Z_1 - Z_0|^2`: at least the squared W2 between the laws of `Z_0` and `Z_1`, at most the path energy.
    pub transport_cost: f64,
    /// `S = int E|(Z_1 - Z_0) - v_t(Z_t)|^2 dt = path energy - transport cost >= 0`, zero for constant speed
    /// along a line.
    pub straightness: f64,
    /// `E[int |v|^2 dt - L^2]` with the arc length `L = int |v| dt`: the part of S that is uneven speed, the variance of
    /// the speed over the time. 0 at constant speed, along whatever curve.
    pub uneven_speed: f64,
    /// `E[L^2 - |Z_1 - Z_0|^2]`: the part of S that is bends. 0 along lines, at whatever speed.
    pub bends: f64,
    /// `E[|Z_1 - Z_0| / arc length]`, in `[0, 1]`: the mean of the ratios, not the ratio of the sums. 1 is a
    /// straight line, whatever the speed.
    pub chord_ratio: f64,
}

/// Means over the particles. All NaN if there are none.
pub fn trajectory_metrics(walks: &[Walk]) -> TrajectoryMetrics {
    combine(|number| mean(walks, number).value)
}

/// Standard errors of [`trajectory_metrics`], see [`Mean::stderr`].
pub fn trajectory_metrics_stderr(walks: &[Walk]) -> TrajectoryMetrics {
    combine(|number| mean(walks, number).stderr)
}

/// `|path energy - W2^2| / W2^2`, or `None` where the distance is zero or a number is not finite.
pub fn normalised_path_energy(path_energy: f64, w2_squared: f64) -> Option<f64> {
    let npe = (path_energy - w2_squared).abs() / w2_squared;
    (w2_squared > 0.0 && npe.is_finite()).then_some(npe)
}

/// Where the flow's samples stand between source and target. All four are W2 (the root) to the same target points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// W2 of the generated samples.
    pub generated: f64,
    /// Mean W2 of other target samples.
    pub floor: f64,
    /// W2 of the source samples.
    pub source: f64,
    /// W2 of the source samples stretched and moved to the target's mean and covariance, which is where the best
    /// field that is affine in x would take them.
    pub affine: f64,
}

impl Progress {
    /// Whether the network has learned something: its samples are closer to the target than an affine field would
    /// take them, or have come more than half of the way from source to floor (on a logarithmic scale, so that a
    /// hundredth of a long way still counts as far), or are within one and a half times the floor, around which
    /// even perfect samples vary.
    pub fn has_learned(&self) -> bool {
        let half_way = (self.source * self.floor).sqrt();
        self.generated < self.affine.max(half_way).max(1.5 * self.floor)
    }
}

/// One of the numbers for one particle.
type PerParticle = fn(&Walk) -> f64;

fn mean(walks: &[Walk], number: PerParticle) -> Mean {
    Mean::of(walks.iter().map(number))
}

/// The numbers, each summed up over the particles by `summary`.
fn combine(summary: impl Fn(PerParticle) -> f64) -> TrajectoryMetrics {
    TrajectoryMetrics {
        path_energy: summary(|walk| walk.energy),
        transport_cost: summary(Walk::cost),
        straightness: summary(Walk::straightness),
        uneven_speed: summary(Walk::uneven_speed),
        bends: summary(Walk::bends),
        chord_ratio: summary(Walk::chord_ratio),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One particle walks 3 right and 4 up at speed 7, the other 1 right at speed 1.
    fn two_walks() -> [Walk; 2] {
        let walk = |end, energy, arc| Walk {
            start: [0.0; 2],
            end,
            energy,
            arc,
        };
        [walk([3.0, 4.0], 49.0, 7.0), walk([1.0, 0.0], 1.0, 1.0)]
    }

    #[test]
    fn means_and_standard_errors() {
        let mean = trajectory_metrics(&two_walks());
        assert_eq!(mean.path_energy, 25.0);
        assert_eq!(mean.transport_cost, 13.0);
        assert_eq!(mean.straightness, 12.0);
        // 7 along a way of 5, at constant speed: all of S is the bend.
        assert_eq!((mean.uneven_speed, mean.bends), (0.0, 12.0));
        assert!((mean.chord_ratio - (5.0 / 7.0 + 1.0) / 2.0).abs() < 1e-15);
        let error = trajectory_metrics_stderr(&two_walks());
        // Two values a and b have the standard error |a - b| / 2.
        assert!((error.path_energy - 24.0).abs() < 1e-12);
        assert!((error.transport_cost - 12.0).abs() < 1e-12);
        assert!((error.chord_ratio - 1.0 / 7.0).abs() < 1e-15);
    }

    #[test]
    fn one_particle_has_no_standard_error() {
        let one = &two_walks()[..1];
        assert_eq!(trajectory_metrics_stderr(one).path_energy, f64::INFINITY);
    }

    /// Distances as measured on the presets: untrained, one hidden unit, 500 steps, and trained to the end.
    #[test]
    fn learning_is_told_from_none() {
        let learned = |generated, floor, source, affine| {
            Progress {
                generated,
                floor,
                source,
                affine,
            }
            .has_learned()
        };
        let two_moons = |w2| learned(w2, 0.1378, 1.101, 0.6635);
        assert!(!two_moons(1.113) && !two_moons(0.9332) && two_moons(0.3787) && two_moons(0.1022));
        let rings = |w2| learned(w2, 0.1931, 0.8217, 0.4394);
        assert!(!rings(0.7939) && !rings(0.7065) && rings(0.2894) && rings(0.2679));
        let ve = |w2| learned(w2, 0.1378, 12.47, 0.6635);
        assert!(!ve(13.08) && !ve(9.629) && ve(0.1129));
        // Near enough after a long way, though an affine field would be perfect; and nothing to learn at all.
        assert!(learned(2.5, 1.112, 15.01, 1.117) && !learned(12.0, 1.112, 15.01, 1.117));
        assert!(learned(0.13, 0.1, 0.11, 0.1));
        assert!(!learned(f64::NAN, 0.1, 1.0, 0.5));
    }

    #[test]
    fn normalised_path_energy_needs_a_distance() {
        assert_eq!(normalised_path_energy(3.0, 2.0), Some(0.5));
        assert_eq!(normalised_path_energy(1.0, 2.0), Some(0.5));
        assert_eq!(normalised_path_energy(1.0, 0.0), None);
        assert_eq!(normalised_path_energy(f64::NAN, 1.0), None);
        assert_eq!(normalised_path_energy(f64::INFINITY, 1.0), None);
    }
}
