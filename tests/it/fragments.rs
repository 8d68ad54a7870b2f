//! Fragments: steps in files of their own.

use serde_json::Value;

use crate::project::{Ran, TestProject, assert_told, events};

/// A fragment that creates a token.
const TOKEN: &str = r#"
fragment: A token for a customer
inputs:
  customer: { type: text, required: true }
  count: { type: integer, default: 1 }
  level: { type: text, default: plain, one-of: [plain, gold] }
outputs:
  token: "{{ steps.create.id }}"
  told: "{{ inputs.customer }} ({{ inputs.level }}, {{ inputs.count }})"
steps:
  - id: create
    activity: create-token
    with: { description: "{{ inputs.customer }}", parameters: { level: "{{ inputs.level }}" } }
    save: { id: $.id }
    expect: { outcome: success, body: { $.parameters.level: "{{ inputs.level }}" } }
"#;

const SCENARIO: &str = r#"
scenario: A token is created by a fragment
process: face-onboarding
session: { until: issue-bearer }
vars: { name: Ada }
steps:
  - id: made
    use: ../fragments/token.yaml
    with: { customer: "{{ vars.name }}", level: gold }
    save: { token: token, words: told }
  - check:
      "{{ vars.words }}": Ada (gold, 1)
      "{{ steps.made.words }}": Ada (gold, 1)
      "{{ vars.token }}": { matches: "[A-Z2-7]{26}" }
"#;

fn project(scenario: &str) -> TestProject {
    TestProject::bare().file("fragments/token.yaml", TOKEN).file("scenarios/a.yaml", scenario)
}

#[test]
fn a_fragment_takes_inputs_and_gives_outputs() {
    let ran = project(SCENARIO).run(&[]);
    assert_told(&ran, 0, &[]);
    let steps: Vec<_> = events(&ran, "step-started")
        .iter()
        .map(|event| (event["step"]["kind"].clone(), event["step"]["subject"].clone(), event["step"]["within"].clone()))
        .skip(1)
        .collect();
    let expected = [
        ("use".into(), "../fragments/token.yaml".into(), Value::Null),
        ("activity".into(), "create-token".into(), 2.into()),
        ("check".into(), "".into(), Value::Null),
    ];
    assert_eq!(steps, expected);
    let saved = &events(&ran, "value-saved")[2];
    assert_eq!((&saved["step"], &saved["name"]), (&2.into(), &"words".into()));
    assert_eq!(saved["from"], "the output `told` of `fragments/token.yaml`");
    let ran = project(&SCENARIO.replace("Ada (gold, 1)", "Ada (gold, 2)")).run(&[]);
    assert_told(&ran, 1, &["vars.words is \"Ada (gold, 1)\", expected", "the output `told` of `fragments/token.yaml`"]);
}

#[test]
fn a_failure_inside_points_into_the_fragment_and_at_those_who_use_it() {
    let outer = "fragment: Uses another\nsteps:\n  - use: token.yaml\n    with: { customer: Ada }\n";
    let scenario = "scenario: Deep\nprocess: face-onboarding\nsession: { until: issue-bearer }\nsteps:\n  - use: ../fragments/outer.yaml\n";
    let broken = TOKEN.replace("$.parameters.level: \"{{ inputs.level }}\"", "$.parameters.level: silver");
    let project = project(scenario).file("fragments/outer.yaml", outer).file("fragments/token.yaml", broken);
    let ran = project.run(&[]);
    let told = [
        "fragments/token.yaml:15:",
        "in step 4 (create): activity create-token, within step 3",
        "`fragments/token.yaml` is used at fragments/outer.yaml:3:10",
        "`fragments/outer.yaml` is used at scenarios/a.yaml:5:10",
    ];
    assert_told(&ran, 1, &told);
}

#[test]
fn values_that_inputs_do_not_take_are_refused_where_they_are_given() {
    for (input, told) in [
        ("count: \"{{ vars.name }}\"", "the input `count` must be a whole number, not \"Ada\""),
        ("level: \"{{ vars.name }}\"", "the input `level` takes one of [\"plain\", \"gold\"], not \"Ada\""),
        ("level: \"{{ vars.nothing }}\"", "the input `level` takes one of"),
    ] {
        let scenario =
            SCENARIO.replace("level: gold", input).replace("vars: { name: Ada }", "vars: { name: Ada, nothing: [] }");
        let ran = project(&scenario).run(&[]);
        if input.contains("nothing") {
            assert_told(&ran, 3, &["the input `level` must be text, not []"]);
        } else {
            assert_told(&ran, 3, &[told, "run/input", "scenarios/a.yaml:9:"]);
        }
    }
    let nothing = SCENARIO.replace("\"{{ vars.name }}\"", "\"{{ none }}\"");
    assert_told(&project(&nothing).run(&[]), 3, &["the input `customer` is needed, and is given nothing"]);
}

