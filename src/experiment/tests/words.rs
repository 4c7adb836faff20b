//! The words that a user may type: what is taken, and what the refusal of a `--set` offers instead.

use super::*;
use crate::flow::distribution::Component;

/// What the message says to type after `--set`.
pub(super) fn offered(message: &str) -> Option<(String, String)> {
    let (_, line) = message.split_once("try --set '")?;
    let line = line.strip_suffix('\'')?.replace(r"'\''", "'");
    let (key, value) = line.split_once('=')?;
    Some((key.to_owned(), value.to_owned()))
}

/// Applies the change and hands back the experiment, which must be one that could be run.
pub(super) fn changed(before: &Experiment, key: &str, value: &str) -> Experiment {
    let mut after = before.clone();
    after
        .set(key, value)
        .unwrap_or_else(|error| panic!("{error}"));
    after
        .validate()
        .unwrap_or_else(|error| panic!("{key}={value}: {error}"));
    after
}

/// The experiment after what the refusal of the change offers.
fn mended(key: &str, value: &str) -> Experiment {
    let before = example();
    let mut refused = before.clone();
    let message = match refused.set(key, value) {
        Err(error) => error.to_string(),
        Ok(()) => refused.validate_changes().unwrap_err().to_string(),
    };
    let (key, value) = offered(&message).unwrap_or_else(|| panic!("nothing is offered: {message}"));
    changed(&before, &key, &value)
}

#[test]
fn what_can_mean_one_thing_is_taken_like_its_canonical_form() {
    for (key, loose, canonical) in [
        ("path", "vp", "Vp(beta_min: 0.1, beta_max: 20.0)"),
        ("path", "Ve", "Ve(sigma_min: 0.01, sigma_max: 10.0)"),
        ("path", "CONDOT", "CondOt(sigma_min: 0.0)"),
        ("path", "Cosine()", "Cosine"),
        ("model.activation", "gelu", "Gelu"),
        ("target", "(shape: moons)", "(shape: Moons(noise: 0.05))"),
        ("target.shape", "Moons", "Moons(noise: 0.05)"),
        (
            "target.shape",
            "eightgaussians",
            "EightGaussians(radius: 5.0, std: 0.5)",
        ),
        ("coupling", "batchot(batch: 1e2)", "BatchOt(batch: 100)"),
        (
            "training.optimizer",
            "Adam",
            "Adam(lr: 1e-3, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8)",
        ),
        (
            "training.optimizer",
            "AdamW",
            "AdamW(lr: 1e-3, weight_decay: 1e-5)",
        ),
        ("training.schedule", "cosine", "Cosine(warmup: 0)"),
        ("training.batch", "512.0", "512"),
        ("training.batch", "1e3", "1000"),
        ("training.steps", "2.5e4", "25000"),
        ("model.hidden", "[64.0, 1e2]", "[64, 100]"),
        ("view.layers", "[source, FIELD]", "[Source, Field]"),
        (
            "view.camera",
            "(center: (0, 0), height: 9)",
            "Some((center: (0.0, 0.0), height: 9.0))",
        ),
        ("title", "My run", "\"My run\""),
        (
            "title",
            " (A), run: \"1\" of [2] ",
            "\"(A), run: \\\"1\\\" of [2]\"",
        ),
        ("title", "", "\"\""),
        ("name", "my-run_2.a", "\"my-run_2.a\""),
    ] {
        let (loose, canonical) = (
            changed(&example(), key, loose),
            changed(&example(), key, canonical),
        );
        assert_eq!(loose, canonical, "{key}");
    }
}

#[test]
fn a_file_takes_the_same_words() {
    for (canonical, loose) in [
        ("CondOt(sigma_min: 0.0)", "condot"),
        ("activation: Silu", "activation: SILU"),
        ("(shape: Moons(noise: 0.05)", "(shape: moons"),
        ("Adam(lr: 1e-3)", "adam"),
        ("batch: 256, opt", "batch: 2.56e2, opt"),
        ("steps: 20000", "steps: 20000.0"),
        ("version: 1", "version: 1.0"),
        ("layers: [Source, Target", "layers: [source, target"),
        ("paths: 200", "paths: 200, camera: none"),
    ] {
        let text = EXAMPLE.replacen(canonical, loose, 1);
        assert_ne!(text, EXAMPLE, "{canonical} does not occur");
        assert_eq!(Experiment::from_ron(&text), Ok(example()), "{loose}");
    }
    let text = EXAMPLE.replace("\"Two moons\"", "Moons");
    assert_eq!(Experiment::from_ron(&text).unwrap().words.title, "Moons");
}

#[test]
fn extensions_of_ron_and_a_byte_order_mark_are_read() {
    let text = format!("\u{feff}#![enable(implicit_some)]\n// a comment\nExperiment{EXAMPLE}");
    assert_eq!(Experiment::from_ron(&text), Ok(example()));
}

