//! What automatic elements do: generic behaviours, chosen and filled in by the catalogue, directed by what a world was
//! told, else by facts of what was uploaded.

mod check;
mod clear;
mod counter;
mod decide;
mod memory;
mod player;
mod tally;

pub use memory::{Memory, Surfaced};
pub use player::{Player, Subject};
