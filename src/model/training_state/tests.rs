use super::*;
use crate::experiment::presets;

/// Numbers that decimals would not carry exactly.
fn example() -> TrainingState {
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.model.hidden = vec![5, 3];
    let mut state = TrainingState::fresh(&experiment).unwrap();
    state.losses = (1u16..=40).map(|i| 1.0 / f32::from(i)).collect();
    state.coupling_costs = (1..30).map(|i| 1.0 / f64::from(i)).collect();
    state.scaling.source_rms = 0.1 + 0.2;
    state.engine.averaged = 40;
    state.engine.moments.steps = 37;
    let numbers = (1u16..).map(|i| 1e-30 / f32::from(i));
    for (value, number) in state.engine.moments.first.iter_mut().zip(numbers.clone()) {
        *value = -number;
    }
    for (value, number) in state.engine.moments.second.iter_mut().zip(numbers) {
        *value = number * 1e-12; // subnormal
    }
    state.plan = Plan {
        start: 20,
        steps: 80,
    };
    state
}

#[test]
fn a_state_comes_back_bit_for_bit_and_is_written_alike() {
    for state in [
        example(),
        TrainingState::fresh(&example().experiment).unwrap(),
    ] {
        let bytes = state.encode().unwrap();
        assert_eq!(bytes, state.encode().unwrap());
        let back = TrainingState::decode(&bytes).unwrap();
        assert_eq!(back, state);
        assert_eq!(bytes, back.encode().unwrap());
    }
}

#[test]
fn a_truncated_file_is_refused_at_every_length() {
    let bytes = example().encode().unwrap();
    for cut in (0..bytes.len()).step_by(7).chain([bytes.len() - 1]) {
        assert!(TrainingState::decode(&bytes[..cut]).is_err(), "{cut}");
    }
}

#[test]
fn a_flipped_bit_anywhere_is_refused_or_changes_nothing() {
    let state = example();
    let bytes = state.encode().unwrap();
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        // A bit of the container's own padding may not matter.
        if let Ok(read) = TrainingState::decode(&flipped) {
            assert_eq!(read, state, "byte {at}");
        }
    }
}

#[test]
fn what_no_run_leaves_behind_is_refused_with_its_name() {
    let refused = |change: fn(&mut TrainingState)| {
        let mut state = example();
        change(&mut state);
        let decoded = TrainingState::decode(&state.encode().unwrap());
        decoded.unwrap_err().to_string()
    };
    let nan = refused(|state| state.engine.moments.first[2] = f32::NAN);
    assert!(nan.contains("weights or moments"), "{nan}");
    let negative = refused(|state| state.engine.moments.second[2] = -1.0);
    assert!(negative.contains("weights or moments"), "{negative}");
    assert!(refused(|state| state.losses[3] = f32::INFINITY).contains("losses"));
    assert!(refused(|state| state.coupling_costs[0] = f64::NAN).contains("coupling costs"));
    assert!(refused(|state| state.coupling_costs = vec![1.0; 41]).contains("too many"));
    assert!(refused(|state| state.scaling.target_rms = 0.0).contains("scales"));
    let other = refused(|state| state.experiment.model.hidden = vec![5, 4]);
    assert!(other.contains("tensor weights: expected"), "{other}");
    let short = refused(|state| state.engine.moments.second.truncate(3));
    assert!(short.contains("tensor moment_2: expected"), "{short}");
}

#[test]
fn other_files_and_later_versions_are_told_apart() {
    let model = example().model_file().encode().unwrap();
    let refused = TrainingState::decode(&model).unwrap_err().to_string();
    assert!(
        refused.contains("no description of a training state"),
        "{refused}"
    );
    let mut later = example().encode().unwrap();
    let field = b"version\\\":1";
    let at = later.windows(field.len()).position(|w| w == field).unwrap();
    later[at + field.len() - 1] = b'2';
    let refused = TrainingState::decode(&later).unwrap_err().to_string();
    assert!(refused.starts_with("version 2 of the format"), "{refused}");
}
