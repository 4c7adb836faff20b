//! The presets as pictures: source and target samples, a title, one line.

use egui::{
    Align, Label, Layout, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    Vec2, pos2,
};

use crate::experiment::presets;
use crate::scene::theme::Theme;

use super::super::command::Command;
use super::super::panels::scatter::{Samples, Scatter};
use super::super::theme::{RADIUS, ink, strong};
use super::title::title_ui;

/// Pictures beside each other.
const COLUMNS: usize = 4;
/// Height of a picture with its words, in points.
const HEIGHT: f32 = 196.0;

/// The pictures, sampled when the dialog opens.
pub struct Gallery {
    pictures: Vec<Picture>,
}

struct Picture {
    name: &'static str,
    title: String,
    about: String,
    source: (Samples, Scatter),
    target: (Samples, Scatter),
}

impl Gallery {
    /// Samples every preset, a few hundred points each.
    pub fn draw() -> Self {
        let pictures = presets::all().iter().filter_map(|preset| {
            let experiment = preset.experiment().ok()?;
            Some(Picture {
                name: preset.name,
                source: (Samples::of(&experiment.problem.source), Scatter::default()),
                target: (Samples::of(&experiment.problem.target), Scatter::default()),
                title: experiment.words.title,
                about: experiment.words.about,
            })
        });
        Self {
            pictures: pictures.collect(),
        }
    }

    /// All pictures; a click loads the preset.
    pub fn ui(&mut self, ui: &mut Ui, theme: &Theme, commands: &mut Vec<Command>) {
        title_ui(ui, "Presets", commands);
        ScrollArea::vertical().show(ui, |ui| {
            for row in self.pictures.chunks_mut(COLUMNS) {
                ui.horizontal(|ui| {
                    let gap = ui.spacing().item_spacing.x;
                    let all = ui.available_width() - (COLUMNS - 1) as f32 * gap;
                    for picture in row {
                        let size = Vec2::new((all / COLUMNS as f32).floor(), HEIGHT);
                        picture.ui(ui, theme, size, commands);
                    }
                });
            }
        });
    }
}

impl Picture {
    fn ui(&mut self, ui: &mut Ui, theme: &Theme, size: Vec2, commands: &mut Vec<Command>) {
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let color = if response.hovered() || response.has_focus() {
            theme.accent
        } else {
            theme.line
        };
        let border = Stroke::new(1.0, ink(color));
        let painter = ui.painter();
        painter.rect(rect, RADIUS, ink(theme.card), border, StrokeKind::Inside);
        let [left, right] = halves(rect);
        for ((samples, scatter), half, color) in [
            (&mut self.source, left, theme.source),
            (&mut self.target, right, theme.target),
        ] {
            let color = ink(color).gamma_multiply(0.85);
            scatter.paint(painter, half, samples, color, theme.is_dark());
        }
        let words = Rect::from_min_max(
            pos2(rect.left() + 10.0, rect.bottom() - 78.0),
            rect.max - Vec2::new(10.0, 6.0),
        );
        let down = Layout::top_down(Align::LEFT);
        let ui = &mut ui.new_child(UiBuilder::new().max_rect(words).layout(down));
        ui.shrink_clip_rect(words);
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.add(Label::new(RichText::new(&self.title).font(strong(13.0))).truncate());
        let about = RichText::new(&self.about).small().color(ink(theme.muted));
        ui.add(Label::new(about).wrap());
        let tooltip = format!("{}: {}", self.title, self.about);
        let response = response
            .on_hover_text(tooltip)
            .accessible_name(format!("Preset {}", self.name));
        if response.clicked() {
            commands.push(Command::LoadPreset(self.name));
        }
    }
}

/// The boxes of source and target beside each other, above the words.
fn halves(rect: Rect) -> [Rect; 2] {
    let pictures = Rect::from_min_max(rect.min + Vec2::splat(8.0), rect.max - Vec2::new(8.0, 84.0));
    let middle = pictures.center().x;
    [
        Rect::from_min_max(pictures.min, pos2(middle - 4.0, pictures.max.y)),
        Rect::from_min_max(pos2(middle + 4.0, pictures.min.y), pictures.max),
    ]
}
