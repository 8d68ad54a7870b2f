//! The prompt at which scenarios halt: `run --step`.
//!
//! A [`Prompt`] takes part in a run as any onlooker does. It writes lines and reads lines, nothing else, so that it works over
//! SSH, in tmux and from a file.

mod lines;
#[expect(clippy::module_inception, reason = "the room's main noun is its own name")]
mod prompt;
mod said;

pub use lines::{Lines, Plain};
pub use prompt::Prompt;
