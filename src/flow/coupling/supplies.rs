//! Who has been sold what: columns for one row each, or with a supply for many.
//!
//! It refuses to know points, and what a bid is worth. A column with a supply stands for as many equal columns. They
//! share one price, that of the cheapest of them (Bertsekas & Castanon, Annals of Operations Research 20, 1989,
//! "similar objects"): a row outbids the lowest bid among them, and its own bid goes up to its gain over another column,
//! not over another copy. So equal columns do not drive each other's prices up in steps of `epsilon`.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// What a sale has changed.
pub struct Sale {
    /// The price of the column from now on.
    pub price: f64,
    /// The row that has been outbid.
    pub loser: Option<usize>,
}

/// The rows that hold columns.
pub trait Supplies {
    /// Whether a column may have several holders, so that their limits are wanted.
    const SHARED: bool;
    /// Number of columns.
    fn len(&self) -> usize;
    /// Takes all columns back.
    fn clear(&mut self);
    /// Whether column j can take another row without losing one.
    fn has_room(&self, j: usize) -> bool;
    /// Whether nobody holds column j.
    fn is_unsold(&self, j: usize) -> bool;
    /// Sells column j, which costs `price`, for a bid that is no lower.
    fn sell(&mut self, j: usize, row: usize, price: f64, bid: f64) -> Sale;
    /// Ends the sales: from now on [`Self::holders`] lists them. The limit of a row is the price at which its column
    /// is no better for it than another.
    fn settle(&mut self, limits: &[f64]);
    /// The holders of column j, with prices up to which each is sure to want no other column, in rising order.
    fn holders(&self, j: usize) -> impl Iterator<Item = (usize, f64)>;
    /// Gives column j, at the given price, to one row and takes it from another.
    fn hand_over(&mut self, j: usize, price: f64, to: usize, from: Option<usize>);
}

/// Every column is for one row.
pub struct Units(Vec<Option<usize>>);

impl Units {
    /// Unsold columns.
    pub fn unsold(n: usize) -> Self {
        Self(vec![None; n])
    }
}

impl Supplies for Units {
    const SHARED: bool = false;

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn clear(&mut self) {
        self.0.fill(None);
    }

    #[inline(always)]
    fn has_room(&self, j: usize) -> bool {
        self.0[j].is_none()
    }

    #[inline(always)]
    fn is_unsold(&self, j: usize) -> bool {
        self.0[j].is_none()
    }

    #[inline(always)]
    fn sell(&mut self, j: usize, row: usize, _price: f64, bid: f64) -> Sale {
        Sale {
            price: bid,
            loser: self.0[j].replace(row),
        }
    }

    #[inline(always)]
    fn settle(&mut self, _limits: &[f64]) {}

    #[inline(always)]
    fn holders(&self, j: usize) -> impl Iterator<Item = (usize, f64)> {
        self.0[j].map(|row| (row, f64::NEG_INFINITY)).into_iter()
    }

    #[inline(always)]
    fn hand_over(&mut self, j: usize, _price: f64, to: usize, _from: Option<usize>) {
        self.0[j] = Some(to);
    }
}

/// Columns with supplies.
pub struct Stocks(Vec<Stock>);

struct Stock {
    supply: usize,
    /// While columns are sold, the lowest bid on top.
    bids: BinaryHeap<Reverse<Seat>>,
    /// Once they are, by limit.
    holders: Vec<Seat>,
}

/// A row and its bid, later its limit.
#[derive(Clone, Copy, PartialEq)]
struct Seat {
    price: f64,
    row: usize,
}

impl Eq for Seat {}

impl Ord for Seat {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_price = self.price.total_cmp(&other.price);
        by_price.then(self.row.cmp(&other.row))
    }
}

impl PartialOrd for Seat {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Stocks {
    /// Unsold columns with the given supplies.
    pub fn unsold(supplies: impl Iterator<Item = usize>) -> Self {
        let stock = |supply| Stock {
            supply,
            bids: BinaryHeap::new(),
            holders: Vec::new(),
        };
        Self(supplies.map(stock).collect())
    }
}

impl Supplies for Stocks {
    const SHARED: bool = true;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn clear(&mut self) {
        self.0.iter_mut().for_each(|stock| stock.bids.clear());
    }

