//! Process definitions of the corpus: what is read, what is told, and how each case of the file beside runs.

use std::collections::HashMap;
use std::fmt::Write as _;

use flowproof::diagnostic::{Style, frames};
use flowproof::process::expression::{EvaluationError, Scope};
use flowproof::process::graph::{Cover, Coverable, Folding, Graph};
use flowproof::process::{
    Call, Definition, Effect, Execution, Input, Kind, Leave, Move, MoveKind, Passage, Settings, State, Throw, Trigger,
    Work, timers,
};
use flowproof::source::Sources;
use proptest::prelude::*;
use serde_json::{Map, Value};

#[test]
fn corpus() {
    insta::glob!("corpus/bpmn/*.bpmn", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut sources = Sources::new();
        let file = sources.add(path.file_name().unwrap().to_string_lossy(), text);
        let (definition, problems) = Definition::read(&sources, file);
        let mut out = String::new();
        if let Some(definition) = &definition {
            describe(definition, &mut out);
        }
        out += &frames(problems.sorted().iter(), &sources, Style::Plain);
        if let (Some(definition), Ok(cases)) = (&definition, std::fs::read_to_string(path.with_extension("json"))) {
            let cases: Map<String, Value> = serde_json::from_str(&cases).unwrap();
            for (name, case) in &cases {
                writeln!(out, "=== {name}").unwrap();
                run(definition, case, &mut out);
            }
        }
        insta::assert_snapshot!(out);
    });
}

fn describe(definition: &Definition, out: &mut String) {
    writeln!(out, "process {} {:?}", definition.id().value, attributes(definition.attributes())).unwrap();
    for node in definition.nodes() {
        let kind = match &node.kind {
            Kind::Boundary(boundary) => {
                let trigger = match &boundary.trigger {
                    Trigger::Error { code, code_variable, message_variable } => {
                        format!("error {code:?} {code_variable:?} {message_variable:?}")
                    }
                    Trigger::Timer { duration } => format!("timer {duration:?}").chars().take(60).collect(),
                    Trigger::Unsupported(what) => format!("unsupported {what}"),
                    other => format!("{other:?}"),
                };
                format!("{trigger} of {} interrupting={}", definition[boundary.host].id, boundary.interrupting)
            }
            other => format!("{other:?}"),
        };
        let scope = node.scope.map(|scope| format!(" in {}", definition[scope].id)).unwrap_or_default();
        writeln!(out, "  {} ({}) {kind}{scope}", node.id, node.title()).unwrap();
        if let Some(repetition) = &node.repetition {
            writeln!(out, "    {repetition:?}").unwrap();
        }
        if !node.attributes.is_empty() {
            writeln!(out, "    {:?}", attributes(&node.attributes)).unwrap();
        }
        for (side, parameters) in [("in", &node.inputs), ("out", &node.outputs)] {
            for parameter in parameters {
                let reads = parameter.value.names_read();
                let more = attributes(&parameter.attributes);
                writeln!(out, "    {side} {} reads {reads:?} {more:?}", parameter.name).unwrap();
            }
        }
        for listener in &node.listeners {
            writeln!(out, "    on {} {:?}", listener.event, listener.delegate_expression).unwrap();
        }
    }
    for flow in definition.flows() {
        let (source, target) = (&definition[flow.source].id, &definition[flow.target].id);
        let default = definition[flow.source].default == Some(flow.index);
        let condition = flow.condition.as_ref().map_or("", |_| " if");
        writeln!(out, "  {}: {source} -> {target}{condition}{}", flow.id, if default { " default" } else { "" })
            .unwrap();
    }
    out.push('\n');
}

fn attributes(attributes: &flowproof::process::Attributes) -> Vec<String> {
    attributes.iter().map(|(name, value)| format!("{name}={}", value.value)).collect()
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn pairs(value: &Value) -> Vec<(String, Value)> {
    object(value).into_iter().collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Does what a case says of each visit.
struct Told<'a> {
    case: &'a Value,
    visits: HashMap<String, usize>,
}

impl Told<'_> {
    fn effect(&mut self, what: &str, call: Call<'_>) -> Option<Effect> {
        let visit = self.visits.entry(call.node.id.clone()).or_default();
        let effect = self.case[what][call.node.id.as_str()].get(*visit)?;
        *visit += 1;
        assert_eq!(*visit, call.visit as usize);
        if let Some(code) = text(&effect["error"]) {
            return Some(Effect::Error { code, message: text(&effect["message"]), set: pairs(&effect["set"]) });
        }
        if let Some(reason) = text(&effect["incident"]) {
            return Some(Effect::Incident(reason));
        }
        let remove = effect["remove"].as_array().into_iter().flatten().filter_map(text).collect();
        Some(Effect::Complete { locals: object(&effect["locals"]), set: pairs(&effect["set"]), remove })
    }
}

