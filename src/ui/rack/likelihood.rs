//! The page of the likelihood: how likely held-out points are under the flow and what a perfect one would have, where the
//! flow has them from, and what an estimate instead of the exact divergence would say.

use egui::{Label, RichText, Ui, Vec2};

use crate::flow::moments::Moments;
use crate::flow::vocabulary::Vocabulary;
use crate::flow::{Bounds, Point};
use crate::products::{Encoding, Likelihood, LikelihoodAt, Made};
use crate::scene::metrics::table::{
    ENCODED_W2, ENTROPY, HUTCHINSON_NLL, HUTCHINSON_SPREAD, KL, MASS, NLL,
};
use crate::scene::metrics::{Measured, Metric, significant};
use crate::scene::theme::{Theme, lane_color};
use crate::snapshot::Frame;

use super::super::command::Command;
use super::super::lab::Lab;
use super::super::panels::grouped;
use super::super::panels::scatter::Scatter;
use super::super::panels::vocabulary::{constants_ui, member_ui};
use super::super::panels::widgets::{attention_card, card, heading_ui, note_ui};
use super::super::theme::ink;
use super::Sight;
use super::row::number_row;

/// Height of the picture of the encoded points, in points.
const HEIGHT: f32 = 170.0;

/// What the page remembers from frame to frame: pictures of the source and of the encoded points.
#[derive(Default)]
pub struct Memory {
    scatters: [Scatter; 2],
}

/// The page.
pub fn page_ui(ui: &mut Ui, memory: &mut Memory, sight: Sight<'_>, commands: &mut Vec<Command>) {
    let Sight {
        theme, lab, frame, ..
    } = sight;
    let measured = Measured::of(frame);
    let made = frame.products.likelihood.get();
    heading_ui(ui, theme, "HELD-OUT POINTS");
    for metric in [&NLL, &ENTROPY, &KL, &MASS] {
        metric_ui(ui, theme, metric, &measured);
    }
    reasons_ui(ui, theme, made.map(|made| &made.output));
    note_ui(
        ui,
        theme,
        &made.map_or(WAITING.to_owned(), |made| age(made, frame)),
    );
    lanes_ui(ui, sight);
    heading_ui(ui, theme, "UNDER THE POINTER");
    pointer_ui(ui, theme, frame);
    heading_ui(ui, theme, "DATA TO NOISE");
    if let Some(made) = made {
        encoding_ui(ui, theme, &mut memory.scatters, &made.encoding);
    }
    metric_ui(ui, theme, &ENCODED_W2, &measured);
    note_ui(ui, theme, ENCODED);
    divergence_ui(ui, theme, lab, &measured, commands);
}

const WAITING: &str = "Measured in the background; the first numbers come soon.";
const ENCODED: &str = "Held-out target points, solved back to t = 0, over points of the source. A flow with the right \
                       density has the source there.";

/// A number with its error, or with what it is to be compared with.
fn metric_ui(ui: &mut Ui, theme: &Theme, metric: &Metric, measured: &Measured) {
    let (value, aside) = metric.line(measured);
    number_row(
        ui,
        theme,
        metric.label,
        &metric.definition(),
        &value,
        &aside,
    );
}

/// Why there is no NLL, or no KL.
fn reasons_ui(ui: &mut Ui, theme: &Theme, likelihood: Option<&Likelihood>) {
    let Some(likelihood) = likelihood else {
        return;
    };
    match (&likelihood.nll, &likelihood.kl) {
        (Err(reason), _) => {
            attention_card(theme, theme.attention).show(ui, |ui| {
                let text = RichText::new(reason).color(ink(theme.attention));
                ui.add(Label::new(text).wrap());
            });
        }
        (Ok(_), Err(reason)) => drop(note_ui(ui, theme, &format!("No KL: {reason}"))),
        (Ok(_), Ok(_)) => {}
    }
    if let Ok(entropy) = &likelihood.entropy {
        note_ui(ui, theme, &format!("Entropy: {}.", entropy.basis()));
    }
}

/// Which weights were measured, on how many points, how well.
fn age(made: &Made<Likelihood>, frame: &Frame) -> String {
    let step = made.of.step;
    let text = format!(
        "{} points at step {}, back to t = 0 by RK4 in {} steps; halving them moved log p₁ by {}",
        grouped(made.n_samples as u64),
        grouped(step),
        made.steps,
        significant(made.error)
    );
    match frame.step.saturating_sub(step) {
        _ if !frame.is_current(made) => format!("{text}. Before the last change."),
        0 => format!("{text}."),
        n => format!("{text}. {} steps ago.", grouped(n)),
    }
}

/// NLL and KL of every lane, if there are several.
fn lanes_ui(ui: &mut Ui, sight: Sight<'_>) {
    let Sight {
        theme, lab, frames, ..
    } = sight;
    let lanes = lab.editor.lanes();
    if lanes.len() < 2 {
        return;
    }
    heading_ui(ui, theme, "LANES: NLL, KL");
    for (place, lane) in lanes.iter().enumerate() {
        let measured = Measured::of(frames.of(lane.id()));
        let [nll, kl] = [&NLL, &KL].map(|metric| metric.line(&measured).0);
        let title = lab.editor.label(place);
        let hint = format!("{}\n\n{}", NLL.definition(), KL.definition());
        ui.horizontal(|ui| {
            ui.label(RichText::new("■").color(ink(lane_color(place, lab.dark))));
            number_row(ui, theme, title, &hint, &nll, &format!("KL {kl}"));
        });
    }
}

