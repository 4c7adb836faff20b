//! A table in LaTeX with the rules of booktabs.

use super::{names, rows};
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
        "% \\usepackage{{booktabs}}\n\\begin{{tabular}}{{{columns}}}\n\\toprule\n{head}\\midrule\n{body}\\bottomrule\n\\end{{tabular}}\n"
    )
}
