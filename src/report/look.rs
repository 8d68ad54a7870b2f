use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};

use crate::event::Verdict;

/// How the console's text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether colours are written.
    pub colour: bool,
    /// Columns of a line; at least [`Look::MIN_WIDTH`].
    pub width: usize,
    /// Whether every finished scenario has a line, not only those that did not pass.
    pub verbose: bool,
    /// Whether only problems and the verdict are shown.
    pub quiet: bool,
    /// Whether a bar shows what is going on.
    pub progress: bool,
}

/// What is known of the place where the console is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Whether stderr is a terminal.
    pub terminal: bool,
    /// Its columns.
    pub columns: Option<usize>,
    /// Whether this is a build server (`CI` is set to something other than `false`).
    pub ci: bool,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            columns: terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0)),
            ci: std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false"),
        }
    }
}

/// Most columns, and those where no terminal says otherwise: wider lines are hard to read.
const COLUMNS: usize = 120;

impl Look {
    /// Fewest columns of a line; what is narrower is treated as this.
    pub const MIN_WIDTH: usize = 40;

    /// No colours, no progress, 120 columns: what a file gets.
    pub fn plain() -> Self {
        Self { colour: false, width: COLUMNS, verbose: false, quiet: false, progress: false }
    }

    /// What fits the surroundings. Colours are written always; the streams of [`super::Console::of_process`] take them out
    /// where they are not wanted.
    pub fn fitting(around: Surroundings, quiet: bool, verbose: bool) -> Self {
        let width = around.columns.filter(|_| around.terminal).unwrap_or(COLUMNS);
        Self {
            colour: true,
            width: width.clamp(Self::MIN_WIDTH, COLUMNS),
            verbose,
            quiet,
            progress: around.terminal && !around.ci && !quiet,
        }
    }

    pub(super) fn paint(&self, style: Style, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    pub(super) fn verdict(&self, verdict: Verdict, text: &str) -> String {
        let colour = match verdict {
            Verdict::Passed => AnsiColor::Green,
            Verdict::Skipped | Verdict::Aborted => AnsiColor::Yellow,
            Verdict::Failed => AnsiColor::Red,
            Verdict::Errored => AnsiColor::Magenta,
        };
        self.paint(Style::new().fg_color(Some(colour.into())).bold(), text)
    }

    pub(crate) fn strong(&self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    pub(crate) fn faint(&self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    pub(super) fn expected(&self, text: &str) -> String {
        self.paint(Style::new().fg_color(Some(AnsiColor::Green.into())), text)
    }

    pub(super) fn actual(&self, text: &str) -> String {
        self.paint(Style::new().fg_color(Some(AnsiColor::Red.into())), text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_for_people_at_terminals() {
        let terminal = Surroundings { terminal: true, columns: Some(80), ci: false };
        assert!(Look::fitting(terminal, false, false).progress);
        assert!(!Look::fitting(terminal, true, false).progress);
        assert!(!Look::fitting(Surroundings { ci: true, ..terminal }, false, false).progress);
        assert!(!Look::fitting(Surroundings { terminal: false, ..terminal }, false, false).progress);
    }

    #[test]
    fn width_is_that_of_the_terminal_within_reason() {
        let of = |terminal, columns| Look::fitting(Surroundings { terminal, columns, ci: false }, false, false).width;
        assert_eq!([of(true, Some(80)), of(true, Some(9)), of(true, Some(400))], [80, 40, 120]);
        assert_eq!([of(false, Some(80)), of(true, None)], [120, 120]);
    }
}
