use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::terminal::print_result;
use super::{Arguments, Exit};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof completions bash > ~/.local/share/bash-completion/completions/flowproof
  flowproof completions zsh > ~/.zfunc/_flowproof  with `fpath+=~/.zfunc` before `compinit` in ~/.zshrc
  flowproof completions fish > ~/.config/fish/completions/flowproof.fish
")]
pub(super) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

pub(super) fn execute(arguments: &CompletionsArguments) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "flowproof", &mut text);
    print_result(&String::from_utf8_lossy(&text));
    Exit::Success
}
