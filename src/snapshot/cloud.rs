//! Many particles at once: too many to be followed one by one, enough to see the density that is pushed forward.

use std::sync::Arc;

use crate::experiment::Experiment;
use crate::flow::trajectory::bracket;

/// The positions of up to a million particles at a few times, in blocks.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// What the weights have learned.
    pub experiment: Arc<Experiment>,
    /// Training steps behind the weights.
    pub step: u64,
    /// Particles that were asked for.
    pub wanted: usize,
    /// Particles carried so far; those that left for infinity are counted, though no block has them.
    pub carried: usize,
    /// The device that carries them, in words.
    pub device: Arc<str>,
    /// What is there so far. All blocks have the same times.
    pub blocks: Vec<Arc<CloudBlock>>,
}

/// Some of the particles on their whole way.
#[derive(Debug, PartialEq)]
pub struct CloudBlock {
    /// Increasing times of the nodes, at least one.
    pub times: Vec<f64>,
    /// Number of particles.
    pub n_particles: usize,
    /// Positions `[node][particle]`, all finite.
    pub points: Vec<[f32; 2]>,
}

impl Cloud {
    /// Whether all particles are there.
    pub fn is_complete(&self) -> bool {
        self.carried == self.wanted
    }
}

impl CloudBlock {
    /// The particles at the times, `[node][particle]`. A field may explode: who leaves for infinity is left out
    /// altogether.
    pub fn new(times: Vec<f64>, moments: &[Vec<[f32; 2]>]) -> Self {
        let n = moments.iter().map(Vec::len).min().unwrap_or(0);
        let is_finite = |&i: &usize| moments.iter().all(|m| m[i].iter().all(|x| x.is_finite()));
        let stay: Vec<usize> = (0..n).filter(is_finite).collect();
        let points = moments.iter().flat_map(|m| stay.iter().map(|&i| m[i]));
        Self {
            times,
            n_particles: stay.len(),
            points: points.collect(),
        }
    }

    /// All particles at a node; empty past the last one.
    pub fn at_node(&self, node: usize) -> &[[f32; 2]] {
        let start = node * self.n_particles;
        let particles = start..start + self.n_particles;
        self.points.get(particles).unwrap_or_default()
    }

    /// The nodes before and after time `t` and the weight of the later one; `t` outside is clamped.
    pub fn around(&self, t: f64) -> (usize, usize, f32) {
        let (before, after, weight) = bracket(&self.times, t);
        (before, after, weight as f32)
    }

    /// All positions at time `t`, linear between nodes.
    pub fn positions(&self, t: f64) -> impl Iterator<Item = [f32; 2]> + '_ {
        let (before, after, weight) = self.around(t);
        let pairs = self.at_node(before).iter().zip(self.at_node(after));
        pairs.map(move |(a, b)| [0, 1].map(|i| a[i] + weight * (b[i] - a[i])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_move_from_node_to_node() {
        let block = CloudBlock {
            times: vec![0.0, 0.5, 1.0],
            n_particles: 2,
            points: vec![
                [0.0, 0.0],
                [1.0, 0.0],
                [2.0, 0.0],
                [1.0, 4.0],
                [2.0, 2.0],
                [9.0, 4.0],
            ],
        };
        let at = |t| block.positions(t).collect::<Vec<_>>();
        assert_eq!(at(-1.0), [[0.0, 0.0], [1.0, 0.0]]);
        assert_eq!(at(0.25), [[1.0, 0.0], [1.0, 2.0]]);
        assert_eq!(at(0.75), [[2.0, 1.0], [5.0, 4.0]]);
        assert_eq!(at(2.0), [[2.0, 2.0], [9.0, 4.0]]);
        assert!(block.at_node(3).is_empty());
    }

    #[test]
    fn particles_that_leave_for_infinity_are_left_out() {
        let moments = [
            vec![[0.0; 2], [1.0; 2], [2.0; 2]],
            vec![[0.5; 2], [f32::INFINITY, 0.0], [2.5; 2]],
            vec![[1.0; 2], [f32::NAN; 2], [3.0; 2]],
        ];
        let block = CloudBlock::new(vec![0.0, 0.5, 1.0], &moments);
        assert_eq!(block.n_particles, 2);
        assert_eq!(block.at_node(1), [[0.5; 2], [2.5; 2]]);
    }
}
