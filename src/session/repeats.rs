//! The same lanes with other seeds, trained from nothing and measured beside the window, so that the error of a number is
//! that of the seeds.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Instant;
use crate::experiment::Experiment;
use crate::flow::metrics::Mean;
use crate::products::{Flow, Look, RunId, Tools, make_all};
use crate::scene::metrics::Measured;
use crate::scene::metrics::comparison::Numbers;
use crate::snapshot::{Frame, LaneId, MeanLoss};

use super::Wake;
use super::crew::Crew;
use super::engines::Engines;
use super::learner::{AVERAGED_STEPS, Learner, StepError};
use super::recovery::attempt;
use super::thread::{Joined, caught};
use super::untrained;

/// Progress is told this often.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// Runs under way on a thread of their own; dropping it ends them.
pub struct Repeats {
    stop: Arc<AtomicBool>,
    known: Arc<Mutex<Known>>,
    _thread: Joined,
}

/// How far the runs are.
#[derive(Clone, Debug)]
pub struct Known {
    /// What each lane studies; its seed is the first one.
    pub lanes: Arc<[Arc<Experiment>]>,
    /// Seeds for each lane: its own and those that follow it.
    pub seeds: usize,
    /// What has been measured, by lane; in the order of the seeds.
    pub measured: Vec<Vec<Numbers>>,
    /// Why a run could not be done, in sentences.
    pub failures: Vec<String>,
    /// Share of all steps that have been taken, 0 to 1.
    pub share: f64,
    /// Estimated seconds that are left.
    pub secs_left: Option<f64>,
    /// Nothing more will come.
    pub ended: bool,
}

impl Repeats {
    /// Begins: every lane (one legal lane each) with `seeds` seeds, one run after the other; `wake` is called when there is
    /// something new to see.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn spawn(lanes: Vec<Arc<Experiment>>, seeds: usize, wake: Wake) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let known = Arc::new(Mutex::new(Known {
            measured: vec![Vec::new(); lanes.len()],
            lanes: lanes.into(),
            seeds,
            failures: Vec::new(),
            share: 0.0,
            secs_left: None,
            ended: false,
        }));
        let work = Work {
            stop: Arc::clone(&stop),
            known: Arc::clone(&known),
            start: Instant::now(),
            wake,
        };
        Ok(Self {
            stop,
            known,
            _thread: Joined::spawn("repeats", move || work.run())?,
        })
    }

    /// How far they are.
    pub fn known(&self) -> Known {
        locked(&self.known).clone()
    }
}

