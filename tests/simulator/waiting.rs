//! Elements that wait for more than an answer of the user: pages, further documents, the back office, a resume, another device.

use std::sync::Arc;

use flowproof::process::Definition;
use serde_json::{Value, json};

use super::support::{Answer, Client, Line, image, params};

const SHOW: &str = "CCFI01";

fn started(definition: Arc<Definition>, script: Value) -> Client {
    let mut client = Client::new(definition);
    client.open().tell(script);
    client.start().ok();
    client
}

#[test]
fn a_custom_page_keeps_each_value_that_it_sends() {
    let path = "_customUis.page1.currentCapture.customPageParameters";
    let name = format!("${{{path}.name.value}}");
    let count = format!("${{{path}.count.value}}");
    let line = Line::default().wait("CPG01", &[("customPageKey", "page1")], &[]);
    let mut client = started(line.wait(SHOW, &[("name", &name), ("count", &count)], &[]).end(), json!({}));
    let screen = client.go_on(json!({ "name": "Ada", "count": 3, "nothing": null })).ok();
    assert_eq!(screen.object["parameters"], json!({ "name": "Ada", "count": 3 }));
    // A name that is no name of a variable.
    let line = Line::default().wait("CPG01", &[("customPageKey", "page1")], &[]);
    let mut client = started(line.end(), json!({}));
    assert_eq!(client.go_on(json!({ "": 1 })).status, 400);
    assert_eq!(client.state(), "ACTIVE");
    assert_eq!(client.go_on(json!({})).ok().object["state"], "COMPLETED_ENDED_SUCCESS");
}

/// The decider, and where it does not let pass: a selection, pages until the last one, and the decider again.
fn additional(configuration: &str) -> Arc<Definition> {
    super::support::definition(
        &include_str!("../corpus/simulator/additional.bpmn")
            .replace("CONFIGURATION", &configuration.replace('"', "&quot;")),
    )
}

fn select(client: &mut Client, document: &str) -> Answer {
    client.go_on(json!({ "additionalDocumentType": document }))
}

fn page(client: &mut Client, finished: Value) -> Answer {
    let mut params = params(json!({ "instance": client.instance, "subject": "addDoc1" }));
    params.insert("image".to_owned(), image("page"));
    client.send("upload-additional-document", params).ok();
    client.go_on(json!({ "additionalCaptureFinished": finished })).ok()
}

#[test]
fn additional_documents_are_captured_until_all_that_are_required_are_there() {
    let config = r#"[{"type": "BILL", "required": true}, {"type": "LETTER"}, {"type": "LEASE", "required": true}]"#;
    let mut client = started(additional(config), json!({}));
    assert_eq!(client.start().at(), "Select Additional Document Type");
    let refused = select(&mut client, "TICKET");
    assert_eq!(refused.status, 400);
    assert!(refused.object["message"].as_str().unwrap().contains("one of BILL, LETTER, LEASE"), "{refused:?}");
    assert_eq!(select(&mut client, "BILL").ok().at(), "Capture Additional Document");
    assert_eq!(client.go_on(json!({})).status, 409, "nothing was uploaded");
    assert_eq!(page(&mut client, json!(false)).at(), "Capture Additional Document", "one more page");
    assert_eq!(page(&mut client, json!(true)).at(), "Select Additional Document Type", "one more document");
    select(&mut client, "LETTER").ok();
    assert_eq!(page(&mut client, json!(true)).at(), "Select Additional Document Type", "it was not required");
    select(&mut client, "LEASE").ok();
    let shown = page(&mut client, json!(true));
    assert_eq!(shown.at(), "Show");
    assert_eq!(shown.object["parameters"]["pages"], 2, "{shown:?}");
}

#[test]
fn a_document_of_which_no_page_was_captured_is_not_there() {
    let bill = r#"[{"type": "BILL", "required": true}]"#;
    let mut client = started(additional(bill), json!({}));
    select(&mut client, "BILL").ok();
    let answer = client.go_on(json!({ "additionalCaptureFinished": true })).ok();
    assert_eq!(answer.at(), "Select Additional Document Type");
    select(&mut client, "BILL").ok();
    page(&mut client, json!(false));
    let answer = client.go_on(json!({ "additionalCaptureFinished": true })).ok();
    assert_eq!(answer.at(), "Show", "no further page is needed");
}

#[test]
fn without_required_documents_nothing_is_asked_for() {
    for configuration in ["[]", "", "BILL, LEASE", r#"["BILL"]"#, r#"[{"type": "BILL", "required": false}]"#] {
        let mut client = started(additional(configuration), json!({}));
        assert_eq!(client.start().at(), "Show", "{configuration}");
    }
    let mut client = started(additional("[no list"), json!({}));
    let end = client.start();
    assert_eq!(end.object["state"], "COMPLETED_PROCESS_ERROR");
    assert!(end.object["message"].as_str().unwrap().contains("`additionalDocuments` is no list"), "{end:?}");
}

