use serde_json::json;

use super::made::{Made, excerpt, failed};
use crate::event::{
    CaseRecord, Difference, DifferenceKind, ErrorPhase, EventKind, Finding, KnownFailureRecord, Problem,
    TransportError, Verdict,
};
use crate::report::Look;

const STEP: &str = "  - activity: capture-face\n    with: { image: clear.jpg }\n    expect:\n      outcome: quality-failure\n      code: 748\n      body: { $.reason: blurred }\n";

/// Two scenarios pass, one fails in a step of which several expectations do not hold.
pub(super) fn failing() -> Made {
    let mut made = Made::of(3);
    made.passing("scenarios/happy.yaml", "A clear selfie is accepted");
    let mut scenario =
        made.scenario("scenarios/faces/blurred.yaml", "A blurred selfie is refused with 748 and retaken");
    scenario.step("introduction");
    scenario.answered(json!({}));
    scenario.visited("introduction", "success", None);
    scenario.step_ends(Verdict::Passed);
    scenario.step("capture-face");
    scenario.answered(json!({ "status": "ACTIVE", "screens": ["preview"], "timeoutInSeconds": 270, "activity": { "id": "CCFI01_hU4", "name": "Confirm Face Image" } }));
    scenario.visited("capture-face", "liveness-failure", Some(802));
    let outcome = "`capture-face` gave `liveness-failure` (802), expected `quality-failure`";
    scenario.problem(Problem {
        notes: vec!["the answer had status 200; the process stands at `confirm-face` (Confirm Face Image)".to_owned()],
        ..failed("expect/outcome", outcome, excerpt(STEP, 12, "quality-failure"))
    });
    scenario.problem(failed("expect/code", "code is 802, expected 748", excerpt(STEP, 12, "748")));
    scenario.problem(failed(
        "expect/body",
        "body $.reason is absent, expected \"blurred\"",
        excerpt(STEP, 12, "blurred"),
    ));
    scenario.step_ends(Verdict::Failed);
    scenario.ends(Verdict::Failed);
    made.passing("scenarios/dark.yaml", "A dark selfie is accepted");
    made.ended(3120.0)
}

fn plain(made: &Made) -> String {
    made.text(Look::plain())
}

#[test]
fn all_passed() {
    let mut made = Made::of(2);
    made.passing("scenarios/happy.yaml", "A clear selfie is accepted");
    made.passing("scenarios/dark.yaml", "A dark selfie is accepted");
    let made = made.ended(168.0);
    insta::assert_snapshot!(plain(&made));
    insta::assert_snapshot!("all_passed_verbose", made.text(Look { verbose: true, ..Look::plain() }));
    assert_eq!(made.text(Look { quiet: true, ..Look::plain() }), "2 scenarios passed\n");
}

#[test]
fn several_expectations_of_a_step_share_a_frame() {
    insta::assert_snapshot!(plain(&failing()));
}

#[test]
fn problems_that_are_not_of_one_place_have_their_own_frames() {
    let mut made = Made::of(1);
    let mut scenario = made.scenario("scenarios/faces/blurred.yaml", "Two places");
    scenario.step("capture-face");
    scenario.problem(failed("expect/code", "code is 802, expected 748", excerpt(STEP, 12, "748")));
    scenario.problem(failed("expect/status", "status is 500, expected 200", excerpt("    status: 200\n", 40, "200")));
    scenario.ends(Verdict::Failed);
    insta::assert_snapshot!(plain(&made.ended(1.0)));
}

#[test]
fn colours() {
    let text = failing().text(Look { colour: true, ..Look::plain() });
    insta::assert_snapshot!(text.replace('\x1b', "␛"));
    assert_eq!(anstream::adapter::strip_str(&text).to_string(), plain(&failing()), "colours change nothing else");
}

