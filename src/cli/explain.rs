use clap::Args;

use super::Exit;
use super::terminal::{complain, print_result};
use crate::diagnostic::{Id, id_of, page, rules, suggest};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof explain                                every id
  flowproof explain scenario/unknown-activity
")]
pub(super) struct ExplainArguments {
    /// The id of a kind of problem, as `check` shows it in brackets; without one, all are listed
    pub id: Option<String>,
}

pub(super) fn execute(arguments: &ExplainArguments) -> Exit {
    let Some(name) = &arguments.id else {
        print_result(&list());
        return Exit::Success;
    };
    // As it stands in a frame: `error[scenario/unknown-activity]`.
    let asked = name.rsplit_once('[').map_or(name.as_str(), |(_, rest)| rest.trim_end_matches([']', ':']));
    match id_of(asked) {
        Some(id) => {
            print_result(&explain(id));
            Exit::Success
        }
        None => {
            let names = || rules().iter().map(|rule| rule.id.as_str());
            // All of them are too many to be listed.
            let near = suggest(asked, names()).filter(|near| near.starts_with("did you mean"));
            let last =
                names().find(|name| name.rsplit('/').next() == Some(asked)).map(|id| format!("did you mean `{id}`?"));
            let help = near.or(last).unwrap_or_else(|| "`flowproof explain` lists all".to_owned());
            complain(&format!("there is no kind of problem `{asked}`; {help}"));
            Exit::Invalid
        }
    }
}

fn explain(id: Id) -> String {
    let rule = id.rule();
    format!("{id} ({})\n\n{}\n\n{}", rule.severity, rule.summary, page(id).text())
}

fn list() -> String {
    let width = rules().iter().map(|rule| rule.id.as_str().len()).max().unwrap_or_default();
    let line = |rule: &crate::diagnostic::Rule| {
        format!("{:width$}  {:7}  {}\n", rule.id.as_str(), rule.severity.to_string(), rule.summary)
    };
    rules().iter().map(line).collect()
}
