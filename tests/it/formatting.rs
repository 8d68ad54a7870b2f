use std::path::{Path, PathBuf};

use flowproof::diagnostic::Diagnostics;
use flowproof::format::{Unformatted, canonical};
use flowproof::project::yaml_files;
use flowproof::source::Sources;
use flowproof::yaml;
use proptest::prelude::*;

use crate::project::{TestProject, shipped};

/// What a text says, without the order of keys; null if nothing can be read.
fn meaning(text: &str) -> serde_json::Value {
    let mut sources = Sources::new();
    let file = sources.add("a.yaml", text.trim_start_matches('\u{feff}'));
    let node = yaml::parse(&sources, file, &mut Diagnostics::new());
    let mut value = node.map(|node| node.to_json()).unwrap_or_default();
    value.sort_all_objects();
    value
}

/// All YAML files that are here, and the examples of the documentation.
fn corpus() -> Vec<(String, String)> {
    let folders = [
        "scenarios",
        "catalogues",
        "starter",
        "tests/corpus",
        "tests/export",
        "flowproof.yaml",
        "tests/mutations.yaml",
    ];
    let files: Vec<PathBuf> = folders.iter().flat_map(|folder| yaml_files(&shipped().join(folder)).unwrap()).collect();
    let mut corpus: Vec<(String, String)> = files
        .into_iter()
        .filter_map(|path| Some((path.display().to_string(), std::fs::read_to_string(&path).ok()?)))
        .collect();
    for page in yaml_pages() {
        corpus.extend(examples(&page).into_iter().map(|example| (page.display().to_string(), example)));
    }
    corpus
}

/// The YAML examples of a page.
fn examples(page: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(page).unwrap();
    let blocks = text.split("```yaml").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.filter_map(|block| block.split_once('\n')).map(|(_, block)| block.to_owned()).collect()
}

fn yaml_pages() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(shipped().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    docs.chain([shipped().join("README.md")]).filter(|path| path.extension().is_some_and(|end| end == "md")).collect()
}

/// Formats, and holds what must hold of every text. Gives the result where there is one.
#[track_caller]
fn formatted(name: &str, text: &str) -> Option<String> {
    let once = match canonical(text) {
        Err(Unformatted::Changed) => panic!("{name} would be changed:\n{text}"),
        Err(_) => return None,
        Ok(once) => once?,
    };
    assert_eq!(meaning(&once), meaning(text), "{name} says something else:\n{once}");
    let twice = canonical(&once).unwrap_or_else(|error| panic!("{name}: {error}\n{once}"));
    assert_eq!(twice.as_deref(), Some(once.as_str()), "{name} is not stable");
    Some(once)
}

#[test]
fn what_is_here_keeps_its_meaning() {
    let corpus = corpus();
    let count = corpus.iter().filter_map(|(name, text)| formatted(name, text)).count();
    assert!(count > 180, "{count} of {}", corpus.len());
}

