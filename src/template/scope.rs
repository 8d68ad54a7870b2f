use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use minijinja::value::{Enumerator, Object, Serde};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sha2::{Digest, Sha256};

/// Where fresh, unseeded ids come from.
pub type Ids = Arc<dyn Fn() -> uuid::Uuid + Send + Sync>;

/// Reads a file at a path that a template names; else tells why it cannot.
pub type ReadFile = Arc<dyn Fn(&str) -> Result<Arc<[u8]>, String> + Send + Sync>;

/// The key of the random stream of one variable: the same three parts give the same data on any machine, in any order.
pub fn stream_key(run_seed: u64, scenario: &str, name: &str) -> u64 {
    let mut hash = Sha256::new();
    hash.update(run_seed.to_le_bytes());
    for part in [scenario, name] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    u64::from_le_bytes(hash.finalize()[..8].try_into().expect("a digest has 32 bytes"))
}

/// Data that templates can read; a clone is cheap and shares it.
#[derive(Clone)]
pub struct Data(Repr);

#[derive(Clone)]
enum Repr {
    Ready(minijinja::Value),
    Later(Arc<(Arc<serde_json::Value>, OnceLock<minijinja::Value>)>),
    Fields(Arc<Fields>),
}

impl Data {
    /// Data that is converted when a template first reads it: for bodies, which most steps never read.
    pub fn shared(json: Arc<serde_json::Value>) -> Self {
        Self(Repr::Later(Arc::new((json, OnceLock::new()))))
    }

    /// A mapping of data that already exists; nothing is copied.
    pub fn fields<K: Into<String>>(fields: impl IntoIterator<Item = (K, Data)>) -> Self {
        Self(Repr::Fields(Arc::new(Fields(fields.into_iter().map(|(name, data)| (name.into(), data)).collect()))))
    }

    /// A mapping without members.
    pub fn empty() -> Self {
        Self(Repr::Fields(Arc::default()))
    }

    /// Adds or replaces a member of a mapping; anything else becomes a mapping that has it alone.
    fn put(&mut self, name: &str, data: Data) {
        match &mut self.0 {
            Repr::Fields(fields) => drop(Arc::make_mut(fields).0.insert(name.to_owned(), data)),
            _ => *self = Self::fields([(name, data)]),
        }
    }

    /// Removes a member of a mapping.
    fn remove(&mut self, name: &str) {
        if let Repr::Fields(fields) = &mut self.0 {
            Arc::make_mut(fields).0.remove(name);
        }
    }

    pub(super) fn value(&self) -> minijinja::Value {
        match &self.0 {
            Repr::Ready(value) => value.clone(),
            Repr::Later(later) => later.1.get_or_init(|| minijinja::Value::from(Serde(&*later.0))).clone(),
            Repr::Fields(fields) => minijinja::Value::from_dyn_object(Arc::clone(fields)),
        }
    }
}

impl From<&serde_json::Value> for Data {
    fn from(json: &serde_json::Value) -> Self {
        Self(Repr::Ready(minijinja::Value::from(Serde(json))))
    }
}

impl From<serde_json::Value> for Data {
    fn from(json: serde_json::Value) -> Self {
        Self::from(&json)
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Data may hold secrets.
        f.write_str("Data(…)")
    }
}

#[derive(Clone, Debug, Default)]
struct Fields(BTreeMap<String, Data>);

impl Object for Fields {
    fn get_value(self: &Arc<Self>, key: &minijinja::Value) -> Option<minijinja::Value> {
        self.0.get(key.as_str()?).map(Data::value)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.keys().map(|name| minijinja::Value::from(name.as_str())).collect())
    }
}

/// What a template can see: named roots (`vars`, `case`, `steps` …), which of their paths are secret, the clock, ids and the
/// random stream. Built once per step; a clone is cheap, and so is one more root.
#[derive(Clone)]
pub struct Scope {
    roots: Arc<BTreeMap<String, Data>>,
    tainted: Arc<BTreeSet<Vec<String>>>,
    stream: u64,
    now: jiff::Timestamp,
    ids: Ids,
    files: Option<ReadFile>,
}

impl Scope {
    /// A scope without roots, at a moment, with a source of ids and the stream 0.
    pub fn new(now: jiff::Timestamp, ids: Ids) -> Self {
        Self { roots: Arc::default(), tainted: Arc::default(), stream: 0, now, ids, files: None }
    }

    /// Adds or replaces a root.
    pub fn with(mut self, name: impl Into<String>, data: impl Into<Data>) -> Self {
        self.set(name, data);
        self
    }

    /// Adds or replaces a root of this scope; clones made before keep what they had.
    pub fn set(&mut self, name: impl Into<String>, data: impl Into<Data>) {
        Arc::make_mut(&mut self.roots).insert(name.into(), data.into());
    }

    /// Adds or replaces a member of a root.
    pub fn put(&mut self, root: &str, name: &str, data: impl Into<Data>) {
        let roots = Arc::make_mut(&mut self.roots);
        match roots.get_mut(root) {
            Some(members) => members.put(name, data.into()),
            None => drop(roots.insert(root.to_owned(), Data::fields([(name, data.into())]))),
        }
    }

