//! A length on a page, with its unit: `3.25in`, `82mm`, `240pt`, `1200px`.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A length with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// Inches.
    Inches(f64),
    /// Millimetres.
    Millimetres(f64),
    /// Points, 72 an inch.
    Points(f64),
    /// Pixels of the figure's resolution.
    Pixels(f64),
}

/// What is no length.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("\"{0}\" is no length: expected a number above 0 with in, mm, pt or px, such as 3.25in")]
pub struct NoLength(String);

impl Length {
    /// The length of so many of a unit.
    fn of(unit: &str, number: f64) -> Option<Self> {
        Some(match unit {
            "in" => Self::Inches(number),
            "mm" => Self::Millimetres(number),
            "pt" => Self::Points(number),
            "px" => Self::Pixels(number),
            _ => return None,
        })
    }

    /// In points, at so many dots per inch.
    pub fn points(self, dpi: f64) -> f64 {
        match self {
            Self::Inches(x) => 72.0 * x,
            Self::Millimetres(x) => 72.0 * x / 25.4,
            Self::Points(x) => x,
            Self::Pixels(x) => 72.0 * x / dpi,
        }
    }
}

impl FromStr for Length {
    type Err = NoLength;

    fn from_str(text: &str) -> Result<Self, NoLength> {
        let trimmed = text.trim();
        let unit = trimmed.trim_start_matches(|c: char| !c.is_ascii_lowercase());
        let number = trimmed.strip_suffix(unit).unwrap_or_default().trim();
        let number: Option<f64> = number.parse().ok();
        let number = number.filter(|x| x.is_finite() && *x > 0.0);
        let parsed = number.and_then(|number| Self::of(unit, number));
        parsed.ok_or_else(|| NoLength(text.to_owned()))
    }
}

impl Display for Length {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Inches(x) => write!(f, "{x}in"),
            Self::Millimetres(x) => write!(f, "{x}mm"),
            Self::Points(x) => write!(f, "{x}pt"),
            Self::Pixels(x) => write!(f, "{x}px"),
        }
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_keep_their_unit_and_know_their_points() {
        for (text, points) in [
            ("3.25in", 234.0),
            ("25.4mm", 72.0),
            ("240pt", 240.0),
            ("600px", 144.0),
        ] {
            let length: Length = text.parse().unwrap();
            assert_eq!(length.to_string(), text);
            assert!((length.points(300.0) - points).abs() < 1e-9, "{text}");
        }
        for wrong in ["", "3", "in", "-3in", "0mm", "NaNpt", "infpx", "3 furlongs"] {
            assert!(wrong.parse::<Length>().is_err(), "{wrong}");
        }
    }
}
