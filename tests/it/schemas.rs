use crate::project::TestProject;
#[cfg(feature = "json-schema")]
use crate::project::shipped;

const NAMED: &str = "scenario: An answer is what was agreed\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n    expect: { schema: answer.json, body: { status: { schema: { type: string } } } }\n";

#[cfg(not(feature = "json-schema"))]
#[test]
fn a_default_build_refuses_schemas_and_says_how_to_have_them() {
    let project = TestProject::bare().file("scenarios/named.yaml", NAMED);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert_eq!(ran.stderr.matches("build it with `--features json-schema`").count(), 2, "{}", ran.stderr);
    assert_eq!(ran.verdicts(), []);
}

#[cfg(feature = "json-schema")]
#[test]
fn the_documented_schemas_judge() {
    let page = std::fs::read_to_string(shipped().join("docs/language.md")).unwrap();
    let mut project = TestProject::bare();
    for block in page.split("\n```json ").skip(1).filter_map(|rest| rest.split("```").next()) {
        let (name, text) = block.split_once('\n').unwrap();
        project = project.file(&format!("scenarios/{name}"), text);
    }
    let example =
        page.split("```yaml\n# Needs a build with JSON Schema.\n").nth(1).and_then(|rest| rest.split("```").next());
    let project = project.file("scenarios/agreed.yaml", example.unwrap());
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let project = project.file("scenarios/states.schema.json", r#"{ "$defs": { "state": { "maxLength": 3 } } }"#);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(
        ran.stderr.contains("expected `maxLength` 3") || ran.stdout.contains("expected `maxLength` 3"),
        "{}",
        ran.all()
    );
}

/// Wherever a matcher may stand, its schema is read.
#[cfg(feature = "json-schema")]
#[test]
fn schemas_are_read_wherever_they_are_named() {
    let whatever = "{ schema: any.json }";
    let expect = format!(
        "{{ outcome: success, code: {{ exists: false }}, status: {whatever}, headers: {{ content-type: {whatever} }}, \
         body: {{ $: {{ all: [{whatever}, {{ not: {{ schema: none.json }} }}] }} }}, schema: any.json, instance: {whatever}, \
         time: {whatever} }}"
    );
    let project = TestProject::bare()
        .file("scenarios/any.json", "true")
        .file("scenarios/none.json", "false")
        .file(
            "scenarios/steps.yaml",
            format!(
                "scenario: In steps\nprocess: face-onboarding\nbefore:\n  - activity: issue-bearer\n    expect: {{ schema: any.json }}\n\
                 steps:\n  - activity: introduction\n    expect: {expect}\n    on: {{ success: {{ steps: [{{ check: {{ \"{{{{ 1 }}}}\": {whatever} }} }}] }} }}\n\
                 \x20 - check: {{ \"{{{{ 1 + 1 }}}}\": {whatever} }}\nafter:\n  - activity: read-instance\n    poll: {{ until: {{ schema: any.json }}, stop-when: {{ schema: none.json }}, deadline: 5s }}\n\
                 expect: {{ instance: {whatever}, visits: {{ introduction: {whatever} }} }}\n"
            ),
        )
        .file(
            "scenarios/answers.yaml",
            format!(
                "scenario: In answers\nprocess: face-onboarding\nanswers:\n  introduction: {{ expect: {expect} }}\n\
                 \x20 capture-consent:\n    with: {{ consent: false }}\n    expect: {{ outcome: [success, declined], schema: any.json }}\n\
                 \x20   on: {{ success: {{ end: passed }}, declined: {{ end: passed }} }}\n"
            ),
        );
    let ran = project.run(&[]);
    assert!(!ran.all().contains("was not loaded"), "{}", ran.all());
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}
