use super::Reader;
use super::reader::{CODES, ELEMENT, LOCALS, NAMED, TITLE};
use super::session::STATE;
use super::simulated::WRITES;
use crate::catalogue::{Attempts, Automatic, Behaviour, ErrorScreen, Failure, Rule, Tally};
use crate::diagnostic::{Diagnostic, Id};
use crate::expect::MATCHER;
use crate::source::Spanned;
use crate::yaml::{Entry, Form, Further, Key, Names, Node, Notation, Shape, Shaped, Words, words_of};

/// What rules can ask of a capture.
static FACT: Words = Words {
    what: "fact of a capture",
    words: &["sha256", "bytes", "width", "height", "comment", "media", "marks.NAME"],
};
static FACT_OR_MARK: Notation =
    Notation { about: "a fact of a capture", pattern: r"^(?:sha256|bytes|width|height|comment|media|marks\..+)$" };
/// Before the name of a mark.
const MARKS: &str = "marks.";

#[derive(Clone, Copy)]
enum Word {
    Check,
    Counter,
    Clear,
    Decide,
    Tally,
    Stub,
}

const BEHAVIOURS: &[(&str, Word)] = &[
    ("check", Word::Check),
    ("counter", Word::Counter),
    ("clear", Word::Clear),
    ("decide", Word::Decide),
    ("tally", Word::Tally),
    ("stub", Word::Stub),
];
static BEHAVIOUR: Words = Words { what: "behaviour", words: &words_of::<_, 6>(BEHAVIOURS) };

/// On which result of a check a local variable is true.
const RESULTS: &[(&str, bool)] = &[("failed", true), ("passed", false)];
static RESULT: Words = Words { what: "result of a check", words: &words_of::<_, 2>(RESULTS) };

pub(super) static AUTOMATIC: Shape = Shape::new(
    "automatic",
    "the automatic activity",
    "What the engine does by itself between two activities.",
    &[
        TITLE,
        ELEMENT,
        Key::new(
            "keys",
            Form::OneOrMany(&Form::Text),
            "input parameters of the element whose values name it in `simulate:`, beside its own name",
        ).such_as(&["functionName"]),
        LOCALS,
        Key::new(
            "values",
            Form::Map(Names::Free, &Form::Any),
            "local variables that are composed: templates over `base_url`, `tenant`, `instance`, `token`, `parameters`",
        ).such_as(&["{ url: \"{{ base_url }}/result\" }"]),
        WRITES,
        Key::new("results-in", Form::Text, "the process variable that holds the `results` that a script gives").such_as(&["_results.{name}"]),
        Key::new(
            "shows",
            Form::OneOrMany(&Form::Text),
            "input parameters and local variables that are shown while the process waits next",
        ).such_as(&["[maxAttempts]"]),
        Key::new("error-screen", Form::Shape(&ERROR_SCREEN), "what is shown where its failure leads to an element that waits"),
        Key::new("state", Form::Word(&STATE), "the state of the instance while it waits next"),
        Key::new("failures", Form::Map(NAMED, &Form::Shape(&FAILURE)), "ways to fail, by outcome").such_as(&["{ quality-failure: { error: QUALITY_FAILED, codes: [601] } }"]),
        Key::required("behaviour", Form::Word(&BEHAVIOUR), "what it does; each behaviour has keys of its own"),
    ],
)
.further(Further::ByWord {
    key: "behaviour",
    default: None,
    words: &[
        (
            "check",
            &[
                Key::new(
                    "subject",
                    Form::Text,
                    "the variable that holds what is judged and by which failures are counted; `{…}` is an input parameter",
                ).such_as(&["_captures.face"]),
                Key::new("attempts", Form::Shape(&ATTEMPTS), "how often it may fail"),
                Key::new(
                    "rules",
                    Form::List(&Form::Shape(&RULE)),
                    "how it judges what it is not told: the first that holds of the last capture fails it",
                ).such_as(&["[{ when: { width: { lt: 300 } }, outcome: quality-failure }]"]),
                Key::new(
                    "results",
                    Form::Map(Names::Free, &Form::Word(&RESULT)),
                    "local variables that are true on `failed` or on `passed`",
                ).such_as(&["{ faceMatched: passed }"]),
            ],
        ),
        (
            "counter",
            &[Key::required("variable", Form::Text, "the input parameter that names the process variable that is counted up").such_as(&["counterName"])],
        ),
        (
            "clear",
            &[Key::required("variables", Form::Text, "the input parameter that lists the variables that are removed").such_as(&["variableNames"])],
        ),
        (
            "decide",
            &[
                Key::required("from", Form::Text, "the input parameter whose value is taken as it is").such_as(&["decision"]),
                Key::required("on-failure", Form::Text, "the input parameter that is taken if a check failed").such_as(&["decisionOnFailure"]),
                Key::required("otherwise", Form::Any, "the value that is taken else").such_as(&["PASS"]),
                RESULT_VARIABLE,
            ],
        ),
        (
            "tally",
            &[
                Key::required(
                    "list",
                    Form::Text,
                    "the input parameter that holds the list, as a list, as JSON or as names with commas between them",
                ).such_as(&["documents"]),
                Key::new("or-from", Form::Text, "the process variable that holds the list where the parameter does not").such_as(&["_documents"]),
                Key::required("key", Form::Text, "the member of an item that names it; a text names itself").such_as(&["name"]),
                Key::required("required", Form::Text, "the member of an item that is `true` where it is required").such_as(&["required"]),
                Key::new("at-hand", Form::Text, "the process variable that names what must be captured as well").such_as(&["_documentAtHand"]),
                Key::required(
                    "of",
                    Form::Text,
                    "the variable in which what was captured stands by these names; `{…}` is an input parameter or process variable",
                ).such_as(&["_captures"]),
                Key::required("finished", Form::Text, "the member of what was captured that must be true").such_as(&["finished"]),
                RESULT_VARIABLE,
            ],
        ),
    ],
});

