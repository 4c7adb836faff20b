//! A permutation drawn from a plan, without bias: source i gets target j with the probability `n P_ij`.
//!
//! Most entries are done away with two rows at a time ([`super::sparse`]), which is quick; what is left of it is halved.
//!
//! Drawing row by row among what is left would give the last rows what nobody wanted. Here the plan becomes whole numbers
//! whose rows and columns all sum up to `2^K`, and is halved K times. The even part of an entry is halved as it is; the odd
//! entries form a bipartite graph of even degrees, which falls into closed trails of even length, and along each of them
//! every other entry is rounded up and the rest down, which of the two by a coin. So every sum is halved exactly, every
//! entry on average, and what is left after K times is a permutation (the Euler partitions of Gabow, International Journal
//! of Computer and Information Sciences 5, 1976).

use rand::Rng;

use super::entropic::Plan;
use super::real::Real;
use super::sparse::{Cell, thin_out};

/// Rows and columns sum up to two to the power of this.
const K: u32 = 18;

/// An entry of a sparse matrix of whole numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Entry {
    row: u32,
    column: u32,
    value: u32,
}

/// The target of each source point. Marginals are those of the points, whatever the plan is worth: what it misses of
/// them is filled up first.
pub fn draw_permutation<T: Real>(plan: &Plan<T>, rng: &mut impl Rng) -> Vec<usize> {
    let mut rows = by_row(plan.n, &whole_numbers(plan));
    thin_out(&mut rows, rng);
    let mut entries = by_entry(&rows);
    let mut halving = Halving::new(plan.n);
    let mut coins = Coins {
        rng,
        bits: 0,
        left: 0,
    };
    for _ in 0..K {
        halving.halve(&mut entries, &mut coins);
    }
    let mut target_of_source = vec![0; plan.n];
    for entry in entries {
        target_of_source[entry.row as usize] = entry.column as usize;
    }
    target_of_source
}

fn by_row(n: usize, entries: &[Entry]) -> Vec<Vec<Cell>> {
    let mut rows: Vec<Vec<Cell>> = (0..n).map(|_| Vec::with_capacity(n)).collect();
    for entry in entries {
        let row = &mut rows[entry.row as usize];
        // In order, but for what was filled up at the end.
        if row.last().is_none_or(|last| last.0 < entry.column) {
            row.push((entry.column, entry.value));
            continue;
        }
        match row.binary_search_by_key(&entry.column, |cell| cell.0) {
            Ok(place) => row[place].1 += entry.value,
            Err(place) => row.insert(place, (entry.column, entry.value)),
        }
    }
    rows
}

fn by_entry(rows: &[Vec<Cell>]) -> Vec<Entry> {
    let entry = |row: usize| {
        move |&(column, value): &Cell| Entry {
            row: row as u32,
            column,
            value,
        }
    };
    let rows = rows.iter().enumerate();
    rows.flat_map(|(row, cells)| cells.iter().map(entry(row)))
        .collect()
}

/// The entries that are not zero, row by row, with all sums `2^K`: entries rounded down, and what is missing in rows and
/// columns one after the other (Altschuler, Weed and Rigollet, arXiv 1705.09634, algorithm 2, with the corner rule in
/// place of the product).
fn whole_numbers<T: Real>(plan: &Plan<T>) -> Vec<Entry> {
    let (n, whole) = (plan.n, f64::from(1_u32 << K));
    let mut columns = vec![0.0; n];
    for i in 0..n {
        for (sum, weight) in columns.iter_mut().zip(plan.row(i).as_flattened()) {
            *sum += weight.into_f64();
        }
    }
    let shares: Vec<f64> = columns
        .iter()
        .map(|&sum| whole / f64::max(sum, 1.0))
        .collect();
    let mut entries = Vec::with_capacity(16 * n);
    let mut missing = [vec![1_u32 << K; n], vec![1_u32 << K; n]];
    for i in 0..n {
        let first = entries.len();
        let mut sum = 0.0;
        for (j, (weight, share)) in plan.row(i).as_flattened().iter().zip(&shares).enumerate() {
            let value = (weight.into_f64() * share) as u32;
            if value > 0 {
                sum += f64::from(value);
                entries.push(Entry {
                    row: i as u32,
                    column: j as u32,
                    value,
                });
            }
        }
        // Rows are met up to rounding, and rounding may have been up.
        let part = whole / f64::max(sum, whole);
        for entry in &mut entries[first..] {
            if part < 1.0 {
                entry.value = (f64::from(entry.value) * part) as u32;
            }
            entry.value = entry.value.min(missing[1][entry.column as usize]);
            missing[0][i] -= entry.value;
            missing[1][entry.column as usize] -= entry.value;
        }
    }
    fill_up(&mut entries, missing);
    entries.retain(|entry| entry.value > 0);
    entries
}

