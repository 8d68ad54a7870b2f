use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Diagnostics, Element, Id, rules};
use crate::source::Spanned;
use crate::yaml::{Form, Key, Node, Shape, Shaped};

/// A process definition of the project.
#[derive(Clone, Debug)]
pub struct ProcessUse {
    /// Its name, as scenarios use it and as it is deployed on the target.
    pub name: Spanned<String>,
    /// Its BPMN file, relative to the project's root.
    pub file: Spanned<String>,
    /// Findings about it that do not count for a while.
    pub accept: Vec<Accepted>,
}

/// A finding about a process definition, or several, that does not count for a while.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The id of the rule.
    pub rule: Spanned<String>,
    /// The element that the finding is about; without one, all that the rule finds.
    pub element: Option<Spanned<String>>,
    /// Why.
    pub reason: Spanned<String>,
    /// The last day on which it does not count, in UTC.
    pub until: Spanned<Date>,
    /// Where it is followed up.
    pub ticket: Option<Spanned<String>>,
}

/// Rooms whose rules are about process definitions.
const ROOMS: [&str; 2] = ["lint/", "process/"];

/// A process, as the settings list it.
pub(super) static PROCESS_USE: Form = Form::Either(&[Form::Text, Form::Shape(&PROCESS)]);

static PROCESS: Shape = Shape::new(
    "process",
    "a process",
    "A process definition, with what is accepted about it.",
    &[
        Key::required("file", Form::Text, "its BPMN file").such_as(&["processes/onboarding.bpmn"]),
        Key::new(
            "accept",
            Form::List(&Form::Shape(&ACCEPTED)),
            "findings of `process lint` that do not count, each until a day",
        )
        .such_as(&[
            "[{ rule: lint/no-timer, element: ask, reason: People answer in their own time, until: 2027-01-31 }]",
        ]),
    ],
);

static ACCEPTED: Shape = Shape::new(
    "accepted",
    "an accepted finding",
    "A finding of `process lint`, or all of a rule, that does not count for a while.",
    &[
        Key::required("rule", Form::Text, "the id of the rule, as findings show it").such_as(&["lint/no-timer"]),
        Key::new("element", Form::Text, "the id of the element that it is about; left out, all that the rule finds")
            .such_as(&["Activity_0w8d"]),
        Key::required("reason", Form::Text, "why, for who reads it").such_as(&["People answer in their own time"]),
        Key::required("until", Form::Text, "the last day on which it does not count").such_as(&["2027-01-31"]),
        Key::new("ticket", Form::Text, "where it is followed up").such_as(&["ONB-12"]),
    ],
);

impl ProcessUse {
    pub(super) fn read(name: &Spanned<String>, node: &Node, found: &mut Diagnostics) -> Option<Self> {
        let name = name.clone();
        if node.as_mapping().is_none() {
            return Some(Self { name, file: node.text("a process", found)?, accept: Vec::new() });
        }
        let fields = Shaped::of(node, &PROCESS, found)?;
        let accept = fields.list("accept", found).iter().filter_map(|node| Accepted::read(node, found)).collect();
        Some(Self { name, file: fields.text("file", found)?, accept })
    }
}

impl Accepted {
    fn read(node: &Node, found: &mut Diagnostics) -> Option<Self> {
        let fields = Shaped::of(node, &ACCEPTED, found)?;
        let (rule, element) = (fields.text("rule", found), fields.text("element", found));
        let (reason, until) = (fields.text("reason", found), fields.date("until", found));
        let ticket = fields.text("ticket", found);
        let rule = rule.filter(|rule| is_known(rule, found))?;
        Some(Self { rule, element, reason: reason?, until: until?, ticket })
    }

    /// Whether it is about a finding.
    pub fn covers(&self, finding: &Diagnostic) -> bool {
        let is_of = |element: &Element| self.element.as_ref().is_none_or(|named| named.value == element.id);
        finding.id.as_str() == self.rule.value && finding.element.as_ref().map_or(self.element.is_none(), is_of)
    }

    /// Whether what it is about counts again.
    pub fn is_expired(&self, today: Date) -> bool {
        today > self.until.value
    }

    /// What it is about, as a sentence names it.
    pub fn called(&self) -> String {
        match &self.element {
            Some(element) => format!("`{}` of `{}`", self.rule.value, element.value),
            None => format!("`{}`", self.rule.value),
        }
    }
}

/// Whether there is a rule of this name; reports if there is none.
fn is_known(rule: &Spanned<String>, found: &mut Diagnostics) -> bool {
    let known =
        || rules().iter().map(|rule| rule.id.as_str()).filter(|id| ROOMS.iter().any(|room| id.starts_with(room)));
    let is_known = known().any(|id| id == rule.value);
    if !is_known {
        let message = format!("there is no rule `{}` about processes", rule.value);
        let one = Diagnostic::new(Id::ACCEPTED_RULE, message).at(rule.span);
        found.push(one.meant(rule.span, &rule.value, known()));
    }
    is_known
}
