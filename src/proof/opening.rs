use super::walk::Follower;
use super::{Map, Place, Places};
use crate::catalogue::{Activity, Role};
use crate::scenario::{ActorUse, GivenInputs, SessionUse};
use crate::source::Spanned;

/// The parameter of a token by which a process is chosen.
const PROCESS: &str = "process";

impl Follower<'_> {
    /// Where the walk begins.
    pub(super) fn opened(&self) -> Places {
        let actor = self.scenario.actor(self.walk);
        if actor.is_some_and(|actor| actor.session.from.is_some()) {
            // What comes before is the main actor's, whose token may be for another process.
            let main = self.opened_by(None);
            if main.is_vague() {
                return main;
            }
        }
        self.opened_by(actor)
    }

    fn opened_by(&self, actor: Option<&ActorUse>) -> Places {
        let session = &self.map.catalogue().session;
        let (given, opens): (&SessionUse, Vec<&Spanned<String>>) = match actor {
            Some(actor) => {
                let credential = session.credential.as_ref().map(|name| name.value.as_str());
                (&actor.session, actor.opens(&session.open, credential, true))
            }
            None => (&self.scenario.session, self.scenario.session.opens(&session.open).iter().collect()),
        };
        let activities = opens.iter().filter_map(|name| self.map.catalogue().activity(&name.value));
        let mut places = Places::only(Place::Nowhere);
        for activity in activities {
            let with = given.inputs.iter().find(|(name, _)| name.value == activity.name.value);
            let nothing = Vec::new();
            places = self.around(activity, with.map_or(&nothing, |(_, with)| with), true, &places);
        }
        places
    }

    /// Where an activity leads that belongs to no element; `granted` tells whether the engine does what is asked.
    pub(super) fn around(&self, activity: &Activity, with: &GivenInputs, granted: bool, here: &Places) -> Places {
        if !granted {
            return here.clone();
        }
        let gives = |name: &str| with.iter().any(|(given, _)| given.value == name);
        match role(self.map, activity) {
            // Of which process it is then an instance is not told here.
            Some(Role::CreateToken) if gives(PROCESS) && !self.names_its_process(with) => Places::only(Place::Unknown),
            // Nor of which token's process, where that is given, or which of two instances is meant from then on.
            Some(Role::CreateInstance) if !with.is_empty() || *here != Places::only(Place::Nowhere) => {
                Places::only(Place::Unknown)
            }
            Some(Role::StartInstance) if !with.is_empty() => Places::only(Place::Unknown),
            Some(Role::StartInstance) => {
                // Starting again tells where it stands.
                let mut places: Places = here.iter().filter(|place| *place != Place::Nowhere).collect();
                if here.has(Place::Nowhere) {
                    places.join(&self.map.start());
                }
                places
            }
            Some(Role::ContinueInstance) => {
                let success = activity.outcome(Activity::SUCCESS);
                let mut places: Places = here.iter().filter(|place| !matches!(place, Place::At(_))).collect();
                for node in here.nodes() {
                    if let Some(success) = success {
                        places.join(&self.map.after(node, success));
                    }
                }
                places
            }
            _ => here.clone(),
        }
    }

    fn names_its_process(&self, with: &GivenInputs) -> bool {
        let given = with.iter().find(|(name, _)| name.value == PROCESS).and_then(|(_, given)| given.template());
        let literal = given.and_then(|template| template.as_literal()).and_then(|value| value.as_str());
        literal.is_some() && literal == self.scenario.process.as_ref().map(|process| process.value.as_str())
    }
}

/// What the engine does with the last request of an activity.
fn role(map: &Map, activity: &Activity) -> Option<Role> {
    let last = activity.requests.last()?;
    map.catalogue().wire.exchange(&last.exchange.value).map(|exchange| exchange.role)
}
