//! Dormand and Prince's method of order 5: steps whose length is controlled by an embedded method of order 4, and a
//! continuous extension of order 4 within each step.
//!
//! All particles take the same steps: a step is taken when the largest error of any particle is small enough, because
//! a flow is smooth in some places and not in others, and a mean would hide the few particles that are in the latter.
//! So the steps are those of a set of particles, and the same however they are cut into chunks and by whom the chunks are
//! carried. Refuses to know files, threads and what is made of the trajectories.
//!
//! Sources: Dormand & Prince, J. Comput. Appl. Math. 6 (1980) 19-26; Hairer, Nørsett & Wanner, Solving Ordinary
//! Differential Equations I, sections II.4 (error, first step, control), II.5 (the method) and II.6 (the extension).
//! Proportional-integral control as in their program DOPRI5, after Gustafsson (Hairer & Wanner II, section IV.2).

use std::sync::Arc;

use super::march::advanced;
use super::tableau::{DORMAND_PRINCE, STAGES};
use super::work::{Parts, Work, pause};
use super::{Point, VelocityField};

/// Weights of order 5 less those of order 4: `h sum_i ERROR_i k_i` estimates the error of a step.
const ERROR: [f64; STAGES] = [
    71.0 / 57600.0,
    0.0,
    -71.0 / 16695.0,
    71.0 / 1920.0,
    -17253.0 / 339_200.0,
    22.0 / 525.0,
    -1.0 / 40.0,
];
/// What the continuous extension adds to a cubic through both ends and their slopes.
const BULGE: [f64; STAGES] = [
    -12_715_105_075.0 / 11_282_082_432.0,
    0.0,
    87_487_479_700.0 / 32_700_410_799.0,
    -10_690_763_975.0 / 1_880_347_072.0,
    701_980_252_875.0 / 199_316_789_632.0,
    -1_453_857_185.0 / 822_651_844.0,
    69_997_945.0 / 29_380_423.0,
];
/// Evaluations of a step that is tried: the first stage is the last one of the step before.
const PER_STEP: usize = STAGES - 1;
/// Evaluations before the first step: its first stage, and one to see how fast that changes.
const BEFORE: usize = 2;

/// A step is to be somewhat shorter than the one that would just do.
const SAFETY: f64 = 0.9;
/// The integral part of the control: the exponent of the error before.
const BETA: f64 = 0.04;
/// The proportional part: the exponent of the error.
const ALPHA: f64 = 0.2 - 0.75 * BETA;
/// A step is at least and at most so many times as long as the one before.
const FACTORS: (f64, f64) = (0.2, 10.0);
/// Smaller errors count as this one in the integral part.
const LEAST_ERROR: f64 = 1e-4;

/// How precise a solution is to be, and what it may cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accuracy {
    /// Error that a step may make of a particle at z: `tolerance (1 + |z|)`.
    pub tolerance: f64,
    /// Most velocity evaluations per particle.
    pub budget: usize,
}

/// What step control has made of a time range.
#[derive(Clone, Debug, PartialEq)]
pub struct Controlled {
    /// Ends of the steps that were taken, the start of the first one included. They end before the range does if the
    /// budget was spent, or if no step was short enough.
    pub times: Vec<f64>,
    /// Steps that were tried and not taken.
    pub rejected: usize,
    /// Velocity evaluations per particle, those of rejected steps included.
    pub nfe: usize,
    /// Where the particles are at the last of the times.
    pub ends: Vec<Point>,
}

/// Positions at given times, by the continuous extension.
#[derive(Clone, Debug, PartialEq)]
pub struct Nodes {
    /// The times, in the direction of the solution, its ends included.
    pub times: Vec<f64>,
    /// Number of particles.
    n_particles: usize,
    /// Positions `[node][particle]`; not-a-number where the solution has not come to.
    pub points: Vec<Point>,
    /// Nodes that are there.
    done: usize,
}

/// Who evaluates the velocity.
pub enum Hands<'a> {
    /// The caller, one chunk after the other.
    One(&'a dyn VelocityField),
    /// Whoever has time.
    Many(&'a Arc<dyn VelocityField>, &'a Parts),
}

