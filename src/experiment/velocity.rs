//! Which velocity field carries the particles: the learned one, or one that needs no training.

use crate::flow::constant::{Constant, Control, Range};
use crate::flow::vocabulary::{Entry, vocabulary};

vocabulary! {
    /// The velocity field of the flow.
    pub enum Velocity, defaults {
        Learned = Entry::plain("learned", "v_t(x), what the network has learned so far", ""),
        Exact { scale: f64, rotation: f64 } = EXACT,
    }
}

impl Velocity {
    /// Whether it is the network's, which is what files mean that name none.
    pub fn is_learned(&self) -> bool {
        *self == Self::Learned
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
