//! The one table of what can be done: name, tooltip, keys and command. Menu, palette, buttons' tooltips, the list
//! of keys and the keyboard itself all read it.
//!
//! It refuses to know how things look and how a command is carried out.

use std::sync::LazyLock;

use egui::{Context, Event, InputState, Key, KeyboardShortcut, Modifiers};

use crate::experiment::{Layer, layers};
use crate::flow::distribution::CLASSES;
use crate::session::Advance;

use crate::session::Speed;

use super::command::{BrushSettings, Command, Purpose, Side, Tool};
use super::comparison::Comparison;
use super::lab::Lab;
use super::page::{Page, pages};
use super::slow_motion::Move;
use super::studio::Move as StudioMove;

/// Something that can be done.
pub struct Action {
    /// What menus and screen readers call it.
    pub name: &'static str,
    /// Where it stands in the menu.
    pub section: Section,
    /// What it does, in a sentence.
    pub tooltip: &'static str,
    /// The keys for it; the first is shown.
    pub keys: &'static [KeyboardShortcut],
    /// The command it sends, given the state of the window.
    pub command: fn(&Lab) -> Command,
}

/// A group of the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Files and presets.
    File,
    /// Undo and drawing.
    Edit,
    /// Training.
    Run,
    /// The play head.
    Time,
    /// Canvas and window.
    View,
    /// Flows side by side.
    Lanes,
    /// Help.
    Help,
}

impl Section {
    /// Every section, in the order of the menu.
    pub const ALL: [Self; 7] = [
        Self::File,
        Self::Edit,
        Self::Run,
        Self::Time,
        Self::View,
        Self::Lanes,
        Self::Help,
    ];

    /// The heading.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit and draw",
            Self::Run => "Training",
            Self::Time => "Time",
            Self::View => "View",
            Self::Lanes => "Lanes",
            Self::Help => "Help",
        }
    }
}

impl Action {
    /// The keys in words, such as `Ctrl+S`, or nothing.
    pub fn keys_text(&self, ctx: &Context) -> String {
        self.keys
            .first()
            .map(|keys| key_text(ctx, keys))
            .unwrap_or_default()
    }

    /// The tooltip, with the keys behind it.
    pub fn hover_text(&self, ctx: &Context) -> String {
        match self.keys_text(ctx).as_str() {
            "" => self.tooltip.to_owned(),
            keys => format!("{}  [{keys}]", self.tooltip),
        }
    }
}

/// A combination of keys in words.
pub fn key_text(ctx: &Context, keys: &KeyboardShortcut) -> String {
    match keys.logical_key {
        Key::OpenBracket => "[".to_owned(),
        Key::CloseBracket => "]".to_owned(),
        Key::Questionmark => "?".to_owned(),
        Key::ArrowLeft if keys.modifiers.is_none() => "Left".to_owned(),
        Key::ArrowRight if keys.modifiers.is_none() => "Right".to_owned(),
        Key::ArrowDown if keys.modifiers.is_none() => "Down".to_owned(),
        Key::ArrowUp if keys.modifiers.is_none() => "Up".to_owned(),
        _ => ctx.format_shortcut(keys),
    }
}

/// The commands of the keys that were pressed. A key is what it bears on the keyboard at hand (its logical key); where
/// that is a letter of another script, its place on a US keyboard. A text field keeps its keys, and a control that was
/// reached with Tab keeps those without Ctrl. Behind an open dialog only Escape works, which closes it.
pub fn pressed(ctx: &Context, lab: &Lab) -> Vec<Command> {
    if ctx.text_edit_focused() {
        return Vec::new();
    }
    let offered: &[&Action] = if lab.dialog.is_some() {
        &[&ESCAPE]
    } else {
        &ALL
    };
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let mut found = Vec::new();
    // egui lets Ctrl+Shift+Z also match Ctrl+Z, so the combinations with more modifiers are asked for first.
    for n_modifiers in (0..=3).rev() {
        for action in offered {
            for keys in action.keys {
                let plain = keys.modifiers.is_none() && !is_global(keys.logical_key);
                if count(keys.modifiers) != n_modifiers || (plain && focused) {
                    continue;
                }
                if ctx.input_mut(|input| input.consume_shortcut(keys)) {
                    found.push((action.command)(lab));
                }
            }
        }
    }
    for action in offered {
        let digits = action.keys.iter().filter(|keys| is_digit(keys.logical_key));
        for keys in digits.filter(|_| !focused) {
            if ctx.input_mut(|input| consume_in_place(input, keys.logical_key)) {
                found.push((action.command)(lab));
            }
        }
    }
    found
}

