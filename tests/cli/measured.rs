//! Numbers that must not mislead: what the solver is not to blame for, what is within the noise, what a network has
//! not learned, and the sentences that go with them.

use super::*;

/// A quick run of a preset: small enough for seconds, large enough for numbers.
fn quick_run(preset: &str, out: &Path, flags: &[&str]) -> (Value, String) {
    let mut command = pushforward();
    command.args(["run", preset, "--device", "cpu", "--out"]);
    command.arg(out);
    command.args([
        "--set",
        "evaluation.samples=400",
        "--set",
        "evaluation.w2_samples=400",
    ]);
    let assert = command.args(flags).assert().code(0);
    let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    (metrics(out), stderr)
}

fn number(metrics: &Value, key: &str) -> f64 {
    metrics[key].as_f64().unwrap_or_else(|| panic!("no {key}"))
}

/// One Euler step runs straight whatever the field; S is a property of the flow, and the samples pay for the step.
#[test]
fn straightness_does_not_depend_on_the_solver() {
    let folder = folder();
    let with = |solver: &str| {
        let solver = format!("solver={solver}");
        let flags = ["--steps", "600", "--set", &solver];
        quick_run("two-moons", folder.path(), &flags).0
    };
    let (fine, coarse) = (with("Rk4(steps:50)"), with("Euler(steps:1)"));
    for key in [
        "path_energy",
        "transport_cost",
        "straightness",
        "chord_ratio",
        "npe",
        "reference_solver",
        "learned",
    ] {
        assert_eq!(fine[key], coarse[key], "{key}");
    }
    assert_eq!(coarse["learned"], true);
    let straightness = number(&coarse, "straightness");
    assert!(straightness > 0.5, "S = {straightness}");
    assert!(number(&coarse, "chord_ratio") < 0.95);
    let stated = number(&coarse["reference_solver"], "straightness_error");
    assert!(stated < 2e-3 * straightness, "{stated}");
    assert_eq!(coarse["reference_solver"]["within_tolerance"], true);
    assert!(number(&fine, "solver_error") < 1e-3);
    assert!(number(&coarse, "solver_error") > 0.3);
    assert!(number(&coarse, "w2") > number(&fine, "w2") + 0.3);
    assert_eq!(
        (&coarse["nfe"], &coarse["solver"]),
        (&1.into(), &"Euler(steps:1)".into())
    );
}

#[test]
fn a_source_that_is_the_target_has_no_normalised_path_energy() {
    let folder = folder();
    let target = ["--steps", "50", "--set", "target=(shape:Gaussian(std:1.0))"];
    let (same, _) = quick_run("two-moons", folder.path(), &target);
    assert_eq!(same["npe"], Value::Null);
    let reason = same["npe_reason"].as_str().unwrap();
    assert!(
        reason.contains("between 400 source and 400 target samples"),
        "{reason}"
    );
    assert_eq!(same["w2_samples"], 400);
    let (apart, _) = quick_run("two-moons", folder.path(), &["--steps", "50"]);
    assert_eq!(apart["npe_reason"], Value::Null);
    assert!(number(&apart, "npe") > 0.0);
}

#[test]
fn a_network_that_has_learned_nothing_is_said_to_have() {
    let folder = folder();
    for flags in [
        &["--steps", "0"][..],
        &[
            "--steps",
            "600",
            "--set",
            "training.optimizer=Adam(lr:10.0)",
        ],
        &["--steps", "600", "--set", "model.hidden=[1]"],
    ] {
        let (metrics, stderr) = quick_run("two-moons", folder.path(), flags);
        assert_eq!(metrics["learned"], false, "{flags:?}");
        let sentence = metrics["learned_reason"].as_str().unwrap();
        assert!(
            sentence.starts_with("The network has learned n"),
            "{sentence}"
        );
        assert!(stderr.contains(&format!("note: {sentence}")), "{stderr}");
    }
    // There a constant velocity takes the source onto the target.
    let flags = [
        "--steps",
        "600",
        "--set",
        "training.optimizer=Adam(lr:10.0)",
    ];
    let (metrics, _) = quick_run("two-point", folder.path(), &flags);
    assert_eq!(metrics["learned"], false, "{metrics}");
    let (metrics, stderr) = quick_run("two-moons", folder.path(), &["--steps", "500"]);
    assert_eq!(
        (&metrics["learned"], &metrics["learned_reason"]),
        (&true.into(), &Value::Null)
    );
    assert!(!stderr.contains("has learned n"), "{stderr}");
}

