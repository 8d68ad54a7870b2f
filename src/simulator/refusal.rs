/// Why a request is refused, by the reasons that a catalogue lists under `wire.errors.reasons`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub reason: Reason,
    /// What is added to the catalogue's message.
    pub detail: Option<String>,
}

impl Refusal {
    /// A refusal that says more.
    pub fn because(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: Some(detail.into()) }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, detail: None }
    }
}

macro_rules! reasons {
    ($($name:ident $text:literal $when:literal;)*) => {
        /// The reasons for which the simulator refuses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Reason {
            $(#[doc = $when] $name,)*
        }

        impl Reason {
            /// All reasons, in the order of the table in `docs/simulator.md`.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The name in a catalogue.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// When it is given.
            pub fn when(self) -> &'static str {
                match self { $(Self::$name => $when,)* }
            }
        }
    };
}

reasons! {
    UnknownKey "unknown-key" "The key is none of those that are accepted.";
    MissingCredential "missing-credential" "A credential is needed and there is none, or it cannot be read.";
    BadSignature "bad-signature" "The credential was signed by another simulator or for another world.";
    Expired "expired" "The credential's time is over by the clock of the world.";
    Invalid "invalid" "A parameter is missing or wrong, the body cannot be read, or a bound of the world is reached.";
    UnknownToken "unknown-token" "The token does not exist in this world.";
    UnknownProcess "unknown-process" "No process definition has the name.";
    DuplicateName "duplicate-name" "Another token of this world has the name.";
    InactiveToken "inactive-token" "The token is not active.";
    ExhaustedToken "exhausted-token" "The token's instances are used up.";
    EarlyToken "early-token" "The token does not hold yet.";
    LateToken "late-token" "The token holds no longer.";
    UnknownInstance "unknown-instance" "The instance does not exist in this world.";
    UnknownDefinition "unknown-definition" "The definition does not exist in this world or the one above.";
    NotStarted "not-started" "The instance was created but not started.";
    NotWaiting "not-waiting" "The instance waits at an element that does not take this request.";
    MissingUpload "missing-upload" "The element needs an upload, and nothing was uploaded since it was reached.";
    Ended "ended" "The instance has ended or failed.";
    NotFound "not-found" "No exchange has this method and path.";
    TooLarge "too-large" "The body is larger than the simulator reads.";
}
