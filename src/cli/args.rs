//! The command line's grammar. What the words mean is decided elsewhere.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, value_parser};

use crate::experiment::figure::{FilmOver, Length, Show, TextAs};
use crate::experiment::{FigureKind, Layer, Over, Override};
use crate::model::DeviceChoice;
use crate::session::compare::Shard;
use crate::session::run::{Keep, RunOptions};

/// An interactive laboratory for flow matching in two dimensions.
///
/// Without a command it opens the window.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub struct CommandLine {
    /// A preset's name, a .ron file, the folder of a run, or - for standard input
    pub experiment: Option<PathBuf>,
    /// What differs from the experiment.
    #[command(flatten)]
    pub changes: Changes,
    /// What to do instead of opening the window.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 failed while running; 2 malformed flags; 3 bad input; 130 stopped by Ctrl-C after saving \
what there is.";

const GOING_ON: &str = "\
The folder of a run is gone on in, from its state.safetensors: an interrupted run ends as if it had not been \
interrupted, a finished one takes the steps that --steps adds, and without steps left it is measured again. With a \
cosine schedule, more steps are a new schedule over those that are left. Another source, target, path, coupling or \
sigma keeps the weights and starts the schedule again over training.steps more; the rest of the experiment is taken \
over as it is. Another seed or network needs --fresh. A folder of an earlier version has no state: its averaged \
weights go on, and the optimizer's moments start afresh.";

const COMPARING: &str = "\
The lanes of the experiment times the values of every --over are trained with every seed, each run in \
DIR/runs/<lane>/seed-<seed>. Of a run that is finished there and the same but for its view nothing is done again; one \
that was interrupted goes on. DIR gets runs.csv (a row a run), table.csv (a row a lane and number: mean, standard error, \
n), table.md, table.tex, lanes.svg and lanes.png, with a list of numbers curve.svg and curve.png, and experiment.ron, so \
that it opens in the window. A run that fails is a row with its error: the others go on, and the exit code is 1.

Several machines share one folder: --shard 3/8 does the third eighth of the runs and nothing else, and a call without it \
does what is missing, waits for what another process is at, and gathers.

  pushforward compare eight-gaussians --over 'path=CondOt(),Vp(),Ve()' \\
      --over 'coupling=Independent,BatchOt(batch:256)' --seeds 3 --out grid";

const EXPORTING: &str = "\
The folder of a run is drawn with the weights that are there, whatever its steps; of a preset or a file that has not been \
trained, the run is made first, in out/NAME, and used again afterwards. Without --figure the figures of the experiment \
(`figures: [(file: \"a.svg\", kind: Trajectories)]`) are written into --out, which is then a folder (default: the run's). \
The same weights and the same flags are the same bytes.

  pushforward export out/two-moons --figure trajectories --out moons.svg --width 3.25in --paths 100";

/// The commands that need no window.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Train, solve, measure and write the results, without a window
    #[command(after_help = GOING_ON)]
    Run(RunArgs),
    /// Train lanes side by side, over lists of values and several seeds, and write tables and figures of them
    #[command(after_help = COMPARING)]
    Compare(CompareArgs),
    /// Write figures of what was trained: vectors or pixels, by the suffix
    #[command(after_help = EXPORTING)]
    Export(Box<ExportArgs>),
    /// Print log p_1, the density that a trained flow gives its samples, at points of the canvas
    Likelihood(LikelihoodArgs),
    /// List the built-in experiments, or print one
    Presets {
        /// Print this preset's file
        #[arg(long, value_name = "NAME")]
        ron: Option<String>,
    },
    /// Measure how fast this machine trains, couples and evaluates (about half a minute)
    Bench(BenchArgs),
    /// Validate an experiment
    Check(CheckArgs),
}

/// What may be changed wherever an experiment is named.
#[derive(Args, Debug, Default)]
pub struct Changes {
    /// Training steps in all, instead of the experiment's
    #[arg(long, value_name = "N")]
    pub steps: Option<u64>,
    /// Seed, instead of the experiment's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Override one field: a dotted path and a value as in a file; repeatable, applied in order
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = parse_override)]
    pub overrides: Vec<Override>,
}

impl Changes {
    /// Whether the experiment stays as it is named.
    pub fn is_empty(&self) -> bool {
        self.steps.is_none() && self.seed.is_none() && self.overrides.is_empty()
    }
}

