//! Threads that draw and couple blocks ahead of a coupler, where an exact assignment takes longer than a training step.
//!
//! A block is a function of its number, so whoever is free takes the next one; they are handed out in order.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{Builder, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::flow::coupling::assignment::AssignmentError;
use crate::flow::coupling::{Blocks, Pairs};

use super::cpu_meter::{CpuClock, CpuMeter};

/// A coupled block, or why there is none.
type Block = Result<Pairs, AssignmentError>;
/// A block with its number; `None` if drawing it panicked, which whoever asks for it is to see.
type Drawn = (u64, Option<Block>);

/// The threads; dropping the handle stops and joins them.
pub struct BlockCrew {
    blocks: Arc<Blocks>,
    done: Option<Receiver<Drawn>>,
    /// Blocks that were done before their turn.
    early: BTreeMap<u64, Option<Block>>,
    threads: Vec<JoinHandle<()>>,
}

impl BlockCrew {
    /// Starts so many threads (or those that the system has to give) on the blocks from `first` on. Without any, whoever
    /// asks for a block draws it.
    pub fn spawn(threads: usize, blocks: Arc<Blocks>, first: u64, clock: &CpuClock) -> Self {
        let (outbox, done) = bounded(threads);
        let next = Arc::new(AtomicU64::new(first));
        let thread = |i| {
            let (blocks, next) = (Arc::clone(&blocks), Arc::clone(&next));
            let (outbox, clock) = (outbox.clone(), clock.clone());
            Builder::new()
                .name(format!("coupler-{}", i + 1))
                .spawn(move || serve(&blocks, &next, &outbox, clock))
        };
        Self {
            threads: (0..threads).filter_map(|i| thread(i).ok()).collect(),
            blocks,
            done: Some(done),
            early: BTreeMap::new(),
        }
    }

    /// Waits for a block, see [`Blocks::draw`]; they are to be asked for one after the other, from the first on.
    ///
    /// # Errors
    /// As [`Blocks::draw`].
    pub fn take(&mut self, block: u64, n: usize) -> Block {
        while !self.early.contains_key(&block) {
            match self.done.as_ref().map(Receiver::recv) {
                Some(Ok((number, drawn))) => self.early.insert(number, drawn),
                // There is no thread to wait for.
                _ => break,
            };
        }
        let drawn = self.early.remove(&block).flatten();
        drawn.unwrap_or_else(|| self.blocks.draw(block, n))
    }
}

impl Drop for BlockCrew {
    fn drop(&mut self) {
        self.done = None;
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

/// A thread's loop. Only couplings that set the size of a block are worth a crew, so no other size is asked for.
fn serve(blocks: &Blocks, next: &AtomicU64, outbox: &Sender<Drawn>, clock: CpuClock) {
    let mut meter = CpuMeter::start(clock);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let drawn = catch_unwind(AssertUnwindSafe(|| blocks.draw(number, 0))).ok();
        meter.read();
        if outbox.send((number, drawn)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::coupling::Coupling;
    use crate::flow::distribution::{Distribution, Shape};

    fn blocks(std: f64) -> Arc<Blocks> {
        let sampler = Distribution::from(Shape::Gaussian { std }).sampler();
        let sampler = sampler.unwrap();
        let coupling = Coupling::BatchOt { batch: 32 };
        Arc::new(Blocks::new(sampler.clone(), 1.0, sampler, coupling, 3))
    }

    #[test]
    fn blocks_come_in_order_whoever_draws_them() {
        for threads in [0, 1, 3] {
            let (blocks, clock) = (blocks(1.0), CpuClock::default());
            let mut crew = BlockCrew::spawn(threads, Arc::clone(&blocks), 5, &clock);
            for number in 5..60 {
                assert_eq!(crew.take(number, 0), blocks.draw(number, 0));
            }
            drop(crew);
            assert_eq!(clock.total().is_zero(), threads == 0);
        }
    }
}
