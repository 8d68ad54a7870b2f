//! Every reason to refuse, with the status and code that the catalogue gives it.

use flowproof::catalogue::{self, Media, WireBody};
use flowproof::simulator::{Reason, bound};
use serde_json::{Value, json};

use super::support::{Answer, BASE, Client, catalogue, config, image, onboarding};

/// A client whose instance is created.
fn opened() -> Client {
    let mut client = Client::new(onboarding());
    client.open();
    client
}

fn at_capture() -> Client {
    let mut client = opened();
    client.start().ok();
    client.go_on(json!({})).ok();
    client
}

#[track_caller]
fn refused(client: &Client, answer: &Answer, reason: &str) {
    let expected = &client.catalogue.wire.reasons[reason];
    assert_eq!(answer.refusal(), (expected.status, expected.code), "{answer:?}");
    assert!(answer.object["message"].as_str().unwrap().starts_with(&expected.message), "{answer:?}");
}

#[test]
fn the_reasons_are_those_of_the_catalogue_language() {
    let names: Vec<&str> = Reason::ALL.iter().map(|reason| reason.name()).collect();
    assert_eq!(names, catalogue::REASONS);
}

#[test]
fn unknown_key() {
    let mut client = Client::new(onboarding());
    for values in [json!({}), json!({ "key": "other" }), json!({ "key": "" })] {
        let answer = client.call("issue-bearer", values);
        refused(&client, &answer, "unknown-key");
    }
}

#[test]
fn configured_keys_replace_the_catalogue_s() {
    let mut config = config(catalogue(&[]), Vec::new());
    config.keys = vec!["a".to_owned(), "b".to_owned()];
    let mut client = Client::in_world("w", config);
    client.call("issue-bearer", json!({ "key": "b" })).ok();
    let answer = client.call("issue-bearer", json!({ "key": super::support::KEY }));
    refused(&client, &answer, "unknown-key");
}

#[test]
fn missing_credential() {
    let mut client = Client::new(onboarding());
    let answer = client.create_token(json!({}));
    refused(&client, &answer, "missing-credential");
    for unreadable in ["", "x", "a.b.c"] {
        client.bearer = Some(unreadable.to_owned());
        let answer = client.create_token(json!({}));
        refused(&client, &answer, "missing-credential");
    }
    let mut request = client.log_in().request("create-token", &super::support::params(json!({})));
    request.headers.last_mut().unwrap().1 = format!("Basic {}", client.bearer.clone().unwrap());
    assert_eq!(client.world.handle(&request, BASE).status, 401);
}

#[test]
fn bad_signature() {
    let mut client = Client::new(onboarding());
    let mut config = config(catalogue(&[]), Vec::new());
    config.secret = [8; 32];
    let mut other = Client::in_world("w", config);
    client.bearer = other.log_in().bearer.clone();
    let answer = client.create_token(json!({}));
    refused(&client, &answer, "bad-signature");
}

#[test]
fn expired() {
    let mut client = Client::new(onboarding());
    client.log_in();
    client.world.advance(1_799_999).unwrap();
    client.create_token(json!({})).ok();
    client.world.advance(1).unwrap();
    let answer = client.create_token(json!({ "name": "two" }));
    refused(&client, &answer, "expired");
    client.log_in().create_token(json!({ "name": "two" })).ok();
}

#[test]
fn credentials_are_needed_everywhere_when_that_is_strict() {
    let mut config = config(catalogue(&[]), vec![("onboarding".to_owned(), onboarding())]);
    config.strict_credentials = true;
    let mut client = Client::in_world("w", config);
    client.open();
    client.start().ok();
    client.bearer = None;
    let answer = client.start();
    refused(&client, &answer, "missing-credential");
    client.log_in().start().ok();
    let mut lax = opened();
    lax.bearer = Some("nonsense".to_owned());
    lax.start().ok();
}

#[test]
fn invalid() {
    let mut client = Client::new(onboarding());
    client.log_in();
    let answer = client.call("create-token", json!({ "name": "x".repeat(51), "status": "OFF", "max-count": 0 }));
    refused(&client, &answer, "invalid");
    let message = answer.object["message"].as_str().unwrap();
    for problem in
        ["`name` is longer than 50", "`status` must be", "`max-count` is less than 1", "`process` is missing"]
    {
        assert!(message.contains(problem), "{message}");
    }
    let answer = client.create_token(json!({ "not-before": "yesterday" }));
    refused(&client, &answer, "invalid");
    let mut request = client.request("create-token", &super::support::params(json!({})));
    request.body = WireBody::Json(json!([1]));
    assert_eq!(client.world.handle(&request, BASE).status, 400);
}

#[test]
fn invalid_uploads() {
    let mut client = at_capture();
    let empty = client.upload(Media::of_bytes("a.jpg", Vec::new()).into());
    refused(&client, &empty, "invalid");
    let missing = client.upload(Value::Null.into());
    refused(&client, &missing, "invalid");
    let undecodable = client.upload("*".into());
    refused(&client, &undecodable, "invalid");
    let garbage = client.upload(Media::of_bytes("a.jpg", b"garbage".to_vec()).into());
    refused(&client, &garbage, "invalid");
}

