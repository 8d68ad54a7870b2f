use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use super::around::{Saved, Walked};
use super::cancel::{Urgency, Why};
use super::gate::Gate;
use super::halting::Onlooker;
use super::journal::Message;
use super::problem::Trouble;
use super::queue::Queue;
use super::schedule::Schedule;
use super::standing::started;
use super::walker::Walker;
use super::{Cancel, Files, Listener, Target};
use crate::event::{Event, EventKind, Problem, Role, Summary, TargetRecord, VERSION, Verdict};
use crate::http::{Picture, record};
use crate::plan::{Plan, Planned};
use crate::redact::Redactor;
use crate::settings::{Quarantine, Shared};
use crate::source::Sources;
use crate::template::{Data, Ids, ReadFile};

/// How a run is carried out.
#[derive(Clone)]
pub struct Options {
    /// A unique id of the run.
    pub run_id: String,
    /// The seed of its data.
    pub seed: u64,
    /// How many scenarios run at a time.
    pub jobs: usize,
    /// How long one request may take.
    pub timeout: Duration,
    /// How long one scenario may take, its `after` not included.
    pub scenario_timeout: Duration,
    /// Values that variables of scenarios and of the settings have instead of their own.
    pub vars: BTreeMap<String, Value>,
    /// The clock.
    pub clock: Clock,
    /// Where fresh ids come from.
    pub ids: Ids,
    /// How much of it is told.
    pub detail: Detail,
    /// Whether scenarios halt before and after each step, to be told what to do; their time is not bounded then.
    pub halts: bool,
    /// Which scenarios are run again, and when no more are begun.
    pub schedule: Schedule,
    /// The ids of scenarios that had ended before the run was cut off, which are kept as they are.
    pub kept: Arc<BTreeSet<String>>,
    /// What those came to.
    pub so_far: Summary,
    /// How often the run was cut off before.
    pub resumed: u32,
}

impl Options {
    /// What the ids of worlds and requests begin with: no two that go on with the same run have the same.
    pub(super) fn world(&self) -> String {
        match self.resumed {
            0 => self.run_id.clone(),
            times => format!("{}r{times}", self.run_id),
        }
    }
}

/// What tells the attempts of scenarios apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    /// The number of the scenario in its run, from 1.
    pub scenario: usize,
    /// The number of its attempt, from 1.
    pub attempt: u32,
}

impl Numbers {
    /// The id of its world.
    pub fn world(self, of_run: &str) -> String {
        match self.attempt {
            1 => format!("{of_run}-{}", self.scenario),
            attempt => format!("{of_run}-{}.{attempt}", self.scenario),
        }
    }
}

/// How much of a run its events tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Everything that happens: for stored streams.
    #[default]
    Everything,
    /// The same, each exchange as soon as it has happened: for a person who follows them.
    AtOnce,
    /// Of a scenario that passes its beginning, its remarks and its end; of one that does not everything but the exchanges of
    /// steps that passed. For a person who watches: what nobody would see is never made.
    Problems,
}

/// Tells the time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks a function.
    pub fn new(now: impl Fn() -> jiff::Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    pub fn now(&self) -> jiff::Timestamp {
        (self.0)()
    }

    /// The time as events carry it.
    pub(super) fn stamp(&self) -> String {
        stamp(self.now())
    }
}

/// A time in ISO 8601 with milliseconds.
pub(super) fn stamp(at: jiff::Timestamp) -> String {
    format!("{at:.3}")
}

/// A run: what its scenarios share.
#[derive(Clone)]
pub struct Run {
    /// How it is carried out.
    pub options: Options,
    /// What it talks to.
    pub target: Target,
    /// The texts that the scenarios were read from.
    pub sources: Sources,
    /// The files that steps send.
    pub files: Arc<dyn Files>,
    /// What the settings give to all scenarios, as it is for this run.
    pub shared: Arc<Shared>,
    /// The environment's variables, as templates see them.
    pub environment: Data,
    /// The secrets that are known before a scenario begins.
    pub redactor: Redactor,
    /// What its `before` has saved; filled while it runs.
    pub saved: Saved,
    /// How the run is told to end.
    pub cancel: Cancel,
    /// What every request to the target passes.
    pub gate: Gate,
    /// The scenarios whose verdict does not count for a while.
    pub quarantine: Arc<Quarantine>,
    /// Where calls of the engine come in, if a scenario awaits any.
    pub listener: Option<Arc<Listener>>,
    /// Who is told what must not be written anywhere.
    pub witness: Option<Arc<dyn Witness>>,
}

/// Is told what a run learns to be secret and which images it meets, so that what it has written can be looked through.
pub trait Witness: Send + Sync {
    /// Takes a secret, or a value of personal data, under its label: `secret:bearer`.
    fn secret(&self, label: &str, text: &str);

    /// Takes an image that was sent or received.
    fn picture(&self, picture: &Picture<'_>);
}

/// Who a run is told to, with what has come of it so far.
pub(super) struct Audience<'a> {
    onlooker: &'a mut dyn Onlooker,
    summary: Summary,
}

