//! What automatic elements do, by the catalogue and by what a world was told.

use std::sync::Arc;

use flowproof::process::Definition;
use serde_json::{Value, json};

use super::support::{Client, Line, image, onboarding};

/// Starts a process whose last task shows what came before, and gives its parameters.
fn shown(definition: Arc<Definition>, script: Value) -> (Value, Client) {
    let mut client = Client::new(definition);
    client.open().tell(script);
    let screen = client.start().ok();
    assert_eq!(screen.object["state"], "ACTIVE", "{screen:?}");
    (screen.object["parameters"].clone(), client)
}

const SHOW: &str = "CCFI01";

#[test]
fn a_counter_counts_in_the_variable_that_it_names() {
    let inputs = &[("counterName", "idv.tries")];
    let line = Line::default().task("CTR01", inputs, &[], &[]).task("CTR01", inputs, &[], &[]);
    let (parameters, _) = shown(
        line.wait(SHOW, &[("is", "${idv.tries}"), ("kept", "${idv.kept}")], &[]).end(),
        json!({
            "start": { "idv.kept": 1 }
        }),
    );
    assert_eq!(parameters, json!({ "is": 2, "kept": 1 }));
}

#[test]
fn variables_are_cleared_by_name() {
    let list = "<camunda:list><camunda:value>a</camunda:value><camunda:value>b</camunda:value></camunda:list>";
    let has = |name: &str| format!("${{execution.hasVariable('{name}')}}");
    let (a, b, c) = (has("a"), has("b"), has("c"));
    let line = Line::default().task("CLV01", &[("variables", list)], &[], &[]);
    let line = line.wait(SHOW, &[("a", a.as_str()), ("b", b.as_str()), ("c", c.as_str())], &[]);
    let (parameters, _) = shown(line.end(), json!({ "start": { "a": 1, "b": 2, "c": 3 } }));
    assert_eq!(parameters, json!({ "a": false, "b": false, "c": true }));
}

#[test]
fn a_decision_is_given_or_follows_from_the_checks() {
    let decide = |from: &str, told: Value| {
        let line = Line::default().task("CFQ01", &[("faceKey", "f")], &[], &[]);
        let line =
            line.task("BWD01", &[("maxAttempts", "${1}"), ("exceptionOnMaxAttemptsExceeded", "${false}")], &[], &[]);
        let inputs = &[("decisionVariable", from), ("decisionOnAnyFailure", "REVIEW")];
        let line = line.task("SDD01", inputs, &[("_decision", "${decision}")], &[]);
        shown(line.wait(SHOW, &[("is", "${_decision}")], &[]).end(), told).0["is"].clone()
    };
    let failed =
        json!({ "entries": [{ "key": "black-and-white-copy", "visits": { "every": { "outcome": "detected" } } }] });
    assert_eq!(decide("", json!({})), "PASS");
    assert_eq!(decide("", failed.clone()), "REVIEW");
    assert_eq!(decide("${'FAIL'}", failed), "FAIL");
}

#[test]
fn a_check_tells_its_result_and_goes_on_where_exceeding_raises_nothing() {
    let inputs = &[("docKey", "d"), ("maxAttempts", "${1}"), ("exceptionOnMaxAttemptsExceeded", "${false}")];
    let check = || Line::default().task("BWD01", inputs, &[("found", "${blackAndWhiteCopyDetected}")], &[]);
    let end = || check().wait(SHOW, &[("is", "${found}")], &[]).end();
    assert_eq!(shown(end(), json!({})).0["is"], false);
    let told = json!({ "entries": [{ "key": "T0", "visits": { "every": { "code": 763 } } }] });
    assert_eq!(shown(end(), told).0["is"], true);
}

#[test]
fn the_nth_failure_of_a_limit_exceeds_it() {
    let mut client = Client::new(onboarding());
    client.open().tell(json!({ "entries": [
        { "key": "face-liveness", "visits": { "each": [{ "outcome": "liveness-failure" }, { "outcome": "success" }, { "code": 749 }] } }
    ] }));
    client.start().ok();
    let capture = |client: &mut Client| {
        client.upload(image("clear")).ok();
        client.go_on(json!({})).ok()
    };
    client.go_on(json!({})).ok();
    let first = capture(&mut client);
    assert_eq!((first.at(), &first.object["code"]), ("Capture Face Image", &json!(749)));
    assert_eq!(capture(&mut client).at(), "Confirm Face Image");
    client.go_on(json!({ "photoConfirmed": false })).ok();
    let last = capture(&mut client);
    assert_eq!((&last.object["code"], &last.object["message"]), (&json!(750), &json!("Too many attempts")));
    assert_eq!(last.object["state"], "COMPLETED_ENDED_ERROR", "the decision is FAIL");
}

