//! The simulator over a loopback socket.

use std::sync::Arc;
use std::time::Duration;

use flowproof::catalogue::{Catalogue, Media, WireBody, WireRequest};
use flowproof::script::{FaultKind, Faults, Latency};
use flowproof::simulator::{HANDSHAKE, Simulator, SimulatorConfig, WORLD_HEADER, bound};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use reqwest::{Client as Http, Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::support::{Client, catalogue, config, image, onboarding, params};

/// A simulator that is served, and one world of it.
struct Served {
    http: Http,
    base: String,
    catalogue: Arc<Catalogue>,
    simulator: Arc<Simulator>,
    /// Writes requests; its own world is not used.
    writer: Client,
}

/// Serves a simulator while `walk` runs.
fn served(catalogue: Arc<Catalogue>, walk: impl AsyncFnOnce(&mut Served)) {
    served_with(config(catalogue, vec![("onboarding".to_owned(), onboarding())]), walk);
}

fn served_with(config: SimulatorConfig, walk: impl AsyncFnOnce(&mut Served)) {
    let catalogue = Arc::clone(&config.catalogue);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let simulator = Arc::new(Simulator::new(config.clone()));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(Arc::clone(&simulator).serve(listener, async {
            let _ = stopped.await;
        }));
        // Another test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Http::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let writer = Client::in_world("writer", config);
        let mut served = Served { http, base, catalogue, simulator, writer };
        walk(&mut served).await;
        drop(served);
        stop.send(()).unwrap();
        serving.await.unwrap().unwrap();
    });
}

