//! Clouds as a graphics card paints them, real or played by the processor; skipped where there is none.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod skip;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui_wgpu::{Renderer, RendererOptions, ScreenDescriptor};
use egui::{Context, RawInput, Rect, Vec2, pos2, vec2};
use pushforward::experiment::{Camera, Experiment, Layer, presets};
use pushforward::scene::{self, Page, Style};
use pushforward::session::{Options, Session};
use pushforward::snapshot::{Cloud, CloudBlock, Frame};
use pushforward::ui::canvas::{ScenePainter, cloud};

use skip::skip;

const SIDE: u32 = 256;
const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// A window without a window: egui's renderer on a texture.
struct Studio {
    device: wgpu::Device,
    queue: wgpu::Queue,
    renderer: Renderer,
    ctx: Context,
    painter: ScenePainter,
    /// Whether another frame was asked for.
    asked: Arc<AtomicBool>,
}

impl Studio {
    fn new(test: &str) -> Option<Self> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let adapter =
            pollster::block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default()));
        let adapter = match adapter {
            Ok(adapter) => adapter,
            Err(error) => {
                skip(
                    test,
                    error.to_string().lines().next().unwrap_or("no adapter"),
                );
                return None;
            }
        };
        let device = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default()));
        let (device, queue) = device.unwrap();
        let mut renderer = Renderer::new(&device, FORMAT, RendererOptions::PREDICTABLE);
        cloud::install(&mut renderer, &device, FORMAT);
        let (ctx, asked) = (Context::default(), Arc::new(AtomicBool::new(false)));
        let heard = Arc::clone(&asked);
        ctx.set_repaint_observer(move |_| heard.store(true, Ordering::Relaxed));
        Some(Self {
            device,
            queue,
            renderer,
            ctx,
            painter: ScenePainter::default(),
            asked,
        })
    }

    /// The layers of the frame's scene, as pixels; and whether another frame is asked for.
    fn paint(&mut self, frame: &Frame, t: f64) -> (Vec<[u8; 4]>, bool) {
        let view = &frame.experiment.view;
        let side = SIDE as f32;
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
            size: extent(),
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let screen = ScreenDescriptor {
            size_in_pixels: [SIDE; 2],
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
            size: u64::from(4 * SIDE * SIDE),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(4 * SIDE),
            rows_per_image: None,
        };
        let target = wgpu::TexelCopyBufferInfo {
            buffer: &buffer,
            layout,
        };
        encoder.copy_texture_to_buffer(texture.as_image_copy(), target, extent());
        self.queue.submit([encoder.finish()]);
        buffer.map_async(wgpu::MapMode::Read, .., |mapped| mapped.unwrap());
        self.device
            .poll(wgpu::PollType::wait_indefinitely())
            .unwrap();
        let bytes = buffer.get_mapped_range(..).unwrap();
        bytes.as_chunks().0.to_vec()
    }
}

fn extent() -> wgpu::Extent3d {
    wgpu::Extent3d {
        width: SIDE,
        height: SIDE,
        depth_or_array_layers: 1,
    }
}

/// A camera that sees `[-4, 4]^2`, so that a unit is 32 pixels.
fn experiment() -> Experiment {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.view.layers = vec![Layer::Particles];
    experiment.view.particles = 20_000;
    experiment.view.camera = Some(Camera {
        center: (0.0, 0.0),
        height: 8.0,
    });
    experiment
}

fn frame_with(blocks: Vec<Arc<CloudBlock>>) -> Frame {
    let experiment = Arc::new(experiment());
    let session = Session::start(Arc::clone(&experiment), Options::default(), Arc::new(|| ()));
    let mut frame = (*session.unwrap().frame()).clone();
    let carried = blocks.iter().map(|block| block.n_particles).sum();
    frame.picture = None;
    frame.cloud = (carried > 0).then(|| {
        Arc::new(Cloud {
            experiment,
            step: 0,
            // Few enough for dots of a few pixels.
            wanted: 2000,
            carried,
            device: "CPU".into(),
            blocks,
        })
    });
    frame
}

/// Particles that start in a row at height `y` and move up by 2.
fn block(y: f32) -> Arc<CloudBlock> {
    let row = |dy: f32| {
        (-3..=3)
            .map(move |i| [i as f32, y + dy])
            .collect::<Vec<_>>()
    };
    let moments = [row(0.0), row(1.0), row(2.0)];
    Arc::new(CloudBlock::new(vec![0.0, 0.5, 1.0], &moments))
}

/// How much brighter the pixel over a data point is than the ground.
fn ink(pixels: &[[u8; 4]], [x, y]: [f64; 2]) -> i32 {
    let at = vec2(128.0 + 32.0 * x as f32, 128.0 - 32.0 * y as f32);
    let pixel = pixels[at.y as usize * SIDE as usize + at.x as usize];
    i32::from(pixel[0]) - i32::from(pixels[0][0])
}

#[test]
fn particles_are_where_they_are_at_that_time() {
    let Some(mut studio) = Studio::new("a_cloud_is_painted") else {
        return;
    };
    let frame = frame_with(vec![block(-2.0)]);
    for t in [0.0, 0.125, 0.5, 0.8, 1.0] {
        let (pixels, _) = studio.paint(&frame, t);
        for i in -3..=3 {
            let x = f64::from(i);
            let y = -2.0 + 2.0 * t;
            assert!(ink(&pixels, [x, y]) > 100, "t = {t}, x = {x}");
            assert!(ink(&pixels, [x, y + 0.3]).abs() < 30, "t = {t}, x = {x}");
            assert!(ink(&pixels, [x + 0.4, y]).abs() < 30, "t = {t}, x = {x}");
        }
    }
}

#[test]
fn the_old_cloud_stays_until_all_blocks_of_the_new_one_are_there() {
    let Some(mut studio) = Studio::new("a_cloud_is_painted_in_blocks") else {
        return;
    };
    let shows = |pixels: &[[u8; 4]], y: f64| ink(pixels, [0.0, y]) > 100;
    let old = frame_with(vec![block(-3.0)]);
    let (pixels, more) = studio.paint(&old, 0.0);
    assert!(shows(&pixels, -3.0) && !more);
    let new = frame_with(vec![block(0.0), block(1.0), block(2.0)]);
    for _ in 0..2 {
        let (pixels, more) = studio.paint(&new, 0.0);
        assert!(
            shows(&pixels, -3.0) && !shows(&pixels, 0.0),
            "a block a frame"
        );
        assert!(more, "another frame is asked for");
    }
    let (pixels, more) = studio.paint(&new, 0.0);
    assert!([0.0, 1.0, 2.0].iter().all(|&y| shows(&pixels, y)) && !shows(&pixels, -3.0));
    assert!(!more);
    let (pixels, _) = studio.paint(&frame_with(Vec::new()), 0.0);
    assert!(!shows(&pixels, 0.0), "no cloud, no particles");
    let (pixels, more) = studio.paint(&new, 0.0);
    assert!(
        !shows(&pixels, 0.0) && more,
        "the card had let go of the blocks"
    );
}
