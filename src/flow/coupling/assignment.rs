//! The exact optimal permutation between two point sets of equal size, for squared distances.
//!
//! This file knows units, errors and the certificate; the search itself begins in `auction.rs`. It refuses to know
//! where the points come from.
//!
//! `|x_i - y_j|^2 = |x_i|^2 + |y_j|^2 - 2 x_i . y_j`, and the squares are the same for every permutation. So only
//! inner products matter, and for the same reason each set may be moved and scaled by itself: both are brought
//! into the unit square, and neither the units nor the distance between the sets costs any precision.

use thiserror::Error;

use super::clusters;
use super::normalised::Normalised;
use super::quota::Quota;
use crate::flow::Point;
use crate::flow::work::finish;

/// Largest coordinate whose squared distances are finite with room for sums over many points.
pub const MAX_COORDINATE: f64 = 1e150;

/// An optimal permutation with its proof.
///
/// `u_i + v_j <= |x_i - y_j|^2` for all pairs and equality for matched ones (both up to rounding), so the sum of
/// all `u` and `v` is a lower bound for every permutation's cost that this one attains.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// `x_1[target_of_source[i]]` is the partner of `x_0[i]`.
    pub target_of_source: Vec<usize>,
    /// Mean of the squared distances of the pairs; 0 for no points.
    pub mean_cost: f64,
    /// Dual variables of the source points.
    pub u: Vec<f64>,
    /// Dual variables of the target points.
    pub v: Vec<f64>,
}

/// Point sets that cannot be assigned.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AssignmentError {
    /// The coupling is that of a flow that is not there.
    #[error(
        "reflow needs the pairs of the round before: \"Straighten this flow\" makes them of a flow that is trained, and \
         `pushforward run` trains all rounds"
    )]
    NotGiven,
    /// Fresh pairs are to come from a network that is not there.
    #[error(
        "fresh pairs need the network of the round before, which is not there: `fresh: 0` takes the pairs that are"
    )]
    NoTeacher,
    /// A flow takes a point nowhere.
    #[error(
        "the flow of the round before takes a point nowhere: `fresh: 0` takes the pairs that are there"
    )]
    Lost,
    /// A permutation needs two sets of one size.
    #[error("cannot pair {n_sources} source points with {n_targets} target points one to one")]
    UnequalLengths {
        /// Points in the first set.
        n_sources: usize,
        /// Points in the second set.
        n_targets: usize,
    },
    /// NaN, infinity, or a coordinate whose square is not a number.
    #[error("{side} point {index} is ({x:e}, {y:e}): coordinates must lie within +-1e150")]
    OutOfRange {
        /// "source" or "target".
        side: &'static str,
        /// Its place, from 0.
        index: usize,
        /// Its first coordinate.
        x: f64,
        /// Its second coordinate.
        y: f64,
    },
}

/// The permutation with the least sum of squared distances; any of them where there are several.
///
/// Measured on one core with AVX-512 (Zen 4): 0.4 ms for 256 points, 1.0 ms for 512, 3.4 ms for 1024, 9 ms for
/// 2000, 30 ms for 4096; with AVX2 it takes 1.2 to 1.6 times as long. Points that coincide, or nearly, take no more
/// than twice as long, and where there are few distinct ones a small part of it (`cargo bench --bench assignment`).
///
/// # Errors
/// Sets of unequal size, and coordinates that are not finite or beyond [`MAX_COORDINATE`].
pub fn assign(x_0: &[Point], x_1: &[Point]) -> Result<Assignment, AssignmentError> {
    finish(assign_in_pieces(x_0, x_1))
}

/// [`assign`] with pauses: with AVX2 about every 2 ms at 4000 points.
///
/// # Errors
/// As [`assign`].
pub async fn assign_in_pieces(x_0: &[Point], x_1: &[Point]) -> Result<Assignment, AssignmentError> {
    check_pairs(x_0, x_1)?;
    let n = x_0.len();
    let sources = Normalised::new(x_0);
    let targets = Normalised::new(x_1);
    let mut quota = Quota::new();
    let solved = clusters::solve(&sources.points, &targets.points, &mut quota).await;

    // With x = c_x + s_x x' and y = c_y + s_y y':
    // |x - y|^2 = |x - c_y|^2 + (|y - c_x|^2 - |c_x - c_y|^2) - 2 s_x s_y x' . y'
    let unit = 2.0 * sources.scale * targets.scale;
    let offset = squared_distance(sources.center, targets.center);
    let u = x_0.iter().zip(&solved.a);
    let v = x_1.iter().zip(&solved.b);
    let matched = x_0.iter().zip(&solved.column_of);
    let cost: f64 = matched.map(|(&x, &j)| squared_distance(x, x_1[j])).sum();
    Ok(Assignment {
        mean_cost: cost / n.max(1) as f64,
        u: u.map(|(&x, a)| squared_distance(x, targets.center) + unit * a)
            .collect(),
        v: v.map(|(&y, b)| squared_distance(y, sources.center) - offset + unit * b)
            .collect(),
        target_of_source: solved.column_of,
    })
}

/// The squared 2-Wasserstein distance between two empirical measures of one size, exactly: the mean cost of the
/// optimal permutation. Take the root for `W_2`.
///
/// # Errors
/// As [`assign`].
pub fn w2_squared(xs: &[Point], ys: &[Point]) -> Result<f64, AssignmentError> {
    finish(w2_squared_in_pieces(xs, ys))
}

/// [`w2_squared`] with pauses, see [`assign_in_pieces`].
///
/// # Errors
/// As [`assign`].
pub async fn w2_squared_in_pieces(xs: &[Point], ys: &[Point]) -> Result<f64, AssignmentError> {
    Ok(assign_in_pieces(xs, ys).await?.mean_cost)
}

/// `|a - b|^2`, summed over both coordinates.
pub fn squared_distance(a: Point, b: Point) -> f64 {
    let (d_0, d_1) = (a[0] - b[0], a[1] - b[1]);
    d_0 * d_0 + d_1 * d_1
}

/// Refuses lists of unequal lengths, and points whose squared distances are no numbers.
pub(super) fn check_pairs(x_0: &[Point], x_1: &[Point]) -> Result<(), AssignmentError> {
    if x_0.len() != x_1.len() {
        return Err(AssignmentError::UnequalLengths {
            n_sources: x_0.len(),
            n_targets: x_1.len(),
        });
    }
    check("source", x_0)?;
    check("target", x_1)
}

fn check(side: &'static str, points: &[Point]) -> Result<(), AssignmentError> {
    let is_good = |p: &Point| p[0].abs() <= MAX_COORDINATE && p[1].abs() <= MAX_COORDINATE;
    match points.iter().position(|p| !is_good(p)) {
        None => Ok(()),
        Some(index) => Err(AssignmentError::OutOfRange {
            side,
            index,
            x: points[index][0],
            y: points[index][1],
        }),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
pub(super) mod tests;

#[cfg(test)]
#[path = "coinciding_tests.rs"]
mod coinciding_tests;
