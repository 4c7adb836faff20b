//! The words on the command line: what is taken, and what a refusal says to type instead.

use pushforward::experiment::{Experiment, presets};

use super::*;

/// The flag that the message offers, as a shell would hand it on.
fn offered(message: &str) -> String {
    let (_, line) = message
        .split_once("try --set '")
        .unwrap_or_else(|| panic!("nothing is offered: {message}"));
    line.trim_end()
        .strip_suffix('\'')
        .unwrap()
        .replace(r"'\''", "'")
}

#[test]
fn every_refused_word_comes_with_one_that_works() {
    for set in [
        "coupling=BatchOt",
        "target=Moons",
        "model.hidden=64,64",
        "target.shape.noise=0,1",
        "target.shape=Moons(noise:0,1)",
        "noise=0,1",
        "Seed=1",
        "sede=1",
        "Training.batch=512",
        "training.batch=many",
        "training.batch=0",
        "title=\"My run",
        "name=it's",
        "version=2",
        "seed=",
        "hologram=1",
        "solver=Rk4",
        "path=Ve(sigma_max:1e9)",
    ] {
        let message = refusal(3, &["check", "two-moons", "--set", set]);
        assert_eq!(message.lines().count(), 1, "{message}");
        let line = offered(&message);
        let mut check = pushforward();
        check.args(["check", "two-moons", "--set", &line]);
        check.assert().code(0);
    }
    let message = refusal(3, &["check", "vp", "--set", "source.scale=2.0"]);
    let mut check = pushforward();
    check.args([
        "check",
        "vp",
        "--set",
        "source.scale=2.0",
        "--set",
        &offered(&message),
    ]);
    check.assert().code(0);
    // Without an equals sign it is no change at all.
    let message = refusal(2, &["check", "two-moons", "--set", "noise:0,1"]);
    assert!(
        message.contains("expected KEY=VALUE; try --set 'training.batch=512'"),
        "{message}"
    );
}

#[test]
fn what_can_mean_one_thing_is_taken() {
    for set in [
        "path=vp",
        "path=Ve",
        "model.activation=gelu",
        "target=(shape:moons)",
        "title=My run",
        "name=my-run",
        "training.batch=512.0",
        "training.batch=1e3",
        "training.optimizer=Adam",
        "training.optimizer=AdamW",
    ] {
        let mut check = pushforward();
        check.args(["check", "two-moons", "--set", set]);
        check.assert().code(0);
    }
}

#[test]
fn a_changed_experiment_is_what_runs() {
    let folder = folder();
    let out = folder.path();
    let flags = [
        "--set",
        "title=My run",
        "--set",
        "path=cosine",
        "--seed",
        "3",
    ];
    tiny_run("rings", out, &flags);
    let written = Experiment::from_ron(&text(out, "experiment.ron")).unwrap();
    assert_eq!(
        (
            written.words.title.as_str(),
            written.seed,
            written.training.steps
        ),
        ("My run", 3, 20)
    );
    assert_eq!(written.problem.path.name(), "cosine");
}

#[test]
fn check_takes_whatever_run_takes() {
    let folder = folder();
    let out = folder.path().join("run");
    tiny_run("rings", &out, &[]);
    let file = folder.path().join("a.ron");
    put(&file, presets::find("vp").unwrap().ron);
    for name in ["two-moons", out.to_str().unwrap(), file.to_str().unwrap()] {
        let mut check = pushforward();
        let assert = check
            .args(["check", name, "--steps", "5", "--seed", "2"])
            .assert()
            .code(0);
        let stdout = String::from_utf8_lossy(&assert.get_output().stdout).into_owned();
        assert!(stdout.starts_with(&format!("{name}: valid")), "{stdout}");
    }
    assert!(
        refusal(3, &["check", "two-moons", "--steps", "1000000000"])
            .contains("training.steps is 1000000000")
    );
    assert!(refusal(3, &["check", "three-moons"]).contains("nor a preset"));
}

#[test]
fn lanes_are_checked_one_by_one_and_one_of_them_runs() {
    let lanes = "lanes=[(), (set: [\"path=vp\"]), (title: \"Wide\", set: [\"path=vp\", \"model.hidden=[128]\"])]";
    let assert = pushforward()
        .args(["check", "rings", "--set", lanes])
        .assert()
        .code(0);
    let stdout = String::from_utf8_lossy(&assert.get_output().stdout).into_owned();
    for note in ["note: VP: VP's regression", "note: Wide: VP's regression"] {
        assert!(stdout.contains(note), "{stdout}");
    }
    let message = refusal(
        3,
        &[
            "check",
            "rings",
            "--set",
            lanes,
            "--set",
            "source.scale=2.0",
        ],
    );
    assert!(
        message.contains("rings: VP: VP is a diffusion path"),
        "{message}"
    );
    let mended = offered(&message);
    let flags = [
        "--set",
        lanes,
        "--set",
        "source.scale=2.0",
        "--set",
        &mended,
    ];
    pushforward()
        .args(["check", "rings"])
        .args(flags)
        .assert()
        .code(0);
    let folder = folder();
    tiny_run(
        "rings",
        folder.path(),
        &["--set", "lanes=[(set: [\"path=vp\"])]"],
    );
    let written = Experiment::from_ron(&text(folder.path(), "experiment.ron")).unwrap();
    assert_eq!(
        (written.problem.path.name(), written.lanes.len()),
        ("VP", 0)
    );
}

