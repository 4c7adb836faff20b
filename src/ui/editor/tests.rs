//! What the editor promises, of one lane and of several.

use super::*;
use crate::experiment::{Layer, MAX_LANES, presets};
use crate::flow::coupling::Coupling;
use crate::flow::path::Path;

fn editor() -> Editor {
    let preset = presets::find("two-moons").unwrap().experiment().unwrap();
    with_own_groups(Editor::new(Arc::new(preset), Some("a.ron".into())))
}

/// Every change is that of the selected lane alone.
fn with_own_groups(mut editor: Editor) -> Editor {
    set_scopes(&mut editor, Scope::Lane);
    editor
}

fn with_batch(editor: &Editor, batch: usize) -> Experiment {
    let mut experiment = editor.experiment().clone();
    experiment.training.batch = batch;
    experiment
}

#[test]
fn a_gesture_is_one_step_and_redo_is_the_way_back() {
    let mut editor = editor();
    let before = editor.experiment().training.batch;
    for batch in [300, 301, 302] {
        editor.edit(with_batch(&editor, batch));
    }
    editor.settle();
    editor.edit(with_batch(&editor, 400));
    assert!(editor.dirty());
    assert!(editor.undo());
    assert_eq!(editor.experiment().training.batch, 302);
    assert!(editor.undo());
    assert_eq!(editor.experiment().training.batch, before);
    assert!(!editor.undo() && !editor.dirty());
    assert!(editor.redo() && editor.redo() && !editor.redo());
    assert_eq!(editor.experiment().training.batch, 400);
}

#[test]
fn what_the_canvas_shows_is_no_step_and_survives_an_undo() {
    let mut editor = editor();
    editor.edit(with_batch(&editor, 300));
    editor.edit_view(|view| view.layers = vec![Layer::Pairs]);
    assert!(editor.undo());
    assert_eq!(editor.experiment().view.layers, [Layer::Pairs]);
    assert!(!editor.can_undo() && !editor.dirty());
}

#[test]
fn another_experiment_can_be_taken_back_but_its_file_is_not_overwritten() {
    let mut editor = editor();
    editor.edit_view(|view| view.layers = vec![Layer::Pairs]);
    let rings = presets::find("rings").unwrap().experiment().unwrap();
    editor.replace(rings, None);
    assert_eq!(editor.experiment().words.name, "rings");
    assert!(editor.undo());
    assert_eq!(editor.experiment().words.name, "two-moons");
    assert_eq!(editor.experiment().view.layers, [Layer::Pairs]);
    assert_eq!(editor.path(), None);
}

#[test]
fn an_illegal_or_invalid_draft_leaves_the_legal_one_and_has_a_fix() {
    let mut editor = editor();
    let mut vp = editor.experiment().clone();
    vp.problem.path = Path::Vp {
        beta_min: 0.1,
        beta_max: 20.0,
    };
    vp.problem.source.scale = 2.0;
    editor.edit(vp);
    assert!(matches!(editor.legal().problem.path, Path::CondOt { .. }));
    let fix = editor.illegal().map(|illegal| illegal.fix.clone()).unwrap();
    editor.edit(*fix);
    assert!(editor.illegal().is_none());
    assert!(matches!(editor.legal().problem.path, Path::Vp { .. }));
    editor.edit(with_batch(&editor, 0));
    assert!(editor.illegal().unwrap().message.contains("training.batch"));
    assert_eq!(editor.legal().training.batch, 256);
}

const VP: Path = Path::Vp {
    beta_min: 0.1,
    beta_max: 20.0,
};

/// Three lanes: the base, VP, and batch-OT with another seed.
fn three() -> Editor {
    let mut experiment = editor().experiment().clone();
    let lanes = r#"[(), (title: "Diffusion", set: ["path=vp"]), (set: ["coupling=BatchOt(batch: 64)", "seed=1"])]"#;
    experiment.set("lanes", lanes).unwrap();
    experiment.validate().unwrap();
    with_own_groups(Editor::new(Arc::new(experiment), Some("a.ron".into())))
}

/// Edits the selected lane by one change.
fn set(editor: &mut Editor, key: &str, value: &str) {
    let mut experiment = editor.experiment().clone();
    experiment.set(key, value).unwrap();
    editor.edit(experiment);
    editor.settle();
}

fn set_scopes(editor: &mut Editor, scope: Scope) {
    for group in Group::ALL {
        editor.set_scope(group, scope);
    }
}

/// What lane `i` changes.
fn overrides(editor: &Editor, i: usize) -> Vec<String> {
    let set = &editor.document().lanes[i].set;
    set.iter().map(ToString::to_string).collect()
}

fn batches(editor: &Editor) -> Vec<usize> {
    let lanes = editor.lanes().iter();
    lanes.map(|lane| lane.legal().training.batch).collect()
}

