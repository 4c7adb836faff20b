//! Pairs sorted by their first coordinate.

use super::assignment::AssignmentError;
use super::pairs::{Pairing, Pairs};
use crate::flow::constant::{Constant, Control, Range};
use crate::flow::vocabulary::Entry;

/// Within blocks the i-th source point from the left goes with the i-th target point from the left.
pub struct Sorted {
    /// Pairs in a block.
    pub batch: usize,
}

pub const ENTRY: Entry = Entry {
    name: "sorted",
    formula: "Within blocks of k pairs, from left to right",
    hint: "optimal transport of the first coordinates.",
    constants: &[Constant {
        name: "batch",
        symbol: "Block k",
        default: 256.0,
        range: Range::closed(1.0, 65_536.0),
        control: Control::Drag {
            step: 2.0,
            decimals: 0,
        },
        hint: "Pairs of one block, k.",
    }],
};

impl Pairing for Sorted {
    fn block(&self) -> Option<usize> {
        Some(self.batch.max(1))
    }

    fn pair(&self, mut drawn: Pairs) -> Result<Pairs, AssignmentError> {
        for points in [&mut drawn.x_0, &mut drawn.x_1] {
            points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        }
        Ok(drawn)
    }
}
