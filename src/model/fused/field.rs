//! The network as a velocity field: an immutable copy of the weights that any thread may evaluate, with the
//! exact divergence by two forward-mode tangents.
//!
//! Points go through the engine's kernels in tiles. The time features are the same for a whole batch, so they
//! are folded into the bias of the first layer, which then has two inputs.

use std::sync::Arc;

use pulp::Arch;

use crate::experiment::{Experiment, Model};
use crate::flow::conversion::Affine;
use crate::flow::path::Path;
use crate::flow::{Jacobian, Point, Provenance, VelocityField};
use crate::model::{MlpParams, ModelFile, Scaling, embedding};

use super::aligned::Aligned;
use super::kernel::{Form, Outputs, RowProduct, SimdWidths};
use super::layout::{Layer, Layout, OUTPUTS};
use super::nonlinearity::Activate;
use super::tape::TILE;

/// Coordinates of a point.
const PLANE: usize = 2;

/// A learned velocity field `v_t(x) = a(t) x + b(t) net(c_in(t) x, t)` at one training step; `a = 0` and `b = c_out` for a
/// network that predicts the velocity, see [`Scaling::velocity`].
#[derive(Clone)]
pub struct FrozenField {
    params: Arc<MlpParams>,
    /// The network cut for the kernels; `None` for one without a hidden layer, which does not exist.
    network: Option<Arc<Network>>,
    model: Model,
    path: Path,
    scaling: Scaling,
    step: u64,
    /// The time that it is known at, if that is but one: it then stands for all times.
    only_at: Option<f64>,
}

/// The weights as the kernels take them.
struct Network {
    arch: Arch,
    layout: Layout,
    blocks: Vec<Aligned>,
}

impl FrozenField {
    /// The field of the given weights under the experiment's path.
    pub fn new(
        params: Arc<MlpParams>,
        experiment: &Experiment,
        scaling: Scaling,
        step: u64,
    ) -> Self {
        Self::on(Arch::new(), params, experiment, scaling, step)
    }

    /// The same on the given instruction set.
    pub(super) fn on(
        arch: Arch,
        params: Arc<MlpParams>,
        experiment: &Experiment,
        scaling: Scaling,
        step: u64,
    ) -> Self {
        let problem = &experiment.problem;
        let (start, _) = problem.path.time_range();
        let file = (experiment.model.clone(), problem.path, scaling, step);
        Self {
            only_at: problem.velocity.is_one_step().then_some(start),
            ..Self::of(arch, params, file)
        }
    }

    /// The field of the flow that a file has the weights of.
    pub fn of_file(file: ModelFile) -> Self {
        let ModelFile {
            params,
            model,
            path,
            scaling,
            step,
        } = file;
        Self::of(Arch::new(), Arc::new(params), (model, path, scaling, step))
    }

    fn of(
        arch: Arch,
        params: Arc<MlpParams>,
        (model, path, scaling, step): (Model, Path, Scaling, u64),
    ) -> Self {
        let network = Layout::new(params.widths(), SimdWidths::of(arch)).map(|layout| {
            let blocks = layout.cut(params.values());
            Arc::new(Network {
                arch,
                layout,
                blocks,
            })
        });
        Self {
            params,
            network,
            model,
            path,
            scaling,
            step,
            only_at: None,
        }
    }

    /// The weights.
    pub fn params(&self) -> &Arc<MlpParams> {
        &self.params
    }

    /// The network's shape.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The path that it has learned.
    pub fn path(&self) -> Path {
        self.path
    }

    /// Training steps behind the weights.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The scales between canvas and network.
    pub fn scaling(&self) -> Scaling {
        self.scaling
    }

    fn pass(&self, t: f64, tangents: bool) -> Option<Pass<'_>> {
        let network = self.network.as_deref()?;
        let t = self.only_at.unwrap_or(t);
        let schedule = self.path.at(t);
        let mut time = Vec::new();
        embedding::push_features(self.model.time, t, &mut time);
        let stride = network
            .layout
            .hidden
            .iter()
            .map(|layer| layer.stride)
            .max()?;
        let streams = if tangents { 1 + PLANE } else { 1 };
        Some(Pass {
            network,
            model: &self.model,
            biases: network.first_biases(&time),
            streams: (0..streams).map(|_| Stream::new(stride)).collect(),
            c_in: self.scaling.input(schedule),
            velocity: self.scaling.velocity(self.model.parametrisation, schedule),
        })
    }
}

