//! Nothing that a run writes gives a secret, a person or a picture away; and where something does, it is found.

use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use crate::loopback::{Turn, json, scripted};
use crate::project::{Ran, TestProject, assert_told, shipped};

const SECRET: &str = "s3cr3t/Pl@nted 'value'+<42>&";
const NAME: &str = "Hildegard";
const NUMBER: &str = "X7200451";

/// Everything that a run can write.
const REPORTS: [&str; 9] = [
    "html=out/report.html",
    "ndjson=out/events.ndjson",
    "json=out/run.json",
    "junit=out/junit.xml",
    "junit-steps=out/steps.xml",
    "tap=out/run.tap",
    "ctrf=out/ctrf.json",
    "github=out/github.md",
    "allure=out/allure",
];

fn face() -> Vec<u8> {
    std::fs::read(shipped().join("scenarios/faces/clear.jpg")).unwrap()
}

fn percent(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Every form in which bytes could be found in a file.
fn forms(bytes: &[u8]) -> Vec<Vec<u8>> {
    let base64 = |before: usize| {
        let coded = STANDARD_NO_PAD.encode([vec![b'x'; before], bytes.to_vec()].concat());
        // Characters that the neighbours have a part in are left out.
        coded.as_bytes()[(before * 4).div_ceil(3)..(before + bytes.len()) * 4 / 3].to_vec()
    };
    let mut forms = vec![bytes.to_vec(), data_encoding::HEXLOWER.encode(bytes).into_bytes()];
    forms.push(data_encoding::HEXUPPER.encode(bytes).into_bytes());
    forms.extend((0..3).map(base64));
    if let Ok(text) = std::str::from_utf8(bytes) {
        let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        forms.extend(
            [percent(text), percent(text).replace('+', "%20"), html, text.replace('\'', r"'\''")]
                .map(String::into_bytes),
        );
        forms.push(serde_json::to_string(text).unwrap().trim_matches('"').into());
        forms.push(text.to_uppercase().into());
    }
    forms
}

/// Everything that must be nowhere.
fn forbidden() -> Vec<Vec<u8>> {
    let face = face();
    let mut all: Vec<Vec<u8>> = [SECRET, NAME, NUMBER].iter().flat_map(|text| forms(text.as_bytes())).collect();
    for start in (0..face.len() - 24).step_by(600) {
        all.extend(forms(&face[start + 90..][..24.min(face.len() - start - 90)]).into_iter().take(6));
    }
    all
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// What a page has packed.
fn unpacked(page: &str) -> Vec<Vec<u8>> {
    let blocks = page.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c))).filter(|run| run.len() >= 64);
    let unpack = |block: &str| {
        let packed = STANDARD.decode(block).ok()?;
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(packed.as_slice()), &mut bytes).ok()?;
        Some(bytes)
    };
    blocks.filter_map(unpack).collect()
}

fn assert_clean(project: &TestProject, ran: &Ran) {
    let written: Vec<PathBuf> = ["out", ".flowproof"].iter().flat_map(|name| files(&project.path(name))).collect();
    assert!(written.len() >= REPORTS.len(), "{written:?}");
    let mut outputs: Vec<_> =
        written.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect();
    let page = std::fs::read_to_string(project.path("out/report.html")).unwrap();
    let packed = unpacked(&page);
    assert!(packed.len() > 1, "the page packs what it holds");
    outputs.extend(packed.into_iter().map(|block| ("what the page packs".to_owned(), block)));
    let streams = [("stdout", &ran.stdout), ("stderr", &ran.stderr)];
    let streams = streams.map(|(name, text)| (name.to_owned(), text.clone().into_bytes()));
    for (name, bytes) in outputs.into_iter().chain(streams) {
        for form in forbidden() {
            if let Some(at) = memchr::memmem::find(&bytes, &form) {
                let around =
                    String::from_utf8_lossy(&bytes[at.saturating_sub(300)..bytes.len().min(at + 100)]).into_owned();
                panic!("{name} holds {:?}: …{around}", String::from_utf8_lossy(&form));
            }
        }
    }
}

