//! What maps have in common: cells as a picture, and a sample of the colours.

use std::sync::Arc;

use super::{Moment, SWATCH, Span, Swatch, swatch_line};
use crate::flow::maps::{Against, Between, ExactSlice, FieldSlice, Raster};
use crate::scene::color_bar::{Towards, steps};
use crate::scene::geometry::Rect;
pub(super) use crate::scene::heat::Heat;
use crate::scene::image::Image;
use crate::scene::item::Item;
use crate::scene::place::Place;
use crate::scene::theme::Theme;

/// Width of a colour bar in a line of the legend, in ems.
pub(super) const BAR: f32 = 4.5;
/// Colours along it.
const STEPS: usize = 32;
/// Where `p_t` is below this share of its peak a map begins to fade: nothing is trained there.
const SELDOM: f32 = 0.02;
/// Opacity, 0 to 1, of what lies where nothing ever comes.
const FAINTEST: f32 = 0.15;

impl Heat {
    /// A colour bar in the legend.
    pub fn bar(self, span: &Span) -> Vec<Item> {
        let ([left, y], text) = (span.left, span.place.sizes.text);
        let rect = Rect::at([left, y - 0.35 * text], [span.right[0] - left, 0.7 * text]);
        steps(self, rect, STEPS, Towards::Right, span.place.theme())
    }

    /// The same on a toggle.
    pub fn swatch(self, theme: &Theme) -> Swatch {
        Swatch {
            lines: swatch_line(7, 0.8 * SWATCH[1], |way| self.color(self.share(way), theme)),
            dots: Vec::new(),
        }
    }
}

/// What a map shows: the slices around a time, and where its scale ends.
pub(super) struct Map<S> {
    pub raster: Raster,
    pub between: Between<S>,
    pub top: f64,
}

impl<S> PartialEq for Map<S> {
    fn eq(&self, other: &Self) -> bool {
        (self.raster, self.top) == (other.raster, other.top) && self.between == other.between
    }
}

/// The marginal field around the moment.
pub(super) fn exact_map(moment: &Moment, top: f64) -> Option<Map<ExactSlice>> {
    let maps = &moment.frame.products.exact_maps.get()?.maps;
    Some(Map {
        raster: maps.raster,
        between: maps.at(moment.t, |_| true)?,
        top,
    })
}

/// The flow's field around the moment. Of an earlier step nothing of other steps is shown.
pub(super) fn field_map(moment: &Moment, top: f64) -> Option<Map<FieldSlice>> {
    let maps = &moment.frame.products.field_maps.get()?.maps;
    let past = moment.frame.past;
    let is_shown = |slice: &FieldSlice| past.is_none_or(|step| slice.step == step);
    Some(Map {
        raster: maps.raster,
        between: maps.at(moment.t, is_shown)?,
        top,
    })
}

/// The same against the marginal field, if there is one.
pub(super) fn compared_map(moment: &Moment, top: f64) -> Option<Map<Against>> {
    let Map {
        raster,
        between,
        top,
    } = field_map(moment, top)?;
    let [before, after] = &between.slices;
    let slices = [before.against.as_ref()?, after.against.as_ref()?].map(Arc::clone);
    let weight = between.weight;
    Some(Map {
        raster,
        between: Between { slices, weight },
        top,
    })
}

impl Map<ExactSlice> {
    /// `log p_t`, `[iy][ix]`: linear between the slices, so that what moves does not show twice.
    pub fn log_density(&self) -> impl Iterator<Item = f32> + '_ {
        self.between.cells(|slice| &slice.log_density)
    }
}

impl Map<Against> {
    /// `p_t` in every cell.
    pub fn density(&self) -> impl Iterator<Item = f32> + '_ {
        let log_density = self.between.cells(|against| &against.exact.log_density);
        log_density.map(f32::exp)
    }

    /// A picture of numbers that fades where `p_t` is low.
    pub fn faded(
        &self,
        numbers: impl Iterator<Item = f32>,
        heat: Heat,
        place: &Place,
    ) -> Vec<Item> {
        let peak = self.density().fold(0.0, f32::max);
        let often = self.density().map(|p| opacity(p, peak));
        self.picture(numbers.zip(often), heat, place)
    }
}

impl<S> Map<S> {
    /// A picture of numbers with their opacities, `[iy][ix]`.
    pub fn picture(
        &self,
        numbers: impl Iterator<Item = (f32, f32)>,
        heat: Heat,
        place: &Place,
    ) -> Vec<Item> {
        picture(&self.raster, self.top, numbers, heat, place)
    }
}

/// A picture of numbers with their opacities in the cells of a raster, `[iy][ix]`, in a scale that ends at `top`.
pub(super) fn picture(
    raster: &Raster,
    top: f64,
    numbers: impl Iterator<Item = (f32, f32)>,
    heat: Heat,
    place: &Place,
) -> Vec<Item> {
    let (top, theme) = (top as f32, place.theme());
    let color = |(number, opacity)| heat.color(number / top, theme).faded(opacity).to_array();
    let cells: Vec<[u8; 4]> = numbers.map(color).collect();
    let columns = raster.n[0];
    let Some(rect) = place.page_rect(raster.bounds).filter(|_| columns > 0) else {
        return Vec::new();
    };
    // Rows go up in the data and down on the page.
    let rgba = cells
        .chunks_exact(columns)
        .rev()
        .flat_map(<[_]>::as_flattened);
    let rgba: Vec<u8> = rgba.copied().collect();
    if rgba.len() != 4 * raster.len() {
        return Vec::new();
    }
    vec![Item::Image(Image {
        rect,
        size: raster.n,
        rgba,
    })]
}

/// Opacity where the density is `p`.
fn opacity(p: f32, peak: f32) -> f32 {
    (p / (SELDOM * peak)).clamp(0.0, 1.0).sqrt().max(FAINTEST)
}
