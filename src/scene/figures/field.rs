//! The velocity field at t: the flow's, the exact one, or how far they are apart.

use super::Kind;
use crate::experiment::figure::FieldOf;
use crate::experiment::{Figure, FigureKind, Layer, View};

/// See [`FigureKind::Field`].
pub(super) struct Field;

impl Kind for Field {
    fn layers(figure: &Figure, _: &View) -> Vec<Layer> {
        let of = match figure.kind {
            FigureKind::Field { of } => of,
            _ => FieldOf::default(),
        };
        let shown = match of {
            FieldOf::Model => Layer::Field,
            FieldOf::Exact => Layer::ExactField,
            FieldOf::Difference => Layer::FieldError,
        };
        vec![Layer::Target, shown]
    }
}
