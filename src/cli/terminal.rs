use std::io::Write;

use crate::diagnostic::{self, Diagnostic, Severity, Style};
use crate::source::Sources;

/// Shows problems on standard error, and a line that counts them.
pub(super) fn show_diagnostics(found: Vec<Diagnostic>, sources: &Sources) {
    if found.is_empty() {
        return;
    }
    let mut text = diagnostic::frames(&found, sources, Style::Coloured);
    let count = |severity| found.iter().filter(|one| one.severity == severity).count();
    let plural = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let counts =
        [(count(Severity::Error), "error"), (count(Severity::Warning), "warning"), (count(Severity::Info), "remark")];
    let counts: Vec<String> = counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| plural(n, word)).collect();
    text += &format!("{}\n", counts.join(", "));
    print_error(&text);
}

/// Writes to standard error, without colours where they are not wanted.
pub(super) fn print_error(text: &str) {
    // Nothing can be done for a reader that has gone.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Writes to standard output.
pub(super) fn print_result(text: &str) {
    // Nothing can be done for a reader that has gone.
    let _ = anstream::stdout().write_all(text.as_bytes());
}

/// Tells of an error that no file has caused.
pub(super) fn complain(message: &str) {
    print_error(&format!("\u{1b}[1;31merror\u{1b}[0m: {message}\n"));
}

/// Tells of something that went wrong and that nothing else suffers from.
pub(super) fn warn(message: &str) {
    print_error(&format!("\u{1b}[1;33mwarning\u{1b}[0m: {message}\n"));
}

/// Tells of something that one should know and that is no error.
pub(super) fn note(message: &str) {
    print_error(&format!("\u{1b}[1;36mnote\u{1b}[0m: {message}\n"));
}
