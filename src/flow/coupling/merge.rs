//! The last step of a problem of several scales: clusters that were assigned by themselves are put together.
//!
//! It refuses to know how each was solved. Within a cluster the draft is optimal; towards other clusters its prices are
//! off by no more than the cluster is wide. First whole clusters become dearer until (nearly) no row would rather be in
//! another; rows that still would, at the borders between clusters, are set free and find their columns along
//! shortest paths.

use std::ops::Range;

use pulp::Simd;

use super::auction::{Search, Solve, Solved};
use super::augment::TIE;
use super::columns::Columns;
use super::groups::Groups;
use super::quota::Quota;
use super::supplies::{Supplies, Units};
use super::vectors::WIDTH;
use crate::flow::Point;

/// With so few rows that would rather be in another cluster, prices are good enough.
const FEW: usize = 8;
/// Times that clusters become dearer, at most: where clusters must exchange rows no price is right.
const MAX_RAISES: usize = 4;

/// A permutation that is optimal or nearly so.
pub struct Draft {
    /// The column of each row.
    pub column_of: Vec<usize>,
    /// The price of each column.
    pub prices: Vec<f64>,
}

/// An assignment problem as in [`super::auction::Problem`], with a draft of its solution.
pub struct Merge<'a> {
    /// The rows.
    pub xs: &'a [Point],
    /// The columns.
    pub ys: &'a [Point],
    /// The clusters of the columns.
    pub groups: &'a Groups,
    /// The draft.
    pub draft: &'a Draft,
}

impl Merge<'_> {
    /// The group of each column.
    fn group_of(&self) -> Vec<usize> {
        let mut group_of = vec![0; self.ys.len()];
        for (k, numbers) in self.groups.iter().enumerate() {
            for &j in numbers {
                group_of[j] = k;
            }
        }
        group_of
    }
}

impl Solve for Merge<'_> {
    async fn solve_on<S: Simd>(self, simd: S, quota: &mut Quota) -> Solved {
        let n = self.ys.len();
        let columns = Columns::new(simd, self.ys, &self.draft.prices);
        let mut place_of = vec![0; n];
        for (place, &number) in columns.number.iter().enumerate() {
            place_of[number] = place;
        }
        let group_of = self.group_of();
        let group_at: Vec<usize> = columns.number.iter().map(|&j| group_of[j]).collect();
        let wanted: Vec<usize> = self.draft.column_of.iter().map(|&j| place_of[j]).collect();

        let mut search = Search::new(simd, self.xs, columns, Units::unsold(n));
        search.columns.ground_prices(simd);
        let mut envy = search.keep(&wanted, &group_at, quota).await;
        for _ in 0..MAX_RAISES {
            if envy.rows < FEW {
                break;
            }
            for (j, &k) in group_at.iter().enumerate() {
                let price = search.columns.price(j) + envy.of_group[k];
                search.columns.set_price(j, price);
            }
            search.columns.ground_prices(simd);
            envy = search.keep(&wanted, &group_at, quota).await;
        }
        search.augment(quota).await;
        search.solved()
    }
}

/// Who would rather have another column.
struct Envy {
    /// How many rows.
    rows: usize,
    /// By how much a group should be dearer for no row of another group to want one of its columns.
    of_group: Vec<f64>,
}

impl<S: Simd> Search<'_, S, Units> {
    /// Gives each row the column that it has in the draft, if there is none better at present.
    async fn keep(&mut self, wanted: &[usize], group_at: &[usize], quota: &mut Quota) -> Envy {
        self.supplies.clear();
        let mut envy = Envy {
            rows: 0,
            of_group: vec![0.0; group_at.len()],
        };
        let n = wanted.len();
        let scanning = quota.scan_all(
            self.simd,
            n,
            n,
            #[inline(always)]
            |rows| self.keep_rows(rows, wanted, group_at, &mut envy),
        );
        scanning.await;
        envy
    }

    #[inline(always)]
    fn keep_rows(
        &mut self,
        rows: Range<usize>,
        wanted: &[usize],
        group_at: &[usize],
        envy: &mut Envy,
    ) {
        for i in rows {
            let (x, j) = (self.rows[i], wanted[i]);
            self.seed[i] = j / WIDTH;
            let bid = self.columns.best_two(self.simd, x, j / WIDTH);
            let price = self.columns.price(j);
            let profit = self.columns.benefit(x, j) - price;
            let is_content = profit + TIE >= bid.best;
            self.column_of[i] = is_content.then_some(j);
            if is_content {
                self.supplies.sell(j, i, price, price);
                continue;
            }
            envy.rows += 1;
            let envied = group_at[bid.column];
            if envied != group_at[j] {
                let most = &mut envy.of_group[envied];
                *most = most.max(bid.best - profit);
            }
        }
    }
}