#[test]
fn narrow() {
    let text = failing().text(Look { width: 50, ..Look::plain() });
    insta::assert_snapshot!(text);
    // What is to be copied or clicked stays whole, as do the author's lines and the sentences above them.
    let whole = |line: &&str| {
        !["curl", " -H ", "--data-raw", "error", "failed  ", "://", "scenarios/"]
            .iter()
            .any(|whole| line.contains(whole))
    };
    let wide: Vec<_> = text.lines().filter(whole).filter(|line| super::super::text::width(line) > 50).collect();
    assert!(wide.is_empty(), "{wide:#?}");
    // A look without any width is taken for the least that there is.
    assert_eq!(failing().text(Look { width: 0, ..Look::plain() }), failing().text(Look { width: 40, ..Look::plain() }));
}

#[test]
fn differences() {
    let mut made = Made::of(1);
    let mut scenario = made.scenario("scenarios/faces/blurred.yaml#2", "An answer of another shape");
    scenario.step("confirm-face");
    scenario.answered(json!({ "status": "ACTIVE" }));
    let difference = |path: &str, kind, expected: Option<serde_json::Value>, actual: Option<serde_json::Value>| {
        Difference { path: path.to_owned(), kind, expected, actual }
    };
    let mut differences = vec![
        difference("$['status']", DifferenceKind::Changed, Some(json!("ENDED")), Some(json!("ACTIVE"))),
        difference("$['activity']['name']", DifferenceKind::Missing, Some(json!("Confirm Face Image")), None),
        difference(
            "$['extra'][0]",
            DifferenceKind::Unexpected,
            None,
            Some(json!({ "a": [1, 2, 3], "b": "x".repeat(90) })),
        ),
    ];
    differences.extend((1..13).map(|index| {
        difference(&format!("$['list'][{index}]"), DifferenceKind::Changed, Some(json!(index)), Some(json!(-index)))
    }));
    let message = "the body is not what was expected";
    scenario
        .problem(Problem { differences, ..failed("expect/body", message, excerpt(STEP, 98, "{ $.reason: blurred }")) });
    scenario.step_ends(Verdict::Failed);
    scenario.ends(Verdict::Failed);
    insta::assert_snapshot!(plain(&made.ended(90.0)));
}

#[test]
fn errored_transport() {
    let mut made = Made::of(1);
    let mut scenario = made.attempt("scenarios/happy.yaml", "A clear selfie is accepted", 3);
    let message = "no connection to acme-test.example.org:443: Connection refused (os error 111); is it up, and is the port right?";
    scenario.step("issue-bearer");
    scenario.unanswered(TransportError { phase: ErrorPhase::Connect, message: message.to_owned() });
    scenario.problem(Problem {
        id: "run/transport".to_owned(),
        verdict: Verdict::Errored,
        message: message.to_owned(),
        step: None,
        excerpt: None,
        notes: vec!["it was tried 3 times, with 100 ms and 200 ms in between, since a request of which nothing was sent may be repeated without harm".to_owned()],
        differences: vec![],
        path: None,
        values: vec![],
        standing: None,
    });
    scenario.step_ends(Verdict::Errored);
    scenario.ends(Verdict::Errored);
    insta::assert_snapshot!(plain(&made.ended(130_000.0)));
}

#[test]
fn flaky_skipped_aborted_and_notes() {
    let mut made = Made::of(7);
    made.passing("scenarios/happy.yaml", "A clear selfie is accepted");
    let mut scenario = made.attempt("scenarios/slow.yaml", "A slow tenant", 2);
    scenario.visited("capture-face", "success", None);
    for _ in 0..2 {
        scenario.visited("capture-face", "quality-failure", Some(748));
    }
    scenario.ends_with(Verdict::Passed, true, None);
    made.skipped("scenarios/preview.yaml", "waits for the new preview");
    made.skipped("scenarios/other.yaml", "waits for the new preview");
    made.skipped("scenarios/third.yaml", "needs the simulator");
    for _ in 0..2 {
        made.tell(
            None,
            EventKind::Noted { message: "the stub `send-mail` is not declared; it wrote null to `mailId`".to_owned() },
        );
    }
    let mut scenario = made.scenario("scenarios/long.yaml", "A scenario that was stopped");
    scenario.step("capture-face");
    scenario.answered(json!({}));
    scenario.ends_with(Verdict::Aborted, false, Some("the run was interrupted"));
    let made = made.ended(12_345.0);
    insta::assert_snapshot!(plain(&made));
    insta::assert_snapshot!("flaky_skipped_aborted_verbose", made.text(Look { verbose: true, ..Look::plain() }));
}

