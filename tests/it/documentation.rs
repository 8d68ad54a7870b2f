use std::io::Write;
use std::process::Stdio;

use crate::project::{TestProject, shipped};

/// The fenced YAML examples of a page that are whole scenarios.
fn scenarios(page: &str) -> Vec<String> {
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.filter(|block| block.starts_with("scenario:")).map(str::to_owned).collect()
}

/// The fenced files of a page that have a name, which scenarios read: ```` ```csv people.csv ````.
fn files(page: &str) -> Vec<(&str, &str)> {
    let named = |language| page.split(language).skip(1).filter_map(|rest: &str| rest.split("```").next());
    let blocks = named("\n```csv ").chain(named("\n```yaml "));
    blocks.filter_map(|block| block.split_once('\n')).collect()
}

/// Every scenario in the documentation is accepted, and those that walk the shipped process pass.
#[test]
fn documented_scenarios_run() {
    let mut project = TestProject::shipped();
    std::fs::remove_dir_all(project.path("scenarios")).unwrap();
    for image in ["clear", "blurred", "dark", "no-face", "still"] {
        let bytes = std::fs::read(shipped().join(format!("scenarios/faces/{image}.jpg"))).unwrap();
        project = project
            .file(&format!("scenarios/{image}.jpg"), &bytes)
            .file(&format!("scenarios/faces/{image}.jpg"), bytes);
    }
    project = project.file("scenarios/notes.txt", "no picture\n");
    let mut count = 0;
    for page in ["README.md", "docs/language.md"] {
        let text = std::fs::read_to_string(shipped().join(page)).unwrap();
        for (name, file) in files(&text) {
            project = project.file(&format!("scenarios/{name}"), file);
        }
        for (number, example) in scenarios(&text).into_iter().enumerate() {
            count += 1;
            project = project.file(&format!("scenarios/{}-{number}.yaml", page.replace('/', "-")), example);
        }
    }
    assert!(count > 10, "{count} examples");
    let ran = project.run_with(&[], &[("PARTNER_TOKEN", "some-partner-token"), ("API_TOKEN", "some-api-token")]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stderr, ran.stdout);
    let files: std::collections::BTreeSet<String> =
        ran.verdicts().into_iter().map(|(id, _)| id.split('#').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(files.len(), count);
}

/// The example of what is masked does what the page says.
#[test]
fn the_documented_person_is_not_shown() {
    let page = std::fs::read_to_string(shipped().join("docs/safety.md")).unwrap();
    let project = files(&page).into_iter().fold(TestProject::bare(), |project, (name, text)| project.file(name, text));
    let block = page.split("```console\n$ flowproof ").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (line, shown) = block.split_once('\n').unwrap();
    command_gives(&project, line, shown);
}

/// The first scenario that a reader sees is the file that it names.
#[test]
fn the_first_scenario_is_one_that_ships() {
    let page = std::fs::read_to_string(shipped().join("README.md")).unwrap();
    let file = std::fs::read_to_string(shipped().join("scenarios/faces/blurred-then-clear.yaml")).unwrap();
    assert_eq!(scenarios(&page), [file]);
}

/// The words of a command line, without what quotes them.
pub fn words(line: &str) -> Vec<String> {
    let (mut words, mut quote, mut word) = (Vec::new(), None, String::new());
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.push(c),
            ('"' | '\'', None) => quote = Some(c),
            (' ', None) => words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty())),
            (c, None) => word.push(c),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// The version of the shipped process that the guide for designers speaks of.
fn next_version() -> String {
    let process = std::fs::read_to_string(shipped().join("processes/face-onboarding.bpmn")).unwrap();
    let task = "<bpmn:serviceTask id=\"INT01_again\" name=\"Read it again\" camunda:type=\"external\" camunda:skyId=\"INT01\" />\n    \
                <bpmn:sequenceFlow id=\"Flow_again\" sourceRef=\"INT01_again\" targetRef=\"Gateway_face_entry\" />\n    ";
    let shape = "<bpmndi:BPMNShape id=\"INT01_again_di\" bpmnElement=\"INT01_again\"><dc:Bounds x=\"612\" y=\"500\" width=\"100\" height=\"80\" />\
                 </bpmndi:BPMNShape>\n      ";
    let edge = "<bpmndi:BPMNEdge id=\"Flow_again_di\" bpmnElement=\"Flow_again\"><di:waypoint x=\"712\" y=\"540\" />\
                <di:waypoint x=\"720\" y=\"540\" /><di:waypoint x=\"720\" y=\"425\" /></bpmndi:BPMNEdge>\n      ";
    let changes = [
        ("${0.5}", "${0.7}".to_owned()),
        (
            "sourceRef=\"Gateway_consent\" targetRef=\"Gateway_face_entry\"",
            "sourceRef=\"Gateway_consent\" targetRef=\"INT01_again\"".to_owned(),
        ),
        ("<bpmn:sequenceFlow id=\"Flow_start\"", format!("{task}<bpmn:sequenceFlow id=\"Flow_start\"")),
        ("<bpmndi:BPMNShape id=\"Event_start_di\"", format!("{shape}{edge}<bpmndi:BPMNShape id=\"Event_start_di\"")),
    ];
    let process = process.replacen(
        "<di:waypoint x=\"630\" y=\"400\" />\n        <di:waypoint x=\"695\" y=\"400\" />",
        "<di:waypoint x=\"630\" y=\"400\" /><di:waypoint x=\"662\" y=\"400\" /><di:waypoint x=\"662\" y=\"500\" />",
        1,
    );
    changes.into_iter().fold(process, |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not there");
        text.replacen(from, &to, 1)
    })
}

