use std::io::{self, Write};

use flowproof::event::{
    BodyRecord, Difference, DifferenceKind, Event, EventKind, Excerpt, ExchangeRecord, ExpectationRecord, GuardsRecord,
    Held, Problem, RequestRecord, ResponseRecord, Section, StepRecord, Summary, TargetRecord, VERSION, Verdict,
    WalkRecord,
};
use serde_json::{Value, json};

/// Where it all happens.
const HOST: &str = "https://acme-test.example.org";
/// What each scenario does, with the screen that answers.
const STEPS: [(&str, &str); 10] = [
    ("issue-bearer", "token"),
    ("create-token", "token"),
    ("create-instance", "instance"),
    ("start", "introduction"),
    ("introduction", "consent"),
    ("consent", "document-front"),
    ("scan-front", "document-back"),
    ("scan-back", "portrait"),
    ("portrait", "preview"),
    ("preview", "finished"),
];

/// Tells of a night: so many scenarios of ten steps each, of which about one in fifty fails, and some are flaky or skipped.
///
/// # Errors
/// If it cannot be written.
pub fn night(scenarios: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut night = Night { out, summary: Summary::default() };
    night.tell(
        None,
        EventKind::RunStarted {
            version: VERSION,
            flowproof: env!("CARGO_PKG_VERSION").to_owned(),
            run: "3d83c787".to_owned(),
            seed: 1_563_916_371,
            target: TargetRecord { name: "staging".to_owned(), simulator: false, base_url: HOST.to_owned() },
            scenarios,
            jobs: 16,
            partition: None,
            guards: GuardsRecord {
                hosts: vec!["acme-test.example.org".to_owned()],
                per_second: Some(20.0),
                in_flight: Some(16),
                mutations: Some(500_000),
                breaker: Some(20),
                ..GuardsRecord::default()
            },
        },
    )?;
    for number in 0..scenarios {
        night.scenario(number)?;
    }
    let summary = night.summary.clone();
    night.tell(None, EventKind::RunFinished { summary, millis: scenarios as f64 * 91.7 })
}

struct Night<'a> {
    out: &'a mut dyn Write,
    summary: Summary,
}

/// A scenario of the night.
struct Walker<'a, 'b> {
    night: &'a mut Night<'b>,
    number: usize,
    attempt: u32,
    id: String,
}

impl Night<'_> {
    fn tell(&mut self, scenario: Option<&str>, kind: EventKind) -> io::Result<()> {
        let event = Event { at: "2026-11-24T02:00:27.536Z".to_owned(), scenario: scenario.map(str::to_owned), kind };
        self.summary.add(&event);
        serde_json::to_writer(&mut *self.out, &event)?;
        self.out.write_all(b"\n")
    }

    fn scenario(&mut self, number: usize) -> io::Result<()> {
        let id = format!("scenarios/area-{:02}/walk-{:05}.yaml#{}", number % 37, number / 5, number % 5 + 1);
        if number % 211 == 7 {
            return self.skipped(&id);
        }
        let failing = number % 50 == 3;
        let flaky = !failing && number % 307 == 11;
        let mut walker = Walker { night: self, number, attempt: 1, id };
        if flaky {
            walker.begins()?;
            let problems = walker.walks(Some(Trouble::Cut))?;
            walker.retried(problems)?;
            walker.attempt = 2;
        }
        walker.begins()?;
        let trouble = failing.then(|| [Trouble::Status, Trouble::Body, Trouble::Cut][number / 50 % 3]);
        let problems = walker.walks(trouble)?;
        walker.ends(problems, flaky)
    }

    fn skipped(&mut self, id: &str) -> io::Result<()> {
        let reason = Some("the camera service is being replaced".to_owned());
        self.tell(Some(id), finished(Verdict::Skipped, Vec::new(), reason, 1))
    }
}

/// What can go wrong.
#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    Status,
    Body,
    Cut,
}

impl Walker<'_, '_> {
    fn tell(&mut self, kind: EventKind) -> io::Result<()> {
        let id = self.id.clone();
        self.night.tell(Some(&id), kind)
    }

