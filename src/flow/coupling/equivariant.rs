//! Optimal transport within blocks up to a symmetry of both distributions (Klein, Kraemer and Noe, Equivariant flow
//! matching, arXiv 2306.15030; Song et al., arXiv 2312.07168).

use rand_chacha::ChaCha8Rng;

use super::assignment::{AssignmentError, assign, check_pairs};
use super::dense::assign_dense;
use super::pairs::{Drawn, Pairing, Pairs};
use crate::flow::Point;
use crate::flow::constant::{Constant, Control, Range};
use crate::flow::distribution::{DRAWN_MASS, Distribution};
use crate::flow::symmetry::{Group, Mirror};
use crate::flow::vocabulary::Entry;

/// Smaller blocks are paired in less time than it takes to hand them from thread to thread.
const COSTLY: usize = 32;

/// Blocks are paired by the permutation with the least sum of `min_g |x_0 - g x_1|^2` over a group of rotations and
/// reflections, then every `x_1` is replaced by the image that is nearest to its partner.
///
/// Source and target have the symmetry about one centre. Then which permutation it is depends on the orbits of the points
/// alone, a source point is anywhere on its orbit, as likely here as there, and so is the image of `x_1` that is nearest to it:
/// both marginals stay what they are in law. Points of a block are not a permutation of those that were drawn.
pub struct Equivariant {
    /// Pairs in a block.
    pub batch: usize,
    /// Rotations by multiples of a full turn over n.
    pub n: usize,
    /// 0 for `C_n`; 1 and 2 for `D_n` with the axis along x or y for a mirror.
    pub mirror: usize,
}

pub const ENTRY: Entry = Entry {
    name: "equivariant OT",
    formula: "Within blocks of k pairs, the permutation with the smallest Σ min_g |x₀ − g x₁|²; then g x₁ for x₁",
    hint: "source and target have to be symmetric about one centre.",
    constants: &[
        Constant {
            name: "batch",
            symbol: "Block k",
            default: 256.0,
            range: Range::closed(1.0, 1024.0),
            control: Control::Drag {
                step: 2.0,
                decimals: 0,
            },
            hint: "Pairs of one block, k: the assignment is exact within a block.",
        },
        Constant {
            name: "n",
            symbol: "Turns n",
            default: 2.0,
            range: Range::closed(1.0, 64.0),
            control: Control::Drag {
                step: 0.05,
                decimals: 0,
            },
            hint: "Both distributions stay what they are when turned by a full turn over n.",
        },
        Constant {
            name: "mirror",
            symbol: "Mirror",
            default: 0.0,
            range: Range::closed(0.0, 2.0),
            control: Control::Drag {
                step: 0.02,
                decimals: 0,
            },
            hint: "0: rotations alone, C_n. With mirrors, D_n: 1 for one along the x axis, 2 for one along the y axis.",
        },
    ],
};

impl Equivariant {
    fn group(&self, centre: Point) -> Group {
        Group {
            n: self.n.max(1),
            mirror: match self.mirror {
                0 => Mirror::None,
                1 => Mirror::AlongX,
                _ => Mirror::AlongY,
            },
            centre,
        }
    }
}

/// The permutation of the least cost up to the group: between reflections the points of a wedge are points of the plane,
/// and without them the distances are those of a cone, which is none.
fn partners(group: &Group, pairs: &Pairs) -> Result<Vec<usize>, AssignmentError> {
    let fold = |points: &[Point]| {
        points
            .iter()
            .map(|&x| group.folded(x))
            .collect::<Option<Vec<_>>>()
    };
    if let (Some(x_0), Some(x_1)) = (fold(&pairs.x_0), fold(&pairs.x_1)) {
        return Ok(assign(&x_0, &x_1)?.target_of_source);
    }
    check_pairs(&pairs.x_0, &pairs.x_1)?;
    let polar = |points: &[Point]| points.iter().map(|&x| group.polar(x)).collect::<Vec<_>>();
    let (x_0, x_1) = (polar(&pairs.x_0), polar(&pairs.x_1));
    let row = |&x| x_1.iter().map(move |&y| group.rotated_distance(x, y));
    let costs: Vec<f64> = x_0.iter().flat_map(row).collect();
    Ok(assign_dense(x_0.len(), &costs))
}

impl Pairing for Equivariant {
    fn block(&self) -> Option<usize> {
        Some(self.batch.max(1))
    }

    fn pair(
        &self,
        Drawn { pairs, centre, .. }: Drawn,
        _rng: &mut ChaCha8Rng,
    ) -> Result<Pairs, AssignmentError> {
        let group = self.group(centre);
        let partners = partners(&group, &pairs)?;
        let mut paired = pairs.permuted(&partners);
        for (x_1, &x_0) in paired.x_1.iter_mut().zip(&paired.x_0) {
            *x_1 = group.nearest_image(*x_1, x_0);
        }
        Ok(paired)
    }

    fn is_costly(&self) -> bool {
        self.batch >= COSTLY
    }

    fn refusal(&self, source: &Distribution, target: &Distribution) -> Option<String> {
        let group = self.group(target.centre());
        let ends = [("target", target), ("source", source)];
        let (end, _) = ends
            .into_iter()
            .find(|(_, end)| !end.is_symmetric(&group))?;
        let [x, y] = group.centre.map(|x| (1000.0 * x).round() / 1000.0 + 0.0);
        Some(format!(
            "equivariant OT needs the symmetry {} about the target's centre ({x}, {y}) at both ends, and the {end} does not \
             have it; batch-OT needs none",
            group.name()
        ))
    }

    fn caution(&self, source: &Distribution, target: &Distribution) -> Option<String> {
        let group = self.group(target.centre());
        let off = [source, target].map(|end| end.asymmetry(&group));
        let off = off.into_iter().fold(0.0, f64::max);
        (off > 0.0 && off <= DRAWN_MASS).then(|| {
            format!(
                "A drawing has the symmetry {} up to {:.2} % of its mass, which a symmetry puts elsewhere: so far are the \
                 points that are trained on from its law.",
                group.name(),
                100.0 * off
            )
        })
    }

    fn permutes(&self, _source: &Distribution, _target: &Distribution) -> bool {
        false
    }
}

#[cfg(test)]
#[path = "equivariant_tests.rs"]
mod tests;
