//! The command line: one file per command. Everything that a person can cause ends in an [`Exit`].

mod arguments;
mod check;
mod exit;
mod interrupt;
mod list;
mod reports;
mod run;
mod schema;
mod selection;
mod simulate;
mod simulator;
mod terminal;
mod world;

pub use arguments::Arguments;
pub use exit::Exit;

use arguments::Command;

/// Carries out a command.
pub fn execute(arguments: Arguments) -> Exit {
    match arguments.command {
        Command::Run(run) => run::execute(&run),
        Command::Check(check) => check::execute(&check),
        Command::List(list) => list::execute(&list),
        Command::Simulate(simulate) => simulate::execute(&simulate),
        Command::Schema(schema) => schema::execute(&schema),
    }
}
