//! How often lines cross: those of pairs, and those of trajectories as they are drawn.
//!
//! **The crossing rate** of n lines is the share of the n (n - 1) / 2 pairs of them that cross each other in the plane,
//! at whatever times: what the eye sees of a drawing. The trajectories of a flow never meet at one time, but as lines
//! they may cross; the segments from `x_0` to `x_1` of a coupling cross where the flow that is learned from them has to
//! bend. Lines cross where one passes from one side of the other to the other: touching is not crossing.

use super::Point;
use super::metrics::Mean;
use super::work::pause;

/// The crossing rate of polygonal lines with its standard error; none for fewer than two lines. Pauses after every line.
///
/// The rate is a mean over pairs, so its error is that of a U-statistic: `2 sd(r_i) / sqrt(n)`, where `r_i` is the share
/// of the other lines that line i crosses (Hoeffding 1948). A line with a point that is not finite crosses nothing.
pub async fn crossing_rate(lines: Vec<Vec<Point>>) -> Option<Mean> {
    let n = lines.len();
    if n < 2 {
        return None;
    }
    let lines: Vec<Line> = lines.into_iter().map(Line::new).collect();
    let mut crossed = vec![0_u32; n];
    for i in 0..n {
        for j in 0..i {
            if lines[i].crosses(&lines[j]) {
                crossed[i] += 1;
                crossed[j] += 1;
            }
        }
        pause().await;
    }
    let shares = crossed
        .iter()
        .map(|&count| f64::from(count) / (n - 1) as f64);
    let mean = Mean::of(shares);
    Some(Mean {
        stderr: 2.0 * mean.stderr,
        ..mean
    })
}

/// A box around points.
#[derive(Clone, Copy)]
struct Extent {
    min: Point,
    max: Point,
}

impl Extent {
    fn of(points: &[Point]) -> Self {
        let mut extent = Self {
            min: [f64::INFINITY; 2],
            max: [f64::NEG_INFINITY; 2],
        };
        for point in points {
            for k in [0, 1] {
                extent.min[k] = extent.min[k].min(point[k]);
                extent.max[k] = extent.max[k].max(point[k]);
            }
        }
        extent
    }

    fn meets(&self, other: &Self) -> bool {
        [0, 1]
            .into_iter()
            .all(|k| self.min[k] <= other.max[k] && other.min[k] <= self.max[k])
    }
}

/// A line with boxes around stretches of it: a stretch is cut in two at its middle vertex until it is one segment.
struct Line {
    points: Vec<Point>,
    /// The box of stretch `s`; its halves are `2 s + 1` and `2 s + 2`.
    boxes: Vec<Option<Extent>>,
}

/// A stretch: its number and its first and last vertex.
#[derive(Clone, Copy)]
struct Stretch {
    number: usize,
    ends: (usize, usize),
}

impl Stretch {
    fn halves(self) -> Option<[Self; 2]> {
        let (first, last) = self.ends;
        let middle = first.midpoint(last);
        let half = |k: usize, ends| Self {
            number: 2 * self.number + k,
            ends,
        };
        (last - first > 1).then(|| [half(1, (first, middle)), half(2, (middle, last))])
    }
}

impl Line {
    fn new(points: Vec<Point>) -> Self {
        let mut line = Self {
            boxes: Vec::new(),
            points,
        };
        let is_finite = line.points.iter().flatten().all(|x| x.is_finite());
        if let Some(whole) = line.whole().filter(|_| is_finite) {
            line.enclose(whole);
        }
        line
    }

    fn whole(&self) -> Option<Stretch> {
        let last = self.points.len().checked_sub(1).filter(|last| *last > 0)?;
        Some(Stretch {
            number: 0,
            ends: (0, last),
        })
    }

    fn enclose(&mut self, stretch: Stretch) {
        let (first, last) = stretch.ends;
        if self.boxes.len() <= stretch.number {
            self.boxes.resize(stretch.number + 1, None);
        }
        self.boxes[stretch.number] = Some(Extent::of(&self.points[first..=last]));
        for half in stretch.halves().into_iter().flatten() {
            self.enclose(half);
        }
    }

    fn extent(&self, stretch: Stretch) -> Option<&Extent> {
        self.boxes.get(stretch.number)?.as_ref()
    }

    fn crosses(&self, other: &Self) -> bool {
        match (self.whole(), other.whole()) {
            (Some(a), Some(b)) => self.crosses_within(a, other, b),
            _ => false,
        }
    }

