//! One flow without a window: train, solve, measure, write.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Instant;
use crate::experiment::{Experiment, Figure, FigureKind, Readout};
use crate::export::npy;
use crate::flow::Point;
use crate::flow::distribution::DistributionError;
use crate::flow::likelihood::Divergence;
use crate::flow::solver::Steps;
use crate::model::{Checkpoints, DeviceChoice, EngineError, FrozenField};
use crate::products::{
    CouplingPlan, Floor, Flow, FmError, Likelihood, LikelihoodBasis, LogDensityMap, Metrics,
    PairCrossings, Probes, References, RunId, compare_solvers, ends, marginal_field, measure,
    reference, sde,
};
use crate::scene::Scene;
use crate::snapshot::LaneId;

use super::crew::Crew;
use super::engines::Engines;
use super::export::{self, Subject};
use super::folder::{self, Folder, Saved, names};
use super::going_on;
use super::hands::Hands;
use super::lanes_report::MetricsFile;
use super::learner::{AVERAGED_STEPS, Learner, StepError};
use super::portrait;
use super::recovery::{Recovery, attempt, recover};
use super::reference_table;
use super::report::{Report, Timing, Trained};
use super::table;
use super::thread::caught;
use super::untrained;

use super::keep::Keep;
use super::observer::{Phase, Progress, RunError, RunObserver};

/// Progress is reported this often.
const REPORT_EVERY: Duration = Duration::from_millis(100);
/// A checkpoint to roll back to, in steps.
const CHECKPOINT_EVERY: u64 = 500;
/// Saving takes at most this share of the time.
const SAVING_SHARE: u32 = 100;

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions {
    /// Where to train.
    pub device: DeviceChoice,
    /// Threads of training and evaluation; all cores if not given. With one, another one draws batches ahead.
    pub threads: Option<usize>,
    /// Whether the trajectories of the reference solution are written, too.
    pub reference_trajectories: bool,
    /// What a process that is killed may lose of training: the time between two saves, unless writing takes more than a
    /// hundredth of it.
    pub save_every: Duration,
    /// Most checkpoints that are written; 0 for none.
    pub checkpoints: usize,
    /// What is left of a finished run.
    pub keep: Keep,
    /// Cells along each side of the density that is written; none for no such file.
    pub density: Option<usize>,
}

impl RunOptions {
    /// The usual number of checkpoints: ten to the decade of steps and more.
    pub const CHECKPOINTS: usize = 128;
    /// The usual time between two saves.
    pub const SAVE_EVERY: Duration = Duration::from_secs(30);
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            device: DeviceChoice::default(),
            threads: None,
            reference_trajectories: false,
            save_every: Self::SAVE_EVERY,
            checkpoints: Self::CHECKPOINTS,
            keep: Keep::default(),
            density: None,
        }
    }
}

/// How a job ended.
#[derive(Debug)]
pub struct Outcome {
    /// Whether every planned step was taken; if not, the job was interrupted and saved what there was.
    pub finished: bool,
    /// The numbers, if there was time to measure them.
    pub report: Option<Report>,
    /// The figure, if it is kept and there was time to draw it.
    pub figure: Option<Scene>,
}

/// Whether a folder holds the finished run of an experiment, but for what its figure shows.
pub fn is_finished(folder: &Path, experiment: &Experiment, keep: Keep) -> bool {
    let holds = |name: &&str| folder.join(name).is_file();
    let complete = keep == Keep::Numbers || Keep::TRAJECTORIES.iter().all(holds);
    let same = |there: Experiment| there.is_same_work(experiment);
    complete && MetricsFile::read(folder).is_ok() && folder::experiment(folder).is_ok_and(same)
}

/// The floor of the loss, and how far the flow's field is from the exact one.
async fn against_exact(flow: &Flow) -> (Floor, Option<FmError>) {
    let experiment = &flow.id.experiment;
    // An estimate is no measure of either.
    let is_independent = experiment.problem.coupling.is_independent();
    let field = match is_independent {
        true => marginal_field(experiment).ok(),
        false => None,
    };
    let probes = match &field {
        Some(field) => Probes::draw(experiment, field).await,
        None => None,
    };
    let floor = Floor::of(experiment, field.as_ref(), probes.as_ref()).await;
    match &probes {
        Some(probes) => (floor, Some(FmError::of(flow, probes).await)),
        None => (floor, None),
    }
}

