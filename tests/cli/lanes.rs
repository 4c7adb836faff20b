//! `run` on an experiment with several lanes, and what opens of it.

use pushforward::experiment::Experiment;
use pushforward::ui::Lab;

use super::*;

/// Two moons with these lanes.
fn with_lanes(folder: &Path, lanes: &str) -> String {
    let file = folder.join("lanes.ron");
    let text = pushforward::experiment::presets::find("two-moons")
        .unwrap()
        .ron;
    let text = text.trim_end().strip_suffix(')').unwrap();
    put(&file, &format!("{text}    lanes: {lanes},\n)\n"));
    file.to_str().unwrap().to_owned()
}

/// The second has no title, and two have the same.
const LANES: &str = r#"[(title: "Übung (VP)", set: ["path=Vp()"]), (set: ["coupling=BatchOt(batch:32)"]), (title: "Übung (VP)", set: ["path=Cosine"])]"#;
const FOLDERS: [&str; 3] = ["01-bung-vp", "02-batch-ot-batch-32", "03-bung-vp"];

fn run_lanes(experiment: &str, flags: &[&str], code: i32) -> (String, String) {
    let mut command = pushforward();
    command.args(["run", experiment]).args(TINY).args(flags);
    let assert = command.assert().code(code);
    let output = assert.get_output();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn every_lane_has_a_folder_and_the_shared_one_a_figure_and_a_list() {
    let folder = folder();
    let file = with_lanes(folder.path(), LANES);
    let out = folder.path().join("out");
    let out_flag = ["--out", out.to_str().unwrap(), "--set", "path=Cosine"];
    let (stdout, stderr) = run_lanes(&file, &out_flag, 0);
    for heading in [
        "lane 1 of 3: Übung (VP)",
        "lane 2 of 3: batch-OT (batch 32)",
        "note: --set path=Cosine is hidden in lane \"Übung (VP)\", which sets path=Vp()",
    ] {
        assert!(stderr.contains(heading), "{heading}: {stderr}");
    }
    assert!(!stderr.contains("hidden in lane \"batch-OT"), "{stderr}");
    assert!(stdout.starts_with("two-moons: 3 lanes\n"), "{stdout}");
    assert_eq!(stdout.lines().count(), 6, "{stdout}");
    let list: Value = serde_json::from_str(&text(&out, "metrics.json")).unwrap();
    for (i, name) in FOLDERS.into_iter().enumerate() {
        let lane = out.join(name);
        let mut own = metrics(&lane);
        assert!(fs::read(lane.join("trajectories.png")).is_ok());
        own["lane"] = (i + 1).into();
        own["folder"] = name.into();
        own["title"] = list[i]["title"].clone();
        assert!(alike(&list[i], &own), "the list has each lane's numbers");
    }
    assert_eq!(list[1]["title"], "batch-OT (batch 32)");
    assert_eq!(&fs::read(out.join("lanes.png")).unwrap()[1..4], b"PNG");
    assert_eq!(panels_of(&out.join("lanes.svg")), 3);
    assert!(text(&out, "lanes.svg").contains("(a) Übung (VP)"));
    // Base, then --set, then lane.
    let path = |i: usize| {
        let experiment = Experiment::from_ron(&text(&out.join(FOLDERS[i]), "experiment.ron"));
        experiment.unwrap().problem.path.name()
    };
    assert_eq!([0, 1, 2].map(path), ["VP", "cosine", "cosine"]);
    let document = Experiment::from_ron(&text(&out, "experiment.ron")).unwrap();
    assert_eq!(
        (document.lanes.len(), document.problem.path.name()),
        (3, "cosine")
    );
}

#[test]
fn a_run_of_lanes_goes_on_lane_by_lane_and_ends_as_if_it_had_not_been_interrupted() {
    let folder = folder();
    let file = with_lanes(folder.path(), LANES);
    let [whole, broken] = ["whole", "broken"].map(|name| folder.path().join(name));
    for out in [&whole, &broken] {
        run_lanes(&file, &["--quiet", "--out", out.to_str().unwrap()], 0);
    }
    // As if it had been stopped in the second lane.
    fs::remove_file(broken.join("metrics.json")).unwrap();
    fs::remove_file(broken.join(FOLDERS[1]).join("metrics.json")).unwrap();
    fs::remove_dir_all(broken.join(FOLDERS[2])).unwrap();
    let first = fs::metadata(broken.join(FOLDERS[0]).join("metrics.json")).unwrap();
    let (_, stderr) = run_lanes(broken.to_str().unwrap(), &[], 0);
    assert_eq!(stderr.matches("is finished").count(), 1, "{stderr}");
    let again = fs::metadata(broken.join(FOLDERS[0]).join("metrics.json")).unwrap();
    assert_eq!(first.modified().unwrap(), again.modified().unwrap());
    for name in ["experiment.ron", "lanes.svg", "lanes.png"] {
        let [a, b] = [&whole, &broken].map(|out| fs::read(out.join(name)).unwrap());
        assert!(a == b, "{name} differs");
    }
    for lane in FOLDERS {
        let [a, b] = [&whole, &broken].map(|out| {
            let mut metrics = metrics(&out.join(lane));
            metrics["timing"] = Value::Null;
            metrics
        });
        assert_eq!(a, b, "{lane}");
    }
    // Another seed needs fresh weights, and says so before it begins.
    let message = refusal(3, &["run", broken.to_str().unwrap(), "--seed", "7"]);
    assert!(message.contains("--fresh"), "{message}");
}

#[test]
fn a_lane_that_a_change_no_longer_fits_is_named() {
    let folder = folder();
    let lanes = r#"[(), (title: "small blocks", set: ["coupling.batch=64"])]"#;
    let file = with_lanes(
        folder.path(),
        &lanes.replace("coupling.batch=64", "training.ema=0.5"),
    );
    put(
        folder.path().join("fits.ron"),
        &text(folder.path(), "lanes.ron")
            .replace("coupling: Independent", "coupling: BatchOt(batch: 128)")
            .replace("training.ema=0.5", "coupling.batch=64"),
    );
    let fits = folder.path().join("fits.ron");
    let fits = fits.to_str().unwrap();
    pushforward().args(["check", fits]).assert().code(0);
    let message = refusal(3, &["run", fits, "--set", "coupling=Independent"]);
    assert!(message.contains("lanes[1]"), "{message}");
    assert!(message.contains("try --set 'lanes="), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    pushforward().args(["check", &file]).assert().code(0);
}

fn panels_of(svg: &Path) -> usize {
    fs::read_to_string(svg)
        .unwrap()
        .matches("<clipPath")
        .count()
}

/// The window's laboratory on a folder, without a window.
pub(super) fn opened(folder: &Path) -> Lab {
    use pushforward::session::Options;
    use pushforward::ui::Command;
    let preset = pushforward::experiment::presets::find("rings").unwrap();
    let experiment = preset.experiment().unwrap();
    let mut lab = Lab::new(
        experiment,
        None,
        Options::default(),
        std::sync::Arc::new(|| ()),
    )
    .unwrap();
    lab.apply(Command::Open(folder.to_owned()));
    assert_eq!(lab.messages, Vec::<String>::new());
    lab
}

/// The steps that each lane has taken, once all of them have taken some.
pub(super) fn steps(lab: &Lab) -> Vec<u64> {
    let start = std::time::Instant::now();
    loop {
        let steps: Vec<u64> = lab.frames().iter().map(|frame| frame.step).collect();
        if steps.iter().all(|&step| step > 0) {
            return steps;
        }
        assert!(start.elapsed().as_secs() < 60, "{steps:?}");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn the_folder_of_a_run_of_lanes_opens_with_what_each_lane_has_learned() {
    let folder = folder();
    let file = with_lanes(folder.path(), LANES);
    let out = folder.path().join("out");
    run_lanes(
        &file,
        &[
            "--quiet",
            "--keep",
            "numbers",
            "--out",
            out.to_str().unwrap(),
        ],
        0,
    );
    assert!(!out.join(FOLDERS[0]).join("trajectories.csv").exists());
    assert!(!out.join(FOLDERS[0]).join("trajectories.svg").exists());
    let mut lab = opened(&out);
    assert_eq!(lab.editor.lanes().len(), 3);
    assert_eq!(steps(&lab), [20, 20, 20]);
    // The window exports them as `run` draws them: side by side.
    let figure = folder.path().join("window.svg");
    lab.apply(pushforward::ui::Command::Export(figure.clone()));
    let start = std::time::Instant::now();
    while !lab.notice.starts_with("Exported") {
        assert!(
            start.elapsed().as_secs() < 60,
            "{} {:?}",
            lab.notice,
            lab.messages
        );
        std::thread::sleep(std::time::Duration::from_millis(5));
        lab.tick();
    }
    assert_eq!(panels_of(&figure), 3);
}

/// Whether two values are the same, up to the last digit of numbers, which reading JSON may lose.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| alike(a, b)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= 1e-14 * b.abs()
        }
        (a, b) => a == b,
    }
}
