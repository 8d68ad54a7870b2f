//! The event stream: what happened in a run, record by record. It is the only thing that passes from execution to
//! everything that reports, counts or stores; a stored stream feeds every report on another machine.
//!
//! Events are versioned ([`VERSION`]) and self-contained: excerpts of the author's files travel in them. Secrets are
//! masked before an event is made.

mod cause;
mod excerpt;
mod kind;
mod record;
mod summary;
mod verdict;

pub use crate::expect::{Difference, DifferenceKind};
pub use cause::Cause;
pub use excerpt::Excerpt;
pub use kind::{Event, EventKind, VERSION};
pub use record::{
    BodyRecord, CallRecord, CaseRecord, ElementRecord, ErrorPhase, ExchangeRecord, ExpectationRecord, Finding,
    GuardsRecord, Held, KnownFailureRecord, OtherWalk, PartRecord, PartitionRecord, PollRecord, PollResult, Problem,
    QuarantineRecord, RequestRecord, ResponseRecord, Role, Section, StandingRecord, StepRecord, StopRecord,
    TargetRecord, TransportError, ValueRecord, WalkRecord,
};
pub use summary::Summary;
pub use verdict::Verdict;

#[cfg(test)]
mod tests;
