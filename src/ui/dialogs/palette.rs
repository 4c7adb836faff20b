//! The palette: find a command by its name, from the one table and the presets.

use egui::{Align, Button, Key, Layout, Modifiers, RichText, ScrollArea, TextEdit, Ui, Vec2};

use crate::experiment::{Experiment, presets};
use crate::flow::solver::Solver;
use crate::flow::vocabulary::Vocabulary;
use crate::scene::theme::Theme;

use super::super::actions::ALL;
use super::super::command::Command;
use super::super::lab::Lab;
use super::super::theme::ink;
use super::dialog::Palette;

/// Something that was found.
struct Entry {
    name: String,
    hint: String,
    command: Command,
}

/// The field and the finds; Enter runs the picked one.
pub fn palette_ui(
    ui: &mut Ui,
    palette: &mut Palette,
    theme: &Theme,
    lab: &Lab,
    commands: &mut Vec<Command>,
) {
    let steps = |ui: &Ui, key| ui.input_mut(|i| i.count_and_consume_key(Modifiers::NONE, key));
    let (down, up) = (steps(ui, Key::ArrowDown), steps(ui, Key::ArrowUp));
    let enter = ui.input(|i| i.key_pressed(Key::Enter));
    let field = TextEdit::singleline(&mut palette.query)
        .hint_text("Search commands and presets")
        .desired_width(f32::INFINITY);
    let field = ui.add(field).accessible_name("Search");
    if field.changed() {
        palette.picked = 0;
    }
    if !enter {
        field.request_focus();
    }
    let entries = entries(ui, lab, &palette.query);
    let last = entries.len().saturating_sub(1);
    palette.picked = (palette.picked + down).saturating_sub(up).min(last);
    let chosen = entries_ui(ui, theme, &entries, palette.picked, down + up > 0);
    let chosen = chosen.or(enter.then_some(palette.picked));
    if let Some(entry) = chosen.and_then(|i| entries.into_iter().nth(i)) {
        commands.push(Command::DismissDialogs);
        commands.push(entry.command);
    }
}

/// The finds in the order of the table; those that begin with the query first.
fn entries(ui: &Ui, lab: &Lab, query: &str) -> Vec<Entry> {
    let actions = ALL.iter().map(|action| Entry {
        name: action.name.to_owned(),
        hint: action.keys_text(ui.ctx()),
        command: (action.command)(lab),
    });
    let presets = presets::all().iter().map(|preset| Entry {
        name: format!("Preset {}", preset.name),
        hint: "preset".to_owned(),
        command: Command::LoadPreset(preset.name),
    });
    let now = lab.editor.experiment();
    let members = [
        members(now, "Path", |to, path| to.problem.path = path),
        members(now, "Coupling", |to, coupling| {
            to.problem.coupling = coupling
        }),
        members(now, "Solver", |to, solver: Solver| {
            to.readout.solver = solver.with_constants_of(to.readout.solver);
        }),
        members(now, "Activation", |to, activation| {
            to.model.activation = activation
        }),
    ];
    let query = query.trim().to_lowercase();
    let mut found: Vec<(usize, Entry)> = actions
        .chain(presets)
        .chain(members.into_iter().flatten())
        .filter_map(|entry| Some((rank(&entry.name, &query)?, entry)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// The choice of each member of a vocabulary.
fn members<V: Vocabulary>(
    now: &Experiment,
    kind: &str,
    choose: impl Fn(&mut Experiment, V),
) -> Vec<Entry> {
    let entry = |member: &V| {
        let mut experiment = now.clone();
        choose(&mut experiment, *member);
        Entry {
            name: format!("{kind} {}", member.entry().name),
            hint: kind.to_lowercase(),
            command: Command::Edit(Box::new(experiment)),
        }
    };
    V::MEMBERS.iter().map(entry).collect()
}

/// 0 if the name begins with the query, 1 if a word of it does, 2 if it holds all words of the query.
fn rank(name: &str, query: &str) -> Option<usize> {
    let name = name.to_lowercase();
    if name.starts_with(query) {
        Some(0)
    } else if name.split([' ', '-']).any(|word| word.starts_with(query)) {
        Some(1)
    } else {
        let all = query.split(' ').all(|word| name.contains(word));
        all.then_some(2)
    }
}

fn entries_ui(
    ui: &mut Ui,
    theme: &Theme,
    entries: &[Entry],
    picked: usize,
    moved: bool,
) -> Option<usize> {
    let mut chosen = None;
    if entries.is_empty() {
        ui.label(RichText::new("No command has this name.").color(ink(theme.muted)));
    }
    ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| {
            for (i, entry) in entries.iter().enumerate() {
                let hint = RichText::new(&entry.hint).color(ink(theme.muted));
                let button = Button::selectable(i == picked, entry.name.as_str())
                    .shortcut_text(hint)
                    .min_size(Vec2::new(0.0, 26.0));
                let response = ui.add(button);
                if i == picked && moved {
                    response.scroll_to_me(None);
                }
                if response.clicked() {
                    chosen = Some(i);
                }
            }
        });
    });
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_begin_with_the_query_come_first() {
        assert_eq!(rank("Train or pause", "tra"), Some(0));
        assert_eq!(rank("One training step", "tra"), Some(1));
        assert_eq!(rank("Preset two-moons", "moons"), Some(1));
        assert_eq!(rank("Preset two-moons", "oon pre"), Some(2));
        assert_eq!(rank("Undo", "save"), None);
        assert_eq!(rank("Undo", ""), Some(0));
    }
}
