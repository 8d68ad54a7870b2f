//! A walk through each role.

use serde_json::json;

use super::support::{BASE, Client, NOW, catalogue, image, onboarding};

#[test]
fn a_session_is_opened() {
    let mut client = Client::new(onboarding());
    let bearer = client.call("issue-bearer", json!({ "key": super::support::KEY })).ok();
    assert_eq!((bearer.status, &bearer.object["ttl"]), (200, &json!(1_800)));
    client.log_in();

    let token = client.create_token(json!({ "description": "text", "parameters": { "a": 1 } }));
    assert_eq!(token.status, 201);
    let id = token.object["id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 26);
    let body = token.body.unwrap();
    for (field, value) in [
        ("name", json!("one")),
        ("description", json!("text")),
        ("processDefnName", json!("onboarding")),
        ("type", json!("UNLIMITED")),
        ("maxProcessDuration", json!("PT48H")),
        ("parameters", json!({ "a": 1 })),
        ("counter", json!(0)),
        ("tenantId", json!("simulator")),
        ("createdDtm", json!(NOW)),
        ("lastUpdatedDtm", json!(NOW)),
        ("startProcessAddress", json!(format!("{BASE}/processInstances?tn=simulator&pt={id}"))),
    ] {
        assert_eq!(body[field], value, "{field}");
    }

    let created = client.call("create-instance", json!({ "token": id }));
    assert_eq!(created.status, 201);
    let instance = created.object["instance"].as_str().unwrap().to_owned();
    let start = format!("http%3A%2F%2Fengine.test/api/process-server/startProcess%3Fpi%3D{instance}");
    let redirect = created.object["redirect"].as_str().unwrap().replace("%2Fapi%2F", "/api/");
    assert!(redirect.replace("%2F", "/").contains(&start.replace("%2F", "/")), "{redirect}");

    client.world.advance(1_500).unwrap();
    let read = client.call("read-instance", json!({ "instance": instance })).ok();
    assert_eq!(
        read.body.unwrap(),
        json!({
            "id": instance, "tenantId": "simulator", "processDefnId": "USLDYSMWDL5SG62CJT4J62MJTQ", "processDefnName": "onboarding", "processDefnVersion": 1,
            "createdAt": NOW, "elapsedMilliseconds": 1_500, "status": "PENDING"
        })
    );
}

#[test]
fn a_walk_leads_through_a_failure_to_the_end() {
    let mut client = Client::new(onboarding());
    client.open();
    let screen = client.start().ok();
    assert_eq!(
        (screen.at(), &screen.object["state"], &screen.object["language"]),
        ("Introduction", &json!("ACTIVE"), &json!("de"))
    );
    assert_eq!(screen.object["parameters"]["stepId"], "introduction");
    assert_eq!(screen.object["element"]["skyId"], "INT01");

    let screen = client.go_on(json!({ "activities": null })).ok();
    assert_eq!((screen.at(), &screen.object["timeout"]), ("Capture Face Image", &json!(270)));
    assert_eq!(screen.object["parameters"]["owner"], "Ada", "the parameters of the token are variables");
    client.world.advance(30_001).unwrap();
    let again = client.start().ok();
    assert_eq!(
        (again.at(), &again.object["timeout"]),
        ("Capture Face Image", &json!(240)),
        "starting again only tells"
    );

    assert_eq!(client.upload(image("flowproof: quality=802")).status, 204);
    let failed = client.go_on(json!({})).ok();
    assert_eq!((failed.at(), &failed.object["code"]), ("Capture Face Image", &json!(802)));
    assert_eq!(failed.object["message"], "The face image is not good enough");
    assert!(client.start().object.get("code").is_none(), "the failure belongs to the request that caused it");

    client.upload(image("clear")).ok();
    let confirm = client.go_on(json!({})).ok();
    assert_eq!((confirm.at(), confirm.object.get("code")), ("Confirm Face Image", None));
    assert_eq!(client.go_on(json!({})).ok().at(), "Capture Face Image", "an absent confirmation is none");
    client.upload(image("clear")).ok();
    client.go_on(json!({})).ok();
    let end = client.go_on(json!({ "photoConfirmed": true })).ok();
    assert_eq!(end.object["state"], "COMPLETED_ENDED_SUCCESS");
    assert_eq!(end.object["parameters"]["stepId"], "thank-you");
    assert_eq!(client.start().ok().object["state"], "COMPLETED_ENDED_SUCCESS");
    assert_eq!(client.state(), "COMPLETED_ENDED_SUCCESS");

    let closing = client.close();
    assert_eq!(closing["stubs"], json!(["Screen the name"]));
    let moves = closing["moves"].as_array().unwrap();
    assert_eq!(moves[0]["request"], "c-start");
    assert_eq!(moves[0]["kind"], json!({ "entered": { "node": "Start", "visit": 1 } }));
    assert!(moves.iter().any(|one| one["kind"]["error"]["code"] == "FailedFaceQuality"));
}

#[test]
fn a_timer_ends_the_process_as_terminated_and_redirects() {
    let mut client = Client::new(onboarding());
    client.log_in();
    let parameters =
        json!({ "_redirectUrl": "https://a.test/", "timeoutRedirectUrl": "https://late.test/", "name": "x" });
    let token = client.create_token(json!({ "parameters": parameters })).ok();
    let created = client.call("create-instance", json!({ "token": token.object["id"] })).ok();
    client.instance = created.object["instance"].as_str().unwrap().to_owned();
    client.start().ok();
    client.go_on(json!({})).ok();
    client.world.advance(269_999).unwrap();
    assert_eq!(client.state(), "ACTIVE");
    client.world.advance(1).unwrap();
    assert_eq!(client.state(), "COMPLETED_TERMINATED");
    assert_eq!(client.start().ok().object["redirect"], "https://late.test/");
}

#[test]
fn uploads_are_kept_with_their_facts() {
    let mut client = Client::new(onboarding());
    client.open().tell(json!({ "start": { "_faces.other": 1 } }));
    client.start().ok();
    client.go_on(json!({})).ok();
    client.upload(image("one")).ok();
    client.upload(image("two")).ok();
    // What is stored can be seen where an expression reads it.
    let definition = super::support::Line::default()
        .wait("CFE01", &[], &[("seen", "${_faces.face1.captures['1'].comment}")])
        .wait("CCFI01", &[("seen", "${seen}"), ("last", "${_faces.face1.currentCapture.width}")], &[])
        .end();
    let mut client = Client::new(definition);
    client.open();
    client.start().ok();
    client.upload(image("one")).ok();
    client.upload(image("two")).ok();
    let screen = client.go_on(json!({})).ok();
    assert_eq!(screen.object["parameters"], json!({ "seen": "one", "last": 3 }));
}

#[test]
fn other_names_and_places_on_the_wire_change_nothing() {
    let edits = [
        (
            "body: { format: json, fields: { image: /image, format: /format } }",
            "body: { format: multipart, fields: { image: /picture, format: /kind } }",
        ),
        ("element.name: /activity/name", "element.name: /where/names/0"),
        ("state: /status", "state: /condition"),
        ("bearer: /token", "bearer: /credentials/0/jwt"),
        ("code: /code", "code: /error/number"),
        ("query: { pi: instance }", "headers: { X-Instance: instance }"),
    ];
    let mut client = Client::with(catalogue(&edits), onboarding());
    client.open();
    client.start().ok();
    client.go_on(json!({})).ok();
    client.upload(image("flowproof: quality=748")).ok();
    let failed = client.go_on(json!({})).ok();
    assert_eq!((failed.at(), &failed.object["code"]), ("Capture Face Image", &json!(748)));
    assert_eq!(failed.body.unwrap()["error"]["number"], 748);
}

/// Real exports of the designer begin with a wait state or tell why they cannot go on; never anything else.
#[test]
#[ignore = "needs third-party data"]
fn real_exports_begin() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bpmn");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "bpmn") {
            continue;
        }
        let mut client = Client::new(super::support::definition(&std::fs::read_to_string(&path).unwrap()));
        client.open();
        let screen = client.start().ok();
        let state = screen.object["state"].as_str().unwrap();
        assert!(state == "ACTIVE" || screen.object["message"].is_string(), "{}: {screen:?}", path.display());
        seen += 1;
    }
    assert!(seen > 0);
}