/// The flags of `check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// A preset's name, a .ron file, a run's folder, or - for standard input
    pub experiment: PathBuf,
    /// What differs from the experiment.
    #[command(flatten)]
    pub changes: Changes,
}

/// The flags of `run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// A preset's name, a .ron file, the folder of a run, which is gone on in, or - for standard input
    pub experiment: PathBuf,
    /// Where the results go; created if missing (default: out/NAME, or the folder of a run itself)
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Train from nothing in the folder of a run, instead of going on
    #[arg(long)]
    pub fresh: bool,
    /// What differs from the experiment.
    #[command(flatten)]
    pub changes: Changes,
    /// Where to train: auto, cpu or gpu
    #[arg(long, value_name = "DEVICE", default_value_t)]
    pub device: DeviceChoice,
    /// Threads to compute with [default: all]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// Seconds between two saves of what training goes on from
    #[arg(long, value_name = "SECONDS", default_value_t = RunOptions::SAVE_EVERY.as_secs(), value_parser = value_parser!(u64).range(1..=86_400))]
    pub save_every: u64,
    /// Write reference_trajectories.csv, too: positions and velocities that the metrics are measured along
    #[arg(long)]
    pub reference_trajectories: bool,
    /// Most checkpoints of the weights that are kept of the training, in at most 64 MB; 0 for none
    #[arg(long, value_name = "N", default_value_t = RunOptions::CHECKPOINTS)]
    pub checkpoints: usize,
    /// What is left of a finished run: all, or numbers (no table and no figure of its trajectories)
    #[arg(long, value_name = "WHAT", default_value_t)]
    pub keep: Keep,
    /// Write density.npy, too: the density that the flow gives its samples, on N x N cells over mass_bounds
    #[arg(long, value_name = "N", value_parser = parse_cells)]
    pub density: Option<usize>,
    /// Print nothing but errors
    #[arg(long)]
    pub quiet: bool,
}

/// The flags of `likelihood`.
#[derive(Args, Debug)]
pub struct LikelihoodArgs {
    /// The folder of a run
    pub run: PathBuf,
    /// A point of the canvas; repeatable
    #[arg(long, value_name = "X,Y", required = true, allow_hyphen_values = true, value_parser = parse_point)]
    pub at: Vec<[f64; 2]>,
    /// What differs from the run's experiment, such as evaluation.divergence.
    #[command(flatten)]
    pub changes: Changes,
}

/// The flags of `export`.
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// A preset's name, a .ron file, the folder of a run, or - for standard input
    pub experiment: PathBuf,
    /// What the figure shows, by name or as in a file, such as 'Density(of: Exact)'
    #[arg(long, value_name = "KIND", value_parser = parse_kind)]
    pub figure: Option<FigureKind>,
    /// Where it goes; the suffix chooses the format; repeatable
    #[arg(long, value_name = "FILE")]
    pub out: Vec<PathBuf>,
    /// How it looks: the name of a style, or a file of one that ends in .ron
    #[arg(long, value_name = "STYLE")]
    pub style: Option<String>,
    /// Width of the page, in in, mm, pt or px
    #[arg(long, value_name = "LENGTH")]
    pub width: Option<Length>,
    /// Height of the page
    #[arg(long, value_name = "LENGTH")]
    pub height: Option<Length>,
    /// Dots per inch
    #[arg(long, value_name = "N")]
    pub dpi: Option<f64>,
    /// The ground: style, none (transparent) or a colour, #rrggbb
    #[arg(long, value_name = "COLOR")]
    pub background: Option<String>,
    /// What becomes of text in vector formats: outlines or text
    #[arg(long, value_name = "AS", value_parser = parse_text)]
    pub text: Option<TextAs>,
    /// The times that are shown
    #[arg(
        long,
        value_name = "T,..",
        allow_hyphen_values = true,
        value_delimiter = ','
    )]
    pub t: Vec<f64>,
    /// Ends of the x axis
    #[arg(long, value_name = "A,B", allow_hyphen_values = true, value_parser = parse_point)]
    pub xlim: Option<[f64; 2]>,
    /// Ends of the y axis
    #[arg(long, value_name = "A,B", allow_hyphen_values = true, value_parser = parse_point)]
    pub ylim: Option<[f64; 2]>,
    /// The layers that are drawn, such as target,trajectories, or none
    #[arg(long, value_name = "LAYER,..", value_parser = parse_layers)]
    pub layers: Option<LayerList>,
    /// How many trajectories are drawn
    #[arg(long, value_name = "N")]
    pub paths: Option<usize>,
    /// Panels side by side, of lanes
    #[arg(long, value_name = "N")]
    pub columns: Option<usize>,
    /// The heading, in which $..$ is a formula; an empty one for none
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// What is left out around the data: ticks, frame, letters, legend, numbers, recipe
    #[arg(long, value_name = "PART,..", value_delimiter = ',', value_parser = PossibleValuesParser::new(Show::PARTS))]
    pub hide: Vec<String>,
    /// Write no caption beside pictures
    #[arg(long)]
    pub no_caption: bool,
    /// Of films: how many pictures, without those of the pause
    #[arg(long, value_name = "N")]
    pub frames: Option<usize>,
    /// Of films: pictures a second
    #[arg(long, value_name = "N")]
    pub rate: Option<f64>,
    /// Of films: what runs, time, training or both
    #[arg(long, value_name = "WHAT", value_parser = parse_film_over)]
    pub over: Option<FilmOver>,
    /// What differs from the experiment.
    #[command(flatten)]
    pub changes: Changes,
    /// Where to train what is not trained: auto, cpu or gpu
    #[arg(long, value_name = "DEVICE", default_value_t)]
    pub device: DeviceChoice,
    /// Threads to compute with [default: all]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// Print nothing but errors
    #[arg(long)]
    pub quiet: bool,
}

