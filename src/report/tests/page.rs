//! The page of a run, as text and as the data in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::made::{Made, excerpt, failed};
use super::storing::store;
use crate::event::{EventKind, ExpectationRecord, Held, Verdict};
use crate::process::Definition;
use crate::process::diagram::Diagram;
use crate::report::{PastRun, Stage, StoredRun, html};
use crate::source::Sources;

/// The page of a stream, where every scenario has been run once before.
fn page_of(stream: &str) -> String {
    page_on(stream, &[])
}

/// The same where processes are known.
fn page_on(stream: &str, stages: &[Stage]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.ndjson");
    std::fs::write(&path, stream).expect("a file");
    let run = StoredRun::open(&[path]).expect("a run");
    let mut written = Vec::new();
    html(&run, &|id| vec![before(id)], stages, &mut written).expect("memory can be written");
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

/// A process with a way that is taken and one that is not.
fn stage(name: &str, task: &str) -> Stage {
    let flows = [("f1", "begin", "ask"), ("f2", "ask", "which"), ("f3", "which", "good"), ("f4", "which", "bad")];
    let flow = |(id, from, to): (&str, &str, &str)| {
        let condition = if id == "f3" { "<conditionExpression>${ok}</conditionExpression>" } else { "" };
        format!(r#"<sequenceFlow id="{id}" sourceRef="{from}" targetRef="{to}">{condition}</sequenceFlow>"#)
    };
    let nodes = ["begin", "ask", "which", "good", "bad"];
    let shapes = nodes.into_iter().enumerate().map(|(at, id)| {
        let x = at * 150;
        format!(
            r#"<di:BPMNShape bpmnElement="{id}"><dc:Bounds x="{x}" y="10" width="100" height="80"/></di:BPMNShape>"#
        )
    });
    let edges = flows.iter().map(|(id, ..)| {
        format!(
            r#"<di:BPMNEdge bpmnElement="{id}"><w:waypoint x="0" y="50"/><w:waypoint x="90" y="50"/></di:BPMNEdge>"#
        )
    });
    let text = format!(
        r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI"
            xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:w="http://www.omg.org/spec/DD/20100524/DI">
            <process id="P" isExecutable="true"><startEvent id="begin"/><serviceTask id="ask" name="{task}"/>
            <exclusiveGateway id="which" default="f4"/><endEvent id="good"/><endEvent id="bad"/>{}</process>
            <di:BPMNDiagram><di:BPMNPlane bpmnElement="P">{}{}</di:BPMNPlane></di:BPMNDiagram></definitions>"#,
        flows.map(flow).concat(),
        shapes.collect::<String>(),
        edges.collect::<String>(),
    );
    let mut sources = Sources::new();
    let file = sources.add("p.bpmn", text);
    let definition = Definition::read(&sources, file).0.expect("a definition");
    let diagram = Diagram::read(&sources, file).0.expect("a diagram");
    Stage::new(name, definition.into(), diagram)
}

/// A scenario that goes to the good end.
fn walking(made: &mut Made, id: &str) {
    let mut scenario = made.scenario(id, id);
    scenario.step("introduction");
    scenario.answered(json!({ "status": "ACTIVE" }));
    scenario.answered(json!({ "status": "DONE" }));
    let moves = [
        json!({ "entered": { "node": "begin", "visit": 1 } }),
        json!({ "taken": { "flow": "f1" } }),
        json!({ "entered": { "node": "ask", "visit": 1 } }),
        json!({ "completed": { "node": "ask" } }),
        json!({ "taken": { "flow": "f2" } }),
        json!({ "entered": { "node": "which", "visit": 1 } }),
        json!({ "taken": { "flow": "f3" } }),
        json!({ "entered": { "node": "good", "visit": 1 } }),
        json!({ "ended": { "node": "good" } }),
    ];
    for kind in moves {
        let movement = json!({ "at": 0, "kind": kind });
        scenario.tell(EventKind::TokenMoved {
            request: Some("3d83c787-1-8".to_owned()),
            instance: "1".to_owned(),
            movement,
        });
    }
    scenario.step_ends(Verdict::Passed);
    scenario.ends(Verdict::Passed);
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

/// The policy of a page, and how many scripts and styles it has, all of which the policy names.
fn holds_to_its_policy(page: &str) -> (&str, usize) {
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
    let policy = policy.expect("a policy");
    let mut named = 0;
    for (open, close) in [("<script>", "</script>"), ("<style>", "</style>")] {
        for inside in page.split(open).skip(1).map(|rest| rest.split(close).next().expect("an end")) {
            named += 1;
            assert!(policy.contains(&format!("'sha256-{}'", STANDARD.encode(Sha256::digest(inside)))), "{policy}");
        }
    }
    assert!(!page.contains(" style=\""), "the policy lets no attribute be a style");
    (policy, named)
}

#[test]
fn the_policy_names_what_may_run() {
    let page = page_of(&store(&Made::of(0).ended(1.0)));
    let (policy, named) = holds_to_its_policy(&page);
    assert_eq!((named, policy.matches("'sha256-").count()), (3, 3));
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    let free = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!free.contains("http://") && !free.contains("src=\"") && !free.contains("@import"), "it asks nobody");
}

#[test]
fn a_process_that_is_known_is_painted_with_what_was_gone_through() {
    let mut made = Made::of(30);
    for number in 0..30 {
        walking(&mut made, &format!("{number:02}.yaml"));
    }
    let page =
        page_on(&store(&made.ended(5.0)), &[stage("other", "Other"), stage("p", "Ask &lt;b> &amp; &quot;c&quot;")]);
    assert_eq!(page.matches("<section class=\"process\"").count(), 1, "one that nobody went through is not shown");
    let figures = page.split("<p class=\"figures\">").nth(1).and_then(|rest| rest.split('<').next());
    let expected = "3 of 4 ways (75 %) and 1 of 1 activities (100 %) were gone through by 30 scenarios.";
    assert_eq!(figures, Some(expected));
    for (id, state, hits) in
        [("ask", "covered", 30), ("which", "partly", 30), ("f3", "covered", 30), ("f4", "uncovered", 0)]
    {
        let told = format!("data-element=\"{id}\" data-state=\"{state}\" data-hits=\"{hits}\"");
        assert!(page.contains(&told), "{told}: {page}");
    }
    assert!(!page.contains("Ask <b>"), "names are escaped");
    let stage = &parts(&page, "stage")[0].1;
    assert_eq!(
        (&stage["name"], &stage["seen"], stage["elements"].as_array().map(Vec::len)),
        (&json!("p"), &json!(true), Some(9))
    );
    let ask = &stage["elements"][1];
    assert_eq!(
        (&ask["hits"], &ask["scenarios"], ask["by"].as_array().map(Vec::len)),
        (&json!(30), &json!(30), Some(20))
    );
    assert_eq!(stage["scenarios"].as_object().map(serde_json::Map::len), Some(20), "the first are named");
    assert_eq!(stage["scenarios"]["19"], "19.yaml");
    // The walk of each is told with its steps, and which exchange caused it.
    let moves = &details(&page)[0].0["attempts"][0]["told"][0]["events"][2];
    assert_eq!((&moves["event"], &moves["exchange"]), (&json!("token-moved"), &json!(1)));
    holds_to_its_policy(&page);
}

#[test]
fn where_nothing_is_known_of_a_process_nothing_is_painted() {
    let mut made = Made::of(1);
    made.passing("a.yaml", "Passes");
    let stream = store(&made.ended(5.0));
    let known = page_on(&stream, &[stage("p", "Ask")]);
    assert!(
        known.contains("data-element=\"ask\"") && !known.contains("data-state=\""),
        "no colour says what is not known"
    );
    assert!(known.contains("1 scenario went through it. Of 1 scenario it is not known which way they went"));
    assert_eq!(parts(&known, "stage")[0].1["seen"], false);
    let unknown = page_of(&stream);
    assert!(!unknown.contains("class=\"bpmn\"") && parts(&unknown, "stage").is_empty());
    assert!(unknown.contains("There is no picture of p: the definition was not at hand"));
}
