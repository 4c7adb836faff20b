//! The instruments at the right of the canvas, a page at a time: what was measured, and of which lane.
//!
//! A page is a file here with `page_ui` and what it remembers from frame to frame, which are caches, and a line of the
//! list in `ui/page.rs`. Pages read frames; they refuse to know how the numbers come about.

mod block_maps;
mod convergence;
mod coupling_parts;
mod curves;
mod field_error;
mod gradients;
mod histogram;
mod lanes_table;
mod lengths;
mod log_plot;
mod loss;
mod path_or_coupling;
mod profile;
mod reflow;
mod row;
mod step;
mod steps_plot;
mod sweep;
mod time_plot;

use egui::{Button, Margin, RichText, Stroke, Ui, Vec2};

use crate::scene::Color;
use crate::scene::theme::{Theme, lane_color};
use crate::snapshot::{Frame, Frames};

use super::actions;
use super::command::Command;
use super::lab::Lab;
use super::page::{Page, pages};
use super::panels::picked::picked_ui;
use super::panels::widgets::side_scroll;
use super::theme::{self, ink, strong};

/// What every page reads.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    /// The colours.
    pub theme: &'a Theme,
    /// The state of the window.
    pub lab: &'a Lab,
    /// The frames of all lanes, in the lanes' order.
    pub frames: &'a Frames,
    /// The frame of the selected lane.
    pub frame: &'a Frame,
}

macro_rules! make_rack {
    ($($page:ident: $file:ident, $tab:literal, $menu:literal, $key:ident, $shows:literal;)+) => {
        $(mod $file;)+

        /// What the pages remember from frame to frame.
        #[derive(Default)]
        pub struct Rack {
            $($file: $file::Memory,)+
        }

        impl Rack {
            fn page_ui(&mut self, ui: &mut Ui, sight: Sight<'_>, commands: &mut Vec<Command>) {
                match sight.lab.page {
                    $(Page::$page => $file::page_ui(ui, &mut self.$file, sight, commands),)+
                }
            }
        }
    };
}
pages!(make_rack);

/// The colour of a coupling of the block under the microscope, by its place: the same here and on the canvas.
pub fn coupling_color(place: usize, dark: bool) -> Color {
    lane_color(place, dark)
}

/// The tabs and the page that is open.
pub fn rack_ui(
    ui: &mut Ui,
    rack: &mut Rack,
    lab: &Lab,
    frames: &Frames,
    commands: &mut Vec<Command>,
) {
    let theme = theme::palette(lab.dark);
    let sight = Sight {
        theme,
        lab,
        frames,
        frame: frames.of(lab.lane()),
    };
    tabs_ui(ui, sight, commands);
    side_scroll().id_salt(lab.page.tab()).show(ui, |ui| {
        picked_ui(ui, theme, lab, frames, commands);
        rack.page_ui(ui, sight, commands);
    });
}

fn tabs_ui(ui: &mut Ui, sight: Sight<'_>, commands: &mut Vec<Command>) {
    egui::Frame::new()
        .inner_margin(Margin {
            left: 14,
            right: 14,
            top: 8,
            bottom: 0,
        })
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = Vec2::new(14.0, 2.0);
                for page in Page::ALL {
                    tab_ui(ui, sight, page, commands);
                }
            });
        });
}

/// A tab: a word, underlined if its page is open.
fn tab_ui(ui: &mut Ui, sight: Sight<'_>, page: Page, commands: &mut Vec<Command>) {
    let theme = sight.theme;
    let open = sight.lab.page == page;
    let color = ink(if open { theme.text } else { theme.muted });
    let text = RichText::new(page.tab()).font(strong(12.5)).color(color);
    let action = actions::of_page(page);
    let tab = ui
        .add(Button::new(text).frame(false))
        .on_hover_text(action.hover_text(ui.ctx()))
        .accessible_name(action.name);
    if open {
        let line = tab.rect.translate(Vec2::new(0.0, 3.0));
        let stroke = Stroke::new(2.0, ink(theme.accent));
        ui.painter()
            .line_segment([line.left_bottom(), line.right_bottom()], stroke);
    }
    if tab.clicked() {
        commands.push((action.command)(sight.lab));
    }
}
