use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use flowproof::catalogue::{Catalogue, Media, ParamValue, Params, WireAnswer, WireRequest, embedded};
use flowproof::diagnostic::{Diagnostics, Style, frames};
use flowproof::process::Definition;
use flowproof::script::{Entry, Script};
use flowproof::simulator::{Setup, SimulatorConfig, World};
use flowproof::source::Sources;
use serde_json::{Value, from_value, json};

pub const BASE: &str = "http://engine.test";
pub const KEY: &str = "flowproof-simulator-key";
/// When the clocks of the tests start.
pub const NOW: &str = "2026-03-01T12:00:00.250Z";

/// The catalogue that ships, with replaced texts.
pub fn catalogue(edits: &[(&str, &str)]) -> Arc<Catalogue> {
    static SHIPPED: LazyLock<Arc<Catalogue>> = LazyLock::new(|| read(&[]));
    if edits.is_empty() { Arc::clone(&SHIPPED) } else { read(edits) }
}

fn read(edits: &[(&str, &str)]) -> Arc<Catalogue> {
    let mut text = embedded("trustx").unwrap().to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let mut sources = Sources::new();
    let file = sources.add("catalogue.yaml", text);
    let mut found = Diagnostics::new();
    let catalogue = Catalogue::read(&sources, file, &mut found);
    assert_eq!(frames(found.iter(), &sources, Style::Plain), "");
    Arc::new(catalogue.unwrap())
}

pub fn definition(xml: &str) -> Arc<Definition> {
    let mut sources = Sources::new();
    let file = sources.add("process.bpmn", xml);
    let (definition, found) = Definition::read(&sources, file);
    assert!(!found.has_errors(), "{}", frames(found.iter(), &sources, Style::Plain));
    Arc::new(definition.unwrap())
}

/// A small onboarding: introduction, a face loop with quality and liveness, a cloud function, a decision.
pub fn onboarding() -> Arc<Definition> {
    definition(include_str!("../corpus/simulator/onboarding.bpmn"))
}

pub fn config(catalogue: Arc<Catalogue>, definitions: Vec<(String, Arc<Definition>)>) -> SimulatorConfig {
    let counter = AtomicU64::new(1);
    SimulatorConfig {
        catalogue,
        definitions,
        keys: Vec::new(),
        strict_credentials: false,
        now: NOW.parse().unwrap(),
        secret: [7; 32],
        faults: None,
        entropy: Arc::new(move || u128::from(counter.fetch_add(1, Ordering::Relaxed)) << 64),
    }
}

/// A JPEG of 3 × 2 with a comment, as far as its header.
pub fn jpeg(comment: &str) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8, 0xff, 0xfe];
    file.extend_from_slice(&u16::try_from(comment.len() + 2).unwrap().to_be_bytes());
    file.extend_from_slice(comment.as_bytes());
    file.extend_from_slice(&[0xff, 0xc0, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0, 0xff, 0xd9]);
    file
}

pub fn image(comment: &str) -> ParamValue {
    Media::of_bytes("face.jpg", jpeg(comment)).into()
}

pub fn params(values: Value) -> Params {
    values.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.clone().into())).collect()
}

/// A world and a client of it that speaks the catalogue's wire.
pub struct Client {
    pub catalogue: Arc<Catalogue>,
    pub world: World,
    pub bearer: Option<String>,
    pub instance: String,
}

/// An answer, read through the catalogue.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Option<Value>,
    pub object: Value,
}

impl Answer {
    /// The code of the refusal and its status, as the catalogue says them.
    pub fn refusal(&self) -> (u16, i64) {
        (self.status, self.object["code"].as_i64().unwrap_or_default())
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{self:?}");
        self
    }

    pub fn at(&self) -> &str {
        self.object["element"]["name"].as_str().unwrap_or("nowhere")
    }
}

impl Client {
    pub fn new(definition: Arc<Definition>) -> Self {
        Self::with(catalogue(&[]), definition)
    }

    pub fn with(catalogue: Arc<Catalogue>, definition: Arc<Definition>) -> Self {
        let config = config(Arc::clone(&catalogue), vec![("onboarding".to_owned(), definition)]);
        Self::in_world("w", config)
    }

    pub fn in_world(id: &str, config: SimulatorConfig) -> Self {
        let catalogue = Arc::clone(&config.catalogue);
        let world = World::new(id, Arc::new(Setup::new(config)));
        Self { catalogue, world, bearer: None, instance: String::new() }
    }

    pub fn request(&self, exchange: &str, params: &Params) -> WireRequest {
        let exchange = self.catalogue.wire.exchange(exchange).unwrap();
        let mut request = exchange.write_request(BASE, params).unwrap();
        request.headers.push(("x-flowproof-id".to_owned(), format!("c-{}", exchange.name.value)));
        if let Some(bearer) = &self.bearer {
            request.headers.push(("authorization".to_owned(), format!("bearer {bearer}")));
        }
        request
    }

    pub fn send(&mut self, exchange: &str, params: Params) -> Answer {
        let request = self.request(exchange, &params);
        let WireAnswer { status, body, .. } = self.world.handle(&request, BASE);
        let exchange = self.catalogue.wire.exchange(exchange).unwrap();
        let object = self.catalogue.wire.read_answer(exchange, status, body.as_ref().unwrap_or(&Value::Null));
        Answer { status, body, object }
    }

