use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::ledger::Ledger;
use super::text::cut;
use crate::event::Verdict;

/// A line on a terminal that shows what is going on.
pub(super) struct Progress {
    bar: ProgressBar,
    width: usize,
}

/// Redraws per second; more would only cost.
const PER_SECOND: u8 = 10;

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
        let bad = [Verdict::Failed, Verdict::Errored].map(|verdict| (ledger.summary.count(verdict), verdict));
        let mut message: Vec<String> = bad
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, verdict)| format!("{count} {verdict}"))
            .collect();
        if let Some(live) = ledger.live.values().next() {
            message.push(live.title.clone());
        }
        self.bar.set_message(cut(&message.join(" · "), self.width.saturating_sub(40)).into_owned());
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
