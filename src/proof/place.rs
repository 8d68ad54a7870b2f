use std::collections::BTreeSet;

use crate::process::NodeIndex;

/// Where an instance of a process can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// Nowhere: it was not started.
    Nowhere,
    /// At an external task, or at an element that is not executed.
    At(NodeIndex),
    /// At its end.
    Ended,
    /// Somewhere: what was done does not tell.
    Unknown,
}

/// All places where an instance can stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Places(BTreeSet<Place>);

impl Places {
    /// Only this one.
    pub fn only(place: Place) -> Self {
        Self(BTreeSet::from([place]))
    }

    /// Whether it can stand nowhere at all: what leads here cannot happen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it can stand there.
    pub fn has(&self, place: Place) -> bool {
        self.0.contains(&place)
    }

    /// Whether it can stand somewhere that is not known.
    pub fn is_vague(&self) -> bool {
        self.has(Place::Unknown)
    }

    /// The elements among them, in document order.
    pub fn nodes(&self) -> impl Iterator<Item = NodeIndex> {
        self.0.iter().filter_map(|place| match place {
            Place::At(node) => Some(*node),
            _ => None,
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Place> {
        self.0.iter().copied()
    }

    /// Adds others; tells whether one of them is new.
    pub fn join(&mut self, others: &Self) -> bool {
        let before = self.0.len();
        self.0.extend(&others.0);
        self.0.len() > before
    }

    /// Those of them that are among others.
    pub fn among(&self, others: &Self) -> Self {
        self.iter().filter(|place| others.has(*place)).collect()
    }
}

impl FromIterator<Place> for Places {
    fn from_iter<T: IntoIterator<Item = Place>>(places: T) -> Self {
        Self(places.into_iter().collect())
    }
}

impl Extend<Place> for Places {
    fn extend<T: IntoIterator<Item = Place>>(&mut self, places: T) {
        self.0.extend(places);
    }
}
