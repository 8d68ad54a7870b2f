use clap::ValueEnum;
use serde_json::json;

use super::Exit;
use super::terminal::print_result;
use crate::engine::Run;
use crate::plan::{Plan, Planned};
use crate::report::{Look, rehearsal_text};

/// How what would be done is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

/// Shows what a run would do, scenario by scenario; sends nothing.
pub(super) fn show(run: &Run, plan: &Plan, format: Format, look: &Look) -> Exit {
    let around = |one: &Option<Planned>| one.clone().into_iter();
    let scenarios = plan.iter(&run.sources);
    let all = around(&plan.before).chain(scenarios).chain(around(&plan.after)).map(|planned| run.rehearse(&planned));
    let mut works = true;
    match format {
        Format::Json => {
            let all: Vec<_> = all.collect();
            works = all.iter().all(|one| one.problems.is_empty());
            let told = json!({ "target": run.target.name, "seed": run.options.seed, "scenarios": all });
            print_result(&format!("{told:#}\n"));
        }
        Format::Text => {
            for (index, one) in all.enumerate() {
                works &= one.problems.is_empty();
                let gap = if index > 0 { "\n" } else { "" };
                print_result(&format!("{gap}{}", rehearsal_text(&one, look)));
            }
            let seed = run.options.seed;
            print_result(&format!("\nnothing was sent; the same data: --seed {seed}\n"));
        }
    }
    if works { Exit::Success } else { Exit::Errored }
}