/// Adds what is missing in rows and columns, which is as much in all rows as in all columns.
fn fill_up(entries: &mut Vec<Entry>, [mut rows, mut columns]: [Vec<u32>; 2]) {
    let (mut i, mut j) = (0, 0);
    while i < rows.len() && j < columns.len() {
        let value = rows[i].min(columns[j]);
        if value > 0 {
            entries.push(Entry {
                row: i as u32,
                column: j as u32,
                value,
            });
        }
        (rows[i], columns[j]) = (rows[i] - value, columns[j] - value);
        if rows[i] == 0 {
            i += 1;
        } else {
            j += 1;
        }
    }
}

/// Fair coins, sixty-four from each number.
struct Coins<'a, R> {
    rng: &'a mut R,
    bits: u64,
    left: u32,
}

impl<R: Rng> Coins<'_, R> {
    fn toss(&mut self) -> bool {
        if self.left == 0 {
            (self.bits, self.left) = (self.rng.next_u64(), 64);
        }
        self.left -= 1;
        let coin = self.bits & 1 == 1;
        self.bits >>= 1;
        coin
    }
}

/// The graph of the odd entries: from each row and each column, the entries that no trail has used.
struct Halving {
    /// Where the entries of each row, and of each column, begin in `at`.
    first: [Vec<u32>; 2],
    /// Up to where they have been looked at.
    next: [Vec<u32>; 2],
    /// Numbers of odd entries, by row and by column.
    at: [Vec<u32>; 2],
    /// Their numbers in order.
    odd: Vec<u32>,
    is_used: Vec<bool>,
}

impl Halving {
    fn new(n: usize) -> Self {
        let zeros = || vec![0; n + 1];
        Self {
            first: [zeros(), zeros()],
            next: [zeros(), zeros()],
            at: [Vec::new(), Vec::new()],
            odd: Vec::new(),
            is_used: Vec::new(),
        }
    }

    /// Halves the entries; those that become zero are left out.
    fn halve<R: Rng>(&mut self, entries: &mut Vec<Entry>, coins: &mut Coins<'_, R>) {
        self.join(entries);
        let rows = self.first[0].len() - 1;
        for start in 0..rows {
            while let Some(mut entry) = self.unused(0, start) {
                let mut is_up = coins.toss();
                let mut side = 0;
                loop {
                    self.is_used[entry] = true;
                    let found = &mut entries[entry];
                    // From here on an odd entry is its half, rounded.
                    found.value = found.value.wrapping_add_signed(if is_up { 1 } else { -1 });
                    (is_up, side) = (!is_up, 1 - side);
                    let here = [found.row, found.column][side] as usize;
                    if side == 0 && here == start {
                        break;
                    }
                    match self.unused(side, here) {
                        Some(next) => entry = next,
                        None => break,
                    }
                }
            }
        }
        for entry in &mut *entries {
            entry.value /= 2;
        }
        entries.retain(|entry| entry.value > 0);
    }

    /// Lists the odd entries by row and by column.
    fn join(&mut self, entries: &[Entry]) {
        self.is_used.clear();
        self.is_used.resize(entries.len(), false);
        self.list_odd(entries);
        for side in 0..2 {
            let end = |number: u32| {
                let entry = &entries[number as usize];
                [entry.row, entry.column][side] as usize
            };
            let first = &mut self.first[side];
            first.fill(0);
            for &number in &self.odd {
                first[end(number) + 1] += 1;
            }
            for k in 1..first.len() {
                first[k] += first[k - 1];
            }
            self.next[side].clone_from(first);
            self.at[side].clear();
            let total = first.last().copied().unwrap_or(0);
            self.at[side].resize(total as usize, 0);
            for &number in &self.odd {
                let place = &mut self.next[side][end(number)];
                self.at[side][*place as usize] = number;
                *place += 1;
            }
            self.next[side].clone_from(&self.first[side]);
        }
    }

