//! The worker that measures the newest weights in the background.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Instant;
use crate::experiment::Experiment;
use crate::flow::VelocityField;
use crate::snapshot::{Metrics, RunId};

use super::board::Board;
use super::command::Event;
use super::cores::Cores;
use super::measure::{References, Solving, measure};
use super::worker::LatestWorker;

/// The longest rest, so that the numbers never look forgotten.
const MAX_REST: Duration = Duration::from_secs(20);

/// One measurement to take.
#[derive(Clone)]
pub struct Job {
    pub run: RunId,
    pub step: u64,
    pub field: Arc<dyn VelocityField>,
    pub experiment: Arc<Experiment>,
}

/// Starts the worker; its results appear on the board.
pub fn spawn(board: Arc<Board>, cores: Cores) -> io::Result<LatestWorker<Job>> {
    let complaints = Arc::clone(&board);
    let mut known: Option<(Arc<Experiment>, References)> = None;
    let work = move |job: Job, keep_going: &(dyn Fn() -> bool + Sync)| {
        let start = Instant::now();
        let _loan = cores.lend();
        set_measuring(&board, &job, true);
        let references = references(&mut known, &job.experiment);
        let metrics = references.and_then(|references| measured(&job, references, keep_going));
        if let Some(metrics) = metrics.map(Arc::new) {
            board.update(|frame| {
                if frame.run == job.run {
                    frame.metrics = Some(Arc::clone(&metrics));
                }
            });
        }
        set_measuring(&board, &job, false);
        board.book(start.elapsed());
    };
    let on_panic = move |message| {
        complaints.update(|frame| frame.measuring = false);
        complaints.tell(Event::Problem(format!("The measurement failed: {message}")));
    };
    LatestWorker::spawn("metrics", MAX_REST, work, on_panic)
}

/// All numbers of the job; `None` if it was not to keep going.
fn measured(
    job: &Job,
    references: &References,
    keep_going: &(dyn Fn() -> bool + Sync),
) -> Option<Metrics> {
    let solving = Solving {
        threads: 1,
        keep_going,
    };
    let (field, experiment) = (job.field.as_ref(), &job.experiment);
    let ends = solving.ends(field, experiment, &references.source)?;
    let reference = solving.reference(field, experiment, &references.source)?;
    let metrics = measure(job.step, experiment, references, &ends, &reference);
    Some(metrics)
}

fn set_measuring(board: &Board, job: &Job, measuring: bool) {
    board.update(|frame| {
        if frame.run == job.run {
            frame.measuring = measuring;
        }
    });
}

/// The references of the experiment, drawn anew only if the known ones do not serve.
fn references<'a>(
    known: &'a mut Option<(Arc<Experiment>, References)>,
    experiment: &Arc<Experiment>,
) -> Option<&'a References> {
    let serve = known
        .as_ref()
        .is_some_and(|(of, _)| References::serve(of, experiment));
    if !serve {
        *known = References::draw(experiment, 1)
            .ok()
            .map(|references| (Arc::clone(experiment), references));
    }
    known.as_ref().map(|(_, references)| references)
}
