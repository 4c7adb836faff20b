use proptest::prelude::*;

use super::*;
use crate::scene::text::ink::Ink;
use crate::scene::text::{self, Typeface, Weight};

/// The ink of a line from the origin.
fn ink(line: &str, font: Font) -> Ink {
    Ink::of(line, [0.0, 0.0], font, Weight::Regular)
}

const SERIF: Font = Font {
    typeface: Typeface::of(Family::Serif),
    size: 100.0,
};

fn of(line: &str) -> Vec<&str> {
    formulas(line)
        .into_iter()
        .map(|range| &line[range])
        .collect()
}

#[test]
fn dollar_signs_around_mathematics_are_told_from_prices() {
    assert_eq!(of("flow $u_t$ of $x$, exact"), ["$u_t$", "$x$"]);
    assert_eq!(of("$x$"), ["$x$"]);
    assert!(of("costs $5 and $6 more").is_empty());
    assert!(of("a $ b $ c, $").is_empty());
    assert!(of(r"\$x$ and \$5").is_empty());
    let words = |line: &str| {
        let words = parts(line).into_iter().filter_map(|part| match part {
            Part::Words(range) => Some(line[range].to_owned()),
            Part::Formula(_) => None,
        });
        words.collect::<String>()
    };
    assert_eq!(words(r"\$5 for $x$"), "$5 for ");
    assert_eq!(words("σ $ α"), "σ $ α");
}

#[test]
fn a_formula_stands_on_the_baseline_of_its_line() {
    let of_x = ink("$x$", SERIF).0;
    assert!(of_x.max[1].abs() < 3.0 && of_x.min[1] < -40.0, "{of_x:?}");
    // An index is below the baseline, an exponent above the letter.
    let letter = of_x.min[1];
    assert!(ink("$x_1$", SERIF).0.max[1] > 10.0);
    assert!(ink("$x^2$", SERIF).0.min[1] < letter - 15.0);
    // Beside Inter capitals are as high as Inter's.
    let capital = |line: &str| ink(line, Font::sans(100.0)).0.height();
    assert!((capital("$H$") - capital("H")).abs() < 2.0);
}

#[test]
fn what_is_measured_is_what_is_drawn() {
    for line in [
        r"$W_2^2$",
        r"$\frac{a}{b}$",
        r"$\sqrt{x^2 + y^2}$",
        r"$\int_0^1 u_t\,dt$",
    ] {
        let (ink, width) = (
            ink(line, SERIF).0,
            text::width(line, SERIF, Weight::Regular),
        );
        let [above, below] = Formula::of(line, SERIF).unwrap().reach();
        assert!(
            ink.min[0] > -6.0 && ink.max[0] < width + 8.0,
            "{line} {ink:?} {width}"
        );
        // Never less than the ink, and not much more.
        let spare = ink.min[1] + above;
        assert!((-1.0..10.0).contains(&spare), "{line} {ink:?} {above}");
        assert!(ink.max[1] < below + 1.0, "{line} {ink:?} {below}");
    }
    let sum: f32 = ["a ", "$x$", " b"]
        .map(|part| text::width(part, SERIF, Weight::Regular))
        .iter()
        .sum();
    let line = text::width("a $x$ b", SERIF, Weight::Regular);
    assert!((line - sum).abs() < 1e-3);
    let [above, below] = text::excess(r"$\frac{\frac{a}{b}}{\frac{c}{d}}$", SERIF);
    assert!(above > 10.0 && below > 10.0, "{above} {below}");
    assert_eq!(text::excess("plain", SERIF), [0.0, 0.0]);
}

#[test]
fn the_notation_of_flow_matching_can_be_set() {
    for formula in [
        r"$u_t(x) = E[\dot X_t | X_t = x]$",
        r"$\mathbb{E}\,\|v_\theta(x_t, t) - (x_1 - x_0)\|^2$",
        r"$\partial_t p_t + \nabla\cdot(p_t v) = 0$",
        r"$\mathcal{N}(0, \sigma^2 I)$",
        r"$W_2^2$",
        r"$\log p_1(x)$",
        r"$\sum_{i=1}^n \alpha_i \le \int_0^1 \lvert \dot\gamma \rvert dt$",
        r"$\text{cost} \to \min$",
        r"$\boxed{x}\ \cancel{y}\ \textcolor{red}{z}$",
        "$σ ≥ 0$",
    ] {
        assert_eq!(refusal(formula), None, "{formula}");
        assert!(ink(formula, SERIF).1 > 0);
    }
}

#[test]
fn what_cannot_be_set_is_words_and_says_why() {
    let deep = format!("${}x{}$", "{".repeat(5000), "}".repeat(5000));
    let nested = format!("${}x{}$", r"\sqrt{".repeat(40), "}".repeat(40));
    for formula in [
        r"$\nosuchthing$",
        r"$\frac{1}$",
        r"$\hspace{1000000em}$",
        r"$\colorbox{red}{x}$",
        r"$\left( x$",
        &deep,
        &nested,
    ] {
        assert!(refusal(formula).is_some(), "{formula:.40}");
        let width = |line: &str| text::width(line, SERIF, Weight::Regular);
        let letters = formula.replace('$', r"\$");
        assert!(
            (width(formula) - width(&letters)).abs() < 1.0,
            "{formula:.40}"
        );
    }
}

#[test]
fn a_line_is_cut_before_or_after_a_formula() {
    let cut = |room| text::fitted(r"ab $x^2 + y^2$ cd", 10.0, Weight::Regular, room);
    let full = text::width(r"ab $x^2 + y^2$ cd", 10.0, Weight::Regular);
    assert_eq!(cut(full), r"ab $x^2 + y^2$ cd");
    let mut seen = std::collections::BTreeSet::new();
    for tenth in 0..10 {
        let line = cut(full * (tenth as f32) / 10.0);
        assert!(line.matches('$').count().is_multiple_of(2), "{line}");
        seen.insert(line.contains('$'));
    }
    assert_eq!(seen.len(), 2);
}

proptest! {
    #[test]
    fn nothing_that_is_written_panics(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "\\", "{", "}", "^", "_", "x", "1", "&", "\\\\", "\\frac", "\\sqrt", "\\left(", "\\right)", "\\dot", "[",
                "]", "\\begin{matrix}", "\\end{matrix}", "\\sum", "\\hat", "\\hspace{9999999999999em}", "\\text{a}",
                "\\overbrace", "\\mathbb", "'", "~", "#", "%", "σ", " ", "\\limits", "\\tag{1}", "\\color{red}",
                "\\raisebox{1em}", "\\rule{1em}{2em}", "\\begin{array}{c|c}", "\\end{array}", "\\hline", "\\binom",
            ]),
            0..24,
        )
    ) {
        let line = format!("a ${}$ b", pieces.concat());
        let width = text::width(&line, 10.0, Weight::Regular);
        prop_assert!(width.is_finite());
        ink(&line, Font::sans(10.0));
    }

    #[test]
    fn no_line_panics(line in "\\PC{0,40}") {
        let line = line.replace(['a', 'e'], "$");
        prop_assert!(text::fitted(&line, 10.0, Weight::Regular, 50.0).len() <= line.len() + 3);
        ink(&line, Font::sans(10.0));
    }
}
