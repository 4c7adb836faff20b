//! The header of a lane: its colour, its title, four numbers, and a menu; the pointer on it gives the rest.

use egui::{
    Align, Align2, Button, Color32, FontId, Grid as Table, Id, Layout, Painter, Rect, Response,
    RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo, accesskit::Role, pos2,
    vec2,
};

use crate::scene::metrics::{self, Measured, Metric, table};
use crate::scene::theme::{Theme, lane_color};
use crate::snapshot::{Frame, RunState};

use super::super::command::Command;
use super::super::lab::Lab;
use super::super::theme::{ink, mix, palette, strong};
use super::grid::Cell;

/// Room at both ends, in points.
const PADDING: f32 = 8.0;
/// Side of the colour mark, in points.
const MARK: f32 = 9.0;
/// Room of the menu at the right end, in points.
const MENU: f32 = 24.0;
/// Between two numbers, in points.
const GAP: f32 = 10.0;
/// A title keeps at least this much of its line, in points.
const TITLE: f32 = 72.0;
/// The numbers, the first of which has room longest.
const NUMBERS: [(&str, &Metric); 4] = [
    ("S", &table::STRAIGHTNESS),
    ("c/a", &table::CHORD_RATIO),
    ("W₂", &table::W2),
    ("NFE", &table::NFE),
];

/// The header of lane `lane` at the top of its cell, and the outline of the cell.
pub fn header_ui(
    ui: &mut Ui,
    lane: usize,
    (cell, two_lines): (&Cell, bool),
    (lab, frame): (&Lab, &Frame),
    commands: &mut Vec<Command>,
) {
    let theme = palette(lab.dark);
    let selected = lane == lab.editor.selected();
    let rect = cell.header;
    let title = lab.editor.label(lane);
    let response = ui.interact(
        rect,
        Id::unique(("lane header", frame.lane)),
        Sense::click(),
    );
    let name = format!("Lane {}: {title}", lane + 1);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, name.as_str()));
    let fill = match (selected, response.hovered()) {
        (true, _) => mix(theme.panel, theme.accent, 0.14),
        (false, true) => mix(theme.panel, theme.line, 0.5),
        (false, false) => ink(theme.panel),
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    let measured = Measured::of(frame);
    words(ui.painter(), lane, rect, two_lines, (lab, frame, &measured));
    outline(ui.painter(), cell.outer, selected, &response, theme);
    if response.double_clicked() {
        commands.push(Command::AskTitle(lane));
    } else if response.clicked() {
        commands.push(Command::SelectLane(lane));
    }
    response.context_menu(|ui| menu_ui(ui, lane, lab, commands));
    response.on_hover_ui(|ui| numbers_ui(ui, theme, title, frame, &measured));
    let button = Rect::from_min_max(
        pos2(rect.right() - MENU, rect.top()),
        pos2(rect.right(), rect.top() + MENU),
    );
    let builder = UiBuilder::new()
        .max_rect(button)
        .layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().button_padding = vec2(6.0, 2.0);
        let dots = RichText::new("…")
            .font(strong(14.0))
            .color(ink(theme.muted));
        let dots = Button::new(dots)
            .fill(Color32::TRANSPARENT)
            .stroke(Stroke::NONE);
        let menu = egui::containers::menu::MenuButton::from_button(dots);
        let (menu, _) = menu.ui(ui, |ui| menu_ui(ui, lane, lab, commands));
        menu.on_hover_text("Rename, duplicate, move or remove this lane.")
            .accessible_name(format!("Menu of lane {}", lane + 1));
    });
}

fn outline(painter: &Painter, outer: Rect, selected: bool, header: &Response, theme: &Theme) {
    let stroke = match (selected || header.has_focus(), header.hovered()) {
        (true, _) => Stroke::new(1.5, ink(theme.accent)),
        (false, true) => Stroke::new(1.0, ink(theme.muted)),
        (false, false) => Stroke::new(1.0, ink(theme.line)),
    };
    painter.rect_stroke(outer, 0.0, stroke, StrokeKind::Inside);
}

