//! Circles of files: which file names what another one defines, found by reading `use` lines and qualified paths.
//!
//! The rule: **a file needs the files that define what it names, and nothing may need itself.** A name is followed
//! through re-exports to its definition, so it does not matter by which way it comes, and re-exporting it is not a need.
//! A module that a `use` line names is a name like others. Tests do not count. A method that is called is not seen here.

mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tokens::{Token, end_of_group, tokens};

/// Re-exports that are followed one after another.
const MAX_HOPS: usize = 8;

/// One file of the crate.
struct Module {
    /// The file, relative to the crate's folder.
    file: PathBuf,
    /// Its place in the tree of modules, such as `["scene", "build"]`.
    place: Vec<String>,
    /// What is defined at its top level.
    defines: BTreeSet<String>,
    /// What `use` brings in: the name here, what it stands for, whether it is a re-export.
    imports: Vec<Import>,
    /// All other paths of the file, of two names or more.
    paths: Vec<Vec<String>>,
    /// Single names of the file, those of `use` lines apart.
    words: BTreeSet<String>,
}

struct Import {
    name: String,
    path: Vec<String>,
    is_public: bool,
}

/// The files of a crate, read from its folder of sources.
pub struct Crate {
    modules: Vec<Module>,
}

impl Crate {
    /// Reads `lib.rs` of this folder and every file that it declares as a module, tests apart.
    pub fn read(root: &Path) -> Self {
        let mut modules = Vec::new();
        read_module(root, Path::new("lib.rs"), Vec::new(), &mut modules);
        Self { modules }
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.modules.len()
    }

    /// The circles of files within a room, which is a module at the top: each as a sentence that says who needs what.
    pub fn circles(&self, room: &str) -> Vec<String> {
        let inside = |module: &Module| module.place.first().is_some_and(|first| first == room);
        let mut needs: BTreeMap<&Path, BTreeMap<&Path, String>> = BTreeMap::new();
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

    /// Everything that a file names, as paths from the top of the crate.
    fn named(&self, module: &Module) -> Vec<Vec<String>> {
        let counts = |import: &&Import| !import.is_public || module.words.contains(&import.name);
        let imported = module.imports.iter().filter(counts);
        let imported = imported.filter_map(|import| self.absolute(module, &import.path));
        let qualified = module.paths.iter();
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
                let import = module.imports.iter().find(|import| import.name == name);
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
            if name == "*" || module.defines.contains(name) {
                found.push(module);
            } else if let Some(import) = module.imports.iter().find(|i| i.name == *name)
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

fn read_module(root: &Path, file: &Path, place: Vec<String>, modules: &mut Vec<Module>) {
    let source = fs::read_to_string(root.join(file)).unwrap();
    let tokens = tokens(&source);
    let mut reader = Reader::new(&tokens);
    reader.read();
    let is_root = matches!(
        file.file_name().and_then(|n| n.to_str()),
        Some("lib.rs" | "mod.rs")
    );
    let folder = match is_root {
        true => file.parent().unwrap().to_owned(),
        false => file.with_extension(""),
    };
    let children = reader.children;
    modules.push(Module {
        file: file.to_owned(),
        place: place.clone(),
        defines: reader.defines,
        imports: reader.imports,
        paths: reader.paths,
        words: reader.words,
    });
    for (name, other) in children {
        let candidates = match other {
            Some(other) => vec![file.with_file_name(other)],
            None => vec![
                folder.join(format!("{name}.rs")),
                folder.join(&name).join("mod.rs"),
            ],
        };
        let child = candidates.iter().find(|file| root.join(file).is_file());
        let child = child.unwrap_or_else(|| panic!("{}: no file of mod {name}", file.display()));
        let mut place = place.clone();
        place.push(name);
        read_module(root, child, place, modules);
    }
}

/// Collects what a file defines, imports and names.
struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    children: Vec<(String, Option<String>)>,
    defines: BTreeSet<String>,
    imports: Vec<Import>,
    paths: Vec<Vec<String>>,
    words: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    fn new(tokens: &'a [Token]) -> Self {
        Self {
            tokens,
            at: 0,
            children: Vec::new(),
            defines: BTreeSet::new(),
            imports: Vec::new(),
            paths: Vec::new(),
            words: BTreeSet::new(),
        }
    }

    fn read(&mut self) {
        let (mut depth, mut is_public, mut other) = (0_usize, false, None);
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            match token {
                Token::Mark('{') => depth += 1,
                Token::Mark('}') => depth = depth.saturating_sub(1),
                Token::Word(word) => match word.as_str() {
                    "pub" => {
                        is_public = true;
                        if self.peek(0).is_some_and(|token| token.marks('(')) {
                            self.at = end_of_group(self.tokens, self.at);
                        }
                        continue;
                    }
                    "use" => self.read_use(is_public),
                    "path" if self.peek(0).is_some_and(|token| token.marks('=')) => {
                        if let Some(Token::Text(file)) = self.peek(1) {
                            other = Some(file.clone());
                        }
                    }
                    "mod" if depth == 0 => self.read_mod(other.take()),
                    "struct" | "enum" | "trait" | "type" | "const" | "static" | "fn" | "union"
                        if depth == 0 =>
                    {
                        self.read_definition();
                    }
                    "macro_rules" => self.at = end_of_group(self.tokens, self.at + 2),
                    _ => self.read_path(word),
                },
                _ => {}
            }
            is_public = false;
        }
    }

    fn peek(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead)
    }

