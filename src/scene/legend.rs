//! What the marks mean: one entry for every visible layer with what it has to add, and a colour bar when colour is a
//! number.

use super::Ramp;
pub use super::class_key::ClassSet;
use super::color_bar::{self, ColorBar};
use super::geometry::PagePoint;
use super::item::Item;
use super::layers::{Bar, LINE, Moment, Span, look};
use super::place::Place;
use super::step::{Mark, NOTES, Shown};
use super::text::{self, Weight};
use super::theme::Sizes;
use crate::experiment::{Layer, View};
use crate::snapshot::Frame;

/// As wide as what the exact field rests on may get in words; more of it is cut off.
const WIDEST_BASIS: &str =
    "Exact for a grid of 0000 kernels of std 0.000 that stands for the shape.";

/// A piece of the legend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entry {
    /// A visible layer.
    Layer(Layer),
    /// What is said of a layer beneath its name.
    Note {
        /// The layer.
        layer: Layer,
        /// Which of its notes, from 0.
        line: usize,
        /// The widest that the note can get: its room.
        widest: &'static str,
    },
    /// A mark of a training step.
    Step(Mark),
    /// What is said beneath those.
    StepNote {
        /// Which of the lines, from 0.
        line: usize,
        /// The widest that the line can get: its room.
        widest: &'static str,
    },
    /// What the exact field rests on.
    Basis,
    /// The classes of the samples that are shown.
    Classes(ClassSet),
    /// A horizontal colour bar.
    ColorBar(Ramp),
}

/// What the entries are made from.
#[derive(Clone)]
pub(super) struct Meaning<'a> {
    pub view: &'a View,
    /// What the colour bar is about, if there is one.
    pub ramp: Option<Ramp>,
    /// The classes of the samples that are shown.
    pub classes: ClassSet,
    /// What is said of the visible layers now.
    notes: Vec<(Layer, Vec<String>)>,
    /// What the exact field rests on, if a visible layer needs it.
    basis: Option<String>,
    /// What is said of the step that is shown.
    step: Vec<String>,
}

impl<'a> Meaning<'a> {
    pub fn of(moment: Moment<'a>, place: &Place) -> Self {
        let visible = Layer::ALL.into_iter().filter(|&l| moment.shows(l));
        let notes = visible.map(|layer| (layer, (look(layer).notes.words)(&moment, place)));
        Self {
            view: moment.view,
            ramp: ramp(&moment),
            classes: ClassSet::shown(moment.view, moment.frame),
            notes: notes.collect(),
            basis: basis(moment.view, moment.frame),
            step: Shown::of(moment.frame, &moment.view.step, place)
                .map_or_else(Vec::new, |step| step.notes()),
        }
    }

    /// What all of some moments say alike, as far as they show the same layers; `view` has the layers of all of them.
    pub fn common(view: &'a View, all: &[Meaning<'_>]) -> Self {
        let of_layer = |layer: Layer| {
            let mut said = all.iter().filter_map(|one| one.lines_of(layer));
            let mut lines = said.next()?.clone();
            for others in said {
                for (i, line) in lines.iter_mut().enumerate() {
                    if others.get(i) != Some(line) {
                        line.clear();
                    }
                }
            }
            Some((layer, lines))
        };
        let mut bases = all.iter().filter_map(|one| one.basis.as_ref());
        let basis = bases
            .next()
            .filter(|basis| bases.all(|other| other == *basis));
        Self {
            view,
            ramp: all.iter().find_map(|one| one.ramp),
            classes: all
                .iter()
                .map(|one| one.classes)
                .fold(ClassSet::default(), ClassSet::union),
            notes: Layer::ALL.into_iter().filter_map(of_layer).collect(),
            basis: basis.cloned(),
            step: all
                .first()
                .map_or_else(Vec::new, |first| first.step.clone()),
        }
    }

    /// What is said here and not in `common`, a line each.
    pub fn beyond<'b>(&'b self, common: &'b Self) -> impl Iterator<Item = &'b String> {
        let notes = self.notes.iter().flat_map(|(layer, lines)| {
            let lines = lines.iter().enumerate();
            let beyond = lines.filter(|(i, line)| common.note(*layer, *i) != Some(line));
            beyond.map(|(_, line)| line)
        });
        notes.chain(self.basis.iter().filter(|_| common.basis.is_none()))
    }

    fn note(&self, layer: Layer, line: usize) -> Option<&String> {
        self.lines_of(layer)?.get(line)
    }

    fn lines_of(&self, layer: Layer) -> Option<&Vec<String>> {
        let (_, lines) = self.notes.iter().find(|(of, _)| *of == layer)?;
        Some(lines)
    }
}

