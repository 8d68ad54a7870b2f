use clap::Args;

use super::{Exit, world};
use crate::lsp::{Ended, serve};

#[derive(Debug, Args)]
#[command(after_help = "\
Editors start it. Problems are told as one types, with the ids of `flowproof check`; names are completed and explained,
and lead to where they are declared. What is open in the editor wins over what is on disk. How editors are set up
stands in docs/editor.md.
")]
pub(super) struct LspArguments {
    /// Talk over standard input and output, as is done in any case
    #[arg(long)]
    pub stdio: bool,
}

pub(super) fn execute(_: &LspArguments) -> Exit {
    match serve(std::io::stdin(), std::io::stdout().lock(), world::current_folder(), world::today) {
        Ended::Properly => Exit::Success,
        Ended::Abruptly => Exit::Failed,
    }
}
