//! Whole texts of the console, drawn from hand-made events.

mod made;
mod run;
mod storing;
mod texts;
