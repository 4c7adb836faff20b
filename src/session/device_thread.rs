//! Threads that work for a device and can be given up: if a driver never answers, nothing but they hangs.
//!
//! CubeCL waits without limit for what it has sent to a GPU, and a lost device may never give it. Whoever waits here
//! does so for a while and then has an error like any other failure of a device.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::LazyLock;
use std::thread::Builder;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded, unbounded};

use crate::clock::Instant;
use crate::experiment::Training;
use crate::model::{Batch, Engine, EngineError, EngineState, StepLoss};

/// Longer than any answer takes: on an H100 the self-test, which compiles the most kernels, takes up to ten seconds. With
/// autotune it takes a minute there, too long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Errands of training, for the whole process: CubeCL keeps memory for each thread that it has seen.
static TRAINING: LazyLock<DeviceThread> = LazyLock::new(|| DeviceThread::new("gpu", PATIENCE));
/// Errands of clouds, which take longer than a step and go on beside it.
static CLOUDS: LazyLock<DeviceThread> = LazyLock::new(|| DeviceThread::new("gpu-cloud", PATIENCE));

type Errand = Box<dyn FnOnce() + Send>;

/// Does one errand after the other, until the last handle is gone.
#[derive(Clone)]
pub struct DeviceThread {
    errands: Sender<Errand>,
    patience: Duration,
}

impl DeviceThread {
    /// Starts a thread whose answers are waited for so long. If the system has none to give, every errand fails.
    pub fn new(name: &str, patience: Duration) -> Self {
        let (errands, inbox) = unbounded::<Errand>();
        let serve = move || inbox.into_iter().for_each(|errand| errand());
        // Without a thread the inbox is gone, which is seen when it is needed.
        Builder::new().name(name.to_owned()).spawn(serve).ok();
        Self { errands, patience }
    }

    /// The one that trains and tests the GPU.
    pub fn training() -> Self {
        TRAINING.clone()
    }

    /// The one that carries clouds.
    pub fn clouds() -> Self {
        CLOUDS.clone()
    }

    /// Has the errand done; a panic of the errand is one of the caller.
    ///
    /// # Errors
    /// If there is no answer in time.
    pub fn ask<R: Send + 'static>(
        &self,
        errand: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, EngineError> {
        self.send(errand).wait()
    }

    /// Has the errand done while the caller does something else.
    pub fn send<R: Send + 'static>(
        &self,
        errand: impl FnOnce() -> R + Send + 'static,
    ) -> Answer<R> {
        let (reply, answer) = bounded(1);
        let errand = move || {
            // Whoever has asked may have given up.
            reply.send(catch_unwind(AssertUnwindSafe(errand))).ok();
        };
        // Without a thread the reply is dropped with the errand, which the answer sees.
        self.errands.send(Box::new(errand)).ok();
        Answer {
            answer,
            patience: self.patience,
            sent: Instant::now(),
        }
    }
}

/// An answer that is on its way.
pub struct Answer<R> {
    answer: Receiver<Result<R, Box<dyn Any + Send>>>,
    patience: Duration,
    sent: Instant,
}

impl<R> Answer<R> {
    /// Waits for it; a panic of the errand is one of the caller.
    ///
    /// # Errors
    /// If it does not come in time.
    pub fn wait(self) -> Result<R, EngineError> {
        match self.answer.recv_timeout(self.patience) {
            Ok(answer) => Ok(unwound(answer)),
            Err(RecvTimeoutError::Timeout) => Err(self.silence()),
            Err(RecvTimeoutError::Disconnected) => Err(no_thread()),
        }
    }

    /// The answer, if it is there or will not come any more.
    ///
    /// # Errors
    /// If it has not come in time.
    pub fn look(&mut self) -> Option<Result<R, EngineError>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(Ok(unwound(answer))),
            Err(TryRecvError::Disconnected) => Some(Err(no_thread())),
            Err(TryRecvError::Empty) if self.sent.elapsed() < self.patience => None,
            Err(TryRecvError::Empty) => Some(Err(self.silence())),
        }
    }

    fn silence(&self) -> EngineError {
        let secs = self.patience.as_secs_f64();
        EngineError::Device(format!("it has not answered for {secs} s"))
    }
}

fn unwound<R>(answer: Result<R, Box<dyn Any + Send>>) -> R {
    answer.unwrap_or_else(|panic| resume_unwind(panic))
}

fn no_thread() -> EngineError {
    EngineError::Device("its thread could not be started".to_owned())
}

/// Something that is used on a device's thread only. It goes there with each errand and comes back with the answer;
/// if there is none, it is lost.
pub struct Distant<T> {
    thread: DeviceThread,
    thing: Option<T>,
}