/// Where the decider follows the selection, the user takes as many as she likes, and none at last.
#[test]
fn what_was_chosen_is_captured_even_where_nothing_is_required() {
    let decide = &[("_additionalDocsFinished", "${additionalDocsFinished}")];
    let chosen = |configuration: &str| {
        let selection = &[("addDocKey", "addDoc1"), ("additionalDocuments", configuration)];
        let line = Line::default().wait("SADT02", selection, &[]).task("ACD01", &[], decide, &[]);
        let line = line.wait("CAD03", &[("finished", "${_additionalDocsFinished}")], &[]);
        let line = line.wait("SADT02", selection, &[]).task("ACD01", &[], decide, &[]);
        line.wait(SHOW, &[("finished", "${_additionalDocsFinished}")], &[]).end()
    };
    let finished = |answer: &Answer| answer.object["parameters"]["finished"].clone();
    for (second, after) in [(None, true), (Some("LEASE"), false), (Some("BILL"), false)] {
        let mut client = started(chosen("BILL, LEASE"), json!({}));
        assert_eq!(select(&mut client, "TICKET").status, 400);
        assert_eq!(finished(&select(&mut client, "BILL").ok()), false, "it is still to be captured");
        page(&mut client, json!(true));
        let answer = client.go_on(json!({ "additionalDocumentType": second })).ok();
        assert_eq!((answer.at(), finished(&answer)), ("Task 5", json!(after)), "{second:?}");
    }
    let mut client = started(chosen("BILL, LEASE"), json!({}));
    assert_eq!(finished(&client.go_on(json!({})).ok()), true, "none");
    let mut params = params(json!({ "instance": client.instance, "subject": "addDoc1" }));
    params.insert("image".to_owned(), image("page"));
    let refused = client.send("upload-additional-document", params);
    assert_eq!(refused.refusal(), (409, 421), "a page of nothing");
    assert!(refused.object["message"].as_str().unwrap().contains("is not complete"), "{refused:?}");
}

fn review(client: &mut Client, status: Value, comment: Value) -> Answer {
    let variables = json!({ "reviewStatus": status, "reviewComment": comment });
    client.call("review-instance", json!({ "instance": client.instance, "variables": variables }))
}

/// A process whose user is done while the back office decides.
fn reviewed() -> Client {
    let shown = &[("stepId", "review"), ("screenId", "review"), ("screens", "thank-you")];
    let decide = &[("decisionVariable", "REVIEW")];
    let line = Line::default().wait("INT01", &[], &[]).task("SDD01", decide, &[("_decision", "${decision}")], &[]);
    let line = line.task("RRD01", shown, &[], &[]).task("RSR01", &[], &[], &[]).wait("WBOR01", &[], &[]);
    let mut client = started(line.task("WRS02", &[], &[], &[]).end(), json!({}));
    let screen = client.go_on(json!({})).ok();
    assert_eq!((screen.at(), &screen.object["state"]), ("Task 4", &json!("REVIEW")));
    assert_eq!(
        screen.object["parameters"],
        json!({ "stepId": "review", "screenId": "review", "screens": "thank-you" })
    );
    client
}

#[test]
fn the_back_office_approves_or_rejects() {
    for (status, state) in [("APPROVED", "COMPLETED_ENDED_SUCCESS"), ("REJECTED", "COMPLETED_ENDED_ERROR")] {
        let mut client = reviewed();
        let read = client.call("read-instance", json!({ "instance": client.instance })).ok();
        assert_eq!((&read.object["state"], read.object.get("review")), (&json!("REVIEW"), None));
        assert_eq!(review(&mut client, json!(status), json!("looked at")).ok().object["state"], state);
        let read = client.call("read-instance", json!({ "instance": client.instance })).ok();
        assert_eq!(read.object["review"], json!({ "status": status, "comment": "looked at" }));
        assert_eq!(read.object["state"], state);
    }
}

#[test]
fn a_review_that_is_none_is_refused() {
    let mut client = reviewed();
    for (status, problem) in [(json!("MAYBE"), "one of APPROVED, REJECTED"), (json!(null), "`reviewStatus` is missing")]
    {
        let refused = review(&mut client, status, json!(null));
        assert_eq!(refused.status, 400);
        assert!(refused.object["message"].as_str().unwrap().contains(problem), "{refused:?}");
    }
    assert_eq!(client.go_on(json!({})).refusal(), (409, 421), "the user cannot go on by herself");
    let bearer = client.bearer.take();
    assert_eq!(review(&mut client, json!("APPROVED"), json!(null)).refusal(), (401, 220));
    client.bearer = bearer;
    assert_eq!(client.state(), "REVIEW");
    review(&mut client, json!("APPROVED"), json!(null)).ok();
    assert_eq!(review(&mut client, json!("REJECTED"), json!(null)).refusal(), (409, 423), "it was decided");

    let mut elsewhere = started(Line::default().wait("INT01", &[], &[]).end(), json!({}));
    assert_eq!(review(&mut elsewhere, json!("APPROVED"), json!(null)).refusal(), (409, 421));
}

