use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::actor::Cast;
use super::around::{Saved, Walked};
use super::block::{BlockEnd, Terms};
use super::cancel::{Urgency, Why};
use super::control::{Control, iso};
use super::fragment::Frame;
use super::held::Held;
use super::journal::{Journal, Message};
use super::listener::Inbox;
use super::memory::Memory;
use super::origin::Origin;
use super::position::Position;
use super::problem::Trouble;
use super::rehearsing::UNKNOWN;
use super::run::{Numbers, Run, stops_at};
use super::schedule::pause;
use super::shared::SharedValue;
use super::standing::{known_failure, quarantined, started};
use crate::catalogue::Catalogue;
use crate::event::{
    EventKind, Excerpt, Finding, KnownFailureRecord, OtherWalk, Problem, Role, Section, StepRecord, Verdict,
};
use crate::http::{Client, record};
use crate::plan::Planned;
use crate::scenario::{Body, Case, MAX_STEPS, StepKind};
use crate::source::Span;
use crate::template::{Data, Reference, Scope, Template, stream_key};

/// How long `after` may take in all.
const AFTER_BUDGET: Duration = Duration::from_secs(30);

/// What templates see instead of the URL of a listener that is not started.
const NO_LISTENER: &str = "‹listener.url›";

/// The state machine of one scenario.
pub(super) struct Walker<'r> {
    pub run: &'r Run,
    pub planned: &'r Planned,
    pub client: Client,
    pub journal: Journal,
    pub memory: Memory,
    /// Who acts, with all that is their own.
    pub cast: Cast,
    /// Present when the target is a simulator.
    pub control: Option<Control>,
    pub world_id: String,
    /// Which attempt of the scenario this is, from 1.
    pub attempt: u32,
    /// Where the engine's calls to it come in, if any are listened for.
    pub inbox: Option<Inbox>,
    /// How long it was kept from sending.
    pub held: Rc<Held>,
    pub started: Instant,
    pub virtual_time: Duration,
    pub problems: Vec<Problem>,
    /// The number of the step that is executed.
    pub step: u32,
    /// The step that its block belongs to.
    pub within: Option<u32>,
    /// Who does steps that name nobody.
    pub acting: usize,
    /// What it says of its requests.
    pub terms: Terms,
    /// How many steps were counted.
    steps: u32,
    /// How many there may be.
    pub budget: u32,
    pub section: Section,
    pub requests: u64,
    /// How many of them may have changed something.
    pub mutations: u64,
    /// How many bytes of bodies they carried.
    pub uploaded: u64,
    /// What was put aside for the fragments that are done at the moment, the innermost last.
    pub frames: Vec<Frame>,
    /// How often each fragment was used, by its path.
    pub used: HashMap<String, u32>,
    /// How often each branch was taken, by its place.
    pub branches: HashMap<Span, u32>,
    /// Fields of the next answer that are secret: the name for them, and where they stand.
    pub secret_fields: Vec<(String, Vec<String>)>,
    pub evaluating: Vec<String>,
    /// The variables of the settings that were read, each evaluated once for all files of the scenario.
    pub shared: HashMap<String, SharedValue>,
    /// Whether it only tells what it would do.
    pub rehearsing: bool,
    /// The last answer, where scenarios halt and somebody may ask for it.
    pub answered: Option<Data>,
    /// What its steps saved, if it runs before others.
    pub kept: Saved,
}

