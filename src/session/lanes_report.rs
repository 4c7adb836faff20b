//! The numbers of several lanes: each one's `metrics.json` read back, and put together in one list.

use std::fmt;
use std::path::Path;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::scene::metrics::Metric;

use super::files::read_text;
use super::folder::names;

/// Largest `metrics.json` that is read.
const MAX_BYTES: u64 = 16 << 20;

/// The keys and values of a `metrics.json`, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricsFile(Vec<(String, Value)>);

impl MetricsFile {
    /// Reads what a finished run has left.
    ///
    /// # Errors
    /// A sentence with the path, if there is none or it is no JSON object.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join(names::METRICS);
        let text = read_text(&path, MAX_BYTES).map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The value under a key; nothing for null.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let found = self.0.iter().find(|(name, _)| name == key);
        found
            .map(|(_, value)| value)
            .filter(|value| !value.is_null())
    }

    /// The same for whoever looks keys up.
    pub fn to_value(&self) -> Value {
        Value::Object(self.0.iter().cloned().collect())
    }

    /// The number of a metric, if it was measured.
    pub fn number(&self, metric: &Metric) -> Option<f64> {
        self.get(metric.key)?.as_f64()
    }
}

impl Serialize for MetricsFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de> Deserialize<'de> for MetricsFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = MetricsFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of numbers")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<MetricsFile, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(MetricsFile(entries))
            }
        }
        deserializer.deserialize_map(Keys)
    }
}

/// One lane in the list.
#[derive(Clone, Debug, Serialize)]
pub struct LaneReport {
    /// Its number, from 1.
    pub lane: usize,
    /// What it is called.
    pub title: String,
    /// Its folder below the list's.
    pub folder: String,
    /// What its own `metrics.json` says.
    #[serde(flatten)]
    pub numbers: MetricsFile,
}

/// The bytes of the list.
///
/// # Errors
/// Never for what has been read from JSON.
pub fn to_json(lanes: &[LaneReport]) -> serde_json::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(lanes)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::metrics::table;

    #[test]
    fn numbers_come_back_in_their_order() {
        let text = r#"{"w2":0.25,"name":"a","loss":null,"cautions":["b"],"timing":{"x":1}}"#;
        let numbers: MetricsFile = serde_json::from_str(text).unwrap();
        assert_eq!(numbers.number(&table::W2), Some(0.25));
        assert_eq!(numbers.number(&table::LOSS), None);
        assert_eq!(numbers.get("loss"), None);
        let lane = LaneReport {
            lane: 2,
            title: "VP".to_owned(),
            folder: "02-vp".to_owned(),
            numbers,
        };
        let list = serde_json::to_string(&[lane]).unwrap();
        let rest = text.strip_prefix('{').unwrap();
        let expected = format!(r#"[{{"lane":2,"title":"VP","folder":"02-vp",{rest}]"#);
        assert_eq!(list, expected);
        assert!(serde_json::from_str::<MetricsFile>("[1]").is_err());
    }
}
