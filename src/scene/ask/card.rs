//! What a figure says of the point, in its upper left corner; a lane of the window has room for one line.

use super::words::{difference, here, key, sentence};
use crate::products::{Answer, Made};
use crate::scene::item::{Align, Item, Rectangle, Text};
use crate::scene::place::Place;
use crate::scene::text::{self, Weight};
use crate::scene::{Color, Decorations, Rect};

/// A narrower figure has room for one line, too, in points.
const NARROW: f32 = 270.0;

/// The card; nothing on a canvas that has a bar for it.
pub(super) fn items(answer: &Made<Answer>, unit: f64, place: &Place) -> Vec<Item> {
    let theme = place.theme();
    let lines = match place.decorations {
        Decorations::Canvas => return Vec::new(),
        Decorations::Lane => vec![(short(answer), theme.accent)],
        Decorations::Figure if place.transform.rect().width() < NARROW => {
            vec![(short(answer), theme.accent)]
        }
        Decorations::Figure => figure(answer, unit, place),
    };
    let lines: Vec<(String, Color)> = lines.into_iter().filter(|(w, _)| !w.is_empty()).collect();
    let (sizes, page) = (&place.sizes, place.transform.rect());
    let width = |words: &str| text::width(words, sizes.small, Weight::Regular);
    let widest = lines
        .iter()
        .map(|(words, _)| width(words))
        .fold(0.0, f32::max);
    let (pad, height) = (sizes.gap, 1.4 * sizes.small);
    let corner = [page.min[0] + sizes.gap, page.min[1] + sizes.gap];
    let size = [widest + 2.0 * pad, lines.len() as f32 * height + 1.2 * pad];
    let mut items = vec![Item::Rectangle(Rectangle {
        rect: Rect::at(corner, size),
        fill: Some(theme.background.alpha(225)),
        stroke: None,
        radius: 0.6 * sizes.gap,
    })];
    for (k, (words, color)) in lines.into_iter().enumerate() {
        items.push(Item::Text(Text {
            text: words,
            at: [corner[0] + pad, corner[1] + (k as f32 + 1.0) * height],
            align: Align::Left,
            size: sizes.small,
            weight: Weight::Regular,
            color,
        }));
    }
    items
}

/// How the flow differs, in as few words as there are.
fn short(answer: &Made<Answer>) -> String {
    let fan = answer.posterior.fan.as_ref().ok();
    let found = fan.and_then(|fan| difference(fan.velocity, answer.velocity));
    found.map_or_else(String::new, |found| {
        let side = if found.angle > 0.0 { "left" } else { "right" };
        let length = if found.length > 0.0 { "long" } else { "short" };
        let (angle, share) = (found.angle.abs(), 100.0 * found.length.abs());
        format!("{angle:.1}° {side}, {share:.0} % {length}")
    })
}

fn figure(answer: &Made<Answer>, unit: f64, place: &Place) -> Vec<(String, Color)> {
    let theme = place.theme();
    let number = |x: f64| format!("{x:.2}").replace('-', "−");
    let pair = |[x, y]: [f64; 2]| format!("({}, {})", number(x), number(y));
    let posterior = &answer.posterior;
    let mut lines = vec![(
        format!(
            "x = {}, t = {:.2}, {}",
            pair(posterior.at),
            posterior.t,
            key(unit)
        ),
        theme.muted,
    )];
    if let Ok(fan) = &posterior.fan {
        let exact = format!("exact u = {}, the mean of the fan", pair(fan.velocity));
        lines.push((exact, theme.ink.exact));
    }
    lines.push((
        format!("v = {}. {}", pair(answer.velocity), sentence(answer)),
        theme.accent,
    ));
    lines.push((here(answer), theme.muted));
    lines
}
