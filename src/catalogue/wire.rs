use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{FormWire, InputType, PathPattern};
use crate::source::Spanned;
use crate::template::Template;

/// Where things stand in requests and answers.
#[derive(Clone, Debug)]
pub struct Wire {
    /// The header that carries a correlation id on every request; `None` sends none.
    pub correlation: Option<String>,
    /// How the credential is sent; `None` where no exchange sends one.
    pub credential: Option<Credential>,
    /// Where the engine's refusals have their fields.
    pub error_fields: Vec<Field>,
    /// What the simulator answers for which reason.
    pub reasons: BTreeMap<String, Reason>,
    /// How forms are written.
    pub forms: Option<FormWire>,
    /// The exchanges, in the order of the file.
    pub exchanges: Vec<Exchange>,
}

impl Wire {
    /// The exchange of a name.
    pub fn exchange(&self, name: &str) -> Option<&Exchange> {
        self.exchanges.iter().find(|exchange| exchange.name.value == name)
    }
}

/// How the credential is sent.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The header that carries it.
    pub header: String,
    /// The header's value, over `session`.
    pub value: Template,
}

/// The reasons for which the simulator refuses.
pub const REASONS: &[&str] = &[
    "unknown-key",
    "missing-credential",
    "bad-signature",
    "expired",
    "invalid",
    "unknown-token",
    "unknown-process",
    "duplicate-name",
    "inactive-token",
    "exhausted-token",
    "early-token",
    "late-token",
    "unknown-instance",
    "unknown-definition",
    "not-started",
    "not-waiting",
    "missing-upload",
    "ended",
    "not-found",
    "too-large",
];

/// What the simulator has to tell apart by values of parameters: a token that permits instances, one that permits a number
/// of them, one that holds for a time; a definition that is deployed as soon as it is created.
pub const MEANINGS: &[&str] = &["active", "counted", "timed", "deployed"];

/// A refusal by the simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The HTTP status.
    pub status: u16,
    /// The engine's code.
    pub code: i64,
    /// The engine's message.
    pub message: String,
}

/// What the simulator does when it gets a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Gives out a credential for a key.
    IssueCredential,
    /// Creates a token, which permits instances.
    CreateToken,
    /// Creates an instance of a process.
    CreateInstance,
    /// Starts an instance, or says where a started one stands.
    StartInstance,
    /// Completes the element at which an instance waits.
    ContinueInstance,
    /// Takes a file for the element at which an instance waits.
    Upload,
    /// Tells the state of an instance.
    ReadInstance,
    /// Ends an instance where it stands.
    EndInstance,
    /// Takes the definition of a process or form, as a new version under its name.
    CreateDefinition,
    /// Lets a definition be used.
    DeployDefinition,
    /// Tells the latest version under a name.
    FindDefinition,
    /// Gives a definition back.
    ReadDefinition,
}

impl Role {
    /// The words by which catalogues name the roles.
    pub const WORDS: &[(&'static str, Self)] = &[
        ("issue-credential", Self::IssueCredential),
        ("create-token", Self::CreateToken),
        ("create-instance", Self::CreateInstance),
        ("start-instance", Self::StartInstance),
        ("continue-instance", Self::ContinueInstance),
        ("upload", Self::Upload),
        ("read-instance", Self::ReadInstance),
        ("end-instance", Self::EndInstance),
        ("create-definition", Self::CreateDefinition),
        ("deploy-definition", Self::DeployDefinition),
        ("find-definition", Self::FindDefinition),
        ("read-definition", Self::ReadDefinition),
    ];

    /// Its word in catalogues.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, role)| *role == self).map_or("", |(word, _)| word)
    }

    /// The names of the answers by which the simulator plays it.
    pub fn answers(self) -> &'static [&'static str] {
        match self {
            Self::IssueCredential => &["issued"],
            Self::CreateToken | Self::CreateInstance | Self::CreateDefinition => &["created"],
            Self::StartInstance | Self::ContinueInstance => &["screen", "failure", "end"],
            Self::Upload => &["stored"],
            Self::EndInstance => &["ended"],
            Self::ReadInstance | Self::FindDefinition | Self::ReadDefinition => &["found"],
            Self::DeployDefinition => &["deployed"],
        }
    }

    /// Whether it deals with definitions, so that the exchange must say of what.
    pub fn is_of_definitions(self) -> bool {
        matches!(self, Self::CreateDefinition | Self::DeployDefinition | Self::FindDefinition | Self::ReadDefinition)
    }
}