/// Mark, title and as many of the numbers as there is room for.
fn words(
    painter: &Painter,
    lane: usize,
    rect: Rect,
    two_lines: bool,
    (lab, frame, measured): (&Lab, &Frame, &Measured),
) {
    let theme = palette(lab.dark);
    let lines = if two_lines { [0.3, 0.73] } else { [0.5, 0.5] };
    let [first, second] = lines.map(|share| rect.top() + share * rect.height());
    let left = rect.left() + PADDING;
    let right = rect.right() - MENU;
    let mark = Rect::from_center_size(pos2(left + 0.5 * MARK, first), Vec2::splat(MARK));
    painter.rect_filled(mark, 2.0, ink(lane_color(lane, lab.dark)));
    let after_mark = mark.right() + 6.0;
    let numbers = numbers(painter, measured, theme);
    let room = match two_lines {
        true => rect.right() - PADDING - left,
        false => right - after_mark - TITLE,
    };
    let (shown, width) = that_fit(&numbers, room);
    let start = if two_lines { left } else { right - width };
    let mut x = start;
    for galley in shown {
        let corner = pos2(x, second - 0.5 * galley.size().y);
        x += galley.size().x + GAP;
        painter.galley(corner, galley.clone(), ink(theme.muted));
    }
    let end = if two_lines { right } else { start - GAP };
    let (state, color) = trouble(frame, theme);
    let end = match state {
        "" => end,
        state => {
            let place = pos2(end, first);
            let font = FontId::proportional(11.0);
            let shown = painter.text(place, Align2::RIGHT_CENTER, state, font, color);
            shown.left() - 6.0
        }
    };
    let mut job = egui::text::LayoutJob::simple_singleline(
        lab.editor.label(lane).to_owned(),
        strong(12.5),
        ink(theme.text),
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width((end - after_mark).max(0.0));
    let galley = painter.layout_job(job);
    let corner = pos2(after_mark, first - 0.5 * galley.size().y);
    painter.galley(corner, galley, ink(theme.text));
}

/// What is wrong with the lane, in a word.
fn trouble(frame: &Frame, theme: &Theme) -> (&'static str, Color32) {
    match frame.state {
        RunState::Failed { .. } => ("failed", ink(theme.error)),
        RunState::Waiting { .. } => ("waiting", ink(theme.attention)),
        RunState::Exact { field: Ok(_) } => ("exact", ink(theme.muted)),
        RunState::Exact { field: Err(_) } => ("no field", ink(theme.attention)),
        _ => ("", Color32::TRANSPARENT),
    }
}

type Words = std::sync::Arc<egui::Galley>;

fn numbers(painter: &Painter, measured: &Measured, theme: &Theme) -> Vec<Words> {
    let number = |(symbol, metric): (&str, &Metric)| {
        let mut job = egui::text::LayoutJob::default();
        let mut add = |text: &str, color: Color32| {
            let format = egui::TextFormat::simple(FontId::proportional(11.0), color);
            job.append(text, 0.0, format);
        };
        add(&format!("{symbol} "), ink(theme.muted));
        add(&metric.line(measured).0, ink(theme.text));
        painter.layout_job(job)
    };
    NUMBERS.map(number).into()
}

/// The first of the numbers that fit into the room, and the width that they take.
fn that_fit(numbers: &[Words], room: f32) -> (&[Words], f32) {
    let mut width = 0.0;
    for (k, number) in numbers.iter().enumerate() {
        let gap = if k == 0 { 0.0 } else { GAP };
        let wider = width + gap + number.size().x;
        if wider > room {
            return (&numbers[..k], width);
        }
        width = wider;
    }
    (numbers, width)
}

/// All numbers with their errors.
fn numbers_ui(ui: &mut Ui, theme: &Theme, title: &str, frame: &Frame, measured: &Measured) {
    ui.label(RichText::new(title).font(strong(13.0)));
    let words = frame.experiment.problem.path.legend();
    let coupling = frame.experiment.problem.coupling.legend();
    let quiet = |text: String| RichText::new(text).color(ink(theme.muted));
    ui.label(quiet(format!("{words}, {coupling}")));
    match &frame.state {
        RunState::Failed { message: words }
        | RunState::Waiting { reason: words }
        | RunState::Exact { field: Err(words) } => {
            ui.label(RichText::new(words).color(ink(theme.attention)));
        }
        RunState::Exact { field: Ok(basis) } => {
            ui.label(quiet(basis.clone()));
        }
        _ => {}
    }
    Table::new("numbers of the lane")
        .num_columns(3)
        .show(ui, |ui| {
            for metric in metrics::ALL.iter().filter(|metric| metric.group.is_some()) {
                let (value, aside) = metric.line(measured);
                ui.label(quiet(metric.label.to_owned()));
                ui.label(RichText::new(value).font(strong(13.0)));
                ui.label(quiet(aside));
                ui.end_row();
            }
        });
    let note = match frame.products.metrics.get() {
        Some(_) if frame.state.is_exact() => {
            "Nothing is trained: measured on the exact field.".to_owned()
        }
        Some(metrics) => format!("Measured at step {}.", metrics::grouped(metrics.of.step)),
        None => "Not measured yet.".to_owned(),
    };
    ui.label(quiet(note));
}

/// What can be done with a lane.
fn menu_ui(ui: &mut Ui, lane: usize, lab: &Lab, commands: &mut Vec<Command>) {
    let last = lab.editor.lanes().len() - 1;
    let left = Command::MoveLane {
        lane,
        to: lane.saturating_sub(1),
    };
    let right = Command::MoveLane { lane, to: lane + 1 };
    let full = last + 1 == crate::experiment::MAX_LANES;
    for (name, can, command) in [
        ("Rename", true, Command::AskTitle(lane)),
        ("Duplicate", !full, Command::AddLane(lane)),
        ("Move left", lane > 0, left),
        ("Move right", lane < last, right),
        ("Remove", last > 0, Command::RemoveLane(lane)),
    ] {
        if ui.add_enabled(can, Button::new(name)).clicked() {
            commands.push(command);
            ui.close();
        }
    }
}
