//! RON text taken apart: a struct into the texts of its fields, a list into those of its elements.
//!
//! Every piece is a part of the text that was given, so where it stands is known. RON does the splitting: it refuses
//! to know what the pieces mean.

use std::fmt;
use std::ops::Range;

use ron::error::{Position, SpannedError};
use ron::value::RawValue;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::fault::{Fault, Reason};

/// The one value that a file holds.
pub(super) fn whole(file: &str) -> Result<&str, Fault<'_>> {
    let value: &RawValue = ron::from_str(file).map_err(|error| syntax(file, &error))?;
    Ok(value.trim().get_ron())
}

/// The value without white space and comments around it; the whole text if it is not RON.
pub(super) fn trimmed(text: &str) -> &str {
    RawValue::from_ron(text).map_or(text.trim(), |value| value.trim().get_ron())
}

/// Names and values of the fields in the parentheses `body`; none for a unit variant's empty body.
pub(super) fn fields(body: &str) -> Result<Vec<(&str, &str)>, Fault<'_>> {
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let fields: Fields = ron::from_str(body).map_err(|error| syntax(body, &error))?;
    Ok(fields.0)
}

/// The elements of a list in square brackets.
pub(super) fn list(text: &str) -> Result<Vec<&str>, Fault<'_>> {
    let elements: Vec<&RawValue> = ron::from_str(text).map_err(|error| syntax(text, &error))?;
    Ok(elements
        .into_iter()
        .map(|value| value.trim().get_ron())
        .collect())
}

/// The elements of a list in parentheses.
pub(super) fn tuple(text: &str) -> Result<Vec<&str>, Fault<'_>> {
    let elements: Tuple = ron::from_str(text).map_err(|error| syntax(text, &error))?;
    Ok(elements.0)
}

/// The name that the text begins with, and the rest: the parts of a variant or of a named struct.
pub(super) fn word(text: &str) -> (&str, &str) {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let end = text.find(|c| !inside(c)).unwrap_or(text.len());
    match text.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        true => (&text[..end], text[end..].trim_start()),
        false => ("", text),
    }
}

/// The one unnamed value in the parentheses of a variant: `x` of `Some(x)`.
pub(super) fn newtype(text: &str) -> Option<&str> {
    let inner = word(text).1.strip_prefix('(')?.strip_suffix(')')?;
    RawValue::from_ron(inner).is_ok().then(|| trimmed(inner))
}

/// The text of the value at the dotted path; in a list the first element stands for those that are not there.
pub(super) fn value_at<'a>(text: &'a str, path: &str) -> Option<&'a str> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    if name.is_empty() {
        return Some(text);
    }
    let (name, element) = name
        .split_once('[')
        .map_or((name, None), |(name, i)| (name, Some(i)));
    let (_, mut value) = fields_of(text)?.into_iter().find(|(n, _)| *n == name)?;
    if let Some(i) = element {
        let elements = list(value).ok()?;
        let i: usize = i.trim_end_matches(']').parse().ok()?;
        value = elements.get(i).or(elements.first())?;
    }
    value_at(value, rest)
}

/// The value at the dotted path, or the innermost one around it that stands in the text.
pub(super) fn innermost<'a>(text: &'a str, path: &str) -> &'a str {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let fields = fields_of(text).unwrap_or_default();
    match fields.into_iter().find(|(n, _)| *n == name) {
        Some((_, value)) => innermost(value, rest),
        None => text,
    }
}

/// The fields of a struct or of a variant, through the parentheses of a variant that holds a struct.
pub(super) fn fields_of(text: &str) -> Option<Vec<(&str, &str)>> {
    let body = word(text).1;
    match newtype(text) {
        Some(inner) if inner.starts_with('(') => fields_of(inner),
        _ if body.starts_with('(') => fields(body).ok(),
        _ => None,
    }
}

/// Where the part lies in the text; empty at the end if it is a part of another one.
pub(super) fn range_of(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
    match start.checked_add(part.len()) {
        Some(end) if end <= text.len() => start..end,
        _ => text.len()..text.len(),
    }
}

/// The text from the field's name to the end of its value.
pub(super) fn between<'a>(text: &'a str, name: &str, value: &str) -> &'a str {
    let (name, value) = (range_of(text, name), range_of(text, value));
    text.get(name.start..value.end).unwrap_or(text)
}

/// RON's refusal of a text, at its place.
pub(super) fn syntax<'a>(text: &'a str, error: &SpannedError) -> Fault<'a> {
    let at = byte_of(text, error.span.start);
    Fault::new(Reason::Syntax(error.code.clone()), &text[at..at])
}

fn byte_of(text: &str, position: Position) -> usize {
    let mut line_ends = text.match_indices('\n').map(|(end, _)| end + 1);
    let line = match position.line.checked_sub(2) {
        None => 0,
        Some(before) => line_ends.nth(before).unwrap_or(text.len()),
    };
    let mut columns = text[line..].char_indices();
    let column = columns.nth(position.col.saturating_sub(1));
    column.map_or(text.len(), |(column, _)| line + column)
}

struct Fields<'a>(Vec<(&'a str, &'a str)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a struct")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some(name) = map.next_key::<&'de str>()? {
                    let value: &'de RawValue = map.next_value()?;
                    fields.push((name, value.trim().get_ron()));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_struct("", &[], FieldsVisitor)
    }
}

struct Tuple<'a>(Vec<&'a str>);

impl<'de> Deserialize<'de> for Tuple<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TupleVisitor;
        impl<'de> Visitor<'de> for TupleVisitor {
            type Value = Tuple<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("values in parentheses")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tuple<'de>, A::Error> {
                let mut elements = Vec::new();
                while let Some(value) = seq.next_element::<&'de RawValue>()? {
                    elements.push(value.trim().get_ron());
                }
                Ok(Tuple(elements))
            }
        }
        deserializer.deserialize_tuple(0, TupleVisitor)
    }
}
