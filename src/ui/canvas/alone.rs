//! The canvas of one lane: toggles and legend stand on it, and the data is fitted between them.

use std::sync::Arc;

use egui::Ui;

use crate::scene::{Company, Page, Scales};
use crate::snapshot::Frame;

use super::super::command::{Command, Tool};
use super::super::lab::Lab;
use super::memory::Canvas;
use super::sight::{Sight, pane_ui, readout_ui, style, surface_ui};
use super::{brush, chips, notice};

/// The canvas of the only lane: toggles and legend stand on it.
pub fn alone_ui(
    ui: &mut Ui,
    canvas: &mut Canvas,
    lab: &Lab,
    frame: &Arc<Frame>,
    commands: &mut Vec<Command>,
) {
    let rect = ui.available_rect_before_wrap();
    let response = surface_ui(ui, rect, frame.lane, "Canvas", lab.tool);
    ui.advance_cursor_after_rect(rect);
    if !rect.is_positive() {
        return;
    }
    let page = Page::canvas(rect.size().into(), style(lab));
    let frames = std::slice::from_ref(frame);
    let sight = Sight::new(
        ui,
        canvas,
        (lab, frames),
        &page,
        vec![(rect, response)],
        commands,
    );
    let place = sight.places[0];
    let toggles = canvas.toggles();
    canvas
        .brush
        .input(ui, &sight.places, toggles, lab, commands);
    let paper = canvas.brush.paper(ui.ctx(), &place, lab, frame);
    let alone = Company {
        beside: None,
        scales: Scales::of([&**frame]),
    };
    let legend = pane_ui(
        ui,
        &mut canvas.panes[0],
        (lab, frame, alone),
        &place,
        &sight,
        paper,
    );
    let response = &sight.responses[0];
    readout_ui(ui, (lab, frame), &place, response, legend);
    let toggles = chips::chips_ui(ui, rect, lab, commands);
    if let Some(at) = sight.pointed.filter(|_| lab.tool == Tool::Brush) {
        brush::cursor(ui, at, &place, lab, frame);
    }
    notice::notice_ui(ui, &place, toggles, legend, (lab, 0), frame, commands);
    canvas.cover(ui, rect, toggles, legend);
}
