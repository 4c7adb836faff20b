//! Blocks of coupled pairs.
//!
//! Block b is a function of (seed, b) alone: it refuses to know who asks, when, and how much was asked before. Pairs are
//! canvas coordinates.

use rand_chacha::ChaCha8Rng;

use super::Coupling;
use super::assignment::AssignmentError;
use super::given::GivenPairs;
use super::pairs::{Drawn, Pairs, Planned};
use crate::flow::Point;
use crate::flow::distribution::{Class, Sampler};
use crate::flow::rng::{Stream, stream};

/// What pairs are drawn from, block by block.
#[derive(Clone, Debug)]
pub struct Blocks {
    source: Sampler,
    source_scale: f64,
    target: Sampler,
    coupling: Coupling,
    seed: u64,
    stream: Stream,
    given: Option<GivenPairs>,
}

impl Blocks {
    /// Blocks of the coupling. The canvas source is `source_scale` times a draw of `source` (see
    /// `Path::source_scale`).
    pub fn new(
        source: Sampler,
        source_scale: f64,
        target: Sampler,
        coupling: Coupling,
        seed: u64,
    ) -> Self {
        Self {
            source,
            source_scale,
            target,
            coupling,
            seed,
            stream: Stream::Pairs,
            given: None,
        }
    }

    /// The same with a table of pairs, for a coupling that needs one.
    pub fn given(self, given: Option<&GivenPairs>) -> Self {
        let given = given
            .filter(|_| self.coupling.needs_given().is_some())
            .cloned();
        Self { given, ..self }
    }

    /// Other blocks of the same kind, drawn for another use.
    pub fn on(self, stream: Stream) -> Self {
        Self { stream, ..self }
    }

    /// Block number `block`: `n` pairs or, whatever `n` is, those of the coupling's block.
    ///
    /// # Errors
    /// A drawn point is too far out for an exact assignment, or the coupling needs pairs, or the flow behind them, that are
    /// not given.
    pub fn draw(&self, block: u64, n: usize) -> Result<Pairs, AssignmentError> {
        if self.coupling.needs_given().is_some() {
            let given = self.given.as_ref().ok_or(AssignmentError::NotGiven)?;
            if self.coupling.wants_fresh() {
                return self.fresh(given, block, n);
            }
            let drawn = given.draw(self.seed, self.stream, block, n);
            return drawn.ok_or(AssignmentError::NotGiven);
        }
        let n = self.coupling.block().unwrap_or(n);
        let mut rng = stream(self.seed, self.stream, block);
        let drawn = self.independent(n, &mut rng);
        self.coupling.pair(drawn, &mut rng)
    }

    /// The plan that block number `block` is drawn from, and its pairs; none where pairs are not drawn from a plan.
    ///
    /// # Errors
    /// As [`Self::draw`].
    pub async fn planned(&self, block: u64) -> Result<Option<Planned>, AssignmentError> {
        let n = self.coupling.block().unwrap_or(0);
        let mut rng = stream(self.seed, self.stream, block);
        let drawn = self.independent(n, &mut rng);
        match self.coupling.planned(drawn.pairs, &mut rng) {
            Some(planning) => planning.await.map(Some),
            None => Ok(None),
        }
    }

    /// [`Self::draw`] with pauses, where a plan has to be found.
    ///
    /// # Errors
    /// As [`Self::draw`].
    pub async fn draw_in_pieces(&self, block: u64, n: usize) -> Result<Pairs, AssignmentError> {
        match self.planned(block).await? {
            Some(planned) => Ok(planned.into_pairs()),
            None => self.draw(block, n),
        }
    }

    /// Source points of the block, and where the flow behind the given pairs takes them.
    fn fresh(&self, given: &GivenPairs, block: u64, n: usize) -> Result<Pairs, AssignmentError> {
        let teacher = given.teacher().ok_or(AssignmentError::NoTeacher)?;
        let mut rng = stream(self.seed, self.stream, block);
        let x_0 = self.on_canvas(self.source.sample_n(n, &mut rng));
        let x_1 = teacher.carry(&x_0).ok_or(AssignmentError::Lost)?;
        Ok(Pairs { x_0, x_1 })
    }

