//! What holds for every vocabulary, checked for one after the other.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::*;
use crate::flow::constant::Control;
use crate::flow::coupling::Coupling;
use crate::flow::path::Path;
use crate::flow::solver::Solver;

/// Entries and fields agree, defaults are valid, and a member is read as it was written.
pub(crate) fn assert_whole<V: Vocabulary + Debug + Default + Serialize + DeserializeOwned>() {
    assert_eq!(V::default(), V::MEMBERS[0]);
    for (i, member) in V::MEMBERS.iter().enumerate() {
        let entry = member.entry();
        let earlier = &V::MEMBERS[..i];
        assert!(
            earlier
                .iter()
                .all(|e| e.key() != member.key() && e.entry().name != entry.name)
        );
        assert!(
            !entry.name.is_empty() && !entry.formula.is_empty(),
            "{member:?}"
        );
        assert_eq!(member.validate(), Ok(()), "{member:?}");
        let mut copy = *member;
        let mut fields: Vec<&str> = copy.numbers().iter().map(|(name, _)| *name).collect();
        let mut constants: Vec<&str> = entry.constants.iter().map(|c| c.name).collect();
        for (place, constant) in entry.constants.iter().enumerate() {
            assert_eq!(copy.number(constant.name).unwrap().get(), constant.default);
            let limit = constant.range.limit();
            assert!(
                limit.is_none_or(|limit| constants[..place].contains(&limit)),
                "{constant:?}"
            );
            let range = member.range_of(constant);
            if let Control::Slider(from, to) = constant.control {
                let part = range.part(from, to);
                assert!(
                    range.contains(*part.start()) && range.contains(*part.end()),
                    "{constant:?}"
                );
                assert!(
                    part.contains(&constant.default) && part.start() < part.end(),
                    "{constant:?}"
                );
            }
        }
        fields.sort_unstable();
        constants.sort_unstable();
        assert_eq!(fields, constants, "{member:?}");
        let written = ron::to_string(member).unwrap();
        assert!(written.starts_with(member.key()), "{written}");
        assert_eq!(ron::from_str::<V>(&written), Ok(*member));
        let written = serde_json::to_string(member).unwrap();
        assert_eq!(serde_json::from_str::<V>(&written).unwrap(), *member);
        assert_eq!(member.with_constants_of(*member), *member);
    }
}

#[test]
fn every_path_coupling_and_solver_says_all_of_itself() {
    assert_whole::<Path>();
    assert_whole::<Coupling>();
    assert_whole::<Solver>();
}

#[test]
fn what_a_file_leaves_out_is_as_in_the_table() {
    for path in Path::ALL {
        let shortest = format!("{}()", path.key());
        let shortest = if path.entry().constants.is_empty() {
            path.key()
        } else {
            &shortest
        };
        assert_eq!(ron::from_str::<Path>(shortest), Ok(path));
    }
    assert!(ron::from_str::<Coupling>("BatchOt()").is_err());
    assert!(ron::from_str::<Solver>("Rk4()").is_err());
    assert!(ron::from_str::<Path>("Ve(sigma_min: Some(0.1))").is_err());
    assert!(ron::from_str::<Path>("Ve(sigma_min: None)").is_err());
    assert!(serde_json::from_str::<Path>(r#"{"Ve": {"sigma_min": null}}"#).is_err());
    assert!(serde_json::from_str::<Path>(r#"{"Ve": {"sigma": 1.0}}"#).is_err());
}

#[test]
fn a_constant_is_refused_with_its_name_its_value_and_its_range() {
    let refusal = |path: Path| path.validate().unwrap_err().to_string();
    let with = |sigma_min, sigma_max| Path::Ve {
        sigma_min,
        sigma_max,
    };
    assert_eq!(
        refusal(with(0.1, 1e-4)),
        "sigma_max is 0.0001: expected above 0.0001, at most 1000.0"
    );
    assert_eq!(
        refusal(with(2.0, 2.0)),
        "sigma_min is 2.0: expected 0.0001 or more, below 2.0 (sigma_max)"
    );
    assert_eq!(
        refusal(with(0.1, f64::NAN)),
        "sigma_max is NaN: expected above 0.0001, at most 1000.0"
    );
    let coupling = Coupling::BatchOt { batch: usize::MAX };
    assert_eq!(
        coupling.validate().unwrap_err().to_string(),
        "batch is 18446744073709551615: expected 1 to 4096"
    );
    assert_eq!(
        ron::from_str("BatchOt(batch: 4096)").map(|c: Coupling| c.validate()),
        Ok(Ok(()))
    );
}

#[test]
fn constants_of_the_same_name_are_kept_when_the_member_changes() {
    let solver = Solver::Rk4 { steps: 7 };
    assert_eq!(
        Solver::Euler { steps: 100 }.with_constants_of(solver),
        Solver::Euler { steps: 7 }
    );
    assert_eq!(Path::Cosine.with_constants_of(Path::ALL[0]), Path::Cosine);
}
