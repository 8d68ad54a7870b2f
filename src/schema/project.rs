use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Kind;
use crate::catalogue::{Activity, Automatic, Catalogue, Input, InputType};
use crate::process::{Definition, Node};

/// What the scenarios of a project may name.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    /// Its catalogues by name.
    pub catalogues: Vec<(&'a str, &'a Catalogue)>,
    /// Its process definitions by name.
    pub processes: Vec<(&'a str, &'a Definition)>,
    /// The names that `requires` can be given.
    pub environments: Vec<&'a str>,
    /// The tags that its scenarios have so far; others are fine.
    pub tags: Vec<&'a str>,
}

/// The schema of a kind of file, narrowed to what a project knows: its activities, their inputs, outcomes and codes, its
/// processes and their elements. Other kinds than scenarios and fragments have the schema that all projects have.
///
/// What depends on the activity of a step stands behind `if` and `then`: editors report it at its own place, which they do not
/// for the alternatives of a `oneOf`.
pub fn of_project(kind: Kind, known: &Known<'_>) -> Value {
    let mut schema: Value = serde_json::from_str(kind.text()).unwrap_or_default();
    if !Kind::OF_PROJECTS.contains(&kind) {
        return schema;
    }
    schema["$id"] = json!(format!("{}:project", schema["$id"].as_str().unwrap_or_default()));
    let definitions = schema["$defs"].take();
    let mut narrower = Narrower { known, definitions };
    // Before the shapes of steps change, since inputs are written as they say.
    for activity in narrower.activities() {
        narrower.define(&activity);
    }
    narrower.open();
    narrower.steps();
    narrower.simulate();
    if kind == Kind::Scenario {
        narrower.session();
        narrower.walks();
        narrower.heads(&mut schema);
    }
    schema["$defs"] = narrower.definitions;
    schema
}

/// An activity under one name, as the catalogues of a project declare it: in one of them, usually.
struct Named<'a> {
    name: &'a str,
    all: Vec<&'a Activity>,
}

impl Named<'_> {
    /// What everything of one kind is called, each once.
    fn outcomes(&self) -> Vec<(&str, String)> {
        let mut seen = BTreeSet::new();
        let all = self.all.iter().flat_map(|activity| &activity.outcomes);
        let fresh = all.filter(|outcome| seen.insert(outcome.name.value.as_str()));
        fresh.map(|outcome| (outcome.name.value.as_str(), outcome.line())).collect()
    }

    fn codes(&self) -> BTreeSet<i64> {
        self.all.iter().flat_map(|activity| &activity.outcomes).flat_map(|outcome| outcome.codes.clone()).collect()
    }

    fn inputs(&self) -> Vec<&Input> {
        let mut seen = BTreeSet::new();
        let all = self.all.iter().flat_map(|activity| &activity.inputs);
        all.filter(|input| seen.insert(input.name.value.as_str())).collect()
    }

    /// Whether every catalogue wants an input.
    fn needs(&self, name: &str) -> bool {
        let needed = |input: &Input| input.required && input.default.is_none();
        self.all.iter().all(|activity| activity.input(name).is_some_and(needed))
    }

    fn page(&self) -> String {
        self.all.first().map(|activity| activity.page()).unwrap_or_default()
    }
}

struct Narrower<'a> {
    known: &'a Known<'a>,
    definitions: Value,
}