fn failed(error: impl std::fmt::Display) -> RunError {
    RunError::Failed(error.to_string())
}

/// Trains an experiment whose pairs are there, from nothing or from what is saved: see [`super::run::run`].
pub(super) fn start(
    experiment: &Experiment,
    saved: Option<&Saved>,
    folder: &Path,
    options: &RunOptions,
    observer: &mut dyn RunObserver,
) -> Result<Outcome, RunError> {
    let input = |error: String| RunError::Input(error);
    experiment.validate().map_err(|e| input(e.to_string()))?;
    experiment.legality().map_err(|e| input(e.to_string()))?;
    let experiment = &experiment.only_lane().map_err(|e| input(e.to_string()))?;
    let crew = options.threads.map_or_else(Crew::of_all_cores, Crew::spawn);
    let crew = crew.map_err(failed)?;
    let goes_on = saved.is_some_and(|saved| saved.folder == folder);
    let job = || {
        let known = untrained::flow(experiment)?;
        let device = match known {
            Some(_) => DeviceChoice::Cpu,
            None => options.device,
        };
        let engines = Engines::open(device, &crew, experiment);
        let engines = engines.map_err(|e| input(e.to_string()))?;
        // What was learned before stays as it is where the exact field is asked for.
        let saved = saved.filter(|_| known.is_none());
        let learned = &experiment.learned();
        let mut learner = going_on::learner(learned, saved, &engines, &crew, observer)?;
        going_on::keep_history(&mut learner, saved, options.checkpoints);
        let folder = Folder::open(folder)?;
        let job = Job {
            experiment: match &known {
                Some(flow) => Arc::clone(&flow.id.experiment),
                None => Arc::clone(learner.experiment()),
            },
            known,
            engines,
            learner,
            folder: &folder,
            observer,
            options,
            goes_on,
            hands: Hands::of(&crew),
            timing: Timing::default(),
            next_checkpoint: 0,
            next_save: Instant::now() + options.save_every,
        };
        job.run()
    };
    caught(job)
        .unwrap_or_else(|panic| Err(RunError::Failed(format!("the engine panicked: {panic}"))))
}

/// The numbers, and the figure if it is kept.
type Evaluated = (Report, Option<Scene>);

const NO_DENSITY: &str =
    "density.npy is not written: the source has no density that is positive everywhere";

/// A job under way.
struct Job<'a> {
    experiment: Arc<Experiment>,
    /// The flow of the exact field, if that is what the experiment asks for: then nothing is trained.
    known: Option<Flow>,
    engines: Engines,
    learner: Learner,
    folder: &'a Folder,
    observer: &'a mut dyn RunObserver,
    options: &'a RunOptions,
    /// Whether the folder may hold an earlier state of this run, and not of another one.
    goes_on: bool,
    hands: Hands,
    timing: Timing,
    next_checkpoint: u64,
    next_save: Instant,
}

