//! The layers of the canvas: the one list of them.
//!
//! A layer is a line of this list and a file in `scene/layers/`, which says how it is drawn. Its module, its toggle, its
//! row of the menu and its key are made from the list where they belong.

use serde::{Deserialize, Serialize};

/// Hands the list to the macro `$make`, a layer a line: its name in the experiment file, its file in `scene/layers/`,
/// its name in the menu, and what it shows. The order is that of toggles, keys and legend.
macro_rules! layers {
    ($make:ident) => {
        $make! {
            Source: source, "Source samples", "samples of the source p";
            Target: target, "Target samples", "samples of the target q";
            Particles: particles, "Particles", "the particles at time t";
            Trails: trails, "Trails", "the particles' trails";
            Trajectories: trajectories, "Trajectories", "whole trajectories";
            Field: field, "Velocity field", "the velocity field at time t";
            Density: density, "Density", "the density of the particles at time t";
            Pairs: pairs, "Coupling pairs", "the coupling pairs of the current batch";
            Block: block, "Block of the coupling", "the pairs of one block of the coupling, coloured by their length";
            Difference: difference, "Difference of trajectories", "this lane's trajectories over those of the first lane, and how far apart they end";
            FieldDifference: field_difference, "Difference of fields", "the velocity of this lane minus that of the first lane at time t";
            ExactField: exact_field, "Exact field", "the exact field u at time t";
            FieldError: field_error, "Learned minus exact", "how far the field is from the exact one at time t, |v - u|";
            ExactDensity: exact_density, "Exact density", "the exact density p_t";
            Contours: contours, "Contours of the density", "contours of the exact density p_t, around shares of the probability";
            Divergence: divergence, "Divergence", "the divergence of the field at time t: where it pushes particles apart, and where together";
            Continuity: continuity, "Continuity residual", "how far the field is from carrying p_t, dp/dt + div(p v)";
            PpdResidual: ppd_residual, "PPD residual", "the same for the logarithm, d/dt log p_t + grad log p_t . v + div v";
            Likelihood: likelihood, "Likelihood", "log p₁, the density that the flow gives its samples";
            DensityDifference: density_difference, "Model density minus exact", "the density that the flow gives its samples less the exact one, both at t = 1";
            Conditional: conditional, "Given target points", "density, velocity and paths given one target point or some";
            Errors: errors, "Solver errors", "how far each trajectory's end is from that of a fine solver";
            DeformedGrid: deformed_grid, "Deformed grid", "a mesh over the source that the flow has carried to time t";
            Worst: worst, "Worst ten", "the ten least straight trajectories, by what the colour of trajectories means";
        }
    };
}
pub(crate) use layers;

macro_rules! make_layer {
    ($($layer:ident: $file:ident, $menu:literal, $shows:literal;)+) => {
        /// A layer of the canvas.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Layer {
            $(#[doc = concat!("Shows ", $shows, ".")] $layer,)+
        }

        impl Layer {
            /// Every layer, in the order of the list.
            pub const ALL: [Self; [$(Self::$layer),+].len()] = [$(Self::$layer),+];

            /// Its name in the experiment file and on its toggle.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$layer => stringify!($layer),)+
                }
            }
        }
    };
}
layers!(make_layer);

impl Layer {
    /// Those for which the exact field has to be known.
    pub const EXACT: [Self; 8] = [
        Self::ExactField,
        Self::DensityDifference,
        Self::FieldError,
        Self::ExactDensity,
        Self::Contours,
        Self::Divergence,
        Self::Continuity,
        Self::PpdResidual,
    ];
    /// Those that show it, or something weighted with its density, in cells.
    pub const EXACT_MAPS: [Self; 6] = [
        Self::FieldError,
        Self::ExactDensity,
        Self::Contours,
        Self::Divergence,
        Self::Continuity,
        Self::PpdResidual,
    ];
    /// Those that show the flow's field in cells.
    pub const FIELD_MAPS: [Self; 4] = [
        Self::FieldError,
        Self::Divergence,
        Self::Continuity,
        Self::PpdResidual,
    ];
}
