//! Where the lanes of an experiment have their folders below one that they share: in a run of lanes `01-cond-ot`, in a
//! comparison `runs/01-cond-ot/seed-0`.

use std::path::{Path, PathBuf};

use crate::experiment::Experiment;

use super::folder::{self, Saved, names};
use super::observer::RunError;

/// Most letters of a title in the name of a folder.
const MAX_SLUG: usize = 40;
/// Where a comparison has its runs.
pub const RUNS: &str = "runs";

/// The folder's name of lane `i` (from 0): its number from 1 in two digits, and an ASCII slug of its title.
pub fn name(i: usize, title: &str) -> String {
    format!("{:02}-{}", i + 1, slug(title))
}

/// The title in lower case with a dash for whatever is no ASCII letter or digit; `lane` if nothing is left.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for c in title.chars().map(|c| c.to_ascii_lowercase()) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(MAX_SLUG);
    slug.truncate(slug.trim_end_matches('-').len());
    match slug.is_empty() {
        true => "lane".to_owned(),
        false => slug,
    }
}

/// The folder of lane `i` of a run of lanes.
pub fn of_lane(folder: &Path, experiment: &Experiment, i: usize) -> PathBuf {
    folder.join(name(i, &experiment.lane_label(i)))
}

/// The folder's name of a seed's run.
pub fn of_seed(seed: u64) -> String {
    format!("seed-{seed}")
}

/// Whether the folder is that of a run of lanes or of a comparison, as far as its names tell.
pub fn is_shared(folder: &Path) -> bool {
    let first = |name: String| name.starts_with("01-");
    let mut below = std::fs::read_dir(folder).into_iter().flatten().flatten();
    folder.join(names::EXPERIMENT).is_file()
        && below.any(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name == RUNS || first(name)) && entry.path().is_dir()
        })
}

/// What the lanes of the experiment have left below the folder, in their order; a comparison's lane shows its first seed.
///
/// # Errors
/// [`RunError::Input`] if files are damaged, or the weights of a lane are those of another network or seed.
pub fn saved(folder: &Path, experiment: &Experiment) -> Result<Vec<Option<Saved>>, RunError> {
    let lane = |i| {
        let lane = experiment.lane(i);
        let lane = lane.map_err(|error| RunError::Input(error.to_string()))?;
        let label = experiment.lane_label(i);
        let of_run = folder.join(name(i, &label));
        let of_comparison = folder.join(RUNS).join(name(i, &label));
        let candidates = [of_run, of_comparison.join(of_seed(lane.seed))];
        for place in candidates {
            if let Some(saved) = folder::saved(&place)? {
                folder::check(folder, &lane, &saved.state)?;
                return Ok(Some(saved));
            }
        }
        Ok(None)
    };
    (0..experiment.n_lanes()).map(lane).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_called_by_number_and_title() {
        for (i, title, expected) in [
            (0, "VP", "01-vp"),
            (1, "VP", "02-vp"),
            (
                2,
                "cond-OT, independent, seed 0",
                "03-cond-ot-independent-seed-0",
            ),
            (9, "  sigma = 0.5 (!)", "10-sigma-0-5"),
            (0, "Übung β", "01-bung"),
            (3, "流れ", "04-lane"),
            (4, "../../etc", "05-etc"),
            (99, "", "100-lane"),
        ] {
            assert_eq!(name(i, title), expected, "{title}");
        }
        let long = name(0, &"batch ".repeat(20));
        assert_eq!(long, "01-batch-batch-batch-batch-batch-batch-batc");
    }
}
