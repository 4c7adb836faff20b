//! Panels side by side, the one grid under all figures of the plane: flows, times or parts of one flow, with one camera,
//! ticks on the outer sides, a letter and a title above each and its numbers below, one legend and one colour bar for all.
//!
//! Where the parts go does not depend on the times that the panels show, so that a film does not jump.

mod grid;
mod header;
mod layout;
mod words;

use super::axes::Axes;
use super::class_key::ClassSet;
use super::item::Item;
use super::layers::{Beside, Moment, look, table};
use super::legend::Meaning;
use super::numbers::{Table, joined};
use super::place::Place;
use super::scales::Scales;
use super::transform::Transform;
use super::{Page, Panel, Scene, build, legend, marks_share};
use crate::experiment::{Layer, View};
use crate::flow::Bounds;
use layout::Layout;

pub use grid::{PanelGrid, PanelOf};
pub use header::recipe_of;

/// A box of this width has marks of full size, in points; those of a smaller one shrink with the root of its width.
const FULL_BOX: f32 = 360.0;

impl PanelGrid<'_> {
    /// The part of the plane that every panel shows.
    pub fn visible(&self, page: &Page) -> Option<Bounds> {
        let layout = Layout::of(self, page);
        let first = *layout.boxes.first()?;
        Some(Transform::new(self.camera(), first).visible())
    }

    /// The figure.
    pub fn scene(&self, page: &Page) -> Scene {
        let layout = Layout::of(self, page);
        let camera = self.camera();
        let (mut panels, mut furniture) = (Vec::new(), self.header(&layout, page));
        let (all, meanings) = (self.all_layers(), self.meanings(&layout, page));
        let common = Meaning::common(&all, &meanings);
        for (i, (shown, rect)) in self.panels.iter().zip(&layout.boxes).enumerate() {
            let transform = Transform::new(camera, *rect);
            let place = Place::new(transform, page);
            let moment = self.moment(shown);
            panels.push(Panel {
                transform,
                backdrop: Vec::new(),
                groups: build::marks(&moment, &small(place)),
                overlay: build::overlay(&moment, &small(place)),
            });
            furniture.extend(self.axes(i, &layout, &place));
            furniture.extend(self.title(i, *rect, &place));
            let words = layout.numbers.get(i).into_iter().flatten().cloned();
            let notes = meanings.get(i).map(|meaning| meaning.beyond(&common));
            let notes = notes
                .into_iter()
                .flatten()
                .filter(|_| self.around.show.legend);
            let words: Vec<String> = words.chain(notes.cloned()).collect();
            furniture.extend(self.words_below(&words, &layout, i, &place));
        }
        furniture.extend(self.legend(&common, &layout, page));
        Scene {
            size: page.size,
            background: page.theme().background,
            panels,
            furniture,
            color_bars: self.color_bars(&layout, page),
        }
    }

    /// The numbers behind the marks, a table for each layer that has some; that of `main` comes first. Where there are
    /// several panels, columns say which panel it is, or which lane, and at which time.
    pub fn tables(&self, main: Option<Layer>) -> Vec<Table> {
        self.tables_with(main, false)
    }

    /// The same with a column that says the training step of the weights.
    pub fn tables_by_step(&self, main: Option<Layer>) -> Vec<Table> {
        self.tables_with(main, true)
    }

    fn tables_with(&self, main: Option<Layer>, step: bool) -> Vec<Table> {
        let of_lanes = self.panels.iter().any(|panel| panel.lane > 0);
        let mut tables = Vec::new();
        for (i, shown) in self.panels.iter().enumerate() {
            let moment = self.moment(shown);
            for &layer in &shown.view.layers {
                let Some(mut table) = table(layer, &moment) else {
                    continue;
                };
                if !table.has("t") && look(layer).moves {
                    table = table.with_number("t", shown.t);
                }
                if step {
                    table = table.with_number("step", shown.frame.step as f64);
                }
                if self.panels.len() > 1 {
                    let (name, number) = match of_lanes {
                        true => ("lane", shown.lane + 1),
                        false => ("panel", i + 1),
                    };
                    table = table
                        .with_words("title", &shown.title)
                        .with_number(name, number as f64);
                }
                tables.push((Some(layer) == main, table));
            }
        }
        // The sort is stable.
        tables.sort_by_key(|(is_main, _)| !is_main);
        joined(tables.into_iter().map(|(_, table)| table))
    }

    /// What a panel shows.
    fn moment<'b>(&'b self, shown: &'b PanelOf) -> Moment<'b> {
        let other = self.panels.first().filter(|_| shown.lane > 0);
        let beside = other.map(|other| Beside {
            frame: &other.frame,
            lanes: [shown.lane, other.lane],
        });
        Moment {
            frame: &shown.frame,
            beside,
            scales: Scales::of(self.panels.iter().map(|panel| &*panel.frame)),
            view: &shown.view,
            t: shown.t,
        }
    }

    /// A view with the layers of all panels.
    fn all_layers(&self) -> View {
        let shows = |layer: &Layer| self.panels.iter().any(|p| p.view.layers.contains(layer));
        let first = self.panels.first().map(|panel| panel.view.clone());
        View {
            layers: Layer::ALL.into_iter().filter(shows).collect(),
            ..first.unwrap_or_default()
        }
    }

    fn axes(&self, i: usize, layout: &Layout, place: &Place) -> Vec<Item> {
        let (transform, sizes, theme) = (&place.transform, &place.sizes, place.theme());
        let mut items = Vec::new();
        if self.around.show.ticks {
            let axes = Axes::new(
                transform,
                sizes,
                layout::tick_spacing(transform.rect(), sizes),
            );
            items.extend(axes.ticks_on(layout.sides(i), transform, sizes, theme));
        }
        if self.around.show.frame {
            items.push(Axes::frame(transform, sizes, theme));
        }
        items
    }

    fn meanings(&self, layout: &Layout, page: &Page) -> Vec<Meaning<'_>> {
        let camera = self.camera();
        let panels = self.panels.iter().zip(&layout.boxes);
        let of = panels.map(|(shown, rect)| {
            let place = small(Place::new(Transform::new(camera, *rect), page));
            Meaning::of(self.moment(shown), &place)
        });
        of.collect()
    }

    /// The entries of the legend beside the colour bars, if there is one.
    /// The classes of the samples in all panels.
    fn classes(&self) -> ClassSet {
        let panels = self.panels.iter();
        let classes = panels.map(|panel| ClassSet::shown(&panel.view, &panel.frame));
        classes.fold(ClassSet::default(), ClassSet::union)
    }

    fn entries(&self) -> Vec<legend::Entry> {
        match self.around.show.legend {
            true => {
                let barred: Vec<Layer> = self.bars().filter_map(|(layer, _)| layer).collect();
                legend::entries_beside_bars(&self.all_layers(), self.classes(), &barred)
            }
            false => Vec::new(),
        }
    }
}

/// The place with marks that fit a small box: dots and strokes as for a page would cover it.
fn small(place: Place) -> Place {
    let share = marks_share(place.transform.rect().width(), FULL_BOX);
    let sizes = place.sizes.with_marks(share);
    Place { sizes, ..place }
}

#[cfg(test)]
mod tests;