impl Audience<'_> {
    /// Tells an event.
    pub fn tell(&mut self, event: Event) {
        self.summary.add(&event);
        self.onlooker.event(&event);
    }

    /// Takes what a scenario sends.
    pub fn take(&mut self, message: Message) {
        match message {
            Message::Events(events) => events.into_iter().for_each(|event| self.tell(event)),
            Message::Halted(halt, reply) => {
                // A scenario that was stopped meanwhile waits for nothing.
                let _ = reply.send(self.onlooker.halted(&halt));
            }
        }
    }
}

/// How many batches of events may wait for their consumer before scenarios wait for it.
pub(super) const BATCHES_WAITING: usize = 64;

impl Run {
    /// Runs scenarios and tells `onlooker` of every event, in the order they happened, on this thread.
    ///
    /// Scenarios are spread over one single-threaded runtime per core, which pull from one queue; each keeps connections
    /// of its own. Memory does not grow with their number.
    pub fn execute(&self, plan: &Plan, onlooker: &mut dyn Onlooker) -> Summary {
        let started = Instant::now();
        let mut audience = Audience { onlooker, summary: self.options.so_far.clone() };
        self.gate.resume(&self.options.so_far);
        audience.tell(self.event(self.started(plan)));
        self.bounded(|| self.carry_out(plan, &mut audience));
        let millis = record::millis(started.elapsed());
        let Audience { onlooker, summary } = audience;
        onlooker.event(&self.event(EventKind::RunFinished { summary: summary.clone(), millis }));
        summary
    }

    /// Does something while the time of the run is watched; when it is over, the run drains.
    fn bounded(&self, work: impl FnOnce()) {
        let Some(limit) = self.options.schedule.timeout else { return work() };
        std::thread::scope(|scope| {
            let (done, over) = std::sync::mpsc::channel::<()>();
            scope.spawn(move || {
                if over.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                    self.cancel.end(Urgency::Drain, Why::Timeout(limit));
                }
            });
            work();
            drop(done);
        });
    }

    fn carry_out(&self, plan: &Plan, audience: &mut Audience<'_>) {
        let mut run = self.clone();
        let before = plan.before.as_ref().map(|before| {
            let walked = self.alone(before, 0, audience);
            (run.saved, run.redactor) = (walked.saved, walked.redactor);
            walked.verdict
        });
        match before {
            Some(Verdict::Failed | Verdict::Errored) => {
                run.skip_all(plan, "the `before` of the run failed", audience);
            }
            _ => run.spread(plan, audience),
        }
        if let Some(after) = &plan.after {
            run.alone(after, plan.len() + 1, audience);
        }
        if plan.before.is_some() {
            run.close_world();
        }
    }

    /// Runs the scenarios of a plan, many at a time.
    fn spread(&self, plan: &Plan, audience: &mut Audience<'_>) {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let jobs = self.options.jobs.clamp(1, plan.len().max(1));
        let threads = cores.min(jobs);
        let failures = self.options.so_far.failures();
        if let Some(most) = self.options.schedule.max_failures.filter(|most| failures >= *most) {
            self.cancel.end(Urgency::Finish, Why::Failures(most));
        }
        let queue = Queue::new(plan, &self.options.kept, failures);
        std::thread::scope(|scope| {
            let (sender, mut receiver) = mpsc::channel::<Message>(BATCHES_WAITING);
            for thread in 0..threads {
                let lanes = jobs / threads + usize::from(thread < jobs % threads);
                let (queue, sender) = (&queue, sender.clone());
                scope.spawn(move || drive(lanes, plan, self, queue, &sender));
            }
            drop(sender);
            while let Some(message) = receiver.blocking_recv() {
                audience.take(message);
            }
        });
    }

    fn started(&self, plan: &Plan) -> EventKind {
        let (kept, jobs) = (self.options.kept.len(), self.options.jobs);
        if self.options.resumed > 0 || kept > 0 {
            return EventKind::RunResumed { kept, jobs };
        }
        let client = self.target.client.config();
        let allowed = client.allowed_hosts.iter().map(String::as_str);
        let own = client.base_url.host_str().filter(|_| !client.allowed_hosts.is_empty());
        let hosts = own.into_iter().chain(allowed).map(|host| self.redactor.mask(host).into_owned()).collect();
        EventKind::RunStarted {
            version: VERSION,
            flowproof: env!("CARGO_PKG_VERSION").to_owned(),
            run: self.options.run_id.clone(),
            seed: self.options.seed,
            target: TargetRecord {
                name: self.target.name.clone(),
                simulator: self.target.simulator,
                base_url: self.redactor.mask(&self.target.base_url).into_owned(),
            },
            scenarios: plan.len(),
            jobs,
            partition: plan.partition.clone(),
            guards: self.gate.record(hosts, self.target.production),
        }
    }

    /// Reads files for templates, by their paths relative to a folder.
    pub(super) fn reader(&self, folder: &str) -> ReadFile {
        let (files, folder) = (self.files.clone(), folder.to_owned());
        Arc::new(move |path: &str| {
            let loaded = files.load(&format!("{folder}{path}"));
            loaded.map(|file| file.bytes).map_err(|error| error.to_string())
        })
    }

    fn event(&self, kind: EventKind) -> Event {
        Event { at: self.options.clock.stamp(), scenario: None, kind }
    }
}

