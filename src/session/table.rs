//! `trajectories.csv`, piece by piece: a hundred thousand particles at five hundred nodes are gigabytes of text, and
//! only a few megabytes of it are in memory at a time.

use std::sync::Arc;

use crate::export::csv;
use crate::flow::Point;
use crate::flow::solver::{Steps, follow_from};
use crate::flow::work::Work;
use crate::products::Flow;

use super::files::AtomicFile;
use super::folder::{Folder, names};
use super::hands::Hands;
use super::observer::{RunError, RunObserver};

/// Nodes of all particles of one piece: 16 bytes each while it is solved, and about as many rows of 48.
const PIECE_POINTS: usize = 100_000;
/// Most particles of one piece.
const PIECE_PARTICLES: usize = 512;
/// A table larger than this is announced before it is written.
const LARGE: u64 = 100_000_000;
/// What is offered instead.
const FEWER_NODES: usize = 11;

/// Solves from `x_0` by the steps of the experiment's solver, writes the nodes that it asks for if there is a folder for
/// them, and hands back where the particles end; `None` if interrupted.
///
/// # Errors
/// [`RunError::Failed`] if the system refuses the file.
pub fn write(
    flow: &Flow,
    x_0: &[Point],
    steps: &Arc<Steps>,
    folder: Option<&Folder>,
    hands: &Hands,
    observer: &mut dyn RunObserver,
) -> Result<Option<Vec<Point>>, RunError> {
    let failed = |error: super::files::FileError| RunError::Failed(error.to_string());
    let experiment = &flow.id.experiment;
    let n_nodes = steps.solver.n_nodes();
    let nodes: Arc<[usize]> = match folder {
        Some(_) => csv::written_nodes(n_nodes, experiment.readout.evaluation.nodes).into(),
        None => Arc::new([]),
    };
    let size = (PIECE_POINTS / n_nodes).clamp(1, PIECE_PARTICLES);
    let file = folder.map(|folder| folder.begin(names::TRAJECTORIES));
    let mut file = file.transpose()?;
    if let Some(file) = &mut file {
        file.write(csv::TRAJECTORIES_HEADER.as_bytes())
            .map_err(failed)?;
    }
    let mut ends = Vec::with_capacity(x_0.len());
    let round = size * hands.count();
    while ends.len() < x_0.len() {
        let first = ends.len();
        let starts = &x_0[first..x_0.len().min(first + round)];
        let pieces = starts.chunks(size).enumerate();
        let works = pieces.map(|(i, x_0)| rows(flow, x_0, steps, first + i * size, &nodes));
        let Some(pieces) = hands.all(works.collect(), || !observer.interrupted()) else {
            return Ok(None);
        };
        if first == 0 {
            let written: usize = pieces.iter().map(|(rows, _)| rows.len()).sum();
            let expected = written as u64 * x_0.len() as u64 / starts.len() as u64;
            announce(expected, x_0.len(), nodes.len(), observer);
        }
        for (rows, last) in pieces {
            if let Some(file) = &mut file {
                file.write(&rows).map_err(failed)?;
            }
            ends.extend(last);
        }
    }
    file.map_or(Ok(()), AtomicFile::commit).map_err(failed)?;
    Ok(Some(ends))
}

/// The rows of some particles, of which the first has this number, and where they end.
fn rows(
    flow: &Flow,
    x_0: &[Point],
    steps: &Arc<Steps>,
    first: usize,
    nodes: &Arc<[usize]>,
) -> Work<Rows> {
    let (flow, x_0) = (flow.clone(), x_0.to_vec());
    let (steps, nodes) = (Arc::clone(steps), Arc::clone(nodes));
    Work::new(async move {
        let (field, rows) = (flow.field.as_ref(), x_0.len());
        let solved = follow_from(field, &steps, first, &x_0, rows).await;
        (
            csv::trajectories(&solved, first, &nodes),
            solved.last().to_vec(),
        )
    })
}

type Rows = (Vec<u8>, Vec<Point>);

/// Says how large the table will be if that is much, and how to have a smaller one.
fn announce(bytes: u64, n_particles: usize, n_nodes: usize, observer: &mut dyn RunObserver) {
    if bytes <= LARGE {
        return;
    }
    let size = match bytes as f64 {
        bytes if bytes < 1e9 => format!("{:.0} MB", bytes / 1e6),
        bytes => format!("{:.1} GB", bytes / 1e9),
    };
    let remedy = if n_nodes > FEWER_NODES {
        format!("--set evaluation.nodes={FEWER_NODES} writes {FEWER_NODES} nodes of each")
    } else {
        "--set evaluation.samples=2000 writes fewer particles".to_owned()
    };
    observer.notice(&format!(
        "{} will take {size}: {n_particles} particles at {n_nodes} nodes; {remedy}",
        names::TRAJECTORIES
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::run::Progress;

    #[derive(Default)]
    struct Listener(Vec<String>);

    impl RunObserver for Listener {
        fn progress(&mut self, _progress: &Progress) {}

        fn notice(&mut self, sentence: &str) {
            self.0.push(sentence.to_owned());
        }

        fn interrupted(&self) -> bool {
            false
        }
    }

    #[test]
    fn large_tables_are_announced_with_a_way_to_have_less() {
        let mut listener = Listener::default();
        announce(100_000_000, 20_000, 101, &mut listener);
        assert!(listener.0.is_empty());
        announce(2_300_000_000, 100_000, 500, &mut listener);
        announce(130_000_000, 100_000, 11, &mut listener);
        assert_eq!(
            listener.0,
            [
                "trajectories.csv will take 2.3 GB: 100000 particles at 500 nodes; --set evaluation.nodes=11 writes \
                 11 nodes of each",
                "trajectories.csv will take 130 MB: 100000 particles at 11 nodes; --set evaluation.samples=2000 \
                 writes fewer particles",
            ]
        );
    }
}
