use std::collections::HashMap;

use super::Reader;
use super::reader::{CODES, ELEMENT, NAMED, TITLE};
use super::simulated::SIMULATED;
use super::value::{BY_TYPE, ONE_OF, TYPED};
use super::when::WHEN;
use crate::catalogue::{Activity, Ensure, Input, Keep, Outcome, RequestUse, When};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Sources, Spanned};
use crate::yaml::{Entry, Form, ID, Key, Names, Node, Shape, Shaped};

pub(super) static ACTIVITY: Shape = Shape::new(
    "activity",
    "the activity",
    "A named interaction of a process, or a call around one.",
    &[
        TITLE,
        ELEMENT,
        Key::new("inputs", Form::Map(NAMED, &Form::Shape(&INPUT)), "what a step may give in `with:`")
            .such_as(&["{ image: { type: file, media: [image/jpeg], required: true } }"]),
        Key::required("requests", Form::List(&Form::Shape(&REQUEST)), "what is sent, in this order")
            .such_as(&["[{ exchange: upload-image }, { exchange: continue }]"]),
        Key::new(
            "keep",
            Form::Map(Names::Like(&ID), &Form::Shape(&KEEP)),
            "what a successful answer gives to the session, read as `session.NAME`",
        )
        .such_as(&["{ instance: { from: \"{{ answer.instance }}\" } }"]),
        Key::new("ensure", Form::List(&Form::Shape(&ENSURE)), "what must hold of every successful answer")
            .such_as(&["[{ that: \"{{ answer.id is string }}\", otherwise: the answer has no id }]"]),
        Key::new("simulated", Form::Shape(&SIMULATED), "how the simulator plays the element"),
        Key::required(
            "outcomes",
            Form::Map(NAMED, &Form::Shape(&OUTCOME)),
            "the named classes of the last request's answer, tried in order; `success` must be among them",
        )
        .such_as(&["{ success: { when: { status: 200 } }, refused: { when: { status: 4xx } } }"]),
    ],
);

/// What an input may say, of an activity or of a fragment.
pub static INPUT: Shape = Shape::new(
    "input",
    "the input",
    "What a step may give to an activity.",
    &[
        TYPED,
        TITLE,
        Key::new("required", Form::Boolean, "whether it must be given").or("false"),
        Key::new("secret", Form::Boolean, "whether its value is hidden in all outputs").or("false"),
        Key::new("personal", Form::Boolean, "whether its value is personal data, and masked in all outputs")
            .or("false"),
        Key::new(
            "default",
            Form::Any,
            "its value where none is given; a template over `session`, `position`, `process`",
        )
        .such_as(&["ACTIVE", "\"{{ session.token }}\""]),
        ONE_OF,
    ],
)
.further(BY_TYPE);

static REQUEST: Shape = Shape::new(
    "request",
    "a request",
    "A request of an activity.",
    &[
        Key::required("exchange", Form::Text, "which one of the wire").such_as(&["upload-image"]),
        Key::new("name", Form::Text, "its answer is `responses.NAME` in the step; the exchange's name")
            .such_as(&["upload"]),
        Key::new("if", Form::Text, "the input without which the request is left out").such_as(&["image"]),
        Key::new(
            "with",
            Form::Map(Names::Free, &Form::Any),
            "the parameters of the exchange; without it each input is the parameter of the same name",
        )
        .such_as(&["{ image: \"{{ inputs.image }}\" }"]),
    ],
);

static KEEP: Shape = Shape::new(
    "keep",
    "the kept",
    "What a successful answer gives to the session.",
    &[
        Key::required("from", Form::Any, "a template over `answer`, `inputs` and `session`")
            .such_as(&["\"{{ answer.id }}\""]),
        Key::new("secret", Form::Boolean, "whether it is hidden in all outputs").or("false"),
    ],
);

static ENSURE: Shape = Shape::new(
    "ensure",
    "an item of `ensure`",
    "What must hold of every successful answer.",
    &[
        Key::required("that", Form::Any, "a template that must be true").such_as(&["\"{{ answer.id is string }}\""]),
        Key::required("otherwise", Form::Text, "what is said where it is not").such_as(&["the answer has no id"]),
    ],
);

static OUTCOME: Shape = Shape::new(
    "outcome",
    "the outcome",
    "A named class of an activity's answer.",
    &[
        Key::required("when", Form::Shape(&WHEN), "when an answer is of it")
            .such_as(&["{ status: 200, code: { exists: false } }"]),
        CODES,
        Key::new("errors", Form::OneOrMany(&Form::Text), "the BPMN error codes as which a diagram draws it")
            .such_as(&["QUALITY_FAILED"]),
    ],
);

impl Input {
    /// Reads the declaration of an input, for whatever takes it.
    pub fn read(entry: &Entry, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        Reader { sources, found, selectors: HashMap::new() }.input(entry)
    }
}

