use base64::Engine as _;

use crate::project::TestProject;

const PLANTED: &str = "s3cr3t/Pl@nted value+42";

const SCENARIO: &str = r#"
scenario: A secret goes everywhere
process: face-onboarding
secrets: { planted: "{{ env.PLANTED }}" }
vars:
  plain: "{{ secrets.planted }}"
  loud: "{{ secrets.planted | upper }}"
  coded: "{{ base64(secrets.planted) }}"
session:
  create-token: { parameters: { a: "{{ vars.plain }}", b: "x {{ secrets.planted }} y", c: "{{ vars.coded }}" } }
steps:
  - request: "GET /thing/{{ url_encode(vars.plain) }}"
    with:
      headers: { x-planted: "{{ secrets.planted }}", x-loud: "{{ vars.loud }}" }
      query: { q: "{{ vars.plain }}" }
      json: { deep: ["{{ vars.plain }}", "{{ vars.loud }}"] }
    expect: { status: 404, body: { message: "{{ vars.plain }}", code: "{{ vars.coded }}" } }
"#;

/// Every form in which the planted value could be found.
fn forms() -> Vec<String> {
    let base64 = |shift: usize| {
        let shifted = format!("{}{PLANTED}", "x".repeat(shift));
        let coded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(shifted);
        // Characters that the neighbours have a part in are left out.
        coded[(shift * 4).div_ceil(3)..coded.len() - 2].to_owned()
    };
    let url: String = url::form_urlencoded::byte_serialize(PLANTED.as_bytes()).collect();
    let mut forms = vec![PLANTED.to_owned(), PLANTED.to_uppercase(), url.replace('+', "%20"), url];
    forms.extend((0..3).map(base64));
    forms
}

#[test]
fn a_planted_secret_is_in_no_output() {
    let project = TestProject::bare().file("scenarios/a.yaml", SCENARIO);
    let ran = project.run_with(&["--verbose"], &[("PLANTED", PLANTED)]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    for form in forms() {
        for (name, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr), ("events", &ran.events)] {
            assert!(!text.contains(&form), "{name} holds {form}:\n{text}");
        }
    }
    assert!(ran.stdout.contains("[secret:"), "{}", ran.stdout);
    assert!(ran.events.contains("[secret:PLANTED]"));
}

#[test]
fn keys_and_bearers_are_in_no_output() {
    let project = TestProject::bare();
    let project = project.file(
        "scenarios/a.yaml",
        "scenario: A walk\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n    expect: refused\n",
    );
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(!ran.all().contains("flowproof-simulator-key"));
    // What every bearer of the simulator begins with.
    assert!(!ran.all().contains("eyJhbGciOi"), "{}", ran.all());
    assert!(ran.events.contains("[secret:bearer]"));
}

/// The shipped scenarios handle bearers in every way: none may be in an output, not even a part of one.
#[test]
fn no_shipped_scenario_gives_a_bearer_away() {
    let ran = TestProject::shipped().run(&["--verbose"]);
    assert_eq!(ran.code, Some(0));
    assert!(!ran.all().contains("eyJhbGciOi"));
}

/// What is shortened in a message must not keep the beginning of a secret.
#[test]
fn a_long_secret_is_not_shown_by_its_beginning() {
    let long = format!("begin-of-the-secret-{}", "0123456789".repeat(40));
    let text = "scenario: Long\nsecrets: { long: \"{{ env.LONG }}\" }\nsteps:\n  - check:\n      \"{{ secrets.long }}\": \"x {{ secrets.long }}\"\n";
    let project = TestProject::bare().file("scenarios/a.yaml", text);
    let ran = project.run_with(&[], &[("LONG", &long)]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(!ran.all().contains("begin-of-the-secret"), "{}", ran.all());
    assert!(ran.stdout.contains("secrets.long is not as expected"), "{}", ran.stdout);
}

#[test]
fn a_secret_that_is_too_short_to_be_masked_is_refused() {
    let text = "scenario: Short\nsecrets: { pin: \"{{ env.PIN }}\" }\nsteps:\n  - check: { \"{{ secrets.pin }}\": { exists: true } }\n";
    let project = TestProject::bare().file("scenarios/a.yaml", text);
    let ran = project.run_with(&[], &[("PIN", "123")]);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    assert!(ran.stdout.contains("too short to be masked"), "{}", ran.stdout);
    let ran = project.run(&[]);
    assert!(ran.stdout.contains("`env.PIN` is not defined"), "{}", ran.stdout);
}
