//! What a definition is made of: nodes and flows in document order, and what each of them does.

mod activity;
mod definition;
mod event;
mod kind;
mod node;

pub use activity::{CallActivity, Instances, Mapping, MappingSource, Repetition};
pub use definition::{Attributes, Definition, ErrorDeclaration, Flow};
pub use event::{Boundary, Thrown, Timer, Trigger};
pub use kind::{Kind, Nesting};
pub use node::{Listener, Node};
