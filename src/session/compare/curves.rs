//! The numbers of a comparison against the list that is one of numbers.

use crate::scene::Around;
use crate::scene::curves::{COLUMNS, Curve, CurvePoint, CurvesFigure, Plot, Scale, XAxis};
use crate::scene::metrics::comparison::{Comparison as Table, Row};
use crate::scene::metrics::{ALL, Metric};

use super::plan::Comparison;

/// The first list that is one of different numbers, by its place, with its numbers.
pub fn varied(comparison: &Comparison) -> Option<(usize, Vec<f64>)> {
    let lists = comparison.lists().iter().enumerate();
    let numeric = |(i, list): (usize, &crate::experiment::Over)| Some((i, list.numbers()?));
    let different = |(_, values): &(usize, Vec<f64>)| values.iter().any(|x| *x != values[0]);
    lists.filter_map(numeric).find(different)
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
pub fn groups(comparison: &Comparison, varied: usize) -> (Vec<String>, Vec<Vec<(usize, usize)>>) {
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
pub fn points(
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
