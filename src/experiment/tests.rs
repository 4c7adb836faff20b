//! What the experiment type promises, on whole files.

mod corrections;
mod damage;
mod figures;
mod lanes;
mod over;
mod score;
mod words;

use super::*;
use crate::flow::solver::MAX_STEPS;
use crate::flow::vocabulary::Vocabulary;
use crate::flow::vocabulary::tests::assert_whole;

/// The example of the file format, as it is documented.
const EXAMPLE: &str = r#"(
    version: 1,
    name: "two-moons",
    title: "Two moons",
    about: "One line.",
    seed: 0,
    source: (shape: Gaussian(std: 1.0), scale: 1.0, shift: (0.0, 0.0)),
    target: (shape: Moons(noise: 0.05), scale: 2.0, shift: (-1.0, 0.0)),
    path: CondOt(sigma_min: 0.0),       // Vp(beta_min: 0.1, beta_max: 20.0), Ve(sigma_min: 0.01, sigma_max: 10.0), Cosine
    coupling: Independent,              // BatchOt(batch: 256)
    model: (hidden: [64, 64, 64], activation: Silu, time: Raw),     // Selu, Gelu, Elu, Relu, Tanh; Fourier(frequencies: 8)
    training: (steps: 20000, batch: 256, optimizer: Adam(lr: 1e-3), schedule: Constant, sigma: 0.0, ema: 0.0),   // AdamW(lr: 1e-3, weight_decay: 1e-5)
    solver: Euler(steps: 100),          // Midpoint, Heun, Rk4
    evaluation: (samples: 2000, w2_samples: 2000),
    view: (t: 1.0, layers: [Source, Target, Trajectories], paths: 200),      // camera, colours and the like: what a figure needs to be rebuilt
)
"#;

/// The shortest file: everything that has a sensible default is left out.
const SHORTEST: &str = "(version: 1, target: (shape: Moons(noise: 0.05)))";

fn example() -> Experiment {
    Experiment::from_ron(EXAMPLE).unwrap()
}

/// The message for the example with one change.
fn refusal(from: &str, to: &str) -> String {
    let text = EXAMPLE.replacen(from, to, 1);
    assert_ne!(text, EXAMPLE, "{from} does not occur");
    Experiment::from_ron(&text).unwrap_err().to_string()
}

#[test]
fn the_documented_example_is_read_and_written_back() {
    let experiment = example();
    assert_eq!(experiment.training.batch, 256);
    assert_eq!(experiment.problem.target.shift, (-1.0, 0.0));
    let written = experiment.to_ron();
    assert_eq!(Experiment::from_ron(&written).unwrap(), experiment);
    for line in [
        "    source: (shape: Gaussian(std: 1.0), scale: 1.0, shift: (0.0, 0.0)),",
        "    path: CondOt(sigma_min: 0.0),",
        "    model: (hidden: [64, 64, 64], activation: Silu, time: Raw),",
        "    solver: Euler(steps: 100),",
    ] {
        assert!(written.lines().any(|l| l == line), "{line}\n{written}");
    }
}

#[test]
fn what_is_chosen_for_a_network_says_all_of_itself() {
    assert_whole::<Activation>();
    assert_whole::<TimeEmbedding>();
    assert_whole::<Optimizer>();
    assert_whole::<LearningRate>();
    // Where a file leaves the warm-up out there is none; who chooses a cosine in the window gets one.
    let left_out = ron::from_str::<LearningRate>("Cosine()");
    assert_eq!(left_out, Ok(LearningRate::Cosine { warmup: 0 }));
    assert_eq!(LearningRate::ALL[1], LearningRate::Cosine { warmup: 500 });
    let adam = ron::from_str::<Optimizer>("Adam(lr: 0.01)").unwrap();
    let adam_w = Optimizer::ALL[1].with_constants_of(adam);
    let expected = "AdamW(lr:0.01,beta_1:0.9,beta_2:0.999,epsilon:1e-8,weight_decay:1e-5)";
    assert_eq!(ron::to_string(&adam_w).unwrap(), expected);
    assert_eq!(Optimizer::ALL[0].with_constants_of(adam_w), adam);
}

#[test]
fn only_version_and_target_are_required() {
    let experiment = Experiment::from_ron(SHORTEST).unwrap();
    assert!(experiment.problem.source.is_standard_gaussian());
    assert_eq!(experiment.model.hidden, [64, 64, 64]);
    assert_eq!(experiment.readout.evaluation.w2_samples, 2000);
    let message = |text| Experiment::from_ron(text).unwrap_err().to_string();
    assert_eq!(
        message("(version: 1)"),
        "line 1, column 1: the field `target` is missing; \
         add `target: (shape: Gaussian(std: 1.0), scale: 1.0, shift: (0.0, 0.0))`"
    );
    assert_eq!(
        message("(target: (shape: Checkerboard))"),
        "line 1, column 1: the field `version` is missing; add `version: 1`"
    );
}