    /// Without a branch for each entry, which nobody could predict.
    fn list_odd(&mut self, entries: &[Entry]) {
        self.odd.clear();
        self.odd.resize(entries.len(), 0);
        let mut n = 0;
        for (number, entry) in entries.iter().enumerate() {
            self.odd[n] = number as u32;
            n += (entry.value & 1) as usize;
        }
        self.odd.truncate(n);
    }

    /// An entry of that row or column that no trail has used.
    fn unused(&mut self, side: usize, end: usize) -> Option<usize> {
        let last = self.first[side][end + 1];
        let next = &mut self.next[side][end];
        while *next < last {
            let number = self.at[side][*next as usize] as usize;
            *next += 1;
            if !self.is_used[number] {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::assignment::squared_distance;
    use super::super::assignment::tests::{clustered, normal};
    use super::super::entropic::{Stop, entropic};
    use super::*;
    use crate::flow::rng::{Stream, stream};

    /// Each pair as often as the plan says, and its cost on average: 4000 draws.
    #[test]
    fn pairs_are_drawn_as_often_as_the_plan_says() {
        const N: usize = 12;
        const DRAWS: u64 = 4000;
        let (x_0, x_1) = (normal(N, 1.0, 1), clustered(N, 2));
        let plan: Plan<f32> = entropic(&x_0, &x_1, 0.2, Stop::default()).unwrap();
        let mut counts = [[0.0; N]; N];
        let (mut sum, mut squares) = (0.0, 0.0);
        for draw in 0..DRAWS {
            let partner = draw_permutation(&plan, &mut stream(5, Stream::Display, draw));
            let mut is_used = [false; N];
            let mut cost = 0.0;
            for (i, &j) in partner.iter().enumerate() {
                assert!(!std::mem::replace(&mut is_used[j], true));
                counts[i][j] += 1.0 / DRAWS as f64;
                cost += squared_distance(x_0[i], x_1[j]) / N as f64;
            }
            (sum, squares) = (sum + cost, squares + cost * cost);
        }
        for (i, row) in counts.iter().enumerate() {
            for (j, share) in row.iter().enumerate() {
                let expected = plan.at(i, j);
                let error = (expected * (1.0 - expected) / DRAWS as f64).sqrt();
                let off = (share - expected).abs();
                assert!(off < 4.5 * error + 2e-3, "{i} {j}: {share} {expected}");
            }
        }
        let mean = sum / DRAWS as f64;
        let error = ((squares / DRAWS as f64 - mean * mean) / DRAWS as f64).sqrt();
        assert!(
            (mean - plan.cost).abs() < 4.0 * error + 1e-3 * mean,
            "{mean} {} {error}",
            plan.cost
        );
    }

    /// Sums are whole powers of two whatever the plan has missed, and stay so.
    #[test]
    fn sums_are_halved_exactly() {
        let (x_0, x_1) = (normal(40, 1.0, 3), clustered(40, 4));
        for iterations in [1, 3, 100] {
            let stop = Stop {
                tolerance: 0.0,
                iterations,
            };
            let plan: Plan<f32> = entropic(&x_0, &x_1, 0.02, stop).unwrap();
            let mut rng = stream(1, Stream::Display, 0);
            let mut rows = by_row(40, &whole_numbers(&plan));
            let before: usize = rows.iter().map(Vec::len).sum();
            thin_out(&mut rows, &mut rng);
            let mut entries = by_entry(&rows);
            assert!(2 * entries.len() < before, "{before} {}", entries.len());
            let mut halving = Halving::new(40);
            let mut coins = Coins {
                rng: &mut rng,
                bits: 0,
                left: 0,
            };
            for k in (0..=K).rev() {
                for side in 0..2 {
                    let mut sums = [0; 40];
                    for entry in &entries {
                        sums[[entry.row, entry.column][side] as usize] += entry.value;
                    }
                    assert_eq!(sums, [1 << k; 40], "{iterations} {k}");
                }
                if k > 0 {
                    halving.halve(&mut entries, &mut coins);
                }
            }
        }
    }
}
