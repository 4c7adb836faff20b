//! Which velocity field carries the particles: the learned one, one that needs no training, or the single step of a
//! distilled flow.

use crate::flow::constant::{Constant, Control, Range};
use crate::flow::vocabulary::{Entry, vocabulary};

vocabulary! {
    /// The velocity field of the flow.
    pub enum Velocity, defaults {
        Learned = Entry::plain("learned", "v_t(x), what the network has learned so far", ""),
        Exact { scale: f64, rotation: f64 } = EXACT,
        Distil = DISTIL,
    }
}

impl Velocity {
    /// Whether it is a network's.
    pub fn is_learned(&self) -> bool {
        !matches!(self, Self::Exact { .. })
    }

    /// Whether it is what files mean that name none.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is known at the start alone, so that one step of Euler's method is all there is: a map `x_0 -> x_1`
    /// that may fold, not a flow.
    pub fn is_one_step(&self) -> bool {
        *self == Self::Distil
    }

    /// What an altered field is, a sentence for each change; none for the network's and for the exact one.
    pub fn remarks(&self) -> Vec<String> {
        let Self::Exact { scale, rotation } = *self else {
            return Vec::new();
        };
        let turned = (rotation != 0.0).then(|| {
            format!(
                "Same p_t, other trajectories: {rotation} σ² J grad log p_t is added to the exact field, and it changes no \
                 density, because div(p_t J grad log p_t) = 0."
            )
        });
        let wrong = (scale != 1.0).then(|| {
            format!(
                "Not a flow from p to q: the exact field times {scale} does not solve the continuity equation of p_t."
            )
        });
        turned.into_iter().chain(wrong).collect()
    }
}

const DISTIL: Entry = Entry::plain(
    "distilled",
    "x₁ = x₀ + v(x₀), E |x₀ + v(x₀) − x₁|² the smallest",
    "one step of Euler's method, trained at t = 0 alone (Liu et al., arXiv 2209.03003, section 2.3).",
);

const EXACT: Entry = Entry {
    name: "exact",
    formula: "u_t(x) = E[dx_t/dt | x_t = x]",
    hint: "the marginal field itself, without training.",
    constants: &[
        Constant {
            name: "scale",
            symbol: "Factor",
            default: 1.0,
            range: Range::closed(0.0, 10.0),
            control: Control::Slider(0.9, 1.1),
            hint: "What u is multiplied by: with any factor but 1 the field does not carry p to q.",
        },
        Constant {
            name: "rotation",
            symbol: "Rotation",
            default: 0.0,
            range: Range::closed(-100.0, 100.0),
            control: Control::Slider(-2.0, 2.0),
            hint: "c in u + c σ² J grad log p_t, J a quarter turn: other trajectories with the same density at every t.",
        },
    ],
};
