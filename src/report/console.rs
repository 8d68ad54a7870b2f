use std::io::Write;

use super::ledger::Ledger;
use super::look::Look;
use super::progress::Progress;
use super::{ReportError, problem, summary};
use crate::event::{Event, Verdict};

/// Tells a person: problems as they come, and the whole in the end.
pub struct Console {
    look: Look,
    out: Box<dyn Write>,
    ledger: Ledger,
    progress: Option<Progress>,
    failed: Option<std::io::Error>,
}

impl Console {
    /// Writes to `out`, in the given look. A bar is shown on standard error if the look has one.
    pub fn new(look: Look, out: Box<dyn Write>) -> Self {
        let progress = look.progress.then(|| Progress::new(look.width));
        Self { look, out, ledger: Ledger::default(), progress, failed: None }
    }

    /// Writes to standard output, without colours where they are not wanted (`NO_COLOR`, a pipe).
    pub fn of_process(look: Look) -> Self {
        Self::new(look, Box::new(anstream::stdout()))
    }

    /// Takes an event.
    pub fn event(&mut self, event: &Event) {
        let Some(finished) = self.ledger.add(event) else {
            if let (Some(progress), Some(_)) = (&self.progress, &self.ledger.run) {
                progress.show(&self.ledger);
            }
            return;
        };
        let text = match finished.verdict {
            Verdict::Passed | Verdict::Skipped if !self.look.verbose => String::new(),
            Verdict::Passed | Verdict::Skipped => problem::line(&finished, &self.look),
            _ => problem::block(&finished, &self.look) + "\n",
        };
        self.write(&text);
        if let Some(progress) = &self.progress {
            progress.show(&self.ledger);
        }
    }

    /// Tells the whole.
    ///
    /// # Errors
    /// If something could not be written. A reader that has gone is no error: it has seen what it wanted.
    pub fn finish(mut self) -> Result<(), ReportError> {
        if let Some(progress) = self.progress.take() {
            progress.clear();
        }
        let gap = if self.look.verbose && self.ledger.summary.finished() > 0 { "\n" } else { "" };
        let text = format!("{gap}{}", summary::block(&self.ledger, &self.look));
        self.write(&text);
        let flushed = self.out.flush().err();
        match self.failed.or(flushed) {
            Some(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(ReportError::Write { name: "standard output".to_owned(), source })
            }
            _ => Ok(()),
        }
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
