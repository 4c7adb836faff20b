//! The kernels on a processor that is not here, for instance NEON on an x86 machine under QEMU:
//!
//! ```sh
//! rustup target add aarch64-unknown-linux-gnu
//! apt-get install gcc-aarch64-linux-gnu qemu-user-static
//! export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
//! export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64-static -L /usr/aarch64-linux-gnu"
//! cargo test --release --manifest-path tests/neon/Cargo.toml --target aarch64-unknown-linux-gnu
//! ```
//!
//! Not part of `cargo test`: it needs a cross-compiler. The files are those of the program, so are their tests.

#[path = "../../../src/experiment/mod.rs"]
pub mod experiment;
#[path = "../../../src/flow/mod.rs"]
pub mod flow;
pub mod model;

#[cfg(test)]
mod tests {
    #[test]
    fn the_instruction_set_is_the_one_that_was_meant() {
        let here = crate::model::peak::instruction_set();
        let meant = match std::env::consts::ARCH {
            "aarch64" => vec!["NEON"],
            _ => vec!["AVX-512", "AVX2", "portable"],
        };
        assert!(meant.contains(&here), "{here}");
    }
}
