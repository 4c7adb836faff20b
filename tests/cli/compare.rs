//! `compare`: what it writes, refuses, shares and survives.

use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use super::lanes::{opened, steps};
use super::*;

/// What does not depend on when and by whom the runs were done.
const RESULTS: [&str; 9] = [
    "experiment.ron",
    "runs.csv",
    "table.csv",
    "table.md",
    "table.tex",
    "lanes.svg",
    "lanes.png",
    "curve.svg",
    "curve.png",
];

/// A network that trains a few hundred steps in a moment.
const SMALL: [&str; 10] = [
    "--device",
    "cpu",
    "--set",
    "model.hidden=[8]",
    "--set",
    "training.batch=16",
    "--set",
    "evaluation.samples=40",
    "--set",
    "evaluation.w2_samples=20",
];
const LISTS: [&str; 4] = [
    "--over",
    "path=CondOt(sigma_min:0.0),Cosine",
    "--over",
    "training.batch=8,16",
];

fn arguments<'a>(out: &'a Path, flags: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["compare", "two-moons", "--out", out.to_str().unwrap()];
    all.extend(SMALL);
    all.extend([
        "--set",
        "solver=Euler(steps: 4)",
        "--set",
        "view.particles=20",
    ]);
    all.extend(flags);
    all
}

fn compare(out: &Path, flags: &[&str], code: i32) -> String {
    let mut command = pushforward();
    let assert = command.args(arguments(out, flags)).assert().code(code);
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

fn with<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    [&LISTS[..], flags].concat()
}

fn files(folder: &Path) -> Vec<Vec<u8>> {
    let read = |name| fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    RESULTS.map(read).to_vec()
}

fn assert_same(a: &[Vec<u8>], b: &[Vec<u8>], what: &str) {
    for (name, (a, b)) in RESULTS.iter().zip(a.iter().zip(b)) {
        assert!(a == b, "{what}: {name} differs");
    }
}