/// Weights of the stages a share `theta` (0 to 1) of a step behind its start: `x + h sum_i weight_i k_i`.
///
/// It is the cubic through both ends with their slopes, and the part of degree 4 that makes it of order 4.
pub fn continuous_weights(theta: f64) -> [f64; STAGES] {
    let rest = 1.0 - theta;
    let mut weights = [0.0; STAGES];
    for ((weight, b), bulge) in weights.iter_mut().zip(DORMAND_PRINCE.b).zip(BULGE) {
        *weight = theta * theta * (1.0 + 2.0 * rest) * b + (theta * rest).powi(2) * bulge;
    }
    weights[0] += theta * rest * rest;
    weights[STAGES - 1] -= theta * theta * rest;
    weights
}

/// Carries `x_0` from the first time of the range to the second, which may be the earlier one, with steps of its own
/// choice; at most `rows` particles at once, with a pause after each. Positions at `nodes` are kept if asked for.
pub async fn controlled(
    hands: Hands<'_>,
    accuracy: Accuracy,
    (start, end): (f64, f64),
    x_0: &[Point],
    rows: usize,
    mut nodes: Option<&mut Nodes>,
) -> Controlled {
    let Accuracy { tolerance, budget } = accuracy;
    let mut chunks: Vec<Chunk> = x_0.chunks(rows.max(1)).map(Chunk::new).collect();
    let mut h = first_step(&hands, &mut chunks, tolerance, (start, end)).await;
    let (mut t, mut times) = (start, vec![start]);
    let (mut rejected, mut nfe) = (0, BEFORE);
    let mut control = Control::default();
    while t != end && nfe + PER_STEP <= budget && t + 0.1 * h != t {
        // A last step that is a little longer spares one that is very short.
        let is_last = (end - t).abs() <= 1.01 * h.abs();
        let next = if is_last { end } else { t + h };
        h = next - t; // as it is from the times alone
        let step = move |chunk: &mut Chunk, field: &dyn VelocityField| {
            chunk.attempt(field, t, h);
            chunk.error = chunk.error_of(h, tolerance);
        };
        hands.each(&mut chunks, step).await;
        nfe += PER_STEP;
        let error = largest(chunks.iter().map(|chunk| chunk.error));
        let (is_good, factor) = control.after(error);
        if is_good {
            if let Some(nodes) = nodes.as_deref_mut() {
                nodes.keep_all(&chunks, (t, next), h).await;
            }
            chunks.iter_mut().for_each(Chunk::accept);
            t = next;
            times.push(t);
        } else {
            rejected += 1;
        }
        h *= factor;
    }
    let ends = chunks.into_iter().flat_map(|chunk| chunk.at).collect();
    Controlled {
        times,
        rejected,
        nfe,
        ends,
    }
}

/// Carries `x_0` by steps that are known, and keeps positions at the nodes: bit for bit those of [`controlled`], whatever
/// the other particles are.
pub async fn followed(
    field: &dyn VelocityField,
    steps: &[f64],
    x_0: &[Point],
    rows: usize,
    nodes: &mut Nodes,
) {
    let (rows, done) = (rows.max(1), nodes.done);
    for (number, x_0) in x_0.chunks(rows).enumerate() {
        let mut chunk = Chunk::new(x_0);
        nodes.done = done;
        if let Some(&start) = steps.first() {
            field.eval(start, &chunk.at, &mut chunk.stages[0]);
        }
        for ends in steps.windows(2) {
            let h = ends[1] - ends[0];
            chunk.attempt(field, ends[0], h);
            let due = nodes.due((ends[0], ends[1]));
            nodes.keep(&chunk, number * rows, &due, (ends[0], h));
            nodes.done = due.end;
            chunk.accept();
            pause().await;
        }
    }
}

impl Nodes {
    /// Room for the particles at the times; at the first one they are at `x_0`.
    pub fn new(times: Vec<f64>, x_0: &[Point]) -> Self {
        let mut points = vec![[f64::NAN; 2]; times.len() * x_0.len()];
        points[..x_0.len()].copy_from_slice(x_0);
        Self {
            times,
            n_particles: x_0.len(),
            points,
            done: 1,
        }
    }

