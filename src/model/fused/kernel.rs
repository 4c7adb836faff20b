//! The two matrix products that everything else is made of, on rows of units.
//!
//! Units stand side by side in vectors and rows are broadcast, so neither product ever sums within a vector. Both keep a
//! tile of [`M`] rows by one panel in registers; a panel is [`SimdWidths::panel`] units wide, the last one of a layer
//! narrower. This file refuses to know layers, losses and threads.

use std::hint::black_box;

use pulp::{Arch, Simd, WithSimd};

/// Rows of one register tile: with the vectors of a panel, their sums and one broadcast fill the registers.
const M: usize = 6;

/// Vectors of a full panel: 4 where there are 32 registers, 2 where there are 16.
const fn panel_vectors<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 4 } else { 2 }
}

/// How wide the vectors of a machine are, in units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimdWidths {
    /// Units in one vector: every row is padded to a multiple.
    pub vector: usize,
    /// Units in one full panel.
    pub panel: usize,
}

impl SimdWidths {
    /// Those of an instruction set.
    pub fn of(arch: Arch) -> Self {
        arch.dispatch(AskWidths)
    }
}

struct AskWidths;

impl WithSimd for AskWidths {
    type Output = SimdWidths;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> SimdWidths {
        SimdWidths {
            vector: S::F32_LANES,
            panel: S::F32_LANES * panel_vectors::<S>(),
        }
    }
}

/// What a product becomes.
#[derive(Clone, Copy, Debug)]
pub enum Form<'a> {
    /// `C = A B + bias`, the bias `[width]` on every row.
    Biased(&'a [f32]),
    /// `C = C * A B`, element by element.
    Scaling,
}

/// One panel of `A B` in one of its forms.
///
/// `B` comes in `n_pieces` slices of whole rows, `[k, width]` each, because its rows may belong to several
/// owners.
pub struct RowProduct<'a, B> {
    /// `A`, row-major with `a_stride`; as many columns as all pieces have rows.
    pub a: &'a [f32],
    /// Distance of the rows of `A`.
    pub a_stride: usize,
    /// The slices of `B`.
    pub pieces: B,
    /// How many there are.
    pub n_pieces: usize,
    /// What becomes of the product.
    pub form: Form<'a>,
    /// `C` from its first unit on, row-major with `c_stride`.
    pub c: &'a mut [f32],
    /// Distance of the rows of `C`.
    pub c_stride: usize,
    /// Rows of `A` and `C`.
    pub rows: usize,
    /// Units of the panel.
    pub width: usize,
}

impl<'b, B: Fn(usize) -> &'b [f32]> WithSimd for RowProduct<'_, B> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.width / S::F32_LANES {
            1 => self.panel::<S, 1>(simd),
            2 => self.panel::<S, 2>(simd),
            3 if panel_vectors::<S>() > 2 => self.panel::<S, 3>(simd),
            4 if panel_vectors::<S>() > 2 => self.panel::<S, 4>(simd),
            _ => {}
        }
    }
}

impl<'b, B: Fn(usize) -> &'b [f32]> RowProduct<'_, B> {
    #[inline(always)]
    fn panel<S: Simd, const N: usize>(mut self, simd: S) {
        for i in (0..self.rows).step_by(M) {
            match self.rows - i {
                1 => self.tile::<S, 1, N>(simd, i),
                2 => self.tile::<S, 2, N>(simd, i),
                3 => self.tile::<S, 3, N>(simd, i),
                4 => self.tile::<S, 4, N>(simd, i),
                5 => self.tile::<S, 5, N>(simd, i),
                _ => self.tile::<S, M, N>(simd, i),
            }
        }
    }

    /// `R` rows from the `i`-th on.
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const N: usize>(&mut self, simd: S, i: usize) {
        let bias = match self.form {
            Form::Biased(bias) => vectors::<S, N>(bias).first().copied(),
            Form::Scaling => None,
        };
        let mut sums = [bias.unwrap_or([simd.splat_f32s(0.0); N]); R];
        let mut k = 0;
        for piece in 0..self.n_pieces {
            let b = vectors::<S, N>((self.pieces)(piece));
            // Opaque, or the compiler would reach each row by an addition from the one before.
            let start = |r| black_box((i + r) * self.a_stride + k);
            let a: [&[f32]; R] = std::array::from_fn(|r| &self.a[start(r)..][..b.len()]);
            for (k, b) in b.iter().enumerate() {
                for r in 0..R {
                    let a = simd.splat_f32s(a[r][k]);
                    for n in 0..N {
                        sums[r][n] = simd.mul_add_e_f32s(a, b[n], sums[r][n]);
                    }
                }
            }
            k += b.len();
        }
        let scale = matches!(self.form, Form::Scaling);
        let c = self.c[i * self.c_stride..].chunks_mut(self.c_stride);
        for (c, sum) in c.zip(sums) {
            let Some(c) = vectors_mut::<S, N>(c).first_mut() else {
                return;
            };
            for (c, sum) in c.iter_mut().zip(sum) {
                *c = if scale { simd.mul_f32s(sum, *c) } else { sum };
            }
        }
    }
}

