//! Couplings of one's own on the command line: they run and compare, and what does not fit is refused with the reason.

use super::*;

/// Two Gaussians of a class each, left and right.
const TARGET: &str = "target=(shape: Mixture(components: [(mean: (-3.0, 0.0), std: 0.4, class: 1), \
                      (mean: (3.0, 0.0), std: 0.4, class: 2)]))";

#[test]
fn classes_and_symmetries_are_trained_with_and_cost_what_they_should() {
    let folder = folder();
    let cost = |name: &str, coupling: &str| {
        let set = format!("coupling={coupling}");
        let out = folder.path().join(name);
        let metrics = tiny_run("two-moons", &out, &["--set", TARGET, "--set", &set]);
        assert!(text(&out, "experiment.ron").contains("class: 2"));
        metrics["coupling_cost"].as_f64().unwrap()
    };
    let independent = cost("independent", "Independent");
    let class_wise = cost("class", "ClassOt(batch: 64)");
    let batch_ot = cost("ot", "BatchOt(batch: 64)");
    let equivariant = cost("equivariant", "Equivariant(batch: 64, n: 2, mirror: 1)");
    // Within a class of this target there is little to choose: half of the source goes to the other side.
    assert!(
        class_wise > 1.2 * batch_ot && class_wise < independent,
        "{class_wise}"
    );
    assert!(equivariant < batch_ot, "{equivariant} {batch_ot}");
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason_and_what_works() {
    let unequal = "source=(shape: Mixture(components: [(mean: (0.0, -3.0), std: 0.4, class: 1, weight: 3.0), \
                   (mean: (0.0, 3.0), std: 0.4, class: 2)]))";
    let class_wise = "coupling=ClassOt(batch: 64)";
    let message = refusal(
        3,
        &[
            "run",
            "two-moons",
            "--set",
            TARGET,
            "--set",
            unequal,
            "--set",
            class_wise,
        ],
    );
    assert!(
        message.contains("class 1 is 75.000 % of the source and 50.000 % of the target"),
        "{message}"
    );
    let turns = "coupling=Equivariant(batch: 64, n: 3, mirror: 0)";
    let message = refusal(3, &["run", "two-moons", "--set", TARGET, "--set", turns]);
    assert!(
        message.contains("needs the symmetry C_3") && message.contains("batch-OT"),
        "{message}"
    );
    let beyond = TARGET.replace("class: 2", "class: 9");
    let message = refusal(3, &["check", "two-moons", "--set", &beyond]);
    assert!(message.contains("class is 9: expected 0 to 8"), "{message}");
}

#[test]
fn they_are_lanes_of_a_comparison() {
    let folder = folder();
    let out = folder.path().join("compare");
    let mut compare = pushforward();
    compare
        .args(["compare", "two-moons", "--seeds", "1", "--set", TARGET])
        .args(TINY);
    compare.args([
        "--over",
        "coupling=BatchOt(batch: 32),ClassOt(batch: 32),Equivariant(batch: 32, n: 2, mirror: 0)",
    ]);
    compare.arg("--out").arg(&out).assert().code(0);
    let table = text(&out, "table.csv");
    assert!(
        table.contains("class-wise OT") && table.contains("equivariant OT"),
        "{table}"
    );
}
