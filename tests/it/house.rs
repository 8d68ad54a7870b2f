use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::project::shipped;

/// The rooms, each before those that it may use. A room may use any that stands behind it, never one before it.
const ROOMS: [&str; 26] = [
    "cli",
    "lsp",
    "project",
    "prompt",
    "engine",
    "simulator",
    "report",
    "history",
    "http",
    "schema",
    "format",
    "plan",
    "check",
    "proof",
    "settings",
    "scenario",
    "catalogue",
    "event",
    "process",
    "script",
    "expect",
    "query",
    "template",
    "redact",
    "yaml",
    "diagnostic",
];
/// Behind all others.
const LAST: &str = "source";
/// The rooms that touch neither network, files, clock nor environment.
const CORE: [&str; 17] = [
    "schema",
    "format",
    "plan",
    "check",
    "proof",
    "settings",
    "scenario",
    "catalogue",
    "event",
    "process",
    "script",
    "expect",
    "query",
    "template",
    "redact",
    "yaml",
    "diagnostic",
];
const EFFECTS: [&str; 8] =
    ["tokio::", "std::fs", "std::env", "reqwest::", "axum::", "SystemTime", "Instant::now", "Timestamp::now"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The code of a file without its tests and comments.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn room(path: &Path) -> Option<String> {
    let below = path.strip_prefix(shipped().join("src")).ok()?;
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    (parts.len() > 1).then(|| parts[0].clone())
}

fn is_test(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "tests.rs" || name == "compliance.rs")
        || path.components().any(|part| part.as_os_str() == "tests")
}

fn rooms() -> BTreeMap<String, Vec<(PathBuf, String)>> {
    let mut rooms: BTreeMap<String, Vec<(PathBuf, String)>> = BTreeMap::new();
    for path in sources(&shipped().join("src")).into_iter().filter(|path| !is_test(path)) {
        if let Some(room) = room(&path) {
            let code = code(&path);
            rooms.entry(room).or_default().push((path, code));
        }
    }
    rooms
}

#[test]
fn dependencies_go_one_way() {
    let order = |room: &str| ROOMS.iter().chain([&LAST]).position(|known| *known == room);
    let mut wrong = BTreeSet::new();
    let rooms = rooms();
    for (room, files) in &rooms {
        let place = order(room).unwrap_or_else(|| panic!("the room `{room}` has no place in the house"));
        for (path, code) in files {
            for used in code.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                if order(&used).is_some_and(|other| other < place) {
                    wrong.insert(format!("{} uses {used}", path.display()));
                }
            }
        }
    }
    assert!(rooms.len() > 15);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_core_has_no_effects() {
    let mut wrong = Vec::new();
    for (room, files) in rooms().into_iter().filter(|(room, _)| CORE.contains(&room.as_str())) {
        for (path, code) in files {
            wrong.extend(
                EFFECTS
                    .iter()
                    .filter(|effect| code.contains(*effect))
                    .map(|effect| format!("{room}: {} {effect}", path.display())),
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_engine_is_known_to_the_code() {
    let catalogue = std::fs::read_to_string(shipped().join("catalogues/trustx.yaml")).unwrap();
    let mut words: BTreeSet<String> = ["trustx", "daon", "skyid"].map(str::to_owned).into();
    // Activities and automatic activities are the keys of two sections, their codes stand behind the attribute.
    let mut section = "";
    for line in catalogue.lines() {
        if !line.starts_with(' ') {
            section = line.split(':').next().unwrap_or_default();
        } else if matches!(section, "activities" | "automatic") && line.starts_with("  ") && !line.starts_with("   ") {
            let name = line.trim().split(':').next().unwrap_or_default();
            // Names that are ordinary words say nothing of an engine.
            if name.contains('-') {
                words.insert(format!("\"{name}\""));
            }
        }
        for code in line.split("skyId: ").skip(1) {
            let code: String = code.chars().take_while(char::is_ascii_alphanumeric).collect();
            if !code.is_empty() {
                words.insert(code.to_lowercase());
            }
        }
    }
    assert!(words.len() > 60, "{words:?}");
    let mut wrong = Vec::new();
    for path in sources(&shipped().join("src")).into_iter().filter(|path| !is_test(path)) {
        // Exchanges are told apart by roles, some of which are called like activities.
        let roles = path.ends_with("catalogue/decode/wire.rs");
        let text = code(&path).to_lowercase();
        wrong.extend(
            words
                .iter()
                .filter(|word| text.contains(*word) && !roles)
                .map(|word| format!("{}: {word}", path.display())),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_are_read_in_one_sitting() {
    let long = sources(&shipped().join("src")).into_iter().filter_map(|path| {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        (lines > 600).then(|| format!("{} has {lines} lines", path.display()))
    });
    assert_eq!(long.collect::<Vec<_>>(), [""; 0]);
}