/// A server that sends everything back that it must not have, in its headers, names, texts and pictures.
fn hostile() -> std::net::SocketAddr {
    scripted(None, |_, line| {
        let face = STANDARD.encode(face());
        let quoted = serde_json::to_string(SECRET).unwrap();
        let cut = &SECRET[..18];
        if line.contains("/page") {
            let padding = "x".repeat(120 - 8);
            return Turn::Say(json(
                "200 OK",
                "",
                &format!("<p>{padding}{SECRET}{NAME} <img src='data:image/jpeg;base64,{face}'>"),
            ));
        }
        let headers = format!(
            "x-echo: {SECRET}\r\n{}: {NAME}\r\nlocation: /next?key={}&firstName={NAME}\r\n",
            "x-s3cr3t",
            percent(SECRET)
        );
        let body = format!(
            r#"{{"firstName": "{NAME}", "papers": [{{"documentNumber": "{NUMBER}"}}], "born": {{"day": "07"}}, {quoted}: 1,
               "portrait": "{face}", "url": "data:image/jpeg;base64,{face}", "html": "<img src='data:image/jpeg;base64,{face}'>",
               "text": "{NAME} of {NUMBER}", "loud": "{}", "short": "Al", "cut": "{cut}…"}}"#,
            NAME.to_uppercase()
        );
        Turn::Say(json("200 OK", &headers, &body))
    })
}

fn settings(address: std::net::SocketAddr) -> String {
    format!(
        "flowproof: 1\ndefault: target\nprocesses: {{ face-onboarding: processes/face-onboarding.bpmn }}\npersonal: [firstName, $..documentNumber, $.born.day]\n\
         environments:\n  target: {{ base-url: \"http://{address}\" }}\n  simulator: {{ kind: simulator }}\n"
    )
}

const SCENARIO: &str = r#"
scenario: Everything is sent and comes back
secrets: { planted: "{{ env.PLANTED }}" }
vars: { picture: "{{ base64(file('clear.jpg')) }}", name: Hildegard }
cases:
  - { id: one, firstName: Hildegard, documentNumber: X7200451 }
steps:
  - request: "POST /thing/{{ url_encode(secrets.planted) }}"
    with:
      headers: { x-planted: "{{ secrets.planted }}" }
      query: { q: "{{ secrets.planted }}", firstName: "{{ case.firstName }}" }
      json: { documentNumber: "{{ case.documentNumber }}", image: "{{ vars.picture }}", firstName: "{{ vars.name }}", deep: ["{{ secrets.planted }}"] }
    save:
      portrait: $.portrait
      first_name: $.firstName
      whole: $
      echo: { header: x-echo }
    expect:
      body:
        portrait: { length: 3 }
        firstName: Somebody
        $.papers[0].documentNumber: X0000000
        $.born.day: "08"
        text: nothing
        url: "{{ vars.picture }}"
        html: { matches: "^$" }
        loud: "{{ vars.name }}"
        cut: whole
        $: { eq: { firstName: Else, portrait: "{{ vars.picture }}" } }
      headers: { x-echo: nothing, location: nowhere }
after:
  - check:
      "{{ vars.name }}": "{{ secrets.planted }}"
"#;

fn planted(project: TestProject, arguments: &[&str]) -> (TestProject, Ran) {
    let reports = REPORTS.iter().flat_map(|report| ["--report", report]);
    let all: Vec<&str> = ["run"].into_iter().chain(reports).chain(arguments.iter().copied()).collect();
    let output = project.command(&all).env("PLANTED", SECRET).output().unwrap();
    let ran = Ran::of(output, &project.path("out/events.ndjson"));
    (project, ran)
}

