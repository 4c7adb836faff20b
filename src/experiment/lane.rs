//! Lanes: flows that are compared side by side, each the base experiment with some fields changed.
//!
//! In the file: `lanes: [(), (title: "VP", set: ["path=Vp()"])]`. Every entry is a lane, `()` the base as it is, and the
//! base itself none, so that the first lane can be named, moved and taken away like every other. A change is written as
//! after `--set` and read by the same code: there is no second syntax to learn, and a lane can change whatever decides
//! what is trained and measured; words and view are those of all lanes. A file without lanes is one lane, the base.

use serde::{Deserialize, Serialize};

use super::change::Override;

/// The most lanes that an experiment can have.
pub const MAX_LANES: usize = 6;

/// What one lane changes of the base experiment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lane {
    /// What it is called; if empty, after what it changes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The changes, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Override>,
}
