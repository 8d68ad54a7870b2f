use std::collections::BTreeMap;

use serde::Deserialize;

use crate::event::{Event, EventKind, StopRecord, Verdict};
use crate::process::{Move, MoveKind, lengthen};

/// What one scenario did to processes.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The scenario, by id.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// The process that it names, if it names one.
    pub process: Option<String>,
    /// What it came to.
    pub verdict: Verdict,
    /// How many activities were done at elements of processes.
    pub visits: usize,
    /// What became of each process instance, in the order in which they were seen.
    pub trails: Vec<Trail>,
}

/// What became of a process instance, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trail {
    /// Every move of it.
    Moves(Vec<MoveKind>),
    /// Where it was seen to stand, and whether it has ended behind that.
    Stops(Vec<StopRecord>, bool),
}

impl Observation {
    /// One instance that was moved by hand: what a generator tries out.
    pub fn of_moves(scenario: &str, moves: impl IntoIterator<Item = MoveKind>) -> Self {
        Self {
            scenario: scenario.to_owned(),
            title: String::new(),
            process: None,
            verdict: Verdict::Passed,
            visits: 0,
            trails: vec![Trail::Moves(moves.into_iter().collect())],
        }
    }

    /// Whether the scenario passed.
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Passed
    }

    /// Whether it went through a process, and it is not known how.
    pub fn is_silent(&self) -> bool {
        self.visits > 0 && self.trails.is_empty()
    }

    /// Adds what the same scenario did in another run.
    pub fn join(&mut self, other: Self) {
        self.verdict = self.verdict.max(other.verdict);
        self.visits += other.visits;
        self.trails.extend(other.trails);
    }

    /// What the events of a scenario tell; of several attempts, those of the last.
    pub fn of_events(scenario: &str, events: &[Event]) -> Self {
        let mut found = Self {
            scenario: scenario.to_owned(),
            title: String::new(),
            process: None,
            verdict: Verdict::Aborted,
            visits: 0,
            trails: Vec::new(),
        };
        let mut instances: BTreeMap<&str, usize> = BTreeMap::new();
        for event in events {
            match &event.kind {
                EventKind::ScenarioStarted { title, process, .. } => {
                    (found.title, found.process) = (title.clone(), process.clone());
                    found.trails.clear();
                    instances.clear();
                }
                EventKind::ScenarioFinished { verdict, walk, others, .. } => {
                    found.verdict = *verdict;
                    found.visits = walk.len() + others.iter().map(|other| other.walk.len()).sum::<usize>();
                }
                EventKind::TokenMoved { instance, movement, .. } => {
                    // A move of a kind that is not known yet tells nothing here.
                    let Ok(Move { kind, .. }) = Move::deserialize(movement) else { continue };
                    let at = *instances.entry(instance).or_insert_with(|| {
                        found.trails.push(Trail::Moves(Vec::new()));
                        found.trails.len() - 1
                    });
                    if let Trail::Moves(moves) = &mut found.trails[at] {
                        moves.push(kind);
                    }
                }
                EventKind::InstanceWalked { moves: Some(moves), .. } => {
                    found.trails.extend(lengthen(moves).ok().map(Trail::Moves));
                }
                EventKind::InstanceWalked { stops, ended, .. } => {
                    found.trails.push(Trail::Stops(stops.clone(), *ended))
                }
                _ => {}
            }
        }
        found
    }
}
