//! What lists of values make of an experiment, and what is said of those that do not fit.

use super::*;
use crate::experiment::{NoOver, Over};

fn lists(texts: &[&str]) -> Vec<Over> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn titles(base: &Experiment, texts: &[&str]) -> Vec<String> {
    let variants = base.variants(&lists(texts)).unwrap();
    variants.into_iter().map(|variant| variant.title).collect()
}

#[test]
fn lists_are_split_at_commas_outside_brackets_and_quotes() {
    for (text, key, values) in [
        ("training.batch=1,2", "training.batch", &["1", "2"][..]),
        (
            " path = Vp(beta_min:0.1,beta_max:20.0) , Cosine",
            "path",
            &["Vp(beta_min:0.1,beta_max:20.0)", "Cosine"],
        ),
        (
            "model.hidden=[8,8],[16]",
            "model.hidden",
            &["[8,8]", "[16]"],
        ),
        (r#"title="a,b",c"#, "title", &[r#""a,b""#, "c"]),
        (r#"title="a\",b",c"#, "title", &[r#""a\",b""#, "c"]),
        (r#"title="(",")""#, "title", &[r#""(""#, r#"")""#]),
        ("a=b=c", "a", &["b=c"]),
    ] {
        let over: Over = text.parse().unwrap();
        assert_eq!(
            (over.key.as_str(), &over.values[..]),
            (
                key,
                &values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>()[..]
            ),
            "{text}"
        );
        assert_eq!(over.to_string().parse(), Ok(over));
    }
    for (text, error) in [
        ("path", NoOver::Form),
        ("=1", NoOver::Form),
        ("a=", NoOver::Form),
        ("a=1,,2", NoOver::Form),
        ("a=1,", NoOver::Form),
        ("a=(1,2", NoOver::Open),
        ("a=1),2", NoOver::Open),
        (r#"a="1,2"#, NoOver::Open),
    ] {
        assert_eq!(text.parse::<Over>(), Err(error), "{text}");
    }
    let numbers = |text: &str| text.parse::<Over>().unwrap().numbers();
    assert_eq!(
        numbers("a=1,2.5,1e3,1_000"),
        Some(vec![1.0, 2.5, 1000.0, 1000.0])
    );
    assert_eq!(numbers("a=1,x"), None);
    assert_eq!(numbers("a=1,inf"), None);
}

#[test]
fn lanes_are_those_of_the_file_times_all_lists_the_last_one_fastest() {
    let base = example();
    let paths = "path=CondOt(sigma_min:0.0),Vp()";
    let couplings = "coupling=Independent,BatchOt(batch:64)";
    assert_eq!(
        titles(&base, &[paths, couplings]),
        [
            "cond-OT, independent",
            "cond-OT, batch-OT (batch 64)",
            "VP, independent",
            "VP, batch-OT (batch 64)"
        ]
    );
    assert_eq!(titles(&base, &[]), std::slice::from_ref(&base.words.name));
    let mut file = base.clone();
    file.set("lanes", r#"[(title: "mine"), (set: ["path=Cosine"])]"#)
        .unwrap();
    assert_eq!(
        titles(&file, &["training.batch=32,64"]),
        [
            "mine, batch 32",
            "mine, batch 64",
            "cosine, batch 32",
            "cosine, batch 64"
        ]
    );
    let variants = file.variants(&lists(&["training.batch=32,64"])).unwrap();
    let last = &variants[3];
    assert_eq!(last.place, [1, 1]);
    assert_eq!(last.experiment.problem.path.name(), "cosine");
    assert_eq!(last.experiment.training.batch, 64);
    let changes: Vec<String> = last.lane.set.iter().map(ToString::to_string).collect();
    assert_eq!(changes, ["path=Cosine", "training.batch=64"]);
    // A lane of its own changes is the same lane as a lane of the file.
    let lanes = variants
        .iter()
        .map(|variant| variant.lane.clone())
        .collect();
    let document = Experiment { lanes, ..base };
    for (i, variant) in variants.iter().enumerate() {
        assert_eq!(document.lane(i).as_ref(), Ok(&variant.experiment));
    }
}

#[test]
fn a_combination_that_does_not_work_names_its_lane_and_a_line_that_does() {
    let base = example();
    for (texts, lane, works) in [
        (
            &["coupling.batch=16,64"][..],
            "lane \"coupling.batch=16\"",
            "--over 'coupling=BatchOt(batch: 16),BatchOt(batch: 64)'",
        ),
        (
            &["path=CondOt(sigma_min:0.0),Vpp()"],
            "lane \"path=Vpp()\"",
            "--over 'path=CondOt(sigma_min:0.0),Vp()'",
        ),
        (
            &["seed=1,2", "training.batch=64,0"],
            "lane \"seed=1, training.batch=0\"",
            "--over 'training.batch=64,256'",
        ),
        (
            &["trianing.batch=64,128", "training.batch=0,1"],
            "lane \"trianing.batch=64, training.batch=0\"",
            "--over 'training.batch=64,128' --over 'training.batch=256,1'",
        ),
    ] {
        let misfit = base.variants(&lists(texts)).unwrap_err();
        assert_eq!(misfit.lane, lane);
        let (_, advice) = misfit.message.split_once(" try ").unwrap();
        assert_eq!(advice, works, "{texts:?}");
    }
    let many = base.variants(&lists(&[
        "seed=1,2,3,4,5,6,7,8,9,10",
        "training.batch=1,2,3,4,5,6,7,8,9,10",
        "training.ema=0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.81,0.9,0.91",
    ]));
    assert!(
        many.unwrap_err()
            .to_string()
            .contains("1100 lanes: expected at most 1000")
    );
}
