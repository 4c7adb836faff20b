//! What `run` writes: the files, their contents, and how they agree with each other.

use std::collections::BTreeSet;
use std::fs;

use pushforward::experiment::Experiment;
use serde_json::Value;

use super::*;

#[test]
fn run_writes_every_file_and_they_agree() {
    let folder = folder();
    let out = folder.path().join("not/yet/there");
    let metrics = tiny_run("two-moons", &out, &["--seed", "3"]);

    let (header, losses) = rows(&out, "loss.csv");
    assert_eq!(header, "step,loss");
    assert_eq!(losses.len(), 20);
    let first = losses[0][0];
    assert!(
        losses
            .iter()
            .enumerate()
            .all(|(i, row)| row[0] == first + i as f64)
    );
    let mean = losses.iter().map(|row| row[1]).sum::<f64>() / 20.0;
    let loss = metrics["loss"].as_f64().unwrap();
    assert!(close(loss, mean), "{loss} is not the mean {mean}");

    let (header, points) = rows(&out, "trajectories.csv");
    assert_eq!(header, "particle,node,t,x,y");
    assert_eq!(points.len(), 50 * 5, "every sample at every node");
    for particle in 0..50 {
        let way: Vec<&Vec<f64>> = points
            .iter()
            .filter(|p| p[0] == f64::from(particle))
            .collect();
        let at: Vec<[f64; 2]> = way.iter().map(|p| [p[1], p[2]]).collect();
        let expected = [0.0, 0.25, 0.5, 0.75, 1.0].map(|t| [4.0 * t, t]);
        assert_eq!(at, expected);
    }
    let cost = metrics["transport_cost"].as_f64().unwrap();
    let gap = metrics["path_energy"].as_f64().unwrap() - cost;
    assert!(close(metrics["straightness"].as_f64().unwrap(), gap));

    let written = Experiment::from_ron(&text(&out, "experiment.ron")).unwrap();
    assert_eq!((written.training.steps, written.seed), (20, 3));
    assert_eq!(written.readout.evaluation.samples, 50);

    let png = png::Decoder::new(std::io::Cursor::new(
        fs::read(out.join("trajectories.png")).unwrap(),
    ));
    assert!(png.read_info().unwrap().info().width >= 1200);
    let svg = text(&out, "trajectories.svg");
    assert!(svg.contains("<svg") && svg.trim_end().ends_with("</svg>"));

    let model = fs::read(out.join("model.safetensors")).unwrap();
    let model = safetensors::SafeTensors::deserialize(&model).unwrap();
    assert_eq!(model.len(), 8, "weights and biases of four layers");
}

#[test]
fn a_cloud_is_one_picture_in_the_figure() {
    let folder = folder();
    let figure = |particles: &str| {
        let out = folder.path().join(particles);
        let particles = format!("view.particles={particles}");
        let args = ["--set", "view.layers=[Particles]", "--set", &particles];
        tiny_run(
            "two-moons",
            &out,
            &[&args[..], &["--device", "cpu"]].concat(),
        );
        text(&out, "trajectories.svg")
    };
    let (few, cloud) = (figure("500"), figure("30000"));
    let count = |svg: &str, what: &str| svg.matches(what).count();
    assert_eq!((count(&few, "<image"), count(&cloud, "<image")), (0, 1));
    assert!(
        count(&few, "<circle") + count(&few, "<use") > 100,
        "dots one by one"
    );
    assert!(count(&cloud, "<circle") + count(&cloud, "<use") < 10);
}

/// The dotted keys of everything in an object.
fn keys(value: &Value, parent: &str, into: &mut BTreeSet<String>) {
    for (name, inner) in value.as_object().unwrap() {
        let key = format!("{parent}{name}");
        match inner.is_object() {
            true => keys(inner, &format!("{key}."), into),
            false => assert!(into.insert(key)),
        }
    }
}

