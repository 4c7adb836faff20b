//! The table of lanes: a row a lane, a column a number, to be sorted and copied.

use std::sync::Arc;

use egui::{Align, Button, Grid, Label, Layout, RichText, ScrollArea, Sense, Ui, Vec2};

use crate::experiment::Experiment;
use crate::scene::metrics::comparison::{Column, Comparison, LaneResults, Numbers, Row};
use crate::scene::metrics::table::{CHORD_RATIO, NFE, STRAIGHTNESS, W2};
use crate::scene::metrics::{Measured, Metric};
use crate::scene::theme::lane_color;
use crate::session::repeats::Known;

use super::super::command::Command;
use super::super::editor::LaneDraft;
use super::super::panels::widgets::{link, note_ui};
use super::super::theme::{ink, strong};
use super::Sight;

/// The columns that stand first: how straight by either measure, how good, how many evaluations.
const FIRST: [&Metric; 4] = [&STRAIGHTNESS, &CHORD_RATIO, &W2, &NFE];
/// Room for the title of a lane, in points.
const TITLE_WIDTH: f32 = 92.0;

/// Writes the table as text.
type Writer = fn(&Comparison) -> String;

/// The table as it was made last, and how it is sorted.
#[derive(Default)]
pub struct LanesTable {
    made_of: Vec<Inputs>,
    comparison: Option<Comparison>,
    sorting: Option<(&'static str, bool)>,
}

/// What a row is made of.
#[derive(Clone)]
struct Inputs {
    title: String,
    experiment: Arc<Experiment>,
    /// With repeats the numbers of all seeds, which were trained alike; without them those of the lane's own network.
    seeds: Vec<Numbers>,
}

impl Inputs {
    fn same(&self, other: &Self) -> bool {
        self.title == other.title
            && Arc::ptr_eq(&self.experiment, &other.experiment)
            && self.seeds == other.seeds
    }

    fn results(&self) -> LaneResults {
        LaneResults {
            title: self.title.clone(),
            experiment: Arc::clone(&self.experiment),
            seeds: self.seeds.clone(),
        }
    }
}

impl LanesTable {
    /// The comparison of the lanes as they are now.
    pub fn comparison(&mut self, sight: Sight<'_>, repeats: Option<&Known>) -> &Comparison {
        let inputs = inputs(sight, repeats);
        let same = inputs.len() == self.made_of.len()
            && std::iter::zip(&inputs, &self.made_of).all(|(a, b)| a.same(b));
        if !same {
            self.comparison = None;
        }
        let sorting = self.sorting;
        self.comparison.get_or_insert_with(|| {
            let mut comparison = Comparison::new(inputs.iter().map(Inputs::results).collect());
            sort(&mut comparison, sorting);
            self.made_of = inputs;
            comparison
        })
    }

