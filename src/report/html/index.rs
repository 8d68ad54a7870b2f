use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::kind::Kind;
use super::packed::packed;
use super::past::PastRun;
use crate::event::{EventKind, Problem};
use crate::report::StoredScenario;

/// Scenarios of one part of the list. In memory is one part as it is, and those before it packed.
const PART: usize = 2_000;
/// Most bytes of the messages of a scenario in the list, where they are searched.
const MESSAGES: usize = 600;

/// What the page's list knows of each scenario, packed part by part, each column by itself since that packs best.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Packed, with the number of the first scenario.
    parts: Vec<(usize, String)>,
    part: Part,
    first: usize,
}

#[derive(Debug, Default, Serialize)]
struct Part {
    id: Vec<String>,
    title: Vec<String>,
    /// A letter for each scenario: what it came to, or how that is to be taken.
    kind: String,
    millis: Vec<u64>,
    attempts: Vec<u32>,
    /// The number of the group of its cause; -1 if it has none.
    cause: Vec<i64>,
    /// Messages of its problems, or why it was skipped.
    told: Vec<String>,
    /// A letter for each earlier run, the latest last.
    past: Vec<String>,
    owner: Vec<i64>,
    process: Vec<i64>,
    tags: Vec<Vec<i64>>,
    activities: Vec<Vec<i64>>,
    /// What stands in the last four, by number.
    names: Vec<String>,
    #[serde(skip)]
    numbers: HashMap<String, i64>,
}

impl Index {
    /// Takes the next scenario.
    ///
    /// # Errors
    /// None but of memory.
    pub fn add(&mut self, scenario: &StoredScenario, group: Option<usize>, past: &[PastRun]) -> io::Result<()> {
        self.part.add(scenario, group, past);
        if self.part.id.len() == PART { self.pack() } else { Ok(()) }
    }

    /// Writes all parts.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.pack()?;
        for (first, part) in self.parts {
            writeln!(out, "<script type=\"text/plain\" data-list=\"{first}\">{part}</script>")?;
        }
        Ok(())
    }

    fn pack(&mut self) -> io::Result<()> {
        let part = std::mem::take(&mut self.part);
        if !part.id.is_empty() {
            self.parts.push((self.first, packed(&serde_json::to_vec(&part)?)?));
            self.first += part.id.len();
        }
        Ok(())
    }
}

impl Part {
    fn add(&mut self, scenario: &StoredScenario, group: Option<usize>, past: &[PastRun]) {
        self.id.push(scenario.id.clone());
        self.cause.push(group.and_then(|group| i64::try_from(group).ok()).unwrap_or(-1));
        self.past.push(past.iter().map(|run| run.kind().letter()).collect());
        // What is told of one that does not begin or does not end.
        let (mut title, mut owner, mut process, mut tags) = (scenario.id.as_str(), -1, -1, Vec::new());
        let (mut kind, mut took, mut tries, mut messages) = (Kind::Unfinished, 0.0, 1, String::new());
        let mut activities = Vec::new();
        for event in &scenario.events {
            match &event.kind {
                EventKind::ScenarioStarted { title: told, tags: all, process: of, owner: who, attempt, .. } => {
                    title = told;
                    tries = *attempt;
                    owner = who.as_ref().map_or(-1, |who| self.name(who));
                    process = of.as_ref().map_or(-1, |of| self.name(of));
                    tags = all.iter().map(|tag| self.name(tag)).collect();
                }
                EventKind::OutcomeRead { activity, .. } if !scenario.finished => activities.push(self.name(activity)),
                EventKind::ScenarioRetried { problems, .. } => messages = told(problems),
                EventKind::ScenarioFinished { millis, walk, others, problems, reason, .. } => {
                    kind = Kind::of(&event.kind);
                    took = *millis;
                    let all = others.iter().flat_map(|other| &other.walk).chain(walk);
                    activities.extend(all.map(|visit| self.name(&visit.activity)));
                    // Of a flaky one, what was wrong before.
                    if !problems.is_empty() {
                        messages = told(problems);
                    }
                    if let Some(reason) = reason {
                        messages += reason;
                    }
                }
                _ => {}
            }
        }
        activities.sort_unstable();
        activities.dedup();
        self.title.push(title.to_owned());
        self.kind.push(kind.letter());
        self.millis.push(took.max(0.0).round() as u64);
        self.attempts.push(tries);
        self.told.push(messages);
        self.owner.push(owner);
        self.process.push(process);
        self.tags.push(tags);
        self.activities.push(activities);
    }

    fn name(&mut self, name: &str) -> i64 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as i64;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

fn told(problems: &[Problem]) -> String {
    let mut told = problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("\n");
    told.truncate(told.floor_char_boundary(MESSAGES));
    told
}