    fn read_definition(&mut self) {
        if let Some(Token::Word(name)) = self.peek(0)
            && !matches!(name.as_str(), "fn" | "unsafe" | "extern" | "async" | "mut")
        {
            self.defines.insert(name.clone());
            self.at += 1;
        }
    }

    /// A module in a file of its own is a child; one in braces is something that this file defines, and its paths are
    /// not followed.
    fn read_mod(&mut self, other: Option<String>) {
        let Some(Token::Word(name)) = self.peek(0) else {
            return;
        };
        self.at += 1;
        if self.peek(0).is_some_and(|token| token.marks('{')) {
            self.defines.insert(name.clone());
            self.at = end_of_group(self.tokens, self.at);
        } else {
            self.children.push((name.clone(), other));
        }
    }

    fn read_path(&mut self, first: &str) {
        let before = self.at.checked_sub(2).and_then(|i| self.tokens.get(i));
        if before.is_some_and(|token| token.marks('.')) {
            return; // a field or a method
        }
        let mut path = vec![first.to_owned()];
        while self.is_colons(0)
            && let Some(Token::Word(name)) = self.peek(2)
        {
            path.push(name.clone());
            self.at += 3;
        }
        self.words.insert(first.to_owned());
        if path.len() > 1 {
            self.paths.push(path);
        }
    }

    fn is_colons(&self, ahead: usize) -> bool {
        let marks = |i| self.peek(i).is_some_and(|token| token.marks(':'));
        marks(ahead) && marks(ahead + 1)
    }

    fn read_use(&mut self, is_public: bool) {
        let first = self.imports.len();
        self.read_tree(&[]);
        for import in &mut self.imports[first..] {
            import.is_public = is_public;
        }
    }

    /// One tree of a `use` line: `a::b`, `a::b as c`, `a::{b, c}`, `a::*`.
    fn read_tree(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        let mut name = None;
        while let Some(token) = self.peek(0) {
            match token {
                Token::Word(word) if word == "as" => {
                    name = self.peek(1).and_then(Token::word).map(str::to_owned);
                    self.at += 2;
                }
                Token::Word(word) => {
                    path.push(word.clone());
                    self.at += 1;
                }
                Token::Mark('*') => {
                    path.push("*".to_owned());
                    self.at += 1;
                }
                Token::Mark(':') => self.at += 1,
                Token::Mark('{') => {
                    self.at += 1;
                    while self.peek(0).is_some_and(|token| !token.marks('}')) {
                        self.read_tree(&path);
                        if self.peek(0).is_some_and(|token| token.marks(',')) {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                _ => break,
            }
        }
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        if let Some(name) = name.or_else(|| path.last().cloned()) {
            self.imports.push(Import {
                name,
                path,
                is_public: false,
            });
        }
    }
}

/// Every set of files that need each other, as a sentence.
fn circles_of(needs: &BTreeMap<&Path, BTreeMap<&Path, String>>) -> Vec<String> {
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
fn reached<'a>(
    needs: &BTreeMap<&'a Path, BTreeMap<&'a Path, String>>,
    start: &'a Path,
) -> BTreeSet<&'a Path> {
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

fn described(needs: &BTreeMap<&Path, BTreeMap<&Path, String>>, circle: &BTreeSet<&Path>) -> String {
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
