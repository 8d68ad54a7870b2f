use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Difference, DifferenceKind, Event, EventKind, Problem, StepRecord};

/// Most characters of a shape, and most places of a difference: what comes later tells causes apart no better.
const MOST: usize = 240;
const MOST_PLACES: usize = 8;

/// Problems whose numbers say what is wrong: they are codes, not measures.
const OF_CODES: [&str; 4] = ["expect/outcome", "expect/code", "expect/status", "run/session"];
/// Words after which a number is a code.
const BEFORE_CODES: [&str; 2] = ["status", "code"];

/// What is wrong, without what is of one scenario alone: problems of one cause are told as one, however many scenarios have them.
///
/// Numbers, ids, quoted values and hosts are replaced in it; outcomes, codes and the names of things are not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cause {
    /// Names the cause: the same in every run and on every machine.
    pub key: String,
    /// The problem's id: `expect/outcome`.
    pub problem: String,
    /// What the step does in which it arose: the activity, the request line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The problem's sentence, and the places of its difference.
    pub shape: String,
}

impl Cause {
    /// The cause of a problem that arose in a step.
    pub fn of(problem: &Problem, step: Option<&StepRecord>) -> Self {
        let codes = OF_CODES.contains(&problem.id.as_str());
        let mut text = shape(&problem.message, codes);
        let places = places(&problem.differences);
        if !places.is_empty() {
            text += &format!(" [{}]", places.join(", "));
        }
        // What a catalogue names is the same in all scenarios; a request line holds what one of them made.
        let step = step.map(|step| match step.kind.as_str() {
            "activity" => step.subject.clone(),
            _ => shape(&step.subject, false),
        });
        Self::new(&problem.id, step, text)
    }

    /// The cause of a scenario's verdict: that of its first problem. `events` are those of the scenario, of all its attempts.
    pub fn of_events(events: &[Event]) -> Option<Self> {
        let begun = events.iter().rposition(|event| matches!(event.kind, EventKind::ScenarioStarted { .. }));
        let last = &events[begun.unwrap_or(0)..];
        let problem = last.iter().find_map(|event| match &event.kind {
            EventKind::ScenarioFinished { problems, .. } => problems.first(),
            _ => None,
        })?;
        let step = last.iter().find_map(|event| match &event.kind {
            EventKind::StepStarted { step, .. } if Some(step.number) == problem.step => Some(step),
            _ => None,
        });
        Some(Self::of(problem, step))
    }

    fn new(problem: &str, step: Option<String>, shape: String) -> Self {
        let mut digest = Sha256::new();
        for part in [problem, step.as_deref().unwrap_or_default(), &shape] {
            digest.update(part);
            digest.update([0]);
        }
        let key = data_encoding::HEXLOWER.encode(&digest.finalize()[..8]);
        Self { key, problem: problem.to_owned(), step, shape }
    }
}

/// One line: where, and what.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.step {
            Some(step) => write!(f, "{step}: {}", self.shape),
            None => f.write_str(&self.shape),
        }
    }
}

/// Where two values differ, and in which way, without the values.
fn places(differences: &[Difference]) -> Vec<String> {
    let mut places: Vec<String> = differences
        .iter()
        .map(|one| {
            let way = match one.kind {
                DifferenceKind::Missing => "-",
                DifferenceKind::Unexpected => "+",
                DifferenceKind::Changed => "~",
            };
            format!("{way}{}", shape(&one.path, false))
        })
        .collect();
    places.sort();
    places.dedup();
    places.truncate(MOST_PLACES);
    places
}

