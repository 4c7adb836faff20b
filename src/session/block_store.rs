//! Blocks of an expensive coupling, drawn by several threads at the same time and taken in order.
//!
//! A block is a function of its number, so whoever is free draws the next one. Whoever takes blocks draws, too, as long
//! as the one that comes next is not there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::flow::coupling::assignment::AssignmentError;
use crate::flow::coupling::{Blocks, Pairs};

use super::thread::caught;

/// A coupled block, or why there is none.
type Block = Result<Pairs, AssignmentError>;

/// Blocks from a first one on.
pub struct BlockStore {
    blocks: Blocks,
    /// Pairs of a block where the coupling does not say: those of a batch.
    batch: usize,
    /// Blocks that are drawn before they are taken, at most.
    ahead: usize,
    /// How many are, or are being, drawn.
    n_ahead: AtomicUsize,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// The first block that nobody draws yet.
    next: u64,
    /// Blocks that wait to be taken; `None` if drawing one panicked, which whoever takes it is to see.
    drawn: BTreeMap<u64, Option<Block>>,
}

impl BlockStore {
    /// Blocks from `first` on, a batch each unless the coupling says their size, of which so many may be drawn ahead. With
    /// none, whoever takes a block draws it.
    pub fn new(blocks: Blocks, (first, batch): (u64, usize), ahead: usize) -> Self {
        Self {
            blocks,
            batch,
            ahead,
            n_ahead: AtomicUsize::new(0),
            state: Mutex::new(State {
                next: first,
                drawn: BTreeMap::new(),
            }),
            changed: Condvar::new(),
        }
    }

    /// Whether blocks are drawn ahead.
    pub fn is_shared(&self) -> bool {
        self.ahead > 0
    }

    /// Whether fewer blocks are ahead than half of those that may be.
    pub fn is_low(&self) -> bool {
        2 * self.n_ahead.load(Ordering::Relaxed) < self.ahead
    }

    /// Whether another block may be drawn.
    pub fn has_room(&self) -> bool {
        self.n_ahead.load(Ordering::Relaxed) < self.ahead
    }

    /// Draws a block ahead; `false` if there are enough.
    pub fn draw_ahead(&self) -> bool {
        let number = {
            let mut state = self.lock();
            if !self.has_room() {
                return false;
            }
            self.n_ahead.fetch_add(1, Ordering::Relaxed);
            state.next += 1;
            state.next - 1
        };
        let drawn = caught(|| self.blocks.draw(number, self.batch)).ok();
        self.lock().drawn.insert(number, drawn);
        self.changed.notify_all();
        true
    }

    /// A block, see [`Blocks::draw`]; they are to be asked for one after the other, from the first on.
    ///
    /// # Errors
    /// As [`Blocks::draw`].
    pub fn take(&self, block: u64, n: usize) -> Block {
        let mut state = self.lock();
        while state.next > block {
            if let Some(drawn) = state.drawn.remove(&block) {
                self.n_ahead.fetch_sub(1, Ordering::Relaxed);
                drop(state);
                return drawn.unwrap_or_else(|| self.blocks.draw(block, n));
            }
            // Somebody is at it: another one meanwhile, or a rest.
            drop(state);
            let drew = self.draw_ahead();
            state = self.lock();
            if !drew && !state.drawn.contains_key(&block) {
                let waited = self.changed.wait(state);
                state = waited.unwrap_or_else(PoisonError::into_inner);
            }
        }
        state.next = block + 1;
        drop(state);
        self.blocks.draw(block, n)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::coupling::Coupling;
    use crate::flow::distribution::{Distribution, Shape};

    fn blocks(std: f64) -> Blocks {
        let sampler = Distribution::from(Shape::Gaussian { std }).sampler();
        let sampler = sampler.unwrap();
        let coupling = Coupling::BatchOt { batch: 32 };
        Blocks::new(sampler.clone(), 1.0, sampler, coupling, 3)
    }

    #[test]
    fn blocks_come_in_order_whoever_draws_them() {
        for (helpers, ahead) in [(0, 0), (0, 4), (1, 4), (3, 6)] {
            let (blocks, store) = (blocks(1.0), BlockStore::new(blocks(1.0), (5, 0), ahead));
            let over = std::sync::atomic::AtomicBool::new(false);
            std::thread::scope(|scope| {
                for _ in 0..helpers {
                    scope.spawn(|| {
                        while !over.load(Ordering::Relaxed) {
                            store.draw_ahead();
                        }
                    });
                }
                for number in 5..60 {
                    assert_eq!(store.take(number, 0), blocks.draw(number, 0));
                }
                over.store(true, Ordering::Relaxed);
            });
        }
    }

    #[test]
    fn no_more_blocks_are_drawn_ahead_than_there_is_room_for() {
        let store = BlockStore::new(blocks(1.0), (0, 0), 4);
        let mut drawn = 0;
        while store.draw_ahead() {
            drawn += 1;
            assert_eq!(store.is_low(), drawn < 2);
        }
        assert_eq!((drawn, store.has_room()), (4, false));
        store.take(0, 0).unwrap();
        assert!(store.has_room());
    }
}
