//! `W` to `W^T`, one panel at a time.

use pulp::{Simd, WithSimd};

/// Writes the first columns of `from` as rows of `to`, as many as `to` has.
pub struct Transpose<'a> {
    /// `[rows, width]`.
    pub from: &'a [f32],
    /// Distance of its rows.
    pub width: usize,
    /// `[columns, row_len]`; what a row has beyond the rows of `from` is left alone.
    pub to: &'a mut [f32],
    /// Distance of its rows.
    pub row_len: usize,
}

impl WithSimd for Transpose<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for (column, to) in self.to.chunks_exact_mut(self.row_len).enumerate() {
            for (to, from) in to.iter_mut().zip(self.from.chunks_exact(self.width)) {
                *to = from[column];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pulp::Arch;

    use super::*;

    #[test]
    fn rows_become_columns() {
        for (n, width, columns) in [(1, 16, 3), (16, 16, 16), (35, 48, 40), (64, 64, 64)] {
            let from: Vec<f32> = (0..n * width).map(|i| i as f32).collect();
            let row_len = n + 5;
            let mut to = vec![-1.0; columns * row_len];
            Arch::new().dispatch(Transpose {
                from: &from,
                width,
                to: &mut to,
                row_len,
            });
            for (column, row) in to.chunks(row_len).enumerate() {
                assert!(row[n..].iter().all(|&v| v == -1.0));
                assert!((0..n).all(|k| row[k] == from[k * width + column]));
            }
        }
    }
}
