//! Documents: chosen, captured, judged, confirmed.

use std::sync::Arc;

use flowproof::catalogue::WireAnswer;
use flowproof::process::Definition;
use serde_json::{Value, json};

use super::support::{Answer, BASE, Client, Line, catalogue, definition, image, params};

fn documents() -> Arc<Definition> {
    definition(include_str!("../corpus/simulator/documents.bpmn"))
}

/// A client whose process asks for the document.
fn choosing(told: Value) -> Client {
    let mut script = json!({ "start": { "documentKey": "doc1" } });
    script.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
    let mut client = Client::new(documents());
    client.open().tell(script);
    assert_eq!(client.start().ok().at(), "Select Document Type");
    client
}

fn choose(client: &mut Client, document: Value, country: Value) -> Answer {
    client.go_on(json!({ "documentType": document, "countryCode": country }))
}

fn capturing(told: Value) -> Client {
    let mut client = choosing(told);
    assert_eq!(choose(&mut client, json!("PASSPORT"), json!("au")).ok().at(), "Capture Document Image - Front");
    client
}

fn upload(client: &mut Client, side: &str, comment: &str) -> Answer {
    let mut params = params(json!({ "instance": client.instance, "subject": "doc1", "side": side }));
    params.insert("image".to_owned(), image(comment));
    client.send("upload-document", params)
}

/// Uploads a front and goes on.
fn capture(client: &mut Client, comment: &str) -> Answer {
    upload(client, "FRONT", comment).ok();
    client.go_on(json!({})).ok()
}

fn code(answer: &Answer) -> Option<i64> {
    answer.object.get("code").and_then(Value::as_i64)
}

#[test]
fn what_an_element_does_not_offer_is_refused_and_it_waits_on() {
    let mut client = choosing(json!({}));
    for (document, country, problem) in [
        (json!("OTHER"), json!("au"), "`documentType` must be one of DRIVERS_LICENSE, ID_CARD, PASSPORT"),
        (json!("passport"), json!("au"), "`documentType` must be one of"),
        (json!(5), json!("au"), "`documentType` must be text"),
        (json!(null), json!("au"), "`documentType` is missing"),
        (json!("PASSPORT"), json!("us"), "`countryCode` must be one of au, de"),
        (json!("PASSPORT"), json!("xx"), "`countryCode` must be a country code of two letters"),
        (json!("PASSPORT"), json!("AUS"), "`countryCode` must be a country code of two letters"),
        (json!("PASSPORT"), json!(""), "`countryCode` must be a country code of two letters"),
    ] {
        let answer = choose(&mut client, document, country);
        let invalid = &client.catalogue.wire.reasons["invalid"];
        assert_eq!(answer.refusal(), (invalid.status, invalid.code), "{answer:?}");
        let message = answer.object["message"].as_str().unwrap();
        assert!(message.contains(problem), "{message}");
        assert_eq!(client.start().ok().at(), "Select Document Type");
    }
    assert_eq!(choose(&mut client, json!("PASSPORT"), json!("AU")).ok().at(), "Capture Document Image - Front");
}

/// A list that is absent or empty restricts nothing.
#[test]
fn an_element_that_lists_nothing_takes_everything_of_the_type() {
    let empty = "<camunda:list></camunda:list>";
    let line = Line::default().wait("SDT01", &[("documentTypes", empty)], &[]).wait("CCFI01", &[], &[]);
    let mut client = Client::new(line.end());
    client.open();
    client.start().ok();
    assert_eq!(choose(&mut client, json!("LIBRARY_CARD"), json!("xx")).status, 400);
    assert_eq!(choose(&mut client, json!("LIBRARY_CARD"), json!("nz")).ok().at(), "Task 1");
}

#[test]
fn a_document_is_captured_and_confirmed_or_captured_again() {
    let mut client = capturing(json!({}));
    let confirm = capture(&mut client, "clear");
    assert_eq!((confirm.at(), code(&confirm)), ("Confirm Document Image", None));
    let seen = &confirm.object["parameters"];
    assert_eq!(
        (&seen["type"], &seen["country"], &seen["side"], &seen["copied"], &seen["accepted"]),
        (&json!("PASSPORT"), &json!("au"), &json!("FRONT"), &json!(false), &json!(true))
    );
    assert_eq!(client.go_on(json!({})).ok().at(), "Capture Document Image - Front", "not confirmed");
    capture(&mut client, "clear");
    let end = client.go_on(json!({ "documentConfirmed": true })).ok();
    assert_eq!(end.object["state"], "COMPLETED_ENDED_SUCCESS");
}