/// One panel of `C = A^T B`, or of `C += A^T B`.
pub struct ColumnProduct<'a> {
    /// `A`, row-major with `a_stride`.
    pub a: &'a [f32],
    /// Distance of the rows of `A`.
    pub a_stride: usize,
    /// `B`, row-major with `b_stride`.
    pub b: &'a [f32],
    /// Distance of the rows of `B`.
    pub b_stride: usize,
    /// The panel's first unit in a row of `B`.
    pub column: usize,
    /// Rows of `A` and `B`.
    pub rows: usize,
    /// `C`, `[columns of A, width]`.
    pub c: &'a mut [f32],
    /// Units of the panel.
    pub width: usize,
    /// Whether to add to what `C` holds.
    pub add: bool,
}

impl WithSimd for ColumnProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.width / S::F32_LANES {
            1 => self.panel::<S, 1>(simd),
            2 => self.panel::<S, 2>(simd),
            3 if panel_vectors::<S>() > 2 => self.panel::<S, 3>(simd),
            4 if panel_vectors::<S>() > 2 => self.panel::<S, 4>(simd),
            _ => {}
        }
    }
}

impl ColumnProduct<'_> {
    #[inline(always)]
    fn panel<S: Simd, const N: usize>(mut self, simd: S) {
        let c = vectors_mut::<S, N>(std::mem::take(&mut self.c));
        for (i, c) in c.chunks_mut(M).enumerate() {
            match c.len() {
                1 => self.tile::<S, 1, N>(simd, i * M, c),
                2 => self.tile::<S, 2, N>(simd, i * M, c),
                3 => self.tile::<S, 3, N>(simd, i * M, c),
                4 => self.tile::<S, 4, N>(simd, i * M, c),
                5 => self.tile::<S, 5, N>(simd, i * M, c),
                _ => self.tile::<S, M, N>(simd, i * M, c),
            }
        }
    }

    /// `R` rows of `C`, from the `i`-th column of `A` on.
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const N: usize>(
        &self,
        simd: S,
        i: usize,
        c: &mut [[S::f32s; N]],
    ) {
        let Some(c) = c.first_chunk_mut::<R>() else {
            return;
        };
        let mut sums = [[simd.splat_f32s(0.0); N]; R];
        if self.add {
            sums = *c;
        }
        // Whole rows and fixed places in them: what has to be checked is the same for all rows, and checked once.
        let a = self.a.chunks_exact(self.a_stride);
        let b = self.b.chunks_exact(self.b_stride);
        let units = self.column..self.column + N * S::F32_LANES;
        for (a, b) in a.zip(b).take(self.rows) {
            let b = vectors::<S, N>(&b[units.clone()]);
            let (Some(a), Some(b)) = (a[i..i + R].first_chunk::<R>(), b.first()) else {
                return;
            };
            for r in 0..R {
                let a = simd.splat_f32s(a[r]);
                for n in 0..N {
                    sums[r][n] = simd.mul_add_e_f32s(a, b[n], sums[r][n]);
                }
            }
        }
        *c = sums;
    }
}

/// The slice as rows of `N` vectors.
#[inline(always)]
pub fn vectors<S: Simd, const N: usize>(values: &[f32]) -> &[[S::f32s; N]] {
    S::as_simd_f32s(values).0.as_chunks().0
}

/// The slice as rows of `N` vectors.
#[inline(always)]
pub fn vectors_mut<S: Simd, const N: usize>(values: &mut [f32]) -> &mut [[S::f32s; N]] {
    S::as_mut_simd_f32s(values).0.as_chunks_mut().0
}

/// The two outputs of every row: `out = a W^T + bias`, summed within vectors.
pub struct Outputs<'a> {
    /// `a`, row-major with `a_stride`.
    pub a: &'a [f32],
    /// Distance of the rows of `a`.
    pub a_stride: usize,
    /// `W^T` by panels of this machine, `[2, width]` each.
    pub weights: &'a [f32],
    /// Units of a full panel.
    pub panel: usize,
    /// Added to every row.
    pub bias: [f32; 2],
    /// `[rows, 2]`.
    pub out: &'a mut [[f32; 2]],
}

impl WithSimd for Outputs<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for (a, out) in self.a.chunks(self.a_stride).zip(self.out) {
            let mut sums = [simd.splat_f32s(0.0); 2];
            for (a, w) in a
                .chunks(self.panel)
                .zip(self.weights.chunks(2 * self.panel))
            {
                let (w_0, w_1) = w.split_at(w.len() / 2);
                let w = vectors::<S, 1>(w_0).iter().zip(vectors::<S, 1>(w_1));
                for ([a], ([w_0], [w_1])) in vectors::<S, 1>(a).iter().zip(w) {
                    sums[0] = simd.mul_add_e_f32s(*a, *w_0, sums[0]);
                    sums[1] = simd.mul_add_e_f32s(*a, *w_1, sums[1]);
                }
            }
            for k in 0..2 {
                out[k] = self.bias[k] + simd.reduce_sum_f32s(sums[k]);
            }
        }
    }
}
