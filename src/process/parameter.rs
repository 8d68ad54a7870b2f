use std::collections::BTreeSet;

use serde_json::Value;

use super::Attributes;
use super::expression::{EvaluationError, Map, Scope, Template};
use crate::source::Span;

/// An input or output parameter of a node.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The variable that it writes.
    pub name: String,
    /// What is evaluated.
    pub value: ParameterValue,
    /// Where its value is written; its name if there is no value.
    pub span: Span,
    /// Its other attributes, such as a label.
    pub attributes: Attributes,
}

/// What a parameter is evaluated from.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterValue {
    /// A text with `${…}` parts; an empty one is null.
    Text(Template),
    /// A list.
    List(Vec<ParameterValue>),
    /// A map, in the order it is written; of equal keys the last one counts.
    Map(Vec<(Template, ParameterValue)>),
    /// A form that is not evaluated, such as a script.
    Unsupported(String),
}

impl ParameterValue {
    /// The value over a scope.
    ///
    /// # Errors
    /// The first error of its parts, in the order they are written.
    pub fn evaluate(&self, scope: Scope<'_>) -> Result<Value, EvaluationError> {
        match self {
            Self::Text(template) => template.evaluate(scope),
            Self::List(items) => {
                items.iter().map(|item| item.evaluate(scope)).collect::<Result<_, _>>().map(Value::Array)
            }
            Self::Map(entries) => {
                let mut map = Map::new();
                for (key, item) in entries {
                    let key = match key.evaluate(scope)? {
                        Value::String(key) => key,
                        Value::Null => String::new(),
                        other => other.to_string(),
                    };
                    map.insert(key, item.evaluate(scope)?);
                }
                Ok(Value::Object(map))
            }
            Self::Unsupported(what) => Err(EvaluationError::Unsupported { what: format!("`{what}`") }),
        }
    }

    /// The text, if it is one without anything to evaluate.
    pub fn as_plain_text(&self) -> Option<&str> {
        match self {
            Self::Text(template) => template.as_plain_text(),
            _ => None,
        }
    }

    /// All templates in it.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Text(template) => vec![template],
            Self::List(items) => items.iter().flat_map(Self::templates).collect(),
            Self::Map(entries) => {
                entries.iter().flat_map(|(key, item)| std::iter::once(key).chain(item.templates())).collect()
            }
            Self::Unsupported(_) => Vec::new(),
        }
    }

    /// The variables that it may read.
    pub fn names_read(&self) -> BTreeSet<String> {
        self.templates().into_iter().flat_map(Template::names_read).collect()
    }

    /// The variables without which evaluating it is an error.
    pub fn needs(&self) -> BTreeSet<&str> {
        self.templates().into_iter().flat_map(Template::needs).collect()
    }

    /// Whether its value is the same for all variables.
    pub fn is_constant(&self) -> bool {
        !matches!(self, Self::Unsupported(_)) && self.templates().into_iter().all(Template::is_constant)
    }
}
