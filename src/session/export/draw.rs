//! From lanes to the scene of a figure: what the figure needs of each flow is made, and then it is laid out.

use crate::experiment::{Figure, View};
use crate::flow::Bounds;
use crate::model::DeviceChoice;
use crate::scene::figures::{self, FigureError, Material};
use crate::scene::lanes::LanePanel;
use crate::scene::Scene;
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
    /// The figure.
    pub scene: Scene,
    /// The lanes with what was made of their flows.
    pub frames: Vec<Frame>,
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
    let blank: Vec<Frame> = subjects.iter().map(|s| s.frame.clone()).collect();
    let seen = with_material(subjects, &blank, view, |material| {
        let page = figures::page(figure, material, &style)?;
        Ok(figures::visible(figure, material, &page))
    });
    let seen = seen.map_err(refused)?.unwrap_or(Bounds::square(NOWHERE));
    let mut frames = Vec::new();
    for frame in blank {
        let look = figures::look(figure, view, seen).map_err(refused)?;
        match portrait::pictured(frame, look, DeviceChoice::Cpu, hands, observer) {
            Some(frame) => frames.push(frame),
            None => return Ok(None),
        }
    }
    let scene = with_material(subjects, &frames, view, |material| {
        let page = figures::page(figure, material, &style)?;
        figures::scene(figure, material, &page)
    });
    let scene = scene.map_err(refused)?;
    Ok(Some(Drawn { scene, frames }))
}

fn refused(error: FigureError) -> RunError {
    RunError::Input(error.to_string())
}

fn with_material<T>(
    subjects: &[Subject],
    frames: &[Frame],
    view: &View,
    of: impl FnOnce(&Material) -> Result<T, FigureError>,
) -> Result<T, FigureError> {
    let lanes = subjects.iter().zip(frames);
    let lanes: Vec<LanePanel> = lanes
        .map(|(subject, frame)| LanePanel::measured(frame, subject.title.clone()))
        .collect();
    of(&Material {
        lanes: &lanes,
        view,
    })
}
