use super::*;
use crate::experiment::presets;

fn comparison(lists: &[&str], seeds: u64) -> Comparison {
    let base = presets::find("two-moons").unwrap().experiment().unwrap();
    let lists = lists.iter().map(|list| list.parse().unwrap()).collect();
    Comparison::new(&base, lists, seeds).unwrap()
}

#[test]
fn every_lane_has_every_seed_in_a_folder_of_its_own() {
    let comparison = comparison(
        &["path=CondOt(sigma_min:0.0),Vp()", "training.batch=64,128"],
        2,
    );
    let runs = comparison.runs(Path::new("out"));
    let folders: Vec<String> = runs
        .iter()
        .map(|run| run.folder.display().to_string())
        .collect();
    assert_eq!(
        folders,
        [
            "out/runs/01-cond-ot-batch-64/seed-0",
            "out/runs/01-cond-ot-batch-64/seed-1",
            "out/runs/02-cond-ot-batch-128/seed-0",
            "out/runs/02-cond-ot-batch-128/seed-1",
            "out/runs/03-vp-batch-64/seed-0",
            "out/runs/03-vp-batch-64/seed-1",
            "out/runs/04-vp-batch-128/seed-0",
            "out/runs/04-vp-batch-128/seed-1",
        ]
    );
    let last = &runs[7];
    assert_eq!((last.lane, last.seed, last.experiment.seed), (3, 1, 1));
    assert_eq!(last.experiment.training.batch, 128);
    assert_eq!(last.name, "VP, batch 128, seed 1");
    assert!(last.experiment.lanes.is_empty());
}

#[test]
fn shards_share_the_runs_between_them() {
    let comparison = comparison(&["training.batch=1,2,3,4,5"], 3);
    let runs = comparison.runs(Path::new("out"));
    let mut all = Vec::new();
    for i in 1..=4 {
        let part = chosen(&runs, Some(format!("{i}/4").parse().unwrap()));
        assert!((3..=4).contains(&part.len()), "{part:?}");
        all.extend(part);
    }
    all.sort_unstable();
    assert_eq!(all, (0..15).collect::<Vec<_>>());
    assert_eq!(chosen(&runs, None), all);
    for (text, expected) in [
        ("0/8", "expected 1/8 to 8/8"),
        ("9/8", "expected 1/8 to 8/8"),
        ("1/0", "such as 3/8"),
        ("3", "such as 3/8"),
        ("-1/2", "such as 3/8"),
        ("a/b", "such as 3/8"),
    ] {
        let refusal = text.parse::<Shard>().unwrap_err();
        assert!(refusal.contains(expected), "{text}: {refusal}");
    }
}

#[test]
fn the_cores_are_shared_and_never_more_than_there_are() {
    let share = |jobs, threads, cores, runs| Share::of(jobs, threads, cores, runs);
    let of = |jobs, threads| Ok(Share { jobs, threads });
    assert_eq!(share(None, None, 8, 100), of(8, 1));
    assert_eq!(share(None, None, 8, 3), of(3, 2));
    assert_eq!(share(None, None, 1, 3), of(1, 1));
    assert_eq!(share(Some(2), None, 8, 100), of(2, 4));
    assert_eq!(share(None, Some(3), 8, 100), of(2, 3));
    assert_eq!(share(Some(4), Some(2), 8, 100), of(4, 2));
    let refusal = share(Some(4), Some(4), 8, 100).unwrap_err();
    assert_eq!(
        refusal,
        "4 jobs of 4 threads are 16: expected at most 8, the cores; try --jobs 4 --threads 2"
    );
    for (jobs, threads) in [(Some(9), None), (None, Some(9)), (Some(9), Some(9))] {
        let refusal = share(jobs, threads, 8, 100).unwrap_err();
        let (_, flags) = refusal.split_once("try --jobs ").unwrap();
        let (jobs, threads) = flags.split_once(" --threads ").unwrap();
        let (jobs, threads) = (jobs.parse().unwrap(), threads.parse().unwrap());
        assert_eq!(share(Some(jobs), Some(threads), 8, 100), of(jobs, threads));
    }
}

#[test]
fn too_many_runs_and_seeds_beyond_the_last_are_refused() {
    let mut base = presets::find("two-moons").unwrap().experiment().unwrap();
    let refused =
        |base: &Experiment, seeds| Comparison::new(base, Vec::new(), seeds).err().unwrap();
    assert!(
        refused(&base, 10_001)
            .to_string()
            .ends_with("try --seeds 10000")
    );
    base.seed = u64::MAX;
    assert!(refused(&base, 2).to_string().contains("--set 'seed=0'"));
}

#[test]
fn what_the_window_opens_has_the_first_six_lanes() {
    let many = comparison(&["training.batch=1,2,3,4,5,6,7,8"], 1);
    let document = many.document();
    assert_eq!((many.lanes().len(), document.lanes.len()), (8, 6));
    document.validate().unwrap();
    for i in 0..6 {
        assert_eq!(document.lane(i).unwrap(), many.lanes()[i].experiment);
        assert_eq!(document.lane_label(i), many.lanes()[i].title);
    }
    assert_eq!(Experiment::from_ron(&document.to_ron()), Ok(document));
}
