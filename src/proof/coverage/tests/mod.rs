//! Each criterion with something missing and with nothing missing, and what adding up must come to.

mod inferring;
mod properties;
mod ratchet;

use super::{Coverage, Criterion, Observation, Reason, State, Survey};
use crate::process::graph::Folding;
use crate::process::{Definition, lengthen};
use crate::source::Sources;

/// A definition of elements written as in BPMN, in a process.
pub(super) fn definition(elements: &str) -> Definition {
    let xml = format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
        <error id="Bad" name="bad" errorCode="Bad"/><error id="Worse" name="worse" errorCode="Worse"/>
        <process id="p" isExecutable="true">{elements}</process></definitions>"#
    );
    let mut sources = Sources::new();
    let file = sources.add("a.bpmn", xml);
    Definition::read(&sources, file).0.expect("a definition")
}

/// A flow, with a condition unless that is empty.
pub(super) fn flow(id: &str, from: &str, to: &str, condition: &str) -> String {
    let condition = match condition {
        "" => String::new(),
        text => {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            format!("<conditionExpression>${{{text}}}</conditionExpression>")
        }
    };
    format!(r#"<sequenceFlow id="{id}" sourceRef="{from}" targetRef="{to}">{condition}</sequenceFlow>"#)
}

/// The scenarios `a`, `b`, … that went so, in short.
pub(super) fn covered(definition: &Definition, walks: &[&str]) -> Coverage {
    let mut survey = Survey::of(definition, Folding::Folded);
    for (number, walk) in walks.iter().enumerate() {
        let id = char::from(b'a' + number as u8).to_string();
        survey.add(&Observation::of_moves(&id, lengthen(walk).expect("moves")));
    }
    survey.conclude("p", Vec::new())
}

/// Covered, of how many, and of how many that are drawn.
fn figure(coverage: &Coverage, criterion: Criterion) -> Option<(u64, u64, u64)> {
    coverage.figure(criterion).map(|figure| (figure.covered, figure.of, figure.all))
}

/// start → work → decide → (again → work | done), an error and a timer on the border of work, each to an end of its own.
fn process() -> Definition {
    let elements = [
        r#"<startEvent id="start"/><serviceTask id="work" camunda:type="external" camunda:topic="t"/>
        <exclusiveGateway id="decide" default="done"/><endEvent id="end"/><endEvent id="failed"/><endEvent id="late"/>
        <boundaryEvent id="bad" attachedToRef="work"><errorEventDefinition errorRef="Bad"/></boundaryEvent>
        <boundaryEvent id="timer" attachedToRef="work"><timerEventDefinition><timeDuration>PT1M</timeDuration></timerEventDefinition></boundaryEvent>"#
            .to_owned(),
        flow("begin", "start", "work", ""),
        flow("decided", "work", "decide", ""),
        flow("again", "decide", "work", "more && count < 3"),
        flow("done", "decide", "end", ""),
        flow("refused", "bad", "failed", ""),
        flow("expired", "timer", "late", ""),
    ];
    definition(&elements.concat())
}

const BEGIN: &str = "+start -start >begin +work";
const DONE: &str = "-work >decided +decide ?again=f:f- -decide >done +end -end .end";
const AGAIN: &str = "-work >decided +decide ?again=t:tt -decide >again +work";
const COUNTED: &str = "-work >decided +decide ?again=f:tf -decide >done +end -end .end";
const BAD: &str = "!work=Bad=bad ~work +bad -bad >refused +failed -failed .failed";
const LATE: &str = "@timer ~work +timer -timer >expired +late -late .late";

#[test]
fn everything_is_covered_by_enough_scenarios() {
    let walks = [
        format!("{BEGIN} {DONE}"),
        format!("{BEGIN} {AGAIN} {COUNTED}"),
        format!("{BEGIN} {AGAIN} {AGAIN} {BAD}"),
        format!("{BEGIN} {LATE}"),
    ];
    let coverage = covered(&process(), &walks.each_ref().map(String::as_str));
    let figures: Vec<(&str, u64, u64)> =
        coverage.figures.iter().map(|figure| (figure.criterion.name(), figure.covered, figure.of)).collect();
    let expected = [
        ("all-flows", 8, 8),
        ("activities", 1, 1),
        ("flows", 6, 6),
        ("error-events", 1, 1),
        ("timer-events", 1, 1),
        ("decisions", 2, 2),
        ("conditions", 2, 2),
        ("mcdc", 2, 2),
        ("loops", 3, 3),
        ("pairs", 8, 10),
        ("ends", 3, 3),
        ("error-codes", 1, 1),
    ];
    assert_eq!(figures, expected);
    assert!(coverage.elements.iter().all(|element| element.state == State::Covered));
    let only: Vec<(&str, &[String])> =
        coverage.scenarios.iter().map(|one| (one.id.as_str(), one.only.as_slice())).collect();
    let none: &[String] = &[];
    let bad = ["refused".to_owned(), "bad".to_owned()];
    let late = ["expired".to_owned(), "timer".to_owned()];
    assert_eq!(only, [("a", none), ("b", none), ("c", &bad), ("d", &late)]);
    assert_eq!(coverage.scenarios.iter().filter(|one| one.redundant).count(), 2);
    assert_eq!(coverage.loops[0].bounds[0].comparison, "count < 3");
    assert!(coverage.loops[0].bounds.iter().all(|bound| bound.below && !bound.at && !bound.above));
}

#[test]
fn what_is_missing_is_told_by_each_criterion() {
    let coverage = covered(&process(), &[&format!("{BEGIN} {DONE}")]);
    assert_eq!(figure(&coverage, Criterion::AllFlows), Some((3, 8, 8)));
    assert_eq!(figure(&coverage, Criterion::Activities), Some((1, 1, 1)));
    assert_eq!(figure(&coverage, Criterion::Flows), Some((3, 6, 6)));
    assert_eq!(figure(&coverage, Criterion::ErrorEvents), Some((0, 1, 1)));
    assert_eq!(figure(&coverage, Criterion::TimerEvents), Some((0, 1, 1)));
    assert_eq!(figure(&coverage, Criterion::Decisions), Some((1, 2, 2)));
    assert_eq!(figure(&coverage, Criterion::Conditions), Some((1, 2, 2)));
    assert_eq!(figure(&coverage, Criterion::Mcdc), Some((0, 2, 2)));
    assert_eq!(figure(&coverage, Criterion::Loops), Some((1, 3, 3)));
    assert_eq!(figure(&coverage, Criterion::Pairs), Some((2, 10, 10)));
    assert_eq!(figure(&coverage, Criterion::Ends), Some((1, 3, 3)));
    // `Worse` is declared, and nothing catches it.
    assert_eq!(figure(&coverage, Criterion::ErrorCodes), Some((0, 1, 2)));
    let state = |id: &str| coverage.element(id).unwrap().state;
    assert_eq!((state("work"), state("decide"), state("done")), (State::Partly, State::Partly, State::Covered));
    assert_eq!((state("bad"), state("again"), state("failed")), (State::Uncovered, State::Uncovered, State::Uncovered));
    let near = |id: &str| coverage.element(id).unwrap().nearest.clone().map(|near| (near.at, near.arcs));
    assert_eq!(near("again"), Some(("decide".to_owned(), 1)));
    assert_eq!(near("refused"), Some(("work".to_owned(), 2)));
}

#[test]
fn an_activity_is_entered_completed_and_cancelled_apart() {
    let walks = [format!("{BEGIN} {AGAIN} {BAD}"), BEGIN.to_owned()];
    let coverage = covered(&process(), &walks.each_ref().map(String::as_str));
    let work = coverage.element("work").unwrap().work.unwrap();
    assert_eq!((work.entered, work.completed, work.cancelled), (3, 1, 1));
    assert_eq!(coverage.element("work").unwrap().scenarios, 2);
    assert!(coverage.element("decide").unwrap().work.is_none());
}

#[test]
fn what_cannot_be_covered_says_why_and_does_not_count() {
    let elements = [
        r#"<startEvent id="start"/><exclusiveGateway id="one"/><exclusiveGateway id="two"/><task id="hidden"/><task id="behind"/>
        <task id="alone"/><endEvent id="end"/><exclusiveGateway id="stuck"/>"#
            .to_owned(),
        flow("begin", "start", "one", ""),
        flow("never", "one", "hidden", "false"),
        flow("always", "one", "two", "true"),
        flow("later", "one", "end", "x"),
        flow("hidden-behind", "hidden", "behind", ""),
        flow("behind-end", "behind", "end", ""),
        flow("alone-end", "alone", "end", ""),
        flow("to-end", "two", "end", "y"),
        flow("to-stuck", "two", "stuck", "z"),
    ];
    let walk = "+start -start >begin +one ?always=t -one >always +two ?to-end=t -two >to-end +end -end .end";
    let stuck = "+start -start >begin +one ?always=t -one >always +two ?to-end=f ?to-stuck=t -two >to-stuck +stuck";
    let coverage = covered(&definition(&elements.concat()), &[walk, stuck]);
    assert_eq!(figure(&coverage, Criterion::AllFlows), Some((3, 3, 9)));
    assert_eq!(coverage.figure(Criterion::AllFlows).unwrap().covered_of_all, 4, "the dead end was passed");
    let reason = |id: &str| coverage.element(id).unwrap().reason.clone();
    let closed = || Some(Reason::ClosedOff { by: "never".to_owned(), condition: Some("${false}".to_owned()) });
    assert_eq!(reason("never"), Some(Reason::NeverTrue { condition: "${false}".to_owned() }));
    assert_eq!(reason("later"), Some(Reason::Preceded { by: "always".to_owned() }));
    assert_eq!((reason("hidden"), reason("behind"), reason("behind-end")), (closed(), closed(), closed()));
    assert_eq!((reason("alone"), reason("alone-end")), (Some(Reason::Unreachable), Some(Reason::Unreachable)));
    assert_eq!((reason("stuck"), reason("to-stuck")), (Some(Reason::DeadEnd), Some(Reason::DeadEnd)));
    assert_eq!(coverage.element("to-stuck").unwrap().hits, 1);
    assert!(
        coverage.conditions.iter().all(|condition| condition.flow == "to-end"),
        "no other one can be true and false"
    );
}

#[test]
fn parts_that_always_change_together_are_not_asked_to_decide_alone() {
    let of = |condition: &str, walks: &[&str]| {
        let gateway = r#"<startEvent id="s"/><exclusiveGateway id="g" default="n"/><endEvent id="e"/>"#.to_owned();
        let flows = [flow("b", "s", "g", ""), flow("y", "g", "e", condition), flow("n", "g", "e", "")];
        let walks: Vec<String> = walks.iter().map(|seen| format!("+s -s >b +g ?y={seen} -g >n +e -e .e")).collect();
        let coverage =
            covered(&definition(&(gateway + &flows.concat())), &walks.iter().map(String::as_str).collect::<Vec<_>>());
        let (covered, of, all) = figure(&coverage, Criterion::Mcdc).unwrap();
        (covered, of, all)
    };
    // Both cannot be true, and each can decide where the other is false.
    let either = r#"t == "a" || t == "b""#;
    assert_eq!(of(either, &["t:t-", "t:ft"]), (0, 2, 2));
    assert_eq!(of(either, &["t:t-", "t:ft", "f:ff"]), (2, 2, 2));
    // The second is true whenever it is asked.
    assert_eq!(of(r#"t != "a" || t == "a""#, &["t:t-", "t:ft"]), (0, 0, 2));
    assert_eq!(of("x && true", &["t:tt", "f:f-"]), (1, 1, 2));
    assert_eq!(of("x && y", &["f:f-", "f:tf"]), (0, 2, 2));
    assert_eq!(of("x", &["t", "f"]), (1, 1, 1));
}

#[test]
fn scenarios_of_other_processes_are_left_out_and_other_versions_told() {
    let foreign = "+elsewhere -elsewhere";
    let newer = "+start -start >begin +work -work >shortcut +extra -extra";
    let coverage = covered(&process(), &[foreign, newer]);
    assert_eq!(coverage.scenarios.len(), 1);
    assert_eq!(coverage.unknown, ["extra", "shortcut"]);
}

/// The document that the page shows is one.
#[test]
fn the_documented_form_is_read_and_written() {
    let page = include_str!("../../../../docs/coverage.md");
    let example = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let read = Coverage::read_all(example).expect("a coverage");
    let documented: serde_json::Value = serde_json::from_str(example).expect("JSON");
    assert_eq!(serde_json::to_value(&read).expect("JSON"), documented);
    assert!(Coverage::read_all(&example.replace("\"version\":1", "\"version\":2")).unwrap_err().contains("version 2"));
}

/// Every criterion is explained there.
#[test]
fn every_criterion_is_documented() {
    let page = include_str!("../../../../docs/coverage.md");
    for criterion in Criterion::ALL {
        assert!(page.contains(&format!("`{}`", criterion.name())), "{}", criterion.name());
        assert_eq!(Criterion::of(criterion.name()), Some(criterion));
    }
}
