//! The loss of every training step, as numbers.

use super::{FigureError, Kind, Material, at_times, changed};
use crate::experiment::{Figure, View};
use crate::scene::numbers::{Column, FigureNumbers, Table};
use crate::scene::panels::PanelGrid;
use crate::snapshot::LossPoint;

/// See [`FigureKind::Loss`](crate::experiment::FigureKind::Loss).
pub(super) struct Loss;

impl Kind for Loss {
    fn view(figure: &Figure, view: &View) -> View {
        changed(figure, view, Some(&[]))
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        at_times(figure, material, &view, &[view.t])
    }

    fn numbers(_figure: &Figure, material: &Material) -> Result<FigureNumbers, FigureError> {
        let frame = material.lanes.first().map(|lane| lane.frame);
        let frame = frame.filter(|frame| !frame.loss.is_empty());
        let frame = frame.ok_or_else(|| {
            let sentence = "nothing has been trained: there is no loss; `pushforward run` trains";
            FigureError::Nothing(sentence.to_owned())
        })?;
        let steps = Column::numbers("step", (0..frame.loss.len()).map(|step| step as f64));
        let loss = Column::numbers("loss", frame.loss.iter().map(f64::from));
        Ok(FigureNumbers {
            tables: vec![
                Table::new("loss", vec![steps, loss]),
                curve(frame.loss.curve()),
            ],
            metrics: None,
        })
    }
}

/// The points that stand for the whole history.
fn curve(points: &[LossPoint]) -> Table {
    let column = |name, of: fn(&LossPoint) -> f64| Column::numbers(name, points.iter().map(of));
    Table::new(
        "loss_curve",
        vec![
            column("step", |point| point.step as f64),
            column("mean", |point| f64::from(point.mean)),
            column("min", |point| f64::from(point.min)),
            column("max", |point| f64::from(point.max)),
            column("smoothed", |point| f64::from(point.smoothed)),
        ],
    )
}
