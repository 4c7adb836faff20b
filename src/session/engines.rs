//! Where engines come from: the makers of each device, what takes their place when the device fails, and the
//! measured choice between CPU and GPU.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::RngExt;

use crate::experiment::{Experiment, Model};
use crate::flow::rng::{Stream, stream};
use crate::model::peak::instruction_set;
use crate::model::{
    Alone, Batch, BurnEngine, DeviceChoice, DeviceError, Engine, EngineError, FusedEngine,
    MlpParams, OpenDevice, Team, Widths,
};

use super::team::Crew;

/// Makes an engine for the experiment's network from the given weights. Tests put faulty engines here.
pub type EngineMaker =
    Arc<dyn Fn(&Experiment, &MlpParams) -> Result<Box<dyn Engine>, EngineError> + Send + Sync>;

/// A processor that takes this many steps a second is not compared with a GPU: Burn's step launches about a
/// hundred kernels there, of a few microseconds each at best.
const FAST_ENOUGH: f64 = 2000.0;
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

    /// The fused engine on so many threads of the CPU, the trainer's own included. The losses do not depend on
    /// how many there are.
    pub fn cpu(threads: usize) -> Self {
        let maker = move |experiment: &Experiment, params: &MlpParams| {
            let (model, training) = (&experiment.model, &experiment.training);
            let team: Box<dyn Team> = match Crew::spawn(threads) {
                Ok(crew) if threads > 1 => Box::new(crew),
                _ => Box::new(Alone),
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

    /// The engines of the chosen device for this experiment, with so many threads on the CPU; `auto` measures, once
    /// per network and batch size.
    ///
    /// # Errors
    /// If a GPU was asked for and there is none, or it computes wrongly.
    pub fn open(
        choice: DeviceChoice,
        threads: usize,
        experiment: &Experiment,
    ) -> Result<Self, DeviceError> {
        match choice {
            DeviceChoice::Cpu => Ok(Self::cpu(threads)),
            DeviceChoice::Gpu => Ok(Self::gpu(OpenDevice::gpu()?, threads)),
            DeviceChoice::Auto => Ok(measured(threads, experiment)),
        }
    }

    fn burn(device: OpenDevice) -> Self {
        let label = device.label().to_owned();
        let maker = move |experiment: &Experiment, params: &MlpParams| {
            let (model, training) = (&experiment.model, &experiment.training);
            let engine = BurnEngine::new(device.device(), model, training, params)?;
            Ok(Box::new(engine) as Box<dyn Engine>)
        };
        Self::new(&label, Arc::new(maker))
    }

    /// Burn on a GPU, which can be lost while it trains.
    fn gpu(device: OpenDevice, threads: usize) -> Self {
        Self::burn(device).or(Self::cpu(threads))
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
        };
        let row = vec![batch; ROW];
        let params = MlpParams::init(widths, &mut rng);
        let mut engine = self.make(experiment, &params)?;
        engine.steps(&row[..1], &[1e-3])?;
        let (start, mut steps) = (Instant::now(), 0);
        while start.elapsed() < trial {
            engine.steps(&row, &[1e-3; ROW])?;
            steps += ROW;
        }
        Ok(steps as f64 / start.elapsed().as_secs_f64())
    }
}

/// What `auto` chose for a network and a batch size, and whether that was the GPU.
static CHOSEN: Mutex<Vec<((Model, usize), bool)>> = Mutex::new(Vec::new());

/// The faster device, by measurement. A software adapter is never chosen.
fn measured(threads: usize, experiment: &Experiment) -> Engines {
    let key = (experiment.model.clone(), experiment.training.batch);
    let mut chosen = CHOSEN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = chosen.iter().find(|(known, _)| *known == key);
    let prefers_gpu = match known {
        Some((_, prefers_gpu)) => *prefers_gpu,
        None => {
            let prefers_gpu = gpu_is_faster(threads, experiment);
            chosen.push((key, prefers_gpu));
            prefers_gpu
        }
    };
    let gpu = prefers_gpu.then(|| OpenDevice::gpu().ok()).flatten();
    gpu.map_or_else(|| Engines::cpu(threads), |gpu| Engines::gpu(gpu, threads))
}

fn gpu_is_faster(threads: usize, experiment: &Experiment) -> bool {
    let cpu = Engines::cpu(threads)
        .steps_per_sec(experiment, CPU_TRIAL)
        .unwrap_or(0.0);
    if cpu >= FAST_ENOUGH {
        return false;
    }
    let gpu = OpenDevice::hardware_gpu().map(|gpu| Engines::gpu(gpu, threads));
    gpu.is_some_and(|gpu| {
        gpu.steps_per_sec(experiment, GPU_TRIAL)
            .is_ok_and(|gpu| gpu > cpu)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;

    #[test]
    fn auto_measures_once_and_never_takes_a_software_adapter() {
        let preset = presets::find("two-moons").unwrap();
        let mut experiment = preset.experiment().unwrap();
        experiment.model.hidden = vec![8];
        experiment.training.batch = 8;
        let rate = Engines::cpu(1).steps_per_sec(&experiment, CPU_TRIAL);
        assert!(rate.unwrap() > 100.0);
        let start = Instant::now();
        let first = Engines::open(DeviceChoice::Auto, 1, &experiment).unwrap();
        assert!(start.elapsed() >= CPU_TRIAL, "nothing was measured");
        let start = Instant::now();
        let second = Engines::open(DeviceChoice::Auto, 1, &experiment).unwrap();
        assert!(start.elapsed() < CPU_TRIAL, "measured again");
        assert_eq!(first.label(), second.label());
        assert!(!first.label().contains("software"), "{}", first.label());
    }
}
