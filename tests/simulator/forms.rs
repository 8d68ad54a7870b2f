//! Forms: uploaded, filled in, refused, given up.

use std::sync::Arc;

use flowproof::catalogue::Media;
use flowproof::process::Definition;
use serde_json::{Value, json};

use super::support::{Answer, Client, Line, catalogue, params};

const ADDRESS: &str = r#"{ "version": "1", "title": { "values": { "en": "Your address" } }, "components": [
    { "type": "paragraph", "label": { "values": { "en": "Please fill in" } } },
    { "type": "text", "id": "name", "validate": { "required": true, "minLength": 2, "maxLength": 8,
      "missingMessage": { "values": { "de": "Wie heißen Sie?", "en": "Who are you?" } },
      "invalidLengthMessage": "2 to 8 letters" } },
    { "type": "email", "id": "mail", "validate": { "required": true, "invalidMessage": { "values": { "fr": "Quel courriel ?" } } } },
    { "type": "phone", "id": "phone", "validate": { "required": false } },
    { "type": "number", "id": "age", "default": 18 },
    { "type": "date", "id": "born", "validate": { "missingMessage": "" , "required": false } },
    { "type": "text", "id": "source", "default": "web", "readOnly": true }
] }"#;

fn upload(client: &mut Client, name: &str, definition: &str) -> Answer {
    let mut params = params(json!({ "name": name, "status": "EDITABLE", "creation": "Save & Deploy" }));
    params.insert("form".to_owned(), Media::of_bytes("form.json", definition.as_bytes().to_vec()).into());
    client.send("create-form", params)
}

/// A form that may be filled in wrong twice; its values are shown, and giving up leads to the end.
fn form(more: &[(&str, &str)]) -> Arc<Definition> {
    let mut inputs = vec![("dataFormName", "address"), ("formDataKey", "form1"), ("maxAttempts", "${3}")];
    inputs.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    inputs.extend(more);
    let outputs = &[("_cdfContinue", "${cdfContinue}")];
    let line = Line::default().wait_or("CDF01", &inputs, outputs, &["ExceededCustomDataFormRetake"]);
    line.wait("CCFI01", &[("form", "${execution.hasVariable('_customFormData') ? _customFormData.form1 : null}")], &[])
        .end()
}

fn filling(more: &[(&str, &str)]) -> Client {
    let mut client = Client::new(form(more));
    client.open();
    upload(&mut client, "address", ADDRESS).ok();
    client.start().ok();
    client
}

fn fill_in(client: &mut Client, values: Value) -> Answer {
    client.go_on(json!({ "values": values }))
}

#[test]
fn values_that_a_form_allows_are_kept_with_its_defaults() {
    let mut client = filling(&[("readOnlyForm", "${false}"), ("hideButtons", "${true}")]);
    let screen = client.start().ok();
    let shown = &screen.object["parameters"];
    assert_eq!((&shown["readOnlyForm"], &shown["hideButtons"]), (&json!(false), &json!(true)));
    let values =
        json!({ "name": "Ada", "mail": "ada@example.org", "phone": "+61 (4) 0000-0000", "more": [1], "source": "me" });
    let next = fill_in(&mut client, values).ok();
    let kept = json!({
        "name": "Ada", "mail": "ada@example.org", "phone": "+61 (4) 0000-0000", "more": [1], "age": 18, "source": "web"
    });
    assert_eq!((next.at(), &next.object["parameters"]["form"]), ("Task 1", &kept));
}

