use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::book::Book;
use super::bound::{MAX_ADVANCE_MS, MAX_AHEAD_MS, MAX_ENTRIES, MAX_MOVES};
use super::instance::{Instance, Surroundings};
use super::log::{Closing, Moved};
use super::posted;
use super::refusal::{Reason, Refusal};
use super::setup::Setup;
use super::token::Token;
use super::{credential::BadCredential, role};
use crate::catalogue::{Exchange, Params, Role, WireAnswer, WireRequest};
use crate::process::{Input, Move};
use crate::script::{Entry, FaultKind, Script};

/// The world of one scenario attempt: a clock, tokens and instances of its own, and what it was told. A pure synchronous
/// state machine; nothing in it is shared with other worlds.
#[derive(Debug)]
pub struct World {
    pub(super) id: String,
    pub(super) setup: Arc<Setup>,
    pub(super) now_ms: u64,
    pub(super) tokens: BTreeMap<String, Token>,
    pub(super) instances: Vec<Instance>,
    /// The scenario and its attempt, as it was introduced.
    walked_by: Option<(String, u32)>,
    /// How many requests it was sent.
    requests: u64,
    start: Map<String, Value>,
    book: Book,
    stubs: BTreeSet<String>,
    log: Vec<Moved>,
    lost_moves: u64,
}

/// What a role sees of a request.
pub(super) struct Call<'a> {
    pub exchange: &'a Exchange,
    pub params: Params,
    /// Where the simulator is reached, without a slash at the end.
    pub base_url: &'a str,
    /// The correlation id of the request.
    pub correlation: Option<&'a str>,
}

impl World {
    /// A world in which nothing has happened yet.
    pub fn new(id: impl Into<String>, setup: Arc<Setup>) -> Self {
        Self {
            id: id.into(),
            now_ms: setup.start_ms(),
            setup,
            tokens: BTreeMap::new(),
            instances: Vec::new(),
            walked_by: None,
            requests: 0,
            start: Map::new(),
            book: Book::default(),
            stubs: BTreeSet::new(),
            log: Vec::new(),
            lost_moves: 0,
        }
    }

    /// The world's clock, in milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Answers a request of the engine's wire. `base_url` is where the client reaches the simulator.
    pub fn handle(&mut self, request: &WireRequest, base_url: &str) -> WireAnswer {
        let setup = Arc::clone(&self.setup);
        let wire = &setup.catalogue().wire;
        match self.answer(&setup, request, base_url.trim_end_matches('/')) {
            Ok(answer) => answer,
            Err(refusal) => wire.write_refusal(refusal.reason.name(), refusal.detail.as_deref()),
        }
    }

    fn answer(&mut self, setup: &Setup, request: &WireRequest, base_url: &str) -> Result<WireAnswer, Refusal> {
        let wire = &setup.catalogue().wire;
        let (exchange, path) = wire.route(&request.method, path(&request.url)).ok_or(Reason::NotFound)?;
        if exchange.credential || (setup.config.strict_credentials && exchange.role != Role::IssueCredential) {
            self.check_credential(request)?;
        }
        let params = exchange.read_request(&path, request);
        let params = params.map_err(|invalid| Refusal::because(Reason::Invalid, invalid.to_string()))?;
        let params = exchange.validate(params);
        let params = params.map_err(|problems| Refusal::because(Reason::Invalid, problems.join("; ")))?;
        let correlation = wire.correlation.as_deref().and_then(|name| header(request, name));
        let call = Call { exchange, params, base_url, correlation };
        match exchange.role {
            Role::IssueCredential => role::credential::issue(self, &call),
            Role::CreateToken => role::token::create(self, &call),
            Role::CreateInstance => role::instance::create(self, &call),
            Role::ReadInstance => role::instance::read(self, &call),
            Role::EndInstance => role::instance::end(self, &call),
            Role::StartInstance => role::walk::start(self, &call),
            Role::ContinueInstance => role::walk::go_on(self, &call),
            Role::Upload => role::upload::store(self, &call),
            Role::CreateDefinition => role::definition::create(self, &call),
            Role::DeployDefinition => role::definition::deploy(self, &call),
            Role::FindDefinition => role::definition::find(self, &call),
            Role::ReadDefinition => role::definition::read(self, &call),
        }
    }

