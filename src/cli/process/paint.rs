use std::path::Path;

use crate::process::draw::{Mark, Paint, Shade};
use crate::proof::coverage::{Coverage, Element, Reason, State};

/// Reads what was proven of definitions, as `process coverage` has written it.
///
/// # Errors
/// Why the file is nothing of the kind.
pub(super) fn read(name: &str, current: &Path) -> Result<Vec<Coverage>, String> {
    let wrong = |why: String| format!("`{name}` is no coverage that can be painted: {why}");
    let text = std::fs::read_to_string(current.join(name)).map_err(|error| wrong(error.to_string()))?;
    Coverage::read_all(&text).map_err(wrong)
}

/// The coverage that is of a definition: by its name, or since there is no other.
pub(super) fn of<'a>(coverages: &'a [Coverage], name: &str) -> Option<&'a Coverage> {
    let stem = |process: &'a str| Path::new(process).file_stem().and_then(|stem| stem.to_str());
    let named = coverages.iter().find(|one| one.process == name);
    let named = named.or_else(|| coverages.iter().find(|one| stem(&one.process) == Some(name)));
    named.or(match coverages {
        [only] => Some(only),
        _ => None,
    })
}

/// What a definition is painted with.
pub(super) fn paint(coverage: &Coverage) -> Paint {
    let mut paint = Paint::none();
    for element in &coverage.elements {
        let shade = match element.state {
            State::Covered => Shade::Covered,
            State::Partly => Shade::Partly,
            State::Uncovered => Shade::Uncovered,
            State::Infeasible => Shade::Infeasible,
        };
        paint.mark(&element.id, Mark { shade, hits: Some(element.hits), note: note(element, coverage) });
    }
    paint
}

/// Why an element cannot be covered, or which scenarios cover it.
fn note(element: &Element, coverage: &Coverage) -> Option<String> {
    /// Most scenarios that are named.
    const NAMED: usize = 5;
    if let Some(reason) = &element.reason {
        return Some(match reason {
            Reason::NeverTrue { condition } => format!("its condition is never true: {condition}"),
            Reason::Preceded { by } => format!("{by} always holds and is asked before it"),
            Reason::ClosedOff { by, .. } => format!("it is closed off by {by}, which is never taken"),
            Reason::Unreachable => "nothing leads to it".to_owned(),
            Reason::DeadEnd => "no end can be reached from it".to_owned(),
        });
    }
    let named = element.by.iter().take(NAMED).filter_map(|at| coverage.scenarios.get(*at as usize));
    let named: Vec<&str> = named.map(|scenario| scenario.title.as_str()).collect();
    let more = element.scenarios.saturating_sub(named.len() as u64);
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("by {}", named.join(", "))),
        (false, more) => Some(format!("by {} and {more} more", named.join(", "))),
    }
}
