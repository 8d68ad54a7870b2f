use super::Plan;
use crate::source::{FileId, Sources};

/// The words that stand in every file that awaits a call of the engine, or says where such calls are to go.
const WORDS: [&str; 2] = ["await", "listener"];

impl Plan {
    /// Whether its scenarios may await calls of the engine. Their texts tell, which are there in any case.
    pub fn listens(&self, sources: &Sources) -> bool {
        let listens = |file: FileId| WORDS.iter().any(|word| sources.file(file).text().contains(word));
        let around = self.before.iter().chain(&self.after);
        let around = around.map(|planned| (planned.scenario.file, &planned.fragments));
        let mut all = self.files().iter().map(|file| (file.held.file(), &file.fragments)).chain(around);
        all.any(|(file, fragments)| listens(file) || fragments.iter().any(|fragment| listens(fragment.file)))
    }
}
