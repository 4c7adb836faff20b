//! Pairs that are given as a table, such as those of a flow that was trained before.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use rand_distr::{Distribution, Uniform};

use super::pairs::Pairs;
use crate::flow::Point;
use crate::flow::rng::{Stream, stream};

/// The flow whose pairs are trained on.
pub trait Teacher: Send + Sync {
    /// Where it takes the points, on the canvas; none if it takes one of them nowhere.
    fn carry(&self, x_0: &[Point]) -> Option<Vec<Point>>;

    /// The bytes that whoever made it makes it of again; none if it cannot be written down.
    fn encode(&self) -> Option<Vec<u8>>;
}

/// A table of pairs, shared, with the flow that has made them where more of them can be made. Two are equal if they have the
/// same pairs.
#[derive(Clone)]
pub struct GivenPairs {
    table: Arc<Pairs>,
    teacher: Option<Arc<dyn Teacher>>,
}

impl GivenPairs {
    /// The table.
    pub fn new(pairs: Pairs) -> Self {
        Self {
            table: Arc::new(pairs),
            teacher: None,
        }
    }

    /// The same with the flow that has made them.
    #[must_use]
    pub fn made_by(self, teacher: Arc<dyn Teacher>) -> Self {
        let teacher = Some(teacher);
        Self { teacher, ..self }
    }

    /// The flow that has made them, if it is there.
    pub fn teacher(&self) -> Option<&dyn Teacher> {
        self.teacher.as_deref()
    }

    /// `n` of them, each as likely as the others: a function of seed, stream and block alone. None of an empty table.
    pub(super) fn draw(&self, seed: u64, of: Stream, block: u64, n: usize) -> Option<Pairs> {
        let rows = Uniform::new(0, self.table.x_0.len()).ok()?;
        let mut rng = stream(seed, of, block);
        let mut drawn = Pairs::default();
        for row in rows.sample_iter(&mut rng).take(n) {
            drawn.x_0.push(self.table.x_0[row]);
            drawn.x_1.push(self.table.x_1[row]);
        }
        Some(drawn)
    }
}

impl fmt::Debug for GivenPairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_teacher = self.teacher.is_some();
        let mut pairs = f.debug_struct("GivenPairs");
        pairs.field("table", &self.table);
        pairs.field("has_teacher", &has_teacher).finish()
    }
}

impl Deref for GivenPairs {
    type Target = Pairs;

    fn deref(&self) -> &Pairs {
        &self.table
    }
}

impl PartialEq for GivenPairs {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.table, &other.table) || self.table == other.table
    }
}
