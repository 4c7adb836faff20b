//! The cells of a table as text.

use crate::scene::numbers::{Table, Values};

/// A cell as text: the shortest decimal that reads back as the same number, nothing where there is none.
fn cell(values: &Values, row: usize) -> String {
    match values {
        Values::Numbers(numbers) => match numbers.get(row) {
            Some(number) if number.is_finite() => number.to_string(),
            _ => String::new(),
        },
        Values::Words(words) => words.get(row).cloned().unwrap_or_default(),
    }
}

/// The rows of a table, each written by `row` from its cells.
pub fn rows(table: &Table, row: impl Fn(&[String]) -> String) -> String {
    let cells = |i: usize| -> Vec<String> {
        let columns = table.columns.iter();
        columns.map(|column| cell(&column.values, i)).collect()
    };
    (0..table.len()).map(|i| row(&cells(i))).collect()
}

/// The names of the columns.
pub fn names(table: &Table) -> Vec<String> {
    table
        .columns
        .iter()
        .map(|column| column.name.to_owned())
        .collect()
}
