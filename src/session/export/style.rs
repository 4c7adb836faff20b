//! The style that a figure asks for: one that the program has, or a template with a font beside it.

use std::path::Path;

use crate::experiment::Figure;
use crate::scene::FigureStyle;

use super::super::files::{read_bytes, read_text};
use super::super::observer::RunError;

/// Largest template that is read.
const MAX_TEMPLATE_BYTES: u64 = 1 << 20;
/// Largest font that is read.
const MAX_FONT_BYTES: u64 = 64 << 20;

/// The style that a figure asks for by name, or by the path of a template that ends in `.ron`.
///
/// # Errors
/// [`RunError::Input`] if there is none of that name, or if the template or its font cannot be read.
pub(super) fn style(figure: &Figure) -> Result<FigureStyle, RunError> {
    let name = figure.style.as_str();
    let path = Path::new(name);
    let read = match path.extension().is_some_and(|suffix| suffix == "ron") {
        true => template(path),
        false => FigureStyle::named(name).ok_or_else(|| {
            let names: Vec<&str> = FigureStyle::names().collect();
            let names = names.join(", ");
            format!(
                "there is no style \"{name}\": expected {names}, or the file of one that ends in .ron; try --style paper"
            )
        }),
    };
    read.map_err(RunError::Input)
}

/// The style of a template; the path of its font is beside it.
fn template(path: &Path) -> Result<FigureStyle, String> {
    let text = read_text(path, MAX_TEMPLATE_BYTES).map_err(|error| error.to_string())?;
    let style = FigureStyle::from_ron(&text).map_err(|error| told(path, &error))?;
    let Some(name) = style.font.clone() else {
        return Ok(style);
    };
    let font = path.with_file_name(name);
    let bytes = read_bytes(&font, MAX_FONT_BYTES).map_err(|error| error.to_string())?;
    style.with_font(&bytes).map_err(|error| told(&font, &error))
}

fn told(path: &Path, why: &impl ToString) -> String {
    format!("{}: {}", path.display(), why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::FigureKind;
    use crate::session::files::atomic_write;

    fn asked(style: &str) -> Result<FigureStyle, String> {
        let figure = Figure {
            style: style.to_owned(),
            ..Figure::new(FigureKind::Trajectories)
        };
        super::style(&figure).map_err(|error| error.to_string())
    }

    #[test]
    fn a_style_is_found_by_name_or_read_with_the_font_beside_it() {
        assert_eq!(asked("slide").unwrap().name, "slide");
        assert!(asked("pappr").unwrap_err().contains("paper-serif"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.ron");
        let name = path.to_str().unwrap();
        assert!(asked(name).unwrap_err().contains("mine.ron"));
        atomic_write(&path, "(name: \"mine\", font: \"own.ttf\")".as_bytes()).unwrap();
        assert!(asked(name).unwrap_err().contains("own.ttf"));
        atomic_write(&folder.path().join("own.ttf"), b"no font").unwrap();
        assert!(asked(name).unwrap_err().contains("no TrueType"));
        let font = crate::scene::text::SERIF_REGULAR;
        atomic_write(&folder.path().join("own.ttf"), font).unwrap();
        assert_eq!(asked(name).unwrap().name, "mine");
        atomic_write(&path, "(name: 3)".as_bytes()).unwrap();
        let told = asked(name).unwrap_err();
        assert!(told.contains("mine.ron: line 1"), "{told}");
    }
}
