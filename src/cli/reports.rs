use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::resume::{Beginning, Resumed};
use super::run::RunArguments;
use super::terminal::{complain, note};
use super::{home, past, world, writing};
use crate::diagnostic::suggest;
use crate::engine::Detail;
use crate::event::Event;
use crate::process::Definition;
use crate::process::diagram::Diagram;
use crate::project::Project;
use crate::report::{
    Archive, Console, Hold, Look, Ndjson, ReportError, ReportFormat, Stage, StoredRun, Temporary, Trace, Writer,
    annotations, html, stored,
};
use crate::settings::Runs;

/// The folder for Allure results, where no other is said.
const ALLURE: &str = "allure-results";

/// What is told of a run, beside the console.
#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// Write a report; may be repeated. FORMAT is ndjson, json, junit, junit-steps, tap, ctrf, github, allure or html
    #[arg(long, value_name = "FORMAT=PATH", value_parser = Wanted::of_run)]
    pub report: Vec<Wanted>,
    /// Do not keep the events of this run in `.flowproof/runs`
    #[arg(long)]
    pub no_store: bool,
}

/// A report that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub format: ReportFormat,
    /// Where it is written; absent where the format itself knows.
    pub path: Option<PathBuf>,
}

impl Wanted {
    /// Reads `FORMAT=PATH`; a workflow of GitHub says itself where its summary is.
    fn of_run(text: &str) -> Result<Self, String> {
        let wanted = Self::read(text)?;
        match (wanted.format, &wanted.path) {
            (ReportFormat::Github, _) | (_, Some(_)) => Ok(wanted),
            (format, None) => Err(format!("write it as FORMAT=PATH, such as `{}=out/report`", format.name())),
        }
    }

    /// Reads `FORMAT` or `FORMAT=PATH`.
    pub fn read(text: &str) -> Result<Self, String> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text, None),
        };
        let format = ReportFormat::of(name).ok_or_else(|| {
            let help = suggest(name, ReportFormat::ALL.map(ReportFormat::name)).unwrap_or_default();
            format!("`{name}` is no format: {help}")
        })?;
        match path {
            Some("") => Err("the path is missing".to_owned()),
            path => Ok(Self { format, path: path.map(PathBuf::from) }),
        }
    }

    /// Writes the report of a run; to standard output where no path is said.
    ///
    /// # Errors
    /// If the run cannot be read, or the report cannot be written.
    pub fn write(&self, run: &StoredRun, places: &Places) -> Result<(), ReportError> {
        let Places { root, current, history, stages } = places;
        if self.format == ReportFormat::Github {
            return self.tell_github(run, root, current);
        }
        let path = self.path.as_ref().map(|path| current.join(path));
        if self.format == ReportFormat::Html {
            let past = past::earlier(history.as_deref(), run);
            return match path {
                Some(path) => to_file(&path, |out| html(run, &past, stages, out)),
                None => to_output(|out| html(run, &past, stages, out)),
            };
        }
        match (self.format.writer(), path) {
            (Writer::File(write), Some(path)) => to_file(&path, |out| write(run, out)),
            (Writer::File(write), None) => to_output(|out| write(run, out)),
            (Writer::Folder(write), path) => {
                let path = path.unwrap_or_else(|| current.join(ALLURE));
                write(run, &path).map_err(|error| error.named(&path.display().to_string()))
            }
        }
    }

    /// Where the report is written, if that is a file or folder.
    pub fn place(&self, current: &Path) -> Option<PathBuf> {
        match (&self.path, self.format) {
            (Some(path), _) => Some(current.join(path)),
            (None, ReportFormat::Github) => step_summary(&world::environment()),
            (None, format) => matches!(format.writer(), Writer::Folder(_)).then(|| current.join(ALLURE)),
        }
    }

    /// Annotations go to standard output, and the summary to where the workflow wants it, unless a path is said.
    fn tell_github(&self, run: &StoredRun, root: &Path, current: &Path) -> Result<(), ReportError> {
        let Writer::File(write) = self.format.writer() else { return Ok(()) };
        let environment = world::environment();
        let workspace = environment.get("GITHUB_WORKSPACE").map(PathBuf::from);
        let below =
            workspace.and_then(|workspace| Some(root.strip_prefix(workspace.canonicalize().ok()?).ok()?.to_owned()));
        let prefix = below.filter(|below| below.components().next().is_some());
        let prefix = prefix.map(|below| format!("{}/", below.to_string_lossy().replace('\\', "/"))).unwrap_or_default();
        to_output(|out| annotations(run, &prefix, out))?;
        if let Some(path) = &self.path {
            return to_file(&current.join(path), |out| write(run, out));
        }
        let Some(path) = step_summary(&environment) else { return Ok(()) };
        // Others write to it as well, before and after.
        let file = File::options().append(true).create(true).open(&path);
        let named = |error: ReportError| error.named(&path.display().to_string());
        let mut out = BufWriter::new(file.map_err(ReportError::Output).map_err(named)?);
        write(run, &mut out).map_err(named)?;
        out.flush().map_err(ReportError::Output).map_err(named)
    }
}

