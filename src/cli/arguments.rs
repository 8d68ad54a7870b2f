use clap::{Parser, Subcommand};

use super::check::CheckArguments;
use super::completions::CompletionsArguments;
use super::explain::ExplainArguments;
use super::fmt::FmtArguments;
use super::history::HistoryArguments;
use super::init::InitArguments;
use super::list::ListArguments;
use super::lsp::LspArguments;
use super::man::ManArguments;
use super::new::NewArguments;
use super::process::ProcessArguments;
use super::report::ReportCommand;
use super::run::RunArguments;
use super::schema::SchemaArguments;
use super::simulate::SimulateArguments;

const EXIT_CODES: &str = "\
Exit codes, the gravest wins:
    0  every scenario passed, or failed in a way that is known
    1  an expectation does not hold, or what excused a failure is over; flaky with --fail-on-flaky
    2  invalid files or arguments
    3  a target could not be reached, or a scenario could not be carried out, or not in time
    4  no scenario was selected
  130  interrupted";

/// Proves process flows: YAML scenarios walk a process over HTTP, activity by activity, and every answer is judged.
#[derive(Debug, Parser)]
#[command(name = "flowproof", version, about, long_about = None, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run scenarios and judge them
    Run(Box<RunArguments>),
    /// Tell of a run that was stored: on the console, or in a format for other programs
    Report(ReportCommand),
    /// Check scenarios, settings, catalogues and processes without running anything
    Check(CheckArguments),
    /// Tell whether process definitions are sound
    Process(ProcessArguments),
    /// Explain a kind of problem: what it means, why it matters, what to write instead
    Explain(ExplainArguments),
    /// List scenarios, activities, outcomes, processes and tags
    List(ListArguments),
    /// Show what was run before: runs, what fails and since when, what is flaky, what became slower
    History(HistoryArguments),
    /// Serve the simulator: it executes process definitions behind the engine's API
    Simulate(SimulateArguments),
    /// Make a project that runs green at once
    Init(InitArguments),
    /// Write the beginning of a scenario, from a process diagram
    New(NewArguments),
    /// Write files in their canonical form
    Fmt(FmtArguments),
    /// Print the JSON Schema of a kind of file, for editors
    Schema(SchemaArguments),
    /// Serve an editor: problems, completion and explanations as one types
    Lsp(LspArguments),
    /// Print what completes commands and arguments in a shell
    Completions(CompletionsArguments),
    /// Print manual pages
    Man(ManArguments),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_sound() {
        Arguments::command().debug_assert();
    }
}
