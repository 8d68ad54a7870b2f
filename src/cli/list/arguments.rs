use clap::{Args, Subcommand, ValueEnum};

use crate::cli::selection::SelectionArguments;

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  flowproof list                                   every scenario and case
  flowproof list --tag face
  flowproof list outcomes                          which outcomes are expected, and by which scenarios
  flowproof list activities --format json
"
)]
pub(in crate::cli) struct ListArguments {
    #[command(subcommand)]
    what: Option<Listing>,
    #[command(flatten)]
    options: ListOptions,
}

#[derive(Debug, Args)]
pub(super) struct ListOptions {
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

#[derive(Debug, Subcommand)]
enum Listing {
    /// List scenarios and their cases
    Scenarios(ListOptions),
    /// List the activities of catalogues, with their inputs and outcomes
    Activities(ListOptions),
    /// List every outcome with the scenarios that expect it
    Outcomes(ListOptions),
    /// List processes, with their activities in order
    Processes(ListOptions),
    /// List tags, with how many scenarios have them
    Tags(ListOptions),
}

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Scenarios,
    Activities,
    Outcomes,
    Processes,
    Tags,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}

impl ListArguments {
    pub(super) fn chosen(&self) -> (What, &ListOptions) {
        match &self.what {
            None => (What::Scenarios, &self.options),
            Some(Listing::Scenarios(options)) => (What::Scenarios, options),
            Some(Listing::Activities(options)) => (What::Activities, options),
            Some(Listing::Outcomes(options)) => (What::Outcomes, options),
            Some(Listing::Processes(options)) => (What::Processes, options),
            Some(Listing::Tags(options)) => (What::Tags, options),
        }
    }
}
