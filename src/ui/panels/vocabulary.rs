//! A choice from a vocabulary, and the constants of what is chosen: names, ranges and tooltips are those of its entries.

use std::ops::RangeInclusive;

use egui::{Button, DragValue, Ui};

use crate::flow::constant::{Constant, Control, Number, Range};
use crate::flow::vocabulary::Vocabulary;
use crate::scene::theme::Theme;

use super::widgets::{choice_ui, combo_box, number_ui, row_ui, slider_ui};

/// The choice of a member, which comes with its default constants; `true` if another one was chosen.
pub fn member_ui<V: Vocabulary>(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    formula: &str,
    value: &mut V,
) -> bool {
    let explained = V::MEMBERS.iter().map(|member| member.entry().explanation());
    let explained: Vec<String> = explained.collect();
    let members = V::MEMBERS.iter().zip(&explained);
    let offered: Vec<_> = members
        .map(|(member, explanation)| (member.key(), member.entry().name, explanation.as_str()))
        .collect();
    let mut key = value.key();
    let changed = choice_ui(ui, theme, name, formula, &mut key, &offered);
    if changed && let Some(member) = V::MEMBERS.iter().find(|member| member.key() == key) {
        *value = *member;
    }
    changed
}

/// The choice of a member of which some cannot be chosen here, with the reason; `true` if another one was chosen.
pub fn offered_ui<V: Vocabulary>(
    ui: &mut Ui,
    theme: &Theme,
    (name, formula): (&str, &str),
    value: &mut V,
    refused: impl Fn(&V) -> Option<String>,
) -> bool {
    let mut changed = false;
    row_ui(ui, theme, name, formula, |ui| {
        combo_box(ui, name)
            .selected_text(value.entry().name)
            .show_ui(ui, |ui| {
                for member in V::MEMBERS {
                    changed |= member_item_ui(ui, member, value, refused(member));
                }
            })
            .response
            .on_hover_text(formula)
            .accessible_name(name);
    });
    changed
}

fn member_item_ui<V: Vocabulary>(
    ui: &mut Ui,
    member: &V,
    value: &mut V,
    refused: Option<String>,
) -> bool {
    let is_chosen = member.key() == value.key();
    let item = Button::selectable(is_chosen, member.entry().name);
    let explanation = member.entry().explanation();
    let response = ui.add_enabled(refused.is_none(), item);
    if let Some(reason) = refused {
        response.on_disabled_hover_text(format!("{explanation}\nNot here: {reason}."));
        return false;
    }
    let is_new = response.on_hover_text(explanation).clicked() && !is_chosen;
    if is_new {
        *value = *member;
    }
    is_new
}

/// Constants of what is chosen, each by its control.
pub fn constants_ui<V: Vocabulary>(
    ui: &mut Ui,
    theme: &Theme,
    constants: &'static [Constant],
    value: &mut V,
) {
    for constant in constants {
        // One that was changed just now may be the limit of the next.
        let range = value.range_of(constant);
        if let Some(number) = value.number(constant.name) {
            constant_ui(ui, theme, constant, range, number);
        }
    }
}

fn constant_ui(
    ui: &mut Ui,
    theme: &Theme,
    constant: &Constant,
    range: Range,
    mut number: Number<'_>,
) {
    let Constant { symbol, hint, .. } = *constant;
    let whole = range.part(f64::NEG_INFINITY, f64::INFINITY);
    let before = number.get();
    let mut x = before;
    match constant.control {
        Control::File => {}
        Control::Slider(from, to) => {
            slider_ui(ui, theme, symbol, hint, &mut x, range.part(from, to))
        }
        Control::Magnitude => number_ui(ui, theme, symbol, hint, scientific(&mut x, whole)),
        Control::Drag { step, decimals } => {
            let drag = DragValue::new(&mut x).range(whole).speed(step);
            number_ui(ui, theme, symbol, hint, drag.max_decimals(decimals));
        }
    }
    if x != before {
        number.set(x);
    }
}

/// A number in scientific notation that is dragged in proportion to its size.
fn scientific(value: &mut f64, range: RangeInclusive<f64>) -> DragValue<'_> {
    let speed = (0.01 * *value).max(1e-7);
    DragValue::new(value)
        .range(range)
        .speed(speed)
        .custom_formatter(|n, _| format!("{n:e}"))
        .custom_parser(|text| text.trim().parse().ok())
}
