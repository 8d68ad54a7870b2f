use std::io::{BufRead, Write};

use super::ledger::Ledger;
use super::look::Look;
use super::progress::Progress;
use super::{ReportError, problem, stored, summary};
use crate::event::{Event, EventKind, Verdict};

/// Tells a person: problems as they come, and the whole in the end.
///
/// The text depends on the look and on the events alone: a stored stream gives the same one as the run did.
pub struct Console {
    look: Look,
    out: Box<dyn Write>,
    ledger: Ledger,
    progress: Option<Progress>,
    /// Whether the last thing written was the line of a scenario, and wants an empty one before anything else.
    in_lines: bool,
    failed: Option<std::io::Error>,
}

impl Console {
    /// Writes to `out`, in the given look. A bar is shown on standard error if the look has one.
    pub fn new(look: Look, out: Box<dyn Write>) -> Self {
        let look = Look { width: look.width.max(Look::MIN_WIDTH), ..look };
        let progress = look.progress.then(|| Progress::new(look.width));
        Self { look, out, ledger: Ledger::default(), progress, in_lines: false, failed: None }
    }

    /// Writes to standard output, without colours where they are not wanted (`NO_COLOR`, a pipe).
    pub fn of_process(look: Look) -> Self {
        Self::new(look, Box::new(anstream::stdout()))
    }

    /// Takes an event.
    pub fn event(&mut self, event: &Event) {
        let finished = self.ledger.add(event);
        if let Some(finished) = &finished {
            match finished.verdict {
                Verdict::Passed | Verdict::Skipped if !self.look.verbose => {}
                // Hundreds may not have begun, for one reason.
                Verdict::Aborted if finished.was_not_begun() && !self.look.verbose => {}
                Verdict::Failed | Verdict::Errored if finished.is_excused() && !self.look.verbose => {}
                Verdict::Passed | Verdict::Skipped => {
                    self.write(&problem::line(finished, &self.look));
                    self.in_lines = true;
                }
                _ => self.paragraph(&(problem::block(finished, &self.look) + "\n")),
            }
        }
        let moved = finished.is_some()
            || matches!(
                event.kind,
                EventKind::ScenarioStarted { .. } | EventKind::BreakerOpened { .. } | EventKind::BreakerClosed { .. }
            );
        if let (Some(progress), true) = (&self.progress, moved) {
            progress.show(&self.ledger);
        }
    }

    /// Takes what has changed since scenarios were last run, in words, to tell it in the end.
    pub fn changed(&mut self, told: String) {
        self.ledger.changed = Some(told);
    }

    /// Takes the events of a stored stream.
    ///
    /// # Errors
    /// If the stream cannot be read; what was read until then has been taken.
    pub fn fold(&mut self, reader: impl BufRead) -> Result<(), ReportError> {
        for event in stored(reader) {
            self.event(&event?);
        }
        Ok(())
    }

    /// Tells the whole.
    ///
    /// # Errors
    /// If something could not be written. A reader that has gone is no error: it has seen what it wanted.
    pub fn finish(mut self) -> Result<(), ReportError> {
        if let Some(progress) = self.progress.take() {
            progress.clear();
        }
        self.paragraph(&summary::block(&self.ledger, &self.look));
        let flushed = self.out.flush().err();
        match self.failed.or(flushed) {
            Some(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(ReportError::Write { name: "standard output".to_owned(), source })
            }
            _ => Ok(()),
        }
    }

    fn paragraph(&mut self, text: &str) {
        if std::mem::take(&mut self.in_lines) {
            self.write("\n");
        }
        self.write(text);
    }

    fn write(&mut self, text: &str) {
        if text.is_empty() || self.failed.is_some() {
            return;
        }
        let (out, failed) = (&mut self.out, &mut self.failed);
        let mut write = || *failed = out.write_all(text.as_bytes()).err();
        match &self.progress {
            Some(progress) => progress.aside(write),
            None => write(),
        }
    }
}
