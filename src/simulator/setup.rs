use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::credential::Signer;
use super::library::Shelves;
use super::program::Program;
use crate::catalogue::{Catalogue, Wire};
use crate::process::Definition;
use crate::script::Faults;
use crate::template::Scope;

/// Where random bits come from: 128 of them with each call.
pub type Entropy = Arc<dyn Fn() -> u128 + Send + Sync>;

/// What a simulator is made of.
#[derive(Clone)]
pub struct SimulatorConfig {
    /// What is known of the engine that is played.
    pub catalogue: Arc<Catalogue>,
    /// The process definitions by the names that tokens use.
    pub definitions: Vec<(String, Arc<Definition>)>,
    /// The keys that are accepted; none means the one that the catalogue names for simulators.
    pub keys: Vec<String>,
    /// Whether every request needs a credential, not only those for which the catalogue says so.
    pub strict_credentials: bool,
    /// When the clock of every world starts.
    pub now: Timestamp,
    /// What credentials are signed with.
    pub secret: [u8; 32],
    /// Where ids come from.
    pub entropy: Entropy,
    /// What goes wrong on the way to it, if anything does.
    pub faults: Option<Faults>,
}

impl fmt::Debug for SimulatorConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys and secret are left out.
        f.debug_struct("SimulatorConfig")
            .field("catalogue", &self.catalogue.name.value)
            .field("definitions", &self.definitions.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("strict_credentials", &self.strict_credentials)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// What all worlds of a simulator share. It never changes, but for what is uploaded, which each world keeps apart.
#[derive(Debug)]
pub struct Setup {
    pub(super) config: SimulatorConfig,
    pub(super) keys: Vec<String>,
    pub(super) programs: Vec<Arc<Program>>,
    pub(super) shelves: Shelves,
    pub(super) signer: Signer,
    pub(super) around_credential: (String, String),
}

impl Setup {
    /// Looks up once what every request needs.
    pub fn new(config: SimulatorConfig) -> Self {
        let catalogue = &config.catalogue;
        let programs = config
            .definitions
            .iter()
            .map(|(name, definition)| Arc::new(Program::shipped(name.clone(), Arc::clone(definition), catalogue)));
        let keys = match config.keys.as_slice() {
            [] => vec![catalogue.session.simulated.key.clone()],
            keys => keys.to_vec(),
        };
        Self {
            keys,
            programs: programs.collect(),
            shelves: Shelves::default(),
            signer: Signer::new(config.secret),
            around_credential: around_credential(&catalogue.wire, &config),
            config,
        }
    }

    pub(super) fn catalogue(&self) -> &Catalogue {
        &self.config.catalogue
    }

    /// The process of a name that a world can use: the version that was deployed, or the latest; what the simulator was
    /// started with is the first version, and stands for those that nobody uploaded.
    pub(super) fn program(&self, world: &str, name: &str, version: Option<u64>) -> Option<Arc<Program>> {
        let shipped = || self.programs.iter().find(|program| program.name == name).cloned();
        self.shelves.program(world, name, version).or_else(shipped)
    }

    pub(super) fn start_ms(&self) -> u64 {
        u64::try_from(self.config.now.as_millisecond()).unwrap_or_default()
    }

    /// A scope without roots at a moment.
    pub(super) fn scope(&self, now_ms: u64) -> Scope {
        let entropy = Arc::clone(&self.config.entropy);
        let ids = move || uuid::Builder::from_random_bytes(entropy().to_be_bytes()).into_uuid();
        Scope::new(super::clock::timestamp(now_ms), Arc::new(ids))
    }
}

/// What stands before and after the credential in its header, told by writing one that can be found again.
fn around_credential(wire: &Wire, config: &SimulatorConfig) -> (String, String) {
    const MARK: &str = "\u{1}";
    let none = (String::new(), String::new());
    let Some(credential) = &wire.credential else { return none };
    let Some(reference) = credential.value.references().first() else { return none };
    let Some((root, members)) = reference.path.split_first() else { return none };
    let value = members.iter().rev().fold(Value::from(MARK), |inner, member| json!({ member: inner }));
    let ids = || uuid::Uuid::nil();
    let scope = Scope::new(config.now, Arc::new(ids)).with(root, value);
    let written = credential.value.evaluate(&scope).ok().map(|evaluated| evaluated.value);
    let written = written.as_ref().and_then(Value::as_str).and_then(|written| written.split_once(MARK));
    written.map_or(none, |(before, after)| (before.to_owned(), after.to_owned()))
}