/// The files of what ships are canonical.
#[test]
fn what_ships_is_canonical() {
    for part in ["scenarios", "catalogues", "starter", "flowproof.yaml"] {
        for path in yaml_files(&shipped().join(part)).unwrap() {
            let text = std::fs::read_to_string(&path).unwrap();
            let canonical = canonical(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(canonical.is_none_or(|canonical| canonical == text), "{}: run `flowproof fmt`", path.display());
        }
    }
    // The page of problems shows mistakes.
    for page in yaml_pages().into_iter().filter(|page| !page.ends_with("diagnostics.md")) {
        for example in examples(&page) {
            let canonical = canonical(&example).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
            assert_eq!(canonical.as_ref().unwrap_or(&example), &example, "{}", page.display());
        }
    }
}

#[test]
fn unusual_texts_become_canonical() {
    insta::glob!("../corpus/format", "*.yaml", |path| {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.display().to_string();
        let shown = match canonical(&text) {
            Ok(_) => formatted(&name, &text).unwrap_or_else(|| "(of no kind that is formatted)".to_owned()),
            Err(error) => format!("(left alone: {error})"),
        };
        // Spaces at ends, tabs and line breaks are to be seen.
        let shown = shown.replace('\r', "␍").replace('\t', "␉").replace('\u{feff}', "⟨BOM⟩");
        let shown: String = shown.lines().map(|line| format!("{line}⏎\n").replace(" ⏎", "␠⏎")).collect();
        insta::assert_snapshot!(shown);
    });
}

/// Every file with other line breaks, with a mark at its beginning, and with every line indented twice as far.
#[test]
fn other_notations_keep_their_meaning() {
    for (name, text) in corpus() {
        let Some(once) = formatted(&name, &text).map(|once| once.replace('\r', "")) else { continue };
        let crlf = once.replace('\n', "\r\n");
        assert_eq!(canonical(&crlf).as_ref().ok(), Some(&Some(crlf.clone())), "{name} with other line breaks");
        let marked = format!("\u{feff}{}", once.trim_start_matches('\u{feff}'));
        assert_eq!(canonical(&marked).as_ref().ok(), Some(&Some(marked.clone())), "{name} with a mark");
        // A block scalar that says how far it is indented would have to say it anew.
        let wide: String =
            text.lines().map(|line| format!("{}{line}\n", &line[..line.len() - line.trim_start().len()])).collect();
        if meaning(&wide) == meaning(&text) {
            formatted(&format!("{name}, indented twice as far"), &wide);
        }
    }
}

/// Texts that mix everything.
fn texts() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec!["steps", "scenario", "expect", "with", "on", "a", "\"b\"", "'c'", "x-y"]);
    let value = prop::sample::select(vec![
        "x",
        "\"{{ a }}\"",
        "'it''s'",
        "'plain'",
        "{a: 1,b: [x,  y]}",
        "{ outcome: success, code: {in: [1,2]} }",
        "[]",
        "|\n            two\n              lines",
        ">-\n            folded\n\n            text",
        "&n x",
        "*n",
        "é😀",
        "a\n            b",
        "{ a: 1,\n            b: 2 }",
    ]);
    let remark = prop::sample::select(vec!["", "", " # one", "      # column", "\t# tab"]);
    let between = prop::sample::select(vec!["", "", "", "\n", "\n\n\n", "    # comment\n", "# far left\n", "  \n"]);
    let dash = prop::sample::select(vec!["- ", "-   ", "-\n      "]);
    let step =
        (between, dash, prop::collection::vec((key, value, remark), 1..4)).prop_map(|(between, dash, entries)| {
            let indent = " ".repeat(6);
            let entries = entries.into_iter().enumerate().map(|(at, (key, value, remark))| {
                // A key is used once in a step: the number goes inside of its quotes.
                let key = match key.strip_suffix(['"', '\'']) {
                    Some(open) => format!("{open}{at}{}", &key[..1]),
                    None => format!("{key}{at}"),
                };
                let before = if at == 0 && dash != "-\n      " { String::new() } else { indent.clone() };
                format!("{before}{key}: {value}{remark}\n")
            });
            let entries: String = entries.collect();
            let entries = entries.trim_start().to_owned();
            match dash {
                "- " | "-   " => format!(
                    "{between}  {dash}{}",
                    entries.replace("\n      ", &format!("\n  {}", " ".repeat(dash.len())))
                ),
                _ => format!("{between}  {dash}{entries}"),
            }
        });
    prop::collection::vec(step, 1..5)
        .prop_map(|steps| format!("# top\nscenario: A\nanchor: &n 1\nsteps:\n{}tags: [a]\n", steps.concat()))
}

