//! Ctrl-C and closed pipes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use pushforward::experiment::Experiment;

use super::{folder, put, rows, text};

/// A run without end, once it has begun to train.
fn endless(out: &Path) -> Child {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pushforward"))
        .args(["run", "two-moons", "--steps", "100000000", "--out"])
        .arg(out)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("training  ") || line.starts_with("training  0/") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "no training line");
    }
    // Whatever it says from now on goes nowhere: a closed stderr must not matter.
    child
}

#[test]
fn ctrl_c_saves_what_there_is_and_exits_with_130() {
    let folder = folder();
    let out = folder.path();
    put(out.join("metrics.json"), "{}");
    let mut child = endless(out);
    let pid = child.id().to_string();
    let kill = Command::new("kill").args(["-INT", &pid]).status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!out.join("metrics.json").exists(), "it looks finished");
    assert!(Experiment::from_ron(&text(out, "experiment.ron")).is_ok());
    let (_, losses) = rows(out, "loss.csv");
    assert!(!losses.is_empty());
    let model = fs::read(out.join("model.safetensors")).unwrap();
    assert!(safetensors::SafeTensors::deserialize(&model).is_ok());
}

#[test]
fn a_closed_stdout_is_no_failure() {
    let bin = env!("CARGO_BIN_EXE_pushforward");
    for line in [
        "presets | true",
        "presets --ron smiley | head -c 1",
        "presets >&-",
    ] {
        let output = Command::new("sh")
            .args(["-c", &format!("\"$0\" {line}"), bin])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}");
        assert!(
            output.stderr.is_empty(),
            "{line}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
