//! Products without their types: what a dispatcher sees of them.

use std::sync::Arc;

use crate::flow::work::Work;

use super::{ALL, Cost, Demand, Flow, Made, Product, Products, Tools, Wish};

/// Every kind of product, in the order in which they are made.
pub const KINDS: &[Kind] = ALL;

/// What work does to the products when it is done. It may be done more than once.
pub type Change = Box<dyn Fn(&mut Products) + Send + Sync>;

/// A kind of product.
#[derive(Clone, Copy)]
pub struct Kind {
    /// What it is, in a sentence such as "The ... failed".
    pub name: &'static str,
    /// How much it takes.
    pub cost: Cost,
    /// Whether it is only there for others of the same cost.
    pub is_basis: bool,
    /// Whether pointer or play head say what of it is made first.
    pub follows_hand: bool,
    /// Whether it depends on the velocity, and not on the problem alone.
    pub is_of_the_flow: bool,
    next: fn(&Flow, &Wish<'_>, &Tools) -> Next,
    is_wanted: fn(&Wish<'_>) -> bool,
    is_there: fn(&Products) -> bool,
    clear: fn(&mut Products),
    mark: fn(&mut Products, bool),
    hide_others: fn(&mut Products, &Wish<'_>),
}

/// What is to be done about a product.
pub enum Next {
    /// It is not looked at: what there is goes.
    Clear,
    /// Nothing.
    Nothing,
    /// Nothing before something else is there.
    Later,
    /// Work.
    Task(Task),
}

/// Work on a product.
pub struct Task {
    /// What to do to the products when it is done, unless nothing comes of it.
    pub work: Work<Option<Change>>,
    /// What to do to them then: it is not tried again before something changes.
    pub refuse: Change,
}

impl Kind {
    pub(super) const fn of<P: Product>() -> Self {
        Self {
            name: P::NAME,
            cost: P::COST,
            is_basis: P::IS_BASIS,
            follows_hand: P::FOLLOWS_HAND,
            is_of_the_flow: P::OF_THE_FLOW,
            next: next::<P>,
            is_wanted: |wish| !matches!(P::demand(wish), Demand::Nothing),
            is_there: |products| P::slot(products).made.is_some(),
            clear: |products| *P::slot_mut(products) = super::Slot::default(),
            mark: |products, under_way| P::slot_mut(products).under_way = under_way,
            hide_others: hide_others::<P>,
        }
    }

    /// What is to be done.
    pub fn next(&self, flow: &Flow, wish: &Wish<'_>, tools: &Tools) -> Next {
        (self.next)(flow, wish, tools)
    }

    /// Whether it is looked at.
    pub fn is_wanted(&self, wish: &Wish<'_>) -> bool {
        (self.is_wanted)(wish)
    }

    /// Whether there is one.
    pub fn is_there(&self, products: &Products) -> bool {
        (self.is_there)(products)
    }

    /// Takes it away.
    pub fn clear(&self, products: &mut Products) {
        (self.clear)(products);
    }

    /// Takes it away if it is not of the wish's flow, or not what is made of that.
    pub fn hide_others(&self, products: &mut Products, wish: &Wish<'_>) {
        (self.hide_others)(products, wish);
    }

    /// Says whether another one is on its way.
    pub fn mark(&self, products: &mut Products, under_way: bool) {
        (self.mark)(products, under_way);
    }
}

fn hide_others<P: Product>(products: &mut Products, wish: &Wish<'_>) {
    let is_other = |made: &Arc<Made<P>>| match P::OF_THE_FLOW {
        true => made.of != *wish.flow,
        false => !P::IS_BASIS && !made.is_demanded(wish),
    };
    if P::slot(products).get().is_some_and(is_other) {
        P::slot_mut(products).made = None;
    }
}

fn next<P: Product>(flow: &Flow, wish: &Wish<'_>, tools: &Tools) -> Next {
    let request = match P::demand(wish) {
        Demand::Nothing => return Next::Clear,
        Demand::Later => return Next::Later,
        Demand::Done => return Next::Nothing,
        Demand::Of(request) => request,
    };
    if P::slot(wish.made).is_settled(&flow.id, &request) {
        return Next::Nothing;
    }
    let work = P::start(flow, &request, tools);
    let (of, asked) = (flow.id.clone(), request.clone());
    let refuse = move |products: &mut Products| {
        P::slot_mut(products).refused = Some((of.clone(), asked.clone()));
    };
    let of = flow.id.clone();
    let work = async move {
        let output = work.await?;
        let made = Arc::new(Made {
            of,
            request: Some(request),
            output,
        });
        let put = move |products: &mut Products| {
            let slot = P::slot_mut(products);
            slot.made = Some(Arc::clone(&made));
            slot.refused = None;
        };
        Some(Box::new(put) as Change)
    };
    Next::Task(Task {
        work: Work::new(work),
        refuse: Box::new(refuse),
    })
}
