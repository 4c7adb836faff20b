//! The exit codes, and what is said with them.

use std::fs;

use pushforward::experiment::presets;

use super::*;

#[test]
fn quiet_prints_nothing_but_errors() {
    let folder = folder();
    let out = folder.path().to_str().unwrap();
    let mut command = pushforward();
    command
        // Drivers of graphics cards may speak on stderr, so none is looked for.
        .args(["run", "ve", "--quiet", "--device", "cpu", "--out", out])
        .args(TINY);
    command.assert().code(0).stdout("").stderr("");
    assert!(!refusal(3, &["run", "nothing", "--quiet"]).is_empty());
}

#[test]
fn an_unwritable_folder_is_found_before_training() {
    let folder = folder();
    let file = folder.path().join("file");
    put(&file, "not a folder");
    for out in [file.clone(), file.join("below")] {
        // With these steps a run that trained first would not end.
        let out = out.to_str().unwrap();
        let message = refusal(
            1,
            &["run", "two-moons", "--steps", "100000000", "--out", out],
        );
        assert!(message.contains(out), "{message}");
    }
    assert_eq!(fs::read_to_string(file).unwrap(), "not a folder");
}

#[test]
fn malformed_flags_exit_with_2() {
    for args in [
        &["run"][..],
        &["run", "two-moons", "--steps", "many"],
        &["run", "two-moons", "--device", "tpu"],
        &["run", "two-moons", "--set", "training.batch"],
        &["run", "two-moons", "--nonsense"],
        &["presets", "--ron"],
        &["check"],
        &["--nonsense"],
    ] {
        assert!(!refusal(2, args).is_empty(), "{args:?} says nothing");
    }
}

#[test]
fn bad_input_exits_with_3_and_names_the_place_or_the_range() {
    let folder = folder();
    let broken = folder.path().join("broken.ron");
    let ron = presets::find("two-moons").unwrap().ron;
    put(&broken, &ron.replace("batch: 256", "btach: 256"));
    let broken = broken.to_str().unwrap();
    let line = 1 + ron
        .lines()
        .position(|line| line.contains("batch: 256"))
        .unwrap();
    let column = 1 + ron.lines().nth(line - 1).unwrap().find("batch").unwrap();
    let place = format!(
        "{broken}: line {line}, column {column}: no field `btach`: did you mean `batch`? write `batch: 256`"
    );
    let run = |set| ["run", "two-moons", "--set", set];
    for (args, expected) in [
        (
            &["run", "three-moons"][..],
            "three-moons is neither a file nor a folder nor a preset",
        ),
        (&["run", "missing/a.ron"], "missing/a.ron"),
        (&["run", broken], place.as_str()),
        (&["check", broken], place.as_str()),
        (&["check", "missing.ron"], "missing.ron"),
        (
            &run("training.btach=1"),
            "no field `training.btach`: did you mean `training.batch`? try --set 'training.batch=1'",
        ),
        (
            &run("training.batch=x"),
            "training.batch = x: expected a whole number, 0 or more; try --set 'training.batch=256'",
        ),
        (
            &run("training.batch=0"),
            "training.batch is 0: expected 1 to 65536; try --set 'training.batch=256'",
        ),
        (
            &run("training.ema=NaN"),
            "training.ema is NaN: expected 0.0 to 0.999999; try --set 'training.ema=0.999'",
        ),
        (&run("seed=1e999"), "seed = 1e999: "),
        (
            &["run", "vp", "--set", "source.scale=2.0"],
            "VP is a diffusion path and needs the standard Gaussian",
        ),
        (
            &["run", "two-moons", "--steps", "1000000000"],
            "training.steps is 1000000000: expected 0 to 100000000",
        ),
        (
            &["presets", "--ron", "three-moons"],
            "there is no preset three-moons",
        ),
    ] {
        let message = refusal(3, args);
        assert!(message.contains(expected), "{args:?}: {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

/// The window needs a display; without one the program says what to do instead, and nothing else.
#[cfg(target_os = "linux")]
#[test]
fn without_a_display_the_window_names_the_run_command() {
    for args in [&[][..], &["rings"]] {
        let message = refusal(3, args);
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(message.contains("pushforward run"), "{message}");
    }
    assert!(refusal(3, &["three-moons"]).contains("nor a preset"));
    let mut unreachable = pushforward();
    let assert = unreachable.env("DISPLAY", ":4711").assert().code(3);
    let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(stderr.contains("pushforward run"), "{stderr}");
}