impl Drop for Repeats {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn locked(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Training steps of a run; the exact field takes none.
fn steps_of(experiment: &Experiment) -> u64 {
    match experiment.problem.velocity.is_learned() {
        true => experiment.training.steps,
        false => 0,
    }
}

/// What the thread has.
struct Work {
    stop: Arc<AtomicBool>,
    known: Arc<Mutex<Known>>,
    start: Instant,
    wake: Wake,
}

impl Work {
    fn run(self) {
        let (lanes, seeds) = {
            let known = locked(&self.known);
            (Arc::clone(&known.lanes), known.seeds)
        };
        let total: u64 = lanes.iter().map(|lane| steps_of(lane)).sum();
        let total = (total * seeds as u64).max(1) as f64;
        let mut before = 0;
        // Seed by seed, so that every lane has as many as the others when it is stopped.
        for k in 0..seeds {
            for (i, lane) in lanes.iter().enumerate() {
                let experiment = Arc::new(Experiment {
                    seed: lane.seed.wrapping_add(k as u64),
                    ..Experiment::clone(lane)
                });
                let tell = |step: u64| self.tell((before + step) as f64 / total);
                let outcome = caught(|| self.one(experiment, tell));
                match outcome.unwrap_or_else(Err) {
                    Ok(Some(metrics)) => locked(&self.known).measured[i].push(metrics),
                    Ok(None) => return,
                    Err(reason) => {
                        let sentence = format!("Lane {}, seed {k}: {reason}", i + 1);
                        locked(&self.known).failures.push(sentence);
                    }
                }
                before += steps_of(lane);
                self.tell(before as f64 / total);
            }
        }
        locked(&self.known).ended = true;
        (self.wake)();
    }

    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn tell(&self, share: f64) {
        let elapsed = self.start.elapsed().as_secs_f64();
        let mut known = locked(&self.known);
        known.share = share;
        known.secs_left = (share > 0.0).then(|| elapsed * (1.0 - share) / share);
        drop(known);
        (self.wake)();
    }

    /// One run; `None` if it was stopped.
    fn one(
        &self,
        experiment: Arc<Experiment>,
        tell: impl Fn(u64),
    ) -> Result<Option<Numbers>, String> {
        let known = untrained::flow(&experiment).map_err(|error| error.to_string())?;
        if let Some(flow) = known {
            return self.measured(&flow, (None, None), None);
        }
        let crew = Crew::spawn(1).map_err(|error| error.to_string())?;
        let engines = Engines::cpu(&crew);
        let learner = Learner::new(Arc::clone(&experiment), &engines, &crew);
        let mut learner = learner.map_err(|error| error.to_string())?;
        let mut told = Instant::now();
        while !learner.is_finished() {
            if !self.goes_on() {
                return Ok(None);
            }
            attempt(|| learner.stride(u64::MAX)).map_err(|error| match error {
                StepError::NoBatch(reason) => reason,
                StepError::Engine(error) => error.to_string(),
            })?;
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                tell(learner.steps_taken());
            }
        }
        let field = attempt(|| learner.checkpoint()).map_err(|error| error.to_string())?;
        let flow = Flow::learned(field, experiment, RunId::default());
        let loss = learner.losses().history().mean_of_last(AVERAGED_STEPS);
        let mean_losses = learner.mean_losses();
        self.measured(&flow, (loss, mean_losses), learner.coupling_cost())
    }

    /// The numbers of a flow, with what its training knows of it; `None` if it was stopped.
    fn measured(
        &self,
        flow: &Flow,
        (loss, mean_losses): (Option<Mean>, Option<MeanLoss>),
        coupling_cost: Option<f64>,
    ) -> Result<Option<Numbers>, String> {
        let look = Look {
            particles: 0,
            field: 0,
            solvers: true,
            likelihood: true,
            ..Look::default()
        };
        let products = make_all(flow, &look, &Tools::default(), || self.goes_on());
        let Some(products) = products else {
            return Ok(None);
        };
        if products.metrics.get().is_none() {
            return Err("it could not be measured".to_owned());
        }
        let frame = Frame {
            products,
            ..Frame::blank(LaneId::default(), Arc::clone(&flow.id.experiment))
        };
        Ok(Some(Numbers::of(&Measured {
            loss,
            mean_losses,
            coupling_cost,
            ..Measured::of(&frame)
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::scene::metrics::comparison::{Comparison, LaneResults};
    use crate::scene::metrics::table::STRAIGHTNESS;
    use crate::session::run::{RunOptions, Unobserved, run};

    fn experiment() -> Experiment {
        let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
        experiment.model.hidden = vec![8];
        experiment.training.batch = 32;
        experiment.training.steps = 40;
        experiment.readout.evaluation.samples = 100;
        experiment.readout.evaluation.w2_samples = 50;
        experiment.readout.solver = experiment.readout.solver.with_steps(10);
        experiment
    }

    fn straightness(numbers: &Numbers) -> f64 {
        let lane = LaneResults {
            title: String::new(),
            experiment: Arc::new(experiment()),
            seeds: vec![numbers.clone()],
        };
        let comparison = Comparison::new(vec![lane]);
        comparison.rows()[0].estimate(&STRAIGHTNESS).unwrap().mean
    }

    /// What is known at the end.
    fn end_of(repeats: &Repeats) -> Known {
        let start = Instant::now();
        loop {
            let known = repeats.known();
            if known.ended {
                return known;
            }
            assert!(start.elapsed().as_secs() < 60, "{known:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn every_lane_is_measured_with_every_seed_as_a_run_measures_it() {
        let slower = Experiment {
            seed: 5,
            ..experiment()
        };
        let lanes = vec![Arc::new(experiment()), Arc::new(slower)];
        let repeats = Repeats::spawn(lanes.clone(), 2, Arc::new(|| ())).unwrap();
        let known = end_of(&repeats);
        assert!(known.failures.is_empty(), "{:?}", known.failures);
        assert_eq!(known.share, 1.0);
        for (lane, measured) in lanes.iter().zip(&known.measured) {
            assert_eq!(measured.len(), 2);
            let numbers: Vec<f64> = measured.iter().map(straightness).collect();
            assert_ne!(numbers[0], numbers[1]);
            for (k, measured) in measured.iter().enumerate() {
                let seeded = Experiment {
                    seed: lane.seed + k as u64,
                    ..Experiment::clone(lane)
                };
                let folder = tempfile::tempdir().unwrap();
                let options = RunOptions::default();
                let outcome = run(&seeded, folder.path(), &options, &mut Unobserved).unwrap();
                let json = outcome.report.unwrap().to_json().unwrap();
                let report: serde_json::Value = serde_json::from_slice(&json).unwrap();
                let said = report["straightness"].as_f64().unwrap();
                assert!((said / straightness(measured) - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn dropping_the_handle_stops_the_runs() {
        let endless = Experiment {
            training: crate::experiment::Training {
                steps: 1_000_000_000,
                ..experiment().training
            },
            ..experiment()
        };
        let start = Instant::now();
        drop(Repeats::spawn(vec![Arc::new(endless)], 3, Arc::new(|| ())).unwrap());
        assert!(start.elapsed().as_secs() < 10);
    }

    #[test]
    fn a_run_that_fails_is_a_sentence_and_the_others_go_on() {
        let mut hopeless = experiment();
        let optimizer = &mut hopeless.training.optimizer;
        let (crate::experiment::Optimizer::Adam { lr, .. }
        | crate::experiment::Optimizer::AdamW { lr, .. }) = optimizer;
        *lr = 1e30;
        let lanes = vec![Arc::new(hopeless), Arc::new(experiment())];
        let known = end_of(&Repeats::spawn(lanes, 1, Arc::new(|| ())).unwrap());
        assert_eq!(known.failures.len(), 1, "{:?}", known.failures);
        assert_eq!((known.measured[0].len(), known.measured[1].len()), (0, 1));
    }
}
