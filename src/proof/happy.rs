use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::filled::Filled;
use super::passing::Passing;
use crate::catalogue::{Activity, Catalogue, Ending, Input, InputType, SUCCEEDED};
use crate::process::{Definition, Execution, Input as Deed, Node, NodeIndex, Settings, State};

/// Most situations that are tried.
const MAX_SITUATIONS: usize = 20_000;
/// Most ways to fill in the inputs of one activity that are tried.
const MAX_WAYS: usize = 64;

/// The shortest walk from the start of a process to an end that is a success, on which every activity gives its success.
#[derive(Debug)]
pub struct HappyPath<'a> {
    /// Where the process waits for somebody, in order.
    pub stops: Vec<Stop<'a>>,
    /// The state of the instance at the end, as the engine's word.
    pub state: &'a str,
}

/// Somebody does something.
#[derive(Clone, Debug)]
pub struct Stop<'a> {
    /// The element.
    pub node: NodeIndex,
    /// The activity that it is.
    pub activity: &'a Activity,
    /// What must be given so that the walk goes this way. A file is null: which one is not decided by the diagram.
    pub given: Vec<(&'a Input, Value)>,
}

/// Why there is no such walk.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoHappyPath {
    /// No end that is a success was reached.
    #[error("no walk leads from the start to an end that is a success{}", also(.strange, .incidents))]
    None {
        /// Elements that wait and that no activity of the catalogue is.
        strange: Vec<String>,
        /// Where walks could not go on, and why.
        incidents: Vec<String>,
    },
    /// The search was given up.
    #[error("no walk to an end that is a success was found among {MAX_SITUATIONS} situations")]
    Bound,
}

fn also(strange: &[String], incidents: &[String]) -> String {
    let names: Vec<String> = strange.iter().map(|name| format!("`{name}`")).collect();
    let strange = match names.as_slice() {
        [] => String::new(),
        names => format!("; the catalogue has no activity for {}", names.join(", ")),
    };
    incidents.iter().fold(strange, |told, incident| format!("{told}; {incident}"))
}

/// A situation of a walk, and what led to it.
struct Situation<'a> {
    execution: Execution,
    last: Option<Rc<Link<'a>>>,
}

struct Link<'a> {
    stop: Stop<'a>,
    before: Option<Rc<Link<'a>>>,
}

/// Finds the happy path of a process: breadth first, so that it is the shortest, over every way in which required inputs can be
/// filled in. Automatic elements do what they do where all is well.
///
/// # Errors
/// If there is none, or none was found within the bound.
pub fn happy_path<'a>(definition: &Definition, catalogue: &'a Catalogue) -> Result<HappyPath<'a>, NoHappyPath> {
    let mut work = Passing(catalogue);
    // A session without parameters.
    let parameters = catalogue.session.simulated.token_parameters.iter().map(|name| (name.clone(), json!({})));
    let (execution, _) = Execution::start(definition, Settings::default(), parameters.collect(), 0, &mut work);
    let mut open = VecDeque::from([Situation { execution, last: None }]);
    let (mut seen, mut strange, mut incidents) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    while let Some(Situation { execution, last }) = open.pop_front() {
        let node = match execution.state() {
            State::Waiting { node, .. } => node,
            State::Ended { .. } => match end(&execution, catalogue) {
                Some(state) => return Ok(HappyPath { stops: stops(last), state }),
                None => continue,
            },
            State::Incident(incident) => {
                let at = execution.at().map(|node| format!(" at `{}`", title(&definition[node]))).unwrap_or_default();
                incidents.insert(format!("it cannot go on{at}: {incident}"));
                continue;
            }
        };
        // Where several tokens wait, and at which instance of an activity, is part of the situation.
        let places: Vec<NodeIndex> = execution.places().iter().map(|place| place.node).collect();
        let known = [execution.variables(), execution.inputs()].map(|known| Value::Object(known.clone()).to_string());
        if !seen.insert((node, places, known)) {
            continue;
        }
        if seen.len() > MAX_SITUATIONS {
            return Err(NoHappyPath::Bound);
        }
        let element = &definition[node];
        let Some(activity) = catalogue.activity_of(&element.attribute_texts(), element.name.as_deref()) else {
            strange.insert(title(element));
            continue;
        };
        for given in ways(activity, execution.inputs()) {
            let Some(filled) = Filled::of(activity, &given, execution.inputs()) else { continue };
            if !filled.outcomes(None).any(|outcome| outcome.name.value == Activity::SUCCESS) {
                continue;
            }
            let locals = filled.locals;
            let set = activity.simulated.written(&locals, execution.inputs(), execution.variables());
            let mut next = execution.clone();
            if next.apply(definition, Deed::Complete { locals, set }, &mut work).is_ok() {
                let stop = Stop { node, activity, given };
                open.push_back(Situation { execution: next, last: Some(Rc::new(Link { stop, before: last.clone() })) });
            }
        }
    }
    Err(NoHappyPath::None { strange: strange.into_iter().collect(), incidents: incidents.into_iter().collect() })
}

