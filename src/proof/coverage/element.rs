use serde::{Deserialize, Serialize};

/// What is known of an element of the diagram: a node or a sequence flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// Its id in the diagram.
    pub id: String,
    /// Its name, on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is.
    pub kind: ElementKind,
    /// The node that a flow leaves, or whose border an event is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The node that a flow leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What it came to.
    pub state: State,
    /// Why it cannot be covered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// How often it was passed, by all scenarios.
    pub hits: u64,
    /// How it is known that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// What became of an activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
    /// How many scenarios passed it.
    pub scenarios: u64,
    /// The first of them, at most 20, by their places in [`super::Coverage::scenarios`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<u32>,
    /// For what is uncovered: the scenario that came nearest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
}

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ElementKind {
    /// A task or another activity.
    Activity,
    /// A gateway.
    Gateway,
    /// An event on the border of an activity that catches errors.
    ErrorEvent,
    /// A timer on the border of an activity.
    TimerEvent,
    /// Another event.
    Event,
    /// A sequence flow.
    Flow,
}

/// What an element came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It was passed, and so was every way out of it that can be.
    Covered,
    /// It was passed, and some way out of it was not.
    Partly,
    /// It was not passed.
    Uncovered,
    /// No walk from a start to an end can pass it.
    Infeasible,
}

/// Why no walk can pass an element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// Its condition is never true.
    NeverTrue {
        /// The condition's text.
        condition: String,
    },
    /// A flow that always holds is asked before it.
    Preceded {
        /// The id of that flow.
        by: String,
    },
    /// Everything that leads to it is closed by a flow that is never taken.
    ClosedOff {
        /// The id of that flow.
        by: String,
        /// Its condition's text, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        condition: Option<String>,
    },
    /// Nothing leads to it.
    Unreachable,
    /// No end can be reached from it.
    DeadEnd,
}

/// How it is known that an element was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The engine told so.
    Observed,
    /// Every way between two places where the process was seen to stand leads over it.
    Inferred,
}

/// What became of an activity, in visits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// How often it was entered.
    pub entered: u64,
    /// How often it was completed.
    pub completed: u64,
    /// How often an event on its border cancelled it.
    pub cancelled: u64,
}

/// The scenario that came nearest to something that is uncovered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nearest {
    /// Its place in [`super::Coverage::scenarios`].
    pub scenario: u32,
    /// The id of the last node that it passed.
    pub at: String,
    /// How many arcs there are from that node on, the one that is uncovered included.
    pub arcs: u64,
}
