//! One layer a file, and the builder that puts them in order and remembers what has not changed.

mod density;
mod field;
mod pairs;
mod particles;
mod samples;
mod thin;
mod trails;
mod trajectories;

use std::sync::Arc;

use super::axes::Axes;
use super::figure::Figure;
use super::item::Item;
use super::legend::Meaning;
use super::place::Place;
use super::{Decorations, Group, Page, Panel, Scene, canvas, figure};
use crate::experiment::{Layer, TrajectoryColor, View};
use crate::flow::Point;
use crate::flow::grid::{DensityStack, FieldGrid};
use crate::products::{Cloud, Followed, Made};
use crate::snapshot::Frame;

pub(super) use field::ArrowScale;

/// The layers from the bottom up: what is faint and wide lies under what is small and moves.
const ORDER: [Layer; 8] = [
    Layer::Density,
    Layer::Target,
    Layer::Source,
    Layer::Field,
    Layer::Pairs,
    Layer::Trajectories,
    Layer::Trails,
    Layer::Particles,
];

/// Makes scenes, and hands out a layer's marks again while nothing that they depend on has changed.
/// The result never depends on what was built before.
#[derive(Default)]
pub struct Builder {
    known: Vec<Known>,
}

/// Marks and everything that they were made from.
struct Known {
    inputs: Inputs,
    place: Place,
    items: Arc<[Item]>,
}

/// What the marks of one layer depend on, besides their place.
#[derive(Clone)]
enum Inputs {
    Samples(Layer, Arc<[Point]>),
    Pairs(Arc<[(Point, Point)]>),
    Trajectories(Arc<Made<Followed>>, usize, TrajectoryColor),
    /// Particles at a time, so many, and the length of their trails.
    Particles(Arc<Made<Followed>>, f64, usize),
    Trails(Arc<Made<Followed>>, f64, usize, f64),
    Field(Arc<Made<FieldGrid>>, f64),
    Density(Arc<Made<DensityStack>>, f64),
    Cloud(Arc<Cloud>, f64),
}

impl Inputs {
    /// What the layer needs from the frame, or `None` if the frame does not have it yet.
    fn new(layer: Layer, frame: &Frame, view: &View, t: f64) -> Option<Self> {
        let products = &frame.products;
        let followed = products.trajectories.get().cloned();
        Some(match layer {
            Layer::Source => Self::Samples(layer, frame.source.clone()),
            Layer::Target => Self::Samples(layer, frame.target.clone()),
            Layer::Pairs => Self::Pairs(frame.pairs.clone()),
            Layer::Trajectories => Self::Trajectories(followed?, view.trajectories, view.color),
            Layer::Particles => match (view.cloud(), products.shown_cloud()) {
                (Some(_), Some(cloud)) => Self::Cloud(Arc::clone(cloud), t),
                _ => Self::Particles(followed?, t, view.particles),
            },
            Layer::Trails => Self::Trails(followed?, t, view.particles, view.trail),
            Layer::Field => Self::Field(products.field.get()?.clone(), t),
            Layer::Density => Self::Density(products.density.get()?.clone(), t),
        })
    }

    fn items(&self, place: &Place) -> Vec<Item> {
        match self {
            Self::Samples(Layer::Source, points) => {
                samples::items(points, place.theme().ink.source_sample, place)
            }
            Self::Samples(_, points) => {
                samples::items(points, place.theme().ink.target_sample, place)
            }
            Self::Pairs(pairs) => pairs::items(pairs, place),
            Self::Trajectories(followed, n, color) => {
                trajectories::items(followed, *n, *color, place)
            }
            Self::Particles(followed, t, n) => {
                particles::items(&followed.trajectories, *t, *n, place)
            }
            Self::Trails(followed, t, n, trail) => {
                trails::items(&followed.trajectories, *t, *trail, *n, place)
            }
            Self::Field(grid, t) => field::items(grid, *t, place),
            Self::Density(stack, t) => density::items(Some(stack), *t, place),
            Self::Cloud(cloud, t) => particles::cloud(cloud, *t, place),
        }
    }

