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
