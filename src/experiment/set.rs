//! Changing one field by its dotted path: what `--set KEY=VALUE` does.
//!
//! The experiment is read anew from its own text, with the value in the place of the field's, so a key is exactly a
//! name that stands in the file and a value whatever may stand there: no second list of names to keep in step.

use super::advice::{Mended, Spot, mended, with_decimal_points};
use super::change::fields_at_all;
use super::error::clipped;
use super::fault::{Fault, Reason, joined};
use super::file::LEFT_OUT;
use super::lane::{Override, in_one_line};
use super::pieces::{fields_of, range_of, value_at, word};
use super::spelling::likeness;
use super::{Experiment, ExperimentError, examples, reader};

/// A change that is refused.
pub(super) struct Refusal {
    /// Why.
    pub error: ExperimentError,
    /// A change that works.
    pub instead: Option<Override>,
}

impl Refusal {
    pub fn new(error: ExperimentError, instead: Option<Override>) -> Box<Self> {
        Box::new(Self { error, instead })
    }
}

impl From<Box<Refusal>> for ExperimentError {
    fn from(refusal: Box<Refusal>) -> Self {
        let Refusal { error, instead } = *refusal;
        error.advised(instead.map(|change| change.advice()))
    }
}

impl Experiment {
    /// Replaces the field at the dotted path `key` by the RON value `value`; a text needs no quotes.
    ///
    /// The path may lead into the fields of a chosen variant (`path.beta_max`, `target.shape.noise`). Ranges
    /// and legality are left to the caller, so that several changes may pass through a state that is neither.
    ///
    /// # Errors
    /// The key does not exist (those that do are listed), or the value does not fit it. The message ends with a
    /// `--set` that works.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), ExperimentError> {
        *self = self.changed(key, value)?;
        Ok(())
    }

    /// The experiment after [`Self::set`].
    pub(super) fn changed(&self, key: &str, value: &str) -> Result<Self, Box<Refusal>> {
        let text = self.to_ron();
        let is_name = |name: &str| !name.is_empty() && !name.contains('[');
        let parent = key.rsplit_once('.').map_or("", |(parent, _)| parent);
        let around = value_at(text.trim(), parent).and_then(fields_of);
        if !key.split('.').all(is_name) || around.is_none() {
            return Err(self.unknown_key(text.trim(), key, value, &[]));
        }
        let written = value_at(text.trim(), key).is_some();
        let value = value.trim();
        let changed = reader::read_changed(&text, key, value);
        changed.map_err(|fault| match *fault.reason {
            Reason::UnknownField { expected, .. } if !written => {
                self.unknown_key(text.trim(), key, value, expected)
            }
            _ => self.misfit(&text, key, value, &fault),
        })
    }

    /// Like [`Self::validate`], for what `--set` has changed.
    ///
    /// # Errors
    /// As there; the message ends with a `--set` that works.
    pub fn validate_changes(&self) -> Result<(), ExperimentError> {
        let Err(error) = self.validate() else {
            return Ok(());
        };
        if let Some(lanes) = self.mended_lanes() {
            return Err(error.advised(Some(lanes.advice())));
        }
        let key = error.settable();
        // The line also works in the place of the change that it mends: a variant's field comes with its variant.
        let instead = self.in_range(&key).and_then(|mended| {
            let text = mended.to_ron();
            let parent = key.rsplit_once('.').map_or("", |(parent, _)| parent);
            let is_variant =
                value_at(text.trim(), parent).is_some_and(|value| !word(value).0.is_empty());
            let choice = is_variant.then(|| present_change(&text, parent)).flatten();
            choice.or_else(|| present_change(&text, &key))
        });
        Err(Refusal::new(error, instead).into())
    }

    /// The experiment with an example's value in the field `key`, whose own is out of its range.
    pub(super) fn in_range(&self, key: &str) -> Option<Self> {
        examples::values(key).into_iter().find_map(|value| {
            let mended = self.changed(key, value).ok()?;
            let next = mended.validate().err().map(|next| next.settable());
            (next.as_deref() != Some(key)).then_some(mended)
        })
    }

    /// What to do to come from this experiment to another one, from which it differs in one field.
    pub fn change_to(&self, other: &Self) -> Option<String> {
        let [from, to] = [self, other].map(Self::to_ron);
        let from = fields_at_all(from.trim());
        let mut to = fields_at_all(to.trim()).into_iter();
        let (key, value) = to.find(|field| !from.contains(field))?;
        Some(Override::new(key, value).advice())
    }

    /// The refusal of a value, with one that fits.
    fn misfit(&self, text: &str, key: &str, value: &str, fault: &Fault) -> Box<Refusal> {
        let spot = Spot::of(value, key, fault);
        let inside = spot.path.strip_prefix(key).unwrap_or_default();
        let inside = match inside.trim_start_matches('.') {
            "" => String::new(),
            inside => format!("{inside}: "),
        };
        let present = value_at(text.trim(), key).filter(|_| spot.value == (0..value.len()));
        let works = |mended: &Mended| self.takes(key, &in_one_line(&mended.text));
        let mended = mended(value, &spot, &fault.reason, present, works);
        let instead = mended.map(|mended| Override::new(key, &mended.text));
        let error = ExperimentError::Value {
            key: key.to_owned(),
            value: clipped(value),
            message: format!("{inside}{}", fault.reason),
        };
        let instead = instead.or_else(|| present_change(text, key));
        Refusal::new(error, instead.or_else(|| self.example(key)))
    }

    /// A change that works, with an example's value: for a field that does not stand in the file.
    fn example(&self, key: &str) -> Option<Override> {
        let values = examples::values(key).into_iter();
        let mut values = values.map(in_one_line);
        let works = |value: &String| self.takes(key, value);
        let found = values.find(works);
        found.map(|value| Override::new(key, &value))
    }

    /// Whether the change works, ranges included.
    fn takes(&self, key: &str, value: &str) -> bool {
        let text = self.to_ron();
        let changed = reader::read_changed::<Self>(&text, key, value);
        changed.is_ok_and(|changed| changed.validate().is_ok() || self.validate().is_err())
    }

    /// The refusal of a key: the field that may be meant, or those that there are. `beside` are the fields in its
    /// place, whether they stand in the text or not.
    fn unknown_key(&self, text: &str, key: &str, value: &str, beside: &[&str]) -> Box<Refusal> {
        let ends = key.match_indices('.').map(|(end, _)| &key[..end]);
        let exists = |parent: &&str| {
            !parent.is_empty() && value_at(text, parent).and_then(fields_of).is_some()
        };
        let parent = ends.take_while(exists).last().unwrap_or_default();
        let value = &in_one_line(value);
        let of_a_variant = !examples::values(key).is_empty();
        let beside = beside.iter().map(|name| joined(parent, name));
        let meant = self
            .meant(text, key, value, beside.collect())
            .filter(|_| !of_a_variant);
        let (hint, instead) = match meant {
            Some((keys, change)) => (format!("did you mean {}?", keys.join(" or ")), Some(change)),
            None => (
                no_such_field(text, parent, key),
                self.chosen_with(text, key, value),
            ),
        };
        let fields = value_at(text, parent)
            .and_then(fields_of)
            .unwrap_or_default();
        let field = fields
            .iter()
            .map(|(name, _)| joined(parent, name))
            .find(|key| key != "version");
        let instead = instead.or_else(|| present_change(text, &field?));
        let key = clipped(key);
        let error = ExperimentError::UnknownKey { key, hint };
        Refusal::new(error, instead)
    }

    /// The keys that may be meant, and a change of one of them that works.
    fn meant(
        &self,
        text: &str,
        key: &str,
        value: &str,
        beside: Vec<String>,
    ) -> Option<(Vec<String>, Override)> {
        let mut known = keys(text, "");
        let unwritten = beside.into_iter().filter(|key| !known.contains(key));
        known.extend(unwritten.collect::<Vec<_>>());
        let near = nearest_keys(key, known);
        let values = [value.trim(), &with_decimal_points(value.trim())];
        let changes = near.iter().flat_map(|key| values.map(|value| (key, value)));
        let works = changes
            .into_iter()
            .find(|(key, value)| self.takes(key, value));
        let change = works.map(|(key, value)| Override::new(key, value));
        let change = change.or_else(|| near.iter().find_map(|key| present_change(text, key)))?;
        Some((near.iter().map(|key| format!("`{key}`")).collect(), change))
    }

    /// If the key is that of a variant which is not chosen, the change that chooses it with this value.
    fn chosen_with(&self, text: &str, key: &str, value: &str) -> Option<Override> {
        let all = examples::FILES.iter().flat_map(|example| keys(example, ""));
        let near = nearest_keys(key, all.collect()).into_iter().next()?;
        examples::FILES.iter().find_map(|example| {
            let mut outer = near.rmatch_indices('.').map(|(end, _)| &near[..end]);
            let choice = outer.find(|outer| value_at(text, outer).is_some())?;
            let field = value_at(example, &near)?;
            let chosen = value_at(example, choice)?;
            let with = |value: &str| Mended::new(chosen, range_of(chosen, field), value.to_owned());
            let chosen = [value.trim(), field].into_iter().filter_map(with);
            let works = chosen
                .into_iter()
                .find(|chosen| self.takes(choice, &chosen.text))?;
            Some(Override::new(choice, &works.text))
        })
    }
}

