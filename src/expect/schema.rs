use std::sync::Arc;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Span, Spanned};

/// A JSON Schema, compiled as soon as its text is known.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    file: Option<Spanned<String>>,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// A file that nobody has read yet.
    Named,
    Compiled(Arc<compiled::Compiled>),
    /// Its problem was reported.
    Broken,
}

impl Schema {
    pub(super) fn inline(schema: &Value, span: Span, found: &mut Diagnostics) -> Self {
        let mut made = Self { file: None, state: State::Named };
        made.load(Some(schema), span, found);
        made
    }

    pub(super) fn file(path: Spanned<String>, found: &mut Diagnostics) -> Self {
        let available = compiled::AVAILABLE || {
            found.push(unavailable(path.span));
            false
        };
        Self { file: Some(path), state: if available { State::Named } else { State::Broken } }
    }

    /// The file that has to be read before anything can be judged.
    pub(super) fn wanted(&self) -> Option<&Spanned<String>> {
        self.file.as_ref().filter(|_| matches!(self.state, State::Named))
    }

    pub(super) fn load(&mut self, schema: Option<&Value>, span: Span, found: &mut Diagnostics) {
        let Some(schema) = schema else {
            self.state = State::Broken;
            return;
        };
        self.state = match compiled::Compiled::new(schema) {
            Ok(compiled) => State::Compiled(Arc::new(compiled)),
            Err(compiled::Refused::Unavailable) => {
                found.push(unavailable(span));
                State::Broken
            }
            #[cfg(feature = "json-schema")]
            Err(compiled::Refused::Invalid(why)) => {
                found.push(Diagnostic::new(Id::EXPECT_SCHEMA, "this is not a JSON Schema").label(span, why));
                State::Broken
            }
        };
    }

    pub(super) fn problem(&self) -> Option<String> {
        match &self.state {
            State::Compiled(_) => None,
            State::Broken => Some(format!("{} cannot be used", self.name())),
            State::Named => Some(format!("{} was not loaded", self.name())),
        }
    }

    pub(super) fn name(&self) -> String {
        match &self.file {
            Some(path) => format!("the schema `{}`", path.value),
            None => "the schema".to_owned(),
        }
    }

    /// What is wrong with a value, a few places at most.
    pub(super) fn errors(&self, value: &Value) -> Vec<String> {
        match &self.state {
            State::Compiled(compiled) => compiled.errors(value),
            State::Named | State::Broken => Vec::new(),
        }
    }
}

fn unavailable(span: Span) -> Diagnostic {
    Diagnostic::new(Id::EXPECT_SCHEMA, "this build of flowproof cannot judge by JSON Schema")
        .at(span)
        .help("build it with `--features json-schema`, or use matchers")
}

#[cfg(feature = "json-schema")]
mod compiled {
    use serde_json::Value;

    pub(super) const AVAILABLE: bool = true;
    /// Most errors of one value that are told.
    const TOLD: usize = 3;
    /// Most characters of one error; it quotes the value.
    const MAX_TOLD: usize = 200;

    #[derive(Debug)]
    pub(super) struct Compiled(jsonschema::Validator);

    pub(super) enum Refused {
        #[expect(dead_code, reason = "said by builds without JSON Schema")]
        Unavailable,
        Invalid(String),
    }

    impl Compiled {
        /// References to other documents are not followed: nothing is fetched.
        pub(super) fn new(schema: &Value) -> Result<Self, Refused> {
            jsonschema::validator_for(schema).map(Self).map_err(|error| Refused::Invalid(error.to_string()))
        }

        pub(super) fn errors(&self, value: &Value) -> Vec<String> {
            let told = self.0.iter_errors(value).take(TOLD);
            told.map(|error| {
                let place = error.instance_path().to_string();
                let place = if place.is_empty() { "it".to_owned() } else { format!("`{place}`") };
                let text = format!("{place}: {error}");
                match text.char_indices().nth(MAX_TOLD) {
                    Some((end, _)) => format!("{}…", &text[..end]),
                    None => text,
                }
            })
            .collect()
        }
    }
}

#[cfg(not(feature = "json-schema"))]
mod compiled {
    use serde_json::Value;

    pub(super) const AVAILABLE: bool = false;

    /// Never made in this build.
    #[derive(Debug)]
    pub(super) enum Compiled {}

    pub(super) enum Refused {
        Unavailable,
    }

    impl Compiled {
        pub(super) fn new(_: &Value) -> Result<Self, Refused> {
            Err(Refused::Unavailable)
        }

        pub(super) fn errors(&self, _: &Value) -> Vec<String> {
            match *self {}
        }
    }
}
