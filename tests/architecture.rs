//! The floors of the house, held by a test: a module names only modules of its own floor or below, no file needs
//! itself by way of others, threads start in `session` only, and only the top floor knows egui.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod house;

use std::fs;
use std::path::{Path, PathBuf};

use house::Crate;
use pushforward::session::files::atomic_write;
use tempfile::TempDir;

/// Each module with its floor; two modules of one floor may not name each other unless listed in [`PAIRS`].
const FLOORS: [(&str, usize); 11] = [
    ("clock", 0),
    ("flow", 0),
    ("experiment", 1),
    ("model", 2),
    ("products", 3),
    ("snapshot", 3),
    ("scene", 4),
    ("export", 4),
    ("session", 5),
    ("ui", 6),
    ("cli", 6),
];

/// Neighbours on one floor that may be named: frames hold products, and exporters turn scenes into bytes.
const PAIRS: [(&str, &str); 2] = [("snapshot", "products"), ("export", "scene")];

/// Rooms in which files need each other: a product may look at what there is of the others.
const CIRCULAR: [&str; 1] = ["products"];

/// What only some places may name: a room, or a file of it.
const RESERVED: [(&str, &[&str], &[&str]); 8] = [
    (
        "a window",
        &["egui", "eframe", "egui_plot", "wgpu"],
        &["ui"],
    ),
    ("Burn", &["burn", "cubecl"], &["model"]),
    ("files", &FILES, &["session"]),
    (
        "dialogs of the desktop",
        &["rfd"],
        &["ui/dialogs/native.rs"],
    ),
    ("threads", &["std::thread"], &["session"]),
    ("signals", &["ctrlc"], &["cli/mod.rs"]),
    ("clocks", &CLOCKS, &["clock.rs"]),
    (
        "the clock",
        &["crate::clock"],
        &["session", "ui", "cli", "model/peak.rs"],
    ),
];

/// All ways to the disk, but for the bytes that are part of the program.
const FILES: [&str; 8] = [
    "std::fs",
    "std::path::Path::exists",
    "tempfile",
    ".exists",
    ".is_dir",
    ".is_file",
    ".read_dir",
    ".canonicalize",
];

/// All ways to read a clock.
const CLOCKS: [&str; 4] = [
    "std::time::Instant",
    "std::time::SystemTime",
    "std::time::UNIX_EPOCH",
    "cpu_time",
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// `(file, module, text without comment lines)` of every source file inside a module.
fn sources() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let in_module = |path: &PathBuf| path.parent() != Some(&root);
    files
        .into_iter()
        .filter(in_module)
        .map(|path| {
            let inside = path.strip_prefix(&root).unwrap();
            let module = inside.iter().next().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            let code: String = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .flat_map(|line| [line, "\n"])
                .collect();
            (path, module, code)
        })
        .collect()
}

fn house() -> Crate {
    let house = Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(house.len() > 150, "only {} files were read", house.len());
    house
}

#[test]
fn every_module_has_a_floor_and_uses_lower_ones_only() {
    let floor = |module: &str| FLOORS.iter().find(|(name, _)| *name == module).map(|f| f.1);
    let sources = sources();
    assert!(
        sources.len() > 40,
        "only {} files were found",
        sources.len()
    );
    for (path, module, code) in &sources {
        let own = floor(module).unwrap_or_else(|| panic!("{module} has no floor"));
        for (other, theirs) in FLOORS {
            let named = code.contains(&format!("crate::{other}::"))
                || code.contains(&format!("crate::{other};"));
            let neighbour = PAIRS.contains(&(module.as_str(), other));
            let allowed = other == module || theirs < own || neighbour;
            assert!(!named || allowed, "{} names {other}", path.display());
        }
    }
}

/// The floors as the page has them.
#[test]
fn the_page_says_what_is_checked() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/ARCHITECTURE.md")).unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let floor: usize = cells.next()?.parse().ok()?;
        let name = cells.next()?.trim_matches('`');
        let name = name.trim_end_matches('/').trim_end_matches(".rs");
        Some((name.to_owned(), floor))
    };
    let mut said: Vec<(String, usize)> = page.lines().filter_map(row).collect();
    let mut held = FLOORS
        .map(|(name, floor)| (name.to_owned(), floor))
        .to_vec();
    said.sort();
    held.sort();
    assert_eq!(said, held);
}