    /// Sorts by the column: the best first, the other way round if it is asked for again, then as the lanes are.
    fn toggle(&mut self, metric: &Metric) {
        self.sorting = match self.sorting {
            Some((key, false)) if key == metric.key => Some((key, true)),
            Some((key, true)) if key == metric.key => None,
            _ => Some((metric.key, false)),
        };
        if let Some(comparison) = &mut self.comparison {
            sort(comparison, self.sorting);
        }
    }
}

fn sort(comparison: &mut Comparison, sorting: Option<(&'static str, bool)>) {
    let column = sorting.and_then(|(key, descending)| {
        let mut columns = comparison.columns().iter();
        let column = columns.find(|column| column.metric.key == key)?;
        Some((column.metric, descending))
    });
    match column {
        Some((metric, descending)) => comparison.sort_by(metric, descending),
        None => comparison.sort_lanes(),
    }
}

/// What the rows are made of. Repeats count as long as every lane studies what was repeated.
fn inputs(sight: Sight<'_>, repeats: Option<&Known>) -> Vec<Inputs> {
    let lanes = sight.lab.editor.lanes();
    let repeats = repeats.filter(|known| is_of(known, sight));
    let input = |(i, lane): (usize, &LaneDraft)| {
        let repeated = repeats.map_or(&[] as &[_], |known| &known.measured[i]);
        let frame = sight.frames.of(lane.id());
        let own = frame.products.metrics.get().map(|_| Measured::of(frame));
        Inputs {
            title: sight.lab.editor.label(i).to_owned(),
            experiment: Arc::clone(lane.legal()),
            seeds: match repeated {
                [] => own.iter().map(Numbers::of).collect(),
                repeated => repeated.to_vec(),
            },
        }
    };
    lanes.iter().enumerate().map(input).collect()
}

/// Whether the repeats are of the lanes as they are now, but for what is looked at.
pub fn is_of(known: &Known, sight: Sight<'_>) -> bool {
    let lanes = sight.lab.editor.lanes();
    let same = |(a, b): (&Arc<Experiment>, &LaneDraft)| a.is_same_work(b.legal());
    known.lanes.len() == lanes.len() && known.lanes.iter().zip(lanes).all(same)
}

/// The table with what its marks mean.
pub fn table_ui(
    ui: &mut Ui,
    table: &mut LanesTable,
    sight: Sight<'_>,
    repeats: Option<&Known>,
    commands: &mut Vec<Command>,
) {
    let comparison = table.comparison(sight, repeats).clone();
    let mut columns: Vec<&Column> = comparison.columns().iter().collect();
    let place = |column: &&Column| {
        let first = FIRST
            .iter()
            .position(|metric| metric.key == column.metric.key);
        first.unwrap_or(FIRST.len())
    };
    columns.sort_by_key(place);
    if columns.is_empty() {
        note_ui(
            ui,
            sight.theme,
            "Nothing has been measured yet; the first numbers come soon.",
        );
        return;
    }
    let mut clicked = None;
    ScrollArea::horizontal()
        .id_salt("table of lanes")
        .show(ui, |ui| {
            Grid::new("lanes")
                .spacing(Vec2::new(9.0, 4.0))
                .show(ui, |ui| {
                    ui.label(RichText::new("lane").small().color(ink(sight.theme.muted)));
                    for column in &columns {
                        if heading_ui(ui, sight, column, table.sorting) {
                            clicked = Some(column.metric);
                        }
                    }
                    ui.end_row();
                    for row in comparison.rows() {
                        if title_ui(ui, sight, row) {
                            commands.push(Command::SelectLane(row.lane));
                        }
                        for column in &columns {
                            cell_ui(ui, sight, row, column);
                        }
                        ui.end_row();
                    }
                });
        });
    if let Some(metric) = clicked {
        table.toggle(metric);
    }
    note_ui(ui, sight.theme, &comparison.note("The accent colour"));
    copy_ui(ui, sight, &comparison);
}

/// The name of a column, which sorts by it; `true` if it was clicked.
fn heading_ui(
    ui: &mut Ui,
    sight: Sight<'_>,
    column: &Column,
    sorting: Option<(&'static str, bool)>,
) -> bool {
    let metric = column.metric;
    let arrow = match sorting {
        Some((key, false)) if key == metric.key => " ↑",
        Some((key, true)) if key == metric.key => " ↓",
        _ => "",
    };
    let text = RichText::new(format!("{}{arrow}", metric.heading())).small();
    ui.add(Button::new(text.color(ink(sight.theme.muted))).frame(false))
        .on_hover_text(format!("{} Click to sort.", metric.definition()))
        .accessible_name(format!("Sort by {}", metric.heading()))
        .clicked()
}

/// The colour and the title of a lane, which selects it; `true` if it was clicked.
fn title_ui(ui: &mut Ui, sight: Sight<'_>, row: &Row) -> bool {
    let size = Vec2::new(TITLE_WIDTH, ui.spacing().interact_size.y);
    let layout = Layout::left_to_right(Align::Center);
    let title = ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_width(TITLE_WIDTH);
        ui.spacing_mut().item_spacing.x = 5.0;
        let (mark, _) = ui.allocate_exact_size(Vec2::splat(9.0), Sense::hover());
        let color = ink(lane_color(row.lane, sight.lab.dark));
        ui.painter().rect_filled(mark, 2.0, color);
        let text = match row.lane == sight.lab.editor.selected() {
            true => RichText::new(&row.title).font(strong(11.5)),
            false => RichText::new(&row.title).small(),
        };
        let label = Label::new(text).wrap().selectable(false);
        ui.add(label.sense(Sense::click()))
    });
    let hint = match row.is_unlearned {
        true => format!(
            "{}: it has learned next to nothing and takes no part.",
            row.title
        ),
        false => format!("Show {} in the panels.", row.title),
    };
    title.inner.on_hover_text(hint).clicked()
}

/// The mean to the digits that its error leaves; the error and what it is compared with come on hover.
fn cell_ui(ui: &mut Ui, sight: Sight<'_>, row: &Row, column: &Column) {
    let whole = row.text(column.metric);
    let mean = row.estimate(column.metric).map(|estimate| estimate.text());
    let mean = mean.as_deref().unwrap_or("–");
    let short = mean.split(' ').next().unwrap_or(mean);
    let text = match column.best == Some(row.lane) {
        true => RichText::new(short)
            .font(strong(13.0))
            .color(ink(sight.theme.accent)),
        false => RichText::new(short),
    };
    let hint = format!("{}, {}: {whole}", row.title, column.metric.heading());
    ui.label(text).on_hover_text(hint);
}

fn copy_ui(ui: &mut Ui, sight: Sight<'_>, comparison: &Comparison) {
    let kinds: [(&str, Writer); 3] = [
        ("Markdown", Comparison::markdown),
        ("CSV", Comparison::csv),
        ("LaTeX", Comparison::latex),
    ];
    ui.horizontal(|ui| {
        ui.label(
            RichText::new("Copy as")
                .small()
                .color(ink(sight.theme.muted)),
        );
        for (name, write) in kinds {
            let button: Button<'_> = link(sight.theme, name);
            let hint = format!("Copy the table with its errors as {name}.");
            let response = ui.add(button).on_hover_text(hint);
            if response
                .accessible_name(format!("Copy as {name}"))
                .clicked()
            {
                ui.ctx().copy_text(write(comparison));
            }
        }
    });
}
