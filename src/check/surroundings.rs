use serde_json::{Map as Members, Value};

use crate::catalogue::Catalogue;
use crate::process::Definition;
use crate::proof::Map;
use crate::scenario::{Fragments, Table};
use crate::source::Sources;

/// What a scenario is checked against.
#[derive(Clone)]
pub struct Surroundings<'a> {
    /// The texts that were read.
    pub sources: &'a Sources,
    /// The catalogue that the scenario uses.
    pub catalogue: Option<&'a Catalogue>,
    /// The names of all catalogues of the project.
    pub catalogues: Vec<&'a str>,
    /// The definition of the scenario's process.
    pub definition: Option<&'a Definition>,
    /// The definition as the catalogue sees it, where walks are to be followed.
    pub map: Option<&'a Map>,
    /// The names of all processes of the project.
    pub processes: Vec<&'a str>,
    /// The folder of the scenario's file below the project's root, with a closing `/`.
    pub folder: &'a str,
    /// The fragments that are used, and those that these use.
    pub fragments: &'a Fragments,
    /// Tells of a file below the project's root.
    pub file: &'a dyn Fn(&str) -> FileFact,
    /// The rows of the scenario's cases; `None` if it has none, or none that can be used.
    pub cases: Option<&'a Table>,
    /// The names of the variables that the settings give to all.
    pub vars: Vec<&'a str>,
    /// The names of the secrets that the settings give to scenarios.
    pub secrets: Vec<&'a str>,
    /// The names that `requires` can be given.
    pub environments: Vec<&'a str>,
    /// What the `before` of the run saves for all scenarios; `None` if that is not known.
    pub run_values: Option<Vec<&'a str>>,
    /// Whether what the scenario saves is read by all others.
    pub saves_for_all: bool,
    /// The day on which dates are judged; `None` leaves them alone.
    pub today: Option<jiff::civil::Date>,
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFact {
    /// It can be sent.
    Present {
        /// Its media type.
        media: String,
        /// Its size.
        bytes: u64,
        /// What a picture says to flowproof of itself, by which simulated checks judge it.
        marks: Members<String, Value>,
    },
    /// It cannot be sent.
    Unusable {
        /// Why.
        reason: String,
        /// The file beside it that was probably meant.
        near: Option<String>,
    },
}
