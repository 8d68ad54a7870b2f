use super::subject::{Subject, called, finding, listed};
use crate::diagnostic::{Diagnostics, Id};

/// Errors that a catalogue declares of an activity and that no event catches there.
pub(super) fn check(subject: &Subject<'_>, found: &mut Diagnostics) {
    for (node, deeds) in &subject.knowledge.deeds {
        let (definition, scope) = (subject.definition, subject.definition[*node].scope);
        let uncaught = |code: &&String| {
            definition.error_handler(*node, code).is_none() && definition.catcher(scope, code).is_none()
        };
        let codes: Vec<String> = deeds.raises.iter().filter(uncaught).map(|code| format!("`{code}`")).collect();
        if !codes.is_empty() {
            let node = &definition[*node];
            let message = format!("{} can raise {}, which no event on it catches", called(node), listed(&codes));
            let one = finding(Id::LINT_RAISED, node, message);
            found.push(one.help("the engine ends such an instance without a word; catch it, or every error"));
        }
    }
}
