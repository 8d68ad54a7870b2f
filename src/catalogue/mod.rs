//! What is known of a process engine: how a session is opened, its activities with inputs, requests and outcomes, what it
//! does by itself, and the wire, which says where things stand in requests and answers.
//!
//! A catalogue is a YAML file. The runner reads answers through the wire and the simulator writes them through the same
//! wire. No engine is known to Rust code.

mod activity;
mod automatic;
mod classify;
mod codec;
mod completion;
mod decode;
mod embedded;
mod facts;
mod form;
mod model;
mod page;
mod personal;
mod session;
pub mod variable;
mod wire;

pub use activity::{Accepted, Activity, Ensure, Input, InputType, Keep, Need, Outcome, RequestUse, Simulated, When};
pub use automatic::{Attempts, Automatic, Behaviour, ErrorScreen, Failure, Rule, Tally};
pub use codec::{
    CodecError, Invalid, MAX_INDEX, Media, ParamValue, Params, Part, PartValue, PathParams, PathPattern, WireAnswer,
    WireBody, WireRequest,
};
pub use decode::{INPUT, SHAPE, VERSION};
pub use embedded::{embedded, embedded_names};
pub use facts::{CAPTURES, CURRENT, facts, marks_of};
pub use form::{FormPlaces, FormType, FormUse, FormWire};
pub use model::{Catalogue, Selector};
pub use personal::{PERSONAL, PersonalField};
pub use session::{Condition, Ending, Finalizer, STATES, SUCCEEDED, Session, SimulatedSession, States};
pub use wire::{
    Answer, Body, BodyFormat, Credential, DefinitionKind, Exchange, Field, MEANINGS, Param, REASONS, Reason, Role,
    UrlSource, Wire,
};
