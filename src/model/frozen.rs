//! The network as a velocity field in plain Rust: an immutable copy of the weights that any thread may
//! evaluate, with the exact divergence by two forward-mode tangents.
//!
//! Points stand in vector lanes and each layer is a small matrix product on them; the instruction set is
//! chosen at run time by `pulp`. The time features are the same for a whole batch, so they are folded into
//! the bias of the first layer.

use std::sync::Arc;

use pulp::{Arch, Simd, WithSimd, bytemuck};

use crate::experiment::{Experiment, Model};
use crate::flow::path::Path;
use crate::flow::{Point, Provenance, VelocityField};

use super::activation;
use super::params::LayerParams;
use super::{MlpParams, Scaling, embedding};

/// Vectors of points that go through the network together.
const VECTORS: usize = 2;
/// Outputs that one inner loop accumulates: with [`VECTORS`] they fit 16 vector registers.
const TILE: usize = 4;

/// A learned velocity field `v_t(x) = c_out(t) net(c_in(t) x, t)` at one training step.
#[derive(Clone)]
pub struct FrozenField {
    params: Arc<MlpParams>,
    model: Model,
    path: Path,
    scaling: Scaling,
    step: u64,
}

impl FrozenField {
    /// The field of the given weights under the experiment's path.
    pub fn new(
        params: Arc<MlpParams>,
        experiment: &Experiment,
        scaling: Scaling,
        step: u64,
    ) -> Self {
        Self {
            params,
            model: experiment.model.clone(),
            path: experiment.path,
            scaling,
            step,
        }
    }

    /// The weights.
    pub fn params(&self) -> &Arc<MlpParams> {
        &self.params
    }

    /// The scales between canvas and network.
    pub fn scaling(&self) -> Scaling {
        self.scaling
    }

    fn run(&self, t: f64, xs: &[Point], out: &mut [Point], div: Option<&mut [f64]>) {
        let mut time = Vec::new();
        embedding::push_features(self.model.time, t, &mut time);
        let schedule = self.path.at(t);
        Arch::new().dispatch(Pass {
            field: self,
            time: &time,
            c_in: self.scaling.input(schedule),
            c_out: self.scaling.output(schedule),
            xs,
            out,
            div,
        });
    }
}

impl VelocityField for FrozenField {
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
        self.run(t, xs, out, None);
    }

    fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
        self.run(t, xs, out, Some(div));
    }

    fn provenance(&self) -> Provenance {
        Provenance::Learned { step: self.step }
    }
}

/// One evaluation of the field on a batch of points.
struct Pass<'a> {
    field: &'a FrozenField,
    time: &'a [f32],
    c_in: f64,
    c_out: f64,
    xs: &'a [Point],
    out: &'a mut [Point],
    div: Option<&'a mut [f64]>,
}

/// Activations `[unit][vector]` of one block of points, and what a layer writes them to.
struct Lanes<S: Simd> {
    now: Vec<S::f32s>,
    next: Vec<S::f32s>,
}

impl<S: Simd> Lanes<S> {
    fn new(simd: S, widest: usize) -> Self {
        let zeros = vec![simd.splat_f32s(0.0); widest * VECTORS];
        Self {
            now: zeros.clone(),
            next: zeros,
        }
    }
}

impl WithSimd for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let layers: Vec<LayerParams<'_>> = self.field.params.layers().collect();
        let first_bias = first_bias(&layers, self.time);
        let widest = self.field.params.widths().widest();
        let mut value = Lanes::<S>::new(simd, widest);
        let n_tangents = if self.div.is_some() { 2 } else { 0 };
        let mut tangents: Vec<Lanes<S>> =
            (0..n_tangents).map(|_| Lanes::new(simd, widest)).collect();
        let mut slope = vec![simd.splat_f32s(0.0); widest * VECTORS];
        let block = VECTORS * S::F32_LANES;
        let mut div = self.div;
        for (i, xs) in self.xs.chunks(block).enumerate() {
            load(simd, xs, self.c_in, &mut value, &mut tangents);
            forward(
                simd,
                &self.field.model,
                &layers,
                &first_bias,
                &mut value,
                &mut tangents,
                &mut slope,
            );
            let start = i * block;
            let v: &[f32] = bytemuck::cast_slice(&value.now[..2 * VECTORS]);
            for (p, out) in self.out[start..start + xs.len()].iter_mut().enumerate() {
                *out = [v[p], v[block + p]].map(|v| self.c_out * f64::from(v));
            }
            if let (Some(div), [dx, dy]) = (div.as_deref_mut(), tangents.as_slice()) {
                let dx: &[f32] = bytemuck::cast_slice(&dx.now[..VECTORS]);
                let dy: &[f32] = bytemuck::cast_slice(&dy.now[VECTORS..2 * VECTORS]);
                for (p, div) in div[start..start + xs.len()].iter_mut().enumerate() {
                    *div = self.c_out * self.c_in * (f64::from(dx[p]) + f64::from(dy[p]));
                }
            }
        }
    }
}

