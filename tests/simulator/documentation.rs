//! What is written about the simulator is true.

use std::path::Path;

use flowproof::simulator::{Reason, bound};

use super::support::catalogue;

/// What stands between two markers of the page.
fn section(name: &str) -> String {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/simulator.md")).unwrap();
    let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
    let (_, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("{begin}"));
    rest.split_once(&end).unwrap().0.to_owned()
}

#[test]
fn every_refusal_is_documented_as_the_catalogue_says_it() {
    let catalogue = catalogue(&[]);
    let mut table = "| reason | status | code | message | when |\n|---|---|---|---|---|\n".to_owned();
    for reason in Reason::ALL {
        let said = &catalogue.wire.reasons[reason.name()];
        let (name, when) = (reason.name(), reason.when());
        table += &format!("| `{name}` | {} | {} | {} | {when} |\n", said.status, said.code, said.message);
    }
    assert_eq!(section("refusals"), table, "the table that belongs there:\n{table}");
}

#[test]
fn every_bound_is_documented() {
    let table: String = [
        ("body of a request", format!("{} bytes", bound::MAX_BODY_BYTES)),
        ("nesting of JSON", format!("{} levels", bound::MAX_JSON_DEPTH)),
        ("parts of a multipart body", bound::MAX_PARTS.to_string()),
        ("open worlds", bound::MAX_WORLDS.to_string()),
        ("id of a world", format!("{} characters", bound::MAX_WORLD_ID)),
        ("tokens of a world", bound::MAX_TOKENS.to_string()),
        ("instances of a world", bound::MAX_INSTANCES.to_string()),
        ("recorded moves of a world", bound::MAX_MOVES.to_string()),
        ("captures of a subject", bound::MAX_CAPTURES.to_string()),
        ("entries of a world's script", bound::MAX_ENTRIES.to_string()),
        (
            "definitions uploaded to a world",
            format!("{}, {} bytes in all", bound::MAX_DEFINITIONS, bound::MAX_LIBRARY_BYTES),
        ),
        ("a definition", format!("{} bytes", bound::MAX_DEFINITION_BYTES)),
        ("components of a form", bound::MAX_COMPONENTS.to_string()),
        ("one advance of the clock", format!("{} days", bound::MAX_ADVANCE_MS / 86_400_000)),
        ("the clock ahead of its start", format!("{} days", bound::MAX_AHEAD_MS / 86_400_000)),
    ]
    .map(|(what, most)| format!("| {what} | {most} |\n"))
    .concat();
    let table = format!("| what | at most |\n|---|---|\n{table}");
    assert_eq!(section("bounds"), table, "the table that belongs there:\n{table}");
}
