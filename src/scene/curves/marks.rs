//! The line of a curve with its points and their error bars, clipped to the box of its plot.

use super::data::{Curve, CurvePoint, Placed, Stroke};
use crate::scene::geometry::{PagePoint, Rect};
use crate::scene::item::{Item, Points, Polylines, Segments};
use crate::scene::theme::lane_color;
use crate::scene::{Color, Page};

/// Opacity of a faint line, of 255.
const FAINT: u8 = 90;
/// Lengths of a dash and of the gap after it, as multiples of the line's width.
const DASHES: [f32; 2] = [4.0, 3.0];

/// The colour of a line.
pub(super) fn color_of(lane: usize, stroke: Stroke, page: &Page) -> Color {
    let color = lane_color(lane, page.theme.is_dark());
    match stroke {
        Stroke::Dots | Stroke::Line | Stroke::Dashed => color,
        Stroke::Faint => color.alpha(FAINT),
        Stroke::Reference => page.theme().muted,
    }
}

/// The width of a line.
pub(super) fn width_of(stroke: Stroke, page: &Page) -> f32 {
    let width = page.sizes().trajectory;
    match stroke {
        Stroke::Dots | Stroke::Line => 1.6 * width,
        Stroke::Dashed | Stroke::Reference => 1.2 * width,
        Stroke::Faint => 0.8 * width,
    }
}

/// The line, its points and their error bars.
pub(super) fn curve_marks(plot: &Placed, curve: &Curve, page: &Page) -> Vec<Item> {
    let color = color_of(curve.lane, curve.stroke, page);
    let width = width_of(curve.stroke, page);
    let shown = |point: &&CurvePoint| {
        let at = plot.at(point.x, point.y);
        at.iter().all(|side| side.is_finite())
    };
    let points: Vec<&CurvePoint> = curve.points.iter().filter(shown).collect();
    let line: Vec<PagePoint> = points.iter().map(|p| plot.at(p.x, p.y)).collect();
    match curve.stroke {
        Stroke::Dashed | Stroke::Reference => {
            let ends = dashes(&line, width);
            let ends = ends.into_iter().filter_map(|ends| clipped(ends, plot.rect));
            let ends = ends.collect();
            vec![Item::Segments(Segments { ends, width, color })]
        }
        Stroke::Line | Stroke::Faint => vec![line_of(&line, plot.rect, width, color)],
        Stroke::Dots => {
            let cap = 1.5 * page.sizes().particle;
            vec![
                line_of(&line, plot.rect, width, color),
                Item::Segments(Segments {
                    ends: bars(plot, &points, cap),
                    width: 0.6 * width,
                    color,
                }),
                Item::Points(Points {
                    centers: line
                        .into_iter()
                        .filter(|at| plot.rect.contains(*at))
                        .collect(),
                    radius: 1.4 * page.sizes().particle,
                    color,
                }),
            ]
        }
    }
}

fn line_of(points: &[PagePoint], rect: Rect, width: f32, color: Color) -> Item {
    let mut line = Polylines::with_capacity(width, false, 1, points.len());
    for ends in points.windows(2) {
        let Some([a, b]) = clipped([ends[0], ends[1]], rect) else {
            line.finish_line(color);
            continue;
        };
        let first = line.ends.last().map_or(0, |&end| end as usize);
        let goes_on = line.points.len() > first && line.points.last() == Some(&a);
        if !goes_on {
            line.finish_line(color);
            line.points.push(a);
        }
        line.points.push(b);
    }
    line.finish_line(color);
    Item::Polylines(line)
}

fn bars(plot: &Placed, points: &[&CurvePoint], cap: f32) -> Vec<[PagePoint; 2]> {
    let mut bars = Vec::new();
    for point in points {
        let Some(error) = point.error.filter(|error| *error > 0.0) else {
            continue;
        };
        let x = plot.at(point.x, point.y)[0];
        let [low, high] = [-1.0, 1.0].map(|sign| plot.at(point.x, point.y + sign * error)[1]);
        // On a logarithmic axis a bar that reaches zero ends at the box.
        let low = if low.is_finite() {
            low
        } else {
            plot.rect.max[1]
        };
        bars.push([[x, low], [x, high]]);
        bars.extend([low, high].map(|y| [[x - cap, y], [x + cap, y]]));
    }
    let inside = bars.into_iter().filter_map(|bar| clipped(bar, plot.rect));
    inside.collect()
}

/// Dashes along a line.
pub(super) fn dashes(line: &[PagePoint], width: f32) -> Vec<[PagePoint; 2]> {
    let [dash, gap] = DASHES.map(|length| length * width);
    let mut dashes = Vec::new();
    let mut phase = 0.0;
    for ends in line.windows(2) {
        let [a, b] = [ends[0], ends[1]];
        let length = (b[0] - a[0]).hypot(b[1] - a[1]);
        let along = |s: f32| [0, 1].map(|k| a[k] + (b[k] - a[k]) * s / length);
        let mut start = -phase;
        while start < length {
            let (from, to) = (start.max(0.0), (start + dash).min(length));
            if to > from {
                dashes.push([along(from), along(to)]);
            }
            start += dash + gap;
        }
        phase = dash + gap - (start - length);
    }
    dashes
}

/// The part of a stroke within a box (Liang and Barsky 1984).
pub(super) fn clipped([a, b]: [PagePoint; 2], rect: Rect) -> Option<[PagePoint; 2]> {
    let (mut from, mut to) = (0.0_f32, 1.0_f32);
    for k in 0..2 {
        let way = b[k] - a[k];
        for (distance, speed) in [(a[k] - rect.min[k], -way), (rect.max[k] - a[k], way)] {
            if speed == 0.0 {
                if distance < 0.0 {
                    return None;
                }
            } else if speed < 0.0 {
                from = from.max(distance / speed);
            } else {
                to = to.min(distance / speed);
            }
        }
    }
    let at = |s: f32| match s {
        0.0 => a,
        1.0 => b,
        s => [0, 1].map(|k| a[k] + s * (b[k] - a[k])),
    };
    (from <= to).then(|| [at(from), at(to)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strokes_end_at_the_box() {
        let rect = Rect::at([0.0, 0.0], [2.0, 2.0]);
        let cut = clipped([[-1.0, 1.0], [3.0, 1.0]], rect);
        assert_eq!(cut, Some([[0.0, 1.0], [2.0, 1.0]]));
        let inside = [[0.5, 0.5], [1.0, 1.5]];
        assert_eq!(clipped(inside, rect), Some(inside));
        assert_eq!(clipped([[-1.0, 3.0], [3.0, 3.0]], rect), None);
        assert_eq!(clipped([[-2.0, 1.0], [1.0, -2.0]], rect), None);
    }

    #[test]
    fn dashes_go_on_around_corners() {
        let line = [[0.0, 0.0], [10.0, 0.0], [10.0, 11.0]];
        let all = dashes(&line, 1.0);
        let length: f32 = all
            .iter()
            .map(|[a, b]| (b[0] - a[0]).abs() + (b[1] - a[1]).abs())
            .sum();
        assert!((length - 12.0).abs() < 1e-4, "{length}");
    }
}
