use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::problems::Format;
use super::super::terminal::{complain, print_result, warn};
use super::super::{Exit, world, writing};
use super::named::{Chosen, choose};
use super::paint;
use crate::diagnostic::Severity;
use crate::process::diagram::Diagram;
use crate::process::draw::{Paint, draw};
use crate::project::{Project, SETTINGS};

/// The name of standard output.
const STDOUT: &str = "-";

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof process draw                             every process of flowproof.yaml, each to NAME.svg
  flowproof process draw face-onboarding             writes face-onboarding.svg
  flowproof process draw journey.bpmn --output out/journey.svg
  flowproof process draw face-onboarding --output pictures/    into a folder
  flowproof process draw face-onboarding > picture.svg
  flowproof process draw --coverage coverage.json    painted with what scenarios have covered

Elements stand where the diagram puts them; what has no coordinates is laid out. A picture needs no other file, follows a light
or dark desktop, and has the id of each element in `data-element`.
")]
pub(super) struct DrawArguments {
    /// Processes of flowproof.yaml by name, or BPMN files; left out, all of flowproof.yaml
    #[arg(value_name = "NAME|FILE")]
    processes: Vec<String>,
    /// The file that is written, a folder for NAME.svg, or `-` for standard output, which is also meant if one picture is piped
    #[arg(long, short, value_name = "FILE|FOLDER|-")]
    output: Option<String>,
    /// Paint elements with what scenarios have proven, as `process coverage --format json` has written it
    #[arg(long, value_name = "FILE")]
    coverage: Option<String>,
    /// What is written
    #[arg(long, value_enum, default_value_t = Picture::Svg)]
    format: Picture,
}

/// A format of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Picture {
    /// Scalable, and searchable by the ids of elements
    Svg,
}

impl Picture {
    fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
        }
    }
}

/// Where pictures go.
enum Place {
    Stdout,
    File(PathBuf),
    Folder(PathBuf),
}

pub(super) fn execute(arguments: &DrawArguments) -> Exit {
    let current = world::current_folder();
    let mut project = Project::open(None, &current);
    let chosen = match choose(&arguments.processes, &mut project, &current) {
        Ok(chosen) => chosen,
        Err(message) => {
            complain(&message);
            return Exit::Invalid;
        }
    };
    if chosen.is_empty() {
        complain(&format!("there is no process to draw: name a BPMN file, or list it under `processes` of {SETTINGS}"));
        return Exit::Nothing;
    }
    let place = match place(arguments, chosen.len(), &current) {
        Ok(place) => place,
        Err(message) => {
            complain(&message);
            return Exit::Invalid;
        }
    };
    let coverages = match arguments.coverage.as_deref().map(|name| paint::read(name, &current)).transpose() {
        Ok(coverages) => coverages,
        Err(message) => {
            complain(&message);
            return Exit::Invalid;
        }
    };
    let mut exit = Exit::Success;
    let mut found = Vec::new();
    for one in &chosen {
        let (diagram, problems) = Diagram::read(&project.sources, one.file);
        found.extend(problems.sorted());
        let Some(diagram) = diagram else {
            exit = exit.max(Exit::Invalid);
            continue;
        };
        let paint = match coverages.as_deref().map(|all| paint::of(all, &one.name)) {
            Some(Some(coverage)) => paint::paint(coverage),
            Some(None) => {
                warn(&format!("the coverage tells nothing of `{}`, which is not painted", one.name));
                Paint::none()
            }
            None => Paint::none(),
        };
        let picture = draw(&diagram, &paint);
        exit = exit.max(put(&place, one, arguments.format, &picture, &current));
    }
    found.retain(|one| one.severity > Severity::Info);
    Format::Human.show(&found, &project, &current);
    exit
}

/// Where the pictures go, so many as there are.
fn place(arguments: &DrawArguments, pictures: usize, current: &Path) -> Result<Place, String> {
    match arguments.output.as_deref() {
        Some(STDOUT) if pictures > 1 => {
            Err(format!("{pictures} pictures do not go to standard output together: name one process"))
        }
        Some(STDOUT) => Ok(Place::Stdout),
        Some(output) if output.ends_with(['/', '\\']) || current.join(output).is_dir() => {
            Ok(Place::Folder(current.join(output)))
        }
        Some(output) if pictures > 1 => {
            Err(format!("{pictures} pictures do not go into one file: give a folder with --output {output}/"))
        }
        Some(output) => Ok(Place::File(current.join(output))),
        None if pictures == 1 && !arguments.processes.is_empty() && !std::io::stdout().is_terminal() => {
            Ok(Place::Stdout)
        }
        None => Ok(Place::Folder(current.to_owned())),
    }
}

fn put(place: &Place, one: &Chosen, format: Picture, picture: &str, current: &Path) -> Exit {
    let path = match place {
        Place::Stdout => {
            print_result(picture);
            return Exit::Success;
        }
        Place::File(path) => path.clone(),
        Place::Folder(folder) => folder.join(format!("{}.{}", one.name, format.ending())),
    };
    let shown = path.strip_prefix(current).unwrap_or(&path).display().to_string();
    match writing::replace(&path, picture.as_bytes()) {
        Ok(()) => {
            print_result(&format!("{shown}\n"));
            Exit::Success
        }
        Err(error) => {
            complain(&format!("`{shown}` cannot be written: {error}"));
            Exit::Errored
        }
    }
}
