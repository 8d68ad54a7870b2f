use std::collections::BTreeSet;

use serde_json::Value;

use super::{Event, EventKind};

const PAGE: &str = include_str!("../../docs/events.md");

/// The sections of the page that are about one event: its name and its text.
fn sections() -> Vec<(&'static str, &'static str)> {
    let sections = PAGE.split("\n### ").skip(1).filter_map(|section| section.split_once('\n'));
    sections.map(|(name, text)| (name.trim(), text.split("\n## ").next().unwrap_or(text))).collect()
}

fn examples(section: &str) -> Vec<&str> {
    let blocks = section.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).collect()
}

/// The fields in the first column of the section's table.
fn fields(section: &str) -> BTreeSet<String> {
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).map(str::to_owned).collect()
}

/// Every kind that there is, as the decoder itself lists them.
fn kinds() -> BTreeSet<String> {
    let error = serde_json::from_str::<EventKind>(r#"{"event":"?"}"#).expect_err("no such event").to_string();
    let listed = error.split("expected one of ").nth(1).expect("the decoder lists what it knows");
    listed.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_event_is_documented_and_nothing_else_is() {
    let documented: BTreeSet<String> = sections().iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(documented, kinds());
    assert!(!documented.is_empty());
}

#[test]
fn every_example_is_an_event_and_comes_back_as_it_was() {
    for (name, section) in sections() {
        let examples = examples(section);
        assert!(!examples.is_empty(), "{name} has no example");
        for example in examples {
            let event: Event =
                serde_json::from_str(example).unwrap_or_else(|error| panic!("{name}: {error}\n{example}"));
            let written: Value = serde_json::to_value(&event).expect("an event is JSON");
            let documented: Value = serde_json::from_str(example).expect("an event is JSON");
            assert_eq!(written, documented, "{name}");
            assert_eq!(written["event"], name);
        }
    }
}

#[test]
fn the_tables_name_the_fields_that_events_have() {
    for (name, section) in sections() {
        let mut shown = BTreeSet::new();
        for example in examples(section) {
            let event: Value = serde_json::from_str(example).expect("an event is JSON");
            shown.extend(event.as_object().expect("an object").keys().cloned());
        }
        let common = ["at", "scenario", "event"].map(str::to_owned).into();
        assert_eq!(fields(section), &shown - &common, "{name}");
    }
}
