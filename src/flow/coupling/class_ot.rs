//! Optimal transport within blocks and within classes: batch-OT of every class by itself (Pooladian et al., arXiv
//! 2304.14772, for each class-conditional law).

use rand_chacha::ChaCha8Rng;

use super::assignment::{AssignmentError, assign};
use super::pairs::{Drawn, Pairing, Pairs};
use crate::flow::constant::{Constant, Control, Range};
use crate::flow::distribution::{CLASSES, Class, Distribution};
use crate::flow::vocabulary::Entry;

/// Smaller blocks are paired in less time than it takes to hand them from thread to thread.
const COSTLY: usize = 64;

/// The target points of each class of a block are paired with as many source points by the optimal permutation. Which
/// source points is chance, unless the source has classes: then those of the same one. Points of no class count as one
/// class more.
///
/// Block draws are independent of each other, so the source points that were drawn with the target points of a class are
/// as many draws of the whole source. A source with classes is drawn class by class, which keeps its law where the classes
/// are as likely as in the target.
pub struct ClassOt {
    /// Pairs in a block, of all classes together.
    pub batch: usize,
}

pub const ENTRY: Entry = Entry {
    name: "class-wise OT",
    formula: "Within each class of a block of k pairs, the permutation with the smallest Σ |x₁ − x₀|²",
    hint: "classes are painted with the brush, or given to the components of a mixture.",
    constants: &[Constant {
        name: "batch",
        symbol: "Block k",
        default: 256.0,
        range: Range::closed(1.0, 4096.0),
        control: Control::Drag {
            step: 2.0,
            decimals: 0,
        },
        hint: "Pairs of one block, k, of all classes together: the assignment is exact within a class of a block.",
    }],
};

impl Pairing for ClassOt {
    fn block(&self) -> Option<usize> {
        Some(self.batch.max(1))
    }

    fn pair(&self, drawn: Drawn, _rng: &mut ChaCha8Rng) -> Result<Pairs, AssignmentError> {
        let Drawn { pairs, classes, .. } = drawn;
        let mut partners: Vec<usize> = (0..classes.len()).collect();
        for class in 0..=CLASSES {
            let members: Vec<usize> = (0..classes.len())
                .filter(|&i| classes[i] == class)
                .collect();
            let [x_0, x_1] = [&pairs.x_0, &pairs.x_1]
                .map(|points| members.iter().map(|&i| points[i]).collect::<Vec<_>>());
            let assignment = assign(&x_0, &x_1)?;
            for (&i, j) in members.iter().zip(assignment.target_of_source) {
                partners[i] = members[j];
            }
        }
        Ok(pairs.permuted(&partners))
    }

    fn is_costly(&self) -> bool {
        self.batch >= COSTLY
    }

    fn is_within_classes(&self) -> bool {
        true
    }

    fn refusal(&self, source: &Distribution, target: &Distribution) -> Option<String> {
        let [source, target] = [source, target].map(Distribution::class_shares);
        if !source.are_coloured() {
            return None;
        }
        let class = source.first_unequal(&target)?;
        let percent = |share: f64| format!("{:.3} %", 100.0 * share);
        Some(format!(
            "class-wise OT of a source with classes needs every class to be as likely at both ends: {} is {} of the source \
             and {} of the target; a source without classes works with any target",
            name(class),
            percent(source.of_class(class)),
            percent(target.of_class(class))
        ))
    }

    fn caution(&self, _source: &Distribution, target: &Distribution) -> Option<String> {
        let shares = target.class_shares();
        if !shares.are_coloured() {
            return Some(
                "The target has no classes, so that class-wise OT pairs as batch-OT does: paint with a class colour, or \
                 give the components of a mixture a class."
                    .to_owned(),
            );
        }
        let expected = |class: Class| self.batch as f64 * shares.of_class(class);
        let scarce = (0..=CLASSES)
            .find(|&class| (0.0..1.0).contains(&expected(class)) && expected(class) > 0.0)?;
        Some(format!(
            "{} has less than one point in a block of {} on average: its pairs are nearly independent, and a larger block \
             pairs them better.",
            name(scarce),
            self.batch
        ))
    }

    fn permutes(&self, source: &Distribution, target: &Distribution) -> bool {
        !source.class_shares().are_coloured() && target.class_shares().are_coloured()
    }
}

fn name(class: Class) -> String {
    match class {
        0 => "no class".to_owned(),
        class => format!("class {class}"),
    }
}

#[cfg(test)]
#[path = "class_ot_tests.rs"]
mod tests;
