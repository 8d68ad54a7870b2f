use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::list::Format;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof history                                the last runs
  flowproof history show last                      what has changed in the last run
  flowproof history show scenarios/happy-path.yaml what it came to, run by run
  flowproof history failures --env staging         what fails, by cause, and since when
  flowproof history flaky --last 100               what passes and fails by chance
  flowproof history slow                           what became slower, by more than chance
  flowproof history import out/events.ndjson       what other machines have run
")]
pub(in crate::cli) struct HistoryArguments {
    #[command(subcommand)]
    view: Option<Viewing>,
    #[command(flatten)]
    options: Options,
}

/// How a view is shown.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Only what was run on this environment
    #[arg(long, global = true)]
    pub env: Option<String>,
    /// How much is shown or looked at, the newest: runs, results of a scenario
    #[arg(long, value_name = "N", global = true, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub last: Option<u32>,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Table, global = true)]
    pub format: Format,
}

#[derive(Debug, Subcommand)]
enum Viewing {
    /// Show the last runs
    Runs,
    /// Show what has changed in a run, or what a scenario came to run by run
    Show {
        /// The id of a run or its beginning, `last`, or a scenario's id or a part of it
        #[arg(value_name = "RUN|SCENARIO")]
        what: String,
    },
    /// Show what fails at present, by cause, and since when
    Failures,
    /// Show what passes and fails by chance
    Flaky,
    /// Show what became slower by more than chance explains
    Slow,
    /// Store what other machines have run, from their events
    Import {
        /// Files of events, or folders of stored runs
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
}

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View<'a> {
    Runs,
    Show(&'a str),
    Failures,
    Flaky,
    Slow,
}

impl HistoryArguments {
    /// What is to be shown, else the paths that are to be stored.
    pub(super) fn chosen(&self) -> Result<View<'_>, &[PathBuf]> {
        Ok(match &self.view {
            None | Some(Viewing::Runs) => View::Runs,
            Some(Viewing::Show { what }) => View::Show(what),
            Some(Viewing::Failures) => View::Failures,
            Some(Viewing::Flaky) => View::Flaky,
            Some(Viewing::Slow) => View::Slow,
            Some(Viewing::Import { paths }) => return Err(paths),
        })
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }
}

impl Options {
    pub(super) fn last_or(&self, usual: usize) -> usize {
        self.last.map_or(usual, |last| last as usize)
    }
}
