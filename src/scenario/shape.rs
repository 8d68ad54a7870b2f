//! What scenarios and fragments may hold.

use super::branch::{ENDS, WORDS};
use super::cases::FORMATS;
use super::retry::{BACKOFFS, MAX_TIMES};
use super::session::RENEWALS;
use crate::catalogue::INPUT;
use crate::expect::{BODY, MATCHER, SCHEMA, STATUS};
use crate::yaml::{Definition, Form, Further, ID, Key, NAME, Names, Shape, Words, words_of};

/// What a scenario file may hold.
pub static SCENARIO: Shape = Shape::new(
    "scenario",
    "a scenario",
    "A scenario walks a process and says what must hold. It has `steps`, or `answers` where the process leads.",
    &[
        Key::required("scenario", Form::Text, "what it shows, as a sentence; first")
            .such_as(&["A blurred selfie is refused and retaken"]),
        VERSION,
        Key::new("tags", TEXTS, "words to select it by").such_as(&["[face, nightly]"]),
        Key::new("owner", Form::Text, "who looks after it").such_as(&["team-onboarding"]),
        Key::new("covers", TEXTS, "the ids of the requirements that it is about").such_as(&["REQ-12"]),
        Key::new("skip", Form::Either(&[Form::Text, Form::Shape(&SKIP)]), "why it is not run")
            .such_as(&["The tenant has no such process yet"]),
        Key::new("requires", TEXTS, "the environments that it is for; `simulator` means any simulator")
            .such_as(&["simulator"]),
        Key::new(
            "known-failure",
            Form::Shape(&KNOWN_FAILURE),
            "a failure that is known and does not count for a while",
        ),
        Key::new(
            "cases",
            Form::Either(&[Form::Text, Form::List(&Form::Map(Names::Free, &Form::Any)), Form::Shape(&CASES)]),
            "rows each of which makes a scenario of its own: a list, or a CSV, JSON or YAML file",
        )
        .such_as(&["cases/countries.csv", "[{ id: blurred, image: faces/blurred.jpg, code: 601 }]"]),
        Key::new("process", Form::Text, "the process definition that it walks, by its name in flowproof.yaml")
            .such_as(&["onboarding"]),
        Key::new("catalogue", Form::Text, "the catalogue that it uses, where flowproof.yaml names several")
            .such_as(&["acme"]),
        Key::new("vars", NAMED_VALUES, "named values, each evaluated once; templates read `vars.NAME`")
            .such_as(&["{ applicant: \"{{ fake.name() }}\" }"]),
        Key::new("secrets", NAMED_VALUES, "named values that no output shows; templates read `secrets.NAME`")
            .such_as(&["{ pin: \"{{ env.TEST_PIN }}\" }"]),
        Key::new(
            "session",
            Form::Named(&SESSION_USE),
            "how the session is opened; left out, all of it, if there is a process",
        )
        .such_as(&["none", "{ until: open-case }"]),
        Key::new(
            "actors",
            Form::Map(Names::Like(&ID), &Form::Either(&[Form::Null, Form::Shape(&ACTOR)])),
            "who acts beside the main actor",
        )
        .such_as(&["{ reviewer: { joins: main, key: \"{{ env.REVIEWER_KEY }}\" } }"]),
        Key::new(
            "simulate",
            Form::Shape(&SIMULATE_WITH_START),
            "what the simulator is told; a real target is never sent it",
        )
        .such_as(&["{ selfie-check: [601, success] }"]),
        Key::new(
            "before",
            Form::List(&Form::Shape(&STEP)),
            "steps before the others; if one fails, the scenario is errored",
        )
        .such_as(&["[{ activity: read-case }]"]),
        Key::new("after", Form::List(&Form::Shape(&STEP)), "steps that always run at the end")
            .such_as(&["[{ activity: read-case }]"]),
        Key::new("expect", Form::Shape(&WALK_EXPECTATION), "what must hold at the end")
            .such_as(&["{ instance: COMPLETED, visits: { take-selfie: 2 } }"]),
        Key::new("timeout", Form::Duration, "how long it may take in all").such_as(&["2m"]),
        Key::new("exclusive", TEXTS, "groups of scenarios of which only one may run at a time").such_as(&["camera"]),
    ],
)
.further(Further::OneOf(&[
    Key::new("steps", Form::List(&Form::Shape(&STEP)), "what it does, step by step")
        .such_as(&["[{ activity: take-selfie, with: { image: faces/clear.jpg } }]"]),
    Key::new(
        "answers",
        Form::Map(Names::Free, &Form::Named(&ANSWERS)),
        "what the process gets where it asks: answers by activity, or by element of the diagram",
    )
    .such_as(&["{ take-selfie: [{ with: { image: faces/blurred.jpg } }, { with: { image: faces/clear.jpg } }] }"]),
]));

