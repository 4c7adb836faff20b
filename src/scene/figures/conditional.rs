//! Paths, density and velocity given target points.

use super::{FigureError, Kind};
use crate::experiment::{Figure, Layer, View};

/// See [`FigureKind::Conditional`](crate::experiment::FigureKind::Conditional).
pub(super) struct Conditional;

impl Kind for Conditional {
    fn layers(_: &Figure, _: &View) -> Vec<Layer> {
        vec![Layer::Target, Layer::Conditional]
    }

    fn adapt(view: View) -> Result<View, FigureError> {
        match view.given {
            Some(_) => Ok(view),
            None => Err(FigureError::Nothing(
                "no target point is given; --set 'view.given=Some((at: (2.0, 1.0), points: 1))' gives one".to_owned(),
            )),
        }
    }
}
