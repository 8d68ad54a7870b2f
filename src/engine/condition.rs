use serde_json::Value;

use super::problem::Trouble;
use super::walker::Walker;
use crate::expect::shown;
use crate::scenario::Step;
use crate::source::Span;
use crate::template::Template;

/// About as many characters of a value that is no condition are shown.
const SHOWN: usize = 60;

impl Walker<'_> {
    /// Whether the condition of a step holds.
    pub(super) fn holds(&mut self, condition: &Template) -> Result<bool, Trouble> {
        self.prepare(condition.references())?;
        let scope = self.scope();
        match self.evaluate_tracked(condition, &scope)? {
            (Value::Bool(holds), _) => Ok(holds),
            (value, secret) => {
                let told = if secret { "something secret".to_owned() } else { shown(&value, SHOWN) };
                let message = format!("`if` gives {told}, which is neither `true` nor `false`");
                let trouble = Trouble::errored("run/if", message).at(&self.run.sources, condition.span());
                Err(trouble.note("compare it: \"{{ vars.count > 0 }}\", \"{{ steps.a is defined }}\""))
            }
        }
    }

    /// Remembers that a step was skipped, so that nothing of it can be read and whoever tries is told why.
    pub(super) fn skip(&mut self, step: &Step, condition: Span) {
        let place = self.run.sources.locate(condition);
        let reason = format!("the step was skipped, because its `if` is false ({place})");
        let saved = step.saved().map(|name| name.value.as_str());
        self.memory.skip(step.id.as_ref().map(|id| id.value.as_str()), saved, &reason);
    }
}
