use std::path::Path;
use std::process::{Command, Stdio};

use super::world;
use crate::history::Origin;

/// The variables in which build servers name a revision and its branch; the first that is there counts.
const REVISIONS: [&str; 5] = ["GITHUB_SHA", "CI_COMMIT_SHA", "BUILDKITE_COMMIT", "CIRCLE_SHA1", "GIT_COMMIT"];
const BRANCHES: [&str; 6] =
    ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BUILDKITE_BRANCH", "CIRCLE_BRANCH", "GIT_BRANCH"];

/// Where the files of a project come from: as the build server says, else as git does.
pub(super) fn origin(root: &Path) -> Origin {
    let environment = world::environment();
    let named = |names: &[&str]| names.iter().find_map(|name| environment.get(*name)).filter(|text| !text.is_empty());
    match named(&REVISIONS) {
        Some(revision) => Origin { revision: Some(revision.clone()), branch: named(&BRANCHES).cloned() },
        None => of_git(root).unwrap_or_default(),
    }
}

fn of_git(root: &Path) -> Option<Origin> {
    // Whoever is no repository is not asked.
    root.ancestors().find(|folder| folder.join(".git").exists())?;
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["rev-parse", "HEAD", "--abbrev-ref", "HEAD"]);
    let output =
        git.stdin(Stdio::null()).stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut lines = text.lines().map(str::to_owned);
    // Where no branch is checked out, git says `HEAD`.
    Some(Origin { revision: lines.next(), branch: lines.next().filter(|branch| branch != "HEAD") })
}

/// A file as it was in a revision; `path` is below `root`.
///
/// # Errors
/// What git says, or that it cannot be asked.
pub(super) fn file_at(root: &Path, revision: &str, path: &str) -> Result<String, String> {
    let mut git = Command::new("git");
    // An option is none of a revision.
    let object = format!("{revision}:./{path}");
    git.arg("-C").arg(root).args(["show", "--end-of-options", &object]).stdin(Stdio::null());
    let output = git.output().map_err(|error| format!("git cannot be asked for `{revision}`: {error}"))?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        let told = told.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
        return Err(format!("there is no `{path}` in `{revision}`: {told}"));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{path}` in `{revision}` is not UTF-8"))
}
