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
use crate::session::export::{self, Subject};
use crate::session::folder::Folder;
use crate::session::lanes_run;
use crate::session::run::{self, Keep, RunOptions};
use crate::session::{Crew, Hands};

/// Trains what has not been trained, and writes every figure.
///
/// # Errors
/// [`Failure`], with the file or the flag in it; files that were written before stay.
pub fn export(args: &ExportArgs, stop: Arc<AtomicBool>) -> Result<(), Failure> {
    let origin = Origin::find(&args.experiment)?;
    let experiment = input::changed(&args.experiment, origin.experiment()?, &args.changes)?;
    let figures = requested(args, &experiment)?;
    let mut reporter = Reporter::new(args.quiet, stop);
    let folder = match &origin {
        Origin::Folder(folder) => folder.clone(),
        _ => trained(args, &experiment, &mut reporter)?,
    };
    let crew = args.threads.map_or_else(Crew::of_all_cores, Crew::spawn);
    let crew = crew.map_err(|error| Failure::Failed(error.to_string()))?;
    let hands = Hands::of(&crew);
    let subjects = Subject::of_folder(&folder, &experiment, &crew)?;
    for figure in &figures {
        let options = export::options(figure, &experiment)?;
        let looked = (figure, &experiment.view);
        let drawn = export::draw(&subjects, looked, &hands, &mut reporter)?;
        let drawn = drawn.ok_or(Failure::Interrupted)?;
        for path in places(args, figure, &folder)? {
            let written = export::write(&path, &drawn.scene, &options)?;
            if !args.quiet {
                say(&format!("{} ({} bytes)\n", path.display(), written.bytes))?;
            }
        }
    }
    Ok(())
}

/// The figure of the flags, or those of the experiment.
fn requested(args: &ExportArgs, experiment: &Experiment) -> Result<Vec<Figure>, Failure> {
    let changed = |figure: &Figure| with_flags(args, figure.clone());
    let figures: Vec<Figure> = match &args.figure {
        Some(kind) => vec![changed(&Figure::new(kind.clone()))],
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
    checked.map_err(|error| refused(&error.to_string()))?;
    Ok(figures)
}

/// The figure with what the flags say of it.
fn with_flags(args: &ExportArgs, mut figure: Figure) -> Figure {
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
    figure.layers = args.layers.clone().or(figure.layers);
    figure.paths = args.paths.or(figure.paths);
    figure.title = args.title.clone().or(figure.title);
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
    Folder::open(&out)?;
    Ok(vec![out.join(&figure.file)])
}

/// The folder of the finished run of an experiment; it is made if there is none.
fn trained(
    args: &ExportArgs,
    experiment: &Experiment,
    reporter: &mut Reporter,
) -> Result<PathBuf, Failure> {
    let folder = Path::new("out").join(&experiment.words.name);
    let options = RunOptions {
        threads: args.threads,
        ..RunOptions::default()
    };
    let exact = |i| {
        experiment
            .lane(i)
            .is_ok_and(|lane| !lane.problem.velocity.is_learned())
    };
    if (0..experiment.n_lanes()).all(exact) {
        return Ok(folder);
    }
    let finished = if experiment.lanes.len() > 1 {
        lanes_run::run(experiment, &folder, Some(&folder), &options, reporter)?.finished
    } else {
        let only = experiment.only_lane();
        let only = only.map_err(|error| Failure::Input(error.to_string()))?;
        if lanes_run::is_finished(&folder, &only, Keep::Numbers) {
            return Ok(folder);
        }
        if !args.quiet {
            let _ = writeln!(io::stderr(), "trains into {}", folder.display());
        }
        run::run(&only, &folder, &options, reporter)?.finished
    };
    match finished {
        true => Ok(folder),
        false => Err(Failure::Interrupted),
    }
}
