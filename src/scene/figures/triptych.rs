//! Source, trajectories and target side by side, for a title page.

use super::Kind;
use crate::experiment::{Figure, Layer, View};

/// See [`FigureKind::Triptych`](crate::experiment::FigureKind::Triptych).
pub(super) struct Triptych;

impl Kind for Triptych {
    fn layers(_: &Figure, _: &View) -> Vec<Layer> {
        vec![Layer::Source, Layer::Target, Layer::Trajectories]
    }

    fn panels(view: &View, _: &[f64]) -> Vec<(View, String)> {
        let parts: [(&str, &[Layer], f64); 3] = [
            ("source", &[Layer::Source], 0.0),
            ("flow", &[Layer::Trajectories], 1.0),
            ("target", &[Layer::Target], 1.0),
        ];
        let panel = |(title, layers, t): (&str, &[Layer], f64)| {
            let keeps = |layer: &&Layer| layers.contains(layer);
            let layers = view.layers.iter().filter(keeps).copied().collect();
            let view = View {
                layers,
                t,
                ..view.clone()
            };
            (view, title.to_owned())
        };
        parts.map(panel).to_vec()
    }
}