impl<'r> Walker<'r> {
    pub fn new(
        run: &'r Run,
        planned: &'r Planned,
        numbers: Numbers,
        client: Client,
        sender: mpsc::Sender<Message>,
    ) -> Self {
        // What is uploaded in the world of the run is there in those of its scenarios.
        let world_id = match planned.role {
            Some(Role::Before) => run.options.world(),
            _ => numbers.world(&run.options.world()),
        };
        let target = &run.target;
        let control = target.simulator.then(|| Control::new(client.clone(), &target.base_url, world_id.clone()));
        let inbox = run.listener.as_ref().map(|listener| listener.open(&world_id, (run.options.ids)()));
        let journal =
            Journal::new(&planned.id, sender, run.options.clock.clone(), run.options.detail, run.redactor.clone());
        let case = planned.case.as_ref();
        let process = planned.scenario.process.as_ref().map(|process| process.value.clone());
        let base = Scope::new(run.options.clock.now(), run.options.ids.clone())
            .files(run.reader(planned.folder()))
            .with("env", run.environment.clone())
            .with("run", run_values(run, numbers.attempt))
            .with("listener", json!({ "url": inbox.as_ref().map_or(NO_LISTENER, |inbox| inbox.url.as_str()) }))
            .with("process", process.map_or(Value::Null, Value::String))
            .with("case", Value::Object(case.map(Case::values).unwrap_or_default()))
            .stream(stream_key(run.options.seed, &planned.id, ""));
        let mut walker = Self {
            run,
            planned,
            client,
            journal,
            memory: Memory::new(base),
            cast: Cast::new(&planned.scenario, planned.catalogue.as_deref(), target),
            control,
            world_id,
            attempt: numbers.attempt,
            inbox,
            held: Rc::default(),
            started: Instant::now(),
            virtual_time: Duration::ZERO,
            problems: Vec::new(),
            step: 0,
            within: None,
            acting: Cast::MAIN,
            terms: Terms::default(),
            steps: 0,
            budget: MAX_STEPS,
            section: Section::Session,
            requests: 0,
            mutations: 0,
            uploaded: 0,
            frames: Vec::new(),
            used: HashMap::new(),
            branches: HashMap::new(),
            secret_fields: Vec::new(),
            evaluating: Vec::new(),
            shared: HashMap::new(),
            rehearsing: false,
            answered: None,
            kept: Saved::default(),
        };
        if let Some(case) = case {
            walker.memory.set_case_origin(Origin::at(format!("of the case `{}`", case.id()), case.span()));
        }
        for (name, saved) in &run.saved.0 {
            walker.memory.set_run(name, saved.secret, &saved.origin);
        }
        walker.show_session();
        walker.stand(Position::default());
        walker
    }

    /// Runs the scenario from its first to its last event.
    pub async fn run(mut self) -> Walked {
        let scenario = self.planned.scenario.clone();
        self.learn_personal_data();
        self.journal.emit(started(self.planned, self.attempt, &self.run.sources, &self.journal.redactor)).await;
        let limit = scenario.timeout.as_ref().map_or(self.run.options.scenario_timeout, |timeout| timeout.value);
        let limit = self.bound(limit);
        let (cancel, held) = (self.run.cancel.clone(), Rc::clone(&self.held));
        let stopped = tokio::select! {
            biased;
            () = cancel.reached(stops_at(self.planned.role)) => {
                let why = cancel.why().unwrap_or(Why::Interrupted);
                Some((why.id(), Verdict::Aborted, why.to_string()))
            }
            () = self.walk_through() => None,
            () = held.over(limit) => {
                Some(("run/scenario-timeout", Verdict::Errored, format!("the scenario takes longer than {limit:?}")))
            }
        };
        if let Some((id, verdict, message)) = stopped {
            self.record(id, verdict, message);
        }
        if self.section >= Section::Before {
            self.clean_up(&cancel).await;
        }
        self.close_world().await;
        self.finish().await
    }

    /// Learns the personal data that stand in the scenario's own file, before anything of it is told.
    pub fn learn_personal_data(&mut self) {
        let redactor = &mut self.journal.redactor;
        if redactor.personal().is_empty() {
            return;
        }
        let scenario = &self.planned.scenario;
        if let Some(case) = &self.planned.case {
            redactor.learn(&Value::Object(case.values()));
        }
        for variable in &scenario.vars {
            if let Some(value) = variable.value.as_literal() {
                redactor.learn(&json!({ variable.name.value.as_str(): value }));
            }
        }
        let steps = scenario.steps();
        let of_steps = steps.iter().filter_map(|step| match &step.kind {
            StepKind::Activity { with, .. } => Some(with),
            _ => None,
        });
        let of_session = scenario.session.inputs.iter().map(|(_, inputs)| inputs);
        for (name, given) in of_session.chain(of_steps).flatten() {
            if let Some(value) = given.template().and_then(Template::as_literal) {
                redactor.learn(&json!({ name.value.as_str(): value }));
            }
        }
        let templates = steps.iter().flat_map(|step| step.templates());
        templates.filter_map(Template::as_literal).for_each(|value| redactor.learn(value));
    }