/// What a fragment file may hold.
pub static FRAGMENT: Shape = Shape::new(
    "fragment",
    "a fragment",
    "Steps that scenarios use, with inputs and outputs of their own.",
    &[
        Key::required("fragment", Form::Text, "what it does, as a sentence; first")
            .such_as(&["Take a selfie and confirm it"]),
        VERSION,
        Key::new(
            "inputs",
            Form::Map(Names::Like(&ID), &Form::Shape(&INPUT)),
            "what it takes; templates read `inputs.NAME`",
        )
        .such_as(&["{ image: { type: file, media: [image/jpeg], required: true } }"]),
        Key::new("outputs", NAMED_VALUES, "what it gives, evaluated when its steps are done")
            .such_as(&["{ screen: \"{{ steps.confirm.screen }}\" }"]),
        Key::required("steps", Form::List(&Form::Shape(&STEP)), "what it does")
            .such_as(&["[{ activity: take-selfie, with: { image: \"{{ inputs.image }}\" } }]"]),
    ],
);

const TEXTS: Form = Form::OneOrMany(&Form::Text);
const VALUES: Form = Form::Map(Names::Free, &Form::Any);
const NAMED_VALUES: Form = Form::Map(Names::Like(&ID), &Form::Any);
const VERSION: Key = Key::new("version", Form::Integer(1, 1), "the version of the language").or("1");

pub(super) static SKIP: Shape = Shape::new(
    "skip",
    "`skip`",
    "Why a scenario is not run.",
    &[
        Key::required("reason", Form::Text, "the reason, as it is shown")
            .such_as(&["The tenant has no such process yet"]),
        Key::new("cases", TEXTS, "the ids of the cases that are meant; all if left out").such_as(&["[blurred]"]),
    ],
);

pub(super) static KNOWN_FAILURE: Shape = Shape::new(
    "known-failure",
    "`known-failure`",
    "A failure that is known and does not count for a while; a pass is told.",
    &[
        Key::required("ticket", Form::Text, "where it is followed up").such_as(&["JIRA-123"]),
        Key::required("until", Form::Text, "the last day on which it does not count").such_as(&["2027-01-31"]),
        Key::new("cases", TEXTS, "the ids of the cases that are meant; all if left out").such_as(&["[blurred]"]),
    ],
);

static FORMAT: Words = Words { what: "format of cases", words: &words_of::<_, { FORMATS.len() }>(FORMATS) };

pub(super) static CASES: Shape = Shape::new(
    "cases",
    "`cases`",
    "A file of rows, each of which makes a scenario of its own.",
    &[
        Key::required("file", Form::Text, "its path, relative to the scenario").such_as(&["cases/countries.csv"]),
        Key::new("format", Form::Word(&FORMAT), "how it is written, where its name does not tell"),
        Key::new("separator", Form::Text, "what separates the values of a CSV row").or("\",\""),
    ],
);

