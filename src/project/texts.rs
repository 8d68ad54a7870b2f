use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Texts that stand for files of the disk: what an editor has not saved yet, what a repair would write. Paths are absolute.
#[derive(Clone, Debug, Default)]
pub struct Texts(BTreeMap<PathBuf, String>);

impl Texts {
    /// Lets a text stand for a file, be it there or not.
    pub fn set(&mut self, path: PathBuf, text: String) {
        self.0.insert(path, text);
    }

    /// What stands for a file.
    pub(super) fn get(&self, path: &Path) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The scenarios and fragments below a folder for which a text stands. Whatever else an editor has open is none of ours.
    pub(super) fn scenarios_below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a PathBuf> {
        let is_yaml = |path: &Path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        let begins = |line: &str| ["scenario:", "fragment:"].iter().any(|key| line.starts_with(key));
        let is_one = move |path: &Path, text: &str| is_yaml(path) && text.lines().any(begins);
        let below = self.0.iter().filter(move |(path, text)| path.starts_with(folder) && is_one(path, text));
        below.map(|(path, _)| path)
    }
}
