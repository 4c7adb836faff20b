//! Why a device is not trained on.

/// Why a device cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DeviceError {
    /// The program cannot use any.
    #[error(
        "this program was built without the feature \"gpu\", which is on by default: `cargo build --release` has it"
    )]
    NotBuilt,
    /// There is none.
    #[error("no GPU adapter was found: {0}")]
    Missing(String),
    /// There is one, but it computes wrongly or does not answer.
    #[error("{name} is not used: {reason}")]
    Untrusted {
        /// The adapter's name.
        name: String,
        /// What the self-test found, or that it never ended.
        reason: String,
    },
}
