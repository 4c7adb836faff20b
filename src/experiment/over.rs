//! Lanes by the list: `--over KEY=V1,V2` gives a lane for every value, several of them one for every combination.

use std::fmt;
use std::str::FromStr;

use super::error::clipped;
use super::lane::{Lane, Override, in_one_line};
use super::lanes::hint;
use super::pieces::value_at;
use super::set::Refusal;
use super::{Experiment, ExperimentError};

/// The most lanes that lists may make together.
pub const MAX_VARIANTS: usize = 1000;

/// Longest title, in bytes: that of a lane in a file.
const MAX_TITLE: usize = 200;

/// A field and the values that it takes, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Over {
    /// Dotted path of the field.
    pub key: String,
    /// As they would stand in a file; a text may go without quotes. One at least, and none is empty.
    pub values: Vec<String>,
}

/// Why a text is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoOver {
    /// It has no key, or a value is missing.
    #[error("expected KEY=V1,V2,.. without an empty value")]
    Form,
    /// A bracket or a quotation mark is not closed.
    #[error("a bracket or a quotation mark is not closed")]
    Open,
}

/// One of the lanes that lists make.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// What it is called: its lane in the file, if that has some, and its value of every list in words.
    pub title: String,
    /// The parts of the title: what its lane in the file is called, if that has some, and its value of each list.
    pub words: Vec<String>,
    /// What it changes of the base.
    pub lane: Lane,
    /// What it trains, without lanes of its own.
    pub experiment: Experiment,
    /// The number of its lane in the file, then which value of each list it has, from 0.
    pub place: Vec<usize>,
}

/// A combination that does not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{lane}: {message}")]
pub struct Misfit {
    /// The lane, by its values.
    pub lane: String,
    /// Why, with what works.
    pub message: String,
}

/// A refusal with what to change: a value of a list, if one is at fault.
struct Fault {
    lane: String,
    message: String,
    mended: Option<Vec<Over>>,
}

impl Over {
    /// The numbers that the values are, if all of them are.
    pub fn numbers(&self) -> Option<Vec<f64>> {
        let number = |value: &String| value.trim().replace('_', "").parse().ok();
        let numbers = self.values.iter().map(number);
        let numbers = numbers.collect::<Option<Vec<f64>>>()?;
        numbers.iter().all(|x| x.is_finite()).then_some(numbers)
    }

    fn change(&self, i: usize) -> Override {
        Override::new(&self.key, self.values.get(i).map_or("", |value| value))
    }
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<String> = self.values.iter().map(|value| in_one_line(value)).collect();
        write!(f, "{}={}", self.key, values.join(","))
    }
}

impl FromStr for Over {
    type Err = NoOver;

    fn from_str(text: &str) -> Result<Self, NoOver> {
        let (key, values) = text.split_once('=').ok_or(NoOver::Form)?;
        let values = split(values)?;
        let empty = values.iter().any(String::is_empty);
        if key.trim().is_empty() || empty {
            return Err(NoOver::Form);
        }
        let key = key.trim().to_owned();
        Ok(Self { key, values })
    }
}

/// The parts between the commas that are in no bracket and in no quotation marks.
fn split(text: &str) -> Result<Vec<String>, NoOver> {
    let (mut parts, mut depth, mut quoted, mut escaped) =
        (vec![String::new()], 0_usize, false, false);
    for c in text.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth = depth.checked_sub(1).ok_or(NoOver::Open)?,
            ',' if !quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    match depth == 0 && !quoted {
        true => Ok(parts.iter().map(|part| part.trim().to_owned()).collect()),
        false => Err(NoOver::Open),
    }
}