    /// The nodes behind those that are there, up to the end of a step.
    fn due(&self, (start, end): (f64, f64)) -> std::ops::Range<usize> {
        let is_within = |node: &f64| (end - node) * (end - start) >= 0.0;
        let behind = self.times[self.done..].iter();
        self.done..self.done + behind.take_while(|node| is_within(node)).count()
    }

    /// Keeps what all particles do in a step of length `h`.
    async fn keep_all(&mut self, chunks: &[Chunk], ends: (f64, f64), h: f64) {
        let (due, mut first) = (self.due(ends), 0);
        if due.is_empty() {
            return;
        }
        for chunk in chunks {
            self.keep(chunk, first, &due, (ends.0, h));
            first += chunk.at.len();
            pause().await;
        }
        self.done = due.end;
    }

    /// Keeps what a chunk does in a step of length `h` from `t`; its first particle has the number `first`.
    fn keep(
        &mut self,
        chunk: &Chunk,
        first: usize,
        due: &std::ops::Range<usize>,
        (t, h): (f64, f64),
    ) {
        for node in due.clone() {
            let theta = ((self.times[node] - t) / h).min(1.0);
            let weights = continuous_weights(theta);
            let row = node * self.n_particles + first;
            let points = self.points[row..].iter_mut().zip(&chunk.at).enumerate();
            for (particle, (point, &x)) in points {
                *point = match theta {
                    1.0 => chunk.next[particle],
                    _ => advanced(x, h, &weights, &chunk.stages, particle),
                };
            }
        }
    }
}

impl Hands<'_> {
    /// Does something with every chunk, and pauses after each.
    async fn each(
        &self,
        chunks: &mut Vec<Chunk>,
        todo: impl Fn(&mut Chunk, &dyn VelocityField) + Clone + Send + 'static,
    ) {
        match self {
            Self::One(field) => {
                for chunk in chunks {
                    todo(chunk, *field);
                    pause().await;
                }
            }
            Self::Many(field, parts) => {
                let works = std::mem::take(chunks).into_iter().map(|mut chunk| {
                    let (field, todo) = (Arc::clone(field), todo.clone());
                    Work::new(async move {
                        todo(&mut chunk, field.as_ref());
                        pause().await;
                        chunk
                    })
                });
                *chunks = parts.all(works.collect()).await;
            }
        }
    }
}

/// The length of the first step: from how large points, velocities and their change are (Hairer, Nørsett & Wanner, II.4).
/// The first stages are there afterwards.
async fn first_step(
    hands: &Hands<'_>,
    chunks: &mut Vec<Chunk>,
    tolerance: f64,
    (start, end): (f64, f64),
) -> f64 {
    let begin = move |chunk: &mut Chunk, field: &dyn VelocityField| {
        field.eval(start, &chunk.at, &mut chunk.stages[0]);
    };
    hands.each(chunks, begin).await;
    let size = |of: fn(&Chunk, usize) -> Point, chunks: &[Chunk]| {
        largest(chunks.iter().map(|chunk| {
            let sizes = (0..chunk.at.len()).map(|i| length(of(chunk, i)) / scale(chunk.at[i]));
            largest(sizes) / tolerance
        }))
    };
    let position = size(|chunk, i| chunk.at[i], chunks);
    let speed = size(|chunk, i| chunk.stages[0][i], chunks);
    let guess = match position.min(speed) < 1e-5 {
        true => 1e-6,
        false => 0.01 * position / speed,
    };
    let guess = guess.min((end - start).abs()).copysign(end - start);
    let probe =
        move |chunk: &mut Chunk, field: &dyn VelocityField| chunk.probe(field, start, guess);
    hands.each(chunks, probe).await;
    let change = size(
        |chunk, i| [0, 1].map(|k| chunk.stages[1][i][k] - chunk.stages[0][i][k]),
        chunks,
    ) / guess.abs();
    let second = match speed.max(change) {
        small if small <= 1e-15 => (1e-3 * guess.abs()).max(1e-6),
        rate => (0.01 / rate).powf(0.2),
    };
    let h = (100.0 * guess.abs()).min(second);
    h.min((end - start).abs()).copysign(end - start)
}