#[test]
fn the_bounds_of_a_world() {
    let mut client = Client::new(onboarding());
    client.log_in();
    for number in 0..bound::MAX_TOKENS {
        client.create_token(json!({ "name": number.to_string() })).ok();
    }
    let answer = client.create_token(json!({ "name": "one too many" }));
    refused(&client, &answer, "invalid");
    assert!(answer.object["message"].as_str().unwrap().contains("1000 tokens"));
    assert!(client.world.advance(bound::MAX_ADVANCE_MS + 1).unwrap_err().contains("366 days"));
}

#[test]
fn unknown_process() {
    let mut client = Client::new(onboarding());
    let answer = client.log_in().create_token(json!({ "process": "other" }));
    refused(&client, &answer, "unknown-process");
}

#[test]
fn duplicate_name() {
    let mut client = Client::new(onboarding());
    client.log_in().create_token(json!({})).ok();
    let answer = client.create_token(json!({}));
    refused(&client, &answer, "duplicate-name");
    client.create_token(json!({ "name": "two" })).ok();
}

#[test]
fn unknown_token() {
    let mut client = Client::new(onboarding());
    let answer = client.log_in().call("create-instance", json!({ "token": "NONE" }));
    refused(&client, &answer, "unknown-token");
}

/// Creates a token with these fields, and an instance with it.
fn with_token(client: &mut Client, fields: Value) -> Answer {
    let token = client.create_token(fields).ok();
    client.call("create-instance", json!({ "token": token.object["id"] }))
}

#[test]
fn inactive_token() {
    let mut client = Client::new(onboarding());
    let answer = with_token(client.log_in(), json!({ "status": "INACTIVE" }));
    refused(&client, &answer, "inactive-token");
}

#[test]
fn exhausted_token() {
    let mut client = Client::new(onboarding());
    let fields = json!({ "type": "MULTI_USE_COUNT_LIMITED", "max-count": 2 });
    let token = client.log_in().create_token(fields).ok().object["id"].clone();
    client.call("create-instance", json!({ "token": token })).ok();
    client.call("create-instance", json!({ "token": token })).ok();
    let answer = client.call("create-instance", json!({ "token": token }));
    refused(&client, &answer, "exhausted-token");
    let unlimited = json!({ "name": "two", "max-count": 1 });
    let token = client.create_token(unlimited).ok().object["id"].clone();
    client.call("create-instance", json!({ "token": token })).ok();
    client.call("create-instance", json!({ "token": token })).ok();
}

#[test]
fn early_and_late_token() {
    let mut client = Client::new(onboarding());
    let fields = json!({
        "type": "MULTI_USE_TIME_LIMITED", "not-before": "2026-03-01T12:10:00.250Z", "not-after": "2026-03-01T12:20:00.250Z"
    });
    let token = client.log_in().create_token(fields).ok().object["id"].clone();
    let mut create = |advance: u64| {
        client.world.advance(advance).unwrap();
        client.call("create-instance", json!({ "token": token }))
    };
    let (early, first, last, late) = (create(599_999), create(1), create(600_000), create(1));
    refused(&client, &early, "early-token");
    first.ok();
    last.ok();
    refused(&client, &late, "late-token");
}

#[test]
fn unknown_instance() {
    let mut client = opened();
    client.instance = "NONE".to_owned();
    for exchange in ["read-instance", "start", "continue"] {
        let answer = client.call(exchange, json!({ "instance": "NONE" }));
        refused(&client, &answer, "unknown-instance");
    }
    let answer = client.upload(image(""));
    refused(&client, &answer, "unknown-instance");
}

#[test]
fn not_started() {
    let mut client = opened();
    let (answer, upload) = (client.go_on(json!({})), client.upload(image("")));
    refused(&client, &answer, "not-started");
    refused(&client, &upload, "not-started");
}

#[test]
fn not_waiting() {
    let mut client = opened();
    client.start().ok();
    let answer = client.upload(image(""));
    refused(&client, &answer, "not-waiting");
}

#[test]
fn missing_upload() {
    let mut client = at_capture();
    let answer = client.go_on(json!({}));
    refused(&client, &answer, "missing-upload");
    client.upload(image("flowproof: quality=748")).ok();
    client.go_on(json!({})).ok();
    let answer = client.go_on(json!({}));
    refused(&client, &answer, "missing-upload");
}

#[test]
fn ended() {
    let mut client = at_capture();
    client.world.advance(270_000).unwrap();
    let (answer, upload) = (client.go_on(json!({})), client.upload(image("")));
    refused(&client, &answer, "ended");
    refused(&client, &upload, "ended");
}

#[test]
fn not_found() {
    let mut client = opened();
    for (method, url) in [("GET", "/nowhere"), ("DELETE", "/api/process-server/continue"), ("GET", "")] {
        let mut request = client.request("start", &super::support::params(json!({})));
        (request.method, request.url) = (method.to_owned(), url.to_owned());
        let answer = client.world.handle(&request, BASE);
        assert_eq!((answer.status, &answer.body.unwrap()["code"]), (404, &json!(1)), "{method} {url}");
    }
}
