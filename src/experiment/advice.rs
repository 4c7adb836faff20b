//! What to write instead: a text that was refused, mended and tried.
//!
//! Candidates come from the text itself (the decimal comma, missing quotes or brackets, a misspelt name) and from
//! [`examples`]. The first one that works is offered, so what a message says to write can be written.

use std::ops::Range;

use super::examples;
use super::fault::{Fault, Reason, joined};
use super::pieces::{range_of, word};
use super::spelling::nearest;
use super::tokens::{self, Kind, tokens};

/// No mended text is offered that is longer: a message stands in a line.
const MAX_CHARS: usize = 300;
/// No value is bent into shape that is longer, such as a drawing's cells.
const MAX_BENT: usize = 2000;

/// Where a fault stands in a text.
pub(super) struct Spot {
    /// The dotted path of the innermost field; empty outside all fields.
    pub path: String,
    /// That field's value; outside all fields the whole text.
    pub value: Range<usize>,
    /// The part at fault.
    pub at: Range<usize>,
}

impl Spot {
    /// Where the fault stands in the text, which is the value of the field `key` (empty for a file).
    pub fn of(text: &str, key: &str, fault: &Fault) -> Self {
        let at = fault.at.map_or(0..text.len(), |part| range_of(text, part));
        if let Reason::Syntax(_) = *fault.reason {
            let place = tokens::place(text, at.start);
            return Self {
                path: joined(key, &place.path),
                value: place.value,
                at,
            };
        }
        Self {
            path: fault.path_below(""),
            value: fault
                .value
                .map_or(0..text.len(), |value| range_of(text, value)),
            at,
        }
    }

    /// The name of the innermost field.
    pub fn name(&self) -> &str {
        let last = self.path.rsplit('.').next().unwrap_or_default();
        last.split('[').next().unwrap_or_default()
    }
}

/// A text with one part replaced.
pub(super) struct Mended {
    /// The text as it should be.
    pub text: String,
    /// The part of the old text that is replaced.
    pub old: Range<usize>,
    /// What stands there instead.
    pub new: String,
}

impl Mended {
    pub fn new(text: &str, old: Range<usize>, new: String) -> Option<Self> {
        let (before, after) = (text.get(..old.start)?, text.get(old.end..)?);
        Some(Self {
            text: [before, &new, after].concat(),
            old,
            new,
        })
    }

    /// Where the replacement stands in the new text.
    pub fn replaced(&self) -> Range<usize> {
        self.old.start..self.old.start + self.new.len()
    }

    /// Where a byte of the old text stands in the new one; one that was replaced, at the end of the replacement.
    pub fn moved(&self, byte: usize) -> usize {
        match byte {
            _ if byte < self.old.start => byte,
            _ if byte <= self.old.end => self.replaced().end,
            _ => byte + self.new.len() - self.old.len(),
        }
    }

    /// What has become of a part of the old text around the replacement.
    pub fn part(&self, part: &Range<usize>) -> &str {
        let end = part.end + self.new.len() - self.old.len();
        self.text.get(part.start..end).unwrap_or(&self.new)
    }
}

/// The first mended text that works; `present` is the value that the field has had.
pub(super) fn mended(
    text: &str,
    spot: &Spot,
    reason: &Reason,
    present: Option<&str>,
    works: impl Fn(&Mended) -> bool,
) -> Option<Mended> {
    let mut candidates = changes(text, spot, reason);
    // A part of a list, or of a struct in it, is not the whole value of its field.
    let whole = match reason {
        Reason::Mismatch { .. }
        | Reason::UnknownVariant { .. }
        | Reason::Change(_)
        | Reason::Other(_) => &spot.at,
        _ => &spot.value,
    };
    let examples = alternatives(&spot.path, &text[whole.clone()], present);
    candidates.extend(examples.into_iter().map(|value| (whole.clone(), value)));
    candidates
        .into_iter()
        .filter_map(|(old, new)| Mended::new(text, old, new))
        .filter(|mended| mended.new.chars().count() <= MAX_CHARS)
        .find(works)
}

/// The changes to the text itself that the reason suggests.
fn changes(text: &str, spot: &Spot, reason: &Reason) -> Vec<(Range<usize>, String)> {
    let start = spot.at.start;
    let renamed = |found: &str, expected: &[&str]| {
        let near = nearest(found, expected.iter().copied());
        near.map(|name| (start..start + found.len(), name.to_owned()))
    };
    match reason {
        Reason::UnknownVariant { found, expected } => {
            renamed(found, expected).into_iter().collect()
        }
        Reason::UnknownField { found, expected } => {
            let removed = (with_comma(text, &spot.at), String::new());
            renamed(found, expected)
                .into_iter()
                .chain([removed])
                .collect()
        }
        Reason::Duplicate(_) => vec![(with_comma(text, &spot.at), String::new())],
        Reason::Missing(field) => insertions(text, spot, field),
        Reason::Mismatch { fields, .. } => {
            let (part, whole) = (bent(text, &spot.at, fields), bent(text, &spot.value, &[]));
            part.into_iter().chain(whole).collect()
        }
        Reason::Syntax(_) => {
            let closings = closings(text, &spot.value);
            closings
                .into_iter()
                .chain(bent(text, &spot.value, &[]))
                .collect()
        }
        Reason::Change(Some(instead)) => vec![(spot.at.clone(), format!("{instead:?}"))],
        Reason::Change(None) => vec![(with_comma(text, &spot.at), String::new())],
        Reason::Other(_) => Vec::new(),
    }
}

