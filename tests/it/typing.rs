//! Pages that a reader types as they are written: files that are shown are written, commands are given, and what is shown to
//! come of them must come.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::documentation::words;
use crate::project::{TestProject, shipped};

/// Stands for lines that are not shown.
const LEFT_OUT: &str = "…";

/// A fenced block of a page: what stands behind the language, and the lines.
struct Block<'a> {
    language: &'a str,
    name: &'a str,
    text: String,
    line: usize,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut open): (Vec<Block>, bool) = (Vec::new(), false);
    for (at, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), open) {
            (Some(_), true) => open = false,
            (Some(head), false) => {
                let (language, name) = head.split_once(' ').unwrap_or((head, ""));
                blocks.push(Block { language, name, text: String::new(), line: at + 2 });
                open = true;
            }
            (None, true) => blocks.last_mut().unwrap().text += &format!("{line}\n"),
            (None, false) => {}
        }
    }
    blocks
}

/// What differs from run to run is written alike.
fn plain(text: &str) -> String {
    let patterns = [
        (r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:…"),
        (r"\d+ (ms|s) \(\d+ scenarios/s\)", "… ms"),
        (r"[\d.]+ m?s\b", "… ms"),
        (r"\d+ µs\b", "… ms"),
        (r"seed    \d+ \(the same data again: --seed \d+\)", "seed …"),
    ];
    patterns.iter().fold(text.to_owned(), |text, (pattern, plain)| {
        regex::Regex::new(pattern).unwrap().replace_all(&text, *plain).into_owned()
    })
}

/// Whether lines are those that are shown, where some may be left out.
fn fits(shown: &[String], given: &[String]) -> bool {
    match shown.split_first() {
        None => given.is_empty(),
        Some((line, rest)) if line == LEFT_OUT => (0..=given.len()).any(|skip| fits(rest, &given[skip..])),
        Some((line, rest)) => given.first() == Some(line) && fits(rest, &given[1..]),
    }
}

fn lines(text: &str) -> Vec<String> {
    let lines = plain(text).lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// What a command tells on both of its streams, as a terminal shows it, and its exit code.
fn together(command: &mut Command) -> (String, i32) {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut child = command.stdout(writer.try_clone().unwrap()).stderr(writer).spawn().unwrap();
    // The command holds the other end as well; it would never be at its end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut told = String::new();
    reader.read_to_string(&mut told).unwrap();
    (told, child.wait().unwrap().code().unwrap_or(-1))
}

/// Types a page into an empty folder. Gives how many commands were given, and the last output.
#[track_caller]
fn typed(page: &str) -> (usize, String) {
    let text = std::fs::read_to_string(shipped().join(page)).unwrap();
    let project = TestProject::new();
    let (mut folder, mut count, mut last, mut code) = (String::new(), 0, String::new(), 0);
    for Block { language, name, text, line } in blocks(&text) {
        let here = project.path(&folder);
        if !name.is_empty() {
            let path = here.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
            continue;
        }
        if language != "console" {
            continue;
        }
        for part in format!("\n{text}").split("\n$ ").skip(1) {
            let (command, shown) = part.split_once('\n').unwrap_or((part, ""));
            let words = words(command);
            count += 1;
            let given = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
                ["cd", inner] => {
                    folder = Path::new(&folder).join(inner).to_string_lossy().into_owned();
                    String::new()
                }
                ["cat", file] => std::fs::read_to_string(project.path(&folder).join(file)).unwrap(),
                ["echo", "$?"] => format!("{code}\n"),
                ["flowproof", arguments @ ..] => {
                    let (told, exit) = together(project.command(arguments).current_dir(project.path(&folder)));
                    code = exit;
                    told
                }
                other => panic!("{page}:{line}: no reader of this test can type `{other:?}`"),
            };
            let (shown, lines) = (lines(shown), lines(&given));
            assert!(
                fits(&shown, &lines),
                "{page}: the block at line {line} shows of `{command}`:\n{}\n\nand what comes is:\n{}",
                shown.join("\n"),
                lines.join("\n")
            );
            last = given;
        }
    }
    (count, last)
}

#[test]
fn the_settings_are_as_documented() {
    let (count, _) = typed("docs/settings.md");
    assert!(count > 3, "{count} commands");
}

#[test]
fn a_bad_night_is_as_documented() {
    let (count, last) = typed("docs/simulator.md");
    assert_eq!(count, 3);
    assert!(last.ends_with("2 errored, 0 passed of 2 scenarios\n"), "{last}");
}

#[test]
fn unattended_runs_are_as_documented() {
    let (count, _) = typed("docs/nights.md");
    assert!(count > 8, "{count} commands");
}

/// The tutorial ends with the output that it shows.
#[test]
fn the_tutorial_can_be_typed() {
    let (count, last) = typed("docs/tutorial.md");
    assert!(count > 15, "{count} commands");
    assert!(last.ends_with("5 scenarios passed\n"), "{last}");
}

#[test]
fn lines_may_be_left_out_and_nothing_else() {
    let all = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert!(fits(&all("a … d"), &all("a b c d")) && fits(&all("… d"), &all("d")) && fits(&all("a b"), &all("a b")));
    assert!(!fits(&all("a … d"), &all("a b c")) && !fits(&all("a"), &all("a b")) && !fits(&all("a b"), &all("a")));
}
