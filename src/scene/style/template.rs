//! A style as a file: RON in which everything that is left out is the base style's.

use serde::{Deserialize, Serialize};

use super::{FigureStyle, INCH};
use crate::experiment::figure::Length;
use crate::scene::Color;
use crate::scene::text::{Family, Typeface};
use crate::scene::theme::{Sizes, Theme};

/// Sizes and strokes that may be asked for, in points.
const SIZES: std::ops::RangeInclusive<f32> = 0.05..=200.0;
/// Widths of a page that may be asked for, in points: half an inch to 100 inches.
const WIDTHS: std::ops::RangeInclusive<f32> = 36.0..=7200.0;

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Style", deny_unknown_fields)]
struct Template {
    name: String,
    /// The style that it changes.
    #[serde(default = "paper")]
    base: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    typeface: Option<Family>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    font: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    width: Option<String>,
    #[serde(default)]
    sizes: SizeRows,
    #[serde(default)]
    colors: ColorRows,
}

fn paper() -> String {
    "paper".to_owned()
}

/// Makes the rows of sizes and colours, each of which may be left out.
macro_rules! rows {
    ($rows:ident of $type:ty as $value:ty; $(($($field:ident).+, $name:ident)),* $(,)?; $read:expr, $write:expr) => {
        #[derive(Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        struct $rows {
            $(#[serde(skip_serializing_if = "Option::is_none")] $name: Option<$value>,)*
        }

        impl $rows {
            fn of(whole: &$type) -> Self {
                Self { $($name: Some($write(whole.$($field).+)),)* }
            }

            fn change(&self, whole: &mut $type) -> Result<(), String> {
                $(if let Some(value) = &self.$name {
                    whole.$($field).+ = $read(stringify!($name), value)?;
                })*
                Ok(())
            }
        }
    };
}

rows! {
    SizeRows of Sizes as f32;
    (text.size, text), (small.size, small), (title.size, title), (gap, gap), (axis, axis), (tick, tick),
    (particle, particle), (sample, sample), (trajectory_end, trajectory_end), (trajectory, trajectory),
    (trail, trail), (pair, pair), (arrow, arrow), (arrow_head, arrow_head);
    size, |size: f32| size
}

rows! {
    ColorRows of Theme as String;
    (background, background), (panel, panel), (card, card), (line, line), (text, text), (muted, muted),
    (source, source), (target, target), (attention, attention), (error, error),
    (ink.grid, grid), (ink.axis, axis), (ink.source_sample, source_sample), (ink.target_sample, target_sample),
    (ink.trajectory_start, trajectory_start), (ink.trajectory_end, trajectory_end), (ink.particle, particle),
    (ink.trail, trail), (ink.field, field), (ink.density, density), (ink.exact, exact),
    (ink.exact_density, exact_density), (ink.contracts, contracts), (ink.expands, expands), (ink.pair, pair);
    color, spelled
}

fn size(name: &str, value: &f32) -> Result<f32, String> {
    if SIZES.contains(value) {
        return Ok(*value);
    }
    let (least, most) = (SIZES.start(), SIZES.end());
    Err(format!(
        "sizes: {name} is {value}, it must be {least} to {most} points; this works: sizes: ({name}: 8.5)"
    ))
}

fn color(name: &str, text: &String) -> Result<Color, String> {
    read_color(text).ok_or_else(|| {
        format!(
            "colors: {name} is \"{text}\", it must be #rrggbb, or #rrggbbaa with an opacity; this works: \
             colors: ({name}: \"#7548c4\")"
        )
    })
}

/// `#rrggbb`, or `#rrggbbaa` with an opacity.
fn read_color(text: &str) -> Option<Color> {
    let (opaque, opacity) = text.split_at_checked(7)?;
    let color = Color::parse(opaque)?;
    match opacity.len() {
        0 => Some(color),
        2 if opacity.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Some(color.alpha(u8::from_str_radix(opacity, 16).ok()?))
        }
        _ => None,
    }
}

fn spelled(Color { r, g, b, a }: Color) -> String {
    match a {
        255 => format!("#{r:02x}{g:02x}{b:02x}"),
        a => format!("#{r:02x}{g:02x}{b:02x}{a:02x}"),
    }
}

impl FigureStyle {
    /// The style that a template describes; what it leaves out is that of its base, `paper` if it names none.
    ///
    /// # Errors
    /// A sentence that says what is wrong and where, the range, and a line that works.
    pub fn from_ron(text: &str) -> Result<Self, String> {
        let options = ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let template: Template = options.from_str(text).map_err(|error| {
            let (at, why) = (error.span.start, error.code);
            format!(
                "line {}, column {}: {why}; this works: (name: \"mine\", base: \"paper\", sizes: (text: 8.5))",
                at.line, at.col
            )
        })?;
        let base = Self::named(&template.base).ok_or_else(|| {
            let names: Vec<&str> = Self::names().collect();
            let names = names.join(", ");
            format!(
                "base: \"{}\" is no style: expected {names}; this works: base: \"paper\"",
                template.base
            )
        })?;
        let mut style = Self {
            name: template.name,
            font: template.font,
            family: template.typeface.unwrap_or(base.family),
            ..base
        };
        if let Some(width) = &template.width {
            style.width = points(width)?;
        }
        template.sizes.change(&mut style.sizes)?;
        template.colors.change(&mut style.theme)?;
        style.sizes = style.sizes.set_in(Typeface::of(style.family));
        Ok(style)
    }

    /// The style as a template in which nothing of a kind that can be changed is left out.
    pub fn to_ron(&self) -> String {
        let bases = Self::names().filter_map(Self::named);
        // What a template cannot say (how maps are coloured) is its base's.
        let alike = |base: &Self| base.theme.ink.heat == self.theme.ink.heat;
        let base = bases.into_iter().find(alike).unwrap_or_else(Self::paper);
        let template = Template {
            name: self.name.clone(),
            base: base.name,
            typeface: Some(self.family),
            font: self.font.clone(),
            width: Some(format!("{}in", f64::from(self.width / INCH))),
            sizes: SizeRows::of(&self.sizes),
            colors: ColorRows::of(&self.theme),
        };
        let options = ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let pretty = ron::ser::PrettyConfig::new().indentor("    ");
        let written = options.to_string_pretty(&template, pretty);
        // Numbers and strings can always be written.
        written.unwrap_or_default() + "\n"
    }
}

fn points(text: &str) -> Result<f32, String> {
    let length = text.parse::<Length>().ok();
    let points = length.map(|length| length.points(300.0) as f32);
    points
        .filter(|points| WIDTHS.contains(points))
        .ok_or_else(|| {
            format!("width: \"{text}\" is not 0.5in to 100in; this works: width: \"3.25in\"")
        })
}
