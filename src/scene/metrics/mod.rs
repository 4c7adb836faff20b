//! What is measured: what a row of the one [`table`] says of a number, and how its value is printed.
//!
//! The window, figures, `metrics.json` with its page `docs/metrics.md` and the command line read the table, so that a
//! number more is a row there and its value in [`Metrics`]. It refuses to know how anything is measured.

pub mod comparison;
mod print;
pub mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::flow::conversion::Quantity;
use crate::flow::metrics::{Mean, TrajectoryMetrics};
use crate::flow::sde::Sampler;
use crate::flow::solver::Solver;
use crate::products::{CfmFloor, CouplingPlan, Likelihood, Metrics, SolverComparison};
use crate::snapshot::{Frame, MeanLoss};

use print::with_error;
pub use print::{grouped, number, significant, three_digits};
pub use table::ALL;

/// What is known of a flow: that a measurement may not be there yet is part of it.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The solver that samples are generated with.
    pub solver: Solver,
    /// Whether its steps follow the field or the stochastic equation.
    pub sampler: Sampler,
    /// The measurement.
    pub metrics: Option<Arc<Metrics>>,
    /// What the methods cost.
    pub solvers: Option<Arc<SolverComparison>>,
    /// How likely held-out points are.
    pub likelihood: Option<Arc<Likelihood>>,
    /// Crossing rate of the pairs.
    pub pair_crossings: Option<Mean>,
    /// Unweighted CFM loss, the mean of the last steps of a run.
    pub loss: Option<Mean>,
    /// What the network predicts.
    pub predicted: Quantity,
    /// Both losses of what the network predicts, means over the last steps.
    pub mean_losses: Option<MeanLoss>,
    /// What that cannot get below.
    pub floor: Option<CfmFloor>,
    /// How far the field is from the exact one.
    pub fm_error: Option<Mean>,
    /// Mean squared distance of the training pairs over the same steps.
    pub coupling_cost: Option<f64>,
    /// The plan that the pairs are drawn from, if they are.
    pub coupling_plan: Option<CouplingPlan>,
}

impl Measured {
    /// What the frame says; its losses are a curve and no number.
    pub fn of(frame: &Frame) -> Self {
        let metrics = frame.products.metrics.get();
        let metrics = metrics.map(|made| Arc::new(made.output.clone()));
        let solvers = frame.products.solvers.get();
        let readout = &frame.experiment.readout;
        let asked = (readout.solver, readout.sampler);
        let by = metrics
            .as_ref()
            .map(|metrics| (metrics.solver, metrics.sampler));
        let (solver, sampler) = by.unwrap_or(asked);
        let likelihood = frame.products.likelihood.get();
        let path_energy = metrics.as_ref().map(|metrics| metrics.path_energy());
        let floor = frame.products.floor.get();
        let fm_error = frame.products.fm_error.get();
        Self {
            solver,
            sampler,
            metrics,
            solvers: solvers.map(|made| Arc::new(made.output.clone())),
            likelihood: likelihood.map(|made| Arc::new(made.output.clone())),
            pair_crossings: frame.products.pair_crossings.get().map(|made| made.0),
            loss: None,
            predicted: frame.experiment.model.parametrisation,
            mean_losses: frame.mean_losses,
            floor: floor.map(|floor| floor.beside(path_energy)),
            fm_error: fm_error.map(|made| made.total),
            coupling_cost: None,
            coupling_plan: frame.products.coupling_plan.get().map(|made| made.output),
        }
    }

    /// The loss without its floor: what is left of it for a field to learn. None where not the velocity is predicted, whose loss
    /// is told over other times than the floor.
    pub fn fm_loss(&self) -> Option<Mean> {
        if !self.predicted.is_velocity() {
            return None;
        }
        let (loss, floor) = (self.loss?, self.floor.as_ref()?.value?);
        Some(Mean {
            value: loss.value - floor.value,
            stderr: loss.stderr.hypot(floor.stderr),
        })
    }

