//! egui's renderer on a texture: what a window paints, without one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui_wgpu::{Renderer, RendererOptions, ScreenDescriptor};
use egui::{Context, RawInput, Rect, Vec2, pos2};
use pushforward::scene::{self, Page, Style};
use pushforward::snapshot::Frame;
use pushforward::ui::canvas::{ScenePainter, cloud};

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// A window without a window: egui's renderer on a texture.
pub struct Studio {
    device: wgpu::Device,
    side: u32,
    queue: wgpu::Queue,
    renderer: Renderer,
    ctx: Context,
    painter: ScenePainter,
    /// Whether another frame was asked for.
    asked: Arc<AtomicBool>,
}

impl Studio {
    /// Opens an adapter for square pictures of so many pixels a side; an error says why there is none.
    pub fn open(side: u32) -> Result<Self, String> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let wanted = wgpu::RequestAdapterOptions::default();
        let adapter = pollster::block_on(instance.request_adapter(&wanted));
        let adapter = adapter.map_err(|error| error.to_string())?;
        let device = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default()));
        let (device, queue) = device.unwrap();
        let mut renderer = Renderer::new(&device, FORMAT, RendererOptions::PREDICTABLE);
        cloud::install(&mut renderer, &device, FORMAT);
        let (ctx, asked) = (Context::default(), Arc::new(AtomicBool::new(false)));
        let heard = Arc::clone(&asked);
        ctx.set_repaint_observer(move |_| heard.store(true, Ordering::Relaxed));
        Ok(Self {
            device,
            side,
            queue,
            renderer,
            ctx,
            painter: ScenePainter::default(),
            asked,
        })
    }

    /// The layers of the frame's scene, as pixels; and whether another frame is asked for.
    pub fn paint(&mut self, frame: &Frame, t: f64) -> (Vec<[u8; 4]>, bool) {
        let view = &frame.experiment.view;
        let side = self.side as f32;
        let scene = scene::build(frame, view, t, &Page::canvas([side; 2], Style::Dark));
        let rect = Rect::from_min_size(pos2(0.0, 0.0), Vec2::splat(side));
        let input = RawInput {
            screen_rect: Some(rect),
            ..RawInput::default()
        };
        let painter = &mut self.painter;
        let output = self.ctx.run_ui(input, |ui| {
            painter.paint_layers(&ui.painter().with_clip_rect(rect), rect, &scene, Vec::new());
        });
        for (id, deltas) in &output.textures_delta.set {
            for delta in deltas {
                self.renderer
                    .update_texture(&self.device, &self.queue, *id, delta);
            }
        }
        let jobs = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        // What egui itself asks for while it lays out does not count.
        self.asked.store(false, Ordering::Relaxed);
        let pixels = self.render(&jobs);
        (pixels, self.asked.load(Ordering::Relaxed))
    }

    fn render(&mut self, jobs: &[egui::ClippedPrimitive]) -> Vec<[u8; 4]> {
        let texture = self.device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: self.extent(),
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let screen = ScreenDescriptor {
            size_in_pixels: [self.side; 2],
            pixels_per_point: 1.0,
        };
        let mut encoder = self
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        self.renderer
            .update_buffers(&self.device, &self.queue, &mut encoder, jobs, &screen);
        let attachment = wgpu::RenderPassColorAttachment {
            view: &view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations::default(),
        };
        let mut pass = encoder
            .begin_render_pass(&wgpu::RenderPassDescriptor {
                color_attachments: &[Some(attachment)],
                ..wgpu::RenderPassDescriptor::default()
            })
            .forget_lifetime();
        self.renderer.render(&mut pass, jobs, &screen);
        drop(pass);
        self.read(encoder, &texture)
    }

    fn read(&self, mut encoder: wgpu::CommandEncoder, texture: &wgpu::Texture) -> Vec<[u8; 4]> {
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: u64::from(4 * self.side * self.side),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(4 * self.side),
            rows_per_image: None,
        };
        let target = wgpu::TexelCopyBufferInfo {
            buffer: &buffer,
            layout,
        };
        encoder.copy_texture_to_buffer(texture.as_image_copy(), target, self.extent());
        self.queue.submit([encoder.finish()]);
        buffer.map_async(wgpu::MapMode::Read, .., |mapped| mapped.unwrap());
        self.device
            .poll(wgpu::PollType::wait_indefinitely())
            .unwrap();
        let bytes = buffer.get_mapped_range(..).unwrap();
        bytes.as_chunks().0.to_vec()
    }

    fn extent(&self) -> wgpu::Extent3d {
        wgpu::Extent3d {
            width: self.side,
            height: self.side,
            depth_or_array_layers: 1,
        }
    }
}