    async fn walk_through(&mut self) {
        let scenario = self.planned.scenario.clone();
        if let Err(trouble) = self.open().await {
            self.report(trouble);
            return;
        }
        self.section = Section::Before;
        let mut end = self.play(&scenario.before).await;
        if end == BlockEnd::Stopped {
            for problem in &mut self.problems {
                problem.verdict = problem.verdict.max(Verdict::Errored);
            }
            return;
        }
        self.section = Section::Steps;
        if end == BlockEnd::Done {
            end = match &scenario.body {
                Body::Steps(steps) => self.play(steps).await,
                Body::Answers(answers) => self.follow(answers).await,
            };
        }
        if end != BlockEnd::Stopped {
            self.conclude().await;
        }
    }

    async fn clean_up(&mut self, cancel: &super::Cancel) {
        let scenario = self.planned.scenario.clone();
        if scenario.after.is_empty() {
            return;
        }
        self.section = Section::After;
        // Whatever was interrupted, and where; a budget that was used up does not keep it from running.
        self.budget = self.steps + MAX_STEPS;
        (self.within, self.acting, self.terms) = (None, Cast::MAIN, Terms::default());
        self.leave_all();
        let before = self.problems.len();
        let budget = self.bound(AFTER_BUDGET);
        let stopped = tokio::select! {
            biased;
            () = cancel.reached(Urgency::Abort) => Some("`after` was interrupted".to_owned()),
            result = tokio::time::timeout(budget, self.play(&scenario.after)) =>
                result.err().map(|_| format!("`after` takes longer than its {AFTER_BUDGET:?}")),
        };
        if let Some(message) = stopped {
            self.record("run/after", Verdict::Errored, message);
        }
        for problem in &mut self.problems[before..] {
            problem.verdict = Verdict::Errored;
        }
    }

    /// How long something may take: as long as somebody likes, where scenarios halt.
    fn bound(&self, limit: Duration) -> Duration {
        if self.run.options.halts { Duration::MAX } else { limit }
    }

    async fn finish(mut self) -> Walked {
        if let Some(witness) = &self.run.witness {
            self.journal.redactor.known_here().for_each(|(label, text)| witness.secret(label, text));
        }
        if self.planned.role.is_some() {
            // What is done around scenarios proves nothing: it could only not be carried out.
            for problem in &mut self.problems {
                problem.verdict = problem.verdict.max(Verdict::Errored);
            }
        }
        let verdict = self.problems.iter().map(|problem| problem.verdict).max().unwrap_or(Verdict::Passed);
        let known_failure = known_failure(self.planned, verdict, self.run.options.clock.now());
        let now = self.run.options.clock.now();
        let quarantine = quarantined(self.planned, &self.run.quarantine, now);
        self.tell_stops().await;
        self.leave_instances().await;
        let problems = std::mem::take(&mut self.problems);
        let millis = record::millis(self.started.elapsed());
        let counts = self.journal.counts;
        if let Some(pause) = self.pause_before_next(verdict, known_failure.as_deref(), &problems) {
            let kind = EventKind::ScenarioRetried {
                attempt: self.attempt,
                verdict,
                pause: iso(pause),
                millis,
                steps: counts.steps,
                expectations: counts.expectations,
                requests: self.requests,
                retries: counts.retries,
                mutations: self.mutations,
                uploaded: self.uploaded,
                problems,
            };
            self.journal.emit(kind).await;
            return Walked { again: Some(pause), ..self.run.nothing(verdict) };
        }
        let counts_as_failure = matches!(verdict, Verdict::Failed | Verdict::Errored)
            && self.planned.role.is_none()
            && known_failure.as_ref().is_none_or(|known| known.finding != Finding::Confirmed)
            && quarantine.as_ref().is_none_or(|quarantine| quarantine.expired);
        let mut walks = self.cast.walks().map(|(name, walk)| (name.to_owned(), walk.visited.clone()));
        let walk = walks.next().map(|(_, walk)| walk).unwrap_or_default();
        let others = walks.map(|(actor, walk)| OtherWalk { actor, walk }).collect();
        self.journal
            .emit(EventKind::ScenarioFinished {
                verdict,
                flaky: verdict == Verdict::Passed && self.attempt > 1,
                millis,
                steps: counts.steps,
                expectations: counts.expectations,
                requests: self.requests,
                retries: counts.retries,
                mutations: self.mutations,
                uploaded: self.uploaded,
                attempts: self.attempt,
                walk,
                others,
                problems,
                reason: None,
                role: self.planned.role,
                known_failure,
                quarantine,
            })
            .await;
        Walked { verdict, saved: self.kept, redactor: self.journal.redactor, counts: counts_as_failure, again: None }
    }

