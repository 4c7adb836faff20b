//! From values to the page along one axis, and the ticks of it.

use crate::scene::axes::{Tick, ticks};

/// Share of a box that stays free around what is in it.
const PADDING: f64 = 0.08;
/// Positive values that differ by this factor are spaced by their ratios, where that may be.
const FACTOR: f64 = 16.0;

/// How values are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// By their differences.
    Linear,
    /// By their ratios; what is not above zero cannot be shown.
    Logarithmic,
    /// By their ratios if they are positive and differ by a factor of 16.
    Fitting,
}

/// From values to the page, along one axis.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    pub min: f64,
    pub max: f64,
    /// Then the ends are logarithms of base ten.
    pub logarithmic: bool,
}

/// Ticks with numbers, and the values of those without.
pub(super) struct AxisTicks {
    pub numbered: Vec<Tick>,
    pub minor: Vec<f64>,
}

impl AxisTicks {
    /// Ticks at every one of the values.
    pub fn at(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let numbered = values.into_iter().map(plain).collect();
        let minor = Vec::new();
        Self { numbered, minor }
    }
}

/// The number as it is.
fn plain(value: f64) -> Tick {
    Tick {
        value,
        label: value.to_string().replace('-', "−"),
    }
}

/// A power of ten.
fn decade(power: i32) -> Tick {
    let value = 10_f64.powi(power);
    match power {
        -3..=4 => plain(value),
        _ => {
            let digits = power.to_string();
            let raised = digits.chars().map(|digit| match digit {
                '-' => '⁻',
                '1' => '¹',
                '2' => '²',
                '3' => '³',
                other => {
                    let step = other.to_digit(10).unwrap_or(0);
                    char::from_u32('⁰' as u32 + step).unwrap_or(other)
                }
            });
            Tick {
                value,
                label: format!("10{}", raised.collect::<String>()),
            }
        }
    }
}

impl Axis {
    /// The axis on which all values lie that can be shown, with some room.
    pub fn around(values: impl Iterator<Item = f64>, scale: Scale) -> Self {
        let positive = scale == Scale::Logarithmic;
        let shown = values.filter(|x| x.is_finite() && (!positive || *x > 0.0));
        let (min, max) = shown.fold((f64::MAX, f64::MIN), |(min, max), x| {
            (min.min(x), max.max(x))
        });
        let is_wide = min > 0.0 && max >= FACTOR * min;
        let logarithmic = positive || (scale == Scale::Fitting && is_wide);
        if min > max {
            let (min, max) = if logarithmic {
                (-1.0, 1.0)
            } else {
                (-1.0, 2.0)
            };
            return Self {
                min,
                max,
                logarithmic,
            };
        }
        let (min, max) = match logarithmic {
            true => (min.log10(), max.log10()),
            false => (min, max),
        };
        let span = max - min;
        let room = match span {
            span if span > 1e-9 * max.abs().max(min.abs()) => PADDING * span,
            _ if logarithmic => 0.5,
            _ => 0.1 * max.abs().max(1e-3),
        };
        Self {
            min: min - room,
            max: max + room,
            logarithmic,
        }
    }

    /// The same with these ends, if there are any that it can have.
    pub fn limited(self, limits: Option<(f64, f64)>) -> Self {
        let ends = limits.map(|(min, max)| match self.logarithmic {
            true => (min.log10(), max.log10()),
            false => (min, max),
        });
        let ends = ends.filter(|(min, max)| min.is_finite() && max.is_finite() && min < max);
        ends.map_or(self, |(min, max)| Self { min, max, ..self })
    }

    /// Where the value lies, 0 to 1 within the box.
    pub fn share(&self, x: f64) -> f32 {
        let x = if self.logarithmic { x.log10() } else { x };
        ((x - self.min) / (self.max - self.min)) as f32
    }

    /// The value at the lower end.
    pub fn low(&self) -> f64 {
        self.value(self.min)
    }

    /// The value at the upper end.
    pub fn high(&self) -> f64 {
        self.value(self.max)
    }

    fn value(&self, x: f64) -> f64 {
        if self.logarithmic { 10_f64.powf(x) } else { x }
    }

    /// Ticks whose numbers are at least this share of the axis apart.
    pub fn ticks(&self, spacing: f64) -> AxisTicks {
        let span = self.max - self.min;
        let linear = || AxisTicks {
            numbered: ticks(self.low(), self.value(self.max), spacing * span),
            minor: Vec::new(),
        };
        if !self.logarithmic {
            return linear();
        }
        let (first, last) = (self.min.ceil() as i32, self.max.floor() as i32);
        let inside = |value: &f64| (0.0..=1.0).contains(&self.share(*value));
        let between = |digits: &[i32]| -> Vec<f64> {
            let all = (first - 1..=last).flat_map(|power| {
                let unit = 10_f64.powi(power);
                digits.iter().map(move |digit| f64::from(*digit) * unit)
            });
            all.filter(inside).collect()
        };
        if last <= first {
            // Less than two decades: 1, 2 and 5 in each, or round numbers where that is less than two.
            let numbered = between(&[1, 2, 5]);
            if numbered.len() < 2 || spacing > 0.3 {
                let (low, high) = (self.low(), self.value(self.max));
                let numbered = ticks(low, high, 2.0 * spacing * (high - low));
                let minor = between(&[1, 2, 3, 4, 5, 6, 7, 8, 9]);
                return AxisTicks { numbered, minor };
            }
            return AxisTicks {
                numbered: numbered.into_iter().map(rounded).collect(),
                minor: between(&[3, 4, 6, 7, 8, 9]),
            };
        }
        let every = ((spacing * span).ceil() as i32).max(1);
        let powers = (first..=last).filter(|power| power.rem_euclid(every) == 0);
        let minor = match every {
            1 => between(&[2, 3, 4, 5, 6, 7, 8, 9]),
            _ => between(&[1]),
        };
        AxisTicks {
            numbered: powers.map(decade).collect(),
            minor,
        }
    }
}

/// One digit times a power of ten, without the error of the product.
fn rounded(value: f64) -> Tick {
    plain(format!("{value:.0e}").parse().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(min: f64, max: f64, spacing: f64) -> Vec<String> {
        let axis = Axis {
            min: min.log10(),
            max: max.log10(),
            logarithmic: true,
        };
        let ticks = axis.ticks(spacing).numbered.into_iter();
        ticks.map(|tick| tick.label).collect()
    }

    #[test]
    fn decades_have_numbers_and_nine_ticks() {
        assert_eq!(labels(0.9, 1100.0, 0.1), ["1", "10", "100", "1000"]);
        assert_eq!(
            labels(1e-9, 2.0, 0.25),
            ["10⁻⁹", "10⁻⁶", "0.001", "1"],
            "every third"
        );
        let axis = Axis {
            min: 0.0,
            max: 2.0,
            logarithmic: true,
        };
        assert_eq!(axis.ticks(0.1).minor.len(), 16);
    }

    #[test]
    fn less_than_two_decades_have_round_numbers() {
        assert_eq!(labels(9.0, 60.0, 0.1), ["10", "20", "50"]);
        assert_eq!(labels(14.2, 28.0, 0.1), ["15", "20", "25"]);
    }
}
