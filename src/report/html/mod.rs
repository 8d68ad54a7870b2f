//! One page that shows a run: a file that needs nothing else, neither a network nor a server.
//!
//! What the page says at once is plain HTML: the verdict, the numbers, failures by cause, pictures of the processes. The list of scenarios and what
//! happened in each travel compressed, in parts that a script unpacks when they are looked at. All text of a run
//! reaches the page as text: escaped in HTML, compressed in data, and set as text by the script, which is the only one that
//! the page's policy lets run.

mod block;
mod body;
mod detail;
mod failing;
mod group;
mod index;
mod kind;
mod overview;
mod packed;
mod page;
mod past;
mod shared;
mod stage;
mod staged;

pub use page::html;
pub(super) use page::write;
pub use past::PastRun;
pub use stage::Stage;
