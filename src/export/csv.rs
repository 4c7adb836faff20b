//! Tables: `loss.csv`, `trajectories.csv` and `reference_trajectories.csv`.
//!
//! Numbers are written as the shortest decimal that reads back as the same value (of `f32` for losses and
//! positions, which is what the network computes with; of `f64` for times). A number that is not finite
//! leaves its cell empty.

use std::fmt::{Display, Write};

use crate::flow::course::Course;
use crate::flow::trajectory::Trajectories;

/// Bytes of a typical row of trajectories.
const ROW: usize = 48;

/// The loss of every step: `step,loss`, steps counted from 0.
pub fn loss(losses: &[f32]) -> Vec<u8> {
    let mut text = String::with_capacity(16 * losses.len() + 16);
    text.push_str("step,loss\n");
    for (step, &loss) in losses.iter().enumerate() {
        push(&mut text, step);
        text.push(',');
        push_finite(&mut text, loss);
        text.push('\n');
    }
    text.into_bytes()
}

/// The first line of `trajectories.csv`.
pub const TRAJECTORIES_HEADER: &str = "particle,node,t,x,y\n";

/// The particles at the given nodes (below `n_nodes`), one particle after the other, as rows below
/// [`TRAJECTORIES_HEADER`]. The first of them has the number `first`, so that a table can be written in pieces.
pub fn trajectories(trajectories: &Trajectories, first: usize, nodes: &[usize]) -> Vec<u8> {
    let label = |&node: &usize| (node, format!("{node},{}", trajectories.times[node]));
    let labels: Vec<(usize, String)> = nodes.iter().map(label).collect();
    let mut text = String::with_capacity(ROW * labels.len() * trajectories.n_particles);
    for particle in 0..trajectories.n_particles {
        let name = (first + particle).to_string();
        for (node, label) in &labels {
            let [x, y] = trajectories.at_node(*node)[particle];
            for field in [&name, label] {
                text.push_str(field);
                text.push(',');
            }
            push_finite(&mut text, x as f32);
            text.push(',');
            push_finite(&mut text, y as f32);
            text.push('\n');
        }
    }
    text.into_bytes()
}

/// The first line of `reference_trajectories.csv`.
pub const COURSE_HEADER: &str = "particle,node,t,x,y,vx,vy\n";

/// Positions and velocities at every node, one particle after the other, as rows below [`COURSE_HEADER`]. The first of
/// the particles has the number `first`.
pub fn course(course: &Course, first: usize) -> Vec<u8> {
    let mut text = String::with_capacity(2 * ROW * course.points.len());
    for particle in 0..course.n_particles {
        for (node, t) in course.times.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{},{node},{t}", first + particle);
            let ([x, y], [vx, vy]) = course.at(node, particle);
            for value in [x, y, vx, vy] {
                text.push(',');
                push_finite(&mut text, value as f32);
            }
            text.push('\n');
        }
    }
    text.into_bytes()
}

/// At most `most` (at least 2) of `n_nodes` nodes, evenly by their number, the first and the last among them.
pub fn written_nodes(n_nodes: usize, most: usize) -> Vec<usize> {
    let n = most.min(n_nodes);
    let last = n_nodes.saturating_sub(1);
    let node = |i: usize| (i * last + (n - 1) / 2) / (n - 1);
    if n < 2 {
        return (0..n).collect();
    }
    (0..n).map(node).collect()
}

fn push_finite(text: &mut String, value: f32) {
    if value.is_finite() {
        push(text, value);
    }
}

fn push(text: &mut String, value: impl Display) {
    // Writing to a String cannot fail.
    let _ = write!(text, "{value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
        let text = std::str::from_utf8(bytes).expect("text");
        let cells = |line: &str| line.split(',').map(str::to_owned).collect();
        text.lines().map(cells).collect()
    }

    #[test]
    fn losses_read_back_exactly() {
        let values = [1.25f32, 0.1, 3.402_823_5e7, 1.0e-9];
        let rows = rows(&loss(&values));
        assert_eq!(rows[0], ["step", "loss"]);
        assert_eq!(rows.len(), 5);
        for (k, value) in values.iter().enumerate() {
            assert_eq!(rows[k + 1][0], k.to_string());
            assert_eq!(rows[k + 1][1].parse::<f32>().as_ref(), Ok(value));
        }
    }

    #[test]
    fn trajectories_read_back_particle_by_particle() {
        let walk = Trajectories {
            times: vec![0.0, 0.1, 1.0],
            n_particles: 2,
            points: vec![
                [0.1, -2.0],
                [3.0, 4.0],
                [1.0 / 3.0, 0.5],
                [f64::NAN, 4.5],
                [1e-7, 9.0],
                [5.0, 6.0],
            ],
            nfe: 2,
        };
        let mut table = TRAJECTORIES_HEADER.as_bytes().to_vec();
        table.extend(trajectories(&walk, 7, &[0, 1, 2]));
        let all = rows(&table);
        assert_eq!(all[0], ["particle", "node", "t", "x", "y"]);
        assert_eq!(all.len(), 7);
        assert_eq!(all[1], ["7", "0", "0", "0.1", "-2"]);
        assert_eq!(all[2][3].parse::<f32>(), Ok((1.0f64 / 3.0) as f32));
        assert_eq!(all[3][3].parse::<f32>(), Ok(1e-7));
        assert_eq!(all[4][..3], ["8", "0", "0"]);
        assert_eq!(all[5], ["8", "1", "0.1", "", "4.5"]);
        let ends = rows(&trajectories(&walk, 0, &[0, 2]));
        assert_eq!(ends.len(), 4);
        assert_eq!(ends[3], ["1", "2", "1", "5", "6"]);
    }

    #[test]
    fn courses_read_back_with_their_velocities() {
        let course = Course {
            times: vec![0.0, 0.5],
            n_particles: 2,
            points: vec![[0.1, -2.0], [3.0, 4.0], [0.5, f64::NAN], [3.5, 4.5]],
            velocities: vec![[1.0, 0.0], [1.5, 2.0], [-1.0, 0.25], [0.0, 9.0]],
        };
        let mut table = COURSE_HEADER.as_bytes().to_vec();
        table.extend(super::course(&course, 5));
        let all = rows(&table);
        assert_eq!(all[0], ["particle", "node", "t", "x", "y", "vx", "vy"]);
        assert_eq!(all[2], ["5", "1", "0.5", "0.5", "", "-1", "0.25"]);
        assert_eq!(all[3], ["6", "0", "0", "3", "4", "1.5", "2"]);
        assert_eq!(all.len(), 5);
    }

    #[test]
    fn written_nodes_are_even_and_hold_both_ends() {
        assert_eq!(
            written_nodes(101, 11),
            [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
        );
        assert_eq!(written_nodes(5, 2), [0, 4]);
        assert_eq!(written_nodes(5, 4), [0, 1, 3, 4]);
        assert_eq!(written_nodes(3, 99), [0, 1, 2]);
    }
}