fn is_digit(key: Key) -> bool {
    (Key::Num0..=Key::Num9).contains(&key)
}

/// Takes presses of the key that stands where a US keyboard has `key` and bears something that no action uses: on
/// some keyboards (AZERTY) a digit needs Shift.
fn consume_in_place(input: &mut InputState, key: Key) -> bool {
    let before = input.events.len();
    let in_place = |event: &Event| match event {
        Event::Key {
            physical_key,
            pressed: true,
            modifiers,
            ..
        } => *physical_key == Some(key) && modifiers.is_none(),
        _ => false,
    };
    input.events.retain(|event| !in_place(event));
    input.events.len() < before
}

/// Keys that no control uses.
fn is_global(key: Key) -> bool {
    matches!(key, Key::Escape) || (Key::F1..=Key::F35).contains(&key)
}

fn count(modifiers: Modifiers) -> usize {
    usize::from(modifiers.ctrl || modifiers.command)
        + usize::from(modifiers.shift)
        + usize::from(modifiers.alt)
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

/// The key of a layer, by its place in the list; there are nine.
const fn digit(index: usize) -> &'static [KeyboardShortcut] {
    const DIGITS: &[KeyboardShortcut] = &[
        plain(Key::Num1),
        plain(Key::Num2),
        plain(Key::Num3),
        plain(Key::Num4),
        plain(Key::Num5),
        plain(Key::Num6),
        plain(Key::Num7),
        plain(Key::Num8),
        plain(Key::Num9),
    ];
    match DIGITS.split_at_checked(index) {
        Some((_, [digit, ..])) => std::slice::from_ref(digit),
        _ => &[],
    }
}

/// A brush with the radius times `factor`, within 0.01 and 10 data units.
fn resized(lab: &Lab, factor: f64) -> Command {
    Command::SetBrush(BrushSettings {
        radius: (lab.brush.radius * factor).clamp(0.01, 10.0),
        ..lab.brush
    })
}

/// Takes the brush, or puts it away if it paints this side already.
fn draw(lab: &Lab, side: Side) -> Command {
    if lab.tool == Tool::Brush && lab.drawing_side == side {
        Command::SetTool(Tool::Pan)
    } else {
        Command::DrawTarget(side)
    }
}

/// The tool, or none if it is in hand already.
fn take(lab: &Lab, tool: Tool) -> Command {
    Command::SetTool(if lab.tool == tool { Tool::Pan } else { tool })
}

/// The lane so many places after the selected one, and after the last the first.
fn neighbour(lab: &Lab, places: isize) -> usize {
    let n_lanes = lab.editor.lanes().len();
    let there = lab.editor.selected() as isize + places;
    there.rem_euclid(n_lanes as isize) as usize
}

/// Puts the selected lane so many places on.
fn moved(lab: &Lab, places: isize) -> Command {
    Command::MoveLane {
        lane: lab.editor.selected(),
        to: neighbour(lab, places),
    }
}

/// The other way for lanes to go forward together.
fn other_advance(lab: &Lab) -> Command {
    Command::SetAdvance(match lab.advance {
        Advance::EqualSteps => Advance::EqualTime,
        Advance::EqualTime => Advance::EqualSteps,
    })
}

macro_rules! actions {
    ($table:ident = $($id:ident: $section:ident, $name:literal, $tooltip:expr, [$($keys:expr),*], $command:expr;)+) => {
        $(
            #[doc = $tooltip]
            pub static $id: Action = Action {
                name: $name,
                section: Section::$section,
                tooltip: $tooltip,
                keys: &[$($keys),*],
                command: $command,
            };
        )+

        static $table: &[&Action] = &[$(&$id),+];
    };
}

