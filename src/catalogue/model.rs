use std::collections::BTreeMap;

use serde_json::Value;

use super::{Activity, Automatic, PersonalField, Role, Session, Wire};
use crate::source::Spanned;

/// A whole catalogue, shared by everything that runs against its engine.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// Its name, as settings and scenarios use it.
    pub name: Spanned<String>,
    /// A line for people.
    pub title: String,
    /// What is personal data in its requests and answers.
    pub personal: Vec<PersonalField>,
    /// How a session is opened, renewed and read.
    pub session: Session,
    /// The activities by name, in the order of the file.
    pub activities: Vec<Activity>,
    /// What the engine does by itself, in the order of the file.
    pub automatic: Vec<Automatic>,
    /// Where things stand in requests and answers.
    pub wire: Wire,
}

impl Catalogue {
    /// The activity of a name.
    pub fn activity(&self, name: &str) -> Option<&Activity> {
        self.activities.iter().find(|activity| activity.name.value == name)
    }

    /// Whether an activity ends the instance from outside, wherever the process stands.
    pub fn ends_instance(&self, activity: &Activity) -> bool {
        let mut exchanges = activity.requests.iter().filter_map(|request| self.wire.exchange(&request.exchange.value));
        exchanges.any(|exchange| exchange.role == Role::EndInstance)
    }

    /// The activity that an element of a process is, by its extension attributes or its name. An attribute decides
    /// before a name, so that a renamed element stays what it is.
    pub fn activity_of(&self, attributes: &BTreeMap<String, String>, name: Option<&str>) -> Option<&Activity> {
        find(&self.activities, |activity| &activity.element, attributes, name)
    }

    /// The activity of an element as answers tell it: `{ id, name, … }`, every other text being one of its extension
    /// attributes.
    pub fn activity_at(&self, element: &Value) -> Option<&Activity> {
        let members = element.as_object()?;
        let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
        let attributes = members.iter().filter(|(name, _)| !matches!(name.as_str(), "id" | "name")).filter_map(text);
        self.activity_of(&attributes.collect(), members.get("name").and_then(Value::as_str))
    }

    /// What an automatic element of a process does, found as [`Catalogue::activity_of`] finds activities.
    pub fn automatic_of(&self, attributes: &BTreeMap<String, String>, name: Option<&str>) -> Option<&Automatic> {
        find(&self.automatic, |automatic| &automatic.element, attributes, name)
    }
}

fn find<'a, T>(
    all: &'a [T],
    selectors: impl Fn(&T) -> &Vec<Selector>,
    attributes: &BTreeMap<String, String>,
    name: Option<&str>,
) -> Option<&'a T> {
    let by_attribute =
        all.iter().find(|one| selectors(one).iter().any(|selector| selector.matches_attribute(attributes)));
    by_attribute.or_else(|| all.iter().find(|one| selectors(one).iter().any(|selector| selector.matches_name(name))))
}

/// How an element of a process is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selector {
    /// By its name, white space normalised.
    Name(String),
    /// By one of its extension attributes.
    Attribute {
        /// The attribute's local name.
        name: String,
        /// Its value.
        value: String,
    },
}

impl Selector {
    /// Whether an element with these extension attributes is meant.
    pub fn matches_attribute(&self, attributes: &BTreeMap<String, String>) -> bool {
        matches!(self, Self::Attribute { name, value } if attributes.get(name) == Some(value))
    }

    /// Whether an element of this name is meant. No-break spaces, which modelers leave behind, count as spaces.
    pub fn matches_name(&self, element: Option<&str>) -> bool {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        matches!((self, element), (Self::Name(name), Some(element)) if words(name) == words(element))
    }
}
