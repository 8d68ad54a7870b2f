//! The rules of `flowproof process lint`, each with definitions of which it finds something or nothing, and with a change of a clean
//! definition that it finds.

use std::collections::BTreeSet;
use std::sync::Arc;

use flowproof::diagnostic::{Diagnostic, Id, Style, frames, rules};
use flowproof::process::{Definition, lint_with};
use flowproof::project::Project;
use flowproof::source::Sources;

use crate::project::shipped;

/// What reading a definition finds of the rules that bpmn people know as rules of lint.
const READING: [&str; 6] = [
    "process/error-ref",
    "process/dangling",
    "process/duration",
    "process/expression",
    "process/start",
    "process/unsupported",
];

/// Everything that is found about a definition with what the shipped catalogue knows.
fn found(name: &str, text: &str, project: &Project) -> (Vec<Diagnostic>, Sources) {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    let (definition, mut found) = Definition::read(&sources, file);
    if let Some(definition) = definition.map(Arc::new) {
        found.extend(lint_with(&definition, &project.knowledge(&definition)));
    }
    (found.sorted(), sources)
}

/// A finding as files and tables name it: the rule and the element.
fn named(one: &Diagnostic) -> String {
    let element = one.element.as_ref().map(|element| element.id.as_str());
    format!("{} {}", one.id, element.unwrap_or("nothing"))
}

fn all_rules() -> BTreeSet<String> {
    let of_lint = rules().iter().map(|rule| rule.id.as_str()).filter(|id| id.starts_with("lint/"));
    of_lint.chain(READING).map(str::to_owned).collect()
}

/// The rule that a folder of fixtures is about.
fn rule_of(folder: &str) -> String {
    match folder.strip_prefix("process-") {
        Some(rule) => format!("process/{rule}"),
        None => format!("lint/{folder}"),
    }
}

