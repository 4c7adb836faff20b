//! The fields of a page that are typed: lengths, times, limits, colours. What is typed counts when it can be read.

use std::collections::BTreeMap;
use std::path::Path;

use egui::{TextEdit, Ui};

use crate::experiment::figure::{Background, Figure, Length};
use crate::scene::theme::Theme;

use super::super::panels::widgets::row_ui;
use super::super::theme::ink;

/// What is being typed, by field.
#[derive(Default)]
pub struct Typed(BTreeMap<&'static str, String>);

/// A field of the page: its name, what it means, what it says and how it is read.
struct Field {
    name: &'static str,
    hint: &'static str,
    says: fn(&Figure) -> String,
    read: fn(&str, &mut Figure) -> Result<(), String>,
}

const FIELDS: [Field; 8] = [
    Field {
        name: "Template",
        hint: "The path of a style of one's own, a .ron file as in docs/styles.md; one of the styles above if empty.",
        says: |figure| template(&figure.style).unwrap_or_default().to_owned(),
        read: |text, figure| {
            match (text, template(&figure.style)) {
                ("", None) => {}
                ("", Some(_)) => figure.style = Figure::default().style,
                (path, _) => {
                    let path =
                        template(path).ok_or("expected the path of a file that ends in .ron")?;
                    path.clone_into(&mut figure.style);
                }
            }
            Ok(())
        },
    },
    Field {
        name: "Width",
        hint: "Width of the page with its unit, such as 3.25in, 82mm, 240pt or 1200px; that of the style if empty.",
        says: |figure| {
            figure
                .width
                .map_or(String::new(), |width| width.to_string())
        },
        read: |text, figure| length(text).map(|width| figure.width = width),
    },
    Field {
        name: "Height",
        hint: "Height of the page with its unit; as high as what it shows needs if empty.",
        says: |figure| {
            figure
                .height
                .map_or(String::new(), |height| height.to_string())
        },
        read: |text, figure| length(text).map(|height| figure.height = height),
    },
    Field {
        name: "Times",
        hint: "The times that are shown, such as 0, 0.5, 1; those of the kind or the play head's if empty.",
        says: |figure| joined(&figure.times),
        read: |text, figure| {
            let times = numbers(text)?;
            let fits =
                times.len() <= Figure::MAX_TIMES && times.iter().all(|t| (0.0..=1.0).contains(t));
            match fits {
                true => figure.times = times,
                false => return Err("expected times from 0 to 1, 36 at most".to_owned()),
            }
            Ok(())
        },
    },
    Field {
        name: "x from, to",
        hint: "The ends of the x axis in data units, such as -4, 4; fitted if empty.",
        says: |figure| limits_words(figure.x_limits),
        read: |text, figure| limits(text).map(|limits| figure.x_limits = limits),
    },
    Field {
        name: "y from, to",
        hint: "The ends of the y axis; fitted if empty.",
        says: |figure| limits_words(figure.y_limits),
        read: |text, figure| limits(text).map(|limits| figure.y_limits = limits),
    },
    Field {
        name: "Ground",
        hint: "style, none (transparent), or a colour such as #f5f5f5.",
        says: |figure| match &figure.background {
            Background::Style => "style".to_owned(),
            Background::None => "none".to_owned(),
            Background::Color(color) => color.clone(),
        },
        read: |text, figure| {
            figure.background = match text {
                "" | "style" => Background::Style,
                "none" => Background::None,
                color if crate::scene::Color::parse(color).is_some() => {
                    Background::Color(color.to_owned())
                }
                _ => return Err("expected style, none or a colour, #rrggbb".to_owned()),
            };
            Ok(())
        },
    },
    Field {
        name: "Title",
        hint: "The heading; the experiment's if it is \"auto\", none if empty.",
        says: |figure| figure.title.clone().unwrap_or_else(|| AUTO.to_owned()),
        read: |text, figure| {
            figure.title = (text != AUTO).then(|| text.to_owned());
            Ok(())
        },
    },
];

/// The style if it is the path of a template.
fn template(style: &str) -> Option<&str> {
    let suffix = Path::new(style).extension();
    suffix
        .is_some_and(|suffix| suffix == "ron")
        .then_some(style)
}

/// The experiment's own title.
const AUTO: &str = "auto";

/// The fields.
pub fn fields_ui(ui: &mut Ui, theme: &Theme, typed: &mut Typed, figure: &mut Figure) {
    for field in &FIELDS {
        let mut refused = None;
        row_ui(ui, theme, field.name, field.hint, |ui| {
            let says = (field.says)(figure);
            let mut text = typed
                .0
                .get(field.name)
                .cloned()
                .unwrap_or_else(|| says.clone());
            let edit = TextEdit::singleline(&mut text).desired_width(f32::INFINITY);
            let name = format!("{} of the figure", field.name);
            let edit = ui
                .add(edit)
                .on_hover_text(field.hint)
                .accessible_name(&name);
            if edit.changed() {
                typed.0.insert(field.name, text.clone());
            }
            if let Some(text) = typed.0.get(field.name) {
                refused = (field.read)(text.trim(), figure).err();
                // What stands there is what is meant, once it can be read and nobody types.
                if !edit.has_focus() && refused.is_none() {
                    typed.0.remove(field.name);
                }
            }
        });
        if let Some(sentence) = refused {
            ui.colored_label(ink(theme.error), sentence);
        }
    }
}

fn length(text: &str) -> Result<Option<Length>, String> {
    match text {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|error: crate::experiment::figure::NoLength| error.to_string()),
    }
}

