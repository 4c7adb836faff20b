//! The worker that carries a cloud: up to a million particles, block by block, each on its whole way through the
//! solver's steps, of which a few moments are kept.
//!
//! The GPU carries them if one may be used, or else the processor; meanwhile the cloud grows. Positions travel through
//! the host, because Burn's device and the window's stay apart (ARCHITECTURE.md, "Decisions").

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

use crate::clock::Instant;
use crate::experiment::Experiment;
use crate::flow::Point;
use crate::flow::rng::Stream;
use crate::flow::solver::{Solver, solve};
use crate::model::{DeviceChoice, EngineError, FrozenField, OpenDevice};
use crate::snapshot::{Cloud, CloudBlock, RunId, RunState};

use super::board::Board;
use super::command::Event;
use super::cores::Cores;
use super::device_thread::{DeviceThread, Distant};
use super::measure::source_points;
use super::parallel;
use super::worker::LatestWorker;

/// Most particles of a block: with all its moments 14 MB, which a window uploads within a frame.
const BLOCK: usize = 65_536;
/// Most particles that a thread carries at once; in between it looks whether it is to go on.
const PIECE: usize = 1024;
/// Velocity evaluations per particle from which on blocks and pieces get smaller, but not below a sixteenth.
const LONG_WAY: usize = 200;
/// Stretches of time between the moments that are kept; in between a particle moves along the chord.
const MOMENTS: usize = 25;
/// While training runs, a processor rests this many times as long as it carried.
const REST: f64 = 3.0;
/// The longest of these rests.
const MAX_REST: Duration = Duration::from_millis(500);
/// The longest rest between two clouds.
const MAX_PAUSE: Duration = Duration::from_millis(1500);
/// With weights that have been replaced a cloud does not grow longer than this.
const MAX_AGE: Duration = Duration::from_secs(2);

/// Says whether the cloud that was asked for is still the one that is wanted.
#[derive(Clone, Default)]
pub struct Ticket {
    number: u64,
    newest: Arc<AtomicU64>,
}

impl Ticket {
    /// Whether no newer one was drawn.
    pub fn is_valid(&self) -> bool {
        self.newest.load(Ordering::Relaxed) == self.number
    }

    /// Draws a new ticket: the old one and its clones are no longer valid.
    pub fn renew(&mut self) {
        self.number = self.newest.fetch_add(1, Ordering::Relaxed) + 1;
    }
}

/// One cloud to carry.
#[derive(Clone)]
pub struct Job {
    pub run: RunId,
    pub field: FrozenField,
    pub experiment: Arc<Experiment>,
    pub particles: usize,
    /// Where to train: a cloud goes to the GPU unless the CPU was asked for.
    pub device: DeviceChoice,
    pub ticket: Ticket,
}

/// Starts the worker; its clouds appear on the board.
pub fn spawn(board: Arc<Board>, cores: Cores) -> io::Result<LatestWorker<Job>> {
    let complaints = Arc::clone(&board);
    let mut source = Source::default();
    let mut newest = None;
    let work = move |job: Job, keep_going: &(dyn Fn() -> bool + Sync)| {
        let of = (job.ticket.number, job.field.step());
        if newest == Some(of) || !job.ticket.is_valid() {
            return;
        }
        let keep_going = || keep_going() && job.ticket.is_valid();
        let watch = Watch {
            keep_going: &keep_going,
            trains: &|| board.frame().state == RunState::Running,
            outdated: &|| board.frame().step > job.field.step(),
        };
        let complain = |sentence| board.tell(Event::Problem(sentence));
        let mut complete = false;
        let mut show = |cloud: &Cloud, last| {
            complete = cloud.is_complete();
            show_on(&board, &job, cloud, last);
        };
        carry(&job, &mut source, &cores, &watch, &complain, &mut show);
        if complete {
            newest = Some(of);
        }
    };
    let on_panic = move |message| {
        complaints.tell(Event::Problem(format!("The cloud failed: {message}")));
    };
    LatestWorker::spawn("cloud", MAX_PAUSE, work, on_panic)
}