/// Every file says what is found of it, `<!-- finds: RULE ELEMENT -->`, and an invalid one names the rule of its folder. A new case is a
/// new file. Files are without coordinates where that is not what they are about.
#[test]
fn each_rule_finds_what_its_files_say_and_nothing_else() {
    let project = Project::open(None, shipped());
    let (mut wrong, mut valid, mut invalid) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    insta::glob!("../corpus/lint", "*/*.bpmn", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let rule = rule_of(path.parent().unwrap().file_name().unwrap().to_str().unwrap());
        let (found, sources) = found(name, &text, &project);
        let counts = |one: &&Diagnostic| one.id != Id::LINT_NOT_DRAWN || rule == "lint/not-drawn";
        let mut told: Vec<String> = found.iter().filter(counts).map(named).collect();
        let says = |line: &str| Some(line.split_once("<!-- finds: ")?.1.split_once(" -->")?.0.to_owned());
        let mut expected: Vec<String> = text.lines().filter_map(says).collect();
        told.sort();
        expected.sort();
        let is_invalid = name.starts_with("invalid");
        let of_rule = told.iter().any(|one| one.split(' ').next() == Some(rule.as_str()));
        if told != expected || of_rule != is_invalid || !is_invalid && !name.starts_with("valid") {
            let shown = frames(found.iter().filter(counts), &sources, Style::Plain);
            wrong.push(format!("── {rule} {name}: {expected:?}, found {told:?}\n{shown}"));
        }
        if is_invalid {
            invalid.insert(rule)
        } else {
            valid.insert(rule)
        };
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(valid, all_rules(), "each rule has a file of which it finds nothing");
    assert_eq!(invalid, all_rules(), "and one of which it finds something");
}

/// A change of a clean definition.
struct Mutation {
    /// The rule and the element that are then found.
    finds: &'static str,
    file: &'static str,
    /// What is replaced by what; each occurs once.
    changes: &'static [(&'static str, &'static str)],
}

const fn clean(finds: &'static str, changes: &'static [(&'static str, &'static str)]) -> Mutation {
    Mutation { finds, file: "clean.bpmn", changes }
}

const SHAPES: &str = "  <d:BPMNShape bpmnElement=\"start\" />\n";
const FLOWS: &str = "  <sequenceFlow id=\"f1\" ";

#[rustfmt::skip]
const MUTATIONS: &[Mutation] = &[
    clean("lint/unreachable lost", &[
        (FLOWS, "  <endEvent id=\"lost\" name=\"Lost\" />\n  <sequenceFlow id=\"f1\" "),
        (SHAPES, "  <d:BPMNShape bpmnElement=\"start\" />\n  <d:BPMNShape bpmnElement=\"lost\" />\n"),
    ]),
    clean("lint/dead-end later", &[
        ("<endEvent id=\"later\" name=\"Later\" />", "<exclusiveGateway id=\"later\" />"),
        (FLOWS, "  <sequenceFlow id=\"f0\" sourceRef=\"later\" targetRef=\"later\" />\n  <sequenceFlow id=\"f1\" "),
        (SHAPES, "  <d:BPMNShape bpmnElement=\"start\" />\n  <d:BPMNEdge bpmnElement=\"f0\" />\n"),
    ]),
    Mutation { finds: "lint/no-end least", file: "least.bpmn", changes: &[
        ("  <endEvent id=\"done\" name=\"Done\" />\n", ""),
        ("  <sequenceFlow id=\"f1\" sourceRef=\"start\" targetRef=\"done\" />\n", ""),
        ("  <d:BPMNShape bpmnElement=\"done\" />\n", ""),
        ("  <d:BPMNEdge bpmnElement=\"f1\" />\n", ""),
    ] },
    clean("lint/gateway kind", &[
        ("name=\"anything else\" />", "name=\"no\"><conditionExpression>${answer == \"no\"}</conditionExpression></sequenceFlow>"),
    ]),
    clean("lint/no-default kind", &[
        (" default=\"other\"", ""),
        ("name=\"anything else\" />", "name=\"no\"><conditionExpression>${answer == \"no\"}</conditionExpression></sequenceFlow>"),
    ]),
    clean("lint/constant-condition maybe", &[("${answer == \"maybe\"}", "${false}")]),
    clean("lint/same-way maybe", &[
        ("sourceRef=\"kind\" targetRef=\"later\"", "sourceRef=\"kind\" targetRef=\"no\""),
        ("  <endEvent id=\"later\" name=\"Later\" />\n", ""),
        ("  <d:BPMNShape bpmnElement=\"later\" />\n", ""),
    ]),
    clean("lint/superfluous through", &[
        ("sourceRef=\"look\" targetRef=\"kind\"", "sourceRef=\"look\" targetRef=\"through\""),
        (FLOWS, "  <exclusiveGateway id=\"through\" />\n  <sequenceFlow id=\"f0\" sourceRef=\"through\" targetRef=\"kind\" />\n  <sequenceFlow id=\"f1\" "),
        (SHAPES, "  <d:BPMNShape bpmnElement=\"start\" />\n  <d:BPMNShape bpmnElement=\"through\" />\n  <d:BPMNEdge bpmnElement=\"f0\" />\n"),
    ]),
    clean("lint/join-and-split kind", &[("sourceRef=\"again\" targetRef=\"no\"", "sourceRef=\"again\" targetRef=\"kind\"")]),
    clean("lint/shadowed-condition maybe", &[("${answer == \"maybe\"}", "${answer == \"yes\"}")]),
    clean("lint/overlapping-conditions maybe", &[("${answer == \"maybe\"}", "${answer == \"yes\" || answer == \"maybe\"}")]),
    clean("lint/null-condition maybe", &[("${answer == \"maybe\"}", "${answer}")]),
    clean("lint/null-guard maybe", &[("${answer == \"maybe\"}", "${answer != null}")]),
    clean("lint/exact-counter more", &[("${round &lt; 3}", "${round != 3}")]),
    clean("lint/missing-variable ask", &[("${execution.hasVariable(\"greeting\") ? greeting : null}", "${greeting}")]),
    clean("lint/cancelled-output ask", &[("${execution.hasVariable(\"said\") ? said : null}", "${said}")]),
    clean("lint/unread-variable greet", &[
        ("<e:outputParameter name=\"greeting\">", "<e:outputParameter name=\"greeted\">yes</e:outputParameter><e:outputParameter name=\"greeting\">"),
    ]),
    clean("lint/event-without-way late", &[
        ("  <sequenceFlow id=\"f6\" sourceRef=\"late\" targetRef=\"gone\" />\n", ""),
        ("  <endEvent id=\"gone\" name=\"Gone\" />\n", ""),
        ("  <d:BPMNShape bpmnElement=\"gone\" />\n", ""),
        ("  <d:BPMNEdge bpmnElement=\"f6\" />\n", ""),
    ]),
    clean("lint/same-error second", &[
        (FLOWS, "  <boundaryEvent id=\"second\" attachedToRef=\"greet\"><errorEventDefinition errorRef=\"e1\" /></boundaryEvent>\n  <sequenceFlow id=\"f0\" sourceRef=\"second\" targetRef=\"no\" />\n  <sequenceFlow id=\"f1\" "),
        (SHAPES, "  <d:BPMNShape bpmnElement=\"start\" />\n  <d:BPMNShape bpmnElement=\"second\" />\n  <d:BPMNEdge bpmnElement=\"f0\" />\n"),
    ]),
    clean("lint/catch-all second", &[
        (FLOWS, "  <boundaryEvent id=\"second\" attachedToRef=\"greet\"><errorEventDefinition /></boundaryEvent>\n  <sequenceFlow id=\"f0\" sourceRef=\"second\" targetRef=\"no\" />\n  <sequenceFlow id=\"f1\" "),
        (SHAPES, "  <d:BPMNShape bpmnElement=\"start\" />\n  <d:BPMNShape bpmnElement=\"second\" />\n  <d:BPMNEdge bpmnElement=\"f0\" />\n"),
    ]),
    clean("lint/error-or-timeout late", &[
        ("sourceRef=\"late\" targetRef=\"gone\"", "sourceRef=\"late\" targetRef=\"no\""),
        ("  <endEvent id=\"gone\" name=\"Gone\" />\n", ""),
        ("  <d:BPMNShape bpmnElement=\"gone\" />\n", ""),
    ]),
    clean("lint/uncaught greet", &[
        ("  <boundaryEvent id=\"failed\" attachedToRef=\"greet\"><errorEventDefinition errorRef=\"e1\" /></boundaryEvent>\n", ""),
        ("  <sequenceFlow id=\"f3\" sourceRef=\"failed\" targetRef=\"no\" />\n", ""),
        ("  <d:BPMNShape bpmnElement=\"failed\" />\n", ""),
        ("  <d:BPMNEdge bpmnElement=\"f3\" />\n", ""),
    ]),
    clean("lint/raised-error look", &[("errorCode=\"FailedFaceQuality\"", "errorCode=\"Blurred\"")]),
    clean("lint/unused-error e9", &[("<error id=\"e2\"", "<error id=\"e9\" name=\"Never\" errorCode=\"Never\" />\n<error id=\"e2\"")]),
    clean("lint/error-twice e9", &[
        ("<error id=\"e2\"", "<error id=\"e9\" name=\"Refused\" errorCode=\"Refused\" />\n<error id=\"e2\""),
    ]),
    clean("lint/idle-timer second", &[
        (FLOWS, "  <boundaryEvent id=\"second\" attachedToRef=\"greet\"><timerEventDefinition><timeDuration>PT1M</timeDuration></timerEventDefinition></boundaryEvent>\n  <sequenceFlow id=\"f0\" sourceRef=\"second\" targetRef=\"gone\" />\n  <sequenceFlow id=\"f1\" "),
        (SHAPES, "  <d:BPMNShape bpmnElement=\"start\" />\n  <d:BPMNShape bpmnElement=\"second\" />\n  <d:BPMNEdge bpmnElement=\"f0\" />\n"),
    ]),
    clean("lint/no-timer ask", &[
        ("  <boundaryEvent id=\"late\" attachedToRef=\"ask\"><timerEventDefinition><timeDuration>PT5M</timeDuration></timerEventDefinition></boundaryEvent>\n", ""),
        ("  <sequenceFlow id=\"f6\" sourceRef=\"late\" targetRef=\"gone\" />\n", ""),
        ("  <endEvent id=\"gone\" name=\"Gone\" />\n", ""),
        ("  <d:BPMNShape bpmnElement=\"late\" />\n", ""),
        ("  <d:BPMNShape bpmnElement=\"gone\" />\n", ""),
        ("  <d:BPMNEdge bpmnElement=\"f6\" />\n", ""),
    ]),
    clean("lint/livelock greet", &[("sourceRef=\"failed\" targetRef=\"no\"", "sourceRef=\"failed\" targetRef=\"greet\"")]),
    clean("lint/loop in", &[("${round &lt; 3}", "${known == true}")]),
    clean("lint/unnamed greet", &[(" name=\"Greet\"", "")]),
    clean("lint/same-name look", &[("name=\"Greet\"", "name=\"Look\"")]),
    clean("lint/not-drawn greet", &[("  <d:BPMNShape bpmnElement=\"greet\" />\n", "")]),
    clean("lint/dangling-shape lost", &[(SHAPES, "  <d:BPMNShape bpmnElement=\"start\" />\n  <d:BPMNShape bpmnElement=\"lost\" />\n")]),
    clean("process/start second", &[
        (FLOWS, "  <startEvent id=\"second\" name=\"Also\" />\n  <sequenceFlow id=\"f0\" sourceRef=\"second\" targetRef=\"no\" />\n  <sequenceFlow id=\"f1\" "),
        (SHAPES, "  <d:BPMNShape bpmnElement=\"start\" />\n  <d:BPMNShape bpmnElement=\"second\" />\n  <d:BPMNEdge bpmnElement=\"f0\" />\n"),
    ]),
    clean("process/dangling kind", &[("default=\"other\"", "default=\"othr\"")]),
    clean("process/error-ref failed", &[("attachedToRef=\"greet\"><errorEventDefinition errorRef=\"e1\" />", "attachedToRef=\"greet\"><errorEventDefinition errorRef=\"e7\" />")]),
    clean("process/expression maybe", &[("${answer == \"maybe\"}", "${answer ==}")]),
    clean("process/duration late", &[(">PT5M<", ">5 minutes<")]),
    clean("process/unsupported later", &[
        ("<endEvent id=\"later\" name=\"Later\" />", "<endEvent id=\"later\" name=\"Later\"><compensateEventDefinition /></endEvent>"),
    ]),
];

/// What is planted in a clean definition is found, and nothing else is.
#[test]
fn each_rule_finds_what_is_planted_in_a_clean_definition() {
    let project = Project::open(None, shipped());
    let text = |file: &str| std::fs::read_to_string(shipped().join("tests/corpus/lint").join(file)).unwrap();
    for file in ["clean.bpmn", "least.bpmn"] {
        let (found, sources) = found(file, &text(file), &project);
        assert!(found.is_empty(), "{}", frames(&found, &sources, Style::Plain));
    }
    let mut wrong = Vec::new();
    for Mutation { finds, file, changes } in MUTATIONS {
        let mut text = text(file);
        for (replaced, by) in *changes {
            assert_eq!(text.matches(replaced).count(), 1, "{finds}: `{replaced}` in {file}");
            text = text.replace(replaced, by);
        }
        let (found, sources) = found(file, &text, &project);
        let told: Vec<String> = found.iter().map(named).collect();
        if told != [*finds] {
            wrong.push(format!("── {finds}: found {told:?}\n{}", frames(&found, &sources, Style::Plain)));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), MUTATIONS.len(), wrong.join("\n"));
    let planted: BTreeSet<String> =
        MUTATIONS.iter().map(|one| one.finds.split(' ').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(planted, all_rules(), "each rule has a change that it finds");
}
