use std::collections::BTreeSet;

use serde_json::Value;

use super::coerce::{kind, text as as_text};
use super::{EvaluationError, Expression, Map, Scope, SyntaxError, parser};

/// Longest text that is compiled, in bytes.
pub(super) const MAX_LENGTH: usize = 64 * 1024;

/// A text with `${…}` parts, compiled.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Plain text.
    Text(String),
    /// `${…}`.
    Expression(Expression),
    /// A text that does not parse. Reading the file has told so; evaluating it is an error.
    Broken(SyntaxError),
}

impl Template {
    /// Compiles a text. White space around it has no meaning; `\${` is a literal `${`; `#{…}` is the same as `${…}`.
    ///
    /// # Errors
    /// If a part does not parse, or the text is longer than 64 KiB, nested deeper than 64 levels, or chained deeper than 256.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let text = text.trim();
        if text.len() > MAX_LENGTH {
            let message = format!("an expression is at most {MAX_LENGTH} bytes long, this one has {}", text.len());
            return Err(SyntaxError::new(message, 0..text.len()));
        }
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut at = 0;
        let mut escaped = false;
        while let Some(character) = text[at..].chars().next() {
            let opens = matches!(character, '$' | '#') && text[at + 1..].starts_with('{');
            if opens && !escaped {
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                let (expression, brace) = parser::parse(text, at + 2)?;
                parts.push(Part::Expression(expression));
                at = brace + 1;
                continue;
            }
            at += character.len_utf8();
            // As the engine's scanner does it: a backslash is kept unless it stands before `${`.
            match (character, escaped) {
                ('\\', false) => escaped = true,
                ('\\', true) => plain.push('\\'),
                _ => {
                    if escaped && !opens {
                        plain.push('\\');
                    }
                    plain.push(character);
                    escaped = false;
                }
            }
        }
        if escaped {
            plain.push('\\');
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }

    /// What stands for a text that does not parse, so that the rest of the file can still be looked at.
    pub fn broken(error: SyntaxError) -> Self {
        Self { parts: vec![Part::Broken(error)] }
    }

    /// The pieces; none for an empty text.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The expressions in it.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Expression(expression) => Some(expression),
            Part::Text(_) | Part::Broken(_) => None,
        })
    }

    /// The value: a single `${…}` keeps its type, an empty text is null, everything else is put together as text.
    ///
    /// # Errors
    /// What the engine would raise an incident for.
    pub fn evaluate(&self, scope: Scope<'_>) -> Result<Value, EvaluationError> {
        if let [part] = self.parts.as_slice() {
            return part.evaluate(scope);
        }
        if self.parts.is_empty() {
            return Ok(Value::Null);
        }
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                _ => out.push_str(&as_text(&part.evaluate(scope)?)),
            }
        }
        Ok(Value::String(out))
    }

    /// The text, if there is nothing to evaluate in it.
    pub fn as_plain_text(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The variables that it may read; see [`Condition::names_read`].
    pub fn names_read(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        self.expressions().for_each(|expression| expression.collect_names(&mut names));
        names
    }

    /// Whether its value is the same for all variables.
    pub fn is_constant(&self) -> bool {
        self.expressions().all(Expression::is_constant)
    }
}

impl Part {
    fn evaluate(&self, scope: Scope<'_>) -> Result<Value, EvaluationError> {
        match self {
            Self::Text(text) => Ok(Value::String(text.clone())),
            Self::Expression(expression) => expression.evaluate(scope),
            Self::Broken(error) => Err(EvaluationError::Syntax { message: error.message.clone() }),
        }
    }
}

/// A template whose value must be true or false.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is evaluated.
    pub template: Template,
}

impl Condition {
    /// The expression, if it is one alone.
    pub fn sole(&self) -> Option<&Expression> {
        match self.template.parts() {
            [Part::Expression(expression)] => Some(expression),
            _ => None,
        }
    }

    /// Compiles a text.
    ///
    /// # Errors
    /// As [`Template::parse`].
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Ok(Self { template: Template::parse(text)? })
    }

    /// The verdict. Unlike the operands of `&&` and `!`, it is not coerced: null and the text `true` are errors.
    ///
    /// # Errors
    /// [`EvaluationError::ConditionNull`], [`EvaluationError::NotBoolean`], or what the evaluation raises.
    pub fn test(&self, scope: Scope<'_>) -> Result<bool, EvaluationError> {
        boolean_verdict(self.template.evaluate(scope)?)
    }

    /// The verdict if it is the same for all variables.
    pub fn constant(&self) -> Option<bool> {
        let none = Map::new();
        let constant = self.template.is_constant();
        constant.then(|| self.test(Scope { locals: &none, variables: &none }).ok()).flatten()
    }

    /// The variables that it may read: top-level names, and the names given to `execution.getVariable` and
    /// `execution.getVariableLocal`. A name that is only given to `hasVariable` is not read.
    pub fn names_read(&self) -> BTreeSet<String> {
        self.template.names_read()
    }
}

/// The verdict that a condition's value is.
pub(super) fn boolean_verdict(value: Value) -> Result<bool, EvaluationError> {
    match value {
        Value::Bool(value) => Ok(value),
        Value::Null => Err(EvaluationError::ConditionNull),
        other => Err(EvaluationError::NotBoolean { found: kind(&other).to_owned() }),
    }
}
