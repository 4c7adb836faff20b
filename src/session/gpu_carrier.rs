//! Clouds on the GPU: blocks of particles are sent to its thread, and asked for between other work.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Instant;
use crate::flow::Point;
use crate::flow::solver::Steps;
use crate::flow::work::{Work, pause};
use crate::model::{DeviceChoice, DeviceFlow, EngineError, FrozenField, OpenDevice};
use crate::products::{Carried, Carrier};

use super::device_thread::DeviceThread;

/// Between two looks whether the answer is there.
const LOOK_EVERY: Duration = Duration::from_micros(200);

/// Carries clouds on a GPU until that fails.
pub struct GpuCarrier {
    open: fn() -> Option<OpenDevice>,
    thread: DeviceThread,
    /// The flow that was carried last, on its device.
    known: Arc<Mutex<Option<Known>>>,
    complain: Arc<dyn Fn(String) + Send + Sync>,
}

struct Known {
    network: FrozenField,
    flow: DeviceFlow,
}

impl GpuCarrier {
    /// The carrier of a device that was chosen; none if that is the CPU. A failure is told.
    pub fn of(
        choice: DeviceChoice,
        complain: impl Fn(String) + Send + Sync + 'static,
    ) -> Option<Arc<dyn Carrier>> {
        let open = match choice {
            DeviceChoice::Cpu => return None,
            DeviceChoice::Auto => OpenDevice::hardware_gpu,
            DeviceChoice::Gpu => || OpenDevice::gpu().ok(),
        };
        Some(Arc::new(Self::new(open, DeviceThread::clouds(), complain)))
    }

    fn new(
        open: fn() -> Option<OpenDevice>,
        thread: DeviceThread,
        complain: impl Fn(String) + Send + Sync + 'static,
    ) -> Self {
        Self {
            open,
            thread,
            known: Arc::default(),
            complain: Arc::new(complain),
        }
    }
}

impl Carrier for GpuCarrier {
    fn carry(
        &self,
        network: &FrozenField,
        x_0: &[Point],
        steps: &Arc<Steps>,
        nodes: &[usize],
    ) -> Work<Option<Carried>> {
        let (open, known, network) = (self.open, Arc::clone(&self.known), network.clone());
        let (x_0, nodes) = (x_0.to_vec(), nodes.to_vec());
        let steps = Arc::clone(steps);
        let answer = self.thread.send(move || {
            let Some(device) = open() else {
                return Ok(None);
            };
            let label = device.label().to_owned();
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            let points = carried(&device, &mut known, &network, &x_0, &steps, &nodes);
            points.map(|points| Some((label, points)))
        });
        let complain = Arc::clone(&self.complain);
        Work::new(async move {
            let mut answer = answer;
            let answered = loop {
                match answer.look() {
                    Some(answered) => break answered,
                    None => {
                        let look = Instant::now();
                        while look.elapsed() < LOOK_EVERY {
                            std::thread::yield_now();
                        }
                        pause().await;
                    }
                }
            };
            match answered.and_then(|points| points) {
                Ok(found) => found.map(|(label, points)| Carried {
                    device: label.into(),
                    points,
                }),
                Err(error) => {
                    OpenDevice::distrust_gpu(&error.to_string());
                    complain(format!(
                        "The GPU does not carry the cloud: {error}. The CPU does."
                    ));
                    None
                }
            }
        })
    }
}

/// The positions at the nodes; the first block of a flow is compared with the processor.
fn carried(
    device: &OpenDevice,
    known: &mut Option<Known>,
    network: &FrozenField,
    x_0: &[Point],
    steps: &Steps,
    nodes: &[usize],
) -> Result<Vec<[f32; 2]>, EngineError> {
    let same = |known: &&Known| {
        Arc::ptr_eq(known.network.params(), network.params())
            && known.network.path() == network.path()
    };
    if let Some(known) = known.as_ref().filter(same) {
        return known.flow.carry(x_0, steps, nodes);
    }
    *known = None;
    let flow = device.flow(network)?;
    let points = flow.carry(x_0, steps, nodes)?;
    flow.check(x_0, steps, &points[points.len() - x_0.len()..])?;
    *known = Some(Known {
        network: network.clone(),
        flow,
    });
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::rng::{Stream, stream};
    use crate::model::{MlpParams, Scaling, Widths};

    #[cfg(feature = "gpu")]
    #[test]
    fn what_a_wrong_gpu_carries_is_not_used_and_said_once() {
        use crate::flow::solver::Solver;
        use crate::products::source_points;
        let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
        // Without a hidden layer the two engines mean different things: the CPU stands in for a GPU that is wrong.
        experiment.model.hidden.clear();
        let widths = Widths::of(&experiment.model);
        let params = MlpParams::init(widths, &mut stream(5, Stream::Weights, 0));
        let scaling = Scaling::measure(&experiment).unwrap();
        let network = FrozenField::new(Arc::new(params), &experiment, scaling, 3);
        let (said, heard) = crossbeam_channel::unbounded();
        let thread = DeviceThread::new("test", Duration::from_secs(20));
        let wrong = || Some(OpenDevice::played_by_burns_cpu());
        let carrier = GpuCarrier::new(wrong, thread, move |sentence| drop(said.send(sentence)));
        let x_0 = source_points(&experiment, Stream::Display, 3000).unwrap();
        let (solver, range) = (Solver::Midpoint { steps: 10 }, (0.0, 1.0));
        let steps = Arc::new(Steps::equal(solver, range).unwrap());
        let carried = carrier.carry(&network, &x_0, &steps, &[0, 10]).finish();
        assert!(carried.is_none());
        let said: Vec<String> = heard.try_iter().collect();
        assert!(
            said[0].contains("end elsewhere than on the CPU"),
            "{said:?}"
        );
        assert_eq!(said.len(), 1);
    }
}
