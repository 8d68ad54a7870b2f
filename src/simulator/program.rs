use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::identifier::identifier;
use crate::catalogue::{Activity, Automatic, Catalogue};
use crate::process::{Definition, Node, NodeIndex};

/// A process definition with what the catalogue knows of its elements, found once.
#[derive(Debug)]
pub struct Program {
    /// The id of its definition.
    pub id: String,
    /// The name under which tokens ask for it.
    pub name: String,
    /// Its version under this name.
    pub version: u64,
    /// The definition.
    pub definition: Arc<Definition>,
    parts: Vec<Part>,
}

/// What is known of one element.
#[derive(Debug)]
struct Part {
    attributes: BTreeMap<String, String>,
    activity: Option<String>,
    automatic: Option<String>,
}

impl Program {
    /// A process that the simulator was started with: the first version of its name.
    pub fn shipped(name: String, definition: Arc<Definition>, catalogue: &Catalogue) -> Self {
        let hash: [u8; 32] = Sha256::digest(&name).into();
        let id = u128::from_be_bytes(std::array::from_fn(|at| hash[at]));
        Self::new(identifier(id), name, 1, definition, catalogue)
    }

    /// Looks every element up in the catalogue.
    pub fn new(id: String, name: String, version: u64, definition: Arc<Definition>, catalogue: &Catalogue) -> Self {
        let part = |node: &Node| {
            let attributes = node.attribute_texts();
            let name = node.name.as_deref();
            let activity = catalogue.activity_of(&attributes, name).map(|activity| activity.name.value.clone());
            let automatic = catalogue.automatic_of(&attributes, name).map(|automatic| automatic.name.value.clone());
            Part { attributes, activity, automatic }
        };
        let parts = definition.nodes().iter().map(part).collect();
        Self { id, name, version, definition, parts }
    }

    /// The extension attributes of an element.
    pub fn attributes(&self, node: NodeIndex) -> &BTreeMap<String, String> {
        &self.parts[node.position()].attributes
    }

    /// The activity that an element is.
    pub fn activity<'a>(&self, node: NodeIndex, catalogue: &'a Catalogue) -> Option<&'a Activity> {
        catalogue.activity(self.parts[node.position()].activity.as_deref()?)
    }

    /// What an automatic element does.
    pub fn automatic<'a>(&self, node: NodeIndex, catalogue: &'a Catalogue) -> Option<&'a Automatic> {
        let name = self.parts[node.position()].automatic.as_deref()?;
        catalogue.automatic.iter().find(|automatic| automatic.name.value == name)
    }

    /// The language of its screens, if it names one.
    pub fn language(&self) -> Option<&str> {
        self.definition.attributes().get("defaultLanguage").map(|language| language.value.as_str())
    }
}
