//! What the refusal of a file says to write, written.

use super::*;
use crate::experiment::tokens;

/// The file after what its refusal says: write, add, take out.
pub(super) fn corrected(text: &str, message: &str) -> Option<String> {
    let quoted = |after: &str| Some(message.split_once(after)?.1.split_once('`')?.0.to_owned());
    if message.contains("` at the end") {
        return Some(text.trim_end().to_owned() + &quoted("add `")?);
    }
    if let Some(field) = quoted("; add `") {
        return Some(text.replacen('(', &format!("({field}, "), 1));
    }
    if let Some(extra) = quoted("; take `") {
        return Some(text.replacen(&extra, "", 1));
    }
    if let Some(file) = quoted("a whole file is `") {
        return Some(file);
    }
    // The line takes the place of the field's value, as far as the user meant it to go.
    let (line, column) = message
        .strip_prefix("line ")?
        .split_once(": ")?
        .0
        .split_once(", column ")?;
    let at: usize = text
        .lines()
        .take(line.parse::<usize>().ok()? - 1)
        .map(|line| line.len() + 1)
        .sum();
    let at = at + column.parse::<usize>().ok()? - 1;
    let written = quoted("write `")?;
    let name = written.split_once(": ")?.0;
    let misspelt = message
        .split_once(": no field `")
        .filter(|(place, _)| !place.contains(": "))
        .and_then(|(_, rest)| Some(rest.split_once('`')?.0));
    let wrong = misspelt.unwrap_or(name);
    // An unknown field begins at its place, a value behind its name.
    let start = if misspelt.is_some() {
        at
    } else {
        text[..at].rfind(&format!("{wrong}: "))?
    };
    let value = start + wrong.len() + 2;
    let meant = &text[tokens::place(text, value).value];
    // Of a value that runs on because a bracket is open, the first line.
    let first = meant.split(",   ").next().filter(|_| meant.contains('\n'));
    let end = value + first.unwrap_or(meant).len();
    Some([&text[..start], &written, &text[end..]].concat())
}

#[test]
fn a_file_is_refused_with_a_line_in_its_own_syntax_that_works() {
    for (from, to, message) in [
        (
            "Independent",
            "BatchOt",
            "line 10, column 15: coupling = BatchOt: the field `batch` is missing; write `coupling: BatchOt(batch: 256)`",
        ),
        (
            "\"Two moons\"",
            "My run",
            "line 4, column 15: title = My run: expected comma; write `title: \"My run\"`",
        ),
        (
            "Moons(noise: 0.05)",
            "Moons(noise: 0,1)",
            "line 8, column 36: target.shape.noise = 0,1: expected the name of a field and a colon; write `noise: 0.1`",
        ),
        (
            "(shape: Moons(noise: 0.05), scale: 2.0, shift: (-1.0, 0.0))",
            "Moons",
            "line 8, column 13: target = Moons: expected a struct with the fields shape, scale, shift; write `target: (shape: Moons)`",
        ),
        (
            "[64, 64, 64]",
            "64, 64",
            "line 11, column 25: model.hidden = 64, 64: expected the name of a field and a colon; write `hidden: [64, 64]`",
        ),
        (
            "batch: 256, opt",
            "batch: many, opt",
            "line 12, column 37: training.batch = many: expected a whole number, 0 or more; write `batch: 256`",
        ),
        (
            "batch: 256, opt",
            "btach: 256, opt",
            "line 12, column 30: no field `btach`: did you mean `batch`? write `batch: 256`",
        ),
        (
            "seed: 0",
            "Seed: 0",
            "line 6, column 5: no field `Seed`: did you mean `seed`? write `seed: 0`",
        ),
        (
            "seed: 0",
            "hologram: 0",
            "line 6, column 5: no field `hologram`: the fields are version, name, title, about, seed, source, target, path, coupling, velocity, model, training, solver, sampler, evaluation, view, lanes, figures; take `hologram: 0,` out",
        ),
        (
            "Moons(noise: 0.05)",
            "Mixture(components: [(mean: (0, 0), std: many)])",
            "target.shape.components[0].std = many: expected a number; write `std: 0.4`",
        ),
        (
            "Euler(steps: 100)",
            "Euler(steps: 100",
            "; write `solver: Euler(steps: 100)`",
        ),
        (
            "paths: 200)",
            "paths: 200",
            "; write `view: (t: 1.0, layers: [Source, Target, Trajectories], paths: 200)`",
        ),
    ] {
        let text = EXAMPLE.replacen(from, to, 1);
        let error = Experiment::from_ron(&text).unwrap_err().to_string();
        assert!(
            error.ends_with(message) && error.starts_with("line "),
            "{error}"
        );
        let corrected = corrected(&text, &error).unwrap_or_else(|| panic!("{error}"));
        Experiment::from_ron(&corrected)
            .unwrap_or_else(|next| panic!("{error}\n{corrected}\n{next}"));
    }
    for text in [
        "",
        "moons",
        "(((((",
        "[1, 2]",
        "{\"a\": 1}",
        "(version: 1, target: (shape: Moons)",
    ] {
        let error = Experiment::from_ron(text).unwrap_err().to_string();
        let corrected = corrected(text, &error).unwrap_or_else(|| panic!("{error}"));
        Experiment::from_ron(&corrected).unwrap();
    }
}
