use super::{Diagnostic, Places};

/// One line for each problem, as editors and `grep` read it: `path:line:column: severity[id] message`.
pub fn concise(found: &[Diagnostic], places: &Places<'_>) -> String {
    found.iter().map(|one| line(one, places) + "\n").collect()
}

fn line(one: &Diagnostic, places: &Places<'_>) -> String {
    let place = one.primary.as_ref().map(|label| {
        let at = places.start(label.span);
        format!("{}:{}:{}: ", places.path(label.span.file), at.line, at.column)
    });
    // A message is one line; what it quotes of a file need not be.
    let message = one.message.replace('\n', " ");
    format!("{}{}[{}] {message}", place.unwrap_or_default(), one.severity, one.id)
}