/// A text without what differs from scenario to scenario; `codes` tells whether its numbers are codes, which stay.
fn shape(text: &str, codes: bool) -> String {
    let mut shaped = Shaped { text: String::new(), last: String::new(), codes };
    let mut rest = text;
    while let Some(first) = rest.chars().next().filter(|_| shaped.text.len() < MOST * 4) {
        let length = match first {
            '"' => {
                shaped.text.push_str("\"…\"");
                1 + after_quote(&rest[1..])
            }
            '`' => {
                let end = rest[1..].find('`').map_or(rest.len(), |at| at + 1);
                shaped.name(&rest[1..end]);
                (end + 1).min(rest.len())
            }
            c if is_of_word(c) => {
                let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                shaped.word(&rest[..end]);
                end
            }
            c => {
                shaped.text.push(if c.is_whitespace() { ' ' } else { c });
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    let mut text = shaped.text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    // Lists of any length are alike.
    for one in ["\"…\"", "#"] {
        let two = format!("{one}, {one}");
        while text.contains(&two) {
            text = text.replace(&two, one);
        }
    }
    match text.char_indices().nth(MOST) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')
}

/// Where a quoted text ends, its closing sign included.
fn after_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

struct Shaped {
    text: String,
    /// The last word.
    last: String,
    codes: bool,
}

impl Shaped {
    fn word(&mut self, word: &str) {
        let bare = word.trim_end_matches(['.', ':', '-']);
        let number = !bare.is_empty() && bare.len() <= 5 && bare.bytes().all(|byte| byte.is_ascii_digit());
        let code = number && (self.codes || BEFORE_CODES.contains(&self.last.as_str()));
        // The version of an API, as paths have it.
        let version = bare.len() <= 3 && bare.starts_with('v');
        match bare {
            _ if self.text.ends_with("://") => self.text.push('…'),
            _ if !code && !version && bare.contains(|c: char| c.is_ascii_digit()) => self.text.push('#'),
            bare => self.text.push_str(bare),
        }
        self.text.push_str(&word[bare.len()..]);
        bare.clone_into(&mut self.last);
    }

    /// What stands between backticks: a name that somebody gave, or an id that was made.
    fn name(&mut self, name: &str) {
        self.text.push('`');
        for part in name.split_inclusive(['/', ' ', '?', '&', '=', ',']) {
            let bare = part.trim_end_matches(['/', ' ', '?', '&', '=', ',']);
            let digits = bare.bytes().filter(u8::is_ascii_digit).count();
            let made = digits >= 4 || (digits > 0 && bare.len() >= 16);
            self.text.push_str(match bare {
                _ if self.text.ends_with("//") => "…",
                _ if made => "#",
                bare => bare,
            });
            self.text.push_str(&part[bare.len()..]);
        }
        self.text.push('`');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Section, Verdict};

    fn problem(id: &str, message: &str) -> Problem {
        Problem {
            id: id.to_owned(),
            verdict: Verdict::Failed,
            message: message.to_owned(),
            step: Some(3),
            excerpt: None,
            notes: Vec::new(),
            differences: Vec::new(),
            path: None,
            values: Vec::new(),
            standing: None,
        }
    }

    fn step(kind: &str, subject: &str) -> StepRecord {
        let (kind, subject) = (kind.to_owned(), subject.to_owned());
        let section = Section::Steps;
        StepRecord { number: 3, section, within: None, id: None, actor: None, kind, subject, name: None, visit: 1 }
    }

    fn key(id: &str, message: &str) -> String {
        Cause::of(&problem(id, message), None).key
    }

    #[test]
    fn what_is_of_one_scenario_alone_is_replaced() {
        for (message, shaped) in [
            ("POST /v1/instances/9f3c-11/next: status 503", "POST /v1/instances/#/next: status 503"),
            ("no connection to http://10.1.2.3:8080: refused", "no connection to http://…: refused"),
            ("no connection to `http://acme.example.com/a`", "no connection to `http://…/a`"),
            ("`name` is \"Ada \\\"L\\\"\", expected \"Grace\"", "`name` is \"…\", expected \"…\""),
            ("it has [1, 2, 3] and [\"a\", \"b\"]", "it has [#] and [\"…\"]"),
            ("time in ms is 812.5,  expected at most 300", "time in ms is #, expected at most #"),
            (
                "the process is not at `confirm-2`: it stands at `pi-4711`",
                "the process is not at `confirm-2`: it stands at `#`",
            ),
            ("an open \"quote", "an open \"…\""),
            ("an open `tick", "an open `tick`"),
            ("`ä", "`ä`"),
        ] {
            assert_eq!(shape(message, false), shaped);
        }
        assert!(shape(&"x ".repeat(10_000), false).len() <= MOST);
    }

    #[test]
    fn outcomes_and_codes_tell_causes_apart_and_values_do_not() {
        let gave = |code: u32| format!("`capture-face` gave `quality-failure` (code {code}), expected `success`");
        assert_ne!(key("expect/outcome", &gave(748)), key("expect/outcome", &gave(601)));
        assert_ne!(
            key("expect/status", "status is 503, expected 2xx"),
            key("expect/status", "status is 404, expected 2xx")
        );
        assert_eq!(key("expect/body", "`age` is 41, expected 42"), key("expect/body", "`age` is 7, expected 42"));
        assert_ne!(key("expect/body", "`age` is 41"), key("expect/time", "`age` is 41"));
    }

    #[test]
    fn the_step_and_the_places_of_a_difference_count() {
        let at = |kind: &str, subject: &str| Cause::of(&problem("run/position", "x"), Some(&step(kind, subject)));
        assert_ne!(at("activity", "capture-face").key, at("activity", "confirm-face").key);
        assert_eq!(at("request", "GET /people/17").key, at("request", "GET /people/18").key);
        assert_eq!(at("activity", "capture-face").to_string(), "capture-face: x");
        let differing = |path: &str, kind| {
            let differences = vec![Difference { path: path.to_owned(), kind, expected: None, actual: None }];
            Cause::of(&Problem { differences, ..problem("expect/body", "differs") }, None)
        };
        let missing = differing("$.items[3].id", DifferenceKind::Missing);
        assert_eq!(missing.shape, "differs [-$.items[#].id]");
        assert_eq!(missing.key, differing("$.items[0].id", DifferenceKind::Missing).key);
        assert_ne!(missing.key, differing("$.items[3].id", DifferenceKind::Changed).key);
    }

    #[test]
    fn the_first_problem_of_the_last_attempt_is_the_cause() {
        let event = |kind| Event { at: String::new(), scenario: Some("a.yaml".to_owned()), kind };
        let read = |text: &str| event(serde_json::from_str(text).unwrap());
        let begun = |attempt: u32| read(&format!(r#"{{"event":"scenario-started","title":"t","attempt":{attempt}}}"#));
        let step = |subject: &str| event(EventKind::StepStarted { step: step("activity", subject), excerpt: None });
        let finished = read(
            r#"{"event":"scenario-finished","verdict":"failed","flaky":false,"millis":1,"requests":0,"walk":[],"problems":
            [{"id":"run/at-most","verdict":"failed","message":"too often","step":3},{"id":"x","verdict":"failed","message":"y"}]}"#,
        );
        let events = [begun(1), step("first"), begun(2), step("second"), finished];
        let cause = Cause::of_events(&events).unwrap();
        assert_eq!((cause.problem.as_str(), cause.step.as_deref()), ("run/at-most", Some("second")));
        assert_eq!(Cause::of_events(&events[..3]), None);
        assert_eq!(Cause::of_events(&[]), None);
    }
}