#[test]
fn what_a_form_does_not_allow_is_answered_and_the_element_waits_on() {
    let good = json!({ "name": "Ada", "mail": "ada@example.org" });
    for (values, problems) in [
        (json!({}), json!({ "name": "Who are you?", "mail": "a value is needed" })),
        (json!({ "name": "", "mail": null }), json!({ "name": "Who are you?", "mail": "a value is needed" })),
        (json!({ "name": "A" }), json!({ "name": "2 to 8 letters" })),
        (json!({ "name": "Ada Lovelace" }), json!({ "name": "2 to 8 letters" })),
        (json!({ "mail": "ada" }), json!({ "mail": "Quel courriel ?" })),
        (json!({ "mail": 5 }), json!({ "mail": "Quel courriel ?" })),
        (json!({ "phone": "1234" }), json!({ "phone": "the value is not valid" })),
        (json!({ "phone": "call me" }), json!({ "phone": "the value is not valid" })),
        (json!({ "age": "old" }), json!({ "age": "the value is not valid" })),
        (json!({ "born": "1815-12-32" }), json!({ "born": "the value is not valid" })),
    ] {
        let mut client = filling(&[]);
        let mut given = good.clone();
        if problems.as_object().unwrap().len() > 1 {
            given = json!({});
        }
        given.as_object_mut().unwrap().extend(values.as_object().unwrap().clone());
        let answer = fill_in(&mut client, given);
        assert_eq!((answer.status, &answer.object["code"], answer.at()), (200, &json!(771), "Task 0"), "{values}");
        assert_eq!(answer.object["problems"], problems, "{values}");
        let (name, message) = problems.as_object().unwrap().iter().next().unwrap();
        let told = answer.object["message"].as_str().unwrap();
        assert!(told.starts_with(&format!("{name}: {}", message.as_str().unwrap())), "{told}");
        let again = client.start().ok();
        assert_eq!((again.at(), again.object.get("code")), ("Task 0", None), "the failure belongs to the request");
        assert_eq!(fill_in(&mut client, good.clone()).ok().at(), "Task 1");
    }
}

#[test]
fn the_last_attempt_exceeds_and_good_values_forgive_the_bad_ones() {
    let mut client = filling(&[]);
    for _ in 0..2 {
        assert_eq!(fill_in(&mut client, json!({})).object["code"], 771);
    }
    let end = fill_in(&mut client, json!({}));
    assert_eq!((&end.object["code"], &end.object["state"]), (&json!(770), &json!("COMPLETED_ENDED_SUCCESS")));
    assert!(end.object["message"].as_str().unwrap().contains("Who are you?"));

    let mut client = filling(&[("maxAttempts", "")]);
    for _ in 0..9 {
        assert_eq!(fill_in(&mut client, json!({})).object["code"], 771, "nothing limits it");
    }
    fill_in(&mut client, json!({ "name": "Ada", "mail": "ada@example.org" })).ok();
}

#[test]
fn a_form_that_can_only_be_read_takes_nothing() {
    for told in ["${true}", "true"] {
        let mut client = filling(&[("readOnlyForm", told)]);
        let next = fill_in(&mut client, json!({ "name": "Ada" })).ok();
        assert_eq!((next.at(), &next.object["parameters"]["form"]), ("Task 1", &Value::Null));
    }
}

#[test]
fn a_form_that_nobody_uploaded_takes_everything() {
    for inputs in [("dataFormName", "other"), ("dataFormVersion", "7"), ("dataFormName", "")] {
        let mut client = filling(&[inputs]);
        let next = fill_in(&mut client, json!({ "a": 1 })).ok();
        assert_eq!(next.object["parameters"]["form"], json!({ "a": 1 }), "{inputs:?}");
    }
}

