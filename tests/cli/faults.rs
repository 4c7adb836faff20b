//! Faults of the surroundings: a disk that is full, files that other libraries would read. Processes that are killed
//! are in `resume.rs`.

use super::*;

/// The program under `sh`, which prepares what a test cannot do to itself.
#[cfg(unix)]
fn under_shell(script: &str, args: &[&str]) -> assert_cmd::Command {
    let program = assert_cmd::cargo::cargo_bin!("pushforward");
    let mut command = assert_cmd::Command::new("sh");
    command.args(["-c", script, "sh"]).arg(program).args(args);
    command
}

/// A limit on the size of files stands for a full disk: the write fails half-way.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_fails_the_run_and_keeps_the_old_files() {
    let folder = folder();
    let out = folder.path().to_str().unwrap();
    tiny_run("two-moons", folder.path(), &[]);
    let state = || fs::read(folder.path().join("state.safetensors")).unwrap();
    let before = state();
    let mut args = vec!["run", "two-moons", "--quiet", "--seed", "5", "--out", out];
    args.extend(TINY);
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$@\"";
    let assert = under_shell(script, &args).assert().code(1);
    let message = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(message.contains("state.safetensors"), "{message}");
    assert_eq!(state(), before, "the old state is whole");
    assert!(!folder.path().join("metrics.json").exists());
    let left_over = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left_over, 7, "no temporary file stays behind");
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
