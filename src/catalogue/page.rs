use super::{Activity, Automatic, Failure, Input, InputType, Outcome, Selector};
use serde_json::Value;

impl Activity {
    /// What there is to know of it for who writes a step, as Markdown.
    pub fn page(&self) -> String {
        let mut page = heading(&self.title, &self.name.value);
        section(&mut page, "Inputs", self.inputs.iter().map(Input::line));
        section(&mut page, "Outcomes", self.outcomes.iter().map(Outcome::line));
        section(&mut page, "In diagrams", self.element.iter().map(Selector::line));
        page
    }
}

impl Automatic {
    /// What there is to know of it for who tells a simulator, as Markdown.
    pub fn page(&self) -> String {
        let mut page = heading(&self.title, &self.name.value);
        section(&mut page, "Ways to fail", self.failures.iter().map(Failure::line));
        section(&mut page, "In diagrams", self.element.iter().map(Selector::line));
        page
    }
}

impl Input {
    /// What it must be, in a few words: `file (image/jpeg, image/png)`, `text: PASSPORT, ID_CARD`.
    pub fn what(&self) -> String {
        let name = self.kind.word();
        match &self.kind {
            InputType::File { media, .. } if !media.is_empty() => format!("{name} ({})", media.join(", ")),
            _ if self.one_of.is_empty() => name.to_owned(),
            _ => format!("{name}: {}", self.one_of.iter().map(told).collect::<Vec<_>>().join(", ")),
        }
    }

    /// Whether it must be given, and what holds otherwise.
    pub fn condition(&self) -> String {
        let default = self.default.as_ref().map(|default| match default.as_literal() {
            Some(value) => format!("default {}", told(value)),
            None => "has a default".to_owned(),
        });
        let required = if self.required { "required" } else { "optional" };
        let mut text = default.unwrap_or_else(|| required.to_owned());
        if self.secret {
            text += ", secret";
        }
        text
    }

    /// A line on it, as Markdown.
    pub fn line(&self) -> String {
        let title = if self.title.is_empty() { String::new() } else { format!(". {}", self.title) };
        format!("`{}`: {}; {}{title}", self.name.value, self.what(), self.condition())
    }
}

impl Outcome {
    /// A line on it, as Markdown: its codes, and the errors as which diagrams draw it.
    pub fn line(&self) -> String {
        let drawn = self.errors.iter().map(|error| format!("`{error}`")).collect::<Vec<_>>();
        let drawn = (!drawn.is_empty()).then(|| format!("drawn as {}", drawn.join(", ")));
        line(&self.name.value, [codes(&self.codes), drawn])
    }
}

impl Failure {
    /// A line on it, as Markdown: its codes, and the error that it raises.
    pub fn line(&self) -> String {
        let raised = self.error.as_ref().map(|error| format!("raises `{error}`"));
        line(&self.name.value, [codes(&self.codes), raised])
    }
}

impl Selector {
    fn line(&self) -> String {
        match self {
            Self::Name(name) => format!("called “{name}”"),
            Self::Attribute { name, value } => format!("`{name}: {value}`"),
        }
    }
}

impl InputType {
    /// Its word in catalogues.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Map => "map",
            Self::List => "list",
            Self::DateTime => "date-time",
            Self::Duration => "duration",
            Self::Country => "country",
            Self::File { .. } => "file",
            Self::Any => "any",
        }
    }
}

fn heading(title: &str, name: &str) -> String {
    if title.is_empty() { format!("`{name}`\n") } else { format!("**{title}** (`{name}`)\n") }
}

fn section(page: &mut String, heading: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.map(|line| format!("- {line}\n")).collect();
    if !lines.is_empty() {
        *page += &format!("\n{heading}:\n{}", lines.concat());
    }
}

fn line<const N: usize>(name: &str, remarks: [Option<String>; N]) -> String {
    let remarks: Vec<String> = remarks.into_iter().flatten().collect();
    if remarks.is_empty() { format!("`{name}`") } else { format!("`{name}`: {}", remarks.join("; ")) }
}

fn codes(codes: &[i64]) -> Option<String> {
    let all: Vec<String> = codes.iter().map(i64::to_string).collect();
    match all.as_slice() {
        [] => None,
        [one] => Some(format!("code {one}")),
        _ => Some(format!("codes {}", all.join(", "))),
    }
}

fn told(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