#[test]
fn files_are_relative_to_where_they_are_written() {
    let face = r#"
fragment: A face is captured
inputs:
  image: { type: file, required: true, media: [image/jpeg] }
steps:
  - activity: introduction
  - activity: capture-consent
  - activity: capture-face
    with: { image: "{{ inputs.image }}" }
  - activity: confirm-face
    with: { confirmed: true }
"#;
    let scenario = "scenario: Faces\nprocess: face-onboarding\nvars: { picture: clear.jpg }\nsteps:\n  - use: ../fragments/face.yaml\n    with: { image: \"{{ vars.picture }}\" }\nexpect: { instance: COMPLETED_ENDED_SUCCESS }\n";
    let image = std::fs::read(crate::project::shipped().join("scenarios/faces/clear.jpg")).unwrap();
    let with = |face: &str, scenario: &str| {
        let project = project(scenario).file("fragments/face.yaml", face).file("fragments/own.jpg", &image);
        project.file("scenarios/words.txt", "no picture").run(&[])
    };
    assert_told(&with(face, scenario), 0, &[]);
    let own = face.replace("\"{{ inputs.image }}\"", "own.jpg").replace(
        "    with: { confirmed: true }",
        "    with: { confirmed: true }\n  - if: \"{{ inputs.image is defined }}\"\n    wait: 1s",
    );
    assert_told(&with(&own, scenario), 0, &[]);
    assert_told(&with(face, &scenario.replace("clear.jpg", "own.jpg")), 3, &["there is no file `scenarios/own.jpg`"]);
    let told = "`words.txt` is text/plain, which the input `image` does not take";
    assert_told(&with(face, &scenario.replace("clear.jpg", "words.txt")), 3, &[told]);
}

#[test]
fn a_fragment_sees_nothing_of_those_who_use_it() {
    let peeking = TOKEN.replace("description: \"{{ inputs.customer }}\"", "description: \"{{ vars.name }}\"");
    let ran = project(SCENARIO).file("fragments/token.yaml", peeking).run(&[]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("there is no variable `name`") && ran.stderr.contains("fragments/token.yaml:13:"),
        "{}",
        ran.stderr
    );
    // And they see nothing of it: the same ids and names may stand in both.
    let same = SCENARIO
        .replace("id: made", "id: create")
        .replace("steps.made", "steps.create")
        .replace("  - check:", "  - id: id\n    check:");
    assert_told(&project(&same).run(&[]), 0, &[]);
    let peeking = SCENARIO.replace("vars.token }}", "vars.id }}");
    let ran = project(&peeking).run(&[]);
    assert!(ran.stderr.contains("there is no variable `id`"), "{}", ran.stderr);
}

#[test]
fn a_fragment_can_be_used_again_and_in_branches() {
    let retake = "fragment: A pause\ninputs: { pause: { type: integer, default: \"{{ random.int(1, 1000000) }}\" } }\noutputs: { pause: \"{{ inputs.pause }}\" }\nsteps:\n  - id: pause\n    wait: 10s\n";
    let scenario = r#"
scenario: Three tries
process: face-onboarding
simulate: { face-quality: [748, 748, success] }
steps:
  - activity: introduction
  - activity: capture-consent
  - activity: capture-face
    with: { image: clear.jpg }
    on: { quality-failure: { use: ../fragments/pause.yaml, save: { last: pause }, repeat: true, at-most: 2 } }
  - check: { "{{ vars.last }}": { type: integer } }
"#;
    let project = project(scenario).file("fragments/pause.yaml", retake);
    let ran = project.run(&["--seed", "7"]);
    assert_told(&ran, 0, &[]);
    let pauses = |ran: &Ran| events(ran, "value-saved").iter().map(|event| event["value"].clone()).collect::<Vec<_>>();
    let first = pauses(&ran);
    assert!(first.len() == 2 && first[0] != first[1], "each use has data of its own: {first:?}");
    assert_eq!(pauses(&project.run(&["--seed", "7"])), first);
    assert_ne!(pauses(&project.run(&["--seed", "8"])), first);
    let within: Vec<_> =
        events(&ran, "step-started").iter().map(|event| event["step"]["within"].clone()).skip(7).take(2).collect();
    assert_eq!(within, [Value::from(7), 8.into()]);
}

#[test]
fn a_branch_inside_ends_the_scenario() {
    let ending = TOKEN.replace("    expect:", "    on: { success: { end: passed } }\n    expect:");
    let ending = ending.replace("outcome: success, ", "");
    let ran = project(SCENARIO).file("fragments/token.yaml", &ending).run(&[]);
    assert_told(&ran, 0, &[]);
    assert!(events(&ran, "step-started").iter().all(|event| event["step"]["kind"] != "check"), "{}", ran.events);
    let failing = ending.replace("end: passed", "end: failed");
    let ran = project(SCENARIO).file("fragments/token.yaml", failing).run(&[]);
    assert_told(&ran, 1, &["ends the scenario as failed", "is used at scenarios/a.yaml:8:10"]);
}

