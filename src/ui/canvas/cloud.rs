//! Clouds on the graphics card: the positions are uploaded once, a block a frame, and move between two kept times
//! in the vertex shader, so that a frame costs the window's thread the same for a thousand particles and for a million.
//!
//! Refuses to know egui's widgets and what the particles mean.

use std::collections::BTreeMap;
use std::mem::size_of;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, Renderer, ScreenDescriptor};
use egui::{Context, PaintCallbackInfo, Rect, Shape};
use wgpu::util::DeviceExt;

use crate::products::CloudBlock;
use crate::scene::CloudMarks;
use crate::snapshot::LaneId;
use crate::ui::theme::ink;

use super::shapes::Screen;

/// Corners of a disc's square, as a triangle strip.
const CORNERS: u32 = 4;

/// What the shader knows, see `cloud.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Look {
    scale: [f32; 2],
    shift: [f32; 2],
    pixel: [f32; 2],
    radius: f32,
    weight: f32,
    color: [f32; 4],
}

/// Lets a renderer paint clouds. Without this it leaves them out.
pub fn install(renderer: &mut Renderer, device: &wgpu::Device, target: wgpu::TextureFormat) {
    renderer
        .callback_resources
        .insert(Cards::new(device, target));
}

/// The shape that paints a cloud; asks for another frame while there is more to upload.
pub(super) fn shape(ctx: &Context, lane: LaneId, marks: &CloudMarks, screen: &Screen) -> Shape {
    let rect = screen.rect(marks.transform.rect());
    callback(ctx, rect, lane, Some(marks.clone()))
}

/// The shape that frees what a lane's cloud has taken of the graphics card.
pub(super) fn nothing(ctx: &Context, rect: Rect, lane: LaneId) -> Shape {
    callback(ctx, rect, lane, None)
}

fn callback(ctx: &Context, rect: Rect, lane: LaneId, marks: Option<CloudMarks>) -> Shape {
    let ctx = ctx.clone();
    let paint = Paint { ctx, lane, marks };
    Shape::Callback(Callback::new_paint_callback(rect, paint))
}

/// One frame of a cloud, or the one after the last.
struct Paint {
    ctx: Context,
    lane: LaneId,
    marks: Option<CloudMarks>,
}

impl CallbackTrait for Paint {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let Some(cards) = resources.get_mut::<Cards>() else {
            return Vec::new();
        };
        let Some(marks) = &self.marks else {
            cards.lanes.remove(&self.lane);
            return Vec::new();
        };
        let card = cards.of(device, self.lane);
        if !card.upload(device, &marks.cloud.blocks) {
            self.ctx.request_repaint();
        }
        let look = look(marks, screen.pixels_per_point, card.weight(marks.t));
        queue.write_buffer(&card.look, 0, bytemuck::bytes_of(&look));
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let (Some(cards), Some(marks)) = (resources.get::<Cards>(), &self.marks) {
            cards.paint(self.lane, pass, marks.t);
        }
    }
}

/// Clip space is the callback's rectangle, which is the box of the transform.
fn look(marks: &CloudMarks, pixels_per_point: f32, weight: f32) -> Look {
    let transform = &marks.transform;
    let rect = transform.rect();
    let per_point = [2.0 / rect.width(), -2.0 / rect.height()];
    let clip = |p: [f64; 2]| {
        let page = transform.page_from_data(p);
        [0, 1].map(|k| per_point[k] * (page[k] - rect.center()[k]))
    };
    let per_unit = transform.scale() as f32;
    let radius = marks.radius * pixels_per_point;
    let drawn = radius.max(0.5);
    let color = ink(marks.color).to_array();
    Look {
        scale: [per_unit * per_point[0], -per_unit * per_point[1]],
        shift: clip([0.0; 2]),
        pixel: per_point.map(|clip| clip.abs() / pixels_per_point),
        radius: drawn,
        weight,
        color: color.map(|c| f32::from(c) / 255.0 * (radius / drawn).powi(2)),
    }
}

/// What lies on the graphics card.
struct Cards {
    pipeline: wgpu::RenderPipeline,
    lanes: BTreeMap<LaneId, Card>,
}

/// What lies there of a lane.
struct Card {
    look: wgpu::Buffer,
    bind_group: wgpu::BindGroup,
    /// What is painted: the newest blocks that were all there.
    shown: Vec<Uploaded>,
    /// Blocks of the next cloud.
    coming: Vec<Uploaded>,
}

