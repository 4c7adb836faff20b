//! What makes one experiment into another, as changes of single fields.

use super::fault::joined;
use super::file::LEFT_OUT;
use super::lane::Override;
use super::pieces::{fields_of, word};
use super::{Experiment, ExperimentError};
use crate::flow::distribution::Shape;

impl Experiment {
    /// The experiment after the changes, in order. Ranges and legality are left to the caller, as by [`Self::set`].
    ///
    /// # Errors
    /// As [`Self::set`].
    pub fn with(&self, changes: &[Override]) -> Result<Self, ExperimentError> {
        let mut changed = self.clone();
        for Override { key, value } in changes {
            changed.set(key, value)?;
        }
        Ok(changed)
    }

    /// The changes that make this experiment into the other one, lanes apart: of exactly the fields that differ, and of
    /// variants as a whole, so that each of them fits whatever the other fields are.
    pub fn changes_to(&self, other: &Self) -> Vec<Override> {
        let [mut from, mut to] = [self, other].map(Self::base);
        // The text of a drawing takes a millisecond: shapes that are the same are left out of both.
        let (a, b) = (&mut from.problem, &mut to.problem);
        for (a, b) in [
            (&mut a.source, &mut b.source),
            (&mut a.target, &mut b.target),
        ] {
            if a.shape == b.shape {
                (a.shape, b.shape) = (Shape::Checkerboard, Shape::Checkerboard);
            }
        }
        let [from, to] = [from, to].map(|experiment| experiment.to_ron());
        let (from, to) = (fields_at_all(from.trim()), fields_at_all(to.trim()));
        let before = |name| from.iter().find(|(n, _)| *n == name);
        let changes = to.into_iter().flat_map(|(name, value)| {
            let before = before(name).map(|(_, value)| *value);
            differences(name, before, value)
        });
        changes.collect()
    }
}

/// The fields of a file by name, those included that are left out because they are as usual.
pub(super) fn fields_at_all(text: &str) -> Vec<(&str, &str)> {
    let mut fields = fields_of(text).unwrap_or_default();
    for (name, usual) in LEFT_OUT {
        if fields.iter().all(|(written, _)| *written != name) {
            fields.push((name, usual));
        }
    }
    fields
}

/// The changes of the field at the dotted path `key`.
fn differences(key: &str, from: Option<&str>, to: &str) -> Vec<Override> {
    if from == Some(to) {
        return Vec::new();
    }
    match from.and_then(|from| side_by_side(from, to)) {
        Some(fields) => fields
            .into_iter()
            .flat_map(|(name, from, to)| differences(&joined(key, name), from, to))
            .collect(),
        None => vec![Override::new(key, to)],
    }
}

/// The fields of two structs by name. None of two variants, and none if the second leaves out a field at its default:
/// such a struct is written as a whole.
fn side_by_side<'a>(
    from: &'a str,
    to: &'a str,
) -> Option<Vec<(&'a str, Option<&'a str>, &'a str)>> {
    let fields = |text| fields_of(text).filter(|_| word(text).0.is_empty());
    let (from, to) = (fields(from)?, fields(to)?);
    let is_left_out = |name| to.iter().all(|(other, _)| *other != name);
    if from.iter().any(|(name, _)| is_left_out(*name)) {
        return None;
    }
    let before = |name| {
        from.iter()
            .find(|(n, _)| *n == name)
            .map(|(_, value)| *value)
    };
    let pair = |(name, after): &(&'a str, &'a str)| (*name, before(*name), *after);
    Some(to.iter().map(pair).collect())
}
