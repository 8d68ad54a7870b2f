use super::{Boundary, Definition, Kind, Nesting, Node, Repetition, Thrown, Trigger};

impl Node {
    /// What it is, if it is not executed: reaching it is an incident, and an event that is not executed never happens.
    pub fn unexecuted(&self) -> Option<String> {
        let with = |definition: &str| Some(format!("{} with {definition}", self.element));
        if self.repetition == Some(Repetition::Loop) {
            return with("standardLoopCharacteristics");
        }
        match &self.kind {
            Kind::Boundary(Boundary { trigger: Trigger::Unsupported(what), .. }) => Some(what.clone()),
            Kind::Boundary(Boundary { trigger, interrupting: false, .. }) if trigger.is_error() => {
                Some("an error event that does not interrupt".to_owned())
            }
            Kind::Boundary(Boundary { trigger, .. }) => not_on_border(trigger).map(str::to_owned),
            // An instance is started by somebody; what else could start it is not played.
            Kind::StartOn { trigger, .. } if self.scope.is_none() => with(trigger.definition()),
            Kind::StartOn { trigger, .. } => not_on_border(trigger).and_then(with),
            Kind::Catch(trigger) => not_in_the_way(trigger).and_then(with),
            Kind::Throw(thrown) | Kind::EndThrow(thrown) => not_thrown(thrown).and_then(with),
            Kind::Subprocess(Nesting::Transaction | Nesting::AdHoc) => Some(self.element.clone()),
            Kind::Unsupported(what) => Some(what.clone()),
            _ => None,
        }
    }
}

impl Definition {
    /// All elements that are not executed, with what they are, in document order.
    pub fn unexecuted(&self) -> impl Iterator<Item = (&Node, String)> {
        self.nodes().iter().filter_map(|node| Some((node, node.unexecuted()?)))
    }
}

/// What of a trigger is not executed on the border of an activity and at the start of an event subprocess.
fn not_on_border(trigger: &Trigger) -> Option<&str> {
    match trigger {
        Trigger::Link { .. } | Trigger::Unsupported(_) | Trigger::Conditional { condition: None } => {
            Some(trigger.definition())
        }
        _ => None,
    }
}

/// What of a trigger is not executed where the token itself waits for it.
fn not_in_the_way(trigger: &Trigger) -> Option<&str> {
    match trigger {
        Trigger::Error { .. }
        | Trigger::Escalation { .. }
        | Trigger::Unsupported(_)
        | Trigger::Conditional { condition: None } => Some(trigger.definition()),
        _ => None,
    }
}

fn not_thrown(thrown: &Thrown) -> Option<&str> {
    match thrown {
        Thrown::Error { code: None } => Some("an error that has no code"),
        Thrown::Unsupported(what) => Some(what),
        _ => None,
    }
}

impl Trigger {
    /// What its definition is called in BPMN.
    pub fn definition(&self) -> &str {
        match self {
            Self::Error { .. } => "errorEventDefinition",
            Self::Timer { .. } => "timerEventDefinition",
            Self::Message { .. } => "messageEventDefinition",
            Self::Signal { .. } => "signalEventDefinition",
            Self::Escalation { .. } => "escalationEventDefinition",
            Self::Conditional { .. } => "conditionalEventDefinition",
            Self::Link { .. } => "linkEventDefinition",
            Self::Unsupported(what) => what,
        }
    }
}