impl Work for Told<'_> {
    fn perform(&mut self, call: Call<'_>) -> Effect {
        self.effect("work", call).unwrap_or_else(|| panic!("no effect for this visit of {}", call.node.id))
    }

    fn receive(&mut self, call: Call<'_>) -> Option<Effect> {
        self.effect("receive", call)
    }
}

fn run(definition: &Definition, case: &Value, out: &mut String) {
    let mut settings = Settings::default();
    if let Some(fuel) = case["settings"]["fuel"].as_u64() {
        settings.fuel = u32::try_from(fuel).unwrap();
    }
    if let Some(firings) = case["settings"]["firings"].as_u64() {
        settings.firings = u32::try_from(firings).unwrap();
    }
    settings.map_outputs_on_cancel = case["settings"]["map-outputs-on-cancel"].as_bool().unwrap_or(false);
    let mut work = Told { case, visits: HashMap::new() };
    let (mut execution, moves) = Execution::start(definition, settings, object(&case["variables"]), 0, &mut work);
    tell(definition, &execution, &moves, out);
    for given in case["inputs"].as_array().into_iter().flatten() {
        let set = pairs(&given["set"]);
        if let Some(place) = text(&given["turn"]) {
            let turned = execution.turn_to(definition.node(&place).unwrap().index);
            writeln!(out, "> {given}{}", turned.err().map(|why| format!(" refused: {why}")).unwrap_or_default())
                .unwrap();
            continue;
        }
        let input = if let Some(to) = given["advance"].as_u64() {
            Input::Advance { to }
        } else if let (Some(name), Value::Null) = (text(&given["message"]), &given["throw"]) {
            Input::Message { name, set }
        } else if let Some(name) = text(&given["signal"]) {
            Input::Signal { name, set }
        } else if let Some(code) = text(&given["throw"]) {
            Input::Throw { code, message: text(&given["message"]), set }
        } else {
            Input::Complete { locals: object(&given["complete"]), set }
        };
        writeln!(out, "> {given}").unwrap();
        match execution.apply(definition, input, &mut work) {
            Ok(moves) => tell(definition, &execution, &moves, out),
            Err(refused) => writeln!(out, "refused: {refused}").unwrap(),
        }
    }
    writeln!(out, "variables: {}\n", Value::Object(execution.variables().clone())).unwrap();
}

fn tell(definition: &Definition, execution: &Execution, moves: &[Move], out: &mut String) {
    let stored = serde_json::to_string(moves).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Move>>(&stored).unwrap(), moves, "moves survive being stored");
    for one in moves {
        let line = match &one.kind {
            MoveKind::Entered { node, visit } => format!("enter {node} #{visit}"),
            MoveKind::Completed { node } => format!("complete {node}"),
            MoveKind::Cancelled { node } => format!("cancel {node}"),
            MoveKind::Evaluated { flow, value, .. } => format!("{flow} is {value}"),
            MoveKind::Taken { flow } => format!("take {flow}"),
            MoveKind::Error { node, code, boundary } => format!("error {code} of {node} caught by {boundary:?}"),
            MoveKind::TimerFired { boundary } => format!("timer {boundary}"),
            MoveKind::Thrown { node, occurrence } => format!("{node} throws {occurrence:?}"),
            MoveKind::Caught { event, occurrence } => format!("{event} catches {occurrence:?}"),
            MoveKind::Ended { node } => format!("end {node}"),
            MoveKind::Incident { node, incident } => format!("incident at {node:?}: {incident}"),
        };
        writeln!(out, "{:>7} {line}", one.at).unwrap();
    }
    let timers: Vec<_> =
        execution.timers().iter().map(|timer| format!("{}@{}", definition[timer.boundary].id, timer.due)).collect();
    match execution.state() {
        State::Waiting { node, since, due } => {
            let inputs = Value::Object(execution.inputs().clone());
            let node = &definition[node].id;
            writeln!(out, "waits at {node} since {since} due {due:?} timers {timers:?} inputs {inputs}").unwrap();
            for place in &execution.places()[1..] {
                let what = if place.answerable { "" } else { ", for an event" };
                writeln!(out, "   and at {} since {}{what}", definition[place.node].id, place.since).unwrap();
            }
        }
        State::Ended { node } => {
            let inputs = Value::Object(execution.inputs().clone());
            writeln!(out, "ended at {} inputs {inputs}", definition[node].id).unwrap();
        }
        State::Incident(_) => writeln!(out, "stands at an incident").unwrap(),
    }
}

