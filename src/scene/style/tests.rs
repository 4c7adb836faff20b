use super::*;
use crate::scene::Color;

#[test]
fn every_style_is_its_own_template() {
    for name in FigureStyle::names() {
        let style = FigureStyle::named(name).unwrap();
        let written = style.to_ron();
        let read = FigureStyle::from_ron(&written).unwrap();
        assert_eq!(read, style, "{written}");
    }
    assert_eq!(FigureStyle::named("Paper"), None);
}

#[test]
fn a_template_changes_what_it_names_and_nothing_else() {
    let base = FigureStyle::named("slide").unwrap();
    let mine = FigureStyle::from_ron(
        r##"(name: "mine", base: "slide", typeface: Serif, width: "72mm",
            sizes: (text: 9.5), colors: (source: "#112233", pair: "#44556677"), font: "a.otf")"##,
    )
    .unwrap();
    assert_eq!(mine.sizes.text.size, 9.5);
    assert_eq!(mine.sizes.text.typeface, Typeface::of(Family::Serif));
    assert_eq!(mine.sizes.small.size, base.sizes.small.size);
    assert_eq!(mine.theme.source, crate::scene::Color::hex(0x112233));
    assert_eq!(
        mine.theme.ink.pair,
        crate::scene::Color::hex(0x445566).alpha(0x77)
    );
    assert_eq!(mine.theme.target, base.theme.target);
    assert!((mine.width() - 72.0 * 72.0 / 25.4).abs() < 1e-3);
    assert_eq!(mine.font.as_deref(), Some("a.otf"));
}

#[test]
fn a_bad_template_is_told_what_is_wrong_where_and_what_works() {
    for (text, parts) in [
        (
            "(name: \"m\",\n base: \"pappr\")",
            ["pappr", "paper-serif", "base: \"paper\""],
        ),
        (
            "(name: \"m\",\n sizes: (text: 1e9))",
            ["text", "0.05 to 200", "8.5"],
        ),
        (
            "(name: \"m\",\n sizes: (text: -1))",
            ["text", "0.05 to 200", "8.5"],
        ),
        (
            "(name: \"m\",\n width: \"3\")",
            ["width", "0.5in to 100in", "3.25in"],
        ),
        (
            "(name: \"m\",\n colors: (source: \"red\"))",
            ["source", "#rrggbb", "#7548c4"],
        ),
        (
            "(name: \"m\",\n sizes: (txt: 8))",
            ["line 2", "txt", "this works"],
        ),
        (
            "(name: \"m\",\n typeface: Comic)",
            ["line 2", "Comic", "this works"],
        ),
        ("", ["line 1", "column 1", "this works"]),
    ] {
        let told = FigureStyle::from_ron(text).unwrap_err();
        for part in parts {
            assert!(told.contains(part), "{text}: {told}");
        }
    }
}

#[test]
fn type_suits_the_width_of_the_page() {
    for (name, wide, narrow) in [("paper", 8.5, 7.0), ("paper-serif", 9.5, 8.0)] {
        let style = FigureStyle::named(name).unwrap();
        let text = |inches: f32| style.page([72.0 * inches, 200.0]).sizes().text.size;
        assert!((text(6.75) - wide).abs() < 0.1, "{}", text(6.75));
        assert!(
            text(3.25) >= narrow && text(3.25) < 0.9 * wide,
            "{}",
            text(3.25)
        );
        assert_eq!(text(10.0), text(6.75), "no larger on a larger page");
    }
    let text = |name: &str| FigureStyle::named(name).unwrap().sizes.text.size;
    assert!(text("slide") >= 18.0 && text("poster") >= 28.0);
}

#[test]
fn source_and_target_show_on_every_ground() {
    for name in FigureStyle::names() {
        let theme = FigureStyle::named(name).unwrap().theme;
        for ink in [theme.text, theme.muted, theme.source, theme.target] {
            assert!(ink.contrast(theme.background) >= 4.5, "{name} {ink:?}");
        }
    }
}

#[test]
fn a_font_of_ones_own_gives_the_glyphs_that_the_letters_lack() {
    use crate::scene::text::{SERIF_REGULAR, Weight, width};
    let own = Typeface::with_own(Family::Sans, SERIF_REGULAR).unwrap();
    let plain = Typeface::of(Family::Sans);
    let lacked = ('\u{2200}'..='\u{22ff}').find(|&c| {
        !plain.has(c, Weight::Regular) && Typeface::of(Family::Serif).has(c, Weight::Regular)
    });
    let lacked = lacked.expect("the serif has more mathematical signs");
    assert!(own.has(lacked, Weight::Regular));
    let font = |typeface| Font {
        typeface,
        size: 10.0,
    };
    assert_eq!(
        width(&lacked.to_string(), font(own), Weight::Regular),
        width(
            &lacked.to_string(),
            font(Typeface::of(Family::Serif)),
            Weight::Regular
        )
    );
    assert_eq!(
        width("a", font(own), Weight::Regular),
        width("a", font(plain), Weight::Regular)
    );
    assert_eq!(
        own,
        Typeface::with_own(Family::Sans, SERIF_REGULAR).unwrap()
    );
    assert!(Typeface::with_own(Family::Sans, b"no font").is_err());
}

#[test]
fn the_template_of_the_documentation_works() {
    let page = include_str!("../../../docs/styles.md");
    let (_, rest) = page.split_once("```ron\n").expect("a template");
    let (template, _) = rest.split_once("```").expect("its end");
    let style = FigureStyle::from_ron(template).expect("a style");
    assert_eq!((style.name.as_str(), style.sizes.text.size), ("mine", 9.0));
    assert_eq!(style.theme.background, Color::hex(0xfffdf7));
    for name in FigureStyle::names() {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn the_template_to_copy_names_every_field_with_a_comment_and_is_the_paper_style() {
    let file = include_str!("../../../docs/style-template.ron");
    let paper = FigureStyle {
        name: "mine".to_owned(),
        ..FigureStyle::paper()
    };
    assert_eq!(FigureStyle::from_ron(file).unwrap(), paper);
    let field = |line: &str| line.trim().split_once(':').map(|(name, _)| name.to_owned());
    let written = paper.to_ron();
    for name in written.lines().filter_map(field) {
        let is_told = |line: &str| {
            field(line).as_ref() == Some(&name) && line.contains("// ") || name == "font"
        };
        assert!(file.lines().any(is_told), "{name}");
    }
}