actions! { BEFORE_LAYERS =
    PRESETS: File, "Presets", "Start from one of the built-in experiments.", [plain(Key::P)], |_| Command::ShowPresets;
    OPEN: File, "Open", "Open an experiment file or the folder of a run.", [ctrl(Key::O)], |_| Command::AskPath(Purpose::Open);
    OPEN_RUN: File, "Open a run", "Open the folder of a run, weights included.", [ctrl_shift(Key::O)], |_| Command::AskPath(Purpose::OpenRun);
    SAVE: File, "Save", "Save the experiment, drawings included, as a .ron file.", [ctrl(Key::S)], |_| Command::Save;
    SAVE_AS: File, "Save as", "Save the experiment under another name.", [ctrl_shift(Key::S)], |_| Command::AskPath(Purpose::Save);
    SAVE_RUN: File, "Save run", "Save the weights and all that training needs to go on, as a folder.", [], |_| Command::AskPathHere(Purpose::SaveRun);
    EXPORT: File, "Figure studio", "Set up a figure beside the canvas and export it, or close the studio.", [ctrl(Key::E)], |_| Command::Studio(StudioMove::Toggle);
    OPEN_HERE: File, "Open by path", "Open in the window's own dialog, where paths can be typed.", [], |_| Command::AskPathHere(Purpose::Open);
    SAVE_HERE: File, "Save by path", "Save in the window's own dialog, where paths can be typed.", [], |_| Command::AskPathHere(Purpose::Save);
    EXPORT_HERE: File, "Export by path", "Export in the window's own dialog, where paths can be typed.", [], |_| Command::AskPathHere(Purpose::Export);
    QUIT: File, "Quit", "Close the window; unsaved work is asked about.", [ctrl(Key::Q)], |_| Command::Quit;
    UNDO: Edit, "Undo", "Take the last change of the experiment back.", [ctrl(Key::Z)], |_| Command::Undo;
    REDO: Edit, "Redo", "Make the change again that was taken back.", [ctrl_shift(Key::Z), ctrl(Key::Y)], |_| Command::Redo;
    DRAW: Edit, "Draw the target", "Paint the target density q on the canvas; Shift or the right button erases.", [plain(Key::D)], |lab| draw(lab, Side::Target);
    DRAW_SOURCE: Edit, "Draw the source", "Paint the source density p on the canvas; Shift or the right button erases.", [shift(Key::D)], |lab| draw(lab, Side::Source);
    ERASER: Edit, "Eraser", "Let the brush take weight away, or add it again.", [plain(Key::X)], |lab| Command::SetBrush(BrushSettings { erase: !lab.brush.erase, ..lab.brush });
    NEXT_CLASS: Edit, "Next class", "Paint with the colour of the next class, after the eighth without one.", [plain(Key::B)], |lab| Command::SetBrush(BrushSettings { class: (lab.brush.class + 1) % (CLASSES + 1), ..lab.brush });
    PREVIOUS_CLASS: Edit, "Previous class", "Paint with the colour of the class before, before the first without one.", [shift(Key::B)], |lab| Command::SetBrush(BrushSettings { class: (lab.brush.class + CLASSES) % (CLASSES + 1), ..lab.brush });
    SMALLER_BRUSH: Edit, "Smaller brush", "Make the brush smaller by a fifth.", [plain(Key::OpenBracket), plain(Key::ArrowDown)], |lab| resized(lab, 0.8);
    LARGER_BRUSH: Edit, "Larger brush", "Make the brush larger by a quarter.", [plain(Key::CloseBracket), plain(Key::ArrowUp)], |lab| resized(lab, 1.25);
    CLEAR_DRAWING: Edit, "Clear the drawing", "Wipe the drawing that the brush paints on; Undo brings it back.", [ctrl(Key::Backspace)], |_| Command::ClearDrawing;
    TRAIN: Run, "Train or pause", "Let the network learn, or hold it; nothing is lost.", [plain(Key::T)], |_| Command::ToggleTraining;
    STEP: Run, "One training step", "Take exactly one optimizer step.", [plain(Key::N)], |_| Command::StepOnce;
    SLOWER: Run, "Train slower", "Go down to 1,000, 100, 10 or 1 training steps a second.", [plain(Key::Comma)], |lab| Command::SetTrainingSpeed(lab.speed.slower());
    FASTER: Run, "Train faster", "Go up to 10, 100 or 1,000 training steps a second, or to full speed.", [plain(Key::Period)], |lab| Command::SetTrainingSpeed(lab.speed.faster());
    FULL_SPEED: Run, "Train at full speed", "Take training steps as fast as the machine can.", [plain(Key::G)], |_| Command::SetTrainingSpeed(Speed::Full);
    REPLAY: Run, "Replay or hold training", "Show again how the network learned, from its first step or from the step that is shown.", [shift(Key::Space)], |_| Command::ToggleReplay;
    EARLIER: Run, "Earlier checkpoint", "Show the weights of the checkpoint before.", [ctrl(Key::ArrowLeft)], |_| Command::StepCheckpoint(-1);
    LATER: Run, "Later checkpoint", "Show the weights of the next checkpoint.", [ctrl(Key::ArrowRight)], |_| Command::StepCheckpoint(1);
    FIRST_STEP: Run, "Go to step 0", "Show the weights before the first training step.", [ctrl(Key::Home)], |_| Command::ShowStep(Some(0));
    FOLLOW: Run, "Follow the training", "Show the newest weights again.", [ctrl(Key::End)], |_| Command::ShowStep(None);
    SLOW_MOTION: Run, "One step in slow motion", "Hold training and show the next step stage by stage, or go on.", [plain(Key::O)], |_| Command::SlowMotion(Move::Toggle);
    STAGE_BACK: Run, "Stage back", "Show the stage before, in slow motion; a step that was taken is shown from what was kept.", [plain(Key::J)], |_| Command::SlowMotion(Move::Back);
    STAGE_ON: Run, "Stage on", "Show the next stage, in slow motion; the last one takes the optimizer's step.", [plain(Key::K)], |_| Command::SlowMotion(Move::On);
    STAGE_PLAY: Run, "Play the stages", "Let the stages follow each other, or hold them, in slow motion.", [shift(Key::K)], |_| Command::SlowMotion(Move::Play);
    GRADIENTS: Run, "Compare the gradients", "Compare the gradient of batches with that of the flow matching loss, at the initial and at the present weights, in the background.", [], |_| Command::CompareGradients;
    RESET: Run, "Reset the weights", "Start again from the initial weights of the seed, at step 0.", [ctrl(Key::R)], |_| Command::Reset;
    MEASURE: Run, "Measure now", "Compute the metrics for the present weights.", [plain(Key::M)], |_| Command::Measure;
    PLAY: Time, "Play or hold time", "Let t run from source to target, or hold it.", [plain(Key::Space)], |_| Command::TogglePlay;
    STEP_BACK: Time, "Step back in time", "Move t back by 0.01.", [plain(Key::ArrowLeft)], |_| Command::StepTime(-0.01);
    STEP_ON: Time, "Step on in time", "Move t on by 0.01.", [plain(Key::ArrowRight)], |_| Command::StepTime(0.01);
    LEAP_BACK: Time, "Leap back in time", "Move t back by 0.1.", [shift(Key::ArrowLeft)], |_| Command::StepTime(-0.1);
    LEAP_ON: Time, "Leap on in time", "Move t on by 0.1.", [shift(Key::ArrowRight)], |_| Command::StepTime(0.1);
    GO_TO_SOURCE: Time, "Go to the source", "Set t = 0.", [plain(Key::Home)], |_| Command::SetTime(0.0);
    GO_TO_TARGET: Time, "Go to the target", "Set t = 1.", [plain(Key::End)], |_| Command::SetTime(1.0);
    LOOP: Time, "Loop", "Let the play head start again at the end.", [plain(Key::L)], |_| Command::ToggleLoop;
    FIT: View, "Fit the view", "Show all of source and target again.", [plain(Key::F)], |_| Command::SetCamera(None);
}

