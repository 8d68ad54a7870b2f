//! Commands about process definitions.

mod coverage;
mod deployed;
mod diff;
mod draw;
mod generate;
mod lint;
mod named;
mod paint;
mod prove;
mod told;

use clap::{Args, Subcommand};

use super::Exit;

pub(super) use named::unknown;

#[derive(Debug, Args)]
pub(super) struct ProcessArguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell what a new version of a process definition changes, and which scenarios it affects
    Diff(diff::DiffArguments),
    /// Write the scenarios that prove a process definition
    Generate(generate::GenerateArguments),
    /// Tell whether process definitions are sound
    Lint(lint::LintArguments),
    /// Draw process definitions as pictures
    Draw(draw::DrawArguments),
    /// Tell what runs have proven of process definitions
    Coverage(coverage::CoverageArguments),
}

pub(super) fn execute(arguments: &ProcessArguments) -> Exit {
    match &arguments.command {
        Command::Diff(arguments) => diff::execute(arguments),
        Command::Generate(arguments) => generate::execute(arguments),
        Command::Lint(arguments) => lint::execute(arguments),
        Command::Draw(arguments) => draw::execute(arguments),
        Command::Coverage(arguments) => coverage::execute(arguments),
    }
}
