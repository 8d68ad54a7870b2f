use std::time::Duration;

use super::Reader;
use super::when::WHEN;
use crate::catalogue::{Condition, Finalizer, STATES, Session, SimulatedSession, States, When};
use crate::diagnostic::{Diagnostic, Id};
use crate::source::Spanned;
use crate::yaml::{Form, Key, Kind, Names, Node, Shape, Shaped, Words, words_of};

const DEFAULT_MARGIN: Duration = Duration::from_secs(30);

pub(super) static STATE: Words = Words { what: "state of an instance", words: STATES };

const CONDITIONS: &[(&str, &Condition)] = &[
    ("incident", &Condition::Incident),
    ("timeout", &Condition::Timeout),
    ("failed-check", &Condition::FailedCheck),
    ("always", &Condition::Always),
];
static CONDITION: Words = Words { what: "condition of a finalizer", words: &words_of::<_, 4>(CONDITIONS) };

pub(super) static SESSION: Shape = Shape::new(
    "session",
    "the session",
    "How a session with the engine is opened, kept alive and read.",
    &[
        Key::new(
            "open",
            Form::OneOrMany(&Form::Text),
            "the activities that open a session, in order, before the first step of a scenario with `process:`",
        )
        .such_as(&["[sign-in, open-case, begin]"]),
        Key::new("credential", Form::Text, "the activity that obtains the credential").such_as(&["sign-in"]),
        Key::new("renew", Form::Shape(&RENEW), "when the credential is obtained again"),
        Key::new("position", Form::Text, "the activity that asks where the process stands, where no answer said it")
            .such_as(&["begin"]),
        Key::new("instance", Form::Text, "the activity that reads the state of the instance").such_as(&["read-case"]),
        Key::new(
            "end",
            Form::Text,
            "the activity that ends an instance which a scenario leaves, where an environment says `end-instances`",
        )
        .such_as(&["cancel-case"]),
        Key::new(
            "states",
            Form::Map(Names::Of(&STATE), &Form::Text),
            "the engine's words for the states; a state without one is its own word",
        )
        .such_as(&["{ running: ACTIVE, succeeded: COMPLETED }"]),
        Key::new("final", Form::OneOrMany(&Form::Word(&STATE)), "which of the states are final")
            .such_as(&["[succeeded, failed]"]),
        Key::new(
            "finalizer",
            Form::List(&Form::Shape(&FINALIZER)),
            "the state at the end of a process: the first rule that holds",
        )
        .such_as(&["[{ when: incident, state: broken }, { when: always, state: succeeded }]"]),
        Key::new(
            "simulated",
            Form::Shape(&SIMULATED_SESSION),
            "what the simulator does where the engine's own ways are not known",
        ),
    ],
);

static RENEW: Shape = Shape::new(
    "renew",
    "`renew`",
    "When the credential is obtained again.",
    &[
        Key::new("margin", Form::Duration, "how long before its end").or("30s"),
        Key::new("when", Form::Shape(&WHEN), "the answer by which the engine says that it has expired"),
    ],
);

static FINALIZER: Shape = Shape::new(
    "finalizer",
    "a rule of `finalizer`",
    "A state at the end of a process, and when it is that.",
    &[
        Key::required(
            "when",
            Form::Either(&[Form::Word(&CONDITION), Form::Shape(&VARIABLE)]),
            "an incident stopped the process, a timer fired, a check failed, a variable has a value, or always",
        )
        .such_as(&["incident", "{ variable: decision, equals: FAIL }"]),
        Key::required("state", Form::Word(&STATE), "the state then"),
    ],
);

static VARIABLE: Shape = Shape::new(
    "variable-equals",
    "`when`",
    "A process variable has a value.",
    &[
        Key::required("variable", Form::Text, "the variable, or the path of a member of it").such_as(&["decision"]),
        Key::required("equals", Form::Any, "the value").such_as(&["FAIL"]),
    ],
);

static SIMULATED_SESSION: Shape = Shape::new(
    "simulated-session",
    "`simulated`",
    "What the simulator does where the engine's own ways are not known.",
    &[
        Key::new("key", Form::Text, "the API key that is accepted").or("flowproof-simulator-key"),
        Key::new("credential-ttl", Form::Duration, "how long a credential holds, in virtual time").or("30m"),
        Key::new("tenant", Form::Text, "the tenant's name").or("simulator"),
        Key::new("language", Form::Text, "the language of screens where the process names none").or("en"),
        Key::new("token-parameters", Form::Text, "the process variable that holds the parameters of the token")
            .such_as(&["parameters"]),
    ],
);

