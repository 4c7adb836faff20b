//! The blocks of pairs of an experiment.

use crate::flow::coupling::{Blocks, Coupling};

use super::Experiment;

impl Experiment {
    /// The blocks of pairs that training sees.
    ///
    /// # Errors
    /// A sentence for the user if a distribution cannot be sampled, such as an empty drawing.
    pub fn blocks(&self) -> Result<Blocks, String> {
        self.blocks_of(self.problem.coupling)
    }

    /// As [`Self::blocks`], of another coupling of the same distributions.
    ///
    /// # Errors
    /// As [`Self::blocks`].
    pub fn blocks_of(&self, coupling: Coupling) -> Result<Blocks, String> {
        let problem = &self.problem;
        let source = problem.source.sampler();
        let source = source.map_err(|error| format!("source: {error}"))?;
        let target = problem.target.sampler();
        let target = target.map_err(|error| format!("target: {error}"))?;
        let scale = problem.path.source_scale();
        let blocks = Blocks::new(source, scale, target, coupling, self.seed);
        Ok(blocks.given(problem.pairs.as_ref()))
    }

    /// What the pairs depend on: experiments with equal keys have the same blocks.
    pub fn key_of_pairs(&self) -> impl PartialEq {
        let problem = &self.problem;
        let scale = problem.path.source_scale();
        let ends = (&problem.source, scale, &problem.target);
        (self.seed, ends, problem.coupling, &problem.pairs)
    }
}
