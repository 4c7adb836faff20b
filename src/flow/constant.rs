//! The constants of a choice, such as a path's `sigma_min`: all that is said of each of them, as data.
//!
//! Files, checks, controls and tables read it here. What a constant does in a computation is not known here.

use std::ops::RangeInclusive;

use thiserror::Error;

/// A number that belongs to one member of a vocabulary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constant {
    /// Its name in files and messages: `beta_max`.
    pub name: &'static str,
    /// Its name beside a control: `β_max`.
    pub symbol: &'static str,
    /// What it is when its member is chosen, and where a file may leave it out.
    pub default: f64,
    /// What it may be.
    pub range: Range,
    /// How it is offered.
    pub control: Control,
    /// What it does, in a sentence.
    pub hint: &'static str,
}

/// The values that a constant may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    least: f64,
    /// Infinite where it is the value of the limiting constant and that is not known.
    most: f64,
    open: Open,
    /// The constant of the same member whose value is the upper end.
    limit: Option<&'static str>,
}

/// The end that does not belong to a range itself.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Open {
    None,
    Upper,
    Lower,
}

/// How a constant is offered in the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Control {
    /// A slider over the part of the range between two numbers.
    Slider(f64, f64),
    /// A number that changes by `step` for each point that it is dragged, with so many decimals.
    Drag {
        /// Change per point.
        step: f64,
        /// Most decimals; a whole number has none.
        decimals: usize,
    },
    /// A number in scientific notation, dragged in proportion to its size.
    Magnitude,
    /// Not at all: it is set in files.
    File,
}

/// The value of a constant, where it is kept.
#[derive(Debug)]
pub enum Number<'a> {
    /// A real number.
    Real(&'a mut f64),
    /// A number of things.
    Count(&'a mut usize),
    /// A number of training steps.
    Steps(&'a mut u64),
}

/// A constant outside its range.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{name} is {value}: expected {expected}")]
pub struct OutOfRange {
    /// The constant's name in files.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// The range, in words.
    pub expected: String,
}

impl Control {
    /// How the decay of an average is offered.
    pub const DECAY: Self = Self::Drag {
        step: 0.0005,
        decimals: 6,
    };
}

impl Range {
    /// Between the two numbers, or one of them.
    pub const fn closed(least: f64, most: f64) -> Self {
        Self {
            least,
            most,
            open: Open::None,
            limit: None,
        }
    }

    /// The first number and more, below the second.
    pub const fn below(least: f64, most: f64) -> Self {
        let open = Open::Upper;
        Self {
            open,
            ..Self::closed(least, most)
        }
    }

    /// Above the first number, up to the second.
    pub const fn above(least: f64, most: f64) -> Self {
        let open = Open::Lower;
        Self {
            open,
            ..Self::closed(least, most)
        }
    }

    /// The number and more, up to the constant of that name.
    pub const fn to_constant(least: f64, name: &'static str) -> Self {
        let limit = Some(name);
        Self {
            limit,
            ..Self::closed(least, f64::INFINITY)
        }
    }

    /// The number and more, below the constant of that name.
    pub const fn below_constant(least: f64, name: &'static str) -> Self {
        let limit = Some(name);
        Self {
            limit,
            ..Self::below(least, f64::INFINITY)
        }
    }

    /// The constant whose value is the upper end.
    pub fn limit(&self) -> Option<&'static str> {
        self.limit
    }

    /// The same range, with the value of the constant that is its upper end.
    pub(super) fn limited(self, most: f64) -> Self {
        Self { most, ..self }
    }

    /// Whether the value lies in it; not-a-number lies in no range.
    pub fn contains(&self, value: f64) -> bool {
        match self.open {
            Open::None => (self.least..=self.most).contains(&value),
            Open::Upper => (self.least..self.most).contains(&value),
            Open::Lower => self.least < value && value <= self.most,
        }
    }

    /// The part of it between two numbers, with its ends.
    pub fn part(&self, from: f64, to: f64) -> RangeInclusive<f64> {
        let from = from.max(self.least);
        from..=to.min(self.most).max(from)
    }

    /// The range in words, its ends as `number` writes them.
    pub fn words(&self, number: impl Fn(f64) -> String) -> String {
        let least = number(self.least);
        let most = match self.limit {
            None => number(self.most),
            Some(name) if self.most == f64::INFINITY => name.to_owned(),
            Some(name) => format!("{} ({name})", number(self.most)),
        };
        match self.open {
            Open::None => format!("{least} to {most}"),
            Open::Upper => format!("{least} or more, below {most}"),
            Open::Lower => format!("above {least}, at most {most}"),
        }
    }
}

impl Number<'_> {
    /// The value, exact up to 2^53.
    pub fn get(&self) -> f64 {
        match self {
            Self::Real(x) => **x,
            Self::Count(n) => **n as f64,
            Self::Steps(n) => **n as f64,
        }
    }

    /// Replaces the value; a whole one by the nearest.
    pub fn set(&mut self, value: f64) {
        match self {
            Self::Real(x) => **x = value,
            Self::Count(n) => **n = value.round() as usize,
            Self::Steps(n) => **n = value.round() as u64,
        }
    }

    /// The value as a file writes it.
    pub fn words(&self) -> String {
        match self {
            Self::Real(x) => format!("{x:?}"),
            Self::Count(n) => n.to_string(),
            Self::Steps(n) => n.to_string(),
        }
    }

    /// `Ok` if the value lies in the range.
    pub(super) fn check(&self, name: &'static str, range: &Range) -> Result<(), OutOfRange> {
        if range.contains(self.get()) {
            return Ok(());
        }
        let end = |x: f64| match self {
            Self::Real(_) => format!("{x:?}"),
            Self::Count(_) | Self::Steps(_) => x.to_string(),
        };
        Err(OutOfRange {
            name,
            value: self.words(),
            expected: range.words(end),
        })
    }
}

impl<'a> From<&'a mut f64> for Number<'a> {
    fn from(value: &'a mut f64) -> Self {
        Self::Real(value)
    }
}

impl<'a> From<&'a mut usize> for Number<'a> {
    fn from(value: &'a mut usize) -> Self {
        Self::Count(value)
    }
}

impl<'a> From<&'a mut u64> for Number<'a> {
    fn from(value: &'a mut u64) -> Self {
        Self::Steps(value)
    }
}
