//! One training step in slow motion, drawn over the layers, which fade: pairs, couplings, times, points on their
//! conditional paths, target, prediction, residual, and what one optimizer step changes.
//!
//! Pure marks of what a frame has laid out, at a stage that the view names; refuses to know how a step is taken.

mod field;
mod mark;
mod scale;

use super::Color;
use super::geometry::PagePoint;
use super::item::{Align, Arrows, Item, Points, Polylines, Rectangle, Segments, Text};
use super::metrics::three_digits;
use super::place::Place;
use super::text::{self, Weight};
use crate::experiment::{Stage, StepView};
use crate::flow::Point;
use crate::flow::path::interpolate;
use crate::snapshot::{Frame, StepPair, StepPreview};

pub use mark::Mark;
pub(super) use mark::NOTES;
pub use scale::magnification;
pub(super) use scale::{factor, round_down};

/// Opacity of what lies over the layers: they are still there, but what is told is the step.
const VEIL: u8 = 205;
/// Pieces of a conditional path.
const PIECES: usize = 32;
/// Share of ink that pairs keep while the field is shown.
const BEHIND_THE_FIELD: f32 = 0.35;

/// A laid out step as it is drawn.
pub(super) struct Shown<'a> {
    step: &'a StepPreview,
    view: &'a StepView,
    place: &'a Place,
    /// Data units that an arrow has for each unit of velocity.
    length: f64,
}

impl<'a> Shown<'a> {
    /// The step that the view names, if the frame has it.
    pub fn of(frame: &'a Frame, view: &'a Option<StepView>, place: &'a Place) -> Option<Self> {
        let view = view.as_ref()?;
        let step: &StepPreview = frame.laid_out(view.step)?;
        Some(Self {
            step,
            view,
            place,
            length: scale::arrow_length(step),
        })
    }

