use std::time::Duration;

use super::Reader;
use crate::catalogue::{Condition, Finalizer, STATES, Session, SimulatedSession, States};
use crate::diagnostic::{Diagnostic, Id};
use crate::source::Spanned;
use crate::yaml::{Fields, Kind, Node};

const DEFAULT_MARGIN: Duration = Duration::from_secs(30);

impl Reader<'_> {
    pub fn session(&mut self, node: Option<&Node>) -> Session {
        let empty = Session {
            open: Vec::new(),
            credential: None,
            renew_margin: DEFAULT_MARGIN,
            renew_when: None,
            position: None,
            instance: None,
            states: States::default(),
            final_states: Vec::new(),
            finalizer: Vec::new(),
            simulated: SimulatedSession::default(),
        };
        let Some(mut fields) = node.and_then(|node| Fields::of(node, "the session", self.found)) else { return empty };
        let open = fields.optional("open");
        let open = self.texts(open, "`open`");
        let credential = fields.text("credential", self.found);
        let (renew_margin, renew_when) = match fields.optional("renew") {
            Some(node) => self.renew(node),
            None => (DEFAULT_MARGIN, None),
        };
        let (position, instance) = (fields.text("position", self.found), fields.text("instance", self.found));
        let states = fields.optional("states");
        let states = self.states(states);
        let ends = fields.optional("final");
        let ends = self.texts(ends, "`final`");
        let ends: Vec<_> = ends.iter().filter_map(|state| self.state(state)).collect();
        let finalizer = fields.optional("finalizer");
        let finalizer = self.finalizer(finalizer);
        let simulated = fields.optional("simulated").map(|node| self.simulated_session(node)).unwrap_or_default();
        fields.finish(self.found);
        let final_states = ends.into_iter().map(|state| states.word(state).to_owned()).collect();
        Session {
            open,
            credential,
            renew_margin,
            renew_when,
            position,
            instance,
            states,
            final_states,
            finalizer,
            simulated,
        }
    }

    fn renew(&mut self, node: &Node) -> (Duration, Option<crate::catalogue::When>) {
        let Some(mut fields) = Fields::of(node, "`renew`", self.found) else { return (DEFAULT_MARGIN, None) };
        let margin = fields.duration("margin", self.found).map_or(DEFAULT_MARGIN, |margin| margin.value);
        let when = fields.optional("when").map(|node| self.when(node));
        fields.finish(self.found);
        (margin, when)
    }

    /// One of flowproof's words for the state of an instance.
    pub fn state(&mut self, text: &Spanned<String>) -> Option<&'static str> {
        let words: Vec<_> = STATES.iter().map(|state| (*state, *state)).collect();
        self.word(text, "state of an instance", &words)
    }

    fn states(&mut self, node: Option<&Node>) -> States {
        let mut states = States::default();
        for entry in self.free(node, "`states`") {
            let word = entry.value.text("the engine's word", self.found);
            if let (Some(state), Some(word)) = (self.state(&entry.key), word) {
                states.0.insert(state.to_owned(), word.value);
            }
        }
        states
    }

    fn finalizer(&mut self, node: Option<&Node>) -> Vec<Finalizer> {
        let rules = node.and_then(|node| node.sequence("`finalizer`", self.found)).unwrap_or_default();
        rules.iter().filter_map(|rule| self.finalizer_rule(rule)).collect()
    }

    fn finalizer_rule(&mut self, node: &Node) -> Option<Finalizer> {
        let mut fields = Fields::of(node, "a rule of `finalizer`", self.found)?;
        let when = fields.required("when", self.found).and_then(|node| self.condition(node));
        let state = fields.required_text("state", self.found).filter(|state| self.state(state).is_some());
        fields.finish(self.found);
        Some(Finalizer { when: when?, state: state? })
    }

    fn condition(&mut self, node: &Node) -> Option<Condition> {
        if let Kind::Mapping(_) = &node.kind {
            let mut fields = Fields::of(node, "`when`", self.found)?;
            let path = fields.required_text("variable", self.found);
            let equals = fields.required("equals", self.found).map(Node::to_json);
            fields.finish(self.found);
            return Some(Condition::Variable { path: path?.value, equals: equals? });
        }
        let text = node.text("`when`", self.found)?;
        let words = [
            ("incident", &Condition::Incident),
            ("timeout", &Condition::Timeout),
            ("failed-check", &Condition::FailedCheck),
            ("always", &Condition::Always),
        ];
        self.word(&text, "condition of a finalizer", &words).cloned()
    }

    fn simulated_session(&mut self, node: &Node) -> SimulatedSession {
        let mut simulated = SimulatedSession::default();
        let Some(mut fields) = Fields::of(node, "`simulated`", self.found) else { return simulated };
        let texts =
            [("key", &mut simulated.key), ("tenant", &mut simulated.tenant), ("language", &mut simulated.language)];
        for (key, place) in texts {
            if let Some(text) = fields.text(key, self.found) {
                *place = text.value;
            }
        }
        simulated.token_parameters = fields.text("token-parameters", self.found).map(|name| name.value);
        if let Some(ttl) = fields.duration("credential-ttl", self.found) {
            simulated.credential_ttl = ttl.value;
            if ttl.value < Duration::from_secs(1) {
                let one =
                    Diagnostic::new(Id::WRONG_VALUE, "`credential-ttl` is at least a second, the wire counts seconds");
                self.found.push(one.at(ttl.span));
            }
        }
        fields.finish(self.found);
        simulated
    }
}