/// A cloud replaces another one with no more particles, and any other when it will not grow.
fn show_on(board: &Board, job: &Job, cloud: &Cloud, last: bool) {
    let cloud = Arc::new(cloud.clone());
    board.update(|frame| {
        let old = frame.cloud.as_ref();
        let better = last || old.is_none_or(|old| cloud.carried >= old.carried);
        if frame.run == job.run && job.ticket.is_valid() && better {
            frame.cloud = Some(Arc::clone(&cloud));
        }
    });
}

/// What is asked between two pieces of work.
pub struct Watch<'a> {
    /// Whether to go on at all.
    pub keep_going: &'a dyn Fn() -> bool,
    /// Whether training wants the processor.
    pub trains: &'a dyn Fn() -> bool,
    /// Whether there are newer weights.
    pub outdated: &'a dyn Fn() -> bool,
}

/// Sees a cloud grow; the last time it is told so.
pub type Show<'a> = dyn FnMut(&Cloud, bool) + 'a;

/// Carries a cloud on the GPU or, if there is none or it fails, on the processor, until `show` has seen all of it, it is
/// not to keep going, or newer weights are worth more. Nothing is shown if the source cannot be sampled (the trainer
/// says so elsewhere).
pub fn carry(
    job: &Job,
    source: &mut Source,
    cores: &Cores,
    watch: &Watch<'_>,
    complain: &dyn Fn(String),
    show: &mut Show<'_>,
) {
    let Some(x_0) = source.points(&job.experiment, job.particles) else {
        return;
    };
    let gpu = gpu_for(job.device);
    carry_on(gpu, job, x_0, cores, watch, complain, show);
}

fn carry_on(
    gpu: Option<OpenDevice>,
    job: &Job,
    x_0: &[Point],
    cores: &Cores,
    watch: &Watch<'_>,
    complain: &dyn Fn(String),
    show: &mut Show<'_>,
) {
    if let Some(gpu) = gpu {
        match carry_on_gpu(job, &gpu, x_0, watch, show) {
            Ok(()) => return,
            Err(error) => {
                OpenDevice::distrust_gpu(&error.to_string());
                let label = gpu.label();
                complain(format!(
                    "{label} does not carry the cloud: {error}. The CPU does."
                ));
            }
        }
    }
    carry_on_cpu(job, x_0, cores, watch, show)
}

fn gpu_for(device: DeviceChoice) -> Option<OpenDevice> {
    match device {
        DeviceChoice::Cpu => None,
        DeviceChoice::Auto => DeviceThread::clouds().ask(OpenDevice::hardware_gpu).ok()?,
        DeviceChoice::Gpu => DeviceThread::clouds().ask(OpenDevice::gpu).ok()?.ok(),
    }
}

fn carry_on_gpu(
    job: &Job,
    gpu: &OpenDevice,
    x_0: &[Point],
    watch: &Watch<'_>,
    show: &mut Show<'_>,
) -> Result<(), EngineError> {
    let solver = job.experiment.readout.solver;
    let (device, field) = (gpu.clone(), job.field.clone());
    let make = move || device.flow(&field);
    let mut flow = Distant::make(DeviceThread::clouds(), make)?;
    let mut growing = Growing::new(job, gpu.label());
    let mut rest = x_0;
    while !rest.is_empty() && (watch.keep_going)() {
        let (block, later) = rest.split_at(rest.len().min(at_once(BLOCK, solver)));
        let (x_0, nodes, is_first) = (block.to_vec(), growing.nodes.clone(), growing.is_new());
        let carried = flow.ask(move |flow| {
            let points = flow.carry(&x_0, solver, &nodes)?;
            if is_first {
                flow.check(&x_0, solver, &points[points.len() - x_0.len()..])?;
            }
            Ok(points)
        })?;
        let points = carried?;
        let moments: Vec<_> = points.chunks(block.len()).map(<[_]>::to_vec).collect();
        rest = if growing.is_too_old(watch) {
            &[]
        } else {
            later
        };
        show(growing.add(moments), rest.is_empty());
    }
    Ok(())
}

