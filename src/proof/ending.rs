use super::walk::Follower;
use super::{Place, Places};
use crate::diagnostic::{Diagnostic, Id};
use crate::proof::told::whereabouts;
use crate::scenario::{MAIN, Promise, Ways};

impl<'a> Follower<'a> {
    /// Reports what a scenario expects of an instance at its end that the diagram excludes.
    pub(super) fn judge_end(&mut self, ways: &Ways<'a>, here: &Places) {
        let Some(expect) = &self.scenario.expect else { return };
        let expect = match self.walk {
            MAIN => Some(expect),
            actor => expect.actors.iter().find(|(name, _)| name.value == actor).map(|(_, expect)| expect),
        };
        let Some(expect) = expect else { return };
        if let Some(instance) = &expect.instance {
            self.narrow_to_state(instance, here.clone(), true);
        }
        self.judge_visits(ways, expect);
    }

    /// Of some places those at which an instance can be in a state; reported, if there are none.
    pub(super) fn narrow_to_state(&mut self, instance: &Promise, places: Places, tell: bool) -> Places {
        let finals = &self.map.catalogue().session.final_states;
        let states: Vec<&str> = instance.matcher.listed().iter().filter_map(|state| state.as_str()).collect();
        let is_final = |state: &&str| finals.iter().any(|one| one == state);
        let ended = Places::only(Place::Ended);
        let recovered = match places.has(Place::Ended) {
            _ if states.is_empty() || places.is_vague() => return places,
            true if places == ended && !states.iter().any(is_final) => Places::only(Place::Unknown),
            false if states.iter().all(is_final) => ended,
            _ => return places,
        };
        if tell {
            let message = format!("the process instance cannot be `{}` here", states[0]);
            let told = whereabouts(self.map, &places);
            let one = Diagnostic::new(Id::WALK, message).at(instance.span);
            self.tell(one.help(format!("by the diagram the process then stands {told}")));
        }
        recovered
    }
}