/// The flags of `compare`.
#[derive(Args, Debug)]
pub struct CompareArgs {
    /// A preset's name, a .ron file, the folder of a run, or - for standard input
    pub experiment: PathBuf,
    /// A lane for each of these values, split at commas outside brackets and quotes; several lists are multiplied
    #[arg(long, value_name = "KEY=V1,V2,..", value_parser = parse_over)]
    pub over: Vec<Over>,
    /// Runs of each lane: its seed, the next one, ..
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u64).range(1..=10_000))]
    pub seeds: u64,
    /// Processes that work at the same time [default: as many as the cores have room for]
    #[arg(long, value_name = "N", value_parser = parse_jobs)]
    pub jobs: Option<usize>,
    /// Do only the I-th of N parts of the runs, and nothing else
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,
    /// What is left of each run: numbers, or all (with its table and figure of trajectories)
    #[arg(long, value_name = "WHAT", default_value_t = Keep::Numbers)]
    pub keep: Keep,
    /// Where everything goes; created if missing
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// What differs from the experiment.
    #[command(flatten)]
    pub changes: Changes,
    /// Where to train: auto, cpu or gpu
    #[arg(long, value_name = "DEVICE", default_value_t)]
    pub device: DeviceChoice,
    /// Threads of each process; jobs times threads are at most the cores [default: what the jobs leave]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// Print nothing but errors
    #[arg(long)]
    pub quiet: bool,
}

/// The flags of `bench`.
#[derive(Args, Debug)]
pub struct BenchArgs {
    /// Print JSON instead of a table
    #[arg(long)]
    pub json: bool,
    /// Measure how cost grows with width, batch and particles instead
    #[arg(long)]
    pub scaling: bool,
    /// Threads to train with [default: all]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<usize>,
}

fn parse_override(text: &str) -> Result<Override, String> {
    let parsed = text.parse::<Override>();
    parsed.map_err(|error| format!("{error}; try --set 'training.batch=512'"))
}

fn parse_over(text: &str) -> Result<Over, String> {
    let parsed = text.parse::<Over>();
    parsed.map_err(|error| format!("{error}; try --over 'training.batch=64,256'"))
}

fn parse_kind(text: &str) -> Result<FigureKind, String> {
    let named = FigureKind::named(text).or_else(|| ron::from_str(text).ok());
    named.ok_or_else(|| format!("the kinds are {}", FigureKind::NAMES.join(", ")))
}

fn parse_film_over(text: &str) -> Result<FilmOver, String> {
    FilmOver::named(text).ok_or_else(|| "expected time, training or both".to_owned())
}

fn parse_text(text: &str) -> Result<TextAs, String> {
    match text {
        "outlines" => Ok(TextAs::Outlines),
        "text" => Ok(TextAs::Text),
        _ => Err("expected outlines or text".to_owned()),
    }
}

/// Layers in one word, with commas between them.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerList(pub Vec<Layer>);

