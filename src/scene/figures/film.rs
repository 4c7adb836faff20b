//! Moving pictures: which time each picture shows, and the figure of one.

use super::lanes::Lanes;
use super::{FigureError, Kind, Material, at_times, times};
use crate::experiment::figure::FilmOver;
use crate::experiment::{Figure, FigureKind, Layer, View};
use crate::scene::around::Around;
use crate::scene::lanes;
use crate::scene::numbers::{FigureNumbers, Table, joined};
use crate::scene::panels::PanelGrid;

/// See [`FigureKind::Film`].
pub(super) struct Film;

/// What moves, over where it goes.
const LAYERS: [Layer; 3] = [Layer::Target, Layer::Trails, Layer::Particles];

/// What a picture of a film shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FilmShot {
    /// The flow with the last weights, at time t.
    Flow(f64),
    /// The flow after this share of the checkpoints, at the time of the figure.
    Training(f64),
}

/// What the pictures of a film show, one after the other; none of what is no film.
pub fn film_shots(figure: &Figure) -> Vec<FilmShot> {
    let FigureKind::Film { frames, over, .. } = figure.kind else {
        return Vec::new();
    };
    let shares = |n: usize| {
        let last = n.saturating_sub(1).max(1);
        (0..n).map(move |k| k as f64 / last as f64)
    };
    match over {
        FilmOver::Time => shares(frames).map(FilmShot::Flow).collect(),
        FilmOver::Training => shares(frames).map(FilmShot::Training).collect(),
        FilmOver::Both => {
            let flow = frames / 2;
            let training = shares(frames - flow).map(FilmShot::Training);
            training.chain(shares(flow).map(FilmShot::Flow)).collect()
        }
    }
}

/// The figure of one picture.
pub fn film_shot(figure: &Figure, shot: FilmShot) -> Figure {
    let mut times = figure.times.clone();
    match (shot, &figure.kind) {
        (FilmShot::Flow(t), _) => times = vec![t],
        // Both halves have the same panels.
        (
            FilmShot::Training(_),
            FigureKind::Film {
                over: FilmOver::Both,
                ..
            },
        ) => times.truncate(1),
        (FilmShot::Training(_), _) => {}
    }
    Figure {
        times,
        ..figure.clone()
    }
}

/// Most rows of a table of a film's numbers.
const MAX_ROWS: usize = 5_000_000;

/// The numbers of a film, picture by picture: what is shown at a time and, where it looks back, a training step, each once.
#[derive(Default)]
pub struct FilmNumbers {
    tables: Vec<Table>,
    seen: Vec<(Vec<u64>, Vec<u64>)>,
}

impl FilmNumbers {
    /// Adds those of a picture of the film, a figure of [`film_shot`], with the lanes that it shows.
    ///
    /// # Errors
    /// There are too many of them for a file.
    pub fn add(&mut self, picture: &Figure, material: &Material) -> Result<(), FigureError> {
        let steps = material.lanes.iter().map(|lane| lane.frame.step).collect();
        let times = picture.times.iter().map(|t| t.to_bits()).collect();
        let shown = (steps, times);
        if self.seen.contains(&shown) {
            return Ok(());
        }
        self.seen.push(shown);
        let looks_back = match picture.kind {
            FigureKind::Film { over, .. } => over.looks_back(),
            _ => false,
        };
        let grid = Film::grid(picture, material);
        let tables = match looks_back {
            true => grid.tables_by_step(Film::MAIN),
            false => grid.tables(Film::MAIN),
        };
        self.tables = joined(std::mem::take(&mut self.tables).into_iter().chain(tables));
        let rows = self.tables.iter().map(Table::len).max().unwrap_or(0);
        match rows > MAX_ROWS {
            true => Err(FigureError::Nothing(format!(
                "the film's numbers have more than {MAX_ROWS} rows: fewer pictures (--frames 30) or particles (--paths 500) have fewer"
            ))),
            false => Ok(()),
        }
    }

    /// All of them.
    pub fn all(self) -> FigureNumbers {
        let metrics = None;
        FigureNumbers {
            tables: self.tables,
            metrics,
        }
    }
}

impl Kind for Film {
    /// Those of every picture that shows these lanes, one after the other.
    fn numbers(figure: &Figure, material: &Material) -> Result<FigureNumbers, FigureError> {
        let mut numbers = FilmNumbers::default();
        for shot in film_shots(figure) {
            numbers.add(&film_shot(figure, shot), material)?;
        }
        Ok(numbers.all())
    }

    const MAIN: Option<Layer> = Some(Layer::Particles);
    const ALL_LANES: bool = true;

    fn view(figure: &Figure, view: &View) -> View {
        let layers = figure.layers.clone().unwrap_or_else(|| LAYERS.to_vec());
        let asked = Figure {
            layers: Some(layers),
            ..figure.clone()
        };
        let mut view = Lanes::view(&asked, view);
        view.particles = figure.paths.unwrap_or(view.particles);
        view
    }

    fn grid<'a>(figure: &Figure, material: &'a Material) -> PanelGrid<'a> {
        let view = Self::view(figure, material.view);
        match material.lanes.len() {
            0 | 1 => at_times(figure, material, &view, &times(figure, &view)),
            n => lanes::grid(
                material.lanes,
                &view,
                view.t,
                figure.columns.unwrap_or(lanes::columns(n)),
                Around::of(figure),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::lanes::LanePanel;
    use crate::scene::{FigureStyle, fixture};

    #[test]
    fn t_runs_from_0_to_1_and_only_the_marks_move() {
        let figure = Figure::new(FigureKind::Film {
            frames: 5,
            rate: 30.0,
            pause: 0.0,
            repeat: true,
            over: FilmOver::Time,
        });
        let shots = [0.0, 0.25, 0.5, 0.75, 1.0].map(FilmShot::Flow);
        assert_eq!(film_shots(&figure), shots);
        assert!(film_shots(&Figure::new(FigureKind::Lanes)).is_empty());
        let frame = fixture::frame();
        for n in [1, 2] {
            let lane = |_| LanePanel {
                frame: &frame,
                title: "a".to_owned(),
                numbers: Vec::new(),
            };
            let lanes: Vec<LanePanel> = (0..n).map(lane).collect();
            let material = Material {
                lanes: &lanes,
                view: &View::default(),
            };
            let page =
                crate::scene::figures::page(&figure, &material, &FigureStyle::paper()).unwrap();
            let at = |t: f64| {
                let shot = film_shot(&figure, FilmShot::Flow(t));
                crate::scene::figures::scene(&shot, &material, &page).unwrap()
            };
            let (early, late) = (at(0.25), at(0.75));
            assert_eq!(early.panels.len(), n);
            for (a, b) in early.panels.iter().zip(&late.panels) {
                assert_eq!(a.transform, b.transform);
                assert!(a.groups != b.groups);
            }
            assert_eq!((early.size, early.size), (late.size, page.size));
        }
    }

    #[test]
    fn training_runs_first_and_then_t() {
        let mut figure = Figure::new(FigureKind::Film {
            frames: 5,
            rate: 30.0,
            pause: 0.0,
            repeat: true,
            over: FilmOver::Both,
        });
        figure.times = vec![0.3, 0.6];
        use FilmShot::{Flow, Training};
        let shots = [
            Training(0.0),
            Training(0.5),
            Training(1.0),
            Flow(0.0),
            Flow(1.0),
        ];
        assert_eq!(film_shots(&figure), shots);
        assert_eq!(film_shot(&figure, shots[1]).times, [0.3]);
        assert_eq!(film_shot(&figure, shots[4]).times, [1.0]);
    }
}
