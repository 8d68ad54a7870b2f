use serde_json::json;

use super::arguments::Options;
use super::page::{Page, Paper, minute};
use crate::history::{HistoryError, Slow, Slower, Store};
use crate::report::{count, duration};

/// Most scenarios that are shown.
const MOST: usize = 50;

const COLUMNS: [&str; 8] = ["scenario", "on", "was", "is", "", "since", "by chance", ""];

pub(super) fn page(store: &Store, options: &Options) -> Result<Page, HistoryError> {
    let found = store.slow(options.env.as_deref())?;
    let json = json!({ "judged": found.judged, "slower": found.slower });
    Ok(Page::new(json, move |paper| text(&found, paper)))
}

fn text(found: &Slow, paper: &Paper) -> String {
    let judged = count(found.judged as u64, "scenario");
    let slower = found.slower.len();
    if slower == 0 {
        return format!("nothing became slower, of {judged} that passed in at least 12 runs\n");
    }
    let rows: Vec<Vec<String>> = found.slower.iter().take(MOST).map(row).collect();
    let mut text = paper.table(&COLUMNS, &rows, &[2, 3, 4, 6], &[0, 1]);
    if slower > MOST {
        text += &format!("and {} more (--format json has them all)\n", slower - MOST);
    }
    // Where all of them are, one thing is slower, and it is none of them.
    let everywhere =
        if slower * 2 > found.judged && slower > 2 { ": the target or this machine is slower" } else { "" };
    text + &format!("{slower} of {judged} became slower{everywhere}\n")
}

fn row(one: &Slower) -> Vec<String> {
    let growth = (one.after / one.before.max(f64::MIN_POSITIVE) - 1.0) * 100.0;
    let p = if one.p < 0.001 { "< 0.001".to_owned() } else { format!("{:.3}", one.p) };
    vec![
        one.scenario.clone(),
        one.environment.clone(),
        duration(one.before),
        duration(one.after),
        format!("+{growth:.0} %"),
        format!("{} ({})", one.since.run, minute(&one.since.at)),
        p,
        if one.scenario_changed == Some(true) { "changed then".to_owned() } else { String::new() },
    ]
}
