//! What each kind shows of a frame with known numbers.

use super::*;
use crate::experiment::figure::{DensityOf, FieldOf, FilmOver, Show, StripOf};
use crate::scene::fixture::{self, N};
use crate::scene::{Item, Rect, Text};

fn texts(scene: &Scene) -> Vec<&Text> {
    let texts = scene.around().filter_map(|item| match item {
        Item::Text(text) => Some(text),
        _ => None,
    });
    texts.collect()
}

fn says(scene: &Scene, words: &str) -> bool {
    texts(scene).iter().any(|text| text.text == words)
}

/// The layers of a panel.
fn layers(scene: &Scene, panel: usize) -> Vec<Layer> {
    scene.panels[panel]
        .groups
        .iter()
        .map(|group| group.layer)
        .collect()
}

fn items(scene: &Scene, panel: usize, layer: Layer) -> &[Item] {
    let mut groups = scene.panels[panel].groups.iter();
    groups
        .find(|group| group.layer == layer)
        .map_or(&[], |group| &group.items)
}

/// The figure of the frame on the page that it needs.
fn drawn(figure: &Figure, frame: &Frame, view: &View) -> Result<Scene, FigureError> {
    let lanes = [LanePanel::measured(frame, "lane".to_owned())];
    let material = Material {
        lanes: &lanes,
        view,
    };
    let page = page(figure, &material, &crate::scene::FigureStyle::paper())?;
    let scene = scene(figure, &material, &page)?;
    assert_eq!(scene.size, page.size);
    // Curves have no plane.
    let seen = visible(figure, &material, &page);
    for (panel, seen) in scene.panels.iter().zip(seen.iter().cycle()) {
        let shown = panel.transform.visible();
        assert!((shown.width() - seen.width()).abs() < 1e-3 * seen.width());
        assert!((shown.center()[0] - seen.center()[0]).abs() < 1e-3 * seen.width());
    }
    inside(&scene);
    Ok(scene)
}

/// Nothing leaves the page, and no two words or panels lie over each other.
fn inside(scene: &Scene) {
    let page = Rect::at([0.0, 0.0], scene.size).grown(0.01);
    let texts = texts(scene);
    for (i, text) in texts.iter().enumerate() {
        let bounds = text.bounds();
        assert!(
            page.contains(bounds.min) && page.contains(bounds.max),
            "{} leaves",
            text.text
        );
        for other in &texts[..i] {
            let apart = !bounds.grown(-0.8).touches(&other.bounds().grown(-0.8));
            assert!(apart, "{} and {}", text.text, other.text);
        }
        for panel in &scene.panels {
            let rect = panel.transform.rect().grown(-0.5);
            assert!(!rect.touches(&bounds), "{} lies on a panel", text.text);
        }
    }
    for panel in &scene.panels {
        let rect = panel.transform.rect();
        assert!(
            page.contains(rect.min) && page.contains(rect.max),
            "{rect:?} leaves"
        );
    }
}

fn draw(kind: FigureKind) -> Scene {
    let mut frame = fixture::frame();
    fixture::map(&mut frame, 1.2);
    fixture::exact_field(&mut frame, 2.0);
    drawn(&Figure::new(kind), &frame, &View::default()).unwrap()
}

#[test]
fn trajectories_are_lines_from_source_to_target() {
    let scene = draw(FigureKind::Trajectories);
    assert_eq!(scene.panels.len(), 1);
    let [
        Item::Polylines(lines),
        Item::Points(starts),
        Item::Points(ends),
    ] = items(&scene, 0, Layer::Trajectories)
    else {
        panic!("lines, starts and ends");
    };
    assert_eq!(
        (lines.ends.len(), starts.centers.len(), ends.centers.len()),
        (N, N, N)
    );
    assert!(starts.centers[0][0] < ends.centers[0][0]);
    assert!(says(&scene, "A <test> & more") && !says(&scene, "(a)"));
    assert!(
        texts(&scene)
            .iter()
            .any(|text| text.text.starts_with("S = 1.00"))
    );
}

