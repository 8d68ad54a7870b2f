//! Secrets as a type, and the removal of secrets from everything that is shown or stored.
//!
//! A [`Redactor`] finds each secret as it is and in the encodings in which secrets travel, and writes `[secret:NAME]` in
//! its place; values of [`Personal`] data and encoded images are masked alike. Masking twice changes nothing. [`Needles`] look
//! for what should not be there in what was written. This room depends on nothing.

mod cut;
mod encoding;
mod needles;
mod personal;
mod picture;
mod redactor;
mod secret;
mod view;

pub use needles::{Leak, Needles, Sieve};
pub use personal::{Locate, Personal};
pub use redactor::Redactor;
pub use secret::{MIN_CHARACTERS, Secret, TooShort};
