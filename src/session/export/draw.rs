//! From lanes to the scene of a figure: what the figure needs of each flow is made, and then it is laid out.

use crate::experiment::{Figure, View};
use crate::flow::Bounds;
use crate::model::DeviceChoice;
use crate::scene::caption::{self, Caption};
use crate::scene::figures::{self, FigureError, Material};
use crate::scene::lanes::LanePanel;
use crate::scene::missing::missing;
use crate::scene::numbers::FigureNumbers;
use crate::scene::{Page, Scene};
use crate::snapshot::Frame;

use super::super::hands::Hands;
use super::super::observer::{RunError, RunObserver};
use super::super::portrait;
use super::Subject;
use super::style::style;

/// What is seen where nothing says it.
const NOWHERE: f64 = 4.0;

/// A figure before it becomes bytes.
pub struct Drawn {
    /// The figure; of a film its first picture.
    pub scene: Scene,
    /// The lanes with what was made of their flows.
    pub frames: Vec<Frame>,
    titles: Vec<String>,
    view: View,
    page: Page,
}

impl Drawn {
    /// The scene of a figure that shows the same lanes at another time.
    ///
    /// # Errors
    /// [`RunError::Input`] if the lanes do not have what it shows.
    pub fn shot(&self, figure: &Figure) -> Result<Scene, RunError> {
        let scene = with_material(&self.titles, &self.frames, &self.view, |material| {
            figures::scene(figure, material, &self.page)
        });
        scene.map_err(refused)
    }

    /// The numbers behind the figure.
    ///
    /// # Errors
    /// [`RunError::Input`] if the lanes do not have what it shows.
    pub fn numbers(&self, figure: &Figure) -> Result<FigureNumbers, RunError> {
        let numbers = with_material(&self.titles, &self.frames, &self.view, |material| {
            figures::numbers(figure, material)
        });
        numbers.map_err(refused)
    }

    /// The caption of the figure in a file of this name without its suffix.
    pub fn caption(&self, figure: &Figure, stem: &str) -> Caption {
        let width = self.scene.size[0];
        with_material(&self.titles, &self.frames, &self.view, |material| {
            caption::of(figure, material, stem, width)
        })
    }

    /// The characters of the figure that no font has, one after the other.
    pub fn missing_glyphs(&self) -> String {
        missing(&self.scene).into_iter().collect()
    }
}

/// Draws a figure of lanes, one at least, with the view's layers and numbers where the figure says nothing else; `None`
/// if interrupted.
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
    let blank: Vec<Frame> = subjects.iter().map(|s| s.frame.clone()).collect();
    let titles: Vec<String> = subjects.iter().map(|s| s.title.clone()).collect();
    let seen = with_material(&titles, &blank, view, |material| {
        let page = figures::page(figure, material, &style)?;
        Ok(figures::visible(figure, material, &page))
    });
    let seen = seen.map_err(refused)?.unwrap_or(Bounds::square(NOWHERE));
    let mut frames = Vec::new();
    for frame in blank {
        let look = figures::look(figure, view, seen);
        match portrait::pictured(frame, look, DeviceChoice::Cpu, hands, observer) {
            Some(frame) => frames.push(frame),
            None => return Ok(None),
        }
    }
    let drawn = with_material(&titles, &frames, view, |material| {
        let page = figures::page(figure, material, &style)?;
        let scene = figures::scene(figure, material, &page)?;
        Ok((scene, page))
    });
    let (scene, page) = drawn.map_err(refused)?;
    Ok(Some(Drawn {
        scene,
        frames,
        titles,
        view: view.clone(),
        page,
    }))
}

fn refused(error: FigureError) -> RunError {
    RunError::Input(error.to_string())
}

fn with_material<T>(
    titles: &[String],
    frames: &[Frame],
    view: &View,
    of: impl FnOnce(&Material) -> T,
) -> T {
    let lanes = titles.iter().zip(frames);
    let lanes: Vec<LanePanel> = lanes
        .map(|(title, frame)| LanePanel::measured(frame, title.clone()))
        .collect();
    of(&Material {
        lanes: &lanes,
        view,
    })
}