#[test]
fn known_failures_are_told_apart_and_cases_show_their_data() {
    let mut made = Made::of(5);
    made.passing("scenarios/happy.yaml", "A clear selfie is accepted");
    for (id, finding, verdict) in [
        ("known", Finding::Confirmed, Verdict::Failed),
        ("gone", Finding::Unexpected, Verdict::Passed),
        ("over", Finding::Expired, Verdict::Failed),
    ] {
        let id = format!("scenarios/{id}.yaml#passport");
        let values = json!({ "id": "passport", "country": "us", "age": 41 }).as_object().unwrap().clone();
        let case = CaseRecord { number: 3, at: "scenarios/people.csv:4:1".to_owned(), values };
        let mut scenario = made.case(&id, "A passport is accepted", "team-onboarding", case);
        scenario.step("capture-face");
        if verdict == Verdict::Failed {
            scenario.problem(failed("expect/code", "code is 802, expected 748", excerpt(STEP, 12, "748")));
        }
        scenario.step_ends(verdict);
        let (ticket, until) = ("FP-12".to_owned(), "2027-01-31".to_owned());
        scenario.ends_known(verdict, KnownFailureRecord { ticket, until, finding });
    }
    made.passing("scenarios/dark.yaml", "A dark selfie is accepted");
    let made = made.ended(3120.0);
    insta::assert_snapshot!(plain(&made));
    insta::assert_snapshot!("known_failures_verbose", made.text(Look { verbose: true, ..Look::plain() }));
}

#[test]
fn nothing_selected() {
    insta::assert_snapshot!(plain(&Made::of(0).ended(1.0)));
}

#[test]
fn a_stream_that_was_cut_off_says_so() {
    let mut made = Made::of(3);
    made.passing("scenarios/happy.yaml", "A clear selfie is accepted");
    made.scenario("scenarios/dark.yaml", "A dark selfie is accepted").step("introduction");
    let text = plain(&made);
    assert!(text.ends_with("the events end before the run does: 1 passed, 2 not finished of 3 scenarios\n"), "{text}");
}

#[test]
fn texts_from_elsewhere_do_not_act_on_the_terminal() {
    let mut made = Made::of(1);
    let evil = "\x1b[2J\u{202e}\r\n\x07evil";
    let mut scenario = made.scenario(evil, evil);
    scenario.step(evil);
    scenario.answered(json!({ evil: evil }));
    scenario.visited(evil, evil, Some(1));
    let mut lines = excerpt("  a: \x1b[2J\u{202e}\x07evil\n", 1, "evil");
    lines.file = evil.to_owned();
    scenario.problem(Problem { notes: vec![evil.to_owned()], ..failed(evil, evil, lines) });
    scenario.step_ends(Verdict::Failed);
    scenario.ends_with(Verdict::Failed, false, Some(evil));
    made.tell(None, EventKind::Noted { message: evil.to_owned() });
    let text = plain(&made.ended(1.0));
    let acting: Vec<char> = text.chars().filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}').collect();
    assert!(acting.is_empty(), "{acting:?}\n{text}");
}

#[test]
fn an_excerpt_that_lies_does_not_panic() {
    for (start, end) in [(0, 999), (999, 3), (2, 3), (usize::MAX, usize::MAX), (0, 0)] {
        let mut made = Made::of(1);
        let mut scenario = made.scenario("a", "A");
        scenario.step("x");
        for first_line in [0, 7, usize::MAX] {
            let mut lines = excerpt("ä: ö\nü", 7, "ö");
            (lines.start, lines.end, lines.first_line) = (start, end, first_line);
            scenario.problem(failed("expect/x", "no", lines.clone()));
            scenario.problem(failed("expect/y", "no", lines));
        }
        scenario.ends(Verdict::Failed);
        assert!(plain(&made.ended(1.0)).contains("expect"));
    }
}
