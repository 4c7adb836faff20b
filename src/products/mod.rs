//! Floor 3: what is derived from a flow, each in a file of its own: a request, an output and pure work between them.
//!
//! A product is out of date when its request or its flow differs from the one that it was made of; the old one stays
//! until the new one is there. This floor refuses to know who does the work, on which thread and when: that is the
//! dispatcher's (`session::dispatcher`), or whoever calls [`make_all`].

mod block_matrix;
mod carried_pairs;
mod flow;
mod kind;
mod points;
mod sampling;

use std::ops::Deref;
use std::sync::Arc;

use crate::experiment::{BlockView, End, Experiment, Layer, TrajectoryColor, View};
use crate::flow::conversion::Quantity;
use crate::flow::work::{Parts, Work};
use crate::flow::{Bounds, Point};
use crate::model::Checkpoints;

pub use block::{Pairing, Potential};
pub use block_matrix::Matrix;
pub use carried_pairs::carried_pairs;
pub use cloud::{Carried, Carrier, Cloud, CloudBlock, Growing};
pub use conditional::{Condition, POINTS};
pub use exact::{have_same_marginal, marginal_field};
pub use field_maps::FieldTops;
pub use floor::CfmFloor;
pub use flow::{Flow, FlowId, RunId};
pub use fm_error::ErrorBin;
pub use gradients::{BATCHES, BatchGradient, FM_POINTS, GradientNoise};
pub use kind::{Change, KINDS, Kind, Next, Task};
pub use learning_curve::CurvePoint;
pub use likelihood::{Encoding, Entropy, Hutchinson};
pub use likelihood_sketch::LogDensityMap;
pub use mesh::Shape;
pub use metrics::{Reference, ReferenceSolver, ends, measure, reference};
pub use points::{DisplayClasses, DisplaySamples, display_samples, source_points, target_points};
pub use posterior::Question;
pub use sampling::sde;
pub use solvers::{ControlledCost, MethodCost, PROBES, SEARCHED, compare_solvers};

/// Something derived from a flow.
pub trait Product: Placed + Send + Sync + 'static {
    /// What it is, in a sentence such as "The ... failed".
    const NAME: &'static str;
    /// How much it takes, which says how often it is made while training runs.
    const COST: Cost;
    /// Whether it depends on the velocity, and not on the problem alone.
    const OF_THE_FLOW: bool = true;
    /// Whether pointer or play head say what of it is made first: a move of theirs hurries nothing else.
    const FOLLOWS_HAND: bool = false;
    /// Whether it is only there for others of the same cost, so that a rest from work comes after those.
    const IS_BASIS: bool = false;
    /// All that it depends on beside the flow.
    type Request: Clone + PartialEq + Send + Sync + 'static;

    /// What is to be made of a flow for what is looked at.
    fn demand(wish: &Wish<'_>) -> Demand<Self::Request>;

    /// The work, in pieces of at most 20 ms; nothing comes of it if a distribution cannot be sampled.
    fn start(flow: &Flow, request: &Self::Request, tools: &Tools) -> Work<Option<Self>>;
}

/// How much a product takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Milliseconds: made again and again while training runs.
    Picture,
    /// Up to a second: now and then.
    Measurement,
    /// Seconds, and asked for by somebody who waits to see it grow.
    Cloud,
}

/// What a product needs to know to say what is to be made.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    /// The newest flow, or one with what is studied now in the place of what it answers.
    pub flow: &'a FlowId,
    /// What is looked at.
    pub look: &'a Look,
    /// What there is so far.
    pub made: &'a Products,
    /// The training behind the flow, while there is time to look back.
    pub past: Option<&'a Arc<Checkpoints>>,
    /// Seconds, from whenever they are counted.
    pub now: f64,
}

/// An answer to a wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Demand<R> {
    /// It is not looked at: what there is goes.
    Nothing,
    /// What it builds on is not there yet.
    Later,
    /// What there is.
    Done,
    /// This.
    Of(R),
}

/// What work may use.
#[derive(Clone, Default)]
pub struct Tools {
    /// For what may be done at the same time.
    pub parts: Parts,
    /// A device that carries many particles, if one may be used.
    pub carrier: Option<Arc<dyn Carrier>>,
    /// The time of the wish.
    pub now: f64,
}

/// An output with what it was made of.
#[derive(Debug)]
pub struct Made<P: Product> {
    /// The flow.
    pub of: FlowId,
    /// What was asked for; nothing if it was not made by request, so that it is always up to date.
    pub request: Option<P::Request>,
    /// What came of it.
    pub output: P,
}

