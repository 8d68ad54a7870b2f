use serde_json::Value;

use super::happy::{UNDECIDED, placeholder};
use super::{Borrowed, HappyPath, Stop};
use crate::catalogue::{Activity, Input, InputType};
use crate::source::Sources;
use crate::yaml::written;

/// The column at which remarks begin.
const REMARKS: usize = 44;

/// What a new scenario is made of.
pub struct Skeleton<'a> {
    /// What it shows, as a sentence.
    pub title: &'a str,
    /// Its process.
    pub process: &'a str,
    /// Its catalogue, where the project has several.
    pub catalogue: Option<&'a str>,
    /// The schema of scenarios, relative to its file, for editors.
    pub schema: Option<&'a str>,
    /// The folder of its file, with a closing `/`.
    pub folder: &'a str,
    /// The walk.
    pub path: &'a HappyPath<'a>,
    /// The texts that the catalogue was read from.
    pub sources: &'a Sources,
}

/// Writes a scenario that walks a happy path. Inputs that are needed have a value, the others stand in comments.
pub fn skeleton(of: &Skeleton<'_>, mut borrowed: Borrowed) -> String {
    borrowed.sort(of.path);
    let mut text = String::new();
    if let Some(schema) = of.schema {
        text += &format!("# yaml-language-server: $schema={schema}\n");
    }
    text += &format!("scenario: {}\n", written(&of.title.into()));
    text += &format!("process: {}\n", written(&of.process.into()));
    if let Some(catalogue) = of.catalogue {
        text += &format!("catalogue: {}\n", written(&catalogue.into()));
    }
    text += "steps:\n";
    for stop in &of.path.stops {
        step(of, stop, &borrowed, &mut text);
    }
    text += &format!("expect:\n  instance: {}\n", written(&of.path.state.into()));
    text
}

fn step(of: &Skeleton<'_>, stop: &Stop<'_>, borrowed: &Borrowed, text: &mut String) {
    let activity = stop.activity;
    line(text, &format!("  - activity: {}", activity.name.value), &activity.title);
    if !activity.inputs.is_empty() {
        let nothing = stop.given.is_empty();
        line(text, if nothing { "    # with:" } else { "    with:" }, "");
        // What is given first, so that no comment stands between.
        let (given, optional): (Vec<&Input>, Vec<&Input>) =
            activity.inputs.iter().partition(|input| stop.given.iter().any(|(other, _)| other.name == input.name));
        for input in given {
            let value = stop.given.iter().find(|(other, _)| other.name == input.name).map(|(_, value)| value);
            let value = value_of(activity, input, value.unwrap_or(&Value::Null), borrowed, of.folder);
            line(text, &format!("      {}: {}", input.name.value, written(&value)), &remark(input));
        }
        for input in optional {
            let indent = if nothing { "    #   " } else { "      # " };
            line(text, &format!("{indent}{}: {}", input.name.value, example(input, of.sources)), &remark(input));
        }
    }
    let others = activity.outcomes.iter().filter(|outcome| outcome.name.value != Activity::SUCCESS);
    let others: Vec<String> = others
        .map(|outcome| match outcome.codes.as_slice() {
            [] => outcome.name.value.clone(),
            codes => {
                let codes: Vec<String> = codes.iter().map(i64::to_string).collect();
                format!("{} ({})", outcome.name.value, codes.join(", "))
            }
        })
        .collect();
    let others = if others.is_empty() { String::new() } else { format!("or {}", others.join(", ")) };
    line(text, &format!("    # expect: {}", Activity::SUCCESS), &others);
}

/// The value of an input that is needed: what another scenario gives, where the walk leaves it open.
fn value_of(activity: &Activity, input: &Input, decided: &Value, borrowed: &Borrowed, folder: &str) -> Value {
    let open = match &input.kind {
        InputType::File { .. } => true,
        InputType::Text | InputType::Any => decided == UNDECIDED,
        _ => false,
    };
    let known = open.then(|| borrowed.value(activity, input, folder)).flatten();
    match (&input.kind, known) {
        (_, Some(value)) => value,
        (InputType::File { media, .. }, None) => {
            let ending = match media.first().map_or("", String::as_str) {
                "image/jpeg" => "jpg",
                media => media.rsplit('/').next().filter(|ending| !ending.is_empty()).unwrap_or("bin"),
            };
            format!("{}.{ending}", input.name.value).into()
        }
        (_, None) => decided.clone(),
    }
}

/// What an input that may be left out could be given: its default, else something of its type.
fn example(input: &Input, sources: &Sources) -> String {
    match (&input.default, input.one_of.first()) {
        (Some(default), _) => match default.as_literal() {
            Some(value) => written(value),
            // As the catalogue writes it.
            None => sources.text(default.span()).to_owned(),
        },
        (None, Some(first)) => written(first),
        // What may be left out is off then.
        (None, None) if input.kind == InputType::Boolean => written(&false.into()),
        (None, None) => written(&placeholder(&input.kind)),
    }
}

/// What an input takes, for people.
fn remark(input: &Input) -> String {
    let mut kind = match &input.kind {
        InputType::File { media, max_bytes } => {
            let media = if media.is_empty() { String::new() } else { format!("{}, ", media.join(", ")) };
            format!("file: {media}at most {}", size(*max_bytes))
        }
        kind => word(kind).to_owned(),
    };
    if !input.one_of.is_empty() {
        let values: Vec<String> = input.one_of.iter().map(written).collect();
        kind = format!("one of {}", values.join(", "));
    }
    let required = if input.required && input.default.is_none() { "; required" } else { "" };
    let title = if input.title.is_empty() { String::new() } else { format!(". {}", input.title) };
    format!("{kind}{required}{title}")
}

fn word(kind: &InputType) -> &'static str {
    match kind {
        InputType::Text => "text",
        InputType::Integer => "whole number",
        InputType::Number => "number",
        InputType::Boolean => "true or false",
        InputType::Map => "map",
        InputType::List => "list",
        InputType::DateTime => "instant, ISO 8601",
        InputType::Duration => "length of time",
        InputType::Country => "country, ISO 3166-1",
        InputType::File { .. } => "file",
        InputType::Any => "anything",
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes >= 1_000_000 && bytes % 100_000 == 0 => format!("{} MB", bytes as f64 / 1e6),
        bytes if bytes >= 1_000 && bytes % 100 == 0 => format!("{} kB", bytes as f64 / 1e3),
        bytes => format!("{bytes} bytes"),
    }
}

/// A line with its remark.
fn line(text: &mut String, line: &str, remark: &str) {
    match remark {
        "" => text.push_str(line),
        remark => {
            let gap = REMARKS.saturating_sub(line.chars().count()).max(2);
            // A remark must not begin another line.
            let remark = remark.split_whitespace().collect::<Vec<_>>().join(" ");
            text.push_str(&format!("{line}{:gap$}# {remark}", ""));
        }
    }
    text.push('\n');
}
