//! What the table of lanes says of known numbers.

use std::sync::Arc;

use super::super::table::{CHORD_RATIO, NFE, NPE, PATH_ENERGY, STRAIGHTNESS, W2};
use super::super::{Measured, Metric};
use super::*;
use crate::experiment::Experiment;
use crate::scene::fixture::frame;

/// A flow with this S and chord ratio, and their errors.
fn numbers(s: (f64, f64), chord: (f64, f64)) -> Numbers {
    let mut measured = Measured::of(&frame());
    let mut metrics = measured.metrics.as_deref().cloned().expect("metrics");
    (
        metrics.trajectories.straightness,
        metrics.trajectories_stderr.straightness,
    ) = s;
    (
        metrics.trajectories.chord_ratio,
        metrics.trajectories_stderr.chord_ratio,
    ) = chord;
    // The parts of S: the straighter the lines, the less of it is bends.
    metrics.trajectories.bends = 2.0 * (1.0 - chord.0);
    metrics.trajectories.uneven_speed = s.0 - metrics.trajectories.bends;
    metrics.trajectories_stderr.bends = s.1;
    metrics.trajectories_stderr.uneven_speed = s.1;
    measured.metrics = Some(Arc::new(metrics));
    Numbers::of(&measured)
}

fn lane(title: &str, change: Option<(&str, &str)>, seeds: Vec<Numbers>) -> LaneResults {
    let base = "(version: 1, target: (shape: Moons(noise: 0.05)))";
    let text = match change {
        Some((field, value)) => base.replacen("version", &format!("{field}: {value}, version"), 1),
        None => base.to_owned(),
    };
    LaneResults {
        title: title.to_owned(),
        experiment: Arc::new(Experiment::from_ron(&text).expect("the experiment is valid")),
        seeds,
    }
}

/// The moons of MATHS: cond-OT bends more than VP, and its S is smaller.
fn moons() -> Comparison {
    Comparison::new(vec![
        lane("cond-OT", None, vec![numbers((1.25, 0.02), (0.73, 0.004))]),
        lane(
            "VP",
            Some(("path", "Vp()")),
            vec![numbers((1.64, 0.03), (0.83, 0.003))],
        ),
    ])
}

fn best_of(comparison: &Comparison, metric: &Metric) -> Option<usize> {
    let mut columns = comparison.columns().iter();
    let column = columns.find(|column| column.metric.key == metric.key);
    column.expect("the column is there").best
}

#[test]
fn the_best_is_marked_only_beyond_the_error_of_the_difference() {
    assert_eq!(best_of(&moons(), &STRAIGHTNESS), Some(0));
    assert_eq!(best_of(&moons(), &CHORD_RATIO), Some(1));
    let of = |s: &[(f64, f64)]| {
        let lanes = s
            .iter()
            .map(|&s| lane("a", None, vec![numbers(s, (0.9, 0.1))]));
        best_of(&Comparison::new(lanes.collect()), &STRAIGHTNESS)
    };
    // 0.3, 0.4: the error of the difference is 0.5.
    assert_eq!(of(&[(1.0, 0.3), (1.49, 0.4)]), None);
    assert_eq!(of(&[(1.0, 0.3), (1.51, 0.4)]), Some(0));
    // The second best is as good as the best.
    assert_eq!(of(&[(1.0, 0.3), (1.2, 0.3), (9.0, 0.1)]), None);
    assert_eq!(of(&[(1.0, 0.3)]), None);
    // An error that is not known may be large, and counts are exact.
    assert_eq!(of(&[(1.0, f64::INFINITY), (9.0, 0.1)]), None);
    assert_eq!(best_of(&moons(), &W2), None);
    assert_eq!(best_of(&moons(), &NFE), None);
}

#[test]
fn a_network_that_has_learned_nothing_wins_nothing() {
    let mut still = numbers((0.0, 0.0), (1.0, 0.0));
    still = Numbers::from_json(&serde_json::json!({
        "learned": false, "straightness": still.get("straightness").expect("S").0, "standard_errors": {"straightness": 0.0},
    }));
    let mut lanes = vec![lane("still", None, vec![still])];
    for s in [1.25, 1.64] {
        lanes.push(lane("other", None, vec![numbers((s, 0.02), (0.7, 0.01))]));
    }
    let comparison = Comparison::new(lanes);
    assert_eq!(best_of(&comparison, &STRAIGHTNESS), Some(1));
    assert!(comparison.rows()[0].is_unlearned);
}

