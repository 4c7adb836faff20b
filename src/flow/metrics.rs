//! How straight and how dear the paths of a flow are: the numbers, and the definitions to print beside them.
//!
//! Everything here is measured on the ODE's trajectories `Z_t`, never on the interpolants, and on the canvas.
//! Two meanings of "straight" are kept apart: energy and straightness see speed as well as shape, the chord
//! ratio sees shape alone. Refuses to know fields, solvers and couplings.
//!
//! Sources: Liu et al., arXiv 2209.03003 (straightness); Tong et al., arXiv 2302.00482 (normalised path energy).

use super::trajectory::{Trajectories, distance_squared};

/// Means over particles, or the standard errors of those means.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PathMetrics {
    /// `E int |v_t(Z_t)|^2 dt`, by the solver's weights at its own stages.
    pub path_energy: f64,
    /// `E|Z_1 - Z_0|^2`: at least the squared W2 between the laws of `Z_0` and `Z_1`, at most the path energy.
    pub transport_cost: f64,
    /// `S = int E|(Z_1 - Z_0) - v_t(Z_t)|^2 dt = path energy - transport cost >= 0`, zero for constant speed
    /// along a line.
    pub straightness: f64,
    /// `E[|Z_1 - Z_0| / arc length]`, in `[0, 1]`: the mean of the ratios, not the ratio of the sums. 1 is a
    /// straight line, whatever the speed.
    pub chord_ratio: f64,
}

/// A number of the program with what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The label beside the number.
    pub name: &'static str,
    /// The formula, in Unicode.
    pub formula: &'static str,
    /// What it says, in a sentence.
    pub meaning: &'static str,
}

/// The definitions of all measured numbers, in the order in which they are shown.
pub const DEFINITIONS: &[Definition] = &[
    Definition {
        name: "Loss",
        formula: "E |v(x_t, t) − (α′ x₁ + σ′ x₀)|²",
        meaning: "The conditional flow matching loss, unweighted and summed over both coordinates; it cannot \
                  fall below the spread of the conditional velocities that pass through one point.",
    },
    Definition {
        name: "Coupling cost",
        formula: "E |x₁ − x₀|²",
        meaning: "The mean squared distance between the paired source and target points that training sees.",
    },
    Definition {
        name: "Path energy",
        formula: "E ∫ |v(Z_t, t)|² dt",
        meaning: "The mean squared speed along the flow's own trajectories; it sees detours and uneven speed.",
    },
    Definition {
        name: "Transport cost",
        formula: "E |Z₁ − Z₀|²",
        meaning: "The mean squared distance between where a particle starts and where the flow leaves it.",
    },
    Definition {
        name: "Straightness S",
        formula: "E ∫ |(Z₁ − Z₀) − v(Z_t, t)|² dt = path energy − transport cost",
        meaning: "Zero when every particle runs along a line at constant speed; bends and changes of speed \
                  both raise it.",
    },
    Definition {
        name: "Chord ratio",
        formula: "E [ |Z₁ − Z₀| / arc length ]",
        meaning: "One when every trajectory is a straight line, whatever its speed; the mean over particles \
                  of each one's ratio.",
    },
    Definition {
        name: "NPE",
        formula: "|path energy − W2²(source, target)| / W2²(source, target)",
        meaning: "Normalised path energy: how much more energy the flow spends than optimal transport would \
                  between the same samples.",
    },
    Definition {
        name: "W2",
        formula: "min over permutations π of √( mean |y_i − x_π(i)|² )",
        meaning: "The exact 2-Wasserstein distance between generated and held-out target samples, in units \
                  of the canvas.",
    },
    Definition {
        name: "W2 floor",
        formula: "mean W2 between two independent sets of target samples",
        meaning: "What a perfect model would score at this number of samples: compare W2 with it, not with 0.",
    },
    Definition {
        name: "NFE",
        formula: "solver steps × stages per step",
        meaning: "How often the velocity field is evaluated for each trajectory.",
    },
];

/// Means over the particles. All NaN if there are none.
pub fn path_metrics(trajectories: &Trajectories) -> PathMetrics {
    let n = trajectories.n_particles as f64;
    combine(|number| per_particle(trajectories, number).sum::<f64>() / n)
}

