use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::{Map, Value};

use super::bound::{MAX_DEFINITIONS, MAX_LIBRARY_BYTES, MAX_WORLDS};
use super::form::Form;
use super::program::Program;
use crate::catalogue::DefinitionKind;

/// What was uploaded to each world.
///
/// A world sees what was uploaded to it, and to the world above: that of `run-7` is `run`. So what is uploaded once for
/// many worlds is there in all of them, and nothing else is shared.
#[derive(Debug, Default)]
pub struct Shelves(RwLock<HashMap<String, Vec<Published>>>);

/// A definition that was uploaded.
#[derive(Clone, Debug)]
pub struct Published {
    /// Its id.
    pub id: String,
    /// The name that it has in common with other versions.
    pub name: String,
    /// Which version it is, from 1.
    pub version: u64,
    /// Its fields by their semantic names.
    pub fields: Map<String, Value>,
    /// The file as it came.
    pub file: Arc<[u8]>,
    /// What it defines.
    pub content: Content,
    /// Whether it can be used.
    pub deployed: bool,
}

/// What is defined.
#[derive(Clone, Debug)]
pub enum Content {
    /// A process.
    Process(Arc<Program>),
    /// A form.
    Form(Arc<Form>),
}

impl Content {
    fn kind(&self) -> DefinitionKind {
        match self {
            Self::Process(_) => DefinitionKind::Process,
            Self::Form(_) => DefinitionKind::Form,
        }
    }
}

impl Shelves {
    /// Puts a definition on the shelf of a world.
    ///
    /// # Errors
    /// A bound is reached; one sentence.
    pub fn put(&self, world: &str, published: Published) -> Result<(), String> {
        let mut shelves = self.write();
        if shelves.len() >= MAX_WORLDS && !shelves.contains_key(world) {
            return Err(format!("{MAX_WORLDS} worlds hold definitions, which is the bound; close those that are done"));
        }
        let shelf = shelves.entry(world.to_owned()).or_default();
        if shelf.len() >= MAX_DEFINITIONS {
            return Err(format!("a world holds {MAX_DEFINITIONS} definitions at most"));
        }
        let bytes: usize = shelf.iter().map(|one| one.file.len()).sum();
        if bytes + published.file.len() > MAX_LIBRARY_BYTES {
            return Err(format!("the definitions of a world have {MAX_LIBRARY_BYTES} bytes at most"));
        }
        shelf.push(published);
        Ok(())
    }

    /// Lets a definition of a world be used, and gives it; nothing if the world has none of this kind and id.
    pub fn deploy(&self, world: &str, kind: DefinitionKind, id: &str) -> Option<Published> {
        let mut shelves = self.write();
        let known = |one: &&mut Published| one.content.kind() == kind && one.id == id;
        let found = shelves.get_mut(world)?.iter_mut().find(known)?;
        found.deployed = true;
        Some(found.clone())
    }

    /// The definition of an id that a world sees.
    pub fn by_id(&self, world: &str, kind: DefinitionKind, id: &str) -> Option<Published> {
        self.newest(world, kind, |one| one.id == id)
    }

    /// The latest version under a name that a world sees.
    pub fn latest(&self, world: &str, kind: DefinitionKind, name: &str) -> Option<Published> {
        self.newest(world, kind, |one| one.name == name)
    }

    /// The process of a name that a world can use.
    pub fn program(&self, world: &str, name: &str, version: Option<u64>) -> Option<Arc<Program>> {
        match self.usable(world, DefinitionKind::Process, name, version)?.content {
            Content::Process(program) => Some(program),
            Content::Form(_) => None,
        }
    }

    /// The form of a name that a world can use.
    pub fn form(&self, world: &str, name: &str, version: Option<u64>) -> Option<Arc<Form>> {
        match self.usable(world, DefinitionKind::Form, name, version)?.content {
            Content::Form(form) => Some(form),
            Content::Process(_) => None,
        }
    }

    /// All processes that a world sees.
    pub fn programs(&self, world: &str) -> Vec<Arc<Program>> {
        let shelves = self.read();
        let programs = seen(&shelves, world).filter_map(|one| match &one.content {
            Content::Process(program) => Some(Arc::clone(program)),
            Content::Form(_) => None,
        });
        programs.collect()
    }

    /// Forgets what was uploaded to a world.
    pub fn clear(&self, world: &str) {
        if self.read().contains_key(world) {
            self.write().remove(world);
        }
    }

    /// What is deployed under a name: this version, or the latest.
    fn usable(&self, world: &str, kind: DefinitionKind, name: &str, version: Option<u64>) -> Option<Published> {
        let wanted = |one: &Published| version.is_none_or(|version| one.version == version);
        self.newest(world, kind, |one| one.deployed && one.name == name && wanted(one))
    }

    fn newest(&self, world: &str, kind: DefinitionKind, fits: impl Fn(&Published) -> bool) -> Option<Published> {
        let shelves = self.read();
        let fitting = seen(&shelves, world).filter(|one| one.content.kind() == kind && fits(one));
        fitting.max_by_key(|one| one.version).cloned()
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<String, Vec<Published>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<String, Vec<Published>>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a world sees: what stands above it before its own, so that of two with the same version its own counts.
fn seen<'a>(shelves: &'a HashMap<String, Vec<Published>>, world: &str) -> impl Iterator<Item = &'a Published> {
    let above = world.rsplit_once('-').map(|(above, _)| above);
    above.into_iter().chain([world]).filter_map(|world| shelves.get(world)).flatten()
}
