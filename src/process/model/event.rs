use crate::process::NodeIndex;
use crate::process::expression::{Condition, Template};

/// An event on the border of an activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary {
    /// The activity.
    pub host: NodeIndex,
    /// What makes it happen.
    pub trigger: Trigger,
    /// Whether it cancels the activity. One that does not adds a token.
    pub interrupting: bool,
}

/// What makes an event happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// A BPMN error.
    Error {
        /// The code that is caught; `None` catches every code that no other event catches.
        code: Option<String>,
        /// The process variable that the code is written to.
        code_variable: Option<String>,
        /// The process variable that the message is written to.
        message_variable: Option<String>,
    },
    /// Time.
    Timer {
        /// When, counted from entry.
        duration: Timer,
    },
    /// A message from outside.
    Message {
        /// Its name; without one every message is taken.
        name: Option<String>,
    },
    /// A signal, which reaches everything that waits for it.
    Signal {
        /// Its name; without one every signal is taken.
        name: Option<String>,
    },
    /// An escalation thrown inside.
    Escalation {
        /// The code that is caught; `None` catches every code that no other event catches.
        code: Option<String>,
        /// The process variable that the code is written to.
        code_variable: Option<String>,
    },
    /// A condition that becomes true.
    Conditional {
        /// The condition; `None` if there is none that could be true.
        condition: Option<Condition>,
    },
    /// The token comes from the throwing event of the same name in the same scope.
    Link {
        /// The name.
        name: String,
    },
    /// Anything else, by the name of its definition; it never happens.
    Unsupported(String),
}

/// What a throwing event throws.
#[derive(Clone, Debug, PartialEq)]
pub enum Thrown {
    /// Nothing: the event only marks that the token came by.
    Nothing,
    /// A BPMN error, which the innermost scope catches that can.
    Error {
        /// Its code.
        code: Option<String>,
    },
    /// An escalation, which goes up through the scopes.
    Escalation {
        /// Its code.
        code: Option<String>,
    },
    /// A signal to everything that waits for it.
    Signal {
        /// Its name.
        name: Option<String>,
    },
    /// A message to the outside.
    Message {
        /// Its name.
        name: Option<String>,
    },
    /// The token goes on at the catching event of the same name in the same scope.
    Link {
        /// The name.
        name: String,
    },
    /// Anything else, by the name of its definition.
    Unsupported(String),
}

/// When a timer fires.
#[derive(Clone, Debug, PartialEq)]
pub enum Timer {
    /// Milliseconds after entry.
    After(u64),
    /// At a date, in milliseconds since 1970; at once if it has passed.
    At(u64),
    /// Again and again.
    Every {
        /// Milliseconds from one time to the next.
        period: u64,
        /// How often; `None` is without end.
        times: Option<u32>,
    },
    /// An expression that gives one of these as a text when the activity is entered.
    Computed(Template),
}

impl Trigger {
    /// Whether it is time.
    pub fn is_timer(&self) -> bool {
        matches!(self, Self::Timer { .. })
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error { .. })
    }
}