/// A block and its positions on the card.
#[derive(Clone)]
struct Uploaded {
    block: Arc<CloudBlock>,
    buffer: wgpu::Buffer,
}

impl Cards {
    fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        Self {
            pipeline: pipeline(device, target),
            lanes: BTreeMap::new(),
        }
    }

    fn of(&mut self, device: &wgpu::Device, lane: LaneId) -> &mut Card {
        let pipeline = &self.pipeline;
        let card = || Card::new(device, pipeline);
        self.lanes.entry(lane).or_insert_with(card)
    }

    fn paint(&self, lane: LaneId, pass: &mut wgpu::RenderPass<'static>, t: f64) {
        if let Some(card) = self.lanes.get(&lane) {
            pass.set_pipeline(&self.pipeline);
            card.paint(pass, t);
        }
    }
}

impl Card {
    fn new(device: &wgpu::Device, pipeline: &wgpu::RenderPipeline) -> Self {
        let look = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("cloud look"),
            size: size_of::<Look>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("cloud"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: look.as_entire_binding(),
            }],
        });
        Self {
            look,
            bind_group,
            shown: Vec::new(),
            coming: Vec::new(),
        }
    }

    /// Brings the next block that is missing, and shows the blocks as soon as all are there. Whether they are.
    fn upload(&mut self, device: &wgpu::Device, wanted: &[Arc<CloudBlock>]) -> bool {
        if self.shows(wanted) {
            return true;
        }
        let mut there = Vec::with_capacity(wanted.len());
        let mut may_upload = true;
        for block in wanted {
            let mut known = self.shown.iter().chain(&self.coming);
            match known.find(|known| Arc::ptr_eq(&known.block, block)) {
                Some(known) => there.push(known.clone()),
                None if may_upload => {
                    there.push(Uploaded::new(device, block));
                    may_upload = false;
                }
                None => {}
            }
        }
        let complete = there.len() == wanted.len();
        if complete {
            self.coming.clear();
            self.shown = there;
        } else {
            self.coming = there;
        }
        complete
    }

    /// Whether nothing is to be done, as in most frames.
    fn shows(&self, wanted: &[Arc<CloudBlock>]) -> bool {
        let mut pairs = self.shown.iter().zip(wanted);
        self.coming.is_empty()
            && self.shown.len() == wanted.len()
            && pairs.all(|(u, block)| Arc::ptr_eq(&u.block, block))
    }

    fn weight(&self, t: f64) -> f32 {
        self.shown
            .first()
            .map_or(0.0, |first| first.block.around(t).2)
    }

    fn paint(&self, pass: &mut wgpu::RenderPass<'static>, t: f64) {
        pass.set_bind_group(0, &self.bind_group, &[]);
        for Uploaded { block, buffer } in self.shown.iter().filter(|u| u.block.n_particles > 0) {
            let (before, after, _) = block.around(t);
            let bytes = size_of::<[f32; 2]>() * block.n_particles;
            let node = |node: usize| {
                let start = (node * bytes) as u64;
                buffer.slice(start..start + bytes as u64)
            };
            pass.set_vertex_buffer(0, node(before));
            pass.set_vertex_buffer(1, node(after));
            pass.draw(0..CORNERS, 0..block.n_particles as u32);
        }
    }
}

impl Uploaded {
    fn new(device: &wgpu::Device, block: &Arc<CloudBlock>) -> Self {
        let buffer = device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some("cloud block"),
            contents: bytemuck::cast_slice(&block.points),
            usage: wgpu::BufferUsages::VERTEX,
        });
        Self {
            block: Arc::clone(block),
            buffer,
        }
    }
}

fn pipeline(device: &wgpu::Device, target: wgpu::TextureFormat) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::include_wgsl!("cloud.wgsl"));
    let positions = |attributes| {
        Some(wgpu::VertexBufferLayout {
            array_stride: size_of::<[f32; 2]>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes,
        })
    };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some("cloud"),
        layout: None,
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("corner"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[
                positions(&wgpu::vertex_attr_array![0 => Float32x2]),
                positions(&wgpu::vertex_attr_array![1 => Float32x2]),
            ],
        },
        primitive: wgpu::PrimitiveState {
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            ..wgpu::PrimitiveState::default()
        },
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some("ink"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(wgpu::ColorTargetState {
                format: target,
                blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                write_mask: wgpu::ColorWrites::ALL,
            })],
        }),
        multiview_mask: None,
        cache: None,
    })
}
