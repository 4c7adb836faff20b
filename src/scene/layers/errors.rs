//! How far the chosen solver ends from where the flow takes each particle: segments from its end to the reference's.

use super::{LINE, Look, Marks, Moment, Notes, Same, Span, Swatch, swatch_line};
use crate::flow::reference::rms_distance;
use crate::products::{EndErrors, Made};
use crate::scene::item::{Item, Segments};
use crate::scene::place::Place;

pub(super) struct Errors;

/// The errors of the first `n` trajectories.
#[derive(PartialEq)]
pub(super) struct Shown {
    errors: Same<Made<EndErrors>>,
    n: usize,
}

impl Marks for Errors {
    const LOOK: Look = Look {
        label: "solver errors",
        level: |_| 94,
        mark_ems: LINE,
        mark: |span| vec![Item::Segments(sample(span))],
        swatch: |theme| Swatch {
            lines: swatch_line(1, 2.4, |_| theme.error),
            dots: Vec::new(),
        },
        notes: Notes {
            widest: &["solver off by 00.0000 (rms)"],
            words: |moment, _| {
                let off = Errors::needs(moment).map(|shown| {
                    let n = shown.n.min(shown.errors.ends.len());
                    rms_distance(&shown.errors.ends[..n], &shown.errors.fine[..n])
                });
                let words = |rms: f64| match rms.is_finite() {
                    true => format!("solver off by {rms:.4} (rms)"),
                    false => "solver did not arrive".to_owned(),
                };
                off.map(words).into_iter().collect()
            },
        },
        ..Look::PLAIN
    };

    type Needs = Shown;

    fn needs(moment: &Moment) -> Option<Shown> {
        // The ends of an SDE are not off those of the ODE: they are others.
        if !moment.frame.experiment.readout.sampler.is_ode() {
            return None;
        }
        Some(Shown {
            errors: moment.product()?,
            n: moment.view.trajectories,
        })
    }

    fn items(shown: &Shown, place: &Place) -> Vec<Item> {
        let (ends, fine) = (&shown.errors.ends, &shown.errors.fine);
        let pairs = ends.iter().copied().zip(fine.iter().copied());
        let width = 1.6 * place.sizes.trajectory;
        vec![place.segments(pairs.take(shown.n), width, place.theme().error)]
    }
}

fn sample(span: &Span) -> Segments {
    Segments {
        ends: vec![[span.left, span.right]],
        width: 1.6 * span.place.sizes.trajectory,
        color: span.place.theme().error,
    }
}
