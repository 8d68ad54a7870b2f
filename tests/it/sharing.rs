use crate::project::{TestProject, assert_told, events};

const SETTINGS: &str = "\
flowproof: 1
environments:
  simulator: { kind: simulator }
  other: { kind: simulator, vars: { a: environment, b: environment, c: environment } }
vars: { a: project, b: project, c: project, d: project }
profiles:
  nightly: { env: other, tags: [nightly], vars: { a: profile, b: profile } }
";

fn project(settings: &str, scenario: &str) -> TestProject {
    TestProject::new().file("flowproof.yaml", settings).file("scenarios/a.yaml", scenario)
}

/// What a scenario finds is what it fails with, value by value.
fn values(project: &TestProject, arguments: &[&str]) -> String {
    let ran = project.run(arguments);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    let judged = events(&ran, "expectation-judged");
    let actual = judged.iter().map(|event| event["expectation"]["actual"].as_str().unwrap_or("?").to_owned());
    actual.collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_nearer_to_the_run_wins() {
    let scenario = "scenario: All\ntags: [nightly]\nvars: { d: scenario }\nsteps:\n  - check: { \"{{ vars.a }}\": x, \"{{ vars.b }}\": x, \"{{ vars.c }}\": x, \"{{ vars.d }}\": x }\n";
    let project = project(SETTINGS, scenario).file("scenarios/b.yaml", "scenario: Another\nsteps: [wait: 1s]\n");
    for (arguments, found) in [
        (&["scenarios/a.yaml"][..], "project project project scenario"),
        (&["scenarios/a.yaml", "--env", "other"], "environment environment environment scenario"),
        // The profile names the environment, and the tag that only one of the two has.
        (&["--profile", "nightly"], "profile profile environment scenario"),
        (&["--profile", "nightly", "--env", "simulator"], "profile profile project scenario"),
        (
            &["--profile", "nightly", "--var", "a=argument", "--var", "d=argument"],
            "argument profile environment argument",
        ),
    ] {
        assert_eq!(values(&project, arguments), found, "{arguments:?}");
    }
    let ran = project.run(&["--profile", "nightly", "--tag", "other"]);
    assert_eq!(ran.code, Some(4), "an argument replaces the tags of the profile: {}", ran.all());
}

#[test]
fn a_profile_says_how_it_is_run() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = format!(
        "flowproof: 1\nenvironments: {{ dead: {{ base-url: \"http://{}\" }} }}\nprofiles:\n  quick: {{ env: dead, jobs: 1, timeout: 50ms }}\n  short: {{ env: dead, scenario-timeout: 50ms }}\n",
        free.local_addr().unwrap()
    );
    let project = project(&settings, "scenario: Asks\nsteps:\n  - request: GET /\n");
    assert_told(&project.run(&["--profile", "quick"]), 3, &["within 0.05 s"]);
    assert_told(&project.run(&["--profile", "short"]), 3, &["the scenario takes longer than 50ms"]);
    let ran = project.run(&["--profile", "quik"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("there is no profile `quik` in flowproof.yaml: did you mean `quick`?"),
        "{}",
        ran.stderr
    );
    let ran = project.run_with(&[], &[("FLOWPROOF_PROFILE", "short")]);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
}

const FRAGMENT: &str = "fragment: Reads\ninputs: { more: { type: text, default: \"{{ vars.who }}!\" } }\noutputs: { who: \"{{ vars.who }}\", id: \"{{ vars.id }}\", more: \"{{ inputs.more }}\" }\nsteps:\n  - wait: 1s\n";

#[test]
fn fragments_see_the_variables_of_the_settings_and_none_of_the_scenario() {
    let settings = "flowproof: 1\nvars: { who: Ada, id: \"{{ uuid() }}\", greeting: \"Hello {{ vars.who }}\" }\n";
    let scenario = "scenario: Uses\nvars: { who: Grace }\nsteps:\n  - use: ../fragments/reads.yaml\n    save: { there: who, id_there: id, more: more }\n  - check:\n      \"{{ vars.who }}\": Grace\n      \"{{ vars.there }}\": Ada\n      \"{{ vars.more }}\": Ada!\n      \"{{ vars.greeting }}\": Hello Ada\n      \"{{ vars.id == vars.id_there }}\": true\n";
    let project = project(settings, scenario).file("fragments/reads.yaml", FRAGMENT);
    assert_told(&project.run(&[]), 0, &["1 scenario passed"]);
    // An argument is for all of them.
    let ran = project.run(&["--var", "who=Alan"]);
    assert_told(&ran, 1, &["expected \"Ada\"", "expected \"Grace\"", "expected \"Hello Ada\""]);
    // Where it came from is told.
    let project = project.file("scenarios/a.yaml", scenario.replace("Hello Ada", "Hello Eve"));
    assert_told(&project.run(&[]), 1, &[", set at flowproof.yaml:2:"]);
}

#[test]
fn each_scenario_has_data_of_its_own() {
    let settings = "flowproof: 1\nvars: { n: \"{{ random.int(1, 1000000000) }}\" }\n";
    let scenario = "scenario: Draws\nsteps:\n  - check: { \"{{ vars.n }}\": 0 }\n";
    let project = project(settings, scenario).file("scenarios/b.yaml", scenario);
    let drawn = |seed: &str| {
        let judged = events(&project.run(&["--seed", seed]), "expectation-judged");
        judged.iter().map(|event| event["expectation"]["actual"].to_string()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(drawn("1").len(), 2);
    assert_eq!(drawn("1"), drawn("1"));
    assert_ne!(drawn("1"), drawn("2"));
}

#[test]
fn secrets_of_the_settings_stay_secret() {
    let settings =
        "flowproof: 1\nvars: { part: \"{{ env.PART }}\" }\nsecrets: { partner: \"{{ vars.part }}-{{ env.TOKEN }}\" }\n";
    let scenario = "scenario: Reads\nsteps:\n  - check: { \"{{ secrets.partner }}\": nobody }\n";
    let project = project(settings, scenario);
    let ran = project.run_with(&[], &[("TOKEN", "pl4nted-v4lue"), ("PART", "first")]);
    assert_told(&ran, 1, &["[secret:"]);
    assert!(!ran.all().contains("pl4nted-v4lue"), "{}", ran.all());
    // Only who reads it needs it.
    let project = project.file("scenarios/b.yaml", "scenario: Reads nothing\nsteps: [wait: 1s]\n");
    assert_told(&project.run(&["scenarios/b.yaml"]), 0, &[]);
    assert_told(&project.run_with(&["scenarios/a.yaml"], &[("PART", "first")]), 3, &["TOKEN"]);
    let ran = project.run_with(&["scenarios/a.yaml"], &[("TOKEN", "x"), ("PART", "")]);
    assert_told(&ran, 3, &["the secret `partner` is too short to be masked"]);
    // A fragment sees none.
    let fragment = "fragment: Peeks\noutputs: { it: \"{{ secrets.partner }}\" }\nsteps:\n  - wait: 1s\n";
    let project = project.file("fragments/peeks.yaml", fragment);
    let project = project.file("scenarios/a.yaml", "scenario: Uses\nsteps:\n  - use: ../fragments/peeks.yaml\n");
    let ran = project.run(&["scenarios/a.yaml"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("`secrets` is not defined"), "{}", ran.stderr);
}

#[test]
fn what_is_unknown_is_found_before_anything_is_run() {
    let scenario = "scenario: Reads\nsteps:\n  - check: { \"{{ vars.countri }}\": us, \"{{ secrets.partnr }}\": x }\n";
    let settings = "flowproof: 1\nvars: { country: us }\nsecrets: { partner: \"{{ env.TOKEN }}\" }\n";
    let project = project(settings, scenario);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(2));
    for told in ["there is no variable `countri`", "did you mean `country`?", "there is no secret `partnr`"] {
        assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
    }
    let sound =
        project.file("scenarios/a.yaml", "scenario: Reads\nsteps:\n  - check: { \"{{ vars.country }}\": us }\n");
    assert_told(&sound.run(&[]), 0, &[]);
    let ran = sound.run(&["--var", "countri=de"]);
    assert_eq!(ran.code, Some(2));
    let told = "neither a selected scenario nor flowproof.yaml has a variable `countri`: did you mean `country`?";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
}

/// What a step saves on one way replaces what the settings give, which is there on the others.
#[test]
fn what_is_saved_on_one_way_is_there_on_all() {
    let settings = "flowproof: 1\nvars: { state: none, go: false }\n";
    let scenario = "scenario: Saves\nsteps:\n  - if: \"{{ vars.go }}\"\n    request: GET /\n    save: { state: $.state }\n  - check: { \"{{ vars.state }}\": none }\n";
    let project = project(settings, scenario);
    let ran = project.run(&[]);
    assert_told(&ran, 0, &[]);
    assert_eq!(ran.stderr, "");
}
