//! A grid of panels as data: what each shows, and what stands around them.

use std::borrow::Cow;

use crate::experiment::View;
use crate::scene::around::Around;
use crate::snapshot::Frame;

/// A panel: a flow through a view at a time.
pub struct PanelOf<'a> {
    /// What it shows.
    pub frame: Cow<'a, Frame>,
    /// Its lane; the others are compared with the panel of lane 0.
    pub lane: usize,
    /// What of it is shown; its time is not read.
    pub view: View,
    /// The time, 0 to 1.
    pub t: f64,
    /// What it is called.
    pub title: String,
    /// The numbers under it, such as `S = 1.38`.
    pub numbers: Vec<String>,
}

/// Panels side by side.
pub struct PanelGrid<'a> {
    /// The panels, row by row; one at least.
    pub panels: Vec<PanelOf<'a>>,
    /// How many stand side by side where the page is wide enough.
    pub columns: usize,
    /// What stands around the data, and the ends of the axes.
    pub around: Around,
}