/// One core: a runtime with several lanes, each of which runs one scenario after another.
fn drive(lanes: usize, plan: &Plan, run: &Run, queue: &Queue<'_>, sender: &mpsc::Sender<Message>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else { return };
    // Connections belong to the runtime that made them.
    let client = run.target.client.with_own_connections().unwrap_or_else(|_| run.target.client.clone());
    let local = LocalSet::new();
    let lanes = (0..lanes).map(|_| lane(plan, run, queue, sender, &client));
    local.block_on(&runtime, async {
        let mut running: futures_util::stream::FuturesUnordered<_> = lanes.collect();
        while futures_util::StreamExt::next(&mut running).await.is_some() {}
    });
}

async fn lane(plan: &Plan, run: &Run, queue: &Queue<'_>, sender: &mpsc::Sender<Message>, client: &crate::http::Client) {
    let mut last = None;
    while let Some(turn) = queue.next(&run.cancel).await {
        let Some(one) = plan.get(turn.at, &run.sources) else { return };
        let numbers = Numbers { scenario: turn.at + 1, attempt: turn.attempt };
        let walked = walk(&one, numbers, run, sender, client).await;
        if walked.counts
            && let Some(most) = run.options.schedule.max_failures
            && queue.fail() >= most
        {
            run.cancel.end(Urgency::Finish, Why::Failures(most));
        }
        // A simulator's target has time of its own, in which the pause is over.
        let pause = |pause| if run.target.simulator { Duration::ZERO } else { pause };
        queue.done(turn, walked.again.map(pause));
        // The next one may be a case of the same file, which is then not read again.
        drop(last.replace(one.scenario));
    }
}

/// Walks one scenario, unless it is to be skipped or the run is to end.
pub(super) async fn walk(
    one: &Planned,
    numbers: Numbers,
    run: &Run,
    sender: &mpsc::Sender<Message>,
    client: &crate::http::Client,
) -> Walked {
    let send = async |kind: EventKind| {
        let event = Event { at: run.options.clock.stamp(), scenario: Some(one.id.clone()), kind };
        // The receiver is gone only when the run is being torn down.
        let _ = sender.send(Message::Events(vec![event])).await;
    };
    let begins = match one.role {
        None => run.cancel.urgency() < Urgency::Finish,
        role => run.cancel.urgency() < stops_at(role),
    };
    if !begins {
        let why = run.cancel.why().unwrap_or(Why::Interrupted);
        let (attempts, reason) = match numbers.attempt {
            1 => (1, format!("{why} before it began")),
            attempt => (attempt - 1, format!("{why} before its attempt {attempt} began")),
        };
        send(finish(one, attempts, Verdict::Aborted, Vec::new(), Some(reason))).await;
        return run.nothing(Verdict::Aborted);
    }
    if let Some(reason) = one.skipped(&run.target.name, run.target.simulator) {
        send(started(one, 1, &run.sources, &run.redactor)).await;
        let reason = run.redactor.mask(&reason).into_owned();
        send(finish(one, 1, Verdict::Skipped, Vec::new(), Some(reason))).await;
        return run.nothing(Verdict::Skipped);
    }
    let walking = Walker::new(run, one, numbers, client.clone(), sender.clone()).run();
    // A defect that one scenario meets must not take the others with it.
    match futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(walking)).await {
        Ok(walked) => walked,
        Err(panic) => {
            let told = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let told = told.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            let message = format!("flowproof has a defect that this scenario met: {told}");
            let trouble = Trouble::errored("run/panic", run.redactor.mask(&message));
            let trouble = trouble.note("please report it, with this scenario");
            send(finish(one, numbers.attempt, Verdict::Errored, vec![*trouble.0], None)).await;
            Walked { counts: one.role.is_none(), ..run.nothing(Verdict::Errored) }
        }
    }
}

/// How urgent the end of the run must be to stop a scenario: what tidies up is not stopped by the first request.
pub(super) fn stops_at(role: Option<Role>) -> Urgency {
    match role {
        Some(Role::After) => Urgency::Abort,
        Some(Role::Before) | None => Urgency::Drain,
    }
}

/// The end of a scenario that could not tell it itself.
pub(super) fn finish(
    planned: &Planned,
    attempts: u32,
    verdict: Verdict,
    problems: Vec<Problem>,
    reason: Option<String>,
) -> EventKind {
    EventKind::ScenarioFinished {
        verdict,
        flaky: false,
        millis: 0.0,
        steps: 0,
        expectations: 0,
        requests: 0,
        retries: 0,
        mutations: 0,
        uploaded: 0,
        attempts,
        walk: Vec::new(),
        others: Vec::new(),
        problems,
        reason,
        role: planned.role,
        known_failure: None,
        quarantine: None,
    }
}