impl<'a> Narrower<'a> {
    fn activities(&self) -> Vec<Named<'a>> {
        let mut named: Vec<Named<'a>> = Vec::new();
        for activity in self.known.catalogues.iter().flat_map(|(_, catalogue)| &catalogue.activities) {
            match named.iter_mut().find(|known| known.name == activity.name.value) {
                Some(known) => known.all.push(activity),
                None => named.push(Named { name: &activity.name.value, all: vec![activity] }),
            }
        }
        named
    }

    fn automatic(&self) -> impl Iterator<Item = &'a Automatic> + use<'a> {
        let known = self.known;
        known.catalogues.iter().flat_map(|(_, catalogue)| &catalogue.automatic)
    }

    fn nodes(&self) -> impl Iterator<Item = &'a Node> + use<'a> {
        let known = self.known;
        known.processes.iter().flat_map(|(_, definition)| definition.nodes())
    }

    /// The elements that are an activity, by the ids and names by which answers and steps mean them.
    fn elements_of(&self, activity: &str) -> Vec<String> {
        let is_it = |node: &&Node| {
            let found = |catalogue: &'a Catalogue| catalogue.activity_of(&node.attribute_texts(), node.name.as_deref());
            self.known
                .catalogues
                .iter()
                .any(|(_, catalogue)| found(catalogue).is_some_and(|one| one.name.value == activity))
        };
        distinct(self.nodes().filter(is_it).flat_map(names))
    }

    /// Writes what a step, an answer, an expectation and a poll may say of an activity.
    fn define(&mut self, activity: &Named<'_>) {
        let name = activity.name;
        let outcomes = activity.outcomes();
        self.put(name, "outcome", words(&outcomes));
        let one = of(name, "outcome");
        let mut expected = json!({ "outcome": one_or_many(&one) });
        let codes = activity.codes();
        if !codes.is_empty() {
            expected["code"] = json!({ "anyOf": [{ "enum": codes }, template(), reference("matchers")] });
        }
        let all = json!({ "allOf": [reference("expectation"), { "properties": expected }] });
        self.put(name, "expect", json!({ "anyOf": [one, all] }));

        let until = of(name, "expect");
        let until = json!({ "properties": { "until": until, "stop-when": until } });
        self.put(name, "poll", json!({ "allOf": [reference("poll"), until] }));

        let inputs = activity.inputs();
        let given = inputs.iter().map(|input| (input.name.value.clone(), self.given(input)));
        let given: Map<String, Value> = given.collect();
        let needed = inputs.iter().map(|input| input.name.value.as_str()).filter(|name| activity.needs(name));
        let needed: Vec<&str> = needed.collect();
        let mut with = json!({ "type": "object", "properties": given, "additionalProperties": false });
        if !needed.is_empty() {
            with["required"] = json!(needed);
        }
        self.put(name, "with", with);

        let branch =
            |(outcome, line): &(&str, String)| ((*outcome).to_owned(), explained(reference("action"), line.clone()));
        let branches: Map<String, Value> = outcomes.iter().map(branch).collect();
        self.put(name, "on", json!({ "type": "object", "properties": branches, "additionalProperties": false }));

        let mut step = json!({ "properties": {
            "with": of(name, "with"), "expect": of(name, "expect"), "on": of(name, "on"), "poll": of(name, "poll"),
        } });
        let elements = self.elements_of(name);
        if !elements.is_empty() {
            step["properties"]["element"] = json!({ "enum": elements });
        }
        if !needed.is_empty() {
            step["required"] = json!(["with"]);
        }
        self.put(name, "step", step);

        if self.definitions.get("answer").is_none() {
            return;
        }
        let own = json!({ "with": of(name, "with"), "expect": of(name, "expect"), "on": of(name, "on") });
        let mut answer = json!({ "allOf": [reference("answer"), { "properties": own }] });
        if !needed.is_empty() {
            answer["anyOf"] = json!([{ "required": ["with"] }, { "required": ["wait"] }]);
        }
        self.put(name, "answer", answer);
        // Where an input is needed, an answer that gives nothing is none.
        let nothing = needed.is_empty().then(|| json!({ "type": "null" }));
        let ways: Vec<Value> = nothing.into_iter().chain([of(name, "answer")]).collect();
        let many = json!({ "type": "array", "items": { "anyOf": ways } });
        let ways: Vec<Value> = ways.into_iter().chain([many]).collect();
        self.put(name, "answers", explained(json!({ "anyOf": ways }), activity.page()));
    }

    /// Leaves to each activity what depends on it: two answers would both be offered.
    fn open(&mut self) {
        let activities = self.activities();
        let names: Vec<(&str, String)> = activities.iter().map(|activity| (activity.name, activity.page())).collect();
        self.definitions["known-activity"] = words(&names);
        let mut expectation = self.definitions["step-expect"].clone();
        expectation["type"] = json!("object");
        bare(&mut expectation, &["outcome", "code"]);
        let next = json!({ "anyOf": [reference("known-activity"), { "const": "end" }] });
        narrow(&mut expectation, "next", next);
        self.definitions["expectation"] = expectation;
        bare(&mut self.definitions["poll"], &["until", "stop-when"]);
        if let Some(answer) = self.definitions.get_mut("answer") {
            bare(answer, &["with", "expect", "on"]);
        }
        bare(&mut self.definitions["visit"], &["outcome", "code"]);
    }

    fn put(&mut self, activity: &str, part: &str, schema: Value) {
        self.definitions[format!("{activity}.{part}")] = schema;
    }

    /// What an input may be given: a value of its type, a template, or that it is left out or wrong on purpose.
    fn given(&self, input: &Input) -> Value {
        let marks = self.step("activity")["properties"]["with"]["additionalProperties"].clone();
        let typed = match &input.kind {
            _ if !input.one_of.is_empty() && input.kind != InputType::Country => json!({ "enum": input.one_of }),
            InputType::Boolean => json!({ "type": "boolean" }),
            InputType::Integer => json!({ "type": "integer" }),
            InputType::Number => json!({ "type": "number" }),
            InputType::List => json!({ "type": "array" }),
            InputType::Map => json!({ "type": "object" }),
            InputType::Any => return explained(marks, input.line()),
            _ => json!({ "type": "string" }),
        };
        let mut given = explained(marks, input.line());
        given["anyOf"] = json!([typed, template(), { "type": ["object", "null"] }]);
        given
    }

    /// The schema of the steps that have a key.
    fn step(&self, key: &str) -> &Value {
        let cases = self.definitions["step"]["oneOf"].as_array();
        cases.into_iter().flatten().find(|case| case["properties"].get(key).is_some()).unwrap_or(&Value::Null)
    }

    fn steps(&mut self) {
        let cases = self.activities().into_iter().map(|activity| {
            let it = json!({ "properties": { "activity": { "const": activity.name } }, "required": ["activity"] });
            json!({ "if": it, "then": of(activity.name, "step") })
        });
        let cases: Vec<Value> = cases.collect();
        let all = self.definitions["step"]["oneOf"].as_array_mut();
        for case in all.into_iter().flatten().filter(|case| case["properties"].get("activity").is_some()) {
            narrow(case, "activity", reference("known-activity"));
            bare(case, &["with", "expect", "on", "poll", "element"]);
            case["allOf"] = json!(cases);
        }
    }

    /// `simulate`: automatic activities with their failures, and everything else that it can name.
    fn simulate(&mut self) {
        let mut named: Map<String, Value> = Map::new();
        for automatic in self.automatic() {
            let failures = automatic.failures.iter().map(|failure| (failure.name.value.as_str(), failure.line()));
            let outcomes: Vec<_> = failures.chain([("success", "`success`: it passes".to_owned())]).collect();
            let codes: BTreeSet<i64> = automatic.failures.iter().flat_map(|failure| failure.codes.clone()).collect();
            let codes = (!codes.is_empty()).then(|| json!({ "enum": codes }));
            let name = &automatic.name.value;
            self.put(name, "failure", words(&outcomes));
            let mut own = json!({ "outcome": of(name, "failure") });
            own["code"] = codes.clone().unwrap_or(json!(false));
            let visit = json!({ "allOf": [reference("visit"), { "properties": own }] });
            let ways: Vec<Value> = codes.into_iter().chain([of(name, "failure"), visit]).collect();
            self.put(name, "told", json!({ "anyOf": ways }));
            named.insert(name.clone(), explained(one_or_many(&of(name, "told")), automatic.page()));
        }
        let keys: BTreeSet<&String> = self.automatic().flat_map(|automatic| &automatic.keys).collect();
        let inputs = self.nodes().flat_map(|node| &node.inputs).filter(|input| keys.contains(&input.name));
        let values = inputs.filter_map(|input| input.value.as_plain_text().map(str::to_owned));
        let activities = self.activities().into_iter().map(|activity| activity.name.to_owned());
        let others = activities.chain(self.nodes().flat_map(names)).chain(values);
        let others = distinct(others.filter(|name| !named.contains_key(name)));
        for shape in ["simulate", "simulate-scenario"] {
            let Some(simulate) = self.definitions.get_mut(shape).and_then(Value::as_object_mut) else { continue };
            // Keys of its own win over things of the process that are called the same.
            let own = |name: &&String| simulate["properties"].get(name.as_str()).is_none();
            let others: Vec<String> = others.iter().filter(own).cloned().collect();
            // Without a process nothing is known of what else there is.
            if !self.known.processes.is_empty() {
                simulate.insert("patternProperties".to_owned(), json!({ one_of(&others): reference("simulated") }));
                simulate.insert("additionalProperties".to_owned(), json!(false));
            }
            if let Some(members) = simulate.get_mut("properties").and_then(Value::as_object_mut) {
                members.extend(named.clone());
            }
        }
    }

    fn session(&mut self) {
        let open = self.known.catalogues.iter().flat_map(|(_, catalogue)| &catalogue.session.open);
        let open = distinct(open.map(|name| name.value.clone()));
        let session = &mut self.definitions["session-inputs"];
        for key in ["until", "from"] {
            narrow(session, key, some_of(&open));
        }
        for name in open {
            session["properties"][&name] = of(&name, "with");
        }
        session["additionalProperties"] = json!(false);
    }

    /// What is expected of walks.
    fn walks(&mut self) {
        let activities = self.activities();
        let one = reference("known-activity");
        let states = self.known.catalogues.iter().flat_map(|(_, catalogue)| catalogue.session.states.0.values());
        let states = distinct(states.cloned());
        let all = |schema: &dyn Fn(&Named<'_>) -> Value| {
            let members = activities.iter().map(|activity| (activity.name.to_owned(), schema(activity)));
            let members: Map<String, Value> = members.collect();
            json!({ "type": "object", "properties": members, "additionalProperties": false })
        };
        let timeout = json!({ "const": "timeout", "description": "A timer ended the visit; no answer says so." });
        for shape in ["walk-expect", "actor-expect"] {
            let expect = &mut self.definitions[shape];
            for key in ["walk", "walk-includes", "never"] {
                narrow(expect, key, one_or_many(&one));
            }
            narrow(expect, "instance", json!({ "anyOf": [some_of(&states), reference("matcher")] }));
            narrow(expect, "visits", all(&|_| reference("matcher")));
            narrow(
                expect,
                "outcomes",
                all(&|activity| one_or_many(&json!({ "anyOf": [of(activity.name, "outcome"), timeout] }))),
            );
        }
    }

    /// What stands at the top of a scenario.
    fn heads(&self, schema: &mut Value) {
        let processes: Vec<&str> = self.known.processes.iter().map(|(name, _)| *name).collect();
        narrow(schema, "process", some_of(&processes));
        let catalogues: Vec<&str> = self.known.catalogues.iter().map(|(name, _)| *name).collect();
        narrow(schema, "catalogue", some_of(&catalogues));
        narrow(schema, "requires", one_or_many(&some_of(&self.known.environments)));
        let text = json!({ "type": ["string", "number", "boolean"] });
        narrow(schema, "tags", one_or_many(&json!({ "anyOf": [some_of(&self.known.tags), text] })));

        let mut answers: Map<String, Value> = Map::new();
        let of_process = |activity: &&Named<'_>| activity.all.iter().any(|one| !one.element.is_empty());
        let activities = self.activities();
        for activity in activities.iter().filter(of_process) {
            let elements = self.elements_of(activity.name);
            for key in std::iter::once(activity.name.to_owned()).chain(elements) {
                answers.entry(key).or_insert_with(|| of(activity.name, "answers"));
            }
        }
        let others = activities.iter().map(|activity| activity.name.to_owned()).chain(self.nodes().flat_map(names));
        let others = distinct(others.filter(|name| !answers.contains_key(name)));
        let answers = json!({
            "type": "object",
            "properties": answers,
            "patternProperties": { one_of(&others): reference("answers") },
            "additionalProperties": false,
        });
        narrow(schema, "answers", answers);
    }
}