impl<P: Product> Made<P> {
    /// Whether it is what a wish asks for, whatever the flow.
    pub fn is_demanded(&self, wish: &Wish<'_>) -> bool {
        match (&self.request, P::demand(wish)) {
            (None, _) | (_, Demand::Done) => true,
            (Some(asked), Demand::Of(request)) => *asked == request,
            (_, Demand::Nothing | Demand::Later) => false,
        }
    }
}

impl<P: Product> Deref for Made<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.output
    }
}

/// The place of a product.
pub struct Slot<P: Product> {
    /// The newest one; it may be out of date.
    pub made: Option<Arc<Made<P>>>,
    /// Whether another one is on its way and takes a while.
    pub under_way: bool,
    /// What nothing comes of.
    refused: Option<(FlowId, P::Request)>,
}

impl<P: Product> Slot<P> {
    /// The newest one, if there is one.
    pub fn get(&self) -> Option<&Arc<Made<P>>> {
        self.made.as_ref()
    }

    /// Whether it is, or nothing can be, what is asked for.
    fn is_settled(&self, of: &FlowId, request: &P::Request) -> bool {
        let is_it = |known: &FlowId, asked: &P::Request| {
            asked == request && (!P::OF_THE_FLOW || known == of)
        };
        let made = self.made.as_ref();
        made.is_some_and(|made| made.request.as_ref().is_none_or(|r| is_it(&made.of, r)))
            || self.refused.as_ref().is_some_and(|(of, r)| is_it(of, r))
    }
}

impl<P: Product> Clone for Slot<P> {
    fn clone(&self) -> Self {
        Self {
            made: self.made.clone(),
            under_way: self.under_way,
            refused: self.refused.clone(),
        }
    }
}

impl<P: Product> Default for Slot<P> {
    fn default() -> Self {
        Self {
            made: None,
            under_way: false,
            refused: None,
        }
    }
}

/// Knows where it stands among all products.
pub trait Placed: Sized {
    /// Its place.
    fn slot(products: &Products) -> &Slot<Self>
    where
        Self: Product;

    /// The same, to be changed.
    fn slot_mut(products: &mut Products) -> &mut Slot<Self>
    where
        Self: Product;
}