/// Where a workflow of GitHub wants its summary.
fn step_summary(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    environment.get("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Writes a whole file or none.
pub(super) fn to_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let name = path.display().to_string();
    let mut wrong = None;
    let done = writing::replace_with(path, |file| {
        let mut out = BufWriter::new(file);
        match write(&mut out) {
            Ok(()) => out.flush(),
            Err(error) => {
                wrong = Some(error);
                Err(io::Error::other("the report was not made"))
            }
        }
    });
    match wrong {
        Some(error) => Err(error.named(&name)),
        None => done.map_err(|error| ReportError::Output(error).named(&name)),
    }
}

/// Writes to standard output. A reader that has gone is no error: it has seen what it wanted.
fn to_output(write: impl FnOnce(&mut dyn Write) -> Result<(), ReportError>) -> Result<(), ReportError> {
    let mut out = BufWriter::new(io::stdout().lock());
    let done = write(&mut out).and_then(|()| out.flush().map_err(ReportError::Output));
    match done {
        Err(ReportError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| error.named("standard output")),
    }
}

/// Where reports are made and where they take from.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// The project's root.
    pub root: PathBuf,
    /// The folder that relative paths mean.
    pub current: PathBuf,
    /// The history, if it may be read.
    pub history: Option<PathBuf>,
    /// The processes that a page shows.
    pub stages: Vec<Stage>,
}

/// What is known of a run before it is told.
pub(super) struct Told<'a> {
    /// Its id.
    pub run: &'a str,
    /// What is to be run.
    pub beginning: &'a Beginning,
    /// What is kept of it.
    pub runs: Runs,
    /// The project's root.
    pub root: &'a Path,
    /// The folder that relative paths mean.
    pub current: &'a Path,
    /// The history, if it may be read.
    pub history: Option<PathBuf>,
    /// The processes that a page shows.
    pub stages: Vec<Stage>,
}

/// Everything that a run is told to.
pub(super) struct Reports {
    console: Console,
    trace: Option<Trace>,
    streams: Vec<Ndjson>,
    record: Option<Record>,
    /// What is made of the record when the run is over.
    wanted: Vec<Wanted>,
    places: Places,
}

/// Where the events of a run are kept.
struct Record {
    events: Ndjson,
    path: PathBuf,
    kept: Kept,
}

enum Kept {
    /// Among the stored runs, of which so many are kept.
    Stored { archive: Archive, keep: usize, _hold: Option<Hold> },
    /// Until the reports are made.
    Until { _file: Temporary },
}

/// How much of a run has to be told.
pub(super) fn detail(arguments: &RunArguments, runs: &Runs) -> Detail {
    let everything = arguments.reports.report.iter().any(|wanted| wanted.format.wants_everything());
    match arguments {
        arguments if arguments.trace || arguments.step => Detail::AtOnce,
        _ if everything || (runs.everything && stores(arguments, runs)) => Detail::Everything,
        _ => Detail::Problems,
    }
}

/// The processes of a project, if some report shows them. What is wrong with a drawing is told where it is asked for.
pub(super) fn stages(project: &Project, wanted: &[Wanted]) -> Vec<Stage> {
    if wanted.iter().all(|wanted| wanted.format != ReportFormat::Html) {
        return Vec::new();
    }
    let stage = |(name, definition): (&String, &Arc<Definition>)| {
        let diagram = Diagram::read(&project.sources, definition.file()).0?;
        Some(Stage::new(name, Arc::clone(definition), diagram))
    };
    project.definitions.iter().filter_map(stage).collect()
}

/// Whether the events of a run are kept.
fn stores(arguments: &RunArguments, runs: &Runs) -> bool {
    runs.store && !arguments.reports.no_store && !arguments.step && !arguments.watch
}

impl Reports {
    /// Opens the console, and every file that is written while the run goes on.
    ///
    /// # Errors
    /// If a report cannot be made. Where only its events cannot be kept, a run goes on and says so.
    pub fn open(arguments: &RunArguments, told: Told<'_>, look: Look) -> Result<Self, ReportError> {
        let (root, current) = (told.root, told.current);
        let (streams, wanted): (Vec<Wanted>, Vec<Wanted>) =
            arguments.reports.report.iter().cloned().partition(|wanted| wanted.format == ReportFormat::Ndjson);
        let streams = streams.iter().filter_map(|wanted| wanted.path.as_ref());
        let streams = streams.map(|path| Ndjson::create(&current.join(path))).collect::<Result<_, _>>()?;
        for path in wanted.iter().filter_map(|wanted| wanted.path.as_ref()) {
            reachable(&current.join(path))?;
        }
        let record = match &arguments.resume.taken {
            Some(resumed) => Some(Record::resumed(resumed, &told)?),
            None => Record::new(arguments, &told, !wanted.is_empty())?,
        };
        let trace = arguments.trace.then(|| Trace::of_process(look));
        let Told { history, stages, .. } = told;
        let places = Places { root: root.to_owned(), current: current.to_owned(), history, stages };
        let mut reports =
            Self { console: Console::of_process(look), trace: None, streams, record: None, wanted, places };
        if let Some(resumed) = &arguments.resume.taken {
            // What was told before is part of the whole.
            for event in stored(BufReader::new(File::open(resumed.place.events())?)) {
                reports.event(&event?);
            }
        }
        (reports.record, reports.trace) = (record, trace);
        Ok(reports)
    }

