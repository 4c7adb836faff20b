//! The window's icon: the one that the desktop entry names.

use eframe::icon_data;
use egui::IconData;

const PNG: &[u8] =
    include_bytes!("../../assets/install/data/share/icons/hicolor/256x256/apps/pushforward.png");

/// The icon, if it can be decoded.
pub fn icon() -> Option<IconData> {
    icon_data::from_png_bytes(PNG).ok()
}
