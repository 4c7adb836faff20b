//! Independent pairs.

use rand_chacha::ChaCha8Rng;

use super::assignment::AssignmentError;
use super::pairs::{Drawn, Pairing, Pairs};
use crate::flow::vocabulary::Entry;

/// `x_0` and `x_1` are drawn independently.
pub struct Independent;

pub const ENTRY: Entry = Entry::plain(
    "independent",
    "π = p × q",
    "every source point goes with any target point.",
);

impl Pairing for Independent {
    fn is_independent(&self) -> bool {
        true
    }

    fn pair(&self, drawn: Drawn, _rng: &mut ChaCha8Rng) -> Result<Pairs, AssignmentError> {
        Ok(drawn.pairs)
    }
}
