use serde_json::{Value, json};

use super::super::super::affected::Affected;
use super::report::Report;
use crate::diagnostic::{Diagnostic, json as diagnostics};
use crate::process::{Change, Part, Side};
use crate::proof::{Effect, Evidence};

/// The differences as one document.
pub(super) fn written(report: &Report<'_>) -> String {
    let changes: Vec<Value> = report.diff.changes.iter().map(|change| self::change(report, change)).collect();
    let scenarios = report.scenarios.map(|all| all.iter().map(scenario).collect::<Vec<_>>());
    let document = json!({
        "old": report.old,
        "new": report.new,
        "changes": changes,
        "findings": { "new": found(report, &report.findings.new), "gone": found(report, &report.findings.gone) },
        "scenarios": scenarios,
    });
    format!("{document:#}\n")
}

fn change(report: &Report<'_>, change: &Change) -> Value {
    let value = |side| {
        change.value(side).map(
            |value| json!({ "text": value.value, "told": report.value(change, side), "at": report.locate(value.span) }),
        )
    };
    json!({
        "element": change.element,
        "called": change.called,
        "kind": change.kind,
        "part": part(change.part),
        "class": change.class.name(),
        "what": change.what,
        "executed": change.is_executed(),
        "old": value(Side::Old),
        "new": value(Side::New),
        "old_at": change.old_place.map(|span| report.locate(span)),
        "new_at": change.new_place.map(|span| report.locate(span)),
    })
}

fn part(part: Part) -> &'static str {
    match part {
        Part::Process => "process",
        Part::Node => "node",
        Part::Flow => "flow",
        Part::Declaration => "declaration",
        Part::Drawing => "drawing",
    }
}

fn found(report: &Report<'_>, all: &[Diagnostic]) -> Value {
    serde_json::from_str(&diagnostics(all, &report.places)).unwrap_or_default()
}

fn scenario(one: &Affected) -> Value {
    let effect = match &one.judged.effect {
        Effect::None => "none",
        Effect::Rerun(_) => "rerun",
        Effect::MayDivert(_) => "may-divert",
        Effect::Broken(_) => "broken",
    };
    let by = match one.judged.evidence {
        Evidence::Trace => "trace",
        Evidence::Diagram => "diagram",
    };
    let mut told = json!({ "id": one.id, "title": one.title, "effect": effect, "by": by, "only_new": one.fresh });
    match &one.judged.effect {
        Effect::None => {}
        Effect::Rerun(elements) | Effect::MayDivert(elements) => told["elements"] = json!(elements),
        Effect::Broken(gap) => {
            told["walks"] = json!(gap.prefix);
            told["then"] = json!(gap.then);
            told["stands"] = json!(gap.stands);
            told["why"] = json!(gap.why);
        }
    }
    told
}