const RESULT_VARIABLE: Key =
    Key::required("result", Form::Text, "the local variable that is written").such_as(&["result"]);

static ERROR_SCREEN: Shape = Shape::new(
    "error-screen",
    "`error-screen`",
    "What is shown where a failure leads to an element that waits.",
    &[
        Key::required("parameter", Form::Text, "the parameter of the waiting element that is shown with another value")
            .such_as(&["screen"]),
        Key::required("from", Form::Text, "the input parameter of the failed element that has the value")
            .such_as(&["errorScreen"]),
        Key::new("listed-in", Form::Text, "the parameter of the waiting element that must list the value")
            .such_as(&["errorScreens"]),
    ],
);

static FAILURE: Shape = Shape::new(
    "failure",
    "the failure",
    "A way to fail.",
    &[
        Key::required("error", Form::Text, "the BPMN error that it raises").such_as(&["QUALITY_FAILED"]),
        CODES,
        Key::new("message", Form::Text, "the message that comes with it").such_as(&["The image is blurred"]),
    ],
);

static ATTEMPTS: Shape = Shape::new(
    "attempts",
    "`attempts`",
    "How often a check may fail.",
    &[
        Key::required(
            "limit",
            Form::Text,
            "the input parameter that limits it; the n-th failure of a limit n exceeds it",
        )
        .such_as(&["maxAttempts"]),
        Key::new(
            "raised-if",
            Form::Text,
            "the input parameter that says whether exceeding it raises an error; else the process goes on",
        )
        .such_as(&["raiseError"]),
        Key::required("exceeded", Form::Text, "the failure that exceeding it is").such_as(&["attempts-exceeded"]),
    ],
);