#[test]
fn rules_judge_the_last_capture_and_a_script_beats_them() {
    for (comment, told, code) in [
        ("flowproof: quality=748", json!([]), Some(748)),
        ("flowproof: quality=802", json!([]), Some(802)),
        ("flowproof: liveness=failed", json!([]), Some(749)),
        ("flowproof", json!([]), None),
        (
            "flowproof: quality=748",
            json!([{ "key": "face-quality", "visits": { "every": { "outcome": "success" } } }]),
            None,
        ),
        ("", json!([{ "key": "face-quality", "visits": { "every": { "code": 802 } } }]), Some(802)),
        (
            "",
            json!([{ "key": "Check Image Quality", "visits": { "every": { "outcome": "quality-failure" } } }]),
            Some(748),
        ),
        (
            "",
            json!([{ "key": "Quality", "visits": { "every": { "error": "FailedFaceQuality", "code": 9 } } }]),
            Some(9),
        ),
    ] {
        let mut client = Client::new(onboarding());
        client.open().tell(json!({ "entries": told }));
        client.start().ok();
        client.go_on(json!({})).ok();
        client.upload(image(comment)).ok();
        let answer = client.go_on(json!({})).ok();
        assert_eq!(answer.object.get("code").and_then(Value::as_i64), code, "{comment} {told}");
    }
}

#[test]
fn a_stub_is_found_by_what_it_is_called_with_and_sets_variables() {
    for key in ["screening", "screenName", "cloud-function", "Function", "Screen the name"] {
        let mut client = Client::new(onboarding());
        client.open().tell(json!({ "entries": [{ "key": key, "visits": { "every": { "set": { "screened": key, "_decision": "x" } } } }] }));
        client.start().ok();
        client.go_on(json!({})).ok();
        client.upload(image("")).ok();
        client.go_on(json!({})).ok();
        client.go_on(json!({ "photoConfirmed": true })).ok();
        let closing = client.close();
        assert_eq!((&closing["stubs"], &closing["unused"]), (&json!([]), &json!([])), "{key}");
    }
}

#[test]
fn a_stub_that_nobody_declared_gives_null_and_is_told_once() {
    let twice = || {
        Line::default().task("ZZZ99", &[], &[("a", "${x}"), ("b", "${a}")], &[]).task(
            "ECF02",
            &[("known", "k")],
            &[("c", "${known}")],
            &[],
        )
    };
    let (parameters, mut client) =
        shown(twice().wait(SHOW, &[("a", "${a}"), ("b", "${b}"), ("c", "${c}")], &[]).end(), json!({}));
    assert_eq!(parameters, json!({ "a": null, "b": null, "c": "k" }));
    assert_eq!(client.close()["stubs"], json!(["Task 0"]), "the other one reads nothing that is missing");
    let (parameters, mut client) = shown(
        Line::default()
            .task("WMA01", &[], &[("found", "${_candidatesFound}")], &[])
            .wait(SHOW, &[("is", "${found}")], &[])
            .end(),
        json!({}),
    );
    assert_eq!((&parameters["is"], &client.close()["stubs"]), (&json!(false), &json!([])), "the catalogue gives it");
}

#[test]
fn an_automatic_element_may_give_the_state_while_it_waits_next() {
    let line = Line::default().wait("INT01", &[], &[]).task("RRD01", &[], &[], &[]).wait("WBOR01", &[], &[]);
    let mut client = Client::new(line.wait("INT01", &[], &[]).end());
    client.open();
    client.start().ok();
    assert_eq!(client.state(), "ACTIVE");
    assert_eq!(client.go_on(json!({})).ok().object["state"], "REVIEW");
    client.world.advance(1_000).unwrap();
    assert_eq!(client.state(), "REVIEW");
    let approved = json!({ "instance": client.instance, "variables": { "reviewStatus": "APPROVED" } });
    assert_eq!(client.call("review-instance", approved).ok().object["state"], "ACTIVE");
}