#[test]
fn another_document_can_be_chosen_without_an_upload() {
    let mut client = capturing(json!({}));
    for left_out in [json!({}), json!({ "changeDocument": false }), json!({ "changeDocument": "true" })] {
        let missing = &client.catalogue.wire.reasons["missing-upload"];
        let (status, code) = (missing.status, missing.code);
        assert_eq!(client.go_on(left_out).refusal(), (status, code));
    }
    assert_eq!(client.go_on(json!({ "changeDocument": true })).ok().at(), "Select Document Type");
    assert_eq!(choose(&mut client, json!("ID_CARD"), json!("de")).ok().at(), "Capture Document Image - Front");
    let confirm = capture(&mut client, "clear");
    assert_eq!(confirm.object["parameters"]["type"], "ID_CARD");
}

#[test]
fn an_upload_must_be_of_the_document_and_side_that_is_asked_for() {
    let mut client = capturing(json!({}));
    let refused = upload(&mut client, "BACK", "clear");
    let reason = &client.catalogue.wire.reasons["not-waiting"];
    assert_eq!(refused.refusal(), (reason.status, reason.code));
    assert!(refused.object["message"].as_str().unwrap().contains("`side` must be `FRONT`"), "{refused:?}");
    let mut other = params(json!({ "instance": client.instance, "subject": "doc2", "side": "FRONT" }));
    other.insert("image".to_owned(), image("clear"));
    let refused = client.send("upload-document", other);
    assert!(refused.object["message"].as_str().unwrap().contains("`subject` must be `doc1`"), "{refused:?}");
    assert_eq!(client.go_on(json!({})).status, 409, "nothing was uploaded");
    upload(&mut client, "FRONT", "clear").ok();
}

#[test]
fn a_document_is_judged_by_what_its_comment_says() {
    for (comment, failure, at, screen) in [
        ("flowproof: quality=bad", 761, "Capture Document Image - Front", "instructions"),
        ("flowproof: type=ID_CARD", 765, "Select Document Type", "document-type-selection"),
        ("flowproof: screen-replay", 763, "Capture Document Image - Front", "preview"),
    ] {
        let mut client = capturing(json!({}));
        let failed = capture(&mut client, comment);
        assert_eq!((failed.at(), code(&failed)), (at, Some(failure)), "{comment}");
        assert_eq!(failed.object["parameters"]["screenId"], screen, "{comment}");
        let again = client.start().ok();
        assert_eq!(again.object["parameters"]["screenId"], screen, "as long as it waits");
        client.go_on(json!({ "changeDocument": true, "documentType": "PASSPORT", "countryCode": "au" })).ok();
        assert_ne!(client.start().object["parameters"]["screenId"], "preview");
    }
    let mut client = capturing(json!({}));
    assert_eq!(capture(&mut client, "flowproof: type=PASSPORT").at(), "Confirm Document Image", "as chosen");
}

/// The screen is one that the element knows, else the element shows its own.
#[test]
fn an_error_screen_that_the_element_does_not_list_is_not_shown() {
    let edited = documents_with("<camunda:value>preview</camunda:value>", "");
    let mut client = Client::new(edited);
    client.open().tell(json!({ "start": { "documentKey": "doc1" } }));
    client.start().ok();
    choose(&mut client, json!("PASSPORT"), json!("au")).ok();
    assert_eq!(capture(&mut client, "flowproof: screen-replay").object["parameters"]["screenId"], "capture");
}

fn documents_with(from: &str, to: &str) -> Arc<Definition> {
    let text = include_str!("../corpus/simulator/documents.bpmn");
    assert!(text.contains(from));
    definition(&text.replace(from, to))
}

#[test]
fn failures_are_counted_and_the_last_one_exceeds() {
    let mut client = capturing(json!({}));
    for counted in 1..3 {
        let failed = capture(&mut client, "flowproof: screen-replay");
        assert_eq!((failed.at(), code(&failed)), ("Capture Document Image - Front", Some(763)), "{counted}");
    }
    let end = capture(&mut client, "flowproof: screen-replay");
    assert_eq!((code(&end), &end.object["state"]), (Some(764), &json!("COMPLETED_ENDED_ERROR")));

    let mut client = capturing(json!({}));
    capture(&mut client, "flowproof: screen-replay");
    capture(&mut client, "flowproof: screen-replay");
    let passed = capture(&mut client, "clear");
    assert_eq!((passed.at(), &passed.object["parameters"]["counted"]), ("Confirm Document Image", &json!(2)));
}

/// `maxAttempts` is 1 and exceeding raises nothing.
#[test]
fn a_check_that_raises_nothing_tells_what_it_found() {
    let mut client = capturing(json!({}));
    let confirm = capture(&mut client, "flowproof: black-and-white-copy");
    assert_eq!((confirm.at(), code(&confirm)), ("Confirm Document Image", None));
    assert_eq!(confirm.object["parameters"]["copied"], true);
}