/// The list of products, in the order in which they are made: what builds on another one comes after it. A row is the
/// name of the place and of the file, and the type that is in both.
macro_rules! products {
    ($($(#[$doc:meta])* $slot:ident: $product:ident,)*) => {
        $(
            mod $slot;
            pub use $slot::$product;
        )*

        /// All that is derived from a flow.
        #[derive(Clone, Default)]
        pub struct Products {
            $($(#[$doc])* pub $slot: Slot<$product>,)*
        }

        $(impl Placed for $product {
            fn slot(products: &Products) -> &Slot<Self> {
                &products.$slot
            }

            fn slot_mut(products: &mut Products) -> &mut Slot<Self> {
                &mut products.$slot
            }
        })*

        /// Every kind of product.
        const ALL: &[Kind] = &[$(Kind::of::<$product>()),*];
    };
}

products! {
    /// The marginal field of the problem.
    exact: Exact,
    /// Particles from source to target at every node of the experiment's solver.
    trajectories: Followed,
    /// How straight each of the trajectories is, step by step.
    measures: Measures,
    /// A mesh that the flow carries along.
    mesh: Mesh,
    /// The velocity on a grid of points and times.
    field: FieldGrid,
    /// The marginal field on the same grid.
    exact_arrows: ExactArrows,
    /// The marginal field in cells, moment by moment.
    exact_maps: ExactMaps,
    /// The flow's field in cells against the marginal one.
    field_maps: FieldMaps,
    /// The density of the particles, estimated from the trajectories.
    density: DensityStack,
    /// Where the particles of a cloud start.
    starts: Starts,
    /// More particles than are followed one by one.
    cloud: GrowingCloud,
    /// What measurements compare with.
    references: References,
    /// How often the lines between paired points cross.
    pair_crossings: PairCrossings,
    /// The plan that the coupling's pairs are drawn from.
    coupling_plan: CouplingPlan,
    /// One block of the coupling, and what other couplings make of its points.
    block: CouplingBlock,
    /// What pairs of larger blocks cost.
    block_costs: BlockCosts,
    /// Straightness, cost and distance to the target.
    metrics: Metrics,
    /// Points of the paths with the velocities there.
    probes: Probes,
    /// What the loss cannot get below.
    floor: Floor,
    /// How far the field is from the exact one.
    fm_error: FmError,
    /// The gradient of batches beside that of the flow matching loss.
    gradients: Gradients,
    /// What was measured at which step.
    learning_curve: LearningCurve,
    /// What the methods cost on the flow, and the way there and back.
    solvers: SolverComparison,
    /// What the error of every method is against its cost.
    error_curves: ErrorCurves,
    /// The same on the exact field.
    exact_error_curves: ExactErrorCurves,
    /// How far the experiment's solver is off at the end.
    end_errors: EndErrors,
    /// The pairs whose paths pass the point that is asked about.
    posterior: Posterior,
    /// What the flow answers there.
    answer: Answer,
    /// Densities, velocities and paths given some target points.
    conditional: Conditional,
    /// What every likelihood builds on.
    likelihood_basis: LikelihoodBasis,
    /// The likelihood of the point that is pointed at.
    likelihood_at: LikelihoodAt,
    /// A coarse map of the likelihood.
    likelihood_sketch: LikelihoodSketch,
    /// The map of the likelihood.
    likelihood_map: LikelihoodMap,
    /// The density at t = 1 less the exact one.
    density_difference: DensityDifference,
    /// How likely held-out target points are.
    likelihood: Likelihood,
}

impl Products {
    /// The newest product of a kind, if there is one.
    pub fn get<P: Product>(&self) -> Option<&Arc<Made<P>>> {
        P::slot(self).get()
    }

    /// Puts a product in its place that was not made by request.
    pub fn put<P: Product>(&mut self, of: FlowId, output: P) {
        let request = None;
        P::slot_mut(self).made = Some(Arc::new(Made {
            of,
            request,
            output,
        }));
    }

    /// Whether a product of these shows what is studied and looked at. Newer weights alone do not make it out of date.
    pub fn is_current<P: Product>(
        &self,
        made: &Made<P>,
        studied: &Arc<Experiment>,
        look: &Look,
    ) -> bool {
        let flow = FlowId {
            experiment: Arc::clone(studied),
            ..made.of
        };
        let wish = Wish {
            flow: &flow,
            look,
            made: self,
            past: None,
            now: 0.0,
        };
        let answers = !P::OF_THE_FLOW || made.of.answers(&studied.problem);
        answers && made.is_demanded(&wish)
    }

    /// The cloud that is shown, if one is.
    pub fn shown_cloud(&self) -> Option<&Arc<Cloud>> {
        self.cloud.get().map(|growing| &growing.shown)
    }
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Particles to follow from source to target.
    pub particles: usize,
    /// Particles of a cloud beside them, if one is wanted.
    pub cloud: Option<usize>,
    /// What of the trajectories is measured step by step, and of how many; none if nothing is.
    pub measure: Option<(TrajectoryColor, usize)>,
    /// Arrows of the velocity field along the longer side of `bounds`; 0 for none.
    pub field: usize,
    /// What they stand for.
    pub reading: Quantity,
    /// What the camera sees: where field and density are evaluated.
    pub bounds: Bounds,
    /// Whether the marginal field of the problem is wanted.
    pub exact: bool,
    /// The point about which is asked, if one is.
    pub ask: Option<Question>,
    /// The target points that are given, if the conditional view is wanted.
    pub condition: Option<Condition>,
    /// Whether the floor of the loss and the error of the field are wanted; both need the marginal field.
    pub floor: bool,
    /// Whether the gradients of batches are wanted, by the number of the wish: another number begins again.
    pub gradients: Option<u32>,
    /// Whether the arrows of the marginal field are wanted.
    pub exact_arrows: bool,
    /// Whether the maps of the marginal field are wanted.
    pub exact_maps: bool,
    /// Whether the maps of the flow's field against the marginal one are wanted.
    pub field_maps: bool,
    /// Which of the times of the maps is the last that is not after the play head; 0 if no maps are wanted.
    pub moment: usize,
    /// Whether the density of the particles is wanted.
    pub density: bool,
    /// Whether the mesh that the flow carries along is wanted.
    pub mesh: bool,
    /// The block of the coupling that is looked at, if one is.
    pub block: Option<BlockView>,
    /// Whether the cost of blocks of several sizes is wanted.
    pub block_costs: bool,
    /// Whether measurements are wanted.
    pub metrics: bool,
    /// Whether they are also wanted of the checkpoints, where nothing trains.
    pub curves: bool,
    /// Whether the comparison of the solvers is wanted, too.
    pub solvers: bool,
    /// Whether their error against their cost is wanted: more work than the comparison.
    pub convergence: bool,
    /// Particles whose end-point error is wanted.
    pub errors: usize,
    /// The end that particles are followed from.
    pub from: End,
    /// Whether the likelihood of held-out points is wanted, where measurements are.
    pub likelihood: bool,
    /// Whether the map of the likelihood is wanted.
    pub likelihood_map: bool,
    /// Whether its density less the exact one is wanted, which builds on the map and the marginal field.
    pub density_difference: bool,
    /// The point whose likelihood is wanted.
    pub pointer: Option<Point>,
}

impl Look {
    /// What the view shows of this part of the plane, with measurements.
    pub fn of(view: &View, bounds: Bounds) -> Self {
        let shows = |layers: &[Layer]| layers.iter().any(|layer| view.layers.contains(layer));
        Self {
            particles: view.followed(),
            cloud: view.cloud(),
            measure: view
                .color
                .is_stepwise()
                .then_some((view.color, view.trajectories)),
            field: view.field,
            reading: view.reading,
            bounds,
            floor: false,
            gradients: None,
            exact: shows(&Layer::EXACT) || view.ask.is_some(),
            exact_arrows: shows(&[Layer::ExactField]),
            exact_maps: shows(&Layer::EXACT_MAPS),
            field_maps: shows(&Layer::FIELD_MAPS),
            moment: 0,
            condition: shows(&[Layer::Conditional]).then(|| Condition {
                given: view.given.unwrap_or_default(),
                t: view.t,
            }),
            ask: view.ask.map(|(x, y)| Question {
                at: [x, y],
                t: view.t,
                way: true,
            }),
            density: view.layers.contains(&Layer::Density),
            mesh: view.layers.contains(&Layer::DeformedGrid),
            block: shows(&[Layer::Block]).then_some(view.block),
            block_costs: false,
            metrics: true,
            curves: false,
            solvers: false,
            convergence: false,
            errors: match view.layers.contains(&Layer::Errors) {
                true => view.trajectories,
                false => 0,
            },
            from: view.from,
            likelihood: false,
            likelihood_map: shows(&[Layer::Likelihood, Layer::DensityDifference]),
            density_difference: shows(&[Layer::DensityDifference]),
            pointer: None,
        }
        .at(view.t)
    }

    /// The same with the play head at time t, which says what of the maps is made first.
    pub fn at(self, t: f64) -> Self {
        let stretches = (field::TIMES - 1) as f64;
        let moment = match self.exact_maps || self.field_maps {
            true => (stretches * t) as usize,
            false => 0,
        };
        let condition = self.condition.map(|condition| Condition { t, ..condition });
        Self {
            moment,
            condition,
            ..self
        }
    }
}

impl Look {
    /// Whether pointer and play head are all that has moved: then nothing else is out of date.
    pub fn differs_by_hand(&self, new: &Self) -> bool {
        let same = Self {
            ask: new.ask,
            condition: new.condition,
            pointer: new.pointer,
            moment: new.moment,
            ..*self
        };
        same == *new && *self != *new
    }
}

impl Default for Look {
    fn default() -> Self {
        Self {
            particles: 1000,
            cloud: None,
            measure: None,
            field: 24,
            reading: Quantity::Velocity,
            bounds: Bounds::square(4.0),
            exact: false,
            ask: None,
            condition: None,
            floor: false,
            gradients: None,
            exact_arrows: false,
            exact_maps: false,
            field_maps: false,
            moment: 0,
            density: false,
            mesh: false,
            block: None,
            block_costs: false,
            metrics: true,
            curves: false,
            solvers: false,
            convergence: false,
            errors: 0,
            from: End::Source,
            likelihood: false,
            likelihood_map: false,
            density_difference: false,
            pointer: None,
        }
    }
}

/// Makes everything that is looked at, on the calling thread; `None` if it is told not to go on, asked after every piece.
pub fn make_all(
    flow: &Flow,
    look: &Look,
    tools: &Tools,
    go_on: impl FnMut() -> bool,
) -> Option<Products> {
    make_rest(Products::default(), (flow, None), look, tools, go_on)
}

/// [`make_all`] of what is not among these products yet, of a flow with the training behind it, of which some may be looked
/// at, too. What else there is of them goes, so that the result is the same.
pub fn make_rest(
    mut products: Products,
    (flow, past): (&Flow, Option<&Arc<Checkpoints>>),
    look: &Look,
    tools: &Tools,
    mut go_on: impl FnMut() -> bool,
) -> Option<Products> {
    loop {
        let wish = Wish {
            flow: &flow.id,
            look,
            made: &products,
            past,
            now: tools.now,
        };
        let mut unwanted = Vec::new();
        let mut next = |kind: &'static Kind| match kind.next(flow, &wish, tools) {
            Next::Task(task) => Some(task),
            Next::Nothing => None,
            Next::Clear | Next::Later => {
                unwanted.push(kind);
                None
            }
        };
        let Some(mut task) = KINDS.iter().find_map(&mut next) else {
            for kind in unwanted {
                kind.clear(&mut products);
            }
            return Some(products);
        };
        let change = task.work.advance(&mut go_on)?;
        change.unwrap_or(task.refuse)(&mut products);
    }
}

#[cfg(test)]
mod tests;