#[test]
fn no_file_needs_itself_by_way_of_others_in_its_room() {
    let house = house();
    for (room, _) in FLOORS {
        if !CIRCULAR.contains(&room) {
            assert_eq!(house.circles(room), Vec::<String>::new());
        }
    }
}

/// The folder of a small crate.
fn crate_of(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        atomic_write(&path, text.as_bytes()).unwrap();
    }
    folder
}

/// The circles of a room of files `a.rs` and `b.rs` below a `mod.rs` that re-exports `B`.
fn circles_between(a: &str, b: &str) -> Vec<String> {
    let folder = crate_of(&[
        ("lib.rs", "pub mod room;"),
        ("room/mod.rs", "mod a;\nmod b;\npub use b::B;"),
        ("room/a.rs", a),
        ("room/b.rs", b),
    ]);
    Crate::read(folder.path()).circles("room")
}

#[test]
fn a_circle_is_found_by_whatever_way_its_files_name_each_other() {
    let one_way = "use super::B;\npub struct A(B);";
    assert!(circles_between(one_way, "pub struct B;").is_empty());
    let back = [
        ("A", "use super::a::A;\npub struct B;"),
        ("A", "pub struct B;\nfn f(_: super::a::A) {}"),
        ("A", "pub struct B;\nfn f(_: &crate::room::a::A) {}"),
        ("A", "pub(crate) use super::a::{self, A};\npub struct B(A);"),
        ("a", "use super::{a as other};\npub struct B(other::A);"),
    ];
    for (name, b) in back {
        let circle = format!("room/a.rs needs B of room/b.rs\nroom/b.rs needs {name} of room/a.rs");
        assert_eq!(circles_between(one_way, b), [circle], "{b}");
    }
    let no_need = [
        "pub use super::a::A;\npub struct B;",
        "pub struct B;\n// super::a::A\nconst S: &str = \"super::a::A\";",
        "pub struct B;\n#[cfg(test)]\nmod tests { use super::super::a::A; }",
    ];
    for b in no_need {
        assert!(circles_between(one_way, b).is_empty(), "{b}");
    }
}

#[test]
fn what_is_reserved_stays_where_it_belongs() {
    let house = house();
    for (what, names, places) in RESERVED {
        let mut sayings = names.iter().flat_map(|name| house.saying(name));
        let elsewhere: Vec<_> = sayings
            .clone()
            .filter(|file| !places.iter().any(|place| file.starts_with(place)))
            .collect();
        assert!(elsewhere.is_empty(), "{what}: {elsewhere:?}");
        assert!(sayings.next().is_some(), "{what}: nobody names it");
    }
}

#[test]
fn a_reserved_name_is_found_by_whatever_way_it_is_named() {
    let says = |text: &str, name: &str| {
        let folder = crate_of(&[("lib.rs", text)]);
        !Crate::read(folder.path()).saying(name).is_empty()
    };
    for text in [
        "use std::fs::File;",
        "use std::{fs as disk, io};",
        "use std::*;",
        "fn f() { std::fs::read(\"a\"); }",
        "mod inner { pub fn f() { std::fs::read(\"a\"); } }",
        "macro_rules! f { () => { std::fs::read(\"a\") }; }",
        "use std as system;\nfn f() { system::fs::read(\"a\"); }",
    ] {
        assert!(says(text, "std::fs"), "{text}");
    }
    for text in [
        "// std::fs",
        "const S: &str = \"std::fs\";",
        "use std::io;\nmod fs { }",
        "#[cfg(test)]\nuse std::fs;",
    ] {
        assert!(!says(text, "std::fs"), "{text}");
    }
    let listed = crate_of(&[
        ("lib.rs", "modules! { listed }"),
        ("listed.rs", "use std::fs;"),
    ]);
    assert_eq!(
        Crate::read(listed.path()).saying("std::fs").len(),
        1,
        "a macro may declare a module"
    );
    assert!(says("fn f(p: &Path) -> bool { p.exists() }", ".exists"));
    assert!(!says("fn f(exists: bool) -> bool { exists }", ".exists"));
}

#[test]
fn files_open_with_what_they_are() {
    for (path, _, _) in &sources() {
        let text = fs::read_to_string(path).unwrap();
        let tests = path.file_name().is_some_and(|name| name == "tests.rs");
        assert!(tests || text.starts_with("//! "), "{}", path.display());
    }
}
