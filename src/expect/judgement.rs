use serde_json::Value;

use super::Difference;
use crate::source::Span;

/// What one expectation came to, kept whether it holds or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Where the expectation is written.
    pub span: Span,
    /// What was judged: `status`, `outcome`, `body $.code`.
    pub subject: String,
    /// The result.
    pub verdict: Verdict,
    /// What was expected, as a phrase: `748`, `at least 5`, `text that starts with "a"`.
    pub expected: String,
    /// The expected value, excerpted, if the expectation is a comparison with one.
    pub expected_value: Option<Value>,
    /// What was there, excerpted; `None` if nothing was.
    pub actual: Option<Value>,
    /// Where the two differ, if both are values that were compared.
    pub diff: Vec<Difference>,
    /// The whole as one sentence without a full stop: `body $.code is 748, expected 802`.
    pub message: String,
    /// Texts that became secret while the expected values were evaluated; they may stand in the other fields.
    pub tainted: Vec<String>,
}

impl Judgement {
    /// A judgement by something else than a matcher.
    pub fn new(span: Span, subject: impl Into<String>, verdict: Verdict, message: impl Into<String>) -> Self {
        Self {
            span,
            subject: subject.into(),
            verdict,
            expected: String::new(),
            expected_value: None,
            actual: None,
            diff: Vec::new(),
            message: message.into(),
            tainted: Vec::new(),
        }
    }

    /// Whether the expectation holds.
    pub fn holds(&self) -> bool {
        self.verdict == Verdict::Held
    }
}

/// The result of one expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Held,
    /// It does not, be it for the value, its type, or because nothing is there.
    Failed,
    /// It could not be judged, because of the expectation itself: its template failed or gave something unusable.
    Undecidable(String),
}