#[test]
fn a_strip_has_a_panel_for_each_time() {
    let scene = draw(FigureKind::Strip {
        of: StripOf::Particles,
    });
    assert_eq!(scene.panels.len(), 5);
    for (i, title) in [
        "(a) t = 0.00",
        "(b) t = 0.25",
        "(c) t = 0.50",
        "(d) t = 0.75",
        "(e) t = 1.00",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(says(&scene, title), "{title}");
        let [Item::Points(dots)] = items(&scene, i, Layer::Particles) else {
            panic!("dots");
        };
        // On their way the highest ones leave the box around both ends.
        assert!(
            (N - 4..=N).contains(&dots.centers.len()),
            "{}",
            dots.centers.len()
        );
        // The particles move from x = -2 to x = 2.
        let x = scene.panels[i].transform.data_from_page(dots.centers[0])[0];
        assert!((x - (-2.0 + i as f64)).abs() < 1e-3, "{x}");
    }
    let figure = Figure {
        times: vec![0.1, 0.9],
        ..Figure::new(FigureKind::Strip {
            of: StripOf::Density,
        })
    };
    let scene = drawn(&figure, &fixture::frame(), &View::default()).unwrap();
    assert_eq!(scene.panels.len(), 2);
    assert!(matches!(items(&scene, 1, Layer::Density), [Item::Image(_)]));
}

#[test]
fn fields_are_arrows_at_every_place_that_moves() {
    let arrows = |scene: &Scene, layer| match items(scene, 0, layer) {
        [Item::Arrows(arrows)] => arrows.arrows.len(),
        _ => 0,
    };
    let model = draw(FigureKind::Field { of: FieldOf::Model });
    assert_eq!(layers(&model, 0), [Layer::Field]);
    assert!(arrows(&model, Layer::Field) > 10 && says(&model, "velocity"));
    let exact = draw(FigureKind::Field { of: FieldOf::Exact });
    assert_eq!(layers(&exact, 0), [Layer::ExactField]);
    assert!(arrows(&exact, Layer::ExactField) > 10);
    let both = draw(FigureKind::Field {
        of: FieldOf::Difference,
    });
    assert!(matches!(
        items(&both, 0, Layer::FieldError),
        [Item::Image(_)]
    ));
    assert!(arrows(&both, Layer::Field) > 10 && arrows(&both, Layer::ExactField) > 10);
}

#[test]
fn densities_are_pictures() {
    let exact = draw(FigureKind::Density {
        of: DensityOf::Exact,
    });
    assert!(matches!(
        items(&exact, 0, Layer::ExactDensity),
        [Item::Image(_)]
    ));
    let view = View::default();
    let look = |of| {
        let figure = Figure::new(FigureKind::Density { of });
        look(&figure, &view, Bounds::square(3.0))
    };
    let model = look(DensityOf::Model);
    assert!(model.likelihood_map && !model.exact_maps && !model.metrics);
    assert!(look(DensityOf::Exact).exact_maps && !look(DensityOf::Exact).likelihood_map);
    let difference = look(DensityOf::Difference);
    assert!(difference.exact && difference.density_difference && difference.likelihood_map);
}

#[test]
fn pairs_grid_and_triptych_have_their_layers() {
    let pairs = draw(FigureKind::Pairs);
    let [Item::Segments(lines)] = items(&pairs, 0, Layer::Pairs) else {
        panic!("lines");
    };
    assert_eq!(lines.ends.len(), N);
    let figure = Figure {
        paths: Some(7),
        ..Figure::new(FigureKind::Pairs)
    };
    let few = drawn(&figure, &fixture::frame(), &View::default()).unwrap();
    let [Item::Segments(lines)] = items(&few, 0, Layer::Pairs) else {
        panic!("lines");
    };
    assert_eq!(lines.ends.len(), 7);
    assert_eq!(layers(&draw(FigureKind::Grid), 0), [Layer::DeformedGrid]);
    let triptych = draw(FigureKind::Triptych);
    assert_eq!(triptych.panels.len(), 3);
    assert_eq!(layers(&triptych, 0), [Layer::Source]);
    assert_eq!(layers(&triptych, 1), [Layer::Trajectories]);
    assert_eq!(layers(&triptych, 2), [Layer::Target]);
    for words in [
        "(a) source",
        "(b) flow",
        "(c) target",
        "trajectories",
        "chord / arc",
    ] {
        assert!(says(&triptych, words), "{words}");
    }
}

