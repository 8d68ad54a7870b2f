//! The command line: one file per command. Everything that a person can cause ends in an [`Exit`].

mod affected;
mod arguments;
mod audit;
mod check;
mod completions;
mod dry_run;
mod exit;
mod explain;
mod fmt;
mod history;
mod home;
mod init;
mod interrupt;
mod list;
mod lsp;
mod man;
mod new;
mod notify;
mod past;
mod problems;
mod process;
mod report;
mod reports;
mod resume;
mod revision;
mod run;
mod schedule;
mod schema;
mod selection;
mod simulate;
mod simulator;
mod target;
mod terminal;
mod variable;
mod version;
mod watch;
mod world;
mod writing;

pub use arguments::Arguments;
pub use exit::Exit;

use arguments::Command;

/// Carries out a command.
pub fn execute(arguments: Arguments) -> Exit {
    match arguments.command {
        Command::Run(run) => run::execute(*run),
        Command::Report(report) => report::execute(&report),
        Command::Check(check) => check::execute(&check),
        Command::Process(process) => process::execute(&process),
        Command::Explain(explain) => explain::execute(&explain),
        Command::List(list) => list::execute(&list),
        Command::History(history) => history::execute(&history),
        Command::Simulate(simulate) => simulate::execute(&simulate),
        Command::Init(init) => init::execute(&init),
        Command::New(new) => new::execute(&new),
        Command::Fmt(fmt) => fmt::execute(&fmt),
        Command::Schema(schema) => schema::execute(&schema),
        Command::Lsp(lsp) => lsp::execute(&lsp),
        Command::Completions(completions) => completions::execute(&completions),
        Command::Man(man) => man::execute(&man),
    }
}
