use serde_json::json;

use super::arguments::Options;
use super::page::{Page, Paper, minute};
use crate::history::{Failure, Failures, HistoryError, Since, Store};
use crate::report::count;

/// Most causes that are shown.
const MOST: usize = 30;

pub(super) fn page(store: &Store, options: &Options) -> Result<Page, HistoryError> {
    let found = store.failures(options.env.as_deref())?;
    let json = json!({ "failures": found.causes, "forgotten": found.forgotten });
    Ok(Page::new(json, move |paper| text(&found, paper)))
}

fn text(found: &Failures, paper: &Paper) -> String {
    let scenarios: usize = found.causes.iter().map(|one| one.scenarios).sum();
    let mut text = match found.causes.len() {
        0 => "nothing fails\n".to_owned(),
        causes => {
            let causes = count(causes as u64, "cause");
            let fail = if scenarios == 1 { "fails" } else { "fail" };
            format!("{} {fail}, for {causes}\n", count(scenarios as u64, "scenario"))
        }
    };
    for one in found.causes.iter().take(MOST) {
        text += &block(one, paper);
    }
    if found.causes.len() > MOST {
        text += &format!("\nand {} more causes (--format json has them all)\n", found.causes.len() - MOST);
    }
    if found.forgotten > 0 {
        let told = format!("{} left out, not run for 14 days\n", count(found.forgotten as u64, "scenario"));
        text += &format!("\n{}", paper.quiet(&told));
    }
    text
}

fn block(one: &Failure, paper: &Paper) -> String {
    let excused = match one.excused {
        0 => String::new(),
        all if all == one.scenarios => ", not counted".to_owned(),
        some => format!(", {some} of them not counted"),
    };
    let heading = format!("{} on {}", count(one.scenarios as u64, "scenario"), one.environment);
    let runs = count(one.runs as u64, "run");
    let mut text = format!("\n{}{excused}, since {}, in {runs}\n", paper.look.strong(&heading), when(&one.since));
    let cause = one.cause.as_ref().map_or_else(|| "nothing was told of the cause".to_owned(), ToString::to_string);
    text += &paper.below(&cause);
    let mut said = Vec::new();
    if let Some(passed) = &one.passed {
        said.push(format!("last passed in {}", when(passed)));
    }
    let of = |number: usize| if number == one.scenarios { String::new() } else { format!("{number}: ") };
    let reasons = [
        (one.target_changed, "the scenario is as it was when it passed, so the target has changed"),
        (one.scenario_changed, "the scenario has changed since it passed"),
        (one.never_passed, "never passed"),
    ];
    said.extend(
        reasons.into_iter().filter(|(number, _)| *number > 0).map(|(number, why)| format!("{}{why}", of(number))),
    );
    for line in said {
        text += &paper.below(&line);
    }
    text + &paper.quiet(&paper.examples(&one.examples, one.scenarios))
}

fn when(since: &Since) -> String {
    format!("{} ({})", since.run, minute(&since.at))
}