#[test]
fn with_several_seeds_the_error_is_that_of_the_seeds() {
    let seeds = [1.0, 2.0, 3.0].map(|s| numbers((s, 0.01), (0.9, 0.01)));
    let one = lane("one", None, seeds[..1].to_vec());
    let three = lane("three", None, seeds.to_vec());
    let comparison = Comparison::new(vec![three.clone(), one]);
    let estimate = |lane: usize, metric: &Metric| {
        *comparison.rows()[lane]
            .estimate(metric)
            .expect("it is there")
    };
    let s = estimate(0, &STRAIGHTNESS);
    assert_eq!((s.mean, s.n), (2.0, 3));
    assert!((s.error.expect("an error") - (1.0f64 / 3.0).sqrt()).abs() < 1e-12);
    assert_eq!(estimate(1, &STRAIGHTNESS).error, Some(0.01));
    assert_eq!(estimate(0, &W2).error, Some(0.0));
    assert_eq!(estimate(1, &W2).error, None);
    assert_eq!(estimate(0, &NFE).text(), "100");
    assert!(comparison.note("Bold").contains("up to 3 seeds"));
    assert!(
        moons().note("Green").starts_with("Green: best by more")
            && moons().note("").contains("for these networks")
    );
    let comparison = Comparison::new(vec![three]);
    assert!(
        comparison
            .note("")
            .contains("over 3 seeds; the errors are those of the seeds.")
    );
}

#[test]
fn a_file_says_the_same_numbers_as_the_measurement() {
    let measured = Measured::of(&frame());
    let mut json = serde_json::to_value(&measured).expect("JSON");
    let errors = serde_json::to_value(measured.standard_errors());
    json["standard_errors"] = errors.expect("JSON");
    assert_eq!(Numbers::from_json(&json), Numbers::of(&measured));
    assert_eq!(
        Numbers::from_json(&serde_json::Value::Null),
        Numbers::default()
    );
}

#[test]
fn lanes_are_sorted_by_a_number_and_back() {
    let mut comparison = moons();
    let order = |comparison: &Comparison| {
        comparison
            .rows()
            .iter()
            .map(|row| row.lane)
            .collect::<Vec<_>>()
    };
    comparison.sort_by(&STRAIGHTNESS, true);
    assert_eq!(order(&comparison), [1, 0]);
    comparison.sort_by(&STRAIGHTNESS, false);
    assert_eq!(order(&comparison), [0, 1]);
    comparison.sort_by(&CHORD_RATIO, true);
    assert_eq!(order(&comparison), [1, 0]);
    // Equal ones stay as they came, and the mark stays with its lane.
    comparison.sort_by(&PATH_ENERGY, true);
    assert_eq!(order(&comparison), [0, 1]);
    assert_eq!(best_of(&comparison, &STRAIGHTNESS), Some(0));
    let failed = lane("failed", None, vec![]);
    let mut with_gap = Comparison::new(vec![
        failed,
        lane("there", None, vec![numbers((1.0, 0.1), (0.9, 0.1))]),
    ]);
    for descending in [false, true] {
        with_gap.sort_by(&STRAIGHTNESS, descending);
        assert_eq!(order(&with_gap), [1, 0]);
    }
    with_gap.sort_lanes();
    assert_eq!(order(&with_gap), [0, 1]);
    assert_eq!(with_gap.rows()[0].text(&STRAIGHTNESS), "–");
}

#[test]
fn a_number_that_no_lane_has_is_no_column() {
    let keys = moons()
        .columns()
        .iter()
        .map(|column| column.metric.key)
        .collect::<Vec<_>>();
    assert!(
        !keys.contains(&NPE.key) && !keys.contains(&"learned"),
        "{keys:?}"
    );
    assert!(
        keys.contains(&W2.key) && !keys.contains(&"w2_floor"),
        "{keys:?}"
    );
    assert!(Comparison::new(vec![]).columns().is_empty());
}

