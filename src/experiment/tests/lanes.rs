//! What the file, `--set` and legality promise of an experiment with lanes.

use super::corrections::corrected;
use super::words::{changed, offered};
use super::*;
use crate::experiment::{Override, examples, pieces};

/// The example with these lanes.
fn with_lanes(lanes: &str) -> String {
    let text = EXAMPLE.trim_end();
    let text = text.strip_suffix(')').unwrap();
    format!("{text}    lanes: {lanes},\n)\n")
}

fn read(lanes: &str) -> Experiment {
    Experiment::from_ron(&with_lanes(lanes)).unwrap_or_else(|error| panic!("{error}"))
}

const THREE: &str = r#"[(), (title: "Diffusion", set: ["path=Vp()"]), (set: ["coupling=BatchOt(batch:256)", "seed=1"])]"#;

#[test]
fn a_lane_is_the_base_with_its_changes() {
    let experiment = read(THREE);
    assert_eq!(experiment.n_lanes(), 3);
    let lanes: Vec<Experiment> = (0..3).map(|i| experiment.lane(i).unwrap()).collect();
    assert_eq!(lanes[0], example());
    assert_eq!(lanes[1].problem.path.name(), "VP");
    assert_eq!(lanes[1].problem.coupling, Coupling::Independent);
    assert_eq!(lanes[2].problem.coupling, Coupling::BatchOt { batch: 256 });
    assert_eq!((lanes[2].seed, lanes[1].seed), (1, 0));
    assert!(lanes.iter().all(|lane| lane.lanes.is_empty()));
    let labels = [0, 1, 2].map(|i| experiment.lane_label(i));
    assert_eq!(
        labels,
        [
            "cond-OT, independent, seed 0",
            "Diffusion",
            "batch-OT, seed 1"
        ]
    );
}

#[test]
fn a_file_without_lanes_is_one_lane_and_is_written_without_them() {
    let experiment = example();
    assert_eq!(experiment.n_lanes(), 1);
    assert_eq!(experiment.lane(0), Ok(experiment.clone()));
    assert_eq!(experiment.only_lane(), Ok(experiment.clone()));
    assert!(!experiment.to_ron().contains("lanes"));
    assert_eq!(read("[]"), experiment);
}

#[test]
fn lanes_are_written_in_one_line_and_read_back() {
    let experiment = read(THREE);
    let written = experiment.to_ron();
    let line = format!("    lanes: {THREE},");
    assert!(written.lines().any(|l| l == line), "{written}");
    assert_eq!(Experiment::from_ron(&written), Ok(experiment));
}

#[test]
fn presets_are_written_as_before_there_were_lanes() {
    for preset in presets::all() {
        let written = preset.experiment().unwrap().to_ron();
        let names = pieces::fields_of(written.trim()).unwrap();
        let before = pieces::fields_of(preset.ron.trim()).unwrap();
        assert_eq!(names.len(), before.len(), "{}", preset.name);
        assert!(names.iter().zip(before).all(|(a, b)| a.0 == b.0));
    }
}

