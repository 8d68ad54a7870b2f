use super::shape::ACTION;
use super::{Step, Use};
use crate::diagnostic::{Diagnostic, Diagnostics, Fix, Id, suggest};
use crate::source::{Sources, Span, Spanned};
use crate::yaml::{Node, Shaped, words_of};

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

/// The actions that need nothing else to be said.
const PLAIN: &[(&str, Action)] = &[("continue", Action::Continue), ("repeat", Action::Repeat)];
pub(super) const WORDS: &[&str] = &words_of::<_, { PLAIN.len() }>(PLAIN);
/// The words for the ends.
pub(super) const ENDS: &[(&str, End)] = &[("passed", End::Passed), ("failed", End::Failed)];

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
            let word = node.text("an action", found)?;
            let Some(action) = PLAIN.iter().find(|(known, _)| *known == word.value) else {
                let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{}` is no action", word.value)).at(node.span);
                let help = "write `continue`, `repeat`, `{ goto: STEP, at-most: N }` or `{ end: passed }`";
                found.push(one.help(help));
                return None;
            };
            let action = action.1.clone();
            return branch(Vec::new(), action, None);
        }
        let fields = Shaped::of(node, &ACTION, found)?;
        let steps = fields.entry("steps");
        let fragment = fields.entry("use");
        let steps_given = steps.is_some() || fragment.is_some();
        if let (Some(steps), Some(fragment)) = (steps, fragment) {
            let one = Diagnostic::new(Id::WRONG_VALUE, "a branch has `steps` or a `use`, not both");
            let one = one.at(fragment.key.span).and(steps.key.span, "its steps");
            found.push(one.help("make the fragment one of the steps"));
        }
        for entry in ["with", "save"].into_iter().filter_map(|key| fields.entry(key)).filter(|_| fragment.is_none()) {
            let message = format!("`{}` stands beside a `use`", entry.key.value);
            found.push(Diagnostic::new(Id::WRONG_VALUE, message).at(entry.key.span));
        }
        let mut steps = steps.map(|entry| Step::read_all(&entry.value, "`steps`", sources, found)).unwrap_or_default();
        if let Some(entry) = fragment {
            steps.extend(Use::read(entry, &fields, sources, found).map(Step::of_fragment));
        }
        let goto = fields.text("goto", found);
        let flag = |key: &'static str, found: &mut Diagnostics| {
            let flag = fields.boolean(key, found)?;
            if !flag.value {
                let one = Diagnostic::new(Id::WRONG_VALUE, format!("`{key}` is `true` or left out")).at(flag.span);
                found.push(one.help("remove it"));
            }
            flag.value.then_some(())
        };
        let (repeat, proceed) = (flag("repeat", found), flag("continue", found));
        let end = fields.word("end", ENDS, found).map(|end| Action::End(end.value));
        // A bound that is wrong is reported as such, not as none.
        let bound = fields.node("at-most").map(|node| Spanned::new(u32::MAX, node.span));
        let at_most = fields.integer("at-most", found).map(|number| number.map(|number| number as u32)).or(bound);
        let given = [goto.map(Action::Goto), repeat.map(|_| Action::Repeat), proceed.map(|_| Action::Continue), end];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(action), None) => branch(steps, action, at_most),
            (None, _) if steps_given => branch(steps, Action::Continue, at_most),
            (None, _)
                if node.as_mapping().is_some_and(|entries| {
                    entries.iter().all(|entry| ACTION.all_further().iter().all(|key| key.name != entry.key.value))
                }) && fields.rest().next().is_none() =>
            {
                let one = Diagnostic::new(Id::MISSING_KEY, "a branch needs an action").at(node.span);
                found.push(one.help("write one of `continue`, `goto`, `repeat`, `end`, `steps`, `use`"));
                None
            }
            (None, _) => None,
            (Some(action), Some(_)) => {
                let message = "a branch does one thing, after its `steps` if it has any";
                let one = Diagnostic::new(Id::WRONG_VALUE, message).at(outcome.span);
                found.push(one.help("keep one of `continue`, `goto`, `repeat` and `end`"));
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
            let fix = Fix::rename(target.span, target, ids.iter().copied());
            found.push(Diagnostic::new(Id::UNKNOWN_STEP, message).at(target.span).fix_if(fix).help(help));
        }
    }
}
