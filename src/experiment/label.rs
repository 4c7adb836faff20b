//! What a lane is called: its title, or in a few words what tells it from the others.

use super::error::clipped;
use super::pieces::{fields_of, value_at, word};
use super::{Experiment, examples};

/// Fields whose values say by themselves what they are.
const TELLING: [&str; 9] = [
    "path",
    "coupling",
    "velocity",
    "solver",
    "sampler",
    "model.parametrisation",
    "model.activation",
    "model.time",
    "training.optimizer",
];

impl Experiment {
    /// A short name of lane `i`: its title, or what it changes, such as "VP" or "batch-OT, seed 1". A lane that changes
    /// nothing is called by what it has where others differ.
    pub fn lane_label(&self, i: usize) -> String {
        let title = self.lanes.get(i).map_or("", |lane| &lane.title);
        if !title.is_empty() {
            return title.to_owned();
        }
        let mut keys = self.keys_changed_by(i);
        if keys.is_empty() {
            let others = (0..self.lanes.len()).flat_map(|i| self.keys_changed_by(i));
            keys = others.collect();
        }
        keys.sort_by_key(|key| key == "seed");
        let mut words: Vec<String> = Vec::new();
        if let Ok(lane) = self.lane(i) {
            let text = lane.to_ron();
            for key in keys {
                let value = value_at(text.trim(), &key).unwrap_or_default();
                let word = lane.in_words(&key, value);
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        match words.is_empty() {
            false => words.join(", "),
            true => format!("lane {}", i + 1),
        }
    }

    /// The fields in which lane `i` differs from the base.
    fn keys_changed_by(&self, i: usize) -> Vec<String> {
        let changes = self.lane(i).map(|lane| self.overrides_to(&lane));
        let keys = changes.into_iter().flatten().map(|change| change.key);
        keys.collect()
    }

    /// The value of the field at the dotted path in a few words.
    pub(super) fn in_words(&self, key: &str, value: &str) -> String {
        let name = match key {
            "path" => self.problem.path.name(),
            "coupling" => self.problem.coupling.name(),
            "velocity" => self.problem.velocity.name(),
            "solver" => self.readout.solver.name(),
            "sampler" => self.readout.sampler.name(),
            "model.parametrisation" => self.model.parametrisation.name(),
            "source.shape" => self.problem.source.shape.name(),
            "target.shape" => self.problem.target.shape.name(),
            _ => word(value).0,
        };
        let words = match name {
            "" => clipped(value),
            name if key.ends_with(".shape") => name.to_owned(),
            name => [name, &unusual_fields(key, value)].concat(),
        };
        if TELLING.contains(&key) {
            return words;
        }
        let groups = ["model.", "training.", "evaluation."];
        let group = groups.iter().find(|group| key.starts_with(**group));
        let field = &key[group.map_or(0, |group| group.len())..];
        format!("{} {words}", field.replace('.', " "))
    }
}

/// The fields of a variant that are not as in the examples, in brackets.
fn unusual_fields(key: &str, value: &str) -> String {
    let usual = examples::values(key)
        .into_iter()
        .find(|example| word(example).0 == word(value).0);
    let fields = fields_of(value).unwrap_or_default().into_iter();
    let unusual: Vec<String> = fields
        .filter(|(name, value)| usual.and_then(|usual| value_at(usual, name)) != Some(*value))
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    match unusual.is_empty() {
        true => String::new(),
        false => format!(" ({})", clipped(&unusual.join(", "))),
    }
}
