//! Clouds as a graphics card paints them, real or played by the processor; skipped where there is none.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod skip;
mod studio;

use std::sync::Arc;

use egui::vec2;
use pushforward::experiment::{Camera, Experiment, Layer, presets};
use pushforward::products::{Cloud, CloudBlock, GrowingCloud, Products};
use pushforward::session::{Options, Session};
use pushforward::snapshot::{Frame, LaneId};

use skip::skip;
use studio::Studio;

const SIDE: u32 = 256;

fn studio(test: &str) -> Option<Studio> {
    let studio = Studio::open(SIDE);
    studio
        .map_err(|reason| skip(test, reason.lines().next().unwrap_or("no adapter")))
        .ok()
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
    let mut frame = (*session.unwrap().frame(LaneId::default())).clone();
    let carried = blocks.iter().map(|block| block.n_particles).sum();
    frame.products = Products::default();
    if carried > 0 {
        let cloud = Cloud {
            step: 0,
            wanted: carried,
            carried,
            device: "CPU".into(),
            blocks,
        };
        frame.products.put(frame.flow(), GrowingCloud::still(cloud));
    }
    frame
}

/// Particles that start in a row at height `y` and move up by 2.
fn block(y: f32) -> Arc<CloudBlock> {
    let row = |dy: f32| {
        (-3..=3)
            .map(move |i| [i as f32, y + dy])
            .collect::<Vec<_>>()
    };
    let positions = [row(0.0), row(1.0), row(2.0)];
    Arc::new(CloudBlock::new(vec![0.0, 0.5, 1.0], &positions))
}

/// How much brighter the pixel over a data point is than the ground.
fn ink(pixels: &[[u8; 4]], [x, y]: [f64; 2]) -> i32 {
    let at = vec2(128.0 + 32.0 * x as f32, 128.0 - 32.0 * y as f32);
    let pixel = pixels[at.y as usize * SIDE as usize + at.x as usize];
    i32::from(pixel[0]) - i32::from(pixels[0][0])
}

#[test]
fn particles_are_where_they_are_at_that_time() {
    let Some(mut studio) = studio("a_cloud_is_painted") else {
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
    let Some(mut studio) = studio("a_cloud_is_painted_in_blocks") else {
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