static SESSION_USE: Definition = Definition {
    name: "session",
    about: "How a session is opened: `none` where the steps do it, or how far and with which inputs.",
    form: Form::Either(&[Form::Word(&NO_SESSION), Form::Shape(&SESSION)]),
};
static NO_SESSION: Words = Words { what: "session", words: &["none"] };
static RENEWAL: Words =
    Words { what: "way to renew a credential", words: &words_of::<_, { RENEWALS.len() }>(RENEWALS) };

pub(super) static SESSION: Shape = Shape::new(
    "session-inputs",
    "`session`",
    "How far a session is opened, and inputs for activities of its opening, by their names.",
    &[
        Key::new("until", Form::Text, "the last activity of the opening that is done").such_as(&["open-case"]),
        Key::new("from", Form::Text, "for actors: the activity that the opening begins with").such_as(&["sign-in"]),
        Key::new("renew", Form::Word(&RENEWAL), "`never` leaves an expired credential expired").or("auto"),
    ],
)
.rest(Names::Free, &GIVEN_ALL);

pub(super) static ACTOR: Shape = Shape::new(
    "actor",
    "an actor",
    "One who acts beside the main actor.",
    &[
        Key::new("key", Form::Any, "its key for the engine, from the environment")
            .such_as(&["\"{{ env.REVIEWER_KEY }}\""]),
        Key::new("joins", Form::Text, "the actor on whose walk it acts; without it, it walks by itself")
            .such_as(&["main"]),
        Key::new("session", Form::Named(&SESSION_USE), "how its session is opened, at its first step")
            .such_as(&["none"]),
    ],
);

/// A step. Which keys it has depends on what it does.
pub(super) static STEP: Shape = Shape::new(
    "step",
    "a step",
    "A step: an activity, a request, a wait, a call that is awaited, a check, or the use of a fragment.",
    &[
        Key::new("id", Form::Like(&ID), "its name for `goto` and for `steps.ID`").such_as(&["selfie"]),
        Key::new("name", Form::Text, "your words for it in reports").such_as(&["The applicant takes a blurred selfie"]),
        Key::new("as", Form::Text, "the actor that does it").such_as(&["reviewer"]),
        Key::new("if", Form::Text, "what must be true, or it is skipped").such_as(&["\"{{ vars.count > 0 }}\""]),
        Key::new("timeout", Form::Duration, "how long it may take").such_as(&["5s"]),
    ],
)
.further(Further::ByKey(&[
    (
        Key::new("activity", Form::Text, "an activity of the catalogue").such_as(&["take-selfie"]),
        &[
            Key::new("with", Form::Map(Names::Free, &GIVEN), "its inputs, as the catalogue names them")
                .such_as(&["{ image: faces/clear.jpg }"]),
            Key::new("element", Form::Text, "the element that is meant, by id or name, where a diagram has several")
                .such_as(&["Capture the front"]),
            Key::new("at", Form::Word(&ANYWHERE), "`any` sends it although the process stands elsewhere"),
            EXPECT,
            SAVE,
            Key::new("on", Form::Map(Names::Free, &Form::Named(&ACTIONS)), "what to do for which outcome")
                .such_as(&["{ quality-failure: { goto: selfie, at-most: 3 } }"]),
            Key::new("simulate", Form::Shape(&SIMULATE), "what the simulator is told up to the next activity")
                .such_as(&["{ selfie-check: 601 }"]),
            RETRY_KEY,
            POLL_KEY,
        ],
    ),
    (
        Key::new("request", Form::Text, "a method and a path below the target's base URL, or a whole URL")
            .such_as(&["GET /health"]),
        &[
            Key::new("with", Form::Shape(&REQUEST_WITH), "its headers, query and body")
                .such_as(&["{ json: { name: Ada } }"]),
            EXPECT,
            SAVE,
            RETRY_KEY,
            POLL_KEY,
        ],
    ),
    (Key::new("wait", Form::Duration, "lets time pass; virtual time on the simulator").such_as(&["PT1M"]), &[EXPECT]),
    (
        Key::new(
            "await",
            Form::Either(&[Form::Text, Form::Shape(&AWAIT)]),
            "waits for a call of the engine to `listener.url` and this path; or a map that says more",
        )
        .such_as(&["/hooks/consent", "{ path: /hooks/consent, where: { $.event: consent-given }, deadline: 90s }"]),
        &[EXPECT, SAVE],
    ),
    (
        Key::new(
            "check",
            Form::Map(Names::Free, &Form::Named(&MATCHER)),
            "judges values and sends nothing: a template, and what is wanted of it",
        )
        .such_as(&["{ \"{{ vars.count }}\": { gt: 0 } }"]),
        &[],
    ),
    (
        Key::new("use", Form::Text, "the steps of a fragment, by its path relative to this file")
            .such_as(&["parts/selfie.yaml"]),
        &[
            Key::new("with", VALUES, "the inputs of the fragment").such_as(&["{ image: faces/clear.jpg }"]),
            PICKS,
            RETRY_KEY,
        ],
    ),
]));