#[test]
fn what_is_missing_is_said_with_what_would_help() {
    let ask = drawn(
        &Figure::new(FigureKind::Posterior),
        &fixture::frame(),
        &View::default(),
    );
    let said = ask.unwrap_err().to_string();
    assert!(said.contains("--set 'view.ask=Some((1.0, 0.5))'"), "{said}");
    let mut frame = fixture::frame();
    frame.pairs = [].into();
    let pairs = drawn(&Figure::new(FigureKind::Pairs), &frame, &View::default());
    assert!(matches!(pairs, Err(FigureError::Nothing(_))));
}

#[test]
fn both_limits_are_exact_whatever_the_page() {
    for height in [None, Some("3in"), Some("6in")] {
        let figure = Figure {
            x_limits: Some((-4.0, 2.0)),
            y_limits: Some((-1.0, 1.0)),
            height: height.map(|height| height.parse().unwrap()),
            ..Figure::default()
        };
        let scene = drawn(&figure, &fixture::frame(), &View::default()).unwrap();
        let seen = scene.panels[0].transform.visible();
        for (got, expected) in [(seen.min, [-4.0, -1.0]), (seen.max, [2.0, 1.0])] {
            assert!(
                (0..2).all(|k| (got[k] - expected[k]).abs() < 1e-4),
                "{seen:?}"
            );
        }
    }
}

#[test]
fn what_stands_around_is_left_out_as_asked() {
    let bare = Show {
        ticks: false,
        frame: false,
        letters: false,
        legend: false,
        numbers: false,
        recipe: false,
    };
    let figure = Figure {
        show: bare,
        title: Some(String::new()),
        ..Figure::new(FigureKind::Triptych)
    };
    let scene = drawn(&figure, &fixture::frame(), &View::default()).unwrap();
    let words: Vec<_> = texts(&scene)
        .iter()
        .map(|text| text.text.as_str())
        .collect();
    assert_eq!(words, ["source", "flow", "target"]);
    assert_eq!(scene.furniture.len(), 3);
    let figure = Figure {
        title: Some("Another title".to_owned()),
        ..figure
    };
    let scene = drawn(&figure, &fixture::frame(), &View::default()).unwrap();
    assert!(says(&scene, "Another title") && !says(&scene, "A <test> & more"));
}

#[test]
fn a_page_without_room_is_refused_with_the_least_that_works() {
    for kind in FigureKind::NAMES.into_iter().filter_map(FigureKind::named) {
        let tiny = Figure {
            width: Some("0.5in".parse().unwrap()),
            height: Some("0.3in".parse().unwrap()),
            ..Figure::new(kind)
        };
        let mut frame = fixture::frame();
        fixture::map(&mut frame, 1.0);
        let view = View {
            ask: Some((0.0, 0.0)),
            ..View::default()
        };
        let Err(FigureError::TooSmall { least, .. }) = drawn(&tiny, &frame, &view) else {
            continue;
        };
        let enough = |k: usize| {
            Some(crate::experiment::figure::Length::Points(f64::from(
                least[k],
            )))
        };
        let figure = Figure {
            width: enough(0),
            height: enough(1),
            ..tiny
        };
        let scene = drawn(&figure, &frame, &view);
        assert!(scene.is_ok(), "{}: {scene:?}", figure.kind.name());
    }
}

#[test]
fn a_column_of_a_paper_has_room_for_every_kind() {
    for kind in FigureKind::NAMES.into_iter().filter_map(FigureKind::named) {
        let figure = Figure {
            width: Some("3.25in".parse().unwrap()),
            ..Figure::new(kind)
        };
        let mut frame = fixture::frame();
        fixture::map(&mut frame, 1.0);
        fixture::exact_field(&mut frame, 2.0);
        let view = View {
            ask: Some((0.0, 0.0)),
            ..View::default()
        };
        let scene = drawn(&figure, &frame, &view);
        assert!(scene.is_ok(), "{}: {scene:?}", figure.kind.name());
    }
}

/// Kinds with their options.
fn kinds() -> Vec<FigureKind> {
    let named = FigureKind::NAMES.into_iter().filter_map(FigureKind::named);
    let exact = [
        FigureKind::Density {
            of: DensityOf::Exact,
        },
        FigureKind::Density {
            of: DensityOf::Difference,
        },
        FigureKind::Field {
            of: FieldOf::Difference,
        },
        FigureKind::Strip {
            of: StripOf::Density,
        },
    ];
    named.chain(exact).collect()
}

