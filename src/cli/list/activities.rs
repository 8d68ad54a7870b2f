use serde_json::{Value, json};

use super::shown::{Part, Shown};
use crate::catalogue::{Activity, Automatic, Catalogue, InputType};
use crate::project::Project;

pub(super) fn list(project: &Project) -> Shown {
    let (mut json, mut parts) = (Vec::new(), Vec::new());
    for (name, catalogue) in &project.catalogues {
        json.push(describe(name, catalogue));
        for activity in &catalogue.activities {
            parts.push(part(activity));
        }
        let rows = catalogue.automatic.iter().filter(|one| !one.failures.is_empty()).map(automatic_row);
        let rows: Vec<_> = rows.collect();
        if !rows.is_empty() {
            let heading = "what the engine does by itself, for `simulate`".to_owned();
            parts.push(Part { heading, columns: &[], rows, gives: &[1] });
        }
    }
    Shown { json: json!({ "catalogues": json }), parts }
}

fn part(activity: &Activity) -> Part {
    let mut rows = Vec::new();
    for input in &activity.inputs {
        rows.push(vec![
            "input".to_owned(),
            input.name.value.clone(),
            input.what(),
            input.condition(),
            input.title.clone(),
        ]);
    }
    for outcome in &activity.outcomes {
        let codes: Vec<String> = outcome.codes.iter().map(i64::to_string).collect();
        let errors = outcome.errors.join(", ");
        rows.push(vec!["outcome".to_owned(), outcome.name.value.clone(), codes.join(", "), errors]);
    }
    let heading = format!("{}  {}", activity.name.value, activity.title);
    Part { heading, columns: &[], rows, gives: &[4, 3, 2] }
}

fn automatic_row(automatic: &Automatic) -> Vec<String> {
    let failures = automatic.failures.iter().map(|failure| {
        let codes: Vec<String> = failure.codes.iter().map(i64::to_string).collect();
        format!("{} {}", failure.name.value, codes.join(" ")).trim_end().to_owned()
    });
    vec![automatic.name.value.clone(), failures.collect::<Vec<_>>().join(", ")]
}

fn describe(name: &str, catalogue: &Catalogue) -> Value {
    let activities: Vec<Value> = catalogue.activities.iter().map(describe_activity).collect();
    let automatic: Vec<Value> = catalogue
        .automatic
        .iter()
        .map(|one| {
            let failures: Vec<Value> = one
                .failures
                .iter()
                .map(|failure| json!({ "name": failure.name.value, "error": failure.error, "codes": failure.codes }))
                .collect();
            json!({ "name": one.name.value, "title": one.title, "failures": failures })
        })
        .collect();
    json!({ "name": name, "title": catalogue.title, "activities": activities, "automatic": automatic })
}

fn describe_activity(activity: &Activity) -> Value {
    let inputs: Vec<Value> = activity
        .inputs
        .iter()
        .map(|input| {
            json!({
                "name": input.name.value,
                "title": input.title,
                "type": input.kind.word(),
                "media": match &input.kind {
                    InputType::File { media, .. } => json!(media),
                    _ => Value::Null,
                },
                "required": input.required && input.default.is_none(),
                "default": input.default.as_ref().and_then(|default| default.as_literal()),
                "one_of": input.one_of,
                "secret": input.secret,
            })
        })
        .collect();
    let outcomes: Vec<Value> = activity
        .outcomes
        .iter()
        .map(|outcome| json!({ "name": outcome.name.value, "codes": outcome.codes, "errors": outcome.errors }))
        .collect();
    json!({
        "name": activity.name.value,
        "title": activity.title,
        "in_process": !activity.element.is_empty(),
        "inputs": inputs,
        "outcomes": outcomes,
    })
}