proptest! {
    #[test]
    fn whatever_is_written_keeps_its_meaning(text in texts()) {
        prop_assert!(formatted("made up", &text).is_some(), "{}", text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "scenario: [-a-z0-9:{}\\[\\]\"'|>&*!#%@ \n\t,?é\r]{0,60}") {
        formatted("made up", &text);
    }
}

fn told(project: &TestProject, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = project.command(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

const UNTIDY: &str =
    "scenario: Untidy\nsteps:\n- expect: success # as always\n  activity:   introduction\nprocess: face-onboarding\n";
const TIDY: &str =
    "scenario: Untidy\nprocess: face-onboarding\nsteps:\n  - activity: introduction\n    expect: success # as always\n";

#[test]
fn files_are_written_anew() {
    let project = TestProject::bare()
        .file("scenarios/untidy.yaml", UNTIDY)
        .file("scenarios/tidy.yaml", TIDY)
        .file("scenarios/data.yaml", "- {a:   1}\n")
        .file("scenarios/broken.yaml", "scenario: [\n")
        .file("elsewhere/untidy.yaml", UNTIDY);
    let (code, stdout, stderr) = told(&project, &["fmt", "--check"]);
    assert_eq!(code, Some(2), "{stderr}");
    insta::assert_snapshot!("fmt --check", format!("{stdout}\n{stderr}"));
    assert_eq!(read(&project.path("scenarios/untidy.yaml")), UNTIDY);
    let (code, stdout, stderr) = told(&project, &["fmt"]);
    assert_eq!((code, stdout.as_str()), (Some(2), "scenarios/untidy.yaml\n"), "{stderr}");
    assert_eq!(read(&project.path("scenarios/untidy.yaml")), TIDY);
    assert_eq!(read(&project.path("scenarios/data.yaml")), "- {a:   1}\n");
    assert_eq!(read(&project.path("scenarios/broken.yaml")), "scenario: [\n");
    assert_eq!(read(&project.path("elsewhere/untidy.yaml")), UNTIDY);
    std::fs::remove_file(project.path("scenarios/broken.yaml")).unwrap();
    let (code, stdout, stderr) = told(&project, &["fmt", "--check"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "", "0 files would change, 3 left as they were\n"));
    assert_eq!(told(&project, &["fmt", "--check", "elsewhere"]).0, Some(1));
    assert_eq!(told(&project, &["fmt", "elsewhere/untidy.yaml"]).1, "elsewhere/untidy.yaml\n");
    let (code, _, stderr) = told(&project, &["fmt", "nowhere"]);
    assert!(code == Some(3) && stderr.contains("`nowhere` cannot be read"), "{stderr}");
    let (code, _, stderr) = told(&TestProject::new(), &["fmt"]);
    assert_eq!((code, stderr.as_str()), (Some(4), "error: there is no file to format: name one, or a folder\n"));
}

#[test]
fn an_editor_pipes_a_text_through() {
    let project = TestProject::new();
    let piped = |arguments: &[&str], text: &str| {
        let mut command = project.command(arguments);
        command
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    assert_eq!(piped(&["fmt", "--stdin"], UNTIDY), (Some(0), TIDY.to_owned(), String::new()));
    assert_eq!(piped(&["fmt", "--stdin"], "- {a:   1}\n"), (Some(0), "- {a:   1}\n".to_owned(), String::new()));
    assert_eq!(piped(&["fmt", "--stdin", "--check"], TIDY), (Some(0), String::new(), String::new()));
    let (code, stdout, _) = piped(&["fmt", "--stdin", "--check"], UNTIDY);
    assert!(code == Some(1) && stdout.contains("+process: face-onboarding"), "{stdout}");
    let (code, stdout, stderr) = piped(&["fmt", "--stdin"], "scenario: [\n");
    assert_eq!((code, stdout.as_str()), (Some(2), "scenario: [\n"), "what cannot be read comes back as it is");
    assert!(stderr.contains("this is not YAML") && stderr.contains("`<stdin>` is left alone"), "{stderr}");
}