fn read(path: &str) -> Definition {
    let mut sources = Sources::new();
    let text = std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let file = sources.add(path, text);
    let (definition, problems) = Definition::read(&sources, file);
    assert!(!problems.has_errors(), "{}", frames(problems.iter(), &sources, Style::Plain));
    definition.unwrap()
}

#[test]
fn the_next_wait_states_follow_outcome_errors_and_folded_conditions() {
    let definition = read("tests/corpus/reach.bpmn");
    let index = |id: &str| definition.node(id).unwrap().index;
    let passage = |from: &str, leave: Leave<'_>, wanted: &[&'static str], must: bool, avoids: &[&str]| {
        let throws = |_: &_| wanted.iter().map(|code| Throw { code, wanted: true }).collect::<Vec<_>>();
        let avoids: Vec<_> = avoids.iter().map(|id| index(id)).collect();
        Passage { definition: &definition, throws: &throws, must, avoids: &avoids }.from(index(from), leave)
    };
    let names = |found: std::collections::BTreeSet<flowproof::process::NodeIndex>| {
        found.into_iter().map(|node| definition[node].id.as_str()).collect::<Vec<_>>().join(" ")
    };
    let may =
        |from: &str, leave: Leave<'_>, codes: &[&'static str]| names(passage(from, leave, codes, false, &[]).stands);
    let must =
        |from: &str, leave: Leave<'_>, codes: &[&'static str]| names(passage(from, leave, codes, true, &[]).stands);
    assert_eq!(may("start", Leave::Completed, &[]), "capture");
    assert_eq!(may("capture", Leave::Completed, &[]), "confirm form");
    assert_eq!(may("capture", Leave::Completed, &["A"]), "capture confirm form");
    assert_eq!(may("capture", Leave::Completed, &["B"]), "confirm form person", "the catch-all");
    assert_eq!(must("capture", Leave::Completed, &["A"]), "capture");
    assert_eq!(must("capture", Leave::Completed, &[]), "");
    assert_eq!(may("capture", Leave::Error("A"), &[]), "end");
    assert_eq!(must("capture", Leave::Error("A"), &["A"]), "end");
    assert_eq!(may("capture", Leave::Error("B"), &[]), "", "nothing catches it");
    let passed = passage("capture", Leave::Completed, &[], false, &[]).passed;
    let all: Vec<_> = names(passed).split(' ').map(str::to_owned).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert!(!all.is_empty());
    assert_eq!(
        names(passage("capture", Leave::Completed, &["A", "B"], true, &all).stands),
        "",
        "all that could throw is avoided"
    );
    let timer = |id: &str| timers(&definition, index(id)).map(|timer| timer.index).next();
    assert_eq!(
        may("capture", Leave::Boundary(timer("capture").unwrap()), &[]),
        "help",
        "what no flow leaves ends the token"
    );
    assert_eq!(timer("form"), None);
    let dead: Vec<_> = definition.dead_flows().into_iter().map(|flow| definition[flow].id.as_str()).collect();
    assert_eq!(dead, ["to_dead", "to_nothing"]);
}

