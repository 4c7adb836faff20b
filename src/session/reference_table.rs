//! `reference_trajectories.csv`: positions and velocities of the solution that the metrics of trajectories are measured
//! along, piece by piece, so that anybody can measure them again.

use std::sync::Arc;

use crate::export::csv;
use crate::flow::Point;
use crate::flow::reference::ReferenceTimes;
use crate::flow::work::Work;
use crate::products::Flow;

use super::folder::{Folder, names};
use super::hands::Hands;
use super::observer::{RunError, RunObserver};

/// Nodes of all particles of one piece: 32 bytes each while it is solved, and a row of about 70.
const PIECE_POINTS: usize = 100_000;
/// Most particles of one piece.
const PIECE_PARTICLES: usize = 512;

/// Solves from `x_0` once more at the reference's times and writes every node; false if interrupted.
///
/// # Errors
/// [`RunError::Failed`] if the system refuses the file.
pub fn write(
    flow: &Flow,
    x_0: &[Point],
    times: &Arc<ReferenceTimes>,
    folder: &Folder,
    hands: &Hands,
    observer: &dyn RunObserver,
) -> Result<bool, RunError> {
    let failed = |error: super::files::FileError| RunError::Failed(error.to_string());
    let size = (PIECE_POINTS / (times.steps() + 1)).clamp(1, PIECE_PARTICLES);
    let round = size * hands.count();
    let mut file = folder.begin(names::REFERENCE)?;
    file.write(csv::COURSE_HEADER.as_bytes()).map_err(failed)?;
    for (i, starts) in x_0.chunks(round).enumerate() {
        let pieces = starts.chunks(size).enumerate();
        let works = pieces.map(|(k, x_0)| rows(flow, times, x_0, i * round + k * size));
        let Some(pieces) = hands.all(works.collect(), || !observer.interrupted()) else {
            return Ok(false);
        };
        for rows in pieces {
            file.write(&rows).map_err(failed)?;
        }
    }
    file.commit().map_err(failed)?;
    Ok(true)
}

/// The rows of some particles, of which the first has this number.
fn rows(flow: &Flow, times: &Arc<ReferenceTimes>, x_0: &[Point], first: usize) -> Work<Vec<u8>> {
    let (flow, times, x_0) = (flow.clone(), Arc::clone(times), x_0.to_vec());
    Work::new(async move {
        let (_, course) = times.solve_along(flow.field.as_ref(), &x_0).await;
        csv::course(&course, first)
    })
}
