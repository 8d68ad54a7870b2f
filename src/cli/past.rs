use clap::Args;

use super::selection::count;
use super::terminal::note;
use crate::plan::{Partition, Plan};

/// What a run is by what was run before, and by what others run.
#[derive(Debug, Args)]
pub(super) struct PastArguments {
    /// Run part I of N of the selected scenarios; other machines run the others. BY is `hash`, which is stable, or `time`,
    /// which is balanced by history
    #[arg(long, env = "FLOWPROOF_PARTITION", value_name = "BY:I/N")]
    pub partition: Option<Partition>,
}

impl PastArguments {
    /// The part of a plan that is to be run.
    pub fn part(&self, plan: Plan, millis: impl Fn(&str) -> Option<f64>) -> Plan {
        let Some(partition) = self.partition else { return plan };
        let part = partition.of(&plan, millis);
        if part.is_empty() && !plan.is_empty() {
            let (of, all) = (partition.of, count(plan.len(), "selected scenario"));
            note(&format!("part {} of {of} has none of the {all}, so there is nothing to do", partition.part));
        }
        part
    }
}
