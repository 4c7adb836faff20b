//! The program: the command line decides, the window is one of its answers.

use std::process::ExitCode;

use pushforward::{cli, ui};

fn main() -> ExitCode {
    cli::main(|window| {
        ui::launch(ui::Start {
            experiment: window.experiment,
            weights: window.weights,
            file: window.file,
        })
        .map_err(|error| error.to_string())
    })
}
