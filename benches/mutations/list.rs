//! The mistakes, a row each.

/// A mistake, and the test that must find it.
pub struct Mutation {
    /// What is wrong with it.
    pub name: &'static str,
    /// The file, from the root.
    pub file: &'static str,
    /// What stands there, once.
    pub find: &'static str,
    /// What takes its place.
    pub replace: &'static str,
    /// The test of the library that fails by it.
    pub test: &'static str,
}

/// All of them.
pub const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "sign of sigma'",
        file: "src/flow/path/cond_ot.rs",
        find: "d_sigma: -(1.0 - sigma_min)",
        replace: "d_sigma: 1.0 - sigma_min",
        test: "flow::path::tests::derivatives_match_finite_differences",
    },
    Mutation {
        name: "missing alpha'",
        file: "src/flow/path/vp.rs",
        find: "d_sigma: -alpha * d_alpha / sigma",
        replace: "d_sigma: -alpha / sigma",
        test: "flow::path::tests::derivatives_match_finite_differences",
    },
    Mutation {
        name: "missing alpha' in the exact field",
        file: "src/flow/exact/mixture.rs",
        find: "d_alpha * target.mean[i] + d_sigma * source.mean[i]",
        replace: "target.mean[i] + d_sigma * source.mean[i]",
        test: "flow::exact::mixture::tests::continuity_equation_holds",
    },
    Mutation {
        name: "transposed divergence",
        file: "src/model/fused/field.rs",
        find: "f64::from(dx[0]) + f64::from(dy[1])",
        replace: "f64::from(dx[1]) + f64::from(dy[0])",
        test: "model::tests::the_divergence_is_the_derivative",
    },
    Mutation {
        name: "sign of the score",
        file: "src/flow/conversion.rs",
        find: "self.noise.map(|noise| -noise / divisor)",
        replace: "self.noise.map(|noise| noise / divisor)",
        test: "flow::exact::mixture::tests::conversions_agree_with_the_closed_form",
    },
    Mutation {
        name: "divergence without the covariance of score and velocity",
        file: "src/flow/exact/mixture.rs",
        find: "divergence: divergence / mass + covariance",
        replace: "divergence: divergence / mass",
        test: "flow::exact::mixture::tests::score_and_divergence_are_the_derivatives",
    },
    Mutation {
        name: "wrong Jacobian in one parametrisation",
        file: "src/model/fused/field.rs",
        find: "*div = PLANE as f64 * of_x + of_value * self.c_in * of_output;",
        replace: "*div = of_x + of_value * self.c_in * of_output;",
        test: "model::tests::parametrisation::the_field_of_every_prediction_has_the_divergence_of_its_velocity",
    },
    Mutation {
        name: "wrong conversion of the denoiser",
        file: "src/flow/conversion.rs",
        find: "Self::X1 => (by_sigma, d_alpha - alpha * by_sigma),",
        replace: "Self::X1 => (by_sigma, d_alpha + alpha * by_sigma),",
        test: "model::tests::parametrisation::the_field_is_the_conversion_of_what_is_predicted",
    },
    Mutation {
        name: "drift of the SDE with the wrong sign",
        file: "src/flow/sde.rs",
        find: "let drift = u[i] + strength * score[i];",
        replace: "let drift = u[i] - strength * score[i];",
        test: "flow::sde::tests::modes_keep_their_width",
    },
    Mutation {
        name: "precision of a many-component field",
        file: "src/flow/exact/lattice/mod.rs",
        find: "(d_alpha - pull * alpha)",
        replace: "(d_alpha + pull * alpha)",
        test: "flow::exact::lattice::tests::many_points_are_what_each_of_them_is",
    },
    Mutation {
        name: "sign of linear VP's sigma'",
        file: "src/flow/path/linear_vp.rs",
        find: "d_sigma: -t / sigma",
        replace: "d_sigma: t / sigma",
        test: "flow::path::tests::derivatives_match_finite_differences",
    },
    Mutation {
        name: "sign of an estimated score",
        file: "src/flow/exact/swarm/mod.rs",
        find: "score: way.map(|d| precision * d)",
        replace: "score: way.map(|d| -precision * d)",
        test: "flow::exact::marginal_field::tests::score_and_divergence_are_derivatives_on_every_basis",
    },
    Mutation {
        name: "likelihood with the divergence added",
        file: "src/flow/likelihood.rs",
        find: "let exact = log_p_0 - encoded.divergence;",
        replace: "let exact = log_p_0 + encoded.divergence;",
        test: "flow::likelihood::tests::eight_gaussians_have_the_reference_densities",
    },
    Mutation {
        name: "Hutchinson without the symmetric part",
        file: "src/flow/likelihood.rs",
        find: "[xx + yy, xy + yx]",
        replace: "[xx + yy, xy - yx]",
        test: "flow::likelihood::tests::a_probe_sees_the_cross_derivatives_with_the_sign_of_its_product",
    },
    Mutation {
        name: "a fan that is not antithetic",
        file: "src/flow/exact/fan.rs",
        find: "[1.0, -1.0].map(|side|",
        replace: "[1.0, 1.0].map(|side|",
        test: "flow::exact::fan::tests::the_mean_of_the_rays_is_the_exact_velocity_for_every_path_source_and_target",
    },
    Mutation {
        name: "angle to the wrong side",
        file: "src/scene/ask/words.rs",
        find: "u[0] * v[1] - u[1] * v[0]",
        replace: "u[1] * v[0] - u[0] * v[1]",
        test: "scene::ask::tests::differences_are_told_in_degrees_and_percent",
    },
    Mutation {
        name: "error against the conditional velocity",
        file: "src/products/fm_error.rs",
        find: "mean_square(&v, &at.exact)",
        replace: "mean_square(&v, &at.targets)",
        test: "products::fm_error::tests::a_field_that_is_a_tenth_too_fast_is_off_by_a_hundredth_of_the_energy",
    },
    Mutation {
        name: "floor with the path energy added",
        file: "src/products/floor.rs",
        find: "value: cost.value - energy.value",
        replace: "value: cost.value + energy.value",
        test: "products::floor::tests::a_dependent_coupling_has_its_cost_less_the_path_energy",
    },
    Mutation {
        name: "sign in the continuity residual",
        file: "src/flow/maps/field.rs",
        find: "- f64::from(div_u) + pull",
        replace: "- f64::from(div_u) - pull",
        test: "flow::maps::tests::errors_and_residuals_are_those_of_the_closed_form",
    },
    Mutation {
        name: "time derivative off by two",
        file: "src/flow/maps/exact.rs",
        find: "/ (2.0 * STEP)",
        replace: "/ STEP",
        test: "flow::maps::tests::a_field_that_is_one_percent_too_fast_lights_up_and_one_that_turns_about_the_densities_does_not",
    },
    Mutation {
        name: "a turn that changes the densities",
        file: "src/flow/exact/altered.rs",
        find: "self.scale * u[0] - turn * s[1]",
        replace: "self.scale * u[0] + turn * s[1]",
        test: "flow::maps::tests::a_field_that_is_one_percent_too_fast_lights_up_and_one_that_turns_about_the_densities_does_not",
    },
];