    /// Whether the marks would be the same: the data is the same object and the numbers are equal.
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Samples(a, p), Self::Samples(b, q)) => a == b && Arc::ptr_eq(p, q),
            (Self::Pairs(p), Self::Pairs(q)) => Arc::ptr_eq(p, q),
            (Self::Trajectories(p, n, c), Self::Trajectories(q, m, d)) => {
                (n, c) == (m, d) && Arc::ptr_eq(p, q)
            }
            (Self::Particles(p, t, n), Self::Particles(q, u, m)) => {
                (t, n) == (u, m) && Arc::ptr_eq(p, q)
            }
            (Self::Trails(p, t, n, l), Self::Trails(q, u, m, k)) => {
                (t, n, l) == (u, m, k) && Arc::ptr_eq(p, q)
            }
            (Self::Field(p, t), Self::Field(q, u)) => t == u && Arc::ptr_eq(p, q),
            (Self::Density(p, t), Self::Density(q, u)) => t == u && Arc::ptr_eq(p, q),
            (Self::Cloud(p, t), Self::Cloud(q, u)) => t == u && Arc::ptr_eq(p, q),
            _ => false,
        }
    }
}

/// The scene of a frame at time `t`, by a builder without memory.
pub fn build(frame: &Frame, view: &View, t: f64, page: &Page) -> Scene {
    Builder::default().build(frame, view, t, page)
}

/// The layers at time `t`, bottom first. Particles that have arrived must not hide the ends of the trajectories, so at the end
/// the trajectories lie on top.
fn order(t: f64) -> [Layer; 8] {
    let mut order = ORDER;
    if t >= 1.0 {
        order.sort_by_key(|&layer| layer == Layer::Trajectories);
    }
    order
}

impl Builder {
    /// The scene of a frame at time `t`; `view.t` is not read, so that a play head may run on its own.
    pub fn build(&mut self, frame: &Frame, view: &View, t: f64, page: &Page) -> Scene {
        let figure = Figure {
            frame,
            view,
            t,
            page,
        };
        let (transform, spacing) = match page.decorations {
            Decorations::Canvas => (canvas::transform(frame, view, page), canvas::TICK_SPACING),
            Decorations::Figure => (figure.transform(), figure::TICK_SPACING),
        };
        let place = Place::new(transform, page);
        let axes = Axes::new(&transform, &place.sizes, spacing);
        let field = frame.products.field.get();
        let field = field.filter(|_| view.layers.contains(&Layer::Field));
        let meaning = Meaning {
            color: view.color,
            arrows: field.and_then(|field| ArrowScale::of(field, t, &place)),
        };
        let (backdrop, furniture) = match page.decorations {
            Decorations::Canvas => (
                vec![axes.grid(&transform, &place.sizes, page.theme())],
                canvas::furniture(&axes, view, &meaning, &place),
            ),
            Decorations::Figure => (Vec::new(), figure.furniture(&axes, &meaning, &place)),
        };
        Scene {
            size: page.size,
            background: page.theme().background,
            panels: vec![Panel {
                transform,
                backdrop,
                groups: self.groups(frame, view, t, place),
            }],
            furniture,
        }
    }

    fn groups(&mut self, frame: &Frame, view: &View, t: f64, place: Place) -> Vec<Group> {
        let known = std::mem::take(&mut self.known);
        let visible = order(t).into_iter().filter(|l| view.layers.contains(l));
        visible
            .map(|layer| Group {
                layer,
                items: Inputs::new(layer, frame, view, t).map_or_else(Arc::default, |inputs| {
                    self.known_or_new(&known, inputs, place)
                }),
            })
            .collect()
    }

    fn known_or_new(&mut self, known: &[Known], inputs: Inputs, place: Place) -> Arc<[Item]> {
        let mut candidates = known.iter();
        let items = candidates
            .find(|k| k.place == place && k.inputs.same(&inputs))
            .map_or_else(|| inputs.items(&place).into(), |k| k.items.clone());
        self.known.push(Known {
            inputs,
            place,
            items: Arc::clone(&items),
        });
        items
    }
}
