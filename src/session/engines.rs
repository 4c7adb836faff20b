//! Where engines come from: the makers of each device, what takes their place when the device fails, and the
//! measured choice between CPU and GPU.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::RngExt;

use crate::clock::Instant;
use crate::experiment::{Experiment, Model};
use crate::flow::rng::{Stream, stream};
use crate::model::peak::instruction_set;
use crate::model::{
    Alone, Batch, DeviceChoice, DeviceError, Engine, EngineError, FusedEngine, MlpParams,
    OpenDevice, Team, Widths,
};

use super::crew::Crew;
use super::device_thread::{DeviceThread, DistantEngine};

/// Makes an engine for the experiment's network from the given weights. Tests put faulty engines here.
pub type EngineMaker =
    Arc<dyn Fn(&Experiment, &MlpParams) -> Result<Box<dyn Engine>, EngineError> + Send + Sync>;

/// A processor that takes this many steps a second is not compared with a GPU: an H100 takes at most 240, however small
/// the network (BENCHMARKS.md, "A hardware GPU"), and opening, testing and timing a GPU takes ten seconds and more.
const FAST_ENOUGH: f64 = 500.0;
/// Time that a measurement of the CPU and of the GPU may take, without warming up.
const CPU_TRIAL: Duration = Duration::from_millis(100);
const GPU_TRIAL: Duration = Duration::from_millis(500);
/// Steps that a trial takes in a row.
const ROW: usize = 8;

/// Makers of engines on one device.
#[derive(Clone)]
pub struct Engines {
    label: Arc<str>,
    maker: EngineMaker,
    fallback: Option<Arc<Engines>>,
}

impl Engines {
    /// Engines of the given maker; `label` names their device.
    pub fn new(label: &str, maker: EngineMaker) -> Self {
        Self {
            label: label.into(),
            maker,
            fallback: None,
        }
    }

    /// The same, with what takes their place when the device fails.
    pub fn or(self, fallback: Self) -> Self {
        Self {
            fallback: Some(Arc::new(fallback)),
            ..self
        }
    }

    /// The fused engine on a crew's threads, as far as it has work for them. The losses do not depend on how many there
    /// are.
    pub fn cpu(crew: &Crew) -> Self {
        let threads = crew.size().min(FusedEngine::MAX_MEMBERS);
        let crew = crew.clone();
        let maker = move |experiment: &Experiment, params: &MlpParams| {
            let (model, training) = (&experiment.model, &experiment.training);
            let team: Box<dyn Team> = match threads {
                1 => Box::new(Alone),
                n => crew.team(n),
            };
            let engine = FusedEngine::new(team, model, training, params)?;
            Ok(Box::new(engine) as Box<dyn Engine>)
        };
        let threads = match threads {
            1 => "1 thread".to_owned(),
            n => format!("{n} threads"),
        };
        let label = format!("CPU ({}, {threads})", instruction_set());
        Self::new(&label, Arc::new(maker))
    }

    /// The engines of the chosen device for this experiment, on this crew if it is the CPU; `auto` measures, once
    /// per network and batch size.
    ///
    /// # Errors
    /// If a GPU was asked for and there is none, or it computes wrongly.
    pub fn open(
        choice: DeviceChoice,
        crew: &Crew,
        experiment: &Experiment,
    ) -> Result<Self, DeviceError> {
        match choice {
            DeviceChoice::Cpu => Ok(Self::cpu(crew)),
            DeviceChoice::Gpu => Ok(Self::gpu(gpu()?, crew)),
            DeviceChoice::Auto => Ok(measured(crew, experiment)),
        }
    }

    fn burn(device: OpenDevice) -> Self {
        let label = device.label().to_owned();
        let maker = move |experiment: &Experiment, params: &MlpParams| {
            let (model, training) = (&experiment.model, &experiment.training);
            let (model, training, params) = (model.clone(), training.clone(), params.clone());
            let device = device.clone();
            let make = move || device.engine(&model, &training, &params);
            let engine = DistantEngine::make(DeviceThread::training(), make)?;
            Ok(Box::new(engine) as Box<dyn Engine>)
        };
        Self::new(&label, Arc::new(maker))
    }

    /// Burn on a GPU, which can be lost while it trains.
    fn gpu(device: OpenDevice, crew: &Crew) -> Self {
        Self::burn(device).or(Self::cpu(crew))
    }

    /// The device in words.
    pub fn label(&self) -> &Arc<str> {
        &self.label
    }

    /// What takes their place when the device fails.
    pub fn fallback(&self) -> Option<&Self> {
        self.fallback.as_deref()
    }

    /// An engine for the experiment's network.
    ///
    /// # Errors
    /// If the weights do not fit the network, or the device fails.
    pub fn make(
        &self,
        experiment: &Experiment,
        params: &MlpParams,
    ) -> Result<Box<dyn Engine>, EngineError> {
        (self.maker)(experiment, params)
    }

