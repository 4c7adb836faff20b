//! Faults of the surroundings: a process that is killed while it writes, a disk that is full, files that other
//! libraries would read.

use std::process::{Command as Process, Stdio};
use std::time::Duration;

use super::*;

/// The program under `sh`, which prepares what a test cannot do to itself.
#[cfg(unix)]
fn under_shell(script: &str, args: &[&str]) -> assert_cmd::Command {
    let program = assert_cmd::cargo::cargo_bin!("pushforward");
    let mut command = assert_cmd::Command::new("sh");
    command.args(["-c", script, "sh"]).arg(program).args(args);
    command
}

#[test]
fn a_run_that_is_killed_leaves_whole_files_only() {
    let folder = folder();
    tiny_run("two-moons", folder.path(), &[]);
    let whole: Vec<usize> = ["experiment.ron", "loss.csv", "model.safetensors"]
        .map(|name| size(folder.path(), name))
        .to_vec();
    for delay_ms in [5, 20, 40, 80, 120, 160, 240, 320] {
        let program = assert_cmd::cargo::cargo_bin!("pushforward");
        let mut child = Process::new(program)
            .args(["run", "two-moons", "--quiet", "--out"])
            .arg(folder.path())
            .args(TINY)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay_ms));
        child.kill().unwrap();
        child.wait().unwrap();
        let sizes: Vec<usize> = ["experiment.ron", "loss.csv", "model.safetensors"]
            .map(|name| size(folder.path(), name))
            .to_vec();
        assert_eq!(sizes, whole, "killed after {delay_ms} ms");
        if folder.path().join("metrics.json").exists() {
            metrics(folder.path());
        }
    }
}

fn size(folder: &Path, name: &str) -> usize {
    fs::read(folder.join(name)).unwrap().len()
}

/// A limit on the size of files stands for a full disk: the write fails half-way.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_fails_the_run_and_keeps_the_old_files() {
    let folder = folder();
    let out = folder.path().to_str().unwrap();
    tiny_run("two-moons", folder.path(), &[]);
    let before = fs::read(folder.path().join("model.safetensors")).unwrap();
    let mut args = vec!["run", "two-moons", "--quiet", "--seed", "5", "--out", out];
    args.extend(TINY);
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$@\"";
    let assert = under_shell(script, &args).assert().code(1);
    let message = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(message.contains("model.safetensors"), "{message}");
    let after = fs::read(folder.path().join("model.safetensors")).unwrap();
    assert_eq!(after, before, "the old weights are whole");
    assert!(!folder.path().join("metrics.json").exists());
    let left_over = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left_over, 6, "no temporary file stays behind");
}

/// Burn and CubeCL would read these files, and end the program over a log file that cannot be opened.
#[test]
fn configuration_files_of_libraries_are_not_read() {
    let folder = folder();
    let log = "logger = { level = \"full\", file = \"/nowhere/at/all.log\" }\n";
    let cubecl = format!("[compilation]\n{log}[autotune]\n{log}");
    put(folder.path().join("cubecl.toml"), &cubecl);
    let burn = format!("[fusion]\n{log}[autodiff]\n{log}");
    put(folder.path().join("burn.toml"), &burn);
    let mut command = pushforward();
    command.current_dir(folder.path());
    command
        .args(["run", "two-moons", "--out", "out"])
        .args(TINY);
    command.assert().code(0);
}
