use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::outcome::is_granted;
use super::{Place, Places};
use crate::catalogue::{Activity, Automatic, Behaviour, Catalogue, Outcome};
use crate::process::{
    Boundary, Definition, Kind, Leave, Node, NodeIndex, Passage, Reached, Throw, Timer, Touched, Trigger, timers,
};

/// The code that is caught by nothing but an event that catches every code.
const ANY: &str = "";

/// A process definition as a catalogue sees it.
///
/// After an activity gave an outcome, the process can stand wherever automatic elements lead: an outcome that is drawn as errors
/// needs one of them to be raised on the way, any other one needs none that an answer would tell. Conditions are taken as
/// possibly true. What was found out once is remembered, so that many scenarios can share one map.
#[derive(Debug)]
pub struct Map {
    definition: Arc<Definition>,
    catalogue: Arc<Catalogue>,
    /// The activity of each external task, by its place in the catalogue.
    activities: HashMap<NodeIndex, usize>,
    /// What each automatic task does, by its place in the catalogue.
    automatic: HashMap<NodeIndex, usize>,
    /// The error codes that an answer tells by an outcome.
    told: BTreeSet<String>,
    /// Whether several tokens can be in it at once.
    concurrent: bool,
    known: Mutex<HashMap<(NodeIndex, String), Arc<Places>>>,
}

impl Map {
    /// Lays a catalogue over a definition.
    pub fn new(definition: Arc<Definition>, catalogue: Arc<Catalogue>) -> Self {
        let (mut activities, mut automatic) = (HashMap::new(), HashMap::new());
        for node in definition.nodes().iter().filter(|node| node.is_activity()) {
            let (attributes, name) = (node.attribute_texts(), node.name.as_deref());
            if matches!(node.kind, Kind::ExternalTask | Kind::UserTask) {
                let activity = catalogue.activity_of(&attributes, name);
                let place = activity
                    .and_then(|activity| catalogue.activities.iter().position(|one| std::ptr::eq(one, activity)));
                activities.extend(place.map(|place| (node.index, place)));
            } else {
                let found = catalogue.automatic_of(&attributes, name);
                let place = found.and_then(|found| catalogue.automatic.iter().position(|one| std::ptr::eq(one, found)));
                automatic.extend(place.map(|place| (node.index, place)));
            }
        }
        let by_outcomes =
            catalogue.activities.iter().flat_map(|activity| &activity.outcomes).flat_map(|one| &one.errors);
        let failures = catalogue.automatic.iter().flat_map(|automatic| &automatic.failures);
        let by_codes =
            failures.filter(|failure| !failure.codes.is_empty()).filter_map(|failure| failure.error.as_ref());
        let told = by_outcomes.chain(by_codes).cloned().collect();
        let concurrent = definition.is_concurrent();
        Self { definition, catalogue, activities, automatic, told, concurrent, known: Mutex::default() }
    }

    /// The definition.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The catalogue.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The activity that an element is.
    pub fn activity_at(&self, node: NodeIndex) -> Option<&Activity> {
        self.activities.get(&node).map(|place| &self.catalogue.activities[*place])
    }

    /// What an automatic element does.
    pub fn automatic_at(&self, node: NodeIndex) -> Option<&Automatic> {
        self.automatic.get(&node).map(|place| &self.catalogue.automatic[*place])
    }

    /// The elements that are an activity; only those with an id or name, where one is given.
    pub fn elements_of(&self, activity: &str, element: Option<&str>) -> Places {
        let meant = |node: &Node| element.is_none_or(|element| node.id == element || node.is_named(element));
        let of_activity = |node: &&Node| self.activity_at(node.index).is_some_and(|one| one.name.value == activity);
        self.definition
            .nodes()
            .iter()
            .filter(of_activity)
            .filter(|node| meant(node))
            .map(|node| Place::At(node.index))
            .collect()
    }

    /// Where a process stands that was just started.
    pub fn start(&self) -> Places {
        match self.definition.start() {
            Some(start) => self.places(&self.reach(&[], false, &[], start, Leave::Completed)),
            None => Places::only(Place::Unknown),
        }
    }