#[test]
fn words_and_formulas_lie_over_each_other_in_no_kind_of_any_style() {
    let mut frame = fixture::frame();
    fixture::map(&mut frame, 1.2);
    fixture::exact_field(&mut frame, 2.0);
    let view = View {
        ask: Some((0.0, 0.0)),
        ..View::default()
    };
    let lane = |title: &str| LanePanel::measured(&frame, title.to_owned());
    let lanes = [
        lane(r"$\frac{\alpha'_t}{\sigma_t}$"),
        lane("plain"),
        lane("$x_1$"),
    ];
    for style in crate::scene::FigureStyle::names() {
        let style = crate::scene::FigureStyle::named(style).unwrap();
        for (kind, share) in kinds().into_iter().zip([1.0, 0.5].into_iter().cycle()) {
            let figure = Figure {
                width: Some(crate::experiment::figure::Length::Points(f64::from(
                    share * style.width(),
                ))),
                title: Some(
                    r"flow $u_t(x) = E[\dot X_t | X_t = x]$ and $\frac{\partial p}{\partial t}$"
                        .to_owned(),
                ),
                ..Figure::new(kind)
            };
            let lanes = &lanes[..shown(&figure, 3)];
            let material = Material { lanes, view: &view };
            let page = match page(&figure, &material, &style) {
                Ok(page) => page,
                // Half a page may be too narrow for three panels.
                Err(FigureError::TooSmall { .. }) if share < 1.0 => continue,
                Err(error) => panic!("{error}"),
            };
            match super::scene(&figure, &material, &page) {
                Ok(scene) => inside(&scene),
                Err(error) => assert!(matches!(error, FigureError::Nothing(_)), "{error}"),
            }
        }
    }
}

#[test]
fn every_map_has_a_bar_with_a_scale_and_zero_where_it_has_both_signs() {
    let mut frame = fixture::frame();
    fixture::map(&mut frame, 1.2);
    let of = |layer| {
        let figure = Figure {
            layers: Some(vec![layer]),
            ..Figure::new(FigureKind::Trajectories)
        };
        drawn(&figure, &frame, &View::default()).unwrap()
    };
    for (layer, name, unit) in [
        (Layer::FieldError, "$|v - u|$", "length / t"),
        (Layer::ExactDensity, "exact $p_t$", "1 / area"),
        (Layer::Divergence, r"$\nabla\cdot v$", "1 / t"),
        (Layer::Continuity, "residual", "1 / area / t"),
        (Layer::PpdResidual, "residual", "1 / t"),
    ] {
        let scene = of(layer);
        let [bar] = &scene.color_bars[..] else {
            panic!("a bar");
        };
        assert!(says(&scene, name) && says(&scene, unit), "{layer:?}");
        assert!(says(&scene, "0") || says(&scene, "0.0") || says(&scene, "0.00"));
        let fills = bar.iter().filter_map(|item| match item {
            Item::Rectangle(step) => step.fill,
            _ => None,
        });
        let fills: Vec<_> = fills.collect();
        assert!(fills.len() > 50 && fills.iter().all(|fill| fill.a == 255));
        assert!(fills.first() != fills.last(), "{layer:?}");
        let zero = bar.iter().any(|item| match item {
            Item::Segments(ticks) => ticks.ends.iter().any(|[a, b]| b[0] - a[0] > 8.0),
            _ => false,
        });
        assert_eq!(zero, layer == Layer::Divergence);
        // The legend does not say the same again.
        assert!(
            !texts(&scene)
                .iter()
                .any(|text| text.text.starts_with("0 to "))
        );
    }
    let none = Figure {
        layers: Some(vec![Layer::FieldError]),
        show: Show {
            legend: false,
            ..Show::default()
        },
        ..Figure::new(FigureKind::Trajectories)
    };
    let scene = drawn(&none, &frame, &View::default()).unwrap();
    assert!(scene.color_bars.is_empty());
}

#[test]
fn nothing_around_the_data_moves_with_time() {
    for kind in ["field", "strip", "grid", "triptych", "lanes"] {
        let frame = fixture::frame();
        let at = |t: f64| {
            let times = if kind == "strip" { vec![t, t] } else { vec![t] };
            let figure = Figure {
                times,
                ..Figure::new(FigureKind::named(kind).unwrap())
            };
            let scene = drawn(&figure, &frame, &View::default()).unwrap();
            let boxes: Vec<_> = scene.panels.iter().map(|p| p.transform).collect();
            (scene.size, boxes)
        };
        assert_eq!(at(0.1), at(0.8), "{kind}");
    }
}

