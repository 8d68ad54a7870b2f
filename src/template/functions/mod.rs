mod engine;
mod fake;
mod file;
mod random;
mod table;
mod text;
mod time;

pub(super) use engine::{ENGINE, is_filter, is_function, is_test, known_filters, known_functions, known_tests};
pub use table::{Function, functions};
