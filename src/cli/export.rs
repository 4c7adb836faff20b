//! `pushforward export`: figures of what was trained, as files.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::args::ExportArgs;
use super::input::{self, Origin};
use super::outcome::{Failure, say};
use super::progress::Reporter;
use crate::experiment::figure::Background;
use crate::experiment::{Experiment, Figure, FigureKind};
use crate::export::flatten::MAX_VERTICES;
use crate::session::export::{self, Subject};
use crate::session::lanes_run;
use crate::session::run::{self, Keep, RunObserver, RunOptions};
use crate::session::{Crew, Hands};

/// Trains what has not been trained, and writes every figure.
///
/// # Errors
/// [`Failure`], with the file or the flag in it; figures that were written before stay.
pub fn export(args: &ExportArgs, stop: Arc<AtomicBool>) -> Result<(), Failure> {
    let origin = Origin::find(&args.experiment)?;
    let experiment = input::changed(&args.experiment, origin.experiment()?, &args.changes)?;
    let figures = requested(args, &experiment)?;
    if let (Origin::Folder(folder), Some(steps)) = (&origin, args.changes.steps) {
        let folder = folder.display();
        return Err(Failure::Input(format!(
            "{folder} is drawn with the weights that are there; `pushforward run {folder} --steps {steps}` trains them on"
        )));
    }
    let home = match &origin {
        Origin::Folder(folder) => folder.clone(),
        _ => Path::new("out").join(&experiment.words.name),
    };
    let mut jobs = Vec::new();
    for figure in &figures {
        let places = places(args, figure, &home)?;
        jobs.push((figure, export::options(figure, &experiment)?, places));
    }
    // What cannot be written is found before anything is trained.
    for (figure, _, places) in &jobs {
        for path in places {
            export::check(figure, path)?;
        }
    }
    let mut reporter = Reporter::new(args.quiet, stop);
    let folder = match &origin {
        Origin::Folder(folder) => folder.clone(),
        _ => trained(args, &experiment, &home, &mut reporter)?,
    };
    let crew = args.threads.map_or_else(Crew::of_all_cores, Crew::spawn);
    let crew = crew.map_err(|error| Failure::Failed(error.to_string()))?;
    let hands = Hands::of(&crew);
    let subjects = Subject::of_folder(&folder, &experiment, &crew)?;
    for (figure, options, places) in jobs {
        let looked = (figure, &experiment.view);
        let drawn = export::draw(&subjects, looked, &hands, &mut reporter)?;
        let drawn = Arc::new(drawn.ok_or(Failure::Interrupted)?);
        let missing = drawn.missing_glyphs();
        if !missing.is_empty() {
            reporter.notice(&format!(
                "no font has a glyph for {missing}: name a font file in a style (font: \"my.otf\")"
            ));
        }
        for unset in drawn.unset_formulas() {
            reporter.notice(&unset);
        }
        let written = export::write(&places, figure, &drawn, &options, &hands, &mut reporter)?;
        for (path, written) in places.iter().zip(written.ok_or(Failure::Interrupted)?) {
            if !written.pictures.is_empty() {
                let layers: Vec<_> = written.pictures.iter().map(|layer| layer.name()).collect();
                reporter.notice(&format!(
                    "{}: {} of more than {MAX_VERTICES} vertices became a picture of {} dots per inch",
                    path.display(),
                    layers.join(" and "),
                    options.dpi
                ));
            }
            if !args.quiet {
                let [width, height] = drawn.scene.size.map(|points| points / 72.0);
                say(&format!(
                    "{}: {width:.2} x {height:.2} in, {} bytes\n",
                    path.display(),
                    written.bytes
                ))?;
            }
        }
    }
    Ok(())
}

