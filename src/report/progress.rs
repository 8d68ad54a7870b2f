use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::ledger::Ledger;
use super::text::{clean, cut};
use crate::event::Verdict;

/// A line on a terminal that shows what is going on.
pub(super) struct Progress {
    bar: ProgressBar,
    width: usize,
}

/// Redraws per second; more would only cost.
const PER_SECOND: u8 = 10;

/// Columns of the bar and its counts.
const BESIDE: usize = 40;

impl Progress {
    /// Shows a bar on standard error.
    pub fn new(width: usize) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(PER_SECOND));
        let style = ProgressStyle::with_template("{bar:24.green/black} {pos}/{len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar, width }
    }

    /// Shows how far the run is.
    pub fn show(&self, ledger: &Ledger) {
        self.bar.set_length(ledger.run.as_ref().map_or(0, |run| run.scenarios as u64));
        self.bar.set_position(ledger.summary.finished() as u64);
        self.bar.set_message(cut(&message(ledger), self.width.saturating_sub(BESIDE)).into_owned());
    }

    /// Carries out something that writes while the bar is out of the way.
    pub fn aside(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// `1 failed · 2 errored · A clear selfie is accepted and 3 more`
fn message(ledger: &Ledger) -> String {
    let summary = &ledger.summary;
    let failed = summary.failed.saturating_sub(summary.known + summary.quarantined);
    let errored = summary.errored.saturating_sub(summary.quarantined_errors);
    let bad = [(failed, Verdict::Failed), (errored, Verdict::Errored)];
    let bad = bad.into_iter().filter(|(count, _)| *count > 0).map(|(count, verdict)| format!("{count} {verdict}"));
    let mut parts: Vec<String> = bad.collect();
    if ledger.open {
        parts.push("the target does not answer".to_owned());
    }
    if let Some(live) = ledger.live.values().next() {
        let others = match ledger.live.len() - 1 {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        parts.push(format!("{}{others}", clean(&live.title)));
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ledger::Live;

    #[test]
    fn the_message_tells_what_is_wrong_and_what_runs() {
        let mut ledger = Ledger::default();
        assert_eq!(message(&ledger), "");
        for title in ["A\x1b[2J", "B", "C"] {
            let live = ledger.live.entry(title.to_owned()).or_insert_with(Live::default);
            live.title = title.to_owned();
        }
        (ledger.summary.failed, ledger.summary.errored) = (1, 2);
        assert_eq!(message(&ledger), "1 failed · 2 errored · A\u{fffd}[2J and 2 more");
        ledger.live.retain(|title, _| title == "B");
        assert_eq!(message(&ledger), "1 failed · 2 errored · B");
    }
}
