//! The lanes as they were earlier in training, for films over it.

use std::sync::Arc;

use crate::experiment::{Figure, FigureKind};
use crate::model::Checkpoints;
use crate::products::{Flow, Look, Tools, make_all};
use crate::snapshot::Frame;

use super::super::observer::RunError;
use super::Subject;

/// The trainings of the lanes; empty for what does not look back.
#[derive(Default)]
pub(super) struct Past {
    histories: Vec<Arc<Checkpoints>>,
    /// The steps that are shown, ascending: those of the first lane's checkpoints, and its last one.
    steps: Vec<u64>,
}

impl Past {
    /// What a figure needs of it.
    ///
    /// # Errors
    /// [`RunError::Input`] if a lane has no checkpoints, with the reason.
    pub fn of(figure: &Figure, subjects: &[Subject]) -> Result<Self, RunError> {
        let FigureKind::Film { over, .. } = figure.kind else {
            return Ok(Self::default());
        };
        if !over.looks_back() {
            return Ok(Self::default());
        }
        let histories: Result<Vec<_>, _> = subjects.iter().map(history).collect();
        let histories = histories.map_err(RunError::Input)?;
        let kept = histories.first().map_or(&[][..], |first| first.all());
        let mut steps: Vec<u64> = kept.iter().map(|kept| kept.step).collect();
        let end = subjects.first().map_or(0, |subject| subject.frame.step);
        if steps.last().is_some_and(|last| *last < end) {
            steps.push(end);
        }
        Ok(Self { histories, steps })
    }

    /// Which of the steps belongs to a share of them, 0 to 1.
    pub fn place(&self, share: f64) -> usize {
        let last = self.steps.len().saturating_sub(1);
        ((share * last as f64) as usize).min(last)
    }

    /// The lanes with what is looked at of them, after a share of the steps, each with its newest weights that are not later.
    pub fn frames(&self, newest: &[Frame], share: f64, look: &Look) -> Vec<Frame> {
        let step = self.steps.get(self.place(share)).copied();
        let step = step.unwrap_or(u64::MAX);
        let lanes = newest.iter().zip(&self.histories);
        lanes
            .map(|(frame, history)| at(frame, history, step, look))
            .collect()
    }
}

/// The checkpoints of a lane, or why there are none.
fn history(subject: &Subject) -> Result<Arc<Checkpoints>, String> {
    let why = match subject.frame.experiment.problem.velocity.is_learned() {
        false => "its velocity is the exact field, which nothing trains",
        true => "the run has kept no checkpoints",
    };
    let kept = subject.history.as_ref();
    let kept = kept.filter(|kept| !kept.all().is_empty());
    kept.cloned().ok_or_else(|| {
        let title = match subject.title.as_str() {
            "" => "this run",
            title => title,
        };
        format!("{title}: there is no training to run over: {why}; --over time works")
    })
}

/// The lane at a step.
fn at(frame: &Frame, history: &Arc<Checkpoints>, step: u64, look: &Look) -> Frame {
    let earlier = history.at(step).or(history.all().first());
    let (Some(kept), Some(flow)) = (earlier.filter(|_| step < frame.step), &frame.flow) else {
        return frame.clone();
    };
    let experiment = Arc::clone(&flow.id.experiment);
    let field = history.field(kept, &experiment);
    let flow = Flow::learned(field, experiment, flow.id.run);
    let products = make_all(&flow, look, &Tools::default(), || true);
    Frame {
        step: kept.step,
        flow: Some(flow),
        products: products.unwrap_or_default(),
        ..frame.clone()
    }
}
