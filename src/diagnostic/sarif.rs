use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{Diagnostic, Edit, Element, Fix, Id, Label, Places, Severity, Witness, fingerprint, page};
use crate::source::Span;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What a path may hold in a URI as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A SARIF 2.1.0 log, as code hosts and editors read it.
pub fn sarif(found: &[Diagnostic], places: &Places<'_>) -> String {
    let mut ids: Vec<Id> = found.iter().map(|one| one.id).collect();
    ids.sort();
    ids.dedup();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "flowproof",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": ids.iter().map(|id| rule(*id)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": found.iter().map(|one| result(one, &ids, places)).collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

fn rule(id: Id) -> Value {
    let rule = id.rule();
    let page = page(id);
    json!({
        "id": id.as_str(),
        "shortDescription": { "text": rule.summary },
        "help": { "text": page.text(), "markdown": page.text() },
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(one: &Diagnostic, ids: &[Id], places: &Places<'_>) -> Value {
    let text: Vec<&str> = std::iter::once(&one.message).chain(&one.help).map(String::as_str).collect();
    let mut result = json!({
        "ruleId": one.id.as_str(),
        "ruleIndex": ids.iter().position(|id| *id == one.id),
        "level": level(one.severity),
        "message": { "text": text.join("\n") },
        "locations": one.primary.iter().map(|label| location(label, places)).collect::<Vec<_>>(),
        "partialFingerprints": { "flowproof/v1": fingerprint(one, places.sources) },
    });
    if let Some(element) = &one.element {
        // SARIF 2.1.0, section 3.28.4: a place that is known by its name as well as by its lines.
        result["locations"][0]["logicalLocations"] = json!([logical(element)]);
    }
    if let Some(witness) = &one.witness {
        result["codeFlows"] = json!([flow(witness, places)]);
    }
    if !one.secondary.is_empty() {
        result["relatedLocations"] = one.secondary.iter().map(|label| location(label, places)).collect();
    }
    if !one.fixes.is_empty() {
        result["fixes"] = one.fixes.iter().map(|one| fix(one, places)).collect();
    }
    result
}

fn logical(element: &Element) -> Value {
    let mut logical = json!({ "fullyQualifiedName": element.id, "kind": "element" });
    if let Some(name) = &element.name {
        logical["name"] = json!(name);
    }
    logical
}

fn flow(witness: &Witness, places: &Places<'_>) -> Value {
    let location = |element: &Element| {
        let label = Label { span: element.span, message: element.name.clone().unwrap_or_else(|| element.id.clone()) };
        let mut location = location(&label, places);
        location["logicalLocations"] = json!([logical(element)]);
        json!({ "location": location })
    };
    json!({
        "message": { "text": witness.kind.as_str() },
        "threadFlows": [{ "locations": witness.elements.iter().map(location).collect::<Vec<_>>() }],
    })
}

fn location(label: &Label, places: &Places<'_>) -> Value {
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(label.span, places), "region": region(label.span, places) },
    });
    if !label.message.is_empty() {
        location["message"] = json!({ "text": label.message });
    }
    location
}

/// The edits of one file are one change.
fn fix(fix: &Fix, places: &Places<'_>) -> Value {
    let mut files: Vec<_> = fix.edits.iter().map(|edit| edit.span.file).collect();
    files.dedup();
    let replacement =
        |edit: &Edit| json!({ "deletedRegion": region(edit.span, places), "insertedContent": { "text": edit.text } });
    let change = |file| {
        let edits = fix.edits.iter().filter(|edit| edit.span.file == file);
        let edits: Vec<&Edit> = edits.collect();
        json!({
            "artifactLocation": artifact(edits[0].span, places),
            "replacements": edits.into_iter().map(replacement).collect::<Vec<_>>(),
        })
    };
    json!({
        "description": { "text": fix.title },
        "artifactChanges": files.into_iter().map(change).collect::<Vec<_>>(),
    })
}

fn artifact(span: Span, places: &Places<'_>) -> Value {
    json!({ "uri": utf8_percent_encode(&places.path(span.file), PATH).to_string() })
}

fn region(span: Span, places: &Places<'_>) -> Value {
    let (start, end) = (places.start(span), places.end(span));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": span.start,
        "byteLength": span.len(),
    })
}