    fn crosses_within(&self, a: Stretch, other: &Self, b: Stretch) -> bool {
        let (Some(of_a), Some(of_b)) = (self.extent(a), other.extent(b)) else {
            return false;
        };
        if !of_a.meets(of_b) {
            return false;
        }
        let longer = |stretch: Stretch| stretch.ends.1 - stretch.ends.0;
        match (a.halves(), b.halves()) {
            (None, None) => cross(self.segment(a), other.segment(b)),
            (Some(halves), other_halves) if other_halves.is_none() || longer(a) >= longer(b) => {
                halves
                    .into_iter()
                    .any(|half| self.crosses_within(half, other, b))
            }
            (_, halves) => {
                let mut halves = halves.into_iter().flatten();
                halves.any(|half| self.crosses_within(a, other, half))
            }
        }
    }

    fn segment(&self, stretch: Stretch) -> [Point; 2] {
        [self.points[stretch.ends.0], self.points[stretch.ends.1]]
    }
}

/// Whether each of two segments has its ends on both sides of the other.
fn cross([a, b]: [Point; 2], [c, d]: [Point; 2]) -> bool {
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

/// Positive if `p` is left of the way from `a` to `b`.
fn side(a: Point, b: Point, p: Point) -> f64 {
    (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::rng::{Stream, stream};
    use crate::flow::work::finish;
    use rand::RngExt;

    fn rate(lines: &[Vec<Point>]) -> Mean {
        finish(crossing_rate(lines.to_vec())).expect("two lines or more")
    }

    #[test]
    fn lines_that_pass_each_other_cross_and_those_that_touch_do_not() {
        let across = vec![[0.0, 0.0], [2.0, 2.0]];
        let pairs: [(&[Point], bool); 6] = [
            (&[[0.0, 2.0], [2.0, 0.0]], true),
            (&[[0.0, 2.0], [0.9, 1.0], [0.0, 0.5]], false),
            (&[[0.0, 2.0], [1.9, 1.0], [5.0, 5.0]], true),
            (&[[0.0, 2.0], [1.0, 1.0]], false),
            (&[[1.0, 1.0]], false),
            (&[[0.0, 2.0], [f64::NAN, 0.0]], false),
        ];
        for (line, crosses) in pairs {
            let mean = rate(&[across.clone(), line.to_vec()]).value;
            assert_eq!(mean, f64::from(u8::from(crosses)), "{line:?}");
        }
        assert_eq!(finish(crossing_rate(vec![across])), None);
    }

    /// With boxes as without.
    #[test]
    fn boxes_hide_no_crossing() {
        let mut rng = stream(3, Stream::Display, 0);
        let mut walk = |n: usize| {
            let mut at = [0.0; 2];
            let mut step = |at: &mut Point| {
                *at = at.map(|x| x + rng.random_range(-1.0..1.0));
                *at
            };
            (0..n).map(|_| step(&mut at)).collect::<Vec<Point>>()
        };
        let lines: Vec<Vec<Point>> = [2, 3, 7, 8, 20, 33].map(&mut walk).to_vec();
        let mut counts = [0; 2];
        for (i, a) in lines.iter().enumerate() {
            for b in &lines[..i] {
                let segments =
                    |line: &[Point]| line.windows(2).map(|w| [w[0], w[1]]).collect::<Vec<_>>();
                let by_all = segments(a)
                    .iter()
                    .any(|s| segments(b).iter().any(|r| cross(*s, *r)));
                assert_eq!(rate(&[a.clone(), b.clone()]).value == 1.0, by_all);
                counts[usize::from(by_all)] += 1;
            }
        }
        assert!(counts[0] > 0 && counts[1] > 0, "{counts:?}");
    }

    /// Independent segments between two lines cross half of the time; the error says how well that is known.
    #[test]
    fn the_rate_of_independent_pairs_is_a_half_within_its_error() {
        let mut rng = stream(4, Stream::Display, 0);
        let mut segment = || vec![[0.0, rng.random::<f64>()], [1.0, rng.random::<f64>()]];
        let lines: Vec<Vec<Point>> = (0..256).map(|_| segment()).collect();
        let Mean { value, stderr } = rate(&lines);
        assert!((value - 0.5).abs() < 4.0 * stderr, "{value} {stderr}");
        assert!((0.002..0.05).contains(&stderr), "{stderr}");
    }
}
