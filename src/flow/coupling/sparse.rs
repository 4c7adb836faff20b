//! Rows of whole numbers, of which two at a time are made to share at most one column, without bias.
//!
//! Where two rows share two columns, mass may go round the four entries, one way or the other, until one of them is zero.
//! With the odds `d_- : d_+` for the steps `d_+` and `d_-` every entry stays what it is on average, and so do all sums
//! exactly (the dependent rounding of Gandhi, Khuller, Parthasarathy and Srinivasan, Journal of the ACM 53, 2006, on cycles of
//! four). Groups of rows are merged two by two: about `n^2` steps for each doubling of the groups.

use rand::Rng;

/// A column and what stands there, above zero.
pub type Cell = (u32, u32);

/// Rows of a group at the end: larger ones take longer to make than the entries that they save take to round.
const GROUP: usize = 16;

/// Leaves few entries: in groups of [`GROUP`] rows each two share one column at most. Cells of a row are sorted by column.
pub fn thin_out(rows: &mut [Vec<Cell>], rng: &mut impl Rng) {
    let mut size = 1;
    while size < rows.len().min(GROUP) {
        for group in rows.chunks_mut(2 * size) {
            let (first, second) = group.split_at_mut(size.min(group.len()));
            for a in first {
                for b in &mut *second {
                    part(a, b, rng);
                }
            }
        }
        size *= 2;
    }
}

/// Leaves two rows one column in common at most.
fn part(a: &mut Vec<Cell>, b: &mut Vec<Cell>, rng: &mut impl Rng) {
    let (mut i, mut j) = (0, 0);
    let mut pivot: Option<[usize; 2]> = None;
    let mut has_zeros = false;
    while i < a.len() && j < b.len() {
        if a[i].0 != b[j].0 {
            (i, j) = if a[i].0 < b[j].0 {
                (i + 1, j)
            } else {
                (i, j + 1)
            };
            continue;
        }
        if let Some([p, q]) = pivot {
            has_zeros = true;
            let (up, down) = (a[p].1.min(b[j].1), a[i].1.min(b[q].1));
            let all = u64::from(up) + u64::from(down);
            let lot = (u64::from(rng.next_u32()) * all) >> 32;
            if lot < u64::from(down) {
                (a[p].1, b[q].1) = (a[p].1 - up, b[q].1 + up);
                (a[i].1, b[j].1) = (a[i].1 + up, b[j].1 - up);
            } else {
                (a[p].1, b[q].1) = (a[p].1 + down, b[q].1 - down);
                (a[i].1, b[j].1) = (a[i].1 - down, b[j].1 + down);
            }
            if a[p].1 == 0 || b[q].1 == 0 {
                pivot = None;
            }
        }
        if pivot.is_none() && a[i].1 > 0 && b[j].1 > 0 {
            pivot = Some([i, j]);
        }
        (i, j) = (i + 1, j + 1);
    }
    if has_zeros {
        a.retain(|cell| cell.1 > 0);
        b.retain(|cell| cell.1 > 0);
    }
}
