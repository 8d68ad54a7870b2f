//! Commands about process definitions.

mod draw;
mod lint;
mod named;

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
    /// Draw process definitions as pictures
    Draw(draw::DrawArguments),
}

pub(super) fn execute(arguments: &ProcessArguments) -> Exit {
    match &arguments.command {
        Command::Lint(arguments) => lint::execute(arguments),
        Command::Draw(arguments) => draw::execute(arguments),
    }
}