#[test]
fn secrets_persons_and_pictures_are_in_no_artefact() {
    let project = TestProject::bare().file("flowproof.yaml", settings(hostile()));
    let (project, ran) = planted(project.file("scenarios/a.yaml", SCENARIO), &["--verbose"]);
    assert!(!ran.stderr.contains("leak"), "{}", ran.stderr);
    assert_told(&ran, 3, &["[secret:PLANTED]", "[personal:firstName]", "[image:jpeg]"]);
    assert_clean(&project, &ran);
    for shown in ["[personal:documentNumber]", "[personal:day]", "(image/jpeg, 6922 bytes, sha256 "] {
        assert!(ran.events.contains(shown), "{shown}: {}", ran.events);
    }
}

#[test]
fn what_would_be_sent_is_masked_as_well() {
    let project = TestProject::bare().file("flowproof.yaml", settings(hostile())).file("scenarios/a.yaml", SCENARIO);
    for format in ["text", "json"] {
        let output =
            project.command(&["run", "--dry-run", "--format", format]).env("PLANTED", SECRET).output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{shown}");
        assert!(shown.contains("[personal:firstName]") && shown.contains("[personal:documentNumber]"), "{shown}");
        for form in forbidden() {
            assert!(
                memchr::memmem::find(shown.as_bytes(), &form).is_none(),
                "{}: {shown}",
                String::from_utf8_lossy(&form)
            );
        }
    }
}

/// An answer that is no JSON is told by its first line, which is cut in the middle of a secret.
#[test]
fn what_is_cut_does_not_show_the_beginning_of_a_secret() {
    let text = "scenario: A page\nprocess: face-onboarding\nsecrets: { planted: \"{{ env.PLANTED }}\" }\nsession: none\nsteps:\n  - activity: issue-bearer\n    with: { key: some-key }\n";
    let page = scripted(None, |_, _| {
        let padding = "x".repeat(120 - 10);
        Turn::Say(json("200 OK", "", &format!("{padding}{SECRET} and more")))
    });
    let project = TestProject::bare().file("flowproof.yaml", settings(page)).file("scenarios/a.yaml", text);
    let (project, ran) = planted(project, &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.all());
    assert!(ran.stdout.contains("[secret:PLANTED]…"), "{}", ran.stdout);
    assert!(!ran.all().contains(&SECRET[..6]), "{}", ran.all());
    assert_clean(&project, &ran);
}

/// A walk on the simulator, with a picture that is uploaded in JSON.
#[test]
fn a_walk_with_a_picture_leaves_none() {
    let text = "scenario: A walk\nprocess: face-onboarding\nsession:\n  create-token: { parameters: { firstName: Hildegard, id: X7200451 } }\nsteps:\n  - activity: introduction\n  - activity: capture-consent\n  - activity: capture-face\n    with: { image: clear.jpg }\n    expect: quality-failure\n";
    let project = TestProject::bare()
        .file("flowproof.yaml", settings(hostile()).replace("default: target", "default: simulator"));
    let project = project.file("scenarios/a.yaml", text.replace(", id: X7200451", ""));
    let (project, ran) = planted(project, &["--verbose"]);
    assert_eq!(ran.code, Some(1), "{}", ran.all());
    assert!(!ran.stderr.contains("leak"), "{}", ran.stderr);
    assert_clean(&project, &ran);
}

#[test]
fn images_are_kept_where_that_is_said() {
    let project = TestProject::bare().file("flowproof.yaml", settings(hostile()));
    let (project, ran) = planted(project.file("scenarios/a.yaml", SCENARIO), &["--keep-images"]);
    assert!(!ran.stderr.contains("leak"), "{}", ran.stderr);
    let kept: Vec<PathBuf> = files(&project.path(".flowproof"))
        .into_iter()
        .filter(|path| path.parent().unwrap().ends_with("images"))
        .collect();
    let [kept] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!(std::fs::read(kept).unwrap(), face());
    let name = kept.file_name().unwrap().to_str().unwrap();
    let (sha256, extension) = name.split_once('.').unwrap();
    assert!(ran.events.contains(&sha256[..12]) && extension == "jpg", "{name}");
}