/// The pictures of the guide are those that the program makes. When they have changed, this test writes them anew and fails once.
#[test]
fn documented_pictures_are_drawn() {
    let project = TestProject::shipped().file("next.bpmn", next_version());
    for arguments in [
        &["process", "draw", "face-onboarding", "--output", "face-onboarding.svg"][..],
        &["process", "diff", "face-onboarding", "next.bpmn", "--draw", "versions"],
    ] {
        let ran = project.does(arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.shown());
    }
    let mut stale = Vec::new();
    for (drawn, kept) in [("face-onboarding.svg", "face-onboarding.svg"), ("versions/new.svg", "next.svg")] {
        let (drawn, kept) = (std::fs::read(project.path(drawn)).unwrap(), shipped().join("docs/pictures").join(kept));
        if std::fs::read(&kept).unwrap_or_default() != drawn {
            std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
            std::fs::write(&kept, drawn).unwrap();
            stale.push(kept);
        }
    }
    assert!(stale.is_empty(), "{stale:?} were out of date and have been drawn anew; look at them and keep them");
}

/// Every command line in the documentation succeeds on what ships, and gives every line that is shown below it; what is said
/// at a prompt is said to it. An ellipsis stands for anything.
#[test]
fn documented_commands_work() {
    let project = TestProject::shipped().file("next.bpmn", next_version());
    let mut count = 0;
    for page in [
        "docs/checking.md",
        "docs/commands.md",
        "docs/coverage.md",
        "docs/debugging.md",
        "docs/editor.md",
        "docs/history.md",
        "docs/process.md",
        "docs/reports.md",
    ] {
        let text = std::fs::read_to_string(shipped().join(page)).unwrap();
        for block in text.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            for part in block.split("$ flowproof ").skip(1) {
                let (line, shown) = part.split_once('\n').unwrap();
                command_gives(&project, line, shown);
                count += 1;
            }
        }
    }
    assert!(count > 10, "{count} commands");
}

fn command_gives(project: &TestProject, line: &str, shown: &str) {
    let said: String =
        shown.lines().filter_map(|line| line.strip_prefix("(flowproof) ")).map(|said| format!("{said}\n")).collect();
    let words = words(line);
    let mut command = project.command(&words.iter().map(String::as_str).collect::<Vec<_>>());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that asks nothing may have gone by now.
    let _ = child.stdin.take().unwrap().write_all(said.as_bytes());
    let output = child.wait_with_output().unwrap();
    let given = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert_eq!(output.status.code(), Some(0), "{line}: {given}");
    let given = given.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = given.as_str();
    for shown in shown.lines() {
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in shown.split('…').map(str::trim).filter(|part| !part.is_empty()) {
            let Some(at) = rest.find(part) else { panic!("{line} does not give `{part}` in its place:\n{given}") };
            rest = &rest[at + part.len()..];
        }
    }
}

#[test]
fn help_teaches() {
    let project = TestProject::new();
    for arguments in [
        &["--help"][..],
        &["run", "--help"],
        &["report", "--help"],
        &["report", "merge", "--help"],
        &["check", "--help"],
        &["explain", "--help"],
        &["list", "--help"],
        &["simulate", "--help"],
    ] {
        let output = project.command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        insta::assert_snapshot!(arguments.join(" "), String::from_utf8_lossy(&output.stdout));
    }
}

/// The table of functions is made from the code, in the same way.
#[test]
fn functions_are_documented() {
    let mut page = "# Functions of templates\n\nBeside those of [minijinja](https://docs.rs/minijinja/latest/minijinja/functions/), with its filters and tests. Where an example\nhas no result, it depends on the seed, the clock or chance. What reads a secret gives a secret.\n\n| function | what it gives | example |\n|---|---|---|\n"
        .to_owned();
    let cell = |text: &str| text.replace('|', "\\|");
    for one in flowproof::template::functions() {
        let gives = one.gives.map(|gives| format!(" → `{gives}`")).unwrap_or_default();
        let filter = if one.filter { ". Also a filter" } else { "" };
        let call = format!("{}({})", one.name, one.arguments);
        page += &format!(
            "| `{}` | {}{filter} | `{}`{} |\n",
            cell(&call),
            cell(one.meaning),
            cell(one.example),
            cell(&gives)
        );
    }
    let path = shipped().join("docs/functions.md");
    if std::fs::read_to_string(&path).unwrap_or_default() != page {
        std::fs::write(&path, page).unwrap();
        panic!("docs/functions.md was out of date and has been written anew; look at it and keep it");
    }
}

/// The table of problem ids is made from the code. When it has changed, this test writes it anew and fails once.
#[test]
fn problem_ids_are_documented() {
    let mut page = "# Problems of files\n\nEvery problem that `flowproof check` and `flowproof run` show of a file has one of these ids.\nErrors keep a file from being run, warnings do not. `flowproof explain ID` shows the same as stands here.\n\n| id | severity | when |\n|---|---|---|\n"
        .to_owned();
    for rule in flowproof::diagnostic::rules() {
        let anchor = rule.id.as_str().replace('/', "");
        page += &format!("| [`{}`](#{anchor}) | {} | {} |\n", rule.id, rule.severity, rule.summary);
    }
    for rule in flowproof::diagnostic::rules() {
        let about = flowproof::diagnostic::page(rule.id).markdown();
        page += &format!("\n## {}\n\n{} ({})\n\n{about}", rule.id, rule.summary, rule.severity);
    }
    let path = shipped().join("docs/diagnostics.md");
    if std::fs::read_to_string(&path).unwrap_or_default() != page {
        std::fs::write(&path, page).unwrap();
        panic!("docs/diagnostics.md was out of date and has been written anew; look at it and keep it");
    }
}
