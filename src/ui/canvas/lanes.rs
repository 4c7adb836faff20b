//! Several lanes on the canvas: toggles above them, the legend below, and between them a grid of equal canvases under one
//! camera.

use std::sync::Arc;

use egui::{Align2, Button, FontId, Rect, RichText, Ui, UiBuilder, pos2, vec2};

use crate::experiment::View;
use crate::scene::legend::{self, ClassSet, Entry};
use crate::scene::{self, Beside, Company, Page, Scales, Scene};
use crate::snapshot::Frame;

use super::super::actions;
use super::super::command::{Command, Tool};
use super::super::lab::Lab;
use super::super::panels::buttons;
use super::super::theme::{ink, palette};
use super::grid::Grid;
use super::memory::Canvas;
use super::sight::{Sight, pane_ui, readout_ui, style, surface_ui};
use super::{brush, header, notice, strip};

/// Room behind the legend to say whose numbers it has, in points.
const WHOSE: f32 = 128.0;

/// The canvases of all lanes.
pub fn lanes_ui(
    ui: &mut Ui,
    canvas: &mut Canvas,
    lab: &Lab,
    frames: &[Arc<Frame>],
    commands: &mut Vec<Command>,
) {
    strip::strip_ui(ui, lab, commands);
    let area = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(area);
    ui.painter()
        .rect_filled(area, 0.0, ink(palette(lab.dark).background));
    let (above, legend) = legend_of(lab, frames, area);
    let grid = Grid::new(above, frames.len());
    let Some(first) = grid.cells.first().filter(|cell| cell.canvas.is_positive()) else {
        return;
    };
    let page = Page::lane(first.canvas.size().into(), style(lab));
    let surfaces = grid.cells.iter().zip(frames).enumerate();
    let surfaces = surfaces.map(|(i, (cell, frame))| {
        let name = format!("Canvas of lane {}", i + 1);
        let response = surface_ui(ui, cell.canvas, frame.lane, &name, lab.tool);
        (cell.canvas, response)
    });
    let surfaces = surfaces.collect();
    let sight = Sight::new(ui, canvas, (lab, frames), &page, surfaces, commands);
    canvas
        .brush
        .input(ui, &sight.places, Rect::ZERO, lab, commands);
    for (i, frame) in frames.iter().enumerate() {
        let shown = (lab, frame, company(frames, i));
        lane_ui(ui, canvas, i, shown, &sight, commands);
        let cell = (&grid.cells[i], grid.two_lines);
        header::header_ui(ui, i, cell, (lab, frame), commands);
    }
    if let Some(left) = grid.left.first() {
        add_ui(ui, *left, lab, commands);
    }
    let strip = area.with_min_y(above.bottom());
    canvas.legend.paint_furniture(ui.painter(), strip, &legend);
    if has_numbers(lab) {
        let place = strip.right_center() - vec2(12.0, 0.0);
        let words = format!("numbers of lane {}", lab.editor.selected() + 1);
        let font = FontId::proportional(11.0);
        let color = ink(palette(lab.dark).muted);
        ui.painter()
            .text(place, Align2::RIGHT_CENTER, words, font, color);
    }
    canvas.cover(ui, first.canvas, Rect::ZERO, None);
}

/// The first lane, if it is another one, and the scales of all.
fn company(frames: &[Arc<Frame>], lane: usize) -> Company<'_> {
    let lanes = [lane, 0];
    let first = frames.first().filter(|_| lane > 0);
    Company {
        beside: first.map(|frame| Beside { frame, lanes }),
        scales: Scales::of(frames.iter().map(Arc::as_ref)),
    }
}

/// Whether the legend has numbers, which are those of the selected lane.
fn has_numbers(lab: &Lab) -> bool {
    let entries = legend::entries(&lab.editor.experiment().view, ClassSet::default());
    let is_note = |entry: &Entry| matches!(entry, Entry::Note { .. } | Entry::Basis);
    entries.iter().any(is_note)
}

/// The legend of all lanes, and the part of the area above it.
fn legend_of(lab: &Lab, frames: &[Arc<Frame>], area: Rect) -> (Rect, Scene) {
    let view = &View {
        step: lab.step_view(),
        ..lab.editor.experiment().view.clone()
    };
    let page = Page::lane(area.size().into(), style(lab));
    let selected = lab.editor.selected().min(frames.len() - 1);
    let (frame, company) = (&frames[selected], company(frames, selected));
    let room = match has_numbers(lab) {
        true => area.width() - WHOSE,
        false => area.width(),
    };
    let legend = scene::legend_strip(frame, company, view, lab.play.t, (&page, room));
    let above = area.with_max_y((area.bottom() - legend.size[1]).max(area.top()));
    (above, legend)
}

/// A lane's canvas with what stands on it.
fn lane_ui(
    ui: &mut Ui,
    canvas: &mut Canvas,
    lane: usize,
    (lab, frame, company): (&Lab, &Arc<Frame>, Company<'_>),
    sight: &Sight<'_>,
    commands: &mut Vec<Command>,
) {
    let place = &sight.places[lane];
    let brushed = lab.tool == Tool::Brush && brush::reaches(lab, lane);
    let paper = match brushed {
        true => canvas.brush.paper(ui.ctx(), place, lab, frame),
        false => Vec::new(),
    };
    pane_ui(
        ui,
        &mut canvas.panes[lane],
        (lab, frame, company),
        place,
        sight,
        paper,
    );
    readout_ui(ui, (lab, frame), place, &sight.responses[lane], None);
    if let Some(at) = sight.pointed.filter(|_| brushed) {
        brush::cursor(ui, at, place, lab, frame);
    }
    let above = Rect::from_min_max(place.rect.min, pos2(place.rect.right(), place.rect.top()));
    notice::notice_ui(ui, place, above, None, (lab, lane), frame, commands);
}

/// A place without a lane.
fn add_ui(ui: &mut Ui, rect: Rect, lab: &Lab, commands: &mut Vec<Command>) {
    let theme = palette(lab.dark);
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.centered_and_justified(|ui| {
            let words = RichText::new("+ Add lane").color(ink(theme.muted));
            let add = Button::new(words).fill(ink(theme.background));
            buttons::button_ui(ui, lab, &actions::ADD_LANE, add, true, commands);
        });
    });
}
