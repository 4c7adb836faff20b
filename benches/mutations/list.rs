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
];
