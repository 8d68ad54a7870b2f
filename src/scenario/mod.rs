//! The scenario language: what an author writes, with the place of every part.
//!
//! Reading is complete: every problem of a file is reported, nothing unknown is ignored. What depends on other files
//! (whether an activity exists, whether a variable is defined) is decided by `check`.

mod actor;
mod answers;
mod awaited;
mod block;
mod branch;
mod cases;
mod expectation;
mod fragment;
mod given;
mod model;
mod poll;
mod retry;
mod session;
mod shape;
mod simulate;
mod standing;
mod step;
mod title;
mod using;
mod variable;
mod ways;

pub use actor::{ActorUse, MAIN};
pub use answers::{Answer, Answers, AnswersEntry, Visits};
pub use awaited::Awaited;
pub use block::MAX_NESTING;
pub use branch::{Action, Branch, End};
pub use cases::{Case, Cases, CasesFile, CasesFormat, Column, MAX_ROWS, MAX_TABLE_BYTES, Table};
pub use expectation::{Promise, StepExpectation, WalkExpectation};
pub use fragment::{Fragment, Fragments};
pub use given::{Given, GivenInputs};
pub use model::{Body, MAX_STEPS, Scenario};
pub use poll::Poll;
pub use retry::{Backoff, Retry};
pub use session::{Opening, Renewal, SessionUse};
pub use shape::{FRAGMENT as FRAGMENT_SHAPE, SCENARIO as SHAPE};
pub use simulate::{DirectiveUse, Simulate, SimulateEntry, SimulateVisits};
pub use standing::{KnownFailure, Skip, Standing};
pub use step::{Check, RequestLine, Save, SaveFrom, Step, StepKind};
pub use title::Title;
pub use using::{Pick, Use};
pub use variable::{Inputs, Variable, is_id};
pub use ways::{By, Doing, Stop, Way, Ways};
