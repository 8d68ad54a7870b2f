use crate::process::expression::{Condition, Template};

/// The call of another process.
#[derive(Clone, Debug, PartialEq)]
pub struct CallActivity {
    /// The id of the process; `None` if it does not say, or calls a case.
    pub called: Option<Template>,
    /// What the called instance is given, in this order.
    pub inputs: Vec<Mapping>,
    /// What is taken from it when it has ended, in this order.
    pub outputs: Vec<Mapping>,
}

/// A variable that passes the border of a called process.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// What is passed.
    pub source: MappingSource,
    /// The name on the other side; the same name where there is none.
    pub target: Option<String>,
}

/// What a [`Mapping`] passes.
#[derive(Clone, Debug, PartialEq)]
pub enum MappingSource {
    /// All variables.
    All,
    /// One variable, by its name.
    Variable(String),
    /// A value.
    Expression(Template),
}

/// An activity that is done more than once.
#[derive(Clone, Debug, PartialEq)]
pub enum Repetition {
    /// Several instances of it.
    Instances(Instances),
    /// Again and again as long as a condition holds, which is not executed.
    Loop,
}

/// The instances of an activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Instances {
    /// Whether one begins when the one before has ended; otherwise all begin at once.
    pub sequential: bool,
    /// How many there are.
    pub cardinality: Option<Template>,
    /// The list with an item for each.
    pub collection: Option<Template>,
    /// The variable that each finds its item in.
    pub element: Option<String>,
    /// Asked after each; once it holds, the others are no longer needed.
    pub completion: Option<Condition>,
}
