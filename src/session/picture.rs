//! The worker that turns weights into what the canvas shows: particles on their way, the field, the density.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Instant;
use crate::experiment::Experiment;
use crate::flow::grid::{DensityStack, FieldGrid};
use crate::flow::rng::Stream;
use crate::flow::solver::solve_with;
use crate::flow::{Bounds, VelocityField};
use crate::snapshot::{FlowPicture, RunId};

use super::board::Board;
use super::command::{Event, PictureRequest};
use super::cores::Cores;
use super::measure::source_points;
use super::worker::LatestWorker;

/// The longest rest, so that the picture never looks frozen.
const MAX_REST: Duration = Duration::from_millis(2500);
/// Trajectory points of one picture, 16 bytes each: more particles than fit are not moved.
const MAX_POINTS: usize = 8_000_000;
/// Times at which the field is evaluated; in between it is interpolated.
const FIELD_TIMES: usize = 26;
/// Times and cells of the density.
const DENSITY_TIMES: usize = 26;
const DENSITY_CELLS: usize = 96;

/// One picture to compute.
#[derive(Clone)]
pub struct Job {
    pub run: RunId,
    pub step: u64,
    pub field: Arc<dyn VelocityField>,
    pub experiment: Arc<Experiment>,
    pub request: PictureRequest,
}

/// Starts the worker; its results appear on the board.
pub fn spawn(board: Arc<Board>, cores: Cores) -> io::Result<LatestWorker<Job>> {
    let complaints = Arc::clone(&board);
    let work = move |job: Job, keep_going: &(dyn Fn() -> bool + Sync)| {
        let start = Instant::now();
        let loan = cores.lend();
        let picture = compute(&job, keep_going);
        drop(loan);
        if let Some(picture) = picture {
            let picture = Arc::new(picture);
            board.update(|frame| {
                if frame.run == job.run {
                    frame.picture = Some(Arc::clone(&picture));
                }
            });
        }
        board.book(start.elapsed());
    };
    let on_panic = move |message| {
        complaints.tell(Event::Problem(format!("The picture failed: {message}")));
    };
    LatestWorker::spawn("picture", MAX_REST, work, on_panic)
}

/// Computes one picture; `None` if the source cannot be sampled (the trainer says so elsewhere) or it is not to keep
/// going.
pub fn compute(job: &Job, keep_going: &dyn Fn() -> bool) -> Option<FlowPicture> {
    let experiment = &job.experiment;
    let field = job.field.as_ref();
    let request = &job.request;
    let room = MAX_POINTS / (experiment.readout.solver.steps() + 1);
    let particles = request.particles.min(room);
    let x_0 = source_points(experiment, Stream::Display, particles).ok()?;
    let time_range = experiment.problem.path.time_range();
    let trajectories = solve_with(
        field,
        experiment.readout.solver,
        time_range,
        &x_0,
        &mut || keep_going(),
    )?;
    let chord_ratios = (0..trajectories.n_particles)
        .map(|particle| trajectories.chord_ratio(particle))
        .collect();
    let (t_0, t_1) = time_range;
    let times: Vec<f64> = (0..FIELD_TIMES)
        .map(|i| t_0 + (t_1 - t_0) * i as f64 / (FIELD_TIMES - 1) as f64)
        .collect();
    let shape = cells(request.bounds, request.field);
    let density = request.density.then(|| {
        let shape = cells(request.bounds, DENSITY_CELLS);
        DensityStack::estimate(&trajectories, request.bounds, shape, DENSITY_TIMES)
    });
    Some(FlowPicture {
        experiment: Arc::clone(experiment),
        step: job.step,
        field: FieldGrid::sample(field, request.bounds, shape, times),
        chord_ratios,
        density,
        trajectories,
    })
}

/// Square cells over the box: `along` of them on its longer side.
fn cells(bounds: Bounds, along: usize) -> [usize; 2] {
    if along == 0 {
        return [0, 0];
    }
    let (width, height) = (bounds.width(), bounds.height());
    let longer = width.max(height).max(f64::MIN_POSITIVE);
    [width, height].map(|side| ((along as f64 * side / longer).round() as usize).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_square() {
        let wide = Bounds {
            min: [0.0, 0.0],
            max: [4.0, 2.0],
        };
        assert_eq!(cells(wide, 24), [24, 12]);
        assert_eq!(cells(wide, 0), [0, 0]);
        assert_eq!(cells(wide, 1), [1, 1]);
    }
}
