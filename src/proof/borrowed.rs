use std::collections::BTreeMap;

use serde_json::Value;

use super::HappyPath;
use crate::catalogue::{Activity, Input, InputType};
use crate::scenario::{Body, Given, GivenInputs, Scenario, StepExpectation, StepKind};
use crate::source::{normal_path, relative_path};

/// What other scenarios give to activities that then succeed, so that a new one need not begin with invented values.
#[derive(Debug, Default)]
pub struct Borrowed {
    scenarios: Vec<Lender>,
}

/// The values of one scenario, by activity and input.
#[derive(Debug)]
struct Lender {
    folder: String,
    values: BTreeMap<(String, String), Value>,
}

impl Borrowed {
    /// Takes note of what a scenario gives; `folder` is that of its file.
    pub fn add(&mut self, scenario: &Scenario, folder: &str) {
        let mut lender = Lender { folder: folder.to_owned(), values: BTreeMap::new() };
        for step in scenario.steps() {
            if let StepKind::Activity { name, with, .. } = &step.kind
                && step.on.is_empty()
            {
                lender.add(&name.value, with, step.expect.as_ref());
            }
        }
        if let Body::Answers(answers) = &scenario.body {
            for entry in &answers.entries {
                for answer in entry.visits.all().iter().filter(|answer| answer.on.is_empty()) {
                    lender.add(&entry.key.value, &answer.with, answer.expect.as_ref());
                }
            }
        }
        self.scenarios.push(lender);
    }

    /// Forgets the files of which something holds, by their paths below the root.
    pub fn forget_files(&mut self, is_meant: impl Fn(&str) -> bool) {
        for lender in &mut self.scenarios {
            let folder = lender.folder.clone();
            let path = |value: &Value| normal_path(&format!("{folder}{}", value.as_str()?));
            lender.values.retain(|_, value| !path(value).is_some_and(|path| is_meant(&path)));
        }
    }

    /// Orders those that are most like a walk to the front.
    pub(super) fn sort(&mut self, path: &HappyPath<'_>) {
        self.scenarios.sort_by_key(|lender| std::cmp::Reverse(lender.likeness(path)));
    }

    /// The value that an input is given elsewhere; files as they are seen from `folder`.
    pub(super) fn value(&self, activity: &Activity, input: &Input, folder: &str) -> Option<Value> {
        let key = (activity.name.value.clone(), input.name.value.clone());
        let (lender, value) = self.scenarios.iter().find_map(|lender| Some((lender, lender.values.get(&key)?)))?;
        match (&input.kind, value) {
            (InputType::File { .. }, Value::String(path)) => {
                let path = normal_path(&format!("{}{path}", lender.folder))?;
                Some(relative_path(folder, &path).into())
            }
            _ => Some(value.clone()),
        }
    }
}

impl Lender {
    /// What is given by a step that expects a success. The first is kept.
    fn add(&mut self, activity: &str, with: &GivenInputs, expect: Option<&StepExpectation>) {
        let fails = expect.is_some_and(|expect| {
            expect.code.is_some() || expect.outcome.iter().any(|outcome| outcome.value != Activity::SUCCESS)
        });
        for (name, given) in with.iter().filter(|_| !fails) {
            if let Given::Value(template) = given
                && let Some(value) = template.as_literal()
            {
                self.values.entry((activity.to_owned(), name.value.clone())).or_insert_with(|| value.clone());
            }
        }
    }

    /// How many inputs of a walk it gives the same, less those that it gives otherwise.
    fn likeness(&self, path: &HappyPath<'_>) -> i64 {
        let given =
            path.stops.iter().flat_map(|stop| stop.given.iter().map(|(input, value)| (stop.activity, *input, value)));
        given
            .map(|(activity, input, value)| {
                match self.values.get(&(activity.name.value.clone(), input.name.value.clone())) {
                    None => 0,
                    // Which file it is was not decided.
                    Some(_) if value.is_null() => 1,
                    Some(own) if own == value => 2,
                    Some(_) => -3,
                }
            })
            .sum()
    }
}
