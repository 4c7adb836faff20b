//! Every key, every variant, and whatever may happen to a text.

use proptest::prelude::*;
use serde::Deserialize;

use super::words::{changed, offered};
use super::*;
use crate::experiment::{TrajectoryColor, examples, pieces, reader};

/// The variants of an enum, as serde knows them.
fn variants<T: for<'a> Deserialize<'a>>() -> Vec<&'static str> {
    use crate::experiment::fault::Reason;
    match reader::read::<T>("No_such_variant").map(|_| ()) {
        Err(fault) => match *fault.reason {
            Reason::UnknownVariant { expected, .. } => expected.to_vec(),
            other => panic!("{other}"),
        },
        Ok(()) => panic!("a variant of that name"),
    }
}

#[test]
fn the_examples_show_every_variant_and_are_valid() {
    for file in examples::FILES.iter() {
        let example = Experiment::from_ron(file).unwrap();
        assert_eq!(example.to_ron().trim(), file);
    }
    let shown = |key: &str| -> Vec<&str> {
        let names = examples::values(key)
            .into_iter()
            .map(|value| pieces::word(value).0);
        names.collect()
    };
    for (key, variants) in [
        ("target.shape", variants::<Shape>()),
        ("path", variants::<Path>()),
        ("coupling", variants::<Coupling>()),
        ("model.activation", variants::<Activation>()),
        ("model.time", variants::<TimeEmbedding>()),
        ("training.optimizer", variants::<Optimizer>()),
        ("training.schedule", variants::<LearningRate>()),
        ("solver", variants::<Solver>()),
        ("view.color", variants::<TrajectoryColor>()),
        ("view.camera", vec!["None", "Some"]),
    ] {
        for variant in variants {
            assert!(shown(key).contains(&variant), "{key}: {variant}");
        }
    }
    let first = Experiment::from_ron(&examples::FILES[0]).unwrap();
    let shortest = Experiment::from_ron(SHORTEST).unwrap();
    assert_eq!(Experiment::new(shortest.problem.target.clone()), shortest);
    assert_eq!(Experiment::new(first.problem.target.clone()), first);
}

/// Every dotted path at which a value stands.
fn keys(text: &str, parent: &str) -> Vec<String> {
    let fields = pieces::fields_of(text).unwrap_or_default();
    let below = fields.into_iter().flat_map(|(name, value)| {
        let key = [parent, name].join(if parent.is_empty() { "" } else { "." });
        let inner = keys(value, &key);
        std::iter::once(key).chain(inner)
    });
    below.collect()
}

#[test]
fn every_key_takes_the_value_that_stands_there_and_changes_nothing_else() {
    for file in examples::FILES.iter() {
        let example = Experiment::from_ron(file).unwrap();
        for key in keys(file, "") {
            let value = pieces::value_at(file, &key).unwrap();
            assert_eq!(changed(&example, &key, value), example, "{key}");
        }
        // A number is replaced wherever it stands, so nothing is dropped on the way down.
        for key in keys(file, "").iter().filter(|key| *key != "version") {
            let mut after = example.clone();
            if pieces::value_at(file, key).unwrap().parse::<f64>().is_ok() {
                after.set(key, "7").unwrap();
                let written = after.to_ron();
                let written = pieces::value_at(written.trim(), key).unwrap();
                assert_eq!(written.parse::<f64>(), Ok(7.0), "{key}");
            }
        }
    }
}

/// A text with one part of it replaced.
fn damaged(text: &str, at: f64, length: usize, garbage: &str) -> String {
    let mut start = (at * text.len() as f64) as usize;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = (start + length).min(text.len());
    while !text.is_char_boundary(end) {
        end += 1;
    }
    [&text[..start], garbage, &text[end..]].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever happens to a preset, the answer is an experiment or a sentence that begins with a place.
    #[test]
    fn a_damaged_file_is_read_or_refused_with_a_place(
        preset in 0..presets::all().len(),
        at in 0.0..1.0,
        length in 0usize..12,
        garbage in "[a-zA-Z0-9_.,:()\\[\\]\"' \n/*#é-]{0,6}",
    ) {
        let text = damaged(presets::all()[preset].ron, at, length, &garbage);
        if let Err(error) = Experiment::from_ron(&text) {
            let message = error.to_string();
            prop_assert!(message.starts_with("line ") || message.starts_with("version "), "{}", message);
            prop_assert_eq!(message.lines().count(), 1, "{}", message);
        }
    }

    /// Whatever is set, the experiment is changed, or as it was and an offer is made that works.
    #[test]
    fn a_damaged_change_is_taken_or_refused_with_one_that_works(
        key in 0usize..1000,
        file in 0..examples::FILES.len(),
        at in 0.0..1.0,
        length in 0usize..4,
        garbage in "[a-zA-Z0-9_.,:()\\[\\]\"' \n/*#é-]{0,3}",
        in_key in any::<bool>(),
    ) {
        let file = &examples::FILES[file];
        let before = example();
        let keys = keys(file, "");
        let key = &keys[key % keys.len()];
        let value = pieces::value_at(file, key).unwrap();
        let (key, value) = match in_key {
            true => (damaged(key, at, length, &garbage), value.to_owned()),
            false => (key.clone(), damaged(value, at, length, &garbage)),
        };
        let mut after = before.clone();
        if let Err(error) = after.set(&key, &value) {
            prop_assert_eq!(&after, &before);
            let message = error.to_string();
            prop_assert_eq!(message.lines().count(), 1, "{}", message);
            let (key, value) = offered(&message).ok_or(TestCaseError::fail(message))?;
            changed(&before, &key, &value);
        }
    }
}
