use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::body::capped;
use super::past::PastRun;
use super::shared::Shared;
use crate::event::{Event, EventKind, Excerpt, ExchangeRecord, Problem, StepRecord, Verdict};
use crate::report::StoredScenario;

/// Most steps of a scenario.
const MOST_STEPS: usize = 5_000;
/// Bytes of what happened in the steps of a scenario: of those with a problem, and of all others.
const TROUBLED: usize = 1 << 20;
const UNTROUBLED: usize = 512 << 10;
/// Bytes of one body: in a step with a problem, elsewhere in a scenario that did not pass, in one that passed.
const BODY_OF_TROUBLE: usize = 64 << 10;
const BODY_BESIDE: usize = 16 << 10;
const BODY_OF_PASSED: usize = 4 << 10;

/// Everything that the page shows of a scenario, as data. Its words are those of the events.
pub(super) fn detail(scenario: &StoredScenario, past: &[PastRun], shared: &mut Shared) -> Value {
    let mut teller = Teller {
        troubles: troubles(&scenario.events),
        sound: sound(&scenario.events),
        detail: Map::new(),
        attempts: Vec::new(),
        left: [UNTROUBLED, TROUBLED],
        shared,
    };
    teller.detail.insert("id".to_owned(), scenario.id.clone().into());
    for event in &scenario.events {
        teller.event(event);
    }
    let Teller { mut detail, mut attempts, shared, .. } = teller;
    let attempts = attempts.drain(..).map(|attempt| attempt.told(shared)).collect();
    detail.insert("attempts".to_owned(), Value::Array(attempts));
    if !past.is_empty() {
        detail.insert("past".to_owned(), value(past));
    }
    Value::Object(detail)
}

/// The steps that have a problem, attempt by attempt.
fn troubles(events: &[Event]) -> Vec<BTreeSet<u32>> {
    let problems = events.iter().filter_map(|event| match &event.kind {
        EventKind::ScenarioRetried { problems, .. } | EventKind::ScenarioFinished { problems, .. } => Some(problems),
        _ => None,
    });
    problems.map(|problems| problems.iter().filter_map(|problem| problem.step).collect()).collect()
}

/// Whether it passed, at once.
fn sound(events: &[Event]) -> bool {
    let passed = |event: &Event| {
        matches!(event.kind, EventKind::ScenarioFinished { verdict: Verdict::Passed, flaky: false, .. })
    };
    events.last().is_some_and(passed)
}

struct Teller<'a> {
    troubles: Vec<BTreeSet<u32>>,
    sound: bool,
    detail: Map<String, Value>,
    attempts: Vec<Attempt>,
    /// Bytes that may still be told of steps without and with a problem.
    left: [usize; 2],
    shared: &'a mut Shared,
}

#[derive(Default)]
struct Attempt {
    head: Map<String, Value>,
    began: Option<jiff::Timestamp>,
    steps: Vec<Step>,
    /// Places in `steps` by number.
    numbers: HashMap<u32, usize>,
    /// Steps that are left out.
    left_out: usize,
    /// What belongs to no step.
    events: Vec<Value>,
    /// The moves of tokens, by the request that caused them.
    moves: Vec<(Option<String>, Vec<Value>)>,
}

struct Step {
    head: Map<String, Value>,
    events: Vec<Value>,
    /// Events that are left out.
    left_out: usize,
}

