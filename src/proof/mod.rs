//! What a process definition and scenarios say of each other, decided without running anything.
//!
//! [`happy_path`] is the shortest walk on which all is well, and [`skeleton`] writes a scenario of it.

mod borrowed;
mod happy;
mod passing;
mod skeleton;

pub use borrowed::Borrowed;
pub use happy::{HappyPath, NoHappyPath, Stop, happy_path};
pub use skeleton::{Skeleton, skeleton};
