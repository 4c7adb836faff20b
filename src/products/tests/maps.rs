//! Maps of the exact field and of a flow against it: when they are out of date, in which order they are made, and that
//! what they say of a wrong field is so.

use super::*;
use crate::experiment::Velocity;
use crate::flow::coupling::Coupling;
use crate::flow::distribution::Shape;

const MAPS: [Layer; 3] = [Layer::ExactField, Layer::Contours, Layer::Continuity];

fn mapped() -> Experiment {
    let mut experiment = experiment();
    experiment.problem.target = Shape::EightGaussians {
        radius: 2.0,
        std: 0.4,
    }
    .into();
    experiment.problem.velocity = Velocity::Learned;
    experiment.view.layers = MAPS.to_vec();
    experiment.view.t = 0.5;
    experiment
}

fn seen(experiment: &Experiment) -> Look {
    Look {
        metrics: false,
        particles: 10,
        cloud: None,
        measure: None,
        errors: 0,
        ..Look::of(&experiment.view, Bounds::square(3.0))
    }
}

/// Whether the arrows, the maps of the exact field and those of the flow are out of date.
fn stale_maps(products: &Products, experiment: Experiment) -> [bool; 3] {
    let (look, experiment) = (seen(&experiment), Arc::new(experiment));
    fn check<P: Product>(products: &Products, studied: &Arc<Experiment>, look: &Look) -> bool {
        let made = products.get::<P>();
        made.is_none_or(|made| !products.is_current(made, studied, look))
    }
    [
        check::<ExactArrows>(products, &experiment, &look),
        check::<ExactMaps>(products, &experiment, &look),
        check::<FieldMaps>(products, &experiment, &look),
    ]
}

#[test]
fn maps_are_out_of_date_with_what_they_are_of_and_not_when_the_play_head_moves() {
    let studied = Arc::new(mapped());
    let products = all(&flow(&studied, 3), &seen(&studied));
    assert_eq!(stale_maps(&products, mapped()), [false; 3]);
    for (key, value, expected) in TABLE {
        let mut changed = mapped();
        if *key == "velocity" {
            changed.problem.velocity = Velocity::Exact {
                scale: 1.0,
                rotation: 0.0,
            };
        } else {
            changed.set(key, value).unwrap();
        }
        let is_hidden = *key == "view.layers";
        let exact = is_hidden || expected.contains(&"exact");
        let field = expected.contains(&"field");
        let expected = [
            exact || *key == "view.field",
            exact,
            exact || (field && !["view.field", "view.reading"].contains(key)),
        ];
        assert_eq!(stale_maps(&products, changed), expected, "{key} = {value}");
    }
}

/// Makes maps one after the other, as a dispatcher would, and hands out which slices of the flow's field are there.
fn make_some(flow: &Flow, look: &Look, made: &mut Products, tasks: usize) -> Vec<Option<u64>> {
    let tools = Tools::default();
    for _ in 0..tasks {
        let wish = Wish {
            flow: &flow.id,
            look,
            made,
            past: None,
            now: 0.0,
        };
        let task = KINDS
            .iter()
            .find_map(|kind| match kind.next(flow, &wish, &tools) {
                Next::Task(task) if kind.name == FieldMaps::NAME => Some(task),
                _ => None,
            });
        let Some(task) = task else { break };
        task.work.finish().unwrap()(made);
    }
    let maps = &made.get::<FieldMaps>().unwrap().maps;
    let times = 0..maps.times().len();
    times.map(|k| maps.get(k).map(|slice| slice.step)).collect()
}

#[test]
fn maps_follow_the_training_and_those_of_other_weights_stay_until_they_are_made_anew() {
    let studied = Arc::new(mapped());
    let look = Look {
        exact_arrows: false,
        ..seen(&studied)
    };
    assert_eq!(look.moment, 12);
    let mut made = all(
        &flow(&studied, 3),
        &Look {
            field_maps: false,
            ..look
        },
    );
    assert!(made.field_maps.get().is_none());
    let steps = make_some(&flow(&studied, 20), &look, &mut made, 3);
    let there: Vec<usize> = (0..steps.len()).filter(|&k| steps[k].is_some()).collect();
    assert_eq!(there, [12, 13, 14]);
    let steps = make_some(&flow(&studied, 20), &look, &mut made, 100);
    assert!(steps.iter().all(|step| *step == Some(20)));
    let steps = make_some(&flow(&studied, 30), &look, &mut made, 2);
    assert_eq!(steps.iter().filter(|step| **step == Some(30)).count(), 2);
    assert!(steps[12] == Some(30) || steps[13] == Some(30));
    assert!(steps.iter().all(Option::is_some));
    // Weights of twice as many steps are others; and so are those of an earlier step.
    for step in [70, 9] {
        let steps = make_some(&flow(&studied, step), &look, &mut made, 1);
        assert_eq!(steps.iter().flatten().collect::<Vec<_>>(), [&step]);
    }
}

#[test]
fn a_wrong_field_lights_up_and_the_exact_one_does_not() {
    let of = |scale: f64| {
        let mut studied = mapped();
        studied.problem.velocity = Velocity::Exact {
            scale,
            rotation: 0.0,
        };
        let studied = Arc::new(studied);
        let field = crate::flow::exact::AlteredField {
            field: marginal_field(&studied).unwrap(),
            scale,
            rotation: 0.0,
        };
        let flow = Flow::new(Arc::new(field), Arc::clone(&studied), RunId(0));
        let products = all(&flow, &seen(&studied));
        let maps = products.get::<FieldMaps>().unwrap();
        assert!(maps.maps.is_complete());
        let against = maps.maps.get(12).unwrap().against.clone().unwrap();
        (against.residual.continuity, against.exact.own.continuity)
    };
    let (residual, own) = of(1.0);
    assert!(residual < 1e-5 && own < 1e-5, "{residual} {own}");
    let (residual, own) = of(1.01);
    assert!(residual > 100.0 * own, "{residual} {own}");
}

#[test]
fn where_there_is_no_exact_field_nothing_is_made_but_the_divergence() {
    let mut studied = mapped();
    studied.problem.target = Shape::Drawn(crate::flow::distribution::Drawing::blank(
        Bounds::square(1.0),
    ))
    .into();
    studied.problem.coupling = Coupling::Independent;
    let known = Arc::new(mapped());
    let network = flow(&known, 3).network().unwrap().clone();
    let flow = Flow::learned(network, Arc::new(studied.clone()), RunId(0));
    let products = all(&flow, &seen(&studied));
    assert!(
        products
            .exact
            .get()
            .is_some_and(|exact| exact.field.is_err())
    );
    assert!(products.get::<ExactMaps>().is_none() && products.get::<ExactArrows>().is_none());
    let maps = &products.get::<FieldMaps>().unwrap().maps;
    assert!(maps.is_complete() && maps.known().all(|slice| slice.against.is_none()));
}
