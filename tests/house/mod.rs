//! The crate as its source tells it: which file defines a name, and what each file names, tests apart.
//!
//! A name is followed through re-exports to its definition. So `use` lines and qualified paths are seen, by whatever
//! way they come; what a method that is called belongs to is not.

mod circles;
mod reader;
mod tokens;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reader::{Contents, Import};

/// Re-exports that are followed one after another.
const MAX_HOPS: usize = 8;

/// One file of the crate.
struct Module {
    /// The file, relative to the crate's folder.
    file: PathBuf,
    /// Its place in the tree of modules, such as `["scene", "build"]`.
    place: Vec<String>,
    contents: Contents,
}

/// The files of a crate, read from its folder of sources.
pub struct Crate {
    modules: Vec<Module>,
}

impl Crate {
    /// Reads `lib.rs` and `main.rs` of this folder and the files of all their modules, tests apart.
    pub fn read(root: &Path) -> Self {
        let mut walk = Walk::default();
        for file in ["lib.rs", "main.rs"] {
            if root.join(file).is_file() {
                walk.read(root, Path::new(file), Vec::new(), false);
            }
        }
        // What is left is declared by a macro.
        let mut files = Vec::new();
        rust_files(root, root, &mut files);
        files.sort_by_key(|file| file.components().count());
        for file in files {
            if !walk.claimed.contains(&file) {
                walk.read(root, &file, place_of(&file), false);
            }
        }
        Self {
            modules: walk.modules,
        }
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.modules.len()
    }

    /// The files that say a name: a path such as `std::fs` or `crate::clock`, with whatever follows it, or a method
    /// such as `.exists`.
    pub fn saying(&self, name: &str) -> Vec<&Path> {
        let says = |module: &&Module| match name.strip_prefix('.') {
            Some(member) => module.contents.members.contains(member),
            None => {
                let name: Vec<&str> = name.split("::").collect();
                let paths = module.contents.imports.iter().map(|import| &import.path);
                let mut paths = paths.chain(&module.contents.paths);
                paths.any(|path| begins_with(&self.full(module, path), &name))
            }
        };
        let saying = self.modules.iter().filter(says);
        saying.map(|module| module.file.as_path()).collect()
    }

    /// The path with its first name as what that stands for: `crate`, or another crate.
    fn full(&self, module: &Module, path: &[String]) -> Vec<String> {
        if let Some(inside) = self.absolute(module, path) {
            return std::iter::once("crate".to_owned()).chain(inside).collect();
        }
        let (first, rest) = path.split_first().unwrap();
        let mut imports = module.contents.imports.iter();
        match imports.find(|import| import.name == *first && import.path[0] != *first) {
            Some(import) => [self.full(module, &import.path), rest.to_vec()].concat(),
            None => path.to_vec(),
        }
    }

    /// Everything that a file names, as paths from the top of the crate.
    fn named(&self, module: &Module) -> Vec<Vec<String>> {
        let counts =
            |import: &&Import| !import.is_public || module.contents.words.contains(&import.name);
        let imported = module.contents.imports.iter().filter(counts);
        let imported = imported.filter_map(|import| self.absolute(module, &import.path));
        let qualified = module.contents.paths.iter();
        let qualified = qualified.filter_map(|path| self.absolute(module, path));
        imported.chain(qualified).collect()
    }

