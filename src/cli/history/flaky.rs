use serde_json::json;

use super::arguments::Options;
use super::page::{Page, Paper, percent};
use crate::history::{Flaky, HistoryError, Store};

/// Most scenarios that are shown.
const MOST: usize = 50;
/// So many results of each scenario are looked at.
const LOOKED_AT: usize = 50;

const COLUMNS: [&str; 6] = ["scenario", "on", "flaky", "95 % between", "last", "why"];

pub(super) fn page(store: &Store, options: &Options) -> Result<Page, HistoryError> {
    let found = store.flaky(options.env.as_deref(), options.last_or(LOOKED_AT))?;
    let json = json!({ "flaky": found });
    Ok(Page::new(json, move |paper| text(&found, paper)))
}

fn text(found: &[Flaky], paper: &Paper) -> String {
    if found.is_empty() {
        return "nothing is flaky\n".to_owned();
    }
    let rows: Vec<Vec<String>> = found.iter().take(MOST).map(row).collect();
    let mut text = paper.table(&COLUMNS, &rows, &[2, 3], &[5, 0, 1]);
    if found.len() > MOST {
        text += &format!("and {} more (--format json has them all)\n", found.len() - MOST);
    }
    text
}

fn row(one: &Flaky) -> Vec<String> {
    let share = &one.share;
    vec![
        one.scenario.clone(),
        one.environment.clone(),
        format!("{} of {}", share.seen, share.of),
        format!("{} and {}", percent(share.least), percent(share.most)),
        one.last.clone(),
        one.cause.as_ref().map(ToString::to_string).unwrap_or_default(),
    ]
}
