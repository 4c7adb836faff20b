//! A table in LaTeX, a plain `tabular` that takes no package.

use super::text::{names, rows};
use crate::scene::metrics::comparison::escaped;
use crate::scene::numbers::Table;

/// The table with its names.
pub fn encode(table: &Table) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
        format!("{} \\\\\n", cells.join(" & "))
    };
    let names = names(table);
    let columns = "r".repeat(names.len());
    let (head, body) = (line(&names), rows(table, line));
    format!(
        "\\begin{{tabular}}{{{columns}}}\n\\hline\n{head}\\hline\n{body}\\hline\n\\end{{tabular}}\n"
    )
}
