//! Schedules against finite differences, known end values and the file format.

use super::*;
use crate::flow::constant::Control;
use crate::flow::vocabulary::Vocabulary;
use approx::assert_relative_eq;
use proptest::prelude::*;

const VP: Path = Path::Vp {
    beta_min: 0.1,
    beta_max: 20.0,
};
const VE: Path = Path::Ve {
    sigma_min: 0.01,
    sigma_max: 10.0,
};

/// Any path with constants from where they are offered.
fn any_path() -> impl Strategy<Value = Path> {
    let shares = prop::collection::vec(0.0..1.0, 4);
    (prop::sample::select(Path::ALL.to_vec()), shares).prop_map(|(mut path, shares)| {
        for (constant, share) in path.entry().constants.iter().zip(shares) {
            if let Control::Slider(from, to) = constant.control {
                let (from, to) = path.range_of(constant).part(from, to).into_inner();
                let mut number = path.number(constant.name).unwrap();
                number.set(from + share * (to - from));
            }
        }
        path
    })
}

proptest! {
    #[test]
    fn derivatives_match_finite_differences(path in any_path(), t in 0.01..0.99) {
        let h = 1e-6;
        let (before, here, after) = (path.at(t - h), path.at(t), path.at(t + h));
        let d_alpha = (after.alpha - before.alpha) / (2.0 * h);
        let d_sigma = (after.sigma - before.sigma) / (2.0 * h);
        prop_assert!((here.d_alpha - d_alpha).abs() < 1e-6 * (1.0 + d_alpha.abs()));
        prop_assert!((here.d_sigma - d_sigma).abs() < 1e-6 * (1.0 + d_sigma.abs()));
    }

    #[test]
    fn velocity_is_the_derivative_of_the_interpolant(path in any_path(), t in 0.01..0.99) {
        let (x_0, x_1, h) = ([0.3, -1.2], [2.0, 0.7], 1e-6);
        let (a, b) = (
            interpolate(path.at(t - h), x_0, x_1),
            interpolate(path.at(t + h), x_0, x_1),
        );
        let v = velocity(path.at(t), x_0, x_1);
        for i in 0..2 {
            let difference = (b[i] - a[i]) / (2.0 * h);
            prop_assert!((v[i] - difference).abs() < 1e-6 * (1.0 + difference.abs()));
        }
    }

    #[test]
    fn all_valid_paths_are_finite_at_both_ends(path in any_path()) {
        prop_assert_eq!(path.validate(), Ok(()));
        for t in [-1.0, 0.0, 1.0, 2.0] {
            let s = path.at(t);
            for value in [s.alpha, s.sigma, s.d_alpha, s.d_sigma] {
                prop_assert!(value.is_finite(), "{:?} at {}: {:?}", path, t, s);
            }
        }
    }
}

#[test]
fn ends_are_source_and_target() {
    for path in [
        Path::CondOt { sigma_min: 0.0 },
        Path::Cosine,
        Path::Polynomial { n: 3.0 },
    ] {
        let (start, end) = (path.at(0.0), path.at(1.0));
        assert!(start.alpha.abs() < 1e-15 && (start.sigma - 1.0).abs() < 1e-15);
        assert!((end.alpha - 1.0).abs() < 1e-15 && end.sigma.abs() < 1e-15);
    }
    assert_eq!(Path::CondOt { sigma_min: 0.1 }.at(1.0).sigma, 0.1);
}

#[test]
fn vp_starts_almost_at_the_source() {
    let start = VP.at(0.0);
    assert!((start.alpha - 0.006_571_6).abs() < 5e-8, "{}", start.alpha);
    assert_relative_eq!(
        start.alpha.powi(2) + start.sigma.powi(2),
        1.0,
        epsilon = 1e-15
    );
}

/// `E|sigma' x_0|^2 = d b s_0^2 / (4 (1 - t))` near t = 1.
#[test]
fn vp_blows_up_at_the_known_rate() {
    for one_minus_t in [1e-4, 1e-5] {
        let second_moment = 2.0 * VP.at(1.0 - one_minus_t).d_sigma.powi(2);
        assert_relative_eq!(
            second_moment,
            2.0 * 0.1 / (4.0 * one_minus_t),
            max_relative = 0.03
        );
    }
    let last = VP.at(1.0);
    assert_eq!(last, VP.at(1.0 - vp::CUT_OFF));
    assert_relative_eq!(2.0 * last.d_sigma.powi(2), 5000.0, max_relative = 5e-3);
}

