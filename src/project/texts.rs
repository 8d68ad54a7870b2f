use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Texts that stand for files of the disk: what an editor has not saved yet. Paths are absolute.
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

    /// The YAML files below a folder for which a text stands.
    pub(super) fn yaml_below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a PathBuf> {
        let is_yaml = |path: &Path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        self.0.keys().filter(move |path| path.starts_with(folder) && is_yaml(path))
    }
}
