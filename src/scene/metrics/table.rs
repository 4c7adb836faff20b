//! The one table of what is measured.

use super::{Better, Group, Measured, Metric, Value, grouped, significant};
use crate::experiment::TrajectoryColor;
use crate::products::{MethodCost, SEARCHED};

macro_rules! metrics {
    ($($id:ident $key:literal $row:tt)+) => {
        $(
            #[doc = concat!("The row of `", $key, "`.")]
            pub static $id: Metric = row!($key $row);
        )+

        /// Everything that is measured, in the order of `metrics.json`.
        pub static ALL: &[&Metric] = &[$(&$id),+];
    };
}

/// A row by its fields in braces, or in brackets that of the smallest NFE of a method: its name, its number in
/// [`SolverComparison::methods`](crate::products::SolverComparison::methods), a note.
macro_rules! row {
    ($key:literal { $($field:ident: $value:expr,)+ }) => {
        Metric { key: $key, $($field: $value,)+ ..Metric::ROW }
    };
    ($key:literal [$method:literal, $number:literal, $note:literal]) => {
        Metric {
            key: $key,
            name: concat!("smallest NFE of ", $method),
            title: concat!("Smallest NFE of ", $method),
            label: $method,
            formula: concat!(
                "min N × stages, √( E |Z₁ by ", $method, " in N steps − Z₁|² ) ≤ allowed end-point error"
            ),
            meaning: concat!(
                "The fewest evaluations per trajectory with which ", $method, " ends as close to a fine solver as is asked \
                 for: N is doubled until it is enough, then the gap to the last one that was not is halved."
            ),
            note: $note,
            unit: "evaluations",
            group: Some(Group::Solvers),
            column: Some(Better::Smaller),
            aside: |m| beyond(m, $number),
            value: |m| method(m, $number)?.nfe().map(Value::Count),
            ..Metric::ROW
        }
    };
}

