use super::*;
use crate::experiment::presets;
use crate::flow::rng::{Stream, stream};
use crate::model::{TrainingState, Widths};

/// The state of a small run after so many steps, and its weights at any step.
fn run(steps: u64) -> (TrainingState, impl Fn(u64) -> Arc<MlpParams>) {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![4];
    let widths = Widths::of(&experiment.model);
    let at = move |step| {
        let mut rng = stream(step, Stream::Weights, 0);
        Arc::new(MlpParams::init(widths.clone(), &mut rng))
    };
    let mut state = TrainingState::fresh(&experiment).unwrap();
    state.losses = vec![1.0; steps as usize];
    state.engine.average = at(steps);
    (state, at)
}

/// What is kept of a run of so many steps.
fn kept(steps: u64, room: usize) -> Checkpoints {
    let (state, at) = run(0);
    let mut checkpoints = Checkpoints::none(state.scaling);
    checkpoints.set_room(room);
    let weights = at(0);
    for step in 0..=steps {
        if step >= checkpoints.due() {
            checkpoints.keep(step, &weights);
        }
    }
    checkpoints
}

fn steps(checkpoints: &Checkpoints) -> Vec<u64> {
    checkpoints.all().iter().map(|kept| kept.step).collect()
}

#[test]
fn kept_are_the_steps_with_at_most_two_digits_that_count() {
    let kept = steps(&kept(20_000, 1000));
    assert_eq!(kept[..=100], (0..=100).collect::<Vec<u64>>());
    assert_eq!(kept[101..104], [110, 120, 130]);
    assert_eq!(kept[kept.len() - 3..], [18_000, 19_000, 20_000]);
    assert_eq!(kept.len(), 101 + 90 + 90 + 10);
}

#[test]
fn there_are_never_more_than_there_is_room_for_and_round_steps_stay() {
    for room in [1, 2, 3, 7, 20, 60, 128] {
        let mut most = 0;
        for end in [1, 99, 1000, 20_000, 1_000_000] {
            most = most.max(steps(&kept(end, room)).len());
        }
        assert!(most <= room && 4 * most > room, "{most} of {room}");
    }
    assert_eq!(steps(&kept(1_000_000, 3)), [0, 100_000, 1_000_000]);
    let kept = steps(&kept(1_000_000, 25));
    let round = [1, 2, 5].map(|digit| (0..6).map(move |k| digit * 10_u64.pow(k)));
    let mut expected: Vec<u64> = round.into_iter().flatten().chain([0, 1_000_000]).collect();
    expected.sort_unstable();
    assert_eq!(kept, expected);
}

#[test]
fn what_is_kept_depends_on_the_steps_and_the_room_and_not_on_interruptions() {
    let (state, at) = run(0);
    for (room, stops) in [
        (300, [7, 1234]),
        (127, [120, 5432]),
        (40, [110, 115]),
        (9, [99, 6000]),
    ] {
        let mut checkpoints = Checkpoints::none(state.scaling);
        checkpoints.set_room(room);
        for step in 0..=7000 {
            if step >= checkpoints.due() {
                checkpoints.keep(step, &at(step));
            }
            if stops.contains(&step) {
                let (mut stopped, _) = run(step);
                stopped.engine.average = at(step);
                let bytes = checkpoints.encode(&stopped).unwrap();
                let read = Checkpoints::decode(&bytes, &stopped).unwrap();
                checkpoints = Checkpoints::none(state.scaling);
                checkpoints.set_room(room);
                checkpoints.go_on_from(&read);
            }
        }
        assert_eq!(steps(&checkpoints), steps(&kept(7000, room)), "{room}");
    }
}

#[test]
fn a_network_of_which_not_two_fit_has_no_history() {
    assert_eq!(Checkpoints::fitting(64_000_000, 8_770), 1824);
    assert_eq!(Checkpoints::fitting(64_000_000, 10_000_000), 0);
    let kept = kept(1000, 0);
    assert_eq!((kept.due(), kept.all().len()), (u64::MAX, 0));
}

