use std::path::Path;
use std::process::Output;

use crate::project::TestProject;

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.to_string_lossy().into_owned(), std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn a_new_project_runs_green_at_once() {
    let project = TestProject::new();
    let output = project.command(&["init"]).output().unwrap();
    insta::assert_snapshot!("init", told(&output).1);
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert_eq!(ran.verdicts().len(), 2);
    // The editor is told what there is.
    let schema = std::fs::read_to_string(project.path("schemas/scenario.schema.json")).unwrap();
    assert!(schema.contains("\"capture-face\"") && schema.contains("\"quality-failure\""));
    let (code, stdout, stderr) = told(&project.command(&["check"]).output().unwrap());
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "2 scenarios checked, 0 cannot be run\n", ""));
    // Each can fail: the picture and what is expected of it are not there for show.
    let changes = [("no-face", "next: capture-face", "status: 201", 1), ("happy-path", "clear.jpg", "no-face.jpg", 2)];
    for (file, from, to, code) in changes {
        let path = project.path(&format!("scenarios/{file}.yaml"));
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(from, to)).unwrap();
        let ran = project.run(&[&format!("scenarios/{file}.yaml")]);
        assert_eq!(ran.code, Some(code), "{}", ran.all());
    }
}

#[test]
fn a_new_project_has_the_engine_that_is_given() {
    let project = TestProject::new();
    let arguments = ["init", "inner", "--base-url", "https://acme.example/", "--no-editor", "--yes"];
    let (code, stdout, stderr) = told(&project.command(&arguments).output().unwrap());
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("  cd inner\n") && !project.path("inner/.vscode").exists(), "{stdout}");
    let settings = std::fs::read_to_string(project.path("inner/flowproof.yaml")).unwrap();
    assert!(settings.contains("    base-url: https://acme.example\n"), "{settings}");
    let (code, _, stderr) = told(&project.command(&["check", "inner/scenarios"]).output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let (code, _, stderr) = told(&project.command(&["init", "x", "--base-url", "acme"]).output().unwrap());
    assert_eq!(code, Some(2));
    assert!(stderr.contains("invalid value 'acme' for '--base-url <URL>'"), "{stderr}");
    assert!(!project.path("x").exists());
}

#[test]
fn nothing_is_overwritten() {
    let project = TestProject::new().file("scenarios/no-face.yaml", "mine\n").file(".gitignore", "/target/\n");
    let before = files(project.path("").as_path());
    let (code, stdout, stderr) = told(&project.command(&["init"]).output().unwrap());
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert_eq!(
        stderr,
        "error: these are there already, and nothing was written:\n  scenarios/no-face.yaml\nmove them away, or name another folder: flowproof init FOLDER\n"
    );
    assert_eq!(files(project.path("").as_path()), before);
    std::fs::remove_file(project.path("scenarios/no-face.yaml")).unwrap();
    let (code, stdout, _) = told(&project.command(&["init"]).output().unwrap());
    assert_eq!(code, Some(0));
    assert!(
        stdout.contains("kept .gitignore: add `/.flowproof/` and `/out/`, which flowproof writes to\n"),
        "{stdout}"
    );
    assert_eq!(std::fs::read_to_string(project.path(".gitignore")).unwrap(), "/target/\n");
    // Once more changes nothing, also where something was left over from one that was interrupted.
    std::fs::remove_file(project.path("schemas/settings.schema.json")).unwrap();
    let (code, stdout, _) = told(&project.command(&["init"]).output().unwrap());
    assert_eq!(code, Some(0));
    assert!(stdout.contains("kept flowproof.yaml\n"), "{stdout}");
    assert!(stdout.contains("made schemas/settings.schema.json\n"), "{stdout}");
    assert!(stdout.contains("kept schemas/scenario.schema.json\n"), "{stdout}");
    let (code, _, stderr) =
        told(&project.file("flowproof.yaml", "flowproof: 1\n").command(&["init"]).output().unwrap());
    assert_eq!(code, Some(2));
    assert!(stderr.ends_with("this is a project already: `flowproof new NAME` writes a scenario for it\n"), "{stderr}");
}

