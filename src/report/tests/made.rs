//! Events as a run would tell them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::event::{
    BodyRecord, CaseRecord, Event, EventKind, Excerpt, ExchangeRecord, KnownFailureRecord, Problem, RequestRecord,
    ResponseRecord, Section, StepRecord, Summary, TargetRecord, TransportError, VERSION, Verdict, WalkRecord,
};
use crate::report::{Console, Look};

/// A run in the making.
pub(super) struct Made {
    pub events: Vec<Event>,
    summary: Summary,
}

/// A scenario in the making.
pub(super) struct Scenario<'a> {
    made: &'a mut Made,
    id: String,
    steps: u32,
    requests: u64,
    walk: Vec<WalkRecord>,
    problems: Vec<Problem>,
}

impl Made {
    pub fn of(scenarios: usize) -> Self {
        let mut made = Self { events: Vec::new(), summary: Summary::default() };
        made.tell(
            None,
            EventKind::RunStarted {
                version: VERSION,
                flowproof: "0.1.0".to_owned(),
                run: "3d83c787".to_owned(),
                seed: 42,
                target: TargetRecord {
                    name: "staging".to_owned(),
                    simulator: false,
                    base_url: "https://acme-test.example.org".to_owned(),
                },
                scenarios,
                jobs: 4,
                partition: None,
                guards: crate::event::GuardsRecord::default(),
            },
        );
        made
    }

    pub fn tell(&mut self, scenario: Option<&str>, kind: EventKind) {
        let at = "2026-11-24T02:00:27.536Z".to_owned();
        let event = Event { at, scenario: scenario.map(str::to_owned), kind };
        self.summary.add(&event);
        self.events.push(event);
    }

    pub fn scenario(&mut self, id: &str, title: &str) -> Scenario<'_> {
        self.attempt(id, title, 1)
    }

    pub fn attempt(&mut self, id: &str, title: &str, attempt: u32) -> Scenario<'_> {
        self.begin(id, title, attempt, None, None)
    }

    /// A case of a scenario that somebody looks after.
    pub fn case(&mut self, id: &str, title: &str, owner: &str, case: CaseRecord) -> Scenario<'_> {
        self.begin(id, title, 1, Some(owner.to_owned()), Some(Box::new(case)))
    }

    fn begin(
        &mut self,
        id: &str,
        title: &str,
        attempt: u32,
        owner: Option<String>,
        case: Option<Box<CaseRecord>>,
    ) -> Scenario<'_> {
        let kind = EventKind::ScenarioStarted {
            title: title.to_owned(),
            tags: vec![],
            process: Some("p".to_owned()),
            attempt,
            fingerprint: None,
            owner,
            covers: Vec::new(),
            case,
            role: None,
        };
        self.tell(Some(id), kind);
        Scenario { made: self, id: id.to_owned(), steps: 0, requests: 0, walk: vec![], problems: vec![] }
    }

    /// A scenario that passes after one visit.
    pub fn passing(&mut self, id: &str, title: &str) {
        let mut scenario = self.scenario(id, title);
        scenario.step("introduction");
        scenario.answered(json!({ "status": "ACTIVE" }));
        scenario.visited("introduction", "success", None);
        scenario.step_ends(Verdict::Passed);
        scenario.ends(Verdict::Passed);
    }

    pub fn skipped(&mut self, id: &str, reason: &str) {
        let kind = EventKind::ScenarioFinished {
            verdict: Verdict::Skipped,
            flaky: false,
            millis: 0.0,
            steps: 0,
            expectations: 0,
            requests: 0,
            retries: 0,
            mutations: 0,
            uploaded: 0,
            attempts: 1,
            walk: vec![],
            others: vec![],
            problems: vec![],
            reason: Some(reason.to_owned()),
            role: None,
            known_failure: None,
            quarantine: None,
        };
        self.tell(Some(id), kind);
    }

    pub fn ended(mut self, millis: f64) -> Self {
        let summary = self.summary.clone();
        self.tell(None, EventKind::RunFinished { summary, millis });
        self
    }

    /// What the console makes of it.
    pub fn text(&self, look: Look) -> String {
        let written = Written::default();
        let mut console = Console::new(look, Box::new(written.clone()));
        for event in &self.events {
            console.event(event);
        }
        console.finish().expect("memory can be written");
        written.text()
    }
}

