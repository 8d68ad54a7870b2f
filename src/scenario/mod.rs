//! The scenario language: what an author writes, with the place of every part.
//!
//! Reading is complete: every problem of a file is reported, nothing unknown is ignored. What depends on other files
//! (whether an activity exists, whether a variable is defined) is decided by `check`.

mod answers;
mod block;
mod branch;
mod expectation;
mod model;
mod retry;
mod session;
mod simulate;
mod step;
mod variable;

pub use answers::{Answer, Answers, AnswersEntry, Visits};
pub use block::MAX_NESTING;
pub use branch::{Action, Branch, End};
pub use expectation::{Promise, StepExpectation, WalkExpectation};
pub use model::{Body, MAX_STEPS, Scenario};
pub use retry::{Backoff, Retry};
pub use session::{Opening, Renewal, SessionUse};
pub use simulate::{DirectiveUse, Simulate, SimulateEntry, SimulateVisits};
pub use step::{Check, RequestLine, Save, SaveFrom, Step, StepKind};
pub use variable::{Inputs, Variable, is_id};
