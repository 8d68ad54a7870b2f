//! What a new version of a definition changes, element by element: two versions are compared by the ids of their elements, as
//! what they mean and not as they are written. Order, line breaks and ids that nothing refers to say nothing; what is drawn
//! elsewhere is told apart from what is executed otherwise.

mod change;
mod compare;
mod element;
mod fact;
mod finding;
mod outline;
mod paint;

pub use change::{Change, Class, Side};
pub use compare::Diff;
pub use element::Part;
pub use finding::Findings;