/// When the numbers of each run were written.
fn written(out: &Path) -> Vec<std::time::SystemTime> {
    let mut times = Vec::new();
    let mut lanes: Vec<_> = fs::read_dir(out.join("runs"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    lanes.sort();
    for lane in lanes {
        let mut seeds: Vec<_> = fs::read_dir(lane)
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        seeds.sort();
        for seed in seeds {
            times.push(
                fs::metadata(seed.join("metrics.json"))
                    .unwrap()
                    .modified()
                    .unwrap(),
            );
        }
    }
    times
}

#[test]
fn lanes_times_lists_times_seeds_are_trained_once_and_gathered() {
    let folder = folder();
    let out = folder.path().join("out");
    let flags = with(&["--seeds", "2", "--steps", "30", "--quiet"]);
    assert_eq!(compare(&out, &flags, 0), "");
    let expected = files(&out);
    let times = written(&out);
    assert_eq!(times.len(), 8);
    let raw = text(&out, "runs.csv");
    assert!(
        raw.starts_with("lane,title,path,training.batch,seed,loss,"),
        "{raw}"
    );
    assert_eq!(raw.lines().count(), 9);
    assert!(
        raw.lines()
            .nth(8)
            .unwrap()
            .starts_with("4,\"cosine, batch 16\",Cosine,16,1,"),
        "{raw}"
    );
    let table = text(&out, "table.csv");
    assert!(table.starts_with("lane,title,metric,mean,standard_error,n\n"));
    let straightness = table
        .lines()
        .find(|line| line.contains(",straightness,"))
        .unwrap();
    let seeds: Vec<f64> = raw
        .lines()
        .skip(1)
        .take(2)
        .map(|row| column(&raw, row, "straightness"))
        .collect();
    let (mean, error) = (
        (seeds[0] + seeds[1]) / 2.0,
        (seeds[0] - seeds[1]).abs() / 2.0,
    );
    let cells: Vec<&str> = straightness.rsplit(',').collect();
    assert_eq!(cells[0], "2");
    assert!(close(cells[2].parse().unwrap(), mean) && close(cells[1].parse().unwrap(), error));
    // No trajectories of single runs, but what they go on from.
    let run = out.join("runs/01-cond-ot-batch-8/seed-0");
    assert!(run.join("state.safetensors").exists() && !run.join("trajectories.csv").exists());
    // Nothing is done again, another view is not another experiment, and the files are the same.
    compare(
        &out,
        &with(&[
            "--seeds",
            "2",
            "--steps",
            "30",
            "--set",
            "view.t=0.5",
            "--quiet",
        ]),
        0,
    );
    assert_eq!(written(&out), times);
    compare(&out, &flags, 0);
    assert_same(&files(&out), &expected, "a second time");
    // All of it is kept on request, and one that has another experiment is done again.
    let one = ["--seeds", "1", "--steps", "30", "--quiet", "--keep", "all"];
    compare(&out, &with(&one), 0);
    assert!(run.join("trajectories.csv").exists() && run.join("trajectories.png").exists());
    compare(&out, &with(&["--steps", "31", "--quiet"]), 0);
    assert_eq!(metrics(&run)["steps"], 31);
    // The folder opens with the first seed of each lane.
    let lab = opened(&out);
    let title = |i: usize| lab.editor.document().lane_label(i);
    assert_eq!(
        (lab.editor.lanes().len(), title(3)),
        (4, "cosine, batch 16".to_owned())
    );
    assert_eq!(steps(&lab), [31; 4]);
}

/// A cell of a table without quoted commas behind its title.
fn column(table: &str, row: &str, name: &str) -> f64 {
    let mut names = table.lines().next().unwrap().split(',');
    let place = names.position(|other| other == name).unwrap();
    cells(row)[place].parse().unwrap()
}

/// The cells of a row; those in quotes may hold commas.
fn cells(row: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for c in row.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

#[test]
fn shards_share_a_folder_and_a_call_without_one_gathers() {
    let folder = folder();
    let [whole, shared] = ["whole", "shared"].map(|name| folder.path().join(name));
    let flags = with(&["--steps", "25", "--quiet", "--seeds", "2"]);
    compare(&whole, &flags, 0);
    for shard in ["2/3", "3/3"] {
        compare(&shared, &[&flags[..], &["--shard", shard]].concat(), 0);
        assert!(!shared.join("runs.csv").exists() && !shared.join("experiment.ron").exists());
    }
    let finished = |out: &Path| {
        let lanes = fs::read_dir(out.join("runs"))
            .unwrap()
            .map(|e| e.unwrap().path());
        let seeds = lanes.flat_map(|lane| fs::read_dir(lane).unwrap().map(|e| e.unwrap().path()));
        seeds
            .filter(|seed| seed.join("metrics.json").exists())
            .count()
    };
    assert_eq!(finished(&shared), 5, "of eight runs the last two thirds");
    // Two at once share what is left, and both gather.
    let spawn = || {
        let mut process = Process::new(env!("CARGO_BIN_EXE_pushforward"));
        process.args(arguments(&shared, &flags)).spawn().unwrap()
    };
    for mut child in [spawn(), spawn()] {
        assert!(child.wait().unwrap().success());
    }
    assert_same(&files(&shared), &files(&whole), "in shards");
}

#[test]
fn a_failed_run_is_a_row_with_its_error_and_the_rest_goes_on() {
    let folder = folder();
    let out = folder.path();
    let flags = ["--steps", "20", "--over", "training.batch=64,32"];
    // The folder of one run is a file, so that it cannot be made.
    let runs = out.join("runs");
    let second = "02-batch-32/seed-0";
    let blocked = runs.join(second);
    fs::create_dir_all(blocked.parent().unwrap()).unwrap();
    put(&blocked, "in the way");
    let message = compare(out, &flags, 1);
    assert!(message.contains("batch 32, seed 0: "), "{message}");
    assert!(message.ends_with("1 of 2 runs failed\n"), "{message}");
    let raw = text(out, "runs.csv");
    let rows: Vec<&str> = raw.lines().skip(1).collect();
    assert_eq!(rows.len(), 2, "{raw}");
    assert!(rows[0].ends_with(','), "the first has no error: {raw}");
    assert!(rows[1].contains("seed-0: "), "{raw}");
    let table = text(out, "table.csv");
    assert!(
        table
            .lines()
            .any(|line| line.contains(",straightness,") && line.starts_with("1,"))
    );
    assert!(out.join("lanes.png").exists());
    // What stood in the way is gone: the run is done.
    fs::remove_file(&blocked).unwrap();
    compare(out, &flags, 0);
    assert!(runs.join(second).join("metrics.json").exists());
}

#[test]
fn what_does_not_fit_is_refused_before_the_first_run_with_a_line_that_works() {
    let folder = folder();
    let out = folder.path().join("out");
    for (flags, expected) in [
        (
            &[
                "--over",
                "coupling=BatchOt(batch:8),Independent",
                "--over",
                "coupling.batch=16,64",
            ][..],
            "lane \"coupling=Independent, coupling.batch=16\": no field",
        ),
        (&["--over", "path=Vp(),Vpp()"], "try --over 'path=Vp()'"),
        (&["--over", "training.batch=64,0"], "training.batch is 0"),
        (
            &["--over", "training.btach=64,128"],
            "try --over 'training.batch=64,128'",
        ),
        (
            &["--set", "source.scale=2.0", "--over", "path=Cosine,Vp()"],
            "needs the standard Gaussian",
        ),
        (&["--over", "lanes=[],[]"], "a lane has none of its own"),
        (
            &["--over", "name=a,b"],
            "all lanes share the experiment's name",
        ),
        (&["--jobs", "1000", "--threads", "1000"], "try --jobs "),
        (
            &["--seeds", "10000", "--over", "training.batch=1,2"],
            "try --seeds 5000",
        ),
    ] {
        let message = compare(&out, flags, 3);
        assert!(message.contains(expected), "{flags:?}: {message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(!out.exists(), "{flags:?} wrote something");
        // The line works in the place of the flag.
        if let Some((_, line)) = message.trim_end().split_once(" try --over '") {
            let line = line.strip_suffix('\'').unwrap();
            let mut fixed = flags.to_vec();
            *fixed.last_mut().unwrap() = line;
            let works = [&fixed[..], &["--steps", "0", "--shard", "1/100", "--quiet"]].concat();
            compare(&folder.path().join("works"), &works, 0);
        }
    }
    let message = refusal(1, &arguments(Path::new("/dev/null/out"), &["--quiet"]));
    assert!(message.contains("/dev/null/out"), "{message}");
}

#[cfg(unix)]
fn signal(name: &str, pid: u32) {
    let mut kill = Process::new("kill");
    kill.args([name, &pid.to_string()]).stderr(Stdio::null());
    kill.status().unwrap();
}

/// The processes that a process has started.
#[cfg(target_os = "linux")]
fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let list = list.unwrap_or_default();
    list.split_whitespace()
        .map(|pid| pid.parse().unwrap())
        .collect()
}

#[cfg(target_os = "linux")]
fn started(out: &Path, flags: &[&str]) -> Child {
    let mut process = Process::new(env!("CARGO_BIN_EXE_pushforward"));
    process
        .args(arguments(out, flags))
        .stderr(Stdio::null())
        .stdout(Stdio::null());
    process.spawn().unwrap()
}

/// Killed at moments that are spread over the whole work: the program alone, or its workers.
#[cfg(target_os = "linux")]
#[test]
fn a_comparison_that_is_killed_at_any_moment_ends_with_the_same_tables() {
    let folder = folder();
    let [whole, killed] = ["whole", "killed"].map(|name| folder.path().join(name));
    let flags = with(&["--steps", "300", "--seeds", "2", "--quiet"]);
    let begun = Instant::now();
    compare(&whole, &flags, 0);
    let took = begun.elapsed();
    for k in 1..=6 {
        let mut child = started(&killed, &flags);
        // Spread by the golden ratio over a third of the time, so that there is always something left to do.
        let share = (0.618 * f64::from(k)).fract() / 3.0;
        std::thread::sleep(took.mul_f64(share).max(Duration::from_millis(30)));
        match k {
            // A worker that was killed is a run that failed; the program goes on without it.
            5 | 6 => children(child.id())
                .into_iter()
                .for_each(|pid| signal("-KILL", pid)),
            1 | 3 => signal("-KILL", child.id()),
            // The program and all that it has started.
            _ => {
                let workers = children(child.id());
                signal("-KILL", child.id());
                workers.into_iter().for_each(|pid| signal("-KILL", pid));
            }
        }
        let code = child.wait().unwrap().code();
        assert!(k < 5 || matches!(code, Some(0 | 1)), "{code:?}");
    }
    compare(&killed, &flags, 0);
    assert_same(&files(&killed), &files(&whole), "killed");
}

/// The wish to stop is handed on by the terminal; a program that has it alone ends its workers.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_the_workers_and_exits_with_130() {
    let folder = folder();
    let mut child = started(folder.path(), &["--steps", "100000000", "--quiet"]);
    let begun = Instant::now();
    while children(child.id()).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "no worker");
        std::thread::sleep(Duration::from_millis(5));
    }
    let workers = children(child.id());
    signal("-INT", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    for pid in workers {
        assert!(
            !Path::new(&format!("/proc/{pid}/exe")).exists(),
            "a worker lives on"
        );
    }
    assert!(!folder.path().join("runs.csv").exists());
}

/// The size of blocks is varied from independent pairs on, and the theorem's numbers are drawn against it; against another
/// list there is no such figure.
#[test]
fn a_list_of_block_sizes_has_the_figure_of_the_theorem() {
    let folder = folder();
    let out = folder.path().join("out");
    let flags = [
        "--over",
        "coupling.batch=1,8,32",
        "--steps",
        "20",
        "--quiet",
    ];
    assert_eq!(compare(&out, &flags, 0), "");
    assert!(out.join("theorem.svg").exists() && out.join("theorem.png").exists());
    let table = text(&out, "table.csv");
    let rows = table
        .lines()
        .filter(|line| line.contains(",coupling_cost,"));
    let costs: Vec<f64> = rows
        .map(|row| row.rsplit(',').nth(2).unwrap().parse().unwrap())
        .collect();
    assert!(
        costs.len() == 3 && costs.is_sorted_by(|a, b| a > b),
        "{costs:?}"
    );
    let other = folder.path().join("other");
    let flags = ["--over", "training.batch=8,16", "--steps", "20", "--quiet"];
    compare(&other, &flags, 0);
    assert!(other.join("curve.svg").exists() && !other.join("theorem.svg").exists());
}