/// The first layer's bias with the time features' share added.
fn first_bias(layers: &[LayerParams<'_>], time: &[f32]) -> Vec<f32> {
    let Some(first) = layers.first() else {
        return Vec::new();
    };
    let mut bias = first.bias.to_vec();
    for (k, feature) in time.iter().enumerate() {
        let row = &first.weight[(2 + k) * first.n_out..(3 + k) * first.n_out];
        for (b, w) in bias.iter_mut().zip(row) {
            *b += feature * w;
        }
    }
    bias
}

/// Puts one block of points into the lanes, scaled, with unit tangents along x and y.
#[inline(always)]
fn load<S: Simd>(
    simd: S,
    xs: &[Point],
    c_in: f64,
    value: &mut Lanes<S>,
    tangents: &mut [Lanes<S>],
) {
    let block = VECTORS * S::F32_LANES;
    let lanes: &mut [f32] = bytemuck::cast_slice_mut(&mut value.now[..2 * VECTORS]);
    lanes.fill(0.0);
    for (p, x) in xs.iter().enumerate() {
        lanes[p] = (c_in * x[0]) as f32;
        lanes[block + p] = (c_in * x[1]) as f32;
    }
    for (axis, tangent) in tangents.iter_mut().enumerate() {
        let unit = |on: bool| simd.splat_f32s(if on { 1.0 } else { 0.0 });
        tangent.now[..VECTORS].fill(unit(axis == 0));
        tangent.now[VECTORS..2 * VECTORS].fill(unit(axis == 1));
    }
}

/// All layers on one block: values, and tangents by the chain rule.
#[inline(always)]
fn forward<S: Simd>(
    simd: S,
    model: &Model,
    layers: &[LayerParams<'_>],
    first_bias: &[f32],
    value: &mut Lanes<S>,
    tangents: &mut [Lanes<S>],
    slope: &mut [S::f32s],
) {
    for (i, layer) in layers.iter().enumerate() {
        let (n_in, bias) = if i == 0 {
            (2, first_bias)
        } else {
            (layer.n_in, layer.bias)
        };
        dense(simd, layer, n_in, Some(bias), value);
        for tangent in tangents.iter_mut() {
            dense(simd, layer, n_in, None, tangent);
        }
        if i + 1 == layers.len() {
            break;
        }
        let units = layer.n_out * VECTORS;
        let z: &mut [f32] = bytemuck::cast_slice_mut(&mut value.now[..units]);
        if tangents.is_empty() {
            activation::apply(model.activation, z);
            continue;
        }
        let d: &mut [f32] = bytemuck::cast_slice_mut(&mut slope[..units]);
        activation::apply_with_derivative(model.activation, z, d);
        for tangent in tangents.iter_mut() {
            for (dz, d) in tangent.now[..units].iter_mut().zip(&*slope) {
                *dz = simd.mul_f32s(*dz, *d);
            }
        }
    }
}

/// `next = now W (+ b)`, then swaps the two.
#[inline(always)]
fn dense<S: Simd>(
    simd: S,
    layer: &LayerParams<'_>,
    n_in: usize,
    bias: Option<&[f32]>,
    lanes: &mut Lanes<S>,
) {
    let tiled = layer.n_out - layer.n_out % TILE;
    for j in (0..tiled).step_by(TILE) {
        tile::<S, TILE>(simd, layer, n_in, bias, j, lanes);
    }
    for j in tiled..layer.n_out {
        tile::<S, 1>(simd, layer, n_in, bias, j, lanes);
    }
    std::mem::swap(&mut lanes.now, &mut lanes.next);
}

/// `N` outputs from the `j`-th on, for [`VECTORS`] vectors of points, accumulated in registers.
#[inline(always)]
fn tile<S: Simd, const N: usize>(
    simd: S,
    layer: &LayerParams<'_>,
    n_in: usize,
    bias: Option<&[f32]>,
    j: usize,
    lanes: &mut Lanes<S>,
) {
    let mut sums = [[simd.splat_f32s(0.0); VECTORS]; N];
    if let Some(bias) = bias {
        for (sum, b) in sums.iter_mut().zip(&bias[j..j + N]) {
            *sum = [simd.splat_f32s(*b); VECTORS];
        }
    }
    let rows = layer.weight.chunks_exact(layer.n_out);
    let inputs = lanes.now.chunks_exact(VECTORS);
    for (row, x) in rows.zip(inputs).take(n_in) {
        for (sum, w) in sums.iter_mut().zip(&row[j..j + N]) {
            let w = simd.splat_f32s(*w);
            for (s, x) in sum.iter_mut().zip(x) {
                *s = simd.mul_add_e_f32s(w, *x, *s);
            }
        }
    }
    for (out, sum) in lanes.next[j * VECTORS..]
        .chunks_exact_mut(VECTORS)
        .zip(sums)
    {
        out.copy_from_slice(&sum);
    }
}
