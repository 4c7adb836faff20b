//! What the table says, and what its readers make of it.

use std::collections::BTreeSet;

use super::super::fixture::{empty_frame, frame};
use super::table::{NFE, NPE, SOLVER_ERROR, STRAIGHTNESS, W2, W2_FLOOR};
use super::*;

/// The page about `metrics.json`.
const PAGE: &str = include_str!("../../../docs/metrics.md");

/// What the page says of a row.
fn page_row(metric: &Metric) -> String {
    let formula = match metric.formula {
        "" => String::new(),
        formula => format!("`{}`. ", formula.replace('|', "\\|")),
    };
    let note = match metric.note {
        "" => String::new(),
        note => format!(" {note}"),
    };
    let source = match metric.source {
        "" => String::new(),
        source => format!(" ({source})"),
    };
    let (key, meaning, unit) = (metric.key, metric.meaning, metric.unit);
    format!("| `{key}` | {formula}{meaning}{note}{source} | {unit} |\n")
}

#[test]
fn the_page_about_the_file_says_what_the_table_says() {
    let table: String = ALL.iter().map(|metric| page_row(metric)).collect();
    assert!(PAGE.contains(&table), "docs/metrics.md is to say:\n{table}");
}

#[test]
fn every_number_that_is_shown_has_its_definition() {
    let mut keys = BTreeSet::new();
    for metric in ALL {
        assert!(
            keys.insert(metric.key) && !metric.unit.is_empty(),
            "{}",
            metric.key
        );
        assert!(metric.meaning.ends_with('.'), "{}", metric.key);
        let shown = metric.group.is_some() || !metric.name.is_empty();
        assert_eq!(shown, !metric.title.is_empty(), "{}", metric.key);
        assert!(!shown || !metric.formula.is_empty(), "{}", metric.key);
        assert!(
            metric.group.is_none() || !metric.label.is_empty(),
            "{}",
            metric.key
        );
    }
}

#[test]
fn a_line_says_the_value_and_what_belongs_to_it() {
    let line = |metric: &Metric, measured: &Measured| {
        let (value, aside) = metric.line(measured);
        format!("{value} {aside}")
    };
    let full = Measured::of(&frame());
    assert_eq!(line(&W2, &full), "0.141 floor 0.135");
    assert_eq!(line(&NPE, &full), "– n = 40");
    assert_eq!(line(&SOLVER_ERROR, &full), "0.01 Euler");
    assert_eq!(line(&NFE, &full), "100 Euler");
    assert_eq!(line(&STRAIGHTNESS, &full), "1 ± 1");
    let none = Measured::of(&empty_frame());
    assert_eq!(line(&W2, &none).trim(), "–");
    assert_eq!(line(&NPE, &none).trim(), "–");
    assert_eq!(line(&NFE, &none), "100 Euler");
    assert!(W2.definition().contains(W2_FLOOR.meaning));
}

#[test]
fn a_file_has_every_key_in_order_and_nothing_for_what_is_not_finite() {
    let mut measured = Measured::of(&frame());
    measured.loss = Some(Mean {
        value: f64::NAN,
        stderr: 0.1,
    });
    let json = serde_json::to_string(&measured).expect("JSON");
    let mut rest = json.as_str();
    for metric in ALL {
        let key = format!("\"{}\":", metric.key);
        let (_, behind) = rest.split_once(&key).expect(metric.key);
        rest = behind;
    }
    assert!(json.starts_with("{\"loss\":null,"), "{json}");
    assert!(json.contains("\"path_energy\":17.0,") && json.contains("\"learned\":true,"));
    assert!(
        json.contains("\"solver\":\"Euler(steps:100)\",\"sampler\":\"Ode\",\"nfe\":100,"),
        "{json}"
    );
}
