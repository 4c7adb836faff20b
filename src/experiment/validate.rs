//! Every number of an experiment, with its range.
//!
//! RON reads `inf`, `NaN` and any integer that fits its type, so nothing is trusted before it passed here. The
//! ranges are wide: they keep out what cannot work or would exhaust the memory, not what is unwise.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use super::error::clipped;
use super::figure::Background;
use super::training::EVERY_NODE;
use super::{
    BlockView, Camera, Evaluation, Experiment, ExperimentError, Figure, FigureKind, Given, Layer,
    MAX_LANES, Model, Problem, Readout, Training, VERSION, View, Words,
};
use crate::flow::constant::OutOfRange;
use crate::flow::distribution::DistributionError;
use crate::flow::solver::TOLERANCE;
use crate::flow::vocabulary::Vocabulary;

/// Trajectory points that one evaluation may write: lines of `trajectories.csv`, 46 bytes each.
const MAX_TRAJECTORY_POINTS: usize = 50_000_000;

impl Experiment {
    /// Checks every value against its range; with lanes, those that they have.
    ///
    /// # Errors
    /// The first value outside its range, by its dotted path; NaN and infinity are in no range. A change of a lane that
    /// does not fit.
    pub fn validate(&self) -> Result<(), ExperimentError> {
        Figure::validate_all(&self.figures)?;
        if self.lanes.is_empty() {
            return self.check_ranges();
        }
        if self.lanes.len() > MAX_LANES {
            let expected = format!("at most {MAX_LANES}");
            return Err(range(
                "lanes",
                format!("a list of {}", self.lanes.len()),
                &expected,
            ));
        }
        for (i, lane) in self.lanes.iter().enumerate() {
            check_line(&format!("lanes[{i}].title"), &lane.title)?;
        }
        self.check_lanes().map_err(|fault| self.refused(fault))
    }

    /// [`Self::validate`] of one flow.
    pub(super) fn check_ranges(&self) -> Result<(), ExperimentError> {
        within("version", self.version, VERSION..=VERSION)?;
        self.words.validate()?;
        self.problem.validate()?;
        chosen("solver", self.readout.solver)?;
        self.model.validate()?;
        self.training.validate()?;
        let Readout {
            solver,
            sampler,
            evaluation,
        } = &self.readout;
        chosen("sampler", *sampler)?;
        evaluation.validate(solver.n_nodes())?;
        self.view.validate()
    }
}

impl Words {
    fn validate(&self) -> Result<(), ExperimentError> {
        check_name(&self.name)?;
        check_line("title", &self.title)?;
        check_line("about", &self.about)
    }
}

impl Problem {
    fn validate(&self) -> Result<(), ExperimentError> {
        self.source.validate().map_err(inside("source"))?;
        self.target.validate().map_err(inside("target"))?;
        chosen("path", self.path)?;
        chosen("coupling", self.coupling)?;
        chosen("velocity", self.velocity)?;
        within("training.sigma", self.noise, Self::NOISE)
    }
}

impl Model {
    /// Checks the widths and the time features against their ranges.
    ///
    /// # Errors
    /// The first value outside its range.
    pub fn validate(&self) -> Result<(), ExperimentError> {
        if !Self::LAYERS.contains(&self.hidden.len()) {
            let (least, most) = Self::LAYERS.into_inner();
            let hidden = format!("{:?}", self.hidden);
            return Err(range(
                "model.hidden",
                hidden,
                &format!("{least} to {most} layers"),
            ));
        }
        for &width in &self.hidden {
            within("model.hidden", width, Self::WIDTHS)?;
        }
        chosen("model.time", self.time)
    }
}

impl Training {
    fn validate(&self) -> Result<(), ExperimentError> {
        within("training.steps", self.steps, Self::STEPS)?;
        within("training.batch", self.batch, Self::BATCHES)?;
        chosen("training.optimizer", self.optimizer)?;
        chosen("training.schedule", self.schedule)?;
        within("training.ema", self.ema, Self::DECAYS)
    }
}

