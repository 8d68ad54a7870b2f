use std::sync::Arc;

use serde_json::{Value, json};

use super::{PlannedFile, Rows, exercises};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, suggest};
use crate::scenario::{Scenario, StepKind};
use crate::source::{Sources, Span, Spanned};
use crate::template::{Scope, Template};

/// What a filter is called in messages.
const NAME: &str = "--filter";
/// What it can read of a scenario.
const ROOTS: [&str; 13] = [
    "id",
    "path",
    "title",
    "tags",
    "owner",
    "covers",
    "process",
    "catalogue",
    "activities",
    "outcomes",
    "codes",
    "case",
    "skip",
];

/// An expression over a scenario that tells whether it is meant.
#[derive(Clone, Debug)]
pub struct Filter {
    expression: Template,
}

impl Filter {
    /// Reads an expression.
    pub fn parse(text: &str, sources: &mut Sources, found: &mut Diagnostics) -> Option<Self> {
        let before = found.errors();
        // The braces are added so that the text is an expression; they are the frame's first and last signs.
        let written = format!("{{{{ {text} }}}}");
        let span = Span::new(sources.add(NAME, written.clone()), 0, written.len());
        let expression = Template::parse(&written, span, found);
        for call in expression.calls() {
            let one = Diagnostic::new(Id::FILTER, "a filter calls no function").at(call.span);
            found.push(one.help("compare what is known of the scenario: `'face' in tags and case.kind == 'photo'`"));
        }
        for reference in expression.references().iter().filter(|one| !ROOTS.contains(&one.path[0].as_str())) {
            let one = Diagnostic::new(Id::FILTER, format!("a scenario has no `{}`", reference.path[0]));
            found.push(one.at(reference.span).help_if(suggest(&reference.path[0], ROOTS)));
        }
        (found.errors() == before).then_some(Self { expression })
    }

    /// Keeps the scenarios of a file that are meant.
    ///
    /// # Errors
    /// Why it cannot be told of one.
    pub fn narrow(&self, file: &mut PlannedFile, sources: &Sources) -> Result<(), Box<Diagnostic>> {
        let scope = facts(file, sources);
        let meant = |planned: super::Planned| -> Result<bool, Box<Diagnostic>> {
            let case = planned.case.as_ref().map(crate::scenario::Case::values).unwrap_or_default();
            let title = planned.title();
            let scope = scope.clone().with("id", json!(planned.id)).with("title", json!(title));
            match self.expression.evaluate(&scope.with("case", Value::Object(case))) {
                Ok(evaluated) => evaluated.value.as_bool().ok_or_else(|| {
                    let message =
                        format!("a filter gives `true` or `false`, and of `{}` {}", planned.id, evaluated.value);
                    Box::new(Diagnostic::new(Id::FILTER, message).at(self.expression.span()))
                }),
                // What a scenario does not have cannot be what is asked for.
                Err(error) if error.diagnostic().id == Id::TEMPLATE_UNDEFINED => Ok(false),
                Err(error) => Err(Box::new(error.into_diagnostic())),
            }
        };
        let mut kept = Vec::new();
        let rows: Vec<u32> = match &file.rows {
            Rows::Single | Rows::None => Vec::new(),
            Rows::All(table) => (0..table.len() as u32).collect(),
            Rows::Some(_, rows) => rows.clone(),
        };
        let mut any = false;
        for (at, planned) in file.iter(sources).enumerate() {
            if meant(planned)? {
                any = true;
                kept.extend(rows.get(at));
            }
        }
        file.rows = match &file.rows {
            Rows::Single if any => return Ok(()),
            Rows::Single | Rows::None => Rows::None,
            Rows::All(table) | Rows::Some(table, _) => Rows::Some(table.clone(), kept),
        };
        Ok(())
    }
}

/// What is the same for all scenarios of a file.
fn facts(file: &PlannedFile, sources: &Sources) -> Scope {
    let scenario = &*file.scenario(sources);
    let exercised =
        exercises(scenario, &file.fragments, file.folder(), file.catalogue.as_deref(), file.definition.as_deref());
    let mut activities: Vec<&str> = exercised.iter().map(|one| one.activity.as_str()).collect();
    activities.extend(named(file, scenario));
    activities.sort_unstable();
    activities.dedup();
    let outcomes: Vec<&str> = exercised.iter().map(|one| one.outcome.as_str()).collect();
    let codes: Vec<i64> = exercised.iter().filter_map(|one| one.code).collect();
    let texts = |all: &[Spanned<String>]| all.iter().map(|one| Value::from(one.value.as_str())).collect::<Vec<_>>();
    let text = |one: Option<&Spanned<String>>| one.map_or(Value::Null, |one| Value::from(one.value.as_str()));
    Scope::new(jiff::Timestamp::UNIX_EPOCH, Arc::new(uuid::Uuid::nil))
        .with("path", json!(&*file.path))
        .with("tags", Value::Array(texts(&scenario.tags)))
        .with("owner", text(scenario.owner.as_ref()))
        .with("covers", Value::Array(texts(&scenario.covers)))
        .with("process", text(scenario.process.as_ref()))
        .with("catalogue", json!(file.catalogue.as_ref().map(|catalogue| &catalogue.name.value)))
        .with("activities", json!(activities))
        .with("outcomes", json!(outcomes))
        .with("codes", json!(codes))
        .with("skip", text(scenario.standing.skip.as_ref().map(|skip| &skip.reason)))
}

fn named<'a>(file: &'a PlannedFile, scenario: &'a Scenario) -> impl Iterator<Item = &'a str> {
    let steps = file.fragments.steps_of(scenario, file.folder());
    steps.into_iter().filter_map(|(step, _)| match &step.kind {
        StepKind::Activity { name, .. } => Some(name.value.as_str()),
        _ => None,
    })
}
