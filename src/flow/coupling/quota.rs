//! How much of an assignment is done before the next pause.
//!
//! It refuses to know clocks. The time goes into row scans, and a scan takes longer the more columns there are; so both
//! together are what a piece has a number of. Problems that are solved one after the other share their pieces: a
//! hundred small clusters are one piece, not a hundred.

use std::ops::Range;

use pulp::Simd;

use super::vectors::vectorized;
use crate::flow::work::pause;

/// Columns that the scans of one piece have to choose from, all together: 3700 scans of 4000 columns, 1 to 2 ms with
/// AVX2.
pub const COLUMNS: usize = 1 << 24;
/// What a scan takes by itself, as so many columns.
const SCAN: usize = 512;

/// What a scan of so many columns takes. (Most of their blocks are not looked at, see [`super::sieve`].)
pub fn scan_cost(columns: usize) -> usize {
    SCAN + columns
}

/// What is left of a piece, in columns; never nothing.
pub struct Quota(usize);

impl Quota {
    /// That of a whole piece.
    pub fn new() -> Self {
        Self(COLUMNS)
    }

    /// What is left.
    pub fn left(&self) -> usize {
        self.0
    }

    /// How many scans of so many columns are left; the last of them may take more than that.
    pub fn scans(&self, columns: usize) -> usize {
        self.0.div_ceil(scan_cost(columns))
    }

    /// So much has been done. Pauses if it was what was left.
    pub async fn spend(&mut self, spent: usize) {
        self.0 = self.0.saturating_sub(spent);
        if self.0 == 0 {
            pause().await;
            *self = Self::new();
        }
    }

    /// Scans for all of `0..n`, for a part of them in each piece. The closure is to be `#[inline(always)]`, see
    /// [`vectorized`].
    pub async fn scan_all<S: Simd>(
        &mut self,
        simd: S,
        n: usize,
        columns: usize,
        mut work: impl FnMut(Range<usize>),
    ) {
        let mut first = 0;
        while first < n {
            let end = n.min(first + self.scans(columns));
            vectorized(
                simd,
                #[inline(always)]
                || work(first..end),
            );
            self.spend((end - first) * scan_cost(columns)).await;
            first = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::work::finish_while;

    #[test]
    fn scans_are_done_in_order_and_fill_the_pieces() {
        let columns = COLUMNS / 4 - scan_cost(0);
        let mut quota = Quota::new();
        let mut parts = Vec::new();
        let mut pauses = 0;
        let scanning = async {
            quota.spend(1).await;
            let scan = quota.scan_all(pulp::Scalar, 10, columns, |part| parts.push(part));
            scan.await;
        };
        let done = finish_while(scanning, || {
            pauses += 1;
            true
        });
        assert_eq!(done, Some(()));
        assert_eq!((parts, pauses), (vec![0..4, 4..8, 8..10], 2));
        assert_eq!(quota.left(), COLUMNS / 2);
        assert_eq!((quota.scans(columns), quota.scans(2 * COLUMNS)), (2, 1));
    }
}
