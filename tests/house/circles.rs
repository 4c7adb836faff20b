//! Circles of files: those that need themselves by way of others.
//!
//! The rule: **a file needs the files that define what it names, and nothing may need itself.** Re-exporting a name is
//! not a need; a module that a `use` line names is a name like others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Crate, MAX_HOPS, Module};

/// What each file needs, with a name that it needs it for.
type Needs<'a> = BTreeMap<&'a Path, BTreeMap<&'a Path, String>>;

impl Crate {
    /// The circles of files within a room, which is a module at the top: each as a sentence that says who needs what.
    pub fn circles(&self, room: &str) -> Vec<String> {
        let inside = |module: &Module| module.place.first().is_some_and(|first| first == room);
        let mut needs: Needs<'_> = BTreeMap::new();
        for module in self.modules.iter().filter(|module| inside(module)) {
            for path in self.named(module) {
                for definer in self.definers(&path, MAX_HOPS) {
                    if inside(definer) && definer.file != module.file {
                        let needed = needs.entry(&module.file).or_default();
                        let name = path.last().cloned().unwrap_or_default();
                        needed.entry(&definer.file).or_insert(name);
                    }
                }
            }
        }
        circles_of(&needs)
    }
}

/// Every set of files that need each other, as a sentence.
fn circles_of(needs: &Needs<'_>) -> Vec<String> {
    let reach: BTreeMap<&Path, BTreeSet<&Path>> = needs
        .keys()
        .map(|&file| (file, reached(needs, file)))
        .collect();
    let mut circles = BTreeSet::new();
    for (&file, reachable) in &reach {
        let returns = |other: &&Path| reach.get(other).is_some_and(|back| back.contains(file));
        let circle: BTreeSet<&Path> = reachable.iter().copied().filter(returns).collect();
        if circle.contains(file) {
            circles.insert(circle);
        }
    }
    circles
        .iter()
        .map(|circle| described(needs, circle))
        .collect()
}

/// All files that this one needs, by whatever way.
fn reached<'a>(needs: &Needs<'a>, start: &'a Path) -> BTreeSet<&'a Path> {
    let (mut found, mut open) = (BTreeSet::new(), vec![start]);
    while let Some(file) = open.pop() {
        for &next in needs.get(file).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

fn described(needs: &Needs<'_>, circle: &BTreeSet<&Path>) -> String {
    let mut lines = Vec::new();
    for &file in circle {
        for (other, name) in needs.get(file).into_iter().flatten() {
            if circle.contains(other) {
                lines.push(format!(
                    "{} needs {name} of {}",
                    file.display(),
                    other.display()
                ));
            }
        }
    }
    lines.join("\n")
}
