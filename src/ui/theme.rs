//! The window's style, derived from the one theme of the program.
//!
//! Colours come from `scene::theme`, letters from Inter; here they become egui's. It refuses to know panels.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow,
    Stroke, Style, TextStyle, Theme as Mode, Vec2, Visuals,
};

use crate::scene::Color;
use crate::scene::theme::{Style as Palette, Theme};

/// How much larger everything is in the lecture mode.
pub const LECTURE_ZOOM: f32 = 1.6;
/// Corners of cards, buttons and fields, in points.
pub const RADIUS: u8 = 5;

const REGULAR: &[u8] = include_bytes!("../../assets/Inter-Regular.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../../assets/Inter-SemiBold.otf");

/// The family of headings and of numbers that matter.
const STRONG: &str = "strong";

/// The palette of the window.
pub fn palette(dark: bool) -> &'static Theme {
    if dark { Palette::Dark } else { Palette::Light }.theme()
}

/// A colour of the theme as egui's.
pub fn ink(color: Color) -> Color32 {
    let [r, g, b, a] = color.to_array();
    Color32::from_rgba_unmultiplied(r, g, b, a)
}

/// A text style with semi-bold letters.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// Sets fonts, colours, spacing and scale of the whole window. Call it when one of them changes, not per frame.
pub fn apply(ctx: &Context, dark: bool) {
    ctx.set_fonts(fonts());
    for (mode, palette) in [(Mode::Dark, palette(true)), (Mode::Light, palette(false))] {
        ctx.set_style_of(mode, style(mode, palette));
    }
    ctx.set_theme(if dark { Mode::Dark } else { Mode::Light });
}

/// Inter first, egui's own fonts behind it for what Inter lacks.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes| {
        let data = Arc::new(FontData::from_static(bytes));
        fonts.font_data.insert(name.to_owned(), data);
    };
    add("inter", REGULAR);
    add("inter-semi-bold", SEMI_BOLD);
    let fallback = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let behind = |first: &str| {
        let mut names = vec![first.to_owned()];
        names.extend(fallback.iter().cloned());
        names
    };
    let strong = FontFamily::Name(STRONG.into());
    let families = &mut fonts.families;
    families.insert(FontFamily::Proportional, behind("inter"));
    families.insert(strong, behind("inter-semi-bold"));
    fonts
}

fn style(mode: Mode, theme: &Theme) -> Style {
    let mut style = Style {
        text_styles: text_styles(),
        visuals: visuals(mode, theme),
        ..Style::default()
    };
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(8.0, 6.0);
    spacing.button_padding = Vec2::new(8.0, 4.0);
    spacing.interact_size = Vec2::new(36.0, 24.0);
    spacing.slider_width = 84.0;
    spacing.slider_rail_height = 4.0;
    spacing.combo_height = 420.0;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 9.0;
    spacing.tooltip_width = 380.0;
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(6);
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.35;
    style.animation_time = 0.08;
    style
}

fn text_styles() -> BTreeMap<TextStyle, FontId> {
    [
        (TextStyle::Small, FontId::proportional(11.0)),
        (TextStyle::Body, FontId::proportional(13.0)),
        (TextStyle::Button, FontId::proportional(13.0)),
        (TextStyle::Heading, strong(17.0)),
        (TextStyle::Monospace, FontId::monospace(12.0)),
    ]
    .into()
}

fn visuals(mode: Mode, theme: &Theme) -> Visuals {
    let mut v = match mode {
        Mode::Dark => Visuals::dark(),
        Mode::Light => Visuals::light(),
    };
    let (text, line, accent) = (ink(theme.text), ink(theme.line), ink(theme.accent));
    v.panel_fill = ink(theme.panel);
    v.window_fill = ink(theme.panel);
    v.window_stroke = Stroke::new(1.0, line);
    v.window_corner_radius = CornerRadius::same(8);
    v.menu_corner_radius = CornerRadius::same(6);
    v.window_shadow = shadow(mode);
    v.popup_shadow = shadow(mode);
    v.extreme_bg_color = ink(theme.background);
    v.text_edit_bg_color = Some(ink(theme.card));
    v.faint_bg_color = ink(theme.card);
    v.code_bg_color = ink(theme.card);
    v.hyperlink_color = accent;
    v.warn_fg_color = ink(theme.attention);
    v.error_fg_color = ink(theme.error);
    v.weak_text_color = Some(ink(theme.muted));
    v.selection.bg_fill = accent.gamma_multiply(0.28);
    v.selection.stroke = Stroke::new(1.0, accent);
    v.text_cursor.stroke = Stroke::new(1.5, accent);
    v.slider_trailing_fill = true;
    v.handle_shape = egui::style::HandleShape::Circle;
    v.interact_cursor = Some(egui::CursorIcon::PointingHand);
    let corners = CornerRadius::same(RADIUS);
    let quiet = ink(theme.card);
    let lively = mix(theme.card, theme.line, 0.55);
    let w = &mut v.widgets;
    for state in [
        &mut w.noninteractive,
        &mut w.inactive,
        &mut w.hovered,
        &mut w.active,
        &mut w.open,
    ] {
        state.corner_radius = corners;
        state.expansion = 0.0;
        state.fg_stroke = Stroke::new(1.0, text);
        state.bg_stroke = Stroke::new(1.0, outline(mode, line));
        (state.weak_bg_fill, state.bg_fill) = (quiet, ink(theme.line));
    }
    w.noninteractive.bg_stroke = Stroke::new(1.0, line);
    for state in [&mut w.hovered, &mut w.open] {
        state.weak_bg_fill = lively;
        state.bg_stroke = Stroke::new(1.0, line);
    }
    w.hovered.fg_stroke.color = text;
    w.active.weak_bg_fill = lively;
    w.active.bg_stroke = Stroke::new(1.0, accent);
    v
}

/// White cards on a light panel need an outline; on a dark one the fill is enough.
fn outline(mode: Mode, line: Color32) -> Color32 {
    match mode {
        Mode::Dark => Color32::TRANSPARENT,
        Mode::Light => line,
    }
}

fn shadow(mode: Mode) -> Shadow {
    let alpha = match mode {
        Mode::Dark => 110,
        Mode::Light => 40,
    };
    Shadow {
        offset: [0, 6],
        blur: 20,
        spread: 0,
        color: Color32::from_black_alpha(alpha),
    }
}

/// Between two opaque colours: `a` at 0, `b` at 1.
pub fn mix(a: Color, b: Color, share: f32) -> Color32 {
    ink(a).lerp_to_gamma(ink(b), share)
}
