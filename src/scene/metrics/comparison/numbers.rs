//! The numbers of one flow.

use std::collections::BTreeMap;

use super::super::{ALL, Measured};

/// What was measured of one lane with one seed: its numbers by the keys of `metrics.json`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Numbers {
    /// Each with its standard error over the particles, if it has one.
    values: BTreeMap<&'static str, (f64, Option<f64>)>,
    /// Whether the network has learned something, as far as that can be told.
    learned: Option<bool>,
}

impl Numbers {
    /// Those of a measurement. What is not finite is not there.
    pub fn of(measured: &Measured) -> Self {
        let mut values = BTreeMap::new();
        for metric in ALL {
            let value = (metric.value)(measured);
            let number = value.as_ref().and_then(|value| value.number());
            if let (Some(value), Some(number)) = (value, number.filter(|x| x.is_finite())) {
                let error = value.standard_error().filter(|error| error.is_finite());
                values.insert(metric.key, (number, error));
            }
        }
        let learned = measured
            .metrics
            .as_ref()
            .and_then(|metrics| metrics.learned);
        Self { values, learned }
    }

    /// Those that a `metrics.json` holds; what it does not hold is not there. A whole number was counted, so that its
    /// error is 0; the errors of means are in its `standard_errors`.
    pub fn from_json(json: &serde_json::Value) -> Self {
        let mut values = BTreeMap::new();
        for metric in ALL {
            let value = &json[metric.key];
            if let Some(number) = value.as_f64() {
                let counted = value.is_u64().then_some(0.0);
                let error = json["standard_errors"][metric.key].as_f64();
                values.insert(metric.key, (number, error.or(counted)));
            }
        }
        let learned = json["learned"].as_bool();
        Self { values, learned }
    }

    /// The number of a key with its standard error.
    pub(super) fn get(&self, key: &str) -> Option<(f64, Option<f64>)> {
        self.values.get(key).copied()
    }

    /// Whether the network is known to have learned nothing.
    pub(super) fn is_unlearned(&self) -> bool {
        self.learned == Some(false)
    }
}
