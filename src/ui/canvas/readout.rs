//! What lies under the pointer, in numbers, at the lower right. Interpolates the stored picture; computes nothing.

use egui::{Align2, FontId, Rect, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use crate::flow::Point;
use crate::flow::grid::FieldGrid;
use crate::flow::likelihood::LogLikelihood;
use crate::products::LikelihoodAt;
use crate::scene::theme::Theme;
use crate::ui::lab::as_printed;
use crate::ui::theme::ink;

/// From the edges of the canvas to the card, in points: clear of the numbers along the edges.
const MARGIN: Vec2 = vec2(34.0, 30.0);
/// Free space between the card and the legend, in points.
const GAP: f32 = 8.0;

/// The position, the velocity there if the picture knows it, and the likelihood if it is asked for: that of the position as
/// it is printed, three dots while it is of another one.
pub fn words(at: Point, velocity: Option<Point>, likelihood: Option<&LikelihoodAt>) -> String {
    let mut words = format!("x = {}", pair(at));
    if let Some(velocity) = velocity {
        words.push_str(&format!("    v = {}", pair(velocity)));
    }
    if let Some(found) = likelihood {
        words.push_str("    log p₁ = ");
        words.push_str(&match &found.likelihood {
            _ if found.at != as_printed(at) => "…".to_owned(),
            Ok(likelihood) => log_density(likelihood),
            Err(_) => "–".to_owned(),
        });
    }
    words
}

/// `log p_1` with its spread, and `p_1`.
fn log_density(likelihood: &LogLikelihood) -> String {
    let LogLikelihood { value, spread } = *likelihood;
    let log = match spread {
        0.0 => format!("{value:.4}"),
        spread => format!("{value:.4} ± {spread:.2}"),
    };
    format!("{log}    p₁ = {:.3e}", value.exp()).replace('-', "−")
}

/// The words on a card; above the legend if there is no room beside it.
pub fn readout_ui(ui: &Ui, area: Rect, legend: Option<Rect>, words: String, theme: &Theme) {
    let painter = ui.painter();
    let galley = painter.layout_no_wrap(words, FontId::proportional(12.0), ink(theme.text));
    let card = card_beside(area, legend, galley.size() + vec2(20.0, 10.0));
    painter.rect(
        card,
        6.0,
        ink(theme.panel),
        Stroke::new(1.0, ink(theme.line)),
        StrokeKind::Inside,
    );
    let text = pos2(card.left() + 10.0, card.center().y - 0.5 * galley.size().y);
    painter.galley(text, galley, ink(theme.text));
}

/// A card in the lower right corner of the area, moved up if it would touch the legend.
fn card_beside(area: Rect, legend: Option<Rect>, size: Vec2) -> Rect {
    let card = Align2::RIGHT_BOTTOM.anchor_size(area.max - MARGIN, size);
    match legend {
        Some(legend) if legend.expand(GAP).intersects(card) => {
            card.translate(vec2(0.0, legend.top() - GAP - card.bottom()))
        }
        _ => card,
    }
}

fn pair(p: Point) -> String {
    format!("({:.2}, {:.2})", p[0], p[1]).replace('-', "−")
}

/// The velocity at a point and a time: bilinear between the centres of the cells and linear in time; `None`
/// outside the grid.
pub fn velocity_at(grid: &FieldGrid, t: f64, at: Point) -> Option<Point> {
    let [columns, rows] = grid.n;
    if !grid.bounds.contains(at) || columns == 0 || rows == 0 {
        return None;
    }
    let later = grid.times.partition_point(|&time| time < t);
    let last = grid.times.len().checked_sub(1)?;
    let (after, before) = (later.min(last), later.saturating_sub(1));
    let gap = grid.times[after] - grid.times[before];
    let share = if gap > 0.0 {
        ((t - grid.times[before]) / gap).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let [x, y] = [
        cell_of(at[0] - grid.bounds.min[0], grid.bounds.width(), columns),
        cell_of(at[1] - grid.bounds.min[1], grid.bounds.height(), rows),
    ];
    let mut sum = [0.0; 2];
    for (time, weight_t) in [(before, 1.0 - share), (after, share)] {
        for (iy, weight_y) in [(y.0, 1.0 - y.2), (y.1, y.2)] {
            for (ix, weight_x) in [(x.0, 1.0 - x.2), (x.1, x.2)] {
                let v = grid.velocities.get((time * rows + iy) * columns + ix)?;
                let weight = weight_t * weight_y * weight_x;
                sum = [sum[0] + weight * v[0], sum[1] + weight * v[1]];
            }
        }
    }
    (sum[0].is_finite() && sum[1].is_finite()).then_some(sum)
}

/// The two cells whose centres are around a distance from the edge, and the weight of the second.
fn cell_of(distance: f64, extent: f64, n: usize) -> (usize, usize, f64) {
    let cells = (distance / extent * n as f64 - 0.5).clamp(0.0, (n - 1) as f64);
    let first = (cells as usize).min(n - 1);
    (first, (first + 1).min(n - 1), cells - first as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Bounds;

    /// `v_t(x) = (x, t)` on 4 by 2 cells of side 1.
    fn grid() -> FieldGrid {
        let times = vec![0.0, 1.0];
        let mut velocities = Vec::new();
        for &t in &times {
            for _row in 0..2 {
                velocities.extend((0..4).map(|column| [f64::from(column) + 0.5, t]));
            }
        }
        FieldGrid {
            bounds: Bounds {
                min: [0.0, 0.0],
                max: [4.0, 2.0],
            },
            n: [4, 2],
            times,
            velocities,
        }
    }

    #[test]
    fn a_linear_field_is_read_exactly_between_the_centres() {
        let v = velocity_at(&grid(), 0.25, [1.7, 1.2]);
        assert!(v.is_some_and(|v| (v[0] - 1.7).abs() < 1e-12 && (v[1] - 0.25).abs() < 1e-12));
        assert_eq!(velocity_at(&grid(), 2.0, [0.1, 0.1]), Some([0.5, 1.0]));
        assert_eq!(velocity_at(&grid(), 0.5, [4.1, 1.0]), None);
        assert_eq!(velocity_at(&grid(), 0.5, [f64::NAN, 1.0]), None);
    }

    #[test]
    fn the_card_makes_room_for_the_legend() {
        let area = Rect::from_min_max(pos2(0.0, 0.0), pos2(800.0, 600.0));
        let size = vec2(200.0, 24.0);
        let legend = |width| Some(Rect::from_min_max(pos2(12.0, 560.0), pos2(width, 588.0)));
        assert_eq!(card_beside(area, None, size).max, pos2(766.0, 570.0));
        assert_eq!(
            card_beside(area, legend(500.0), size).max,
            pos2(766.0, 570.0)
        );
        assert_eq!(
            card_beside(area, legend(600.0), size).max,
            pos2(766.0, 552.0)
        );
    }

    #[test]
    fn a_likelihood_is_shown_for_the_point_that_is_printed_and_for_no_other() {
        let found = LikelihoodAt {
            at: [1.23, -0.5],
            x_0: [0.0; 2],
            likelihood: Ok(LogLikelihood {
                value: -2.531024,
                spread: 0.0,
            }),
        };
        let of = |at| words(at, None, Some(&found));
        let expected = "x = (1.23, −0.50)    log p₁ = −2.5310    p₁ = 7.958e−2";
        assert_eq!(of([1.2314, -0.4996]), expected);
        assert_eq!(of([1.24, -0.5]), "x = (1.24, −0.50)    log p₁ = …");
    }

    #[test]
    fn numbers_have_a_true_minus() {
        assert_eq!(pair([-0.354, 0.5]), "(−0.35, 0.50)");
    }
}
