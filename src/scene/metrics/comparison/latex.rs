//! The table for a paper.

use super::Comparison;

impl Comparison {
    /// A plain `tabular`, which takes no package, with the best in bold; what that means is a comment below it, for the
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
            "\\begin{{tabular}}{{l{}}}\n\\hline\n{heading}\\hline\n{}\\hline\n\\end{{tabular}}\n% {}\n",
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

/// A formula of the metrics table as it stands between two `$`: signs as commands, words upright.
pub fn formula_in_math(formula: &str) -> String {
    let mut set = String::with_capacity(2 * formula.len());
    let mut words = String::new();
    // A subscript of more than one sign.
    let formula = formula.replace("_π(i)", "_{π(i)}");
    for token in tokens(&formula) {
        let is_blank = token == " ";
        match is_word(token) || (is_blank && !words.is_empty()) {
            true => words.push_str(token),
            false => {
                close(&mut words, &mut set);
                set.push_str(&in_math(token));
            }
        }
    }
    close(&mut words, &mut set);
    set
}

/// Ends a run of words.
fn close(words: &mut String, set: &mut String) {
    let run = words.trim_end();
    if !run.is_empty() {
        set.push_str(&format!("\\mbox{{{run}}}"));
    }
    if run.len() < words.len() {
        set.push(' ');
    }
    words.clear();
}

/// Runs of letters and digits, and all else sign by sign.
fn tokens(formula: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = formula;
    while let Some(first) = rest.chars().next() {
        let run = rest.find(|c: char| !c.is_ascii_alphanumeric());
        let length = match run.unwrap_or(rest.len()) {
            0 => first.len_utf8(),
            n => n,
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after;
    }
    tokens
}

/// Whether it is a word and no symbol or differential.
fn is_word(token: &str) -> bool {
    let letters = token.chars().filter(char::is_ascii_alphabetic).count();
    letters > 1 && !["dt", "ds"].contains(&token)
}

fn in_math(token: &str) -> String {
    let mut signs = token.chars();
    match (signs.next(), signs.next()) {
        (Some(sign), None) => match math(sign) {
            // A command ends where its letters end.
            Some(command) if command.ends_with(|c: char| c.is_ascii_alphabetic()) => {
                format!("{command} ")
            }
            Some(command) => command.to_owned(),
            None => token.to_owned(),
        },
        _ => token.to_owned(),
    }
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
        '′' => "'",
        '∫' => "\\int",
        '√' => "\\surd",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::metrics::ALL;

    #[test]
    fn formulas_are_set_in_math_with_their_words_upright() {
        let set = formula_in_math("min over permutations π of √( mean |y_i − x_π(i)|² )");
        let expected = r"\mbox{min over permutations} \pi  \mbox{of} \surd ( \mbox{mean} |y_i - x_{\pi (i)}|^2 )";
        assert_eq!(set, expected);
        assert_eq!(
            formula_in_math("E [ |Z₁ − Z₀| / arc length ]"),
            r"E [ |Z_1 - Z_0| / \mbox{arc length} ]"
        );
        for metric in ALL {
            let set = formula_in_math(metric.formula);
            let count = |sign| set.matches(sign).count();
            assert_eq!(count('{'), count('}'), "{set}");
            assert!(!set.contains(['$', '%', '&', '#']), "{set}");
        }
    }
}
