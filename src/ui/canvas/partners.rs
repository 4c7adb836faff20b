//! The partner of the block's point under the pointer, under every coupling that the block is paired by.

use egui::{Align2, FontId, Painter, Pos2, Rect, Stroke, Vec2, pos2, vec2};

use crate::experiment::Layer;
use crate::flow::Point;
use crate::products::CouplingBlock;
use crate::scene::theme::Theme;
use crate::snapshot::Frame;
use crate::ui::rack::coupling_color;
use crate::ui::theme::ink;

use super::place::Place;

/// A point at most this far from the pointer is under it, in points.
const TOUCH: f32 = 9.0;

/// Marks the partners, if the layer is shown and a point of the block is under the pointer.
pub fn partners_ui(
    painter: &Painter,
    place: &Place,
    (frame, layers): (&Frame, &[Layer]),
    pointer: Pos2,
    (theme, dark): (&Theme, bool),
) {
    let block = frame
        .products
        .block
        .get()
        .filter(|_| layers.contains(&Layer::Block));
    let Some((block, touched)) =
        block.and_then(|block| Some((block, touched(block, place, pointer)?)))
    else {
        return;
    };
    let painter = painter.with_clip_rect(place.rect.intersect(painter.clip_rect()));
    let mut lines = Vec::new();
    for (number, pairing) in block.pairings.iter().enumerate() {
        let color = ink(coupling_color(number, dark));
        let mut pairs = pairing.pairs.iter();
        let Some((x_0, x_1)) = pairs.find(|(x_0, x_1)| touched.is_one_of(*x_0, *x_1)) else {
            continue;
        };
        let ends = [x_0, x_1].map(|p| place.screen_at(p));
        let width = if number == 0 { 3.0 } else { 2.0 };
        painter.line_segment(ends, Stroke::new(width, color));
        for end in ends {
            painter.circle_filled(end, 4.0, color);
        }
        lines.push((pairing.coupling.name(), color));
    }
    names(&painter, place.rect, pointer, &lines, theme);
}

/// An end of pairs.
enum Touched {
    Source(Point),
    Target(Point),
}

impl Touched {
    fn is_one_of(&self, x_0: Point, x_1: Point) -> bool {
        match self {
            Self::Source(point) => *point == x_0,
            Self::Target(point) => *point == x_1,
        }
    }
}

/// The point of the block that is nearest to the pointer, within reach.
fn touched(block: &CouplingBlock, place: &Place, pointer: Pos2) -> Option<Touched> {
    let own = block.own()?;
    let distance = |p: &Point| place.screen_at(*p).distance(pointer);
    let nearest = |points: &[Point]| {
        let distances = points.iter().map(|p| (distance(p), *p));
        distances.min_by(|a, b| a.0.total_cmp(&b.0))
    };
    let source = nearest(&own.pairs.x_0)?;
    let target = nearest(&own.pairs.x_1)?;
    match (source.0 <= target.0, source.0.min(target.0) < TOUCH) {
        (_, false) => None,
        (true, _) => Some(Touched::Source(source.1)),
        (false, _) => Some(Touched::Target(target.1)),
    }
}

/// What the colours stand for, beside the pointer.
fn names(
    painter: &Painter,
    area: Rect,
    pointer: Pos2,
    lines: &[(&str, egui::Color32)],
    theme: &Theme,
) {
    let font = FontId::proportional(11.5);
    let galleys: Vec<_> = lines
        .iter()
        .map(|(name, color)| painter.layout_no_wrap((*name).to_owned(), font.clone(), *color))
        .collect();
    let width = galleys
        .iter()
        .map(|galley| galley.size().x)
        .fold(0.0, f32::max);
    let height: f32 = galleys.iter().map(|galley| galley.size().y).sum();
    let size = vec2(width, height) + Vec2::splat(12.0);
    let mut card = Align2::LEFT_TOP.anchor_size(pointer + vec2(14.0, 14.0), size);
    let over = (card.max - area.max).max(Vec2::ZERO);
    card = card.translate(-over);
    painter.rect_filled(card, 5.0, ink(theme.panel));
    let mut y = card.top() + 6.0;
    for galley in galleys {
        let at = pos2(card.left() + 6.0, y);
        y += galley.size().y;
        painter.galley(at, galley, ink(theme.text));
    }
}
