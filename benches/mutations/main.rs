//! Deliberate mistakes in the mathematics, each of which a test must catch: `cargo bench --bench mutations`.
//!
//! A copy of the working tree is changed in one place at a time, and the named test is built and run there. A mistake is
//! caught if that test fails; one that does not compile, or that the test lets pass, is a fault of this list. Prints a row
//! for each and ends with an error if one is not caught. `-- NAME` tries those only whose name contains NAME. Takes a build
//! of the library each, about a minute.

mod list;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use pushforward::session::files::atomic_write;

use list::{MUTATIONS, Mutation};

/// What became of a mistake.
enum Verdict {
    Caught,
    Survived,
    Fault(String),
}

fn main() -> ExitCode {
    let wanted = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"));
    let chosen: Vec<&Mutation> = MUTATIONS
        .iter()
        .filter(|m| wanted.as_ref().is_none_or(|name| m.name.contains(name)))
        .collect();
    match copy_of_the_tree() {
        Ok(tree) => judge(tree.path(), &chosen),
        Err(error) => {
            eprintln!("the working tree cannot be copied: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Tries the mistakes one after the other, the right code first.
fn judge(tree: &Path, mutations: &[&Mutation]) -> ExitCode {
    let tests: Vec<&str> = mutations.iter().map(|m| m.test).collect();
    let right = run_tests(tree, &tests);
    if !right.status.success() {
        eprintln!("{}", text(&right));
        eprintln!("the tests fail before anything is changed");
        return ExitCode::FAILURE;
    }
    println!("| mistake | file | test | verdict |\n|---|---|---|---|");
    let mut all_caught = true;
    for mutation in mutations {
        let verdict = verdict(tree, mutation);
        all_caught &= matches!(verdict, Verdict::Caught);
        let word = match verdict {
            Verdict::Caught => "caught".to_owned(),
            Verdict::Survived => "**survived**".to_owned(),
            Verdict::Fault(why) => format!("**{why}**"),
        };
        println!(
            "| {} | `{}` | `{}` | {word} |",
            mutation.name, mutation.file, mutation.test
        );
    }
    match all_caught {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// What the mutation's test says of it; the file is as before afterwards.
fn verdict(tree: &Path, mutation: &Mutation) -> Verdict {
    let path = tree.join(mutation.file);
    let Ok(before) = fs::read_to_string(&path) else {
        return Verdict::Fault("no such file".to_owned());
    };
    let places = before.matches(mutation.find).count();
    if places != 1 {
        return Verdict::Fault(format!("the text stands there {places} times"));
    }
    let after = before.replacen(mutation.find, mutation.replace, 1);
    if let Err(error) = atomic_write(&path, after.as_bytes()) {
        return Verdict::Fault(error.to_string());
    }
    let output = run_tests(tree, &[mutation.test]);
    let restored = atomic_write(&path, before.as_bytes());
    let printed = text(&output);
    let failed = printed.contains(&format!("test {} ... FAILED", mutation.test));
    match (output.status.success(), failed, restored) {
        (_, _, Err(error)) => Verdict::Fault(error.to_string()),
        (true, ..) => Verdict::Survived,
        (false, true, _) => Verdict::Caught,
        (false, false, _) => {
            eprintln!("{printed}");
            Verdict::Fault("does not compile".to_owned())
        }
    }
}

/// Builds the library's tests and runs those of the names.
fn run_tests(tree: &Path, tests: &[&str]) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(tree)
        .args(["test", "--release", "--locked", "--lib"])
        .args([
            "--config",
            "profile.release.package.pushforward.opt-level=1",
        ])
        .args(["--", "--exact"])
        .args(tests);
    match cargo.output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("cargo cannot be started: {error}");
            std::process::exit(1);
        }
    }
}

fn text(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    [out, err].concat()
}

/// The files that git knows or would take, as they are now.
fn copy_of_the_tree() -> std::io::Result<tempfile::TempDir> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let list = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .output()?;
    let tree = tempfile::tempdir()?;
    for name in String::from_utf8_lossy(&list.stdout).lines() {
        let (from, to): (PathBuf, PathBuf) = (root.join(name), tree.path().join(name));
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        if from.is_file() {
            fs::copy(from, to)?;
        }
    }
    Ok(tree)
}
