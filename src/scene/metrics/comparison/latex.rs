//! The table for a paper.

use super::Comparison;

impl Comparison {
    /// A `tabular` with the rules of booktabs and the best in bold; what that means is a comment below it, for the
    /// caption.
    pub fn latex(&self) -> String {
        let columns = self.columns();
        let headings = columns
            .iter()
            .map(|column| escaped(column.metric.heading()));
        let heading = line(std::iter::once("lane".to_owned()).chain(headings));
        let rows = self.rows().iter().map(|row| {
            let cells = columns.iter().map(|column| {
                let text = escaped(&row.text(column.metric));
                match column.best == Some(row.lane) {
                    true => format!("\\textbf{{{text}}}"),
                    false => text,
                }
            });
            line(std::iter::once(escaped(&row.title)).chain(cells))
        });
        format!(
            "% \\usepackage{{booktabs}}\n\\begin{{tabular}}{{l{}}}\n\\toprule\n{heading}\\midrule\n{}\\bottomrule\n\
             \\end{{tabular}}\n% {}\n",
            "r".repeat(columns.len()),
            rows.collect::<String>(),
            self.note("Bold")
        )
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("{} \\\\\n", cells.join(" & "))
}

/// A text that is set as it is: what LaTeX reads as commands is escaped, and the signs of formulas that text fonts lack
/// are set in math.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(char);
            }
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '|' => escaped.push_str("\\textbar{}"),
            '–' => escaped.push_str("--"),
            '\n' | '\r' | '\t' => escaped.push(' '),
            char => match math(char) {
                Some(command) => escaped.push_str(&format!("${command}$")),
                None => escaped.push(char),
            },
        }
    }
    escaped
}

/// The command of a sign.
fn math(char: char) -> Option<&'static str> {
    Some(match char {
        '±' => "\\pm",
        '−' => "-",
        '×' => "\\times",
        '·' => "\\cdot",
        '→' => "\\to",
        '∞' => "\\infty",
        '²' => "^2",
        '₀' => "_0",
        '₁' => "_1",
        '₂' => "_2",
        'α' => "\\alpha",
        'β' => "\\beta",
        'ε' => "\\varepsilon",
        'κ' => "\\kappa",
        'λ' => "\\lambda",
        'μ' => "\\mu",
        'π' => "\\pi",
        'σ' => "\\sigma",
        'τ' => "\\tau",
        _ => return None,
    })
}
