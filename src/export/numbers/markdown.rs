//! A table in Markdown.

use super::text::{names, rows};
use crate::scene::numbers::Table;

/// The table with its names.
pub fn encode(table: &Table) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let names = names(table);
    let rule = vec!["---:".to_owned(); names.len()];
    line(&names) + &line(&rule) + &rows(table, line)
}
