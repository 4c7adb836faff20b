//! Changing one field by its dotted path: what `--set KEY=VALUE` does.
//!
//! The experiment is taken apart as RON text, one level per part of the path, so a key is exactly a name that
//! stands in the file and a value exactly what may stand there: no second list of names to keep in step.

use std::fmt;

use ron::value::RawValue;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::error::clipped;
use super::{Experiment, ExperimentError};

impl Experiment {
    /// Replaces the field at the dotted path `key` by the RON value `value`.
    ///
    /// The path may lead into the fields of a chosen variant (`path.beta_max`, `target.shape.noise`). Ranges
    /// and legality are left to the caller, so that several changes may pass through a state that is neither.
    ///
    /// # Errors
    /// The key does not exist (those that do are listed), or the value does not fit it.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), ExperimentError> {
        let misfit = |message: String| ExperimentError::Value {
            key: key.to_owned(),
            value: clipped(value.trim()),
            message,
        };
        // A value must be one value: spliced into the text, "1, seed: 2" would set two fields.
        let value = RawValue::from_ron(value).map_err(|error| misfit(error.code.to_string()))?;
        let value = value.trim().get_ron();
        let text = replaced(&self.to_ron(), "", key, value).map_err(|hint| {
            ExperimentError::UnknownKey {
                key: key.to_owned(),
                hint,
            }
        })?;
        *self = ron::from_str(&text).map_err(|error| misfit(error.code.to_string()))?;
        Ok(())
    }
}

/// Fields that a file names only where they are not the default: where they are, their name, a value for the time
/// being.
const UNWRITTEN: [(&str, &str, &str); 1] = [("evaluation", "nodes", "10001")];

/// `text`, the value at `parent`, with the field at the path `key` below it replaced; or which fields there are.
fn replaced(text: &str, parent: &str, key: &str, value: &str) -> Result<String, String> {
    let (name, rest) = match key.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (key, None),
    };
    // `Vp(beta_min: 0.1, beta_max: 20.0)` is a variant's name and the text of a struct, `Some((height: 8.0))` a
    // name and a struct in parentheses.
    let (variant, body) = text.split_at(text.find('(').unwrap_or(text.len()));
    if let Some(inner) = wrapped(body) {
        return replaced(inner, parent, key, value).map(|inner| format!("{variant}({inner})"));
    }
    let no_fields = |_| format!("`{parent}` is {}, which has no fields", clipped(text));
    let Fields(mut fields) = ron::from_str(body).map_err(no_fields)?;
    let unwritten = UNWRITTEN.iter().filter(|(of, _, _)| *of == parent);
    for (_, field, default) in unwritten {
        if fields.iter().all(|(n, _)| n != field) {
            fields.push(((*field).to_owned(), default));
        }
    }
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let hint = match parent {
        "" => format!("the fields are {}", names.join(", ")),
        _ => format!("the fields of `{parent}` are {}", names.join(", ")),
    };
    let (_, field) = fields.iter().find(|(n, _)| n == name).ok_or(hint)?;
    let changed = match rest {
        None => value.to_owned(),
        Some(rest) => {
            let path = [parent, name].join(if parent.is_empty() { "" } else { "." });
            replaced(field, &path, rest, value)?
        }
    };
    let fields = fields.iter().map(|(n, old)| match n == name {
        true => format!("{n}: {changed}"),
        false => format!("{n}: {old}"),
    });
    let fields: Vec<String> = fields.collect();
    Ok(format!("{variant}({})", fields.join(", ")))
}

/// The struct in a pair of parentheses of its own, if there is one.
fn wrapped(body: &str) -> Option<&str> {
    let inner = body.strip_prefix('(')?.strip_suffix(')')?;
    inner.starts_with('(').then_some(inner)
}

/// The text of the value at the dotted path `key`, or of the innermost one around it that stands in `text`.
pub(super) fn found<'a>(text: &'a str, key: &str) -> &'a str {
    let (name, rest) = key.split_once('.').unwrap_or((key, ""));
    // Before the file's own parenthesis there may be comments, before that of a variant stands its name.
    let body = &text[text.find('(').unwrap_or(0)..];
    let body = wrapped(body).unwrap_or(body);
    let fields = ron::from_str(text).or_else(|_| ron::from_str(body));
    let Ok(Fields(fields)) = fields else {
        return text;
    };
    match fields.iter().find(|(n, _)| n == name) {
        Some((_, value)) => found(value, rest),
        None => text,
    }
}

/// The fields of any struct, each as the RON text of its value.
struct Fields<'a>(Vec<(String, &'a str)>);

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
                while let Some(name) = map.next_key::<String>()? {
                    let value: &'de RawValue = map.next_value()?;
                    fields.push((name, value.trim().get_ron()));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_struct("", &[], FieldsVisitor)
    }
}