#[test]
fn text_errors_name_line_and_column() {
    assert_eq!(
        refusal("Moons(", "Mons("),
        "line 8, column 21: target.shape = Mons(noise: 0.05): no choice `Mons`: expected one of Gaussian, Mixture, \
         EightGaussians, Moons, SCurve, Checkerboard, Rings, Spirals, Pinwheel, SwissRoll, Uniform, Drawn; \
         write `shape: Moons(noise: 0.05)`"
    );
    assert_eq!(
        refusal("steps: 20000", "stpes: 20000"),
        "line 12, column 16: no field `stpes`: did you mean `steps`? write `steps: 20000`"
    );
    assert_eq!(
        refusal("ema: 0.0", "ema: 0.0, ema: 0.0"),
        "line 12, column 111: the field `ema` stands twice; take `, ema: 0.0` out"
    );
    assert_eq!(
        refusal("seed: 0", "seed: 9223372036854775808000"),
        "line 6, column 11: seed = 9223372036854775808000: expected a whole number, below 2^64; write `seed: 0`"
    );
    assert_eq!(
        refusal("seed: 0,", "seed: 0"),
        "line 7, column 5: seed = 0: expected comma; write `seed: 0,`"
    );
}

#[test]
fn other_versions_are_refused_by_number() {
    assert_eq!(
        refusal("version: 1", "version: 2, hologram: true"),
        "version 2 of the experiment file is not known: this program reads version 1"
    );
    assert!(refusal("version: 1", "version: 0").starts_with("version 0 "));
}

#[test]
fn values_out_of_range_name_place_field_value_and_range() {
    assert_eq!(
        refusal("view: (t: 1.0", "view: (t: NaN"),
        "line 15, column 15: view.t is NaN: expected 0.0 to 1.0; write `t: 1.0`"
    );
    assert_eq!(
        refusal("lr: 1e-3", "lr: 1e999"),
        "line 12, column 62: training.optimizer.lr is inf: expected 0.0 to 1000000.0; write `lr: 0.001`"
    );
    assert_eq!(
        refusal("[64, 64, 64]", "[64, 4096]"),
        "line 11, column 21: model.hidden is 4096: expected 1 to 1024; write `hidden: [64, 64, 64]`"
    );
    assert_eq!(
        refusal("[64, 64, 64]", "[]"),
        "line 11, column 21: model.hidden is []: expected 1 to 8 layers; write `hidden: [64, 64, 64]`"
    );
    assert_eq!(
        refusal("\"two-moons\"", "\"../moons\""),
        "line 3, column 11: name is \"../moons\": expected 1 to 100 letters, digits, '-', '_' or inner dots; \
         write `name: \"untitled\"`"
    );
    assert_eq!(
        refusal("paths: 200", "paths: 200, particles: 1000000000"),
        "line 15, column 83: view.particles is 1000000000: expected 0 to 1000000; write `particles: 2000`"
    );
    assert_eq!(
        refusal("Target, Traj", "Source, Traj"),
        "line 15, column 28: view.layers is [Source, Source, Trajectories]: expected every layer at most once; \
         write `layers: [Source, Target, Trajectories]`"
    );
    assert_eq!(
        refusal("(samples: 2000", "(samples: 0"),
        "line 14, column 27: evaluation.samples is 0: expected 2 to 100000; write `samples: 2000`"
    );
    assert_eq!(
        refusal("CondOt(sigma_min: 0.0)", "Vp(beta_min: NaN)"),
        "line 9, column 24: path.beta_min is NaN: expected 0.0 to 20.0 (beta_max); write `beta_min: 0.1`"
    );
    assert_eq!(
        refusal("scale: 2.0, shift: (-1.0, 0.0)", "scale: -2.0"),
        "line 8, column 48: target.scale is -2: expected 0.000001 to 1000000; write `scale: 1.0`"
    );
    assert_eq!(
        refusal("Gaussian(std: 1.0)", "Gaussian(std: inf)"),
        "line 7, column 35: source.shape.std is inf: expected 0.000001 to 1000000; write `std: 1.0`"
    );
    assert_eq!(
        refusal("Euler(steps: 100)", "Euler(steps: 10001)"),
        "line 13, column 26: solver.steps is 10001: expected 1 to 10000; write `steps: 100`"
    );
}