impl Served {
    async fn control(&self, world: &str, method: Method, path: &str, body: &str) -> (StatusCode, Value) {
        let url = format!("{}{HANDSHAKE}{path}", self.base);
        let request = self.http.request(method, url).header(WORLD_HEADER, world).body(body.to_owned());
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// Sends what the catalogue writes, and reads the answer through it.
    async fn call(&mut self, world: &str, exchange: &str, params: flowproof::catalogue::Params) -> (u16, Value) {
        let WireRequest { method, url, headers, body } = self.writer.request(exchange, &params);
        let url = url.replace(super::support::BASE, &self.base);
        let mut request = self.http.request(method.parse().unwrap(), url).header(WORLD_HEADER, world);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request = match body {
            WireBody::None => request,
            WireBody::Json(body) => request.json(&body),
            WireBody::Multipart(parts) => {
                let form = parts.into_iter().fold(reqwest::multipart::Form::new(), |form, part| match part.value {
                    flowproof::catalogue::PartValue::Text(text) => form.text(part.name, text),
                    flowproof::catalogue::PartValue::File(media) => {
                        let file = reqwest::multipart::Part::bytes(media.bytes.to_vec()).file_name(media.name);
                        form.part(part.name, file.mime_str(&media.media).unwrap())
                    }
                });
                request.multipart(form)
            }
        };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.bytes().await.unwrap();
        let exchange = self.catalogue.wire.exchange(exchange).unwrap();
        let body = match () {
            () if body.is_empty() => Value::Null,
            () if exchange.answers_text(status) => String::from_utf8(body.to_vec()).unwrap().into(),
            () => serde_json::from_slice(&body).unwrap(),
        };
        (status, self.catalogue.wire.read_answer(exchange, status, &body))
    }

    async fn walk(&mut self, world: &str) {
        let (status, answer) = self.call(world, "issue-bearer", params(json!({ "key": super::support::KEY }))).await;
        assert_eq!(status, 200);
        self.writer.bearer = answer["bearer"].as_str().map(str::to_owned);
        let token =
            json!({ "name": "one", "process": "onboarding", "status": "ACTIVE", "parameters": { "name": "Ada" } });
        let (_, token) = self.call(world, "create-token", params(token)).await;
        let start = token["start-address"].as_str().unwrap();
        assert!(start.starts_with(&self.base), "{start}");
        let (_, created) = self.call(world, "create-instance", params(json!({ "token": token["id"] }))).await;
        let instance = json!({ "instance": created["instance"] });
        let (_, screen) = self.call(world, "start", params(instance.clone())).await;
        assert_eq!(screen["element"]["name"], "Introduction");
        self.call(world, "continue", params(instance.clone())).await;
        let mut upload = params(json!({ "instance": created["instance"], "subject": "face1" }));
        upload.insert("image".to_owned(), image("flowproof: quality=748"));
        assert_eq!(self.call(world, "upload-face", upload.clone()).await.0, 204);
        let (_, failed) = self.call(world, "continue", params(instance.clone())).await;
        assert_eq!((&failed["code"], &failed["element"]["name"]), (&json!(748), &json!("Capture Face Image")));

        let told = json!([{ "key": "face-quality", "visits": { "each": [{ "outcome": "success" }] } }]).to_string();
        assert_eq!(self.control(world, Method::POST, "/next", &told).await, (StatusCode::OK, json!({})));
        self.call(world, "upload-face", upload).await;
        let (_, confirm) = self.call(world, "continue", params(instance.clone())).await;
        assert_eq!(confirm["element"]["name"], "Confirm Face Image");
        let confirmed = json!({ "instance": created["instance"], "variables": { "photoConfirmed": true } });
        let (_, end) = self.call(world, "continue", params(confirmed)).await;
        assert_eq!(end["state"], "COMPLETED_ENDED_SUCCESS");
    }
}

#[test]
fn a_walk_over_http() {
    served(catalogue(&[]), async |served| {
        let script = json!({ "entries": [
            { "key": "screening", "visits": { "every": { "set": { "screened": true } } } },
            { "key": "never", "visits": { "every": {} } }
        ] });
        assert_eq!(served.control("w.1", Method::POST, "/script", &script.to_string()).await.0, StatusCode::OK);
        served.walk("w.1").await;
        let (_, closing) = served.control("w.1", Method::POST, "/close", "").await;
        assert_eq!((&closing["unused"], &closing["stubs"]), (&json!(["never"]), &json!([])));
        assert_eq!(closing["moves"][0]["request"], "c-start");
        assert_eq!(served.simulator.open_worlds(), 0);
        let (status, closing) = served.control("w.1", Method::POST, "/close", "").await;
        assert_eq!((status, &closing["moves"]), (StatusCode::OK, &json!([])), "the world is forgotten");
        // Nothing went wrong on this walk, so that there is no incident to be told.
        served.walk("w.2").await;
        let (_, closing) = served.control("w.2", Method::POST, "/close", r#"{"moves":"incidents"}"#).await;
        assert_eq!(closing["moves"], json!([]));
    });
}

#[test]
fn a_walk_with_other_names_and_multipart() {
    let json_image = "body: { format: json, fields: { image: /image, format: /format } }";
    let edits = [
        (json_image, "body: { format: multipart, fields: { image: /picture, format: /kind } }"),
        ("element.name: /activity/name", "element.name: /where/names/0"),
        ("bearer: /token", "bearer: /credentials/0/jwt"),
        ("code: /code", "code: /error/number"),
        ("path: /api/process-server/continue", "path: /v9/on"),
    ];
    served(catalogue(&edits), async |served| served.walk("w").await);
}

/// What a run uploads before its scenarios is there in all of them, and gone when the run is over.
#[test]
fn definitions_are_kept_for_the_worlds_below_until_they_are_forgotten() {
    served(catalogue(&[]), async |served| {
        let text = include_str!("../corpus/simulator/asking.bpmn");
        let log_in = async |served: &mut Served, world: &str| {
            let (_, answer) = served.call(world, "issue-bearer", params(json!({ "key": super::support::KEY }))).await;
            served.writer.bearer = answer["bearer"].as_str().map(str::to_owned);
        };
        let token =
            |number: u32| params(json!({ "name": number.to_string(), "process": "asking", "status": "ACTIVE" }));
        log_in(served, "run").await;
        let mut upload = params(json!({ "name": "asking" }));
        upload.insert("definition".to_owned(), Media::of_bytes("asking.bpmn", text.as_bytes().to_vec()).into());
        let (status, created) = served.call("run", "create-definition", upload).await;
        assert_eq!(status, 201);
        let definition = params(json!({ "definition": created["id"] }));
        assert_eq!(served.call("run", "deploy-definition", definition.clone()).await.0, 200);
        let (_, file) = served.call("run", "read-definition-file", definition).await;
        assert_eq!(file["text"], text);
        let keep = r#"{"keep_definitions":true}"#;
        assert_eq!(served.control("run", Method::POST, "/close", keep).await.0, StatusCode::OK);
        log_in(served, "run-1").await;
        assert_eq!(served.call("run-1", "create-token", token(1)).await.0, 201);
        log_in(served, "other-1").await;
        assert_eq!(served.call("other-1", "create-token", token(1)).await.0, 400);
        assert_eq!(served.control("run", Method::POST, "/close", "{}").await.0, StatusCode::OK);
        log_in(served, "run-1").await;
        assert_eq!(served.call("run-1", "create-token", token(2)).await.0, 400);
    });
}

#[test]
fn the_handshake_tells_what_is_served() {
    served(catalogue(&[]), async |served| {
        let (status, told) = served.control("w", Method::GET, "", "").await;
        assert_eq!(status, StatusCode::OK);
        let expected = json!({ "flowproof": "simulator", "version": 1, "faults": false, "catalogue": "trustx", "processes": ["onboarding"] });
        assert_eq!(told, expected);
        assert_eq!(served.simulator.open_worlds(), 0, "asking opens no world");
    });
}

#[test]
fn the_clock_is_moved_by_request() {
    served(catalogue(&[]), async |served| {
        let now = served.control("w", Method::POST, "/clock", r#"{"advance":"PT4M30S"}"#).await;
        assert_eq!(now, (StatusCode::OK, json!({ "now": "2026-03-01T12:04:30.250Z" })));
        let other = served.control("v", Method::POST, "/clock", r#"{"advance":"250ms"}"#).await;
        assert_eq!(other.1["now"], "2026-03-01T12:00:00.500Z");
    });
}

#[test]
fn what_the_control_api_cannot_read_is_said() {
    served(catalogue(&[]), async |served| {
        let deep = "[".repeat(100);
        for (method, path, body, status, message) in [
            (Method::POST, "/script", "{", 400, "the body cannot be read as JSON"),
            (Method::POST, "/script", r#"{"starts":{}}"#, 400, "unknown field `starts`, expected `start` or `entries`"),
            (Method::POST, "/script", r#"{"start":{"a..b":1}}"#, 400, "`a..b` is not a path"),
            (Method::POST, "/script", &deep, 400, "nested more than 64 levels deep"),
            (Method::POST, "/next", r#"[{"key":"x","visits":{"often":{}}}]"#, 400, "expected `every` or `each`"),
            (
                Method::POST,
                "/next",
                r#"[{"key":"face-quality","visits":{"every":{"outcome":"x"}}}]"#,
                400,
                "`face-quality` has no outcome `x`",
            ),
            (Method::POST, "/clock", r#"{"advance":"soon"}"#, 400, "`advance`: it is no length of time"),
            (Method::POST, "/clock", r#"{"advance":"P1Y"}"#, 400, "`advance`: "),
            (Method::POST, "/clock", "{}", 400, "missing field `advance`"),
            (Method::GET, "/close", "", 405, "takes POST"),
            (Method::POST, "/close", r#"{"keep":true}"#, 400, "unknown field `keep`, expected `keep_definitions`"),
            (
                Method::POST,
                "/close",
                r#"{"moves":"few"}"#,
                400,
                "unknown variant `few`, expected one of `all`, `short`, `incidents`",
            ),
            (Method::POST, "", "", 405, "takes GET"),
            (Method::GET, "/nowhere", "", 404, "has no `/_flowproof/nowhere`"),
        ] {
            let (found, answer) = served.control("w", method, path, body).await;
            let error = answer["error"].as_str().unwrap_or_default();
            assert_eq!((found.as_u16(), error.contains(message)), (status, true), "{path} {body}: {answer}");
        }
        for world in ["", "a b", "é", &"x".repeat(65)] {
            let (status, answer) = served.control(world, Method::GET, "", "").await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{world}: {answer}");
        }
        assert_eq!(served.control(&"x".repeat(64), Method::GET, "", "").await.0, StatusCode::OK);
    });
}

#[test]
fn bodies_are_bounded_and_must_be_readable() {
    served(catalogue(&[]), async |served| {
        let url = format!("{}/api/process-server/continue", served.base);
        let send = |body: Vec<u8>| served.http.post(&url).header("content-type", "application/json").body(body).send();
        let answer = send(vec![b' '; bound::MAX_BODY_BYTES + 1]).await.unwrap();
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let body: Value = answer.json().await.unwrap();
        assert!(body["message"].as_str().unwrap().contains("16777216 bytes"), "{body}");
        assert_eq!(send(b"{\"variables\":".to_vec()).await.unwrap().status(), StatusCode::BAD_REQUEST);
        assert_eq!(send("[".repeat(65).into_bytes()).await.unwrap().status(), StatusCode::BAD_REQUEST);
        let unparted = served.http.post(&url).header("content-type", "multipart/form-data; boundary=x").body("garbage");
        assert_eq!(unparted.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
        assert_eq!(send(vec![b' '; 10]).await.unwrap().status(), StatusCode::NOT_FOUND, "no body, so no instance");
    });
}

#[test]
fn there_is_a_bound_on_worlds() {
    served(catalogue(&[]), async |served| {
        for number in 0..bound::MAX_WORLDS {
            served.simulator.open(&number.to_string()).unwrap();
        }
        let full = served.control("one-too-many", Method::POST, "/script", "{}").await;
        assert_eq!(full.0, StatusCode::SERVICE_UNAVAILABLE);
        assert!(full.1["error"].as_str().unwrap().starts_with("20000 worlds are open"), "{}", full.1);
        assert_eq!(served.control("7", Method::POST, "/close", "").await.0, StatusCode::OK);
        assert_eq!(served.control("one-too-many", Method::POST, "/script", "{}").await.0, StatusCode::OK);
    });
}

/// Whatever stands in a request, it is answered, and what came before it still stands.
#[test]
fn odd_parameters_are_answered_over_the_wire() {
    served(catalogue(&[]), async |served| {
        served.walk("odd").await;
        let mut runner = TestRunner::deterministic();
        let (mut refused, mut taken) = (0, 0);
        for _ in 0..400 {
            let odd = super::properties::odd().new_tree(&mut runner).unwrap().current();
            let Some((exchange, params)) = super::properties::of_odd(odd, &served.writer) else { continue };
            // An exchange whose whole URL is a parameter may lead anywhere.
            if !served.writer.request(&exchange, &params).url.starts_with(super::support::BASE) {
                continue;
            }
            let (status, _) = served.call("odd", &exchange, params).await;
            assert!((200..500).contains(&status), "{exchange} is answered with {status}");
            if status < 300 { taken += 1 } else { refused += 1 }
        }
        assert!(refused > 100 && taken > 0, "{refused} were refused and {taken} taken");
        let key = params(json!({ "key": super::support::KEY }));
        assert_eq!(served.call("odd", "issue-bearer", key).await.0, 200);
    });
}

/// What becomes of requests on a bad night: its kinds, as the client meets them.
#[test]
fn faults_are_what_was_asked_for() {
    let faults =
        Faults { seed: 3, cut: 0.3, unavailable: 0.3, retry_after: Duration::from_millis(1_500), ..Faults::default() };
    let expected: Vec<Option<FaultKind>> =
        (1..=40).map(|number| faults.of("scenarios/a.yaml", 2, number).kind).collect();
    let mut config = config(catalogue(&[]), vec![("onboarding".to_owned(), onboarding())]);
    config.faults = Some(faults);
    served_with(config, async |served| {
        let (status, proof) = served.control("w", Method::GET, "", "").await;
        assert_eq!((status, &proof["faults"]), (StatusCode::OK, &true.into()));
        let introduction = json!({ "scenario": "scenarios/a.yaml", "attempt": 2 }).to_string();
        assert_eq!(served.control("w", Method::POST, "/scenario", &introduction).await.0, StatusCode::OK);
        let mut came = Vec::new();
        for _ in &expected {
            let url = format!("{}/nowhere", served.base);
            came.push(match served.http.get(url).header(WORLD_HEADER, "w").send().await {
                // Whether the head arrives before the connection breaks is up to the transport.
                Err(_) => "cut",
                Ok(answer) if answer.status() == StatusCode::SERVICE_UNAVAILABLE => {
                    assert_eq!(answer.headers()["retry-after"], "2", "seconds, rounded up");
                    "unavailable"
                }
                Ok(answer) => {
                    if answer.bytes().await.is_ok() {
                        "answered"
                    } else {
                        "cut"
                    }
                }
            });
        }
        let expected: Vec<&str> = expected
            .iter()
            .map(|kind| match kind {
                Some(FaultKind::Cut { .. }) => "cut",
                Some(FaultKind::Unavailable) => "unavailable",
                None => "answered",
            })
            .collect();
        assert_eq!(came, expected);
        assert!(["cut", "unavailable", "answered"].iter().all(|kind| came.contains(kind)));
        assert_eq!(served.control("w", Method::POST, "/scenario", "{}").await.0, StatusCode::BAD_REQUEST);
    });
}

#[test]
fn latency_moves_the_clock_of_the_world() {
    let latency = Latency { median: Duration::from_secs(60), p99: Duration::from_secs(60) };
    let mut config = config(catalogue(&[]), vec![("onboarding".to_owned(), onboarding())]);
    config.faults = Some(Faults { latency: Some(latency), ..Faults::default() });
    served_with(config, async |served| {
        let now = async |served: &Served| served.control("w", Method::POST, "/clock", r#"{"advance":"0s"}"#).await.1;
        let before = now(served).await;
        for _ in 0..2 {
            let request = served.http.get(format!("{}/nowhere", served.base)).header(WORLD_HEADER, "w");
            assert_eq!(request.send().await.unwrap().status(), StatusCode::NOT_FOUND);
        }
        let moment = |answer: &Value| answer["now"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        let passed = moment(&now(served).await).duration_since(moment(&before));
        assert_eq!(passed, jiff::SignedDuration::from_secs(120));
    });
}
