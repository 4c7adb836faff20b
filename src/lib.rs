//! Pushforward: an interactive laboratory for flow matching in two dimensions.
//!
//! The house has seven floors, and a module uses only lower ones (see `ARCHITECTURE.md`):
//! [`flow`] is the mathematics and [`clock`] the time, [`experiment`] what is studied, [`model`] the network,
//! [`products`] and [`snapshot`] what there is to see, [`scene`] and [`export`] the pictures, [`session`] the threads,
//! [`ui`] and [`cli`] two faces of the same session.

pub mod cli;
pub mod clock;
pub mod experiment;
pub mod export;
pub mod flow;
pub mod model;
pub mod products;
pub mod scene;
pub mod session;
pub mod snapshot;
pub mod ui;