    /// The standard errors over the particles, by the keys of the means; that of one particle is not known.
    pub fn standard_errors(&self) -> BTreeMap<&'static str, Option<f64>> {
        let error = |metric: &&Metric| match (metric.value)(self)? {
            Value::Mean(_, error) => Some((metric.key, Some(error).filter(|e| e.is_finite()))),
            _ => None,
        };
        ALL.iter().filter_map(error).collect()
    }

    /// A number of the measurement.
    fn number(&self, of: fn(&Metrics) -> Option<f64>) -> Option<Value> {
        of(self.metrics.as_deref()?).map(Value::Number)
    }

    /// The measurement, if its trajectories have a straightness.
    fn smooth(&self) -> Option<&Metrics> {
        let metrics = self.metrics.as_deref();
        metrics.filter(|metrics| metrics.straightness_reason.is_none())
    }

    /// A count of the measurement.
    fn count(&self, of: fn(&Metrics) -> usize) -> Option<Value> {
        self.metrics.as_deref().map(of).map(Value::Count)
    }

    /// Something of the comparison of the solvers.
    fn compared<T>(&self, of: impl Fn(&SolverComparison) -> T) -> Option<T> {
        self.solvers.as_deref().map(of)
    }

    /// Something of the likelihood.
    fn likely<T>(&self, of: impl Fn(&Likelihood) -> Option<T>) -> Option<T> {
        self.likelihood.as_deref().and_then(of)
    }

    /// A mean over the particles.
    fn mean(&self, of: fn(&TrajectoryMetrics) -> f64) -> Option<Value> {
        let metrics = self.smooth()?;
        Some(Value::Mean(
            of(&metrics.trajectories),
            of(&metrics.trajectories_stderr),
        ))
    }

    /// Words of the measurement.
    fn text(&self, of: fn(&Metrics) -> Option<&String>) -> Option<Value> {
        of(self.metrics.as_deref()?).cloned().map(Value::Text)
    }
}

/// Every row of the table under its key.
impl Serialize for Measured {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(ALL.iter().map(|metric| (metric.key, (metric.value)(self))))
    }
}

/// Something that is measured.
#[derive(Debug)]
pub struct Metric {
    /// Its key in `metrics.json`.
    pub key: &'static str,
    /// What running text calls it.
    pub name: &'static str,
    /// The heading of its definition in the window; empty if the window does not show it.
    pub title: &'static str,
    /// What stands beside the number in the window.
    pub label: &'static str,
    /// What stands before the number in a figure.
    pub symbol: &'static str,
    /// The formula, in Unicode; empty for what is no number.
    pub formula: &'static str,
    /// What it says, in a sentence or two.
    pub meaning: &'static str,
    /// What only the page about `metrics.json` adds.
    pub note: &'static str,
    /// Where the definition comes from.
    pub source: &'static str,
    /// Its unit or range.
    pub unit: &'static str,
    /// The group of the window's right panel that shows it.
    pub group: Option<Group>,
    /// What it is to be compared with, and is printed beside it.
    pub beside: Option<&'static Metric>,
    /// Which of two lanes' values is the better one; none if it is no column of the table that compares lanes.
    pub column: Option<Better>,
    /// What stands behind the value in the window, if that is neither a standard error nor another metric.
    pub aside: fn(&Measured) -> String,
    /// The value, if there is one.
    pub value: fn(&Measured) -> Option<Value>,
}

/// A group of numbers in the window's right panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// How straight the flow is: a property of the field.
    Straightness,
    /// Where the samples end: the chosen solver is part of it.
    Samples,
    /// What it costs to solve.
    Solvers,
    /// How likely held-out points are.
    Likelihood,
}

/// Which of two values is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The smaller.
    Smaller,
    /// The larger.
    Larger,
    /// That depends.
    Neither,
}

