//! The network, its gradient and Adam once more in plain `f64`, one number at a time, from the definitions.

use crate::experiment::{Activation, Optimizer};
use crate::model::{Batch, Widths};

/// Loss on the network's scale, unweighted loss in canvas units, and gradient in the order of `MlpParams`.
pub struct Derivative {
    pub scaled_loss: f64,
    pub loss: f64,
    pub gradient: Vec<f64>,
    /// Smallest distance of a hidden unit from where its activation's derivative jumps; infinite if it does not.
    pub from_jump: f64,
}

/// Value and derivative of an activation, from its definition.
pub fn activate(activation: Activation, z: f64) -> (f64, f64) {
    let (scale, alpha) = (1.050_700_987_355_480_5, 1.673_263_242_354_377_2);
    match activation {
        Activation::Silu => {
            let s = 1.0 / (1.0 + (-z).exp());
            (z * s, s + z * s * (1.0 - s))
        }
        Activation::Selu if z > 0.0 => (scale * z, scale),
        Activation::Selu => (scale * alpha * z.exp_m1(), scale * alpha * z.exp()),
        Activation::Elu if z > 0.0 => (z, 1.0),
        Activation::Elu => (z.exp_m1(), z.exp()),
        Activation::Relu => (z.max(0.0), if z > 0.0 { 1.0 } else { 0.0 }),
        Activation::Tanh => (z.tanh(), 1.0 - z.tanh() * z.tanh()),
        Activation::Gelu => {
            let (cdf, density) = normal(z);
            (z * cdf, cdf + z * density)
        }
    }
}

/// The normal distribution function by its Taylor series about 0, and the density.
fn normal(z: f64) -> (f64, f64) {
    let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let (mut term, mut sum) = (z, z);
    for k in 1..200 {
        term *= z * z / f64::from(2 * k + 1);
        sum += term;
    }
    (0.5 + sum * density, density)
}

/// Whether the derivative of the activation jumps at 0.
fn jumps(activation: Activation) -> bool {
    matches!(activation, Activation::Relu | Activation::Selu)
}

/// Every layer's inputs, the derivative of the activation that made them and its distance from where it jumps; the last
/// entry is the output.
pub fn forward(
    widths: &Widths,
    activation: Activation,
    params: &[f64],
    x: &[f64],
) -> Vec<Vec<(f64, f64, f64)>> {
    let n_layers = widths.layers().count();
    let smooth = |x| (x, 1.0, f64::INFINITY);
    let mut kept = vec![x.iter().map(|&x| smooth(x)).collect::<Vec<_>>()];
    let mut rest = params;
    for (l, (n_in, n_out)) in widths.layers().enumerate() {
        let (w, after) = rest.split_at(n_in * n_out);
        let (b, after) = after.split_at(n_out);
        rest = after;
        let unit = |j: usize| {
            let z = b[j]
                + (0..n_in)
                    .map(|i| kept[l][i].0 * w[i * n_out + j])
                    .sum::<f64>();
            if l + 1 == n_layers {
                return smooth(z);
            }
            let (value, derivative) = activate(activation, z);
            let from_jump = if jumps(activation) {
                z.abs()
            } else {
                f64::INFINITY
            };
            (value, derivative, from_jump)
        };
        kept.push((0..n_out).map(unit).collect());
    }
    kept
}

/// Forward and backward pass over the whole batch.
pub fn differentiate(
    widths: &Widths,
    activation: Activation,
    params: &[f64],
    batch: &Batch,
) -> Derivative {
    let mut found = Derivative {
        scaled_loss: 0.0,
        loss: 0.0,
        gradient: vec![0.0; params.len()],
        from_jump: f64::INFINITY,
    };
    let n = batch.n as f64;
    let layers: Vec<_> = widths.layers().collect();
    for r in 0..batch.n {
        let inputs = &batch.inputs[r * widths.inputs()..][..widths.inputs()];
        let inputs: Vec<f64> = inputs.iter().map(|&x| f64::from(x)).collect();
        let kept = forward(widths, activation, params, &inputs);
        let distances = kept.iter().flatten().map(|unit| unit.2);
        found.from_jump = distances.fold(found.from_jump, f64::min);
        let output = &kept[layers.len()];
        let residual = [0, 1].map(|k| output[k].0 - f64::from(batch.targets[2 * r + k]));
        let square = residual.iter().map(|r| r * r).sum::<f64>();
        found.scaled_loss += square / n;
        found.loss += f64::from(batch.weights[r]) * square / n;
        let mut delta: Vec<f64> = residual.iter().map(|r| 2.0 * r / n).collect();
        let mut end = params.len();
        for (l, &(n_in, n_out)) in layers.iter().enumerate().rev() {
            let start = end - (n_in + 1) * n_out;
            let mut below = vec![0.0; n_in];
            for i in 0..n_in {
                for j in 0..n_out {
                    found.gradient[start + i * n_out + j] += kept[l][i].0 * delta[j];
                    below[i] += params[start + i * n_out + j] * delta[j] * kept[l][i].1;
                }
            }
            let biases = &mut found.gradient[start + n_in * n_out..];
            biases.iter_mut().zip(&delta).for_each(|(d_b, d)| *d_b += d);
            (delta, end) = (below, start);
        }
    }
    found
}

/// Adam or AdamW with the running average.
pub struct Adam {
    pub params: Vec<f64>,
    pub average: Vec<f64>,
    moment_1: Vec<f64>,
    moment_2: Vec<f64>,
    time: i32,
}

impl Adam {
    pub fn new(params: Vec<f64>) -> Self {
        let zeros = vec![0.0; params.len()];
        Self {
            average: params.clone(),
            params,
            moment_1: zeros.clone(),
            moment_2: zeros,
            time: 0,
        }
    }

    pub fn step(&mut self, optimizer: Optimizer, rate: f64, ema: f64, gradient: &[f64]) {
        let (beta_1, beta_2, epsilon, weight_decay) = match optimizer {
            Optimizer::Adam {
                beta_1,
                beta_2,
                epsilon,
                ..
            } => (beta_1, beta_2, epsilon, 0.0),
            Optimizer::AdamW {
                beta_1,
                beta_2,
                epsilon,
                weight_decay,
                ..
            } => (beta_1, beta_2, epsilon, weight_decay),
        };
        self.time += 1;
        let time = f64::from(self.time);
        let decay = ema.min((1.0 + time) / (10.0 + time));
        for (i, g) in gradient.iter().enumerate() {
            self.moment_1[i] = beta_1 * self.moment_1[i] + (1.0 - beta_1) * g;
            self.moment_2[i] = beta_2 * self.moment_2[i] + (1.0 - beta_2) * g * g;
            let mean = self.moment_1[i] / (1.0 - beta_1.powi(self.time));
            let square = self.moment_2[i] / (1.0 - beta_2.powi(self.time));
            self.params[i] -= rate * weight_decay * self.params[i];
            self.params[i] -= rate * mean / (square.sqrt() + epsilon);
            self.average[i] = decay * self.average[i] + (1.0 - decay) * self.params[i];
        }
    }
}