/// The tables of a figure of the frame.
fn numbers_of(figure: &Figure, frame: &Frame, view: &View) -> crate::scene::numbers::FigureNumbers {
    let lanes = [LanePanel::measured(frame, "lane".to_owned())];
    let material = Material {
        lanes: &lanes,
        view,
    };
    numbers(figure, &material).unwrap()
}

#[test]
fn every_table_of_every_kind_is_documented() {
    const PAGE: &str = include_str!("../../../docs/numbers.md");
    let (frame, mut view) = (fixture::frame(), View::default());
    view.layers = Layer::ALL.to_vec();
    view.ask = Some((0.5, 0.5));
    let mut known = std::collections::BTreeSet::new();
    let named = FigureKind::NAMES.into_iter();
    let named = named.map(|name| (name, FigureKind::named(name).unwrap()));
    let looks_back = FigureKind::Film {
        frames: 3,
        rate: 30.0,
        pause: 0.0,
        repeat: true,
        over: FilmOver::Both,
    };
    for (name, kind) in named.chain([("film", looks_back)]) {
        if matches!(kind, FigureKind::Loss) && frame.loss.is_empty() {
            continue;
        }
        let kind = match kind {
            FigureKind::Metrics { .. } => FigureKind::Metrics {
                of: crate::experiment::figure::MetricsOf::Straightness,
            },
            kind => kind,
        };
        assert!(PAGE.contains(&format!("`{name}`")), "{name}");
        for table in numbers_of(&Figure::new(kind), &frame, &view).tables {
            for column in &table.columns {
                let own = format!("| `{}` | ", table.name);
                let says = |line: &&str| {
                    let of_it = line.starts_with(&own) || line.starts_with("| any | ");
                    of_it && line.contains(&format!("`{}`", column.name))
                };
                let (name, column) = (table.name, column.name);
                assert!(PAGE.lines().any(|line| says(&line)), "{name}.{column}");
            }
            assert!(
                table
                    .columns
                    .iter()
                    .all(|column| column.values.len() == table.len())
            );
            known.insert(table.name);
        }
    }
    for name in [
        "trajectories",
        "particles",
        "source",
        "target",
        "field",
        "density",
        "pairs",
    ] {
        assert!(known.contains(name), "{name}: {known:?}");
    }
}

#[test]
fn the_numbers_are_those_of_the_frame() {
    use crate::scene::numbers::Values;
    let (frame, view) = (fixture::frame(), View::default());
    let figure = Figure {
        paths: Some(3),
        ..Figure::new(FigureKind::Trajectories)
    };
    let numbers = numbers_of(&figure, &frame, &view);
    let table = &numbers.tables[0];
    assert_eq!(table.name, "trajectories");
    let trajectories = &frame.products.trajectories.get().unwrap().trajectories;
    assert_eq!(table.len(), 3 * trajectories.n_nodes());
    let column = |name: &str| {
        let column = table.columns.iter().find(|column| column.name == name);
        match &column.unwrap().values {
            Values::Numbers(numbers) => numbers.clone(),
            Values::Words(_) => Vec::new(),
        }
    };
    let last = table.len() - 1;
    let end = trajectories.last()[2];
    assert_eq!(
        [column("x")[last], column("y")[last]],
        end.map(|x| x as f32)
    );
    assert_eq!((column("path")[last], column("t")[last]), (2.0, 1.0));
    assert!(numbers.metrics.is_some());

    let strip = Figure {
        times: vec![0.0, 1.0],
        paths: Some(4),
        ..Figure::new(FigureKind::named("strip").unwrap())
    };
    let table = &numbers_of(&strip, &frame, &view).tables[0];
    let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    assert_eq!(names, ["panel", "title", "t", "point", "x", "y"]);
    assert_eq!(table.len(), 8);
}

/// A column of numbers of a table.
fn column(table: &crate::scene::numbers::Table, name: &str) -> Vec<f32> {
    let column = table.columns.iter().find(|column| column.name == name);
    match &column.unwrap().values {
        crate::scene::numbers::Values::Numbers(numbers) => numbers.clone(),
        crate::scene::numbers::Values::Words(_) => Vec::new(),
    }
}