    /// How long until the scenario is run again as a whole, if it is.
    fn pause_before_next(
        &self,
        verdict: Verdict,
        known: Option<&KnownFailureRecord>,
        problems: &[Problem],
    ) -> Option<Duration> {
        let options = &self.run.options;
        let is_known = known.is_some_and(|known| known.finding == Finding::Confirmed);
        let once = self.planned.role.is_some() || is_known || self.run.cancel.urgency() > Urgency::None;
        let again = !once && options.schedule.again(self.attempt, verdict, problems);
        again.then(|| pause(options.seed, &self.planned.id, self.attempt))
    }

    /// Begins a step: gives it a number and tells it. The step budget bounds every loop.
    pub async fn begin(
        &mut self,
        kind: &str,
        subject: &str,
        step: Option<&crate::scenario::Step>,
        span: Option<Span>,
    ) -> Result<(), Trouble> {
        let record = self.count(self.section, kind, subject, step)?;
        let excerpt = span.map(|span| Excerpt::of(&self.run.sources, span));
        self.journal.emit(EventKind::StepStarted { step: record, excerpt }).await;
        Ok(())
    }

    /// Begins an activity that no step says: one that opens a session, or that ends an instance.
    pub async fn begin_implied(&mut self, section: Section, activity: &str) -> Result<(), Trouble> {
        let step = self.count(section, "activity", activity, None)?;
        self.journal.emit(EventKind::StepStarted { step, excerpt: None }).await;
        Ok(())
    }

    /// The number that the next step will have.
    pub fn next_number(&self) -> u32 {
        self.steps + 1
    }

    /// Counts a step, executed or skipped, and makes it the current one.
    pub fn count(
        &mut self,
        section: Section,
        kind: &str,
        subject: &str,
        step: Option<&crate::scenario::Step>,
    ) -> Result<StepRecord, Trouble> {
        self.steps += 1;
        self.step = self.steps;
        if self.step > self.budget {
            let message = format!("the scenario executes more than {MAX_STEPS} steps");
            return Err(
                Trouble::errored("run/step-budget", message).note("bound the branch that repeats with `at-most`")
            );
        }
        let record = StepRecord {
            number: self.step,
            section,
            within: self.within,
            id: step.and_then(|step| step.id.as_ref()).map(|id| id.value.clone()),
            actor: self.cast.name().map(str::to_owned),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            name: step.and_then(|step| step.name.as_ref()).map(|name| name.value.clone()),
            visit: if kind == "activity" { self.cast.walk().visits(subject) + 1 } else { 0 },
        };
        self.memory.set_visit(record.visit);
        Ok(record)
    }

    /// Ends the step, with the problems recorded since `before`.
    pub async fn end(&mut self, before: usize, since: Instant) {
        let verdict = self.problems[before..].iter().map(|problem| problem.verdict).max().unwrap_or(Verdict::Passed);
        let millis = record::millis(since.elapsed());
        self.journal.ended(self.step, self.problems.len() > before).await;
        self.journal.emit(EventKind::StepFinished { step: self.step, verdict, millis }).await;
    }

