//! The builder that puts layers and furniture together, and remembers the marks that have not changed.

use super::ask::Shown as Question;
use super::axes::Axes;
use super::figure::Figure;
use super::item::Item;
use super::layers::{Beside, Memory, Moment, order};
use super::legend::Meaning;
use super::place::Place;
use super::scales::Scales;
use super::step::Shown;
use super::{Decorations, Group, Page, Panel, Scene, canvas, figure};
use crate::experiment::View;
use crate::snapshot::Frame;

/// What a lane has from those that are shown with it.
#[derive(Clone, Copy)]
pub struct Company<'a> {
    /// The lane that it is compared with, if there is another one.
    pub beside: Option<Beside<'a>>,
    /// Where the scales of maps end.
    pub scales: Scales,
}

impl<'a> Company<'a> {
    fn moment(self, frame: &'a Frame, view: &'a View, t: f64) -> Moment<'a> {
        let Self { beside, scales } = self;
        Moment {
            frame,
            beside,
            scales,
            view,
            t,
        }
    }
}

/// Makes scenes, and hands out a layer's marks again while nothing that they depend on has changed.
/// The result never depends on what was built before.
#[derive(Default)]
pub struct Builder {
    known: Memory,
}

impl Builder {
    /// The scene of a frame at time `t`; `view.t` is not read, so that a play head may run on its own.
    pub fn build(&mut self, frame: &Frame, view: &View, t: f64, page: &Page) -> Scene {
        let alone = Company {
            beside: None,
            scales: Scales::of([frame]),
        };
        self.build_beside(frame, alone, view, t, page)
    }

    /// The scene of a frame among those of other lanes.
    pub fn build_beside(
        &mut self,
        frame: &Frame,
        company: Company<'_>,
        view: &View,
        t: f64,
        page: &Page,
    ) -> Scene {
        let told = told(frame, view);
        let view = told.as_ref().unwrap_or(view);
        let moment = company.moment(frame, view, t);
        let figure = Figure { moment, page };
        let (transform, spacing) = match page.decorations {
            Decorations::Canvas | Decorations::Lane => {
                (canvas::transform(frame, view, page), canvas::TICK_SPACING)
            }
            Decorations::Figure => (figure.transform(), figure::TICK_SPACING),
        };
        let place = Place::new(transform, page);
        let axes = Axes::new(&transform, &place.sizes, spacing);
        let meaning = Meaning::of(moment, &place);
        let (backdrop, furniture, color_bars) = match page.decorations {
            Decorations::Canvas => (
                vec![axes.grid(&transform, &place.sizes, page.theme())],
                canvas::furniture(&axes, &meaning, &place),
                Vec::new(),
            ),
            Decorations::Lane => (
                vec![axes.grid(&transform, &place.sizes, page.theme())],
                axes.inner_labels(&transform, &place.sizes, page.theme(), None),
                Vec::new(),
            ),
            Decorations::Figure => (
                Vec::new(),
                figure.furniture(&axes, &meaning, &place),
                figure.color_bar(&meaning, &place).into_iter().collect(),
            ),
        };
        Scene {
            size: page.size,
            background: page.theme().background,
            panels: vec![Panel {
                transform,
                backdrop,
                groups: self.groups(&moment, &place),
                overlay: overlay(&moment, &place),
            }],
            furniture,
            color_bars,
        }
    }

    fn groups(&mut self, moment: &Moment, place: &Place) -> Vec<Group> {
        let mut before = std::mem::take(&mut self.known);
        let visible = order(moment.t).into_iter().filter(|&l| moment.shows(l));
        visible
            .map(|layer| Group {
                layer,
                items: self.known.items(layer, &mut before, moment, place),
            })
            .collect()
    }
}

/// What lies over all layers: a training step, or else the point that is asked about.
pub(super) fn overlay(moment: &Moment, place: &Place) -> Vec<Item> {
    let step = Shown::of(moment.frame, &moment.view.step, place);
    step.map_or_else(
        || Question::of(moment.frame, moment.view, place).map_or_else(Vec::new, |q| q.items()),
        |step| step.items(moment.t),
    )
}

/// The view without a training step that the frame has not laid out; none if it is to be taken as it is.
fn told(frame: &Frame, view: &View) -> Option<View> {
    let is_missing = frame.laid_out(view.step?.step).is_none();
    is_missing.then(|| View {
        step: None,
        ..view.clone()
    })
}

/// The scene of a frame at time `t`, by a builder without memory.
pub fn build(frame: &Frame, view: &View, t: f64, page: &Page) -> Scene {
    Builder::default().build(frame, view, t, page)
}

/// The marks of the visible layers.
pub(super) fn marks(moment: &Moment, place: &Place) -> Vec<Group> {
    Builder::default().groups(moment, place)
}

/// The legend of several canvases alike, as a strip of this width under them: what it says of a flow it says of the frame.
/// Its height is 0 if there is nothing to say.
pub fn legend_strip(
    frame: &Frame,
    company: Company<'_>,
    view: &View,
    t: f64,
    (lane, width): (&Page, f32),
) -> Scene {
    let told = told(frame, view);
    let view = told.as_ref().unwrap_or(view);
    let moment = company.moment(frame, view, t);
    let place = Place::new(canvas::transform(frame, view, lane), lane);
    let (size, furniture) = canvas::strip(&Meaning::of(moment, &place), &place, width);
    Scene {
        size,
        background: lane.theme().panel,
        panels: Vec::new(),
        furniture,
        color_bars: Vec::new(),
    }
}
