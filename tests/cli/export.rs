//! `export`: figures of what was trained, as files.

use super::*;

/// A run of two moons with its figures in the experiment.
fn trained() -> TempDir {
    let folder = folder();
    let figures = "figures=[(file: \"a.svg\"), (file: \"b.png\", width: \"3in\", height: \"3in\", dpi: 50.0)]";
    tiny_run(
        "two-moons",
        folder.path(),
        &["--set", figures, "--set", "model.hidden=[8]"],
    );
    folder
}

fn exported(run: &Path, args: &[&str]) -> String {
    let assert = pushforward()
        .arg("export")
        .arg(run)
        .args(args)
        .assert()
        .code(0);
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

#[test]
fn the_same_run_gives_the_same_bytes_whatever_the_number_of_threads() {
    let run = trained();
    let out = folder();
    let path = |name: &str| out.path().join(name).to_str().unwrap().to_owned();
    for (threads, names) in [
        ("1", ["a.svg", "a.png"]),
        ("2", ["b.svg", "b.png"]),
        ("1", ["c.svg", "c.png"]),
    ] {
        let [svg, png] = names.map(path);
        let args = [
            "--figure",
            "trajectories",
            "--out",
            &svg,
            "--out",
            &png,
            "--threads",
            threads,
            "--width",
            "3in",
        ];
        let said = exported(run.path(), &args);
        assert!(said.contains(&format!("{svg}: 3.00 x ")), "{said}");
        assert_eq!(said.lines().count(), 2);
    }
    let bytes = |name: &str| fs::read(out.path().join(name)).unwrap();
    for suffix in ["svg", "png"] {
        let [a, b, c] = ["a", "b", "c"].map(|name| bytes(&format!("{name}.{suffix}")));
        assert!(a.len() > 1000 && a == b && a == c, "{suffix}");
    }
}

#[test]
fn figures_of_the_experiment_go_into_the_run_s_folder_or_another_one() {
    let run = trained();
    exported(run.path(), &[]);
    let out = folder();
    let inner = out.path().join("figures");
    exported(run.path(), &["--out", inner.to_str().unwrap()]);
    for name in ["a.svg", "b.png"] {
        let [here, there] = [run.path(), &inner].map(|place| fs::read(place.join(name)).unwrap());
        assert!(here == there, "{name}");
    }
    let png = fs::read(inner.join("b.png")).unwrap();
    let size = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!((size(16), size(20)), (150, 150));
}

#[test]
fn what_is_not_trained_is_trained_once_into_a_folder_of_its_name() {
    let place = folder();
    let export = |name: &str| {
        let mut command = pushforward();
        command.current_dir(place.path()).args([
            "export",
            "two-moons",
            "--set",
            "model.hidden=[8]",
        ]);
        command
            .args(TINY)
            .args(["--figure", "trajectories", "--out", name]);
        let assert = command.assert().code(0);
        String::from_utf8(assert.get_output().stderr.clone()).unwrap()
    };
    let first = export("a.svg");
    assert!(first.contains("trains into out/two-moons"), "{first}");
    let state = || fs::read(place.path().join("out/two-moons/state.safetensors")).unwrap();
    let before = state();
    let second = export("b.svg");
    assert!(!second.contains("trains"), "{second}");
    assert!(before == state());
    let [a, b] = ["a.svg", "b.svg"].map(|name| fs::read(place.path().join(name)).unwrap());
    assert!(a == b);
}

#[test]
fn what_cannot_be_exported_is_said_before_anything_is_trained() {
    let place = folder();
    let at = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    put(at("file"), "not a folder");
    let (svg, png, below) = (at("a.svg"), at("a.png"), at("file/a.svg"));
    let (bmp, dir) = (at("a.bmp"), at("dir.svg"));
    fs::create_dir(&dir).unwrap();
    // With these steps an export that trained first would not end.
    let refused = |code, args: &[&str]| {
        let all = ["export", "two-moons", "--set", "training.steps=100000000"];
        let all: Vec<&str> = all.iter().chain(args).copied().collect();
        refusal(code, &all)
    };
    let kind = ["--figure", "trajectories"];
    for (code, args, words) in [
        (
            3,
            vec![],
            "the experiment has no `figures`; --figure trajectories --out a.svg",
        ),
        (3, kind.to_vec(), "where does the figure go? --out a.svg"),
        (
            3,
            [&kind[..], &["--out", &bmp]].concat(),
            "a.bmp: the suffix must be",
        ),
        (
            3,
            [&kind[..], &["--out", &svg, "--style", "neon"]].concat(),
            "no style \"neon\"",
        ),
        (
            3,
            [&kind[..], &["--out", &svg, "--dpi", "1"]].concat(),
            "--dpi is 1.0: expected 10.0 to 2400.0; try --dpi 300",
        ),
        (
            3,
            [&kind[..], &["--out", &svg, "--width", "300in"]].concat(),
            "--width is 300in: expected 0.5in to 200in; try --width 3.25in",
        ),
        (
            3,
            [&kind[..], &["--out", &svg, "--t", "0,2"]].concat(),
            "--t is 2.0: expected 0.0 to 1.0; try --t 0,0.5,1",
        ),
        (
            3,
            [&kind[..], &["--out", &svg, "--xlim", "4,-4"]].concat(),
            "try --xlim=-4,4",
        ),
        (
            3,
            [&kind[..], &["--out", &svg, "--layers", "target,target"]].concat(),
            "every layer at most once",
        ),
        (
            3,
            [&kind[..], &["--out", &svg, "--background", "red"]].concat(),
            "#rrggbb",
        ),
        (
            3,
            [&kind[..], &["--out", &svg, "--frames", "9"]].concat(),
            "--figure film",
        ),
        (
            3,
            [
                &kind[..],
                &["--out", &png, "--width", "100in", "--height", "100in"],
            ]
            .concat(),
            "a picture of 30000 x 30000 pixels cannot be made",
        ),
        (1, [&kind[..], &["--out", &below]].concat(), "file"),
        (
            1,
            [&kind[..], &["--out", &dir]].concat(),
            "is a folder, no file",
        ),
        (2, vec!["--figure", "plot"], "trajectories, strip, field"),
        (2, [&kind[..], &["--width", "3"]].concat(), "such as 3.25in"),
        (
            2,
            [&kind[..], &["--layers", "sky"]].concat(),
            "the layers are Source",
        ),
    ] {
        let message = refused(code, &args);
        assert!(message.contains(words), "{args:?}: {message}");
    }
    let left: Vec<_> = fs::read_dir(place.path()).unwrap().collect();
    assert_eq!(left.len(), 2, "nothing partial stays: {left:?}");
}

#[test]
fn weights_of_another_problem_seed_or_length_are_not_drawn() {
    let run = trained();
    let place = run.path().to_str().unwrap();
    for (change, words) in [
        (
            ["--set", "path=Vp()"],
            "learned another source, target, path",
        ),
        (["--seed", "99"], "were trained with seed"),
        (["--steps", "40"], "--steps 40` trains them on"),
    ] {
        let all = [
            &[
                "export",
                place,
                "--figure",
                "trajectories",
                "--out",
                "a.svg",
            ][..],
            &change,
        ]
        .concat();
        let message = refusal(3, &all);
        assert!(message.contains(words), "{message}");
    }
}

/// A limit on the size of files, in blocks of 512 bytes or of 1024, stands for a full disk.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_keeps_the_old_figure() {
    let run = trained();
    let program = assert_cmd::cargo::cargo_bin!("pushforward");
    let film = [
        "--frames", "40", "--width", "3in", "--dpi", "60", "--paths", "20",
    ];
    for (kind, name, limit, flags) in [
        ("trajectories", "a.svg", "1", &[][..]),
        ("trajectories", "a.pdf", "1", &[]),
        ("trajectories", "a.npz", "1", &[]),
        ("film", "a.gif", "1", &film),
        ("film", "a.gif", "32", &film),
        ("film", "a.apng", "32", &film),
    ] {
        let out = folder();
        let file = out.path().join(name);
        put(&file, "the old one");
        let mut command = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\"");
        command.args(["-c", &script, "sh"]).arg(program);
        command.arg("export").arg(run.path());
        command.args(["--figure", kind, "--out"]).arg(&file);
        let assert = command.args(flags).assert().code(1);
        let message = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        for words in [name, "make room there, or write to another place"] {
            assert!(message.contains(words), "{name}, {limit}: {message}");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), "the old one");
        assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_folder_in_the_place_of_a_caption_is_found_before_anything_is_written() {
    let run = trained();
    let out = folder();
    let at = |name: &str| out.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(at("a.caption.tex")).unwrap();
    let (svg, csv) = (at("a.svg"), at("a.csv"));
    let place = run.path().to_str().unwrap();
    let args = [
        "export",
        place,
        "--figure",
        "trajectories",
        "--out",
        &csv,
        "--out",
        &svg,
    ];
    let message = refusal(1, &args);
    assert!(
        message.contains("a.caption.tex: is a folder, no file"),
        "{message}"
    );
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 1);
    let mut without = args.to_vec();
    without.push("--no-caption");
    pushforward().args(without).assert().code(0);
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 3);
}

