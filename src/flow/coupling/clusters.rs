//! Points of several scales: clusters first, then the points within them, then all together.
//!
//! It refuses to know how one problem is solved (see [`super::auction`]), and how clusters are found (see
//! [`super::groups`]). Where many columns are within a millionth of each other, their prices differ by millionths, and
//! neither the auction's `epsilon` nor the sieve's single precision resolves that; shortest paths would have to, one
//! column after the other. So
//!
//! 1. each cluster is one column with a supply, at its centre: a transportation problem;
//! 2. each cluster is assigned, in its own units, to the rows that have been sent there, which may have clusters
//!    again;
//! 3. the prices of both scales together, `P_k + p_j`, are nearly optimal for all points; see [`super::merge`].
//!
//! After Merigot (Computer Graphics Forum 30, 2011), who solves coarser targets first. Columns that coincide need the
//! first step only. Clusters among the rows are the same problem with the roles exchanged.

use super::auction::{Problem, Solve, Solved, Solving, Transport};
use super::groups::Groups;
use super::merge::{Draft, Merge};
use super::normalised::Normalised;
use super::quota::Quota;
use crate::flow::Point;

/// The optimal permutation of any normalised points, see [`Problem`].
pub async fn solve(xs: &[Point], ys: &[Point], quota: &mut Quota) -> Solved {
    match (Groups::of(xs), Groups::of(ys)) {
        (None, None) => Problem { xs, ys }.solve(quota).await,
        (Some(of_xs), Some(of_ys)) if of_xs.len() >= of_ys.len() => {
            by_groups(xs, ys, of_ys, quota).await
        }
        (None, Some(of_ys)) => by_groups(xs, ys, of_ys, quota).await,
        (Some(of_xs), _) => transposed(by_groups(ys, xs, of_xs, quota).await),
    }
}

/// The same with rows and columns exchanged.
fn transposed(solved: Solved) -> Solved {
    let mut column_of = vec![0; solved.column_of.len()];
    for (row, &column) in solved.column_of.iter().enumerate() {
        column_of[column] = row;
    }
    Solved {
        column_of,
        a: solved.b,
        b: solved.a,
    }
}

/// Boxed, because a cluster may be solved by its own clusters.
fn by_groups<'a>(
    xs: &'a [Point],
    ys: &'a [Point],
    groups: Groups,
    quota: &'a mut Quota,
) -> Solving<'a> {
    Box::pin(async move { coarse_to_fine(xs, ys, &groups, quota).await })
}

async fn coarse_to_fine(xs: &[Point], ys: &[Point], groups: &Groups, quota: &mut Quota) -> Solved {
    let members = |numbers: &[usize]| numbers.iter().map(|&j| ys[j]).collect::<Vec<_>>();
    let shapes: Vec<Normalised> = groups
        .iter()
        .map(|numbers| Normalised::new(&members(numbers)))
        .collect();
    let centers: Vec<Point> = shapes.iter().map(|shape| shape.center).collect();
    let supplies: Vec<usize> = groups.iter().map(<[usize]>::len).collect();
    let coarse = Transport {
        xs,
        ys: &centers,
        supplies: &supplies,
    };
    let coarse = coarse.solve(quota).await;

    let mut rows_of = vec![Vec::new(); groups.len()];
    for (i, &k) in coarse.column_of.iter().enumerate() {
        rows_of[k].push(i);
    }
    let mut draft = Draft {
        column_of: vec![0; xs.len()],
        prices: vec![0.0; ys.len()],
    };
    for (k, numbers) in groups.iter().enumerate() {
        let sources: Vec<Point> = rows_of[k].iter().map(|&i| xs[i]).collect();
        let fine = within_group(&sources, &shapes[k], quota).await;
        for (&i, member) in rows_of[k].iter().zip(fine.column_of) {
            draft.column_of[i] = numbers[member];
        }
        for (&j, price) in numbers.iter().zip(fine.prices) {
            draft.prices[j] = price - coarse.b[k];
        }
    }
    if shapes.iter().all(coincide) {
        return Solved {
            a: coarse.a,
            b: draft.prices.iter().map(|price| -price).collect(),
            column_of: draft.column_of,
        };
    }
    let merge = Merge {
        xs,
        ys,
        groups,
        draft: &draft,
    };
    merge.solve(quota).await
}

fn coincide(shape: &Normalised) -> bool {
    shape.points.windows(2).all(|pair| pair[0] == pair[1])
}

/// The columns of a group, by their numbers in it, for the rows that have been sent to it. The prices are relative to
/// the centre's, such that the rows gain nothing on average.
async fn within_group(xs: &[Point], shape: &Normalised, quota: &mut Quota) -> Draft {
    if coincide(shape) {
        return Draft {
            column_of: (0..xs.len()).collect(),
            prices: vec![0.0; xs.len()],
        };
    }
    let sources = Normalised::new(xs);
    let Solved { column_of, b, .. } = solve(&sources.points, &shape.points, quota).await;
    // With x = c + s x' and y = c_y + s_y y':  x . (y - c_y) = s s_y x' . y' + s_y c . y'
    let unit = sources.scale * shape.scale;
    let offsets: Vec<Point> = shape
        .points
        .iter()
        .map(|y| y.map(|y| shape.scale * y))
        .collect();
    let dot = |x: Point, y: Point| x[0] * y[0] + x[1] * y[1];
    let prices = offsets
        .iter()
        .zip(&b)
        .map(|(&y, b)| dot(sources.center, y) - unit * b);
    let prices: Vec<f64> = prices.collect();
    let gains = xs
        .iter()
        .zip(&column_of)
        .map(|(&x, &j)| dot(x, offsets[j]) - prices[j]);
    let mean = gains.sum::<f64>() / xs.len() as f64;
    Draft {
        column_of,
        prices: prices.iter().map(|price| price + mean).collect(),
    }
}