    /// The path from the top of the crate; `None` if it leads out of the crate.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let mut place = module.place.clone();
        match first.as_str() {
            "crate" => return Some(rest.to_vec()),
            "self" => place.extend_from_slice(rest),
            "super" => {
                place.pop();
                let mut rest = rest;
                while let Some(("super", after)) = rest.split_first().map(|(f, r)| (f.as_str(), r))
                {
                    place.pop();
                    rest = after;
                }
                place.extend_from_slice(rest);
            }
            name => {
                let import = module
                    .contents
                    .imports
                    .iter()
                    .find(|import| import.name == name);
                match import {
                    Some(import) if import.path.first() != Some(first) => {
                        place = self.absolute(module, &import.path)?;
                        place.extend_from_slice(rest);
                    }
                    _ if self.is_module(&place, name) => place.extend_from_slice(path),
                    _ => return None,
                }
            }
        }
        Some(place)
    }

    fn is_module(&self, parent: &[String], name: &str) -> bool {
        self.modules.iter().any(|module| {
            module
                .place
                .split_last()
                .is_some_and(|(last, rest)| last == name && rest == parent)
        })
    }

    /// The files that define what a path names; two, if there are two versions of a module.
    fn definers(&self, path: &[String], hops: usize) -> Vec<&Module> {
        // The longest beginning of the path that is a module.
        let at = |depth: usize| {
            self.modules
                .iter()
                .filter(move |m| m.place == path[..depth])
        };
        let Some(depth) = (0..=path.len())
            .rev()
            .find(|&depth| at(depth).next().is_some())
        else {
            return Vec::new();
        };
        let versions = at(depth);
        let Some(name) = path.get(depth) else {
            return versions.collect();
        };
        let mut found = Vec::new();
        for module in versions {
            if name == "*" || module.contents.defines.contains(name) {
                found.push(module);
            } else if let Some(import) = module.contents.imports.iter().find(|i| i.name == *name)
                && hops > 0
                && let Some(mut there) = self.absolute(module, &import.path)
            {
                there.extend_from_slice(&path[depth + 1..]);
                found.extend(self.definers(&there, hops - 1));
            }
        }
        found
    }
}

/// Whether the path is this name or lies below it, or brings in all that is where the name is.
fn begins_with(path: &[String], name: &[&str]) -> bool {
    match path.split_last() {
        Some((last, stem)) if last == "*" => {
            name.starts_with(&stem.iter().map(String::as_str).collect::<Vec<_>>())
        }
        _ => path.len() >= name.len() && path.iter().zip(name).all(|(a, b)| a == b),
    }
}

/// The place of a file in the tree of modules, from where it lies.
fn place_of(file: &Path) -> Vec<String> {
    let mut place: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    if place.last().is_some_and(|last| last == "mod") {
        place.pop();
    }
    place
}

/// All files below a folder, relative to the root.
fn rust_files(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path.strip_prefix(root).unwrap().to_owned());
        }
    }
}

/// The tree of modules under way.
#[derive(Default)]
struct Walk {
    modules: Vec<Module>,
    /// Files that are declared, those of tests included.
    claimed: BTreeSet<PathBuf>,
}

impl Walk {
    /// Reads a file and the modules that it declares.
    fn read(&mut self, root: &Path, file: &Path, place: Vec<String>, is_test: bool) {
        let source = fs::read_to_string(root.join(file)).unwrap();
        let contents = reader::read(&source);
        let children = reader::children(&source);
        let is_root = matches!(
            file.file_name().and_then(|n| n.to_str()),
            Some("lib.rs" | "main.rs" | "mod.rs")
        );
        let folder = match is_root {
            true => file.parent().unwrap().to_owned(),
            false => file.with_extension(""),
        };
        for child in children {
            let candidates = match &child.1 {
                Some(other) => vec![file.with_file_name(other)],
                None => vec![
                    folder.join(format!("{}.rs", child.0)),
                    folder.join(&child.0).join("mod.rs"),
                ],
            };
            let found = candidates.iter().find(|file| root.join(file).is_file());
            let found = found.unwrap_or_else(|| panic!("{}: mod {}", file.display(), child.0));
            let place = [place.clone(), vec![child.0.clone()]].concat();
            self.read(
                root,
                found,
                place,
                is_test || !contents.children.contains(&child),
            );
        }
        self.claimed.insert(file.to_owned());
        if !is_test {
            self.modules.push(Module {
                file: file.to_owned(),
                place,
                contents,
            });
        }
    }
}