    pub fn call(&mut self, exchange: &str, values: Value) -> Answer {
        self.send(exchange, params(values))
    }

    pub fn log_in(&mut self) -> &mut Self {
        let answer = self.call("issue-bearer", json!({ "key": KEY })).ok();
        self.bearer = answer.object["bearer"].as_str().map(str::to_owned);
        self
    }

    pub fn create_token(&mut self, more: Value) -> Answer {
        let mut values = json!({ "name": "one", "process": "onboarding", "status": "ACTIVE" });
        values.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.call("create-token", values)
    }

    /// Opens a session up to the instance, which is not started.
    pub fn open(&mut self) -> &mut Self {
        self.log_in();
        let token = self.create_token(json!({ "parameters": { "name": "Ada" } })).ok();
        let created = self.call("create-instance", json!({ "token": token.object["id"] })).ok();
        self.instance = created.object["instance"].as_str().unwrap().to_owned();
        self
    }

    pub fn tell(&mut self, script: Value) -> &mut Self {
        let script: Script = from_value(script).unwrap();
        self.world.tell(script).unwrap();
        self
    }

    pub fn next(&mut self, entries: Value) -> &mut Self {
        let entries: Vec<Entry> = from_value(entries).unwrap();
        self.world.tell_next(entries).unwrap();
        self
    }

    pub fn start(&mut self) -> Answer {
        self.call("start", json!({ "instance": self.instance }))
    }

    pub fn go_on(&mut self, variables: Value) -> Answer {
        self.call("continue", json!({ "instance": self.instance, "variables": variables }))
    }

    pub fn upload(&mut self, image: ParamValue) -> Answer {
        let mut params = params(json!({ "instance": self.instance, "subject": "face1" }));
        params.insert("image".to_owned(), image);
        self.send("upload-face", params)
    }

    pub fn state(&mut self) -> String {
        let answer = self.call("read-instance", json!({ "instance": self.instance })).ok();
        answer.object["state"].as_str().unwrap().to_owned()
    }

    /// What became of the world, as the control API says it.
    pub fn close(&mut self) -> Value {
        json!(self.world.close())
    }
}

/// Tasks one after the other, from a start to an end.
#[derive(Default)]
pub struct Line {
    tasks: Vec<String>,
    boundaries: String,
}

impl Line {
    /// An automatic task: a catalogue code, inputs and outputs; its errors lead to the end.
    pub fn task(self, code: &str, inputs: &[(&str, &str)], outputs: &[(&str, &str)], errors: &[&str]) -> Self {
        self.add(code, r#"camunda:delegateExpression="${x}""#, inputs, outputs, errors)
    }

    /// A task that waits.
    pub fn wait(self, code: &str, inputs: &[(&str, &str)], outputs: &[(&str, &str)]) -> Self {
        self.wait_or(code, inputs, outputs, &[])
    }

    /// A task that waits, whose errors lead to the end.
    pub fn wait_or(self, code: &str, inputs: &[(&str, &str)], outputs: &[(&str, &str)], errors: &[&str]) -> Self {
        self.add(code, r#"camunda:type="external" camunda:topic="t""#, inputs, outputs, errors)
    }

    fn add(
        mut self,
        code: &str,
        how: &str,
        inputs: &[(&str, &str)],
        outputs: &[(&str, &str)],
        errors: &[&str],
    ) -> Self {
        let index = self.tasks.len();
        let parameters = |kind: &str, all: &[(&str, &str)]| -> String {
            all.iter()
                .map(|(name, value)| {
                    format!(r#"<camunda:{kind}Parameter name="{name}">{value}</camunda:{kind}Parameter>"#)
                })
                .collect()
        };
        self.tasks.push(format!(
            r#"<bpmn:serviceTask id="T{index}" name="Task {index}" camunda:skyId="{code}" {how}><bpmn:extensionElements>
            <camunda:inputOutput>{}{}</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"#,
            parameters("input", inputs),
            parameters("output", outputs),
        ));
        for error in errors {
            self.boundaries += &format!(
                r#"<bpmn:boundaryEvent id="B{index}{error}" attachedToRef="T{index}"><bpmn:errorEventDefinition
                errorRef="{error}"/></bpmn:boundaryEvent>
                <bpmn:sequenceFlow id="F{index}{error}" sourceRef="B{index}{error}" targetRef="End"/>"#
            );
        }
        self
    }

    pub fn end(self) -> Arc<Definition> {
        let count = self.tasks.len();
        let flow = |index: usize| {
            let source = if index == 0 { "Start".to_owned() } else { format!("T{}", index - 1) };
            let target = if index == count { "End".to_owned() } else { format!("T{index}") };
            format!(r#"<bpmn:sequenceFlow id="S{index}" sourceRef="{source}" targetRef="{target}"/>"#)
        };
        definition(&format!(
            r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
            xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><bpmn:process id="p" isExecutable="true">
            <bpmn:startEvent id="Start"/><bpmn:endEvent id="End"/>{}{}{}</bpmn:process></bpmn:definitions>"#,
            self.tasks.concat(),
            self.boundaries,
            (0..=count).map(flow).collect::<String>(),
        ))
    }
}
