//! The layers of the canvas, one a file: what a layer needs, its marks, and its sample in the legend and on its toggle.
//!
//! Which layers there are, and in which order, says [`crate::experiment::Layer`]; the modules are made from that list.
//! A layer's file holds a type of the layer's name with its `Marks`.

mod heat;

use std::ops::Deref;
use std::sync::Arc;

use super::color::Color;
use super::geometry::PagePoint;
use super::heat::Heat;
use super::item::{Item, Points, Segments};
use super::numbers::Table;
use super::place::Place;
use super::scales::Scales;
use super::theme::{Theme, class_color};
use crate::experiment::{Layer, View, layers};
use crate::flow::Point;
use crate::flow::distribution::{CLASSES, Class};
use crate::products::{Made, Product};
use crate::snapshot::Frame;

/// Width and height of a layer's sample on its toggle, in points.
pub const SWATCH: [f32; 2] = [15.0, 12.0];
/// Width of a sample in the legend that is a dot, in ems.
const DOT: f32 = 0.6;
/// Width of a sample in the legend that is a line, in ems: the widest that there is.
pub(super) const LINE: f32 = 1.8;

/// A layer: how it looks, what its marks depend on, and the marks.
trait Marks {
    const LOOK: Look;
    /// All that the marks depend on, but for their place: they are made again when this differs.
    type Needs: PartialEq;
    /// What the layer needs, or `None` if the frame does not have it yet.
    fn needs(moment: &Moment) -> Option<Self::Needs>;
    /// The marks, bottom first.
    fn items(needs: &Self::Needs, place: &Place) -> Vec<Item>;
    /// The numbers that the marks stand for, if they are some of their own.
    fn table(_needs: &Self::Needs) -> Option<Table> {
        None
    }
}

/// What can be said of a layer without drawing it.
pub struct Look {
    /// What the legend calls it.
    pub label: &'static str,
    /// Whether its marks move with the play head.
    pub moves: bool,
    /// Whether it is computed for the part of the plane that is seen, and is late when that part changes.
    pub follows_camera: bool,
    /// Whether it compares a lane with the first one.
    pub compares: bool,
    /// Its sample on the toggle.
    pub swatch: fn(&Theme) -> Swatch,
    /// How high it lies at time t, 0 (bottom) to 255: what is faint and wide lies under what is small and moves.
    pub(super) level: fn(f64) -> u8,
    /// Width of its sample in a line of the legend, in ems.
    pub(super) mark_ems: f32,
    /// Its sample in the legend.
    pub(super) mark: fn(&Span) -> Vec<Item>,
    /// What the legend says of it beneath its name.
    pub(super) notes: Notes,
    /// What its colours stand for, if they are numbers.
    pub(super) bar: Option<Bar>,
}

/// What the colours of a layer stand for, beside a figure's axes.
pub(super) struct Bar {
    /// The name of the number; it may have formulas.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The colours.
    pub heat: Heat,
    /// The numbers at both ends of the scale; none while there is nothing to show.
    pub ends: fn(&Moment) -> Option<[f64; 2]>,
    /// Whether the legend names the layer beside a bar, too.
    pub explained: bool,
    /// How many of the notes, the first ones, say no more than the scale of the bar.
    pub notes: usize,
}

impl Look {
    /// Whether its sample in the legend is a colour bar.
    pub(super) fn has_bar(&self) -> bool {
        self.mark_ems > LINE
    }

    /// What most layers have in common.
    const PLAIN: Self = Self {
        label: "",
        moves: false,
        follows_camera: false,
        compares: false,
        swatch: |_| Swatch::default(),
        level: |_| 0,
        mark_ems: LINE,
        mark: |_| Vec::new(),
        notes: Notes {
            widest: &[],
            words: |_, _| Vec::new(),
        },
        bar: None,
    };
}

/// A layer's sample on its toggle, in a box of [`SWATCH`] whose upper left corner is the origin.
#[derive(Default)]
pub struct Swatch {
    /// Strokes.
    pub lines: Vec<Segments>,
    /// Dots on top of them.
    pub dots: Vec<Points>,
}

/// What the legend says of a layer beneath its name, a line each.
pub(super) struct Notes {
    /// As wide as every line can get: words change while time runs, and nothing else is to move.
    pub widest: &'static [&'static str],
    /// The lines; none while there is nothing to say.
    pub words: fn(&Moment, &Place) -> Vec<String>,
}

/// Where a layer's sample stands in the legend.
pub(super) struct Span<'a> {
    pub left: PagePoint,
    pub right: PagePoint,
    pub view: &'a View,
    pub place: &'a Place,
}

impl Span<'_> {
    fn middle(&self) -> PagePoint {
        [0.5 * (self.left[0] + self.right[0]), self.left[1]]
    }

    /// A dot; of `size` 1 it is as large as one that stands for samples.
    fn dot(&self, center: PagePoint, size: f32, color: Color) -> Item {
        Item::Points(Points {
            centers: vec![center],
            radius: size * (0.22 * self.place.sizes.text),
            color,
        })
    }
}

/// What is shown: a frame through a view, at a time that need not be the view's.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    pub frame: &'a Frame,
    /// The lane that it is compared with, if there is another one.
    pub beside: Option<Beside<'a>>,
    /// Where the scales of maps end, for all lanes that are shown.
    pub scales: Scales,
    pub view: &'a View,
    pub t: f64,
}

/// The lane that another one is compared with.
#[derive(Clone, Copy)]
pub struct Beside<'a> {
    /// Its frame.
    pub frame: &'a Frame,
    /// The places, which give the colours, of the lane that is shown and of this one.
    pub lanes: [usize; 2],
}

