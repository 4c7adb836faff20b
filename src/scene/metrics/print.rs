//! How numbers are printed: to so many digits as they have.

/// A value to the digits that its standard error leaves, and the error: `2.31`, `± 0.02`.
pub fn with_error(value: f64, error: f64) -> (String, String) {
    if !(value.is_finite() && error.is_finite() && error > 0.0) {
        return (format!("{value:.3}"), String::new());
    }
    let digits = (-error.log10().floor()).clamp(0.0, 5.0) as usize;
    (format!("{value:.digits$}"), format!("± {error:.digits$}"))
}

/// One significant digit, as a power of ten where it is small.
pub fn significant(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value.abs() < 1e-3 => format!("{value:.0e}"),
        value => format!(
            "{value:.*}",
            (-value.abs().log10().floor()).clamp(0.0, 3.0) as usize
        ),
    }
}

/// Three significant digits, without a power of ten.
pub fn three_digits(x: f64) -> String {
    let digits = match x.abs() {
        0.0 => 2.0,
        size => (2.0 - size.log10().floor()).clamp(0.0, 4.0),
    };
    format!("{x:.*}", digits as usize).replace('-', "−")
}

/// Three significant digits of what is not negative; where that takes many zeros, two and a power of ten.
pub fn number(x: f64) -> String {
    match x {
        0.0 => "0".to_owned(),
        _ if !(1e-3..1e5).contains(&x) => format!("{x:.1e}").replace('-', "−"),
        _ => format!("{x:.*}", (2.0 - x.log10().floor()).max(0.0) as usize),
    }
}

/// The number with commas between groups of three digits.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_shows_the_digits_that_its_error_leaves() {
        let pair = |v, e| {
            let (value, error) = with_error(v, e);
            format!("{value} {error}")
        };
        assert_eq!(pair(2.3149, 0.0213), "2.31 ± 0.02");
        assert_eq!(pair(324.71, 1.9), "325 ± 2");
        assert_eq!(pair(0.70213, 0.0011), "0.702 ± 0.001");
        assert_eq!(pair(1.5, 0.0).trim(), "1.500");
    }

    #[test]
    fn small_errors_are_powers_of_ten() {
        let texts = [0.0, 3.21e-5, 0.0123, 0.4, 12.3, f64::NAN].map(significant);
        assert_eq!(texts, ["0", "3e-5", "0.01", "0.4", "12", "NaN"]);
    }

    #[test]
    fn numbers_have_three_digits() {
        let cases = [
            (1.384, "1.38"),
            (0.0123, "0.0123"),
            (338.46, "338"),
            (-2.0, "−2.00"),
            (0.0, "0.00"),
        ];
        for (x, expected) in cases {
            assert_eq!(three_digits(x), expected);
        }
        assert_eq!(three_digits(f64::NAN), "NaN");
    }

    #[test]
    fn numbers_of_all_sizes_are_short() {
        let texts = [0.0, 3.21e-8, 0.0123, 0.5, 12.34, 4321.0, 2e6].map(number);
        assert_eq!(
            texts,
            ["0", "3.2e−8", "0.0123", "0.500", "12.3", "4321", "2.0e6"]
        );
    }

    #[test]
    fn digits_are_grouped_by_three() {
        let numbers = [0, 7, 999, 1000, 20_000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "7", "999", "1,000", "20,000", "1,234,567"]);
    }
}
