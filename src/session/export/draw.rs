//! From lanes to the scene of a figure: what the figure needs of each flow is made, and then it is laid out.

use crate::experiment::{Figure, View};
use crate::flow::Bounds;
use crate::model::DeviceChoice;
use crate::products::{Look, Products};
use crate::scene::caption::{self, Caption};
use crate::scene::figures::{
    self, FigureError, FilmNumbers, FilmShot, Material, film_shot, film_shots,
};
use crate::scene::lanes::LanePanel;
use crate::scene::missing::{missing, unset_formulas};
use crate::scene::numbers::FigureNumbers;
use crate::scene::{Page, Scene};
use crate::snapshot::Frame;

use super::super::hands::Hands;
use super::super::observer::{RunError, RunObserver};
use super::super::portrait;
use super::Subject;
use super::past::Past;
use super::style::style;

/// What is seen where nothing says it.
const NOWHERE: f64 = 4.0;

/// A figure before it becomes bytes.
pub struct Drawn {
    /// The figure; of a film its first picture.
    pub scene: Scene,
    /// The lanes with what was made of their flows.
    pub frames: Vec<Frame>,
    lanes: Vec<Known>,
    view: View,
    page: Page,
    look: Look,
    past: Past,
}

/// What is known of a lane before anything is made of its flow.
struct Known {
    title: String,
    numbers: Option<Vec<String>>,
}

impl Known {
    fn without_numbers(&self) -> Self {
        Self {
            title: self.title.clone(),
            numbers: None,
        }
    }

    fn panel<'a>(&self, frame: &'a Frame) -> LanePanel<'a> {
        let measured = LanePanel::measured(frame, self.title.clone());
        match &self.numbers {
            Some(numbers) => LanePanel {
                numbers: numbers.clone(),
                ..measured
            },
            None => measured,
        }
    }
}

impl Drawn {
    /// The scene of a figure that shows the same lanes at another time.
    ///
    /// # Errors
    /// [`RunError::Input`] if the lanes do not have what it shows.
    pub fn shot(&self, figure: &Figure) -> Result<Scene, RunError> {
        let scene = with_material(&self.lanes, &self.frames, &self.view, |material| {
            figures::scene(figure, material, &self.page)
        });
        scene.map_err(refused)
    }

    /// The scene of a figure that shows the lanes as they were after a share of their checkpoints, 0 to 1. What is made of
    /// these weights goes when the scene is there.
    ///
    /// # Errors
    /// [`RunError::Input`] if the lanes do not have what it shows.
    pub fn earlier(&self, figure: &Figure, share: f64) -> Result<Scene, RunError> {
        let frames = self.past.frames(&self.frames, share, &self.look);
        let scene = with_material(&self.lanes, &frames, &self.view, |material| {
            figures::scene(figure, material, &self.page)
        });
        scene.map_err(refused)
    }

