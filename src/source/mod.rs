//! Texts that people wrote, and positions in them.
//!
//! Everything that is read from a file keeps a [`Span`], so that a problem found much later, even while a scenario
//! runs, can be shown in the author's own lines. This room depends on nothing.

mod file;
mod path;
mod span;

pub use file::{FileId, Position, SourceFile, Sources};
pub use path::{folder_of, normal_path, relative_path};
pub use span::{Span, Spanned};