/// The field with an example's value, before the bracket that closes the struct or the variant, or in new brackets.
fn insertions(text: &str, spot: &Spot, field: &str) -> Vec<(Range<usize>, String)> {
    let node = &text[spot.at.clone()];
    let path = joined(&spot.path, field);
    let values = alternatives(&path, "", None).into_iter();
    let tokens = tokens(node);
    let last = tokens.len().checked_sub(1).map(|last| &tokens[last]);
    let at = |place: usize| spot.at.start + place..spot.at.start + place;
    let inserted = |value: String| match last {
        Some(last) if last.kind == Kind::Close => {
            let before = tokens
                .len()
                .checked_sub(2)
                .map(|before| tokens[before].kind);
            let comma = match before {
                Some(Kind::Open | Kind::Comma) => "",
                _ => ", ",
            };
            (at(last.range.start), format!("{comma}{field}: {value}"))
        }
        _ => (at(node.len()), format!("({field}: {value})")),
    };
    values.map(inserted).collect()
}

/// The part with the comma after it, or else the one before it.
fn with_comma(text: &str, part: &Range<usize>) -> Range<usize> {
    let (before, after) = (text[..part.start].trim_end(), &text[part.end..]);
    let gap = after.len() - after.trim_start().len();
    match after.trim_start().starts_with(',') {
        true => part.start..part.end + gap + 1,
        false if before.ends_with(',') => before.len() - 1..part.end,
        false => part.clone(),
    }
}

/// The value in the forms that it may have been meant to have; `fields` are those of the struct that is expected.
fn bent(text: &str, part: &Range<usize>, fields: &[&str]) -> Vec<(Range<usize>, String)> {
    let value = &text[part.clone()];
    if value.is_empty() || value.len() > MAX_BENT {
        return Vec::new();
    }
    let bare = value.trim_matches(['"', ',', ' ']);
    let inner = value.trim_matches(['(', ')', '[', ']', '"']);
    let element = value.trim_start_matches('[').trim_end_matches(']');
    let mut forms = vec![
        with_decimal_points(value),
        format!("{value},"),
        format!("{bare:?}"),
        format!("{bare:?},"),
        bare.to_owned(),
        format!("[{inner}]"),
        format!("({inner})"),
        format!("[{:?}]", element.trim_matches('"')),
    ];
    forms.extend(fields.iter().map(|field| format!("({field}: {value})")));
    forms.retain(|form| form != value);
    forms.into_iter().map(|form| (part.clone(), form)).collect()
}

/// The brackets that are open at the end of the value's first line, or of the whole text, closed there.
fn closings(text: &str, value: &Range<usize>) -> Vec<(Range<usize>, String)> {
    let line = text[value.clone()].lines().next().unwrap_or_default();
    [(value.start, line), (0, text)]
        .into_iter()
        .map(|(start, part)| {
            let mut tokens = tokens(part).into_iter().rev();
            let last = tokens.find(|token| token.kind != Kind::Comma);
            let end = last.map_or(0, |last| last.range.end);
            let (end, part) = (start + end, &part[..end]);
            (end..end, missing_brackets(part))
        })
        .filter(|(_, brackets)| !brackets.is_empty())
        .collect()
}

/// Every comma between two digits as a decimal point.
pub(super) fn with_decimal_points(value: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    let digit = |i: Option<usize>| {
        i.and_then(|i| chars.get(i))
            .is_some_and(char::is_ascii_digit)
    };
    let point =
        |(i, &c): (usize, &char)| match c == ',' && digit(i.checked_sub(1)) && digit(Some(i + 1)) {
            true => '.',
            false => c,
        };
    chars.iter().enumerate().map(point).collect()
}

/// What closes the brackets that are open at the end of the text.
fn missing_brackets(text: &str) -> String {
    let mut open = Vec::new();
    for token in tokens(text) {
        match (token.kind, &text[token.range]) {
            (Kind::Open, "(") => open.push(')'),
            (Kind::Open, "[") => open.push(']'),
            (Kind::Close, _) => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().rev().collect()
}

/// Values for the field at the path, the likeliest first: of the variant that was named, as it was, as in an example.
fn alternatives(path: &str, value: &str, present: Option<&str>) -> Vec<String> {
    if path.is_empty() {
        return Vec::new();
    }
    let mut values = examples::values(path);
    let named = nearest(word(value).0, values.iter().map(|example| word(example).0));
    values.sort_by_key(|example| named.is_none() || Some(word(example).0) != named);
    let first_other = values
        .iter()
        .filter(|example| named == Some(word(example).0))
        .count();
    let place = if named.is_some() { first_other } else { 0 };
    if let Some(present) = present {
        values.insert(place, present);
    }
    values.into_iter().map(str::to_owned).collect()
}
