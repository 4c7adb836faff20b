//! The numbers of a comparison against the list that is one of numbers.

use crate::scene::Around;
use crate::scene::curves::{COLUMNS, Curve, CurvePoint, CurvesFigure, Plot, Scale, Stroke, XAxis};
use crate::scene::metrics::comparison::{Comparison as Table, Row};
use crate::scene::metrics::table::{
    CFM_FLOOR, COUPLING_COST, PATH_ENERGY, STRAIGHTNESS, TRANSPORT_COST, W2_SOURCE_TARGET_SQUARED,
};
use crate::scene::metrics::{ALL, Metric};

use super::plan::{BLOCK, Comparison};

/// What falls with the size of blocks (Pooladian et al., arXiv 2304.14772, theorem 4.2), from the largest on.
const FALLING: [&Metric; 5] = [
    &COUPLING_COST,
    &PATH_ENERGY,
    &TRANSPORT_COST,
    &CFM_FLOOR,
    &STRAIGHTNESS,
];

/// The first list that is one of different numbers, by its place, with its numbers.
fn varied(comparison: &Comparison) -> Option<(usize, Vec<f64>)> {
    let lists = comparison.lists().iter().enumerate();
    let numeric = |(i, list): (usize, &crate::experiment::Over)| Some((i, list.numbers()?));
    let different = |(_, values): &(usize, Vec<f64>)| values.iter().any(|x| *x != values[0]);
    lists.filter_map(numeric).find(different)
}

/// Costs, straightness and floor of every group of lanes against the size of the blocks, with the squared Wasserstein
/// distance between source and target; none if something else is varied.
pub fn theorem(comparison: &Comparison, table: &Table, recipe: String) -> Option<CurvesFigure> {
    let (varied, values) = varied(comparison)?;
    if comparison.lists().get(varied)?.key != BLOCK {
        return None;
    }
    let (names, groups) = groups(comparison, varied);
    let plot = |(i, lanes): (usize, &Vec<(usize, usize)>)| {
        let of = |metric: &Metric| points(lanes, &values, metric, table);
        let metrics = FALLING.iter().enumerate();
        let measured = metrics.map(|(colour, metric)| Curve::measured(colour, of(metric)));
        let asymptote = Curve {
            lane: FALLING.len(),
            points: of(&W2_SOURCE_TARGET_SQUARED),
            stroke: Stroke::Reference,
        };
        let curves = measured.chain([asymptote]);
        Plot {
            title: names.get(i).cloned().unwrap_or_default(),
            curves: curves.filter(|curve| !curve.points.is_empty()).collect(),
            scale: Scale::Logarithmic,
            orders: &[],
        }
    };
    let plots: Vec<Plot> = groups.iter().enumerate().map(plot).collect();
    let n = comparison.document().readout.evaluation.w2_samples;
    Some(CurvesFigure {
        title: comparison.document().words.heading().to_owned(),
        recipe,
        x_name: "pairs of a block, k".to_owned(),
        lanes: FALLING.map(|metric| metric.name.to_owned()).to_vec(),
        columns: COLUMNS.min(plots.len()),
        plots,
        x: XAxis::Values,
        dashed: vec![(
            Stroke::Reference,
            format!("W₂² of source and target, {n} samples each"),
        )],
        around: Around::default(),
    })
}

/// The curves over the first list that is one of different numbers; none if there is no such list.
pub fn curves(comparison: &Comparison, table: &Table, recipe: String) -> Option<CurvesFigure> {
    let (varied, values) = varied(comparison)?;
    let key = &comparison.lists().get(varied)?.key;
    let (names, groups) = groups(comparison, varied);
    let plot = |metric: &'static Metric| {
        let rows = |lanes: &Vec<(usize, usize)>| points(lanes, &values, metric, table);
        let curves = groups.iter().enumerate();
        let curves = curves.map(|(lane, lanes)| Curve::measured(lane, rows(lanes)));
        let curves: Vec<Curve> = curves.filter(|curve| !curve.points.is_empty()).collect();
        let title = match metric.title {
            "" => metric.key.replace('_', " "),
            title => title.to_owned(),
        };
        let scale = Scale::Linear;
        (!curves.is_empty()).then_some(Plot {
            title,
            curves,
            scale,
            orders: &[],
        })
    };
    Some(CurvesFigure {
        title: comparison.document().words.heading().to_owned(),
        recipe,
        x_name: key.replace(['.', '_'], " "),
        lanes: names,
        plots: ALL.iter().filter_map(|metric| plot(metric)).collect(),
        columns: COLUMNS,
        x: XAxis::Values,
        dashed: Vec::new(),
        around: Around::default(),
    })
}

/// The lanes that are alike but for the varied list: what they are called, and for each its lanes with the place of
/// their value.
fn groups(comparison: &Comparison, varied: usize) -> (Vec<String>, Vec<Vec<(usize, usize)>>) {
    let mut places: Vec<Vec<usize>> = Vec::new();
    let (mut names, mut groups) = (Vec::new(), Vec::<Vec<(usize, usize)>>::new());
    for (lane, variant) in comparison.lanes().iter().enumerate() {
        let mut place = variant.place.clone();
        let value = place.remove(varied + 1);
        let known = places.iter().position(|known| *known == place);
        let group = known.unwrap_or_else(|| {
            places.push(place);
            let words = variant.words.iter().enumerate();
            let others = words.filter(|(i, word)| *i != varied + 1 && !word.is_empty());
            let others: Vec<&str> = others.map(|(_, word)| word.as_str()).collect();
            names.push(others.join(", "));
            groups.push(Vec::new());
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(group) {
            group.push((lane, value));
        }
    }
    if names.iter().all(String::is_empty) {
        names.clear();
    }
    (names, groups)
}

/// What a group has of a number, in the order of the values.
fn points(
    lanes: &[(usize, usize)],
    values: &[f64],
    metric: &Metric,
    table: &Table,
) -> Vec<CurvePoint> {
    let point = |&(lane, value): &(usize, usize)| {
        let row = table.rows().iter().find(|row: &&Row| row.lane == lane)?;
        let estimate = row.estimate(metric)?;
        Some(CurvePoint {
            x: *values.get(value)?,
            y: estimate.mean,
            error: estimate.error,
        })
    };
    let mut points: Vec<CurvePoint> = lanes.iter().filter_map(point).collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    points
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
        let titles: Vec<&str> = figure
            .plots
            .iter()
            .map(|plot| plot.title.as_str())
            .collect();
        assert_eq!((titles, figure.lanes.len()), (vec!["cond-OT", "cosine"], 5));
        for plot in &figure.plots {
            assert_eq!(plot.curves.len(), 6, "{}", plot.title);
            for curve in &plot.curves {
                let sizes: Vec<f64> = curve.points.iter().map(|point| point.x).collect();
                assert_eq!(sizes, [1.0, 8.0, 64.0]);
                let is_level = curve.points.iter().all(|point| point.y == 14.3);
                assert_eq!(is_level, curve.stroke == Stroke::Reference);
            }
        }
        let (comparison, table) = compared(&["training.batch=8,64"]);
        assert_eq!(theorem(&comparison, &table, String::new()), None);
        assert!(curves(&comparison, &table, String::new()).is_some());
    }
}
