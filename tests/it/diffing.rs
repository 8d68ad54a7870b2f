//! What differs between two versions of a definition.

use std::collections::BTreeSet;

use flowproof::diagnostic::{Diagnostic, Id};
use flowproof::process::{Change, Class, Definition, Diff, Findings, Side, lint};
use flowproof::source::Sources;
use proptest::prelude::*;

use crate::project::shipped;

fn read(sources: &mut Sources, name: &str, text: &str) -> Definition {
    let file = sources.add(name, text);
    Definition::read(sources, file).0.unwrap()
}

fn diff(old: &str, new: &str) -> Diff {
    let mut sources = Sources::new();
    let (old, new) = (read(&mut sources, "old.bpmn", old), read(&mut sources, "new.bpmn", new));
    Diff::of(&sources, &old, &new)
}

fn told(diff: &Diff, change: &Change) -> String {
    let side = |side| diff.told(change, side).unwrap_or_else(|| "-".to_owned());
    let what = if change.what.is_empty() { String::new() } else { format!(" {}", change.what) };
    let (class, old, new) = (change.class.name(), side(Side::Old), side(Side::New));
    format!("{class}{what}: {} {}: {old} => {new}\n", change.element, change.called)
}

/// Each case has two versions, and what differs between them.
#[test]
fn versions_differ_as_expected() {
    let folder = shipped().join("tests/corpus/diff");
    let mut cases: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 5);
    for case in cases {
        let text = |name: &str| std::fs::read_to_string(case.join(name)).unwrap_or_default();
        let diff = diff(&text("old.bpmn"), &text("new.bpmn"));
        let told: String = diff.changes.iter().map(|change| told(&diff, change)).collect();
        if std::env::var_os("UPDATE_CORPUS").is_some() {
            std::fs::write(case.join("expected.txt"), &told).unwrap();
        }
        assert_eq!(told, text("expected.txt"), "{}", case.display());
    }
}

fn process() -> String {
    std::fs::read_to_string(shipped().join("processes/face-onboarding.bpmn")).unwrap()
}

/// One change of the shipped process: its class, the elements that differ by it, what is replaced and what replaces it.
type Mutation = (Class, &'static [&'static str], &'static str, &'static str);

const MUTATIONS: [Mutation; 20] = [
    (
        Class::Added,
        &["Spare"],
        "<bpmn:exclusiveGateway id=\"Gateway_consent\"",
        "<bpmn:task id=\"Spare\" /><bpmn:exclusiveGateway id=\"Gateway_consent\"",
    ),
    (
        Class::Removed,
        &["Flow_timed_out"],
        "<bpmn:sequenceFlow id=\"Flow_timed_out\" sourceRef=\"Gateway_timeouts\" targetRef=\"Gateway_summary\" />",
        "",
    ),
    (
        Class::Removed,
        &["Association_0limits"],
        "<bpmn:association id=\"Association_0limits\" sourceRef=\"FLA01_OQ2\" targetRef=\"TextAnnotation_0limits\" />",
        "",
    ),
    (
        Class::Kind,
        &["CCFI01_hU4"],
        "name=\"Confirm Face Image\" camunda:type=\"external\"",
        "name=\"Confirm Face Image\"",
    ),
    (
        Class::Kind,
        &["Event_14nytuv"],
        "attachedToRef=\"CCFI01_hU4\"",
        "attachedToRef=\"CCFI01_hU4\" cancelActivity=\"false\"",
    ),
    (
        Class::Rerouted,
        &["Flow_decided"],
        "sourceRef=\"SDD01_Zh5\" targetRef=\"Gateway_summary\"",
        "sourceRef=\"SDD01_Zh5\" targetRef=\"WRS02_Ef1\"",
    ),
    (Class::Rerouted, &["Event_0photo30"], "attachedToRef=\"CFE01_mD7\"", "attachedToRef=\"FLA01_OQ2\""),
    (Class::Condition, &["Flow_consent_yes"], "${_consentGiven == true}", "${_consentGiven != false}"),
    (Class::Default, &["Gateway_consent"], "default=\"Flow_consent_no\"", "default=\"Flow_consent_yes\""),
    (Class::Default, &["Gateway_face_confirmed"], " default=\"Flow_confirmed_yes\"", ""),
    (Class::Implementation, &["CFQ01_Iv6"], "${checkFaceQualityV1}", "${checkFaceQualityV2}"),
    (Class::Implementation, &["Event_0bifzzi"], "${redirectMapperV1}", "${redirectMapperV2}"),
    (Class::Parameter, &["FLA01_OQ2"], "${0.5}", "${0.7}"),
    (Class::Parameter, &["CFE01_mD7"], "<camunda:value>instructions</camunda:value>", ""),
    (
        Class::Error,
        &["FTG01-e-ffg_x0W", "Error_1ft751d"],
        "errorCode=\"FailedTemplateGeneration\"",
        "errorCode=\"Other\"",
    ),
    (Class::Error, &["CFQ01-e-ffq_teo"], "errorRef=\"Error_0fq748a\"", "errorRef=\"Error_1ft751d\""),
    (Class::Timer, &["Event_0intro30", "Event_1agree30", "Event_0photo30", "Event_14nytuv"], "PT4M30S", "PT5M"),
    (Class::Name, &["FTG01_lQ9"], "name=\"Face Template Generation\"", "name=\"Template Generation\""),
    (Class::Documentation, &["TextAnnotation_0limits"], "liveness three times.", "liveness four times."),
    (Class::Layout, &["Flow_alive"], "<di:waypoint x=\"1400\" y=\"400\" />", "<di:waypoint x=\"1401\" y=\"400\" />"),
];