#[test]
fn a_value_is_found_behind_comments_and_inside_variants() {
    let text = "// an example (v1)\n(version: 1, // (one)\n target: (shape: Moons(noise: -1)))";
    let message = Experiment::from_ron(text).unwrap_err().to_string();
    assert!(
        message.starts_with("line 3, column 31: target.shape.noise is -1"),
        "{message}"
    );
    let text = SHORTEST.replace(
        "version: 1",
        "version: 1, view: (camera: Some((center: (0, 0), height: -1)))",
    );
    let message = Experiment::from_ron(&text).unwrap_err().to_string();
    assert!(
        message.starts_with("line 1, column 59: view.camera.height is -1"),
        "{message}"
    );
}

#[test]
fn samples_times_solver_steps_is_bounded() {
    let mut experiment = example();
    experiment.set("evaluation.samples", "100000").unwrap();
    experiment.validate().unwrap();
    experiment.set("solver.steps", "999").unwrap();
    assert_eq!(
        experiment.validate().unwrap_err().to_string(),
        "evaluation.samples is 100000: expected at most 50000 where 1000 nodes of each are written \
         (evaluation.nodes: 101 writes fewer)"
    );
}

#[test]
fn set_replaces_any_field_in_order() {
    let mut experiment = example();
    for (key, value) in [
        ("path", "Vp(beta_min:0.1,beta_max:20.0)"),
        ("path.beta_max", " 12.5 "),
        ("training.batch", "512"),
        ("training.optimizer", "AdamW(lr: 1e-4, weight_decay: 1e-5)"),
        ("training.optimizer.beta_2", "0.99"),
        ("target.shape.noise", "0.1"),
        ("target.shift", "(1, -1)"),
        ("model.time", "Fourier(frequencies: 8)"),
        ("model.time.frequencies", "4"),
        ("solver.steps", "7"),
        ("title", "\"A (new), title: \\\"x\\\"\""),
        ("view.camera", "Some((center: (0.0, 0.0), height: 8.0))"),
        ("view.camera.height", "9"),
        ("seed", "18446744073709551615"),
    ] {
        experiment.set(key, value).unwrap_or_else(|e| panic!("{e}"));
    }
    assert_eq!(
        experiment.problem.path,
        Path::Vp {
            beta_min: 0.1,
            beta_max: 12.5
        }
    );
    assert_eq!(experiment.training.batch, 512);
    assert_eq!(experiment.problem.target.shift, (1.0, -1.0));
    assert_eq!(experiment.problem.target.shape, Shape::Moons { noise: 0.1 });
    assert_eq!(
        experiment.model.time,
        TimeEmbedding::Fourier { frequencies: 4 }
    );
    assert_eq!(experiment.readout.solver, Solver::Euler { steps: 7 });
    assert_eq!(experiment.words.title, "A (new), title: \"x\"");
    assert_eq!(experiment.view.camera.map(|c| c.height), Some(9.0));
    assert_eq!(experiment.seed, u64::MAX);
    experiment.validate().unwrap();
    assert_eq!(
        Experiment::from_ron(&experiment.to_ron()).unwrap(),
        experiment
    );
}

#[test]
fn set_reaches_into_a_drawing_and_keeps_its_cells() {
    let preset = presets::find("smiley").unwrap();
    let mut experiment = preset.experiment().unwrap();
    let Shape::Drawn(before) = experiment.problem.target.shape.clone() else {
        panic!("not a drawing");
    };
    experiment
        .set("target.shape.bounds.max", "(5.0, 4.0)")
        .unwrap();
    let Shape::Drawn(after) = experiment.problem.target.shape else {
        panic!("no longer a drawing");
    };
    assert_eq!(after.bounds().max, [5.0, 4.0]);
    assert_eq!(after.cells(), before.cells());
}

#[test]
fn set_says_which_keys_exist_and_what_fits() {
    let mut experiment = example();
    let mut message = |key, value| experiment.set(key, value).unwrap_err().to_string();
    assert_eq!(
        message("training.btach", "1"),
        "no field `training.btach`: did you mean `training.batch`? try --set 'training.batch=1'"
    );
    assert!(message("hologram", "1").starts_with(
        "no field `hologram`: the fields are version, name, title, about, seed, source"
    ));
    assert_eq!(
        message("path.beta_max", "1"),
        "no field `path.beta_max`: the fields of `path` are sigma_min; \
         try --set 'path=Vp(beta_min: 0.1, beta_max: 1)'"
    );
    assert_eq!(
        message("coupling.batch", "64"),
        "no field `coupling.batch`: `coupling` is Independent, which has no fields; \
         try --set 'coupling=BatchOt(batch: 64)'"
    );
    assert_eq!(
        message("training.batch", "many"),
        "training.batch = many: expected a whole number, 0 or more; try --set 'training.batch=256'"
    );
    let paths = Path::ALL.each_ref().map(Vocabulary::key).join(", ");
    assert_eq!(
        message("path", "Vpp(beta_min: 1)"),
        format!(
            "path = Vpp(beta_min: 1): no choice `Vpp`: expected one of {paths}; \
             try --set 'path=Vp(beta_min: 1)'"
        )
    );
    // One value only: nothing can be smuggled in behind it.
    assert!(message("seed", "1, name: \"x\"").starts_with("seed = 1, name"));
    assert!(message("seed", "").starts_with("seed = : "));
    assert!(message("", "1").starts_with("no field ``"));
    assert!(message(".", "1").starts_with("no field `.`"));
    assert_eq!(experiment, example(), "a refused change changes nothing");
}

