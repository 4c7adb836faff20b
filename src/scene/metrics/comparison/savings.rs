//! What a lane saves: how many fewer evaluations than the first lane each method needs for the same error.

use super::super::Metric;
use super::super::table::{NFE_EULER, NFE_HEUN, NFE_MIDPOINT, NFE_RK4};
use super::{Comparison, Row};

/// The smallest NFE evaluations of the methods with equal steps.
const FEWEST: [&Metric; 4] = [&NFE_EULER, &NFE_MIDPOINT, &NFE_HEUN, &NFE_RK4];

impl Comparison {
    /// A sentence for every lane but the first: what share of the first lane's evaluations each method needs fewer, or
    /// more, for the same allowed end-point error. Methods that need more than was tried in either lane are left out, and
    /// lanes that have learned nothing.
    ///
    /// Ben-Hamu's talk quotes 30 to 60 % fewer with batch-OT (Pooladian et al., arXiv 2304.14772).
    pub fn savings(&self) -> Vec<(usize, String)> {
        let mut rows: Vec<&Row> = self.rows().iter().filter(|row| !row.is_unlearned).collect();
        rows.sort_by_key(|row| row.lane);
        let Some((first, others)) = rows.split_first() else {
            return Vec::new();
        };
        let sentences = others.iter().filter_map(|row| {
            let parts: Vec<String> = FEWEST.iter().filter_map(|m| saved(first, row, m)).collect();
            (!parts.is_empty()).then(|| {
                let (title, base) = (&row.title, &first.title);
                let text = format!(
                    "{title} beside {base}, for the same error: {}.",
                    parts.join("; ")
                );
                (row.lane, text)
            })
        });
        sentences.collect()
    }
}

/// `midpoint 6 evaluations for 14, 57 % fewer`.
fn saved(first: &Row, row: &Row, metric: &Metric) -> Option<String> {
    let (before, now) = (first.estimate(metric)?, row.estimate(metric)?);
    let share = 100.0 * (1.0 - now.mean / before.mean);
    let change = match share.round() {
        0.0 => "as many".to_owned(),
        percent if percent > 0.0 => format!("{percent:.0} % fewer"),
        percent => format!("{:.0} % more", -percent),
    };
    let (method, now, before) = (metric.label, now.text(), before.text());
    Some(format!("{method} {now} evaluations for {before}, {change}"))
}