static RULE: Shape = Shape::new(
    "rule",
    "a rule",
    "A rule by which a check judges a capture.",
    &[
        Key::required(
            "when",
            Form::Map(Names::Like(&FACT_OR_MARK), &Form::Named(&MATCHER)),
            "facts of the capture, all of which must hold",
        )
        .such_as(&["{ comment: { contains: blurred } }"]),
        Key::required("outcome", Form::Text, "the failure then").such_as(&["quality-failure"]),
        Key::new("code", Form::Integer(i64::MIN, i64::MAX), "its code, where the failure has several")
            .such_as(&["601"]),
    ],
);

impl Reader<'_> {
    pub fn automatic(&mut self, entry: &Entry) -> Option<Automatic> {
        let name = entry.key.clone();
        let fields = Shaped::named(&entry.value, &AUTOMATIC, &name, self.found)?;
        let title = self.title(&fields);
        let element = self.element(&fields, &name);
        let keys = self.plain_texts(&fields, "keys");
        let locals = self.object(&fields, "locals");
        let values = fields.map("values", self.found).iter();
        let values = values.map(|entry| (entry.key.value.clone(), self.template(&entry.value))).collect();
        let writes = self.writes(&fields);
        let results_in = fields.text("results-in", self.found);
        results_in.iter().for_each(|path| self.placeholders(path));
        let results_in = results_in.map(|path| path.value);
        let shows = self.plain_texts(&fields, "shows");
        let error_screen = fields.inside("error-screen", self.found).and_then(|inside| self.error_screen(&inside));
        let state = fields.chosen("state", self.found).map(|state| state.value);
        let failures = self.failures(&fields);
        let behaviour = self.behaviour(&fields, &failures);
        let behaviour = behaviour?;
        Some(Automatic {
            name,
            title,
            element,
            keys,
            behaviour,
            failures,
            locals,
            values,
            writes,
            results_in,
            shows,
            error_screen,
            state,
        })
    }

    fn behaviour(&mut self, fields: &Shaped, failures: &[Failure]) -> Option<Behaviour> {
        match fields.word("behaviour", BEHAVIOURS, self.found)?.value {
            Word::Check => Some(self.check_behaviour(fields, failures)),
            Word::Counter => {
                let variable = self.plain(fields, "variable")?;
                Some(Behaviour::Counter { variable })
            }
            Word::Clear => {
                let variables = self.plain(fields, "variables")?;
                Some(Behaviour::Clear { variables })
            }
            Word::Decide => {
                let (from, on_failure) = (self.plain(fields, "from"), self.plain(fields, "on-failure"));
                let otherwise = fields.node("otherwise").map(Node::to_json);
                let result = self.plain(fields, "result");
                Some(Behaviour::Decide { from: from?, on_failure: on_failure?, otherwise: otherwise?, result: result? })
            }
            Word::Tally => self.tally(fields).map(Behaviour::Tally),
            Word::Stub => Some(Behaviour::Stub),
        }
    }

    fn tally(&mut self, fields: &Shaped) -> Option<Tally> {
        let (list, or_from) = (self.plain(fields, "list"), self.plain(fields, "or-from"));
        let (key, at_hand) = (self.plain(fields, "key"), self.plain(fields, "at-hand"));
        let of = fields.text("of", self.found);
        of.iter().for_each(|of| self.placeholders(of));
        let (required, finished) = (self.plain(fields, "required"), self.plain(fields, "finished"));
        let result = self.plain(fields, "result");
        Some(Tally {
            list: list?,
            or_from,
            key: key?,
            required: required?,
            at_hand,
            of: of?.value,
            finished: finished?,
            result: result?,
        })
    }

    fn error_screen(&mut self, fields: &Shaped) -> Option<ErrorScreen> {
        let (parameter, from) = (self.plain(fields, "parameter"), self.plain(fields, "from"));
        Some(ErrorScreen { parameter: parameter?, from: from?, listed_in: self.plain(fields, "listed-in") })
    }

    fn check_behaviour(&mut self, fields: &Shaped, failures: &[Failure]) -> Behaviour {
        let subject = fields.text("subject", self.found);
        subject.iter().for_each(|subject| self.placeholders(subject));
        let attempts = fields.inside("attempts", self.found).and_then(|inside| self.attempts(&inside, failures));
        let rules = fields.list("rules", self.found).iter().filter_map(|rule| self.rule(rule, failures)).collect();
        let results = fields.map("results", self.found).iter();
        let results = results
            .filter_map(|entry| {
                let text = entry.value.text(&format!("`{}`", entry.key.value), self.found)?;
                let true_on = RESULT.mean(&text, RESULTS, self.found)?;
                Some((entry.key.value.clone(), true_on))
            })
            .collect();
        Behaviour::Check { subject: subject.map(|subject| subject.value), attempts, rules, results }
    }

    fn failures(&mut self, fields: &Shaped) -> Vec<Failure> {
        let mut failures = Vec::new();
        let mut codes = Vec::new();
        for entry in self.named(fields, "failures") {
            let name = entry.key.clone();
            let Some(fields) = Shaped::named(&entry.value, &FAILURE, &name, self.found) else { continue };
            let (error, message) = (self.plain(&fields, "error"), self.plain(&fields, "message"));
            let own = self.codes(&fields);
            let plain = own.iter().map(|code| code.value).collect();
            codes.push((name.value.clone(), own));
            failures.push(Failure { name, error, codes: plain, message });
        }
        self.distinct_codes(codes.iter().map(|(name, codes)| (name.as_str(), codes.as_slice())));
        failures
    }

    /// Reports a failure that is not declared.
    fn failure<'f>(&mut self, name: &Spanned<String>, failures: &'f [Failure]) -> Option<&'f Failure> {
        let known = failures.iter().find(|failure| failure.name.value == name.value);
        if known.is_none() {
            let one = Diagnostic::new(Id::CATALOGUE_REFERENCE, format!("there is no failure `{}`", name.value));
            let names = failures.iter().map(|failure| failure.name.as_str());
            self.found.push(one.at(name.span).meant(name.span, name, names));
        }
        known
    }

    fn attempts(&mut self, fields: &Shaped, failures: &[Failure]) -> Option<Attempts> {
        let (limit, raised_if) = (self.plain(fields, "limit"), self.plain(fields, "raised-if"));
        let exceeded = fields.text("exceeded", self.found);
        let exceeded = exceeded.filter(|exceeded| self.failure(exceeded, failures).is_some())?;
        Some(Attempts { limit: limit?, raised_if, exceeded: exceeded.value })
    }

    fn rule(&mut self, node: &Node, failures: &[Failure]) -> Option<Rule> {
        let fields = Shaped::of(node, &RULE, self.found)?;
        let when = fields.map("when", self.found).iter().filter_map(|entry| self.fact(entry)).collect();
        let (outcome, code) = (fields.text("outcome", self.found), fields.integer("code", self.found));
        let outcome = outcome?;
        let failure = self.failure(&outcome, failures)?;
        if let Some(code) = code.filter(|code| !failure.codes.contains(&code.value)) {
            let message = format!("the failure `{}` has no code {}", outcome.value, code.value);
            let one = Diagnostic::new(Id::CATALOGUE_REFERENCE, message).at(code.span);
            let codes: Vec<String> = failure.codes.iter().map(i64::to_string).collect();
            self.found
                .push(one.help(format!("it has {}", crate::diagnostic::one_of(codes.iter().map(String::as_str)))));
        }
        Some(Rule { when, outcome, code: code.map(|code| code.value) })
    }

    fn fact(&mut self, entry: &Entry) -> Option<(String, crate::expect::Matcher)> {
        if entry.key.strip_prefix(MARKS).is_none_or(str::is_empty) {
            FACT.read(&entry.key, self.found)?;
        }
        let (name, matcher) = self.matcher(entry);
        Some((name.value, matcher))
    }
}