impl Evaluation {
    /// `n_nodes` of the solver are there to be written.
    fn validate(&self, n_nodes: usize) -> Result<(), ExperimentError> {
        within("evaluation.samples", self.samples, 2..=100_000)?;
        within("evaluation.w2_samples", self.w2_samples, 2..=4000)?;
        within("evaluation.nodes", self.nodes, 2..=EVERY_NODE)?;
        within("evaluation.error", self.error, Self::ERRORS)?;
        within(
            "evaluation.likelihood_samples",
            self.likelihood_samples,
            Self::LIKELIHOODS,
        )?;
        chosen("evaluation.divergence", self.divergence)?;
        let number = |x: f64| format!("{x:?}");
        if !TOLERANCE.range.contains(self.tolerance) {
            let expected = TOLERANCE.range.words(number);
            return Err(range(
                "evaluation.tolerance",
                number(self.tolerance),
                &expected,
            ));
        }
        let n_nodes = self.nodes.min(n_nodes);
        if self.samples.saturating_mul(n_nodes) > MAX_TRAJECTORY_POINTS {
            return Err(range(
                "evaluation.samples",
                self.samples,
                &format!(
                    "at most {} where {n_nodes} nodes of each are written (evaluation.nodes: 101 writes fewer)",
                    MAX_TRAJECTORY_POINTS / n_nodes
                ),
            ));
        }
        Ok(())
    }
}

impl View {
    fn validate(&self) -> Result<(), ExperimentError> {
        within("view.t", self.t, 0.0..=1.0)?;
        check_layers("view.layers", &self.layers)?;
        within("view.paths", self.trajectories, Self::TRAJECTORIES)?;
        within("view.particles", self.particles, Self::PARTICLES)?;
        within("view.field", self.field, Self::FIELD)?;
        within("view.trail", self.trail, Self::TRAIL)?;
        if let Some((x, y)) = self.ask {
            within("view.ask", x, Camera::CENTERS)?;
            within("view.ask", y, Camera::CENTERS)?;
        }
        if let Some(Given { at, points }) = self.given {
            within("view.given.at", at.0, Camera::CENTERS)?;
            within("view.given.at", at.1, Camera::CENTERS)?;
            within("view.given.points", points, Given::POINTS)?;
        }
        if let Some(size) = self.block.size {
            within("view.block.size", size, BlockView::SIZES)?;
        }
        within("view.block.number", self.block.number, BlockView::NUMBERS)?;
        match self.camera {
            None => Ok(()),
            Some(camera) => {
                within("view.camera.center", camera.center.0, Camera::CENTERS)?;
                within("view.camera.center", camera.center.1, Camera::CENTERS)?;
                within("view.camera.height", camera.height, Camera::HEIGHTS)
            }
        }
    }
}

impl Figure {
    /// Checks the figures of an experiment.
    ///
    /// # Errors
    /// The first value outside its range, by its dotted path; a file that two figures have.
    pub fn validate_all(figures: &[Self]) -> Result<(), ExperimentError> {
        for (i, figure) in figures.iter().enumerate() {
            figure.validate(&format!("figures[{i}]"))?;
            let earlier = &figures[..i];
            if earlier.iter().any(|other| other.file == figure.file) {
                let expected = "a file for each figure";
                return Err(range(
                    &format!("figures[{i}].file"),
                    format!("{:?}", figure.file),
                    expected,
                ));
            }
        }
        Ok(())
    }

