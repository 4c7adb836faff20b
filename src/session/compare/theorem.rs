//! What batch-OT's theorem speaks of, against the size of the blocks (Pooladian et al., arXiv 2304.14772, theorem 4.2): the costs
//! with the squared Wasserstein distance that they fall to, and floor and straightness, which fall to 0.

use crate::scene::Around;
use crate::scene::curves::{Curve, CurvePoint, CurvesFigure, Plot, Scale, Stroke, XAxis};
use crate::scene::metrics::Metric;
use crate::scene::metrics::comparison::Comparison as Table;
use crate::scene::metrics::table::{
    CFM_FLOOR, COUPLING_COST, PATH_ENERGY, STRAIGHTNESS, TRANSPORT_COST, W2_SOURCE_TARGET_SQUARED,
};

use super::curves::{groups, points, varied};
use super::plan::{BLOCK, Comparison};

/// What falls to the squared Wasserstein distance, from the largest on.
const COSTS: [&Metric; 3] = [&COUPLING_COST, &PATH_ENERGY, &TRANSPORT_COST];
/// What falls to 0.
const TO_ZERO: [&Metric; 2] = [&CFM_FLOOR, &STRAIGHTNESS];

/// Two plots for every group of lanes that are alike but for the size of the blocks; none if something else is varied.
pub fn theorem(comparison: &Comparison, table: &Table, recipe: String) -> Option<CurvesFigure> {
    let (varied, values) = varied(comparison)?;
    if comparison.lists().get(varied)?.key != BLOCK {
        return None;
    }
    let (names, groups) = groups(comparison, varied);
    let both = |(i, lanes): (usize, &Vec<(usize, usize)>)| {
        let name = names.get(i).map_or("", String::as_str);
        plots(name, |metric| points(lanes, &values, metric, table))
    };
    let experiment = comparison.document();
    let n = experiment.readout.evaluation.w2_samples;
    let asymptote = format!("W₂² of source and target, {n} samples each");
    let named = COSTS.iter().chain(&TO_ZERO);
    Some(CurvesFigure {
        title: experiment.words.heading().to_owned(),
        recipe,
        x_name: "pairs of a block, k".to_owned(),
        lanes: named.map(|metric| metric.name.to_owned()).collect(),
        plots: groups.iter().enumerate().flat_map(both).collect(),
        columns: 2,
        x: XAxis::Values,
        dashed: vec![(Stroke::Reference, asymptote)],
        around: Around::default(),
    })
}

/// The costs with their asymptote, and what falls to 0 between axes of ratios.
fn plots(group: &str, of: impl Fn(&Metric) -> Vec<CurvePoint>) -> [Plot; 2] {
    let curves = |first: usize, metrics: &[&Metric]| {
        let curves = metrics.iter().zip(first..);
        let curves = curves.map(|(metric, colour)| Curve::measured(colour, of(metric)));
        curves.collect::<Vec<_>>()
    };
    let mut costs = curves(0, &COSTS);
    costs.push(Curve {
        lane: COSTS.len() + TO_ZERO.len(),
        points: of(&W2_SOURCE_TARGET_SQUARED),
        stroke: Stroke::Reference,
    });
    let mut to_zero = curves(COSTS.len(), &TO_ZERO);
    for curve in &mut to_zero {
        // An estimate of a floor may lie below 0, where ratios have no place.
        curve.points.retain(|point| point.y > 0.0);
    }
    let plot = |what: &str, curves: Vec<Curve>, scale| Plot {
        title: match group {
            "" => what.to_owned(),
            group => format!("{group}: {what}"),
        },
        curves: curves
            .into_iter()
            .filter(|curve| !curve.points.is_empty())
            .collect(),
        scale,
        orders: &[],
    };
    [
        plot("costs and energy", costs, Scale::Linear),
        plot("floor and straightness", to_zero, Scale::Logarithmic),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::experiment::presets;
    use crate::scene::metrics::comparison::{LaneResults, Numbers};

    fn compared(lists: &[&str]) -> (Comparison, Table) {
        let base = presets::find("two-moons").unwrap().experiment().unwrap();
        let lists = lists.iter().map(|list| list.parse().unwrap()).collect();
        let comparison = Comparison::new(&base, lists, 1).unwrap();
        let lanes = comparison.lanes().iter().enumerate().map(|(i, lane)| {
            let down = 1.0 / (1.0 + i as f64);
            let numbers = json!({
                "coupling_cost": 14.0 + 13.0 * down,
                "path_energy": 14.0 + 4.0 * down,
                "transport_cost": 14.0 + 0.4 * down,
                "cfm_floor": 9.6 * down,
                "straightness": 3.5 * down,
                "w2_source_target_squared": 14.3,
                "seed": 0,
            });
            LaneResults {
                title: lane.title.clone(),
                experiment: Arc::new(lane.experiment.clone()),
                seeds: vec![Numbers::from_json(&numbers)],
            }
        });
        let table = Table::new(lanes.collect());
        (comparison, table)
    }

    #[test]
    fn the_numbers_of_the_theorem_stand_against_the_size_of_blocks_with_their_asymptote() {
        let (comparison, table) = compared(&["coupling.batch=1,8,64", "path=CondOt(),Cosine"]);
        let figure = theorem(&comparison, &table, String::new()).unwrap();
        assert_eq!((figure.plots.len(), figure.lanes.len()), (4, 5));
        for (i, plot) in figure.plots.iter().enumerate() {
            let path = ["cond-OT: ", "cosine: "][i / 2];
            assert!(plot.title.starts_with(path), "{}", plot.title);
            assert_eq!(plot.curves.len(), [4, 2][i % 2], "{}", plot.title);
            for curve in &plot.curves {
                let sizes: Vec<f64> = curve.points.iter().map(|point| point.x).collect();
                assert_eq!(sizes, [1.0, 8.0, 64.0]);
                let is_level = curve.points.iter().all(|point| point.y == 14.3);
                assert_eq!(is_level, curve.stroke == Stroke::Reference);
            }
        }
        let (comparison, table) = compared(&["training.batch=8,64"]);
        assert_eq!(theorem(&comparison, &table, String::new()), None);
        assert!(super::super::curves::curves(&comparison, &table, String::new()).is_some());
    }
}
