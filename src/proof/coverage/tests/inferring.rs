use std::sync::Arc;

use super::{definition, flow};
use crate::catalogue::{Catalogue, embedded};
use crate::diagnostic::Diagnostics;
use crate::event::{StopRecord, Verdict};
use crate::process::Definition;
use crate::process::graph::Folding;
use crate::proof::Map;
use crate::proof::coverage::{Coverage, Evidence, Observation, Survey, Trail};
use crate::source::Sources;

/// capture (an activity of the shipped catalogue) → check → (through one of two flows) → join → confirm → end; a failed check
/// leads back to capture.
fn process() -> Definition {
    let elements = [
        r#"<startEvent id="start"/>
        <serviceTask id="capture" name="Capture Face Image" camunda:type="external" camunda:topic="t"/>
        <serviceTask id="check" name="Face Quality" camunda:delegateExpression="${x}"/>
        <boundaryEvent id="failed" attachedToRef="check"><errorEventDefinition errorRef="Quality"/></boundaryEvent>
        <exclusiveGateway id="split"/><exclusiveGateway id="join"/>
        <serviceTask id="confirm" name="Confirm Face Image" camunda:type="external" camunda:topic="t"/><endEvent id="end"/>"#
            .to_owned(),
        flow("begin", "start", "capture", ""),
        flow("captured", "capture", "check", ""),
        flow("back", "failed", "capture", ""),
        flow("checked", "check", "split", ""),
        flow("left", "split", "join", "l"),
        flow("right", "split", "join", ""),
        flow("joined", "join", "confirm", ""),
        flow("confirmed", "confirm", "end", ""),
    ];
    let xml = elements.concat();
    definition(&xml)
}

fn seen(stops: &[(&str, &str, &str)], ended: bool) -> Coverage {
    let definition = Arc::new(process());
    let mut sources = Sources::new();
    let file = sources.add("catalogue.yaml", embedded("trustx").unwrap());
    let catalogue = Arc::new(Catalogue::read(&sources, file, &mut Diagnostics::new()).unwrap());
    let map = Map::new(Arc::clone(&definition), catalogue);
    let mut survey = Survey::of(&definition, Folding::Folded).inferring(&map);
    let word = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let stop = |(element, activity, outcome): &(&str, &str, &str)| StopRecord {
        element: word(element),
        activity: word(activity),
        outcome: word(outcome),
        code: None,
    };
    survey.add(&Observation {
        scenario: "a".to_owned(),
        title: String::new(),
        process: None,
        verdict: Verdict::Passed,
        visits: stops.len(),
        trails: vec![Trail::Stops(stops.iter().map(stop).collect(), ended)],
    });
    survey.conclude("p", Vec::new())
}

/// The elements that were seen, and those that are inferred.
fn evidence(coverage: &Coverage) -> (Vec<&str>, Vec<&str>) {
    let of = |wanted: Evidence| {
        let all = coverage.elements.iter().filter(move |element| element.evidence == Some(wanted));
        all.map(|element| element.id.as_str()).collect()
    };
    (of(Evidence::Observed), of(Evidence::Inferred))
}

#[test]
fn what_every_way_has_in_common_is_inferred_and_nothing_else() {
    let stops = [("capture", "capture-face", "success"), ("confirm", "confirm-face", "success")];
    let coverage = seen(&stops, true);
    let (observed, inferred) = evidence(&coverage);
    assert_eq!(observed, ["capture", "confirm"]);
    let all = ["start", "check", "split", "join", "end", "begin", "captured", "checked", "joined", "confirmed"];
    assert_eq!(inferred, all, "neither of the two flows between is certain");
    assert_eq!(coverage.scenarios[0].evidence, Evidence::Inferred);
}

#[test]
fn a_place_that_is_not_known_breaks_the_chain() {
    let stops = [("capture", "capture-face", "success"), ("", "confirm-face", "success"), ("confirm", "", "")];
    let (observed, inferred) = (seen(&stops, false), ["start", "begin"]);
    assert_eq!(evidence(&observed), (vec!["capture", "confirm"], inferred.to_vec()));
}

#[test]
fn a_process_that_was_seen_nowhere_is_left_out() {
    assert!(seen(&[("elsewhere", "capture-face", "success")], true).scenarios.is_empty());
}
