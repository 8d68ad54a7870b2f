use super::Part;
use crate::source::{Span, Spanned};

/// One of two versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// What was.
    Old,
    /// What is.
    New,
}

/// What kind of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// The element is new.
    Added,
    /// The element is gone.
    Removed,
    /// It is something else: a task that waits became one that does not, an event interrupts or no longer does.
    Kind,
    /// A flow leaves or reaches another node, an event stands on another activity, a node in another subprocess.
    Rerouted,
    /// When a flow is taken, or an event happens.
    Condition,
    /// Which flow is taken if no other one is.
    Default,
    /// In which order the conditions at a gateway are asked.
    Order,
    /// What the engine calls: its attributes, listeners, scripts, repetitions.
    Implementation,
    /// What goes into an activity or comes out of it.
    Parameter,
    /// Which error is thrown or caught, and where its code is written.
    Error,
    /// When a timer fires.
    Timer,
    /// The message, signal, escalation or link of an event.
    Trigger,
    /// What it is called.
    Name,
    /// What is told and drawn beside it, and never executed.
    Documentation,
    /// Nothing but where it is drawn.
    Layout,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::Added,
        Self::Removed,
        Self::Kind,
        Self::Rerouted,
        Self::Condition,
        Self::Default,
        Self::Order,
        Self::Implementation,
        Self::Parameter,
        Self::Error,
        Self::Timer,
        Self::Trigger,
        Self::Name,
        Self::Documentation,
        Self::Layout,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Kind => "kind",
            Self::Rerouted => "rerouted",
            Self::Condition => "condition",
            Self::Default => "default",
            Self::Order => "order",
            Self::Implementation => "implementation",
            Self::Parameter => "parameter",
            Self::Error => "error",
            Self::Timer => "timer",
            Self::Trigger => "trigger",
            Self::Name => "name",
            Self::Documentation => "documentation",
            Self::Layout => "layout",
        }
    }

    /// Whether an instance of the process can come to notice it.
    pub fn is_executed(self) -> bool {
        !matches!(self, Self::Name | Self::Documentation | Self::Layout)
    }
}

/// One difference of one element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The id of the element.
    pub element: String,
    /// What people know it as.
    pub called: String,
    /// What it is, in words: `exclusive gateway`.
    pub kind: String,
    /// What it is to the process.
    pub part: Part,
    /// What kind of difference it is.
    pub class: Class,
    /// What of the element it is about; empty where the class says it.
    pub what: String,
    /// What was, and where it is written; `None` if there was nothing.
    pub old: Option<Spanned<String>>,
    /// What is, and where it is written; `None` if there is nothing.
    pub new: Option<Spanned<String>>,
    /// Where the id of the element is written in the old version, if it is there.
    pub old_place: Option<Span>,
    /// Where the id of the element is written in the new version, if it is there.
    pub new_place: Option<Span>,
}

impl Change {
    /// Whether an instance of the process can come to notice it.
    pub fn is_executed(&self) -> bool {
        self.class.is_executed() && self.part != Part::Drawing
    }

    /// The value on one side.
    pub fn value(&self, side: Side) -> Option<&Spanned<String>> {
        match side {
            Side::Old => self.old.as_ref(),
            Side::New => self.new.as_ref(),
        }
    }

    /// Where one should look for it: in the new version, unless only the old one has it.
    pub fn place(&self) -> Option<Span> {
        self.new.as_ref().map(|value| value.span).or(self.new_place).or(self.old_place)
    }
}