#[test]
fn a_secret_stays_one_through_a_fragment() {
    let scenario = r#"
scenario: A secret goes through
process: face-onboarding
session: { until: issue-bearer }
secrets: { planted: "{{ env.PLANTED }}" }
steps:
  - use: ../fragments/token.yaml
    with: { customer: "{{ secrets.planted }}" }
    save: [told]
  - check: { "{{ vars.told }}": nobody }
"#;
    let ran = project(scenario).run_with(&[], &[("PLANTED", "pl4nted-v4lue")]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(!ran.all().contains("pl4nted-v4lue"), "{}", ran.all());
    assert!(ran.stdout.contains("[secret:"), "{}", ran.stdout);
}

#[test]
fn a_fragment_is_done_by_the_actor_who_uses_it() {
    let walk = "fragment: The beginning\nsteps:\n  - activity: introduction\n  - activity: capture-consent\n    with: { consent: false }\n    on: { consent-refused: { steps: [{ request: \"GET /api/process-manager/processInstances/{{ session.instance }}\" }] } }\n";
    let scenario = r#"
scenario: Two customers
process: face-onboarding
actors: { second: {} }
steps:
  - use: ../fragments/walk.yaml
    as: second
  - activity: introduction
expect:
  walk: [introduction]
  actors: { second: { walk: [introduction, capture-consent] } }
"#;
    let project = project(scenario).file("fragments/walk.yaml", walk);
    let ran = project.run(&[]);
    assert_told(&ran, 0, &[]);
    let request = events(&ran, "step-started").into_iter().find(|event| event["step"]["kind"] == "request").unwrap();
    assert_eq!(request["step"]["actor"], "second");
    let named = project
        .file("fragments/walk.yaml", walk.replace("activity: introduction", "activity: introduction\n    as: second"));
    let ran = named.run(&[]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(ran.stderr.contains("a fragment has no actors of its own"), "{}", ran.stderr);
}

#[test]
fn nesting_has_a_bound_that_is_named() {
    let deep = |levels: usize| {
        let mut project = TestProject::bare();
        for level in 1..levels {
            let inner = format!("fragment: Level {level}\nsteps:\n  - use: f{}.yaml\n", level + 1);
            project = project.file(&format!("scenarios/f{level}.yaml"), inner);
        }
        project = project.file(&format!("scenarios/f{levels}.yaml"), "fragment: The last\nsteps:\n  - wait: 1s\n");
        project.file("scenarios/a.yaml", "scenario: Deep\nsteps:\n  - use: f1.yaml\n").run(&[])
    };
    assert_told(&deep(15), 0, &[]);
    let ran = deep(16);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(ran.stderr.contains("more than 16 deep inside of each other"), "{}", ran.stderr);
}

#[test]
fn fragments_below_the_scenarios_are_not_run_but_checked() {
    let project = TestProject::bare().file("scenarios/parts/token.yaml", TOKEN);
    let project = project.file("scenarios/a.yaml", SCENARIO.replace("../fragments", "parts"));
    let ran = project.run(&[]);
    assert_told(&ran, 0, &["1 scenario passed"]);
    let ran = project.run(&["scenarios/parts/token.yaml"]);
    assert_eq!(ran.code, Some(2), "{}", ran.all());
    assert!(ran.stderr.contains("is no scenario: its first key is `fragment`"), "{}", ran.stderr);
    let check = |project: &TestProject, arguments: &[&str]| {
        let output = project.command(&[&["check"], arguments].concat()).output().unwrap();
        let all = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&all).into_owned())
    };
    assert_eq!(check(&project, &[]), (Some(0), "1 scenario and 1 fragment checked, 0 cannot be run\n".to_owned()));
    let (code, told) = check(&project, &["scenarios/parts"]);
    assert_eq!((code, told.as_str()), (Some(0), "0 scenarios and 1 fragment checked, 0 cannot be run\n"));
    let project = project.file("scenarios/parts/token.yaml", TOKEN.replace("create-token", "creat-token"));
    let (code, told) = check(&project, &["scenarios/parts/token.yaml"]);
    assert!(code == Some(2) && told.contains("did you mean `create-token`?"), "{told}");
    // What is broken keeps those who use it from being run, and nothing else.
    let project = project.file("scenarios/b.yaml", "scenario: Sound\nsteps:\n  - wait: 1s\n");
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(ran.verdicts(), [("scenarios/b.yaml".to_owned(), "passed".to_owned())]);
    assert!(ran.stderr.contains("the fragment `scenarios/parts/token.yaml` cannot be used"), "{}", ran.stderr);
}

#[test]
fn a_timeout_and_after_leave_a_fragment() {
    let slow = "fragment: Slow\nsteps:\n  - wait: 1h\n  - request: GET /never\n";
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings =
        format!("flowproof: 1\ndefault: target\nenvironments:\n  target: {{ base-url: \"http://{free}\" }}\n");
    let scenario = "scenario: Slow\ntimeout: 100ms\nvars: { name: Ada }\nsteps:\n  - use: slow.yaml\nafter:\n  - check: { \"{{ vars.name }}\": Ada }\n";
    let project = TestProject::new().file("flowproof.yaml", settings).file("scenarios/slow.yaml", slow);
    let ran = project.file("scenarios/a.yaml", scenario).run(&[]);
    assert_told(&ran, 3, &["the scenario takes longer than 100ms"]);
    let judged = events(&ran, "expectation-judged");
    assert_eq!((judged.len(), &judged[0]["expectation"]["held"]), (1, &"yes".into()));
}
