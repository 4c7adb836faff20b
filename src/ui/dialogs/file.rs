//! A path field over a list of files: for opening, saving and exporting alike.

use std::path::{Path, PathBuf};

use egui::{Align, Button, Key, Layout, RichText, ScrollArea, TextEdit, Ui, Vec2};

use crate::export::Format;
use crate::scene::theme::Theme;
use crate::session::documents::{self, Listed};

use super::super::command::{Command, Purpose};
use super::super::panels::widgets::{note_ui, primary};
use super::super::theme::ink;
use super::title::title_ui;

/// A path that is typed or picked.
pub struct FileDialog {
    purpose: Purpose,
    folder: PathBuf,
    text: String,
    listed: Result<Vec<Listed>, String>,
    fresh: bool,
}

impl FileDialog {
    /// Asks for a path in this folder; a file to write is proposed to have this name.
    pub fn new(purpose: Purpose, folder: PathBuf, name: &str) -> Self {
        Self {
            text: folder.join(name).display().to_string(),
            listed: documents::list(&folder, purpose.suffixes()),
            purpose,
            folder,
            fresh: true,
        }
    }

    /// The field, the list and the button; `problem` is the newest sentence about what failed.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        problem: Option<&String>,
        commands: &mut Vec<Command>,
    ) {
        let suffixes = Format::SUFFIXES_IN_WORDS;
        let export_hint = format!("The suffix chooses the format: {suffixes}.");
        let (verb, hint) = match self.purpose {
            Purpose::Open | Purpose::OpenRun => {
                ("Open", "An experiment file (.ron), or the folder of a run.")
            }
            Purpose::Save => ("Save", "The drawing and the view are part of the file."),
            Purpose::SaveRun => (
                "Save",
                "A folder with the experiment, the losses, the weights and the state that training goes on from.",
            ),
            Purpose::Export => ("Export", export_hint.as_str()),
        };
        title_ui(ui, self.purpose.title(), commands);
        note_ui(ui, theme, hint);
        let field = TextEdit::singleline(&mut self.text).desired_width(f32::INFINITY);
        let field = ui.add(field).accessible_name("Path");
        if std::mem::take(&mut self.fresh) {
            field.request_focus();
        }
        let enter = field.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        self.list_ui(ui, theme, commands);
        if let Some(sentence) = problem {
            ui.colored_label(ink(theme.error), sentence);
        }
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            let path = self.path();
            let exists = matches!(&path, Ok(Some(path)) if documents::exists(path));
            let exists = exists && self.purpose.writes();
            let text = if exists { "Replace" } else { verb };
            let button = primary(theme, text).min_size(Vec2::new(96.0, 30.0));
            let button = ui.add_enabled(matches!(path, Ok(Some(_))), button);
            if button.clicked() || enter {
                self.finish(commands);
                // If it fails, the dialog stays, and the path is what has to be mended.
                self.fresh = true;
            }
            if let Err(sentence) = path {
                ui.colored_label(ink(theme.error), sentence);
            } else if exists {
                note_ui(
                    ui,
                    theme,
                    match self.purpose {
                        Purpose::SaveRun => "It exists; a run in it will be replaced.",
                        _ => "The file exists and will be replaced.",
                    },
                );
            }
        });
    }

    fn list_ui(&mut self, ui: &mut Ui, theme: &Theme, commands: &mut Vec<Command>) {
        let listed = match &self.listed {
            Ok(listed) => listed,
            Err(sentence) => {
                ui.colored_label(ink(theme.error), sentence);
                return;
            }
        };
        let mut picked = None;
        ScrollArea::vertical()
            .max_height(320.0)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| {
                    for entry in listed {
                        let kind = RichText::new(entry.kind.name()).color(ink(theme.muted));
                        let button =
                            Button::selectable(false, entry.name.as_str()).shortcut_text(kind);
                        if ui.add(button).clicked() {
                            picked = Some(entry.clone());
                        }
                    }
                });
            });
        if let Some(entry) = picked {
            self.pick(entry, commands);
        }
    }

    /// A folder is entered; a file to open is opened; a file to write is named.
    fn pick(&mut self, entry: Listed, commands: &mut Vec<Command>) {
        if entry.kind == documents::Kind::Folder {
            let name = Path::new(&self.text).file_name().map(PathBuf::from);
            self.folder = entry.path;
            self.listed = documents::list(&self.folder, self.purpose.suffixes());
            let name = name.filter(|_| self.purpose.writes()).unwrap_or_default();
            self.text = self.folder.join(name).display().to_string();
        } else {
            self.text = entry.path.display().to_string();
            if !self.purpose.writes() {
                self.finish(commands);
            }
        }
    }

    /// The path that is typed, if one is; or why it is none.
    fn path(&self) -> Result<Option<PathBuf>, String> {
        let text = self.text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let path = documents::typed(&self.folder, text)?;
        Ok(Some(self.purpose.complete(path)))
    }

    fn finish(&self, commands: &mut Vec<Command>) {
        let path = self.path().ok().flatten();
        commands.extend(path.map(|path| self.purpose.command(path)));
    }
}
