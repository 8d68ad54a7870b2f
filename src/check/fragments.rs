use std::collections::HashMap;

use super::inputs::{self, Taker};
use super::{Surroundings, flow, names, scenario, variables};
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id, suggest};
use crate::scenario::{Fragment, Fragments, Given, MAX_NESTING, Scenario, Step, StepKind, Use};
use crate::source::{Span, Spanned};

/// Checks a fragment against what is around those who use it.
pub fn check_fragment(fragment: &Fragment, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let steps = fragment.all_steps();
    names::of_steps(&steps, around, found);
    for step in &steps {
        scenario::step(step, around, found);
    }
    variables::check_fragment(fragment, around, found);
    flow::of_fragment(fragment, around, found);
}

/// Checks what a fragment is given and what is kept of it.
pub(super) fn of_use(one: &Use, around: &Surroundings<'_>, found: &mut Diagnostics) {
    // What cannot be read at all was told by whoever tried.
    let Some(fragment) = around.fragments.get(around.folder, &one.path.value) else { return };
    let taker = Taker { name: &one.path.value, inputs: &fragment.inputs, on_purpose: false };
    let given: Vec<_> = one.with.iter().map(|(name, value)| (name.clone(), Given::Value(value.clone()))).collect();
    inputs::check(&taker, &given, one.path.span, around, found);
    for pick in one.save.iter().filter(|pick| fragment.output(&pick.output.value).is_none()) {
        let message = format!("`{}` has no output `{}`", one.path.value, pick.output.value);
        let names = || fragment.outputs.iter().map(|output| output.name.value.as_str());
        let help = suggest(&pick.output.value, names()).unwrap_or_else(|| "it has no outputs at all".to_owned());
        let fix = Fix::rename(pick.output.span, &pick.output, names());
        found.push(Diagnostic::new(Id::UNKNOWN_OUTPUT, message).at(pick.output.span).fix_if(fix).help(help));
    }
}

/// Reports a scenario whose blocks and fragments stand too deep inside of each other.
pub(super) fn nesting(scenario: &Scenario, around: &Surroundings<'_>, found: &mut Diagnostics) {
    let mut known = HashMap::new();
    for step in scenario.steps() {
        let StepKind::Use(one) = &step.kind else { continue };
        if 1 + depth_of(one, around.folder, around.fragments, &mut known) > MAX_NESTING {
            let message = format!("fragments and blocks stand more than {MAX_NESTING} deep inside of each other");
            found.push(Diagnostic::new(Id::NESTING, message).at(one.path.span));
        }
    }
}

fn depth_of<'a>(one: &Use, folder: &str, fragments: &'a Fragments, known: &mut HashMap<&'a str, usize>) -> usize {
    let Some(fragment) = fragments.get(folder, &one.path.value) else { return 0 };
    if let Some(depth) = known.get(fragment.path.as_str()) {
        return *depth;
    }
    // Whoever comes here again is on a circle, which is told as such.
    known.insert(&fragment.path, 0);
    let depth = block_depth(&fragment.steps, fragment.folder(), fragments, known);
    known.insert(&fragment.path, depth);
    depth
}

fn block_depth<'a>(
    steps: &[Step],
    folder: &str,
    fragments: &'a Fragments,
    known: &mut HashMap<&'a str, usize>,
) -> usize {
    let mut deepest = 0;
    for step in steps {
        if let StepKind::Use(one) = &step.kind {
            deepest = deepest.max(depth_of(one, folder, fragments, known));
        }
        for branch in step.on.iter().filter(|branch| !branch.steps.is_empty()) {
            deepest = deepest.max(block_depth(&branch.steps, folder, fragments, known));
        }
    }
    deepest + 1
}

/// An activity that steps do, be it in a fragment.
pub(super) struct Done<'a> {
    pub name: &'a Spanned<String>,
    /// Where the file itself says so: at the activity, or at the fragment that it uses.
    pub place: Span,
}

/// The activities that steps do, those of the fragments that they use included.
pub(super) fn activities<'a>(steps: &[&'a Step], folder: &str, fragments: &'a Fragments) -> Vec<Done<'a>> {
    let mut done = Vec::new();
    for step in steps {
        match &step.kind {
            StepKind::Activity { name, .. } => done.push(Done { name, place: name.span }),
            StepKind::Use(one) => {
                for fragment in fragments.reached(one, folder) {
                    let inner = fragment.all_steps().into_iter().filter_map(|step| match &step.kind {
                        StepKind::Activity { name, .. } => Some(name),
                        _ => None,
                    });
                    done.extend(inner.map(|name| Done { name, place: one.path.span }));
                }
            }
            _ => {}
        }
    }
    done
}
