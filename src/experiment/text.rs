//! The experiment file: RON in, RON out.
//!
//! What is read is checked ([`Experiment::validate`]); what is written is complete, every default
//! included but for those of later fields, one line per field of the experiment, and reads back as the same value.

use ron::ser::PrettyConfig;
use serde::Deserialize;

use super::advice::{Mended, Spot, mended};
use super::error::clipped;
use super::fault::{Fault, Reason};
use super::tokens::tokens;
use super::{Experiment, ExperimentError, VERSION, pieces, reader};

/// The one field that is read before all others: the fields of another version mean nothing here.
#[derive(Deserialize)]
struct Header {
    version: u64,
}

impl Experiment {
    /// Reads and validates an experiment file.
    ///
    /// # Errors
    /// The text is not RON, has an unknown, a duplicate or a missing field (line and column are named), is of
    /// another version, or holds a value outside its range (line, column, field, value and range are named). The
    /// message ends with what to write instead.
    pub fn from_ron(text: &str) -> Result<Self, ExperimentError> {
        // Some editors begin a file with a byte order mark.
        let text = text.trim_start_matches('\u{feff}');
        if let Ok(header) = reader::read::<Header>(text)
            && header.version != u64::from(VERSION)
        {
            return Err(ExperimentError::Version {
                found: header.version,
            });
        }
        read(text).map_err(|refused| refused.error(text))
    }

    /// The whole experiment as a file, one line per field.
    ///
    /// RON refuses to write only what nests deeper than 128, which this type cannot; its refusal would
    /// stand in the text as a comment.
    pub fn to_ron(&self) -> String {
        let layout = PrettyConfig::new().new_line("\n").depth_limit(1);
        match ron::ser::to_string_pretty(self, layout) {
            Ok(text) => text + "\n",
            Err(error) => format!("// {error}\n"),
        }
    }
}

/// Why a file was refused, and where.
struct Refused {
    spot: Spot,
    reason: Reason,
    /// What [`Experiment::validate`] says, if the text is an experiment.
    range: Option<ExperimentError>,
}

fn read(text: &str) -> Result<Experiment, Box<Refused>> {
    let experiment: Experiment = reader::read(text).map_err(|fault: Fault| Refused {
        spot: Spot::of(text, "", &fault),
        reason: *fault.reason,
        range: None,
    })?;
    let Err(error) = experiment.validate() else {
        return Ok(experiment);
    };
    let (spot, reason) = misplaced_change(&experiment, text).unwrap_or_else(|| {
        let path = error.settable();
        let value = pieces::innermost(pieces::whole(text).unwrap_or(text), &path);
        let value = pieces::range_of(text, value);
        let at = value.clone();
        (Spot { path, value, at }, Reason::Other(String::new()))
    });
    let range = Some(error);
    Err(Box::new(Refused {
        spot,
        reason,
        range,
    }))
}

/// Where the change of a lane stands that does not fit, if that is why the experiment is refused.
fn misplaced_change(experiment: &Experiment, text: &str) -> Option<(Spot, Reason)> {
    let fault = experiment.check_lanes().err()?;
    let (list, path) = fault.places()?;
    let whole = pieces::whole(text).ok()?;
    let [value, at] = [&list, &path].map(|path| pieces::value_at(whole, path));
    let spot = Spot {
        value: pieces::range_of(text, value?),
        at: pieces::range_of(text, at?),
        path,
    };
    let instead = fault.instead().map(ToString::to_string);
    Some((spot, Reason::Change(instead)))
}

impl Refused {
    /// The message: place, field, value, what is expected, what to write.
    fn error(&self, text: &str) -> ExperimentError {
        let before = &text[..self.spot.at.start];
        let line = before.rsplit('\n').next().unwrap_or_default();
        ExperimentError::Text {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            message: self.what(text),
        }
        .advised(self.advice(text))
    }

    fn what(&self, text: &str) -> String {
        let Self {
            spot,
            reason,
            range,
        } = self;
        if let Some(error) = range {
            return error.to_string();
        }
        let names_its_field = matches!(reason, Reason::UnknownField { .. } | Reason::Duplicate(_));
        if names_its_field || spot.path.is_empty() {
            return reason.to_string();
        }
        let value = one_line(&text[spot.value.clone()]);
        format!("{} = {}: {reason}", spot.path, clipped(&value))
    }

    /// What to write instead, if something is known that works.
    fn advice(&self, text: &str) -> Option<String> {
        let Self { spot, reason, .. } = self;
        let is_syntax = matches!(reason, Reason::Syntax(_));
        if spot.path.is_empty() && (is_syntax || matches!(reason, Reason::Mismatch { .. })) {
            return Some(format!("a whole file is `{}`", shortest()));
        }
        let mended = mended(text, spot, reason, None, |mended| self.is_mended_by(mended))?;
        let old = &mended.old;
        let new = match reason {
            _ if mended.new.is_empty() => {
                return Some(format!("take `{}` out", one_line(&text[old.clone()])));
            }
            Reason::Missing(_) if spot.path.is_empty() => {
                return Some(format!(
                    "add `{}`",
                    mended.new.trim_start_matches([',', ' '])
                ));
            }
            Reason::Syntax(_) if old.is_empty() && old.start > spot.value.end => {
                return Some(format!("add `{}` at the end", mended.new));
            }
            Reason::UnknownField { .. } => mended.part(&spot.at).to_owned(),
            Reason::Syntax(_) if old.is_empty() => {
                let value = &mended.text[spot.value.start..mended.replaced().end];
                format!("{}: {value}", spot.name())
            }
            _ => format!("{}: {}", spot.name(), mended.part(&spot.value)),
        };
        Some(format!("write `{}`", one_line(&new)))
    }

    /// Whether the fault is gone; others may follow.
    fn is_mended_by(&self, mended: &Mended) -> bool {
        let Err(next) = read(&mended.text) else {
            return true;
        };
        match (&self.reason, &next.reason) {
            _ if next.stage() != self.stage() => {
                next.stage() > self.stage() && !mended.replaced().contains(&next.spot.at.start)
            }
            (Reason::Missing(field), Reason::Missing(other)) => field != other,
            _ if self.range.is_some() => next.spot.path != self.spot.path,
            _ => next.position() > mended.moved(self.position()),
        }
    }

    /// Faults are found in this order: of the RON, of the fields, of the ranges.
    fn stage(&self) -> usize {
        match (&self.reason, &self.range) {
            (Reason::Syntax(_), _) => 0,
            (_, None) => 1,
            (_, Some(_)) => 2,
        }
    }

    /// How far the text was read when the fault was found.
    fn position(&self) -> usize {
        match self.reason {
            Reason::Missing(_) => self.spot.at.end,
            _ => self.spot.at.start,
        }
    }
}

/// The shortest file.
fn shortest() -> String {
    format!("(version: {VERSION}, target: (shape: Moons))")
}

/// The lines as one, without indents and comments: a message stands in a line.
fn one_line(text: &str) -> String {
    let without_comment = |line: &str| {
        let end = tokens(line).last().map_or(0, |last| last.range.end);
        line[..end].trim().to_owned()
    };
    match text.contains('\n') {
        true => text
            .lines()
            .map(without_comment)
            .collect::<Vec<_>>()
            .join(" "),
        false => text.to_owned(),
    }
}