/// A value, by how it is printed.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A mean and its standard error, which says how many digits the mean has.
    Mean(f64, f64),
    /// A number with three decimals.
    Number(f64),
    /// The size of an error, with one digit.
    Error(f64),
    /// A whole number.
    Count(usize),
    /// Yes or no.
    Flag(bool),
    /// Words.
    Text(String),
}

impl From<Mean> for Value {
    fn from(mean: Mean) -> Self {
        Self::Mean(mean.value, mean.stderr)
    }
}

impl Value {
    /// Its standard error over the particles, if it has one; that of what was counted is 0.
    pub fn standard_error(&self) -> Option<f64> {
        match *self {
            Self::Mean(_, error) => Some(error),
            Self::Count(_) => Some(0.0),
            Self::Number(_) | Self::Error(_) | Self::Flag(_) | Self::Text(_) => None,
        }
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match *self {
            Self::Mean(value, _) | Self::Number(value) | Self::Error(value) => Some(value),
            Self::Count(n) => Some(n as f64),
            Self::Flag(_) | Self::Text(_) => None,
        }
    }

    /// The value in a line of the window.
    pub fn text(&self) -> String {
        match self {
            Self::Mean(value, error) => with_error(*value, *error).0,
            Self::Number(value) => format!("{value:.3}"),
            Self::Error(value) => significant(*value),
            Self::Count(n) => n.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// What is not finite is written as nothing.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Mean(value, _) | Self::Number(value) | Self::Error(value) => {
                Some(*value).filter(|v| v.is_finite()).serialize(serializer)
            }
            Self::Count(n) => n.serialize(serializer),
            Self::Flag(flag) => flag.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
        }
    }
}

impl Metric {
    /// What most rows leave out.
    const ROW: Self = Self {
        key: "",
        name: "",
        title: "",
        label: "",
        symbol: "",
        formula: "",
        meaning: "",
        note: "",
        source: "",
        unit: "",
        group: None,
        beside: None,
        column: None,
        aside: |_| String::new(),
        value: |_| None,
    };

    /// What stands above its column, where lanes are compared.
    pub fn heading(&self) -> &'static str {
        match self.symbol {
            "" => self.name,
            symbol => symbol,
        }
    }

    /// The value and what stands behind it, for a line of the window.
    pub fn line(&self, measured: &Measured) -> (String, String) {
        let value = (self.value)(measured);
        let beside = self
            .beside
            .and_then(|metric| Some((metric, (metric.value)(measured)?)));
        let aside = match (&value, beside) {
            (Some(Value::Mean(value, error)), _) => with_error(*value, *error).1,
            (_, Some((metric, other))) => format!("{} {}", metric.label, other.text()),
            _ => (self.aside)(measured),
        };
        let text = value.as_ref().map_or_else(|| "–".to_owned(), Value::text);
        (text, aside)
    }

    /// Formula and meaning, also of what it is to be compared with.
    pub fn definition(&self) -> String {
        let own = format!("{}\n{}", self.formula, self.meaning);
        match self.beside {
            Some(metric) => format!("{own}\n\n{}", metric.definition()),
            None => own,
        }
    }

    /// The value by `print`, with what it is to be compared with in brackets.
    pub fn compared(
        &self,
        measured: &Measured,
        print: impl Fn(Option<f64>) -> Option<String>,
    ) -> Option<String> {
        self.in_brackets(|metric| print((metric.value)(measured).and_then(|value| value.number())))
    }

    /// What `of` says of it, and in brackets of what it is to be compared with.
    pub fn in_brackets(&self, of: impl Fn(&Self) -> Option<String>) -> Option<String> {
        let own = of(self)?;
        let beside = self.beside.and_then(|metric| Some((metric, of(metric)?)));
        Some(match beside {
            Some((metric, other)) => format!("{own} ({} {other})", metric.label),
            None => own,
        })
    }
}

#[cfg(test)]
mod tests;
