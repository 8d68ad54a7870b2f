use std::collections::BTreeSet;

use super::missing::{Missing, Names, Reader, missing, on_entry};
use super::subject::{Subject, called, finding, listed};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, WitnessKind};
use crate::process::expression::Template;
use crate::process::{Instances, Kind, MappingSource, Node, NodeIndex, Repetition, Trigger};

/// What is read and written of the variables of a process.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    let names = Names::of(subject);
    let (reads, results) = missing(subject, &names);
    reads.iter().for_each(|read| maybe_missing(subject, read, found));
    cancelled(subject, &names, &results, found);
    unread(subject, &names, found);
}

fn quoted(names: &[&str]) -> String {
    listed(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>())
}

fn maybe_missing(subject: &Subject<'_>, read: &Missing<'_>, found: &mut Diagnostics) {
    let definition = subject.definition;
    let names = quoted(&read.names);
    let is_are = if read.names.len() > 1 { "are" } else { "is" };
    let says = |what: String| format!("{what} reads {names}, which {is_are} written on some ways there and not on all");
    let one = match read.reader {
        Reader::Node(node) => {
            let node = &definition[node];
            finding(Id::LINT_MISSING, node, says(called(node)))
        }
        Reader::Flow(flow) => {
            let flow = &definition[flow];
            let span = flow.condition.as_ref().map_or(flow.span, |condition| condition.span);
            Diagnostic::new(Id::LINT_MISSING, says(called(flow))).at(span).of(flow)
        }
    };
    let name = read.names[0];
    let one = one.help(format!("a walk without a write of `{name}`: {}", subject.told(&read.walk)));
    let one = one.shown_by(subject.witness(WitnessKind::Walk, &read.walk));
    found.push(one.help(format!("write it on every way, or ask `execution.hasVariable(\"{name}\")` first")));
}

/// Outputs of activities that events cancel: engines evaluate them all the same.
fn cancelled(subject: &Subject<'_>, names: &Names<'_>, missing: &[(NodeIndex, &str)], found: &mut Diagnostics) {
    let missing: BTreeSet<(NodeIndex, &str)> = missing.iter().copied().collect();
    let (written, needed) = (names.written(), names.needed(subject));
    let cancels = |event: &NodeIndex| subject.definition[*event].boundary().is_some_and(|event| event.interrupting);
    for node in subject.definition.nodes().iter().filter(|node| node.boundaries.iter().any(cancels)) {
        // What is never written, and read elsewhere, was there from the start.
        let is_there = |name: &str| match written.contains(name) {
            true => !missing.contains(&(node.index, name)),
            false => needed.contains(name),
        };
        let absent: Vec<&str> =
            names.results[node.index.position()].iter().copied().filter(|name| !is_there(name)).collect();
        let Some(first) = absent.first() else { continue };
        let message = format!(
            "the outputs of {} read {}, which is not there where an event cancels the activity",
            called(node),
            quoted(&absent)
        );
        let one = finding(Id::LINT_CANCELLED_OUTPUT, node, message);
        found.push(
            one.help("engines evaluate outputs then as well: it is an incident, and the event leads nowhere")
                .help(format!("write `${{execution.hasVariable(\"{first}\") ? {first} : null}}`")),
        );
    }
}

/// Variables that are written and that nothing reads.
fn unread(subject: &Subject<'_>, names: &Names<'_>, found: &mut Diagnostics) {
    let gives_all = |node: &Node| {
        let Kind::CallActivity(call) = &node.kind else { return false };
        call.inputs.iter().any(|mapping| mapping.source == MappingSource::All)
    };
    if subject.definition.nodes().iter().any(gives_all) {
        // Whoever is given everything may read it.
        return;
    }
    let read = mentioned(subject);
    let mut told = BTreeSet::new();
    for node in subject.definition.nodes().iter().filter(|node| node.boundary().is_none()) {
        let is_unread = |name: &&str| !read.contains(*name);
        let unread: Vec<&str> = names.writes[node.index.position()]
            .iter()
            .copied()
            .filter(is_unread)
            .filter(|name| told.insert(*name))
            .collect();
        if !unread.is_empty() {
            let message = format!("{} writes {}, which nothing in the process reads", called(node), quoted(&unread));
            let one = finding(Id::LINT_UNREAD, node, message);
            found.push(one.help("remove it, unless somebody reads the variables of instances from outside"));
        }
    }
}

/// The variables that are read or asked for, and not only to write them anew.
fn mentioned(subject: &Subject<'_>) -> BTreeSet<String> {
    let definition = subject.definition;
    let mut read = BTreeSet::new();
    let mut add = |template: &Template, beside: Option<&str>| {
        let names = template.mentions().into_iter().filter(|name| Some(*name) != beside);
        read.extend(names.map(str::to_owned));
    };
    for condition in definition.flows().iter().filter_map(|flow| flow.condition.as_ref()) {
        add(&condition.value.template, None);
    }
    for node in definition.nodes() {
        node.inputs.iter().flat_map(|input| input.value.templates()).for_each(|template| add(template, None));
        for output in &node.outputs {
            output.value.templates().into_iter().for_each(|template| add(template, Some(&output.name)));
        }
        on_entry(subject, node).into_iter().for_each(|template| add(template, None));
        if let Some(Trigger::Conditional { condition: Some(condition) }) = node.trigger() {
            add(&condition.template, None);
        }
        if let Some(Repetition::Instances(Instances { completion: Some(condition), .. })) = &node.repetition {
            add(&condition.template, None);
        }
        // Such as a topic that is composed.
        let texts = node.attributes.values().map(|attribute| attribute.value.as_str());
        let listeners = node.listeners.iter().filter_map(|listener| listener.delegate_expression.as_deref());
        for text in texts.chain(listeners).filter(|text| text.contains("{")) {
            if let Ok(template) = Template::parse(text) {
                add(&template, None);
            }
        }
    }
    // What a called process is given.
    for node in definition.nodes() {
        let Kind::CallActivity(call) = &node.kind else { continue };
        read.extend(call.inputs.iter().filter_map(|mapping| match &mapping.source {
            MappingSource::Variable(name) => Some(name.clone()),
            MappingSource::All | MappingSource::Expression(_) => None,
        }));
    }
    read
}