pub(super) static AWAIT: Shape = Shape::new(
    "await",
    "`await`",
    "A call of the engine that is awaited.",
    &[
        Key::required("path", Form::Text, "its path, behind `listener.url`").such_as(&["/hooks/consent"]),
        Key::new("where", Form::Named(&BODY), "what its body must be like; other calls are left for other steps")
            .such_as(&["{ $.event: consent-given }"]),
        Key::new("deadline", Form::Duration, "how long it may take to come, in real time").such_as(&["90s"]).or("30s"),
    ],
);

static GIVEN_ALL: Form = Form::Map(Names::Free, &GIVEN);
/// What an input of an activity is given.
static GIVEN: Form = Form::Marked(&[
    Key::new("omit", Form::Boolean, "`true` leaves the input out, also where it has a default or is required"),
    Key::new("invalid", Form::Any, "sends what the catalogue would refuse").such_as(&["-1"]),
]);
static ANYWHERE: Words = Words { what: "value of `at`", words: &["any"] };
const EXPECT: Key = Key::new(
    "expect",
    Form::Named(&STEP_EXPECTATION),
    "what must hold of the answer: an outcome, or a map that says more",
)
.such_as(&["quality-failure", "{ outcome: quality-failure, code: 601 }"]);
const SAVE: Key = Key::new(
    "save",
    Form::Map(Names::Like(&ID), &SAVED_FROM),
    "what is kept of the answer: a JSONPath, a template over `response`, or a header; read as `steps.ID.NAME`",
)
.such_as(&["{ token: $.id }", "{ kind: { header: content-type } }"]);
static SAVED_FROM: Form = Form::Either(&[Form::Text, Form::Shape(&SAVED)]);
const PICKS: Key = Key::new("save", Form::Named(&PICKED), "what is kept of the outputs of the fragment")
    .such_as(&["[screen]", "{ screen_after: screen }"]);
static PICKED: Definition = Definition {
    name: "picked",
    about: "What is kept of the outputs of a fragment: a list, or new names for them.",
    form: Form::Either(&[Form::Text, Form::List(&Form::Text), Form::Map(Names::Like(&ID), &Form::Text)]),
};
const RETRY_KEY: Key = Key::new(
    "retry",
    Form::Named(&RETRY_USE),
    "when a request is sent again after an error of transport; outcomes are never a reason",
)
.such_as(&["3", "{ times: 3, for: [transport, 503] }"]);
static RETRY_USE: Definition = Definition {
    name: "retry",
    about: "How often a request is sent again after an error of transport, or a map that says more.",
    form: Form::Either(&[Form::Integer(1, MAX_TIMES), Form::Shape(&RETRY)]),
};
const POLL_KEY: Key =
    Key::new("poll", Form::Shape(&POLL), "does it again and again until its answer is what is waited for")
        .such_as(&["{ every: 2s, until: { instance: COMPLETED }, deadline: 90s }"]);