#[test]
fn every_check_of_a_document_or_face_has_a_mark() {
    for (check, mark, error) in [
        ("CFQ01", "quality=748", "FailedFaceQuality"),
        ("CFQ01", "quality=802", "FailedFaceQuality"),
        ("FLA01", "liveness=failed", "FailedFaceLiveness"),
        ("FTG01", "template=failed", "FailedTemplateGeneration"),
        ("FMG01", "face-mismatch", "FailedDocumentFaceMatching"),
        ("CDQ01", "quality=bad", "FailedDocumentQuality"),
        ("DPREG7102", "processing=failed", "FailedDocumentProcessing"),
        ("ADT01", "type=ID_CARD", "FailedAcceptableDoc"),
        ("SCR02", "screen-replay", "FailedScreenReplay"),
        ("BWD01", "black-and-white-copy", "FailedDocumentBlackAndWhiteDetection"),
        ("CLD02", "color-copy", "FailedDocumentColorCopy"),
        ("PCD01", "paper-copy", "FailedPaperCopy"),
        ("PSU02", "photo-substitution", "FailedPhotoSubstitutionDetection"),
        ("PSD01", "portrait-substitution", "FailedPortraitSubstitution"),
    ] {
        let inputs = &[("faceKey", "face1"), ("docKey", "doc1")];
        for (comment, raised) in [(format!("flowproof: {mark}"), true), ("flowproof: nothing".to_owned(), false)] {
            let choose = Line::default().wait("SDT01", &[("docKey", "doc1")], &[]);
            let capture = choose.wait("CFE01", &[], &[]).wait("CDOF01", &[], &[]);
            let mut client = Client::new(capture.task(check, inputs, &[], &[error]).wait("CCFI01", &[], &[]).end());
            client.open();
            client.start().ok();
            client.go_on(json!({ "documentType": "PASSPORT", "countryCode": "au" })).ok();
            client.upload(image(&comment)).ok();
            client.go_on(json!({})).ok();
            upload(&mut client, "FRONT", &comment).ok();
            let answer = client.go_on(json!({})).ok();
            assert_eq!(answer.object["state"] == "ACTIVE", !raised, "{check} {comment}: {answer:?}");
        }
    }
}

#[test]
fn a_type_that_the_process_defines_counts_as_chosen() {
    let inputs = &[("docKey", "doc1"), ("documentType", "ID_CARD"), ("countryCode", "us")];
    let outputs = &[("_documentType", "${documentType}"), ("_documentCountry", "${countryCode}")];
    let process = || {
        let line = Line::default().task("DDT01", inputs, outputs, &[]).wait("CDOF01", &[], &[]);
        let check = line.task("ADT01", &[("docKey", "doc1")], &[("ok", "${docAccepted}")], &["FailedAcceptableDoc"]);
        check.wait("CCFI01", &[("is", "${_documentType}"), ("in", "${_documentCountry}"), ("ok", "${ok}")], &[]).end()
    };
    for (comment, state) in
        [("flowproof: type=ID_CARD", "ACTIVE"), ("flowproof: type=PASSPORT", "COMPLETED_ENDED_ERROR")]
    {
        let mut client = Client::new(process());
        client.open();
        client.start().ok();
        upload(&mut client, "FRONT", comment).ok();
        let answer = client.go_on(json!({})).ok();
        assert_eq!(answer.object["state"], state);
        if state == "ACTIVE" {
            assert_eq!(answer.object["parameters"], json!({ "is": "ID_CARD", "in": "us", "ok": true }));
        }
        assert_eq!(client.close()["stubs"], json!([]));
    }
}

/// The engine's own error screen stands in the screen's own place on the wire.
#[test]
fn other_names_on_the_wire_change_nothing() {
    let edits = [
        (
            "body: { format: json, fields: { image: /image, format: /format } }",
            "body: { format: multipart, fields: { image: /scan, format: /kind } }",
        ),
        ("/api/process-server/documents/{subject}/{side}", "/v2/{side}/of/{subject}"),
        ("parameters.screenId: /screenId", "parameters.screenId: /ui/screen"),
        ("        failure:\n          status: 200", "        failure:\n          status: 422"),
    ];
    let mut client = Client::with(catalogue(&edits), documents());
    client.open().tell(json!({ "start": { "documentKey": "doc1" } }));
    client.start().ok();
    choose(&mut client, json!("PASSPORT"), json!("au")).ok();
    upload(&mut client, "FRONT", "flowproof: quality=bad").ok();
    let failed = client.go_on(json!({}));
    assert_eq!((failed.status, failed.at(), code(&failed)), (422, "Capture Document Image - Front", Some(761)));
    assert_eq!(failed.object["parameters"]["screenId"], "instructions");
    assert_eq!(failed.body.unwrap()["ui"]["screen"], "instructions");
    let request =
        client.request("upload-document", &params(json!({ "instance": "i", "subject": "d", "side": "FRONT" })));
    let WireAnswer { status, .. } = client.world.handle(&request, BASE);
    assert_eq!(status, 400, "the file is missing");
}
