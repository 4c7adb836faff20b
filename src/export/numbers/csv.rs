//! A table as CSV (RFC 4180).

use super::text::{names, rows};
use crate::scene::metrics::comparison::quoted;
use crate::scene::numbers::Table;

/// The table, a line of names first.
pub fn encode(table: &Table) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        cells.join(",") + "\n"
    };
    line(&names(table)) + &rows(table, line)
}
