use super::super::lanes_report::MetricsFile;
use super::super::observer::{Progress, Unobserved};
use super::super::run::run;
use super::*;
use crate::experiment::{Lane, presets};
use crate::session::export::Subject;
use crate::session::{lane_folders, lanes_run};

fn experiment(rounds: usize) -> Experiment {
    let preset = presets::find("eight-gaussians").unwrap();
    let mut experiment = preset.experiment().unwrap();
    experiment.problem.coupling = Coupling::Reflow {
        rounds,
        pairs: 400,
        batch: 1,
        fresh: 0,
    };
    experiment.model.hidden = vec![16, 16];
    experiment.training.steps = 400;
    experiment.training.batch = 64;
    experiment.readout.solver = experiment.readout.solver.with_steps(8);
    experiment.readout.evaluation.samples = 100;
    experiment.readout.evaluation.w2_samples = 50;
    experiment
}

fn options() -> RunOptions {
    RunOptions {
        threads: Some(1),
        ..RunOptions::default()
    }
}

fn number(folder: &Path, key: &str) -> f64 {
    MetricsFile::read(folder)
        .unwrap()
        .get(key)
        .unwrap()
        .as_f64()
        .unwrap()
}

/// Stops when it has heard of so many rounds.
struct Until {
    rounds: usize,
}

impl RunObserver for Until {
    fn progress(&mut self, _: &Progress) {}

    fn notice(&mut self, sentence: &str) {
        if sentence.starts_with("round ") {
            self.rounds = self.rounds.saturating_sub(1);
        }
    }

    fn interrupted(&self) -> bool {
        self.rounds == 0
    }
}

#[test]
fn every_round_is_a_run_of_its_own_on_the_pairs_of_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let asked = experiment(1);
    let outcome = run(&asked, folder.path(), &options(), &mut Unobserved).unwrap();
    assert!(outcome.finished);
    let [first, second] = [0, 1].map(|round| of_round(folder.path(), round));
    // The pairs of round 1 are the ends of the flow of round 0: its coupling cost is that flow's transport cost.
    let (cost, coupling) = (
        number(&first, "transport_cost"),
        number(&second, "coupling_cost"),
    );
    assert!((coupling / cost - 1.0).abs() < 0.25, "{coupling} of {cost}");
    let opened = folder::open(&second).unwrap();
    let given = opened.experiment.problem.pairs.unwrap();
    assert_eq!(given.x_0.len(), 400);
    assert!((given.cost() / cost - 1.0).abs() < 0.25);
    // The folder of the run is that of its last round, and opens as one.
    let whole = folder::open(folder.path()).unwrap();
    assert_eq!(whole.experiment.problem.coupling, asked.problem.coupling);
    assert_eq!(whole.experiment.problem.pairs.as_ref(), Some(&given));
    let metrics = |folder: &Path| std::fs::read(folder.join(names::METRICS)).unwrap();
    assert_eq!(metrics(folder.path()), metrics(&second));
    // Again, nothing is trained again: the same bytes.
    let state = std::fs::read(second.join(names::STATE)).unwrap();
    run(&asked, folder.path(), &options(), &mut Unobserved).unwrap();
    assert!(std::fs::read(second.join(names::STATE)).unwrap() == state);
}

#[test]
fn a_run_that_is_stopped_in_a_round_goes_on_as_if_it_had_not_been() {
    let asked = experiment(1);
    let [whole, stopped] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    run(&asked, whole.path(), &options(), &mut Unobserved).unwrap();
    let outcome = run(&asked, stopped.path(), &options(), &mut Until { rounds: 2 }).unwrap();
    assert!(!outcome.finished);
    assert!(!stopped.path().join(names::METRICS).exists());
    run(&asked, stopped.path(), &options(), &mut Unobserved).unwrap();
    let state = |folder: &Path| std::fs::read(of_round(folder, 1).join(names::STATE)).unwrap();
    assert!(state(whole.path()) == state(stopped.path()));
}

