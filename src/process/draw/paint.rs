use std::collections::{BTreeMap, BTreeSet};

/// What is known of the elements of a diagram, by their ids: what they are painted with.
#[derive(Clone, Debug, Default)]
pub struct Paint {
    marks: BTreeMap<String, Mark>,
}

/// What is known of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its colour and pattern.
    pub shade: Shade,
    /// How often it was gone through; flows are the wider for it.
    pub hits: Option<u64>,
    /// What else is to be said where somebody points at it.
    pub note: Option<String>,
}

/// A state that has a colour and a pattern of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shade {
    /// Gone through.
    Covered,
    /// Gone through, but not in every way.
    Partly,
    /// Never gone through.
    Uncovered,
    /// Can never be gone through.
    Infeasible,
    /// Was not there before.
    Added,
    /// Is not there any more.
    Removed,
    /// Is other than before.
    Changed,
}

impl Paint {
    /// Nothing is known.
    pub fn none() -> Self {
        Self::default()
    }

    /// Says what is known of an element.
    pub fn mark(&mut self, element: impl Into<String>, mark: Mark) {
        self.marks.insert(element.into(), mark);
    }

    /// What is known of an element.
    pub fn of(&self, element: &str) -> Option<&Mark> {
        self.marks.get(element)
    }

    /// The shades that some element has.
    pub fn shades(&self) -> BTreeSet<Shade> {
        self.marks.values().map(|mark| mark.shade).collect()
    }

    /// Whether some element has a number of hits.
    pub fn counts(&self) -> bool {
        self.marks.values().any(|mark| mark.hits.is_some())
    }
}

impl Shade {
    /// Its name, as `data-state` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Partly => "partly",
            Self::Uncovered => "uncovered",
            Self::Infeasible => "infeasible",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }

    /// What it means, as a legend says it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Covered => "covered",
            Self::Partly => "covered in part",
            Self::Uncovered => "not covered",
            Self::Infeasible => "cannot be covered",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

impl Mark {
    /// A shade alone.
    pub fn of(shade: Shade) -> Self {
        Self { shade, hits: None, note: None }
    }

    /// The same with a number of hits.
    #[must_use]
    pub fn hits(self, hits: u64) -> Self {
        Self { hits: Some(hits), ..self }
    }
}
