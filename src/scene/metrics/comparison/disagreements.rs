//! Where two measures order two lanes differently, and why, in a sentence with the numbers.

use crate::experiment::Experiment;

use super::super::Metric;
use super::super::table::{BENDS, CHORD_RATIO, STRAIGHTNESS, TRANSPORT_COST, UNEVEN_SPEED, W2};
use super::{Comparison, Estimate, Row};

/// Two lanes of which one is better by one measure and the other by another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The numbers of the two.
    pub lanes: [usize; 2],
    /// What is said of them.
    pub sentence: String,
}

impl Comparison {
    /// Every pair of lanes that two measures order differently, in the order of the lanes.
    ///
    /// **S and chord/arc**: one lane has the smaller S, the other the larger chord ratio, both by more than the standard
    /// error of the difference. **Pairs and ways**: two lanes differ in the coupling alone, and the one that pairs nearby
    /// points has the larger S. Lanes that have learned nothing are left out.
    pub fn disagreements(&self) -> Vec<Disagreement> {
        let mut rows: Vec<&Row> = self.rows().iter().filter(|row| !row.is_unlearned).collect();
        rows.sort_by_key(|row| row.lane);
        let mut found = Vec::new();
        for (i, &a) in rows.iter().enumerate() {
            for &b in &rows[i + 1..] {
                for (a, b) in [(a, b), (b, a)] {
                    let sentences = [speed_and_shape(a, b), pairs_and_ways(a, b)];
                    found.extend(
                        sentences
                            .into_iter()
                            .flatten()
                            .map(|sentence| Disagreement {
                                lanes: [a.lane, b.lane],
                                sentence,
                            }),
                    );
                }
            }
        }
        found
    }
}

/// What there is to say if `a` is straighter by S and `b` by chord/arc.
fn speed_and_shape(a: &Row, b: &Row) -> Option<String> {
    let s = Both::of(a, b, &STRAIGHTNESS)?;
    let chord = Both::of(a, b, &CHORD_RATIO)?;
    if !(s.a.is_below(s.b) && chord.a.is_below(chord.b)) {
        return None;
    }
    let (title_a, title_b) = (&a.title, &b.title);
    let parts = (Both::of(a, b, &BENDS), Both::of(a, b, &UNEVEN_SPEED));
    let why = match (Both::of(a, b, &TRANSPORT_COST), parts) {
        // S is an area: relative to the way, the order may be another one.
        (Some(cost), _) if s.a.mean * cost.b.mean > s.b.mean * cost.a.mean => format!(
            "S grows with the length of the way (transport cost {}), chord/arc is a ratio.",
            cost.texts()
        ),
        (_, (Some(bends), Some(speed))) if !bends.rises() && speed.rises() => format!(
            "S sees speed and shape, chord/arc shape alone: in {title_b} less of S is bends ({}) and more is uneven \
             speed ({}).",
            bends.texts(),
            speed.texts()
        ),
        _ => "S sees speed and shape, and long ways most, as it is made of squares; chord/arc sees the shape alone, of \
              every way alike."
            .to_owned(),
    };
    Some(format!(
        "By S {title_a} is straighter than {title_b} ({}), by chord/arc it is {title_b} ({}). {why}",
        s.texts(),
        chord.texts()
    ))
}

/// What there is to say if `b` differs from `a` in its coupling alone, which pairs nearby points, and has the larger S.
fn pairs_and_ways(a: &Row, b: &Row) -> Option<String> {
    let s = Both::of(a, b, &STRAIGHTNESS)?;
    if !(differ_in_blocks_alone(&a.experiment, &b.experiment) && s.a.is_below(s.b)) {
        return None;
    }
    let ends = Both::of(a, b, &W2).map(|w2| format!(", while W2 is {}", w2.texts()));
    let coupling = b.experiment.problem.coupling.name();
    let path = b.experiment.problem.path.name();
    let why = match far_from_one(&b.experiment) {
        Some((t, sum)) => format!(
            "It pairs points that are close, but on this path a pair is not joined by the line between its points: \
             α + σ is {sum:.2} at t = {t:.2} and not 1, so that even a point paired with itself moves."
        ),
        None => "It pairs points that are close, which is no promise about the ways between them."
            .to_owned(),
    };
    Some(format!(
        "{coupling} bends {path}: from {} to {} S grows ({}){}. {why}",
        a.title,
        b.title,
        s.texts(),
        ends.unwrap_or_default()
    ))
}

/// Whether the second pairs points block by block where the first does not, and they study the same otherwise.
fn differ_in_blocks_alone(a: &Experiment, b: &Experiment) -> bool {
    let mut alike = b.problem.clone();
    alike.coupling = a.problem.coupling;
    let blocks = [a, b].map(|lane| lane.problem.coupling.block());
    alike == a.problem && matches!(blocks, [None, Some(_)])
}

/// The time at which the weights of a path sum up to what is farthest from 1, and that sum; none for a path whose pairs
/// follow the line between their points.
pub(super) fn far_from_one(experiment: &Experiment) -> Option<(f64, f64)> {
    const TIMES: u32 = 100;
    let path = &experiment.problem.path;
    let sums = (0..=TIMES).map(|k| {
        let t = f64::from(k) / f64::from(TIMES);
        let now = path.at(t);
        (t, now.alpha + now.sigma)
    });
    let far = |sum: f64| (sum - 1.0).abs();
    let farthest = sums.max_by(|a, b| far(a.1).total_cmp(&far(b.1)))?;
    (far(farthest.1) > 0.05).then_some(farthest)
}

/// A number of two lanes.
struct Both<'a> {
    a: &'a Estimate,
    b: &'a Estimate,
}

impl<'a> Both<'a> {
    fn of(a: &'a Row, b: &'a Row, metric: &Metric) -> Option<Self> {
        let (a, b) = (a.estimate(metric)?, b.estimate(metric)?);
        Some(Self { a, b })
    }

    /// Whether the second lane has the larger number, errors apart.
    fn rises(&self) -> bool {
        self.a.mean < self.b.mean
    }

    fn texts(&self) -> String {
        format!("{} against {}", self.a.text(), self.b.text())
    }
}