/// Linear VP starts at the source, keeps the variance, and `E|sigma' x_0|^2 = 1 / (1 - t)` near t = 1: `ln 10` a decade.
#[test]
fn linear_vp_blows_up_at_the_known_rate() {
    let path = Path::LinearVp;
    assert_eq!((path.at(0.0).alpha, path.at(0.0).sigma), (0.0, 1.0));
    let here = path.at(0.6);
    assert_relative_eq!(
        here.alpha.powi(2) + here.sigma.powi(2),
        1.0,
        epsilon = 1e-15
    );
    for one_minus_t in [1e-4, 1e-5] {
        let second_moment = 2.0 * path.at(1.0 - one_minus_t).d_sigma.powi(2);
        assert_relative_eq!(second_moment, 1.0 / one_minus_t, max_relative = 1e-3);
    }
    assert_eq!(path.at(1.0), path.at(1.0 - vp::CUT_OFF));
    assert!(path.caution().is_some_and(|words| words.contains("2.303")));
}

#[test]
fn ve_is_written_for_the_canvas_source() {
    assert_eq!(VE.source_scale(), 10.0);
    assert_relative_eq!(VE.at(0.0).sigma, 1.0);
    assert_relative_eq!(
        VE.at(1.0).sigma * VE.source_scale(),
        0.01,
        max_relative = 1e-12
    );
    let s = VE.at(0.37);
    assert_relative_eq!(s.d_sigma / s.sigma, -1000f64.ln(), max_relative = 1e-14);
}

#[test]
fn scales_are_the_sizes_of_point_and_velocity() {
    assert_relative_eq!(VE.at(0.0).output_scale(10.0, 1.0), 10.0 * 1000f64.ln());
    assert_relative_eq!(VE.at(0.0).input_scale(10.0, 1.0), 1.0 / 101f64.sqrt());
    let cond_ot = Path::CondOt { sigma_min: 0.0 };
    assert_relative_eq!(cond_ot.at(0.3).output_scale(1.0, 3.0), 10f64.sqrt());
    assert_relative_eq!(cond_ot.at(0.5).input_scale(3.0, 4.0), 0.4);
    assert_eq!(cond_ot.at(1.0).input_scale(1.0, 0.0), 1e6);
}

#[test]
fn errors_name_field_value_and_range() {
    let message = |path: Path| path.validate().map_err(|e| e.to_string());
    assert_eq!(
        message(Path::CondOt { sigma_min: 1.5 }),
        Err("sigma_min is 1.5: expected 0.0 or more, below 1.0".to_owned())
    );
    assert_eq!(
        message(Path::Vp {
            beta_min: 3.0,
            beta_max: 2.0
        }),
        Err("beta_min is 3.0: expected 0.0 to 2.0 (beta_max)".to_owned())
    );
    for sigma_max in [f64::NAN, f64::INFINITY, 0.0, 0.01] {
        assert!(
            Path::Ve {
                sigma_min: 0.01,
                sigma_max
            }
            .validate()
            .is_err()
        );
    }
    assert!(
        Path::Vp {
            beta_min: f64::NAN,
            beta_max: 20.0
        }
        .validate()
        .is_err()
    );
}

#[test]
fn files_use_the_names_of_the_contract() {
    let read = |text: &str| ron::from_str::<Path>(text);
    assert_eq!(read("Vp(beta_min: 0.1, beta_max: 20.0)"), Ok(VP));
    assert_eq!(read("Vp()"), Ok(VP));
    assert_eq!(read("Ve()"), Ok(VE));
    assert_eq!(read("Cosine"), Ok(Path::Cosine));
    assert_eq!(read("CondOt()"), Ok(Path::CondOt { sigma_min: 0.0 }));
    assert!(read("CondOt(sigma: 0.0)").is_err());
}