    /// An identifier that no other scenario has.
    fn made(&self, salt: u64) -> String {
        let mut state = (self.number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt;
        let letter = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(state >> 59) as usize])
        };
        (0..26).map(letter).collect()
    }

    fn begins(&mut self) -> io::Result<()> {
        let number = self.number;
        self.tell(EventKind::ScenarioStarted {
            title: format!(
                "Applicant {number} walks with document {} and is {}",
                number % 13,
                ["accepted", "asked again", "reviewed"][number % 3]
            ),
            tags: vec!["nightly".to_owned(), ["face", "document", "consent"][number % 3].to_owned()],
            process: Some(["onboarding", "renewal"][number % 2].to_owned()),
            owner: Some(["team-capture", "team-flow", "team-review"][number % 3].to_owned()),
            covers: Vec::new(),
            case: None,
            role: None,
            attempt: self.attempt,
            fingerprint: Some(format!("{:064x}", number as u128 * 0x1234_5678_9abc_def1)),
        })
    }

    /// Walks to the end, or to where something goes wrong.
    fn walks(&mut self, trouble: Option<Trouble>) -> io::Result<Vec<Problem>> {
        for (at, (activity, screen)) in STEPS.iter().enumerate() {
            let step = at as u32 + 1;
            let here = trouble.filter(|_| at == 6 + self.number % 3);
            self.step(step, activity)?;
            self.exchange(step, activity, screen, here)?;
            if here == Some(Trouble::Cut) {
                let message = format!(
                    "POST {HOST}/continue?pi={}: the connection broke before the answer was there",
                    self.made(1)
                );
                let problem = self.problem("run/cut", Verdict::Errored, message, step);
                self.ended(step, Verdict::Errored)?;
                return Ok(vec![problem]);
            }
            let outcome = "success".to_owned();
            let kind =
                EventKind::OutcomeRead { step, activity: (*activity).to_owned(), outcome, code: None, status: 200 };
            self.tell(kind)?;
            if at < 4 {
                self.ended(step, Verdict::Passed)?;
                continue;
            }
            let problems = self.judged(step, activity, here)?;
            if !problems.is_empty() {
                self.ended(step, Verdict::Failed)?;
                return Ok(problems);
            }
            self.ended(step, Verdict::Passed)?;
        }
        Ok(Vec::new())
    }

    fn excerpt(&self, step: u32) -> Excerpt {
        let before = STEPS[step as usize - 2].0;
        let here = STEPS[step as usize - 1].0;
        let first = format!("  - activity: {before}\n");
        let text = format!("{first}  - activity: {here}\n    expect: {{ outcome: success }}");
        let file = self.id.split('#').next().unwrap_or_default().to_owned();
        let start = first.len() + 4;
        let line = step as usize * 2;
        Excerpt { file, line, column: 5, first_line: line - 1, text, start, end: start + 10 + here.len() }
    }

    fn step(&mut self, number: u32, activity: &str) -> io::Result<()> {
        let (section, excerpt) = match number {
            1..=4 => (Section::Session, None),
            _ => (Section::Steps, Some(self.excerpt(number))),
        };
        let step = StepRecord {
            number,
            section,
            within: None,
            id: None,
            actor: None,
            kind: "activity".to_owned(),
            subject: activity.to_owned(),
            name: None,
            visit: 1,
        };
        self.tell(EventKind::StepStarted { step, excerpt })
    }

    fn exchange(&mut self, step: u32, activity: &str, screen: &str, trouble: Option<Trouble>) -> io::Result<()> {
        let (instance, id) = (self.made(1), format!("3d83c787-{}-{step}", self.number + 1));
        let url = format!("{HOST}/api/process-server/continue?pi={instance}");
        let sent =
            json!({ "variables": { "step": activity, "consentGiven": true, "reference": self.made(u64::from(step)) } });
        let status = if trouble == Some(Trouble::Status) { 503 } else { 200 };
        let came = if status == 503 {
            json!({ "error": "unavailable", "message": "the service is being restarted", "node": self.number % 4 })
        } else {
            self.screen(&instance, screen, trouble)
        };
        let curl = format!(
            "curl -X POST '{url}' -H 'Authorization: Bearer '\"$FLOWPROOF_BEARER\" -H 'x-flowproof-id: {id}' -H 'content-type: application/json' --data-raw '{sent}'"
        );
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![
            header("Authorization", "Bearer [secret:bearer]"),
            header("x-flowproof-id", &id),
            header("content-type", "application/json"),
        ];
        let json = |value: Value| BodyRecord::Json { bytes: value.to_string().len() as u64, value };
        let response = (trouble != Some(Trouble::Cut)).then(|| ResponseRecord {
            status,
            headers: vec![
                header("content-type", "application/json"),
                header("date", "Tue, 24 Nov 2026 02:00:27 GMT"),
                header("x-request-id", &self.made(u64::from(step) + 100)),
            ],
            body: json(came),
        });
        let error = response.is_none().then(|| flowproof::event::TransportError {
            phase: flowproof::event::ErrorPhase::Cut,
            message: "the connection broke before the whole answer was there".to_owned(),
        });
        let exchange = ExchangeRecord {
            name: "continue".to_owned(),
            attempt: 1,
            request: RequestRecord { id, method: "POST".to_owned(), url, headers, body: json(sent), curl },
            response,
            error,
            millis: 20.0 + (self.number * 7 + step as usize * 13) as f64 % 71.3,
            first_byte_millis: Some(18.5 + (self.number * 7 + step as usize * 13) as f64 % 71.3),
        };
        self.tell(EventKind::Exchanged { step, exchange: Box::new(exchange) })
    }

    fn screen(&self, instance: &str, screen: &str, trouble: Option<Trouble>) -> Value {
        let state = if trouble == Some(Trouble::Body) { "SUSPENDED" } else { "ACTIVE" };
        json!({
            "processInstanceId": instance, "status": state, "stepId": screen, "screenId": screen, "screens": [screen],
            "language": "en", "timeoutInSeconds": 270,
            "parameters": { "screenId": screen, "screens": [screen], "stepId": screen, "cameraHeight": 720, "cameraWidth": 1280 },
            "activity": { "id": format!("{screen}_{}", self.number % 9), "name": format!("Shows {screen}") },
            "applicant": { "name": format!("Applicant {}", self.number), "reference": self.made(7), "score": self.number % 100 },
        })
    }

    fn judged(&mut self, step: u32, activity: &str, trouble: Option<Trouble>) -> io::Result<Vec<Problem>> {
        let expectation =
            |subject: &str, held, expected: &str, actual: Value, message: String, differences| ExpectationRecord {
                subject: subject.to_owned(),
                held,
                expected: expected.to_owned(),
                actual: Some(actual),
                message,
                differences,
                excerpt: Some(self.excerpt(step)),
            };
        let mut problems = Vec::new();
        let failed = trouble == Some(Trouble::Status);
        let came = if failed { "unavailable" } else { "success" };
        let held = if failed { Held::No } else { Held::Yes };
        let message = format!("`{activity}` gave `{came}`");
        let outcome = expectation("outcome", held, "`success`", json!(came), message.clone(), Vec::new());
        if failed {
            problems.push(self.problem(
                "expect/outcome",
                Verdict::Failed,
                format!("{message}, expected `success`"),
                step,
            ));
        }
        let broken = trouble == Some(Trouble::Body);
        let state = if broken { "SUSPENDED" } else { "ACTIVE" };
        let held = if broken { Held::No } else { Held::Yes };
        let message = format!("body $.status is \"{state}\", expected \"ACTIVE\"");
        let difference = Difference {
            path: "$".to_owned(),
            kind: DifferenceKind::Changed,
            expected: Some(json!("ACTIVE")),
            actual: Some(json!(state)),
        };
        let differences = if broken { vec![difference] } else { Vec::new() };
        let body = expectation("body $.status", held, "\"ACTIVE\"", json!(state), message.clone(), differences.clone());
        if broken {
            let mut problem = self.problem("expect/body", Verdict::Failed, message, step);
            problem.path = Some("$.status".to_owned());
            problem.differences = differences;
            problems.push(problem);
        }
        self.tell(EventKind::ExpectationJudged { step, expectation: outcome })?;
        self.tell(EventKind::ExpectationJudged { step, expectation: body })?;
        Ok(problems)
    }

    fn problem(&self, id: &str, verdict: Verdict, message: String, step: u32) -> Problem {
        Problem {
            id: id.to_owned(),
            verdict,
            message,
            step: Some(step),
            excerpt: Some(self.excerpt(step)),
            notes: vec!["the target says: try again later".to_owned()],
            differences: Vec::new(),
            path: None,
            values: Vec::new(),
            standing: None,
        }
    }

    fn ended(&mut self, step: u32, verdict: Verdict) -> io::Result<()> {
        let millis = 21.0 + (self.number * 7 + step as usize * 13) as f64 % 71.3;
        self.tell(EventKind::StepFinished { step, verdict, millis })
    }

    fn retried(&mut self, problems: Vec<Problem>) -> io::Result<()> {
        self.tell(EventKind::ScenarioRetried {
            attempt: self.attempt,
            verdict: Verdict::Errored,
            pause: "PT1.25S".to_owned(),
            millis: 412.0,
            steps: 8,
            expectations: 8,
            requests: 8,
            retries: 0,
            mutations: 8,
            uploaded: 6_300,
            problems,
        })
    }

    fn ends(&mut self, problems: Vec<Problem>, flaky: bool) -> io::Result<()> {
        let verdict = problems.iter().map(|problem| problem.verdict).max().unwrap_or(Verdict::Passed);
        let mut kind = finished(verdict, problems, None, self.attempt);
        if let EventKind::ScenarioFinished { flaky: marked, millis, .. } = &mut kind {
            *marked = flaky;
            *millis = 300.0 + (self.number * 37 % 900) as f64;
        }
        self.tell(kind)
    }
}

fn finished(verdict: Verdict, problems: Vec<Problem>, reason: Option<String>, attempts: u32) -> EventKind {
    let skipped = verdict == Verdict::Skipped;
    let visit = |(activity, _): &(&str, &str)| WalkRecord {
        activity: (*activity).to_owned(),
        outcome: "success".to_owned(),
        code: None,
        actor: None,
    };
    EventKind::ScenarioFinished {
        verdict,
        flaky: false,
        millis: 0.0,
        steps: if skipped { 0 } else { 10 },
        expectations: if skipped { 0 } else { 12 },
        requests: if skipped { 0 } else { 10 },
        retries: 0,
        mutations: if skipped { 0 } else { 10 },
        uploaded: if skipped { 0 } else { 6_300 },
        attempts,
        walk: if skipped { Vec::new() } else { STEPS[4..].iter().map(visit).collect() },
        others: Vec::new(),
        problems,
        reason,
        role: None,
        known_failure: None,
        quarantine: None,
    }
}
