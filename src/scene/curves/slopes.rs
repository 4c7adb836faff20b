//! Slopes that orders of convergence have between axes of ratios: thin dashed lines under the curves.

use super::data::Placed;
use super::marks::{clipped, dashes};
use crate::scene::Page;
use crate::scene::geometry::{PagePoint, Rect};
use crate::scene::item::{Align, Item, Segments, Text};
use crate::scene::text::{self, Weight};

/// Width of the lines as a share of that of trajectories.
const THIN: f32 = 0.7;

/// A line for each order, all through the corner of least cost and largest value, with its name under its lower end; none
/// where the axes have no ratios, or there is no curve.
pub(super) fn slopes(plot: &Placed, page: &Page) -> Vec<Item> {
    let has_ratios = plot.x.logarithmic && plot.y.logarithmic;
    let is_wanted = has_ratios && !plot.plot.orders.is_empty();
    let Some(corner) = corner(plot).filter(|_| is_wanted) else {
        return Vec::new();
    };
    let width = THIN * page.sizes().trajectory;
    let color = page.theme().muted;
    let (mut ends, mut names) = (Vec::new(), Vec::<Text>::new());
    for &order in plot.plot.orders {
        let Some(line) = line(plot, corner, order) else {
            continue;
        };
        ends.extend(dashes(&line, width));
        let name = name(&format!("order {order}"), line, plot.rect, page);
        let is_free = |bounds: Rect| names.iter().all(|other| !other.bounds().touches(&bounds));
        names.extend(name.filter(|name| is_free(name.bounds())));
    }
    let lines = Item::Segments(Segments { ends, width, color });
    std::iter::once(lines)
        .chain(names.into_iter().map(Item::Text))
        .collect()
}

/// The least x and the largest y of the curves.
fn corner(plot: &Placed) -> Option<[f64; 2]> {
    let points = plot.plot.curves.iter().flat_map(|curve| &curve.points);
    let points = points.filter(|point| point.x > 0.0 && point.y > 0.0);
    points
        .map(|point| [point.x, point.y])
        .reduce(|[x, y], [a, b]| [x.min(a), y.max(b)])
}

/// From the corner to where the line leaves the box.
fn line(plot: &Placed, [x, y]: [f64; 2], order: u8) -> Option<[PagePoint; 2]> {
    let high = plot.x.high();
    let end = y * (high / x).powi(-i32::from(order));
    let line = [plot.at(x, y), plot.at(high, end)];
    let is_drawn = line.iter().flatten().all(|side| side.is_finite());
    clipped(line, plot.rect).filter(|_| is_drawn)
}

/// The words to the lower left of the line's lower end, where it is above them; none if the box has no room for them.
fn name(words: &str, [start, end]: [PagePoint; 2], rect: Rect, page: &Page) -> Option<Text> {
    let sizes = page.sizes();
    let gap = 0.6 * sizes.gap;
    let height = text::cap_height(sizes.small);
    let lowest = rect.max[1] - 2.0 * gap - height;
    // Where the line is as high as the top of the words.
    let top = end[1].min(lowest);
    let share = (top - start[1]) / (end[1] - start[1]);
    let x = start[0] + share * (end[0] - start[0]);
    let at = [x - gap, top + gap + height];
    let text = Text {
        text: words.to_owned(),
        at,
        align: Align::Right,
        size: sizes.small,
        weight: Weight::Regular,
        color: page.theme().muted,
    };
    (share > 0.0 && text.bounds().min[0] > rect.min[0] + gap).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::super::axis::{Axis, AxisTicks, Scale};
    use super::super::data::{Curve, CurvePoint, Plot};
    use super::*;
    use crate::scene::Style;

    /// The slopes over NFE 1 to 100 and errors 1 to 1e-4, in a box of 200 by 100.
    fn drawn(scale: Scale, orders: &'static [u8], points: &[(f64, f64)]) -> (Vec<Item>, Rect) {
        let point = |&(x, y): &(f64, f64)| CurvePoint { x, y, error: None };
        let plot = Plot {
            title: String::new(),
            curves: vec![Curve::measured(0, points.iter().map(point).collect())],
            scale,
            orders,
        };
        let rect = Rect::at([10.0, 10.0], [200.0, 100.0]);
        let axis = |values: [f64; 2]| Axis::around(values.into_iter(), scale);
        let placed = Placed {
            plot: &plot,
            rect,
            x: axis([1.0, 100.0]),
            y: axis([1e-4, 1.0]),
            y_ticks: AxisTicks::at(std::iter::empty()),
        };
        (slopes(&placed, &Page::figure(Style::Paper)), rect)
    }

    const POINTS: [(f64, f64); 2] = [(1.0, 0.5), (100.0, 1.0)];

    #[test]
    fn each_order_falls_by_its_power_from_the_corner() {
        for (order, orders) in [(1_u8, &[1][..]), (2, &[2]), (4, &[4])] {
            let (items, rect) = drawn(Scale::Logarithmic, orders, &POINTS);
            let Item::Segments(strokes) = &items[0] else {
                panic!("no strokes");
            };
            let [x, y] = strokes.ends[0][0];
            let all = strokes.ends.iter().flatten();
            assert!(all.clone().all(|at| rect.grown(0.01).contains(*at)));
            let [far_x, far_y] = *all.last().unwrap();
            // Ratios of the box: 2 decades and a margin of 8 % at both ends, and twice as many.
            let decades = [2.0, 4.0].map(|span: f32| 1.16 * span);
            let per_point = [decades[0] / rect.width(), decades[1] / rect.height()];
            let slope = (far_y - y) * per_point[1] / ((far_x - x) * per_point[0]);
            assert!((slope - f32::from(order)).abs() < 1e-2, "{slope}");
            // The corner is NFE 1 with error 1.
            let share = [
                (x - rect.min[0]) / rect.width(),
                (y - rect.min[1]) / rect.height(),
            ];
            assert!(
                share.iter().all(|share| (share - 0.08 / 1.16).abs() < 1e-3),
                "{share:?}"
            );
        }
    }

    #[test]
    fn names_stand_in_the_box_and_not_on_each_other() {
        let (items, rect) = drawn(Scale::Logarithmic, &[1, 2, 4], &POINTS);
        let names: Vec<&Text> = items
            .iter()
            .filter_map(|item| match item {
                Item::Text(text) => Some(text),
                _ => None,
            })
            .collect();
        let words: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
        assert_eq!(words, ["order 1", "order 2", "order 4"]);
        for (i, name) in names.iter().enumerate() {
            let bounds = name.bounds();
            assert!(
                rect.contains(bounds.min) && rect.contains(bounds.max),
                "{}",
                name.text
            );
            assert!(
                names[..i]
                    .iter()
                    .all(|other| !other.bounds().touches(&bounds))
            );
        }
    }

    #[test]
    fn there_are_none_where_they_would_mean_nothing() {
        assert!(drawn(Scale::Linear, &[1], &POINTS).0.is_empty());
        assert!(drawn(Scale::Logarithmic, &[1], &[]).0.is_empty());
        assert!(drawn(Scale::Logarithmic, &[], &POINTS).0.is_empty());
    }
}