    /// Training steps a second on a problem of the experiment's shape, over about the time of the trial.
    ///
    /// # Errors
    /// If the engine cannot be made or fails.
    pub fn steps_per_sec(
        &self,
        experiment: &Experiment,
        trial: Duration,
    ) -> Result<f64, EngineError> {
        let widths = Widths::of(&experiment.model);
        let mut rng = stream(experiment.seed, Stream::Weights, 1);
        let n = experiment.training.batch;
        let mut numbers = |count: usize| (0..count).map(|_| rng.random::<f32>()).collect();
        let batch = Batch {
            n,
            inputs: numbers(n * widths.inputs()),
            targets: numbers(2 * n),
            weights: vec![1.0; n],
            ..Batch::default()
        };
        let params = MlpParams::init(widths, &mut rng);
        let mut engine = self.make(experiment, &params)?;
        let row = vec![batch; if engine.is_remote() { ROW } else { 1 }];
        let rates = vec![1e-3; row.len()];
        // A driver compiles the network's kernels in the first step, which says nothing about the others.
        if engine.is_remote() {
            engine.steps(&row[..1], &rates[..1])?;
        }
        let start = Instant::now();
        engine.steps(&row[..1], &rates[..1])?;
        // This step warms up, and of a network for which it takes long enough it is the measurement.
        if start.elapsed() > trial {
            return Ok(1.0 / start.elapsed().as_secs_f64());
        }
        let (start, mut steps) = (Instant::now(), 0);
        while start.elapsed() < trial {
            engine.steps(&row, &rates)?;
            steps += row.len();
        }
        Ok(steps as f64 / start.elapsed().as_secs_f64())
    }
}

/// The GPU, if it passes the self-test in time.
fn gpu() -> Result<OpenDevice, DeviceError> {
    let tested = DeviceThread::training().ask(OpenDevice::gpu);
    tested.unwrap_or_else(|silent| {
        Err(DeviceError::Untrusted {
            name: "the GPU".to_owned(),
            reason: silent.to_string(),
        })
    })
}

/// What `auto` chose for a network and a batch size, and whether that was the GPU.
static CHOSEN: Mutex<Vec<((Model, usize), bool)>> = Mutex::new(Vec::new());

/// The faster device, by measurement. A software adapter is never chosen.
fn measured(crew: &Crew, experiment: &Experiment) -> Engines {
    let key = (experiment.model.clone(), experiment.training.batch);
    let mut chosen = CHOSEN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = chosen.iter().find(|(known, _)| *known == key);
    let prefers_gpu = match known {
        Some((_, prefers_gpu)) => *prefers_gpu,
        None => {
            let prefers_gpu = gpu_is_faster(crew, experiment);
            chosen.push((key, prefers_gpu));
            prefers_gpu
        }
    };
    let gpu = prefers_gpu.then(|| gpu().ok()).flatten();
    gpu.map_or_else(|| Engines::cpu(crew), |gpu| Engines::gpu(gpu, crew))
}

fn gpu_is_faster(crew: &Crew, experiment: &Experiment) -> bool {
    let cpu = Engines::cpu(crew).steps_per_sec(experiment, CPU_TRIAL);
    let cpu = cpu.unwrap_or(0.0);
    if cpu >= FAST_ENOUGH {
        return false;
    }
    let gpu = || {
        let gpu = DeviceThread::training().ask(OpenDevice::hardware_gpu);
        let gpu = Engines::gpu(gpu.ok()??, crew);
        gpu.steps_per_sec(experiment, GPU_TRIAL).ok()
    };
    // A driver that crashes here would crash in training.
    let gpu = catch_unwind(AssertUnwindSafe(gpu)).unwrap_or(None);
    gpu.is_some_and(|gpu| gpu > cpu)
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;
    use crate::experiment::{Training, presets};
    use crate::model::{EngineState, StepLoss};

    const COMPILING: Duration = Duration::from_millis(300);

    /// A far engine that compiles in its first step.
    struct Compiling {
        inner: FusedEngine,
        is_compiled: bool,
    }

    impl Engine for Compiling {
        fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<StepLoss, EngineError> {
            if !std::mem::replace(&mut self.is_compiled, true) {
                sleep(COMPILING);
            }
            self.inner.step(batch, learning_rate)
        }
        fn is_remote(&self) -> bool {
            true
        }
        fn state(&mut self) -> Result<EngineState, EngineError> {
            self.inner.state()
        }
        fn set_state(&mut self, state: &EngineState) -> Result<(), EngineError> {
            self.inner.set_state(state)
        }
        fn set_training(&mut self, training: &Training) {
            self.inner.set_training(training);
        }
        fn forward(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
            self.inner.forward(batch)
        }
        fn gradient(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
            self.inner.gradient(batch)
        }
    }

    fn small_experiment() -> Experiment {
        let preset = presets::find("two-moons").unwrap();
        let mut experiment = preset.experiment().unwrap();
        experiment.model.hidden = vec![8];
        experiment.training.batch = 8;
        experiment
    }

    #[test]
    fn the_step_in_which_kernels_are_compiled_does_not_count() {
        let maker = |experiment: &Experiment, params: &MlpParams| {
            let (model, training) = (&experiment.model, &experiment.training);
            let inner = FusedEngine::new(Box::new(Alone), model, training, params)?;
            let is_compiled = false;
            Ok(Box::new(Compiling { inner, is_compiled }) as Box<dyn Engine>)
        };
        let engines = Engines::new("compiles", Arc::new(maker));
        let rate = engines.steps_per_sec(&small_experiment(), COMPILING / 3);
        assert!(rate.unwrap() > 100.0);
    }

    #[test]
    fn auto_measures_once_and_never_takes_a_software_adapter() {
        let experiment = small_experiment();
        let rate = Engines::cpu(&Crew::alone()).steps_per_sec(&experiment, CPU_TRIAL);
        assert!(rate.unwrap() > 100.0);
        let start = Instant::now();
        let first = Engines::open(DeviceChoice::Auto, &Crew::alone(), &experiment).unwrap();
        assert!(start.elapsed() >= CPU_TRIAL, "nothing was measured");
        let start = Instant::now();
        let second = Engines::open(DeviceChoice::Auto, &Crew::alone(), &experiment).unwrap();
        assert!(start.elapsed() < CPU_TRIAL, "measured again");
        assert_eq!(first.label(), second.label());
        assert!(!first.label().contains("software"), "{}", first.label());
    }
}