#[test]
fn cautions_are_printed_by_run_and_check_and_listed() {
    let folder = folder();
    let flags = ["--set", "path=Ve(sigma_min:0.01,sigma_max:4.0)"];
    let mut command = pushforward();
    command.args(["run", "two-moons", "--device", "cpu", "--out"]);
    command.arg(folder.path()).args(TINY).args(flags);
    let assert = command.assert().code(0);
    let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    let listed = metrics(folder.path())["cautions"].clone();
    let sentence = listed[0].as_str().unwrap();
    assert!(sentence.starts_with("VE starts from N(0, sigma_max^2 I), but its path from p_0"));
    assert!(stderr.contains(&format!("note: {sentence}\n")), "{stderr}");
    let file = folder.path().join("experiment.ron");
    let check = pushforward().arg("check").arg(file).assert().code(0);
    let stdout = String::from_utf8_lossy(&check.get_output().stdout).into_owned();
    assert!(stdout.contains(&format!("note: {sentence}\n")), "{stdout}");
}

/// VP ends at 1 - 1e-5, so that the last moment is found by its node and not by t = 1.
#[test]
fn the_last_node_is_where_time_ends() {
    let folder = folder();
    let metrics = tiny_run("vp", folder.path(), &["--device", "cpu"]);
    assert_eq!(metrics["time_range"], serde_json::json!([0.0, 0.99999]));
    let (_, points) = rows(folder.path(), "trajectories.csv");
    let last: Vec<&Vec<f64>> = points.iter().filter(|p| p[1] == 4.0).collect();
    assert_eq!(last.len(), 50);
    assert!(last.iter().all(|p| p[2] == 0.99999));
}

#[test]
fn fewer_nodes_are_written_if_fewer_are_asked_for() {
    let folder = folder();
    let all = folder.path().join("all");
    let few = folder.path().join("few");
    let flags = ["--device", "cpu", "--set", "solver=Midpoint(steps:10)"];
    let mut before = tiny_run("two-moons", &all, &flags);
    let fewer = [&flags[..], &["--set", "evaluation.nodes=3"]].concat();
    let mut after = tiny_run("two-moons", &few, &fewer);
    before["timing"] = Value::Null;
    after["timing"] = Value::Null;
    assert_eq!(before, after, "only the table is shorter");
    let ((_, all_rows), (_, rows)) = (
        rows(&all, "trajectories.csv"),
        rows(&few, "trajectories.csv"),
    );
    let kept = all_rows.iter().filter(|p| p[1] % 5.0 == 0.0);
    assert!(rows.len() == 50 * 3 && kept.eq(rows.iter()));
    assert!(text(&few, "experiment.ron").contains("nodes: 3"));
    assert!(!text(&all, "experiment.ron").contains("nodes"));
    let refused = refusal(3, &["run", "two-moons", "--set", "evaluation.nodes=1"]);
    assert!(
        refused.contains("evaluation.nodes is 1: expected 2 to 10001"),
        "{refused}"
    );
}

/// What a particle spent, by Simpson's rule over the nodes of the file: every second node is the middle of two others.
fn integral(way: &[Vec<f64>], of: impl Fn(&[f64]) -> f64) -> f64 {
    let panel = |k: usize| {
        let [a, b, c] = [k, k + 1, k + 2].map(|node| &way[node]);
        (c[2] - a[2]) / 6.0 * (of(a) + 4.0 * of(b) + of(c))
    };
    (0..way.len() - 1).step_by(2).map(panel).sum()
}

