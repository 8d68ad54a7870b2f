//! Whole texts of the console, drawn from hand-made events.

mod made;
mod page;
mod run;
mod storing;
mod texts;
