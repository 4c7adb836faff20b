//! The edited lanes as a session takes them.

use std::io;
use std::sync::Arc;

use crate::experiment::Experiment;
use crate::model::DeviceChoice;
use crate::session::folder::Saved;
use crate::session::{Options, Session, Speed, Trained, Wake};
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
    speed: Speed,
) -> Options {
    let own = |i: usize| {
        let saved = trained.get(i)?.as_ref()?;
        Some(Trained {
            state: Arc::clone(&saved.state),
            history: saved.history.clone(),
        })
    };
    let ids = editor.lanes().iter().map(LaneDraft::id).enumerate();
    let further = ids.skip(1).filter_map(|(i, id)| Some((id, own(i)?)));
    let goes_on = |i: usize| own(i).is_none_or(|trained| trained.state.has_steps_left());
    let first = own(0);
    Options {
        device,
        autostart: (0..editor.lanes().len()).any(goes_on),
        speed,
        trained: first.as_ref().map(|trained| Arc::clone(&trained.state)),
        history: first.and_then(|trained| trained.history),
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
