use super::Step;
use super::branch::check_targets;
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::Spanned;

/// How deep blocks of steps may stand inside of each other, fragments included.
pub const MAX_NESTING: usize = 16;

/// Every step of some blocks, those inside of their branches included, in the order of the file.
pub(super) fn all_steps<'a>(blocks: &[&'a [Step]]) -> Vec<&'a Step> {
    blocks.iter().flat_map(|block| block.iter()).flat_map(Step::with_inner).collect()
}

/// Reports ids that stand twice in a file, every `goto` that names no step of its block, and blocks that are too deep.
pub(super) fn check(blocks: &[&[Step]], found: &mut Diagnostics) {
    let mut seen: Vec<&Spanned<String>> = Vec::new();
    for id in all_steps(blocks).into_iter().filter_map(|step| step.id.as_ref()) {
        match seen.iter().find(|other| other.value == id.value) {
            Some(first) => found.push(
                Diagnostic::new(Id::DUPLICATE_STEP, format!("two steps have the id `{}`", id.value))
                    .label(id.span, "again")
                    .and(first.span, "first"),
            ),
            None => seen.push(id),
        }
    }
    for block in blocks {
        check_block(block, 1, found);
    }
}

fn check_block(block: &[Step], depth: usize, found: &mut Diagnostics) {
    if let Some(first) = block.first().filter(|_| depth > MAX_NESTING) {
        let message = format!("blocks of steps stand more than {MAX_NESTING} deep inside of each other");
        found.push(Diagnostic::new(Id::NESTING, message).at(first.span.slice(0, 0)));
        return;
    }
    let ids: Vec<&str> = block.iter().filter_map(|step| step.id.as_ref()).map(|id| id.value.as_str()).collect();
    for step in block {
        check_targets(&step.on, &ids, found);
        for branch in step.on.iter().filter(|branch| !branch.steps.is_empty()) {
            check_block(&branch.steps, depth + 1, found);
        }
    }
}