impl Teller<'_> {
    fn event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::ScenarioStarted { covers, case, attempt, fingerprint, .. } => {
                let mut head = Map::new();
                head.insert("attempt".to_owned(), (*attempt).into());
                head.insert("at".to_owned(), event.at.clone().into());
                self.attempts.push(Attempt { head, began: event.at.parse().ok(), ..Attempt::default() });
                if !covers.is_empty() {
                    self.detail.insert("covers".to_owned(), value(covers));
                }
                if let Some(case) = case {
                    self.detail.insert("case".to_owned(), value(case));
                }
                if let Some(fingerprint) = fingerprint {
                    self.detail.insert("fingerprint".to_owned(), fingerprint.clone().into());
                }
            }
            EventKind::ScenarioRetried { problems, .. } => {
                let mut end = object(&event.kind);
                end.remove("attempt");
                end.insert("problems".to_owned(), self.problems(problems));
                self.attempt().head.append(&mut end);
            }
            EventKind::ScenarioFinished { problems, .. } => self.finished(&event.kind, problems),
            EventKind::StepStarted { step, excerpt } => self.step(event, step, excerpt.as_ref(), None),
            EventKind::StepSkipped { step, excerpt, condition } => {
                self.step(event, step, excerpt.as_ref(), Some(condition));
            }
            EventKind::StepFinished { step, verdict, millis } => {
                if let Some(step) = self.attempt().step(*step) {
                    step.head.insert("verdict".to_owned(), value(verdict));
                    step.head.insert("millis".to_owned(), rounded(*millis));
                }
            }
            EventKind::TokenMoved { request, movement, .. } => self.attempt().moved(request.as_deref(), movement),
            // It repeats what is told otherwise, or what nobody asked to see.
            EventKind::InstanceWalked { .. } => {}
            kind => self.happened(kind),
        }
    }

    fn finished(&mut self, kind: &EventKind, problems: &[Problem]) {
        let mut end = object(kind);
        for name in ["walk", "others", "reason", "role", "known_failure", "quarantine", "flaky", "attempts"] {
            if let Some(told) = end.remove(name) {
                self.detail.insert(name.to_owned(), told);
            }
        }
        // One that was skipped need not have begun.
        if self.attempts.is_empty() && problems.is_empty() {
            return;
        }
        end.insert("problems".to_owned(), self.problems(problems));
        self.attempt().head.append(&mut end);
    }

    fn step(&mut self, event: &Event, step: &StepRecord, excerpt: Option<&Excerpt>, condition: Option<&String>) {
        let mut head = object(step);
        if let Some(excerpt) = excerpt {
            let place = self.shared.place(text(excerpt));
            head.insert("excerpt".to_owned(), place.into());
        }
        if let Some(condition) = condition {
            head.insert("condition".to_owned(), condition.clone().into());
        }
        let attempt = self.attempt();
        let since = attempt.began.zip(event.at.parse::<jiff::Timestamp>().ok());
        if let Some((began, at)) = since {
            let millis = i64::try_from(at.duration_since(began).as_millis()).unwrap_or_default();
            head.insert("after".to_owned(), millis.max(0).into());
        }
        if attempt.steps.len() == MOST_STEPS {
            attempt.left_out += 1;
            return;
        }
        attempt.numbers.insert(step.number, attempt.steps.len());
        attempt.steps.push(Step { head, events: Vec::new(), left_out: 0 });
    }

    /// What belongs to a step, or to none.
    fn happened(&mut self, kind: &EventKind) {
        let mut told = match kind {
            EventKind::Exchanged { step, exchange } => exchanged(*step, exchange),
            kind => object(kind),
        };
        let number = told.remove("step").and_then(|step| u32::try_from(step.as_u64()?).ok());
        let attempts = self.attempts.len().saturating_sub(1);
        let troubled =
            number.is_some_and(|number| self.troubles.get(attempts).is_some_and(|all| all.contains(&number)));
        let bodies = match kind {
            EventKind::Exchanged { exchange, .. } => self.bodies(exchange, troubled),
            _ => [None, None],
        };
        // The page shows the lines of the step, and of what does not hold its problem has them.
        if let Some(Value::Object(expectation)) = told.get_mut("expectation") {
            expectation.remove("excerpt");
        }
        let size = text(&told).len() + bodies.iter().flatten().map(String::len).sum::<usize>();
        let left = &mut self.left[usize::from(troubled)];
        let fits = size <= *left;
        *left = left.saturating_sub(size);
        for (name, body) in ["request", "response"].into_iter().zip(bodies) {
            if let (Some(part), Some(body)) =
                (told.get_mut("exchange").and_then(|exchange| exchange.get_mut(name)), body.filter(|_| fits))
            {
                part["body"] = self.shared.place(body).into();
            }
        }
        let told = Value::Object(told);
        let attempt = self.attempt();
        match number.and_then(|number| attempt.step(number)) {
            Some(step) if fits => step.events.push(told),
            Some(step) => step.left_out += 1,
            None if fits => attempt.events.push(told),
            None => {}
        }
    }

    /// The bodies of a request and of its answer.
    fn bodies(&self, exchange: &ExchangeRecord, troubled: bool) -> [Option<String>; 2] {
        let limit = match (troubled, self.sound) {
            (true, _) => BODY_OF_TROUBLE,
            (false, false) => BODY_BESIDE,
            (false, true) => BODY_OF_PASSED,
        };
        let answer = exchange.response.as_ref().map(|response| capped(&response.body, limit));
        [Some(capped(&exchange.request.body, limit)), answer]
    }

    fn problems(&mut self, problems: &[Problem]) -> Value {
        let told = problems.iter().map(|problem| {
            let mut told = object(problem);
            if let Some(excerpt) = told.remove("excerpt") {
                told.insert("excerpt".to_owned(), self.shared.place(excerpt.to_string()).into());
            }
            Value::Object(told)
        });
        told.collect()
    }

    /// The last attempt; what a stream tells of one that has not begun is not lost.
    fn attempt(&mut self) -> &mut Attempt {
        if self.attempts.is_empty() {
            self.attempts.push(Attempt::default());
        }
        let last = self.attempts.len() - 1;
        &mut self.attempts[last]
    }
}

