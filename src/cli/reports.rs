use std::path::Path;

use super::arguments::{ReportFormat, RunArguments};
use crate::event::Event;
use crate::report::{Console, Look, Ndjson, ReportError, Trace};

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
        let stored = arguments.report.iter().map(|(format, path)| match format {
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
