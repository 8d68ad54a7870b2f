use super::{Boundary, Kind, Nesting, Node, Repetition, Thrown, Trigger};

impl Node {
    /// What it is, if it is not executed: reaching it is an incident, and an event that is not executed never happens.
    pub fn unexecuted(&self) -> Option<String> {
        let with = |definition: &str| Some(format!("{} with {definition}", self.element));
        match &self.repetition {
            Some(Repetition::Instances(_)) => return with("multiInstanceLoopCharacteristics"),
            Some(Repetition::Loop) => return with("standardLoopCharacteristics"),
            None => {}
        }
        match &self.kind {
            Kind::Start | Kind::End | Kind::Terminate => None,
            Kind::ExternalTask | Kind::AutomaticTask | Kind::ExclusiveGateway => None,
            Kind::Boundary(Boundary {
                trigger: Trigger::Error { .. } | Trigger::Timer { .. },
                interrupting: true,
                ..
            }) => None,
            Kind::Boundary(Boundary { trigger: Trigger::Unsupported(what), .. }) => Some(what.clone()),
            Kind::Boundary(Boundary { trigger, interrupting: true, .. }) => Some(definition_of(trigger).to_owned()),
            Kind::Boundary(_) => Some("an event that does not interrupt".to_owned()),
            Kind::StartOn { trigger, .. } | Kind::Catch(trigger) => with(definition_of(trigger)),
            Kind::Throw(Thrown::Nothing) => Some(self.element.clone()),
            Kind::Throw(thrown) | Kind::EndThrow(thrown) => with(definition_of_thrown(thrown)),
            Kind::UserTask
            | Kind::ReceiveTask { .. }
            | Kind::CallActivity(_)
            | Kind::Subprocess(Nesting::Embedded | Nesting::Event | Nesting::Transaction | Nesting::AdHoc)
            | Kind::ParallelGateway
            | Kind::InclusiveGateway
            | Kind::EventGateway => Some(self.element.clone()),
            Kind::Unsupported(what) => Some(what.clone()),
        }
    }
}

/// What the definition of a trigger is called in BPMN.
fn definition_of(trigger: &Trigger) -> &str {
    match trigger {
        Trigger::Error { .. } => "errorEventDefinition",
        Trigger::Timer { .. } => "timerEventDefinition",
        Trigger::Message { .. } => "messageEventDefinition",
        Trigger::Signal { .. } => "signalEventDefinition",
        Trigger::Escalation { .. } => "escalationEventDefinition",
        Trigger::Conditional { .. } => "conditionalEventDefinition",
        Trigger::Link { .. } => "linkEventDefinition",
        Trigger::Unsupported(what) => what,
    }
}

fn definition_of_thrown(thrown: &Thrown) -> &str {
    match thrown {
        Thrown::Nothing => "no event definition",
        Thrown::Error { .. } => "errorEventDefinition",
        Thrown::Escalation { .. } => "escalationEventDefinition",
        Thrown::Signal { .. } => "signalEventDefinition",
        Thrown::Message { .. } => "messageEventDefinition",
        Thrown::Link { .. } => "linkEventDefinition",
        Thrown::Unsupported(what) => what,
    }
}