/// The figure of the flags, or those of the experiment.
fn requested(args: &ExportArgs, experiment: &Experiment) -> Result<Vec<Figure>, Failure> {
    let changed = |figure: &Figure| with_flags(args, figure.clone());
    let figures: Vec<Figure> = match &args.figure {
        Some(kind) => {
            let first = args.out.first();
            let file = first.map(|out| out.display().to_string());
            vec![changed(&Figure {
                file: file.unwrap_or_default(),
                ..Figure::new(kind.clone())
            })]
        }
        None => experiment.figures.iter().map(changed).collect(),
    };
    let refused =
        |message: &str| Failure::Input(format!("{}: {message}", args.experiment.display()));
    if figures.is_empty() {
        let kinds = FigureKind::NAMES.join(", ");
        return Err(refused(&format!(
            "the experiment has no `figures`; --figure trajectories --out a.svg writes one (the kinds are {kinds})"
        )));
    }
    if args.figure.is_some() && args.out.is_empty() {
        return Err(refused("where does the figure go? --out a.svg"));
    }
    let named = Experiment {
        figures: figures.clone(),
        ..experiment.clone()
    };
    let checked = named.validate();
    checked.map_err(|error| match error.to_string() {
        words if args.figure.is_some() => refused(&in_flags(&words)),
        words => refused(&words),
    })?;
    if !figures.iter().any(|figure| is_film(&figure.kind)) {
        let asked = [
            args.frames.is_some(),
            args.rate.is_some(),
            args.over.is_some(),
        ];
        if asked.contains(&true) {
            return Err(refused(
                "--frames, --rate and --over are those of films: --figure film --out a.gif",
            ));
        }
    }
    Ok(figures)
}

fn is_film(kind: &FigureKind) -> bool {
    matches!(kind, FigureKind::Film { .. })
}

/// A refusal of the one figure that flags describe, with the flag in the place of the field and one that works.
fn in_flags(words: &str) -> String {
    const WORK: [(&str, &str); 10] = [
        ("width", "--width 3.25in"),
        ("height", "--height 82mm"),
        ("dpi", "--dpi 300"),
        ("background", "--background none"),
        ("t", "--t 0,0.5,1"),
        ("xlim", "--xlim=-4,4"),
        ("ylim", "--ylim=-4,4"),
        ("layers", "--layers target,trajectories"),
        ("paths", "--paths 100"),
        ("columns", "--columns 3"),
    ];
    let Some(rest) = words.strip_prefix("figures[0].") else {
        return words.to_owned();
    };
    let rest = rest.strip_prefix("kind.").unwrap_or(rest);
    let name = rest.split(' ').next().unwrap_or_default();
    let works = WORK.iter().find(|(flag, _)| *flag == name);
    let works = works.map_or(String::new(), |(_, line)| format!("; try {line}"));
    format!("--{rest}{works}")
}

/// The figure with what the flags say of it.
fn with_flags(args: &ExportArgs, mut figure: Figure) -> Figure {
    if let FigureKind::Film {
        frames, rate, over, ..
    } = &mut figure.kind
    {
        *over = args.over.unwrap_or(*over);
        *frames = args.frames.unwrap_or(*frames);
        *rate = args.rate.unwrap_or(*rate);
    }
    if let Some(style) = &args.style {
        figure.style.clone_from(style);
    }
    figure.width = args.width.or(figure.width);
    figure.height = args.height.or(figure.height);
    figure.dpi = args.dpi.unwrap_or(figure.dpi);
    figure.text = args.text.unwrap_or(figure.text);
    if let Some(background) = &args.background {
        figure.background = match background.as_str() {
            "style" => Background::Style,
            "none" => Background::None,
            color => Background::Color(color.to_owned()),
        };
    }
    if !args.t.is_empty() {
        figure.times.clone_from(&args.t);
    }
    let pair = |limits: Option<[f64; 2]>| limits.map(|[a, b]| (a, b));
    figure.x_limits = pair(args.xlim).or(figure.x_limits);
    figure.y_limits = pair(args.ylim).or(figure.y_limits);
    let layers = args.layers.as_ref().map(|layers| layers.0.clone());
    figure.layers = layers.or(figure.layers);
    figure.paths = args.paths.or(figure.paths);
    figure.columns = args.columns.or(figure.columns);
    figure.title = args.title.clone().or(figure.title);
    figure.caption &= !args.no_caption;
    for name in &args.hide {
        if let Some(part) = figure.show.part(name) {
            *part = false;
        }
    }
    figure
}