/// Lanes that are refused, with what is said of them.
const REFUSED: [(&str, &str); 15] = [
    (
        r#"[(), (set: ["path=Vpp()"])]"#,
        r#"lanes[1].set[0] = "path=Vpp()": path = Vpp(): no choice `Vpp`: expected one of CondOt, Vp, Ve, Cosine, LinearVp, Polynomial; write `set: ["path=Vp()"]`"#,
    ),
    (
        r#"[(), (set: ["trianing.batch=64"])]"#,
        r#"lanes[1].set[0] = "trianing.batch=64": no field `trianing.batch`: did you mean `training.batch`? write `set: ["training.batch=64"]`"#,
    ),
    (
        r#"[(set: ["coupling.batch=64"])]"#,
        r#"lanes[0].set[0] = "coupling.batch=64": no field `coupling.batch`: `coupling` is Independent, which has no fields; write `set: ["coupling=BatchOt(batch: 64)"]`"#,
    ),
    (
        r#"[(), (set: ["seed=1", "training.batch=0"])]"#,
        r#"lanes[1].set[1] = "training.batch=0": training.batch is 0: expected 1 to 65536; write `set: ["seed=1", "training.batch=256"]`"#,
    ),
    (
        r#"[(set: ["path=Vp(beta_min: 21.0)"])]"#,
        r#"lanes[0].set[0] = "path=Vp(beta_min: 21.0)": path.beta_min is 21.0: expected 0.0 to 20.0 (beta_max); write `set: ["path=Vp(beta_min: 0.1, beta_max: 20.0)"]`"#,
    ),
    // One of two fields that are too much together.
    (
        r#"[(set: ["evaluation.samples=100000", "solver.steps=10000"])]"#,
        r#"write `set: ["evaluation.samples=2000", "solver.steps=10000"]`"#,
    ),
    (
        r#"[(set: ["version=1"])]"#,
        r#"lanes[0].set[0] = "version=1": version = 1: the whole file has one version; take `"version=1"` out"#,
    ),
    (
        r#"[(set: ["seed=1", "view.t=0.5"])]"#,
        r#"lanes[0].set[1] = "view.t=0.5": view.t = 0.5: all lanes are shown alike; take `, "view.t=0.5"` out"#,
    ),
    (
        r#"[(set: ["title=x"])]"#,
        r#"title = x: a lane is called by its own field `title`; take `"title=x"` out"#,
    ),
    (
        r#"[(set: ["name=x", "seed=1"])]"#,
        r#"name = x: all lanes share the experiment's name; take `"name=x",` out"#,
    ),
    (
        r#"[(set: ["lanes=[()]"])]"#,
        r#"lanes = [()]: a lane has none of its own; take `"lanes=[()]"` out"#,
    ),
    (
        r#"[(set: ["seed"])]"#,
        r#"lanes[0].set[0] = ["seed"]: expected KEY=VALUE; write `set: ["coupling=Independent"]`"#,
    ),
    (
        "[(set: [path=Vp()])]",
        r#"lanes.set = [path=Vp()]: expected comma; write `set: ["path=Vp()"]`"#,
    ),
    (
        r#"[(set: "seed=1")]"#,
        r#"lanes[0].set = "seed=1": expected a list in square brackets; write `set: ["seed=1"]`"#,
    ),
    (
        "[(), (), (), (), (), (), ()]",
        "lanes is a list of 7: expected at most 6; write `lanes: [",
    ),
];

#[test]
fn a_lane_that_does_not_fit_is_refused_with_its_place_and_a_line_that_works() {
    for (lanes, message) in REFUSED {
        let text = with_lanes(lanes);
        let error = Experiment::from_ron(&text).unwrap_err().to_string();
        assert!(error.starts_with("line 16, column "), "{error}");
        assert!(error.contains(message), "{error}");
        let corrected = corrected(&text, &error).unwrap_or_else(|| panic!("{error}"));
        Experiment::from_ron(&corrected)
            .unwrap_or_else(|next| panic!("{error}\n{corrected}\n{next}"));
    }
}

