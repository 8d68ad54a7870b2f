//! The shipped scenarios on an engine whose wire is another one.

use flowproof::diagnostic::Diagnostics;
use flowproof::source::Sources;
use flowproof::yaml;

use crate::project::{TestProject, shipped};

const MARK: &str = "\nwire:\n";

/// The shipped catalogue, its wire changed as the table says.
fn other_wire() -> String {
    let mut sources = Sources::new();
    let table = std::fs::read_to_string(shipped().join("tests/wire/second.yaml")).unwrap();
    let file = sources.add("second.yaml", table);
    let table = yaml::parse(&sources, file, &mut Diagnostics::new()).unwrap().to_json();
    let catalogue = std::fs::read_to_string(shipped().join("catalogues/trustx.yaml")).unwrap();
    let (head, wire) = catalogue.split_once(MARK).unwrap();
    let mut wire = wire.to_owned();
    for entry in table.as_array().unwrap() {
        let (from, to) = (entry["from"].as_str().unwrap(), entry["to"].as_str().unwrap());
        assert!(wire.contains(from), "the wire has no {from:?}");
        wire = wire.replace(from, to);
    }
    format!("{head}{MARK}{wire}")
}

fn project() -> TestProject {
    let settings = std::fs::read_to_string(shipped().join("flowproof.yaml")).unwrap();
    assert!(settings.contains("trustx: embedded"));
    TestProject::shipped()
        .file("other.yaml", other_wire())
        .file("flowproof.yaml", settings.replace("trustx: embedded", "trustx: other.yaml"))
}

#[test]
fn every_shipped_scenario_passes_unchanged_on_another_wire() {
    let ran = project().run(&["scenarios"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
}

#[test]
fn what_holds_on_one_wire_can_fail_on_the_other() {
    let path = "scenarios/faces/blurred-then-clear.yaml";
    let scenario = std::fs::read_to_string(shipped().join(path)).unwrap();
    assert!(scenario.contains("code: 748"));
    let ran = project().file(path, scenario.replace("code: 748", "status: 200")).run(&[path]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stdout.contains("/v2/next"), "{}", ran.stdout);
    assert!(ran.stdout.contains("← 422"), "{}", ran.stdout);
}
