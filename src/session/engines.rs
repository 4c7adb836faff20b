//! Where engines come from: the makers of each device, what takes their place when the device fails, and the
//! measured choice between CPU and GPU.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::RngExt;

use crate::experiment::{Experiment, Model};
use crate::flow::rng::{Stream, stream};
use crate::model::{
    Batch, BurnEngine, DeviceChoice, DeviceError, Engine, EngineError, MlpParams, OpenDevice,
    Widths,
};

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

    /// Burn on the CPU.
    pub fn cpu() -> Self {
        Self::burn(OpenDevice::cpu())
    }

    /// The engines of the chosen device for this experiment; `auto` measures, once per network and batch size.
    ///
    /// # Errors
    /// If a GPU was asked for and there is none, or it computes wrongly.
    pub fn open(choice: DeviceChoice, experiment: &Experiment) -> Result<Self, DeviceError> {
        match choice {
            DeviceChoice::Cpu => Ok(Self::cpu()),
            DeviceChoice::Gpu => Ok(Self::gpu(OpenDevice::gpu()?)),
            DeviceChoice::Auto => Ok(measured(experiment)),
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
    fn gpu(device: OpenDevice) -> Self {
        Self::burn(device).or(Self::cpu())
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
}

/// What `auto` chose for a network and a batch size, and whether that was the GPU.
static CHOSEN: Mutex<Vec<((Model, usize), bool)>> = Mutex::new(Vec::new());

/// The faster device, by measurement. A software adapter is never chosen.
fn measured(experiment: &Experiment) -> Engines {
    let key = (experiment.model.clone(), experiment.training.batch);
    let mut chosen = CHOSEN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = chosen.iter().find(|(known, _)| *known == key);
    let prefers_gpu = match known {
        Some((_, prefers_gpu)) => *prefers_gpu,
        None => {
            let prefers_gpu = gpu_is_faster(experiment);
            chosen.push((key, prefers_gpu));
            prefers_gpu
        }
    };
    let gpu = prefers_gpu.then(|| OpenDevice::gpu().ok()).flatten();
    gpu.map_or_else(Engines::cpu, Engines::gpu)
}

fn gpu_is_faster(experiment: &Experiment) -> bool {
    let cpu = steps_per_sec(&Engines::cpu(), experiment, CPU_TRIAL).unwrap_or(0.0);
    if cpu >= FAST_ENOUGH {
        return false;
    }
    let gpu = OpenDevice::hardware_gpu().map(Engines::gpu);
    gpu.is_some_and(|gpu| steps_per_sec(&gpu, experiment, GPU_TRIAL).is_ok_and(|gpu| gpu > cpu))
}

/// Training steps a second on a problem of the experiment's shape.
fn steps_per_sec(
    engines: &Engines,
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
    let mut engine = engines.make(experiment, &params)?;
    engine.steps(&row[..1], &[1e-3])?;
    let (start, mut steps) = (Instant::now(), 0);
    while start.elapsed() < trial {
        engine.steps(&row, &[1e-3; ROW])?;
        steps += ROW;
    }
    Ok(steps as f64 / start.elapsed().as_secs_f64())
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
        let rate = steps_per_sec(&Engines::cpu(), &experiment, CPU_TRIAL);
        assert!(rate.unwrap() > 100.0);
        let start = Instant::now();
        let first = Engines::open(DeviceChoice::Auto, &experiment).unwrap();
        assert!(start.elapsed() >= CPU_TRIAL, "nothing was measured");
        let start = Instant::now();
        let second = Engines::open(DeviceChoice::Auto, &experiment).unwrap();
        assert!(start.elapsed() < CPU_TRIAL, "measured again");
        assert_eq!(first.label(), second.label());
        assert!(!first.label().contains("software"), "{}", first.label());
    }
}