impl VelocityField for FrozenField {
    fn eval(&self, t: f64, xs: &[Point], out: &mut [Point]) {
        let Some(mut pass) = self.pass(t, false) else {
            return;
        };
        for (xs, out) in xs.chunks(TILE).zip(out.chunks_mut(TILE)) {
            pass.forward(xs);
            pass.velocities(xs, out);
        }
    }

    fn eval_div(&self, t: f64, xs: &[Point], out: &mut [Point], div: &mut [f64]) {
        let Some(mut pass) = self.pass(t, true) else {
            return;
        };
        let tiles = xs.chunks(TILE).zip(out.chunks_mut(TILE));
        for ((xs, out), div) in tiles.zip(div.chunks_mut(TILE)) {
            pass.forward(xs);
            pass.velocities(xs, out);
            pass.divergences(div);
        }
    }

    fn eval_jacobian(&self, t: f64, xs: &[Point], out: &mut [Point], jacobian: &mut [Jacobian]) {
        let Some(mut pass) = self.pass(t, true) else {
            return;
        };
        let tiles = xs.chunks(TILE).zip(out.chunks_mut(TILE));
        for ((xs, out), jacobian) in tiles.zip(jacobian.chunks_mut(TILE)) {
            pass.forward(xs);
            pass.velocities(xs, out);
            pass.jacobians(jacobian);
        }
    }

    fn provenance(&self) -> Provenance {
        Provenance::Learned { step: self.step }
    }
}

impl Network {
    /// The first layer's biases with the time features' share added, panel by panel.
    fn first_biases(&self, time: &[f32]) -> Vec<Vec<f32>> {
        let first = self
            .layout
            .hidden
            .first()
            .map_or(&[][..], |layer| self.layout.panels_of(layer));
        let panels = first.iter().zip(&self.blocks);
        let folded = panels.map(|(panel, block)| {
            let (weights, bias) = block.split_at(panel.weights());
            let mut bias = bias.to_vec();
            embedding::fold(time, &weights[PLANE * panel.width..], &mut bias);
            bias
        });
        folded.collect()
    }
}

/// One evaluation of the field on a batch of points, tile by tile.
struct Pass<'a> {
    network: &'a Network,
    model: &'a Model,
    /// Of the first layer, with the time folded in.
    biases: Vec<Vec<f32>>,
    /// The values, then the tangents along x and y if asked for.
    streams: Vec<Stream>,
    c_in: f64,
    /// What makes a velocity of the network's output.
    velocity: Affine,
}

/// Rows on their way through the network.
struct Stream {
    /// What the first layer reads, `[rows, 2]`.
    inputs: Vec<f32>,
    /// What a layer reads, `[rows, stride]`.
    now: Aligned,
    /// What it writes.
    next: Aligned,
    /// The network's outputs.
    outputs: Vec<[f32; OUTPUTS]>,
}

impl Stream {
    fn new(stride: usize) -> Self {
        Self {
            inputs: Vec::with_capacity(TILE * PLANE),
            now: Aligned::zeros(TILE * stride),
            next: Aligned::zeros(TILE * stride),
            outputs: Vec::with_capacity(TILE),
        }
    }

    /// One layer's products with every panel: with the biases, or onto the derivatives that stand in `next`.
    fn multiply(&mut self, network: &Network, index: usize, biases: Option<&[Vec<f32>]>) {
        let (layout, layer) = (&network.layout, &network.layout.hidden[index]);
        let rows = self.inputs.len() / PLANE;
        let (a, a_stride, n_in) = match index.checked_sub(1) {
            None => (self.inputs.as_slice(), PLANE, PLANE),
            Some(below) => (&*self.now, layout.hidden[below].stride, layer.n_in),
        };
        let blocks = layout
            .panels_of(layer)
            .iter()
            .zip(&network.blocks[layer.panels.clone()]);
        for (i, (panel, block)) in blocks.enumerate() {
            let own = &block[panel.weights()..];
            let form = biases.map_or(Form::Scaling, |folded| {
                Form::Biased(folded.get(i).map_or(own, |b| b))
            });
            network.arch.dispatch(RowProduct {
                a,
                a_stride,
                pieces: |_| &block[..n_in * panel.width],
                n_pieces: 1,
                form,
                c: &mut self.next[panel.column..],
                c_stride: layer.stride,
                rows,
                width: panel.width,
            });
        }
    }