/// Means over particles of the numbers that the definitions of the metrics give, from the file alone.
fn recomputed(table: &[Vec<f64>]) -> [(&'static str, f64); 7] {
    let ways: Vec<&[Vec<f64>]> = table.chunk_by(|a, b| a[0] == b[0]).collect();
    let mut sums = [0.0; 7];
    for way in &ways {
        let (first, last) = (&way[0], &way[way.len() - 1]);
        let chord = [last[3] - first[3], last[4] - first[4]];
        let speed = |row: &[f64]| row[5].hypot(row[6]);
        let off = |row: &[f64]| (chord[0] - row[5]).powi(2) + (chord[1] - row[6]).powi(2);
        let energy = integral(way, |row| speed(row).powi(2));
        let arc = integral(way, speed);
        let turn = |rows: &[Vec<f64>]| {
            let (a, b) = (&rows[0], &rows[1]);
            let cosine = (a[5] * b[5] + a[6] * b[6]) / (speed(a) * speed(b));
            cosine.clamp(-1.0, 1.0).acos()
        };
        let cost = chord[0].powi(2) + chord[1].powi(2);
        let numbers = [
            energy,
            cost,
            integral(way, off),
            energy - arc * arc,
            arc * arc - cost,
            cost.sqrt() / arc,
            way.windows(2).map(turn).sum::<f64>(),
        ];
        sums.iter_mut()
            .zip(numbers)
            .for_each(|(sum, number)| *sum += number);
    }
    let keys = [
        "path_energy",
        "transport_cost",
        "straightness",
        "straightness_speed",
        "straightness_shape",
        "chord_ratio",
        "turning",
    ];
    std::array::from_fn(|k| (keys[k], sums[k] / ways.len() as f64))
}

/// Another computation, on the file that the reference solver's trajectories are written to, comes to the same numbers;
/// and they keep the chain, whatever has been learned.
#[test]
fn metrics_agree_with_an_independent_computation_on_the_reference_trajectories() {
    let folder = folder();
    for path in ["CondOt(sigma_min:0.0)", "Vp(beta_min:0.1,beta_max:20.0)"] {
        let set = format!("path={path}");
        let flags = ["--steps", "500", "--reference-trajectories", "--set", &set];
        let metrics = quick_run(
            "two-moons",
            folder.path(),
            &[&flags[..], &["--fresh"]].concat(),
        )
        .0;
        let (header, table) = rows(folder.path(), "reference_trajectories.csv");
        assert_eq!(header, "particle,node,t,x,y,vx,vy");
        let nodes = metrics["reference_solver"]["steps"].as_u64().unwrap() as usize + 1;
        assert_eq!(table.len(), 400 * nodes);
        let of = |key| number(&metrics, key);
        for (key, value) in recomputed(&table) {
            let scale = match key {
                "chord_ratio" | "turning" => of(key),
                // A part of S may be small beside S, and is no better known than S.
                key if key.starts_with("straightness") => of("straightness"),
                _ => of(key),
            };
            assert!(
                (value - of(key)).abs() < 5e-3 * scale,
                "{path} {key}: {value} {}",
                of(key)
            );
        }
        assert!(of("w2_start_end_squared") <= of("transport_cost") * (1.0 + 1e-9));
        assert!(of("transport_cost") <= of("path_energy"));
        let gap = of("path_energy") - of("transport_cost");
        assert!((of("straightness") - gap).abs() < 1e-6 * of("path_energy"));
    }
}

#[test]
fn reference_trajectories_are_those_of_the_last_run_that_was_asked_for_them() {
    let folder = folder();
    let file = folder.path().join("reference_trajectories.csv");
    let run = |flags: &[&str]| {
        tiny_run(
            "two-moons",
            folder.path(),
            &[&["--device", "cpu", "--fresh"], flags].concat(),
        );
        file.exists()
    };
    assert!(!run(&[]) && run(&["--reference-trajectories"]) && !run(&[]));
}

/// A solver that chooses its steps counts them; one whose budget is spent says so and has no samples.
#[test]
fn a_solver_that_chooses_its_steps_counts_what_it_spends() {
    let folder = folder();
    let with = |preset: &str, solver: &str| {
        let solver = format!("solver={solver}");
        let few = ["--set", "evaluation.samples=60"];
        let flags = ["--steps", "30", "--set", &solver, few[0], few[1]];
        quick_run(preset, folder.path(), &flags)
    };
    let (whole, said) = with("two-moons", "DormandPrince(tolerance:1e-4)");
    let [nfe, taken, rejected] = ["nfe", "solver_steps", "solver_rejected"]
        .map(|key| whole[key].as_u64().unwrap_or_else(|| panic!("no {key}")));
    assert_eq!(nfe, 2 + 6 * (taken + rejected));
    assert!(taken > 1 && !said.contains("stopped at"), "{said}");
    assert_eq!(whole["solver"], "DormandPrince(tolerance:0.0001)");
    assert_eq!(whole["solver_stopped_at"], Value::Null);
    assert!(number(&whole, "solver_error") < 1e-2);
    assert!(number(&whole, "round_trip_error") < 1e-2);
    assert!(number(&whole, "nfe_euler") >= number(&whole, "nfe_rk4") / 4.0);
    let nodes = text(folder.path(), "trajectories.csv").lines().count() - 1;
    assert_eq!(nodes, 60 * 101);
    let (none, said) = with("ve", "DormandPrince(tolerance:1e-8,budget:100)");
    assert!(said.contains("stopped at t = "), "{said}");
    assert!(number(&none, "solver_stopped_at") < 1.0);
    assert!(number(&none, "nfe") <= 100.0);
    for key in ["w2", "solver_error", "round_trip_error"] {
        assert_eq!(none[key], Value::Null, "{key}");
    }
    assert!(none["straightness"].is_number(), "that of the flow itself");
}
