//! The pairs whose paths pass the point that is asked about, their mean, and the flow's velocity there.

use super::{FigureError, Kind};
use crate::experiment::{Figure, Layer, View};

/// See [`FigureKind::Posterior`](crate::experiment::FigureKind::Posterior).
pub(super) struct Posterior;

impl Kind for Posterior {
    fn layers(_: &Figure, _: &View) -> Vec<Layer> {
        vec![Layer::Source, Layer::Target]
    }

    fn adapt(view: View) -> Result<View, FigureError> {
        match view.ask {
            Some(_) => Ok(view),
            None => Err(FigureError::Nothing(
                "no point is asked about; --set 'view.ask=Some((1.0, 0.5))' asks about one"
                    .to_owned(),
            )),
        }
    }
}
