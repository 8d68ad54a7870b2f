use serde_json::{Value, json};

use super::{Diagnostic, Element, Fix, Label, Places, Severity};
use crate::source::{Position, Span};

/// The version of the document's form; it grows when a field is taken away or means something else.
const VERSION: u32 = 1;

/// One document with all problems. Lines and columns are counted from 1, columns in characters; offsets are bytes from 0.
pub fn json(found: &[Diagnostic], places: &Places<'_>) -> String {
    let count = |severity| found.iter().filter(|one| one.severity == severity).count();
    let document = json!({
        "version": VERSION,
        "summary": {
            "errors": count(Severity::Error),
            "warnings": count(Severity::Warning),
            "infos": count(Severity::Info),
            "fixable": found.iter().filter(|one| one.certain_fix().is_some()).count(),
        },
        "problems": found.iter().map(|one| problem(one, places)).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

fn problem(one: &Diagnostic, places: &Places<'_>) -> Value {
    let mut problem = json!({
        "id": one.id.as_str(),
        "severity": one.severity.to_string(),
        "message": one.message,
        "place": one.primary.as_ref().map(|label| remarked(label, places)),
        "related": one.secondary.iter().map(|label| remarked(label, places)).collect::<Vec<_>>(),
        "help": one.help,
        "fixes": one.fixes.iter().map(|one| fix(one, places)).collect::<Vec<_>>(),
    });
    if let Some(of) = &one.element {
        problem["element"] = element(of);
    }
    if let Some(witness) = &one.witness {
        problem["witness"] = json!({
            "kind": witness.kind.as_str(),
            "left_out": witness.left_out,
            "elements": witness.elements.iter().map(element).collect::<Vec<_>>(),
        });
    }
    problem
}

fn element(element: &Element) -> Value {
    json!({ "id": element.id, "name": element.name })
}

fn remarked(label: &Label, places: &Places<'_>) -> Value {
    let mut place = place(label.span, places);
    place["remark"] = match label.message.as_str() {
        "" => Value::Null,
        remark => remark.into(),
    };
    place
}

fn fix(fix: &Fix, places: &Places<'_>) -> Value {
    let edit = |edit: &super::Edit| {
        let mut place = place(edit.span, places);
        place["text"] = edit.text.as_str().into();
        place
    };
    json!({
        "title": fix.title,
        "certain": fix.certain,
        "edits": fix.edits.iter().map(edit).collect::<Vec<_>>(),
    })
}

fn place(span: Span, places: &Places<'_>) -> Value {
    let point = |at: Position, offset: u32| json!({ "line": at.line, "column": at.column, "offset": offset });
    json!({
        "path": places.path(span.file),
        "start": point(places.start(span), span.start),
        "end": point(places.end(span), span.end),
    })
}
