use std::time::Duration;

use super::shape::AWAIT;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::expect::BodyExpectation;
use crate::source::{Sources, Span};
use crate::template::{Reference, Template};
use crate::yaml::{Entry, Kind, Node, Shaped};

/// How long a call is awaited where nothing is said.
const DEADLINE: Duration = Duration::from_secs(30);

/// A call of the engine that a step awaits.
#[derive(Clone, Debug)]
pub struct Awaited {
    /// Its path, behind `listener.url`.
    pub path: Template,
    /// What its body must be like; other calls are left for other steps.
    pub condition: Option<BodyExpectation>,
    /// How long it may take to come, in real time.
    pub deadline: Duration,
}

impl Awaited {
    /// A text is a path, a mapping says more.
    pub(super) fn read(entry: &Entry, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let Kind::Mapping(_) = entry.value.kind else {
            let path = read_path(&entry.value, sources, found)?;
            return Some(Self { path, condition: None, deadline: DEADLINE });
        };
        let fields = Shaped::of(&entry.value, &AWAIT, found)?;
        let path = fields.node("path").and_then(|node| read_path(node, sources, found));
        let condition = fields.node("where").map(|node| BodyExpectation::read(node, "body", sources, found));
        let deadline = fields.duration("deadline", found).map_or(DEADLINE, |deadline| deadline.value);
        Some(Self { path: path?, condition, deadline })
    }

    /// What stands for it in a frame.
    pub fn place(&self) -> Span {
        self.path.span()
    }

    /// Everything that its condition reads.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.condition.iter().flat_map(BodyExpectation::references)
    }
}

fn read_path(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Option<Template> {
    let text = node.text("the path of a call", found)?.value;
    let wrong = |message: String, help: &str| Diagnostic::new(Id::WRONG_VALUE, message).at(node.span).help(help);
    if !text.starts_with('/') {
        let help = "it begins with `/`, and follows `listener.url` in what the engine is told: `/hooks/consent`";
        found.push(wrong(format!("`{text}` is no path of a call"), help));
        return None;
    }
    if let Some((path, _)) = text.split_once('?').filter(|(path, _)| !path.contains("{{")) {
        found.push(wrong("a call is awaited by its path, whatever its query".to_owned(), &format!("write `{path}`")));
        return None;
    }
    Some(Template::read(node, sources, found))
}