/// Which fields there are where the key leaves the text: in `parent`, or none at all.
fn no_such_field(text: &str, parent: &str, key: &str) -> String {
    let rest = key[parent.len()..].trim_start_matches('.');
    let next = joined(parent, rest.split('.').next().unwrap_or_default());
    match value_at(text, &next) {
        Some(leaf) if !rest.is_empty() && fields_of(leaf).is_none() => {
            format!(
                "`{}` is {}, which has no fields",
                clipped(&next),
                clipped(leaf)
            )
        }
        _ => {
            let fields = value_at(text, parent)
                .and_then(fields_of)
                .unwrap_or_default();
            let names: Vec<&str> = fields.into_iter().map(|(name, _)| name).collect();
            let of = if parent.is_empty() {
                String::new()
            } else {
                format!(" of `{parent}`")
            };
            format!("the fields{of} are {}", names.join(", "))
        }
    }
}

/// The change that changes nothing; none for what would fill the screen.
pub(super) fn present_change(text: &str, key: &str) -> Option<Override> {
    const MAX_CHARS: usize = 300;
    let left_out = LEFT_OUT.iter().find(|(name, _)| *name == key);
    let value = value_at(text.trim(), key).or(left_out.map(|(_, usual)| *usual))?;
    (value.len() <= MAX_CHARS).then(|| Override::new(key, value))
}

/// Every dotted path in the text of a struct, outer ones first.
fn keys(text: &str, parent: &str) -> Vec<String> {
    let fields = fields_of(text).unwrap_or_default();
    let inner = |(name, value): &(&str, &str)| {
        let key = joined(parent, name);
        let below = keys(value, &key);
        std::iter::once(key).chain(below)
    };
    fields.iter().flat_map(inner).collect()
}

/// The keys most like the one that was given; without a dot it may also be the last name of one.
fn nearest_keys(given: &str, keys: Vec<String>) -> Vec<String> {
    let distance = |key: &String| {
        let last = key.rsplit('.').next().filter(|_| !given.contains('.'));
        let last = last
            .and_then(|last| likeness(given, last))
            .map(|distance| 2 * distance + 1);
        likeness(given, key)
            .map(|distance| 2 * distance)
            .into_iter()
            .chain(last)
            .min()
    };
    let ranked: Vec<(usize, String)> = keys
        .into_iter()
        .filter_map(|key| Some((distance(&key)?, key)))
        .collect();
    let least = ranked.iter().map(|(distance, _)| *distance).min();
    ranked
        .into_iter()
        .filter(|(distance, _)| Some(*distance) == least)
        .map(|(_, key)| key)
        .collect()
}
