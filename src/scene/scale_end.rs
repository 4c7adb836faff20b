//! The numbers at which scales of colours end.

/// A round number at the end of a scale.
pub(super) fn end(top: f64) -> String {
    match (1e-3..1e4).contains(&top) {
        true => top.to_string(),
        false => format!("{top:e}").replace('-', "−"),
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
        assert_eq!([0.02, 5.0, 1e5].map(end), ["0.02", "5", "1e5"]);
    }
}
