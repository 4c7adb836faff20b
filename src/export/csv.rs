//! Tables: `loss.csv` and `trajectories.csv`.
//!
//! Numbers are written as the shortest decimal that reads back as the same value (of `f32` for losses and
//! positions, which is what the network computes with; of `f64` for times). A number that is not finite
//! leaves its cell empty.

use std::fmt::{Display, Write};

use crate::flow::trajectory::Trajectories;

/// Bytes of a typical row of trajectories.
const ROW: usize = 40;

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

/// Every particle at every solver node: `particle,t,x,y`, one particle after the other, in order of time.
pub fn trajectories(trajectories: &Trajectories) -> Vec<u8> {
    let times: Vec<String> = trajectories.times.iter().map(f64::to_string).collect();
    let mut text = String::with_capacity(ROW * trajectories.points.len() + 16);
    text.push_str("particle,t,x,y\n");
    for particle in 0..trajectories.n_particles {
        let name = particle.to_string();
        for (t, [x, y]) in times.iter().zip(trajectories.path(particle)) {
            for field in [&name, t] {
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
            path_energy: vec![0.0; 2],
            nfe: 2,
        };
        let rows = rows(&trajectories(&walk));
        assert_eq!(rows[0], ["particle", "t", "x", "y"]);
        assert_eq!(rows.len(), 7);
        assert_eq!(rows[1], ["0", "0", "0.1", "-2"]);
        assert_eq!(rows[2][2].parse::<f32>(), Ok((1.0f64 / 3.0) as f32));
        assert_eq!(rows[3][2].parse::<f32>(), Ok(1e-7));
        assert_eq!(rows[4][..2], ["1", "0"]);
        assert_eq!(rows[5], ["1", "0.1", "", "4.5"]);
    }
}
