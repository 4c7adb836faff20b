//! The quick build: `cargo test --release --no-default-features`.

use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use pushforward::experiment::presets;
use pushforward::model::DeviceChoice;
use pushforward::session::{Options, Session};

use super::*;

#[test]
fn a_gpu_is_bad_input_and_the_sentence_names_the_feature_and_a_line_that_works() {
    let sentence = refusal(3, &["run", "two-moons", "--device", "gpu"]);
    assert!(sentence.contains("feature \"gpu\""), "{sentence}");
    assert!(sentence.contains("`cargo build --release`"), "{sentence}");
}

#[test]
fn auto_is_the_cpu() {
    let folder = tempdir().unwrap();
    for device in ["auto", "cpu"] {
        let metrics = tiny_run("two-moons", folder.path(), &["--device", device]);
        assert!(metrics["device"].as_str().unwrap().starts_with("CPU ("));
    }
}

#[test]
fn the_window_offers_the_cpu_and_says_why_no_gpu() {
    let experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    let session =
        Session::start(Arc::new(experiment), Options::default(), Arc::new(|| ())).unwrap();
    session.look_for_devices();
    let start = Instant::now();
    let devices = loop {
        let devices = session.devices();
        if devices.len() == 3 || start.elapsed() > Duration::from_secs(20) {
            break devices;
        }
        sleep(Duration::from_millis(5));
    };
    let problem = |choice| {
        let device = devices.iter().find(|device| device.choice == choice);
        device.unwrap().problem.clone()
    };
    assert_eq!(problem(DeviceChoice::Auto), None);
    assert_eq!(problem(DeviceChoice::Cpu), None);
    assert!(problem(DeviceChoice::Gpu).is_some_and(|why| why.contains("feature \"gpu\"")));
}
