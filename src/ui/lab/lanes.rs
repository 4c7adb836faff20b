//! The edited lanes as a session takes them.

use std::io;
use std::sync::Arc;

use crate::experiment::Experiment;
use crate::session::{Options, Session, Wake};
use crate::snapshot::LaneId;
use crate::ui::editor::{Editor, LaneDraft};

/// The lanes with what each of them trains.
pub(super) fn lanes(editor: &Editor) -> Vec<(LaneId, Arc<Experiment>)> {
    let lane = |lane: &LaneDraft| (lane.id(), Arc::clone(lane.legal()));
    editor.lanes().iter().map(lane).collect()
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
