//! Lines with fewer vertices: those are left out without which the line looks the same.
//!
//! A trajectory has a vertex for every step of the solver, and most of them lie on the straight way between their
//! neighbours. The canvas would copy and upload them all in every frame, and a vector file would list them.

use super::geometry::PagePoint;

/// Pushes the ends of the line, and of the vertices between them so many that what is left out lies within
/// `tolerance` of the line that is drawn.
pub fn push_thinned(
    points: &mut Vec<PagePoint>,
    mut line: impl Iterator<Item = PagePoint>,
    tolerance: f32,
) {
    let Some(first) = line.next() else { return };
    points.push(first);
    let mut sleeve = Sleeve::new(first, tolerance);
    let mut held = None;
    for point in line {
        if let Some(kept) = held.replace(point)
            && !sleeve.holds(point)
        {
            points.push(kept);
            sleeve = Sleeve::new(kept, tolerance);
        }
        sleeve.narrow_to(point);
    }
    points.extend(held);
}

/// The directions from a vertex that pass all later ones within the tolerance: left of one vector and right of
/// another.
struct Sleeve {
    start: PagePoint,
    tolerance: f32,
    sides: Option<[PagePoint; 2]>,
    /// How far away the last vertex is: a line that turns back leaves the sleeve.
    reach: f32,
}

impl Sleeve {
    fn new(start: PagePoint, tolerance: f32) -> Self {
        Self {
            start,
            tolerance,
            sides: None,
            reach: 0.0,
        }
    }

    fn holds(&self, point: PagePoint) -> bool {
        let way = difference(point, self.start);
        self.sides.is_none_or(|[right, left]| {
            length(way) >= self.reach && cross(right, way) >= 0.0 && cross(way, left) >= 0.0
        })
    }

    /// A point that is no farther than the tolerance can be passed in any direction.
    fn narrow_to(&mut self, point: PagePoint) {
        let way = difference(point, self.start);
        let far = length(way);
        if far <= self.tolerance {
            return;
        }
        let [x, y] = way.map(|side| side * self.tolerance / far);
        let mut sides = [[way[0] + y, way[1] - x], [way[0] - y, way[1] + x]];
        if let Some([right, left]) = self.sides {
            if cross(sides[0], right) > 0.0 {
                sides[0] = right;
            }
            if cross(left, sides[1]) > 0.0 {
                sides[1] = left;
            }
        }
        self.sides = Some(sides);
        self.reach = far;
    }
}

fn difference(a: PagePoint, b: PagePoint) -> PagePoint {
    [a[0] - b[0], a[1] - b[1]]
}

fn length(way: PagePoint) -> f32 {
    way[0].hypot(way[1])
}

/// Positive if `b` is on the left of `a` where y points up.
fn cross(a: PagePoint, b: PagePoint) -> f32 {
    a[0] * b[1] - a[1] * b[0]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOLERANCE: f32 = 0.1;

    fn thinned(line: &[PagePoint]) -> Vec<PagePoint> {
        let mut points = Vec::new();
        push_thinned(&mut points, line.iter().copied(), TOLERANCE);
        points
    }

    /// Of a point from the segment.
    fn distance(point: PagePoint, [a, b]: [PagePoint; 2]) -> f32 {
        let (along, way) = (difference(b, a), difference(point, a));
        let square = along[0] * along[0] + along[1] * along[1];
        let share = ((way[0] * along[0] + way[1] * along[1]) / square).clamp(0.0, 1.0);
        length(difference(way, along.map(|side| share * side)))
    }

    #[test]
    fn a_straight_line_keeps_its_ends_only() {
        let line: Vec<PagePoint> = (0..50).map(|k| [k as f32, 2.0 * k as f32]).collect();
        assert_eq!(thinned(&line), [line[0], line[49]]);
    }

    #[test]
    fn corners_and_turning_points_stay() {
        let corner = [[0.0, 0.0], [5.0, 0.0], [9.0, 0.0], [9.0, 7.0]];
        assert_eq!(thinned(&corner), [corner[0], corner[2], corner[3]]);
        let back = [[0.0, 0.0], [5.0, 0.0], [9.0, 0.0], [3.0, 0.0]];
        assert_eq!(thinned(&back), [back[0], back[2], back[3]]);
    }

    #[test]
    fn the_shortest_lines_stay_what_they_are_and_a_standstill_is_two_points() {
        let a = [1.0, 1.0];
        assert!(thinned(&[]).is_empty());
        assert_eq!(thinned(&[a]), [a]);
        assert_eq!(thinned(&[a; 9]), [a, a]);
    }

    proptest! {
        #[test]
        fn what_is_left_out_lies_on_the_line_that_is_drawn(
            turns in prop::collection::vec(-0.4..0.4_f32, 1..80),
            step in 0.02..20.0_f32,
        ) {
            let (mut at, mut angle) = ([100.0, 100.0], 0.0_f32);
            let mut line = vec![at];
            for turn in turns {
                angle += turn;
                at = [at[0] + step * angle.cos(), at[1] + step * angle.sin()];
                line.push(at);
            }
            let kept = thinned(&line);
            prop_assert_eq!((kept[0], kept.last()), (line[0], line.last()));
            let mut segment = 0;
            for &point in &line {
                segment += usize::from(segment + 2 < kept.len() && point == kept[segment + 1]);
                let off = distance(point, [kept[segment], kept[segment + 1]]);
                prop_assert!(off < 1.05 * TOLERANCE, "{point:?} is {off} off");
            }
        }
    }
}
