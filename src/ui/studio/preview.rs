//! The figure as it will be in its file, with its size and what stands in the way.

use std::sync::Arc;

use egui::{
    Color32, ColorImage, Label, Rect, RichText, ScrollArea, Sense, TextureHandle, TextureOptions,
    Ui, Vec2, pos2, scroll_area::ScrollSource,
};

use crate::export::flatten::MAX_VERTICES;
use crate::session::studio::{Picture, Preview};

use super::super::command::Command;
use super::super::lab::Lab;
use super::super::panels::grouped;
use super::super::panels::widgets::{attention_card, note_ui};
use super::super::theme::{self, ink};
use super::desk::{Desk, INCH};
use super::{Move, Zoom};

/// How much larger or smaller a step of the zoom is, and the ends of it, in sizes on paper.
const STEP: f32 = 1.25;
const LEAST: f32 = 0.1;
const MOST: f32 = 8.0;
/// Side of the squares behind what is transparent, in points.
const SQUARE: f32 = 8.0;

/// The picture of the last frame.
#[derive(Default)]
pub struct Memory {
    shown: Option<(Arc<Preview>, TextureHandle)>,
}

/// The picture in a box of this height, its size, and the zoom.
pub fn preview_ui(
    ui: &mut Ui,
    memory: &mut Memory,
    lab: &Lab,
    desk: &Desk,
    high: f32,
    commands: &mut Vec<Command>,
) {
    let newest = desk.threads.newest();
    memory.take(ui, newest.as_ref());
    let room = Vec2::new(ui.available_width(), high);
    let (picture, refused) = match newest.as_ref().map(|preview| &preview.picture) {
        Some(Ok(picture)) => (Some(picture), None),
        Some(Err(sentence)) => (None, Some(sentence)),
        None => (None, None),
    };
    let pixels_per_point = ui.ctx().pixels_per_point();
    let dots = desk.figure().dpi as f32 / pixels_per_point;
    let zoom = match desk.zoom {
        Zoom::Pixels => Zoom::Times(dots / INCH),
        other => other,
    };
    let size = picture.map_or(room, |picture| on_screen(picture, zoom, room));
    let area = ScrollArea::both()
        .id_salt("preview")
        .scroll_source(ScrollSource::ALL)
        .max_height(high)
        .max_width(room.x)
        .auto_shrink(false);
    area.show(ui, |ui| match (&memory.shown, picture) {
        _ if refused.is_some() => refused_ui(ui, lab, refused),
        (Some((_, texture)), Some(picture)) => {
            let outer = size.max(ui.available_size());
            let (rect, response) = ui.allocate_exact_size(outer, Sense::hover());
            let page = Rect::from_center_size(rect.center(), size);
            squares(ui, lab, page);
            let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            ui.painter().image(texture.id(), page, uv, Color32::WHITE);
            response.accessible_name(words(picture));
        }
        _ => drop(note_ui(
            ui,
            theme::palette(lab.dark),
            "The figure is being drawn.",
        )),
    });
    let times = picture.map_or(1.0, |picture| 72.0 * size.x / (picture.size[0] * INCH));
    ui.horizontal_wrapped(|ui| zoom_ui(ui, lab, desk, times, commands));
    says_ui(ui, lab, desk, picture);
    let wide = picture.map_or(0.0, |picture| picture.size[0] / 72.0);
    let dpi = match wide > 0.0 {
        true => size.x * pixels_per_point / wide,
        false => INCH * pixels_per_point,
    };
    // Whole steps: a panel that is drawn wider is not another picture with every point.
    let dpi = 8.0 * (f64::from(dpi) / 8.0).ceil();
    if dpi != desk.dpi {
        commands.push(Command::Studio(Move::See(dpi)));
    }
}

impl Memory {
    /// Makes the newest picture a texture.
    fn take(&mut self, ui: &Ui, newest: Option<&Arc<Preview>>) {
        let Some(newest) = newest else {
            return;
        };
        let is_it = |(old, _): &(Arc<Preview>, TextureHandle)| Arc::ptr_eq(old, newest);
        let Ok(picture) = &newest.picture else {
            return;
        };
        if self.shown.as_ref().is_some_and(is_it) {
            return;
        }
        let image = ColorImage::from_rgba_unmultiplied(picture.pixels.size, &picture.pixels.rgba);
        let options = TextureOptions::LINEAR;
        self.shown = Some(match self.shown.take() {
            Some((_, mut texture)) => {
                texture.set(image, options);
                (Arc::clone(newest), texture)
            }
            None => {
                let texture = ui.ctx().load_texture("figure", image, options);
                (Arc::clone(newest), texture)
            }
        });
    }
}

/// Why there is no picture.
fn refused_ui(ui: &mut Ui, lab: &Lab, refused: Option<&String>) {
    let theme = theme::palette(lab.dark);
    ui.set_width(ui.available_width());
    attention_card(theme, theme.attention).show(ui, |ui| {
        let words = refused.map_or("", String::as_str);
        let words = RichText::new(words).color(ink(theme.attention));
        ui.add(Label::new(words).wrap());
    });
}