fn parse_layers(text: &str) -> Result<LayerList, String> {
    match text {
        "none" => Ok(LayerList(Vec::new())),
        list => {
            let layers: Result<Vec<Layer>, String> = list.split(',').map(parse_layer).collect();
            layers.map(LayerList)
        }
    }
}

fn parse_layer(text: &str) -> Result<Layer, String> {
    let letters = |name: &str| {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.collect::<String>().to_lowercase()
    };
    let name = |layer: &Layer| format!("{layer:?}");
    let mut all = Layer::ALL.into_iter();
    let found = all.find(|layer| letters(&name(layer)) == letters(text));
    found.ok_or_else(|| {
        let names: Vec<String> = Layer::ALL.iter().map(name).collect();
        format!("the layers are {}", names.join(", "))
    })
}

fn parse_jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=1024) => Ok(n),
        _ => Err("expected a number of processes, 1 to 1024".to_owned()),
    }
}

fn parse_cells(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 2..=4096) => Ok(n),
        _ => Err("expected a number of cells, 2 to 4096".to_owned()),
    }
}

fn parse_point(text: &str) -> Result<[f64; 2], String> {
    let point = text.split_once(',').and_then(|(x, y)| {
        let [x, y] = [x, y].map(|part| part.trim().parse::<f64>().ok());
        Some([x?, y?])
    });
    let finite = point.filter(|point| point.iter().all(|x| x.is_finite()));
    finite.ok_or_else(|| "expected two numbers, such as 1.5,-2".to_owned())
}

