//! `docs/load_weights.py` rebuilds the velocity from the file of weights alone.

use std::io::Write;
use std::process::{Command as Process, Stdio};
use std::sync::Arc;

use pushforward::experiment::{Activation, Experiment, TimeEmbedding, presets};
use pushforward::flow::conversion::Quantity;
use pushforward::flow::path::Path as Schedule;
use pushforward::flow::rng::{Stream, stream};
use pushforward::flow::solver::{Solver, solve};
use pushforward::flow::{Point, VelocityField};
use pushforward::model::{FrozenField, MlpParams, ModelFile, Scaling, Widths};
use serde_json::json;

use super::*;

/// Largest difference, relative to the largest coordinate.
const TOLERANCE: f64 = 1e-5;

/// Velocities at given times and where Euler's method ends, for each case that standard input names.
const DRIVER: &str = r#"
import json, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from load_weights import load
results = []
for case in json.load(sys.stdin):
    v, x = load(case["file"]), np.array(case["points"])
    velocities = [v(t, x).tolist() for t in case["at"]]
    for t, after in zip(case["times"], case["times"][1:]):
        x = x + (after - t) * v(t, x)
    results.append({"velocities": velocities, "end": x.tolist()})
json.dump(results, sys.stdout)
"#;

/// What Python says of the cases; or why there is no Python to ask.
fn python(cases: &Value) -> Result<Value, String> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let numpy = Process::new("python3")
        .args(["-c", "import numpy"])
        .output();
    match numpy {
        Err(error) => return Err(format!("no python3: {error}")),
        Ok(output) if !output.status.success() => return Err("python3 has no numpy".to_owned()),
        Ok(_) => {}
    }
    let mut python = Process::new("python3");
    python.args(["-B", "-c", DRIVER]).arg(docs);
    let mut python = python
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = python.stdin.take().unwrap();
    stdin.write_all(cases.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "the snippet fails");
    Ok(serde_json::from_slice(&output.stdout).unwrap())
}

fn points(value: &Value) -> Vec<Point> {
    serde_json::from_value(value.clone()).unwrap()
}

fn assert_agree(ours: &[Point], theirs: &[Point], what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let largest = ours.iter().flatten().fold(0.0, |a: f64, x| a.max(x.abs()));
    for (a, b) in ours.iter().flatten().zip(theirs.iter().flatten()) {
        assert!(
            (a - b).abs() <= TOLERANCE * largest,
            "{what}: {a} and {b}, up to {largest}"
        );
    }
}

/// A network of fresh weights for every path, activation and embedding.
fn models() -> Vec<(String, Experiment, ModelFile)> {
    let paths = Schedule::ALL.into_iter();
    let paths = paths.chain([Schedule::CondOt { sigma_min: 0.1 }]);
    let times = [
        TimeEmbedding::Raw,
        TimeEmbedding::Fourier { frequencies: 3 },
    ];
    let mut models = Vec::new();
    for path in paths {
        for activation in Activation::ALL {
            for time in times {
                let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
                experiment.problem.path = path;
                experiment.model.hidden = vec![24, 16];
                (experiment.model.activation, experiment.model.time) = (activation, time);
                // Twelve forms of each path, so each predicts everything three times.
                experiment.model.parametrisation = Quantity::ALL[models.len() % 4];
                let scaling = Scaling::measure(&experiment).unwrap();
                let mut rng = stream(models.len() as u64, Stream::Weights, 0);
                let params = MlpParams::init(Widths::of(&experiment.model), &mut rng);
                let file = ModelFile::new(params, &experiment, scaling, 1);
                models.push((
                    format!("{path:?} {activation:?} {time:?}"),
                    experiment,
                    file,
                ));
            }
        }
    }
    models
}

#[test]
fn the_weights_load_in_python() {
    const AT: [f64; 4] = [0.0, 0.3, 0.75, 1.0];
    let folder = folder();
    let models = models();
    let n_paths = Schedule::ALL.len() + 1;
    assert_eq!(models.len(), n_paths * Activation::ALL.len() * 2);
    let source = models[0].1.problem.source.sampler().unwrap();
    let points_drawn = source.sample_n(40, &mut stream(1, Stream::Display, 0));
    let start = |path: Schedule| -> Vec<Point> {
        let spread = path.source_scale();
        points_drawn.iter().map(|x| x.map(|x| spread * x)).collect()
    };
    let solver = Solver::Euler { steps: 20 };
    let cases = models
        .iter()
        .enumerate()
        .map(|(i, (_, experiment, model))| {
            let file = folder.path().join(format!("{i}.safetensors"));
            atomic_write(&file, &model.encode().unwrap()).unwrap();
            let times = solver.times(experiment.problem.path.time_range());
            json!({ "file": file, "points": start(experiment.problem.path), "at": AT, "times": times })
        });
    let results = match python(&cases.collect()) {
        Ok(results) => results,
        Err(reason) => return skip("the_weights_load_in_python", &reason),
    };
    for ((name, experiment, model), result) in models.iter().zip(results.as_array().unwrap()) {
        let field = FrozenField::new(Arc::new(model.params.clone()), experiment, model.scaling, 1);
        let x_0 = start(experiment.problem.path);
        for (t, theirs) in AT.iter().zip(result["velocities"].as_array().unwrap()) {
            let mut ours = vec![[0.0; 2]; x_0.len()];
            field.eval(*t, &x_0, &mut ours);
            assert_agree(&ours, &points(theirs), &format!("{name}, t = {t}"));
        }
        let ours = solve(&field, solver, experiment.problem.path.time_range(), &x_0);
        assert_agree(
            ours.last(),
            &points(&result["end"]),
            &format!("{name}, the ends"),
        );
    }
}

/// The trajectories of a run's table, as Python takes them from the run's weights.
#[test]
fn a_run_s_trajectories_are_retraced_in_python() {
    let folder = folder();
    let mut cases = Vec::new();
    let mut ends = Vec::new();
    for preset in ["two-moons", "vp", "ve"] {
        let out = folder.path().join(preset);
        tiny_run(preset, &out, &[]);
        let (header, rows) = rows(&out, "trajectories.csv");
        let column = |name| header.split(',').position(|column| column == name).unwrap();
        let (t, x, y) = (column("t"), column("x"), column("y"));
        let n_nodes = rows.iter().take_while(|row| row[0] == rows[0][0]).count();
        let node = |n: usize| -> Vec<Point> {
            rows.iter()
                .skip(n)
                .step_by(n_nodes)
                .map(|row| [row[x], row[y]])
                .collect()
        };
        let times: Vec<f64> = rows[..n_nodes].iter().map(|row| row[t]).collect();
        let file = out.join("model.safetensors");
        cases.push(json!({ "file": file, "points": node(0), "at": [], "times": times }));
        ends.push((preset, node(n_nodes - 1)));
    }
    let results = match python(&cases.into()) {
        Ok(results) => results,
        Err(reason) => return skip("a_run_s_trajectories_are_retraced_in_python", &reason),
    };
    for ((preset, end), result) in ends.iter().zip(results.as_array().unwrap()) {
        assert_agree(end, &points(&result["end"]), preset);
    }
}