#[test]
fn a_folder_that_cannot_be_one_is_told() {
    let project = TestProject::new().file("file", "").file("half/scenarios", "a file");
    let (code, _, stderr) = told(&project.command(&["init", "file"]).output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(2), "error: `file` is no folder\n"));
    let (code, _, stderr) = told(&project.command(&["init", "half"]).output().unwrap());
    assert_eq!(code, Some(3), "{stderr}");
    assert!(stderr.contains("scenarios/happy-path.yaml` cannot be written"), "{stderr}");
}

#[test]
fn a_project_inside_another_is_remarked_on() {
    let project = TestProject::bare();
    let (code, _, stderr) = told(&project.command(&["init", "inner"]).output().unwrap());
    assert_eq!(code, Some(0));
    assert!(stderr.starts_with("remark: `") && stderr.ends_with("and this one is not part of it\n"), "{stderr}");
}

#[test]
fn shells_are_told_the_commands() {
    let project = TestProject::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, stdout, _) = told(&project.command(&["completions", shell]).output().unwrap());
        assert_eq!(code, Some(0));
        assert!(stdout.contains("simulate") && stdout.contains("base-url"), "{shell}: {stdout}");
    }
    let (code, _, stderr) = told(&project.command(&["completions", "dos"]).output().unwrap());
    assert!(code == Some(2) && stderr.contains("possible values: bash"), "{stderr}");
}

#[test]
#[ignore = "needs bash"]
fn a_shell_completes_a_command() {
    let project = TestProject::new();
    let (_, script, _) = told(&project.command(&["completions", "bash"]).output().unwrap());
    let project = project.file("completions.bash", script);
    let mut bash = std::process::Command::new("bash");
    let typed = "source completions.bash; COMP_WORDS=(flowproof com); COMP_CWORD=1; _flowproof flowproof com flowproof; echo ${COMPREPLY[*]}";
    let output = bash.args(["-c", typed]).current_dir(project.path("")).output().unwrap();
    assert_eq!(told(&output).1, "completions\n", "{}", told(&output).2);
}

#[test]
fn there_are_manual_pages() {
    let project = TestProject::new();
    let (code, stdout, _) = told(&project.command(&["man", "list", "outcomes"]).output().unwrap());
    assert_eq!(code, Some(0));
    assert!(stdout.contains(".TH flowproof-list-outcomes 1"), "{stdout}");
    let (code, _, stderr) = told(&project.command(&["man", "lits"]).output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(2), "error: `flowproof` has no command `lits`: did you mean `list`?\n"));
    let (code, _, stderr) = told(&project.command(&["man", "--output", "man1"]).output().unwrap());
    assert_eq!(code, Some(0), "{stderr}");
    let names: Vec<String> = files(&project.path("man1")).into_iter().map(|(path, _)| path).collect();
    for name in ["flowproof.1", "flowproof-init.1", "flowproof-list-tags.1"] {
        assert!(names.iter().any(|path| path.ends_with(&format!("/{name}"))), "{name}: {names:?}");
    }
    let page = std::fs::read_to_string(project.path("man1/flowproof-run.1")).unwrap();
    assert!(page.contains("flowproof run scenarios") && page.contains("\\-\\-env"), "{page}");
}