    /// While columns are sold as well as later.
    fn has_room(&self, j: usize) -> bool {
        self.0[j].bids.len() + self.0[j].holders.len() < self.0[j].supply
    }

    fn is_unsold(&self, j: usize) -> bool {
        self.0[j].bids.len() + self.0[j].holders.len() == 0
    }

    fn sell(&mut self, j: usize, row: usize, price: f64, bid: f64) -> Sale {
        let stock = &mut self.0[j];
        let has_lost = stock.bids.len() == stock.supply;
        let lowest = if has_lost { stock.bids.pop() } else { None };
        stock.bids.push(Reverse(Seat { price: bid, row }));
        let next = stock
            .bids
            .peek()
            .filter(|_| stock.bids.len() == stock.supply);
        Sale {
            price: next.map_or(price, |Reverse(seat)| seat.price),
            loser: lowest.map(|Reverse(seat)| seat.row),
        }
    }

    fn settle(&mut self, limits: &[f64]) {
        for stock in &mut self.0 {
            let seat = |Reverse(Seat { row, .. })| Seat {
                row,
                price: limits[row],
            };
            stock.holders = stock.bids.drain().map(seat).collect();
            stock.holders.sort_unstable();
        }
    }

    fn holders(&self, j: usize) -> impl Iterator<Item = (usize, f64)> {
        self.0[j].holders.iter().map(|seat| (seat.row, seat.price))
    }

    fn hand_over(&mut self, j: usize, price: f64, to: usize, from: Option<usize>) {
        let holders = &mut self.0[j].holders;
        if let Some(from) = from {
            holders.retain(|seat| seat.row != from);
        }
        let seat = Seat { price, row: to };
        let place = holders.partition_point(|other| *other < seat);
        holders.insert(place, seat);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_bid_is_outbid_and_sets_the_price_once_all_copies_are_sold() {
        let mut stocks = Stocks::unsold([2, 1].into_iter());
        assert!(stocks.is_unsold(0) && stocks.has_room(0));
        let sale = stocks.sell(0, 7, 1.0, 3.0);
        assert_eq!((sale.price, sale.loser), (1.0, None));
        assert!(!stocks.is_unsold(0) && stocks.has_room(0));
        let sale = stocks.sell(0, 8, 1.0, 2.0);
        assert_eq!((sale.price, sale.loser), (2.0, None));
        assert!(!stocks.has_room(0) && stocks.is_unsold(1));
        let sale = stocks.sell(0, 9, 2.0, 2.5);
        assert_eq!((sale.price, sale.loser), (2.5, Some(8)));
        stocks.clear();
        assert!(stocks.is_unsold(0));
    }

    #[test]
    fn holders_stand_in_the_order_of_their_limits_and_hand_over() {
        let mut stocks = Stocks::unsold([3].into_iter());
        for row in 0..3 {
            stocks.sell(0, row, 0.0, 1.0);
        }
        stocks.settle(&[0.5, 0.2, 0.9]);
        let holders = |stocks: &Stocks| stocks.holders(0).collect::<Vec<_>>();
        assert_eq!(holders(&stocks), [(1, 0.2), (0, 0.5), (2, 0.9)]);
        assert!(!stocks.has_room(0));
        stocks.hand_over(0, 0.6, 5, Some(0));
        assert_eq!(holders(&stocks), [(1, 0.2), (5, 0.6), (2, 0.9)]);
    }

    #[test]
    fn a_unit_goes_to_the_last_bidder() {
        let mut units = Units::unsold(2);
        let sale = units.sell(1, 4, 0.0, 0.5);
        assert_eq!((sale.price, sale.loser), (0.5, None));
        let sale = units.sell(1, 6, 0.5, 0.7);
        assert_eq!((sale.price, sale.loser), (0.7, Some(4)));
        assert!(units.is_unsold(0) && !units.has_room(1));
    }
}
