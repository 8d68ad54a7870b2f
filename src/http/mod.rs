//! HTTP: one request sent, one answer read, every way in which that can break told apart and told in a sentence.
//!
//! The room knows nothing of scenarios. A [`Client`] sends [`Request`]s and never follows a redirect, never retries, never
//! reads more than its bound, and refuses hosts that are not allowed before a byte is sent. [`record`] makes of both
//! sides what events carry: shortened, masked, with the curl line that repeats the request.

mod answer;
mod client;
mod config;
mod curl;
mod failure;
mod personal;
mod picture;
pub mod record;
mod request;
mod retry_after;
mod shorten;
mod tls;

#[cfg(test)]
mod tests;

pub use answer::{Answer, Exchange, Timings};
pub use client::Client;
pub use config::{ClientConfig, ClientError, Pem, ProxyRule, is_loopback};
pub use personal::learn;
pub use picture::{Picture, pictures};
pub use request::{Part, Request, RequestBody, SentFile};
pub use retry_after::retry_after;
