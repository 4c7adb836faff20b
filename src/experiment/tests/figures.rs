//! What the file promises of figures: every value is checked, and named by its place in the list.

use crate::experiment::figure::{Background, Length};
use crate::experiment::presets;
use crate::experiment::{Figure, FigureKind, Layer};

fn refused(change: impl FnOnce(&mut Figure)) -> String {
    let mut figure = Figure::new(FigureKind::Trajectories);
    figure.file = "a.svg".to_owned();
    change(&mut figure);
    let mut experiment = presets::find("two-moons").unwrap().experiment().unwrap();
    experiment.figures = vec![figure];
    experiment
        .validate()
        .map_or_else(|error| error.to_string(), |()| String::new())
}

#[test]
fn figures_are_checked_with_their_place_in_the_list() {
    assert_eq!(refused(|_| {}), "");
    for (message, place) in [
        (refused(|f| f.file.clear()), "figures[0].file is"),
        (refused(|f| f.dpi = f64::NAN), "figures[0].dpi is NaN"),
        (
            refused(|f| f.width = Some(Length::Points(1.0))),
            "figures[0].width is 1pt: expected 0.5in to 200in",
        ),
        (refused(|f| f.times = vec![0.5, 1.5]), "figures[0].t is 1.5"),
        (
            refused(|f| f.times = vec![0.5; 37]),
            "figures[0].t is a list of 37: expected at most 36",
        ),
        (
            refused(|f| f.y_limits = Some((1.0, 1.0))),
            "figures[0].ylim is (1, 1)",
        ),
        (
            refused(|f| f.layers = Some(vec![Layer::Field; 2])),
            "figures[0].layers is",
        ),
        (
            refused(|f| f.paths = Some(usize::MAX)),
            "figures[0].paths is",
        ),
        (
            refused(|f| f.title = Some("a\nb".to_owned())),
            "figures[0].title is",
        ),
        (
            refused(|f| f.background = Background::Color("#12345".to_owned())),
            "figures[0].background is",
        ),
    ] {
        assert!(message.starts_with(place), "{message}");
    }
    let mut twice = presets::find("two-moons").unwrap().experiment().unwrap();
    twice.figures = vec![
        Figure {
            file: "a.svg".to_owned(),
            ..Figure::default()
        };
        2
    ];
    let message = twice.validate().unwrap_err().to_string();
    assert!(
        message.starts_with("figures[1].file is \"a.svg\""),
        "{message}"
    );
}