impl Reader<'_> {
    pub fn activity(&mut self, entry: &Entry) -> Option<Activity> {
        let name = entry.key.clone();
        let fields = Shaped::named(&entry.value, &ACTIVITY, &name, self.found)?;
        let title = self.title(&fields);
        let element = self.element(&fields, &name);
        let inputs = self.named(&fields, "inputs").into_iter().filter_map(|entry| self.input(entry)).collect();
        fields.node("requests").iter().for_each(|node| self.filled(node, "`requests`"));
        let requests = fields.list("requests", self.found).iter().filter_map(|node| self.request(node)).collect();
        let keep = fields.map("keep", self.found).iter().filter_map(|entry| self.keep(entry)).collect();
        let ensure = fields.list("ensure", self.found).iter().filter_map(|node| self.ensure(node)).collect();
        let simulated = fields.inside("simulated", self.found);
        let simulated = simulated.map(|simulated| self.simulated(&simulated)).unwrap_or_default();
        let outcomes = fields.node("outcomes").map(|_| self.outcomes(&fields, &name)).unwrap_or_default();
        Some(Activity { name, title, element, inputs, requests, keep, ensure, simulated, outcomes })
    }

    fn input(&mut self, entry: &Entry) -> Option<Input> {
        let name = entry.key.clone();
        let fields = Shaped::named(&entry.value, &INPUT, &name, self.found)?;
        let kind = self.kind(&fields);
        let title = self.title(&fields);
        let required = self.flag(&fields, "required");
        let (secret, personal) = (self.flag(&fields, "secret"), self.flag(&fields, "personal"));
        let default = fields.node("default").map(|node| (self.template(node), node.span));
        let one_of = kind.as_ref().map(|kind| self.one_of(&fields, kind)).unwrap_or_default();
        if let (Some(kind), Some((template, span))) = (&kind, &default)
            && let Some(literal) = template.as_literal()
        {
            self.typed(literal.clone(), *span, "the default", kind);
            self.listed(literal, *span, kind, &one_of);
        }
        if let (true, Some((_, span))) = (required, &default) {
            let one = Diagnostic::new(Id::WRONG_VALUE, format!("the required input `{}` has a default", name.value));
            self.found.push(one.at(*span).help("remove `required`, or the default, which is never used"));
        }
        Some(Input {
            name,
            title,
            kind: kind?,
            required,
            default: default.map(|(template, _)| template),
            one_of,
            secret,
            personal,
        })
    }

    fn request(&mut self, node: &Node) -> Option<RequestUse> {
        let fields = Shaped::of(node, &REQUEST, self.found)?;
        let exchange = fields.text("exchange", self.found);
        let name = self.plain(&fields, "name");
        let condition = fields.text("if", self.found);
        let with = fields.node("with").map(|_| {
            let entries = fields.map("with", self.found).iter();
            entries.map(|entry| (entry.key.clone(), self.template(&entry.value))).collect()
        });
        let exchange = exchange?;
        Some(RequestUse { name: name.unwrap_or_else(|| exchange.value.clone()), exchange, condition, with })
    }

    fn keep(&mut self, entry: &Entry) -> Option<Keep> {
        let name = entry.key.clone();
        let identifier = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !identifier {
            let message = format!("`{}` cannot be read in a template", name.value);
            let one = Diagnostic::new(Id::WRONG_ID, message).at(name.span);
            self.found.push(one.help("write lower-case letters, digits and underscores"));
        }
        let fields = Shaped::named(&entry.value, &KEEP, &name, self.found)?;
        let (from, secret) = (self.template_of(&fields, "from"), self.flag(&fields, "secret"));
        Some(Keep { name, from: from?, secret })
    }

    fn ensure(&mut self, node: &Node) -> Option<Ensure> {
        let fields = Shaped::of(node, &ENSURE, self.found)?;
        let (that, otherwise) = (self.template_of(&fields, "that"), fields.text("otherwise", self.found));
        Some(Ensure { that: that?, otherwise: otherwise?.value })
    }

    fn outcomes(&mut self, fields: &Shaped, activity: &Spanned<String>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let mut codes = Vec::new();
        let entries = self.named(fields, "outcomes");
        if !entries.iter().any(|entry| entry.key.value == Activity::SUCCESS) {
            let message = format!("the activity `{}` has no outcome `{}`", activity.value, Activity::SUCCESS);
            let one = Diagnostic::new(Id::CATALOGUE_INCOMPLETE, message).at(activity.span);
            self.found.push(one.help("a step that expects nothing expects that outcome"));
        }
        for entry in entries {
            let name = entry.key.clone();
            let Some(fields) = Shaped::named(&entry.value, &OUTCOME, &name, self.found) else { continue };
            let when = fields.node("when").map_or_else(When::default, |node| self.when(node));
            let own = self.codes(&fields);
            let errors = self.plain_texts(&fields, "errors");
            let plain = own.iter().map(|code| code.value).collect();
            codes.push((name.value.clone(), own));
            outcomes.push(Outcome { name, when, codes: plain, errors });
        }
        self.distinct_codes(codes.iter().map(|(name, codes)| (name.as_str(), codes.as_slice())));
        outcomes
    }
}