    /// What was written is read next.
    fn swap(&mut self) {
        std::mem::swap(&mut self.now, &mut self.next);
    }

    fn read_out(&mut self, network: &Network, layer: &Layer, with_bias: bool) {
        let Some(block) = network.blocks.last() else {
            return;
        };
        let (weights, bias) = block.split_at(OUTPUTS * layer.padded);
        self.outputs
            .resize(self.inputs.len() / PLANE, [0.0; OUTPUTS]);
        network.arch.dispatch(Outputs {
            a: &self.now,
            a_stride: layer.stride,
            weights,
            panel: network.layout.simd().panel,
            bias: if with_bias {
                [bias[0], bias[1]]
            } else {
                [0.0; OUTPUTS]
            },
            out: &mut self.outputs,
        });
    }
}

impl Pass<'_> {
    /// All layers on at most [`TILE`] points: values, and tangents by the chain rule.
    fn forward(&mut self, xs: &[Point]) {
        let network = self.network;
        let Some((values, tangents)) = self.streams.split_first_mut() else {
            return;
        };
        values.inputs.clear();
        values
            .inputs
            .extend(xs.as_flattened().iter().map(|x| (self.c_in * x) as f32));
        for (axis, tangent) in tangents.iter_mut().enumerate() {
            let unit: [f32; PLANE] = std::array::from_fn(|k| if k == axis { 1.0 } else { 0.0 });
            tangent.inputs.clear();
            tangent.inputs.extend(xs.iter().flat_map(|_| unit));
        }
        for (index, layer) in network.layout.hidden.iter().enumerate() {
            let biases: &[Vec<f32>] = if index == 0 { &self.biases } else { &[] };
            values.multiply(network, index, Some(biases));
            let len = xs.len() * layer.stride;
            let (first, others) = match tangents.split_first_mut() {
                Some((first, others)) => (&mut first.next[..len], others),
                None => (&mut [][..], &mut [][..]),
            };
            network.arch.dispatch(Activate {
                activation: self.model.activation,
                z: &mut values.next[..len],
                slope: first,
            });
            others
                .iter_mut()
                .for_each(|other| other.next[..len].copy_from_slice(first));
            tangents
                .iter_mut()
                .for_each(|tangent| tangent.multiply(network, index, None));
            values.swap();
            tangents.iter_mut().for_each(Stream::swap);
        }
        if let Some(layer) = network.layout.hidden.last() {
            for (i, stream) in self.streams.iter_mut().enumerate() {
                stream.read_out(network, layer, i == 0);
            }
        }
    }

    fn velocities(&self, xs: &[Point], out: &mut [Point]) {
        for ((out, v), &x) in out.iter_mut().zip(&self.streams[0].outputs).zip(xs) {
            *out = self.velocity.at(x, v.map(f64::from));
        }
    }

    /// The velocity is affine in point and output, and so is its Jacobian.
    fn jacobians(&self, jacobian: &mut [Jacobian]) {
        let Affine { of_x, of_value } = self.velocity;
        let scale = of_value * self.c_in;
        if let [_, dx, dy] = self.streams.as_slice() {
            for (matrix, (dx, dy)) in jacobian.iter_mut().zip(dx.outputs.iter().zip(&dy.outputs)) {
                *matrix = [0, 1].map(|i| [dx[i], dy[i]].map(|d| scale * f64::from(d)));
                (0..PLANE).for_each(|i| matrix[i][i] += of_x);
            }
        }
    }

    fn divergences(&self, div: &mut [f64]) {
        let Affine { of_x, of_value } = self.velocity;
        if let [_, dx, dy] = self.streams.as_slice() {
            for (div, (dx, dy)) in div.iter_mut().zip(dx.outputs.iter().zip(&dy.outputs)) {
                let of_output = f64::from(dx[0]) + f64::from(dy[1]);
                *div = PLANE as f64 * of_x + of_value * self.c_in * of_output;
            }
        }
    }
}
