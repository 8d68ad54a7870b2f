use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde_json::Value;

use super::check::CheckArguments;
use super::completions::CompletionsArguments;
use super::dry_run::Format;
use super::explain::ExplainArguments;
use super::fmt::FmtArguments;
use super::init::InitArguments;
use super::list::ListArguments;
use super::lsp::LspArguments;
use super::man::ManArguments;
use super::new::NewArguments;
use super::schema::SchemaArguments;
use super::selection::SelectionArguments;
use crate::diagnostic::Diagnostics;
use crate::scenario::is_id;
use crate::source::Sources;
use crate::yaml::{Scalar, ScalarStyle};

const EXIT_CODES: &str = "\
Exit codes, the gravest wins:
    0  every scenario passed, or failed in a way that is known
    1  an expectation does not hold, or a failure was known for a time that is over
    2  invalid files or arguments
    3  a target could not be reached, or a scenario could not be carried out
    4  no scenario was selected
  130  interrupted";

/// Proves process flows: YAML scenarios walk a process over HTTP, activity by activity, and every answer is judged.
#[derive(Debug, Parser)]
#[command(name = "flowproof", version, about, long_about = None, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run scenarios and judge them
    Run(RunArguments),
    /// Check scenarios, settings, catalogues and processes without running anything
    Check(CheckArguments),
    /// Explain a kind of problem: what it means, why it matters, what to write instead
    Explain(ExplainArguments),
    /// List scenarios, activities, outcomes, processes and tags
    List(ListArguments),
    /// Serve the simulator: it executes process definitions behind the engine's API
    Simulate(SimulateArguments),
    /// Make a project that runs green at once
    Init(InitArguments),
    /// Write the beginning of a scenario, from a process diagram
    New(NewArguments),
    /// Write files in their canonical form
    Fmt(FmtArguments),
    /// Print the JSON Schema of a kind of file, for editors
    Schema(SchemaArguments),
    /// Serve an editor: problems, completion and explanations as one types
    Lsp(LspArguments),
    /// Print what completes commands and arguments in a shell
    Completions(CompletionsArguments),
    /// Print manual pages
    Man(ManArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof run scenarios                          against the simulator
  flowproof run scenarios --env staging            against an environment of flowproof.yaml
  flowproof run scenarios --tag nightly --jobs 16
  flowproof run --profile nightly                  as a profile of flowproof.yaml says
  flowproof run scenarios/happy-path.yaml:12       the scenario or case at a line
  flowproof run --filter \"'face' in tags and 748 in codes\"
  flowproof run scenarios --report ndjson=out/events.ndjson

Looking inside:
  flowproof run scenarios/happy-path.yaml --dry-run    what would be sent, and sends nothing
  flowproof run scenarios/happy-path.yaml --trace      every exchange as it happens
  flowproof run scenarios/happy-path.yaml --step       stops before each step, at a prompt
  flowproof run scenarios --watch                      again, whenever a file changes
")]
pub(super) struct RunArguments {
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// The environment of flowproof.yaml to run against
    #[arg(long, env = "FLOWPROOF_ENV")]
    pub env: Option<String>,
    /// A profile of flowproof.yaml; other arguments replace what it says
    #[arg(long, env = "FLOWPROOF_PROFILE", value_name = "NAME")]
    pub profile: Option<String>,
    /// Give a variable of scenarios or of flowproof.yaml another value, read as in YAML; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_variable)]
    pub var: Vec<(String, Value)>,
    /// How many scenarios run at a time [default: 8]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub jobs: Option<u32>,
    /// The seed of the run's data; the same seed gives the same data
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Store a report; may be repeated. FORMAT is `ndjson`
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report)]
    pub report: Vec<(ReportFormat, PathBuf)>,
    /// Show what would be sent, and send nothing
    #[arg(long, conflicts_with_all = ["report", "trace", "step"])]
    pub dry_run: bool,
    /// What --dry-run prints: for people or for programs
    #[arg(long, default_value = "text", requires = "dry_run")]
    pub format: Format,
    /// Show every exchange as it happens
    #[arg(long)]
    pub trace: bool,
    /// Stop before each step, at a prompt; scenarios run one at a time
    #[arg(long, conflicts_with = "jobs")]
    pub step: bool,
    /// Run again what a change of files affects, until Ctrl-C
    #[arg(long, conflicts_with_all = ["dry_run", "step"])]
    pub watch: bool,
    /// Permit an environment that is marked `production: true`
    #[arg(long)]
    pub allow_production: bool,
    /// Show every scenario, not only those that did not pass
    #[arg(long, short)]
    pub verbose: bool,
    /// Show no progress
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  flowproof simulate                               the processes of flowproof.yaml
  flowproof simulate onboarding=journey.bpmn       one more, under a name
