use super::Severity;

/// The stable name of a kind of problem, `room/what`. Documentation, suppression and tests key on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(&'static str);

impl Id {
    /// The name as it is printed.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// What is declared for this id.
    pub fn rule(self) -> &'static Rule {
        RULES.iter().find(|rule| rule.id == self).expect("ids are made by the table alone")
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// What is declared for an id.
#[derive(Debug)]
pub struct Rule {
    /// The id.
    pub id: Id,
    /// How bad it is unless said otherwise.
    pub severity: Severity,
    /// One sentence on when it is raised.
    pub summary: &'static str,
}

/// Every kind of problem that flowproof knows, in the order of the rooms that raise them.
pub fn rules() -> &'static [Rule] {
    RULES
}

macro_rules! rules {
    ($($name:ident = $severity:ident $text:literal: $summary:literal;)*) => {
        impl Id {
            $(#[doc = $summary] pub const $name: Id = Id($text);)*
        }
        const RULES: &[Rule] = &[$(Rule { id: Id($text), severity: Severity::$severity, summary: $summary }),*];
    };
}

rules! {
    // Files and YAML.
    UNREADABLE_FILE = Error "file/unreadable": "A file is missing or cannot be read.";
    FILE_TOO_LARGE = Error "file/too-large": "A file is larger than flowproof reads.";
    NOT_UTF8 = Error "file/not-utf8": "A file is not UTF-8 text.";
    YAML_SYNTAX = Error "yaml/syntax": "A file is not well-formed YAML; it is read up to that place.";
    YAML_LIMIT = Error "yaml/limit": "A file exceeds a bound on nesting, nodes or aliases.";
    YAML_DUPLICATE_KEY = Error "yaml/duplicate-key": "A mapping has the same key twice.";
    YAML_KEY = Error "yaml/key": "A mapping has a key that is not a plain name.";
    YAML_UNQUOTED_TEMPLATE = Error "yaml/unquoted-template": "A template stands unquoted, so YAML reads it as a mapping.";
    YAML_TAG = Error "yaml/tag": "A node has a tag; flowproof gives tags no meaning.";
    YAML_DOCUMENTS = Error "yaml/documents": "A file holds no document or more than one.";
    UNKNOWN_KEY = Error "yaml/unknown-key": "A key is not one of those that are known there.";
    MISSING_KEY = Error "yaml/missing-key": "A required key is absent.";
    WRONG_TYPE = Error "yaml/wrong-type": "A value is not of the kind that is expected there.";
    WRONG_VALUE = Error "yaml/wrong-value": "A value has the right kind but is not one that is allowed there.";
    WRONG_ID = Error "yaml/id": "An id is not lower-case letters, digits and underscores.";
    FILE_KIND = Error "file/kind": "A file is not of the kind that is expected there, by its first key.";
    // Scenarios.
    SCENARIO_STYLE = Error "scenario/style": "A scenario has both `steps` and `answers`.";
    DUPLICATE_STEP = Error "scenario/duplicate-step": "Two steps of a scenario have the same id.";
    CLEAR_SECRET = Error "settings/clear-secret": "A secret stands in a file in clear.";
    UNKNOWN_EMBEDDED = Error "settings/unknown-catalogue": "The settings name a catalogue that is not inside flowproof.";
    UNKNOWN_ENVIRONMENT = Error "settings/unknown-environment": "An environment is named that the settings do not have.";
    UNKNOWN_PROCESS = Error "scenario/unknown-process": "A scenario names a process that the settings do not have, or needs one and names none.";
    UNKNOWN_CATALOGUE = Error "scenario/unknown-catalogue": "A scenario names a catalogue that the project does not have, or must choose one.";
    UNKNOWN_ACTIVITY = Error "scenario/unknown-activity": "An activity is named that the catalogue does not have.";
    UNKNOWN_ELEMENT = Error "scenario/unknown-element": "An element is named that the process does not have.";
    UNKNOWN_INPUT = Error "scenario/unknown-input": "An activity or a fragment is given an input that it does not have.";
    MISSING_INPUT = Error "scenario/missing-input": "An activity or a fragment is not given an input that it needs.";
    WRONG_INPUT = Error "scenario/wrong-input": "An input has a value that the activity or the fragment does not take.";
    INPUT_FILE = Error "scenario/input-file": "A file that is to be sent is missing, outside of the project, or not of a kind that is taken.";
    UNKNOWN_OUTPUT = Error "scenario/unknown-output": "Something is kept of a fragment that it does not give.";
    BROKEN_FRAGMENT = Error "scenario/broken-fragment": "A fragment is used that cannot be: it has problems of its own, or lies outside of the project.";
    FRAGMENT_CYCLE = Error "scenario/fragment-cycle": "Fragments use each other in a circle.";
    UNKNOWN_OUTCOME = Error "scenario/unknown-outcome": "An outcome is named that the activity does not have.";
    UNKNOWN_STATE = Warning "scenario/unknown-state": "A state of the instance is expected that the catalogue does not know.";
    UNKNOWN_FIELD = Error "scenario/unknown-field": "Something is expected of an answer that the catalogue does not read.";
    UNKNOWN_CODE = Error "scenario/unknown-code": "A code is named that the activity never gives.";
    UNKNOWN_SIMULATED = Error "scenario/unknown-simulated": "`simulate` names nothing of the process.";
    CONTRADICTION = Error "scenario/contradiction": "Two parts of a scenario exclude each other.";
    UNBOUNDED_BRANCH = Warning "scenario/unbounded-branch": "A branch goes back and nothing bounds how often.";
    UNKNOWN_VARIABLE = Error "scenario/unknown-variable": "A template reads something that no part of the scenario defines.";
    UNREAD_VARIABLE = Warning "scenario/unread-variable": "Something is defined or saved and never read.";
    SHADOWED_VARIABLE = Warning "scenario/shadowed-variable": "A value is saved under the name of a variable, which it hides from then on.";
    READ_TOO_EARLY = Error "scenario/read-too-early": "A template reads what no step can have saved by then.";
    MAYBE_UNDEFINED = Warning "scenario/maybe-undefined": "A template reads what is saved only on some of the ways that lead there.";
    UNREACHABLE_STEP = Warning "scenario/unreachable-step": "No way leads to a step.";
    WALK = Error "scenario/walk": "A scenario goes a way that the diagram of its process does not have.";
    IMPOSSIBLE_OUTCOME = Error "scenario/impossible-outcome": "A step expects an outcome that nothing there can give.";
    DEAD_BRANCH = Warning "scenario/dead-branch": "A branch is for an outcome that nothing there can give.";
    UNUSED_SIMULATION = Warning "scenario/unused-simulation": "A step's `simulate` is about something that is not done before the process waits again.";
    UNANSWERED = Error "scenario/unanswered": "A process asks for something for which no answer is given.";
    UNUSED_ANSWER = Error "scenario/unused-answer": "An answer is given for something that the process never asks for.";
    CYCLIC_VARIABLE = Error "scenario/cyclic-variable": "A variable is made of itself.";
    NESTING = Error "scenario/nesting": "Blocks of steps or fragments stand too deep inside of each other.";
    TITLE = Error "scenario/title": "A title is made of something else than the values of its case.";
    UNKNOWN_COLUMN = Error "scenario/unknown-column": "A template reads a value of its case that no row has.";
    MISSING_VALUE = Warning "scenario/missing-value": "A template reads a value of its case that some row does not have.";
    EXPIRED_FAILURE = Warning "scenario/expired-failure": "The date is over until which a failure was known and did not count.";
    UNKNOWN_CASE = Error "scenario/unknown-case": "A case is named that the scenario does not have.";
    UNKNOWN_ACTOR = Error "scenario/unknown-actor": "An actor is named that the scenario does not declare.";
    UNUSED_ACTOR = Warning "scenario/unused-actor": "An actor is declared and never acts.";
    UNKNOWN_STEP = Error "scenario/unknown-step": "A `goto` names no step of its block.";

    // The quarantine.
    EXPIRED_QUARANTINE = Warning "quarantine/expired": "The date is over until which the verdict of a scenario did not count.";
    UNKNOWN_QUARANTINED = Warning "quarantine/unknown-scenario": "The quarantine names a scenario that is not there.";

    // What is asked for on the command line.
    FILTER = Error "select/filter": "A filter reads what no scenario has, calls a function, or gives neither true nor false.";
    UNKNOWN_LINE = Error "select/line": "A line or case is asked for that a scenario does not have.";

    // Cases.
    CASES_FORMAT = Error "cases/format": "A file of cases is not written in a way that is known.";
    CASES_SYNTAX = Error "cases/syntax": "A file of cases is no well-formed CSV, or no list of JSON objects.";
    CASES_HEADER = Error "cases/header": "The header of a CSV file is missing or names a column twice, not at all or with an unknown type.";
    CASES_ROW = Error "cases/row": "A row of cases has not the shape of a row.";
    CASES_COLUMN = Warning "cases/column": "A row has a column that other rows have under almost the same name.";
    CASES_VALUE = Error "cases/value": "A value of a row is not what the header says of its column.";
    CASES_ID = Error "cases/id": "Two rows have the same id, or a row has one that is none.";
    CASES_LIMIT = Error "cases/limit": "A table of cases exceeds a bound on its rows or bytes.";
    CASES_EMPTY = Warning "cases/empty": "A table of cases has no row.";
    CASES_TEMPLATE = Warning "cases/template": "A row of a scenario's cases holds a template, which is not evaluated there.";

    // Templates.
    TEMPLATE_SYNTAX = Error "template/syntax": "A template is not well-formed.";
    TEMPLATE_UNKNOWN = Error "template/unknown-function": "A template names a function, filter or test that does not exist.";
    TEMPLATE_KEY = Error "template/key": "The key of a mapping holds a template.";
    TEMPLATE_UNDEFINED = Error "template/undefined": "A template reads something that is not defined.";
    TEMPLATE_FAILED = Error "template/failed": "A template was evaluated and failed.";
    TEMPLATE_LIMIT = Error "template/limit": "A template exceeds a bound on its length, work, nesting or result.";
    // Process definitions.
    PROCESS_XML = Error "process/xml": "A process file is not well-formed XML, or has a document type definition.";
    PROCESS_LIMIT = Error "process/limit": "A process file exceeds a bound on size, elements or nesting.";
    PROCESS_NOT_BPMN = Error "process/not-bpmn": "A file holds no BPMN 2.0 process.";
    PROCESS_MISSING = Error "process/missing": "An element lacks an id, a name or a reference that it needs.";
    PROCESS_DUPLICATE_ID = Error "process/duplicate-id": "Two elements of a process file have the same id.";
    PROCESS_DANGLING = Error "process/dangling": "An element refers to one that does not exist.";
    PROCESS_ERROR_REF = Warning "process/error-ref": "A boundary event refers to an error that is not declared.";
    PROCESS_START = Error "process/start": "A process has no start event without a trigger, or more than one.";
    PROCESS_EXPRESSION = Error "process/expression": "A condition or parameter does not parse.";
    PROCESS_DURATION = Error "process/duration": "A timer is no ISO 8601 duration of fixed length.";
    PROCESS_DIAGRAM = Warning "process/diagram": "A shape or line of the diagram belongs to no element, or has no usable coordinates.";
    PROCESS_UNSUPPORTED = Info "process/unsupported": "An element is kept and drawn but not executed; reaching it is an incident.";
    // Soundness of process definitions.
    LINT_UNREACHABLE = Error "lint/unreachable": "A node is never reached from a start.";
    LINT_DEAD_END = Error "lint/dead-end": "From a node that is reached, no end can be.";
    LINT_NO_END = Error "lint/no-end": "A process has no end.";
    LINT_GATEWAY = Error "lint/gateway": "An exclusive gateway is drawn in a way that engines refuse to deploy.";
    LINT_NO_DEFAULT = Warning "lint/no-default": "At a gateway without a default, all conditions may be false.";
    LINT_CONSTANT = Warning "lint/constant-condition": "A condition at a gateway always has the same value.";
    LINT_SAME_WAY = Warning "lint/same-way": "Several flows lead from one node to another.";
    LINT_SUPERFLUOUS = Info "lint/superfluous": "A gateway or a default does nothing.";
    LINT_JOIN_AND_SPLIT = Warning "lint/join-and-split": "One gateway joins flows and splits them again.";
    LINT_SHADOWED = Warning "lint/shadowed-condition": "A flow is never taken, since an earlier one holds whenever it does.";
    LINT_OVERLAP = Warning "lint/overlapping-conditions": "Which of two flows is taken depends on their order in the file alone.";
    LINT_NULL_CONDITION = Warning "lint/null-condition": "A condition is a value as it is, and null is an incident.";
    LINT_NULL_GUARD = Warning "lint/null-guard": "A comparison with null is to guard against a variable that is not there, and does not.";
    LINT_EXACT_COUNTER = Warning "lint/exact-counter": "A condition asks whether a counter is exactly some number.";
    LINT_MISSING = Warning "lint/missing-variable": "A variable is read that is written on some of the ways there and not on all.";
    LINT_CANCELLED_OUTPUT = Warning "lint/cancelled-output": "An output reads what is not there where an event cancels the activity.";
    LINT_UNREAD = Info "lint/unread-variable": "A variable is written and nothing in the process reads it.";
    LINT_EVENT_WITHOUT_WAY = Warning "lint/event-without-way": "No flow leaves an event on the border of an activity.";
    LINT_SAME_ERROR = Error "lint/same-error": "Two events of one activity catch the same error.";
    LINT_CATCH_ALL = Info "lint/catch-all": "An event catches every error beside those that catch one.";
    LINT_SAME_END = Info "lint/error-or-timeout": "An error and a timeout of one activity lead to the same place.";
    LINT_UNCAUGHT = Info "lint/uncaught": "No event catches an error of an automatic activity.";
    LINT_RAISED = Warning "lint/raised-error": "An activity can raise an error that no event on it catches.";
    LINT_UNUSED_ERROR = Info "lint/unused-error": "An error is declared and caught nowhere.";
    LINT_ERROR_TWICE = Info "lint/error-twice": "An error code is declared several times.";
    LINT_IDLE_TIMER = Warning "lint/idle-timer": "A timer stands on an activity at which the process does not wait.";
    LINT_NO_TIMER = Warning "lint/no-timer": "The process can wait at an activity for ever.";
    LINT_LIVELOCK = Error "lint/livelock": "The process can go round in a circle without waiting.";
    LINT_LOOP = Info "lint/loop": "Activities can be gone through again and again.";
    LINT_UNNAMED = Info "lint/unnamed": "An activity, a decision or a flow with a condition has no name.";
    LINT_SAME_NAME = Info "lint/same-name": "Several activities have the same name.";
    LINT_NOT_DRAWN = Warning "lint/not-drawn": "A process, a node or a flow is not in the diagram.";
    LINT_DANGLING_SHAPE = Warning "lint/dangling-shape": "The diagram shows what is not in the file.";
    ACCEPTED_RULE = Error "accepted/unknown-rule": "A finding is accepted of a rule that does not exist.";
    ACCEPTED_EXPIRED = Warning "accepted/expired": "The date is over until which a finding about a process was accepted.";
    ACCEPTED_UNUSED = Warning "accepted/unused": "A finding about a process is accepted that is not found.";

    // Catalogues.
    CATALOGUE_NAME = Error "catalogue/name": "A name in a catalogue is not lower-case letters, digits and hyphens.";
    CATALOGUE_REFERENCE = Error "catalogue/unknown-name": "A catalogue names something that it does not declare.";
    CATALOGUE_DUPLICATE = Error "catalogue/duplicate": "Two things of a catalogue that are told apart by it are the same.";
    CATALOGUE_INCOMPLETE = Error "catalogue/incomplete": "Something in a catalogue needs what is not declared.";
    CATALOGUE_POINTER = Error "catalogue/pointer": "A pointer of a catalogue's wire is not well-formed.";
    CATALOGUE_ROUTE = Warning "catalogue/route": "Two exchanges have the same method and path, so that the simulator plays the first alone.";
    CATALOGUE_PATH = Error "catalogue/path": "A path in a catalogue is not well-formed.";

    // JSONPath.
    QUERY_PATH = Error "query/path": "A JSONPath is not valid by RFC 9535.";

    // Expectations.
    EXPECT_MATCHER = Error "expect/matcher": "A map that is expected is neither a matcher nor stands behind `eq`.";
    EXPECT_VALUE = Error "expect/value": "A matcher has a value that it cannot use.";
    EXPECT_PATTERN = Error "expect/pattern": "A regular expression is not well-formed or too large.";
    EXPECT_SCHEMA = Error "expect/schema": "A JSON Schema cannot be used.";
    EXPECT_MEMBER = Warning "expect/member": "A matcher stands where the members of a body are named.";

}
