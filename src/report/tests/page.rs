//! The page of a run, as text and as the data in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::made::{Made, excerpt, failed};
use super::storing::store;
use crate::event::{EventKind, ExpectationRecord, Held, Verdict};
use crate::report::{PastRun, StoredRun, html};

/// The page of a stream, where every scenario has been run once before.
fn page_of(stream: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.ndjson");
    std::fs::write(&path, stream).expect("a file");
    let run = StoredRun::open(&[path]).expect("a run");
    let mut written = Vec::new();
    html(&run, &|id| vec![before(id)], &mut written).expect("memory can be written");
    String::from_utf8(written).expect("UTF-8")
}

fn before(id: &str) -> PastRun {
    let at = "2026-11-23T02:00:00.000Z".to_owned();
    PastRun { run: format!("before {id}"), at, verdict: Verdict::Errored, flaky: false, millis: 12.0 }
}

/// The packed parts of a kind, with the number of their first scenario.
fn parts(page: &str, kind: &str) -> Vec<(usize, Value)> {
    let open = format!("<script type=\"text/plain\" data-{kind}=\"");
    let parts = page.split(&open).skip(1).map(|part| {
        let (first, rest) = part.split_once("\">").expect("a number");
        let packed = rest.split("</script>").next().expect("data");
        let bytes = STANDARD.decode(packed).expect("base64");
        let data = serde_json::from_reader(ZlibDecoder::new(bytes.as_slice())).expect("JSON");
        (first.parse().expect("a number"), data)
    });
    parts.collect()
}

/// What the page knows of its scenarios, in their order: what happened, with the values that it shares.
fn details(page: &str) -> Vec<(Value, Vec<Value>)> {
    let mut details = Vec::new();
    for (first, block) in parts(page, "block") {
        assert_eq!(first, details.len(), "a block says where it begins");
        let pairs = block.as_array().expect("pairs");
        let shared: Vec<Value> = pairs.iter().flat_map(|pair| pair[0].as_array().expect("values").clone()).collect();
        details.extend(pairs.iter().map(|pair| (pair[1].clone(), shared.clone())));
    }
    details
}

/// A scenario that fails in its only step.
fn failing(made: &mut Made, id: &str, title: &str, message: &str) {
    let mut scenario = made.scenario(id, title);
    scenario.step("introduction");
    scenario.answered(json!({ "status": "ACTIVE" }));
    let expectation = ExpectationRecord {
        subject: "outcome".to_owned(),
        held: Held::No,
        expected: "`success`".to_owned(),
        actual: Some(json!("failure")),
        message: message.to_owned(),
        differences: Vec::new(),
        excerpt: Some(excerpt("  - activity: introduction", 4, "introduction")),
    };
    scenario.tell(EventKind::ExpectationJudged { step: 1, expectation });
    scenario.problem(failed("expect/body", message, excerpt("  - activity: introduction", 4, "introduction")));
    scenario.step_ends(Verdict::Failed);
    scenario.ends(Verdict::Failed);
}

#[test]
fn scenarios_that_fail_for_one_reason_are_one_line() {
    let mut made = Made::of(6);
    for number in 0..3 {
        failing(
            &mut made,
            &format!("{number}.yaml"),
            "Fails",
            &format!("`introduction` gave `failure` for {number}0815"),
        );
    }
    failing(&mut made, "3.yaml", "Fails otherwise", "`introduction` gave `something-else`");
    made.skipped("4.yaml", "not today");
    made.passing("5.yaml", "Passes");
    let page = page_of(&store(&made.ended(5.0)));
    let head = page.split("<script type=").next().expect("the head");
    let text = |part: &str| part.split('<').next().expect("text").to_owned();
    let groups: Vec<String> =
        head.split("class=\"cause\"").skip(1).map(|one| text(one.split("<b>").nth(1).expect("a number"))).collect();
    assert_eq!(groups, ["3 scenarios", "1 scenario", "1 scenario"]);
    assert!(head.contains("4 of 6 scenarios failed</h1>"), "{head}");
    assert!(head.contains("`introduction` gave `failure` for 00815") && head.contains("not today"));
    let list = &parts(&page, "list")[0].1;
    assert_eq!(list["cause"], json!([0, 0, 0, 1, 2, -1]));
    assert_eq!(list["kind"], "ffffsp");
    assert_eq!(list["past"][0], "e");
}

#[test]
fn without_a_script_the_page_tells_what_failed() {
    let mut made = Made::of(302);
    for number in 0..302 {
        failing(&mut made, &format!("{number:03}.yaml"), &format!("Fails {number}"), "`introduction` gave `failure`");
    }
    let page = page_of(&store(&made.ended(5.0)));
    assert_eq!(page.matches("<section class=\"failure\">").count(), 300);
    assert!(page.contains("failed: Fails 299</h3>") && !page.contains("failed: Fails 300</h3>"));
    assert!(page.contains("and 2 further scenarios"));
    assert!(page.contains("in step 1: activity introduction"));
}