fn named(kind: &str) -> Figure {
    Figure::new(FigureKind::named(kind).unwrap())
}

#[test]
fn pairs_samples_and_loss_are_those_of_the_frame() {
    let (mut frame, view) = (fixture::frame(), View::default());
    let pairs = &numbers_of(&named("pairs"), &frame, &view).tables[0];
    assert_eq!(pairs.name, "pairs");
    let n = pairs.len();
    assert!(n > 0 && n <= frame.pairs.len());
    let (a, b) = frame.pairs[n - 1];
    let last = ["x0", "y0", "x1", "y1"].map(|name| column(pairs, name)[n - 1]);
    assert_eq!(last, [a[0], a[1], b[0], b[1]].map(|x| x as f32));

    let samples = numbers_of(&named("samples"), &frame, &view);
    assert_eq!(samples.tables.len(), 1);
    let table = &samples.tables[0];
    let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    assert_eq!(names, ["part", "x", "y"]);
    assert_eq!(column(table, "x")[0], frame.source[0][0] as f32);
    let last = frame.target[frame.target.len() - 1];
    assert_eq!(column(table, "y").last(), Some(&(last[1] as f32)));

    let mut recorder = crate::snapshot::LossRecorder::default();
    (0..3).for_each(|k| recorder.push(2.0 - k as f32));
    frame.loss = recorder.history();
    let loss = numbers_of(&named("loss"), &frame, &view);
    assert_eq!(column(&loss.tables[0], "step"), [0.0, 1.0, 2.0]);
    assert_eq!(column(&loss.tables[0], "loss"), [2.0, 1.0, 0.0]);
    assert_eq!(loss.tables[1].name, "loss_curve");
    assert_eq!(loss.tables[1].len(), frame.loss.curve().len());
    let page = include_str!("../../../docs/numbers.md");
    for table in &loss.tables {
        let own = format!("| `{}` | ", table.name);
        for column in &table.columns {
            let says = |line: &str| line.starts_with(&own) && line.contains(column.name);
            assert!(page.lines().any(says), "{}.{}", table.name, column.name);
        }
    }
}

#[test]
fn grids_have_their_shape_and_lanes_their_number_and_metrics() {
    let (frame, view) = (fixture::frame(), View::default());
    let field = &numbers_of(&named("field"), &frame, &view).tables[0];
    let grid = field.grid.unwrap();
    assert_eq!(field.shape(), [grid[1], grid[0]]);
    // The lowest row runs along x.
    assert_eq!(column(field, "y")[0], column(field, "y")[grid[0] - 1]);
    assert!(column(field, "x")[0] < column(field, "x")[1]);

    let lanes = ["first", "second"].map(|title| LanePanel::measured(&frame, title.to_owned()));
    let material = Material {
        lanes: &lanes,
        view: &view,
    };
    let numbers = numbers(&named("lanes"), &material).unwrap();
    let table = &numbers.tables[0];
    assert_eq!(table.name, "trajectories");
    let lane = column(table, "lane");
    assert_eq!((lane[0], lane[lane.len() - 1]), (1.0, 2.0));
    let metrics = numbers.tables.last().unwrap();
    assert_eq!(metrics.name, "metrics");
    let keys = metrics
        .columns
        .iter()
        .find(|column| column.name == "metric");
    let crate::scene::numbers::Values::Words(keys) = &keys.unwrap().values else {
        panic!("keys are words");
    };
    let row = keys.iter().position(|key| key == "straightness").unwrap();
    let comparison = numbers.metrics.unwrap();
    let straightness = &crate::scene::metrics::table::STRAIGHTNESS;
    let estimate = comparison.rows()[0].estimate(straightness).unwrap();
    assert_eq!(column(metrics, "mean")[row], estimate.mean as f32);
}

#[test]
fn the_same_figure_has_the_same_numbers_twice() {
    let (frame, mut view) = (fixture::frame(), View::default());
    view.ask = Some((0.5, 0.5));
    for name in FigureKind::NAMES {
        // The frame has trained nothing.
        if name == "loss" {
            continue;
        }
        // As text, in which not-a-number is equal to itself.
        let numbers = || format!("{:?}", numbers_of(&named(name), &frame, &view).tables);
        assert_eq!(numbers(), numbers(), "{name}");
    }
}
