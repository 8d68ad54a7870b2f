use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::actor::{Cast, Credential};
use super::control::iso;
use super::exchange::http_request;
use super::origin::Origin;
use super::problem::Trouble;
use super::run::{Numbers, Run};
use super::walker::Walker;
use crate::catalogue::Activity;
use crate::diagnostic::Diagnostics;
use crate::event::{Section, StepRecord};
use crate::http::{Request, record};
use crate::plan::{Planned, Rehearsal, RehearsedRequest, RehearsedStep};
use crate::scenario::{
    Answer, Answers, Body, Branch, Case, Given, RequestLine, SessionUse, Step, StepExpectation, StepKind, Use,
};
use crate::source::{Span, Spanned};
use crate::template::Template;

/// Stands for what only the run can tell.
pub(super) const UNKNOWN: &str = "‹known when it runs›";

/// About as many characters of an expectation are told.
const SHOWN: usize = 160;

/// Whether something stands for what only the run can tell.
pub(super) fn is_unknown(text: &str) -> bool {
    text.contains('‹')
}

impl Run {
    /// What a scenario would do. Nothing is sent.
    pub fn rehearse(&self, planned: &Planned) -> Rehearsal {
        let (sender, _) = mpsc::channel(1);
        let mut walker =
            Walker::new(self, planned, Numbers { scenario: 0, attempt: 1 }, self.target.client.clone(), sender);
        walker.rehearsing = true;
        walker.rehearse()
    }
}

/// Steps as they are rehearsed.
#[derive(Default)]
struct Told {
    steps: Vec<RehearsedStep>,
    problems: Vec<String>,
}

