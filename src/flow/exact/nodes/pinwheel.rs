//! The blades of a pinwheel: Gaussians along each, as wide across it as its own noise.

use std::f64::consts::TAU;

use super::form::{Kind, Nodes};
use crate::flow::exact::Component;

/// How far out from its middle a blade is covered, in standard deviations.
const REACH: f64 = 6.0;
/// A blade without a width has this share of its length.
const THINNEST: f64 = 0.01;
/// The longest that a Gaussian may be along a blade, as a share of its distance from the centre: there it is straight enough.
const LONGEST: f64 = 0.3;
/// Most nodes along a blade: between them it bends by a few thousandths of its radius.
const MOST: usize = 120;
/// Not even a blade without a length is narrower.
const NARROWEST: f64 = 1e-4;

/// Along a blade `f = 1 + radial_std z` is normal: nodes one spacing apart, each a Gaussian one spacing wide, weighed so that
/// together they are that law (to 1e-8). On the plane each is stretched along the blade's tangent; across it has the spread
/// of `g = tangential_std z'`.
pub fn nodes(arms: u32, [radial, tangential]: [f64; 2], rate: f64, budget: usize) -> Nodes {
    let along = (budget / arms as usize).clamp(8, MOST);
    let across = tangential.max(THINNEST * radial).max(NARROWEST);
    let spacing = 2.0 * REACH * radial / along as f64;
    let remaining = radial * radial - spacing * spacing;
    let node = |arm: u32, i: usize| {
        let off = spacing * (i as f64 - 0.5 * (along - 1) as f64);
        let weight = match remaining > 0.0 {
            true => (-0.5 * off * off / remaining).exp(),
            false => 1.0,
        };
        let f = 1.0 + off;
        let turn = rate * f.exp();
        let (sin, cos) = (TAU * f64::from(arm) / f64::from(arms) + turn).sin_cos();
        // The blade's directions: outward, and that of g.
        let (outward, aside) = ([cos, -sin], [sin, cos]);
        // d/df of f * outward, one spacing long.
        let bend = (-f * turn * spacing).clamp(-LONGEST * f.abs(), LONGEST * f.abs());
        let step = spacing.max(NARROWEST);
        let tangent = [0, 1].map(|k| step * outward[k] + bend * aside[k]);
        let thin = across * across;
        Component {
            weight,
            mean: outward.map(|c| f * c),
            cov: [
                thin * aside[0] * aside[0] + tangent[0] * tangent[0],
                thin * aside[0] * aside[1] + tangent[0] * tangent[1],
                thin * aside[1] * aside[1] + tangent[1] * tangent[1],
            ],
        }
    };
    let arms = 0..arms;
    Nodes {
        components: arms
            .flat_map(|arm| (0..along).map(move |i| node(arm, i)))
            .collect(),
        kind: Kind::Quadrature {
            kernel: (across > tangential).then_some(across),
        },
    }
}