")]
pub(super) struct SimulateArguments {
    /// Process definitions beside those of flowproof.yaml
    #[arg(value_name = "NAME=FILE", value_parser = parse_process)]
    pub processes: Vec<(String, PathBuf)>,
    /// The address to listen at; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8642")]
    pub listen: std::net::SocketAddr,
    /// An API key to accept instead of the catalogue's; may be repeated
    #[arg(long, value_name = "KEY")]
    pub key: Vec<String>,
    /// The catalogue to play, where the settings have several
    #[arg(long, value_name = "NAME")]
    pub catalogue: Option<String>,
}

/// What a run can be stored as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// The event stream, a line of JSON per event.
    Ndjson,
}

fn parse_report(text: &str) -> Result<(ReportFormat, PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("write it as FORMAT=PATH, such as `ndjson=out/events.ndjson`")?;
    let format =
        ReportFormat::from_str(format, false).map_err(|_| format!("`{format}` is no format; known: ndjson"))?;
    if path.is_empty() {
        return Err("the path is missing".to_owned());
    }
    Ok((format, path.into()))
}

fn parse_variable(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE, such as `country=us`")?;
    if !is_id(name) {
        return Err(format!("`{name}` is no name of a variable"));
    }
    Ok((name.to_owned(), read_scalar(value)))
}

/// A value as a YAML scalar: `748` is a number, `"748"` is text. What stands in quotes that do not close is text.
fn read_scalar(text: &str) -> Value {
    let plain = || Scalar { text: text.to_owned(), style: ScalarStyle::Plain }.value();
    if !text.starts_with(['"', '\'']) {
        return plain();
    }
    let mut sources = Sources::new();
    let file = sources.add("--var", text);
    let node = crate::yaml::parse(&sources, file, &mut Diagnostics::new());
    node.and_then(|node| node.as_scalar().map(Scalar::value)).unwrap_or_else(plain)
}

fn parse_process(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => Ok((name.to_owned(), path.into())),
        _ => Err("write it as NAME=FILE, such as `onboarding=processes/onboarding.bpmn`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn variables_are_read_as_in_yaml() {
        let value = |text| parse_variable(text).map(|(_, value)| value);
        assert_eq!(value("n=748"), Ok(748.into()));
        assert_eq!(value("on=true"), Ok(true.into()));
        assert_eq!(value("zip=0755"), Ok("0755".into()));
        assert_eq!(value("n='748'"), Ok("748".into()));
        assert_eq!(value("n=\"a=b\""), Ok("a=b".into()));
        assert_eq!(value("nothing="), Ok(Value::Null));
        assert!(value("first-name=x").is_err() && value("x").is_err());
    }

    #[test]
    fn what_is_malformed_is_explained() {
        assert_eq!(parse_report("junit=x").unwrap_err(), "`junit` is no format; known: ndjson");
        assert!(parse_report("ndjson").is_err() && parse_report("ndjson=").is_err());
        assert!(parse_process("=x").is_err() && parse_process("x").is_err());
    }
}