/// The title of an element on one line.
fn title(node: &Node) -> String {
    node.title().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn stops(mut last: Option<Rc<Link<'_>>>) -> Vec<Stop<'_>> {
    let mut stops = Vec::new();
    while let Some(link) = last {
        stops.push(link.stop.clone());
        last = link.before.clone();
    }
    stops.reverse();
    stops
}

/// The state of an instance that ended like this, if that is a success.
fn end<'a>(execution: &Execution, catalogue: &'a Catalogue) -> Option<&'a str> {
    // No check fails on a happy path, and no timer fires.
    let state = catalogue.session.final_state(&Ending::default(), execution.variables());
    (state == SUCCEEDED).then(|| catalogue.session.states.word(SUCCEEDED))
}

/// The ways to give an activity what it needs for its success.
fn ways<'a>(activity: &'a Activity, element: &Map<String, Value>) -> Vec<Vec<(&'a Input, Value)>> {
    let success = activity.outcome(Activity::SUCCESS);
    let wanted = |input: &Input| -> Vec<Value> {
        let conditions = success.into_iter().flat_map(|outcome| &outcome.when.inputs);
        let condition = conditions.into_iter().find(|(name, _)| name.value == input.name.value);
        condition.map(|(_, matcher)| matcher.listed().into_iter().cloned().collect()).unwrap_or_default()
    };
    let mut ways = vec![Vec::new()];
    for input in &activity.inputs {
        let mut values = wanted(input);
        if values.is_empty() {
            match &input.kind {
                _ if !input.required || input.default.is_some() => continue,
                InputType::File { .. } => values.push(Value::Null),
                _ if !input.one_of.is_empty() => values.extend(input.one_of.iter().cloned()),
                kind => {
                    values.push(placeholder(kind));
                    // The element itself may list what it takes.
                    let listed = activity.simulated.accepts.iter().flat_map(|accepted| accepted.listed(element));
                    values.extend(listed.filter(|value| kind.accepts(value).is_ok()));
                }
            }
        }
        let mut more = Vec::new();
        for way in &ways {
            for value in &values {
                more.push(way.iter().cloned().chain([(input, value.clone())]).collect());
            }
        }
        more.truncate(MAX_WAYS);
        ways = more;
    }
    // A picture is taken wherever one can be, required or not.
    for way in &mut ways {
        let files = activity.inputs.iter().filter(|input| matches!(input.kind, InputType::File { .. }));
        for input in files {
            if !way.iter().any(|(given, _)| given.name == input.name) {
                way.push((input, Value::Null));
            }
        }
        way.sort_by_key(|(given, _)| activity.inputs.iter().position(|input| input.name == given.name));
    }
    ways
}

/// A text that an author has still to choose; it says so where it is written.
pub(in crate::proof) const UNDECIDED: &str = "to be chosen";

/// A value of a type, where nothing says which.
pub(in crate::proof) fn placeholder(kind: &InputType) -> Value {
    match kind {
        InputType::Text | InputType::Any | InputType::File { .. } => json!(UNDECIDED),
        InputType::Integer | InputType::Number => json!(1),
        InputType::Boolean => json!(true),
        InputType::Map => json!({}),
        InputType::List => json!([]),
        InputType::DateTime => json!("2030-01-01T00:00:00Z"),
        InputType::Duration => json!("PT1H"),
        InputType::Country => json!("us"),
    }
}
