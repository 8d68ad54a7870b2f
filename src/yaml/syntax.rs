use crate::diagnostic::Fix;
use crate::source::{FileId, Span};

/// What the parser says, and what an author can do about it.
const ADVICE: &[(&str, &str)] = &[
    ("mapping values are not allowed", "a text with `: ` in it stands in quotes"),
    ("unclosed quote", "close the text with the quote that it begins with"),
    ("unknown escape", "in double quotes `\\` begins an escape: write `\\\\`, or use single quotes"),
    ("unknown anchor", "`*name` repeats what `&name` marks further up; a text with a star stands in quotes"),
    ("unexpected character", "a text that begins with this sign stands in quotes"),
    ("did not find expected key", "indent the line like the keys that it belongs to"),
    ("illegal placement of ':'", "a `[` or `{` further up is not closed"),
    ("invalid trailing content", "put quotes of one kind around the whole text, the other kind may stand inside"),
    ("did not find expected ',' or", "close the `[` or `{`, or put a comma before this place"),
];

/// What to do about an error of the parser, which was met in a line.
pub(super) fn advice(told: &str, line: &str) -> Option<String> {
    if line.contains("{{") && !line.contains(['"', '\'']) {
        return Some("quote the template: \"{{ … }} …\"".to_owned());
    }
    if line.contains("{{") && template(line).is_some() {
        return Some("quote the template: '{{ … }}'".to_owned());
    }
    if line.contains('\t') {
        return Some("indent with spaces, YAML allows no tabs".to_owned());
    }
    ADVICE.iter().find(|(part, _)| told.contains(part)).map(|(_, advice)| (*advice).to_owned())
}

/// Quotes what stands behind the key of a line, if it begins with a template.
pub(super) fn quoted(file: FileId, line_start: usize, line: &str) -> Option<Fix> {
    let (at, value) = template(line)?;
    let quote = ['"', '\''].into_iter().find(|quote| !value.contains(*quote))?;
    let plain = !value.contains(" #") && !value.contains('\\');
    let span = Span::new(file, line_start + at, line_start + at + value.len());
    plain.then(|| Fix::quoted(span, quote))
}

/// The value of a line that begins with a template, and where in the line it stands.
fn template(line: &str) -> Option<(usize, &str)> {
    let at = line.find("{{").filter(|at| line[..*at].ends_with(": ") || line[..*at].ends_with("- "))?;
    // What stands behind it in a list or mapping of one line is not part of it.
    let end = line[at..].rfind("}}").map(|end| at + end + 2)?;
    let rest = line[end..].split(" #").next().unwrap_or_default().trim_end();
    (!rest.contains([',', '}', ']'])).then(|| (at, &line[at..end + rest.len()]))
}