/// The entries of every visible layer, in the order in which layers are offered; of a training step, those of its marks,
/// for then the layers fade. Marks that are still to come have their room, so that nothing jumps.
pub fn entries(view: &View, classes: ClassSet) -> Vec<Entry> {
    if view.step.is_some() {
        let notes = NOTES.into_iter().enumerate();
        let notes = notes.map(|(line, widest)| Entry::StepNote { line, widest });
        return Mark::ALL
            .into_iter()
            .map(Entry::Step)
            .chain(notes)
            .collect();
    }
    let mut entries = Vec::new();
    for layer in Layer::ALL.into_iter().filter(|l| view.layers.contains(l)) {
        entries.push(Entry::Layer(layer));
        let notes = look(layer).notes.widest.iter().enumerate();
        entries.extend(notes.map(|(line, widest)| Entry::Note {
            layer,
            line,
            widest,
        }));
    }
    if !classes.is_empty() {
        entries.push(Entry::Classes(classes));
    }
    if needs_exact(view) {
        entries.push(Entry::Basis);
    }
    entries
}

/// The entries beside the colour bars of some layers: without what those say.
pub(super) fn entries_beside_bars(view: &View, classes: ClassSet, barred: &[Layer]) -> Vec<Entry> {
    let bar = |layer: &Layer| look(*layer).bar.as_ref().filter(|_| barred.contains(layer));
    let is_said = |entry: &Entry| match entry {
        Entry::Layer(layer) => bar(layer).is_some_and(|bar| !bar.explained),
        Entry::Note { layer, line, .. } => bar(layer).is_some_and(|bar| *line < bar.notes),
        _ => false,
    };
    let mut entries = entries(view, classes);
    entries.retain(|entry| !is_said(entry));
    entries
}

/// The colour bars of the visible layers, without the numbers of maps.
pub(super) fn bars(view: &View) -> impl Iterator<Item = (Layer, ColorBar)> {
    let visible = |layer: &Layer| view.step.is_none() && view.layers.contains(layer);
    let bar = |layer: Layer| {
        let Bar {
            name, unit, heat, ..
        } = *look(layer).bar.as_ref()?;
        let ends = None;
        let bar = ColorBar {
            name,
            unit,
            heat,
            ends,
        };
        Some((layer, bar))
    };
    Layer::ALL.into_iter().filter(visible).filter_map(bar)
}

/// The colour bar of a layer with the numbers of some moments. Where their scales end at different numbers it says how
/// far along its own each of them is; the notes under them say where they end.
pub(super) fn numbered((layer, bar): (Layer, ColorBar), moments: &[Moment]) -> ColorBar {
    let shows = moments.iter().filter(|moment| moment.shows(layer));
    let ends = look(layer).bar.as_ref().map(|bar| bar.ends);
    let mut ends = shows.filter_map(|moment| ends.and_then(|ends| ends(moment)));
    let first = ends.next();
    match ends.all(|other| Some(other) == first) {
        true => ColorBar { ends: first, ..bar },
        false => {
            let (ends, unit) = bar.heat.own_ends();
            let ends = Some(ends);
            ColorBar { ends, unit, ..bar }
        }
    }
}

/// Whether a visible layer needs the exact field.
fn needs_exact(view: &View) -> bool {
    view.step.is_none() && Layer::EXACT.iter().any(|layer| view.layers.contains(layer))
}