#[test]
fn data_holds_what_happened_once() {
    let mut made = Made::of(3);
    made.passing("a.yaml", "First");
    failing(&mut made, "b.yaml", "Second", "`introduction` gave `failure`");
    made.passing("c.yaml", "Third");
    let page = page_of(&store(&made.ended(5.0)));
    let details = details(&page);
    let ids: Vec<_> = details.iter().map(|(detail, _)| detail["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, ["a.yaml", "b.yaml", "c.yaml"]);
    let place = |number: usize| {
        let exchange = &details[number].0["attempts"][0]["told"][0]["events"][0]["exchange"];
        usize::try_from(exchange["response"]["body"].as_u64().expect("a place")).expect("small")
    };
    assert_eq!((place(0), place(2)), (place(1), place(1)), "the same body stands once");
    assert_eq!(details[1].1[place(1)]["value"], json!({ "status": "ACTIVE" }));
    let attempt = &details[1].0["attempts"][0];
    assert_eq!(attempt["problems"][0]["message"], "`introduction` gave `failure`");
    assert_eq!(attempt["told"][0]["events"][1]["expectation"]["held"], "no");
    assert_eq!((&attempt["told"][0]["verdict"], &attempt["told"][0]["millis"]), (&json!("failed"), &json!(84.9)));
    assert_eq!(details[1].0["past"][0]["run"], "before b.yaml");
}

#[test]
fn attempts_are_kept_apart() {
    let mut made = Made::of(1);
    let mut first = made.scenario("a.yaml", "Wavers");
    first.step("introduction");
    first.step_ends(Verdict::Errored);
    first.tell(EventKind::ScenarioRetried {
        attempt: 1,
        verdict: Verdict::Errored,
        pause: "PT1S".to_owned(),
        millis: 9.0,
        steps: 1,
        expectations: 0,
        requests: 0,
        retries: 0,
        mutations: 0,
        uploaded: 0,
        problems: vec![failed("run/cut", "the connection broke", excerpt("a", 1, "a"))],
    });
    let mut second = made.attempt("a.yaml", "Wavers", 2);
    second.step("introduction");
    second.step_ends(Verdict::Passed);
    second.ends_with(Verdict::Passed, true, None);
    let page = page_of(&store(&made.ended(5.0)));
    let attempts = &details(&page)[0].0["attempts"];
    let told = |number: usize| (attempts[number]["attempt"].clone(), attempts[number]["told"][0]["verdict"].clone());
    assert_eq!((told(0), told(1)), ((json!(1), json!("errored")), (json!(2), json!("passed"))));
    assert_eq!(attempts[0]["pause"], "PT1S");
    let list = &parts(&page, "list")[0].1;
    assert_eq!((&list["kind"], &list["attempts"][0]), (&json!("w"), &json!(2)));
    assert!(page.contains("1 scenario</b> <span class=\"word\">flaky"), "what made it waver is told");
}

#[test]
fn what_is_cut_off_is_said() {
    let mut made = Made::of(3);
    made.passing("a.yaml", "First");
    made.scenario("b.yaml", "Second").step("introduction");
    let page = page_of(&store(&made));
    assert!(page.contains("2 of 3 scenarios did not finish"));
    assert!(page.contains("The run was cut off: its events end before it does. 2 scenarios did not finish."));
    assert_eq!(parts(&page, "list")[0].1["kind"], "po");
}

#[test]
fn much_is_cut_and_the_rest_is_counted() {
    let mut made = Made::of(1);
    let mut scenario = made.scenario("a.yaml", "Talks");
    scenario.step("introduction");
    for number in 0..2_000 {
        scenario.answered(json!({ "number": number, "text": "x".repeat(2_000) }));
    }
    scenario.step_ends(Verdict::Passed);
    scenario.ends(Verdict::Passed);
    let page = page_of(&store(&made.ended(5.0)));
    let step = details(&page)[0].0["attempts"][0]["told"][0].clone();
    let kept = step["events"].as_array().expect("events").len() as u64;
    assert_eq!(kept + step["left_out"].as_u64().expect("a number"), 2_000);
    assert!(kept < 1_000, "{kept}");
}

#[test]
fn nothing_of_a_run_is_read_as_html() {
    let evil = "</script></style><!--<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let mut made = Made::of(2);
    failing(&mut made, &format!("{evil}.yaml"), evil, evil);
    made.skipped(&format!("skipped {evil}"), evil);
    made.tell(None, EventKind::Noted { message: evil.to_owned() });
    let page = page_of(&store(&made.ended(5.0)));
    assert!(!page.contains(evil) && !page.contains("<img"));
    let scripts: Vec<&str> = page.matches("<script").collect();
    // Two that run, a part of the list, and a block.
    assert_eq!((scripts.len(), page.matches("<script>").count()), (4, 2));
    assert_eq!(details(&page)[0].0["attempts"][0]["problems"][0]["message"], evil);
}

#[test]
fn the_policy_names_what_may_run() {
    let page = page_of(&store(&Made::of(0).ended(1.0)));
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
    let policy = policy.expect("a policy");
    let mut named = 0;
    for (open, close) in [("<script>", "</script>"), ("<style>", "</style>")] {
        for inside in page.split(open).skip(1).map(|rest| rest.split(close).next().expect("an end")) {
            named += 1;
            assert!(policy.contains(&format!("'sha256-{}'", STANDARD.encode(Sha256::digest(inside)))), "{policy}");
        }
    }
    assert_eq!((named, policy.matches("'sha256-").count()), (3, 3));
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    let free = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!free.contains("http://") && !free.contains("src=\"") && !free.contains("@import"), "it asks nobody");
}
