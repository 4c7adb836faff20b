//! The table for a README or an issue.

use super::Comparison;

/// What means something in Markdown, or in the HTML within it.
const SPECIAL: [char; 13] = [
    '\\', '`', '*', '_', '{', '}', '[', ']', '<', '>', '|', '&', '$',
];

impl Comparison {
    /// A table of GitHub's kind with the best in bold, below it what that means, and what each lane saves.
    pub fn markdown(&self) -> String {
        let headings = self
            .columns()
            .iter()
            .map(|column| escaped(column.metric.heading()));
        let mut lines = vec![
            line(std::iter::once("lane".to_owned()).chain(headings)),
            line(
                std::iter::once("---".to_owned())
                    .chain(self.columns().iter().map(|_| "---:".to_owned())),
            ),
        ];
        for row in self.rows() {
            let cells = self.columns().iter().map(|column| {
                let text = escaped(&row.text(column.metric));
                match column.best == Some(row.lane) {
                    true => format!("**{text}**"),
                    false => text,
                }
            });
            lines.push(line(std::iter::once(escaped(&row.title)).chain(cells)));
        }
        let savings = self.savings().into_iter();
        let savings: String = savings
            .map(|(_, sentence)| format!("\n{}\n", escaped(&sentence)))
            .collect();
        format!("{}\n{}\n{savings}", lines.concat(), self.note("Bold"))
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {} |\n", cells.join(" | "))
}

/// A text that is shown as it is, in one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' | '\r' | '\t' => escaped.push(' '),
            char => {
                if SPECIAL.contains(&char) {
                    escaped.push('\\');
                }
                escaped.push(char);
            }
        }
    }
    escaped
}