fn legal(editor: &Editor) -> Vec<Arc<Experiment>> {
    let lanes = editor.lanes().iter();
    lanes.map(|lane| Arc::clone(lane.legal())).collect()
}

/// Whether the lanes train the experiments of the document, which reads back.
fn check(editor: &Editor) {
    let read = Experiment::from_ron(&editor.document().to_ron()).unwrap();
    assert_eq!(&read, editor.document());
    assert_eq!(read.n_lanes(), editor.lanes().len());
    for (i, lane) in editor.lanes().iter().enumerate() {
        assert_eq!(read.lane(i).as_ref(), Ok(lane.experiment()));
    }
}

#[test]
fn one_lane_is_the_experiment_itself() {
    let preset = Arc::new(presets::find("two-moons").unwrap().experiment().unwrap());
    let mut editor = Editor::new(Arc::clone(&preset), None);
    assert!(Arc::ptr_eq(editor.legal(), &preset));
    assert_eq!(editor.lanes().len(), 1);
    for scope in [Scope::Lane, Scope::All] {
        set_scopes(&mut editor, scope);
        editor.edit(with_batch(&editor, 300));
        assert!(editor.document().lanes.is_empty());
        assert_eq!(editor.document(), editor.experiment());
        editor.undo();
    }
    assert!(!editor.remove_lane(0) && !editor.remove_lane(1) && !editor.select(1));
    check(&editor);
}

#[test]
fn an_opened_file_with_lanes_is_not_changed_by_looking() {
    let mut editor = three();
    assert!(!editor.dirty() && !editor.can_undo());
    assert_eq!(editor.lanes().len(), 3);
    assert_eq!(
        overrides(&editor, 1),
        ["path=Vp(beta_min: 0.1, beta_max: 20.0)"]
    );
    assert!(editor.select(1));
    assert_eq!(editor.experiment().problem.path, VP);
    assert_eq!(editor.document().lane_label(1), "Diffusion");
    assert!(!editor.dirty() && !editor.can_undo());
    check(&editor);
}

#[test]
fn a_lane_overrides_exactly_what_differs_from_the_base() {
    let mut editor = three();
    let before = legal(&editor);
    editor.select(2);
    set(&mut editor, "training.batch", "300");
    set(&mut editor, "target.scale", "3");
    assert_eq!(
        overrides(&editor, 2),
        [
            "seed=1",
            "target.scale=3.0",
            "coupling=BatchOt(batch: 64)",
            "training.batch=300"
        ]
    );
    assert!(editor.dirty());
    let after = legal(&editor);
    assert!(Arc::ptr_eq(&before[0], &after[0]) && Arc::ptr_eq(&before[1], &after[1]));
    assert!(Arc::ptr_eq(editor.legal(), &after[2]));
    check(&editor);
    // Back to the base, value by value.
    for (key, value) in [
        ("training.batch", "256"),
        ("target.scale", "2"),
        ("coupling", "Independent"),
        ("seed", "0"),
    ] {
        set(&mut editor, key, value);
    }
    assert!(overrides(&editor, 2).is_empty());
    while editor.undo() {}
    assert!(!editor.dirty());
    check(&editor);
}

#[test]
fn an_edit_of_all_lanes_leaves_what_they_differ_in() {
    let mut editor = three();
    editor.select(1);
    set_scopes(&mut editor, Scope::All);
    set(&mut editor, "training.batch", "300");
    assert_eq!(batches(&editor), [300, 300, 300]);
    assert_eq!(editor.document().training.batch, 300);
    assert_eq!(overrides(&editor, 1).len(), 1);
    assert_eq!(overrides(&editor, 2).len(), 2);
    // What a lane has of its own becomes that of all.
    set(&mut editor, "path", "Vp(beta_max: 10)");
    assert!(overrides(&editor, 0).is_empty() && overrides(&editor, 1).is_empty());
    assert!(
        editor
            .lanes()
            .iter()
            .all(|lane| lane.legal().problem.path.name() == "VP")
    );
    check(&editor);
    editor.undo();
    editor.undo();
    assert_eq!(batches(&editor), [256, 256, 256]);
    assert!(!editor.dirty());
    check(&editor);
}

#[test]
fn words_and_view_are_those_of_all_lanes() {
    let mut editor = three();
    editor.select(2);
    set(&mut editor, "title", "Another");
    editor.edit_view(|view| view.layers = vec![Layer::Pairs]);
    for lane in editor.lanes() {
        assert_eq!(lane.experiment().words.title, "Another");
        assert_eq!(lane.experiment().view.layers, [Layer::Pairs]);
    }
    assert_eq!(overrides(&editor, 2).len(), 2);
    check(&editor);
}