/// Where a figure is written.
fn places(args: &ExportArgs, figure: &Figure, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    if args.figure.is_some() {
        return args
            .out
            .iter()
            .map(|out| input::home_expanded(out))
            .collect();
    }
    let out = args.out.first().map(|out| input::home_expanded(out));
    let out = out.transpose()?.unwrap_or_else(|| folder.to_owned());
    Ok(vec![out.join(&figure.file)])
}

/// The folder of the finished run of an experiment; it is made if there is none.
fn trained(
    args: &ExportArgs,
    experiment: &Experiment,
    folder: &Path,
    reporter: &mut Reporter,
) -> Result<PathBuf, Failure> {
    let options = RunOptions {
        device: args.device,
        threads: args.threads,
        ..RunOptions::default()
    };
    let exact = |i| {
        experiment
            .lane(i)
            .is_ok_and(|lane| !lane.problem.velocity.is_learned())
    };
    if (0..experiment.n_lanes()).all(exact) {
        return Ok(folder.to_owned());
    }
    let finished = if experiment.lanes.len() > 1 {
        lanes_run::run(experiment, folder, Some(folder), &options, reporter)?.finished
    } else {
        let only = experiment.only_lane();
        let only = only.map_err(|error| Failure::Input(error.to_string()))?;
        if run::is_finished(folder, &only, Keep::Numbers) {
            return Ok(folder.to_owned());
        }
        if !args.quiet {
            let _ = writeln!(io::stderr(), "trains into {}", folder.display());
        }
        run::run(&only, folder, &options, reporter)?.finished
    };
    match finished {
        true => Ok(folder.to_owned()),
        false => Err(Failure::Interrupted),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::{CommandLine, Verb};
    use super::*;
    use crate::experiment::Layer;
    use crate::experiment::figure::{DensityOf, Show, StripOf, TextAs};
    use crate::experiment::presets;

    /// The figure that a command line with these flags asks for.
    fn parsed(flags: Vec<String>) -> Figure {
        let words = ["pushforward", "export", "two-moons", "--out", "a.gif"];
        let words = words.map(str::to_owned).into_iter().chain(flags);
        let Some(Verb::Export(args)) = CommandLine::try_parse_from(words).unwrap().verb else {
            panic!("another verb");
        };
        let experiment = presets::find("two-moons").unwrap().experiment().unwrap();
        requested(&args, &experiment).unwrap().remove(0)
    }

    #[test]
    fn flags_of_a_figure_are_read_as_the_same_figure() {
        let named = |name: &str| Figure {
            file: "a.gif".to_owned(),
            ..Figure::new(FigureKind::named(name).unwrap())
        };
        let mut figures: Vec<Figure> = FigureKind::NAMES.into_iter().map(named).collect();
        let kinds = [
            FigureKind::Strip {
                of: StripOf::Density,
            },
            FigureKind::Density {
                of: DensityOf::Difference,
            },
        ];
        for kind in kinds {
            figures.push(Figure {
                kind,
                style: "slide-light".to_owned(),
                width: "82.5mm".parse().ok(),
                height: "1200px".parse().ok(),
                dpi: 123.5,
                background: Background::Color("#f5f5f5".to_owned()),
                text: TextAs::Text,
                times: vec![0.1, 1.0 / 3.0],
                x_limits: Some((-4.25, -1.0)),
                y_limits: Some((0.0, 0.75)),
                layers: Some(Layer::ALL.into_iter().rev().collect()),
                paths: Some(7),
                title: Some("-- it's a \"title\", 流れ".to_owned()),
                ..named("trajectories")
            });
        }
        for (i, name) in Show::PARTS.into_iter().enumerate() {
            let mut figure = named("lanes");
            *figure.show.part(name).unwrap() = false;
            *figure.show.part(Show::PARTS[0]).unwrap() = i % 2 == 0;
            figure.background = Background::None;
            figure.title = Some(String::new());
            figure.layers = Some(Vec::new());
            figures.push(figure);
        }
        let mut film = named("film");
        if let FigureKind::Film {
            frames,
            rate,
            pause,
            repeat,
            ..
        } = &mut film.kind
        {
            (*frames, *rate, *pause, *repeat) = (17, 12.5, 0.25, false);
        }
        figures.push(film);
        for figure in figures {
            assert_eq!(parsed(figure.flags()), figure, "{:?}", figure.flags());
        }
    }
}
