//! `log p_1` at the point that is pointed at.

use std::sync::Arc;

use crate::flow::Point;
use crate::flow::distribution::DistributionError;
use crate::flow::likelihood::{Divergence, LogLikelihood, NoDensity};
use crate::flow::work::{Parts, Work};

use super::likelihood_sketch::current_basis;
use super::{Cost, Demand, Flow, LikelihoodBasis, Made, Product, Tools, Wish};

/// The likelihood of a point.
#[derive(Clone, Debug, PartialEq)]
pub struct LikelihoodAt {
    /// The point.
    pub at: Point,
    /// Where the flow has it from.
    pub x_0: Point,
    /// `log p_1` there, or why there is none.
    pub likelihood: Result<LogLikelihood, NoDensity>,
}

impl LikelihoodAt {
    /// That of a flow.
    pub async fn of(
        flow: &Flow,
        basis: &LikelihoodBasis,
        divergence: Divergence,
        at: Point,
    ) -> Option<Self> {
        let (points, alone) = ([at], Parts::default());
        let encoded = basis.encode(flow, divergence, &points, &alone).await;
        let encoded = encoded.into_iter().next()?;
        let seed = flow.id.experiment.seed;
        let likelihood = basis
            .source
            .as_ref()
            .map(|source| divergence.log_likelihood(&encoded, source.at(encoded.x_0), (seed, 0)));
        Some(Self {
            at,
            x_0: encoded.x_0,
            likelihood: likelihood.map_err(Clone::clone),
        })
    }

    /// Those of several points, as the flow's experiment asks for them.
    ///
    /// # Errors
    /// If the target cannot be sampled.
    pub async fn of_all(flow: &Flow, points: &[Point]) -> Result<Vec<Self>, DistributionError> {
        let basis = LikelihoodBasis::of(flow).await?;
        let divergence = flow.id.experiment.readout.evaluation.divergence;
        let mut all = Vec::with_capacity(points.len());
        for &at in points {
            all.extend(Self::of(flow, &basis, divergence, at).await);
        }
        Ok(all)
    }
}

/// Where, made how.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it builds on.
    pub basis: Arc<Made<LikelihoodBasis>>,
    /// The point.
    pub at: Point,
    /// How the divergence is found.
    pub divergence: Divergence,
}

impl PartialEq for Request {
    fn eq(&self, other: &Self) -> bool {
        let asked = |request: &Self| (request.at, request.divergence);
        Arc::ptr_eq(&self.basis, &other.basis) && asked(self) == asked(other)
    }
}

impl Product for LikelihoodAt {
    const NAME: &'static str = "likelihood at the pointer";
    const COST: Cost = Cost::Picture;
    const FOLLOWS_HAND: bool = true;
    type Request = Request;

    fn demand(wish: &Wish<'_>) -> Demand<Request> {
        let Some(at) = wish.look.pointer else {
            return Demand::Nothing;
        };
        match current_basis(wish) {
            None => Demand::Later,
            Some(basis) => Demand::Of(Request {
                basis,
                at,
                divergence: wish.flow.experiment.readout.evaluation.divergence,
            }),
        }
    }

    fn start(flow: &Flow, request: &Request, _tools: &Tools) -> Work<Option<Self>> {
        let (flow, request) = (flow.clone(), request.clone());
        Work::new(
            async move { Self::of(&flow, &request.basis, request.divergence, request.at).await },
        )
    }
}