    /// Removes a root, and what is known of its secrets.
    pub fn forget(&mut self, root: &str) {
        Arc::make_mut(&mut self.roots).remove(root);
        if self.tainted.iter().any(|path| path[0] == root) {
            Arc::make_mut(&mut self.tainted).retain(|path| path[0] != root);
        }
    }

    /// Empties a root.
    pub fn clear(&mut self, root: &str) {
        self.forget(root);
        self.set(root, Data::empty());
    }

    /// Removes a member of a root.
    pub fn remove(&mut self, root: &str, name: &str) {
        if let Some(members) = Arc::make_mut(&mut self.roots).get_mut(root) {
            members.remove(name);
        }
    }

    /// Declares a dotted path, and everything below it, secret: `secrets`, `vars.token`.
    pub fn taint(mut self, path: &str) -> Self {
        self.mark(&path.split('.').collect::<Vec<_>>(), true);
        self
    }

    /// Declares whether a path, whose segments may hold dots, is secret.
    pub fn mark(&mut self, path: &[&str], secret: bool) {
        let path: Vec<String> = path.iter().map(|&segment| segment.to_owned()).collect();
        if secret != self.tainted.contains(&path) {
            let tainted = Arc::make_mut(&mut self.tainted);
            if secret {
                tainted.insert(path)
            } else {
                tainted.remove(&path)
            };
        }
    }

    /// Sets the key of the random stream ([`stream_key`]). Evaluations with the same key give the same data.
    pub fn stream(mut self, key: u64) -> Self {
        self.stream = key;
        self
    }

    /// Sets the moment that `now()` gives.
    pub fn at(mut self, now: jiff::Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Sets where `file()` reads.
    pub fn files(mut self, read: ReadFile) -> Self {
        self.files = Some(read);
        self
    }

    /// The names of the roots.
    pub fn roots(&self) -> impl Iterator<Item = &str> {
        self.roots.keys().map(String::as_str)
    }

    /// Whether reading a path may give a secret: it is at, below or above a tainted one.
    pub fn is_tainted(&self, path: &[String]) -> bool {
        self.tainted.iter().any(|tainted| path.iter().zip(tainted).all(|(left, right)| left == right))
    }

    /// The value at a path as JSON, if it is there and is data.
    pub fn json(&self, path: &[String]) -> Option<serde_json::Value> {
        serde_json::to_value(self.find(path)?).ok()
    }

    pub(super) fn root(&self, name: &str) -> Option<minijinja::Value> {
        self.roots.get(name).map(Data::value)
    }

    /// The value at a path, if it is there.
    pub(super) fn find(&self, path: &[String]) -> Option<minijinja::Value> {
        let (root, members) = path.split_first()?;
        let found = members.iter().try_fold(self.root(root)?, |at, name| at.get_attr(name).ok());
        found.filter(|value| !value.is_undefined())
    }

    /// The engine's context of one evaluation.
    pub(super) fn context(&self) -> minijinja::Value {
        let (stream, now, ids, files) = (self.stream, self.now, self.ids.clone(), self.files.clone());
        let effects = Effects { stream, calls: AtomicU64::new(0), now, ids, files };
        let effects = minijinja::Value::from_object(effects);
        minijinja::Value::from_object(Context { roots: self.roots.clone(), effects })
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope")
            .field("roots", &self.roots.keys())
            .field("tainted", &self.tainted)
            .finish_non_exhaustive()
    }
}

/// No name that an author can write.
const EFFECTS: &str = "\0effects";

#[derive(Debug)]
struct Context {
    roots: Arc<BTreeMap<String, Data>>,
    effects: minijinja::Value,
}

impl Object for Context {
    fn get_value(self: &Arc<Self>, key: &minijinja::Value) -> Option<minijinja::Value> {
        match key.as_str()? {
            EFFECTS => Some(self.effects.clone()),
            name => self.roots.get(name).map(Data::value),
        }
    }
}

/// What functions may use besides their arguments.
pub(super) struct Effects {
    stream: u64,
    calls: AtomicU64,
    pub(super) now: jiff::Timestamp,
    pub(super) ids: Ids,
    pub(super) files: Option<ReadFile>,
}

impl Effects {
    pub(super) fn of(state: &minijinja::State) -> Result<Arc<Self>, minijinja::Error> {
        state
            .lookup(EFFECTS)
            .and_then(|value| value.downcast_object::<Self>())
            .ok_or_else(|| minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, "this function needs a scope"))
    }

    /// The generator of the next call: calls of one evaluation differ, evaluations are alike.
    pub(super) fn generator(&self) -> ChaCha8Rng {
        let mut generator = ChaCha8Rng::seed_from_u64(self.stream);
        generator.set_stream(self.calls.fetch_add(1, Ordering::Relaxed));
        generator
    }
}

impl fmt::Debug for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Effects")
    }
}

impl Object for Effects {}
