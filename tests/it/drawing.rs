//! `flowproof process draw`, as designers use it.

use flowproof::process::diagram::Diagram;
use flowproof::process::draw::{Mark, Paint, Shade, draw};
use flowproof::source::Sources;

use crate::project::{TestProject, shipped};

/// The picture of a text, which has to be sound XML.
fn picture(text: &str, paint: &Paint) -> String {
    let mut sources = Sources::new();
    let file = sources.add("a.bpmn", text);
    let (diagram, found) = Diagram::read(&sources, file);
    let svg = draw(&diagram.unwrap_or_else(|| panic!("{:?}", found.sorted())), paint);
    roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));
    svg
}

/// The ids of the elements of a picture.
fn elements(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    document.descendants().filter_map(|node| node.attribute("data-element").map(str::to_owned)).collect()
}

#[test]
fn a_process_goes_to_a_file_of_its_name() {
    let project = TestProject::shipped();
    let ran = project.does(&["process", "draw"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", ran.shown());
    assert_eq!(ran.stdout, "face-onboarding.svg\nidentity-verification.svg\n");
    let svg = std::fs::read_to_string(project.path("face-onboarding.svg")).unwrap();
    let ids = elements(&svg);
    for id in ["INT01_Hq3", "Gateway_consent", "Event_0intro30", "Flow_asked", "TextAnnotation_0limits"] {
        assert!(ids.iter().any(|one| one == id), "{id} is not drawn");
    }
    let piped = project.does(&["process", "draw", "face-onboarding"]);
    assert_eq!((piped.code, &piped.stdout), (Some(0), &svg));
    let named = project.does(&["process", "draw", "processes/face-onboarding.bpmn", "--output", "pictures/"]);
    assert_eq!((named.code, named.stdout.as_str()), (Some(0), "pictures/face-onboarding.svg\n"), "{}", named.shown());
    assert_eq!(std::fs::read_to_string(project.path("pictures/face-onboarding.svg")).unwrap(), svg);
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let project = TestProject::shipped().file("broken.bpmn", "<definitions").file("file", "");
    let told = |arguments: &[&str], code: i32, what: &str| {
        let all: Vec<&str> = ["process", "draw"].iter().chain(arguments).copied().collect();
        let ran = project.does(&all);
        assert_eq!(ran.code, Some(code), "{}", ran.shown());
        assert!(ran.stderr.contains(what) && ran.stdout.is_empty(), "{}", ran.shown());
    };
    told(&["face-onbording"], 2, "did you mean `face-onboarding`?");
    told(&["broken.bpmn"], 2, "process/xml");
    told(&["--output", "-"], 2, "2 pictures do not go to standard output together");
    told(&["--output", "one.svg"], 2, "give a folder with --output one.svg/");
    told(&["face-onboarding", "--output", "file/one.svg"], 3, "cannot be written");
    let ran = TestProject::new().does(&["process", "draw"]);
    assert_eq!(ran.code, Some(4), "{}", ran.shown());
}

#[test]
fn a_coverage_is_painted() {
    let coverage = r#"[{"version": 1, "process": "face-onboarding", "definition": "v1_activities", "runs": ["r"], "figures": [],
      "elements": [
        {"id": "INT01_Hq3", "kind": "activity", "state": "covered", "hits": 3, "scenarios": 2, "by": [0]},
        {"id": "Gateway_consent", "kind": "gateway", "state": "partly", "hits": 2, "scenarios": 1},
        {"id": "Event_0intro30", "kind": "timer-event", "state": "uncovered", "hits": 0, "scenarios": 0},
        {"id": "Flow_asked", "kind": "flow", "state": "infeasible", "hits": 0, "scenarios": 0,
         "reason": {"kind": "never-true", "condition": "${false}"}}],
      "scenarios": [{"id": "a", "title": "A walk", "verdict": "passed", "evidence": "observed", "arcs": 3, "redundant": false}]}]"#;
    let project = TestProject::shipped().file("coverage.json", coverage).file("other.json", "{}");
    let painted = project.does(&["process", "draw", "face-onboarding", "--coverage", "coverage.json"]);
    assert_eq!((painted.code, painted.stderr.as_str()), (Some(0), ""), "{}", painted.shown());
    for told in [
        "<title>Introduction · covered · 3 times · by A walk and 1 more</title>",
        "<title>Consent given? · covered in part · 2 times</title>",
        "<title>Introduction Timeout · not covered</title>",
        "cannot be covered · its condition is never true: ${false}</title>",
    ] {
        assert!(painted.stdout.contains(told), "{told}\n{}", painted.stdout);
    }
    let ran = project.does(&["process", "draw", "--output", "out/", "--coverage", "coverage.json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.shown());
    let ran = project.does(&["process", "draw", "--coverage", "other.json"]);
    assert_eq!(ran.code, Some(2), "{}", ran.shown());
    assert!(ran.stderr.contains("`other.json` is no coverage that can be painted"), "{}", ran.shown());
}

#[test]
fn a_shape_of_nothing_is_told_and_left_out() {
    let text = std::fs::read_to_string(shipped().join("processes/face-onboarding.bpmn")).unwrap();
    let wrong = text.replace(r#"bpmnElement="Gateway_consent""#, r#"bpmnElement="Gateway_consnt""#);
    let project = TestProject::new().file("wrong.bpmn", wrong);
    let ran = project.does(&["process", "draw", "wrong.bpmn", "--output", "a.svg"]);
    assert_eq!(ran.code, Some(0), "{}", ran.shown());
    assert!(ran.stderr.contains("warning[process/diagram]"), "{}", ran.shown());
    assert!(ran.stderr.contains("did you mean `Gateway_consent`?"), "{}", ran.shown());
}

#[test]
fn what_is_known_of_an_element_is_seen_in_colour_and_pattern() {
    let text = std::fs::read_to_string(shipped().join("processes/face-onboarding.bpmn")).unwrap();
    let plain = picture(&text, &Paint::none());
    assert!(!plain.contains("data-state=\"") && !plain.contains("class=\"legend\""));
    let shades = [
        (Shade::Covered, "covered", false),
        (Shade::Partly, "partly", true),
        (Shade::Uncovered, "uncovered", true),
        (Shade::Infeasible, "infeasible", true),
        (Shade::Added, "added", true),
        (Shade::Removed, "removed", true),
        (Shade::Changed, "changed", true),
    ];
    let mut patterns = std::collections::BTreeSet::new();
    for (shade, state, hatched) in shades {
        let mut paint = Paint::none();
        paint.mark("INT01_Hq3", Mark { note: Some("by <one>".to_owned()), ..Mark::of(shade).hits(7) });
        let svg = picture(&text, &paint);
        let document = roxmltree::Document::parse(&svg).unwrap();
        let task = document.descendants().find(|node| node.attribute("data-element") == Some("INT01_Hq3")).unwrap();
        assert_eq!((task.attribute("data-state"), task.attribute("data-hits")), (Some(state), Some("7")));
        let title = task.first_element_child().and_then(|title| title.text()).unwrap();
        assert_eq!(title, format!("Introduction · {} · 7 times · by <one>", shade.meaning()));
        let pattern = task.children().find(|child| child.attribute("class") == Some("hatch"));
        assert_eq!(pattern.is_some(), hatched, "{state}");
        patterns.insert(pattern.and_then(|pattern| pattern.attribute("d")).map(str::to_owned));
        assert!(svg.contains(&format!(".bpmn [data-state={state}]>.flow{{stroke-dasharray:")), "{state}");
        assert!(document.descendants().any(|node| node.attribute("class") == Some("legend")));
    }
    assert_eq!(patterns.len(), shades.len(), "no two patterns are alike");
}

#[test]
fn a_flow_is_the_wider_the_more_often_it_is_taken() {
    let text = std::fs::read_to_string(shipped().join("processes/face-onboarding.bpmn")).unwrap();
    let width = |hits| {
        let mut paint = Paint::none();
        paint.mark("Flow_asked", Mark::of(Shade::Covered).hits(hits));
        let svg = picture(&text, &paint);
        let document = roxmltree::Document::parse(&svg).unwrap();
        let flow = document.descendants().find(|node| node.attribute("data-element") == Some("Flow_asked")).unwrap();
        let line = flow.children().find(|child| child.attribute("class") == Some("flow")).unwrap();
        line.attribute("stroke-width").unwrap().parse::<f64>().unwrap()
    };
    let widths = [0, 1, 10, 100, u64::MAX].map(width);
    assert!(widths[0] <= widths[1] && widths.windows(2).skip(1).all(|pair| pair[0] < pair[1]), "{widths:?}");
    assert!(widths[4] <= 7.0, "{widths:?}");
}

/// Each diagram of the corpus looks as it did, and has everything that its file has. What has no place there is laid out.
#[test]
fn corpus() {
    insta::glob!("../corpus/diagrams", "*.bpmn", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let svg = picture(&text, &Paint::none());
        let ids: std::collections::BTreeSet<String> = elements(&svg).into_iter().collect();
        let source = roxmltree::Document::parse(&text).unwrap();
        let drawn = source.descendants().filter(|node| {
            let tag = node.tag_name().name();
            !tag.starts_with("BPMN")
                && ["Task", "task", "Event", "Gateway", "Flow", "Process", "lane", "Reference"]
                    .iter()
                    .any(|end| tag.ends_with(end))
                && node.parent().is_some_and(|parent| !parent.has_tag_name("definitions"))
        });
        for element in drawn {
            let id = element.attribute("id").unwrap();
            assert!(ids.contains(id), "{}: `{id}` is not drawn", path.display());
        }
        // The style sheet is the same for all.
        let (head, rest) = svg.split_once("<style>").unwrap();
        insta::assert_snapshot!(head.to_owned() + rest.split_once("</style>").unwrap().1);
    });
}

#[test]
fn every_colour_is_there_for_light_and_dark_and_for_programs_that_know_no_variables() {
    let svg =
        picture(&std::fs::read_to_string(shipped().join("tests/corpus/diagrams/pools.bpmn")).unwrap(), &Paint::none());
    let style = svg.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).unwrap().0;
    insta::assert_snapshot!(style);
}

/// Ids and names are the file's, and none of them leaves its place.
#[test]
fn nothing_of_a_file_becomes_markup() {
    let text = std::fs::read_to_string(shipped().join("tests/corpus/diagrams/pools.bpmn")).unwrap();
    let evil =
        text.replace("\"check\"", "\"&quot;&gt;&lt;script&gt;\"").replace(">check<", ">&quot;&gt;&lt;script&gt;<");
    let evil = evil.replace("name=\"Check\"", "name=\"&lt;script&gt;alert(1)&lt;/script&gt;\"");
    let mut paint = Paint::none();
    paint.mark("\"><script>", Mark { note: Some("</title><script>".to_owned()), ..Mark::of(Shade::Changed) });
    let svg = picture(&evil, &paint);
    assert!(!svg.contains("<script"), "{svg}");
    assert!(elements(&svg).iter().any(|id| id == "\"><script>"), "{svg}");
}

/// Every reference model and the export are drawn whole.
#[test]
#[ignore = "needs third-party data"]
fn third_party_definitions_are_drawn_whole() {
    let folder = shipped().join("../shared/data/bpmn");
    let models = std::fs::read_dir(folder.join("miwg")).unwrap().map(|entry| entry.unwrap().path());
    let models = models.filter(|path| path.extension().is_some_and(|extension| extension == "bpmn"));
    let mut count = 0;
    for path in models.chain([folder.join("onboarding-journey.bpmn")]) {
        let text = std::fs::read_to_string(&path).unwrap();
        let ids: std::collections::BTreeSet<String> = elements(&picture(&text, &Paint::none())).into_iter().collect();
        let source = roxmltree::Document::parse(&text).unwrap();
        let shapes = source.descendants().filter(|node| matches!(node.tag_name().name(), "BPMNShape" | "BPMNEdge"));
        for id in shapes.filter_map(|shape| shape.attribute("bpmnElement")) {
            assert!(ids.contains(id), "{}: `{id}` is not drawn", path.display());
        }
        count += 1;
    }
    assert!(count >= 22, "{count} files");
}
