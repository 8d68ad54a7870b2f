use crate::expect::Format;
use crate::source::Spanned;

/// How the engine writes the definition of a form, which is JSON: where things stand in it, and what its words mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormWire {
    /// The pointer to the list of components.
    pub components: String,
    /// The pointer to the name of a component, by which its value is given.
    pub id: String,
    /// Where everything else stands in a component that has it.
    pub places: FormPlaces,
    /// What a value must be, by the engine's word for the type of its component; with any other word it may be anything.
    pub types: Vec<(String, FormType)>,
}

/// Pointers into a component. What has no pointer is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormPlaces {
    /// The engine's word for its type.
    pub kind: Option<String>,
    /// The value where none is given.
    pub default: Option<String>,
    /// Whether its value cannot be given.
    pub read_only: Option<String>,
    /// Whether a value is needed.
    pub required: Option<String>,
    /// The shortest text, in characters.
    pub min_length: Option<String>,
    /// The longest text, in characters.
    pub max_length: Option<String>,
    /// The message where a value is needed and there is none.
    pub missing: Option<String>,
    /// The message where a value is not of the type.
    pub invalid: Option<String>,
    /// The message where a text is too short or too long.
    pub invalid_length: Option<String>,
    /// Where the texts of a message stand in it by language. A message that is a text needs none.
    pub by_language: Option<String>,
}

/// What the value of a component must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormType {
    /// A number, or a text that is one.
    Number,
    /// A telephone number: 5 to 15 digits, with a plus sign before and spaces, hyphens, dots or parentheses in it.
    Phone,
    /// A text in a notation.
    Written(Format),
}

/// How the simulator plays an element that shows a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormUse {
    /// The input parameter that names the form.
    pub name: String,
    /// The input parameter that gives its version; without a value, the latest is meant.
    pub version: Option<String>,
    /// The input parameter that says whether nothing can be given.
    pub read_only: Option<String>,
    /// The local variable that holds the values.
    pub values: String,
    /// The outcome of values that the form does not allow.
    pub invalid: Spanned<String>,
    /// The input parameter that limits how often that may be. The n-th time of a limit n exceeds it.
    pub limit: Option<String>,
    /// The outcome when it does.
    pub exceeded: Option<Spanned<String>>,
}