#[test]
fn markdown_shows_titles_as_they_are() {
    let mut lanes = vec![lane(
        "a|b *c* x_1\n&lt;",
        None,
        vec![numbers((1.25, 0.02), (0.73, 0.004))],
    )];
    lanes.push(lane("VP", None, vec![numbers((1.64, 0.03), (0.83, 0.003))]));
    let text = Comparison::new(lanes).markdown();
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("| lane | path energy | cost | S | S (speed) | S (shape) | chord / arc | turning | crossings | W₂ | NFE"),
        "{text}"
    );
    assert!(lines[1].starts_with("| --- | ---: |"), "{text}");
    assert!(
        lines[2].starts_with(r"| a\|b \*c\* x\_1 \&lt; | "),
        "{text}"
    );
    assert!(
        lines[2].contains(
            "| **1.25 ± 0.02** | **0.71 ± 0.02** | 0.54 ± 0.02 | 0.730 ± 0.004 | 0.9 ± 0.1 |"
        ),
        "{text}"
    );
    assert!(
        lines[3].contains(
            "| 1.64 ± 0.03 | 1.30 ± 0.03 | **0.34 ± 0.03** | **0.830 ± 0.003** | 0.9 ± 0.1 |"
        ),
        "{text}"
    );
    assert!(
        text.ends_with("for these networks; the errors are those of its particles.\n"),
        "{text}"
    );
}

#[test]
fn latex_sets_titles_as_they_are() {
    let title = r"50% & x_1 $5 #1 {a}\b ~^ <σ>";
    let text = Comparison::new(vec![
        lane(title, None, vec![numbers((1.25, 0.02), (0.73, 0.004))]),
        lane("VP", None, vec![numbers((1.64, 0.03), (0.83, 0.003))]),
    ])
    .latex();
    let set = r"50\% \& x\_1 \$5 \#1 \{a\}\textbackslash{}b \textasciitilde{}\textasciicircum{} \textless{}$\sigma$\textgreater{} & ";
    assert!(text.contains(set), "{text}");
    assert!(
        text.contains(
            r"& 0.730 $\pm$ 0.004 & 0.9 $\pm$ 0.1 & 0.5 $\pm$ 0.1 & 0.141 (floor 0.135) & 100 \\"
        ),
        "{text}"
    );
    assert!(
        text.contains("lane & path energy & cost & S & S (speed) & S (shape) & chord / arc & turning & crossings & W$_2$ & NFE"),
        "{text}"
    );
    assert!(
        text.contains("\\begin{tabular}{lrrrrrrrrrr}\n\\hline\n"),
        "{text}"
    );
}

#[test]
fn csv_has_a_row_for_each_lane_and_number() {
    let text = Comparison::new(vec![
        lane(
            "a, \"b\"",
            None,
            vec![
                numbers((1.25, 0.02), (0.73, 0.004)),
                numbers((1.75, 0.02), (0.73, 0.004)),
            ],
        ),
        lane("failed", None, vec![]),
    ])
    .csv();
    assert!(
        text.starts_with(
            "lane,title,metric,mean,standard_error,n\n1,\"a, \"\"b\"\"\",path_energy,17,0,2\n"
        ),
        "{text}"
    );
    assert!(text.contains(",straightness,1.5,0.25,2\n"), "{text}");
    assert!(text.contains("\n2,failed,straightness,,,0\n"), "{text}");
    // Also what is no column of its own.
    assert!(text.contains("w2_floor,0.135,0,2\n"), "{text}");
    assert_eq!(csv::quoted("a\nb"), "\"a\nb\"");
}

#[test]
fn speed_and_shape_are_told_apart_in_a_sentence() {
    let said = moons().disagreements();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].lanes, [0, 1]);
    assert_eq!(
        said[0].sentence,
        "By S cond-OT is straighter than VP (1.25 ± 0.02 against 1.64 ± 0.03), by chord/arc it is VP (0.730 ± 0.004 \
         against 0.830 ± 0.003). S sees speed and shape, chord/arc shape alone: in VP less of S is bends (0.54 ± 0.02 \
         against 0.34 ± 0.03) and more is uneven speed (0.71 ± 0.02 against 1.30 ± 0.03)."
    );
    // Within the errors there is nothing to explain.
    let vague = |error: f64| {
        Comparison::new(vec![
            lane("a", None, vec![numbers((1.25, error), (0.73, error))]),
            lane("b", None, vec![numbers((1.64, error), (0.83, error))]),
        ])
    };
    assert!(vague(0.1).disagreements().is_empty() && !vague(0.05).disagreements().is_empty());
}