    /// Where draws of the source stand on the canvas.
    fn on_canvas(&self, mut x_0: Vec<Point>) -> Vec<Point> {
        for x in x_0.iter_mut().flatten() {
            *x *= self.source_scale;
        }
        x_0
    }

    fn independent(&self, n: usize, rng: &mut ChaCha8Rng) -> Drawn {
        let mut x_0 = self.source.sample_n(n, rng);
        let (x_1, classes) = self.target.sample_n_with_classes(n, rng);
        if self.coupling.is_within_classes() && self.source.is_coloured() {
            let of_class = |&class: &Class| self.source.sample_of_class(class, rng);
            x_0 = classes.iter().map(of_class).collect();
        }
        let x_0 = self.on_canvas(x_0);
        Drawn {
            pairs: Pairs { x_0, x_1 },
            classes,
            centre: self.target.centre(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pairs::PairStream;
    use super::*;
    use crate::flow::distribution::{Distribution, Shape};
    use crate::flow::vocabulary::Vocabulary;
    use proptest::prelude::*;

    /// A stream with what it draws from.
    struct Drawn {
        blocks: Blocks,
        stream: PairStream,
    }

    impl Drawn {
        fn next_batch(&mut self, n: usize) -> Result<Pairs, AssignmentError> {
            self.stream
                .next_batch(n, |block, n| self.blocks.draw(block, n))
        }
    }

    fn pairs_of(coupling: Coupling, seed: u64, first_block: u64) -> Drawn {
        let source = Distribution::from(Shape::Gaussian { std: 1.0 });
        let target = Distribution {
            shape: Shape::Moons { noise: 0.05 },
            scale: 2.0,
            shift: (-1.0, 0.0),
        };
        let (source, target) = (source.sampler().unwrap(), target.sampler().unwrap());
        Drawn {
            blocks: Blocks::new(source, 1.0, target, coupling, seed),
            stream: PairStream::new(first_block),
        }
    }

    fn take(coupling: Coupling, n: usize) -> Pairs {
        pairs_of(coupling, 5, 0).next_batch(n).unwrap()
    }

    fn sorted(points: &[Point]) -> Vec<Point> {
        let mut points = points.to_vec();
        points.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        points
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        /// However it is cut into batches, a block stream is the same list of pairs.
        #[test]
        fn batches_of_any_size_continue_each_other(k in 1usize..40, sizes in prop::collection::vec(0usize..60, 1..6)) {
            let coupling = Coupling::BatchOt { batch: k };
            let whole = take(coupling, sizes.iter().sum());
            let mut stream = pairs_of(coupling, 5, 0);
            let mut pieces = Pairs::default();
            for &n in &sizes {
                let batch = stream.next_batch(n).unwrap();
                prop_assert_eq!((batch.x_0.len(), batch.x_1.len()), (n, n));
                pieces.append(batch);
            }
            prop_assert_eq!(pieces, whole);
            let n: usize = sizes.iter().sum();
            prop_assert_eq!(stream.stream.next_block(), n.div_ceil(k) as u64);
        }

        /// A stream can begin after any number of pairs, in the middle of a block, too.
        #[test]
        fn a_stream_that_begins_within_a_block_goes_on_where_another_stopped(
            k in 1usize..40,
            used in 0usize..100,
            n in 1usize..100,
        ) {
            let coupling = Coupling::BatchOt { batch: k };
            let mut whole = take(coupling, used + n);
            let mut later = pairs_of(coupling, 5, 0);
            later.stream = PairStream::within((used / k) as u64, used % k);
            prop_assert_eq!(later.next_batch(n).unwrap(), whole.split_off(used));
        }

        /// Batch-OT permutes the independent block: the marginals are exactly those of the draws.
        #[test]
        fn batch_ot_only_permutes_the_targets(k in 1usize..80, seed in 0u64..1000) {
            let independent = pairs_of(Coupling::Independent, seed, 0).next_batch(k).unwrap();
            let coupled = pairs_of(Coupling::BatchOt { batch: k }, seed, 0).next_batch(k).unwrap();
            prop_assert_eq!(&coupled.x_0, &independent.x_0);
            prop_assert_eq!(sorted(&coupled.x_1), sorted(&independent.x_1));
            prop_assert!(coupled.cost() <= independent.cost() + 1e-12);
        }
    }

    #[test]
    fn given_pairs_are_drawn_as_they_are_and_missing_ones_are_said() {
        let coupling = Coupling::Reflow {
            rounds: 1,
            pairs: 3,
            batch: 1,
            fresh: 0,
        };
        let given = GivenPairs::new(Pairs {
            x_0: vec![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]],
            x_1: vec![[10.0, 0.0], [20.0, 0.0], [30.0, 0.0]],
        });
        let blocks = pairs_of(coupling, 1, 0).blocks;
        assert_eq!(blocks.draw(0, 5), Err(AssignmentError::NotGiven));
        let blocks = blocks.given(Some(&given));
        let drawn = blocks.draw(7, 300).unwrap();
        assert_eq!(drawn, blocks.draw(7, 300).unwrap());
        for (x_0, x_1) in drawn.iter() {
            let place = given.x_0.iter().position(|p| *p == x_0).unwrap();
            assert_eq!(given.x_1[place], x_1);
        }
        let first = drawn.x_0.iter().filter(|p| **p == given.x_0[0]).count();
        assert!((60..140).contains(&first), "{first} of 300");
    }

    /// A flow that turns the plane by a quarter and doubles it, and loses what lies on the left.
    struct Turn;

    impl super::super::Teacher for Turn {
        fn carry(&self, x_0: &[Point]) -> Option<Vec<Point>> {
            let lost = x_0.iter().any(|x| x[0] < -6.0);
            (!lost).then(|| x_0.iter().map(|x| [-2.0 * x[1], 2.0 * x[0]]).collect())
        }

        fn encode(&self) -> Option<Vec<u8>> {
            None
        }
    }

    #[test]
    fn fresh_pairs_are_the_ends_of_other_source_points_in_every_block() {
        let coupling = Coupling::Reflow {
            rounds: 1,
            pairs: 1,
            batch: 1,
            fresh: 1,
        };
        let table = GivenPairs::new(Pairs {
            x_0: vec![[0.0, 0.0]],
            x_1: vec![[0.0, 0.0]],
        });
        let blocks = |given: &GivenPairs| pairs_of(coupling, 1, 0).blocks.given(Some(given));
        let error = blocks(&table).draw(0, 5).unwrap_err();
        assert_eq!(error, AssignmentError::NoTeacher);
        let mut blocks = blocks(&table.made_by(std::sync::Arc::new(Turn)));
        let (first, second) = (blocks.draw(0, 50).unwrap(), blocks.draw(1, 50).unwrap());
        assert_eq!(first, blocks.draw(0, 50).unwrap());
        assert!(first.x_0.iter().all(|x| !second.x_0.contains(x)));
        for ([x, y], end) in first.iter().chain(second.iter()) {
            assert_eq!(end, [-2.0 * y, 2.0 * x]);
        }
        blocks.source_scale = 1e3;
        assert_eq!(blocks.draw(0, 50).unwrap_err(), AssignmentError::Lost);
    }

    /// Whatever a coupling pairs, both marginals are those of independent draws; but for the one that takes images of
    /// points, whose own tests count them.
    #[test]
    fn every_coupling_only_permutes_a_block() {
        let permute = |coupling: &Coupling| !matches!(coupling, Coupling::Equivariant { .. });
        for mut coupling in Coupling::ALL.into_iter().filter(permute) {
            for k in [1, 2, 7, 64, 300] {
                if let Some(mut number) = coupling.number("batch") {
                    number.set(k as f64);
                }
                // Pairs of later rounds are given.
                if let Some(mut rounds) = coupling.number("rounds") {
                    rounds.set(0.0);
                }
                assert_eq!(coupling.block().unwrap_or(k), k);
                let drawn = take(Coupling::Independent, k);
                let paired = take(coupling, k);
                assert_eq!(sorted(&paired.x_0), sorted(&drawn.x_0), "{coupling:?}");
                assert_eq!(sorted(&paired.x_1), sorted(&drawn.x_1), "{coupling:?}");
                assert_eq!(take(coupling, k), paired);
            }
        }
    }

    #[test]
    fn streams_differ_by_seed_and_begin_anywhere() {
        let coupling = Coupling::BatchOt { batch: 16 };
        let mut stream = pairs_of(coupling, 5, 0);
        stream.next_batch(32).unwrap();
        assert_eq!(stream.stream.next_block(), 2);
        let third = stream.next_batch(16).unwrap();
        assert_eq!(pairs_of(coupling, 5, 2).next_batch(16).unwrap(), third);
        assert_ne!(pairs_of(coupling, 6, 2).next_batch(16).unwrap(), third);
    }

    /// Pooladian et al., proposition D.8; with k = 1 the cost is the independent one, here exactly
    /// `E|x_0|^2 + E|x_1|^2`, because `E x_0 = 0`.
    #[test]
    fn the_coupling_cost_falls_with_the_block_size() {
        const N: usize = 16_384;
        // Moons: E|z|^2 = 1 + (1.25 - 2/pi) / 2 + 2 noise^2, E z = (1/2, 1/4); canvas 2 z - (1, 0).
        let second_moment = 1.0 + 0.625 - std::f64::consts::FRAC_1_PI + 2.0 * 0.05_f64.powi(2);
        let independent = 2.0 + 4.0 * second_moment - 4.0 * 0.5 + 1.0;
        let cost = |k| take(Coupling::BatchOt { batch: k }, N).cost();
        let costs: Vec<f64> = [1, 2, 8, 64, 512].map(cost).to_vec();
        assert!(costs.is_sorted_by(|a, b| a > b), "{costs:?}");
        // The cost of one pair has a standard deviation of about 4.6.
        let tolerance = 4.0 * 5.0 / (N as f64).sqrt();
        assert!(
            (costs[0] - independent).abs() < tolerance,
            "{costs:?} {independent}"
        );
        let drawn = take(Coupling::Independent, N).cost();
        assert!(
            (drawn - independent).abs() < tolerance,
            "{drawn} {independent}"
        );
    }

    #[test]
    fn the_source_scale_widens_the_source_alone() {
        let mut narrow = pairs_of(Coupling::Independent, 5, 0);
        let mut wide = pairs_of(Coupling::Independent, 5, 0);
        wide.blocks.source_scale = 10.0;
        let (narrow, wide) = (narrow.next_batch(8).unwrap(), wide.next_batch(8).unwrap());
        assert_eq!(narrow.x_1, wide.x_1);
        for (n, w) in narrow.x_0.iter().zip(&wide.x_0) {
            assert_eq!([10.0 * n[0], 10.0 * n[1]], *w);
        }
    }

    #[test]
    fn a_block_of_nothing_is_a_block_of_one() {
        let one = take(Coupling::BatchOt { batch: 1 }, 5);
        assert_eq!(take(Coupling::BatchOt { batch: 0 }, 5), one);
        assert_eq!(take(Coupling::Independent, 0), Pairs::default());
    }

    #[test]
    fn the_file_form_is_short() {
        let coupling = Coupling::BatchOt { batch: 256 };
        assert_eq!(ron::to_string(&coupling).unwrap(), "BatchOt(batch:256)");
        assert_eq!(
            ron::from_str::<Coupling>("Independent").unwrap(),
            Coupling::Independent
        );
        assert!(ron::from_str::<Coupling>("BatchOt(batch: 2, size: 3)").is_err());
    }
}
