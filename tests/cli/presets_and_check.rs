//! `presets` and `check`.

use std::fs;
use std::path::Path;

use pushforward::experiment::presets;

use super::*;

#[test]
fn presets_are_listed_and_printed_as_shipped() {
    let output = pushforward().arg("presets").assert().code(0);
    let listing = String::from_utf8(output.get_output().stdout.clone()).unwrap();
    let words = listing
        .lines()
        .map(|line| line.split_whitespace().next().unwrap());
    assert!(words.eq(presets::all().iter().map(|preset| preset.name)));
    for preset in presets::all() {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("presets/{}.ron", preset.name));
        let shipped = fs::read_to_string(file).unwrap();
        pushforward()
            .args(["presets", "--ron", preset.name])
            .assert()
            .code(0)
            .stdout(shipped);
    }
}

#[test]
fn check_accepts_what_presets_prints() {
    let folder = folder();
    for preset in presets::all() {
        let file = folder.path().join("printed.ron");
        put(&file, preset.ron);
        pushforward()
            .arg("check")
            .arg(&file)
            .assert()
            .code(0)
            .stderr("");
    }
}