fn numbers(text: &str) -> Result<Vec<f64>, String> {
    let words = text.split([',', ' ']).filter(|word| !word.is_empty());
    let number = |word: &str| word.parse().ok().filter(|x: &f64| x.is_finite());
    let all: Option<Vec<f64>> = words.map(number).collect();
    all.ok_or_else(|| "expected numbers with commas between them".to_owned())
}

fn limits(text: &str) -> Result<Option<(f64, f64)>, String> {
    match numbers(text)?[..] {
        [] => Ok(None),
        [low, high] if low < high => Ok(Some((low, high))),
        _ => Err("expected two numbers, the smaller one first, such as -4, 4".to_owned()),
    }
}

fn limits_words(limits: Option<(f64, f64)>) -> String {
    limits.map_or(String::new(), |(low, high)| joined(&[low, high]))
}

fn joined(numbers: &[f64]) -> String {
    let words: Vec<String> = numbers.iter().map(f64::to_string).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_reads_what_it_says_and_refuses_nonsense() {
        let figure = Figure {
            width: Some(Length::Millimetres(82.5)),
            height: Some(Length::Pixels(640.0)),
            times: vec![0.0, 0.25, 1.0],
            x_limits: Some((-4.0, 4.5)),
            y_limits: Some((-1.0, 2.0)),
            background: Background::Color("#f5f5f5".to_owned()),
            title: Some("A title".to_owned()),
            style: "styles/mine.ron".to_owned(),
            ..Figure::default()
        };
        for said in [figure, Figure::default()] {
            let mut read = Figure::default();
            for field in &FIELDS {
                (field.read)(&(field.says)(&said), &mut read).unwrap();
            }
            assert_eq!(read, said);
        }
        for (name, text) in [
            ("Width", "3 miles"),
            ("Height", "-2in"),
            ("Times", "0, 2"),
            ("x from, to", "4, -4"),
            ("y from, to", "1"),
            ("Ground", "blue-ish"),
        ] {
            let field = FIELDS.iter().find(|field| field.name == name).unwrap();
            let mut figure = Figure::default();
            assert!((field.read)(text, &mut figure).is_err(), "{name}");
            assert_eq!(figure, Figure::default(), "{name}");
        }
    }
}
