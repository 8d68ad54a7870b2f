use std::collections::BTreeSet;

use super::{Plan, PlannedFile};
use crate::source::{FileId, Sources};

impl PlannedFile {
    /// Whether a change of a file can change what its scenarios do: it is their own, that of a fragment, of their cases, of their
    /// catalogue or process, or its name stands in one of the first three, as those of files do that are sent or read.
    fn depends_on(&self, path: &str, sources: &Sources) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is = |file: FileId| sources.file(file).name() == path;
        let own = std::iter::once(self.scenario(sources).file)
            .chain(self.fragments.iter().map(|fragment| fragment.file))
            .chain(self.rows.table().map(|table| table.file()));
        let of_others = [
            self.catalogue.as_ref().map(|catalogue| catalogue.name.span.file),
            self.definition.as_ref().map(|definition| definition.file()),
        ];
        of_others.into_iter().flatten().any(is)
            || own.into_iter().any(|file| is(file) || sources.file(file).text().contains(name))
    }
}

impl Plan {
    /// The part of it that a change of files affects; all of it if one of them is `of_all` scenarios. Paths are those below the
    /// project's root.
    pub fn affected(&self, changed: &BTreeSet<String>, of_all: &BTreeSet<String>, sources: &Sources) -> Self {
        if !changed.is_disjoint(of_all) {
            return self.clone();
        }
        let files = self.files().iter().filter(|file| changed.iter().any(|path| file.depends_on(path, sources)));
        Self::new(files.cloned().collect())
    }
}
