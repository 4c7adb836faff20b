//! The fewest steps that are enough, found by trying few numbers of them.
//!
//! Numbers are doubled, 1, 2, 4, .., until one is enough; then the gap to the last one that was not is halved until nothing
//! is between. What is found is enough, and one step less is not. Where the error does not fall from each number of
//! steps to the next, an even smaller number may be enough by luck: it is not looked for. Refuses to know what is tried.

/// A search under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fewest {
    /// Most steps that are tried.
    most: usize,
    /// The largest number that is known not to be enough.
    too_few: usize,
    /// The smallest number that is known to be enough.
    enough: Option<usize>,
}

impl Fewest {
    /// Nothing has been tried; at most `most` steps (at least 1) will be.
    pub fn up_to(most: usize) -> Self {
        Self {
            most: most.max(1),
            too_few: 0,
            enough: None,
        }
    }

    /// What is to be tried next; nothing when the search is over.
    pub fn next(&self) -> Option<usize> {
        match self.enough {
            None if self.too_few == self.most => None,
            None => Some((2 * self.too_few).clamp(1, self.most)),
            Some(enough) if enough - self.too_few <= 1 => None,
            Some(enough) => Some(self.too_few + (enough - self.too_few) / 2),
        }
    }

    /// Whether the number that was tried, [`Self::next`], is enough.
    pub fn tell(&mut self, tried: usize, is_enough: bool) {
        match is_enough {
            true => self.enough = Some(tried),
            false => self.too_few = tried,
        }
    }

    /// What was found; nothing if not even the most steps are enough.
    pub fn found(&self) -> Option<usize> {
        self.enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found, and what was tried for it.
    fn search(most: usize, is_enough: impl Fn(usize) -> bool) -> (Option<usize>, Vec<usize>) {
        let (mut fewest, mut tried) = (Fewest::up_to(most), Vec::new());
        while let Some(n) = fewest.next() {
            tried.push(n);
            fewest.tell(n, is_enough(n));
        }
        (fewest.found(), tried)
    }

    #[test]
    fn the_smallest_number_is_found_whatever_it_is() {
        for least in 1..=130 {
            let (found, tried) = search(128, |n| n >= least);
            assert_eq!(found, (least <= 128).then_some(least));
            assert!(tried.len() <= 16 && tried.iter().all(|n| (1..=128).contains(n)));
            let mut once = tried.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), tried.len(), "{tried:?}");
        }
    }

    #[test]
    fn numbers_are_doubled_and_then_the_gap_is_halved() {
        assert_eq!(
            search(100, |n| n >= 11),
            (Some(11), vec![1, 2, 4, 8, 16, 12, 10, 11])
        );
        assert_eq!(search(6, |_| false), (None, vec![1, 2, 4, 6]));
    }

    /// A number that is enough by luck, between two that are not, may be passed over; what is found is at an edge.
    #[test]
    fn one_step_less_than_what_is_found_is_not_enough() {
        let lucky = |n| n == 3 || n >= 21;
        let (found, _) = search(64, lucky);
        assert_eq!(found, Some(21));
        assert!(!lucky(20));
    }
}
