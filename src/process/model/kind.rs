use super::{Boundary, CallActivity, Thrown, Trigger};

/// What a node does when the token reaches it.
///
/// More kinds may come: where only some matter, ask [`super::Node`] for what they have in common.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The start event without a trigger, of a process or of a subprocess.
    Start,
    /// A start event that something makes happen: of an event subprocess, or of a process that a message starts.
    StartOn {
        /// What makes it happen.
        trigger: Trigger,
        /// Whether it ends everything else in the scope around its event subprocess.
        interrupting: bool,
    },
    /// An end event that consumes its token and nothing more.
    End,
    /// An end event that consumes all tokens of its scope.
    Terminate,
    /// An end event that throws, and consumes its token.
    EndThrow(Thrown),
    /// An intermediate event that throws, and goes on.
    Throw(Thrown),
    /// An intermediate event that waits until something happens.
    Catch(Trigger),
    /// A task of an external worker: the process waits there.
    ExternalTask,
    /// A task that the engine performs at once: service, script, business rule, send and manual tasks, and a plain one.
    AutomaticTask,
    /// A task of a person: the process waits there.
    UserTask,
    /// A task that waits for a message.
    ReceiveTask {
        /// The name of the message; without one every message is taken.
        message: Option<String>,
    },
    /// Starts an instance of another process and waits for its end.
    CallActivity(CallActivity),
    /// Holds nodes of its own: those whose [`super::Node::scope`] it is.
    Subprocess(Nesting),
    /// Takes the first flow whose condition holds.
    ExclusiveGateway,
    /// Waits for a token of each flow into it, and gives one to each flow out of it.
    ParallelGateway,
    /// Waits for every token that can still come, and gives one to each flow whose condition holds.
    InclusiveGateway,
    /// Waits for what happens first of the events behind it.
    EventGateway,
    /// An event on the border of an activity.
    Boundary(Boundary),
    /// Anything else, as it is called in BPMN. Reaching it is an incident.
    Unsupported(String),
}

/// How a subprocess holds its nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// The token goes through it.
    Embedded,
    /// It begins when its start event happens, while the scope around it is alive.
    Event,
    /// As an embedded one, but it can be undone.
    Transaction,
    /// What is done in it, and in which order, is decided when it runs.
    AdHoc,
}