#[test]
fn a_paused_instance_is_resumed_by_the_url_that_it_was_given() {
    let pause = Line::default().wait("INT01", &[], &[]).task("PSUU01", &[], &[("_resumeUrl", "${resumeUrl}")], &[]);
    let line =
        pause.task("RDU02", &[("redirectUrl", "https://a.test/?to=${_resumeUrl}")], &[], &[]).wait("WRSPI01", &[], &[]);
    let mut client = started(line.wait(SHOW, &[], &[]).end(), json!({}));
    assert_eq!(client.call("resume-instance", json!({ "instance": client.instance })).status, 409, "it is not paused");
    let screen = client.go_on(json!({})).ok();
    assert_eq!(screen.object["state"], "PAUSED");
    let url = screen.object["parameters"]["resumeUrl"].as_str().unwrap().to_owned();
    assert_eq!(screen.object["redirect"], format!("https://a.test/?to={url}"));
    assert_eq!(client.go_on(json!({})).refusal(), (409, 421), "only the URL resumes");
    assert_eq!(client.start().object["state"], "PAUSED", "starting again tells where it stands");

    let ps = url
        .split_once("?ps=")
        .unwrap()
        .1
        .replace("%3A", ":")
        .replace("%2F", "/")
        .replace("%3F", "?")
        .replace("%3D", "=");
    let resumed = client.call("resume-instance", json!({ "url": ps })).ok();
    assert_eq!((resumed.at(), &resumed.object["state"]), ("Task 4", &json!("ACTIVE")));
    assert_eq!(resumed.object.get("redirect"), None, "what was shown belonged to the pause");
    assert_eq!(client.call("resume-instance", json!({ "url": ps })).refusal(), (409, 421));
}

#[test]
fn switching_devices_tells_the_process_on_which_it_is() {
    for (code, mobile) in [("STM01", true), ("STB01", false)] {
        let line = Line::default().wait(code, &[], &[]).wait(SHOW, &[("is", "${isMobile}")], &[]);
        let mut client = started(line.end(), json!({}));
        assert_eq!(client.go_on(json!({})).ok().object["parameters"]["is"], mobile);
    }
}

#[test]
fn results_of_a_function_stand_where_the_catalogue_says() {
    let inputs = &[("functionName", "checkMail"), ("ruleExecutionName", "verifyEmail")];
    let is = "${cloudFunctions.ruleExecutionResults.verifyEmail.ruleResults[\"pass\"]}";
    for key in ["verifyEmail", "checkMail", "cloud-function", "T0"] {
        let line =
            Line::default().task("ECF02", inputs, &[], &["FailedSyncRuleExecution"]).wait(SHOW, &[("is", is)], &[]);
        let told = json!({ "entries": [{ "key": key, "visits": { "every": { "results": { "pass": true } } } }] });
        let mut client = started(line.end(), told);
        assert_eq!(client.start().object["parameters"]["is"], true, "{key}");
        assert_eq!(client.close()["unused"], json!([]));
    }
    let line = Line::default().task("ECF02", inputs, &[], &["FailedSyncRuleExecution"]).wait(SHOW, &[("is", is)], &[]);
    let mut client = started(line.end(), json!({}));
    assert_eq!(client.start().object["parameters"]["is"], Value::Null, "nothing was said of it");
    let line = Line::default().task("ECF02", inputs, &[], &["FailedSyncRuleExecution"]).wait(SHOW, &[], &[]);
    let told = json!({ "entries": [{ "key": "verifyEmail", "visits": { "every": { "outcome": "failure" } } }] });
    assert_eq!(
        started(line.end(), told).start().object["state"],
        "COMPLETED_ENDED_SUCCESS",
        "the error leads to the end"
    );
}

#[test]
fn results_without_a_place_are_an_incident() {
    let line = Line::default().task("ECF02", &[("functionName", "checkMail")], &[], &[]).wait(SHOW, &[], &[]);
    let told = json!({ "entries": [{ "key": "checkMail", "visits": { "every": { "results": { "pass": true } } } }] });
    let end = started(line.end(), told).start();
    assert_eq!(end.object["state"], "COMPLETED_PROCESS_ERROR");
    assert!(end.object["message"].as_str().unwrap().contains("have no place"), "{end:?}");
}

#[test]
fn what_has_no_results_cannot_be_told_any() {
    let mut client = Client::new(Line::default().task("CFQ01", &[], &[], &[]).wait(SHOW, &[], &[]).end());
    client.open();
    for key in ["face-quality", "T0", "capture-face"] {
        let entries = json!([{ "key": key, "visits": { "every": { "results": { "a": 1 } } } }]);
        let problems = client.world.tell_next(serde_json::from_value(entries).unwrap()).unwrap_err();
        assert_eq!(problems, [format!("`{key}` has no results")]);
    }
}
