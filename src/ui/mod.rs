//! Floor 6: the window. It paints the newest `Frame` and sends `Command`s; it never computes the flow.
//!
//! [`lab::Lab`] is the window's state without egui, [`app::App`] puts panels, canvas and dialogs around it.
//! One table of actions ([`actions`]) drives menu, palette, tooltips and keys. This floor refuses to know the
//! command line, Burn and how the numbers come about.

pub mod actions;
pub mod app;
pub mod canvas;
pub mod command;
pub mod comparison;
pub mod dialogs;
pub(crate) mod drawing;
pub mod editor;
mod frame_meter;
mod frame_pace;
mod icon;
pub mod lab;
mod messages;
pub mod page;
mod panels;
mod rack;
pub mod slow_motion;
pub mod studio;
pub mod theme;
pub mod timeline;

pub use app::{APP_ID, App, LaunchError, Start, launch};
pub use command::Command;
pub use icon::icon;
pub use lab::Lab;
