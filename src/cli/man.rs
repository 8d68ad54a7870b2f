use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::terminal::{complain, print_error, print_result};
use super::{Arguments, Exit, world, writing};
use crate::diagnostic::suggest;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof man | man -l -                         the page of flowproof itself
  flowproof man run | man -l -                     that of a command
  flowproof man --output ~/.local/share/man/man1   all of them, each in a file
")]
pub(super) struct ManArguments {
    /// The command, such as `run` or `list outcomes`
    command: Vec<String>,
    /// Write all pages to a folder
    #[arg(long, short, value_name = "FOLDER", conflicts_with = "command")]
    output: Option<PathBuf>,
}

pub(super) fn execute(arguments: &ManArguments) -> Exit {
    let mut root = Arguments::command();
    // Gives the commands their full names and their common arguments.
    root.build();
    let Some(folder) = &arguments.output else {
        return match find(&root, &arguments.command) {
            Ok(command) => {
                print_result(&page(command));
                Exit::Success
            }
            Err(message) => {
                complain(&message);
                Exit::Invalid
            }
        };
    };
    let folder = world::current_folder().join(folder);
    for command in all(&root) {
        let path = folder.join(format!("{}.1", name(command)));
        if let Err(error) = writing::replace(&path, page(command).as_bytes()) {
            complain(&format!("`{}` cannot be written: {error}", path.display()));
            return Exit::Errored;
        }
        print_error(&format!("wrote {}\n", path.display()));
    }
    Exit::Success
}

fn find<'a>(root: &'a Command, path: &[String]) -> Result<&'a Command, String> {
    path.iter().try_fold(root, |at, word| {
        let names = at.get_subcommands().map(Command::get_name).filter(|name| *name != "help");
        let help = suggest(word, names).map(|help| format!(": {help}")).unwrap_or_default();
        at.find_subcommand(word).ok_or_else(|| format!("`{}` has no command `{word}`{help}", at.get_name()))
    })
}

/// A command and those below it, without those that only show help.
fn all(command: &Command) -> Vec<&Command> {
    let inner = command.get_subcommands().filter(|inner| inner.get_name() != "help");
    std::iter::once(command).chain(inner.flat_map(all)).collect()
}

/// The name of its page: `flowproof-list-outcomes`.
fn name(command: &Command) -> String {
    command.get_display_name().unwrap_or(command.get_name()).to_owned()
}

fn page(command: &Command) -> String {
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = Man::new(command.clone()).render(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}
