use std::collections::HashMap;

use lsp_types::{CodeAction, CodeActionKind, CodeActionOrCommand, Range, TextEdit, Uri, WorkspaceEdit};

use super::position::range;
use super::problem::problem;
use crate::diagnostic::Fix;
use crate::project::Project;
use crate::source::FileId;

/// The changes that mend the problems at a range of a file. `is_current` tells whether a file still has the text that was checked:
/// in any other nothing may be changed by what was found then.
pub(super) fn actions(
    project: &Project,
    path: &str,
    at: Range,
    uri: &dyn Fn(&str) -> Option<Uri>,
    is_current: &dyn Fn(FileId) -> bool,
) -> Vec<CodeActionOrCommand> {
    let mut all: Vec<CodeActionOrCommand> = Vec::new();
    for one in project.found.iter().filter(|one| !one.fixes.is_empty()) {
        let Some(label) = one.primary.as_ref() else { continue };
        let place = range(&project.sources, label.span);
        let is_here = project.sources.file(label.span.file).name() == path;
        if !is_here || place.end < at.start || at.end < place.start {
            continue;
        }
        for fix in &one.fixes {
            let Some(edit) = edit(fix, project, uri, is_current) else { continue };
            let action = CodeActionOrCommand::CodeAction(CodeAction {
                title: fix.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![problem(one, place, project, uri)]),
                edit: Some(edit),
                is_preferred: fix.certain.then_some(true),
                ..CodeAction::default()
            });
            // What is told twice is mended once.
            if !all.contains(&action) {
                all.push(action);
            }
        }
    }
    all
}

fn edit(
    fix: &Fix,
    project: &Project,
    uri: &dyn Fn(&str) -> Option<Uri>,
    is_current: &dyn Fn(FileId) -> bool,
) -> Option<WorkspaceEdit> {
    #[expect(clippy::mutable_key_type, reason = "the type of the protocol; its keys are never changed")]
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for edit in &fix.edits {
        if !is_current(edit.span.file) {
            return None;
        }
        let uri = uri(project.sources.file(edit.span.file).name())?;
        let place = range(&project.sources, edit.span);
        changes.entry(uri).or_default().push(TextEdit::new(place, edit.text.clone()));
    }
    Some(WorkspaceEdit::new(changes))
}