fn mutated(text: &str, (_, _, from, to): &Mutation) -> String {
    let mutated = text.replace(from, to);
    assert_ne!(mutated, text, "`{from}` is not there");
    mutated
}

#[test]
fn each_class_of_change_is_seen_as_itself_alone() {
    let text = process();
    for mutation in &MUTATIONS {
        let (class, elements, ..) = mutation;
        let diff = diff(&text, &mutated(&text, mutation));
        let found: BTreeSet<(Class, &str)> =
            diff.changes.iter().map(|change| (change.class, change.element.as_str())).collect();
        let expected: BTreeSet<(Class, &str)> = elements.iter().map(|element| (*class, *element)).collect();
        assert_eq!(found, expected, "{mutation:?}");
        for change in &diff.changes {
            assert!(change.place().is_some() && change.old_place.or(change.new_place).is_some());
            assert_ne!(diff.told(change, Side::Old), diff.told(change, Side::New));
        }
    }
    let classes: BTreeSet<Class> = MUTATIONS.iter().map(|(class, ..)| *class).collect();
    let others = [Class::Order, Class::Trigger];
    assert_eq!(classes.len() + others.len(), Class::ALL.len(), "the corpus has the others");
}

#[test]
fn what_is_only_written_otherwise_is_no_change() {
    let text = process();
    let renamed = text.replace("bpmn:", "b:").replace("xmlns:bpmn=", "xmlns:b=");
    for (from, to) in [
        ("PT4M30S", "PT270S"),
        ("${_photoConfirmed!=true}", "${ _photoConfirmed != true }"),
        ("id=\"FLA01-i-lt_JMP\"", "id=\"FLA01-i-lt_XXX\""),
        ("<bpmn:incoming>Flow_captured</bpmn:incoming>", ""),
        ("name=\"Check Image Quality\"", "name=\"Check&#10;Image Quality\""),
        ("exporterVersion=\"5.10.0\"", "exporterVersion=\"5.20.0\""),
        (" id=\"TimerEventDefinition_0intro30\"", ""),
        ("<di:waypoint x=\"1400\" y=\"400\" />", "<di:waypoint y=\"400.0\" x=\"1400.0\"></di:waypoint>"),
    ] {
        let same = text.replace(from, to);
        assert_ne!(same, text, "`{from}` is not there");
        assert!(diff(&text, &same).is_empty(), "{from} => {to}: {:?}", diff(&text, &same).changes);
    }
    assert!(diff(&text, &renamed).is_empty());
}

#[test]
fn a_finding_is_new_if_its_element_had_none_of_its_rule() {
    let text = process();
    let livelock = text.replace(
        "sourceRef=\"Gateway_summary\" targetRef=\"WRS02_Ef1\"",
        "sourceRef=\"Gateway_summary\" targetRef=\"Gateway_summary\"",
    );
    // What stands before an old finding moves it, and does not make it a new one.
    let longer = livelock.replacen("<bpmn:startEvent id", "<!-- a remark -->\n<bpmn:startEvent id", 1);
    let found = |old: &str, new: &str| {
        let mut sources = Sources::new();
        let (old, new) = (read(&mut sources, "old.bpmn", old), read(&mut sources, "new.bpmn", new));
        let all = |definition: &Definition| lint(definition).sorted();
        Findings::of(&Diff::of(&sources, &old, &new), all(&old), all(&new))
    };
    let ids = |all: &[Diagnostic]| all.iter().map(|one| one.id).collect::<Vec<Id>>();
    let findings = found(&text, &livelock);
    assert!(ids(&findings.new).contains(&Id::LINT_DEAD_END), "{:?}", findings.new);
    assert_eq!(ids(&findings.gone), [Id::LINT_LOOP], "{:?}", findings.gone);
    let back = found(&livelock, &text);
    assert_eq!((ids(&back.new), ids(&back.gone)), (ids(&findings.gone), ids(&findings.new)));
    let same = found(&livelock, &longer);
    assert!(same.new.is_empty() && same.gone.is_empty(), "{same:?}");
}

/// A change without what names the version.
fn essence(change: &Change, mirrored: bool) -> (String, Class, String, Option<String>, Option<String>) {
    let value = |value: &Option<flowproof::source::Spanned<String>>| value.as_ref().map(|value| value.value.clone());
    let (old, new) = (value(&change.old), value(&change.new));
    let (class, old, new) = match (change.class, mirrored) {
        (Class::Added, true) => (Class::Removed, new, old),
        (Class::Removed, true) => (Class::Added, new, old),
        (class, true) => (class, new, old),
        (class, false) => (class, old, new),
    };
    (change.element.clone(), class, change.what.clone(), old, new)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_diff_seen_from_the_other_side_is_its_mirror(
        one in prop::collection::btree_set(0..MUTATIONS.len(), 0..6),
        other in prop::collection::btree_set(0..MUTATIONS.len(), 0..6),
    ) {
        let apply = |chosen: &BTreeSet<usize>| {
            chosen.iter().fold(process(), |text, at| text.replace(MUTATIONS[*at].2, MUTATIONS[*at].3))
        };
        let (old, new) = (apply(&one), apply(&other));
        prop_assert!(diff(&old, &old).is_empty());
        let (there, back) = (diff(&old, &new), diff(&new, &old));
        let there: BTreeSet<_> = there.changes.iter().map(|change| essence(change, false)).collect();
        let back: BTreeSet<_> = back.changes.iter().map(|change| essence(change, true)).collect();
        prop_assert_eq!(&there, &back);
        prop_assert_eq!(there.is_empty(), old == new);
    }
}