metrics! {
    LOSS "loss" {
        name: "loss",
        title: "Loss",
        formula: "E |v(x_t, t) − (α′ x₁ + σ′ x₀)|²",
        meaning: "The conditional flow matching loss, unweighted and summed over both coordinates; it cannot fall below \
                  the spread of the conditional velocities that pass through one point. Of a network that does not predict \
                  the velocity it is told over t in [0.01, 0.99], because it diverges at the ends.",
        note: "Mean of the last 1,000 steps.",
        source: "Lipman et al., arXiv 2210.02747",
        unit: "canvas units²",
        beside: Some(&CFM_FLOOR),
        value: |m| m.loss.map(|loss| Value::Number(loss.value)),
    }
    CFM_FLOOR "cfm_floor" {
        name: "floor of the loss",
        title: "Floor of the loss",
        label: "floor",
        formula: "V = ∫ E |dx_t/dt − u_t(x_t)|² dt",
        meaning: "What the CFM loss of a perfect field is: the spread of the conditional velocities through a point. A loss \
                  says nothing without it.",
        note: "`cfm_floor_basis` says how it is known, or why it is null.",
        source: "Lipman et al., arXiv 2210.02747, theorem 2",
        unit: "canvas units²",
        value: |m| m.floor.as_ref()?.value.map(Value::from),
    }
    CFM_FLOOR_BASIS "cfm_floor_basis" {
        meaning: "How `cfm_floor` is known: by a quadrature of the exact field, as a mean against it, or as the coupling cost \
                  less the path energy of the trained flow, which is an estimate; or why it is not known.",
        unit: "a sentence",
        value: |m| m.floor.as_ref().map(|floor| Value::Text(floor.basis.clone())),
    }
    FM_LOSS "fm_loss" {
        name: "FM loss",
        title: "FM loss",
        label: "FM loss",
        formula: "CFM loss − V = E |v(x_t, t) − u_t(x_t)|²",
        meaning: "What of the loss is left to be learned: the CFM loss without its floor.",
        note: "`loss` - `cfm_floor`; its error is that of both.",
        source: "Lipman et al., arXiv 2210.02747, theorem 2",
        unit: "canvas units², 0 of the exact field",
        value: |m| m.fm_loss().map(Value::from),
    }
    FM_ERROR "fm_error" {
        name: "error of the field",
        title: "Error of the field",
        label: "|v − u|²",
        formula: "∫ E |v_t(x_t) − u_t(x_t)|² dt, x_t from p_t",
        meaning: "The same by comparing the two fields themselves at points of the paths, which is far more exact. None where \
                  the problem has no exact field.",
        note: "16,384 points, at most ten times `n_samples` (but 512 at least); over 16 stretches of t in `fm_error_profile`.",
        unit: "canvas units², 0 of the exact field",
        aside: |m| {
            let rms = m.fm_error.map(|error| error.value.max(0.0).sqrt());
            rms.map_or_else(String::new, |rms| format!("RMS {}", significant(rms)))
        },
        value: |m| m.fm_error.map(Value::from),
    }
    OWN_LOSS "own_loss" {
        name: "own loss",
        title: "Own loss",
        label: "own loss",
        formula: "E |net(x_t, t) − y|², y = α′ x₁ + σ′ x₀, x₁ or x₀; of the score σ² s₀² E |net + x₀ / (σ s₀²)|²",
        meaning: "The loss of what the network predicts (`model.parametrisation`), over all times: of the velocity the CFM \
                  loss itself. The losses of two parametrisations are of different things and cannot be compared.",
        note: "Over the same steps; the score's is that of the noise over s₀².",
        source: "Lipman et al., arXiv 2210.02747; Song et al., arXiv 2011.13456",
        unit: "canvas units²; of the score none",
        value: |m| m.mean_losses.map(|losses| Value::Number(losses.own)),
    }
    INNER_LOSS "cfm_loss_inner" {
        name: "CFM loss within",
        title: "CFM loss over t in [0.01, 0.99]",
        label: "CFM, 0.01 ≤ t ≤ 0.99",
        formula: "mean over t in [0.01, 0.99] of E |v(x_t, t) − (α′ x₁ + σ′ x₀)|²",
        meaning: "The conditional flow matching loss away from both ends, where it is finite whatever the network predicts: \
                  the one number that all parametrisations share.",
        note: "Over the same steps.",
        unit: "canvas units²",
        value: |m| m.mean_losses.map(|losses| Value::Number(losses.cfm)),
    }
    COUPLING_COST "coupling_cost" {
        name: "coupling cost",
        title: "Coupling cost",
        formula: "E |x₁ − x₀|²",
        meaning: "The mean squared distance between the paired source and target points that training sees.",
        note: "Over the same steps.",
        unit: "canvas units²",
        value: |m| m.coupling_cost.map(Value::Number),
    }
    PLAN_COST "plan_cost" {
        name: "cost of the plan",
        title: "Cost of the entropic plan",
        formula: "Σ P C with C = |x₁ − x₀|²",
        meaning: "The mean squared distance under the plans that the pairs of a Sinkhorn coupling are drawn from: what \
                  `coupling_cost` is on average.",
        note: "Over the first blocks of the seed's training, 4,096 pairs; none for other couplings.",
        source: "Cuturi, arXiv 1306.0895",
        unit: "canvas units²",
        value: |m| m.coupling_plan.map(|plan| Value::Number(plan.plan_cost.value)),
    }
    PLAN_ERROR "plan_error" {
        name: "error of the plan",
        title: "Marginal error of the entropic plan",
        formula: "max over blocks of Σ_j |Σ_i P − 1/k|",
        meaning: "How far the plans' marginals are from uniform where Sinkhorn's iteration stopped: below 1e-4, or larger if \
                  its 2,000 iterations were not enough. The pairs that are drawn keep both marginals exactly.",
        note: "Of the same blocks.",
        unit: "0 to 2",
        value: |m| m.coupling_plan.map(|plan| Value::Number(plan.error)),
    }
    PLAN_ITERATIONS "plan_iterations" {
        name: "iterations of the plan",
        title: "Iterations of the entropic plan",
        formula: "max over blocks",
        meaning: "How many iterations Sinkhorn's algorithm took at most for a block.",
        note: "Of the same blocks.",
        unit: "1 to 2,000",
        value: |m| m.coupling_plan.map(|plan| Value::Count(plan.iterations)),
    }
    PATH_ENERGY "path_energy" {
        name: "path energy",
        title: "Path energy",
        label: "path energy",
        formula: "E ∫ |v(Z_t, t)|² dt",
        meaning: "The mean squared speed along the flow's own trajectories, solved finely; it sees detours and uneven \
                  speed.",
        unit: "canvas units²",
        group: Some(Group::Straightness),
        column: Some(Better::Smaller),
        value: |m| m.mean(|means| means.path_energy),
    }
    TRANSPORT_COST "transport_cost" {
        name: "transport cost",
        title: "Transport cost",
        label: "transport cost",
        symbol: "cost",
        formula: "E |Z₁ − Z₀|²",
        meaning: "The mean squared distance between where a particle starts and where the flow leaves it.",
        unit: "canvas units², at most the path energy",
        group: Some(Group::Straightness),
        column: Some(Better::Smaller),
        value: |m| m.mean(|means| means.transport_cost),
    }
    STRAIGHTNESS "straightness" {
        name: "straightness",
        title: "Straightness S",
        label: "S = energy − cost",
        symbol: "S",
        formula: "E ∫ |(Z₁ − Z₀) − v(Z_t, t)|² dt = path energy − transport cost",
        meaning: "Zero when every particle runs along a line at constant speed; bends and changes of speed both raise \
                  it. A property of the flow: the chosen solver does not enter.",
        source: "Liu et al., arXiv 2209.03003",
        unit: "canvas units², at least 0",
        group: Some(Group::Straightness),
        column: Some(Better::Smaller),
        value: |m| m.mean(|means| means.straightness),
    }
    UNEVEN_SPEED "straightness_speed" {
        name: "S of speed",
        title: "S of uneven speed",
        label: "of it, speed",
        symbol: "S (speed)",
        formula: "E [ ∫ |v(Z_t, t)|² dt − L² ], L = ∫ |v(Z_t, t)| dt",
        meaning: "The part of S that is uneven speed: the variance of a particle's speed over t. Zero at constant speed, \
                  along whatever curve. With the part that is bends it adds up to S.",
        unit: "canvas units², at least 0",
        group: Some(Group::Straightness),
        column: Some(Better::Smaller),
        value: |m| m.mean(|means| means.uneven_speed),
    }
    BENDS "straightness_shape" {
        name: "S of shape",
        title: "S of shape",
        label: "of it, shape",
        symbol: "S (shape)",
        formula: "E [ L² − |Z₁ − Z₀|² ], L = arc length",
        meaning: "The part of S that is bends: what the particles would still have of it if they ran at constant speed \
                  along the same curves. Zero along lines.",
        unit: "canvas units², at least 0",
        group: Some(Group::Straightness),
        column: Some(Better::Smaller),
        value: |m| m.mean(|means| means.bends),
    }
    CHORD_RATIO "chord_ratio" {
        name: "chord ratio",
        title: "Chord ratio",
        label: TrajectoryColor::ChordRatio.name(),
        symbol: TrajectoryColor::ChordRatio.name(),
        formula: "E [ |Z₁ − Z₀| / arc length ]",
        meaning: "One when every trajectory is a straight line, whatever its speed; the mean over particles of each \
                  one's ratio.",
        unit: "0 to 1",
        group: Some(Group::Straightness),
        column: Some(Better::Larger),
        value: |m| m.mean(|means| means.chord_ratio),
    }
    TURNING "turning" {
        name: "turning",
        title: "Turning",
        label: "turning",
        symbol: "turning",
        formula: "E ∫ |κ| ds",
        meaning: "The integrated curvature: the angle in radians that the velocity of a particle turns through on its \
                  way, whatever its speed. Zero along lines; turning back counts π, half a turn.",
        unit: "radians, at least 0",
        group: Some(Group::Straightness),
        column: Some(Better::Smaller),
        value: |m| m.smooth().map(|metrics| metrics.turning.into()),
    }
    CROSSINGS "crossing_rate" {
        name: "crossings",
        title: "Crossings",
        label: "crossings",
        symbol: "crossings",
        formula: "share of the pairs of trajectories that cross in the plane",
        meaning: "Of all pairs of two trajectories, the share whose lines cross in the drawing, at whatever times. At one \
                  time the particles of a flow never meet.",
        note: "Of the first 256 evaluation trajectories along the reference solution.",
        unit: "0 to 1",
        group: Some(Group::Straightness),
        column: Some(Better::Smaller),
        value: |m| Some(m.metrics.as_ref()?.crossings?.into()),
    }
    PAIR_CROSSINGS "pair_crossing_rate" {
        name: "crossings of pairs",
        title: "Crossings of pairs",
        label: "crossings of pairs",
        symbol: "crossings of pairs",
        formula: "share of the pairs of segments x₀ → x₁ that cross in the plane",
        meaning: "The same of the straight segments between paired source and target points: a property of the coupling \
                  alone. Where lines meet at one time, a flow cannot follow both of them and has to bend.",
        note: "Of the first 256 pairs of the seed's training.",
        unit: "0 to 1",
        group: Some(Group::Straightness),
        column: Some(Better::Smaller),
        value: |m| m.pair_crossings.map(Value::from),
    }
    W2_START_END "w2_start_end_squared" {
        name: "W2² from start to end",
        title: "W2² from start to end",
        label: "W2²(Z₀, Z₁)",
        formula: "min over permutations π of mean |Z₁ of π(i) − Z₀ of i|²",
        meaning: "The squared W2 between where the particles start and where the flow takes the same particles: what the \
                  best transport between these points would cost, and so never more than the transport cost.",
        note: "Of the first `w2_samples` particles; with fewer than `n_samples` the two are of different particles, and \
               alike within the standard error.",
        unit: "canvas units², at most the transport cost",
        group: Some(Group::Straightness),
        value: |m| m.number(|metrics| metrics.w2_start_end_squared),
    }
    NPE "npe" {
        name: "NPE",
        title: "NPE",
        label: "NPE",
        formula: "|path energy − W2²(source, target)| / W2²(source, target)",
        meaning: "Normalised path energy: how much more energy the flow spends than optimal transport would between the \
                  same samples. None where W2 between source and target is within its noise.",
        note: "W2² is `w2_source_target_squared`.",
        source: "Tong et al., arXiv 2302.00482",
        unit: "a share, at least 0",
        group: Some(Group::Straightness),
        aside: |m| {
            let n = m.metrics.as_ref().map(|metrics| metrics.w2_samples);
            n.map_or_else(String::new, |n| format!("n = {}", grouped(n as u64)))
        },
        column: Some(Better::Smaller),
        value: |m| m.number(|metrics| metrics.npe),
    }
    NPE_REASON "npe_reason" {
        meaning: "Why there is no `npe`: W2 between source and target is within its noise, or a number is missing.",
        unit: "a sentence",
        value: |m| m.text(|metrics| metrics.npe_reason.as_ref()),
    }
    STRAIGHTNESS_REASON "straightness_reason" {
        meaning: "Why there is no `straightness`, nor path energy, transport cost, chord ratio, turning, crossings and NPE: the \
                  trajectories are those of an SDE, or one step.",
        unit: "a sentence",
        value: |m| m.text(|metrics| metrics.straightness_reason.as_ref()),
    }
    W2_SOURCE_TARGET_SQUARED "w2_source_target_squared" {
        formula: "W2²(source, target)",
        meaning: "Squared W2 between `w2_samples` source and target samples.",
        unit: "canvas units²",
        value: |m| m.number(|metrics| metrics.w2_source_target_squared),
    }
    W2_SOURCE_TARGET_NOISE "w2_source_target_noise" {
        formula: "E W2(source, source′) + E W2(target, target′)",
        meaning: "Mean W2 between two sets of source samples plus that between two sets of target samples: by the \
                  triangle inequality, more than the samples can be expected to change W2 between source and target. \
                  Where the root of `w2_source_target_squared` is not larger, there is no `npe`.",
        unit: "canvas units",
        value: |m| m.number(|metrics| metrics.w2_source_target_noise),
    }
    W2 "w2" {
        name: "W2",
        title: "W2",
        label: "W2 to target",
        symbol: "W₂",
        formula: "min over permutations π of √( mean |y_i − x_π(i)|² )",
        meaning: "The exact 2-Wasserstein distance between held-out target samples and those that the chosen solver \
                  generates, in units of the canvas.",
        unit: "canvas units",
        group: Some(Group::Samples),
        beside: Some(&W2_FLOOR),
        column: Some(Better::Smaller),
        value: |m| m.number(|metrics| metrics.w2),
    }
    W2_FLOOR "w2_floor" {
        name: "W2 floor",
        title: "W2 floor",
        label: "floor",
        formula: "mean W2 between two independent sets of target samples",
        meaning: "What a perfect model would score at this number of samples: compare W2 with it, not with 0.",
        note: "The mean of 16 pairs of sets.",
        unit: "canvas units",
        value: |m| m.number(|metrics| metrics.w2_floor),
    }
    W2_AFFINE "w2_affine" {
        formula: "W2(target, affine image of the source)",
        meaning: "W2 between the target samples and the source samples, moved and stretched to their mean and \
                  covariance: as far as a field that is affine in x can come.",
        unit: "canvas units",
        value: |m| m.number(|metrics| metrics.w2_affine),
    }
    LEARNED "learned" {
        meaning: "False if W2 of where the reference solution ends (`w2` with a fine solver) is not below any of these: \
                  `w2_affine`, 1.5 times `w2_floor`, and the geometric mean of `w2_floor` and W2 between source and \
                  target; also if the samples are not finite, or all particles move by the same vector.",
        unit: "true or false",
        value: |m| m.metrics.as_ref()?.learned.map(Value::Flag),
    }
    LEARNED_REASON "learned_reason" {
        meaning: "If `learned` is false: that, in a sentence with its numbers.",
        unit: "a sentence",
        value: |m| m.text(|metrics| metrics.learned_reason.as_ref()),
    }
    SOLVER "solver" {
        meaning: "The experiment's solver, as `--set solver=` takes it.",
        unit: "RON",
        value: |m| ron::to_string(&m.solver).ok().map(Value::Text),
    }
    SAMPLER "sampler" {
        meaning: "How samples are carried by the solver's steps, as `--set sampler=` takes it.",
        unit: "RON",
        value: |m| ron::to_string(&m.sampler).ok().map(Value::Text),
    }
    NFE "nfe" {
        name: "NFE",
        title: "NFE",
        label: "NFE",
        formula: "solver steps × stages per step",
        meaning: "How often the velocity field is evaluated for each trajectory; with step control this is counted, \
                  rejected steps included.",
        note: "By `solver`.",
        unit: "evaluations",
        group: Some(Group::Samples),
        aside: |m| m.solver.name().to_owned(),
        column: Some(Better::Smaller),
        value: |m| {
            let known = m.solver.nfe().filter(|_| m.sampler.is_ode());
            known.or(m.metrics.as_ref().map(|metrics| metrics.nfe)).map(Value::Count)
        },
    }
    SOLVER_STEPS "solver_steps" {
        meaning: "Steps that the experiment's solver took.",
        unit: "steps",
        value: |m| m.count(|metrics| metrics.steps),
    }
    SOLVER_REJECTED "solver_rejected" {
        meaning: "Steps that it tried and did not take, because their error was too large: 0 without step control.",
        unit: "steps",
        value: |m| m.count(|metrics| metrics.rejected),
    }
    SOLVER_STOPPED_AT "solver_stopped_at" {
        meaning: "If its budget was spent before the end: the time up to which it came. There are no samples then.",
        unit: "t",
        value: |m| m.number(|metrics| metrics.stopped_at),
    }
    SOLVER_ERROR "solver_error" {
        name: "solver error",
        title: "Solver error",
        label: "solver error",
        formula: "√( E |Z₁ by the chosen solver − Z₁|² )",
        meaning: "How far the chosen solver's end points are from those of a fine solver, from the same starts.",
        note: "The fine one is `reference_solver`.",
        unit: "canvas units",
        group: Some(Group::Samples),
        aside: |m| m.solver.name().to_owned(),
        value: |m| Some(Value::Error(m.smooth()?.solver_error)),
    }
    ONE_STEP_ERROR "one_step_error" {
        name: "error of one step",
        title: "Error of one step",
        label: "one step",
        formula: "√( E |Z₀ + (t₁ − t₀) v(Z₀, t₀) − Z₁|² )",
        meaning: "How far a single Euler step ends from the flow, from the same starts: 0 for a flow that is straight at \
                  constant speed.",
        unit: "canvas units",
        group: Some(Group::Samples),
        value: |m| Some(Value::Error(m.smooth()?.one_step_error)),
    }
    END_ERROR_BOUND "end_error_bound" {
        name: "allowed end-point error",
        title: "Allowed end-point error",
        label: "allowed end-point error",
        formula: "ε √( E |x₁ − E x₁|² )",
        meaning: "How far the end points of a method may be off, root mean square, when its smallest NFE is looked for: a \
                  share ε of the target's spread.",
        note: "ε is `evaluation.error`.",
        unit: "canvas units",
        group: Some(Group::Solvers),
        value: |m| m.compared(|solvers| solvers.bound).map(Value::Number),
    }
    SOLVER_SAMPLES "solver_samples" {
        meaning: "Particles behind the numbers of the methods and of the ways there and back: at most 256 of the \
                  evaluation trajectories, evenly by their number.",
        unit: "particles",
        value: |m| m.compared(|solvers| solvers.n_samples).map(Value::Count),
    }
    NFE_DORMAND_PRINCE "nfe_dormand_prince" {
        name: "NFE of Dormand-Prince",
        title: "NFE of Dormand-Prince 5(4)",
        label: "Dormand-Prince 5(4)",
        formula: "2 + 6 (steps taken + steps rejected)",
        meaning: "Evaluations per trajectory of Dormand-Prince 5(4) at a tolerance, whatever its end-point error; all \
                  particles take the same steps, which the largest error of any of them decides. None if its budget of \
                  10,000 was spent.",
        note: "The tolerance is `evaluation.tolerance`.",
        source: "Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, II.4 and II.5",
        unit: "evaluations",
        group: Some(Group::Solvers),
        column: Some(Better::Smaller),
        aside: |m| {
            let tolerance = m.compared(|solvers| solvers.controlled.tolerance());
            tolerance.map_or_else(String::new, |tolerance| format!("at {tolerance:e}"))
        },
        value: |m| m.compared(|solvers| solvers.controlled.nfe())?.map(Value::Count),
    }
    DORMAND_PRINCE_ERROR "dormand_prince_error" {
        meaning: "How far its end points are from those of the fine solver, root mean square.",
        unit: "canvas units",
        value: |m| m.compared(|solvers| solvers.controlled.error).map(Value::Error),
    }
    NFE_EULER "nfe_euler" ["Euler", 0, "None if 1,024 evaluations are not enough."]
    NFE_MIDPOINT "nfe_midpoint" ["midpoint", 1, "As `nfe_euler`."]
    NFE_HEUN "nfe_heun" ["Heun", 2, "As `nfe_euler`."]
    NFE_RK4 "nfe_rk4" ["RK4", 3, "As `nfe_euler`."]
    ROUND_TRIP_ERROR "round_trip_error" {
        name: "round-trip error",
        title: "Round-trip error",
        label: "there and back",
        formula: "√( E |Z₀ − back(forward(Z₀))|² )",
        meaning: "How far a particle is from where it started after the chosen solver took it from the source to the target \
                  and back again. The exact flow brings it home.",
        note: "By `solver`.",
        unit: "canvas units",
        group: Some(Group::Solvers),
        aside: |m| m.solver.name().to_owned(),
        value: |m| m.compared(|solvers| solvers.round_trip).map(Value::Error),
    }
    ROUND_TRIP_ERROR_FROM_TARGET "round_trip_error_from_target" {
        name: "round-trip error from data",
        title: "Round-trip error from data",
        label: "from data and back",
        formula: "√( E |x₁ − forward(back(x₁))|² )",
        meaning: "The same from target samples: to the source, and to the target again.",
        note: "By `solver`.",
        unit: "canvas units",
        group: Some(Group::Solvers),
        aside: |m| m.solver.name().to_owned(),
        value: |m| m.compared(|solvers| solvers.round_trip_from_target).map(Value::Error),
    }
    NLL "nll" {
        name: "NLL",
        title: "Negative log-likelihood",
        label: "NLL",
        symbol: "NLL",
        formula: "−E log p₁(x₁), log p₁(x) = log p₀(x₀) − ∫ div v(x_t, t) dt",
        meaning: "How unlikely held-out target points are under the flow: each is solved back to x₀ together with the \
                  divergence on its way. At least the entropy of the target; what is above it is KL.",
        note: "In nats, with p₀ the density of the source on the canvas.",
        source: "Chen et al., arXiv 1806.07366",
        unit: "nats",
        group: Some(Group::Likelihood),
        column: Some(Better::Smaller),
        value: |m| m.likely(|l| l.nll.clone().ok()).map(Value::from),
    }
    NLL_REASON "nll_reason" {
        meaning: "Why there is no `nll`: the source has no density that is positive everywhere, or the flow is not finite.",
        unit: "a sentence",
        value: |m| m.likely(|l| l.nll.clone().err()).map(Value::Text),
    }
    ENTROPY "entropy" {
        name: "entropy",
        title: "Entropy of the target",
        label: "ideal NLL (entropy)",
        symbol: "entropy",
        formula: "−E log q(x₁)",
        meaning: "What a perfect flow would have as its NLL: compare NLL with it, not with 0. By a formula for one Gaussian and \
                  for boxes, else the mean over the held-out points.",
        unit: "nats",
        group: Some(Group::Likelihood),
        value: |m| m.likely(|l| l.entropy.clone().ok()).map(|entropy| entropy.value.into()),
    }
    ENTROPY_BASIS "entropy_basis" {
        meaning: "How `entropy` is known, or why it is not.",
        unit: "a sentence",
        value: |m| m.likely(|l| Some(match &l.entropy {
            Ok(entropy) => entropy.basis().to_owned(),
            Err(reason) => reason.clone(),
        })).map(Value::Text),
    }
    KL "kl" {
        name: "KL",
        title: "KL(q ‖ p₁)",
        label: "KL(q ‖ p₁)",
        symbol: "KL",
        formula: "E [ log q(x₁) − log p₁(x₁) ]",
        meaning: "How far the flow's density is from that of the target, over the same held-out points: NLL − entropy, with a \
                  smaller error because both are of the same points. 0 only for a perfect flow; chance can take the mean a \
                  little below it.",
        unit: "nats",
        group: Some(Group::Likelihood),
        column: Some(Better::Smaller),
        value: |m| m.likely(|l| l.kl.clone().ok()).map(Value::from),
    }
    KL_REASON "kl_reason" {
        meaning: "Why there is no `kl`: no `nll`, or a target whose density has no formula.",
        unit: "a sentence",
        value: |m| m.likely(|l| l.kl.clone().err()).map(Value::Text),
    }
    MASS "mass" {
        name: "mass",
        title: "Mass of the density",
        label: "∫ p₁ over the grid",
        symbol: "mass",
        formula: "∑ p₁(cell) · area",
        meaning: "The integral of the flow's density over the box of the held-out points, 1.3 times as wide, on 96 × 96 cells \
                  (or, if that is less, as many as points): 1 if the density is right and the grid covers it.",
        note: "The box is `mass_bounds`.",
        unit: "1 within 1 % where the grid covers the mass",
        group: Some(Group::Likelihood),
        value: |m| m.likely(|l| l.mass).map(Value::Number),
    }
    LIKELIHOOD_SAMPLES "likelihood_samples" {
        meaning: "Held-out target points behind `nll`, `kl` and the encoding.",
        note: "At most ten times `n_samples`.",
        unit: "points",
        value: |m| m.likely(|l| Some(l.n_samples)).map(Value::Count),
    }
    LIKELIHOOD_STEPS "likelihood_steps" {
        meaning: "Steps of the classical Runge-Kutta method by which points are encoded: chosen on 128 of them, close together \
                  where the field changes fast, and halved until that changes next to nothing.",
        unit: "steps",
        value: |m| m.likely(|l| Some(l.steps)).map(Value::Count),
    }
    LIKELIHOOD_ERROR "likelihood_error" {
        meaning: "How much `log p₁` of those points changed when the steps were halved, root mean square; tolerated is 1e-4.",
        unit: "nats",
        value: |m| m.likely(|l| Some(l.error)).map(Value::Error),
    }
    DIVERGENCE "divergence" {
        meaning: "How the divergence was found, as `--set evaluation.divergence=` takes it.",
        unit: "RON",
        value: |m| m.likely(|l| ron::to_string(&l.divergence).ok()).map(Value::Text),
    }
    HUTCHINSON_NLL "hutchinson_nll_difference" {
        name: "Hutchinson's NLL − exact",
        title: "Hutchinson's estimate of NLL",
        label: "NLL − exact",
        formula: "E over points of log p₁ (exact) − log p₁ (div ≈ ε · (∂v/∂x) ε), ε = (±1, ±1)",
        meaning: "What a probe instead of the exact divergence does to the NLL of the first 1,000 held-out points: nothing in \
                  the mean, noise in each point.",
        note: "One probe a trajectory, or as many as `evaluation.divergence` says.",
        source: "Grathwohl et al., arXiv 1810.01367",
        unit: "nats",
        group: Some(Group::Likelihood),
        value: |m| m.likely(|l| l.hutchinson).map(|h| h.difference.into()),
    }
    HUTCHINSON_SPREAD "hutchinson_spread" {
        name: "spread over probes",
        title: "Spread over probes",
        label: "spread of log p₁",
        formula: "√( E |∫ (∂v₁/∂x₂ + ∂v₂/∂x₁) dt|² / probes )",
        meaning: "The standard deviation of Hutchinson's log p₁ of a point over its probes, root mean square over the points. In \
                  the plane a probe has two outcomes only, so that the spread is known without drawing any.",
        unit: "nats",
        group: Some(Group::Likelihood),
        value: |m| m.likely(|l| l.hutchinson).map(|h| Value::Number(h.spread)),
    }
    ENCODED_W2 "encoded_w2" {
        name: "W2 of data to noise",
        title: "W2 of data to noise",
        label: "W2 to source",
        formula: "min over permutations π of √( mean |x₀ of i − s_π(i)|² )",
        meaning: "The exact 2-Wasserstein distance between held-out points that the flow has carried back to its start and source \
                  points: a flow with the right density has the source there.",
        note: "Of `w2_samples` points each.",
        unit: "canvas units",
        group: Some(Group::Likelihood),
        beside: Some(&ENCODED_W2_FLOOR),
        value: |m| m.likely(|l| l.encoding.w2).map(Value::Number),
    }
    ENCODED_W2_FLOOR "encoded_w2_floor" {
        name: "floor of W2 of data to noise",
        title: "Floor of W2 of data to noise",
        label: "floor",
        formula: "mean W2 between two independent sets of source samples",
        meaning: "What a perfect flow would score there at this number of points.",
        unit: "canvas units",
        value: |m| m.likely(|l| l.encoding.w2_floor).map(Value::Number),
    }
}

/// What a method with equal steps needs, by its place in `Solver::EQUAL`.
fn method(measured: &Measured, place: usize) -> Option<MethodCost> {
    measured.compared(|solvers| solvers.methods.get(place).copied())?
}

/// That a method needs more than was tried.
fn beyond(measured: &Measured, place: usize) -> String {
    match method(measured, place) {
        Some(cost) if !cost.is_enough => format!("> {}", grouped(SEARCHED as u64)),
        _ => String::new(),
    }
}
