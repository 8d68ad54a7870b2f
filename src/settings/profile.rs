use std::time::Duration;

use super::shared::REPLACED;
use super::{Defaults, MAX_RETRIES};
use crate::diagnostic::Diagnostics;
use crate::scenario::Variable;
use crate::source::{Sources, Spanned};
use crate::yaml::{Form, Key, Node, Shape, Shaped};

/// A named way to run: what would else be arguments of every run.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name, for `--profile`.
    pub name: Spanned<String>,
    /// The environment that is run against.
    pub env: Option<Spanned<String>>,
    /// Tags as `--tag` takes them.
    pub tags: Vec<Spanned<String>>,
    /// How many scenarios run at a time.
    pub jobs: Option<usize>,
    /// How long one request may take.
    pub timeout: Option<Duration>,
    /// How long one scenario may take.
    pub scenario_timeout: Option<Duration>,
    /// How often a scenario that errored is run again.
    pub retries: Option<u32>,
    /// How long the run may take.
    pub run_timeout: Option<Duration>,
    /// What variables of the settings are instead of their own.
    pub vars: Vec<Variable>,
}

pub(super) static PROFILE: Shape = Shape::new(
    "profile",
    "a profile",
    "A named way to run, for `--profile`. An argument replaces what it says of the same.",
    &[
        Key::new("env", Form::Text, "the environment, as `--env`").such_as(&["staging"]),
        Key::new(
            "tags",
            Form::OneOrMany(&Form::Text),
            "which scenarios, as `--tag`: one of these, and none with a `!`",
        )
        .such_as(&["[nightly, \"!slow\"]"]),
        Key::new("jobs", Form::Integer(1, 10_000), "how many scenarios run at a time").such_as(&["16"]),
        Key::new("timeout", Form::Duration, "how long one request may take").such_as(&["60s"]),
        Key::new("scenario-timeout", Form::Duration, "how long one scenario may take, its `after` not included")
            .such_as(&["30m"]),
        Key::new("retries", Form::Integer(0, MAX_RETRIES), "how often a scenario that errored is run again as a whole")
            .such_as(&["2"]),
        Key::new("run-timeout", Form::Duration, "how long the run may take").such_as(&["6h"]),
        REPLACED,
    ],
);

impl Profile {
    pub(super) fn read(
        name: &Spanned<String>,
        node: &Node,
        sources: &Sources,
        found: &mut Diagnostics,
    ) -> Option<Self> {
        let fields = Shaped::of(node, &PROFILE, found)?;
        Some(Self {
            name: name.clone(),
            env: fields.text("env", found),
            tags: fields.texts("tags", found),
            jobs: fields.integer("jobs", found).map(|jobs| jobs.value as usize),
            timeout: fields.duration("timeout", found).map(|timeout| timeout.value),
            scenario_timeout: fields.duration("scenario-timeout", found).map(|timeout| timeout.value),
            retries: fields.integer("retries", found).map(|retries| retries.value as u32),
            run_timeout: fields.duration("run-timeout", found).map(|timeout| timeout.value),
            vars: Variable::read_of(&fields, "vars", sources, found),
        })
    }

    /// The defaults of a run that it is for.
    pub fn over(&self, defaults: Defaults) -> Defaults {
        Defaults {
            timeout: self.timeout.unwrap_or(defaults.timeout),
            scenario_timeout: self.scenario_timeout.unwrap_or(defaults.scenario_timeout),
            jobs: self.jobs.or(defaults.jobs),
            retries: self.retries.unwrap_or(defaults.retries),
            retry_failed: defaults.retry_failed,
            run_timeout: self.run_timeout.or(defaults.run_timeout),
        }
    }
}
