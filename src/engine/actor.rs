use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::position::Position;
use super::target::Target;
use super::walker::Walker;
use crate::event::WalkRecord;
use crate::template::Data;

/// Values that a session keeps, by name, and whether they are secret.
pub(super) type Kept = BTreeMap<String, (Data, bool)>;

/// The credential that an actor holds.
pub(super) struct Credential {
    /// When it was issued, as time since the scenario began.
    pub issued: Duration,
    /// How long it holds, if the engine says so.
    pub ttl: Option<Duration>,
}

/// As whom the engine knows an actor.
pub(super) struct Access {
    /// The key and what the credential's activity keeps.
    kept: Kept,
    pub credential: Option<Credential>,
}

/// One walk through a process: its instance, where that stands, and what was visited.
#[derive(Default)]
pub(super) struct Walk {
    /// What the other activities keep: the token, the instance.
    kept: Kept,
    /// Where the process stands.
    pub position: Position,
    /// The state of the instance, in the engine's words.
    pub state: Option<String>,
    /// The visits, in order.
    pub visited: Vec<WalkRecord>,
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
    /// Its access, by number.
    access: usize,
    /// Its walk, by number.
    walk: usize,
}

/// Everyone who acts in a scenario with all that is their own, and whose turn it is.
pub(super) struct Cast {
    actors: Vec<Actor>,
    accesses: Vec<Access>,
    walks: Vec<Walk>,
    turn: usize,
}

impl Cast {
    pub fn new(target: &Target) -> Self {
        let mut kept = Kept::from([("base_url".to_owned(), (json!(target.base_url).into(), false))]);
        if let Some(key) = &target.key {
            kept.insert("key".to_owned(), (json!(key.expose()).into(), true));
        }
        Self {
            actors: vec![Actor { access: 0, walk: 0 }],
            accesses: vec![Access { kept, credential: None }],
            walks: vec![Walk::default()],
            turn: 0,
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

    /// Every walk.
    pub fn walks(&self) -> &[Walk] {
        &self.walks
    }

    /// What templates of the one who acts see as `session`.
    fn session(&self) -> impl Iterator<Item = (&str, &Data, bool)> {
        let kept = self.access().kept.iter().chain(&self.walk().kept);
        kept.map(|(name, (data, secret))| (name.as_str(), data, *secret))
    }
}

impl Walker<'_> {
    /// Where the process stands for the one who acts.
    pub(super) fn position(&self) -> &Position {
        &self.cast.walk().position
    }

    /// Takes note of where the process stands.
    pub(super) fn stand(&mut self, position: Position) {
        self.memory.set_position(position.data());
        self.cast.walk_mut().position = position;
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
    pub(super) fn record_visit(&mut self, activity: &str, outcome: &str, code: Option<i64>) {
        let record = WalkRecord { activity: activity.to_owned(), outcome: outcome.to_owned(), code };
        self.cast.walk_mut().visited.push(record);
    }

    /// Keeps a value of an answer: what a credential's activity gives belongs to the actor, anything else to the walk.
    pub(super) fn keep_value(&mut self, name: &str, value: &Value, secret: bool, of_credential: bool) {
        let kept = if of_credential { &mut self.cast.access_mut().kept } else { &mut self.cast.walk_mut().kept };
        kept.insert(name.to_owned(), (value.into(), secret));
        self.show_session();
    }

    /// Takes note of a fresh credential.
    pub(super) fn hold(&mut self, credential: Credential) {
        self.cast.access_mut().credential = Some(credential);
    }

    /// Lets templates see the session of the one who acts.
    pub(super) fn show_session(&mut self) {
        self.memory.set_session(self.cast.session());
    }
}
