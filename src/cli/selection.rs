use std::path::{Path, PathBuf};

use clap::Args;

use super::world;
use crate::diagnostic::nearest;
use crate::plan::Filter;
use crate::project::{Project, Selection, Texts};

/// Which scenarios are meant.
#[derive(Debug, Args)]
pub(super) struct SelectionArguments {
    /// Scenario files, or folders of them; FILE:LINE and FILE#CASE mean one scenario or case
    #[arg(default_value = "scenarios")]
    pub paths: Vec<PathBuf>,
    /// Only scenarios with one of these tags; !TAG excludes. May be repeated
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub tag: Vec<String>,
    /// Only scenarios of which this expression is true: "'face' in tags and case.kind == 'photo'"
    #[arg(long, value_name = "EXPRESSION")]
    pub filter: Option<String>,
}

impl SelectionArguments {
    /// Opens the project that the paths belong to, with the scenarios that are meant.
    pub fn project(&self, current: &Path) -> Project {
        self.select(self.open(current), &[], current)
    }

    /// The same, where some texts stand in the place of files.
    pub fn project_over(&self, current: &Path, texts: Texts) -> Project {
        self.select(Project::open_with(self.first(), current, texts), &[], current)
    }

    /// Opens the project that the paths belong to, without scenarios.
    pub fn open(&self, current: &Path) -> Project {
        Project::open(self.first(), current)
    }

    fn first(&self) -> Option<&Path> {
        self.paths.first().map(AsRef::as_ref)
    }

    /// Reads the scenarios that are meant; `tags` are those that count where the arguments name none.
    pub fn select(&self, mut project: Project, tags: &[String], current: &Path) -> Project {
        project.today = Some(world::today());
        let filter = match &self.filter {
            None => None,
            Some(text) => match Filter::parse(text, &mut project.sources, &mut project.found) {
                Some(filter) => Some(filter),
                // What is meant is not known, so nothing is.
                None => return project,
            },
        };
        let tags = if self.tag.is_empty() { tags } else { &self.tag };
        project.add_scenarios(&self.paths, current, &Selection { filter, ..Selection::by_tags(tags) });
        project
    }

    /// Why nothing was selected, and what was near.
    pub fn nothing(&self, project: &Project) -> String {
        let offered = &project.offered;
        if offered.files == 0 {
            let paths: Vec<String> = self.paths.iter().map(|path| format!("`{}`", path.display())).collect();
            return format!("no scenario was found below {}", paths.join(", "));
        }
        let mut told = format!("no scenario was selected: {} were looked at", count(offered.files, "file"));
        for tag in self.tag.iter().filter(|tag| !tag.starts_with('!') && !offered.tags.contains_key(*tag)) {
            told += &format!(", none has the tag `{tag}`");
            let known = || offered.tags.keys().map(String::as_str);
            told += &match nearest(tag, known()) {
                Some(near) => format!("; did you mean `{near}`?"),
                None if offered.tags.is_empty() => String::new(),
                None => format!("; there is {}", crate::diagnostic::one_of(known())),
            };
        }
        if let Some(filter) = &self.filter {
            told += &format!("; of none is the filter true: {filter}");
        }
        told
    }
}

/// `1 file`, `2 files`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
