use serde_json::json;

use super::arguments::Options;
use super::page::{Page, Paper, minute};
use crate::history::{HistoryError, RunShown, Store};
use crate::report::duration;

const COLUMNS: [&str; 10] = ["run", "when (UTC)", "on", "part", "passed", "failed", "flaky", "new", "fixed", "took"];

pub(super) fn page(store: &Store, options: &Options) -> Result<Page, HistoryError> {
    let runs = store.runs(options.env.as_deref(), options.last_or(20))?;
    let json = json!({ "runs": runs });
    Ok(Page::new(json, move |paper| text(&runs, paper)))
}

fn text(runs: &[RunShown], paper: &Paper) -> String {
    if runs.is_empty() {
        return "no run is in the history\n".to_owned();
    }
    let rows: Vec<Vec<String>> = runs.iter().map(row).collect();
    paper.table(&COLUMNS, &rows, &[4, 5, 6, 7, 8, 9], &[2])
}

fn row(run: &RunShown) -> Vec<String> {
    let (facts, summary) = (&run.facts, &run.facts.summary);
    let part = facts.partition.as_ref().map(|part| format!("{}/{}", part.part, part.of));
    // What is nothing is not looked at.
    let some = |number: usize| if number > 0 { number.to_string() } else { String::new() };
    let new = |number: Option<usize>| number.map(some).unwrap_or_default();
    vec![
        facts.run.clone(),
        minute(&facts.at),
        facts.environment.clone(),
        part.unwrap_or_default(),
        summary.passed.to_string(),
        (summary.failed + summary.errored).to_string(),
        some(summary.flaky),
        new(run.newly_failing),
        new(run.fixed),
        facts.millis.map_or_else(|| "cut off".to_owned(), duration),
    ]
}