    fn check_credential(&self, request: &WireRequest) -> Result<(), Refusal> {
        let wire = &self.setup.catalogue().wire;
        let Some(credential) = &wire.credential else { return Ok(()) };
        let given = header(request, &credential.header).ok_or(Reason::MissingCredential)?;
        let (before, after) = &self.setup.around_credential;
        let cut = given.get(..before.len()).filter(|start| start.eq_ignore_ascii_case(before));
        let bearer = cut.and_then(|_| given[before.len()..].strip_suffix(after.as_str()));
        let bearer = bearer.ok_or(Reason::MissingCredential)?.trim();
        self.setup.signer.verify(bearer, &self.id, self.now_ms).map_err(|bad| {
            Refusal::from(match bad {
                BadCredential::Unreadable => Reason::MissingCredential,
                BadCredential::Signature => Reason::BadSignature,
                BadCredential::Expired => Reason::Expired,
            })
        })
    }

    /// Says whose world it is, on which what goes wrong depends. A world of nobody is that of its own id's first attempt.
    pub fn introduce(&mut self, scenario: String, attempt: u32) {
        self.walked_by = Some((scenario, attempt));
    }

    /// Counts a request of the engine's wire, lets the time pass that it takes, and tells what becomes of it.
    pub fn next_fault(&mut self) -> Option<FaultKind> {
        let setup = Arc::clone(&self.setup);
        let faults = setup.config.faults.as_ref()?;
        self.requests += 1;
        let (scenario, attempt) = self.walked_by.as_ref().map_or((&*self.id, 1), |(id, attempt)| (id, *attempt));
        let fault = faults.of(scenario, attempt, self.requests);
        // A clock at its bound stands still.
        let _ = self.advance(u64::try_from(fault.latency.as_millis()).unwrap_or(u64::MAX));
        fault.kind
    }

    /// Replaces what holds for the whole scenario.
    ///
    /// # Errors
    /// An outcome or code that the catalogue does not know, or too many entries; one line each. Nothing has changed.
    pub fn tell(&mut self, script: Script) -> Result<(), Vec<String>> {
        self.accept(&script.entries, script.entries.len())?;
        let start = posted::variables(&script.start).map_err(|problem| vec![problem])?;
        self.start = start;
        self.book.write(script);
        Ok(())
    }

    /// Adds what holds until the next wait state.
    ///
    /// # Errors
    /// As [`World::tell`].
    pub fn tell_next(&mut self, entries: Vec<Entry>) -> Result<(), Vec<String>> {
        self.accept(&entries, self.book.len() + entries.len())?;
        self.book.write_step(entries);
        Ok(())
    }