fn carry_on_cpu(job: &Job, x_0: &[Point], cores: &Cores, watch: &Watch<'_>, show: &mut Show<'_>) {
    let solver = job.experiment.readout.solver;
    let mut growing = Growing::new(job, "the CPU");
    let mut rest = x_0;
    while !rest.is_empty() {
        let (block, later) = rest.split_at(rest.len().min(at_once(BLOCK, solver)));
        rest = later;
        let mut moments = vec![Vec::with_capacity(block.len()); growing.nodes.len()];
        let mut left = block;
        while !left.is_empty() {
            if !(watch.keep_going)() {
                return;
            }
            let trains = (watch.trains)();
            let threads = if trains { 1 } else { cores.threads() };
            let (now, later) = left.split_at(left.len().min(threads * at_once(PIECE, solver)));
            left = later;
            let start = Instant::now();
            let loan = trains.then(|| cores.lend());
            for piece in carry_pieces(job, now, &growing.nodes, threads) {
                let pairs = moments.iter_mut().zip(piece);
                pairs.for_each(|(moment, points)| moment.extend(points));
            }
            drop(loan);
            if growing.is_too_old(watch) {
                (left, rest) = (&[], &[]);
            } else if trains {
                sleep(start.elapsed().mul_f64(REST).min(MAX_REST));
            }
        }
        show(growing.add(moments), rest.is_empty());
    }
}

/// A piece of the particles for each thread: their positions, `[piece][node][particle]`.
fn carry_pieces(
    job: &Job,
    x_0: &[Point],
    nodes: &[usize],
    threads: usize,
) -> Vec<Vec<Vec<[f32; 2]>>> {
    let experiment = &job.experiment;
    let range = experiment.problem.path.time_range();
    let pieces = x_0
        .chunks(at_once(PIECE, experiment.readout.solver))
        .collect();
    parallel::map(threads, pieces, |piece| {
        let solved = solve(&job.field, experiment.readout.solver, range, piece);
        let at = |&node: &usize| {
            let points = solved.at_node(node).iter();
            points.map(|p| p.map(|x| x as f32)).collect()
        };
        nodes.iter().map(at).collect()
    })
}

/// Fewer than `most` particles where their way is long, so that nobody waits too long for the next look.
fn at_once(most: usize, solver: Solver) -> usize {
    (most * LONG_WAY / solver.nfe().max(1)).clamp(most / 16, most)
}

/// The solver's nodes that are kept: the first, the last and evenly spaced ones in between.
fn kept_nodes(solver: Solver) -> Vec<usize> {
    let steps = solver.steps();
    let kept = steps.min(MOMENTS);
    (0..=kept).map(|i| (i * steps + kept / 2) / kept).collect()
}

/// A cloud and the blocks that it has so far.
struct Growing {
    started: Instant,
    cloud: Cloud,
    /// The solver's nodes that are kept.
    nodes: Vec<usize>,
    /// Their times.
    times: Vec<f64>,
}

impl Growing {
    fn new(job: &Job, device: &str) -> Self {
        let solver = job.experiment.readout.solver;
        let times = solver.times(job.experiment.problem.path.time_range());
        let nodes = kept_nodes(solver);
        Self {
            started: Instant::now(),
            times: nodes.iter().map(|&n| times[n]).collect(),
            nodes,
            cloud: Cloud {
                experiment: Arc::clone(&job.experiment),
                step: job.field.step(),
                wanted: job.particles,
                carried: 0,
                device: device.into(),
                blocks: Vec::new(),
            },
        }
    }

    fn is_new(&self) -> bool {
        self.cloud.blocks.is_empty()
    }

    /// Whether a cloud of newer weights is worth more than the rest of this one.
    fn is_too_old(&self, watch: &Watch<'_>) -> bool {
        self.started.elapsed() > MAX_AGE && (watch.outdated)()
    }

