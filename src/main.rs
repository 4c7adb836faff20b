//! The program: the command line runs a job or opens the window.

use std::process::ExitCode;

use pushforward::cli::{self, Failure, Window};
use pushforward::ui::{self, LaunchError};

fn main() -> ExitCode {
    cli::main(open_window)
}

fn open_window(window: Window) -> Result<(), Failure> {
    let start = ui::Start {
        experiment: window.experiment,
        trained: window.trained,
        file: window.file,
    };
    ui::launch(start).map_err(|error| match error {
        LaunchError::Window(_) => Failure::Input(error.to_string()),
        LaunchError::Session(_) => Failure::Failed(error.to_string()),
    })
}