    /// What the legend says beneath the names: how arrows are drawn. See [`mark::NOTES`].
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.view.has(Stage::Target) {
            notes.push(format!("u, v drawn × {}", scale::factor(self.length)));
        }
        if self.moved() > 0.0 {
            let times = scale::factor(magnification(self.step));
            notes.push(format!("change drawn × {times}"));
        }
        notes
    }

    /// The marks over the layers, bottom first; `t` is the time of the field that is shown.
    pub fn items(&self, t: f64) -> Vec<Item> {
        let mut items = vec![self.veil()];
        if self.moved() > 0.0 {
            items.extend(field::items(self.step, self.moved(), t, self.place));
        }
        items.extend(self.couplings());
        items.extend(self.ends());
        items.extend(self.ways());
        items.extend(self.arrows());
        items.extend(self.words());
        items
    }

    /// How far the field has moved, 0 to 1; it stays where it is until the step has been taken.
    fn moved(&self) -> f64 {
        match self.step.taken {
            Some(_) => self.view.shown(Stage::Update),
            None => 0.0,
        }
    }

    fn veil(&self) -> Item {
        Item::Rectangle(Rectangle {
            rect: self.place.transform.rect(),
            fill: Some(self.place.theme().background.alpha(VEIL)),
            stroke: None,
            radius: 0.0,
        })
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, &'a StepPair)> {
        self.step.pairs.iter().take(self.view.pairs).enumerate()
    }

    /// The ink of what is shown of a pair while the field is told about.
    fn behind(&self, color: Color) -> Color {
        let share = 1.0 - (1.0 - BEHIND_THE_FIELD) * self.moved() as f32;
        color.faded(share)
    }

    /// Lines from source to target, those of the rest of the block faint.
    fn couplings(&self) -> Vec<Item> {
        let drawn = self.view.shown(Stage::Couple);
        if drawn == 0.0 {
            return Vec::new();
        }
        let (sizes, color) = (&self.place.sizes, self.place.theme().ink.pair);
        let line = |x_0, x_1| {
            let end = lerp(x_0, x_1, drawn);
            Some([self.place.project(x_0)?, self.place.project(end)?])
        };
        let rest = self.step.pairs.iter().skip(self.view.pairs);
        let rest = rest.filter(|_| !self.step.coupled.is_empty());
        let rest = rest.map(|pair| (pair.x_0, pair.x_1));
        let block = rest.chain(self.step.coupled.iter().copied());
        let faint = block.filter_map(|(x_0, x_1)| line(x_0, x_1)).collect();
        let shown = self
            .pairs()
            .filter_map(|(_, pair)| line(pair.x_0, pair.x_1));
        let lines = [(faint, 0.4, 1.0), (shown.collect(), 1.0, 2.0)];
        let lines = lines.map(|(ends, share, width)| {
            Item::Segments(Segments {
                ends,
                width: width * sizes.pair,
                color: self.behind(color.faded(share)),
            })
        });
        lines.into()
    }

    /// The points that were drawn.
    fn ends(&self) -> Vec<Item> {
        let theme = self.place.theme();
        let radius = self.radius() * self.view.shown(Stage::Draw) as f32;
        let sources = self.pairs().map(|(k, pair)| (k, pair.x_0));
        let targets = self.pairs().map(|(k, pair)| (k, pair.x_1));
        let mut items = self.dots(sources, radius, self.behind(theme.source));
        items.extend(self.dots(targets, radius, self.behind(theme.target)));
        items
    }

    /// Dots, that of the marked pair with a rim.
    fn dots(
        &self,
        at: impl Iterator<Item = (usize, Point)>,
        radius: f32,
        color: Color,
    ) -> Vec<Item> {
        let (mut centers, mut marked) = (Vec::new(), Vec::new());
        for (k, center) in at.filter_map(|(k, x)| Some((k, self.place.project(x)?))) {
            centers.push(center);
            if k == self.view.marked {
                marked.push(center);
            }
        }
        let rim = self.behind(self.place.theme().text);
        let dots = [(marked, radius + self.rim(), rim), (centers, radius, color)];
        let dots = dots.map(|(centers, radius, color)| {
            Item::Points(Points {
                centers,
                radius,
                color,
            })
        });
        dots.into()
    }

    /// The radius of a dot.
    fn radius(&self) -> f32 {
        1.8 * self.place.sizes.particle
    }

    fn rim(&self) -> f32 {
        0.7 * self.place.sizes.particle
    }

    /// The conditional paths as far as their times, with a point at the end of each.
    fn ways(&self) -> Vec<Item> {
        let drawn = self.view.shown(Stage::Place);
        if drawn == 0.0 {
            return Vec::new();
        }
        let theme = self.place.theme();
        let width = 1.3 * self.place.sizes.trajectory;
        let n = self.step.pairs.len();
        let mut lines = Polylines::with_capacity(width, false, n, PIECES + 1);
        let mut tips = Vec::with_capacity(n);
        for (k, pair) in self.pairs() {
            let way = self.way(pair, drawn);
            lines
                .points
                .extend(way.iter().filter_map(|x| self.place.project(*x)));
            lines.finish_line(self.behind(theme.muted));
            tips.extend(way.last().map(|tip| (k, *tip)));
        }
        let mut items = vec![Item::Polylines(lines)];
        let color = self.behind(theme.ink.particle);
        items.extend(self.dots(tips.into_iter(), 0.85 * self.radius(), color));
        items
    }

    /// Points of the conditional path from its start on, up to this share of the time that was drawn; the last one comes
    /// with its share of the extra noise.
    fn way(&self, pair: &StepPair, share: f64) -> Vec<Point> {
        let path = &self.step.problem.path;
        let (t_0, _) = path.time_range();
        let at = |s: f64| interpolate(path.at(t_0 + s * (pair.t - t_0)), pair.x_0, pair.x_1);
        let mut way: Vec<Point> = (0..=PIECES)
            .map(|k| at(share * k as f64 / PIECES as f64))
            .collect();
        let exact = interpolate(pair.schedule, pair.x_0, pair.x_1);
        if let Some(tip) = way.last_mut()
            && pair.x_t != exact
        {
            let noise = [0, 1].map(|i| share * (pair.x_t[i] - exact[i]));
            let noisy = [tip[0] + noise[0], tip[1] + noise[1]];
            way.push(noisy);
        }
        way
    }

    /// Target, prediction and what is between them.
    fn arrows(&self) -> Vec<Item> {
        let theme = self.place.theme();
        let moved = self.moved();
        let answer = |k: usize, pair: &StepPair| self.answer(k, pair, moved);
        let mut items = Vec::new();
        let target = self.view.shown(Stage::Target);
        if target > 0.0 {
            let tips = self.tips(|_, pair| scaled(pair.target, target));
            items.push(self.arrow(tips, theme.target));
        }
        let prediction = self.view.shown(Stage::Predict);
        if prediction > 0.0 {
            if moved > 0.0 {
                let before = self.tips(|_, pair| pair.prediction);
                items.push(self.arrow(before, theme.accent.faded(0.4)));
            }
            let tips = self.tips(|k, pair| scaled(answer(k, pair), prediction));
            items.push(self.arrow(tips, theme.accent));
        }
        let residual = self.view.shown(Stage::Residual);
        if residual > 0.0 {
            let from = self.tips(|_, pair| pair.target);
            let to = self.tips(|k, pair| lerp(pair.target, answer(k, pair), residual));
            let ends = from
                .into_iter()
                .zip(to)
                .filter_map(|(from, to)| Some([from?[1], to?[1]]));
            items.push(Item::Segments(Segments {
                ends: ends.collect(),
                width: 1.6 * self.place.sizes.arrow,
                color: theme.attention,
            }));
        }
        items
    }

    /// The network's answer for a pair, with so much of the change drawn as large as the field's.
    fn answer(&self, k: usize, pair: &StepPair, moved: f64) -> Point {
        let after = self.step.taken.as_ref();
        let Some(after) = after.and_then(|taken| taken.predictions.get(k)) else {
            return pair.prediction;
        };
        let times = moved * magnification(self.step);
        lerp(pair.prediction, *after, times)
    }

    /// Where an arrow of this velocity begins and ends, for each pair; none if it is off the page.
    fn tips(&self, velocity: impl Fn(usize, &StepPair) -> Point) -> Vec<Option<[PagePoint; 2]>> {
        let tip = |(k, pair): (usize, &StepPair)| {
            let v = velocity(k, pair);
            let end = [0, 1].map(|i| pair.x_t[i] + self.length * v[i]);
            Some([self.place.project(pair.x_t)?, self.place.project(end)?])
        };
        self.pairs().map(tip).collect()
    }

    fn arrow(&self, tips: Vec<Option<[PagePoint; 2]>>, color: Color) -> Item {
        Item::Arrows(Arrows {
            arrows: tips.into_iter().flatten().collect(),
            width: 1.5 * self.place.sizes.arrow,
            head: 1.3 * self.place.sizes.arrow_head,
            color,
        })
    }

    /// Times while they are drawn, squared errors while they are taken; later those of the marked pair alone.
    fn words(&self) -> Vec<Item> {
        let theme = self.place.theme();
        let mut items = Vec::new();
        for (k, pair) in self.pairs() {
            let marked = k == self.view.marked;
            if self.view.has(Stage::Time) && (marked || self.view.stage <= Stage::Place) {
                let placed = self.view.shown(Stage::Place);
                let tip = self.way(pair, placed).last().copied().unwrap_or(pair.x_0);
                let at = if placed > 0.0 { tip } else { pair.x_0 };
                let words = format!("t = {:.2}", self.view.shown(Stage::Time) * pair.t);
                items.extend(self.word(&words, at, -self.beside(), theme.text));
            }
            let told = self.view.stage == Stage::Residual || (marked && self.moved() == 0.0);
            if self.view.has(Stage::Residual) && told {
                let v = lerp(pair.target, pair.prediction, 0.5);
                let at = [0, 1].map(|i| pair.x_t[i] + self.length * v[i]);
                let words = three_digits(pair.squared_error());
                let below = self.beside() + text::cap_height(self.place.sizes.small);
                items.extend(self.word(&words, at, below, theme.attention));
            }
        }
        items
    }

    /// How far from a dot's middle words begin.
    fn beside(&self) -> f32 {
        self.radius() + self.rim()
    }

    /// A word at the right of a point, its baseline so far below it.
    fn word(&self, words: &str, at: Point, below: f32, color: Color) -> Option<Item> {
        let [x, y] = self.place.project(at)?;
        Some(Item::Text(Text {
            text: words.to_owned(),
            at: [x + self.beside(), y + below],
            align: Align::Left,
            size: self.place.sizes.small,
            weight: Weight::SemiBold,
            color,
        }))
    }
}

fn lerp(a: Point, b: Point, share: f64) -> Point {
    [0, 1].map(|i| a[i] + share * (b[i] - a[i]))
}

fn scaled(v: Point, factor: f64) -> Point {
    v.map(|x| factor * x)
}

#[cfg(test)]
mod tests;