pub(super) static REQUEST_WITH: Shape = Shape::new(
    "request-with",
    "`with` of a request",
    "What a request carries.",
    &[
        Key::new("headers", VALUES, "headers").such_as(&["{ accept: application/json }"]),
        Key::new("query", VALUES, "query parameters").such_as(&["{ page: 2 }"]),
        Key::new("json", Form::Any, "a JSON body").such_as(&["{ name: Ada }"]),
        Key::new("credential", Form::Boolean, "whether the session's credential is sent").or("true"),
    ],
);

pub(super) static SAVED: Shape = Shape::new(
    "saved",
    "a saved value",
    "A header of the answer.",
    &[Key::required("header", Form::Text, "its name").such_as(&["content-type"])],
);

static BACKOFF: Words = Words { what: "way to wait", words: &words_of::<_, { BACKOFFS.len() }>(BACKOFFS) };

pub(super) static RETRY: Shape = Shape::new(
    "retry-rules",
    "`retry`",
    "When a request that met an error of transport is sent again.",
    &[
        Key::required("times", Form::Integer(1, MAX_TIMES), "how often each request is sent again at most"),
        Key::new("backoff", Form::Word(&BACKOFF), "whether each pause is twice as long as the one before")
            .or("exponential"),
        Key::new("every", Form::Duration, "the first pause").such_as(&["500ms"]).or("1s"),
        Key::new("for", TEXTS, "the reasons: `transport`, statuses such as `503`, `5xx`")
            .such_as(&["[transport, 503]"])
            .or("transport"),
        Key::new(
            "even-if-sent",
            Form::Boolean,
            "whether a request that changes something is sent again although it may have arrived",
        )
        .or("false"),
    ],
);

pub(super) static POLL: Shape = Shape::new(
    "poll",
    "`poll`",
    "A step is done again and again until its answer is what is waited for.",
    &[
        Key::new("every", Form::Duration, "how long to wait between two polls").such_as(&["2s"]).or("1s"),
        Key::required("until", Form::Named(&STEP_EXPECTATION), "what is waited for")
            .such_as(&["{ instance: COMPLETED }"]),
        Key::new("stop-when", Form::Named(&STEP_EXPECTATION), "what shows that it will never come")
            .such_as(&["{ instance: FAILED }"]),
        Key::required("deadline", Form::Duration, "how long it may take in all").such_as(&["90s"]),
    ],
);

static STEP_EXPECTATION: Definition = Definition {
    name: "step-expect",
    about: "What must hold of an answer: the name of an outcome, or a map that says more.",
    form: Form::Either(&[Form::Text, Form::Shape(&EXPECTATION)]),
};

pub(super) static EXPECTATION: Shape = Shape::new(
    "expectation",
    "`expect` of a step",
    "What must hold of an answer; all of it is judged.",
    &[
        Key::new("outcome", TEXTS, "the outcome, or those that are fine")
            .such_as(&["quality-failure", "[success, quality-failure]"]),
        Key::new("code", Form::Named(&MATCHER), "the engine's code, wherever it stands in the answer")
            .such_as(&["601", "{ in: [601, 602] }"]),
        Key::new("status", Form::Named(&STATUS), "the HTTP status: `200`, `2xx` or a matcher").such_as(&["200", "2xx"]),
        Key::new("headers", Form::Map(Names::Free, &Form::Named(&MATCHER)), "headers, by name without regard to case")
            .such_as(&["{ content-type: { starts-with: application/json } }"]),
        Key::new("body", Form::Named(&BODY), "the body: members by name, parts by JSONPath")
            .such_as(&["{ status: ACTIVE, $.items[0].name: { matches: \"A.*\" } }"]),
        Key::new(
            "answer",
            Form::Named(&BODY),
            "what the catalogue reads of the answer, whatever its shape: fields by name",
        )
        .such_as(&["{ screen: { exists: true } }"]),
        Key::new("schema", SCHEMA, "a JSON Schema of the body: a file, or written here")
            .such_as(&["schemas/answer.json"]),
        Key::new("instance", Form::Named(&MATCHER), "the state of the process instance, in the engine's words")
            .such_as(&["COMPLETED"]),
        Key::new("time", Form::Named(&MATCHER), "milliseconds of real time that the answer took")
            .such_as(&["{ lt: 500 }"]),
        Key::new("next", Form::Text, "the activity at which the process stands afterwards; `end` at its end")
            .such_as(&["confirm-selfie", "end"]),
    ],
);