impl Experiment {
    /// The lanes of the experiment times the values of all lists, the last list running fastest; every one is in its
    /// ranges and legal.
    ///
    /// # Errors
    /// The first combination that does not work, with lists that do; or there are more than [`MAX_VARIANTS`].
    pub fn variants(&self, lists: &[Over]) -> Result<Vec<Variant>, Misfit> {
        let sizes = lists.iter().map(|list| list.values.len());
        let n = sizes.fold(self.n_lanes(), usize::saturating_mul);
        if n > MAX_VARIANTS {
            return Err(Misfit {
                lane: "--over".to_owned(),
                message: format!("{n} lanes: expected at most {MAX_VARIANTS}; try fewer values"),
            });
        }
        self.try_variants(lists).map_err(|fault| {
            let advice = self.mended(lists, &fault);
            let joint = match fault.message.ends_with('?') {
                true => " ",
                false => "; ",
            };
            let advice = advice.map(|advice| [joint, &advice].concat());
            let message = [fault.message, advice.unwrap_or_default()].concat();
            Misfit {
                lane: fault.lane,
                message,
            }
        })
    }

    fn try_variants(&self, lists: &[Over]) -> Result<Vec<Variant>, Fault> {
        let mut places = vec![Vec::new()];
        let sizes = std::iter::once(self.n_lanes());
        for size in sizes.chain(lists.iter().map(|list| list.values.len())) {
            let longer = |place: &Vec<usize>| {
                let place = place.clone();
                (0..size).map(move |i| [&place[..], &[i]].concat())
            };
            places = places.iter().flat_map(longer).collect();
        }
        places
            .into_iter()
            .map(|place| self.variant(lists, place))
            .collect()
    }

    fn variant(&self, lists: &[Over], place: Vec<usize>) -> Result<Variant, Fault> {
        let of_file = place.first().copied().unwrap_or_default();
        let changes = lists.iter().zip(place.iter().skip(1));
        let changes: Vec<Override> = changes.map(|(list, &i)| list.change(i)).collect();
        let fault = |message: String, mended| Fault {
            lane: self.called(of_file, &changes),
            message,
            mended,
        };
        let mut experiment = self
            .lane(of_file)
            .map_err(|error| fault(error.to_string(), None))?;
        for (i, change) in changes.iter().enumerate() {
            let after = match hint(change) {
                Some(hint) => Err(Refusal::new(shared(change, hint), None)),
                None => experiment.changed(&change.key, &change.value),
            };
            experiment = after.map_err(|refusal| {
                let mended = refusal
                    .instead
                    .and_then(|instead| self.with_another(lists, i, &experiment, &instead));
                fault(refusal.error.to_string(), mended)
            })?;
        }
        if let Err(error) = experiment.check_ranges() {
            let mended = in_range(lists, &place, &experiment, &error);
            return Err(fault(error.to_string(), mended));
        }
        if let Err(illegal) = experiment.legality() {
            let advice = self.legal_with(lists, &experiment.overrides_to(&illegal.fix));
            let message = [illegal.message, advice.unwrap_or_default()].concat();
            return Err(fault(message, None));
        }
        let mut set = self
            .lanes
            .get(of_file)
            .map_or(Vec::new(), |lane| lane.set.clone());
        set.extend(changes);
        let words = self.variant_words(of_file, lists, &experiment);
        let title = self.variant_title(&words);
        Ok(Variant {
            lane: Lane {
                title: title.clone(),
                set,
            },
            title,
            words,
            experiment,
            place,
        })
    }

    /// What the lane is called before it is known to exist.
    fn called(&self, of_file: usize, changes: &[Override]) -> String {
        let of_file = (!self.lanes.is_empty()).then(|| self.lane_label(of_file));
        let changes = changes.iter().map(|change| clipped(&change.to_string()));
        let parts: Vec<String> = of_file.into_iter().chain(changes).collect();
        match parts.is_empty() {
            true => self.words.name.clone(),
            false => format!("lane \"{}\"", parts.join(", ")),
        }
    }

    fn variant_words(&self, of_file: usize, lists: &[Over], experiment: &Self) -> Vec<String> {
        let of_file = match self.lanes.is_empty() {
            true => String::new(),
            false => self.lane_label(of_file),
        };
        let text = experiment.to_ron();
        let words = lists.iter().map(|list| {
            let value = value_at(text.trim(), &list.key).unwrap_or_default();
            experiment.in_words(&list.key, value)
        });
        std::iter::once(of_file).chain(words).collect()
    }