#[test]
fn numbers_and_captions_are_written_beside_pictures() {
    let out = folder();
    let at = |name: &str| out.path().join(name).display().to_string();
    let export = |kind: &str, names: &[&str], code: i32| {
        let mut command = pushforward();
        command.args([
            "export",
            "eight-gaussians",
            "--quiet",
            "--set",
            "velocity=Exact",
            "--paths",
            "5",
        ]);
        command.args([
            "--set",
            "evaluation.samples=60",
            "--set",
            "evaluation.w2_samples=40",
            "--figure",
            kind,
        ]);
        for name in names {
            command.args(["--out", &at(name)]);
        }
        let assert = command.assert().code(code);
        String::from_utf8(assert.get_output().stderr.clone()).unwrap()
    };
    export(
        "trajectories",
        &["a.svg", "a.csv", "a.npz", "again.npz", "a.md"],
        0,
    );
    let read = |name: &str| fs::read_to_string(at(name)).unwrap();
    assert!(read("a.csv").starts_with("path,t,x,y\n0,0,"));
    assert!(read("a.md").starts_with("| lane |"), "{}", read("a.md"));
    assert!(fs::read(at("a.npz")).unwrap().starts_with(b"PK"));
    assert_eq!(
        fs::read(at("a.npz")).unwrap(),
        fs::read(at("again.npz")).unwrap()
    );
    assert!(!out.path().join("again.caption.txt").exists());
    let caption = read("a.caption.txt");
    for part in [
        "Eight Gaussians",
        "cond-OT",
        "independent",
        "he exact velocity",
        "S = ",
    ] {
        assert!(caption.contains(part), "{part}: {caption}");
    }
    assert!(read("a.caption.tex").contains("\\includegraphics[width=6.75in]{a.pdf}"));
    assert!(read("a.caption.tex").starts_with("% LaTeX reads PDF and PNG"));
    // 150 pictures of 5 particles are short enough to be read, thousands of samples are not.
    export("film", &["f.md"], 0);
    assert!(read("f.md").starts_with("| t | point | x | y |"));
    let refused = export("samples", &["b.md"], 3);
    assert!(refused.contains(".csv and .npz hold them"), "{refused}");
    export("samples", &["b.csv"], 0);
    let samples = read("b.csv");
    assert!(samples.starts_with("part,x,y\nsource,"));
    assert!(samples.contains("\nflow,") && samples.contains("\ntarget,"));
    let refused = export("samples", &["b.png"], 3);
    assert!(refused.contains(".csv, .npz, .md or .tex"), "{refused}");
    let refused = export("loss", &["c.csv"], 3);
    assert!(refused.contains("there is no loss"), "{refused}");
}