macro_rules! layer_actions {
    ($($layer:ident: $file:ident, $menu:literal, $shows:literal;)+) => {
        static LAYERS: [Action; Layer::ALL.len()] = [$(Action {
            name: $menu,
            section: Section::View,
            tooltip: concat!("Show or hide ", $shows, "."),
            keys: digit(Layer::$layer as usize),
            command: |_| Command::ToggleLayer(Layer::$layer),
        }),+];
    };
}
layers!(layer_actions);

macro_rules! page_actions {
    ($($page:ident: $file:ident, $tab:literal, $menu:literal, $key:ident, $shows:literal;)+) => {
        static PAGES: [Action; Page::ALL.len()] = [$(Action {
            name: $menu,
            section: Section::View,
            tooltip: concat!("Show ", $shows, "."),
            keys: &[plain(Key::$key)],
            command: |_| Command::ShowPage(Page::$page),
        }),+];
    };
}
pages!(page_actions);

actions! { AFTER_LAYERS =
    PICK: View, "Select a particle", "Click on the canvas to mark the nearest particle in every lane.", [plain(Key::S)], |lab| take(lab, Tool::Pick);
    ASK: View, "Ask about a point", "Point at the canvas to see the pairs whose paths pass there, and why the velocity is what it is; a click pins the point.", [plain(Key::A)], |lab| take(lab, Tool::Ask);
    GIVEN: View, "Given a target point", "Click a target point to see the density, the velocity and the paths that flow matching gives it; a slider adds points until their sum is the marginal.", [plain(Key::C)], |lab| take(lab, Tool::Given);
    LECTURE: View, "Lecture mode", "Hide the panels and enlarge the type, or bring them back.", [plain(Key::F11)], |_| Command::ToggleLecture;
    THEME: View, "Dark or light", "Switch between dark and light colours.", [ctrl_shift(Key::L)], |_| Command::ToggleTheme;
    COMPARE_VE: Lanes, "Compare cond-OT, VP and VE", "Six lanes on these densities: three paths, each independently coupled and by batch-OT.", [], |_| Command::Compare(Comparison::PathsWithVe);
    COMPARE_COSINE: Lanes, "Compare cond-OT, VP and cosine", "Six lanes on these densities: three paths, each independently coupled and by batch-OT.", [], |_| Command::Compare(Comparison::PathsWithCosine);
    COMPARE_ANY: Lanes, "Compare cond-OT and cosine", "Four lanes on these densities, for any source: two paths, each independently coupled and by batch-OT.", [], |_| Command::Compare(Comparison::PathsOfAnySource);
    STRAIGHTEN: Lanes, "Straighten this flow", "Reflow: a lane that trains on the pairs of this lane's flow, held fixed.", [], |_| Command::Straighten;
    DISTIL: Lanes, "Distil to one step", "A lane with a network x_0 → Z_1, one step of Euler's method, that trains on the pairs of this lane's flow.", [], |_| Command::Distil;
    COMPARE_BLOCKS: Lanes, "Compare block sizes", "Six lanes: independent pairs, and batch-OT with blocks of 4 to 1,024 of them.", [], |_| Command::Compare(Comparison::Blocks);
    COMPARE_WIDTHS: Lanes, "Compare network widths", "Four lanes: hidden layers of 8, 16, 32 and 64 units.", [], |_| Command::Compare(Comparison::Widths);
    COMPARE_PARAMETRISATIONS: Lanes, "Compare four parametrisations", "Four lanes on this path: networks that predict velocity, denoiser, noise and score.", [], |_| Command::Compare(Comparison::Parametrisations);
    COMPARE_EXACT: Lanes, "Compare: learned beside exact", "Two lanes: the field that the network learns, and the exact one without training.", [], |_| Command::Compare(Comparison::LearnedAndExact);
    COMPARE_SOLVERS: Lanes, "Compare solvers", "A lane for every solver: 12 velocity evaluations of each with equal steps, and Dormand-Prince.", [], |_| Command::Compare(Comparison::Solvers);
    ADD_LANE: Lanes, "Add a lane", "Add a copy of the selected lane beside the others; six at most.", [ctrl(Key::D)], |lab| Command::AddLane(lab.editor.selected());
    REMOVE_LANE: Lanes, "Remove the lane", "Take the selected lane away; Undo brings it back untrained.", [ctrl(Key::W)], |lab| Command::RemoveLane(lab.editor.selected());
    RENAME_LANE: Lanes, "Rename the lane", "Give the selected lane a title of its own.", [], |lab| Command::AskTitle(lab.editor.selected());
    NEXT_LANE: Lanes, "Next lane", "Show the next lane in the panels.", [plain(Key::PageDown)], |lab| Command::SelectLane(neighbour(lab, 1));
    PREVIOUS_LANE: Lanes, "Previous lane", "Show the previous lane in the panels.", [plain(Key::PageUp)], |lab| Command::SelectLane(neighbour(lab, -1));
    MOVE_RIGHT: Lanes, "Move the lane right", "Put the selected lane behind the next one.", [shift(Key::PageDown)], |lab| moved(lab, 1);
    MOVE_LEFT: Lanes, "Move the lane left", "Put the selected lane before the previous one.", [shift(Key::PageUp)], |lab| moved(lab, -1);
    ADVANCE: Lanes, "Equal steps or equal time", "Let lanes train step by step together, or each as far as it comes in the same time.", [], other_advance;
    PALETTE: Help, "Search commands", "Find a command by its name.", [ctrl(Key::K), ctrl(Key::P)], |_| Command::ShowPalette;
    HELP: Help, "Keys", "List the keys and the mouse.", [plain(Key::F1), plain(Key::Questionmark)], |_| Command::ShowHelp;
    DEFINITIONS: Help, "Definitions of the metrics", "Say exactly what each number means.", [], |_| Command::ShowDefinitions;
    ESCAPE: Help, "Close or leave", "Close what is open, put the brush away, leave the lecture mode.", [plain(Key::Escape)], |_| Command::DismissDialogs;
}