impl Moment<'_> {
    /// A product of the flow, if it is there yet.
    fn product<P: Product>(&self) -> Option<Same<Made<P>>> {
        self.frame.products.get::<P>().map(Same::of)
    }

    /// A product of this flow and of the one that it is compared with, if both are there.
    fn both<P: Product>(&self) -> Option<[Same<Made<P>>; 2]> {
        let other = self.beside?.frame.products.get::<P>().map(Same::of)?;
        Some([self.product()?, other])
    }

    pub fn shows(&self, layer: Layer) -> bool {
        self.view.layers.contains(&layer)
    }
}

/// Data that counts as equal as long as it is the same object.
struct Same<T: ?Sized>(Arc<T>);

impl<T: ?Sized> Same<T> {
    fn of(data: &Arc<T>) -> Self {
        Self(Arc::clone(data))
    }

    fn shared(&self) -> Arc<T> {
        Arc::clone(&self.0)
    }
}

impl<T: ?Sized> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: ?Sized> Deref for Same<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Marks and everything that they were made from.
struct Known<M: Marks> {
    needs: M::Needs,
    place: Place,
    items: Arc<[Item]>,
}

/// The marks that are known, if they would be the same, or new ones; `into` remembers them.
fn known_or_new<M: Marks>(
    known: Option<Known<M>>,
    moment: &Moment,
    place: &Place,
    into: &mut Option<Known<M>>,
) -> Arc<[Item]> {
    let Some(needs) = M::needs(moment) else {
        return Arc::default();
    };
    let known = known.filter(|known| known.place == *place && known.needs == needs);
    let known = known.unwrap_or_else(|| Known {
        items: M::items(&needs, place).into(),
        place: *place,
        needs,
    });
    let items = Arc::clone(&known.items);
    *into = Some(known);
    items
}

macro_rules! dispatch {
    ($($layer:ident: $file:ident, $menu:literal, $shows:literal;)+) => {
        $(mod $file;)+

        /// How the layer looks.
        pub fn look(layer: Layer) -> &'static Look {
            match layer {
                $(Layer::$layer => &<$file::$layer as Marks>::LOOK,)+
            }
        }

        /// The numbers behind the marks of a layer, if there are some.
        pub(super) fn table(layer: Layer, moment: &Moment) -> Option<Table> {
            match layer {
                $(Layer::$layer => {
                    let needs = <$file::$layer as Marks>::needs(moment)?;
                    <$file::$layer as Marks>::table(&needs)
                })+
            }
        }

        /// The marks of the layers that were shown last.
        #[derive(Default)]
        pub(super) struct Memory {
            $($file: Option<Known<$file::$layer>>,)+
        }

        impl Memory {
            /// The marks of a layer: those of `before` where nothing that they depend on has changed.
            pub fn items(
                &mut self,
                layer: Layer,
                before: &mut Self,
                moment: &Moment,
                place: &Place,
            ) -> Arc<[Item]> {
                match layer {
                    $(Layer::$layer => {
                        known_or_new(before.$file.take(), moment, place, &mut self.$file)
                    })+
                }
            }
        }
    };
}
layers!(dispatch);

pub(super) use field::ArrowScale;

/// The layers at time `t`, bottom first.
pub(super) fn order(t: f64) -> [Layer; Layer::ALL.len()] {
    let mut order = Layer::ALL;
    order.sort_by_key(|&layer| (look(layer).level)(t));
    order
}

/// Opacity of samples that have a class: their hue is to be told.
const CLASS_ALPHA: u8 = 200;

/// Samples as dots of one colour; those that have a class, in that of the class.
fn class_dots(samples: &[Point], classes: &[Class], color: Color, place: &Place) -> Vec<Item> {
    let class_of = |i: usize| classes.get(i).copied().unwrap_or(0);
    let of_class = |class: Class| {
        let own = samples
            .iter()
            .enumerate()
            .filter(move |(i, _)| class_of(*i) == class);
        let ink = class_color(class, place.theme().is_dark());
        let ink = ink.map_or(color, |ink| ink.alpha(CLASS_ALPHA));
        (own.clone().next().is_some() || class == 0).then(|| {
            let points = own.map(|(_, point)| *point);
            place.dots(points, samples.len(), place.sizes.sample, ink)
        })
    };
    (0..=CLASSES).filter_map(of_class).collect()
}

/// A handful of samples on a toggle.
fn samples_swatch(color: Color) -> Swatch {
    let spots = [
        [0.15, 0.5],
        [0.4, 0.15],
        [0.5, 0.62],
        [0.72, 0.35],
        [0.78, 0.85],
        [0.3, 0.9],
    ];
    let centers = spots.map(|[x, y]| [x * SWATCH[0], y * SWATCH[1]]);
    Swatch {
        lines: Vec::new(),
        dots: vec![Points {
            centers: centers.to_vec(),
            radius: 1.6,
            color,
        }],
    }
}

/// A dot on a toggle, so far along its width.
fn swatch_dot(along: f32, radius: f32, color: Color) -> Points {
    Points {
        centers: vec![[along * SWATCH[0], 0.5 * SWATCH[1]]],
        radius,
        color,
    }
}

/// A line over a toggle, in `pieces` pieces; the colour is that of the end of each, a share of the width from 0 to 1.
fn swatch_line(pieces: u8, width: f32, color: impl Fn(f32) -> Color) -> Vec<Segments> {
    let share = |k: u8| f32::from(k) / f32::from(pieces);
    let at = |k: u8| [share(k) * SWATCH[0], 0.5 * SWATCH[1]];
    let piece = |k: u8| Segments {
        ends: vec![[at(k), at(k + 1)]],
        width,
        color: color(share(k + 1)),
    };
    (0..pieces).map(piece).collect()
}
