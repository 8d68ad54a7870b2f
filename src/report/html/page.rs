use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::block::Blocks;
use super::failing::Failing;
use super::group::Groups;
use super::index::Index;
use super::overview::{Overview, Sign};
use super::past::{MOST_PAST, PastRun};
use super::stage::Stage;
use super::staged::Stages;
use crate::report::problem::{describe, problem_text};
use crate::report::text::count;
use crate::report::{Look, ReportError, StoredRun};

/// The page up to its data.
const SKELETON: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
/// Before anything is painted.
const THEME: &str = include_str!("script/theme.js");
/// Behind the list, and before what happened in the scenarios, so that the list is there while that is still read.
const SCRIPT: &str = concat!(
    "\"use strict\";\n{\n",
    include_str!("script/element.js"),
    include_str!("script/words.js"),
    include_str!("script/data.js"),
    include_str!("script/address.js"),
    include_str!("script/list.js"),
    include_str!("script/value.js"),
    include_str!("script/exchange.js"),
    include_str!("script/step.js"),
    include_str!("script/view.js"),
    include_str!("script/stage.js"),
    include_str!("script/walk.js"),
    include_str!("script/scenario.js"),
    include_str!("script/keys.js"),
    include_str!("script/main.js"),
    "}\n",
);

/// Most scenarios that are told in plain HTML, for readers without a script and for paper.
const MOST_FAILURES: usize = 300;
/// Most problems of one of them.
const MOST_PROBLEMS: usize = 5;
/// Columns of their text.
const COLUMNS: usize = 100;

/// What the skeleton reads.
#[derive(Serialize)]
struct Skeleton<'a> {
    style: &'a str,
    /// The style of pictures, if there are any.
    drawn: Option<&'a str>,
    theme: &'a str,
    hashes: Hashes,
    overview: &'a Overview,
    failures: &'a [Failure],
    /// How many failures are not told.
    untold: Option<&'a str>,
}

/// By which the page's policy knows what it lets run.
#[derive(Serialize)]
struct Hashes {
    style: String,
    drawn: Option<String>,
    theme: String,
    script: String,
}

/// A scenario that did not pass, in plain HTML.
#[derive(Serialize)]
struct Failure {
    kind: Sign,
    title: String,
    id: String,
    owner: Option<String>,
    problems: Vec<String>,
}

/// Writes a run as one page, without what was before it and without its processes.
///
/// # Errors
/// As of [`html`].
pub(in crate::report) fn write(run: &StoredRun, out: &mut dyn Write) -> Result<(), ReportError> {
    html(run, &|_| Vec::new(), &[], out)
}

/// Writes a run as one page that needs nothing else. `past` gives the earlier runs of a scenario, the latest last; `stages` are
/// the processes whose definitions are known.
///
/// What is in memory is, beside the run's own index, the list of scenarios, compressed to some 40 bytes each, what
/// happened in as many scenarios as fill a block, and, where processes are known, what was gone through, with a line for each
/// scenario.
///
/// # Errors
/// If the run cannot be read, or the page cannot be written.
pub fn html(
    run: &StoredRun,
    past: &dyn Fn(&str) -> Vec<PastRun>,
    stages: &[Stage],
    out: &mut dyn Write,
) -> Result<(), ReportError> {
    let past = |id: &str| {
        let mut past = past(id);
        past.drain(..past.len().saturating_sub(MOST_PAST));
        past
    };
    let (mut groups, mut index) = (Groups::default(), Index::default());
    let (mut failures, mut untold) = (Vec::new(), 0);
    for scenario in run.outlines()? {
        let scenario = scenario?;
        let failing = Failing::of(&scenario);
        let group = failing.as_ref().and_then(|failing| groups.add(failing));
        match failing.filter(|failing| failing.kind.counts()) {
            Some(failing) if failures.len() < MOST_FAILURES => failures.push(Failure::of(&failing)),
            Some(_) => untold += 1,
            None => {}
        }
        index.add(&scenario, group, &past(&scenario.id)).map_err(ReportError::Output)?;
    }
    let untold = (untold > 0).then(|| format!("and {}", count(untold, "further scenario")));
    let mut stages = Stages::of(stages);
    let drawn = stages.style();
    let overview = Overview::of(run, groups);
    let head = skeleton(&overview, &failures, untold.as_deref(), drawn.as_deref()).map_err(ReportError::Output)?;
    out.write_all(head.as_bytes()).map_err(ReportError::Output)?;
    index.write(out).map_err(ReportError::Output)?;
    writeln!(out, "<script>{SCRIPT}</script>").map_err(ReportError::Output)?;
    let mut blocks = Blocks::new(out);
    for scenario in run.scenarios()? {
        let scenario = scenario?;
        stages.add(&scenario);
        blocks.add(&scenario, &past(&scenario.id)).map_err(ReportError::Output)?;
    }
    blocks.flush().map_err(ReportError::Output)?;
    // Behind everything, since only then it is known; the script shows it in the overview.
    let runs: Vec<String> = run.heads.iter().map(|head| head.run.clone()).collect();
    stages.write(&runs, out).map_err(ReportError::Output)?;
    out.write_all(b"</body>\n</html>\n").map_err(ReportError::Output)
}

fn skeleton(
    overview: &Overview,
    failures: &[Failure],
    untold: Option<&str>,
    drawn: Option<&str>,
) -> io::Result<String> {
    let mut environment = Environment::new();
    environment.add_template("page.html", SKELETON).map_err(io::Error::other)?;
    let page = environment.get_template("page.html").map_err(io::Error::other)?;
    let hashes = Hashes { style: hash(STYLE), drawn: drawn.map(hash), theme: hash(THEME), script: hash(SCRIPT) };
    let context = Skeleton { style: STYLE, drawn, theme: THEME, hashes, overview, failures, untold };
    page.render(Serde(context)).map_err(io::Error::other)
}

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

impl Failure {
    fn of(failing: &Failing<'_>) -> Self {
        let look = Look { width: COLUMNS, ..Look::plain() };
        let problems = failing.problems.iter().take(MOST_PROBLEMS).map(|problem| {
            let step = problem.step.and_then(|number| failing.step(number));
            let step = step.map(|step| format!("in {}\n", describe(step))).unwrap_or_default();
            problem_text(problem, &look) + &step
        });
        Self {
            kind: Sign::of(failing.kind),
            title: failing.title.to_owned(),
            id: failing.id.to_owned(),
            owner: failing.owner.map(str::to_owned),
            problems: problems.chain(failing.reason.map(str::to_owned)).collect(),
        }
    }
}
