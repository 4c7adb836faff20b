//! One change made to several experiments: what differs between two of them, taken over by a third.

use super::{Evaluation, Experiment, Model, Problem, Readout, Training};
use crate::flow::distribution::Distribution;

impl Experiment {
    /// Takes over every field in which `to` differs from `from`, and keeps the others; a variant is one field.
    /// The lanes stay.
    pub fn follow(&mut self, from: &Self, to: &Self) {
        // Without `..`: a field that is added is added here.
        let Self {
            version,
            words,
            seed,
            problem,
            model,
            training,
            readout,
            view,
            lanes: _,
            figures: _,
        } = self;
        take(version, &from.version, &to.version);
        take(words, &from.words, &to.words);
        take(seed, &from.seed, &to.seed);
        problem.follow(&from.problem, &to.problem);
        model.follow(&from.model, &to.model);
        training.follow(&from.training, &to.training);
        readout.follow(&from.readout, &to.readout);
        take(view, &from.view, &to.view);
    }
}

impl Problem {
    fn follow(&mut self, from: &Self, to: &Self) {
        let Self {
            source,
            target,
            path,
            coupling,
            pairs,
            noise,
            velocity,
        } = self;
        follow_density(source, &from.source, &to.source);
        follow_density(target, &from.target, &to.target);
        take(path, &from.path, &to.path);
        take(coupling, &from.coupling, &to.coupling);
        take(pairs, &from.pairs, &to.pairs);
        take(noise, &from.noise, &to.noise);
        take(velocity, &from.velocity, &to.velocity);
    }
}

fn follow_density(density: &mut Distribution, from: &Distribution, to: &Distribution) {
    let Distribution {
        shape,
        scale,
        shift,
    } = density;
    take(shape, &from.shape, &to.shape);
    take(scale, &from.scale, &to.scale);
    take(shift, &from.shift, &to.shift);
}

impl Model {
    fn follow(&mut self, from: &Self, to: &Self) {
        let Self {
            hidden,
            activation,
            time,
            parametrisation,
        } = self;
        take(hidden, &from.hidden, &to.hidden);
        take(activation, &from.activation, &to.activation);
        take(time, &from.time, &to.time);
        let predicted = (&from.parametrisation, &to.parametrisation);
        take(parametrisation, predicted.0, predicted.1);
    }
}

impl Training {
    fn follow(&mut self, from: &Self, to: &Self) {
        let Self {
            steps,
            batch,
            optimizer,
            schedule,
            ema,
        } = self;
        take(steps, &from.steps, &to.steps);
        take(batch, &from.batch, &to.batch);
        take(optimizer, &from.optimizer, &to.optimizer);
        take(schedule, &from.schedule, &to.schedule);
        take(ema, &from.ema, &to.ema);
    }
}

impl Readout {
    fn follow(&mut self, from: &Self, to: &Self) {
        let Self {
            solver,
            sampler,
            evaluation:
                Evaluation {
                    samples,
                    w2_samples,
                    nodes,
                    error,
                    tolerance,
                    likelihood_samples,
                    divergence,
                },
        } = self;
        take(solver, &from.solver, &to.solver);
        take(sampler, &from.sampler, &to.sampler);
        take(samples, &from.evaluation.samples, &to.evaluation.samples);
        take(
            w2_samples,
            &from.evaluation.w2_samples,
            &to.evaluation.w2_samples,
        );
        take(nodes, &from.evaluation.nodes, &to.evaluation.nodes);
        take(error, &from.evaluation.error, &to.evaluation.error);
        let tolerances = (&from.evaluation.tolerance, &to.evaluation.tolerance);
        take(tolerance, tolerances.0, tolerances.1);
        let samples = [from, to].map(|readout| &readout.evaluation.likelihood_samples);
        take(likelihood_samples, samples[0], samples[1]);
        let divergences = [from, to].map(|readout| &readout.evaluation.divergence);
        take(divergence, divergences[0], divergences[1]);
    }
}

fn take<T: Clone + PartialEq>(field: &mut T, from: &T, to: &T) {
    if from != to {
        field.clone_from(to);
    }
}