static WANTED: Form = Form::Named(&MATCHER);
const INSTANCE: Key = Key::new("instance", Form::Named(&MATCHER), "the state of the instance, in the engine's words")
    .such_as(&["COMPLETED"]);
const WALK: Key = Key::new("walk", TEXTS, "the activities, exactly and in this order")
    .such_as(&["[welcome, give-consent, take-selfie]"]);
const WALK_INCLUDES: Key = Key::new("walk-includes", TEXTS, "activities in this order; others may stand between")
    .such_as(&["[take-selfie, confirm-selfie]"]);
const VISITS: Key =
    Key::new("visits", Form::Map(Names::Free, &WANTED), "how often activities were visited: a number or a matcher")
        .such_as(&["{ take-selfie: 2 }", "{ take-selfie: { le: 3 } }"]);
const NEVER: Key = Key::new("never", TEXTS, "activities that must not be visited").such_as(&["[show-passport]"]);
const OUTCOMES: Key =
    Key::new("outcomes", Form::Map(Names::Free, &TEXTS), "the outcomes of an activity, visit by visit")
        .such_as(&["{ take-selfie: [quality-failure, success] }"]);

pub(super) static WALK_EXPECTATION: Shape = Shape::new(
    "walk-expect",
    "`expect` of a scenario",
    "What must hold at the end of a scenario.",
    &[
        INSTANCE,
        WALK,
        WALK_INCLUDES,
        VISITS,
        NEVER,
        OUTCOMES,
        Key::new(
            "actors",
            Form::Map(Names::Free, &Form::Shape(&ACTOR_EXPECTATION)),
            "what must hold of the walks of other actors, by their names",
        )
        .such_as(&["{ reviewer: { walk: [review] } }"]),
    ],
);

pub(super) static ACTOR_EXPECTATION: Shape = Shape::new(
    "actor-expect",
    "`expect` of an actor",
    "What must hold of an actor's walk at the end of a scenario.",
    &[INSTANCE, WALK, WALK_INCLUDES, VISITS, NEVER, OUTCOMES],
);

static ACTIONS: Definition = Definition {
    name: "action",
    about: "What is done when an activity gives an outcome.",
    form: Form::Either(&[Form::Word(&PLAIN_ACTION), Form::Shape(&ACTION)]),
};
pub(super) static PLAIN_ACTION: Words = Words { what: "action", words: WORDS };
static END: Words = Words { what: "way to end a scenario", words: &words_of::<_, { ENDS.len() }>(ENDS) };

pub(super) static ACTION: Shape = Shape::new(
    "branch",
    "an action",
    "One action, after steps if there are any.",
    &[
        Key::new("with", VALUES, "with `use`: the inputs of the fragment").such_as(&["{ image: faces/clear.jpg }"]),
        PICKS,
        Key::new("at-most", Form::Integer(1, 1_000_000), "how often the branch may be taken; once more fails the step")
            .such_as(&["3"]),
    ],
)
.further(Further::AnyOf(&[
    Key::new("steps", Form::List(&Form::Shape(&STEP)), "steps that are done first")
        .such_as(&["[{ activity: take-selfie, with: { image: faces/clear.jpg } }]"]),
    Key::new("use", Form::Text, "a fragment that is done first, by its path relative to this file")
        .such_as(&["parts/selfie.yaml"]),
    Key::new("goto", Form::Text, "goes on with the step of this id, in the same block").such_as(&["selfie"]),
    Key::new("repeat", Form::Boolean, "`true` does the same step again"),
    Key::new("continue", Form::Boolean, "`true` goes on with the next step"),
    Key::new("end", Form::Word(&END), "ends the scenario; its `expect` is still judged"),
]));