impl Scenario<'_> {
    pub fn tell(&mut self, kind: EventKind) {
        self.made.tell(Some(&self.id), kind);
    }

    pub fn step(&mut self, activity: &str) {
        self.steps += 1;
        let step = StepRecord {
            number: self.steps,
            section: Section::Steps,
            within: None,
            id: None,
            actor: None,
            kind: "activity".to_owned(),
            subject: activity.to_owned(),
            name: None,
            visit: 1,
        };
        self.tell(EventKind::StepStarted { step, excerpt: None });
    }

    fn exchanged(&mut self, response: Option<ResponseRecord>, error: Option<TransportError>) {
        self.requests += 1;
        let exchange = ExchangeRecord {
            name: "continue".to_owned(),
            attempt: 1,
            request: RequestRecord {
                id: "3d83c787-1-8".to_owned(),
                method: "POST".to_owned(),
                url: "https://acme-test.example.org/api/continue?pi=QWABWPIFA5".to_owned(),
                headers: vec![("Authorization".to_owned(), "Bearer [secret:bearer]".to_owned())],
                body: BodyRecord::Json { value: json!({ "image": "(image/jpeg, 4711 bytes, sha256 ab12cd34ef56…)" }), bytes: 6300 },
                curl: "curl -X POST 'https://acme-test.example.org/api/continue?pi=QWABWPIFA5' -H 'Authorization: Bearer '\"$FLOWPROOF_BEARER\" --data-raw '{\"image\":\"'\"$(base64 < faces/clear.jpg | tr -d '\\n')\"'\"}'".to_owned(),
            },
            response,
            error,
            millis: 84.3,
            first_byte_millis: Some(80.1),
        };
        let step = self.steps;
        self.tell(EventKind::Exchanged { step, exchange: Box::new(exchange) });
    }

    pub fn answered(&mut self, body: Value) {
        let body = BodyRecord::Json { bytes: body.to_string().len() as u64, value: body };
        self.exchanged(Some(ResponseRecord { status: 200, headers: vec![], body }), None);
    }

    pub fn unanswered(&mut self, error: TransportError) {
        self.exchanged(None, Some(error));
    }

    pub fn visited(&mut self, activity: &str, outcome: &str, code: Option<i64>) {
        self.walk.push(WalkRecord { activity: activity.to_owned(), outcome: outcome.to_owned(), code, actor: None });
    }

    /// A problem of the step that runs.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(Problem { step: Some(self.steps), ..problem });
    }

    pub fn step_ends(&mut self, verdict: Verdict) {
        let step = self.steps;
        self.tell(EventKind::StepFinished { step, verdict, millis: 84.9 });
    }

    pub fn ends(self, verdict: Verdict) {
        self.ends_with(verdict, false, None);
    }

    pub fn ends_with(self, verdict: Verdict, flaky: bool, reason: Option<&str>) {
        self.end(verdict, flaky, reason, None);
    }

    /// Ends a scenario a failure of which is known.
    pub fn ends_known(self, verdict: Verdict, known: KnownFailureRecord) {
        self.end(verdict, false, None, Some(Box::new(known)));
    }

    fn end(
        mut self,
        verdict: Verdict,
        flaky: bool,
        reason: Option<&str>,
        known_failure: Option<Box<KnownFailureRecord>>,
    ) {
        let (walk, problems) = (std::mem::take(&mut self.walk), std::mem::take(&mut self.problems));
        let (requests, reason) = (self.requests, reason.map(str::to_owned));
        self.tell(EventKind::ScenarioFinished {
            verdict,
            flaky,
            millis: 1240.0,
            steps: u64::from(self.steps),
            expectations: 0,
            retries: 0,
            mutations: 0,
            uploaded: 0,
            attempts: 1,
            requests,
            walk,
            others: Vec::new(),
            problems,
            reason,
            role: None,
            known_failure,
            quarantine: None,
        });
    }
}

/// The place of `marked` in a scenario's file, its lines from `first_line` on.
pub(super) fn excerpt(text: &str, first_line: usize, marked: &str) -> Excerpt {
    let start = text.find(marked).expect("the marked text");
    let before = &text[..start];
    Excerpt {
        file: "scenarios/faces/blurred.yaml".to_owned(),
        line: first_line + before.matches('\n').count(),
        column: before.chars().rev().take_while(|c| *c != '\n').count() + 1,
        first_line,
        text: text.to_owned(),
        start,
        end: start + marked.len(),
    }
}

/// A problem that makes a scenario fail.
pub(super) fn failed(id: &str, message: &str, excerpt: Excerpt) -> Problem {
    Problem {
        id: id.to_owned(),
        verdict: Verdict::Failed,
        message: message.to_owned(),
        step: None,
        excerpt: Some(excerpt),
        notes: vec![],
        differences: vec![],
        path: None,
        values: vec![],
        standing: None,
    }
}

/// Memory that can be read while a report writes to it.
#[derive(Clone, Default)]
pub(super) struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no writer panics").clone()).expect("UTF-8")
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panics").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