/// What the exact field rests on, or why there is none.
fn basis(view: &View, frame: &Frame) -> Option<String> {
    let exact = frame.products.exact.get().filter(|_| needs_exact(view))?;
    Some(match &exact.field {
        Ok(field) => field.basis().sentence(),
        Err(error) => format!("No exact field: {error}."),
    })
}

/// What the colour bar is about, if colour is a number that needs one.
pub(super) fn ramp(moment: &Moment) -> Option<Ramp> {
    let visible = moment.view.step.is_none() && moment.shows(Layer::Trajectories);
    Ramp::of(moment.view, moment.frame, &moment.scales).filter(|_| visible)
}

/// Distance between the baselines of two lines of the legend, in points.
pub(super) fn line_height(sizes: &Sizes) -> f32 {
    1.45 * sizes.text
}

/// Width of a layer's mark in a line of entries, in points.
fn mark_width(layer: Layer, sizes: &Sizes) -> f32 {
    look(layer).mark_ems * sizes.text
}

/// Width of the marks of entries that stand one under the other, in points.
fn widest_mark(sizes: &Sizes) -> f32 {
    LINE * sizes.text
}

/// Width of an entry, in points.
pub(super) fn width(entry: Entry, sizes: &Sizes) -> f32 {
    let words = |words: &str| text::width(words, sizes.text, Weight::Regular);
    match entry {
        Entry::Layer(layer) => {
            mark_width(layer, sizes) + mark_gap(sizes) + words(look(layer).label)
        }
        Entry::Step(mark) => widest_mark(sizes) + mark_gap(sizes) + words(mark.label()),
        Entry::Note { widest, .. } | Entry::StepNote { widest, .. } => words(widest),
        Entry::Basis => words(WIDEST_BASIS),
        Entry::Classes(classes) => classes.width(sizes),
        Entry::ColorBar(ramp) => color_bar::horizontal_width(&ramp, sizes),
    }
}

/// The entries broken into lines of at most `max_width`. Notes come last, for they need not fill their room.
pub(super) fn lines(entries: &[Entry], max_width: f32, sizes: &Sizes) -> Vec<Vec<Entry>> {
    let mut lines: Vec<Vec<Entry>> = Vec::new();
    let mut used = 0.0;
    let is_last = |entry: &&Entry| {
        matches!(
            entry,
            Entry::Note { .. } | Entry::StepNote { .. } | Entry::Basis
        )
    };
    let (last, first): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(is_last);
    for &entry in first.into_iter().chain(last) {
        let width = width(entry, sizes);
        match lines.last_mut() {
            Some(line) if used + column_gap(sizes) + width <= max_width => {
                used += column_gap(sizes) + width;
                line.push(entry);
            }
            _ => {
                used = width;
                lines.push(vec![entry]);
            }
        }
    }
    lines
}

/// Width of a line of entries, in points.
pub(super) fn line_width(line: &[Entry], sizes: &Sizes) -> f32 {
    let gaps = line.len().saturating_sub(1) as f32 * column_gap(sizes);
    gaps + line.iter().map(|&e| width(e, sizes)).sum::<f32>()
}

fn column_gap(sizes: &Sizes) -> f32 {
    2.8 * sizes.gap
}

fn mark_gap(sizes: &Sizes) -> f32 {
    1.3 * sizes.gap
}

/// Width of all entries one under the other, in points.
pub(super) fn column_width(view: &View, classes: ClassSet, sizes: &Sizes) -> f32 {
    let words = |entry: &Entry| match entry {
        Entry::Layer(layer) => text::width(look(*layer).label, sizes.text, Weight::Regular),
        Entry::Step(mark) => text::width(mark.label(), sizes.text, Weight::Regular),
        other => width(*other, sizes),
    };
    let entries = entries(view, classes);
    let widths = entries.iter().map(words);
    let after_marks = |width: f32| widest_mark(sizes) + mark_gap(sizes) + width;
    widths.map(after_marks).fold(0.0, f32::max)
}

