//! Where the scales of colours end.
//!
//! A scale does not move with the play head, and lanes side by side have the same one. That of a map ends where 95 % of the
//! probability fits in, over all times and all lanes, at the next of 1, 2, 5 times a power of ten; that of a number of
//! trajectories where [`Ramp`](super::Ramp) says, for the largest unit of all lanes.

use crate::products::FieldTops;
use crate::snapshot::Frame;

/// Where the scales of colours end, above 0; the same for all lanes that are shown side by side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scales {
    pub(super) density: f64,
    pub(super) error: f64,
    pub(super) divergence: f64,
    pub(super) continuity: f64,
    pub(super) ppd: f64,
    /// The largest distance between source and target that trajectories are measured in.
    pub(super) unit: f64,
}

impl Scales {
    /// Those of frames side by side.
    pub fn of<'a>(frames: impl IntoIterator<Item = &'a Frame>) -> Self {
        let mut density: f64 = 0.0;
        let mut tops = FieldTops::default();
        let mut unit: f64 = 0.0;
        for frame in frames {
            let measures = frame.products.measures.get();
            unit = unit.max(measures.map_or(0.0, |measures| measures.unit));
            density = density.max(frame.products.exact_maps.get().map_or(0.0, |maps| maps.top));
            if let Some(maps) = frame.products.field_maps.get() {
                tops.error = tops.error.max(maps.tops.error);
                tops.divergence = tops.divergence.max(maps.tops.divergence);
                tops.continuity = tops.continuity.max(maps.tops.continuity);
                tops.ppd = tops.ppd.max(maps.tops.ppd);
            }
        }
        Self {
            density: round(density),
            error: round(tops.error),
            divergence: round(tops.divergence),
            continuity: round(tops.continuity),
            ppd: round(tops.ppd),
            unit: if unit > 0.0 { unit } else { 1.0 },
        }
    }
}

/// The next of 1, 2, 5 times a power of ten, or 1 of what is no scale.
pub(super) fn round(top: f64) -> f64 {
    if !top.is_normal() || top < 0.0 {
        return 1.0;
    }
    let exponent = top.log10().floor() as i32;
    let decade = |exponent: i32| match exponent {
        0.. => 10_f64.powi(exponent),
        _ => 1.0 / 10_f64.powi(-exponent),
    };
    let tops = [1.0, 2.0, 5.0].map(|digit| digit * decade(exponent));
    let found = tops.into_iter().find(|&next| next >= top * (1.0 - 1e-9));
    found.unwrap_or(decade(exponent + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        let cases = [
            (6.1, 10.0),
            (2.0, 2.0),
            (0.012, 0.02),
            (4.9, 5.0),
            (625.0, 1000.0),
        ];
        for (top, expected) in cases {
            assert!(
                (round(top) / expected - 1.0).abs() < 1e-12,
                "{top}: {}",
                round(top)
            );
        }
        assert_eq!([0.0, f64::NAN, f64::INFINITY, -1.0].map(round), [1.0; 4]);
    }
}