/// Standard errors of [`path_metrics`], `sqrt(sample variance / n)`; infinite for fewer than two particles.
pub fn path_metrics_stderr(trajectories: &Trajectories) -> PathMetrics {
    let n = trajectories.n_particles as f64;
    if n < 2.0 {
        return combine(|_| f64::INFINITY);
    }
    combine(|number| {
        let mean = per_particle(trajectories, number).sum::<f64>() / n;
        let squares = per_particle(trajectories, number).map(|value| (value - mean).powi(2));
        (squares.sum::<f64>() / (n - 1.0) / n).sqrt()
    })
}

/// `|path energy - W2^2| / W2^2`, or `None` where the distance is zero or a number is not finite.
pub fn normalised_path_energy(path_energy: f64, w2_squared: f64) -> Option<f64> {
    let npe = (path_energy - w2_squared).abs() / w2_squared;
    (w2_squared > 0.0 && npe.is_finite()).then_some(npe)
}

/// One of the numbers for one particle of a cloud.
type PerParticle = fn(&Trajectories, usize) -> f64;

fn per_particle(trajectories: &Trajectories, number: PerParticle) -> impl Iterator<Item = f64> {
    (0..trajectories.n_particles).map(move |particle| number(trajectories, particle))
}

/// The four numbers, each summed up over the particles by `summary`.
fn combine(summary: impl Fn(PerParticle) -> f64) -> PathMetrics {
    PathMetrics {
        path_energy: summary(|run, i| run.path_energy[i]),
        transport_cost: summary(squared_chord),
        // The stages satisfy sum_n h sum_i b_i k_i = Z_1 - Z_0 exactly, so that the sum of squares about the
        // mean is this difference; only rounding can make it negative.
        straightness: summary(|run, i| (run.path_energy[i] - squared_chord(run, i)).max(0.0)),
        chord_ratio: summary(Trajectories::chord_ratio),
    }
}

/// `|Z_1 - Z_0|^2` of one particle.
fn squared_chord(trajectories: &Trajectories, particle: usize) -> f64 {
    distance_squared(
        trajectories.first()[particle],
        trajectories.last()[particle],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One particle walks 3 right and 4 up at speed 7, the other 1 right at speed 1.
    fn two_walks() -> Trajectories {
        Trajectories {
            times: vec![0.0, 3.0 / 7.0, 1.0],
            n_particles: 2,
            points: vec![
                [0.0, 0.0],
                [0.0, 0.0],
                [3.0, 0.0],
                [3.0 / 7.0, 0.0],
                [3.0, 4.0],
                [1.0, 0.0],
            ],
            path_energy: vec![49.0, 1.0],
            nfe: 2,
        }
    }

    #[test]
    fn means_and_standard_errors() {
        let mean = path_metrics(&two_walks());
        assert_eq!(mean.path_energy, 25.0);
        assert_eq!(mean.transport_cost, 13.0);
        assert_eq!(mean.straightness, 12.0);
        assert!((mean.chord_ratio - (5.0 / 7.0 + 1.0) / 2.0).abs() < 1e-15);
        let error = path_metrics_stderr(&two_walks());
        // Two values a and b have the standard error |a - b| / 2.
        assert!((error.path_energy - 24.0).abs() < 1e-12);
        assert!((error.transport_cost - 12.0).abs() < 1e-12);
        assert!((error.chord_ratio - 1.0 / 7.0).abs() < 1e-15);
    }

    #[test]
    fn straightness_is_never_negative() {
        let mut walks = two_walks();
        walks.path_energy[1] = 1.0 - 1e-15;
        assert_eq!(path_metrics(&walks).straightness, 12.0);
    }

    #[test]
    fn one_particle_has_no_standard_error() {
        let one = Trajectories {
            times: vec![0.0, 1.0],
            n_particles: 1,
            points: vec![[0.0, 0.0], [1.0, 0.0]],
            path_energy: vec![1.0],
            nfe: 1,
        };
        assert_eq!(path_metrics_stderr(&one).path_energy, f64::INFINITY);
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
