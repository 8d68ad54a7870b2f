use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Why a text is not an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// The bytes of the (trimmed) text that it is about.
    pub at: Range<usize>,
}

impl SyntaxError {
    pub(super) fn new(message: impl Into<String>, at: Range<usize>) -> Self {
        Self { message: message.into(), at }
    }
}

/// Why an expression has no value; each class is what the engine would raise an incident for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum EvaluationError {
    /// A top-level name that is no variable; a variable that holds null is fine.
    #[error("`{name}` is not a variable here")]
    Unresolved {
        /// The name.
        name: String,
    },
    /// A condition gave null.
    #[error("the condition is null, not true or false")]
    ConditionNull,
    /// A condition gave something else than a Boolean.
    #[error("the condition is {found}, not true or false")]
    NotBoolean {
        /// The value's kind, with its article.
        found: String,
    },
    /// A value cannot become what an operator needs.
    #[error("{value} cannot become {wanted}")]
    Coercion {
        /// The value, shortened.
        value: String,
        /// The kind that is needed, with its article.
        wanted: String,
    },
    /// A property of something that has none.
    #[error("{of} has no property `{name}`")]
    Property {
        /// The property.
        name: String,
        /// The value's kind, with its article.
        of: String,
    },
    /// A method that does not exist there, is called on null, or gets the wrong arguments.
    #[error("{of} has no method `{name}` with {arguments} argument(s)")]
    Method {
        /// The method.
        name: String,
        /// What it is called on, with its article.
        of: String,
        /// How many arguments it was given.
        arguments: usize,
    },
    /// A division by zero, or a result that is no finite number.
    #[error("the result of `{operator}` is not a number")]
    Arithmetic {
        /// The operator as it is written.
        operator: String,
    },
    /// The text did not parse; reading the file has told so.
    #[error("the expression does not parse: {message}")]
    Syntax {
        /// What is wrong with it.
        message: String,
    },
    /// A form that flowproof does not evaluate, such as a script.
    #[error("{what} is not evaluated")]
    Unsupported {
        /// The form, with its article.
        what: String,
    },
}
