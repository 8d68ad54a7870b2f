use serde_json::json;

use super::arguments::Options;
use super::page::{Page, Paper, minute};
use crate::history::{Changes, HistoryError, PastResult, RunFacts, Store};
use crate::report::{count, duration};

/// Most scenarios that are named where several are meant.
const MOST_NAMED: usize = 10;

/// Shows a run or a scenario, else why nothing is.
pub(super) fn page(what: &str, store: &Store, options: &Options) -> Result<Result<Page, String>, HistoryError> {
    if let Some(run) = store.run(what)? {
        let changes = store.changes(&run)?;
        let json = json!({ "run": run, "changes": changes });
        return Ok(Ok(Page::new(json, move |paper| of_run(&run, &changes, paper))));
    }
    let like = store.scenarios_like(what, MOST_NAMED + 1)?;
    let [scenario] = like.as_slice() else {
        return Ok(Err(match like.len() {
            0 => format!("the history has neither a run nor a scenario `{what}`; `flowproof history` shows its runs"),
            all => {
                let more = if all > MOST_NAMED { " …" } else { "" };
                let named: Vec<&str> = like.iter().take(MOST_NAMED).map(String::as_str).collect();
                format!("several scenarios are called like `{what}`: {}{more}", named.join(", "))
            }
        }));
    };
    let results = store.history_of(scenario, options.env.as_deref(), options.last_or(30))?;
    let (json, scenario) = (json!({ "scenario": scenario, "results": results }), scenario.clone());
    Ok(Ok(Page::new(json, move |paper| of_scenario(&scenario, &results, paper))))
}

fn of_run(run: &RunFacts, changes: &Changes, paper: &Paper) -> String {
    let took = run.millis.map_or_else(|| "cut off before its end".to_owned(), duration);
    let mut text = format!("{} on {}, {}, {took}\n", paper.look.strong(&run.run), run.environment, minute(&run.at));
    if let Some(part) = &run.partition {
        text += &format!("part {} of {}, by {}\n", part.part, part.of, part.by);
    }
    if let Some(revision) = &run.revision {
        let branch = run.branch.as_ref().map(|branch| format!(" of {branch}")).unwrap_or_default();
        text += &format!("revision {}{branch}\n", revision.get(..12).unwrap_or(revision));
    }
    let summary = &run.summary;
    let counts = [
        (summary.passed, "passed"),
        (summary.failed, "failed"),
        (summary.errored, "errored"),
        (summary.skipped, "skipped"),
        (summary.aborted, "aborted"),
        (summary.flaky, "flaky"),
    ];
    let counts = counts.into_iter().filter(|(number, _)| *number > 0);
    let counts: Vec<String> = counts.map(|(number, what)| format!("{number} {what}")).collect();
    text += &format!("{} of {}\n", counts.join(", "), count(run.scenarios as u64, "scenario"));
    let failing = if changes.first { "failing" } else { "newly failing" };
    for one in &changes.newly_failing {
        text += &paper.changed(failing, one);
    }
    text += &paper.changed("fixed", &changes.fixed);
    text += &paper.changed("newly flaky", &changes.newly_flaky);
    if changes.still_failing > 0 {
        let hint = paper.look.faint("flowproof history failures");
        text += &format!("\n{} {}  {hint}\n", changes.still_failing, paper.look.strong("still failing"));
    }
    text
}

const COLUMNS: [&str; 7] = ["run", "when (UTC)", "on", "came to", "took", "", "why"];

fn of_scenario(scenario: &str, results: &[PastResult], paper: &Paper) -> String {
    let row = |one: &PastResult| {
        let flaky = if one.flaky { ", flaky" } else { "" };
        let changed = if one.changed == Some(true) { "changed" } else { "" };
        let why = one.message.as_deref().or(one.cause.as_ref().map(|cause| cause.shape.as_str()));
        vec![
            one.run.clone(),
            minute(&one.at),
            one.environment.clone(),
            format!("{}{flaky}", one.verdict),
            duration(one.millis),
            changed.to_owned(),
            why.unwrap_or_default().to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = results.iter().map(row).collect();
    format!("{}\n{}", paper.look.strong(scenario), paper.table(&COLUMNS, &rows, &[4], &[6, 2]))
}