impl Walker<'_> {
    fn rehearse(mut self) -> Rehearsal {
        let scenario = self.planned.scenario.clone();
        let mut told = Told::default();
        self.learn_personal_data();
        let opened = self.take_secrets().and_then(|()| self.rehearse_opening(&mut told));
        self.note(opened, &mut told);
        self.section = Section::Before;
        self.rehearse_steps(&scenario.before, None, &mut told);
        self.section = Section::Steps;
        match &scenario.body {
            Body::Steps(steps) => self.rehearse_steps(steps, None, &mut told),
            Body::Answers(answers) => self.rehearse_answers(answers, &mut told),
        }
        self.section = Section::After;
        self.rehearse_steps(&scenario.after, None, &mut told);
        let redactor = &self.journal.redactor;
        let masked = |(name, value): (String, Value)| (name, redactor.mask_json(value));
        let shared = self.run.shared.clone();
        let vars = shared.vars.iter().chain(&scenario.vars).filter_map(|variable| {
            let name = &variable.name.value;
            self.memory
                .has_var(name)
                .then(|| self.scope().json(&["vars".to_owned(), name.clone()]))?
                .map(|value| (name.clone(), value))
        });
        let case = self.planned.case.as_ref().map(Case::values).unwrap_or_default();
        Rehearsal {
            id: self.planned.id.clone(),
            title: redactor.mask(&self.planned.title()).into_owned(),
            skipped: self.planned.skipped(&self.run.target.name, self.run.target.simulator),
            case: case.into_iter().map(masked).collect(),
            vars: vars.map(masked).collect::<Map<_, _>>(),
            steps: told.steps,
            expect: scenario.expect.as_ref().map(|expect| self.resolved(expect.span)),
            problems: told.problems.iter().map(|problem| redactor.mask(problem).into_owned()).collect(),
        }
    }

    /// Takes note of what goes wrong already.
    fn note(&self, result: Result<(), Trouble>, told: &mut Told) {
        if let Err(trouble) = result {
            let problem = trouble.0;
            let at = problem.excerpt.as_ref().map(|excerpt| format!(" ({})", excerpt.locate())).unwrap_or_default();
            told.problems.push(format!("{}{at}", problem.message));
        }
    }

    fn rehearse_opening(&mut self, told: &mut Told) -> Result<(), Trouble> {
        let scenario = self.planned.scenario.clone();
        if scenario.process.is_none() {
            return Ok(());
        }
        let catalogue = self.catalogue().clone();
        self.rehearse_session(scenario.session.opens(&catalogue.session.open).iter(), &scenario.session, told)
    }

    fn rehearse_session<'n>(
        &mut self,
        names: impl Iterator<Item = &'n Spanned<String>>,
        session: &SessionUse,
        told: &mut Told,
    ) -> Result<(), Trouble> {
        let catalogue = self.catalogue().clone();
        for name in names {
            let Some(activity) = catalogue.activity(&name.value) else { continue };
            let given = session.inputs.iter().find(|(activity, _)| activity.value == name.value);
            let given = given.map_or(&[][..], |(_, inputs)| inputs);
            let step = self.count(Section::Session, "activity", &name.value, None)?;
            let requests = self.rehearse_activity(activity, given)?;
            told.steps.push(RehearsedStep { requests, ..rehearsed(step) });
        }
        Ok(())
    }

    /// What opens the session of the one who acts, at its first step.
    fn rehearse_turn(&mut self, told: &mut Told) -> Result<(), Trouble> {
        let scenario = self.planned.scenario.clone();
        let actor = self.cast.turn().checked_sub(1).and_then(|number| scenario.actors.get(number));
        let Some(actor) = actor.filter(|_| self.cast.begin()) else { return Ok(()) };
        let names = self.meet_actor(actor)?;
        if names.is_empty() {
            return Ok(());
        }
        let within = self.within.replace(self.step);
        let opened = self.rehearse_session(names.iter(), &actor.session, told);
        self.within = within;
        opened
    }

    /// What an activity would send; what it keeps for the session is known to come from it.
    fn rehearse_activity(
        &mut self,
        activity: &Activity,
        given: &[(Spanned<String>, Given)],
    ) -> Result<Vec<RehearsedRequest>, Trouble> {
        let (inputs, scope) = self.activity_inputs(activity, given)?;
        self.count_visit(&activity.name.value);
        let catalogue = self.catalogue().clone();
        let mut requests = Vec::new();
        for request in &activity.requests {
            if request.condition.as_ref().is_some_and(|input| inputs.get(&input.value).is_none_or(Value::is_null)) {
                continue;
            }
            let Some(exchange) = catalogue.wire.exchange(&request.exchange.value) else { continue };
            let (params, files) = self.params(request, exchange, &inputs, &scope)?;
            let written = exchange.write_request(&self.run.target.base_url, &params);
            let mut wire = written.map_err(|error| Trouble::errored("run/request", error.to_string()))?;
            if is_unknown(&wire.url) && !wire.url.contains("://") {
                wire.url = self.below_base(&wire.url);
            }
            let mut request = http_request(wire)?;
            request.files = files;
            if exchange.credential {
                self.add_credential(&mut request)?;
            }
            requests.push(self.outline(&exchange.name.value, &request));
        }
        let name = &activity.name.value;
        let of_credential = catalogue.session.credential.as_ref().is_some_and(|credential| credential.value == *name);
        for keep in &activity.keep {
            self.keep_value(&keep.name.value, &json!(format!("‹{} of {name}›", keep.name.value)), false, of_credential);
        }
        if of_credential {
            self.hold(Credential { issued: self.elapsed(), ttl: None });
        }
        Ok(requests)
    }

    /// Something unknown as a path, so that it can be shown as one.
    pub(super) fn below_base(&self, unknown: &str) -> String {
        format!("{}/{unknown}", self.run.target.base_url)
    }

    fn outline(&self, name: &str, request: &Request) -> RehearsedRequest {
        let record = record::request("", request, &self.journal.redactor);
        let whole = record.url.strip_prefix(&self.run.target.base_url).unwrap_or(&record.url);
        // What stands for something unknown is to be read by people.
        let path = match whole.contains("%E2%80%B9") {
            true => percent_encoding::percent_decode_str(whole).decode_utf8_lossy().into_owned(),
            false => whole.to_owned(),
        };
        RehearsedRequest {
            name: name.to_owned(),
            method: record.method,
            path,
            headers: record.headers,
            body: record.body,
        }
    }

    fn rehearse_steps(&mut self, steps: &[Step], when: Option<&str>, told: &mut Told) {
        for step in steps {
            let actor = step.actor.as_ref().map_or(self.acting, |actor| self.cast.number(Some(actor)));
            self.give_turn(actor);
            let result = self.rehearse_step(step, when, told);
            self.note(result.map_err(|trouble| trouble.or_at(&self.run.sources, Some(step.span))), told);
        }
        self.give_turn(Cast::MAIN);
    }

    fn rehearse_step(&mut self, step: &Step, when: Option<&str>, told: &mut Told) -> Result<(), Trouble> {
        self.prepare(step.references())?;
        let record = self.count(self.section, step.kind.keyword(), &self.subject_of(step), Some(step))?;
        let at = told.steps.len();
        let condition = step.condition.as_ref().map(|condition| format!("if {}", self.written(condition.span())));
        let mut one = RehearsedStep {
            at: Some(self.run.sources.locate(step.span)),
            when: when.map(str::to_owned).into_iter().chain(condition).reduce(|left, right| format!("{left}, {right}")),
            expect: self.expected(step),
            saves: step.saved().map(|name| name.value.clone()).collect(),
            on: step.on.iter().map(on).collect(),
            ..rehearsed(record)
        };
        self.rehearse_turn(told)?;
        let result = match &step.kind {
            StepKind::Activity { name, with, .. } => match self.catalogue().clone().activity(&name.value) {
                Some(activity) => self.rehearse_activity(activity, with).map(|requests| one.requests = requests),
                None => Ok(()),
            },
            StepKind::Request(line) => self.rehearse_line(line).map(|request| one.requests.push(request)),
            StepKind::Use(used) => self.rehearse_fragment(used, told),
            StepKind::Check(_) | StepKind::Wait(_) | StepKind::Await(_) => Ok(()),
        };
        let (number, name) = (one.step.number, one.step.id.clone());
        told.steps.insert(at, one);
        self.foresee(step, number, name.as_deref());
        let within = self.within.replace(number);
        for branch in step.on.iter().filter(|branch| !branch.steps.is_empty()) {
            self.rehearse_steps(&branch.steps, Some(&format!("on {}", branch.outcome.value)), told);
        }
        self.within = within;
        result
    }

    /// Lets later steps know that a step will have saved something.
    fn foresee(&mut self, step: &Step, number: u32, id: Option<&str>) {
        let told = id.map_or_else(|| format!("step {number}"), |id| format!("step {id}"));
        let text = json!(format!("‹saved by {told}›"));
        for name in step.saved() {
            self.memory.set_var(&name.value, &text, false, Origin::told("saved when it runs"));
        }
        if let Some(id) = id {
            let kept = step.saved().map(|name| (name.value.clone(), text.clone()));
            let read =
                ["outcome", "code", "status"].map(|name| (name.to_owned(), json!(format!("‹{name} of {told}›"))));
            let kept = Value::Object(kept.chain(read).collect());
            self.memory.set_step(id, &kept, false, Origin::told("saved when it runs"));
        }
    }

    fn rehearse_line(&mut self, line: &RequestLine) -> Result<RehearsedRequest, Trouble> {
        let request = self.request_of(line)?;
        Ok(self.outline("request", &request))
    }

    fn rehearse_fragment(&mut self, one: &Use, told: &mut Told) -> Result<(), Trouble> {
        let Some(fragment) = self.planned.fragments.get(self.folder(), &one.path.value).cloned() else { return Ok(()) };
        let given = self.given(&fragment, one)?;
        let within = self.within.replace(self.step);
        self.enter(&fragment, given);
        self.rehearse_steps(&fragment.steps, None, told);
        self.leave();
        self.within = within;
        Ok(())
    }

    fn rehearse_answers(&mut self, answers: &Answers, told: &mut Told) {
        for entry in &answers.entries {
            let all = entry.visits.all();
            for (index, answer) in all.iter().enumerate() {
                let visit = if all.len() > 1 {
                    format!(" for the {} time", super::answering::ordinal(index + 1))
                } else {
                    String::new()
                };
                let when = format!("where the process stands at {}{visit}", entry.key.value);
                let result = self.rehearse_answer(answer, &entry.key.value, when, told);
                self.note(result.map_err(|trouble| trouble.or_at(&self.run.sources, Some(entry.key.span))), told);
            }
        }
    }

    fn rehearse_answer(&mut self, answer: &Answer, key: &str, when: String, told: &mut Told) -> Result<(), Trouble> {
        let catalogue = self.catalogue().clone();
        let activity = catalogue.activity(key).or_else(|| {
            let node = self
                .planned
                .definition
                .as_ref()
                .and_then(|definition| definition.node(key).or_else(|| definition.nodes_named(key).next()))?;
            catalogue.activity_of(&node.attribute_texts(), node.name.as_deref())
        });
        let (kind, subject) = match (&answer.wait, activity) {
            (Some(wait), _) => ("wait", iso(wait.value)),
            (None, Some(activity)) => ("activity", activity.name.value.clone()),
            (None, None) => ("activity", key.to_owned()),
        };
        let step = self.count(Section::Steps, kind, &subject, None)?;
        let requests = match (activity, &answer.wait) {
            (Some(activity), None) => self.rehearse_activity(activity, &answer.with)?,
            _ => Vec::new(),
        };
        for save in &answer.save {
            let text = json!(format!("‹saved by {key}›"));
            self.memory.set_var(&save.name.value, &text, false, Origin::told("saved when it runs"));
        }
        told.steps.push(RehearsedStep {
            at: Some(self.run.sources.locate(answer.span)),
            when: Some(when),
            requests,
            expect: answer.expect.as_ref().map(|expect| self.resolved(expect.span)),
            saves: answer.save.iter().map(|save| save.name.value.clone()).collect(),
            on: answer.on.iter().map(on).collect(),
            ..rehearsed(step)
        });
        Ok(())
    }

    fn expected(&self, step: &Step) -> Option<String> {
        let stated = |expect: &StepExpectation| self.resolved(expect.span);
        match &step.kind {
            StepKind::Check(checks) => {
                let told =
                    checks.iter().map(|check| format!("{}: {}", check.subject, self.resolved(check.matcher.span())));
                Some(told.collect::<Vec<_>>().join(", "))
            }
            _ => step.expect.as_ref().or(step.poll.as_ref().map(|poll| &poll.until)).map(stated),
        }
    }

    /// What stands in a file, on one line.
    fn written(&self, span: Span) -> String {
        let text = self.run.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        let plain = match text.split_once(": ") {
            None => text.trim_matches(['"', '\'']),
            Some(_) => &text,
        };
        match plain.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", &plain[..end]),
            None => plain.to_owned(),
        }
    }

    /// The same with the values of its expressions, where they are known.
    fn resolved(&self, span: Span) -> String {
        let written = self.written(span);
        // An expression in quotes of its own keeps its type, and is shown without them.
        let quoted = (written.matches("\"{{").count(), written.matches("}}\"").count());
        let bare =
            if quoted.0 == quoted.1 { written.replace("\"{{", "{{").replace("}}\"", "}}") } else { written.clone() };
        let template = Template::parse(&bare, span, &mut Diagnostics::new());
        let Ok(evaluated) = template.evaluate(&self.scope()) else { return written };
        let hidden = evaluated.secret || !evaluated.tainted.is_empty();
        match evaluated.value.as_str().filter(|_| !hidden) {
            Some(text) => self.journal.redactor.mask(text).into_owned(),
            None => written,
        }
    }
}

fn on(branch: &Branch) -> String {
    let at_most = branch.at_most.as_ref().map(|at_most| format!(", {} times at most", at_most.value));
    format!("{}: {}{}", branch.outcome.value, branch.describe(), at_most.unwrap_or_default())
}

fn rehearsed(step: StepRecord) -> RehearsedStep {
    RehearsedStep { step, at: None, when: None, requests: Vec::new(), expect: None, saves: Vec::new(), on: Vec::new() }
}
