use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::run::RunArguments;
use crate::event::Event;
use crate::report::{Console, Look, Ndjson, ReportError, Trace};

/// What is stored of a run.
#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// Store a report; may be repeated. FORMAT is `ndjson`
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report)]
    pub report: Vec<(ReportFormat, PathBuf)>,
}

/// What a run can be stored as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// The event stream, a line of JSON per event.
    Ndjson,
}

fn parse_report(text: &str) -> Result<(ReportFormat, PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("write it as FORMAT=PATH, such as `ndjson=out/events.ndjson`")?;
    let format =
        ReportFormat::from_str(format, false).map_err(|_| format!("`{format}` is no format; known: ndjson"))?;
    if path.is_empty() {
        return Err("the path is missing".to_owned());
    }
    Ok((format, path.into()))
}

/// Everything that a run is told to.
pub(super) struct Reports {
    console: Console,
    trace: Option<Trace>,
    stored: Vec<Ndjson>,
}

impl Reports {
    /// Opens the console and every file that is asked for.
    ///
    /// # Errors
    /// If a file cannot be made.
    pub fn open(arguments: &RunArguments, look: Look, current: &Path) -> Result<Self, ReportError> {
        let stored = arguments.reports.report.iter().map(|(format, path)| match format {
            ReportFormat::Ndjson => Ndjson::create(&current.join(path)),
        });
        let stored = stored.collect::<Result<_, _>>()?;
        let trace = arguments.trace.then(|| Trace::of_process(look));
        Ok(Self { console: Console::of_process(look), trace, stored })
    }

    /// Tells an event to all.
    pub fn event(&mut self, event: &Event) {
        for stored in &mut self.stored {
            stored.event(event);
        }
        if let Some(trace) = &mut self.trace {
            trace.event(event);
        }
        self.console.event(event);
    }

    /// Ends all reports.
    ///
    /// # Errors
    /// The first that could not be written.
    pub fn finish(self) -> Result<(), ReportError> {
        let console = self.console.finish();
        let stored: Vec<_> = self.stored.into_iter().map(Ndjson::finish).collect();
        stored.into_iter().chain([console]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_malformed_is_explained() {
        assert_eq!(parse_report("junit=x").unwrap_err(), "`junit` is no format; known: ndjson");
        assert!(parse_report("ndjson").is_err() && parse_report("ndjson=").is_err());
    }
}