/// The network of the round before is in the state, and new pairs are the same however many threads draw them.
#[test]
fn fresh_pairs_are_made_by_the_network_of_the_round_before() {
    let with = |fresh: usize| {
        let mut asked = experiment(1);
        if let Coupling::Reflow { fresh: of, .. } = &mut asked.problem.coupling {
            *of = fresh;
        }
        asked.training.steps = 60;
        asked
    };
    let [alone, shared, fixed] = [(1, 1), (1, 2), (0, 1)].map(|(fresh, threads)| {
        let folder = tempfile::tempdir().unwrap();
        let options = RunOptions {
            threads: Some(threads),
            ..options()
        };
        run(&with(fresh), folder.path(), &options, &mut Unobserved).unwrap();
        folder
    });
    let losses = |folder: &Path| std::fs::read(of_round(folder, 1).join(names::LOSS)).unwrap();
    assert!(losses(alone.path()) == losses(shared.path()));
    assert!(losses(alone.path()) != losses(fixed.path()));
    let opened = folder::open(&of_round(alone.path(), 1)).unwrap();
    let given = opened.experiment.problem.pairs.unwrap();
    let carried = given.teacher().unwrap().carry(&given.x_0).unwrap();
    for (end, table) in carried.iter().zip(&given.x_1) {
        assert!((end[0] - table[0]).hypot(end[1] - table[1]) < 1e-4);
    }
}

#[test]
fn round_0_is_the_base() {
    let [reflow, plain] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let asked = experiment(0);
    run(&asked, reflow.path(), &options(), &mut Unobserved).unwrap();
    let mut base = asked.clone();
    base.problem.coupling = Coupling::Independent;
    run(&base, plain.path(), &options(), &mut Unobserved).unwrap();
    let loss = |folder: &Path| std::fs::read(folder.join(names::LOSS)).unwrap();
    assert_eq!(loss(reflow.path()), loss(plain.path()));
}

/// The last round may be one step: it learns the ends of a flow, is measured by its samples and opens as any other run.
#[test]
fn a_flow_is_distilled_to_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let asked = experiment(1).distilled();
    assert!(
        run(&asked, folder.path(), &options(), &mut Unobserved)
            .unwrap()
            .finished
    );
    let first = folder::open(&of_round(folder.path(), 0)).unwrap();
    assert!(!first.experiment.problem.velocity.is_one_step());
    let metrics = MetricsFile::read(folder.path()).unwrap().to_value();
    let value = |key: &str| metrics.as_object().unwrap().get(key).unwrap();
    for key in [
        "straightness",
        "path_energy",
        "transport_cost",
        "npe",
        "nll",
        "fm_error",
        "cfm_floor",
        "solver_error",
        "nfe_euler",
    ] {
        assert!(value(key).is_null(), "{key}: {}", value(key));
    }
    assert!(
        value("straightness_reason")
            .as_str()
            .unwrap()
            .contains("One step")
    );
    assert_eq!(value("nfe"), 1);
    assert!(value("w2").as_f64().unwrap().is_finite());
    let opened = folder::open(folder.path()).unwrap();
    assert_eq!(opened.experiment.problem.velocity, asked.problem.velocity);
    // Its ends are those of the flow that it was distilled from, far nearer than independent points are.
    let losses = number(folder.path(), "loss");
    let given = opened.experiment.problem.pairs.unwrap();
    assert!(losses < 0.5 * given.cost(), "{losses} of {}", given.cost());
    // A file with lines of one step each.
    let table = std::fs::read_to_string(folder.path().join(names::TRAJECTORIES)).unwrap();
    assert_eq!(table.lines().count(), 1 + 2 * 100);
}

/// Rounds stand side by side as lanes of one run, with the figure of them, and the folder opens again.
#[test]
fn rounds_are_lanes_as_any_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut document = experiment(0);
    document.problem.coupling = Coupling::Independent;
    document.training.steps = 100;
    let lane = |title: &str, set: &[&str]| Lane {
        title: title.to_owned(),
        set: set.iter().map(|set| set.parse().unwrap()).collect(),
    };
    document.lanes = vec![
        lane("1-RF", &[]),
        lane("2-RF", &["coupling=Reflow(rounds: 1, pairs: 200)"]),
    ];
    for _ in 0..2 {
        let outcome = lanes_run::run(&document, folder.path(), None, &options(), &mut Unobserved);
        let outcome = outcome.unwrap();
        assert!(outcome.finished && outcome.lanes.len() == 2);
    }
    assert!(folder.path().join(names::LANES[1]).exists());
    let saved = lane_folders::saved(folder.path(), &document).unwrap();
    let given = saved[1]
        .as_ref()
        .unwrap()
        .state
        .experiment
        .problem
        .pairs
        .as_ref();
    assert_eq!(given.unwrap().x_0.len(), 200);
    let subjects = Subject::of_folder(folder.path(), &document, &Crew::alone()).unwrap();
    assert_eq!(subjects.len(), 2);
}
