use serde_json::{Map as Members, Value};

use super::choice::Choice;
use super::stage::Stage;
use super::walker::{Place, Standing, Walker, Worked};
use crate::process::NodeIndex;
use crate::script::Directive;

/// A walk from the start to an end that was executed.
#[derive(Clone, Debug, PartialEq)]
pub struct Played {
    /// The variables at the start that differ from none.
    pub(super) start: Members<String, Value>,
    /// What automatic elements did before the process first waited.
    pub(super) begun: Vec<Worked>,
    /// What happened where it waited.
    pub(super) stops: Vec<Stop>,
    /// The arcs that were taken, by their places in the graph, in order.
    pub arcs: Vec<usize>,
    /// The state of the instance at the end, as the engine's word.
    pub state: String,
}

/// What happened where the process waited.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stop {
    pub node: NodeIndex,
    pub deed: Deed,
    /// Where the process waits then; nothing at its end.
    pub next: Option<NodeIndex>,
    /// What automatic elements did until then.
    pub works: Vec<Worked>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Deed {
    /// Somebody answered.
    Answer {
        /// The inputs, by their places in the activity. A file is null: which one is open.
        given: Vec<(usize, Value)>,
        /// What the element was told.
        told: Option<Box<Directive>>,
        /// The outcome of the answer.
        outcome: String,
        /// The code of the answer.
        code: Option<i64>,
    },
    /// Nobody did for so many milliseconds, and a timer fired.
    Wait(u64),
}

impl<S: Stage> Walker<'_, S> {
    /// Plays a walk. `None` if it does not come to an end in this way, since something was counted that the plan does not know of.
    pub fn play(&self, choices: &[&Choice]) -> Option<Played> {
        let mut standing = Standing::default();
        let mut played: Option<Played> = None;
        let mut rest = choices;
        let mut at = None;
        while !rest.is_empty() {
            let length = 1 + rest[1..].iter().take_while(|choice| matches!(choice, Choice::Work { .. })).count();
            let (step, behind) = rest.split_at(length);
            rest = behind;
            let went = self.step(&standing, step).ok()?;
            let next = match went.place {
                Place::Wait(node) => Some(node),
                Place::End(_) => None,
                Place::Before | Place::Work(_) => return None,
            };
            match (&mut played, step[0]) {
                (None, Choice::Start(setting)) => {
                    let start = self.cells.started(setting);
                    let (begun, arcs) = (went.works, went.arcs);
                    played = Some(Played { start, begun, stops: Vec::new(), arcs, state: String::new() });
                }
                (Some(played), choice) => {
                    let deed = match choice {
                        Choice::Answer { given, fails } => {
                            let (outcome, code) = went.answer?;
                            let told = fails.as_ref().map(|fails| Box::new(fails.told.clone()));
                            Deed::Answer { given: given.clone(), told, outcome, code }
                        }
                        _ => Deed::Wait(went.waited),
                    };
                    played.stops.push(Stop { node: at?, deed, next, works: went.works });
                    played.arcs.extend(went.arcs);
                }
                (None, _) => return None,
            }
            standing = went.standing;
            at = next;
        }
        let mut played = played.filter(|_| at.is_none() && standing.execution.is_some())?;
        played.state = self.state(&standing);
        Some(played)
    }
}