fn parse_threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n @ 1..=1024) => Ok(n),
        _ => Err("expected a number of threads, 1 to 1024".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<CommandLine, clap::Error> {
        CommandLine::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_grammar_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn run_takes_every_flag_of_the_contract() {
        let line = "pushforward run vp --out a/b --steps 5 --seed 7 --device cpu --threads 2 --quiet --fresh \
                    --reference-trajectories --save-every 5 --checkpoints 0 --set path=Vp(beta_min:0.1,beta_max:20.0) \
                    --set training.batch=512";
        let Some(Verb::Run(run)) = parse(line).unwrap().verb else {
            panic!("not a run");
        };
        assert_eq!(
            (run.changes.steps, run.changes.seed, run.threads),
            (Some(5), Some(7), Some(2))
        );
        assert_eq!(run.device, DeviceChoice::Cpu);
        assert!(run.quiet && run.fresh && run.reference_trajectories);
        assert_eq!((run.save_every, run.checkpoints), (5, 0));
        let overrides = run.changes.overrides;
        assert_eq!(overrides[0].key, "path");
        assert_eq!(overrides[0].value, "Vp(beta_min:0.1,beta_max:20.0)");
        assert_eq!(overrides[1].value, "512");
    }

    #[test]
    fn compare_takes_every_flag_of_the_contract() {
        let line = "pushforward compare vp --over path=Vp(beta_min:0.1,beta_max:20.0),Cosine --over training.batch=1,2 \
                    --seeds 3 --jobs 2 --shard 3/8 --keep all --out a/b --set seed=4 --steps 5 --device cpu \
                    --threads 2 --quiet";
        let Some(Verb::Compare(compare)) = parse(line).unwrap().verb else {
            panic!("not a comparison");
        };
        assert_eq!(
            compare.over[0].values,
            ["Vp(beta_min:0.1,beta_max:20.0)", "Cosine"]
        );
        assert_eq!(compare.over[1].key, "training.batch");
        assert_eq!((compare.seeds, compare.jobs), (3, Some(2)));
        assert_eq!((compare.threads, compare.quiet), (Some(2), true));
        assert_eq!(compare.shard.unwrap().to_string(), "3/8");
        assert_eq!(compare.keep, Keep::All);
        assert_eq!(compare.changes.steps, Some(5));
    }

    #[test]
    fn export_takes_every_flag_of_the_contract() {
        let line = "pushforward export vp --figure Density(of:Exact) --out a.svg --out b.png --style paper --width 82mm \
                    --height 200px --dpi 200 --background none --text text --t 0,0.5,1 --xlim=-4,4 --ylim -3,3 \
                    --layers exact-density,Target,field_error --paths 7 --title A --set seed=4 --steps 5 --device cpu \
                    --threads 2 --quiet";
        let Some(Verb::Export(export)) = parse(line).unwrap().verb else {
            panic!("not an export");
        };
        assert_eq!(export.figure.map(|kind| kind.name()), Some("density"));
        assert_eq!((export.out.len(), export.dpi), (2, Some(200.0)));
        assert_eq!(export.width, Some(Length::Millimetres(82.0)));
        assert_eq!(export.height, Some(Length::Pixels(200.0)));
        assert_eq!(export.t, [0.0, 0.5, 1.0]);
        assert_eq!(
            export.xlim.zip(export.ylim),
            Some(([-4.0, 4.0], [-3.0, 3.0]))
        );
        let layers = [Layer::ExactDensity, Layer::Target, Layer::FieldError];
        assert_eq!(export.layers, Some(LayerList(layers.to_vec())));
        assert_eq!((export.text, export.paths), (Some(TextAs::Text), Some(7)));
        assert_eq!((export.threads, export.quiet), (Some(2), true));
        assert_eq!(export.device, DeviceChoice::Cpu);
        let line = "pushforward export vp --figure film --out a.gif --frames 9 --rate 5";
        let Some(Verb::Export(film)) = parse(line).unwrap().verb else {
            panic!("not an export");
        };
        assert_eq!((film.frames, film.rate), (Some(9), Some(5.0)));
    }

    #[test]
    fn bench_takes_its_flags() {
        let line = "pushforward bench --json --scaling --threads 2";
        let Some(Verb::Bench(bench)) = parse(line).unwrap().verb else {
            panic!("not a bench");
        };
        assert!(bench.json && bench.scaling);
        assert_eq!(bench.threads, Some(2));
    }

    #[test]
    fn a_bare_word_is_an_experiment_for_the_window() {
        let line = parse("pushforward rings").unwrap();
        assert_eq!(line.experiment, Some(PathBuf::from("rings")));
        assert!(line.verb.is_none());
    }

    #[test]
    fn an_experiment_can_be_changed_wherever_it_is_named() {
        for line in [
            "pushforward rings --steps 5 --seed 7 --set title=x=y",
            "pushforward --steps 5 --seed 7 --set title=x=y rings",
            "pushforward run rings --steps 5 --seed 7 --set title=x=y",
            "pushforward check rings --steps 5 --seed 7 --set title=x=y",
        ] {
            let line = parse(line).unwrap();
            let (name, changes) = match line.verb {
                None => (line.experiment.unwrap(), line.changes),
                Some(Verb::Run(run)) => (run.experiment, run.changes),
                Some(Verb::Check(check)) => (check.experiment, check.changes),
                Some(_) => panic!("another verb"),
            };
            assert_eq!(name, Path::new("rings"));
            assert_eq!((changes.steps, changes.seed), (Some(5), Some(7)));
            assert_eq!(changes.overrides[0].value, "x=y");
            assert!(!changes.is_empty());
        }
        assert!(parse("pushforward").unwrap().changes.is_empty());
        let line = parse("pushforward -").unwrap();
        assert_eq!(line.experiment, Some(PathBuf::from("-")));
    }

    #[test]
    fn malformed_flags_are_refused() {
        for line in [
            "pushforward run",
            "pushforward run vp --steps many",
            "pushforward run vp --steps -1",
            "pushforward run vp --device tpu",
            "pushforward run vp --threads 0",
            "pushforward run vp --save-every 0",
            "pushforward run vp --checkpoints -1",
            "pushforward run vp --set batch",
            "pushforward run vp --set =1",
            "pushforward run vp --nonsense",
            "pushforward vp two-moons",
            "pushforward check",
            "pushforward presets --ron",
            "pushforward run vp --keep some",
            "pushforward compare vp",
            "pushforward compare --out a",
            "pushforward compare vp --out a --over path",
            "pushforward compare vp --out a --over path=Vp(),",
            "pushforward compare vp --out a --over path=Vp(",
            "pushforward compare vp --out a --seeds 0",
            "pushforward compare vp --out a --jobs 0",
            "pushforward compare vp --out a --shard 9/8",
            "pushforward compare vp --out a --keep some",
            "pushforward export",
            "pushforward export vp --figure plot --out a.svg",
            "pushforward export vp --figure strip --out a.svg --width 3",
            "pushforward export vp --figure strip --out a.svg --width -3in",
            "pushforward export vp --figure strip --out a.svg --layers nothing",
            "pushforward export vp --figure strip --out a.svg --xlim=4",
            "pushforward export vp --figure strip --out a.svg --text bold",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
