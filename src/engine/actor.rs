use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::position::Position;
use super::problem::Trouble;
use super::target::Target;
use super::walker::Walker;
use crate::catalogue::Catalogue;
use crate::event::{ElementRecord, StopRecord, WalkRecord};
use crate::scenario::{MAIN, Renewal, Scenario};
use crate::source::Spanned;
use crate::template::Data;

/// Values that a session keeps, by name, and whether they are secret.
type Kept = BTreeMap<String, (Data, bool)>;

/// The credential that an actor holds.
pub(super) struct Credential {
    /// When it was issued, as time since the scenario began.
    pub issued: Duration,
    /// How long it holds, if the engine says so.
    pub ttl: Option<Duration>,
}

/// As whom the engine knows an actor.
pub(super) struct Access {
    /// The actor whose it is; others may use it.
    owner: usize,
    /// The key and what the credential's activity keeps.
    kept: Kept,
    pub credential: Option<Credential>,
    pub renewal: Renewal,
}

/// One walk through a process: its instance, where that stands, and what was visited.
#[derive(Default)]
pub(super) struct Walk {
    /// The actor whose it is; others may join it.
    owner: usize,
    /// What the other activities keep: the token, the instance.
    kept: Kept,
    /// Where the process stands.
    pub position: Position,
    /// Where it stood when time began to pass that was another's.
    stood: Option<Position>,
    /// The state of the instance, in the engine's words.
    pub state: Option<String>,
    /// The visits, in order.
    pub visited: Vec<WalkRecord>,
    /// Where it stood at each visit.
    pub stops: Vec<StopRecord>,
    visits: BTreeMap<String, u32>,
}

impl Walk {
    /// How often an activity was visited.
    pub fn visits(&self, activity: &str) -> u32 {
        self.visits.get(activity).copied().unwrap_or_default()
    }
}

/// One who acts in a scenario.
struct Actor {
    name: String,
    /// Its access, by number.
    access: usize,
    /// Its walk, by number.
    walk: usize,
    /// Whether it has acted, so that its session is opened.
    begun: bool,
}

/// Everyone who acts in a scenario with all that is their own, and whose turn it is. The main actor is the first; the others
/// follow in the order of the scenario.
pub(super) struct Cast {
    actors: Vec<Actor>,
    accesses: Vec<Access>,
    walks: Vec<Walk>,
    turn: usize,
}

impl Cast {
    /// The number of the main actor.
    pub const MAIN: usize = 0;

    pub fn new(scenario: &Scenario, catalogue: Option<&Catalogue>, target: &Target) -> Self {
        let base_url = ("base_url".to_owned(), (Data::from(json!(target.base_url)), false));
        let mut cast = Self { actors: Vec::new(), accesses: Vec::new(), walks: Vec::new(), turn: Self::MAIN };
        let credential = catalogue.and_then(|catalogue| Some(catalogue.session.credential.as_ref()?.value.as_str()));
        let main = (MAIN, &scenario.session, None);
        let others = scenario.actors.iter().map(|actor| (actor.name.value.as_str(), &actor.session, Some(actor)));
        for (number, (name, session, actor)) in std::iter::once(main).chain(others).enumerate() {
            let key = target.keys.get(name).or(target.key.as_ref());
            let own = actor.is_none_or(|actor| actor.wants_credential(credential) || target.keys.contains_key(name));
            if own {
                let key = key.map(|key| ("key".to_owned(), (Data::from(json!(key.expose())), true)));
                let kept = key.into_iter().chain([base_url.clone()]).collect();
                let access = Access { owner: number, kept, credential: None, renewal: session.renewal };
                cast.accesses.push(access);
            }
            let access = if own { cast.accesses.len() - 1 } else { 0 };
            if actor.is_none_or(|actor| actor.joins.is_none()) {
                cast.walks.push(Walk { owner: number, ..Walk::default() });
            }
            let walk = cast.walks.len() - 1;
            cast.actors.push(Actor { name: name.to_owned(), access, walk, begun: number == Self::MAIN });
        }
        for actor in &scenario.actors {
            let joined = actor.joins.as_ref().map(|joins| cast.actors[cast.number(Some(joins))].walk);
            let number = cast.number(Some(&actor.name));
            cast.actors[number].walk = joined.unwrap_or(cast.actors[number].walk);
        }
        cast
    }

    /// The number of an actor that a scenario names; the main one if it names none.
    pub fn number(&self, name: Option<&Spanned<String>>) -> usize {
        let named = name.and_then(|name| self.actors.iter().position(|actor| actor.name == name.value));
        named.unwrap_or(Self::MAIN)
    }

    /// The number of the one who acts.
    pub fn turn(&self) -> usize {
        self.turn
    }

    /// The name of the one who acts, unless it is the main actor.
    pub fn name(&self) -> Option<&str> {
        (self.turn != Self::MAIN).then(|| self.actors[self.turn].name.as_str())
    }