/// Some of the particles, and the step that was tried last.
struct Chunk {
    at: Vec<Point>,
    /// Where the step would end.
    next: Vec<Point>,
    /// `k_i` of the step, `[stage][particle]`.
    stages: Vec<Vec<Point>>,
    /// The largest error of any particle, 1 being what is tolerated.
    error: f64,
}

impl Chunk {
    fn new(x_0: &[Point]) -> Self {
        Self {
            at: x_0.to_vec(),
            next: x_0.to_vec(),
            stages: vec![vec![[0.0; 2]; x_0.len()]; STAGES],
            error: 0.0,
        }
    }

    /// All stages of a step from `t` to `t + h` but the first, which is there. The last one is at the end of the step.
    fn attempt(&mut self, field: &dyn VelocityField, t: f64, h: f64) {
        let coefficients = DORMAND_PRINCE.a.iter().zip(DORMAND_PRINCE.c);
        for (i, (a_i, c_i)) in coefficients.enumerate().skip(1) {
            let (earlier, rest) = self.stages.split_at_mut(i);
            for (particle, (next, &x)) in self.next.iter_mut().zip(&self.at).enumerate() {
                *next = advanced(x, h, a_i, earlier, particle);
            }
            field.eval(t + c_i * h, &self.next, &mut rest[0]);
        }
    }

    /// An Euler step of length `h`, and the velocity behind it in the place of the second stage.
    fn probe(&mut self, field: &dyn VelocityField, t: f64, h: f64) {
        let (first, rest) = self.stages.split_at_mut(1);
        for (particle, (next, &x)) in self.next.iter_mut().zip(&self.at).enumerate() {
            *next = advanced(x, h, &[1.0], first, particle);
        }
        field.eval(t + h, &self.next, &mut rest[0]);
    }

    fn error_of(&self, h: f64, tolerance: f64) -> f64 {
        let ends = self.at.iter().zip(&self.next).enumerate();
        let errors = ends.map(|(particle, (&x, &next))| {
            let error = advanced([0.0; 2], h, &ERROR, &self.stages, particle);
            length(error) / (tolerance * scale(x).max(scale(next)))
        });
        largest(errors)
    }

    fn accept(&mut self) {
        std::mem::swap(&mut self.at, &mut self.next);
        self.stages.swap(0, STAGES - 1);
    }
}

/// Proportional-integral control of the length of steps.
#[derive(Debug)]
struct Control {
    /// Error of the last step that was taken.
    last: f64,
    /// Whether a step has been rejected since.
    was_rejected: bool,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            last: LEAST_ERROR,
            was_rejected: false,
        }
    }
}

impl Control {
    /// Whether a step of this error (1 is tolerated) is taken, and how many times as long the next one is.
    fn after(&mut self, error: f64) -> (bool, f64) {
        let (shortest, longest) = FACTORS;
        let proportional = SAFETY * error.powf(-ALPHA);
        if error > 1.0 {
            self.was_rejected = true;
            return (false, proportional.max(shortest));
        }
        // Right behind a step that was too long none is longer.
        let longest = if self.was_rejected { 1.0 } else { longest };
        let factor = (proportional * self.last.powf(BETA)).clamp(shortest, longest);
        *self = Self {
            last: error.max(LEAST_ERROR),
            was_rejected: false,
        };
        (true, factor)
    }
}

/// The largest of the numbers, at least 0; infinite if one is not a number.
fn largest(numbers: impl Iterator<Item = f64>) -> f64 {
    let larger = |a: f64, b: f64| if b.is_nan() { f64::INFINITY } else { a.max(b) };
    numbers.fold(0.0, larger)
}

fn length([x, y]: Point) -> f64 {
    x.hypot(y)
}

/// What an error at a point is a share of.
fn scale(x: Point) -> f64 {
    1.0 + length(x)
}

#[cfg(test)]
mod tests;