#[test]
fn the_next_wait_states_lie_in_subprocesses_and_behind_what_is_thrown() {
    let names = |definition: &Definition, found: std::collections::BTreeSet<flowproof::process::NodeIndex>| {
        found.into_iter().map(|node| definition[node].id.clone()).collect::<Vec<_>>().join(" ")
    };
    let next = |definition: &Definition, from: &str, leave: Leave<'_>, wanted: &[&'static str]| {
        let throws = |_: &_| wanted.iter().map(|code| Throw { code, wanted: true }).collect::<Vec<_>>();
        let from = definition.node(from).unwrap().index;
        let reached = Passage { definition, throws: &throws, must: false, avoids: &[] }.from(from, leave);
        format!("{}{}", names(definition, reached.stands), if reached.uncaught { " or broken" } else { "" })
    };
    let subprocess = read("tests/corpus/bpmn/subprocess.bpmn");
    assert_eq!(next(&subprocess, "start", Leave::Completed, &[]), "ask");
    assert_eq!(next(&subprocess, "ask", Leave::Completed, &[]), "end");
    assert_eq!(next(&subprocess, "ask", Leave::Completed, &["LOST"]), "end failed");
    assert_eq!(next(&subprocess, "ask", Leave::Completed, &["OTHER"]), "end or broken");
    assert_eq!(next(&subprocess, "ask", Leave::Error("LOST"), &[]), "failed", "the border around it catches");
    let ask = subprocess.node("ask").unwrap().index;
    let slow: Vec<_> = timers(&subprocess, ask).map(|timer| timer.id.as_str()).collect();
    assert_eq!(slow, ["slow"], "the timer around it");
    let slow = subprocess.node("slow").unwrap().index;
    assert_eq!(next(&subprocess, "ask", Leave::Boundary(slow), &[]), "late");

    let ends = read("tests/corpus/bpmn/ends.bpmn");
    assert_eq!(next(&ends, "start", Leave::Completed, &[]), "stays caught failed end");
    let gateway = read("tests/corpus/bpmn/event-gateway.bpmn");
    let first = gateway.node("first").unwrap().index;
    let late: Vec<_> = timers(&gateway, first).map(|timer| timer.index).collect();
    assert_eq!(next(&gateway, "first", Leave::Boundary(late[0]), &[]), "expired");
    let events = read("tests/corpus/bpmn/event-subprocess.bpmn");
    assert_eq!(next(&events, "first", Leave::Completed, &["LOST"]), "helped end failed", "it does not catch itself");
    for (definition, concurrent) in [(&subprocess, false), (&ends, true), (&gateway, false), (&events, true)] {
        assert_eq!(definition.is_concurrent(), concurrent, "{}", definition.id().value);
    }
}

#[test]
fn names_are_compared_without_the_drawings_white_space() {
    let definition = read("tests/corpus/reach.bpmn");
    let ids: Vec<_> = definition.nodes_named("Capture Face Image").map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["capture"]);
    assert_eq!(definition.nodes_named("Capture Face").count(), 0);
    assert_eq!(definition.nodes_named("").count(), 0);
}

#[test]
fn depth_and_size_are_bounded_and_named() {
    let problem = |text: String| {
        let mut sources = Sources::new();
        let file = sources.add("big.bpmn", text);
        let (definition, problems) = Definition::read(&sources, file);
        assert!(definition.is_none());
        problems.iter().map(|one| format!("{}: {}", one.id, one.message)).collect::<String>()
    };
    let nested = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert_eq!(problem(nested), "process/limit: elements are nested deeper than 256 levels");
    let long = " ".repeat(33 * 1024 * 1024);
    assert!(problem(long).starts_with("process/limit: a process file is at most 33554432 bytes long"));
    assert!(problem("<a/>".repeat(2)).starts_with("process/xml"));
    assert!(problem(String::new()).starts_with("process/xml"));
}

proptest! {
    /// A damaged file is told about or read, and what is read can be started.
    #[test]
    fn damaged_files_never_panic(
        name in prop::sample::select(vec!["dialect", "errors", "timers", "locals", "unsupported", "broken", "elements", "references"]),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..40, "[<>\"/${}a=&;]{0,3}"), 1..4),
    ) {
        let path = format!("{}/tests/corpus/bpmn/{name}.bpmn", env!("CARGO_MANIFEST_DIR"));
        let mut text: Vec<char> = std::fs::read_to_string(path).unwrap().chars().collect();
        for (at, length, put) in &cuts {
            let at = at.index(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, put.chars());
        }
        let mut sources = Sources::new();
        let file = sources.add("damaged", text.into_iter().collect::<String>());
        let (definition, problems) = Definition::read(&sources, file);
        frames(problems.iter(), &sources, Style::Plain);
        if let Some(definition) = definition {
            let work = &mut |_: Call<'_>| Effect::done();
            let variables = object(&serde_json::json!({"idv": {}, "value": 1, "way": 3, "period": "PT1S"}));
            let (mut execution, _) = Execution::start(&definition, Settings::default(), variables, 0, work);
            let complete = Input::Complete { locals: Map::new(), set: Vec::new() };
            for input in [complete, Input::Advance { to: 400_000 }] {
                let _ = execution.apply(&definition, input, work);
            }
        }
    }
}

