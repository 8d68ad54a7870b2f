//! What a process definition and scenarios say of each other, decided without running anything.
//!
//! A [`Map`] is a definition as a catalogue sees it: which element is which activity, and where the process can stand after an
//! activity gave an outcome. [`check_walk`] follows a scenario through it and reports what the diagram does not allow.
//! [`happy_path`] is the shortest walk on which all is well, and [`skeleton`] writes a scenario of it.

mod affected;
mod answered;
mod borrowed;
mod counted;
pub mod coverage;
mod deed;
mod ending;
mod filled;
pub mod generate;
mod happy;
mod knowledge;
mod map;
mod opening;
mod outcome;
mod passing;
mod place;
mod simulated;
mod skeleton;
mod told;
mod touched;
mod trace;
mod walk;

pub use affected::{Break, Effect, Evidence, Judged, Versions};
pub use borrowed::Borrowed;
pub use happy::{HappyPath, NoHappyPath, Stop, happy_path};
pub use map::Map;
pub use outcome::{expected, fits, may_have_code, possible};
pub use place::{Place, Places};
pub use skeleton::{Skeleton, skeleton};
pub use touched::{Stood, WalkTouched};
pub use trace::Trace;
pub use walk::{Context, Marks, check_walk, touched};