#[test]
fn a_trained_run_has_its_curves_and_a_film_of_its_training() {
    let run = trained();
    let out = folder();
    let path = |name: &str| out.path().join(name).to_str().unwrap().to_owned();
    let (svg, csv) = (path("loss.svg"), path("loss.csv"));
    exported(
        run.path(),
        &["--figure", "metrics", "--out", &svg, "--out", &csv],
    );
    assert!(fs::read_to_string(&svg).unwrap().contains("<polyline"));
    let numbers = fs::read_to_string(&csv).unwrap();
    assert!(
        numbers.starts_with("plot,name,line,x,y,stderr\n"),
        "{numbers}"
    );
    assert!(numbers.contains(",raw,0,") && numbers.contains(",mean,0,"));
    let gif = path("a.gif");
    let film = [
        "--figure",
        "film",
        "--over",
        "training",
        "--frames",
        "3",
        "--out",
        &gif,
        "--width",
        "2in",
        "--height",
        "2in",
        "--dpi",
        "50",
        "--hide",
        "legend,recipe",
        "--paths",
        "20",
    ];
    let (csv, npz, md) = (path("a.csv"), path("a.npz"), path("a.md"));
    let numbers = ["--out", &csv, "--out", &npz, "--out", &md];
    exported(run.path(), &[&film[..], &numbers].concat());
    assert!(fs::read(&gif).unwrap().starts_with(b"GIF89a"));
    let rows = fs::read_to_string(&csv).unwrap();
    assert!(rows.starts_with("step,t,point,x,y\n0,"), "{rows}");
    assert!(rows.contains("\n20,"), "{rows}");
    assert!(fs::read(&npz).unwrap().starts_with(b"PK"));
    let table = fs::read_to_string(&md).unwrap();
    assert!(table.starts_with("| step | t | point | x | y |"), "{table}");
}