/// How large the page is on the screen, in points.
fn on_screen(picture: &Picture, zoom: Zoom, room: Vec2) -> Vec2 {
    let inches = Vec2::from(picture.size) / 72.0;
    match zoom {
        Zoom::Times(times) => times * INCH * inches,
        Zoom::Fit | Zoom::Pixels => {
            let room = room - Vec2::splat(4.0);
            let times = (room.x / inches.x).min(room.y / inches.y);
            times.max(1.0) * inches
        }
    }
}

/// The page in words: its size on paper.
fn words(picture: &Picture) -> String {
    let [width, height] = picture.size.map(|points| points / 72.0);
    format!("The figure, {width:.2} by {height:.2} in")
}

/// The ways to see the page, which is so many times its size on paper now.
fn zoom_ui(ui: &mut Ui, lab: &Lab, desk: &Desk, times: f32, commands: &mut Vec<Command>) {
    let (out, into) = (times / STEP, times * STEP);
    let clamped = |times: f32| Zoom::Times(times.clamp(LEAST, MOST));
    for (text, name, zoom, hint) in [
        (
            "Fit",
            "Fit the figure",
            Zoom::Fit,
            "As large as there is room.",
        ),
        ("−", "Zoom out of the figure", clamped(out), "Smaller."),
        (
            "+",
            "Zoom into the figure",
            clamped(into),
            "Larger; drag to move the page.",
        ),
        (
            "100 %",
            "True size",
            Zoom::Times(1.0),
            "The size on paper, where the screen has 96 dots per inch.",
        ),
        (
            "1:1",
            "Pixel for pixel",
            Zoom::Pixels,
            "A pixel of the screen for each one of the file.",
        ),
    ] {
        let button = ui.selectable_label(desk.zoom == zoom, text);
        let button = button.on_hover_text(hint).accessible_name(name);
        if button.clicked() {
            commands.push(Command::Studio(Move::Zoom(zoom)));
        }
    }
    let theme = theme::palette(lab.dark);
    let words = RichText::new(format!("{:.0} %", 100.0 * times)).small();
    ui.label(words.color(ink(theme.muted)));
    let hint = "Hold the figure to what the canvas shows now, while training and play head go on.";
    let frozen = ui
        .selectable_label(desk.frozen.is_some(), "Freeze")
        .on_hover_text(hint);
    if frozen.clicked() {
        commands.push(Command::Studio(Move::Freeze));
    }
    if desk.threads.draws() {
        ui.label(RichText::new("drawing").small().color(ink(theme.muted)));
    }
}

/// The size of page and file, and the characters that no font has.
fn says_ui(ui: &mut Ui, lab: &Lab, desk: &Desk, picture: Option<&Picture>) {
    let theme = theme::palette(lab.dark);
    let Some(picture) = picture else {
        return;
    };
    let dpi = desk.figure().dpi;
    let [width, height] = picture.size.map(f64::from);
    let pixels = [width, height].map(|points| grouped((points * dpi / 72.0).round() as u64));
    let text = format!(
        "{:.2} × {:.2} in, {} × {} pixels at {dpi} dots per inch",
        width / 72.0,
        height / 72.0,
        pixels[0],
        pixels[1]
    );
    note_ui(ui, theme, &text);
    if !picture.flattened.is_empty() {
        let names: Vec<&str> = picture.flattened.iter().map(|layer| layer.name()).collect();
        let (names, most) = (names.join(", "), grouped(MAX_VERTICES as u64));
        let text =
            format!("In SVG and PDF an embedded picture, for more than {most} vertices: {names}.");
        note_ui(ui, theme, &text);
    }
    if !picture.missing.is_empty() {
        let text = format!(
            "No font has a glyph for {}: a style may name a font file.",
            picture.missing
        );
        ui.label(RichText::new(text).small().color(ink(theme.attention)));
    }
    for unset in &picture.unset {
        let text = format!("{unset}.");
        ui.label(RichText::new(text).small().color(ink(theme.attention)));
    }
}

/// Squares that show through what is transparent.
fn squares(ui: &Ui, lab: &Lab, page: Rect) {
    let theme = theme::palette(lab.dark);
    let painter = ui.painter().with_clip_rect(page.intersect(ui.clip_rect()));
    painter.rect_filled(page, 0.0, ink(theme.background));
    let seen = painter.clip_rect();
    if !seen.is_positive() {
        return;
    }
    let first = |from: f32, start: f32| ((from - start) / SQUARE).floor() as i32;
    let (columns, rows) = (
        first(seen.left(), page.left())..=first(seen.right(), page.left()),
        first(seen.top(), page.top())..=first(seen.bottom(), page.top()),
    );
    for row in rows {
        for column in columns.clone().filter(|column| (column + row) % 2 == 0) {
            let corner = page.min + SQUARE * Vec2::new(column as f32, row as f32);
            painter.rect_filled(
                Rect::from_min_size(corner, Vec2::splat(SQUARE)),
                0.0,
                ink(theme.card),
            );
        }
    }
}
