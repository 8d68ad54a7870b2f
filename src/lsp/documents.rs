use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::Uri;
use url::Url;

use crate::project::{SETTINGS, Texts};

/// A file that is open in the editor.
#[derive(Debug)]
pub(super) struct Document {
    /// How the editor calls it.
    pub uri: Uri,
    /// Which of its texts this is.
    pub version: i32,
    /// Its text.
    pub text: String,
}

/// What is open in the editor, by the paths that it has or would have on disk.
#[derive(Debug, Default)]
pub(super) struct Documents {
    all: BTreeMap<PathBuf, Document>,
    /// The folder that the editor has open.
    folder: PathBuf,
}

impl Documents {
    /// None, in a folder.
    pub fn below(folder: PathBuf) -> Self {
        Self { all: BTreeMap::new(), folder: folder.canonicalize().unwrap_or(folder) }
    }

    /// Opens a document or gives it another text.
    pub fn set(&mut self, uri: Uri, version: i32, text: String) {
        let path = self.path(&uri);
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        self.all.insert(path, Document { uri, version, text });
    }

    /// Closes a document and gives it.
    pub fn close(&mut self, uri: &Uri) -> Option<Document> {
        self.all.remove(&self.path(uri))
    }

    /// The document of a path.
    pub fn get(&self, path: &Path) -> Option<&Document> {
        self.all.get(path)
    }

    /// All that are open.
    pub fn iter(&self) -> impl Iterator<Item = (&PathBuf, &Document)> {
        self.all.iter()
    }

    /// The path of what an editor calls by a URI. What has none yet is taken to lie in the folder that is open.
    pub fn path(&self, uri: &Uri) -> PathBuf {
        let Ok(url) = Url::parse(uri.as_str()) else { return self.folder.join("untitled.yaml") };
        let Ok(path) = url.to_file_path() else {
            let name = url.path().rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("untitled");
            let name = name.replace(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_'), "-");
            let known = [".yaml", ".yml"].iter().any(|extension| name.ends_with(extension));
            return self.folder.join(if known { name } else { format!("{name}.yaml") });
        };
        if let Ok(path) = path.canonicalize() {
            return path;
        }
        // It is not there yet; its folder may lie behind a link.
        let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
        match (folder, path.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => path,
        }
    }

    /// How an editor calls a path.
    pub fn uri(&self, path: &Path) -> Option<Uri> {
        if let Some(document) = self.all.get(path) {
            return Some(document.uri.clone());
        }
        Url::from_file_path(path).ok()?.as_str().parse().ok()
    }

    /// The root of the project that a path belongs to.
    pub fn root(&self, path: &Path) -> PathBuf {
        let is_root = |folder: &&Path| {
            let settings = folder.join(SETTINGS);
            self.all.contains_key(&settings) || settings.is_file()
        };
        let found = path.ancestors().skip(1).find(is_root);
        let own = || path.parent().unwrap_or(path);
        found.unwrap_or_else(|| if path.starts_with(&self.folder) { &self.folder } else { own() }).to_owned()
    }

    /// Their texts, to stand for what is on disk.
    pub fn texts(&self) -> Texts {
        let mut texts = Texts::default();
        for (path, document) in &self.all {
            texts.set(path.clone(), document.text.clone());
        }
        texts
    }
}
