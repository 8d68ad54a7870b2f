use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::Difference;
use super::validator::{self, Compiled};
use crate::diagnostic::{Diagnostic, Diagnostics, Id};
use crate::source::{Span, Spanned};

/// Largest JSON Schema file, in bytes.
pub const MAX_SCHEMA_BYTES: usize = 4 << 20;
/// Most files that one JSON Schema refers to, directly or by others.
pub const MAX_SCHEMA_FILES: usize = 64;

/// Reads a file by its path below the project's root, or says why it cannot be read.
pub(super) type Read = Arc<dyn Fn(&str) -> Result<Vec<u8>, String> + Send + Sync>;

/// The JSON Schema files of a project, each read and compiled once, however many matchers name it.
#[derive(Clone)]
pub struct SchemaFiles {
    read: Read,
    compiled: HashMap<String, Result<Arc<Compiled>, Refused>>,
}

impl SchemaFiles {
    /// `read` gives the bytes of a file by its path below the project's root, or says why it cannot be read. It alone decides
    /// which files those are.
    pub fn new(read: impl Fn(&str) -> Result<Vec<u8>, String> + Send + Sync + 'static) -> Self {
        Self { read: Arc::new(read), compiled: HashMap::new() }
    }

    fn get(&mut self, path: &str) -> Result<Arc<Compiled>, Refused> {
        if let Some(known) = self.compiled.get(path) {
            return known.clone();
        }
        let made = validator::from_file(path, &self.read).map(Arc::new);
        self.compiled.insert(path.to_owned(), made.clone());
        made
    }
}

impl fmt::Debug for SchemaFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchemaFiles").field("compiled", &self.compiled.keys()).finish_non_exhaustive()
    }
}

/// A JSON Schema, compiled as soon as all of its text is known.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    /// Where it is written, or where its file is named.
    span: Span,
    /// Its file, unless it stands in the scenario itself.
    file: Option<String>,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// A file that nobody has read yet, or a schema that refers to files.
    Waiting(Option<Arc<Value>>),
    Compiled(Arc<Compiled>),
    /// Its problem was reported.
    Broken,
}

impl Schema {
    /// A schema that stands in the scenario itself.
    pub(super) fn inline(schema: Value, span: Span, found: &mut Diagnostics) -> Self {
        let mut made = Self { span, file: None, state: State::Broken };
        if refers_to_files(&schema) && validator::AVAILABLE {
            made.state = State::Waiting(Some(Arc::new(schema)));
        } else {
            made.settle(validator::alone(&schema).map(Arc::new), found);
        }
        made
    }

    /// A schema in a file of its own.
    pub(super) fn file(path: Spanned<String>, found: &mut Diagnostics) -> Self {
        let mut made = Self { span: path.span, file: Some(path.value), state: State::Waiting(None) };
        if !validator::AVAILABLE {
            made.settle(Err(Refused::unavailable()), found);
        }
        made
    }

    /// Reads what it needs. `folder` is that of the scenario, below the project's root and with a closing `/`.
    pub(super) fn load(&mut self, folder: &str, files: &mut SchemaFiles, found: &mut Diagnostics) {
        let State::Waiting(inline) = &self.state else { return };
        let made = match (inline, &self.file) {
            (Some(schema), _) => validator::beside(schema, folder, &files.read).map(Arc::new),
            (None, Some(path)) => files.get(&format!("{folder}{path}")),
            (None, None) => return,
        };
        self.settle(made, found);
    }

    /// Where it is written, if it needs files.
    pub(super) fn waiting(&self) -> Option<Span> {
        matches!(self.state, State::Waiting(_)).then_some(self.span)
    }

    fn settle(&mut self, made: Result<Arc<Compiled>, Refused>, found: &mut Diagnostics) {
        match made {
            Ok(compiled) => self.state = State::Compiled(compiled),
            Err(Refused { says, why, help }) => {
                let one = Diagnostic::new(Id::EXPECT_SCHEMA, format!("{} {says}", self.name())).label(self.span, why);
                found.push(one.help_if(help.map(str::to_owned)));
                self.state = State::Broken;
            }
        }
    }

    pub(super) fn problem(&self) -> Option<String> {
        match &self.state {
            State::Compiled(_) => None,
            State::Broken => Some(format!("{} cannot be used", self.name())),
            State::Waiting(_) => Some(format!("{} was not loaded", self.name())),
        }
    }

    pub(super) fn name(&self) -> String {
        match &self.file {
            Some(path) => format!("the schema `{path}`"),
            None => "the schema".to_owned(),
        }
    }

    /// Everything that is wrong with a value, up to the bound on differences.
    pub(super) fn errors(&self, value: &Value) -> Vec<SchemaError> {
        match &self.state {
            State::Compiled(compiled) => compiled.errors(value),
            State::Waiting(_) | State::Broken => Vec::new(),
        }
    }
}

/// One thing that is wrong with a value by its schema.
pub(super) struct SchemaError {
    /// Where, what the keyword wants, and what is there.
    pub(super) difference: Difference,
    /// The same in words.
    pub(super) message: String,
}

/// Why there is no schema.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    /// Completes "the schema …".
    pub(super) says: &'static str,
    pub(super) why: String,
    pub(super) help: Option<&'static str>,
}

impl Refused {
    pub(super) fn unavailable() -> Self {
        let why = "this build of flowproof cannot judge by JSON Schema".to_owned();
        let help = "build it with `--features json-schema`, or use matchers";
        Self { says: "cannot be used", why, help: Some(help) }
    }
}

/// Whether a schema has a reference that leads out of it.
fn refers_to_files(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(name, value)| {
            let reference = matches!(name.as_str(), "$ref" | "$dynamicRef").then(|| value.as_str()).flatten();
            reference.is_some_and(|reference| !reference.starts_with('#')) || refers_to_files(value)
        }),
        Value::Array(items) => items.iter().any(refers_to_files),
        _ => false,
    }
}
