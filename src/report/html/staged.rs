use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;
use serde_json::json;

use super::packed::write_packed;
use super::stage::Stage;
use crate::event::EventKind;
use crate::process::draw::{Mark, Paint, Shade, draw};
use crate::process::graph::Folding;
use crate::proof::coverage::{Coverage, Criterion, Figure, Observation, State, Survey};
use crate::report::StoredScenario;
use crate::report::text::count;

/// What the page says of the processes.
const SKELETON: &str = include_str!("processes.html");
/// Most processes without a picture that are named.
const MOST_UNKNOWN: usize = 20;

/// What the scenarios of a run did on processes, added up as they go by.
pub(super) struct Stages<'a> {
    walked: Vec<Walked<'a>>,
    /// Processes that scenarios name and whose definition is not at hand.
    unknown: BTreeSet<String>,
}

struct Walked<'a> {
    stage: &'a Stage,
    survey: Survey<'a>,
    /// How many scenarios went through it.
    scenarios: u64,
    /// Of how many of them it is not known which way they went.
    silent: u64,
}

/// A process as the skeleton reads it.
#[derive(Serialize)]
struct Told<'a> {
    name: &'a str,
    /// The picture, without its style.
    picture: String,
    /// How much of it was gone through.
    figures: String,
    /// Why that is less than the whole truth.
    note: Option<String>,
}

impl<'a> Stages<'a> {
    pub fn of(stages: &'a [Stage]) -> Self {
        let walked = |stage: &'a Stage| Walked {
            stage,
            survey: Survey::of(&stage.definition, Folding::default()),
            scenarios: 0,
            silent: 0,
        };
        Self { walked: stages.iter().map(walked).collect(), unknown: BTreeSet::new() }
    }

    /// The style of pictures, which the page has once.
    pub fn style(&self) -> Option<String> {
        let picture = draw(&self.walked.first()?.stage.diagram, &Paint::none());
        Some(parted(&picture)?[1].to_owned())
    }

    /// Takes in what a scenario did: on the process that it names, or on that in which its moves begin.
    pub fn add(&mut self, scenario: &StoredScenario) {
        let observation = Observation::of_events(&scenario.id, &scenario.events);
        let known = |name: &String| self.walked.iter().any(|walked| walked.stage.name == *name);
        if let Some(process) = observation.process.as_ref().filter(|process| !known(process)) {
            if self.unknown.len() < MOST_UNKNOWN {
                self.unknown.insert(process.clone());
            }
            return;
        }
        for walked in &mut self.walked {
            let named = observation.process.as_ref().map(|process| *process == walked.stage.name);
            if named == Some(false) {
                continue;
            }
            let took = walked.survey.add(&observation);
            let silent = !took && named == Some(true) && went(scenario);
            walked.scenarios += u64::from(took || silent);
            walked.silent += u64::from(silent);
        }
    }

    /// Writes the processes that were gone through, painted, and what is known of their elements as packed data.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write(self, runs: &[String], out: &mut dyn Write) -> io::Result<()> {
        let (mut told, mut known) = (Vec::new(), Vec::new());
        for walked in self.walked.into_iter().filter(|walked| walked.scenarios > 0) {
            let Walked { stage, survey, scenarios, silent } = walked;
            let coverage = survey.conclude(&stage.name, runs.to_vec());
            let seen = !coverage.scenarios.is_empty();
            let picture = draw(&stage.diagram, &if seen { painted(&coverage) } else { Paint::none() });
            let picture =
                parted(&picture).map_or_else(|| picture.clone(), |[before, _, after]| [before, after].concat());
            told.push(Told {
                name: &stage.name,
                picture,
                figures: figures(&coverage, scenarios, seen),
                note: (silent > 0).then(|| unseen(silent)),
            });
            known.push(knowledge(&coverage, seen));
        }
        if told.is_empty() && self.unknown.is_empty() {
            return Ok(());
        }
        let mut environment = Environment::new();
        environment.add_template("processes.html", SKELETON).map_err(io::Error::other)?;
        let skeleton = environment.get_template("processes.html").map_err(io::Error::other)?;
        let context = Serde(json!({ "processes": told, "unknown": self.unknown }));
        out.write_all(skeleton.render(context).map_err(io::Error::other)?.as_bytes())?;
        known.iter().enumerate().try_for_each(|(place, known)| write_packed(out, "stage", place, known))
    }
}

/// Whether a scenario has done something in its process, by its own word.
fn went(scenario: &StoredScenario) -> bool {
    let walk = scenario.events.iter().rev().find_map(|event| match &event.kind {
        EventKind::ScenarioFinished { walk, .. } => Some(walk),
        _ => None,
    });
    walk.is_some_and(|walk| !walk.is_empty())
}

/// A picture before its style, the style, and what is behind it. Whatever else a picture has is escaped, so that the first style is
/// the only one.
fn parted(picture: &str) -> Option<[&str; 3]> {
    let (before, rest) = picture.split_once("<style>")?;
    let (style, after) = rest.split_once("</style>")?;
    Some([before, style, after])
}

fn painted(coverage: &Coverage) -> Paint {
    let mut paint = Paint::none();
    for element in &coverage.elements {
        let shade = match element.state {
            State::Covered => Shade::Covered,
            State::Partly => Shade::Partly,
            State::Uncovered => Shade::Uncovered,
            State::Infeasible => Shade::Infeasible,
        };
        paint.mark(&element.id, Mark::of(shade).hits(element.hits));
    }
    paint
}

/// `33 of 36 ways (91 %) and 9 of 9 activities (100 %) were gone through by 12 scenarios`.
fn figures(coverage: &Coverage, scenarios: u64, seen: bool) -> String {
    let by = count(scenarios, "scenario");
    let told = |criterion, noun| coverage.figure(criterion).and_then(|figure| share(figure, noun));
    let shares: Vec<String> =
        [told(Criterion::AllFlows, "ways"), told(Criterion::Activities, "activities")].into_iter().flatten().collect();
    if !seen || shares.is_empty() {
        return format!("{by} went through it");
    }
    format!("{} were gone through by {by}", shares.join(" and "))
}

fn share(figure: &Figure, noun: &str) -> Option<String> {
    let inferred = match figure.inferred {
        0 => String::new(),
        inferred => format!(", {inferred} of them inferred"),
    };
    Some(format!("{} of {} {noun} ({} %{inferred})", figure.covered, figure.of, figure.percent()?))
}

fn unseen(silent: u64) -> String {
    format!("Of {} it is not known which way they went: the engine does not tell it.", count(silent, "scenario"))
}

/// What the page knows of the elements: as a coverage has it, with the scenarios that are named.
fn knowledge(coverage: &Coverage, seen: bool) -> Vec<u8> {
    let elements = coverage.elements.iter();
    let named = elements.flat_map(|element| element.by.iter().chain(element.nearest.iter().map(|one| &one.scenario)));
    let named: BTreeSet<u32> = named.copied().collect();
    let id = |place: &u32| Some((*place, coverage.scenarios.get(*place as usize)?.id.as_str()));
    let scenarios: BTreeMap<u32, &str> = named.iter().filter_map(id).collect();
    let known =
        json!({ "name": coverage.process, "seen": seen, "elements": coverage.elements, "scenarios": scenarios });
    known.to_string().into_bytes()
}