#[test]
fn what_the_base_has_wrong_is_said_of_the_base() {
    let text = with_lanes(r#"[(set: ["seed=1"]), ()]"#).replace("batch: 256, opt", "batch: 0, opt");
    let error = Experiment::from_ron(&text).unwrap_err().to_string();
    assert_eq!(
        error,
        "line 12, column 37: training.batch is 0: expected 1 to 65536; write `batch: 256`"
    );
    // What every lane changes is of no lane.
    let text = with_lanes(r#"[(set: ["training.batch=8"])]"#);
    Experiment::from_ron(&text.replace("batch: 256, opt", "batch: 0, opt")).unwrap();
}

#[test]
fn lanes_and_the_base_can_be_set() {
    let mut experiment = example();
    experiment.set("lanes", THREE).unwrap();
    experiment.set("training.batch", "64").unwrap();
    experiment.validate_changes().unwrap();
    assert_eq!(experiment.n_lanes(), 3);
    assert!((0..3).all(|i| experiment.lane(i).unwrap().training.batch == 64));
    experiment.set("lanes", "[]").unwrap();
    assert_eq!(experiment.base(), experiment);
}

#[test]
fn a_change_that_no_lane_or_one_lane_takes_comes_with_one_that_works() {
    let before = read(r#"[(), (set: ["coupling=BatchOt(batch: 64)", "seed=1"])]"#);
    let mut before = before
        .with(&["coupling=BatchOt(batch: 16)".parse().unwrap()])
        .unwrap();
    before.lanes[1].set[0] = "coupling.batch=32".parse().unwrap();
    before.validate().unwrap();
    for (key, value, message) in [
        (
            "coupling",
            "Independent",
            r#"lanes[1].set[0] = "coupling.batch=32": no field `coupling.batch`: `coupling` is Independent, which has no fields; try --set 'lanes=[(), (set: ["coupling=BatchOt(batch: 32)", "seed=1"])]'"#,
        ),
        (
            "lanes",
            r#"[(set: ["view.t=0", "training.batch=0", "path=Vpp()"])]"#,
            r#"try --set 'lanes=[(set: ["training.batch=256", "path=Vp()"])]'"#,
        ),
        (
            "lanes",
            "[(set: [seed])]",
            "expected KEY=VALUE; try --set 'lanes=[(set: [",
        ),
        (
            "lanes",
            "[(sets: [])]",
            "did you mean `set`? try --set 'lanes=[(set: [])]'",
        ),
        (
            "lanes",
            "[(), (), (), (), (), (), ()]",
            "lanes is a list of 7: expected at most 6; try",
        ),
        (
            "lane",
            "[()]",
            "no field `lane`: did you mean `lanes`? try --set 'lanes=[()]'",
        ),
        (
            "training.batch",
            "0",
            "expected 1 to 65536; try --set 'training.batch=256'",
        ),
    ] {
        let mut refused = before.clone();
        let error = match refused.set(key, value) {
            Err(error) => error.to_string(),
            Ok(()) => refused.validate_changes().unwrap_err().to_string(),
        };
        assert!(error.contains(message), "{error}");
        let (key, value) = offered(&error).unwrap_or_else(|| panic!("{error}"));
        changed(&before, &key, &value);
        if refused != before {
            changed(&refused, &key, &value);
        }
    }
}

#[test]
fn an_illegal_lane_is_named_and_every_one_is_mended() {
    let mut experiment =
        read(r#"[(), (set: ["path=Vp()"]), (title: "VE", set: ["path=Ve()", "seed=1"])]"#);
    assert_eq!(experiment.legality(), Ok(()));
    experiment.set("source.scale", "2.0").unwrap();
    let illegal = experiment.legality().unwrap_err();
    assert!(
        illegal
            .message
            .starts_with("VP: VP is a diffusion path and needs"),
        "{illegal}"
    );
    assert_eq!(illegal.fix.legality(), Ok(()));
    assert_eq!(illegal.fix.lane(0), experiment.lane(0));
    assert_eq!(
        experiment.change_to(&illegal.fix).unwrap(),
        "try --set 'lanes=[(), (set: [\"source.scale=1.0\", \"path=Vp(beta_min: 0.1, beta_max: 20.0)\"]), \
         (title: \"VE\", set: [\"seed=1\", \"source.scale=1.0\", \"path=Ve(sigma_min: 0.01, sigma_max: 10.0)\"])]'"
    );
}

#[test]
fn one_flow_is_made_of_one_lane_only() {
    let one = read(r#"[(set: ["seed=1"])]"#);
    assert_eq!(one.only_lane().unwrap(), changed(&example(), "seed", "1"));
    let three = read(THREE);
    let error = three.only_lane().unwrap_err().to_string();
    assert_eq!(
        error,
        "lanes is a list of 3: expected one lane, as one flow is trained at a time; try --set 'lanes=[()]'"
    );
    let (key, value) = offered(&error).unwrap();
    changed(&three, &key, &value).only_lane().unwrap();
}

#[test]
fn a_label_tells_lanes_of_one_choice_apart() {
    let label = |change: &str| {
        let lanes = format!("[(), (set: [{change:?}])]");
        read(&lanes).lane_label(1)
    };
    for (change, expected) in [
        ("path=ve", "VE"),
        ("path=Vp(beta_max: 10)", "VP (beta_max 10.0)"),
        ("coupling=BatchOt(batch: 64)", "batch-OT (batch 64)"),
        ("solver=Rk4(steps: 8)", "RK4 (steps 8)"),
        ("model.hidden=[32, 32]", "hidden [32, 32]"),
        ("model.activation=Tanh", "Tanh"),
        ("training.batch=64", "batch 64"),
        ("training.optimizer=AdamW(lr: 2e-3)", "AdamW (lr 0.002)"),
        (
            "target=(shape: Checkerboard)",
            "target shape Checkerboard, target scale 1.0, target shift (0.0, 0.0)",
        ),
        ("evaluation.nodes=11", "nodes 11"),
        ("training.batch=256", "lane 2"),
    ] {
        assert_eq!(label(change), expected, "{change}");
    }
}

#[test]
fn the_changes_to_another_experiment_lead_there() {
    let mut experiments: Vec<Experiment> = examples::FILES
        .iter()
        .map(|file| Experiment::from_ron(file).unwrap().base())
        .collect();
    experiments.extend(
        presets::all()
            .iter()
            .map(|preset| preset.experiment().unwrap()),
    );
    let nodes = changed(&example(), "evaluation.nodes", "11");
    experiments.extend([example(), nodes]);
    for (i, from) in experiments.iter().enumerate() {
        for to in [i, i + 1, i + 5].map(|i| &experiments[i % experiments.len()]) {
            let changes = from.changes_to(to);
            assert_eq!(from.with(&changes).as_ref(), Ok(to));
            assert_eq!(changes.is_empty(), from == to);
            let mut follower = from.clone();
            follower.follow(from, to);
            assert_eq!(&follower, to);
        }
    }
}

#[test]
fn a_follower_takes_over_what_was_changed_and_keeps_its_own() {
    for (key, value) in [
        ("training.batch", "64"),
        ("target.scale", "3"),
        ("solver", "Rk4(steps: 8)"),
        ("evaluation.nodes", "11"),
        ("path", "Cosine"),
    ] {
        let from = example();
        let own = [
            ("seed", "7"),
            ("target.shape", "Checkerboard"),
            ("model.hidden", "[8]"),
        ];
        let with_own = |experiment: &Experiment| {
            let set = |e: Experiment, (key, value): (&str, &str)| changed(&e, key, value);
            own.into_iter().fold(experiment.clone(), set)
        };
        let to = changed(&from, key, value);
        let mut follower = with_own(&from);
        follower.follow(&from, &to);
        assert_eq!(follower, with_own(&to), "{key}");
    }
}

#[test]
fn changes_are_of_the_fields_that_differ() {
    let to = |changes: &[&str]| {
        let changes: Vec<Override> = changes
            .iter()
            .map(|change| change.parse().unwrap())
            .collect();
        let to = example().with(&changes).unwrap();
        let changes = example().changes_to(&to);
        changes.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(to(&["training.batch=64"]), ["training.batch=64"]);
    assert_eq!(to(&["target.scale=3"]), ["target.scale=3.0"]);
    assert_eq!(to(&["training.optimizer.lr=1"]).len(), 1);
    assert_eq!(
        to(&["path=vp", "path.beta_max=10", "solver.steps=50"]),
        [
            "path=Vp(beta_min: 0.1, beta_max: 10.0)",
            "solver=Euler(steps: 50)"
        ]
    );
    assert_eq!(to(&["evaluation.nodes=11"]), ["evaluation.nodes=11"]);
}