    /// Checks every value against its range; `at` is where the figure stands.
    fn validate(&self, at: &str) -> Result<(), ExperimentError> {
        let field = |name: &str| format!("{at}.{name}");
        if self.file.trim().is_empty() || self.file.chars().any(char::is_control) {
            let file = format!("{:?}", self.file);
            return Err(range(
                &field("file"),
                file,
                "a file's name, such as \"a.svg\"",
            ));
        }
        within(&field("dpi"), self.dpi, Self::DPI)?;
        check_line(&field("style"), &self.style)?;
        if let Background::Color(color) = &self.background
            && !is_hex(color)
        {
            let color = format!("{color:?}");
            return Err(range(
                &field("background"),
                color,
                "#rrggbb, such as #f5f5f5",
            ));
        }
        if self.times.len() > Self::MAX_TIMES {
            let times = format!("a list of {}", self.times.len());
            let expected = format!("at most {} times", Self::MAX_TIMES);
            return Err(range(&field("t"), times, &expected));
        }
        check_layers(&field("layers"), self.layers.as_deref().unwrap_or_default())?;
        for (name, length) in [("width", self.width), ("height", self.height)] {
            let Some(length) = length else { continue };
            if !Self::POINTS.contains(&length.points(self.dpi)) {
                return Err(range(&field(name), length, "0.5in to 200in"));
            }
        }
        for &t in &self.times {
            within(&field("t"), t, 0.0..=1.0)?;
        }
        for (name, limits) in [("xlim", self.x_limits), ("ylim", self.y_limits)] {
            let Some((low, high)) = limits else { continue };
            within(&field(name), low, Camera::CENTERS)?;
            within(&field(name), high, Camera::CENTERS)?;
            if high - low < *Camera::HEIGHTS.start() {
                return Err(range(
                    &field(name),
                    format!("({low}, {high})"),
                    "two numbers, the lower one first, such as (-4, 4)",
                ));
            }
        }
        if let Some(paths) = self.paths {
            within(&field("paths"), paths, View::TRAJECTORIES)?;
        }
        if let Some(columns) = self.columns {
            within(&field("columns"), columns, Self::COLUMNS)?;
        }
        if let Some(title) = &self.title {
            check_line(&field("title"), title)?;
        }
        if let FigureKind::Film {
            frames,
            rate,
            pause,
            ..
        } = self.kind
        {
            within(&field("kind.frames"), frames, 2..=10_000)?;
            within(&field("kind.rate"), rate, 1.0..=60.0)?;
            within(&field("kind.pause"), pause, 0.0..=60.0)?;
        }
        Ok(())
    }
}

/// A name that is a file name everywhere: letters, digits, `-`, `_` and inner dots.
fn check_name(name: &str) -> Result<(), ExperimentError> {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let good = (1..=100).contains(&name.len()) && name.chars().all(allowed);
    if good && !name.starts_with('.') && !name.ends_with('.') {
        return Ok(());
    }
    Err(range(
        "name",
        format!("{name:?}"),
        "1 to 100 letters, digits, '-', '_' or inner dots",
    ))
}

/// Layers without repetition.
fn check_layers(field: &str, layers: &[Layer]) -> Result<(), ExperimentError> {
    let is_repeated = |i: usize| layers[..i].contains(&layers[i]);
    if (0..layers.len()).any(is_repeated) {
        let expected = "every layer at most once";
        return Err(range(field, format!("{layers:?}"), expected));
    }
    Ok(())
}

/// Whether a text is a colour as `#rrggbb`.
fn is_hex(color: &str) -> bool {
    let digits = color.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// One line of text.
fn check_line(field: &str, text: &str) -> Result<(), ExperimentError> {
    if text.len() <= 200 && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(range(
        field,
        format!("{text:?}"),
        "one line of at most 200 bytes",
    ))
}

/// The constants of what is chosen in a field.
fn chosen(field: &str, member: impl Vocabulary) -> Result<(), ExperimentError> {
    let misplaced = |e: OutOfRange| range(&format!("{field}.{}", e.name), e.value, &e.expected);
    member.validate().map_err(misplaced)
}

fn within<T: PartialOrd + Debug>(
    field: &str,
    value: T,
    allowed: RangeInclusive<T>,
) -> Result<(), ExperimentError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let expected = format!("{:?} to {:?}", allowed.start(), allowed.end());
    Err(range(field, format!("{value:?}"), &expected))
}

fn range(field: &str, value: impl ToString, expected: &str) -> ExperimentError {
    ExperimentError::Range {
        field: field.to_owned(),
        value: clipped(&value.to_string()),
        expected: expected.to_owned(),
    }
}

/// A distribution's refusal, under the name of its field.
fn inside(part: &str) -> impl Fn(DistributionError) -> ExperimentError {
    move |error| match error {
        DistributionError::OutOfRange {
            field,
            value,
            expected,
        } => range(&format!("{part}.{field}"), value, &expected),
        DistributionError::EmptyDrawing => range(
            &format!("{part}.shape"),
            "an empty drawing",
            "a painted cell",
        ),
    }
}
