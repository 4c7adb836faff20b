//! The programs in `examples/`, run.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "their `main` writes into the current folder")]

#[path = "../examples/figure.rs"]
mod figure;
#[path = "../examples/straightness.rs"]
mod straightness;

#[test]
fn the_example_of_straightness_finds_that_batch_ot_straightens() {
    let folder = tempfile::tempdir().unwrap();
    let s = |coupling| straightness::straightness(coupling, folder.path()).unwrap();
    let (independent, batch_ot) = (s("Independent"), s("BatchOt(batch: 64)"));
    assert!(
        0.0 < batch_ot && 2.0 * batch_ot < independent && independent < 5.0,
        "{independent}, {batch_ot}"
    );
}

#[test]
fn the_example_of_a_figure_draws_one() {
    let folder = tempfile::tempdir().unwrap();
    let svg = std::fs::read_to_string(figure::half_way(folder.path()).unwrap()).unwrap();
    assert!(svg.contains("<svg ") && svg.trim_end().ends_with("</svg>"));
    let marks = svg.matches("<circle").count() + svg.matches("<path").count();
    assert!(marks > 100, "{marks} marks");
}