impl Reader<'_> {
    pub fn session(&mut self, fields: Option<Shaped>) -> Session {
        let empty = Session {
            open: Vec::new(),
            credential: None,
            renew_margin: DEFAULT_MARGIN,
            renew_when: None,
            position: None,
            instance: None,
            end: None,
            states: States::default(),
            final_states: Vec::new(),
            finalizer: Vec::new(),
            simulated: SimulatedSession::default(),
        };
        let Some(fields) = fields else { return empty };
        let open = fields.texts("open", self.found);
        let credential = fields.text("credential", self.found);
        let renew = fields.inside("renew", self.found);
        let (renew_margin, renew_when) = renew.map_or((DEFAULT_MARGIN, None), |renew| self.renew(&renew));
        let (position, instance) = (fields.text("position", self.found), fields.text("instance", self.found));
        let end = fields.text("end", self.found);
        let states = self.states(&fields);
        let ends = fields.texts("final", self.found);
        let ends: Vec<_> = ends.iter().filter_map(|state| self.state(state)).collect();
        let finalizer = fields.list("finalizer", self.found).iter().filter_map(|rule| self.finalizer_rule(rule));
        let finalizer = finalizer.collect();
        let simulated = fields.inside("simulated", self.found);
        let simulated = simulated.map(|simulated| self.simulated_session(&simulated)).unwrap_or_default();
        let final_states = ends.into_iter().map(|state| states.word(state).to_owned()).collect();
        Session {
            open,
            credential,
            renew_margin,
            renew_when,
            position,
            instance,
            end,
            states,
            final_states,
            finalizer,
            simulated,
        }
    }

    fn renew(&mut self, fields: &Shaped) -> (Duration, Option<When>) {
        let margin = fields.duration("margin", self.found).map_or(DEFAULT_MARGIN, |margin| margin.value);
        (margin, fields.node("when").map(|node| self.when(node)))
    }

    /// One of flowproof's words for the state of an instance.
    pub fn state(&mut self, text: &Spanned<String>) -> Option<&'static str> {
        STATE.read(text, self.found)
    }

    fn states(&mut self, fields: &Shaped) -> States {
        let mut states = States::default();
        for entry in fields.map("states", self.found) {
            let word = entry.value.text("the engine's word", self.found);
            if let (Some(state), Some(word)) = (self.state(&entry.key), word) {
                states.0.insert(state.to_owned(), word.value);
            }
        }
        states
    }

    fn finalizer_rule(&mut self, node: &Node) -> Option<Finalizer> {
        let fields = Shaped::of(node, &FINALIZER, self.found)?;
        let when = fields.node("when").and_then(|node| self.condition(node));
        let state = fields.chosen("state", self.found);
        Some(Finalizer { when: when?, state: state? })
    }

    fn condition(&mut self, node: &Node) -> Option<Condition> {
        if let Kind::Mapping(_) = &node.kind {
            let fields = Shaped::of(node, &VARIABLE, self.found)?;
            let path = fields.text("variable", self.found);
            let equals = fields.node("equals").map(Node::to_json);
            return Some(Condition::Variable { path: path?.value, equals: equals? });
        }
        let text = node.text("`when`", self.found)?;
        CONDITION.mean(&text, CONDITIONS, self.found).cloned()
    }

    fn simulated_session(&mut self, fields: &Shaped) -> SimulatedSession {
        let mut simulated = SimulatedSession::default();
        let texts =
            [("key", &mut simulated.key), ("tenant", &mut simulated.tenant), ("language", &mut simulated.language)];
        for (key, place) in texts {
            if let Some(text) = fields.text(key, self.found) {
                *place = text.value;
            }
        }
        simulated.token_parameters = fields.text("token-parameters", self.found).map(|name| name.value);
        if let Some(ttl) = fields.duration("credential-ttl", self.found) {
            simulated.credential_ttl = ttl.value;
            if ttl.value < Duration::from_secs(1) {
                let one =
                    Diagnostic::new(Id::WRONG_VALUE, "`credential-ttl` is at least a second, the wire counts seconds");
                self.found.push(one.at(ttl.span));
            }
        }
        simulated
    }
}