impl Job<'_> {
    fn run(mut self) -> Result<Outcome, RunError> {
        self.folder.unfinish()?;
        // It is of the weights of another run, or of earlier ones.
        self.folder.remove(&[names::REFERENCE])?;
        if let Some(flow) = self.known.take() {
            return self.without_training(flow);
        }
        let (state, history) = (self.learner.state(), self.history());
        let folder = self.folder;
        if self.goes_on {
            folder.write_training(&self.experiment, &state, history)?;
        } else {
            folder.replace_training(&self.experiment, &state, history)?;
        }
        self.train()?;
        let field = self.last_field()?;
        let finished = self.learner.is_finished();
        self.report(Phase::Writing);
        self.write_training()?;
        if !finished {
            return Ok(Outcome {
                finished,
                report: None,
                figure: None,
            });
        }
        let flow = Flow::learned(field, Arc::clone(&self.experiment), RunId::default());
        self.finish(flow)
    }

    /// What the exact field gives, which needs no weights.
    fn without_training(self, flow: Flow) -> Result<Outcome, RunError> {
        untrained::write(self.folder, &self.experiment, self.goes_on)?;
        self.finish(flow)
    }

    /// Numbers and figure of the flow.
    fn finish(mut self, flow: Flow) -> Result<Outcome, RunError> {
        let (report, figure) = match self.evaluate(flow)? {
            Some((report, figure)) => (Some(report), figure),
            None => (None, None),
        };
        if let Some(report) = &report {
            let json = report.to_json().map_err(failed)?;
            self.folder.write(names::METRICS, &json)?;
        }
        Ok(Outcome {
            finished: report.is_some(),
            report,
            figure,
        })
    }

    /// Takes the planned steps, or as many as there are until an interruption.
    fn train(&mut self) -> Result<(), RunError> {
        self.report(Phase::Training);
        let mut clock = Instant::now();
        let mut reported = clock;
        let start = self.learner.steps_taken();
        while !self.learner.is_finished() && !self.observer.interrupted() {
            self.step()?;
            let step = self.learner.steps_taken();
            if step == start + 1 {
                clock = Instant::now(); // the first step warms caches and allocators up
            }
            self.timing.train_secs = clock.elapsed().as_secs_f64();
            let timed = step.saturating_sub(start + 1) as f64;
            let rate = timed / self.timing.train_secs.max(1e-9);
            self.timing.steps_per_sec = (timed > 0.0).then_some(rate);
            if reported.elapsed() >= REPORT_EVERY {
                reported = Instant::now();
                self.report(Phase::Training);
            }
            if self.next_save <= Instant::now() {
                clock += self.save()?; // saving is not training
            }
        }
        self.timing.coupling_secs = self.learner.coupling_time().as_secs_f64();
        Ok(())
    }

    fn step(&mut self) -> Result<(), RunError> {
        let at = self.learner.steps_taken();
        match self.advance() {
            Ok(()) => Ok(()),
            Err(StepError::NoBatch(reason)) => Err(RunError::Input(reason)),
            Err(StepError::Engine(error)) => self.recover(at, &error),
        }
    }

    /// A checkpoint now and then, and a stride.
    fn advance(&mut self) -> Result<(), StepError> {
        let step = self.learner.steps_taken();
        let is_due = step >= self.next_checkpoint;
        if is_due {
            self.next_checkpoint = step + CHECKPOINT_EVERY;
        }
        let learner = &mut self.learner;
        attempt(|| {
            if is_due {
                learner.checkpoint()?;
            }
            learner.stride(u64::MAX)
        })
    }

    /// Writes what there is in the midst of training. Returns the time that it took.
    fn save(&mut self) -> Result<Duration, RunError> {
        let start = Instant::now();
        match attempt(|| self.learner.checkpoint()) {
            Err(error) => self.recover(self.learner.steps_taken(), &error)?,
            Ok(_) => {
                if let Err(error) = self.write_training() {
                    let sentence = format!("not saved this time: {error}");
                    self.observer.notice(&sentence);
                }
            }
        }
        let took = start.elapsed();
        self.next_save = Instant::now() + self.options.save_every.max(SAVING_SHARE * took);
        Ok(took)
    }

    /// The trained field; if the device fails at the very end, it is trained to the end elsewhere.
    fn last_field(&mut self) -> Result<FrozenField, RunError> {
        match attempt(|| self.learner.checkpoint()) {
            Ok(field) => Ok(field),
            Err(error) => {
                self.recover(self.learner.steps_taken(), &error)?;
                self.train()?;
                self.learner.checkpoint().map_err(failed)
            }
        }
    }

    /// Goes on elsewhere if the device has failed, or saves what was good and gives up.
    fn recover(&mut self, at: u64, error: &EngineError) -> Result<(), RunError> {
        let recovery = recover(&mut self.learner, &mut self.engines, at, error);
        match recovery.map_err(failed)? {
            Recovery::Elsewhere(sentence) => {
                self.observer.notice(&sentence);
                Ok(())
            }
            Recovery::BackAt(step) => {
                self.write_training()?;
                Err(RunError::Failed(format!(
                    "training stopped at step {at}: {error}; the weights of step {step} are saved, a smaller learning \
                     rate may help"
                )))
            }
        }
    }

    /// What training alone has made, as of the last checkpoint.
    fn write_training(&self) -> Result<(), RunError> {
        let state = self.learner.state();
        let history = self.history();
        self.folder
            .write_training(&self.experiment, &state, history)
    }

    /// The checkpoints that are to be written.
    fn history(&self) -> Option<&Checkpoints> {
        (self.options.checkpoints > 0).then(|| self.learner.history())
    }

    /// Solves, measures and draws; `None` if interrupted.
    fn evaluate(&mut self, flow: Flow) -> Result<Option<Evaluated>, RunError> {
        self.report(Phase::Measuring);
        let experiment = Arc::clone(&self.experiment);
        let drawing = References::draw(&experiment, self.hands.parts());
        let Some(references) = self.compute(drawing) else {
            return Ok(None);
        };
        let references = references.map_err(failed)?;
        self.report(Phase::Solving);
        let start = Instant::now();
        let source = &references.source;
        let Some(steps) = self.steps(&flow, source) else {
            return Ok(None);
        };
        if let Some(sentence) = steps.complaint() {
            self.observer.notice(&sentence);
        }
        let (folder, hands) = (self.folder, &self.hands);
        let kept = (self.options.keep == Keep::All).then_some(folder);
        let ends = table::write(&flow, source, &steps, kept, hands, self.observer)?;
        let Some(ends) = ends else {
            return Ok(None);
        };
        self.timing.solve_secs = start.elapsed().as_secs_f64();
        self.report(Phase::Measuring);
        let start = Instant::now();
        let parts = self.hands.parts();
        let Some(reference) = self.compute(reference(&flow, source, parts)) else {
            return Ok(None);
        };
        self.timing.reference_secs = start.elapsed().as_secs_f64();
        if self.options.reference_trajectories {
            let times = reference.times();
            let hands = &self.hands;
            if !reference_table::write(&flow, source, times, self.folder, hands, self.observer)? {
                return Ok(None);
            }
        }
        let measuring = measure(&steps, &references, &ends, &reference, parts);
        let Some(metrics) = self.compute(measuring) else {
            return Ok(None);
        };
        let metrics = metrics.of(experiment.problem.velocity);
        let start = Instant::now();
        let comparing = async {
            match flow.is_one_step() {
                true => None,
                false => Some(compare_solvers(&flow, &references, parts).await),
            }
        };
        let Some(solvers) = self.compute(comparing) else {
            return Ok(None);
        };
        self.timing.solvers_secs = start.elapsed().as_secs_f64();
        let Some(likelihood) = self.likelihood(&flow, &references)? else {
            return Ok(None);
        };
        let Some(crossings) = self.compute(PairCrossings::count(&experiment)) else {
            return Ok(None);
        };
        let Some(coupling_plan) = self.compute(CouplingPlan::of(&experiment)) else {
            return Ok(None);
        };
        let Some((floor, fm_error)) = self.compute(against_exact(&flow)) else {
            return Ok(None);
        };
        let trained = Trained {
            device: match experiment.problem.velocity.is_learned() {
                true => self.engines.label().to_string(),
                false => untrained::DEVICE.to_owned(),
            },
            steps: self.learner.steps_taken(),
            schedule_start: self.learner.plan().start,
            loss: self.learner.losses().history().mean_of_last(AVERAGED_STEPS),
            mean_losses: self.learner.mean_losses(),
            floor,
            fm_error,
            pair_crossings: crossings.map(|PairCrossings(rate)| rate),
            coupling_cost: self.learner.coupling_cost(),
            coupling_plan,
            timing: self.timing.clone(),
        };
        let report = Report::new(
            &experiment,
            trained,
            &metrics,
            solvers.as_ref(),
            &likelihood,
        );
        self.report(Phase::Writing);
        if kept.is_none() {
            self.folder.remove(&Keep::TRAJECTORIES)?;
            return Ok(Some((report, None)));
        }
        let figure = self.figure(&flow, metrics)?;
        Ok(figure.map(|figure| (report, Some(figure))))
    }

    /// Draws and writes the figure of the finished flow, whose numbers are known; `None` if interrupted.
    fn figure(&mut self, flow: &Flow, metrics: Metrics) -> Result<Option<Scene>, RunError> {
        let experiment = Arc::clone(&self.experiment);
        let blank = portrait::blank(LaneId::default(), Arc::clone(&experiment))?;
        let mut frame = portrait::seated(&self.learner, self.engines.label(), flow, blank);
        frame.products.put(flow.id.clone(), metrics);
        let subjects = [Subject::measured(frame, experiment.lane_label(0))];
        let figure = Figure::new(FigureKind::Trajectories);
        let looked = (&figure, &experiment.view);
        let drawn = export::draw(&subjects, looked, &self.hands, self.observer)?;
        let Some(drawn) = drawn else {
            return Ok(None);
        };
        let names = [names::FIGURE_SVG, names::FIGURE_PNG];
        let options = export::options(&figure, &experiment)?;
        export::write_stills(self.folder, names, &drawn.scene, &options)?;
        Ok(Some(drawn.scene))
    }

    /// How likely held-out points are, and the density if it is to be written; `None` if interrupted.
    fn likelihood(
        &mut self,
        flow: &Flow,
        references: &References,
    ) -> Result<Option<Likelihood>, RunError> {
        let start = Instant::now();
        let parts = self.hands.parts();
        let measuring = async {
            let basis = LikelihoodBasis::of(flow).await?;
            let likelihood = Likelihood::measure(flow, references, &basis, parts).await?;
            Ok::<_, DistributionError>((basis, likelihood))
        };
        let Some(measured) = self.compute(measuring) else {
            return Ok(None);
        };
        let (basis, likelihood) = measured.map_err(failed)?;
        self.timing.likelihood_secs = start.elapsed().as_secs_f64();
        self.folder.remove(&[names::DENSITY])?;
        if let Some(cells) = self.options.density {
            let place = (likelihood.mass_bounds, [cells; 2]);
            let exact = Divergence::Exact;
            let mapping = LogDensityMap::of(flow, &basis, exact, place, self.hands.parts());
            let Some(map) = self.compute(mapping) else {
                return Ok(None);
            };
            match npy::density(&map) {
                Some(bytes) => self.folder.write(names::DENSITY, &bytes)?,
                None => self.observer.notice(NO_DENSITY),
            }
        }
        Ok(Some(likelihood))
    }

    /// The steps of the experiment's solver; `None` if interrupted.
    fn steps(&self, flow: &Flow, x_0: &[Point]) -> Option<Arc<Steps>> {
        let range = self.experiment.problem.path.time_range();
        let Readout {
            solver, sampler, ..
        } = self.experiment.readout;
        let stochastic = sde(&self.experiment, sampler);
        let stochastic = stochastic.map(|sde| Steps::stochastic(solver, range, sde));
        let steps = match stochastic.or_else(|| Steps::equal(solver, range)) {
            Some(steps) => steps,
            None => self.compute(ends(flow, x_0, self.hands.parts()))?.1,
        };
        Some(Arc::new(steps))
    }

    /// Does a computation; `None` if interrupted.
    fn compute<F: Future>(&self, work: F) -> Option<F::Output> {
        self.hands.compute(work, || !self.observer.interrupted())
    }

    fn report(&mut self, phase: Phase) {
        let step = self.learner.steps_taken();
        let steps = self.learner.planned_end();
        let steps_per_sec = self.timing.steps_per_sec.unwrap_or(0.0);
        let left = steps.saturating_sub(step) as f64;
        self.observer.progress(&Progress {
            phase,
            step,
            steps,
            loss: self.learner.losses().smoothed(),
            steps_per_sec,
            secs_left: (steps_per_sec > 0.0).then(|| left / steps_per_sec),
        });
    }
}