    /// Where the process can stand after the activity of an element gave an outcome. Nowhere, where it cannot give it there.
    pub fn after(&self, node: NodeIndex, outcome: &Outcome) -> Arc<Places> {
        let key = (node, outcome.name.value.clone());
        let known = |map: &Self| map.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(places) = known(self) {
            return places;
        }
        let places = Arc::new(self.find_after(node, outcome, &[]));
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, places.clone());
        places
    }

    /// The same, on ways that keep clear of some automatic elements.
    pub fn after_without(&self, node: NodeIndex, outcome: &Outcome, avoids: &[NodeIndex]) -> Places {
        self.find_after(node, outcome, avoids)
    }

    /// The automatic elements that may be executed between an element and the next one that waits.
    pub fn passed_after(&self, node: NodeIndex) -> BTreeSet<NodeIndex> {
        let activity = self.activity_at(node);
        let errors: Vec<String> =
            activity.into_iter().flat_map(|one| &one.outcomes).flat_map(|one| one.errors.clone()).collect();
        let leaves = std::iter::once(Leave::Completed).chain(errors.iter().map(|code| Leave::Error(code)));
        leaves.flat_map(|leave| self.reach(&errors, false, &[], node, leave).passed).collect()
    }

    /// The automatic elements that may be executed before one of some, or after one of these has failed.
    pub fn passed_beside(&self, node: NodeIndex, others: &[NodeIndex]) -> BTreeSet<NodeIndex> {
        let mut passed = self.reach(&[], false, others, node, Leave::Completed).passed;
        for boundary in others.iter().flat_map(|other| &self.definition[*other].boundaries) {
            passed.extend(self.reach(&[], false, &[], node, Leave::Boundary(*boundary)).passed);
        }
        passed
    }

    /// Whether an automatic element may raise one of some errors.
    pub fn may_throw(&self, node: NodeIndex, errors: &[String]) -> bool {
        self.throws(&self.definition[node], errors).iter().any(|throw| throw.wanted)
    }

    /// Where the process can stand after some time has passed while it stood at an element. Time may have passed before, so that a
    /// timer may fire within less than its own.
    pub fn after_waiting(&self, node: NodeIndex, duration: Duration) -> Places {
        let mut places = Places::default();
        let mut seen = BTreeSet::new();
        let mut open = vec![(node, duration)];
        while let Some((node, left)) = open.pop() {
            let mut stays = true;
            for timer in timers(&self.definition, node) {
                let after = match timer.trigger() {
                    Some(Trigger::Timer { duration: Timer::After(millis) }) => Some(Duration::from_millis(*millis)),
                    _ => None,
                };
                stays &= after.is_none_or(|after| after > left);
                let reached = self.places(&self.reach(&[], false, &[], node, Leave::Boundary(timer.index)));
                let left = left.saturating_sub(after.unwrap_or_default());
                open.extend(reached.nodes().filter(|node| seen.insert(*node)).map(|node| (node, left)));
                places.extend(reached.iter().filter(|place| !matches!(place, Place::At(_))));
            }
            if stays {
                places.extend([Place::At(node)]);
            }
        }
        places
    }

    /// What lies on the ways from the start to some places.
    pub fn touched_at_start(&self, to: &Places) -> Touched {
        let Some(start) = self.definition.start() else { return Touched::default() };
        self.reach(&[], false, &[], start, Leave::Completed).on_the_way(|node| self.leads_to(node, to))
    }

    /// What lies on the ways from an element whose activity gave an outcome to some places.
    pub fn touched_after(&self, node: NodeIndex, outcome: &Outcome, to: &Places) -> Touched {
        if !is_granted(outcome) {
            return Touched::default();
        }
        let must = !outcome.errors.is_empty();
        let leaves = std::iter::once(Leave::Completed).chain(outcome.errors.iter().map(|code| Leave::Error(code)));
        let mut touched = Touched::default();
        for leave in leaves {
            let reached = self.reach(&outcome.errors, must, &[], node, leave);
            touched.join(reached.on_the_way(|node| self.leads_to(node, to)));
        }
        touched
    }

    /// What lies on the ways from an element that time ends to some places.
    pub fn touched_by_waiting(&self, node: NodeIndex, to: &Places) -> Touched {
        let mut touched = Touched::default();
        for timer in timers(&self.definition, node) {
            let reached = self.reach(&[], false, &[], node, Leave::Boundary(timer.index));
            touched.join(reached.on_the_way(|node| self.leads_to(node, to)));
        }
        touched
    }

    /// Whether an instance that stands at a node stands at one of some places.
    fn leads_to(&self, node: NodeIndex, to: &Places) -> bool {
        to.is_vague() || to.has(self.place(node))
    }

    fn find_after(&self, node: NodeIndex, outcome: &Outcome, avoids: &[NodeIndex]) -> Places {
        if !is_granted(outcome) {
            // What is refused leaves the process where it is.
            return Places::only(Place::At(node));
        }
        let must = !outcome.errors.is_empty();
        let mut places = self.places(&self.reach(&outcome.errors, must, avoids, node, Leave::Completed));
        for code in &outcome.errors {
            places.join(&self.places(&self.reach(&outcome.errors, must, avoids, node, Leave::Error(code))));
        }
        if !must && !outcome.codes.is_empty() {
            // A code without an error: the element may wait on.
            places.extend([Place::At(node)]);
        }
        places
    }

    /// Where ways lead on which some error codes are looked for.
    fn reach(&self, wanted: &[String], must: bool, avoids: &[NodeIndex], from: NodeIndex, leave: Leave<'_>) -> Reached {
        let throws = |node| self.throws(node, wanted);
        Passage { definition: &self.definition, throws: &throws, must, avoids }.from(from, leave)
    }

    fn places(&self, reached: &Reached) -> Places {
        let broken = reached.uncaught.then_some(Place::Ended);
        // Where several tokens move, which of them is asked for next is not decided by the way of one.
        let others = self.concurrent.then_some(Place::Unknown);
        reached.stands.iter().map(|node| self.place(*node)).chain(broken).chain(others).collect()
    }

    /// Whether an instance can wait at a node for what comes from outside.
    pub(super) fn waits(&self, node: &Node) -> bool {
        matches!(self.place(node.index), Place::At(_))
    }

    /// What it is to stand at a node.
    fn place(&self, node: NodeIndex) -> Place {
        match &self.definition[node] {
            node if node.unexecuted().is_some() => Place::Unknown,
            node if node.waits() => Place::At(node.index),
            _ => Place::Ended,
        }
    }

    /// What an automatic element may throw: what is looked for, and what no answer tells.
    pub(super) fn throws<'a>(&'a self, node: &'a Node, wanted: &'a [String]) -> Vec<Throw<'a>> {
        let automatic = self.automatic_at(node.index);
        let failures = automatic.map(|automatic| automatic.failures.as_slice()).unwrap_or_default();
        let drawn = node.boundaries.iter().filter_map(|boundary| match &self.definition[*boundary].kind {
            Kind::Boundary(Boundary { trigger: Trigger::Error { code, .. }, .. }) => Some(code.as_deref()),
            _ => None,
        });
        let drawn: Vec<Option<&str>> = drawn.collect();
        let named =
            failures.iter().filter_map(|failure| failure.error.as_deref()).chain(drawn.iter().copied().flatten());
        let mut throws: Vec<Throw<'_>> = Vec::new();
        for code in named {
            let looked_for = wanted.iter().any(|one| one == code);
            if (looked_for || !self.told.contains(code)) && throws.iter().all(|throw| throw.code != code) {
                throws.push(Throw { code, wanted: looked_for });
            }
        }
        // What the catalogue does not know, or what it lets a script decide, may throw anything.
        let anything = automatic.is_none_or(|automatic| matches!(automatic.behaviour, Behaviour::Stub));
        if anything && drawn.contains(&None) {
            throws.push(Throw { code: ANY, wanted: false });
        }
        throws
    }
}
