use jiff::civil::Date;

use super::shape::{KNOWN_FAILURE, SKIP};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::Spanned;
use crate::yaml::{Node, Shaped};

/// Whether a scenario is run, and whether its failure counts.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Why it is not run.
    pub skip: Option<Skip>,
    /// The environments that it is for, `simulator` meaning any; empty for all.
    pub requires: Vec<Spanned<String>>,
    /// A failure that is known and does not count for a while.
    pub known_failure: Option<KnownFailure>,
}

/// Why a scenario is not run.
#[derive(Clone, Debug)]
pub struct Skip {
    /// The reason, as it is shown.
    pub reason: Spanned<String>,
    /// The ids of the cases that are meant; empty for all.
    pub cases: Vec<Spanned<String>>,
}

/// A failure that is known and does not count for a while.
#[derive(Clone, Debug)]
pub struct KnownFailure {
    /// Where it is followed up.
    pub ticket: Spanned<String>,
    /// The last day on which it does not count, in UTC.
    pub until: Spanned<Date>,
    /// The ids of the cases that are meant; empty for all.
    pub cases: Vec<Spanned<String>>,
}

impl Standing {
    pub(super) fn read(fields: &Shaped, found: &mut Diagnostics) -> Self {
        Self {
            skip: fields.node("skip").and_then(|node| Skip::read(node, found)),
            requires: fields.texts("requires", found),
            known_failure: fields.node("known-failure").and_then(|node| KnownFailure::read(node, found)),
        }
    }

    /// Every case that is named.
    pub fn cases(&self) -> impl Iterator<Item = &Spanned<String>> {
        let skipped = self.skip.iter().flat_map(|skip| &skip.cases);
        skipped.chain(self.known_failure.iter().flat_map(|known| &known.cases))
    }
}

impl Skip {
    /// A text is the reason, a mapping says for which cases.
    fn read(node: &Node, found: &mut Diagnostics) -> Option<Self> {
        if node.as_mapping().is_none() {
            let reason = reason(node, "`skip`", found)?;
            return Some(Self { reason, cases: Vec::new() });
        }
        let fields = Shaped::of(node, &SKIP, found)?;
        let reason = fields.node("reason").and_then(|node| reason(node, "`reason`", found));
        let cases = fields.texts("cases", found);
        Some(Self { reason: reason?, cases })
    }

    /// Whether it is about a case; of a scenario without cases, whether it is about the scenario.
    pub fn covers(&self, case: Option<&str>) -> bool {
        covers(&self.cases, case)
    }
}

impl KnownFailure {
    fn read(node: &Node, found: &mut Diagnostics) -> Option<Self> {
        let fields = Shaped::of(node, &KNOWN_FAILURE, found)?;
        let ticket = fields.text("ticket", found);
        let until = fields.date("until", found);
        let cases = fields.texts("cases", found);
        Some(Self { ticket: ticket?, until: until?, cases })
    }

    /// Whether it is about a case; of a scenario without cases, whether it is about the scenario.
    pub fn covers(&self, case: Option<&str>) -> bool {
        covers(&self.cases, case)
    }

    /// Whether the failure counts again.
    pub fn is_expired(&self, today: Date) -> bool {
        today > self.until.value
    }
}

fn covers(cases: &[Spanned<String>], case: Option<&str>) -> bool {
    cases.is_empty() || case.is_some_and(|case| cases.iter().any(|one| one.value == case))
}

/// A reason is words: `skip: true` would say nothing to whoever reads the report.
fn reason(node: &Node, what: &str, found: &mut Diagnostics) -> Option<Spanned<String>> {
    let says_nothing = |text: &str| matches!(text.trim(), "" | "true" | "false" | "yes" | "no");
    let text = node.text(what, found)?;
    if says_nothing(&text.value) {
        let one = Diagnostic::new(Id::WRONG_VALUE, format!("{what} says why")).at(text.span);
        found.push(one.help("write the reason: `skip: \"the camera is being replaced\"`"));
        return None;
    }
    Some(text)
}