#[test]
fn diffusion_paths_need_the_standard_gaussian_and_offer_it() {
    let mut experiment = example();
    experiment.set("source.scale", "2.0").unwrap();
    assert_eq!(experiment.legality(), Ok(()));
    experiment
        .set("path", "Ve(sigma_min: 0.01, sigma_max: 10.0)")
        .unwrap();
    let illegal = experiment.legality().unwrap_err();
    assert!(
        illegal
            .message
            .starts_with("VE is a diffusion path and needs")
    );
    assert_eq!(illegal.fix.legality(), Ok(()));
    assert_eq!(illegal.fix.problem.path, experiment.problem.path);
    assert_eq!(illegal.fix.problem.target, experiment.problem.target);
    assert_eq!(
        experiment.change_to(&illegal.fix).unwrap(),
        "try --set 'source=(shape: Gaussian(std: 1.0), scale: 1.0, shift: (0.0, 0.0))'"
    );
    assert_eq!(experiment.change_to(&experiment), None);
}

#[test]
fn weights_survive_everything_but_a_new_architecture_or_seed() {
    let before = example();
    for (key, value, new_model) in [
        ("path", "Cosine", false),
        ("target.shape", "Checkerboard", false),
        ("coupling", "BatchOt(batch: 64)", false),
        ("training.batch", "64", false),
        ("model.hidden", "[64, 64]", true),
        ("model.activation", "Tanh", true),
        ("model.time", "Fourier(frequencies: 4)", true),
        ("seed", "1", true),
    ] {
        let mut after = before.clone();
        after.set(key, value).unwrap();
        assert_eq!(before.needs_new_model(&after), new_model, "{key}");
    }
}

/// A field that files leave out at its default can be set like every other, and the others beside it.
#[test]
fn the_written_nodes_are_optional() {
    let mut experiment = example();
    let every = experiment.readout.evaluation.nodes;
    assert_eq!(every, MAX_STEPS + 1);
    assert!(!experiment.to_ron().contains("nodes"));
    experiment.set("evaluation.samples", "50").unwrap();
    assert_eq!(experiment.readout.evaluation.nodes, every);
    experiment.set("evaluation.nodes", "11").unwrap();
    assert!(experiment.to_ron().contains("nodes: 11"));
    let read = Experiment::from_ron(&experiment.to_ron()).unwrap();
    assert_eq!(read, experiment);
    // A hundred thousand samples at every node of 1,000 steps are too many lines, at eleven nodes they are not.
    experiment.readout.evaluation.samples = 100_000;
    experiment.readout.solver = Solver::Euler { steps: 1000 };
    assert_eq!(experiment.validate(), Ok(()));
    experiment.readout.evaluation.nodes = every;
    assert!(experiment.validate().is_err());
    for (nodes, good) in [(1, false), (2, true), (every, true), (every + 1, false)] {
        let mut asked = example();
        asked.readout.evaluation.nodes = nodes;
        assert_eq!(asked.validate().is_ok(), good, "{nodes}");
    }
    let unknown = experiment
        .set("evaluation.node", "11")
        .unwrap_err()
        .to_string();
    assert!(
        unknown.contains("did you mean `evaluation.nodes`?"),
        "{unknown}"
    );
}

#[test]
fn nesting_stops_at_the_depth_limit() {
    for depth in [127, 128, 10_000] {
        let bomb = format!("(version: 1, target: {}", "[".repeat(depth));
        assert!(Experiment::from_ron(&bomb).is_err());
        let mut experiment = example();
        assert!(experiment.set("seed", &"(".repeat(depth)).is_err());
        assert!(experiment.set(&"a.".repeat(depth), "1").is_err());
    }
}

#[test]
fn what_files_leave_out_is_the_default() {
    let usual = Experiment::new(Shape::Checkerboard.into());
    for (name, value) in file::LEFT_OUT {
        let mut changed = usual.clone();
        changed.set(name, value).unwrap();
        assert_eq!(changed, usual, "{name}");
    }
}
