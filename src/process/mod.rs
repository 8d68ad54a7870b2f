//! BPMN alone: the model of a process definition, its expressions, and its execution as a pure step function.
//!
//! [`Definition::read`] turns XML into nodes and flows in document order, all problems told. [`Execution`] moves the
//! one token of an instance between wait states; what an automatic task does is asked from outside through [`Work`].
//! [`diagram`] is what is drawn of a file, [`draw`](draw::draw) makes a picture of it.
//! Nothing here knows a product, a catalogue, a clock or a file system. Depends on `source` and `diagnostic`.

pub mod diagram;
mod diff;
pub mod draw;
mod drawing;
mod duration;
mod element;
mod execution;
pub mod expression;
mod fold;
pub mod graph;
mod index;
mod lint;
mod model;
mod parameter;
mod reach;
mod read;
mod timer;
mod unexecuted;

pub use diff::{Change, Class, Diff, Findings, Part, Side};
pub use drawing::Drawing;
pub use execution::{
    ArmedTimer, Call, Direction, Effect, Execution, Incident, Input, Move, MoveKind, Occurrence, Refused, Settings,
    State, Waiting, Work, WriteError, lengthen, shorten, write,
};
pub use index::{FlowIndex, NodeIndex};
pub use lint::{Deeds, Knowledge, lint, lint_with};
pub use model::{
    Attributes, Boundary, CallActivity, Definition, ErrorDeclaration, Flow, Instances, Kind, Listener, Mapping,
    MappingSource, Nesting, Node, Repetition, Thrown, Timer, Trigger,
};
pub use parameter::{Parameter, ParameterValue};
pub use reach::{Leave, Passage, Reached, Throw, Touched, timers};