    fn variant_title(&self, words: &[String]) -> String {
        let mut parts: Vec<&str> = Vec::new();
        for part in words.iter().filter(|part| !part.is_empty()) {
            if !parts.contains(&part.as_str()) {
                parts.push(part);
            }
        }
        let mut title = match parts.is_empty() {
            true => self.words.name.clone(),
            false => clipped(&parts.join(", ")),
        };
        title.truncate(title.floor_char_boundary(MAX_TITLE));
        title
    }

    /// The lists with what works in the place of list `i`, whose value does not fit the experiment so far.
    fn with_another(
        &self,
        lists: &[Over],
        i: usize,
        so_far: &Self,
        instead: &Override,
    ) -> Option<Vec<Over>> {
        let list = lists.get(i)?;
        let other = |value: &String| match so_far.changed(&list.key, value) {
            Ok(_) if list.key == instead.key => Some(value.clone()),
            Ok(_) => None,
            Err(refusal) => {
                let instead = refusal.instead.filter(|other| other.key == instead.key)?;
                Some(in_one_line(&instead.value))
            }
        };
        let mut values: Vec<String> = Vec::new();
        for value in list.values.iter().filter_map(other) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        let mut mended = lists.to_vec();
        *mended.get_mut(i)? = Over {
            key: instead.key.clone(),
            values,
        };
        Some(mended)
    }

    /// What to type in the place of the lists: tried, and mended again where something else is at fault.
    fn mended(&self, lists: &[Over], fault: &Fault) -> Option<String> {
        let mut mended = fault.mended.clone()?;
        let n_values: usize = lists.iter().map(|list| list.values.len()).sum();
        for _ in 0..n_values {
            if mended.iter().any(|list| list.values.is_empty()) {
                return None;
            }
            match self.try_variants(&mended) {
                Ok(_) => {
                    let changed = mended.iter().zip(lists).filter(|(a, b)| a != b);
                    let flags: Vec<String> = changed.map(|(list, _)| flag(list)).collect();
                    return Some(format!("try {}", flags.join(" ")));
                }
                Err(next) => mended = next.mended?,
            }
        }
        None
    }

    /// The change of the base with which every combination of the lists works.
    fn legal_with(&self, lists: &[Over], fix: &[Override]) -> Option<String> {
        let mut base = self.clone();
        for change in fix {
            base = base.changed(&change.key, &change.value).ok()?;
        }
        let works = base.try_variants(lists).is_ok();
        let [change] = fix else { return None };
        works.then(|| format!("; {}", change.advice()))
    }
}

/// The lists with a value in range, where the last one that reaches the field has led out of it.
fn in_range(
    lists: &[Over],
    place: &[usize],
    experiment: &Experiment,
    error: &ExperimentError,
) -> Option<Vec<Over>> {
    let key = error.settable();
    let reaches = |list: &Over| list.change(0).reaches(&key);
    let i = lists.iter().rposition(reaches)?;
    let text = experiment.in_range(&key)?.to_ron();
    let value = in_one_line(value_at(text.trim(), &lists[i].key)?);
    let mut mended = lists.to_vec();
    let values = &mut mended[i].values;
    let at = *place.get(i + 1)?;
    match values.contains(&value) {
        true => drop(values.remove(at)),
        false => *values.get_mut(at)? = value,
    }
    Some(mended)
}

fn shared(change: &Override, hint: &str) -> ExperimentError {
    ExperimentError::Value {
        key: clipped(&change.key),
        value: clipped(&change.value),
        message: hint.to_owned(),
    }
}

/// The list as it is typed in a shell.
fn flag(list: &Over) -> String {
    format!("--over '{}'", list.to_string().replace('\'', r"'\''"))
}