impl Attempt {
    fn step(&mut self, number: u32) -> Option<&mut Step> {
        self.numbers.get(&number).and_then(|place| self.steps.get_mut(*place))
    }

    fn moved(&mut self, request: Option<&str>, movement: &Value) {
        let told = movement.get("kind").unwrap_or(movement).clone();
        match self.moves.last_mut() {
            Some((last, moves)) if last.as_deref() == request => moves.push(told),
            _ => self.moves.push((request.map(str::to_owned), vec![told])),
        }
    }

    fn told(mut self, shared: &mut Shared) -> Value {
        // By the id of a request: the step, and which of its exchanges it is.
        let mut places: HashMap<String, (usize, usize)> = HashMap::new();
        for (place, step) in self.steps.iter().enumerate() {
            let exchanges = step.events.iter().filter_map(|event| event["exchange"]["request"]["id"].as_str());
            places.extend(exchanges.enumerate().map(|(nth, id)| (id.to_owned(), (place, nth))));
        }
        for (request, moves) in std::mem::take(&mut self.moves) {
            let mut told = json!({ "event": "token-moved", "moves": shared.place(text(&moves)) });
            match request.and_then(|request| places.get(&request)) {
                Some((place, nth)) => {
                    told["exchange"] = (*nth).into();
                    self.steps[*place].events.push(told);
                }
                None => self.events.push(told),
            }
        }
        let mut told = self.head;
        let steps = self.steps.into_iter().map(|step| {
            let mut told = step.head;
            told.insert("events".to_owned(), Value::Array(step.events));
            if step.left_out > 0 {
                told.insert("left_out".to_owned(), step.left_out.into());
            }
            Value::Object(told)
        });
        told.insert("told".to_owned(), steps.collect());
        if !self.events.is_empty() {
            told.insert("events".to_owned(), Value::Array(self.events));
        }
        if self.left_out > 0 {
            told.insert("left_out".to_owned(), self.left_out.into());
        }
        Value::Object(told)
    }
}

fn value(of: impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

fn text(of: &impl Serialize) -> String {
    serde_json::to_string(of).unwrap_or_default()
}

/// An exchange but for its bodies, which are the most of it.
fn exchanged(step: u32, exchange: &ExchangeRecord) -> Map<String, Value> {
    let ExchangeRecord { name, attempt, request, response, error, millis, first_byte_millis } = exchange;
    let mut told = json!({
        "name": name, "attempt": attempt, "millis": rounded(*millis),
        "request": {
            "id": request.id, "method": request.method, "url": request.url, "headers": request.headers, "curl": request.curl,
        },
    });
    if let Some(response) = response {
        told["response"] = json!({ "status": response.status, "headers": response.headers });
    }
    if let Some(error) = error {
        told["error"] = value(error);
    }
    if let Some(millis) = first_byte_millis {
        told["first_byte_millis"] = rounded(*millis);
    }
    object(json!({ "event": "exchanged", "step": step, "exchange": told }))
}

fn object(of: impl Serialize) -> Map<String, Value> {
    match value(of) {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Milliseconds to a tenth, which is as much as anyone reads.
fn rounded(millis: f64) -> Value {
    ((millis * 10.0).round() / 10.0).into()
}
