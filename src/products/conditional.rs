//! What flow matching is made of: the paths, the density and the velocity given one target point, or a few.

use crate::experiment::{Experiment, Given};
use crate::flow::exact::{Basis, Component, ExactField, MarginalField};
use crate::flow::grid::cell_centres;
use crate::flow::path::{Path, Schedule, interpolate};
use crate::flow::rng::Stream;
use crate::flow::work::Work;
use crate::flow::{Bounds, Point};

use super::field::cells;
use super::points::{source_points, target_points};
use super::{Cost, Demand, Flow, Product, Tools, Wish};

/// Target points among which some are given, as many as the canvas shows: all of them stand for the target.
pub const POINTS: usize = 2000;
/// Source points that are moved towards them.
const MOVED: usize = 300;
/// Source points whose whole path is drawn.
const WAYS: usize = 24;
/// Vertices of a path.
const VERTICES: usize = 25;
/// Arrows along the longer side of the canvas.
const ARROWS: usize = 24;
/// Cells of the density along the longer side of the canvas.
const CELLS: usize = 120;
/// Standard deviation of the kernel that a given point is, as a share of the target's spread.
const KERNEL: f64 = 0.02;

/// What is given, where it is looked at, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// What is given.
    pub given: Given,
    /// The time, 0 to 1.
    pub t: f64,
}

/// The law of `x_t` and its velocity given some target points, each as likely as the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditional {
    /// The time.
    pub t: f64,
    /// The coefficients of the path at that time.
    pub schedule: Schedule,
    /// The given points, the one that was chosen first.
    pub points: Vec<Point>,
    /// Components of the source, on the canvas, if it is a mixture.
    pub source: Option<Vec<Component>>,
    /// Source points at time t, each on its way to one of the given points.
    pub moved: Vec<Point>,
    /// `psi_t(x_0 | x_1)` from t = 0 to t = 1 of some of them.
    pub ways: Vec<Vec<Point>>,
    /// Places with the velocity there.
    pub arrows: Vec<(Point, Point)>,
    /// The side of the cells of the arrows, in canvas units.
    pub cell: f64,
    /// The density in cells, row by row from the lower left; empty if the source is no mixture.
    pub density: Vec<f64>,
    /// Columns and rows of it.
    pub n: [usize; 2],
    /// Where it is.
    pub bounds: Bounds,
}

/// Of which problem, and where.
#[derive(Clone, Debug)]
pub struct Request {
    experiment: std::sync::Arc<Experiment>,
    condition: Condition,
    bounds: Bounds,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let key = |request: &Self| {
            let Experiment { seed, problem, .. } = &*request.experiment;
            let problem = (
                problem.source.clone(),
                problem.target.clone(),
                problem.path,
                problem.noise,
            );
            (*seed, problem, request.condition, request.bounds)
        };
        key(self) == key(other)
    }
}

impl Product for Conditional {
    const NAME: &'static str = "conditional view";
    const COST: Cost = Cost::Picture;
    const OF_THE_FLOW: bool = false;
    const FOLLOWS_HAND: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        match wish.look.condition {
            None => Demand::Nothing,
            Some(condition) => Demand::Of(Request {
                experiment: std::sync::Arc::clone(&wish.flow.experiment),
                condition,
                bounds: wish.look.bounds,
            }),
        }
    }

    fn start(_flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let request = request.clone();
        Work::new(async move { Self::of(&request) })
    }
}

impl Conditional {
    fn of(request: &Request) -> Option<Self> {
        let Request {
            experiment,
            condition: Condition { given, t },
            bounds,
        } = request;
        let (problem, (t, bounds)) = (&experiment.problem, (*t, *bounds));
        let path = problem.path;
        let schedule = path.at(t);
        let points = chosen(target_points(experiment, POINTS).ok()?, given);
        let x_0 = source_points(experiment, Stream::Display, MOVED).ok()?;
        let pairs = || x_0.iter().zip(points.iter().cycle());
        let moved = pairs().map(|(x_0, x_1)| interpolate(schedule, *x_0, *x_1));
        let ways = pairs().take(WAYS);
        let ways = ways.map(|(x_0, x_1)| way(path, *x_0, *x_1));
        let source = problem.source.as_mixture().map(|source| {
            let scaled = source.into_iter();
            scaled
                .map(|c| c.scaled(path.source_scale()))
                .collect::<Vec<_>>()
        });
        let field = source
            .clone()
            .and_then(|source| marginal(path, source, &points, problem.noise));
        let n = cells(bounds, ARROWS);
        let places: Vec<Point> = cell_centres(bounds, n).collect();
        let velocities: Vec<Point> = match (&field, &points[..]) {
            (Some(field), _) => field
                .evaluate_grid(t, bounds, n)
                .into_iter()
                .map(|here| here.velocity)
                .collect(),
            (None, [x_1]) => places
                .iter()
                .map(|x| given_one(schedule, *x, *x_1))
                .collect(),
            (None, _) => Vec::new(),
        };
        let fine = cells(bounds, CELLS);
        let density = field.map_or_else(Vec::new, |field| {
            let found = field.evaluate_grid(t, bounds, fine).into_iter();
            found.map(|here| here.log_density.exp()).collect()
        });
        Some(Self {
            t,
            schedule,
            moved: moved.collect(),
            ways: ways.collect(),
            arrows: places.into_iter().zip(velocities).collect(),
            cell: bounds.width() / n[0].max(1) as f64,
            density,
            n: fine,
            bounds,
            source,
            points,
        })
    }
}