#[test]
fn less_room_thins_what_there_is_and_a_cut_is_as_if_the_later_steps_had_never_been() {
    let mut checkpoints = kept(5000, 300);
    checkpoints.set_room(10);
    assert_eq!(steps(&checkpoints), [0, 1, 10, 100, 1000]);
    let mut checkpoints = kept(5000, 300);
    checkpoints.cut(1234);
    assert_eq!(steps(&checkpoints), steps(&kept(1234, 300)));
    assert_eq!(checkpoints.due(), 1300);
    assert_eq!(checkpoints.at(57).map(|kept| kept.step), Some(57));
    assert_eq!(checkpoints.at(1234).map(|kept| kept.step), Some(1200));
    checkpoints.begin(run(0).0.scaling);
    assert_eq!((checkpoints.due(), checkpoints.at(9)), (0, None));
}

/// Checkpoints of a run that ends at step 1234, with weights of each step.
fn example() -> (TrainingState, Checkpoints) {
    let (state, at) = run(1234);
    let mut checkpoints = Checkpoints::none(state.scaling);
    checkpoints.set_room(30);
    for step in 0..1234 {
        if step >= checkpoints.due() {
            checkpoints.keep(step, &at(step));
        }
    }
    (state, checkpoints)
}

#[test]
fn checkpoints_come_back_bit_for_bit_with_the_end_of_the_run() {
    let (state, checkpoints) = example();
    let bytes = checkpoints.encode(&state).unwrap();
    assert_eq!(bytes, checkpoints.encode(&state).unwrap());
    let back = Checkpoints::decode(&bytes, &state).unwrap();
    assert_eq!(back.all().len(), checkpoints.all().len() + 1);
    assert_eq!(back.at(2000).unwrap().weights, state.engine.average);
    let mut goes_on = Checkpoints::none(state.scaling);
    goes_on.set_room(30);
    goes_on.go_on_from(&back);
    assert_eq!(goes_on.all(), checkpoints.all());
    // A run that has only just begun has its initial weights.
    let (fresh, _) = run(0);
    let none = Checkpoints::none(fresh.scaling);
    let bytes = none.encode(&fresh).unwrap();
    assert_eq!(steps(&Checkpoints::decode(&bytes, &fresh).unwrap()), [0]);
}

#[test]
fn a_state_that_is_older_than_its_checkpoints_has_those_up_to_its_step() {
    let (state, checkpoints) = example();
    let bytes = checkpoints.encode(&state).unwrap();
    let (mut older, at) = run(100);
    older.engine.average = at(100);
    let back = Checkpoints::decode(&bytes, &older).unwrap();
    assert!(back.all().iter().all(|kept| kept.step <= 100));
    assert!(back.all().len() > 10);
}

#[test]
fn damage_and_another_run_are_refused_in_a_sentence() {
    let (state, checkpoints) = example();
    let bytes = checkpoints.encode(&state).unwrap();
    for cut in (0..bytes.len()).step_by(211) {
        assert!(Checkpoints::decode(&bytes[..cut], &state).is_err(), "{cut}");
    }
    for at in (0..bytes.len()).step_by(37) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        // A bit of the container's own padding may not matter.
        if let Ok(read) = Checkpoints::decode(&flipped, &state) {
            assert_eq!(read.encode(&state).unwrap(), bytes, "byte {at}");
        }
    }
    let refused = |change: fn(&mut TrainingState)| {
        let mut other = state.clone();
        change(&mut other);
        Checkpoints::decode(&bytes, &other).unwrap_err().to_string()
    };
    assert!(refused(|s| s.experiment.model.hidden = vec![5]).contains("another network"));
    assert!(refused(|s| s.experiment.seed += 1).contains("another seed"));
    assert!(refused(|s| s.scaling.target_rms *= 2.0).contains("another data"));
    let other = |s: &mut TrainingState| s.engine.average = Arc::clone(&s.engine.weights);
    assert!(refused(other).contains("another run"));
}

#[test]
fn a_file_never_exceeds_64_mb() {
    let n_params = 60_000;
    let most = Checkpoints::most_in_a_file(n_params);
    assert!((4 * n_params * most + HEADER_TEST) as u64 <= Checkpoints::MAX_BYTES);
    assert!((4 * n_params * (most + 3)) as u64 > Checkpoints::MAX_BYTES - 1_000_000);
}

/// A table of ten thousand tensors with long names.
const HEADER_TEST: usize = 300_000;