/// The entries one under the other; the first baseline starts at `at`.
pub(super) fn column_items(meaning: &Meaning, at: PagePoint, place: &Place) -> Vec<Item> {
    let mut items = Vec::new();
    let mark = widest_mark(&place.sizes);
    for (k, entry) in entries(meaning.view, meaning.classes)
        .into_iter()
        .enumerate()
    {
        let at = [at[0], at[1] + k as f32 * line_height(&place.sizes)];
        let after_mark = [at[0] + mark + mark_gap(&place.sizes), at[1]];
        match entry {
            Entry::Layer(layer) => items.extend(layer_items(layer, meaning, at, mark, place)),
            Entry::Step(of) => items.extend(step_items(of, meaning, at, place)),
            other => items.extend(word_items(other, meaning, after_mark, place)),
        }
    }
    items
}

/// The marks of a line of entries whose first baseline point is `at`.
pub(super) fn line_items(
    line: &[Entry],
    meaning: &Meaning,
    at: PagePoint,
    place: &Place,
) -> Vec<Item> {
    let mut x = at[0];
    let mut items = Vec::new();
    for &entry in line {
        let at = [x, at[1]];
        match entry {
            Entry::Layer(layer) => {
                let width = mark_width(layer, &place.sizes);
                items.extend(layer_items(layer, meaning, at, width, place));
            }
            Entry::Step(mark) => items.extend(step_items(mark, meaning, at, place)),
            other => items.extend(word_items(other, meaning, at, place)),
        }
        x += width(entry, &place.sizes) + column_gap(&place.sizes);
    }
    items
}

/// The entries without a mark of a layer.
fn word_items(entry: Entry, meaning: &Meaning, at: PagePoint, place: &Place) -> Vec<Item> {
    match entry {
        Entry::Layer(_) | Entry::Step(_) => Vec::new(),
        Entry::StepNote { line, .. } => {
            let note = meaning.step.get(line);
            note.map(|note| place.words(note, at)).into_iter().collect()
        }
        Entry::ColorBar(ramp) => color_bar::horizontal(&ramp, at, place),
        Entry::Classes(classes) => classes.items(at, place),
        Entry::Basis => {
            let (size, room) = (place.sizes.text, width(entry, &place.sizes));
            let fitted = |basis: &String| text::fitted(basis, size, Weight::Regular, room);
            let words = meaning.basis.as_ref().map(fitted);
            words
                .map(|words| place.words(&words, at))
                .into_iter()
                .collect()
        }
        Entry::Note { layer, line, .. } => {
            let note = meaning.note(layer, line);
            note.map(|note| place.words(note, at)).into_iter().collect()
        }
    }
}

/// A mark of a step, and its formula behind it; nothing before its stage has come.
fn step_items(mark: Mark, meaning: &Meaning, at: PagePoint, place: &Place) -> Vec<Item> {
    if !meaning.view.step.is_some_and(|step| step.has(mark.stage())) {
        return Vec::new();
    }
    let left = [at[0], at[1] - 0.5 * text::cap_height(place.sizes.text)];
    let right = [left[0] + widest_mark(&place.sizes), left[1]];
    let after = [right[0] + mark_gap(&place.sizes), at[1]];
    vec![
        mark.sample(left, right, place),
        place.words(mark.label(), after),
    ]
}

/// A layer's mark, and its name behind it.
fn layer_items(
    layer: Layer,
    meaning: &Meaning,
    at: PagePoint,
    mark_width: f32,
    place: &Place,
) -> Vec<Item> {
    let left = [at[0], at[1] - 0.5 * text::cap_height(place.sizes.text)];
    let right = [left[0] + mark_width, left[1]];
    let mut items = (look(layer).mark)(&Span {
        left,
        right,
        view: meaning.view,
        place,
    });
    let after = [right[0] + mark_gap(&place.sizes), at[1]];
    items.push(place.words(look(layer).label, after));
    items
}