impl<T: Send + 'static> Distant<T> {
    /// Has it made on the thread.
    ///
    /// # Errors
    /// If it cannot be made, or there is no answer.
    pub fn make(
        thread: DeviceThread,
        make: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
    ) -> Result<Self, EngineError> {
        let thing = Some(thread.ask(make)??);
        Ok(Self { thread, thing })
    }

    /// Has the thread do something with it.
    ///
    /// # Errors
    /// If there is no answer, or was none before.
    pub fn ask<R: Send + 'static>(
        &mut self,
        errand: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Result<R, EngineError> {
        let lost = || EngineError::Device("it was lost before".to_owned());
        let mut thing = self.thing.take().ok_or_else(lost)?;
        let (thing, result) = self.thread.ask(move || {
            let result = errand(&mut thing);
            (thing, result)
        })?;
        self.thing = Some(thing);
        Ok(result)
    }
}

/// An engine on a device's thread. What cannot report that the device is lost leaves that to the next step.
pub struct DistantEngine(Distant<SendEngine>);

/// An engine that may be made and used on another thread.
type SendEngine = Box<dyn Engine + Send>;

impl DistantEngine {
    /// Has the engine made on the thread.
    ///
    /// # Errors
    /// If it cannot be made, or there is no answer.
    pub fn make(
        thread: DeviceThread,
        make: impl FnOnce() -> Result<SendEngine, EngineError> + Send + 'static,
    ) -> Result<Self, EngineError> {
        Distant::make(thread, make).map(Self)
    }
}

impl Engine for DistantEngine {
    fn step(&mut self, batch: &Batch, learning_rate: f64) -> Result<StepLoss, EngineError> {
        let batch = batch.clone();
        self.0.ask(move |e| e.step(&batch, learning_rate))?
    }

    fn steps(
        &mut self,
        batches: &[Batch],
        learning_rates: &[f64],
    ) -> Result<Vec<StepLoss>, EngineError> {
        let (batches, rates) = (batches.to_vec(), learning_rates.to_vec());
        self.0.ask(move |e| e.steps(&batches, &rates))?
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn state(&mut self) -> Result<EngineState, EngineError> {
        self.0.ask(|e| e.state())?
    }

    fn set_state(&mut self, state: &EngineState) -> Result<(), EngineError> {
        let state = state.clone();
        self.0.ask(move |e| e.set_state(&state))?
    }

    fn set_training(&mut self, training: &Training) {
        let training = training.clone();
        self.0.ask(move |e| e.set_training(&training)).ok();
    }

    fn forward(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
        let batch = batch.clone();
        self.0.ask(move |e| e.forward(&batch))?
    }

    fn gradient(&mut self, batch: &Batch) -> Result<Vec<f32>, EngineError> {
        let batch = batch.clone();
        self.0.ask(move |e| e.gradient(&batch))?
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn thread() -> DeviceThread {
        DeviceThread::new("test", Duration::from_secs(20))
    }

    #[test]
    fn errands_are_done_in_order_on_one_thread_that_is_not_the_callers() {
        let thread = thread();
        let id = || std::thread::current().id();
        let ids: Vec<_> = (0..3).map(|_| thread.ask(id).unwrap()).collect();
        assert!(ids.iter().all(|other| *other == ids[0] && *other != id()));
        let mut count = Distant::make(thread, || Ok(0)).unwrap();
        for expected in 1..10 {
            let next = |n: &mut i32| {
                *n += 1;
                *n
            };
            assert_eq!(count.ask(next), Ok(expected));
        }
    }

    #[test]
    fn silence_is_an_error_in_time_and_what_was_there_is_lost() {
        let thread = DeviceThread::new("silent", Duration::from_secs(1));
        let mut thing = Distant::make(thread, || Ok(())).unwrap();
        let start = Instant::now();
        let silent = thing.ask(|()| std::thread::sleep(Duration::from_secs(60)));
        assert!(start.elapsed() < Duration::from_secs(20));
        let reason = silent.unwrap_err().to_string();
        assert!(reason.contains("not answered for 1 s"), "{reason}");
        let start = Instant::now();
        let reason = thing.ask(|()| ()).unwrap_err().to_string();
        assert!(reason.contains("lost before"), "{reason}");
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn a_panic_of_an_errand_is_the_callers_and_the_thread_goes_on() {
        let thread = thread();
        let asked = catch_unwind(|| thread.ask(|| panic!("as asked")));
        assert!(asked.is_err());
        assert_eq!(thread.ask(|| 7), Ok(7));
    }
}
