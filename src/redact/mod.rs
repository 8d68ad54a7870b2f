//! Secrets as a type, and the removal of secrets from everything that is shown or stored.
//!
//! A [`Redactor`] finds each secret as it is and in the encodings in which secrets travel, and writes `[secret:NAME]` in
//! its place. Masking twice changes nothing. This room depends on nothing.

mod encoding;
mod redactor;
mod secret;
mod view;

pub use redactor::Redactor;
pub use secret::{MIN_CHARACTERS, Secret, TooShort};
