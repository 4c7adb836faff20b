//! The families of densities and their numbers.

use egui::{DragValue, Ui};

use crate::flow::distribution::{Distribution, Shape};
use crate::scene::theme::Theme;

use super::widgets::{combo_ui, note_ui, number_ui, slider_ui};

/// The box that offers the families.
pub fn family_ui(ui: &mut Ui, name: &str, density: &mut Distribution) {
    let _ = (ui, name, density);
}

/// The numbers of a density: those of its family, then scale and shift.
pub fn numbers_ui(ui: &mut Ui, theme: &Theme, density: &mut Distribution) {
    let _ = (ui, theme, density);
}
