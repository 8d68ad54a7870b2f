use serde::{Deserialize, Serialize};

use super::WriteError;
use crate::process::expression::EvaluationError;

/// When a parameter is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// On entry.
    Input,
    /// On completion.
    Output,
}

impl std::fmt::Display for Direction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Input => "input",
            Self::Output => "output",
        })
    }
}

/// Why an execution cannot go on. The instance stands still; a real engine would show an incident, or lose it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Incident {
    /// A BPMN error that no event catches, of the activity or of a scope around it.
    #[error("`{node}` threw the error `{code}`, which nothing catches")]
    UnhandledError {
        /// The activity.
        node: String,
        /// The code.
        code: String,
        /// The message.
        message: Option<String>,
    },
    /// No flow can be taken: every condition is false and there is no default.
    #[error("no flow out of `{node}` can be taken: all conditions are false and there is no default")]
    Stuck {
        /// The node.
        node: String,
    },
    /// A condition has no verdict.
    #[error("the condition of the flow `{flow}` failed: {error}")]
    Condition {
        /// The flow.
        flow: String,
        /// Why.
        error: EvaluationError,
    },
    /// An input or output parameter has no value.
    #[error("the {direction} parameter `{parameter}` of `{node}` failed: {error}")]
    Parameter {
        /// The node.
        node: String,
        /// The parameter.
        parameter: String,
        /// Which side it stands on.
        direction: Direction,
        /// Why.
        error: EvaluationError,
    },
    /// A computed timer gives no duration.
    #[error("the timer `{boundary}` has no duration: {reason}")]
    Timer {
        /// The boundary event.
        boundary: String,
        /// Why.
        reason: String,
    },
    /// Too many nodes were passed without a wait state.
    #[error("no progress: more than {moves} nodes were passed without waiting{}", in_loop(nodes))]
    NoProgress {
        /// How many nodes may be passed.
        moves: u32,
        /// The nodes that were passed more than once, in the order they were.
        nodes: Vec<String>,
    },
    /// Too many timers fired in one advance of the clock.
    #[error("more than {firings} timers fired in one advance of the clock, the next one would be `{boundary}`")]
    Timers {
        /// The boundary event.
        boundary: String,
        /// How many timers may fire.
        firings: u32,
    },
    /// An element that is not executed.
    #[error("`{node}` is not executed: {what}")]
    Unsupported {
        /// The node.
        node: String,
        /// What it is.
        what: String,
    },
    /// The instances of an activity cannot be counted.
    #[error("`{node}` is done more than once, but not how often: {reason}")]
    Instances {
        /// The activity.
        node: String,
        /// Why.
        reason: String,
    },
    /// All tokens wait at gateways for others, and none comes any more.
    #[error("the process hangs: what waits at {} waits for what never comes", listed(nodes))]
    Deadlock {
        /// The gateways, in document order.
        nodes: Vec<String>,
    },
    /// What performs the automatic tasks could not.
    #[error("`{node}` could not be performed: {reason}")]
    Work {
        /// The activity.
        node: String,
        /// Why.
        reason: String,
    },
    /// An automatic task wrote to a place that does not exist.
    #[error("a result of `{node}` cannot be written: {error}")]
    Write {
        /// The activity.
        node: String,
        /// Why.
        error: WriteError,
    },
    /// The process has no start event.
    #[error("the process has no start event")]
    NoStart,
}

fn listed(nodes: &[String]) -> String {
    let names: Vec<String> = nodes.iter().map(|node| format!("`{node}`")).collect();
    names.join(" and ")
}

/// Nothing if no node was passed twice: a long chain is no loop.
fn in_loop(nodes: &[String]) -> String {
    if nodes.is_empty() { String::new() } else { format!("; in the loop are {}", nodes.join(", ")) }
}