#[test]
fn a_longer_way_explains_a_larger_s() {
    let mut far = Measured::of(&frame());
    let mut metrics = far.metrics.as_deref().cloned().expect("metrics");
    metrics.trajectories.transport_cost = 1600.0;
    metrics.trajectories.chord_ratio = 0.99;
    metrics.trajectories.straightness = 2.0;
    metrics.trajectories_stderr = Default::default();
    far.metrics = Some(Arc::new(metrics));
    let comparison = Comparison::new(vec![
        lane("near", None, vec![numbers((1.0, 0.02), (0.73, 0.004))]),
        lane("far", None, vec![Numbers::of(&far)]),
    ]);
    let said = comparison.disagreements();
    assert!(
        said[0]
            .sentence
            .contains("S grows with the length of the way (transport cost"),
        "{said:?}"
    );
}

#[test]
fn batch_ot_bends_a_path_that_is_no_line() {
    let blocks = r#"(version: 1, path: Cosine, coupling: BatchOt(batch: 256), target: (shape: Moons(noise: 0.05)))"#;
    let mut bent = lane(
        "cosine · b-OT",
        None,
        vec![numbers((2.85, 0.02), (0.61, 0.004))],
    );
    bent.experiment = Arc::new(Experiment::from_ron(blocks).expect("valid"));
    let lanes = [
        lane(
            "cosine",
            Some(("path", "Cosine")),
            vec![numbers((0.48, 0.02), (0.87, 0.004))],
        ),
        bent,
    ];
    let said = Comparison::new(lanes.to_vec()).disagreements();
    assert_eq!(said.len(), 1, "{said:?}");
    let sentence = &said[0].sentence;
    assert!(
        sentence.contains("S grows (0.48 ± 0.02 against 2.85 ± 0.02)"),
        "{sentence}"
    );
    assert!(
        sentence.contains("while W2 is 0.141 against 0.141")
            && sentence.contains("α + σ is 1.41 at t = 0.50"),
        "{sentence}"
    );
    // The other way round there is nothing to say, and the line has no such sentence.
    let swapped = Comparison::new(vec![lanes[1].clone(), lanes[0].clone()]).disagreements();
    assert_eq!(swapped[0].lanes, [1, 0]);
    assert_eq!(far_from_one_of("CondOt(sigma_min: 0.0)"), None);
}

fn far_from_one_of(path: &str) -> Option<f64> {
    let lane = lane("", Some(("path", path)), vec![]);
    disagreements::far_from_one(&lane.experiment).map(|(_, sum)| sum)
}

#[test]
fn what_a_lane_saves_is_counted_against_the_first() {
    let with = |nfe: serde_json::Value| {
        let numbers = Numbers::from_json(&nfe);
        lane("", None, vec![numbers])
    };
    let mut lanes = vec![
        with(serde_json::json!({"nfe_midpoint": 14, "nfe_rk4": 16})),
        with(serde_json::json!({"nfe_midpoint": 6, "nfe_rk4": 20, "nfe_euler": 5})),
        with(serde_json::json!({"learned": false, "nfe_midpoint": 2})),
    ];
    for (lane, title) in lanes.iter_mut().zip(["independent", "batch-OT", "still"]) {
        lane.title = title.to_owned();
    }
    let comparison = Comparison::new(lanes);
    let sentence = "batch-OT beside independent, for the same error: midpoint 6 evaluations for 14, 57 % fewer; RK4 20 \
                    evaluations for 16, 25 % more.";
    assert_eq!(comparison.savings(), [(1, sentence.to_owned())]);
    assert!(comparison.markdown().contains("57 % fewer"));
    assert!(
        moons()
            .savings()
            .iter()
            .all(|(_, text)| text.contains("as many"))
    );
}