/// What is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefinitionKind {
    /// A process, as BPMN.
    Process,
    /// A form, as the wire's `forms` says.
    Form,
}

impl DefinitionKind {
    /// The words by which catalogues name the kinds.
    pub const WORDS: &[(&'static str, Self)] = &[("process", Self::Process), ("form", Self::Form)];
}

/// One kind of request with its answers.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its name.
    pub name: Spanned<String>,
    /// What the simulator does.
    pub role: Role,
    /// For definitions: of what.
    pub of: Option<DefinitionKind>,
    /// The methods: the first is sent, all are understood.
    pub methods: Vec<String>,
    /// The path; `{name}` is a parameter.
    pub path: PathPattern,
    /// Query parameters: the name on the wire and the parameter.
    pub query: Vec<(String, String)>,
    /// Headers: the name on the wire and the parameter.
    pub headers: Vec<(String, String)>,
    /// The parameter that, where given, is the whole URL.
    pub url: UrlSource,
    /// Whether the credential is sent and checked.
    pub credential: bool,
    /// What the parameters must be. The simulator refuses what is not; the runner sends anything.
    pub params: Vec<Param>,
    /// The body.
    pub body: Body,
    /// For uploads: the activities that accept it.
    pub accepts: Vec<Spanned<String>>,
    /// For uploads: the process variable that holds the captures; `{name}` is a parameter.
    pub stores: Option<String>,
    /// For uploads: parameters that are kept with the facts of the file.
    pub records: Vec<Spanned<String>>,
    /// For uploads: a parameter, and the input parameter of the element that it must equal where the element has it.
    pub matches: Vec<(Spanned<String>, String)>,
    /// What words mean to the simulator: a meaning (`active`, `counted`, `timed`, `deployed`) and the parameter value that has it.
    pub means: BTreeMap<String, (String, Value)>,
    /// The answers, in the order of the file.
    pub answers: Vec<Answer>,
}

impl Exchange {
    /// The answer of a name.
    pub fn answer(&self, name: &str) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.name == name)
    }
}

/// The parameter that, where given, is the whole URL of an exchange.
pub type UrlSource = Option<String>;

/// What a parameter of an exchange must be.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name.
    pub name: Spanned<String>,
    /// What it must be.
    pub kind: InputType,
    /// Whether it must be there.
    pub required: bool,
    /// Its value where it is not.
    pub default: Option<Value>,
    /// The longest text, in characters.
    pub max_length: Option<u64>,
    /// The smallest number.
    pub min: Option<i64>,
    /// The only values; empty for any.
    pub one_of: Vec<Value>,
    /// For files: whether they stand in JSON as text instead of base64.
    pub as_text: bool,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub struct Body {
    /// How it is written.
    pub format: BodyFormat,
    /// Where parameters stand in it; for `multipart`, the pointer without its slash is the name of the part.
    pub fields: Vec<Field>,
}

/// How the body of a request is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFormat {
    /// There is none.
    None,
    /// A JSON object; files are base64 text.
    Json,
    /// `multipart/form-data`; files are parts of their own.
    Multipart,
}

/// Where a value stands in a JSON body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// What it is to flowproof: a dotted name such as `element.id`.
    pub name: Spanned<String>,
    /// JSON pointers (RFC 6901): the first is written; the first that is there is read.
    pub pointers: Vec<String>,
}

/// One answer of an exchange.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its name, by which the simulator chooses it.
    pub name: String,
    /// The HTTP status.
    pub status: u16,
    /// Where its fields stand.
    pub fields: Vec<Field>,
    /// Fields that the simulator composes, over what it knows.
    pub values: Vec<(String, Template)>,
    /// Members that are always written.
    pub constants: Map<String, Value>,
    /// The media type of a body that is no JSON but one text, which is the field at `""`.
    pub media: Option<String>,
}
