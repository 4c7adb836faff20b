//! Pushforward: an interactive laboratory for flow matching in two dimensions.
//!
//! Train a small network on a preset and read how straight its flow is:
//!
//! ```
//! use pushforward::experiment::presets;
//! use pushforward::session::run::{RunOptions, Unobserved, run};
//!
//! let mut experiment = presets::find("two-moons").ok_or("no such preset")?.experiment()?;
//! experiment.model.hidden = vec![32, 32];
//! experiment.training.steps = 1000;
//! experiment.readout.evaluation.samples = 500;
//! let folder = tempfile::tempdir()?; // for tables, weights and figures
//! let outcome = run(&experiment, folder.path(), &RunOptions::default(), &mut Unobserved)?;
//! let straightness = outcome.report.and_then(|report| report.straightness());
//! assert!(straightness.is_some_and(|s| 0.0 < s && s < 5.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Draw the particles half way along their trajectories, as SVG:
//!
//! ```
//! use pushforward::experiment::{Layer, presets};
//! use pushforward::export::{Format, Options};
//! use pushforward::session::run::{RunOptions, Unobserved, run};
//!
//! let mut experiment = presets::find("rings").ok_or("no such preset")?.experiment()?;
//! experiment.view.layers = vec![Layer::Trajectories, Layer::Particles];
//! experiment.view.t = 0.5;
//! experiment.training.steps = 1000;
//! experiment.readout.evaluation.samples = 500;
//! let folder = tempfile::tempdir()?;
//! let outcome = run(&experiment, folder.path(), &RunOptions::default(), &mut Unobserved)?;
//! let figure = outcome.figure.ok_or("interrupted")?;
//! let svg = Format::Svg.encode(&figure, &Options::default())?;
//! assert!(svg.ends_with(b"</svg>\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The folder is that of `pushforward run` and opens in the window. `examples/` has both as programs.
//!
//! The house has seven floors, and a module uses only lower ones (see `ARCHITECTURE.md`): [`flow`] is the mathematics,
//! [`clock`] the time, [`experiment`] what is studied, [`model`] the network, [`products`] what is derived from a flow,
//! [`snapshot`] the plain data that crosses threads, [`scene`] and [`export`] the pictures, [`session`] the threads,
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