    fn accept(&self, entries: &[Entry], count: usize) -> Result<(), Vec<String>> {
        if count > MAX_ENTRIES {
            return Err(vec![format!("a world is told {MAX_ENTRIES} entries at most")]);
        }
        let programs = self.setup.shelves.programs(&self.id).into_iter().chain(self.setup.programs.iter().cloned());
        let problems = posted::problems(entries, self.setup.catalogue(), &programs.collect::<Vec<_>>());
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Advances the clock and lets every timer fire that is due until then. Gives the new time.
    ///
    /// # Errors
    /// The step or the clock exceeds its bound; nothing has changed.
    pub fn advance(&mut self, by_ms: u64) -> Result<u64, String> {
        if by_ms > MAX_ADVANCE_MS {
            return Err(format!("the clock is advanced by {} days at most", MAX_ADVANCE_MS / 86_400_000));
        }
        let to = self.now_ms.saturating_add(by_ms);
        if to > self.setup.start_ms().saturating_add(MAX_AHEAD_MS) {
            return Err(format!("the clock runs {} days ahead at most", MAX_AHEAD_MS / 86_400_000));
        }
        for index in 0..self.instances.len() {
            self.advance_instance(index, to);
        }
        self.now_ms = to;
        Ok(to)
    }

    /// Stops at each timer, because what was told for a step and the state while waiting end where it waits again. After
    /// many, the rest goes in one step, in which the execution bounds a loop of timers.
    fn advance_instance(&mut self, index: usize, to: u64) {
        const SINGLE_STEPS: usize = 1_000;
        for _ in 0..SINGLE_STEPS {
            let execution = self.instances[index].execution.as_ref();
            let due = execution.and_then(|execution| execution.timers().iter().map(|timer| timer.due).min());
            match due.filter(|due| *due < to) {
                // A clock that would go back is refused by the execution, and the last step below catches up.
                Some(due) => drop(self.apply(index, Input::Advance { to: due }, None)),
                None => break,
            }
        }
        drop(self.apply(index, Input::Advance { to }, None));
    }

    /// Starts an instance with what the script says.
    pub(super) fn begin(&mut self, index: usize, correlation: Option<&str>) {
        let mut variables = Map::new();
        let instance = &self.instances[index];
        if let (Some(name), Some(token)) =
            (&self.setup.catalogue().session.simulated.token_parameters, self.tokens.get(&instance.token))
        {
            variables.insert(name.clone(), Value::Object(token.parameters()));
        }
        posted::merge(&mut variables, &self.start);
        let setup = Arc::clone(&self.setup);
        let token = self.tokens.get(&self.instances[index].token).map(|token| &token.fields);
        let around = Surroundings { setup: &setup, token, book: &mut self.book, stubs: &mut self.stubs };
        let moves = self.instances[index].start(variables, self.now_ms, around);
        self.record(index, moves, correlation);
    }

    /// Applies an input to an instance and records the moves.
    pub(super) fn apply(&mut self, index: usize, input: Input, correlation: Option<&str>) -> Result<(), Refusal> {
        let setup = Arc::clone(&self.setup);
        let token = self.tokens.get(&self.instances[index].token).map(|token| &token.fields);
        let around = Surroundings { setup: &setup, token, book: &mut self.book, stubs: &mut self.stubs };
        let moves = self.instances[index].apply(input, around);
        let moves = moves.map_err(|refused| Refusal::because(Reason::Invalid, refused.to_string()))?;
        self.record(index, moves, correlation);
        Ok(())
    }

    fn record(&mut self, index: usize, moves: Vec<Move>, correlation: Option<&str>) {
        if moves.is_empty() {
            return;
        }
        self.book.turn();
        let instance = &self.instances[index].id;
        let room = MAX_MOVES.saturating_sub(self.log.len());
        self.lost_moves += moves.len().saturating_sub(room) as u64;
        let request = correlation.map(str::to_owned);
        self.log.extend(moves.into_iter().take(room).map(|one| Moved {
            request: request.clone(),
            instance: instance.clone(),
            at: one.at,
            kind: one.kind,
        }));
    }

    /// What an interactive element is told for this visit.
    pub(super) fn take(&mut self, keys: &[&str]) -> Option<crate::script::Directive> {
        self.book.take(keys)
    }

    /// Ends what holds until the next wait state, where the process waits on.
    pub(super) fn turn(&mut self) {
        self.book.turn();
    }

    /// Ends the world.
    pub fn close(&mut self) -> Closing {
        Closing {
            moves: std::mem::take(&mut self.log),
            walks: Vec::new(),
            lost_moves: self.lost_moves,
            unused: self.book.unused(),
            stubs: std::mem::take(&mut self.stubs).into_iter().collect(),
        }
    }

    /// A new id.
    pub(super) fn identifier(&self) -> String {
        super::identifier::identifier((self.setup.config.entropy)())
    }

    /// The place of an instance among the instances.
    pub(super) fn find(&self, call: &Call<'_>) -> Result<usize, Refusal> {
        let id = call.params.get("instance").map(param_text).ok_or(Reason::UnknownInstance)?;
        let found = self.instances.iter().position(|instance| instance.id == id);
        Ok(found.ok_or(Reason::UnknownInstance)?)
    }
}

/// A parameter as text; a file gives none.
pub(super) fn param_text(value: &crate::catalogue::ParamValue) -> String {
    value.as_json().map(crate::catalogue::variable::text).unwrap_or_default()
}

/// An URL without its scheme and authority.
fn path(url: &str) -> &str {
    let Some((scheme, rest)) = url.split_once("://") else { return url };
    if scheme.contains(['/', '?', '#']) {
        return url;
    }
    rest.find(['/', '?', '#']).map_or("", |start| &rest[start..])
}

fn header<'a>(request: &'a WireRequest, name: &str) -> Option<&'a str> {
    let found = request.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}