#[test]
fn a_dash_is_standard_input() {
    let ron = presets::find("rings").unwrap().ron;
    let mut check = pushforward();
    let check = check
        .args(["check", "-", "--set", "seed=5"])
        .write_stdin(ron);
    check.assert().code(0).stdout("-: valid\n");
    let folder = folder();
    let mut run = pushforward();
    run.args(["run", "-", "--quiet", "--device", "cpu"])
        .args(TINY)
        .arg("--out")
        .arg(folder.path());
    run.write_stdin(ron).assert().code(0);
    assert_eq!(metrics(folder.path())["name"], "rings");
    for (given, expected) in [
        (
            ron.replace("rings\"", "../x\"").into_bytes(),
            "standard input: line 3, column 11: name is",
        ),
        (
            b"\xff\xfe(".to_vec(),
            "standard input is not UTF-8 text, no experiment",
        ),
        (
            b"step,loss\n0,1\n".to_vec(),
            "standard input is a table (CSV), no experiment",
        ),
        (
            b"".to_vec(),
            "standard input: line 1, column 1: unexpected end of RON; a whole file is `(version",
        ),
        (
            vec![b' '; (16 << 20) + 1],
            "standard input: larger than 16777216 bytes",
        ),
    ] {
        let mut check = pushforward();
        let assert = check
            .args(["check", "-"])
            .write_stdin(given)
            .assert()
            .code(3);
        let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(stderr.contains(expected), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

/// Without a display the window gives up after it has read what it was to open, changes included.
#[cfg(target_os = "linux")]
#[test]
fn the_window_takes_the_same_words() {
    for args in [
        &["rings", "--set", "path=vp", "--steps", "5"][..],
        &["--seed", "3"],
    ] {
        let mut window = pushforward();
        let assert = window.args(args).env("DISPLAY", ":4711").assert().code(3);
        let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(stderr.contains("the window cannot be opened"), "{stderr}");
    }
    let mut window = pushforward();
    let assert = window
        .args(["rings", "--set", "Seed=1"])
        .env("DISPLAY", ":4711")
        .assert()
        .code(3);
    let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(
        stderr.contains("did you mean `seed`? try --set 'seed=1'"),
        "{stderr}"
    );
}

#[test]
fn a_run_s_other_files_are_told_what_opens() {
    let folder = folder();
    let out = folder.path();
    tiny_run("rings", out, &[]);
    for (name, kind) in [
        ("loss.csv", "a table (CSV)"),
        ("trajectories.csv", "a table (CSV)"),
        ("model.safetensors", "a file of weights (safetensors)"),
        ("metrics.json", "a JSON file"),
    ] {
        // Known by content: the name says otherwise.
        let file = out.join("copy.ron");
        fs::copy(out.join(name), &file).unwrap();
        for verb in ["run", "check"] {
            let message = refusal(3, &[verb, file.to_str().unwrap()]);
            let expected = format!(
                "copy.ron is {kind}, no experiment: what opens is a .ron file, a preset's name or a run's folder; \
                 try `pushforward {}`",
                out.display()
            );
            assert!(message.contains(&expected), "{message}");
        }
    }
    // A figure carries the experiment that it shows.
    for name in ["trajectories.png", "trajectories.svg"] {
        let figure = out.join(name);
        pushforward().arg("check").arg(figure).assert().success();
    }
}

#[test]
fn a_tilde_is_the_home_folder() {
    let home = folder();
    put(
        home.path().join("a.ron"),
        presets::find("rings").unwrap().ron,
    );
    let mut run = pushforward();
    run.env("HOME", home.path()).env("USERPROFILE", home.path());
    run.args([
        "run",
        "~/a.ron",
        "--out=~/results",
        "--quiet",
        "--device",
        "cpu",
    ])
    .args(TINY);
    run.assert().code(0);
    assert_eq!(metrics(&home.path().join("results"))["name"], "rings");
    let mut check = pushforward();
    check
        .env("HOME", home.path())
        .env("USERPROFILE", home.path());
    check.args(["check", "~/results"]).assert().code(0);
    for args in [
        &["check", "~/a.ron"][..],
        &["run", "rings", "--out", "~/results"],
    ] {
        let mut homeless = pushforward();
        homeless.env_remove("HOME").env_remove("USERPROFILE");
        let assert = homeless.args(args).assert().code(3);
        let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(stderr.contains("`~` is the home folder, but"), "{stderr}");
        assert!(
            stderr.contains("is not set; write the whole path"),
            "{stderr}"
        );
    }
}