/// Gives a key of a mapping another schema; what it means stays.
fn narrow(mapping: &mut Value, key: &str, schema: Value) {
    let key = &mut mapping["properties"][key];
    *key = described(schema, key["description"].take());
}

/// Leaves nothing of some keys of a mapping but what they mean.
fn bare(mapping: &mut Value, keys: &[&str]) {
    keys.iter().for_each(|key| narrow(mapping, key, json!({})));
}

fn one_or_many(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "array", "items": schema }] })
}

/// One of some names; where there are none, nothing is right.
fn some_of<T: serde::Serialize>(names: &[T]) -> Value {
    if names.is_empty() { json!({ "not": {} }) } else { json!({ "enum": names }) }
}

/// A name of something with what there is to know of it.
fn words(known: &[(&str, String)]) -> Value {
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let pages: Vec<&String> = known.iter().map(|(_, page)| page).collect();
    let mut words = some_of(&names);
    words["markdownEnumDescriptions"] = json!(pages);
    words
}

fn described(mut schema: Value, description: impl Into<Value>) -> Value {
    schema["description"] = description.into();
    schema
}

/// The same with an explanation in Markdown, which editors show if they can.
fn explained(mut schema: Value, page: String) -> Value {
    schema["markdownDescription"] = json!(page);
    described(schema, page)
}

/// A text that a template makes.
fn template() -> Value {
    json!({ "type": "string", "pattern": r"\{\{" })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// A reference to a part of what is known of an activity.
fn of(activity: &str, part: &str) -> Value {
    reference(&format!("{activity}.{part}"))
}

/// The id and the name of an element, the name with plain spaces: it may be drawn over several lines.
fn names(node: &Node) -> impl Iterator<Item = String> {
    let name = node.name.as_deref().map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
    std::iter::once(node.id.clone()).chain(name.filter(|name| !name.is_empty()))
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    names.filter(|name| seen.insert(name.clone())).collect()
}

/// A regular expression of exactly some names. White space of any length is one space in names of elements.
fn one_of(names: &[String]) -> String {
    let escaped = names.iter().map(|name| {
        let mut pattern = String::new();
        for letter in name.chars() {
            match letter {
                ' ' => pattern += r"\s+",
                _ if r"\^$.*+?()[]{}|/".contains(letter) => pattern.extend(['\\', letter]),
                _ => pattern.push(letter),
            }
        }
        pattern
    });
    format!("^(?:{})$", escaped.collect::<Vec<_>>().join("|"))
}