static ANSWERS: Definition = Definition {
    name: "answers",
    about: "An answer for every visit, or a list of answers, one visit each.",
    form: Form::Either(&[
        Form::Null,
        Form::Shape(&ANSWER),
        Form::List(&Form::Either(&[Form::Null, Form::Shape(&ANSWER)])),
    ]),
};

pub(super) static ANSWER: Shape = Shape::new(
    "answer",
    "an answer",
    "What an activity gets when the process stands there.",
    &[
        Key::new("as", Form::Text, "the actor that gives it").such_as(&["reviewer"]),
        Key::new("with", Form::Map(Names::Free, &GIVEN), "the inputs of the activity")
            .such_as(&["{ image: faces/clear.jpg }"]),
        Key::new("wait", Form::Duration, "lets time pass instead, so that a timer can fire").such_as(&["PT4M30S"]),
        Key::new("optional", Form::Boolean, "whether it is fine if it is never used").or("false"),
        EXPECT,
        SAVE,
        Key::new(
            "on",
            Form::Map(Names::Free, &Form::Named(&ACTIONS)),
            "what to do for which outcome: `continue` or `end`",
        )
        .such_as(&["{ refused: { end: passed } }"]),
        RETRY_KEY,
        Key::new("simulate", Form::Shape(&SIMULATE), "what the simulator is told for it")
            .such_as(&["{ selfie-check: 601 }"]),
    ],
);

static SIMULATE_WITH_START: Shape = Shape::new(
    "simulate-scenario",
    "`simulate`",
    "What the simulator is told, by automatic activity, element, function or rule.",
    &[Key::new("start", VALUES, "process variables at the start").such_as(&["{ language: de }"])],
)
.rest(Names::Free, &Form::Named(&DIRECTIVES));

static SIMULATE: Shape = Shape::new(
    "simulate",
    "`simulate`",
    "What the simulator is told up to the next activity, by automatic activity, element, function or rule.",
    &[],
)
.rest(Names::Free, &Form::Named(&DIRECTIVES));

static DIRECTIVES: Definition = Definition {
    name: "simulated",
    about: "What is done in every visit, or a list, one visit each.",
    form: Form::Either(&[Form::Named(&DIRECTIVE), Form::List(&Form::Named(&DIRECTIVE))]),
};

static DIRECTIVE: Definition = Definition {
    name: "simulated-visit",
    about: "What is done in one visit: a number is a code, a text an outcome, a map says more.",
    form: Form::Either(&[Form::Integer(i64::MIN, i64::MAX), Form::Like(&NAME), Form::Shape(&VISIT)]),
};

pub(super) static VISIT: Shape = Shape::new(
    "visit",
    "a simulated visit",
    "What is done in one visit.",
    &[
        Key::new("outcome", Form::Text, "the outcome, by its name").such_as(&["quality-failure"]),
        Key::new("code", Form::Integer(i64::MIN, i64::MAX), "the code on the wire").such_as(&["601"]),
        Key::new("error", Form::Text, "a BPMN error to raise").such_as(&["QUALITY_FAILED"]),
        Key::new("set", VALUES, "process variables to set").such_as(&["{ country: DE }"]),
        Key::new("results", VALUES, "results of a script, stored where the catalogue says")
            .such_as(&["{ score: 0.93 }"]),
    ],
);