    /// The numbers behind the figure, of a film those of all its pictures; nothing if `goes_on` says no in between.
    ///
    /// # Errors
    /// [`RunError::Input`] if the lanes do not have what it shows, or it shows too much for a file.
    pub fn numbers(
        &self,
        figure: &Figure,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Option<FigureNumbers>, RunError> {
        let shots = film_shots(figure);
        if shots.is_empty() {
            let numbers = with_material(&self.lanes, &self.frames, &self.view, |material| {
                figures::numbers(figure, material)
            });
            return numbers.map(Some).map_err(refused);
        }
        let mut numbers = FilmNumbers::default();
        // Several pictures in a row may show the same weights.
        let mut earlier: Option<(usize, Vec<Frame>)> = None;
        for shot in shots {
            if !goes_on() {
                return Ok(None);
            }
            if let FilmShot::Training(share) = shot {
                let place = self.past.place(share);
                let known = earlier.take().filter(|(of, _)| *of == place);
                let made = || (place, self.past.frames(&self.frames, share, &self.look));
                earlier = Some(known.unwrap_or_else(made));
            }
            let frames = match (shot, &earlier) {
                (FilmShot::Training(_), Some((_, frames))) => frames,
                _ => &self.frames,
            };
            let picture = film_shot(figure, shot);
            let added = with_material(&self.lanes, frames, &self.view, |material| {
                numbers.add(&picture, material)
            });
            added.map_err(refused)?;
        }
        Ok(Some(numbers.all()))
    }

    /// The caption of the figure in a file of this name.
    pub fn caption(&self, figure: &Figure, file: &str) -> Caption {
        let width = self.scene.size[0];
        with_material(&self.lanes, &self.frames, &self.view, |material| {
            caption::of(figure, material, file, width)
        })
    }

    /// The characters of the figure that no font has, one after the other.
    pub fn missing_glyphs(&self) -> String {
        missing(&self.scene).into_iter().collect()
    }

    /// The formulas of the figure that stand there as they are written, each with why.
    pub fn unset_formulas(&self) -> Vec<String> {
        unset_formulas(&self.scene)
    }
}

/// Draws a figure of lanes, one at least, with the view's layers and numbers where the figure says nothing else; `None`
/// if interrupted. Products that the lanes have already are not made again.
///
/// # Errors
/// [`RunError::Input`] if the lanes do not have what the figure shows.
pub fn draw(
    subjects: &[Subject],
    (figure, view): (&Figure, &View),
    hands: &Hands,
    observer: &mut dyn RunObserver,
) -> Result<Option<Drawn>, RunError> {
    let style = style(figure)?;
    let subjects = subjects.get(..figures::shown(figure, subjects.len()));
    let subjects = subjects.unwrap_or_default();
    let past = Past::of(figure, subjects)?;
    let blank = |subject: &Subject| Frame {
        products: Products::default(),
        ..subject.frame.clone()
    };
    let blank: Vec<Frame> = subjects.iter().map(blank).collect();
    let known = |subject: &Subject| Known {
        title: subject.title.clone(),
        numbers: subject.numbers.clone(),
    };
    let lanes: Vec<Known> = subjects.iter().map(known).collect();
    // The part that is seen is the same whether numbers are known before or not.
    let unknown: Vec<Known> = lanes.iter().map(Known::without_numbers).collect();
    let seen = with_material(&unknown, &blank, view, |material| {
        let page = figures::page(figure, material, &style)?;
        Ok(figures::visible(figure, material, &page))
    });
    let seen = seen.map_err(refused)?.unwrap_or(Bounds::square(NOWHERE));
    let mut frames = Vec::new();
    let look = figures::look(figure, view, seen);
    for (subject, lane) in subjects.iter().zip(&lanes) {
        let look = Look {
            metrics: look.metrics && lane.numbers.is_none(),
            ..look
        };
        let frame = (subject.frame.clone(), subject.history.as_ref());
        match portrait::pictured_with_past(frame, look, DeviceChoice::Cpu, hands, observer) {
            Some(frame) => frames.push(frame),
            None => return Ok(None),
        }
    }
    let drawn = with_material(&lanes, &frames, view, |material| {
        let page = figures::page(figure, material, &style)?;
        let scene = figures::scene(figure, material, &page)?;
        Ok((scene, page))
    });
    let (scene, page) = drawn.map_err(refused)?;
    Ok(Some(Drawn {
        scene,
        frames,
        lanes,
        view: view.clone(),
        page,
        look,
        past,
    }))
}

fn refused(error: FigureError) -> RunError {
    RunError::Input(error.to_string())
}

fn with_material<T>(
    known: &[Known],
    frames: &[Frame],
    view: &View,
    of: impl FnOnce(&Material) -> T,
) -> T {
    let lanes = known.iter().zip(frames);
    let lanes: Vec<LanePanel> = lanes.map(|(known, frame)| known.panel(frame)).collect();
    of(&Material {
        lanes: &lanes,
        view,
    })
}
