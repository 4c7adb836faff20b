//! What a desktop and `pip install .` are given. The files name one another by hand, so a test reads them all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::fs;
use std::path::{Path, PathBuf};

use pushforward::ui;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The value of `key = "value"` or `key=value`.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let values = text.lines().filter_map(|line| line.split_once('='));
    let mut found = values.filter(|(name, _)| name.trim() == key);
    found
        .next()
        .map(|(_, value)| value.trim().trim_matches('"'))
}

/// Where a wheel's files go below the prefix.
fn share() -> PathBuf {
    let pyproject = text("pyproject.toml");
    root()
        .join(value(&pyproject, "data").unwrap())
        .join("data/share")
}

#[test]
fn the_desktop_entry_starts_the_program_and_has_its_icon() {
    let entry = fs::read_to_string(share().join("applications/pushforward.desktop")).unwrap();
    assert!(entry.starts_with("[Desktop Entry]\n"));
    assert_eq!(value(&entry, "Type"), Some("Application"));
    let program = env!("CARGO_BIN_EXE_pushforward");
    let program = Path::new(program).file_stem().unwrap().to_str().unwrap();
    assert_eq!(value(&entry, "Exec"), Some(&*format!("{program} %f")));
    // A panel finds the entry of a window by this name.
    assert_eq!(value(&entry, "StartupWMClass"), Some(ui::APP_ID));
    let icon = value(&entry, "Icon").unwrap();
    let icons = share().join("icons/hicolor");
    for folder in ["scalable/apps", "256x256/apps"] {
        let files = fs::read_dir(icons.join(folder)).unwrap();
        let mut names = files.map(|file| file.unwrap().path());
        assert!(names.any(|name| name.file_stem().is_some_and(|stem| stem == icon)));
    }
}

#[test]
fn the_icon_is_the_windows_too_and_goes_from_purple_to_green() {
    let icon = ui::icon().unwrap();
    assert_eq!([icon.width, icon.height], [256; 2]);
    let pixel = |x: usize, y: usize| &icon.rgba[4 * (256 * y + x)..][..4];
    assert_eq!(pixel(64, 128), [0xb0, 0x8c, 0xff, 0xff], "the source");
    assert_eq!(pixel(168, 86), [0x35, 0xcf, 0x92, 0xff], "the target");
    assert_eq!(pixel(0, 0)[3], 0, "round corners");
}

#[test]
fn a_wheel_has_the_program_and_what_it_names_is_there() {
    let pyproject = text("pyproject.toml");
    assert_eq!(value(&pyproject, "bindings"), Some("bin"));
    assert_eq!(value(&pyproject, "build-backend"), Some("maturin"));
    assert_eq!(value(&pyproject, "name"), Some(env!("CARGO_PKG_NAME")));
    assert_eq!(
        value(&pyproject, "description"),
        Some(env!("CARGO_PKG_DESCRIPTION"))
    );
    let readme = value(&pyproject, "readme").unwrap();
    assert!(root().join(readme).exists());
    assert!(share().is_dir());
}

#[test]
fn a_release_builds_archives_and_wheels_for_three_systems_on_a_tag() {
    let workflow = text(".github/workflows/release.yml");
    assert!(workflow.contains("tags: [\"v*\"]"));
    for word in [
        "ubuntu",
        "macos",
        "windows",
        "cargo build --release --locked",
        "maturin build --release --locked",
        "pushforward presets",
        "tar czf",
    ] {
        assert!(workflow.contains(word), "{word}");
    }
    // What the archive copies.
    for name in [
        "README.md",
        "LICENSE",
        "assets/install/data/share",
        "assets/OFL.txt",
    ] {
        assert!(
            workflow.contains(name) && root().join(name).exists(),
            "{name}"
        );
    }
}