/// The page that documents `metrics.json` has a row for every key, and no other.
#[test]
fn metrics_have_exactly_the_documented_keys() {
    let folder = folder();
    let metrics = tiny_run(
        "two-moons",
        folder.path(),
        &["--device", "cpu", "--threads", "1"],
    );
    let mut written = BTreeSet::new();
    keys(&metrics, "", &mut written);
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/metrics.md");
    let page = fs::read_to_string(page).unwrap();
    let documented: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
        .map(|(key, _)| key.to_owned())
        .filter(|key| !key.ends_with(".csv"))
        .collect();
    assert_eq!(written, documented);
    assert_eq!(metrics["schema"], 1);
    assert_eq!(metrics["program_version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(metrics["name"], "two-moons");
    assert_eq!(
        (&metrics["seed"], &metrics["steps"]),
        (&0.into(), &20.into())
    );
    let counts = ["n_samples", "w2_samples", "nfe"].map(|key| metrics[key].as_u64().unwrap());
    assert_eq!(counts, [50, 30, 4]);
    assert_eq!(metrics["solver"], "Euler(steps:4)");
    assert_eq!(metrics["time_range"], serde_json::json!([0.0, 1.0]));
    for key in [
        "w2",
        "w2_floor",
        "w2_affine",
        "w2_source_target_squared",
        "w2_source_target_noise",
        "coupling_cost",
        "solver_error",
    ] {
        assert!(
            metrics[key].as_f64().is_some_and(|value| value > 0.0),
            "{key}"
        );
    }
    let chord_ratio = metrics["chord_ratio"].as_f64().unwrap();
    assert!(0.0 < chord_ratio && chord_ratio <= 1.0);
}

#[test]
fn the_written_experiment_gives_the_same_metrics_again() {
    let folder = folder();
    let (first, again) = (folder.path().join("first"), folder.path().join("again"));
    let mut before = tiny_run(
        "two-moons",
        &first,
        &[
            "--seed",
            "5",
            "--set",
            "path=Vp(beta_min:0.1,beta_max:20.0)",
            "--set",
            "training.batch=64",
        ],
    );
    let file = first.join("experiment.ron");
    for origin in [file.as_path(), first.as_path()] {
        let mut command = pushforward();
        command
            .arg("run")
            .arg(origin)
            .arg("--out")
            .arg(&again)
            .assert()
            .code(0);
        let mut after = metrics(&again);
        before["timing"] = Value::Null;
        after["timing"] = Value::Null;
        assert_eq!(before, after);
        assert_eq!(text(&first, "loss.csv"), text(&again, "loss.csv"));
        assert_eq!(
            text(&first, "experiment.ron"),
            text(&again, "experiment.ron")
        );
    }
}

#[test]
fn flags_and_overrides_reach_the_experiment_in_order() {
    let folder = folder();
    let path = folder.path();
    let flags = [
        "--set",
        "training.batch=8",
        "--set",
        "training.batch = 16",
        "--set",
        "path=Cosine",
        "--set",
        "coupling=BatchOt(batch: 12)",
        "--set",
        "title=\"A = b\"",
    ];
    let metrics = tiny_run("rings", path, &flags);
    let written = Experiment::from_ron(&text(path, "experiment.ron")).unwrap();
    assert_eq!(written.training.batch, 16);
    assert_eq!(written.words.title, "A = b");
    assert_eq!(written.problem.path, pushforward::flow::path::Path::Cosine);
    let independent = tiny_run("rings", path, &flags[..6]);
    let cost = |metrics: &Value| metrics["coupling_cost"].as_f64().unwrap();
    assert!(
        cost(&metrics) < 0.8 * cost(&independent),
        "batch-OT is not cheaper"
    );
}

/// Legality is asked of the experiment as it will run, not of the file before the overrides.
#[test]
fn an_override_can_make_an_illegal_file_legal() {
    let folder = folder();
    let file = folder.path().join("illegal.ron");
    let target = "(shape: Moons(noise: 0.05))";
    let illegal = format!("(version: 1, path: Vp(), source: {target}, target: {target})");
    put(&file, &illegal);
    let file = file.to_str().unwrap();
    assert!(refusal(3, &["check", file]).contains("needs the standard Gaussian source"));
    let metrics = tiny_run(
        file,
        &folder.path().join("out"),
        &["--set", "source.shape=Gaussian(std: 1.0)"],
    );
    assert_eq!(metrics["name"], "untitled");
}

#[test]
fn the_default_folder_is_out_and_the_name() {
    let folder = folder();
    let mut command = pushforward();
    command
        .current_dir(folder.path())
        .args(["run", "ve"])
        .args(TINY);
    let assert = command.assert().code(0);
    let output = assert.get_output();
    assert!(folder.path().join("out/ve/metrics.json").is_file());
    // The result on stdout, the progress and the path's caution on stderr.
    assert!(String::from_utf8_lossy(&output.stdout).contains("out/ve"));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        stderr.contains("note: VE starts from N(0, sigma_max^2 I)"),
        "{stderr}"
    );
    assert!(stderr.contains("training  0/20"), "{stderr}");
}

#[test]
fn a_gpu_is_used_or_its_absence_is_bad_input() {
    let folder = folder();
    let mut command = pushforward();
    command
        .args(["run", "two-moons", "--device", "gpu", "--out"])
        .arg(folder.path())
        .args(TINY);
    let output = command.output().unwrap();
    match output.status.code() {
        Some(0) => {
            let device = metrics(folder.path())["device"].clone();
            assert!(!device.as_str().unwrap().starts_with("CPU"), "{device}");
        }
        code => {
            assert_eq!(code, Some(3));
            assert!(String::from_utf8_lossy(&output.stderr).starts_with("pushforward: "));
            skip("a_gpu_is_used", "no GPU adapter that passes the self-test");
        }
    }
}
