//! `pushforward likelihood`: the density that a trained flow gives points of the canvas.

use super::args::LikelihoodArgs;
use super::input::{self, Origin};
use super::outcome::{Failure, say};
use crate::products::LikelihoodAt;
use crate::session::likelihood;

/// Prints a line for each point.
///
/// # Errors
/// [`Failure::Input`] if there is no such run.
pub fn likelihood(args: &LikelihoodArgs) -> Result<(), Failure> {
    let origin = Origin::find(&args.run)?;
    let experiment = input::changed(&args.run, origin.experiment()?, &args.changes)?;
    let Origin::Folder(folder) = origin else {
        let name = args.run.display();
        return Err(Failure::Input(format!("{name} is not the folder of a run")));
    };
    let experiment = experiment.only_lane();
    let experiment = experiment.map_err(|error| Failure::Input(error.to_string()))?;
    let found = likelihood::at(&experiment, &folder, &args.at)?;
    say(&found.iter().map(line).collect::<String>())
}

/// The point, `log p_1` and `p_1`, or why there is none.
fn line(found: &LikelihoodAt) -> String {
    let [x, y] = found.at;
    match &found.likelihood {
        Ok(likelihood) => {
            let spread = match likelihood.spread {
                0.0 => String::new(),
                spread => format!(" (spread over probes {spread:.6})"),
            };
            let p = likelihood.value.exp();
            format!(
                "x = ({x}, {y}): log p_1 = {:.6}{spread}, p_1 = {p:.6e}\n",
                likelihood.value
            )
        }
        Err(reason) => format!("x = ({x}, {y}): no log p_1: {reason}\n"),
    }
}
