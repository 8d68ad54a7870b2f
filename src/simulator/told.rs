use crate::catalogue::{Activity, Automatic, Failure};
use crate::diagnostic::suggest;
use crate::script::Directive;

/// What an element is told to do in one visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It passes.
    Pass,
    /// It fails in a way that the catalogue knows.
    Fail {
        /// The failure.
        failure: Failure,
        /// The code on the wire, if the wire shows it.
        code: Option<i64>,
    },
    /// It raises a BPMN error that the catalogue does not list for it.
    Raise {
        /// The error.
        error: String,
        /// The code on the wire, if the wire shows it.
        code: Option<i64>,
    },
}

/// What a directive means for an element with these failures, which is called `title` where something is wrong.
///
/// # Errors
/// The outcome or code is not known; one sentence.
pub fn told(directive: &Directive, failures: &[Failure], title: &str) -> Result<Told, String> {
    let Directive { outcome, code, error, .. } = directive;
    let found = match (outcome.as_deref(), error, code) {
        (Some(Activity::SUCCESS), None, None) | (None, None, None) => return Ok(Told::Pass),
        (Some(Activity::SUCCESS), ..) => {
            return Err(format!("`{title}` cannot have the outcome `{}` and fail as well", Activity::SUCCESS));
        }
        (Some(outcome), ..) => {
            let names = || failures.iter().map(|failure| failure.name.value.as_str());
            let help = || suggest(outcome, names().chain([Activity::SUCCESS])).unwrap_or_default();
            let failure = failures.iter().find(|failure| failure.name.value == *outcome);
            failure.ok_or_else(|| format!("`{title}` has no outcome `{outcome}`; {}", help()))?
        }
        (None, Some(error), _) => match failures.iter().find(|failure| failure.error.as_ref() == Some(error)) {
            Some(failure) => failure,
            None => return Ok(Told::Raise { error: error.clone(), code: *code }),
        },
        (None, None, Some(code)) => {
            let failure = failures.iter().find(|failure| failure.codes.contains(code));
            failure.ok_or_else(|| format!("`{title}` has no outcome with the code {code}"))?
        }
    };
    if let Some(error) = error.as_ref().filter(|error| Some(*error) != found.error.as_ref()) {
        return Ok(Told::Raise { error: error.clone(), code: code.or(found.codes.first().copied()) });
    }
    let unknown = |code: &i64| outcome.is_some() && !found.codes.is_empty() && !found.codes.contains(code);
    if let Some(code) = code.filter(unknown) {
        let known: Vec<String> = found.codes.iter().map(i64::to_string).collect();
        return Err(format!("`{}` of `{title}` has no code {code}; expected {}", found.name.value, known.join(", ")));
    }
    Ok(Told::Fail { code: code.or(found.codes.first().copied()), failure: found.clone() })
}

/// The ways in which what the catalogue knows of an element can fail.
#[derive(Clone, Copy, Debug)]
pub enum Known<'a> {
    /// An interactive element.
    Activity(&'a Activity),
    /// An automatic element.
    Automatic(&'a Automatic),
    /// An element that the catalogue does not know.
    Nothing,
}

impl Known<'_> {
    /// Whether the catalogue says where its results stand.
    pub fn has_results(&self) -> bool {
        matches!(self, Self::Automatic(automatic) if automatic.results_in.is_some())
    }

    /// The failures; `caught` tells which errors the element can raise without an incident, which are preferred.
    pub fn failures(&self, caught: impl Fn(&str) -> bool) -> Vec<Failure> {
        match self {
            Self::Automatic(automatic) => automatic.failures.clone(),
            Self::Activity(activity) => activity
                .outcomes
                .iter()
                .filter(|outcome| !outcome.errors.is_empty() || !outcome.codes.is_empty())
                .map(|outcome| {
                    let error = outcome.errors.iter().find(|error| caught(error)).or(outcome.errors.first()).cloned();
                    let (name, codes) = (outcome.name.clone(), outcome.codes.clone());
                    Failure { name, error, codes, message: None }
                })
                .collect(),
            Self::Nothing => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::{Told, told};
    use crate::catalogue::Failure;
    use crate::source::{Sources, Span, Spanned};

    fn failures() -> Vec<Failure> {
        let nowhere = Span::new(Sources::new().add("", ""), 0, 0);
        let failure = |name: &str, error: &str, codes: &[i64]| Failure {
            name: Spanned::new(name.to_owned(), nowhere),
            error: Some(error.to_owned()),
            codes: codes.to_vec(),
            message: None,
        };
        vec![failure("blurred", "Blurred", &[1, 2]), failure("hidden", "Hidden", &[])]
    }

    fn of(directive: serde_json::Value) -> Result<(String, Option<i64>), String> {
        told(&from_value(directive).unwrap(), &failures(), "quality").map(|told| match told {
            Told::Pass => ("pass".to_owned(), None),
            Told::Fail { failure, code } => (failure.name.value, code),
            Told::Raise { error, code } => (format!("raise {error}"), code),
        })
    }

    #[test]
    fn what_a_directive_means() {
        for (directive, name, code) in [
            (json!({}), "pass", None),
            (json!({ "set": { "a": 1 } }), "pass", None),
            (json!({ "outcome": "success" }), "pass", None),
            (json!({ "outcome": "blurred" }), "blurred", Some(1)),
            (json!({ "outcome": "blurred", "code": 2 }), "blurred", Some(2)),
            (json!({ "code": 2 }), "blurred", Some(2)),
            (json!({ "outcome": "hidden" }), "hidden", None),
            (json!({ "outcome": "hidden", "code": 9 }), "hidden", Some(9)),
            (json!({ "error": "Blurred" }), "blurred", Some(1)),
            (json!({ "error": "Blurred", "code": 9 }), "blurred", Some(9)),
            (json!({ "error": "Other" }), "raise Other", None),
            (json!({ "error": "Other", "code": 9 }), "raise Other", Some(9)),
            (json!({ "outcome": "blurred", "error": "Other" }), "raise Other", Some(1)),
        ] {
            assert_eq!(of(directive.clone()), Ok((name.to_owned(), code)), "{directive}");
        }
    }

    #[test]
    fn what_is_not_known_is_said() {
        for (directive, message) in [
            (json!({ "outcome": "blured" }), "`quality` has no outcome `blured`; did you mean `blurred`?"),
            (json!({ "code": 7 }), "`quality` has no outcome with the code 7"),
            (json!({ "outcome": "blurred", "code": 7 }), "`blurred` of `quality` has no code 7; expected 1, 2"),
            (
                json!({ "outcome": "success", "code": 1 }),
                "`quality` cannot have the outcome `success` and fail as well",
            ),
        ] {
            assert_eq!(of(directive.clone()), Err(message.to_owned()), "{directive}");
        }
    }
}
