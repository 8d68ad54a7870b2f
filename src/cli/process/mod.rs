//! Commands about process definitions.

mod lint;

use clap::{Args, Subcommand};

use super::Exit;

#[derive(Debug, Args)]
pub(super) struct ProcessArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell whether process definitions are sound
    Lint(lint::LintArguments),
}

pub(super) fn execute(arguments: &ProcessArguments) -> Exit {
    match &arguments.command {
        Command::Lint(arguments) => lint::execute(arguments),
    }
}
