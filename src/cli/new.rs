use std::path::PathBuf;

use clap::Args;

use super::terminal::{complain, print_error, print_result, show_diagnostics};
use super::{Exit, simulate, world, writing};
use crate::diagnostic::suggest;
use crate::project::{Project, SETTINGS, Selection};
use crate::proof::{Borrowed, Skeleton, happy_path, skeleton};
use crate::schema::Kind;
use crate::source::{folder_of, normal_path, relative_path};

/// Where scenarios are, unless something else is said.
const FOLDER: &str = "scenarios";

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof new refused-consent                    where the project has one process
  flowproof new documents/lost-passport --process identity-verification
  flowproof new first --title 'A customer is accepted' --stdout

The scenario walks the shortest way through the diagram on which all is well. Change a step from there.
Inputs that are needed are given what other scenarios give; the others stand beside it as comments.
")]
pub(super) struct NewArguments {
    /// The scenario's name, which is that of its file below `scenarios`
    #[arg(value_name = "NAME", value_parser = parse_name)]
    name: String,
    /// The process that it walks; needed where the project has several
    #[arg(long, short, value_name = "PROCESS")]
    process: Option<String>,
    /// What it shows, as a sentence; made of the name if left out
    #[arg(long, value_name = "SENTENCE")]
    title: Option<String>,
    /// The catalogue that it uses, where the project has several
    #[arg(long, value_name = "NAME")]
    catalogue: Option<String>,
    /// Print it instead of writing a file
    #[arg(long)]
    stdout: bool,
}

pub(super) fn execute(arguments: &NewArguments) -> Exit {
    let current = world::current_folder();
    let mut project = Project::open(None, &current);
    if project.found.has_errors() {
        show_diagnostics(project.found.sorted(), &project.sources);
        return Exit::Invalid;
    }
    let scenarios = project.root.join(FOLDER);
    if scenarios.is_dir() {
        // What is wrong with other scenarios is for `check` to tell.
        project.add_scenarios(&[scenarios], &current, &Selection::default());
    }
    let path = format!("{FOLDER}/{}.yaml", arguments.name);
    let text = match write(arguments, &project, &path) {
        Ok(text) => text,
        Err(message) => {
            complain(&message);
            return Exit::Invalid;
        }
    };
    if arguments.stdout {
        print_result(&text);
        return Exit::Success;
    }
    let file = project.root.join(&path);
    match writing::create(&file, text.as_bytes()) {
        Ok(()) => {
            let shown = file.strip_prefix(&current).map_or_else(|_| file.clone(), PathBuf::from);
            print_result(&format!("{}\n", shown.display()));
            print_error(&format!("change it, then: flowproof check {0} && flowproof run {0}\n", shown.display()));
            Exit::Success
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            complain(&format!("`{path}` is there already, and was left as it is; choose another name"));
            Exit::Invalid
        }
        Err(error) => {
            complain(&format!("`{path}` cannot be written: {error}"));
            Exit::Errored
        }
    }
}

fn write(arguments: &NewArguments, project: &Project, path: &str) -> Result<String, String> {
    let process = process(arguments, project)?;
    let definition = &project.definitions[process];
    let catalogue = simulate::choose(project, arguments.catalogue.as_deref())?;
    let walk = happy_path(definition, &catalogue).map_err(|error| format!("`{process}` has no happy path: {error}"))?;
    let mut borrowed = Borrowed::default();
    for planned in project.plan.files() {
        let scenario = planned.scenario(&project.sources);
        let same =
            |name: &Option<crate::source::Spanned<String>>| name.as_ref().is_some_and(|name| name.value == process);
        if same(&scenario.process) {
            borrowed.add(&scenario, folder_of(&planned.path));
        }
    }
    let folder = folder_of(path);
    let schema = format!("schemas/{}", Kind::Scenario.file_name());
    let schema = project.root.join(&schema).is_file().then(|| relative_path(folder, &schema));
    let title = arguments.title.clone().unwrap_or_else(|| sentence(&arguments.name));
    let several = project.catalogues.len() > 1;
    let of = Skeleton {
        title: &title,
        process,
        catalogue: several.then_some(arguments.catalogue.as_deref()).flatten(),
        schema: schema.as_deref(),
        folder,
        path: &walk,
        sources: &project.sources,
    };
    Ok(skeleton(&of, borrowed))
}

/// The process that is meant.
fn process<'a>(arguments: &NewArguments, project: &'a Project) -> Result<&'a str, String> {
    let names: Vec<&str> = project.definitions.keys().map(String::as_str).collect();
    match (&arguments.process, names.as_slice()) {
        (_, []) => Err(format!(
            "the project has no process: list one under `processes` of {SETTINGS}, or begin one with `flowproof init`"
        )),
        (None, [one]) => Ok(one),
        (None, _) => Err(format!("say which process is meant: --process {}", names.join(" or --process "))),
        (Some(name), _) => names.iter().copied().find(|known| known == name).ok_or_else(|| {
            let help = suggest(name, names.iter().copied()).unwrap_or_default();
            format!("there is no process `{name}` in {SETTINGS}: {help}")
        }),
    }
}

/// `documents/lost-passport` as a sentence: `Lost passport`.
fn sentence(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or_default().replace(['-', '_'], " ");
    let mut characters = last.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// A name without its ending and the folder of all scenarios, which a shell may have completed.
fn parse_name(text: &str) -> Result<String, String> {
    let name = text.strip_suffix(".yaml").or(text.strip_suffix(".yml")).unwrap_or(text);
    let name = normal_path(name).ok_or("it must lie below `scenarios`")?;
    let name = name.strip_prefix("scenarios/").unwrap_or(&name).to_owned();
    let usable = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['#', '\\']);
    let written = name.chars().all(|c| !c.is_control());
    if name.split('/').all(usable) && written {
        Ok(name)
    } else {
        Err("write it as words with hyphens, such as `refused-consent` or `documents/lost-passport`".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_a_file() {
        let name = |text| parse_name(text).ok();
        assert_eq!(name("a-b"), Some("a-b".to_owned()));
        assert_eq!(name("scenarios/x/./a.yaml"), Some("x/a".to_owned()));
        for wrong in ["", "..", "../a", "/a", ".a", "a#b", "a\nb"] {
            assert_eq!(name(wrong), None, "{wrong}");
        }
        assert_eq!(sentence("documents/lost-passport"), "Lost passport");
    }
}