#[test]
fn an_interactive_element_can_be_told_to_fail_and_writes_what_the_catalogue_says() {
    let definition = || {
        let line = Line::default().wait("CDF01", &[("formDataKey", "form1")], &[("go", "${cdfContinue}")]);
        line.wait(SHOW, &[("form", "${_customFormData.form1.a}"), ("go", "${go}")], &[]).end()
    };
    let mut client = Client::new(definition());
    client.open();
    client.start().ok();
    let screen = client.go_on(json!({ "values": { "a": 1 }, "cdfContinue": null })).ok();
    assert_eq!(screen.object["parameters"], json!({ "form": 1, "go": true }));

    let mut client = Client::new(definition());
    client.open().tell(json!({ "entries": [{ "key": "custom-data-form", "visits": { "every": { "outcome": "attempts-exceeded" } } }] }));
    client.start().ok();
    let end = client.go_on(json!({})).ok();
    assert_eq!(
        (&end.object["code"], &end.object["state"]),
        (&json!(770), &json!("COMPLETED_PROCESS_ERROR")),
        "nothing catches it"
    );
}

#[test]
fn what_a_step_was_told_holds_until_the_next_wait_state() {
    let mut client = Client::new(onboarding());
    client.open();
    client.start().ok();
    client.go_on(json!({})).ok();
    for code in [Some(748), None] {
        client.upload(image("")).ok();
        if code.is_some() {
            client.next(json!([{ "key": "face-quality", "visits": { "every": { "code": 748 } } }, { "key": "nobody", "visits": { "every": {} } }]));
        }
        assert_eq!(client.go_on(json!({})).ok().object.get("code").and_then(Value::as_i64), code);
    }
    assert_eq!(client.close()["unused"], json!(["nobody"]));
}

#[test]
fn a_script_that_asks_for_what_is_not_known_is_not_taken() {
    for (key, directive, problem) in [
        ("face-quality", json!({ "outcome": "qualityfailure" }), "did you mean `quality-failure`?"),
        ("Quality", json!({ "code": 1 }), "`Quality` has no outcome with the code 1"),
        ("capture-face", json!({ "outcome": "nothing" }), "`capture-face` has no outcome `nothing`"),
        ("somewhere", json!({ "set": { "a..b": 1 } }), "`a..b` is not a path"),
    ] {
        let mut client = Client::new(onboarding());
        let entries = json!([{ "key": key, "visits": { "every": directive } }]);
        let problems = client.world.tell_next(serde_json::from_value(entries).unwrap()).unwrap_err().join("\n");
        assert!(problems.contains(problem), "{problems}");
    }
}

/// A key that is the value of an input parameter is not known before the element runs.
#[test]
fn what_is_wrong_and_could_not_be_known_before_is_an_incident() {
    let mut client = Client::new(onboarding());
    client
        .open()
        .tell(json!({ "entries": [{ "key": "screening", "visits": { "every": { "outcome": "nonsense" } } }] }));
    client.start().ok();
    client.go_on(json!({})).ok();
    client.upload(image("")).ok();
    client.go_on(json!({})).ok();
    let end = client.go_on(json!({ "photoConfirmed": true })).ok();
    assert_eq!(end.object["state"], "COMPLETED_PROCESS_ERROR");
    let message = end.object["message"].as_str().unwrap();
    assert!(message.contains("`cloud-function` has no outcome `nonsense`"), "{message}");
}

#[test]
fn the_finalizer_takes_the_first_rule_that_holds() {
    for (variables, state) in [
        (json!({}), "COMPLETED_ENDED_SUCCESS"),
        (json!({ "_decision": "FAIL" }), "COMPLETED_ENDED_ERROR"),
        (json!({ "_decision": "PASS" }), "COMPLETED_ENDED_SUCCESS"),
    ] {
        let mut client = Client::new(Line::default().end());
        client.open().tell(json!({ "start": variables }));
        assert_eq!(client.start().ok().object["state"], state);
    }
    let check = || Line::default().task("CFQ01", &[("faceKey", "f")], &[], &["FailedFaceQuality"]).end();
    for (decision, state) in [(None, "COMPLETED_ENDED_ERROR"), (Some("PASS"), "COMPLETED_ENDED_SUCCESS")] {
        let mut client = Client::new(check());
        client.open().tell(json!({
            "start": { "_decision": decision },
            "entries": [{ "key": "face-quality", "visits": { "every": { "code": 748 } } }]
        }));
        let end = client.start().ok();
        assert_eq!((&end.object["state"], &end.object["code"]), (&json!(state), &json!(748)));
    }
}