#[test]
fn a_form_has_versions() {
    let mut client = Client::new(form(&[]));
    client.open();
    assert_eq!(upload(&mut client, "address", ADDRESS).ok().object["version"], 1);
    let second = upload(&mut client, "address", r#"{ "components": [] }"#);
    assert_eq!(
        (second.status, &second.object["version"], &second.object["status"]),
        (201, &json!(2), &json!("DEPLOYED_ACTIVE"))
    );
    let latest = client.call("find-form", json!({ "name": "address" })).ok();
    assert_eq!((&latest.object["id"], &latest.object["total"]), (&second.object["id"], &json!(2)));
    client.start().ok();
    assert_eq!(fill_in(&mut client, json!({})).ok().at(), "Task 1", "the latest one asks for nothing");
    let mut client = Client::new(form(&[("dataFormVersion", "${1}")]));
    client.open();
    upload(&mut client, "address", ADDRESS).ok();
    upload(&mut client, "address", r#"{ "components": [] }"#).ok();
    client.start().ok();
    assert_eq!(fill_in(&mut client, json!({})).object["code"], 771, "the first one is asked for");
}

#[test]
fn a_form_that_is_not_deployed_is_not_used() {
    let mut client = Client::new(form(&[]));
    client.open();
    let mut params = params(json!({ "name": "address" }));
    params.insert("form".to_owned(), Media::of_bytes("form.json", ADDRESS.as_bytes().to_vec()).into());
    assert_eq!(client.send("create-form", params).ok().object["status"], "EDITABLE");
    client.start().ok();
    assert_eq!(fill_in(&mut client, json!({})).ok().at(), "Task 1");
}

#[test]
fn a_form_that_is_none_is_refused() {
    for (definition, problem) in [
        ("", "cannot be read as JSON"),
        ("{", "cannot be read as JSON"),
        ("[]", "no list at `/components`"),
        (r#"{ "components": [5] }"#, "component 1 is no mapping"),
        (r#"{ "components": [{ "id": "a" }, { "id": "a" }] }"#, "two components `a`"),
        (r#"{ "components": [{ "id": "a", "validate": { "required": "yes" } }] }"#, "`required` of the component `a`"),
        (r#"{ "components": [{ "id": "a", "validate": { "maxLength": -1 } }] }"#, "`max-length` of the component `a`"),
    ] {
        let mut client = Client::new(form(&[]));
        let refused = upload(client.log_in(), "address", definition);
        assert_eq!(refused.status, 400, "{definition}");
        assert!(refused.object["message"].as_str().unwrap().contains(problem), "{refused:?}");
        assert_eq!(client.call("find-form", json!({ "name": "address" })).ok().object["total"], 0);
    }
    let many = format!(r#"{{ "components": [{}] }}"#, vec!["{}"; 1_001].join(","));
    let mut client = Client::new(form(&[]));
    assert!(upload(client.log_in(), "a", &many).object["message"].as_str().unwrap().contains("1000 components"));
}

#[test]
fn an_element_can_be_told_how_its_form_was_filled_in() {
    let mut client = filling(&[]);
    client.next(json!([{ "key": "custom-data-form", "visits": { "every": { "outcome": "validation-failure", "set": { "seen": true } } } }]));
    let good = json!({ "name": "Ada", "mail": "ada@example.org" });
    let answer = fill_in(&mut client, good.clone()).ok();
    assert_eq!((answer.at(), &answer.object["code"]), ("Task 0", &json!(771)), "whatever was filled in");
    assert_eq!(fill_in(&mut client, good).ok().at(), "Task 1", "it held for one answer");
    let mut client = filling(&[]);
    client.next(json!([{ "key": "T0", "visits": { "every": { "outcome": "success" } } }]));
    assert_eq!(fill_in(&mut client, json!({})).ok().at(), "Task 1", "whatever was left out");
}

/// The same, where the engine writes forms in another way.
#[test]
fn other_names_in_forms_change_nothing() {
    let edits = [
        ("    components: /components\n", "    components: /form/fields\n"),
        ("      id: /id\n      type: /type\n      default", "      id: /key\n      type: /kind\n      default"),
        ("/validate/required", "/must"),
        ("missing: /validate/missingMessage", "missing: /texts"),
        ("by-language: /values", "by-language: /by-tongue"),
        ("types: { email: email,", "types: { electronic: email,"),
        ("problems: /errors", "problems: /errors/0/fields"),
        ("form: /resource }", "form: /content/json }"),
        ("        failure:\n          status: 200", "        failure:\n          status: 422"),
    ];
    let mut client = Client::with(catalogue(&edits), form(&[]));
    client.open();
    let definition = r#"{ "form": { "fields": [
        { "kind": "electronic", "key": "mail", "must": true, "texts": { "by-tongue": { "en": "Where?" } } }
    ] } }"#;
    upload(&mut client, "address", definition).ok();
    client.start().ok();
    let refused = fill_in(&mut client, json!({}));
    assert_eq!((refused.status, &refused.object["problems"]), (422, &json!({ "mail": "Where?" })));
    assert_eq!(refused.body.as_ref().unwrap()["errors"][0]["fields"]["mail"], "Where?");
    assert_eq!(
        fill_in(&mut client, json!({ "mail": "x" })).object["problems"],
        json!({ "mail": "the value is not valid" })
    );
    assert_eq!(fill_in(&mut client, json!({ "mail": "a@example.org" })).ok().at(), "Task 1");
}
