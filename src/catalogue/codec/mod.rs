//! Requests and answers as data: semantic names on one side, methods, paths, pointers and parts on the other.
//!
//! Pure, and used from both sides: the runner writes requests and reads answers, the simulator reads requests and writes
//! answers, so that the two cannot disagree about where something stands. Nothing here sends.

mod answer;
mod error;
mod fields;
mod params;
mod path;
mod pointer;
mod request;
#[cfg(test)]
mod tests;
mod text;
mod validate;

pub use answer::WireAnswer;
pub use error::{CodecError, Invalid};
pub use params::{Media, ParamValue, Params};
pub use path::{PathParams, PathPattern};
pub use pointer::MAX_INDEX;
pub use request::{Part, PartValue, WireBody, WireRequest};

pub(super) use fields::get as field;
pub(super) use pointer::check as check_pointer;