/// Runs a scenario whose server, which is somebody else, writes into the report while it is made.
fn leaking(leak: Vec<u8>) -> (TestProject, Ran) {
    let project = TestProject::bare();
    let report = project.path("out/events.ndjson");
    let address = scripted(None, move |_, line| {
        // The handshake comes before there is a report.
        if line.contains("/_flowproof") {
            return Turn::Cut;
        }
        let mut file = std::fs::OpenOptions::new().write(true).open(&report).unwrap();
        // Far behind what the run will write itself.
        file.seek(SeekFrom::Start(1 << 21)).unwrap();
        file.write_all(&[b"\nmore ", leak.as_slice(), b" here\n"].concat()).unwrap();
        Turn::Say(json(
            "200 OK",
            "",
            &format!(r#"{{"firstName": "{NAME}", "portrait": "{}"}}"#, STANDARD.encode(face())),
        ))
    });
    let text = "scenario: A leak\nsecrets: { planted: \"{{ env.PLANTED }}\" }\nsteps:\n  - request: GET /thing\n    with: { headers: { x: \"{{ secrets.planted }}\" } }\n";
    planted(project.file("flowproof.yaml", settings(address)).file("scenarios/a.yaml", text), &[])
}

#[test]
fn a_leak_is_found_in_each_encoding_and_fails_the_run() {
    let secret = forms(SECRET.as_bytes()).into_iter().map(|form| ("secret:PLANTED", form));
    let name = forms(NAME.as_bytes()).into_iter().map(|form| ("personal:firstName", form));
    let picture = forms(&face()).into_iter().map(|form| ("image/jpeg sha256 ", form));
    for (label, form) in secret.chain(name).chain(picture) {
        let (project, ran) = leaking(form.clone());
        let shown = String::from_utf8_lossy(&form[..form.len().min(80)]).into_owned();
        // What is upper-cased is derived by nobody here.
        if form == SECRET.to_uppercase().into_bytes() {
            continue;
        }
        assert_eq!(ran.code, Some(1), "{shown}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("leak: out/events.ndjson:") && ran.stderr.contains(label),
            "{shown}: {}",
            ran.stderr
        );
        assert!(!ran.stderr.contains(SECRET) && !ran.stderr.contains(NAME), "{}", ran.stderr);
        assert!(!project.path("out/events.ndjson").exists() && project.path("out/events.ndjson.leaked").exists());
    }
}

#[test]
fn the_summary_of_a_workflow_is_looked_through() {
    let project = TestProject::bare().file("flowproof.yaml", settings(hostile())).file("scenarios/a.yaml", SCENARIO);
    let summary = project.path("summary.md");
    let run = |said: &str| {
        std::fs::write(&summary, said).unwrap();
        let mut command = project.command(&["run", "--report", "github"]);
        let output = command.env("PLANTED", SECRET).env("GITHUB_STEP_SUMMARY", &summary).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(!run("said before\n").contains("leak"));
    let told = run(&format!("{SECRET}\n"));
    assert!(told.contains("leak: summary.md:1 holds secret:PLANTED"), "{told}");
    assert!(!summary.exists() && project.path("summary.md.leaked").exists());
}

#[cfg(unix)]
#[test]
fn what_leaks_is_moved_aside_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (project, ran) = leaking(SECRET.into());
    insta::assert_snapshot!(
        "leak",
        ran.stderr.lines().filter(|line| !line.contains("secret:PLANTED")).collect::<Vec<_>>().join("\n")
    );
    let mode = std::fs::metadata(project.path("out/events.ndjson.leaked")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (_, ran) = leaking(b"nothing".to_vec());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}
