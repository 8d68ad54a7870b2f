//! The flowproof command.

use clap::Parser;

fn main() -> std::process::ExitCode {
    flowproof::cli::execute(flowproof::cli::Arguments::parse()).into()
}
