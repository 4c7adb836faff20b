//! Several flows side by side: a panel each, with the first of them as what the others are compared with.

use super::around::Around;
use super::figure;
use super::metrics::Measured;
use super::panels::{PanelGrid, PanelOf};
use crate::experiment::View;
use crate::snapshot::Frame;

/// So many panels stand side by side at most.
const MAX_COLUMNS: usize = 4;

/// One lane of the figure.
pub struct LanePanel<'a> {
    /// What it shows.
    pub frame: &'a Frame,
    /// What it is called.
    pub title: String,
    /// The numbers under it, such as `S = 1.38`.
    pub numbers: Vec<String>,
}

impl<'a> LanePanel<'a> {
    /// The lane with the numbers that were measured of its frame.
    pub fn measured(frame: &'a Frame, title: String) -> Self {
        let has_numbers = frame.products.metrics.get().is_some();
        let numbers = has_numbers.then(|| figure::numbers(&Measured::of(frame)));
        Self {
            frame,
            title,
            numbers: numbers.unwrap_or_default(),
        }
    }
}

/// How many of so many lanes stand side by side.
pub fn columns(n_lanes: usize) -> usize {
    match n_lanes {
        0 | 1 => 1,
        2 | 4 => 2,
        3..=9 => 3,
        _ => MAX_COLUMNS,
    }
}

/// The figure of some lanes at time `t`, one at least.
pub fn grid<'a>(
    lanes: &'a [LanePanel<'a>],
    view: &View,
    t: f64,
    columns: usize,
    around: Around,
) -> PanelGrid<'a> {
    let panel = |(lane, shown): (usize, &'a LanePanel<'a>)| PanelOf {
        frame: std::borrow::Cow::Borrowed(shown.frame),
        lane,
        view: view.clone(),
        t,
        title: shown.title.clone(),
        numbers: shown.numbers.clone(),
    };
    PanelGrid {
        panels: lanes.iter().enumerate().map(panel).collect(),
        columns,
        around,
    }
}