/// So many of the points, the nearest to the chosen place first.
fn chosen(mut points: Vec<Point>, given: &Given) -> Vec<Point> {
    let distance = |x: &Point| (x[0] - given.at.0).hypot(x[1] - given.at.1);
    let nearest = points.iter().enumerate();
    let nearest = nearest.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)));
    if let Some((nearest, _)) = nearest {
        points.swap(0, nearest);
    }
    points.truncate(given.points.max(1));
    points
}

/// The conditional path of a pair.
fn way(path: Path, x_0: Point, x_1: Point) -> Vec<Point> {
    let (start, end) = path.time_range();
    let time = |k: usize| start + (end - start) * k as f64 / (VERTICES - 1) as f64;
    (0..VERTICES)
        .map(|k| interpolate(path.at(time(k)), x_0, x_1))
        .collect()
}

/// `u_t(x | x_1) = (sigma'/sigma)(x - alpha x_1) + alpha' x_1`; not-a-number where sigma is 0.
fn given_one(schedule: Schedule, x: Point, x_1: Point) -> Point {
    let rate = schedule.d_sigma / schedule.sigma;
    [0, 1].map(|i| rate * (x[i] - schedule.alpha * x_1[i]) + schedule.d_alpha * x_1[i])
}

/// The field of a target that is the points alone, as narrow Gaussians.
fn marginal(
    path: Path,
    source: Vec<Component>,
    points: &[Point],
    noise: f64,
) -> Option<MarginalField> {
    let size = crate::flow::distribution::rms_per_coordinate(points);
    let bandwidth = (KERNEL * size).max(1e-3);
    let target = points.iter().map(|x| Component::isotropic(*x, bandwidth));
    let field = ExactField::new(path, source, target.collect()).ok()?;
    let basis = Basis::Kernels {
        points: points.len(),
        bandwidth,
    };
    Some(MarginalField::of(field.with_noise(noise), basis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;

    fn request(points: usize, t: f64) -> Request {
        let preset = presets::find("eight-gaussians").unwrap();
        Request {
            experiment: std::sync::Arc::new(preset.experiment().unwrap()),
            condition: Condition {
                given: Given {
                    at: (5.0, 0.0),
                    points,
                },
                t,
            },
            bounds: Bounds::square(6.0),
        }
    }

    /// Given one point, the field is that of the formula, but for the width of its kernel.
    #[test]
    fn the_field_given_one_point_is_the_conditional_one() {
        let found = Conditional::of(&request(1, 0.5)).unwrap();
        let x_1 = found.points[0];
        assert!((x_1[0] - 5.0).hypot(x_1[1]) < 0.5, "the nearest: {x_1:?}");
        for (x, v) in &found.arrows {
            let u = given_one(found.schedule, *x, x_1);
            let off = (v[0] - u[0]).hypot(v[1] - u[1]);
            assert!(off < 0.1 * (1.0 + u[0].hypot(u[1])), "{x:?}: {v:?} {u:?}");
        }
        assert!(found.ways.iter().all(|way| {
            let end = way[way.len() - 1];
            (end[0] - x_1[0]).hypot(end[1] - x_1[1]) < 1e-9
        }));
    }

    /// With all points the sum is the marginal of the target, as far as its samples go.
    #[test]
    fn the_sum_of_all_points_is_the_marginal() {
        let asked = request(POINTS, 0.4);
        let all = Conditional::of(&asked).unwrap();
        assert_eq!(all.points.len(), POINTS);
        let exact = crate::products::marginal_field(&asked.experiment).unwrap();
        let exact = exact.evaluate_grid(0.4, all.bounds, all.n);
        let cell = all.bounds.width() * all.bounds.height() / exact.len() as f64;
        let (mut mass, mut off) = (0.0, 0.0);
        for (here, density) in exact.iter().zip(&all.density) {
            mass += density * cell;
            off += (here.log_density.exp() - density).abs() * cell;
        }
        assert!((mass - 1.0).abs() < 0.01, "{mass}");
        assert!(off < 0.1, "{off}");
    }
}
