//! Runs of the exact field: nothing is trained, everything is measured.

use super::*;

const EIGHT: [&str; 9] = [
    "eight-gaussians",
    "--set",
    "coupling=Independent",
    "--set",
    "evaluation.samples=600",
    "--set",
    "evaluation.w2_samples=100",
    "--steps",
    "20",
];

fn run(out: &Path, flags: &[&str]) -> (Value, String) {
    let mut command = pushforward();
    command
        .args(["run"])
        .args(EIGHT)
        .args(flags)
        .arg("--out")
        .arg(out);
    let assert = command.assert().code(0);
    let stdout = String::from_utf8_lossy(&assert.get_output().stdout).into_owned();
    (metrics(out), stdout)
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn an_exact_run_trains_nothing_and_leaves_no_weights() {
    let folder = folder();
    let (metrics, said) = run(folder.path(), &["--set", "velocity=Exact"]);
    assert!(said.contains("exact field, nothing trained"), "{said}");
    assert_eq!(
        files(folder.path()),
        [
            "experiment.ron",
            "metrics.json",
            "trajectories.csv",
            "trajectories.png",
            "trajectories.svg"
        ]
    );
    assert_eq!(
        (&metrics["steps"], &metrics["loss"]),
        (&0.into(), &Value::Null)
    );
    assert_eq!(metrics["device"], "none: exact field");
    // Reference values, within three errors.
    for (key, expected) in [
        ("straightness", 3.486_33),
        ("transport_cost", 14.372_31),
        ("chord_ratio", 0.970_64),
        ("path_energy", 17.858_65),
        ("cfm_floor", 9.641_35),
    ] {
        let (value, error) = (&metrics[key], &metrics["standard_errors"][key]);
        let (value, error) = (value.as_f64().unwrap(), error.as_f64().unwrap());
        assert!(
            (value - expected).abs() < 3.0 * error + 1e-5,
            "{key}: {value} +- {error}"
        );
    }
    assert_eq!(metrics["learned"], Value::Null);
    assert_eq!(metrics["fm_error"], 0.0);
    assert_eq!(metrics["fm_loss"], Value::Null);
    // The run of an exact field is one to measure again.
    let again = pushforward().arg("run").arg(folder.path()).assert().code(0);
    let said = String::from_utf8_lossy(&again.get_output().stdout).into_owned();
    assert!(said.contains("nothing trained"), "{said}");
}

#[test]
fn check_says_what_an_exact_experiment_is_and_what_a_wrong_one_is_not() {
    let check = |flags: &[&str]| {
        let mut command = pushforward();
        let assert = command
            .arg("check")
            .args(&EIGHT[..3])
            .args(flags)
            .assert()
            .code(0);
        String::from_utf8_lossy(&assert.get_output().stdout).into_owned()
    };
    let exact = check(&["--set", "velocity=Exact"]);
    assert!(exact.contains("nothing is trained"), "{exact}");
    let wrong = check(&["--set", "velocity=Exact(scale:1.01)"]);
    assert!(wrong.contains("Not a flow from p to q"), "{wrong}");
    let turned = check(&["--set", "velocity=Exact(rotation:1.0)"]);
    assert!(turned.contains("Same p_t, other trajectories"), "{turned}");
    assert!(
        !check(&[]).contains("velocity"),
        "a learned field needs no words"
    );
}

#[test]
fn a_learned_run_keeps_its_state_while_the_exact_field_is_asked_for() {
    let folder = folder();
    run(folder.path(), &[]);
    let state = fs::read(folder.path().join("state.safetensors")).unwrap();
    let flags = ["--set", "velocity=Exact"];
    let mut command = pushforward();
    command
        .arg("run")
        .arg(folder.path())
        .args(flags)
        .assert()
        .code(0);
    assert_eq!(metrics(folder.path())["loss"], Value::Null);
    assert!(!files(folder.path()).contains(&"model.safetensors".to_owned()));
    assert!(fs::read(folder.path().join("state.safetensors")).unwrap() == state);
    let flags = ["--set", "velocity=Learned"];
    let mut command = pushforward();
    command
        .arg("run")
        .arg(folder.path())
        .args(flags)
        .assert()
        .code(0);
    let back = metrics(folder.path());
    assert_eq!(back["steps"], 20);
    let value = |key: &str| back[key].as_f64().unwrap();
    let difference = value("loss") - value("cfm_floor");
    assert!((value("fm_loss") - difference).abs() < 1e-9);
    let error = back["standard_errors"]["fm_loss"].as_f64().unwrap();
    // Both are estimates of the same; the loss is the mean over all 20 steps, and it falls meanwhile.
    assert!((value("fm_loss") - value("fm_error")).abs() < 8.0 * error + 1.0);
    let bins = back["fm_error_profile"]["value"].as_array().unwrap();
    assert_eq!(bins.len(), 16);
}

#[test]
fn learned_and_exact_are_compared_by_a_list() {
    let folder = folder();
    let mut command = pushforward();
    command.arg("compare").args(EIGHT);
    command.args([
        "--over",
        "velocity=Learned,Exact",
        "--jobs",
        "1",
        "--threads",
        "1",
        "--out",
    ]);
    command.arg(folder.path()).assert().code(0);
    let table = text(folder.path(), "table.md");
    assert!(
        table.contains("learned") && table.contains("exact"),
        "{table}"
    );
    assert!(folder.path().join("lanes.png").exists());
    let again = pushforward();
    let mut again = again;
    again.arg("compare").args(EIGHT);
    again.args([
        "--over",
        "velocity=Learned,Exact",
        "--jobs",
        "1",
        "--threads",
        "1",
        "--out",
    ]);
    again.arg(folder.path()).assert().code(0);
}