fn data(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/bpmn").join(path)
}

#[test]
#[ignore = "needs third-party data"]
fn a_real_export_is_read_whole() {
    let mut sources = Sources::new();
    let file = sources.add("journey", std::fs::read_to_string(data("onboarding-journey.bpmn")).unwrap());
    let (definition, problems) = Definition::read(&sources, file);
    assert_eq!(problems.len(), 0, "{}", frames(problems.iter(), &sources, Style::Plain));
    let definition = definition.unwrap();
    let count = |wanted: fn(&Kind) -> bool| definition.nodes().iter().filter(|node| wanted(&node.kind)).count();
    assert_eq!((definition.nodes().len(), definition.flows().len()), (351, 391));
    assert_eq!(definition.flows().iter().filter(|flow| flow.condition.is_some()).count(), 41);
    assert_eq!(count(|kind| *kind == Kind::ExternalTask), 30);
    assert_eq!(count(|kind| *kind == Kind::AutomaticTask), 68);
    assert_eq!(count(|kind| *kind == Kind::ExclusiveGateway), 111);
    let error = |kind: &Kind| matches!(kind, Kind::Boundary(on) if matches!(on.trigger, Trigger::Error { .. }));
    let timer = |kind: &Kind| matches!(kind, Kind::Boundary(on) if matches!(on.trigger, Trigger::Timer { .. }));
    assert_eq!((count(error), count(timer)), (89, 51));
    assert_eq!(definition.errors().len(), 197);
    assert_eq!(definition.nodes().iter().map(|node| node.listeners.len()).sum::<usize>(), 57);
    assert_eq!(definition.nodes().iter().map(|node| node.inputs.len()).sum::<usize>(), 638);
    assert_eq!(definition.nodes().iter().map(|node| node.outputs.len()).sum::<usize>(), 39);

    let dead = definition.dead_flows();
    assert_eq!(dead.len(), 13);
    let mut reached = std::collections::BTreeSet::new();
    let mut open: Vec<_> = definition.start().into_iter().collect();
    while let Some(node) = open.pop() {
        if reached.insert(node) {
            open.extend(&definition[node].boundaries);
            open.extend(definition.live_flows(&definition[node]).map(|flow| definition[flow].target));
        }
    }
    assert_eq!(definition.nodes().len() - reached.len(), 43);
}

/// Optima are unique: whatever finds them must find these.
#[test]
#[ignore = "needs third-party data"]
fn a_real_export_is_covered_by_the_fewest_and_shortest_walks() {
    let mut sources = Sources::new();
    let file = sources.add("journey", std::fs::read_to_string(data("onboarding-journey.bpmn")).unwrap());
    let definition = Definition::read(&sources, file).0.unwrap();
    for (folding, arcs, walks, total) in [(Folding::Structural, 531, 81, 3181), (Folding::Folded, 453, 65, 2593)] {
        let graph = Graph::of(&definition, folding);
        let coverable = Coverable::of(&graph);
        let cover = Cover::of(&graph, &coverable);
        assert_eq!((coverable.arcs.len(), cover.walks.len(), cover.len()), (arcs, walks, total), "{folding:?}");
        let mut taken: Vec<usize> = cover.walks.iter().flatten().copied().collect();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken, coverable.arcs, "{folding:?}");
        for walk in &cover.walks {
            assert!(walk.windows(2).all(|pair| graph.arcs()[pair[0]].to == graph.arcs()[pair[1]].from));
        }
    }
}