/// Everything that can be done, in the order of the menu.
pub static ALL: LazyLock<Vec<&'static Action>> = LazyLock::new(|| {
    let layers: Vec<&Action> = LAYERS.iter().collect();
    let pages: Vec<&Action> = PAGES.iter().collect();
    [BEFORE_LAYERS, &layers, &pages, AFTER_LAYERS].concat()
});

/// The action that shows or hides a layer.
pub fn of_layer(layer: Layer) -> &'static Action {
    &LAYERS[layer as usize]
}

/// The action that opens a page of the rack.
pub fn of_page(page: Page) -> &'static Action {
    &PAGES[page as usize]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_two_actions_share_keys_or_a_name() {
        let mut owners: BTreeMap<String, &str> = BTreeMap::new();
        let ctx = Context::default();
        for action in ALL.iter() {
            for keys in action.keys {
                let text = format!("{:?} {}", keys.modifiers, key_text(&ctx, keys));
                let other = owners.insert(text.clone(), action.name);
                assert_eq!(other, None, "{text} is also {}", action.name);
            }
            assert!(action.tooltip.ends_with('.'), "{}", action.name);
        }
        let mut names: Vec<_> = ALL.iter().map(|action| action.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn every_layer_has_its_action_and_the_first_nine_a_digit() {
        let ctx = Context::default();
        for (k, layer) in Layer::ALL.into_iter().enumerate() {
            let action = of_layer(layer);
            assert!(ALL.iter().any(|known| std::ptr::eq(*known, action)));
            let digit = if k < 9 {
                (k + 1).to_string()
            } else {
                String::new()
            };
            assert_eq!(action.keys_text(&ctx), digit, "{layer:?}");
        }
    }

    #[test]
    fn the_documented_keys_are_there() {
        let ctx = Context::default();
        let texts: Vec<_> = ALL
            .iter()
            .flat_map(|action| action.keys)
            .map(|keys| key_text(&ctx, keys))
            .collect();
        for wanted in [
            "Space", "[", "]", "Up", "Down", "Ctrl+Z", "Ctrl+S", "Ctrl+E", "Ctrl+O", "Ctrl+K",
            "Ctrl+P", "F1", "?", "T", "D", "F11", "N", "G",
        ] {
            assert!(
                texts.iter().any(|text| text == wanted),
                "{wanted} of {texts:?}"
            );
        }
    }
}