#[test]
fn every_refused_word_comes_with_one_that_works() {
    let drawn = |key, value| mended(key, value).to_ron();
    assert_eq!(
        mended("coupling", "BatchOt").problem.coupling,
        Coupling::BatchOt { batch: 256 }
    );
    assert_eq!(
        mended("coupling.batch", "64").problem.coupling,
        Coupling::BatchOt { batch: 64 }
    );
    for value in ["64,64", "64, 64", "(64,64)", "\"64,64\"", "[64,64"] {
        assert_eq!(
            mended("model.hidden", value).model.hidden,
            [64, 64],
            "{value}"
        );
    }
    assert_eq!(mended("model.hidden", "32").model.hidden, [32]);
    let noise = Shape::Moons { noise: 0.1 };
    for (key, value) in [
        ("target.shape", "Moons(noise:0,1)"),
        ("target", "(shape: Moons(noise:0,1))"),
        ("target.shape.noise", "0,1"),
        ("noise", "0,1"),
        ("noise", "0.1"),
        ("target.shape.nosie", "0.1"),
        ("Target.Shape.Noise", "0.1"),
        ("target.shape", "Mons(noise: 0.1)"),
        ("target.shape", "Moons(niose: 0.1)"),
        ("target.shape", "Moons(noise: 0.1"),
        ("target.shape", "Moons(noise: 0.1, noise: 0.2)"),
        ("target.shape", "\"Moons(noise: 0.1)\""),
    ] {
        assert_eq!(
            mended(key, value).problem.target.shape,
            noise,
            "{key}={value}"
        );
    }
    assert_eq!(
        mended("target", "Moons").problem.target,
        Shape::Moons { noise: 0.05 }.into()
    );
    assert_eq!(mended("Seed", "1").seed, 1);
    assert_eq!(mended("sede", "1").seed, 1);
    assert_eq!(mended("batch", "512").training.batch, 512);
    assert_eq!(mended("training.bacth", "512").training.batch, 512);
    assert_eq!(
        mended("target.shift", "1,2").problem.target.shift,
        (1.0, 2.0)
    );
    assert_eq!(mended("title", "\"My run").words.title, "My run");
    assert_eq!(
        mended("solver", "rk4").readout.solver,
        Solver::Rk4 { steps: 100 }
    );
    assert_eq!(
        mended("model.time", "fourier").model.time,
        TimeEmbedding::Fourier { frequencies: 8 }
    );
    assert_eq!(
        mended("model.time.frequencies", "3").model.time,
        TimeEmbedding::Fourier { frequencies: 3 }
    );
    assert_eq!(
        mended("view.camera.height", "3")
            .view
            .camera
            .map(|camera| camera.height),
        Some(3.0)
    );
    let one = Component {
        weight: 1.0,
        mean: (3.0, 0.0),
        std: 0.4,
        class: 0,
    };
    let mixture = mended("target.shape", "Mixture(components: [(mean: (3, 0))])")
        .problem
        .target
        .shape;
    assert_eq!(
        mixture,
        Shape::Mixture {
            components: vec![one]
        }
    );
    assert!(drawn("target.shape", "Drawn(cells: \"12\")").contains("Drawn"));
    // Nothing to go by: what stands there works.
    for (key, value) in [
        ("training.batch", "many"),
        ("training.batch", "-1"),
        ("training.batch", "512.5"),
        ("seed", "1e999"),
        ("seed", "18446744073709551616"),
        ("seed", ""),
        ("seed", "1, name: \"x\""),
        ("training.steps", "(((("),
        ("hologram", "1"),
        ("seed.x", "1"),
        ("", "1"),
        (".", "1"),
        ("seed.", "1"),
        ("view.layers[0]", "Field"),
    ] {
        assert_eq!(mended(key, value), example(), "{key}={value}");
    }
}

#[test]
fn a_change_out_of_range_comes_with_one_within() {
    for (key, value) in [
        ("version", "2"),
        ("name", "../x"),
        ("training.batch", "0"),
        ("training.ema", "1"),
        ("model.hidden", "[]"),
        ("model.hidden", "[0]"),
        ("path", "Ve(sigma_max: 1e9)"),
        ("path.sigma_min", "2"),
        ("target.shift", "(1e9, 0)"),
        ("target.shape", "Rings(radii: [-1])"),
        (
            "target.shape",
            "Mixture(components: [(mean: (0, 1e9), std: 1)])",
        ),
        (
            "target.shape",
            "Drawn(bounds: (min: (0, 0), max: (0, 0)), cells: \"65536\")",
        ),
        ("view.camera", "(center: (0, 0), height: -1)"),
        ("view.layers", "[Field, Field]"),
        ("solver.steps", "1e5"),
    ] {
        let mut refused = example();
        refused.set(key, value).unwrap();
        let message = refused.validate_changes().unwrap_err().to_string();
        let (key, value) = offered(&message).unwrap_or_else(|| panic!("{message}"));
        // In the place of the change that is refused, and after it.
        changed(&example(), &key, &value);
        changed(&refused, &key, &value);
    }
    assert_eq!(example().validate_changes(), Ok(()));
}

/// A field may be left out of what is written where it has its default.
#[test]
fn a_field_that_is_not_written_can_be_set() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields, default)]
    #[derive(Default)]
    struct Inner {
        a: usize,
        b: Option<usize>,
    }
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Outer {
        inner: Inner,
    }
    let read = |key, value| {
        crate::experiment::reader::read_changed::<Outer>("(inner: (a: 1))", key, value)
    };
    let b = Some(2);
    assert_eq!(read("inner.b", "2.0").unwrap().inner, Inner { a: 1, b });
    assert!(read("inner.c", "2").is_err());
}
