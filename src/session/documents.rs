//! Files as a window has them: an experiment or a run is opened, an experiment saved, a folder listed.
//!
//! Every failure is a sentence with the path in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::experiment::Experiment;

use super::experiment_file;
use super::files::{atomic_write, expand_home};
use super::folder::{self, Saved, SavedRun, names};
use super::lane_folders;
use super::observer::RunError;

/// Entries of a folder that are listed.
const MAX_LISTED: usize = 500;

/// What was opened.
pub struct Opened {
    /// The experiment.
    pub experiment: Experiment,
    /// What a run has learned, lane by lane; nothing for a file.
    pub trained: Vec<Option<Saved>>,
    /// The file that Save writes; none for a run, whose files stay as they are.
    pub file: Option<PathBuf>,
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub kind: Kind,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A folder to look into.
    Folder,
    /// The folder of a run, finished or not.
    Run,
    /// A file.
    File,
}

impl Kind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Run => "run",
            Self::File => "",
        }
    }
}

/// Reads an experiment file, or the folder of a run, finished or not.
pub fn read(path: &Path) -> Result<Opened, String> {
    if path.is_dir() {
        let opened = read_run(path).map_err(|error| error.to_string())?;
        let legal = opened.experiment.legality();
        legal.map_err(|illegal| format!("{}: {illegal}", path.display()))?;
        return Ok(opened);
    }
    Ok(Opened {
        experiment: experiment_file::read(path)?,
        trained: Vec::new(),
        file: Some(path.to_owned()),
    })
}

/// Reads the folder of a run, of a run of lanes or of a comparison; lanes that have not been trained yet have nothing.
///
/// # Errors
/// [`RunError::Input`] if it is none, or its files are damaged or do not belong together.
pub fn read_run(folder: &Path) -> Result<Opened, RunError> {
    let (experiment, trained) = if lane_folders::is_shared(folder) {
        let experiment = folder::experiment(folder)?;
        let saved = lane_folders::saved(folder, &experiment)?;
        (experiment, saved)
    } else if let Some(experiment) = folder::untrained(folder)? {
        (experiment, vec![None])
    } else {
        let SavedRun { experiment, saved } = folder::open(folder)?;
        (experiment, vec![Some(saved)])
    };
    Ok(Opened {
        experiment,
        trained,
        file: None,
    })
}

/// The path that is typed: `~` is the home folder, and what is relative lies below the folder.
pub fn typed(folder: &Path, text: &str) -> Result<PathBuf, String> {
    let path = expand_home(Path::new(text)).map_err(|error| error.to_string())?;
    Ok(folder.join(path))
}

/// Writes the experiment, atomically.
pub fn save(path: &Path, experiment: &Experiment) -> Result<(), String> {
    let text = experiment.to_ron();
    atomic_write(path, text.as_bytes()).map_err(|error| error.to_string())
}

/// Writes the experiment into a folder, which is made if it is missing, as a run has it there.
pub fn save_in(folder: &Path, experiment: &Experiment) -> Result<(), String> {
    let folder = folder::Folder::open(folder).map_err(|error| error.to_string())?;
    let written = folder.write(names::EXPERIMENT, experiment.to_ron().as_bytes());
    written.map_err(|error| error.to_string())
}

/// The folder to start in: beside the file, else the current one.
pub fn folder_of(near: Option<&Path>) -> PathBuf {
    let beside = near
        .and_then(Path::parent)
        .filter(|p| !p.as_os_str().is_empty());
    let folder = beside.map_or_else(|| PathBuf::from("."), Path::to_owned);
    std::path::absolute(&folder).unwrap_or(folder)
}

/// Whether there is something at the path.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// The folder above, the folders and runs in it, and the files with one of the suffixes.
pub fn list(folder: &Path, suffixes: &[&str]) -> Result<Vec<Listed>, String> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut listed: Vec<Listed> = entries
        .filter_map(|entry| listed(&entry.ok()?.path(), suffixes))
        .take(MAX_LISTED)
        .collect();
    listed.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    if let Some(above) = folder.parent() {
        let above = Listed {
            name: "..".to_owned(),
            path: above.to_owned(),
            kind: Kind::Folder,
        };
        listed.insert(0, above);
    }
    Ok(listed)
}

fn listed(path: &Path, suffixes: &[&str]) -> Option<Listed> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    let holds = |name| path.join(name).is_file();
    let is_run = holds(names::METRICS) || holds(names::STATE) || lane_folders::is_shared(path);
    let kind = if is_run {
        Kind::Run
    } else if path.is_dir() {
        Kind::Folder
    } else {
        Kind::File
    };
    let wanted = kind != Kind::File
        || suffixes
            .iter()
            .any(|s| path.extension() == Some(OsStr::new(s)));
    let path = path.to_owned();
    (wanted && !name.starts_with('.')).then_some(Listed { name, path, kind })
}

/// The path, with the suffix if it has none.
pub fn with_suffix(mut path: PathBuf, suffix: &str) -> PathBuf {
    if path.extension().is_none() {
        path.set_extension(suffix);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lists_runs_and_files_with_the_right_suffix() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.ron", "a.ron", "c.png", ".hidden.ron"] {
            atomic_write(&folder.path().join(name), b"").unwrap();
        }
        for (run, file) in [("finished", names::METRICS), ("interrupted", names::STATE)] {
            std::fs::create_dir_all(folder.path().join(run)).unwrap();
            atomic_write(&folder.path().join(run).join(file), b"{}").unwrap();
        }
        let names: Vec<_> = list(folder.path(), &["ron"])
            .unwrap()
            .into_iter()
            .map(|entry| (entry.kind, entry.name))
            .collect();
        let expected = [
            (Kind::Folder, ".."),
            (Kind::Run, "finished"),
            (Kind::Run, "interrupted"),
            (Kind::File, "a.ron"),
            (Kind::File, "b.ron"),
        ];
        assert_eq!(names, expected.map(|(kind, name)| (kind, name.to_owned())));
        assert!(list(&folder.path().join("missing"), &[]).is_err());
    }

    #[test]
    fn what_is_typed_lies_in_the_folder_or_in_the_home_folder() {
        let folder = Path::new("/work");
        assert_eq!(typed(folder, "a.ron"), Ok("/work/a.ron".into()));
        assert_eq!(typed(folder, "/tmp/a.ron"), Ok("/tmp/a.ron".into()));
        let home = expand_home(Path::new("~")).map_err(|error| error.to_string());
        assert_eq!(typed(folder, "~"), home);
        assert_eq!(
            typed(folder, "~/a.ron"),
            home.map(|home| home.join("a.ron"))
        );
    }

    #[test]
    fn a_suffix_is_added_only_where_there_is_none() {
        assert_eq!(with_suffix("a/b".into(), "ron"), Path::new("a/b.ron"));
        assert_eq!(with_suffix("a/b.svg".into(), "png"), Path::new("a/b.svg"));
    }
}