    /// Records a problem, of the current step unless it is known to be of another.
    pub fn report(&mut self, trouble: Trouble) {
        let mut problem = *trouble.0;
        problem.step = problem.step.or((self.step > 0).then_some(self.step));
        self.problems.push(problem);
    }

    fn record(&mut self, id: &str, verdict: Verdict, message: String) {
        let mut trouble = Trouble::errored(id, message);
        trouble.0.verdict = verdict;
        self.report(trouble);
    }

    /// The catalogue. Scenarios that use activities are not planned without one.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        self.planned.catalogue.as_ref().expect("a scenario with activities is planned with its catalogue")
    }

    pub fn is_final(&self, state: &str) -> bool {
        self.planned
            .catalogue
            .as_ref()
            .is_some_and(|catalogue| catalogue.session.final_states.iter().any(|word| word == state))
    }

    pub fn scope(&self) -> Scope {
        self.memory.scope()
    }

    /// Evaluates a template and hides what became secret.
    pub fn evaluate(&mut self, template: &Template, scope: &Scope) -> Result<Value, Trouble> {
        self.evaluate_tracked(template, scope).map(|(value, _)| value)
    }

    /// Evaluates a template, hides what became secret, and tells whether something secret was read.
    pub fn evaluate_tracked(&mut self, template: &Template, scope: &Scope) -> Result<(Value, bool), Trouble> {
        match template.evaluate(scope) {
            Ok(evaluated) => {
                self.journal.hide("derived", &evaluated.tainted);
                Ok((evaluated.value, evaluated.secret))
            }
            Err(_) if self.rehearsing => Ok((Value::String(UNKNOWN.to_owned()), false)),
            Err(error) => {
                let trouble = Trouble::template(&error, &self.run.sources);
                Err(self.memory.absences(template.references()).into_iter().fold(trouble, Trouble::note))
            }
        }
    }

    /// Evaluates the variables that are about to be read and were not yet, each once, in its own random stream.
    pub fn prepare<'a>(&mut self, references: impl IntoIterator<Item = &'a Reference>) -> Result<(), Trouble> {
        let scenario = self.planned.scenario.clone();
        for reference in references {
            let [root, name, ..] = reference.path.as_slice() else { continue };
            if root == "secrets" {
                self.take_shared_secret(name)?;
            }
            if root != "vars" || self.memory.has_var(name) {
                continue;
            }
            // A fragment has no variables but those that its steps save.
            let declared = if self.frames.is_empty() { scenario.vars.as_slice() } else { &[] };
            let Some(variable) = declared.iter().find(|variable| &variable.name.value == name) else {
                if let Some(SharedValue { value, secret, origin }) = self.shared_value(name)? {
                    self.memory.set_var(name, &value, secret, origin);
                }
                continue;
            };
            if self.evaluating.contains(name) {
                let message = format!("the variable `{name}` is made of itself");
                return Err(Trouble::errored("run/variable", message).at(&self.run.sources, variable.name.span));
            }
            if let Some(value) = self.run.options.vars.get(name) {
                self.memory.set_var(name, value, false, Origin::told("given by `--var`"));
                continue;
            }
            self.evaluating.push(name.clone());
            let inner = self.prepare(variable.value.references());
            self.evaluating.pop();
            inner?;
            let scope = self.scope().stream(stream_key(self.run.options.seed, &self.planned.id, name));
            let (value, secret) = self.evaluate_tracked(&variable.value, &scope)?;
            self.memory.set_var(name, &value, secret, Origin::at("set", variable.name.span));
        }
        Ok(())
    }
}

/// What templates see of the run.
fn run_values(run: &Run, attempt: u32) -> Value {
    let mut values = json!({ "id": run.options.world(), "seed": run.options.seed, "attempt": attempt });
    for (name, saved) in &run.saved.0 {
        values[name] = saved.value.clone();
    }
    values
}
