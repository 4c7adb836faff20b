//! The commands of README.md, as they stand there: those that need no window are run, one after the other in one empty
//! folder; the others are read by the command line's own grammar.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clap::Parser;
use pushforward::cli::CommandLine;
use pushforward::experiment::presets;
use pushforward::flow::coupling::Coupling;
use pushforward::flow::path::Path as Schedule;
use pushforward::flow::solver::Solver;
use pushforward::flow::vocabulary::Vocabulary;
use pushforward::scene::metrics;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What begins a command that builds, tests or installs; what follows `--` is the program's own command line.
const TOOLS: [&str; 4] = ["cargo run", "cargo test", "cargo install", "pip install"];

/// The lines of every block marked `sh`, without comments.
fn commands() -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(readme).unwrap();
    let blocks = text.split("```sh\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap_or_default());
    let lines = blocks.flat_map(|block| block.lines().map(|line| without_comment(line).to_owned()));
    lines.filter(|line| !line.is_empty()).collect()
}

fn without_comment(line: &str) -> &str {
    line.split(" #").next().unwrap_or_default().trim()
}

/// The words that a shell makes of a command, without where its input comes from and its output goes to.
fn words(command: &str) -> Vec<String> {
    let command = command.split(['<', '>']).next().unwrap_or_default();
    let output = shell(&format!("printf '%s\\0' {command}"), Path::new("."));
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

/// Runs a line of shell in `folder`, with the program on the path and no display.
fn shell(line: &str, folder: &Path) -> Output {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_pushforward"));
    let bin = program.parent().unwrap().to_str().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder);
    command.env("PATH", format!("{bin}:{path}"));
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command.output().unwrap()
}

fn grammar(line: &[String]) -> CommandLine {
    CommandLine::try_parse_from(line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
}

#[test]
fn the_commands_of_the_readme_run_as_they_stand_there() {
    let folder = tempfile::tempdir().unwrap();
    let (mut run, mut read) = (0, 0);
    for command in commands() {
        if TOOLS.iter().any(|tool| command.starts_with(tool)) {
            if let Some((_, arguments)) = command.split_once(" -- ") {
                grammar(&words(&format!("pushforward {arguments}")));
            }
            read += 1;
            continue;
        }
        assert!(command.starts_with("pushforward"), "what is `{command}`?");
        if grammar(&words(&command)).verb.is_none() {
            read += 1; // it opens the window
            continue;
        }
        let output = shell(&command, folder.path());
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}\n{complaint}");
        run += 1;
    }
    assert!(run >= 6 && read >= 3, "{run} run, {read} read");
}

#[test]
fn the_python_of_the_readme_is_that_of_the_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = fs::read_to_string(root.join("docs/load_weights.py")).unwrap();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let (_, block) = readme.split_once("```python\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    assert!(file.contains(block.trim_end()), "{block}");
}

/// The member as a file writes it, with its constants; one of them may have a form of its own there.
fn written<V: Vocabulary + Serialize + DeserializeOwned>(mut member: V) -> String {
    let key = member.key();
    let constants = member.numbers().into_iter();
    let constants: Vec<String> = constants
        .map(|(name, number)| format!("{name}: {}", number.words()))
        .collect();
    let text = match constants.is_empty() {
        true => key.to_owned(),
        false => format!("{key}({})", constants.join(", ")),
    };
    match ron::from_str::<V>(&text) {
        Ok(_) => text,
        Err(_) => {
            let text = ron::to_string(&member).unwrap();
            text.replace(':', ": ").replace(',', ", ")
        }
    }
}

/// A line of the README's table: name, what `--set` takes, what it is, the ranges of its constants.
fn line<V: Vocabulary + Serialize + DeserializeOwned>(
    field: &str,
    member: V,
    explanation: &str,
) -> String {
    let value = written(member);
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.set(field, &value).unwrap();
    assert_eq!(experiment.validate(), Ok(()));
    let entry = member.entry();
    let constants = entry.constants.iter();
    let ranges: Vec<String> = constants
        .map(|c| format!("`{}` {}", c.name, c.range.words(|x| x.to_string())))
        .collect();
    let cells = [
        entry.name,
        &format!("`{field}={value}`"),
        explanation,
        &ranges.join("; "),
    ];
    format!(
        "| {} |",
        cells.map(|cell| cell.replace('|', "\\|")).join(" | ")
    )
}

#[test]
fn the_tables_of_the_readme_are_those_of_the_vocabularies() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let paths = Schedule::ALL.map(|path| line("path", path, &path.entry().explanation()));
    let couplings = Coupling::ALL.map(|c| line("coupling", c, &c.entry().explanation()));
    let solvers = Solver::ALL.map(|solver| {
        line(
            "solver",
            solver,
            &format!("{}: {}", solver.formula(), solver.hint()),
        )
    });
    for (kind, lines) in [
        ("path", &paths[..]),
        ("coupling", &couplings),
        ("solver", &solvers),
    ] {
        let table = format!(
            "| {kind} | `--set` | what it is | ranges |\n|---|---|---|---|\n{}\n\n",
            lines.join("\n")
        );
        assert!(readme.contains(&table), "README.md should have\n{table}");
    }
}

#[test]
fn the_numbers_of_the_readme_have_the_names_of_the_program() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(readme).unwrap();
    let (given, mut n_columns) = ("| preset | path | coupling |", 0);
    let header = text.lines().find_map(|line| line.strip_prefix(given));
    for column in header.unwrap().split_terminator('|').map(str::trim) {
        let mut names = metrics::ALL.iter().map(|m| [m.name, m.label, m.symbol]);
        assert!(names.any(|names| names.contains(&column)), "{column}");
        n_columns += 1;
    }
    assert_eq!(n_columns, 5);
}
