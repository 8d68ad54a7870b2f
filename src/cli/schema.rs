use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::{complain, print_error, print_result, show_diagnostics};
use super::{Exit, world, writing};
use crate::diagnostic::suggest;
use crate::project::Project;
use crate::schema::{Kind, of_project};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof schema                                 which there are
  flowproof schema scenario
  flowproof schema --output schemas                all of them, each in a file
  flowproof schema --for .                         that of scenarios, with what this project knows
  flowproof schema --for . --output schemas        those of scenarios and fragments
")]
pub(super) struct SchemaArguments {
    /// The kind of file
    #[arg(value_parser = parse_kind)]
    pub kind: Option<Kind>,
    /// Narrow to what the project of this folder knows: activities, inputs, outcomes, codes, processes, elements, tags
    #[arg(long = "for", value_name = "FOLDER")]
    pub project: Option<PathBuf>,
    /// Write to a folder, as KIND.schema.json; all of them if no kind is given
    #[arg(long, short, value_name = "FOLDER")]
    pub output: Option<PathBuf>,
}

fn parse_kind(text: &str) -> Result<Kind, String> {
    let names = || Kind::ALL.iter().map(|kind| kind.name());
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == text);
    kind.ok_or_else(|| suggest(text, names()).unwrap_or_default())
}

pub(super) fn execute(arguments: &SchemaArguments) -> Exit {
    let project = match arguments.project.as_deref().map(open) {
        None => None,
        Some(Ok(project)) => Some(project),
        Some(Err(exit)) => return exit,
    };
    let text = |kind: Kind| match &project {
        Some(project) => format!("{:#}\n", of_project(kind, &project.known())),
        None => kind.text().to_owned(),
    };
    let Some(folder) = &arguments.output else {
        print_result(&match arguments.kind {
            Some(kind) => text(kind),
            None if project.is_some() => text(Kind::Scenario),
            None => list(),
        });
        return Exit::Success;
    };
    let folder = world::current_folder().join(folder);
    let all = if project.is_some() { &Kind::OF_PROJECTS[..] } else { &Kind::ALL[..] };
    let chosen = arguments.kind.map_or(all.to_vec(), |kind| vec![kind]);
    for kind in chosen {
        let path = folder.join(kind.file_name());
        if let Err(error) = writing::replace(&path, text(kind).as_bytes()) {
            complain(&format!("`{}` cannot be written: {error}", path.display()));
            return Exit::Errored;
        }
        print_error(&format!("wrote {}\n", path.display()));
    }
    Exit::Success
}

/// Opens the project of a folder. One whose settings, catalogues or processes have problems would make a schema that refuses what
/// is right; problems of scenarios are no matter.
fn open(folder: &Path) -> Result<Project, Exit> {
    let current = world::current_folder();
    let folder = current.join(folder);
    if !folder.is_dir() {
        complain(&format!("`{}` is no folder", folder.display()));
        return Err(Exit::Invalid);
    }
    let mut project = Project::open(Some(&folder), &folder);
    if project.found.has_errors() {
        show_diagnostics(std::mem::take(&mut project.found).sorted(), &project.sources);
        return Err(Exit::Invalid);
    }
    project.add_all_scenarios();
    Ok(project)
}

fn list() -> String {
    let width = Kind::ALL.iter().map(|kind| kind.name().len()).max().unwrap_or_default();
    Kind::ALL.iter().map(|kind| format!("{:width$}  {}\n", kind.name(), kind.title())).collect()
}
