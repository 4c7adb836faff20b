//! The edited lanes as a session takes them.

use std::io;
use std::sync::Arc;

use crate::experiment::Experiment;
use crate::model::DeviceChoice;
use crate::session::folder::Saved;
use crate::session::{Options, Session, Wake};
use crate::snapshot::LaneId;
use crate::ui::editor::{Editor, LaneDraft};

/// The lanes with what each of them trains.
pub(super) fn lanes(editor: &Editor) -> Vec<(LaneId, Arc<Experiment>)> {
    let lane = |lane: &LaneDraft| (lane.id(), Arc::clone(lane.legal()));
    editor.lanes().iter().map(lane).collect()
}

/// How a session starts whose lanes go on from what was saved: by itself, unless all of them have come to their end.
pub(super) fn trained_options(
    editor: &Editor,
    trained: &[Option<Saved>],
    device: DeviceChoice,
) -> Options {
    let state = |i: usize| {
        trained
            .get(i)?
            .as_ref()
            .map(|saved| Arc::clone(&saved.state))
    };
    let ids = editor.lanes().iter().map(LaneDraft::id).enumerate();
    let further = ids.skip(1).filter_map(|(i, id)| Some((id, state(i)?)));
    let goes_on = |i: usize| state(i).is_none_or(|state| state.has_steps_left());
    Options {
        device,
        autostart: (0..editor.lanes().len()).any(goes_on),
        trained: state(0),
        lanes_trained: further.collect(),
        ..Options::default()
    }
}

/// What is missing of what was saved.
pub(super) fn complaint(trained: &[Option<Saved>]) -> String {
    let complaints = trained.iter().flatten().map(Saved::complaint);
    complaints.max_by_key(String::len).unwrap_or_default()
}

/// A session on all lanes of the editor.
///
/// # Errors
/// If the system has no thread to give.
pub(super) fn session_on(editor: &Editor, options: Options, wake: Wake) -> io::Result<Session> {
    let mut lanes = lanes(editor);
    let (first, experiment) = lanes.remove(0);
    let options = Options {
        first,
        lanes,
        ..options
    };
    Session::start(experiment, options, wake)
}
