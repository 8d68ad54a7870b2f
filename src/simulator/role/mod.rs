//! What a world does with a request, one file for the roles that belong together.

pub mod completion;
pub mod compose;
pub mod credential;
pub mod definition;
pub mod filling;
pub mod instance;
pub mod screen;
pub mod token;
pub mod upload;
pub mod walk;
