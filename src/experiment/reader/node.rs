//! The text of one value, and what can be read from it without its parts.

use super::{Fault, Reason, pieces};

/// The text of one value.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    /// Without white space around it.
    pub text: &'a str,
    /// The dotted path of a field below, and the text to read in its place.
    pub change: Option<(&'a str, &'a str)>,
    /// Whether nothing stands around it: then a text without quotes may hold anything.
    pub alone: bool,
}

/// The largest number up to which every whole number is a float.
const MAX_WHOLE_FLOAT: f64 = 9_007_199_254_740_992.0;

impl<'a> Node<'a> {
    /// The value of the field `name`, whose text is `text` unless it is to be changed.
    pub fn field(&self, name: &str, text: &'a str) -> Self {
        let Some((key, value)) = self.change else {
            return self.part(text);
        };
        match key
            .strip_prefix(name)
            .map(|rest| (rest, rest.strip_prefix('.')))
        {
            Some(("", _)) => Self {
                text: value.trim(),
                change: None,
                alone: true,
            },
            Some((_, Some(rest))) => Self {
                change: Some((rest, value)),
                ..self.part(text)
            },
            _ => self.part(text),
        }
    }

    /// A part in which nothing is changed.
    pub fn part(&self, text: &'a str) -> Self {
        Self {
            text,
            change: None,
            alone: false,
        }
    }

    /// The same value, its text being only this part of it.
    pub fn inner(&self, text: &'a str) -> Self {
        Self {
            text: text.trim(),
            ..*self
        }
    }

    pub fn mismatch<T>(&self, expected: &str) -> Result<T, Fault<'a>> {
        let expected = expected.to_owned();
        Err(Fault::new(
            Reason::Mismatch {
                expected,
                fields: &[],
            },
            self.text,
        ))
    }

    /// The whole number, which may be written as a float.
    pub fn whole(&self) -> Result<u64, Fault<'a>> {
        let read = ron::from_str::<u64>(self.text);
        let as_float = ron::from_str::<f64>(self.text).ok();
        let whole = |x: &f64| x.fract() == 0.0 && (0.0..=MAX_WHOLE_FLOAT).contains(x);
        match (read, as_float.filter(whole)) {
            (Ok(n), _) => Ok(n),
            (Err(_), Some(x)) => Ok(x as u64),
            (Err(error), None) => {
                let large =
                    error.code == ron::Error::IntegerOutOfBounds && !self.text.starts_with('-');
                let range = if large { "below 2^64" } else { "0 or more" };
                self.mismatch(&format!("a whole number, {range}"))
            }
        }
    }

    pub fn string(&self) -> Result<String, Fault<'a>> {
        let quoted = ["\"", "r\"", "r#"].iter().any(|q| self.text.starts_with(q));
        if quoted {
            return ron::from_str(self.text).map_err(|error| pieces::syntax(self.text, &error));
        }
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '+');
        match self.alone || self.text.chars().all(plain) {
            true => Ok(self.text.to_owned()),
            false => self.mismatch("a text in quotes"),
        }
    }
}
