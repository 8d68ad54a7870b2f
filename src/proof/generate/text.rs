use serde_json::{Map as Members, Value, json};

use super::generated::Generated;
use super::played::{Deed, Played, Stop};
use super::script::{Lines, script};
use super::title::{deviations, file_name, means, title};
use crate::catalogue::{Activity, Input, InputType};
use crate::process::NodeIndex;
use crate::proof::happy::UNDECIDED;
use crate::proof::{Borrowed, Map};
use crate::source::relative_path;
use crate::yaml::written;

/// What the end of a process is called in `next:`.
const END: &str = "end";
/// The tag of what was generated.
const TAG: &str = "generated";

/// A scenario to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioFile {
    /// The name of its file.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// A file that scenarios send and that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixture {
    /// The name of the file.
    pub name: String,
    /// The media type.
    pub media: String,
}

/// How scenarios are written.
pub struct Writing<'a> {
    /// The definition and the catalogue.
    pub map: &'a Map,
    /// The process as scenarios name it.
    pub process: &'a str,
    /// The catalogue, where the project has several.
    pub catalogue: Option<&'a str>,
    /// The schema of scenarios, relative to the folder, for editors.
    pub schema: Option<&'a str>,
    /// The folder below the project's root, with a closing `/`.
    pub folder: &'a str,
    /// What other scenarios give.
    pub borrowed: &'a Borrowed,
}

impl Writing<'_> {
    /// The scenarios of some walks, in their order, and the files that they send and that must be written beside them.
    pub fn files(&self, generated: &Generated) -> (Vec<ScenarioFile>, Vec<Fixture>) {
        let mut fixtures = Vec::new();
        let all = generated.walks.len();
        let files = generated.walks.iter().enumerate().map(|(at, played)| {
            let said = deviations(self.map, generated, played);
            let title = title(self.process, &said, at == 0);
            let text = self.scenario(&title, played, &mut fixtures);
            ScenarioFile { name: format!("{}.yaml", file_name(at, all, &said)), text }
        });
        (files.collect(), fixtures)
    }

    fn scenario(&self, title: &str, played: &Played, fixtures: &mut Vec<Fixture>) -> String {
        let mut text = String::new();
        if let Some(schema) = self.schema {
            text += &format!("# yaml-language-server: $schema={schema}\n");
        }
        text += &format!("scenario: {}\ntags: [{TAG}]\n", written(&title.into()));
        text += &format!("process: {}\n", written(&self.process.into()));
        if let Some(catalogue) = self.catalogue {
            text += &format!("catalogue: {}\n", written(&catalogue.into()));
        }
        let (whole, steps) = script(self.map, played);
        let start = self.start(played);
        if !start.is_empty() || !whole.is_empty() {
            text += "simulate:\n";
            if !start.is_empty() {
                text += &format!("  start: {}\n", written(&Value::Object(start)));
            }
            simulate(&whole, "  ", &mut text);
        }
        text += if played.stops.is_empty() { "steps: []\n" } else { "steps:\n" };
        for (stop, lines) in played.stops.iter().zip(&steps) {
            self.step(stop, lines, fixtures, &mut text);
        }
        text + &format!("expect:\n  instance: {}\n", written(&played.state.as_str().into()))
    }

    /// The variables at the start, but for what a session without parameters gives.
    fn start(&self, played: &Played) -> Members<String, Value> {
        let token = self.map.catalogue().session.simulated.token_parameters.as_deref();
        let mut start = Members::new();
        for (name, value) in &played.start {
            match value {
                Value::Object(members) if token == Some(name) => {
                    start.extend(members.iter().map(|(member, value)| (format!("{name}.{member}"), value.clone())));
                }
                value => drop(start.insert(name.clone(), value.clone())),
            }
        }
        start
    }

    fn step(&self, stop: &Stop, lines: &Lines, fixtures: &mut Vec<Fixture>, text: &mut String) {
        let Some(activity) = self.map.activity_at(stop.node) else { return };
        let (given, outcome, code) = match &stop.deed {
            Deed::Wait(millis) => {
                *text += &format!("  - wait: {}\n", duration(*millis));
                return;
            }
            Deed::Answer { given, outcome, code, .. } => (given, outcome, code),
        };
        *text += &format!("  - activity: {}\n", activity.name.value);
        if let Some(element) = means(self.map, stop.node) {
            *text += &format!("    element: {}\n", written(&element.into()));
        }
        let with: Members<String, Value> = given
            .iter()
            .map(|(at, value)| {
                let input = &activity.inputs[*at];
                (input.name.value.clone(), self.value(activity, input, value, fixtures))
            })
            .collect();
        if !with.is_empty() {
            *text += &format!("    with: {}\n", written(&Value::Object(with)));
        }
        if !lines.is_empty() {
            *text += "    simulate:\n";
            simulate(lines, "      ", text);
        }
        let mut expect = Members::new();
        expect.insert("outcome".to_owned(), json!(outcome));
        expect.extend(code.map(|code| ("code".to_owned(), json!(code))));
        expect.insert("next".to_owned(), json!(stop.next.map_or(END, |next| self.named(next))));
        *text += &format!("    expect: {}\n", written(&Value::Object(expect)));
    }

    /// The activity at which the process waits.
    fn named(&self, node: NodeIndex) -> &str {
        self.map.activity_at(node).map_or(END, |activity| &activity.name.value)
    }

    /// The value of an input: what another scenario gives, where the walk leaves it open.
    fn value(&self, activity: &Activity, input: &Input, decided: &Value, fixtures: &mut Vec<Fixture>) -> Value {
        let InputType::File { media, .. } = &input.kind else {
            let known = || self.borrowed.value(activity, input, self.folder);
            return if decided == UNDECIDED { known().unwrap_or_else(|| decided.clone()) } else { decided.clone() };
        };
        if let Some(known) = self.borrowed.value(activity, input, self.folder) {
            return known;
        }
        let media = media.first().cloned().unwrap_or_default();
        let ending = match media.as_str() {
            "image/jpeg" => "jpg",
            media => media.rsplit('/').next().filter(|ending| !ending.is_empty()).unwrap_or("bin"),
        };
        let name = format!("files/{}.{ending}", input.name.value);
        if fixtures.iter().all(|known: &Fixture| known.name != name) {
            fixtures.push(Fixture { name: name.clone(), media });
        }
        relative_path("", &name).into()
    }
}

fn simulate(lines: &Lines, indent: &str, text: &mut String) {
    for (key, value) in lines {
        *text += &format!("{indent}{}: {}\n", written(&key.as_str().into()), written(value));
    }
}

/// A length of time as ISO 8601 writes it.
fn duration(millis: u64) -> String {
    let seconds = millis.div_ceil(1_000);
    let (days, hours, minutes, seconds) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let part = |number: u64, unit: &str| if number == 0 { String::new() } else { format!("{number}{unit}") };
    let time = part(hours, "H") + &part(minutes, "M") + &part(seconds, "S");
    let day = part(days, "D");
    match (day.is_empty(), time.is_empty()) {
        (true, true) => "PT0S".to_owned(),
        (_, true) => format!("P{day}"),
        _ => format!("P{day}T{time}"),
    }
}
