//! The flowproof command.

fn main() {}
