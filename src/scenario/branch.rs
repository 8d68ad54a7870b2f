use super::{Step, Use};
use crate::diagnostic::{Diagnostic, Diagnostics, Id, suggest};
use crate::source::{Sources, Span, Spanned};
use crate::yaml::{Fields, Node};

/// What to do when an activity gives an outcome.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The outcome.
    pub outcome: Spanned<String>,
    /// Steps that are done first; `goto` does not lead into them.
    pub steps: Vec<Step>,
    /// What to do, or what to do then.
    pub action: Action,
    /// How often it may be done in one scenario; the scenario's step budget bounds it otherwise.
    pub at_most: Option<Spanned<u32>>,
    /// Where it stands.
    pub span: Span,
}

/// What a branch does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Goes on with the next step.
    Continue,
    /// Goes on with the step of an id, in the same block.
    Goto(Spanned<String>),
    /// Does the same step again.
    Repeat,
    /// Ends the scenario; what it expects at its end is still judged.
    End(End),
}

/// How a branch ends a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As passed, unless an expectation does not hold.
    Passed,
    /// As failed.
    Failed,
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Continue => f.write_str("continue"),
            Self::Goto(step) => write!(f, "goto {}", step.value),
            Self::Repeat => f.write_str("repeat"),
            Self::End(End::Passed) => f.write_str("end passed"),
            Self::End(End::Failed) => f.write_str("end failed"),
        }
    }
}

const ACTIONS: [&str; 6] = ["continue", "goto", "repeat", "end", "steps", "use"];

impl Branch {
    /// Reads `on:`, a mapping from outcomes to actions.
    pub(super) fn read_all(node: &Node, sources: &Sources, found: &mut Diagnostics) -> Vec<Self> {
        let entries = node.mapping("`on`", found).unwrap_or_default();
        entries.iter().filter_map(|entry| Self::read(&entry.key, &entry.value, sources, found)).collect()
    }

    /// In words, for events: `goto selfie`, `steps, repeat`.
    pub fn describe(&self) -> String {
        match (self.steps.is_empty(), &self.action) {
            (true, action) => action.to_string(),
            (false, Action::Continue) => "steps".to_owned(),
            (false, action) => format!("steps, {action}"),
        }
    }

    fn read(outcome: &Spanned<String>, node: &Node, sources: &Sources, found: &mut Diagnostics) -> Option<Self> {
        let branch = |steps, action, at_most| {
            Some(Self { outcome: outcome.clone(), steps, action, at_most, span: outcome.span.to(node.span) })
        };
        if node.as_mapping().is_none() {
            let action = match node.text("an action", found)?.value.as_str() {
                "continue" => Action::Continue,
                "repeat" => Action::Repeat,
                other => {
                    let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{other}` is no action")).at(node.span);
                    found.push(
                        one.help("write `continue`, `repeat`, `{ goto: STEP, at-most: N }` or `{ end: passed }`"),
                    );
                    return None;
                }
            };
            return branch(Vec::new(), action, None);
        }
        let mut fields = Fields::of(node, "an action", found)?;
        let steps = fields.entry("steps");
        let fragment = fields.entry("use");
        let steps_given = steps.is_some() || fragment.is_some();
        if let (Some(steps), Some(fragment)) = (steps, fragment) {
            let one = Diagnostic::new(Id::WRONG_VALUE, "a branch has `steps` or a `use`, not both");
            let one = one.at(fragment.key.span).and(steps.key.span, "its steps");
            found.push(one.help("make the fragment one of the steps"));
        }
        let mut steps = steps.map(|entry| Step::read_all(&entry.value, "`steps`", sources, found)).unwrap_or_default();
        if let Some(entry) = fragment {
            steps.extend(Use::read(entry, &mut fields, sources, found).map(Step::of_fragment));
        }
        let goto = fields.text("goto", found);
        let mut flag = |key: &'static str| {
            let flag = fields.boolean(key, found)?;
            if !flag.value {
                let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{key}` is `true` or left out")).at(flag.span);
                found.push(one);
            }
            flag.value.then_some(())
        };
        let (repeat, proceed) = (flag("repeat"), flag("continue"));
        let end = fields.text("end", found);
        let at_most = fields.integer("at-most", 1, 1_000_000, found).map(|number| number.map(|number| number as u32));
        fields.finish(found);
        let end = end.and_then(|end| match end.value.as_str() {
            "passed" => Some(Action::End(End::Passed)),
            "failed" => Some(Action::End(End::Failed)),
            other => {
                let message = format!("a scenario does not end as `{other}`");
                found.push(Diagnostic::new(Id::WRONG_VALUE, message).label(end.span, "expected `passed` or `failed`"));
                None
            }
        });
        let given = [goto.map(Action::Goto), repeat.map(|_| Action::Repeat), proceed.map(|_| Action::Continue), end];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(action), None) => branch(steps, action, at_most),
            (None, _) if steps_given => branch(steps, Action::Continue, at_most),
            (None, _)
                if node.as_mapping().is_some_and(|entries| {
                    entries.iter().all(|entry| !ACTIONS.contains(&entry.key.value.as_str()))
                }) =>
            {
                let one = Diagnostic::new(Id::MISSING_KEY, "a branch needs an action").at(node.span);
                found.push(one.help("write one of `continue`, `goto`, `repeat`, `end`, `steps`, `use`"));
                None
            }
            (None, _) => None,
            (Some(action), Some(_)) => {
                let message = "a branch does one thing, after its `steps` if it has any";
                found.push(Diagnostic::new(Id::WRONG_VALUE, message).at(outcome.span));
                branch(steps, action, at_most)
            }
        }
    }
}

/// Reports every `goto` that names no step of its block.
pub(super) fn check_targets(branches: &[Branch], ids: &[&str], found: &mut Diagnostics) {
    for branch in branches {
        let Action::Goto(target) = &branch.action else { continue };
        if !ids.contains(&target.value.as_str()) {
            let message = format!("no step of this block has the id `{}`", target.value);
            let help = suggest(&target.value, ids.iter().copied());
            let help = help.unwrap_or_else(|| format!("give the step `id: {}`", target.value));
            found.push(Diagnostic::new(Id::UNKNOWN_STEP, message).at(target.span).help(help));
        }
    }
}