/// Starts, nodes without a flow into them and event subprocesses count as entries.
#[test]
#[ignore = "needs third-party data"]
fn reference_models_are_reached_everywhere_and_covered_as_known() {
    let known = [
        ("A.1.0", 1, 4),
        ("A.2.0", 3, 14),
        ("A.2.1", 5, 26),
        ("C.1.1", 2, 16),
        ("C.8.0", 5, 29),
        ("C.8.1", 5, 29),
        ("C.9.1", 3, 13),
    ];
    let mut paths: Vec<_> = std::fs::read_dir(data("miwg")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "bpmn"));
    paths.sort();
    assert_eq!(paths.len(), 21);
    let mut found = Vec::new();
    for path in &paths {
        let mut sources = Sources::new();
        let file = sources.add("model", std::fs::read_to_string(path).unwrap());
        let definition = Definition::read(&sources, file).0.unwrap();
        let graph = Graph::of(&definition, Folding::Structural);
        let coverable = Coverable::of(&graph);
        let unreachable = definition.nodes().iter().filter(|node| !coverable.is_reachable(node.index));
        let unreachable: Vec<&str> = unreachable.map(|node| node.id.as_str()).collect();
        assert_eq!(unreachable, Vec::<&str>::new(), "{}", path.display());
        let cover = Cover::of(&graph, &coverable);
        for walk in &cover.walks {
            assert!(walk.windows(2).all(|pair| graph.after(pair[0]).contains(&pair[1])), "{}", path.display());
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if let Some(known) = known.iter().find(|known| known.0 == name) {
            found.push((known.0, cover.walks.len(), cover.len()));
        }
    }
    assert_eq!(found, known);
}

/// Every condition over no variables, over roots that are null, and over roots that are empty maps.
#[test]
#[ignore = "needs third-party data"]
fn conditions_of_a_real_export_have_a_verdict_or_a_known_error() {
    let mut sources = Sources::new();
    let file = sources.add("journey", std::fs::read_to_string(data("onboarding-journey.bpmn")).unwrap());
    let definition = Definition::read(&sources, file).0.unwrap();
    let locals = Map::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for condition in definition.flows().iter().filter_map(|flow| flow.condition.as_ref()) {
        let roots = |value: Value| condition.names_read().into_iter().map(|name| (name, value.clone())).collect();
        let worlds: [Map<String, Value>; 3] = [Map::new(), roots(Value::Null), roots(Value::Object(Map::new()))];
        for (world, variables) in ["none", "null", "empty"].into_iter().zip(&worlds) {
            let found = match condition.test(Scope { locals: &locals, variables }) {
                Ok(value) => value.to_string(),
                Err(EvaluationError::Unresolved { .. }) => "unresolved".to_owned(),
                Err(EvaluationError::ConditionNull) => "null".to_owned(),
                Err(EvaluationError::NotBoolean { .. }) => "not boolean".to_owned(),
                Err(EvaluationError::Coercion { .. }) => "coercion".to_owned(),
                Err(EvaluationError::Method { .. }) => "method".to_owned(),
                Err(other) => panic!("{}: {other}", sources.text(condition.span)),
            };
            *seen.entry(format!("{world}: {found}")).or_default() += 1;
        }
    }
    let mut seen: Vec<_> = seen.into_iter().map(|(what, count)| format!("{what} {count}")).collect();
    seen.sort();
    insta::assert_snapshot!(seen.join("\n"));
}

#[test]
#[ignore = "needs third-party data"]
fn exports_of_many_tools_are_read() {
    let mut out = String::new();
    let mut paths: Vec<_> = std::fs::read_dir(data("miwg")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "bpmn"));
    paths.sort();
    assert_eq!(paths.len(), 21);
    for path in &paths {
        let mut sources = Sources::new();
        let file = sources.add(path.file_name().unwrap().to_string_lossy(), std::fs::read_to_string(path).unwrap());
        let (definition, problems) = Definition::read(&sources, file);
        let definition = definition.expect("every file holds a process");
        let mut ids: Vec<_> = problems.iter().filter(|one| one.is_error()).map(|one| one.id.as_str()).collect();
        ids.dedup();
        let (nodes, flows) = (definition.nodes().len(), definition.flows().len());
        let name = path.file_name().unwrap().to_string_lossy();
        writeln!(out, "{name}: {nodes} nodes, {flows} flows, errors {ids:?}").unwrap();
    }
    insta::assert_snapshot!(out);
}