/// The walks of what ships, written anew, hold on the simulator: in a project with other scenarios, whose pictures are taken.
#[test]
fn a_new_scenario_of_a_shipped_process_runs_green() {
    let project = TestProject::shipped();
    for (process, name) in [("face-onboarding", "made"), ("identity-verification", "documents/made")] {
        let output = project.command(&["new", name, "--process", process]).output().unwrap();
        let (code, stdout, stderr) = told(&output);
        assert_eq!((code, stdout), (Some(0), format!("scenarios/{name}.yaml\n")), "{stderr}");
        let path = format!("scenarios/{name}.yaml");
        let text = std::fs::read_to_string(project.path(&path)).unwrap();
        insta::assert_snapshot!(process, text);
        let (code, stdout, stderr) = told(&project.command(&["check", &path]).output().unwrap());
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
        let ran = project.run(&[&path]);
        assert_eq!(ran.code, Some(0), "{}", ran.all());
        assert_eq!(ran.verdicts(), [(path.clone(), "passed".to_owned())]);
        // What stands in comments can be taken out of them.
        let plain = |line: &str| match line.trim_start().strip_prefix("# ") {
            Some(rest) => format!("{}{rest}\n", &line[..line.len() - line.trim_start().len()]),
            None => format!("{line}\n"),
        };
        let project = TestProject::shipped().file(&path, text.lines().map(plain).collect::<String>());
        let (code, stdout, stderr) = told(&project.command(&["check", &path]).output().unwrap());
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    }
}

#[test]
fn a_new_scenario_says_what_is_missing() {
    let project = TestProject::bare();
    std::fs::remove_file(project.path("scenarios/clear.jpg")).unwrap();
    let (code, _, stderr) = told(&project.command(&["new", "first", "--title", "It's: \"first\""]).output().unwrap());
    assert_eq!(code, Some(0), "{stderr}");
    let text = std::fs::read_to_string(project.path("scenarios/first.yaml")).unwrap();
    assert!(text.starts_with("scenario: \"It's: \\\"first\\\"\"\nprocess: face-onboarding\n"), "{text}");
    let (code, _, stderr) = told(&project.command(&["check"]).output().unwrap());
    assert_eq!(code, Some(2));
    assert!(stderr.contains("there is no file `scenarios/image.jpg`") && stderr.contains("1 error\n"), "{stderr}");
}

#[test]
fn a_new_scenario_is_refused_with_a_reason() {
    let project = TestProject::shipped();
    let refused = |arguments: &[&str]| {
        let (code, stdout, stderr) = told(&project.command(arguments).output().unwrap());
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
        stderr
    };
    for (arguments, reason) in [
        (
            &["new", "a"][..],
            "error: say which process is meant: --process face-onboarding or --process identity-verification\n",
        ),
        (
            &["new", "a", "--process", "face-onbording"],
            "error: there is no process `face-onbording` in flowproof.yaml: did you mean `face-onboarding`?\n",
        ),
        (
            &["new", "happy-path", "--process", "face-onboarding"],
            "error: `scenarios/happy-path.yaml` is there already, and was left as it is; choose another name\n",
        ),
        (
            &["new", "a", "-p", "face-onboarding", "--catalogue", "trust"],
            "error: there is no catalogue `trust`; there is `trustx`\n",
        ),
    ] {
        assert_eq!(refused(arguments), reason);
    }
    assert!(refused(&["new", "../a"]).contains("it must lie below `scenarios`"));
    let (code, _, stderr) = told(&TestProject::new().command(&["new", "a"]).output().unwrap());
    assert_eq!(code, Some(2));
    assert!(stderr.contains("begin one with `flowproof init`"), "{stderr}");
}

#[test]
fn a_diagram_without_a_good_end_has_no_happy_path() {
    let diagram = std::fs::read_to_string(crate::project::shipped().join("processes/face-onboarding.bpmn")).unwrap();
    // A wait that no activity of the catalogue is.
    let strange = diagram.replace("skyId=\"CFE01\"", "skyId=\"NONE\"").replace("Capture Face Image", "Sing a song");
    assert_ne!(strange, diagram);
    let project = TestProject::bare().file("processes/face-onboarding.bpmn", strange);
    let (code, _, stderr) = told(&project.command(&["new", "a"]).output().unwrap());
    assert_eq!(code, Some(2));
    assert!(stderr.contains("the catalogue has no activity for `Sing a song`"), "{stderr}");
}
