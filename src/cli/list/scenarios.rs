use serde_json::{Value, json};

use super::shown::{Part, Shown};
use crate::plan::{Planned, exercises};
use crate::project::Project;
use crate::source::Spanned;

pub(super) fn list(project: &Project) -> Shown {
    let mut rows = Vec::new();
    let mut all = Vec::new();
    for planned in project.plan.iter(&project.sources) {
        rows.push(row(&planned, project));
        all.push(describe(&planned, project));
    }
    let columns = &["id", "title", "process", "tags", "owner", ""];
    Shown {
        json: json!({ "scenarios": all }),
        parts: vec![Part { heading: String::new(), columns, rows, gives: &[1, 3, 5, 0] }],
    }
}

fn row(planned: &Planned, project: &Project) -> Vec<String> {
    let scenario = &planned.scenario;
    let text = |one: &Option<Spanned<String>>| one.as_ref().map(|one| one.value.clone()).unwrap_or_default();
    let tags: Vec<&str> = scenario.tags.iter().map(|tag| tag.value.as_str()).collect();
    let process = text(&scenario.process);
    vec![planned.id.clone(), planned.title(), process, tags.join(", "), text(&scenario.owner), remark(planned, project)]
}

/// What is special about running it.
fn remark(planned: &Planned, project: &Project) -> String {
    let standing = &planned.scenario.standing;
    let case = planned.case.as_ref().map(crate::scenario::Case::id);
    let mut told = Vec::new();
    if let Some(skip) = standing.skip.as_ref().filter(|skip| skip.covers(case.as_deref())) {
        told.push(format!("skipped: {}", skip.reason.value));
    }
    if !standing.requires.is_empty() {
        let names: Vec<&str> = standing.requires.iter().map(|one| one.value.as_str()).collect();
        told.push(format!("requires {}", names.join(" or ")));
    }
    if let Some((known, expired)) = project.today.and_then(|today| planned.known_failure(today)) {
        let (ticket, until) = (&known.ticket.value, known.until.value);
        told.push(match expired {
            true => format!("{ticket} was known until {until}"),
            false => format!("{ticket} is known until {until}"),
        });
    }
    if let Some(one) = project.quarantine.of(&planned.id) {
        let was = if project.today.is_some_and(|today| one.is_expired(today)) { "was" } else { "is" };
        told.push(format!("{was} in quarantine until {}: {}", one.until.value, one.told()));
    }
    told.join("; ")
}

fn describe(planned: &Planned, project: &Project) -> Value {
    let scenario = &planned.scenario;
    let text = |one: &Option<Spanned<String>>| one.as_ref().map(|one| one.value.clone());
    let texts = |all: &[Spanned<String>]| all.iter().map(|one| one.value.clone()).collect::<Vec<_>>();
    let case = planned.case.as_ref();
    let standing = &scenario.standing;
    let id = case.map(crate::scenario::Case::id);
    let skip = standing.skip.as_ref().filter(|skip| skip.covers(id.as_deref()));
    let known = standing.known_failure.as_ref().filter(|known| known.covers(id.as_deref()));
    let place = project.sources.file(scenario.file).position(scenario.title.span().start as usize);
    let mut activities: Vec<String> = exercises(
        scenario,
        &planned.fragments,
        planned.folder(),
        planned.catalogue.as_deref(),
        planned.definition.as_deref(),
    )
    .into_iter()
    .map(|one| one.activity)
    .collect();
    activities.dedup();
    json!({
        "id": planned.id,
        "title": planned.title(),
        "file": &*planned.path,
        "line": place.line,
        "tags": texts(&scenario.tags),
        "process": text(&scenario.process),
        "owner": text(&scenario.owner),
        "covers": texts(&scenario.covers),
        "skip": skip.map(|skip| &skip.reason.value),
        "requires": texts(&standing.requires),
        "known_failure": known.map(|known| {
            json!({ "ticket": known.ticket.value, "until": known.until.value.to_string() })
        }),
        "activities": activities,
        "case": case.map(|case| json!({
            "number": case.number(),
            "at": project.sources.locate(case.span()),
            "values": case.values(),
        })),
    })
}