    /// Tells an event to all.
    pub fn event(&mut self, event: &Event) {
        for stored in &mut self.streams {
            stored.event(event);
        }
        if let Some(record) = &mut self.record {
            record.events.event(event);
        }
        if let Some(trace) = &mut self.trace {
            trace.event(event);
        }
        self.console.event(event);
    }

    /// Tells in the end what has changed since scenarios were last run.
    pub fn changed(&mut self, told: String) {
        self.console.changed(told);
    }

    /// Ends all reports, and makes those that are made of the whole run.
    ///
    /// # Errors
    /// The first that could not be written.
    pub fn finish(self) -> Result<(), ReportError> {
        let mut done: Vec<_> = vec![self.console.finish()];
        done.extend(self.streams.into_iter().map(Ndjson::finish));
        if let Some(record) = self.record {
            let write = |run: &StoredRun| {
                let write = |wanted: &Wanted| wanted.write(run, &self.places);
                // One that cannot be written does not take the others with it.
                self.wanted.iter().map(write).collect::<Vec<_>>().into_iter().collect()
            };
            done.push(record.finish(write, self.wanted.is_empty()));
        }
        done.into_iter().collect()
    }
}

impl Record {
    /// Where the events of a new run are kept, if they are: among the stored runs, or until its reports are made.
    fn new(arguments: &RunArguments, told: &Told<'_>, reported: bool) -> Result<Option<Self>, ReportError> {
        let stored = stores(arguments, &told.runs).then(|| Self::stored(told)).transpose();
        let stored = stored.unwrap_or_else(|error| {
            note(&format!("the events of this run are not kept: {error}"));
            None
        });
        match stored {
            None if reported => Self::until(told.run).map(Some),
            stored => Ok(stored),
        }
    }

    fn stored(told: &Told<'_>) -> io::Result<Self> {
        home::make(told.root)?;
        let archive = home::runs(told.root);
        let (place, hold) = archive.begin(told.run)?;
        told.beginning.store(&place)?;
        let path = place.events();
        let file = File::create_new(&path)?;
        let events = Ndjson::record(path.display().to_string(), file);
        Ok(Self { events, path, kept: Kept::Stored { archive, keep: told.runs.keep, _hold: Some(hold) } })
    }

    /// Where a run that goes on is kept already.
    fn resumed(resumed: &Resumed, told: &Told<'_>) -> Result<Self, ReportError> {
        let path = resumed.place.events();
        let name = path.display().to_string();
        let file = File::options().append(true).open(&path);
        let file = file.map_err(|error| ReportError::Output(error).named(&name))?;
        let (archive, keep) = (home::runs(told.root), told.runs.keep);
        Ok(Self { events: Ndjson::record(name, file), path, kept: Kept::Stored { archive, keep, _hold: None } })
    }

    fn until(run: &str) -> Result<Self, ReportError> {
        let (temporary, file) = Temporary::create(run).map_err(ReportError::Output)?;
        let path = temporary.path().to_owned();
        let events = Ndjson::record(path.display().to_string(), file);
        Ok(Self { events, path, kept: Kept::Until { _file: temporary } })
    }

    /// Ends the record, hands it on, and lets old ones go.
    fn finish(
        self,
        report: impl FnOnce(&StoredRun) -> Result<(), ReportError>,
        unread: bool,
    ) -> Result<(), ReportError> {
        let written = self.events.finish();
        let done = match (written, unread) {
            (Ok(()), true) => Ok(()),
            (Ok(()), false) => StoredRun::open(&[&self.path]).and_then(|run| report(&run)),
            // Nobody has asked for it, so the run is none the worse.
            (Err(error), true) => {
                note(&format!("the events of this run are not kept: {error}"));
                Ok(())
            }
            (Err(error), false) => Err(error),
        };
        if let Kept::Stored { archive, keep, .. } = &self.kept
            && let Err(error) = archive.prune(*keep)
        {
            complain(&format!("old runs cannot be removed: {error}"));
        }
        done
    }
}

/// Sees, before anything is run, that a report can be written.
fn reachable(path: &Path) -> Result<(), ReportError> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder.map_err(|error| ReportError::Output(error).named(&path.display().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_malformed_is_explained() {
        let told = |text| Wanted::of_run(text).unwrap_err();
        assert_eq!(told("junit5=x"), "`junit5` is no format: did you mean `junit`?");
        assert_eq!(told("tap"), "write it as FORMAT=PATH, such as `tap=out/report`");
        assert_eq!(told("tap="), "the path is missing");
        assert_eq!(Wanted::of_run("github").unwrap().path, None);
        assert_eq!(Wanted::of_run("json=a=b").unwrap().path, Some("a=b".into()));
    }
}