/// The density at the point that is pointed at.
fn pointer_ui(ui: &mut Ui, theme: &Theme, frame: &Frame) {
    let Some(made) = frame.products.likelihood_at.get() else {
        return drop(note_ui(
            ui,
            theme,
            "Point at the canvas: log p₁ there, whatever the play head.",
        ));
    };
    let LikelihoodAt {
        at,
        x_0,
        likelihood,
    } = &made.output;
    let hint = "The same number as `pushforward likelihood RUN --at X,Y` prints.";
    number_row(ui, theme, "x", hint, &pair(*at), "");
    number_row(ui, theme, "from x₀", hint, &pair(*x_0), "");
    match likelihood {
        Ok(found) => {
            let spread = match found.spread {
                0.0 => String::new(),
                spread => format!("± {}", significant(spread)),
            };
            let log = format!("{:.4}", found.value).replace('-', "−");
            number_row(ui, theme, "log p₁", hint, &log, &spread);
            number_row(
                ui,
                theme,
                "p₁",
                hint,
                &significant_digits(found.value.exp()),
                "",
            );
        }
        Err(reason) => drop(note_ui(ui, theme, &format!("{reason}."))),
    }
}

fn significant_digits(p: f64) -> String {
    match p {
        p if p >= 1e-3 => format!("{p:.4}"),
        p => format!("{p:.3e}").replace('-', "−"),
    }
}

/// The encoded points over those of the source, and the moments of both.
fn encoding_ui(ui: &mut Ui, theme: &Theme, scatters: &mut [Scatter; 2], encoding: &Encoding) {
    card(theme).inner_margin(4).show(ui, |ui| {
        let size = Vec2::new(ui.available_width(), HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
        let sets = [
            (&encoding.source_shown, ink(theme.source)),
            (&encoding.shown, ink(theme.target)),
        ];
        let bounds = Bounds::of_points(&encoding.source_shown).unwrap_or(Bounds::square(1.0));
        let painter = ui.painter().with_clip_rect(rect);
        for (scatter, set) in scatters.iter_mut().zip(sets) {
            scatter.paint_within(&painter, rect, set, bounds);
        }
        response.on_hover_text("Purple: the source. Green: held-out target points at t = 0.");
    });
    let Encoding {
        encoded,
        source,
        mean_stderr,
        ..
    } = encoding;
    let hint =
        |what: &str, of: &str| format!("{what} of the encoded points; of the source points {of}.");
    let stderr = format!("± {}", significant(mean_stderr[0].max(mean_stderr[1])));
    let of = pair(source.mean);
    number_row(
        ui,
        theme,
        "mean",
        &hint("The mean", &of),
        &pair(encoded.mean),
        &stderr,
    );
    let (own, of) = (variances(encoded), variances(source));
    number_row(ui, theme, "variances", &hint("Variances", &of), &own, "");
    let [own, of] = [encoded.cov[1], source.cov[1]].map(|c| format!("{c:.3}").replace('-', "−"));
    number_row(
        ui,
        theme,
        "covariance",
        &hint("The covariance", &of),
        &own,
        "",
    );
    let of = format!(
        "Source: mean {}, variances {}, covariance {of}.",
        pair(source.mean),
        variances(source)
    );
    note_ui(ui, theme, &of);
}

fn variances(moments: &Moments) -> String {
    pair([moments.cov[0], moments.cov[2]])
}

fn pair([x, y]: Point) -> String {
    format!("({x:.2}, {y:.2})").replace('-', "−")
}

/// How the divergence is found, and Hutchinson's estimate beside the exact one.
fn divergence_ui(
    ui: &mut Ui,
    theme: &Theme,
    lab: &Lab,
    measured: &Measured,
    commands: &mut Vec<Command>,
) {
    heading_ui(ui, theme, "DIVERGENCE");
    let mut draft = lab.editor.experiment().clone();
    let divergence = &mut draft.readout.evaluation.divergence;
    let formula = "log p₁ = log p₀(x₀) − ∫ div v dt";
    member_ui(ui, theme, "Divergence", formula, divergence);
    constants_ui(ui, theme, divergence.entry().constants, divergence);
    for metric in [&HUTCHINSON_NLL, &HUTCHINSON_SPREAD] {
        metric_ui(ui, theme, metric, measured);
    }
    if let Some(h) = measured.likelihood.as_ref().and_then(|l| l.hutchinson) {
        let text = format!(
            "Hutchinson's estimate beside the exact divergence, {} points, {}: NLL {:.3} and {:.3}. In the plane the exact \
             one costs two tangents; in many dimensions only the estimate is left.",
            grouped(h.n_samples as u64),
            probes(h.probes),
            h.estimate,
            h.exact
        );
        note_ui(ui, theme, &text);
    }
    if draft != *lab.editor.experiment() {
        commands.push(Command::Edit(Box::new(draft)));
    }
}

fn probes(n: usize) -> String {
    match n {
        1 => "one probe each".to_owned(),
        n => format!("{n} probes each"),
    }
}