#[test]
fn lanes_are_added_and_taken_away_and_keep_their_names() {
    let mut editor = editor();
    let first = (editor.lanes()[0].id(), Arc::clone(editor.legal()));
    assert!(editor.add_lane());
    assert_eq!((editor.selected(), editor.lanes().len()), (1, 2));
    assert!(Arc::ptr_eq(editor.legal(), &first.1), "a copy");
    set(&mut editor, "path", "vp");
    assert!(editor.add_lane());
    set(&mut editor, "seed", "7");
    assert_eq!(editor.experiment().problem.path, VP);
    let ids: Vec<LaneId> = editor.lanes().iter().map(LaneDraft::id).collect();
    assert_eq!(ids[0], first.0);
    while editor.add_lane() {}
    assert_eq!(editor.lanes().len(), MAX_LANES);
    check(&editor);
    for _ in 3..MAX_LANES {
        editor.undo();
    }
    assert_eq!(editor.selected(), 2);

    let trained = legal(&editor);
    assert!(editor.remove_lane(1) && !editor.remove_lane(2));
    assert_eq!((editor.lanes().len(), editor.selected()), (2, 1));
    assert_eq!(editor.lanes()[1].id(), ids[2]);
    assert!(Arc::ptr_eq(editor.legal(), &trained[2]));
    assert!(editor.remove_lane(0));
    assert!(editor.document().lanes.is_empty());
    assert_eq!(
        (editor.experiment().problem.path, editor.experiment().seed),
        (VP, 7)
    );
    check(&editor);

    assert!(editor.undo() && editor.undo());
    let back: Vec<LaneId> = editor.lanes().iter().map(LaneDraft::id).collect();
    assert_eq!(back, ids);
    for (a, b) in legal(&editor).iter().zip(&trained) {
        assert!(Arc::ptr_eq(a, b), "what trained goes on");
    }
    assert!(editor.redo() && editor.redo());
    assert_eq!(editor.lanes()[0].id(), ids[2]);
    while editor.undo() {}
    assert!(!editor.dirty() && editor.document().lanes.is_empty());
    check(&editor);
}

#[test]
fn an_edit_of_another_lane_is_another_step_and_undo_shows_it() {
    let mut editor = three();
    editor.edit(with_batch(&editor, 300));
    editor.select(2);
    editor.edit(with_batch(&editor, 301));
    editor.select(0);
    assert!(editor.undo());
    assert_eq!(
        (editor.selected(), batches(&editor)),
        (2, vec![300, 256, 256])
    );
    assert!(editor.undo() && !editor.can_undo());
    assert_eq!((editor.selected(), editor.dirty()), (0, false));
}

#[test]
fn an_illegal_lane_does_not_stop_the_others() {
    let mut editor = three();
    let before = legal(&editor);
    set_scopes(&mut editor, Scope::All);
    set(&mut editor, "source.scale", "3");
    let after = legal(&editor);
    assert!(editor.illegal().is_none() && editor.lanes()[1].illegal().is_some());
    assert!(Arc::ptr_eq(&before[1], &after[1]));
    assert_eq!(
        (after[0].problem.source.scale, after[2].problem.source.scale),
        (3.0, 3.0)
    );
    editor.select(1);
    set_scopes(&mut editor, Scope::Lane);
    let fix = editor.illegal().map(|illegal| illegal.fix.clone()).unwrap();
    editor.edit(*fix);
    assert!(editor.illegal().is_none());
    assert_eq!(overrides(&editor, 1)[0], "source.scale=1.0");
    check(&editor);
}

#[test]
fn work_is_kept_without_the_values_that_are_out_of_range() {
    let mut editor = three();
    editor.select(1);
    editor.edit(with_batch(&editor, 0));
    assert!(editor.illegal().unwrap().message.contains("training.batch"));
    assert_eq!(batches(&editor), [256, 256, 256]);
    editor.select(2);
    editor.edit(with_batch(&editor, 300));
    let kept = Experiment::from_ron(&editor.to_keep().to_ron()).unwrap();
    assert_eq!(&kept, editor.to_keep());
    assert_eq!(kept.lane(1).unwrap().training.batch, 256);
    assert_eq!(kept.lane(1).unwrap().problem.path, VP);
    assert_eq!(kept.lane(2).unwrap().training.batch, 300);
    editor.select(1);
    editor.edit(with_batch(&editor, 64));
    assert_eq!(editor.to_keep(), editor.document());
}

#[test]
fn an_experiment_with_lanes_takes_the_place_of_one_without() {
    let lanes = three().document().clone();
    let mut editor = editor();
    let id = editor.lanes()[0].id();
    editor.replace(lanes, None);
    assert_eq!((editor.lanes().len(), editor.lanes()[0].id()), (3, id));
    assert!(!editor.dirty());
    editor.select(2);
    assert!(matches!(
        editor.legal().problem.coupling,
        Coupling::BatchOt { .. }
    ));
    assert!(editor.undo());
    assert_eq!((editor.lanes().len(), editor.selected()), (1, 0));
    check(&editor);
    assert!(editor.redo());
    assert_eq!((editor.lanes().len(), editor.selected()), (3, 2));
    check(&editor);
}