    /// Whether the one who acts has not acted before; it has from now on.
    pub fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.actors[self.turn].begun, true)
    }

    /// Whether the one who acts has an access of its own.
    pub fn has_own_access(&self) -> bool {
        self.access().owner == self.turn
    }

    /// The actor whose walk it is.
    pub fn owner(&self) -> usize {
        self.walk().owner
    }

    /// What to call a secret of the one who acts.
    pub fn secret_name(&self, name: &str) -> String {
        match self.access().owner {
            Self::MAIN => name.to_owned(),
            owner => format!("{}_{name}", self.actors[owner].name),
        }
    }

    /// The access of the one who acts.
    pub fn access(&self) -> &Access {
        &self.accesses[self.actors[self.turn].access]
    }

    fn access_mut(&mut self) -> &mut Access {
        &mut self.accesses[self.actors[self.turn].access]
    }

    /// The walk on which the one who acts is.
    pub fn walk(&self) -> &Walk {
        &self.walks[self.actors[self.turn].walk]
    }

    fn walk_mut(&mut self) -> &mut Walk {
        &mut self.walks[self.actors[self.turn].walk]
    }

    /// The owners of all walks.
    pub fn owners(&self) -> Vec<usize> {
        self.walks.iter().map(|walk| walk.owner).collect()
    }

    /// Every walk with the name of its owner.
    pub fn walks(&self) -> impl Iterator<Item = (&str, &Walk)> {
        self.walks.iter().map(|walk| (self.actors[walk.owner].name.as_str(), walk))
    }

    /// What templates see of an actor's session.
    fn session(&self, actor: &Actor) -> impl Iterator<Item = (&str, &Data, bool)> {
        let kept = self.accesses[actor.access].kept.iter().chain(&self.walks[actor.walk].kept);
        kept.map(|(name, (data, secret))| (name.as_str(), data, *secret))
    }
}

impl Walker<'_> {
    /// Gives the turn to an actor.
    pub(super) fn give_turn(&mut self, actor: usize) {
        if self.cast.turn != actor {
            self.cast.turn = actor;
            self.show_session();
            self.memory.set_position(self.position().data());
        }
    }

    /// Where the process stands for the one who acts.
    pub(super) fn position(&self) -> &Position {
        &self.cast.walk().position
    }

    /// Takes note of where the process stands.
    pub(super) fn stand(&mut self, position: Position) {
        self.memory.set_position(position.data());
        self.cast.walk_mut().position = position;
    }

    /// Takes note that any process may have moved.
    pub(super) fn doubt_positions(&mut self, reason: &str) {
        for walk in &mut self.cast.walks {
            if matches!(walk.position, Position::At { .. }) {
                walk.position = Position::Unknown(reason.to_owned());
            }
        }
        self.memory.set_position(self.position().data());
    }

    /// Takes note that time has passed for the walks of others: where they stand is found out when it matters.
    pub(super) fn age_other_walks(&mut self) {
        let own = self.cast.actors[self.cast.turn].walk;
        let others = self.cast.walks.iter_mut().enumerate().filter(|(number, _)| *number != own);
        for walk in others.map(|(_, walk)| walk).filter(|walk| matches!(walk.position, Position::At { .. })) {
            let unknown = Position::Unknown("time has passed".to_owned());
            walk.stood.get_or_insert(std::mem::replace(&mut walk.position, unknown));
        }
    }

    /// Finds out what time that was another's has done to the walk.
    pub(super) async fn catch_up(&mut self) -> Result<(), Trouble> {
        match self.cast.walk_mut().stood.take() {
            Some(stood) => self.outlast(stood).await,
            None => Ok(()),
        }
    }

    /// Takes note of the state of the instance.
    pub(super) fn set_state(&mut self, state: &str) {
        self.cast.walk_mut().state = Some(state.to_owned());
    }

    /// Counts a visit of an activity.
    pub(super) fn count_visit(&mut self, activity: &str) {
        *self.cast.walk_mut().visits.entry(activity.to_owned()).or_default() += 1;
    }

    /// Adds a visit to the walk.
    pub(super) fn record_visit(&mut self, activity: &str, outcome: &str, code: Option<i64>, stood: &Position) {
        // One that is done elsewhere says nothing of where the process stands.
        let element = stood.element().filter(|_| stood.activity() == Some(activity)).and_then(ElementRecord::known);
        let (activity_there, outcome_there) = (Some(activity.to_owned()), Some(outcome.to_owned()));
        let stop = StopRecord { element, activity: activity_there, outcome: outcome_there, code };
        self.cast.walk_mut().stops.push(stop);
        let actor = self.cast.name().filter(|_| self.cast.owner() != self.cast.turn).map(str::to_owned);
        let record = WalkRecord { activity: activity.to_owned(), outcome: outcome.to_owned(), code, actor };
        self.cast.walk_mut().visited.push(record);
    }

    /// Keeps a value of an answer: what the credential's activity gives belongs to the actor, anything else to the walk.
    pub(super) fn keep_value(&mut self, name: &str, value: &Value, secret: bool, of_credential: bool) {
        let kept = if of_credential { &mut self.cast.access_mut().kept } else { &mut self.cast.walk_mut().kept };
        kept.insert(name.to_owned(), (value.into(), secret));
        self.show_session();
    }

    /// Takes a value that the walk of the main actor keeps.
    pub(super) fn take_from_main(&mut self, name: &str) {
        let walk = self.cast.actors[Cast::MAIN].walk;
        if let Some(kept) = self.cast.walks[walk].kept.get(name).cloned() {
            self.cast.walk_mut().kept.insert(name.to_owned(), kept);
        }
    }

    /// Takes note of a fresh credential.
    pub(super) fn hold(&mut self, credential: Credential) {
        self.cast.access_mut().credential = Some(credential);
    }

    /// Lets templates see the session of the one who acts, and those of all if there are others.
    pub(super) fn show_session(&mut self) {
        self.memory.set_session(self.cast.session(&self.cast.actors[self.cast.turn]));
        for actor in self.cast.actors.iter().filter(|_| self.cast.actors.len() > 1) {
            self.memory.set_actor(&actor.name, self.cast.session(actor));
        }
    }
}
