use std::io::{Cursor, Read};

use super::*;
use crate::scene::numbers::Column;

fn numbers() -> FigureNumbers {
    let table =
        Table::points("samples", &[[1.5, -2.0], [f64::NAN, 0.1]]).with_words("part", "a,b & c");
    let other = Table::new("loss", vec![Column::numbers("step", [0.0])]);
    FigureNumbers {
        tables: vec![table, other],
        metrics: None,
    }
}

fn text(format: NumbersFormat) -> String {
    String::from_utf8(format.encode(&numbers()).unwrap()).unwrap()
}

#[test]
fn texts_have_a_line_of_names_and_a_line_for_each_row() {
    assert_eq!(
        text(NumbersFormat::Csv),
        "part,x,y\n\"a,b & c\",1.5,-2\n\"a,b & c\",,0.1\n"
    );
    let markdown = text(NumbersFormat::Markdown);
    assert!(
        markdown.starts_with("| part | x | y |\n| ---: | ---: | ---: |\n| a,b & c | 1.5 | -2 |\n")
    );
    let latex = text(NumbersFormat::Latex);
    assert!(latex.contains("a,b \\& c & 1.5 & -2 \\\\\n"), "{latex}");
    assert!(latex.contains("\\begin{tabular}{rrr}"));
}

#[test]
fn an_archive_has_an_array_for_each_column_and_no_date() {
    let bytes = NumbersFormat::Npz.encode(&numbers()).unwrap();
    assert_eq!(bytes, NumbersFormat::Npz.encode(&numbers()).unwrap());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    assert_eq!(names, ["part.npy", "x.npy", "y.npy", "loss.step.npy"]);
    let mut read = |name: &str| {
        let mut file = archive.by_name(name).unwrap();
        assert_eq!(file.last_modified(), Some(zip::DateTime::default()));
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    };
    let y = read("y.npy");
    let (header, values) = y.split_at(y.len() - 8);
    assert!(header.starts_with(b"\x93NUMPY\x01\x00") && header.len() % 64 == 0);
    let words = String::from_utf8_lossy(header).into_owned();
    assert!(
        words.contains("'descr': '<f4'") && words.contains("'shape': (2,)"),
        "{words}"
    );
    let values: Vec<f32> = values
        .chunks(4)
        .map(|four| f32::from_le_bytes(four.try_into().unwrap()))
        .collect();
    assert_eq!(values, [-2.0, 0.1]);
    let part = read("part.npy");
    assert!(String::from_utf8_lossy(&part).contains("'<U7'"));
    assert_eq!(part[part.len() - 28..][..4], u32::from('a').to_le_bytes());
}

#[test]
fn what_is_too_long_or_empty_is_refused() {
    let points = vec![[0.0, 0.0]; MAX_TEXT_ROWS + 1];
    let long = FigureNumbers {
        tables: vec![Table::points("samples", &points)],
        metrics: None,
    };
    let refused = NumbersFormat::Markdown
        .encode(&long)
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("1001 rows") && refused.contains(".csv"),
        "{refused}"
    );
    assert!(NumbersFormat::Csv.encode(&long).is_ok());
    for (format, _) in NumbersFormat::ALL {
        assert_eq!(
            format.encode(&FigureNumbers::default()),
            Err(NumbersError::Nothing)
        );
    }
}

#[test]
fn a_format_is_found_by_its_suffix() {
    for (format, suffix) in NumbersFormat::ALL {
        assert_eq!(
            NumbersFormat::of_suffix(&suffix.to_uppercase()),
            Some(format)
        );
    }
    assert_eq!(NumbersFormat::of_suffix("svg"), None);
}