    fn add(&mut self, moments: Vec<Vec<[f32; 2]>>) -> &Cloud {
        self.cloud.carried += moments.first().map_or(0, Vec::len);
        let block = CloudBlock::new(self.times.clone(), &moments);
        self.cloud.blocks.push(Arc::new(block));
        &self.cloud
    }
}

/// Where the particles start; kept, because a million of them take longer to draw than to carry on a GPU.
#[derive(Default)]
pub struct Source {
    known: Option<(Arc<Experiment>, Vec<Point>)>,
}

impl Source {
    fn points(&mut self, experiment: &Arc<Experiment>, n: usize) -> Option<&[Point]> {
        let same = |(known, points): &(Arc<Experiment>, Vec<Point>)| {
            points.len() == n
                && known.problem.source == experiment.problem.source
                && known.seed == experiment.seed
                && known.problem.path.source_scale() == experiment.problem.path.source_scale()
        };
        if !self.known.as_ref().is_some_and(same) {
            let points = source_points(experiment, Stream::Display, n).ok()?;
            self.known = Some((Arc::clone(experiment), points));
        }
        self.known.as_ref().map(|(_, points)| points.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::rng::stream;
    use crate::model::{MlpParams, Scaling, Widths};

    fn job(particles: usize, device: DeviceChoice) -> Job {
        let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
        experiment.model.hidden = vec![8];
        experiment.readout.solver = Solver::Midpoint { steps: 60 };
        let widths = Widths::of(&experiment.model);
        let params = MlpParams::init(widths, &mut stream(5, Stream::Weights, 0));
        let scaling = Scaling::measure(&experiment).unwrap();
        Job {
            run: RunId::default(),
            field: FrozenField::new(Arc::new(params), &experiment, scaling, 3),
            experiment: Arc::new(experiment),
            particles,
            device,
            ticket: Ticket::default(),
        }
    }

    fn clouds(job: &Job, keep_going: bool, outdated: bool) -> Vec<(Cloud, bool)> {
        let mut seen = Vec::new();
        let watch = Watch {
            keep_going: &|| keep_going,
            trains: &|| false,
            outdated: &|| outdated,
        };
        let complain = |sentence: String| panic!("{sentence}");
        let mut show = |cloud: &Cloud, last| seen.push((cloud.clone(), last));
        let (mut source, cores) = (Source::default(), Cores::new(2));
        carry(job, &mut source, &cores, &watch, &complain, &mut show);
        seen
    }

    #[test]
    fn kept_nodes_go_from_end_to_end_without_gaps_or_doubles() {
        for steps in [1, 2, 7, 25, 26, 49, 60, 100, 101, 10_000] {
            let nodes = kept_nodes(Solver::Euler { steps });
            assert_eq!((nodes[0], nodes[nodes.len() - 1]), (0, steps), "{steps}");
            assert_eq!(nodes.len(), steps.min(MOMENTS) + 1);
            let widest = steps.div_ceil(nodes.len() - 1);
            assert!(
                nodes
                    .windows(2)
                    .all(|w| w[0] < w[1] && w[1] - w[0] <= widest),
                "{nodes:?}"
            );
        }
    }

    #[test]
    fn a_long_way_makes_blocks_and_pieces_small() {
        let sizes = |solver| [BLOCK, PIECE].map(|most| at_once(most, solver));
        assert_eq!(sizes(Solver::Euler { steps: 1 }), [BLOCK, PIECE]);
        assert_eq!(sizes(Solver::Midpoint { steps: 100 }), [BLOCK, PIECE]);
        assert_eq!(
            sizes(Solver::Midpoint { steps: 200 }),
            [BLOCK / 2, PIECE / 2]
        );
        assert_eq!(
            sizes(Solver::Rk4 { steps: 10_000 }),
            [BLOCK / 16, PIECE / 16]
        );
    }

    #[test]
    fn a_cloud_grows_block_by_block_along_the_trajectories_of_the_picture() {
        let job = job(BLOCK + 100, DeviceChoice::Cpu);
        let seen = clouds(&job, true, false);
        let steps = seen
            .iter()
            .map(|(c, last)| (c.carried, c.is_complete(), *last));
        let expected = [(BLOCK, false, false), (BLOCK + 100, true, true)];
        assert_eq!(steps.collect::<Vec<_>>(), expected);
        let seen: Vec<Cloud> = seen.into_iter().map(|(cloud, _)| cloud).collect();
        let cloud = &seen[1];
        assert!(
            Arc::ptr_eq(&seen[0].blocks[0], &cloud.blocks[0]),
            "a block is made once"
        );
        assert_eq!((cloud.step, &*cloud.device), (3, "the CPU"));
        let x_0 = source_points(&job.experiment, Stream::Display, 50).unwrap();
        let range = job.experiment.problem.path.time_range();
        let followed = solve(&job.field, job.experiment.readout.solver, range, &x_0);
        let block = &cloud.blocks[0];
        for (moment, &t) in block.times.iter().enumerate() {
            for (a, b) in followed.positions(t).zip(block.at_node(moment)) {
                assert_eq!(a.map(|x| x as f32), *b, "t = {t}");
            }
        }
    }

    #[test]
    fn a_cloud_of_old_weights_ends_early() {
        // Seconds of work for two threads.
        let mut job = job(1_000_000, DeviceChoice::Cpu);
        let experiment = Arc::make_mut(&mut job.experiment);
        experiment.readout.solver = Solver::Rk4 { steps: 1000 };
        let start = Instant::now();
        let seen = clouds(&job, true, true);
        assert!(start.elapsed() >= MAX_AGE);
        let (cloud, last) = &seen[seen.len() - 1];
        assert!(*last && cloud.carried > 0 && !cloud.is_complete());
        assert_eq!(cloud.blocks[cloud.blocks.len() - 1].points.len() % 26, 0);
    }

    #[cfg(feature = "gpu")]
    #[test]
    fn what_a_wrong_gpu_carries_is_carried_again_by_the_cpu() {
        let mut job = job(3000, DeviceChoice::Gpu);
        // Without a hidden layer the two engines mean different things: the CPU stands in for a GPU that is wrong.
        let experiment = Arc::make_mut(&mut job.experiment);
        experiment.model.hidden.clear();
        let widths = Widths::of(&experiment.model);
        let params = MlpParams::init(widths, &mut stream(5, Stream::Weights, 0));
        let scaling = job.field.scaling();
        job.field = FrozenField::new(Arc::new(params), experiment, scaling, 3);
        let (said, mut seen) = (std::cell::RefCell::new(Vec::new()), Vec::new());
        let watch = Watch {
            keep_going: &|| true,
            trains: &|| false,
            outdated: &|| false,
        };
        let x_0 = source_points(&job.experiment, Stream::Display, 3000).unwrap();
        carry_on(
            Some(OpenDevice::played_by_burns_cpu()),
            &job,
            &x_0,
            &Cores::new(2),
            &watch,
            &|sentence| said.borrow_mut().push(sentence),
            &mut |cloud, _| seen.push(cloud.clone()),
        );
        let said = said.into_inner();
        assert!(
            said[0].contains("end elsewhere than on the CPU"),
            "{said:?}"
        );
        assert_eq!(
            (said.len(), seen.len()),
            (1, 1),
            "nothing of the GPU is shown"
        );
        assert!(seen[0].is_complete() && &*seen[0].device == "the CPU");
    }

    #[test]
    fn carrying_stops_when_it_is_told_to() {
        let mut ticket = Ticket::default();
        let job = Job {
            ticket: ticket.clone(),
            ..job(50_000, DeviceChoice::Cpu)
        };
        assert!(job.ticket.is_valid());
        assert!(clouds(&job, false, false).is_empty());
        ticket.renew();
        assert!(ticket.is_valid() && !job.ticket.is_valid());
    }
}
