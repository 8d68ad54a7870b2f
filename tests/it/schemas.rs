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
    const EXPECT: &str = "{ outcome: success, code: { exists: false }, status: ANY, headers: { content-type: ANY }, \
        body: { $: { all: [ANY, { not: { schema: none.json } }] } }, schema: any.json, instance: ANY, time: ANY }";
    const STEPS: &str = "\
scenario: In steps
process: face-onboarding
before:
  - activity: read-instance
    expect: { schema: any.json }
steps:
  - activity: introduction
    expect: EXPECT
  - activity: capture-consent
    with: { consent: false }
    on: { consent-refused: { steps: [{ check: { \"{{ 1 }}\": ANY } }], continue: true } }
  - check: { \"{{ 1 + 1 }}\": ANY }
after:
  - activity: read-instance
    poll: { until: { schema: any.json }, stop-when: { schema: none.json }, deadline: 5s }
expect: { instance: ANY, visits: { introduction: ANY } }
";
    const ANSWERS: &str = "\
scenario: In answers
process: face-onboarding
answers:
  introduction: { expect: EXPECT }
  capture-consent:
    with: { consent: false }
    expect: { schema: any.json }
    on: { consent-refused: { end: passed } }
";
    let whole = |text: &str| text.replace("EXPECT", EXPECT).replace("ANY", "{ schema: any.json }");
    let project = TestProject::bare()
        .file("scenarios/any.json", "true")
        .file("scenarios/none.json", "false")
        .file("scenarios/steps.yaml", whole(STEPS))
        .file("scenarios/answers.yaml", whole(ANSWERS));
    let ran = project.run(&[]);
    assert!(!ran.all().contains("was not loaded"), "{}", ran.all());
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}
