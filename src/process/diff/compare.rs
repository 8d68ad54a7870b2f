use std::collections::HashSet;

use super::element::{Element, Part};
use super::fact::Fact;
use super::outline::Outline;
use super::{Change, Class, Side};
use crate::process::Definition;
use crate::source::{Sources, Span, Spanned};

/// What differs between two versions of a definition.
#[derive(Debug)]
pub struct Diff {
    pub(super) old: Outline,
    pub(super) new: Outline,
    /// The differences: what is gone in the order of the old version, what is new and what is changed in that of the new one.
    pub changes: Vec<Change>,
}

impl Diff {
    /// Compares two versions.
    pub fn of(sources: &Sources, old: &Definition, new: &Definition) -> Self {
        let (old, new) = (Outline::read(sources, old.file()), Outline::read(sources, new.file()));
        let mut diff = Self { old, new, changes: Vec::new() };
        let pairs = diff.pairs();
        let mut changes = Vec::new();
        let paired: [HashSet<&str>; 2] = [
            pairs.iter().map(|(old, _)| old.id.value.as_str()).collect(),
            pairs.iter().map(|(_, new)| new.id.value.as_str()).collect(),
        ];
        for gone in diff.old.elements.iter().filter(|element| !paired[0].contains(element.id.value.as_str())) {
            changes.push(diff.whole(gone, Side::Old));
        }
        for fresh in diff.new.elements.iter().filter(|element| !paired[1].contains(element.id.value.as_str())) {
            changes.push(diff.whole(fresh, Side::New));
        }
        for (old, new) in &pairs {
            diff.compare(old, new, &mut changes);
        }
        diff.changes = changes;
        diff
    }

    /// Whether the versions mean the same and are drawn alike.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes of an element.
    pub fn of_element<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Change> {
        self.changes.iter().filter(move |change| change.element == id)
    }

    /// What people know an element as: its name, what a flow connects, else its id.
    pub fn called(&self, id: &str) -> String {
        let side = if self.new.get(id).is_some() { Side::New } else { Side::Old };
        self.outline(side).called(id)
    }

    /// A value of a change as people read it: elements by what they are known as.
    pub fn told(&self, change: &Change, side: Side) -> Option<String> {
        let value = change.value(side)?;
        let outline = self.outline(side);
        Some(match change.class {
            Class::Rerouted | Class::Default => outline.called(&value.value),
            Class::Order => {
                let flows: Vec<String> = value.value.split(' ').map(|id| outline.called(id)).collect();
                flows.join(", ")
            }
            _ => value.value.clone(),
        })
    }

    pub(super) fn outline(&self, side: Side) -> &Outline {
        match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        }
    }

    /// Elements that are in both, in the order of the new version. The process is the same one even under another id.
    fn pairs(&self) -> Vec<(&Element, &Element)> {
        let process = |outline: &'_ Outline| {
            let mut all = outline.elements.iter().enumerate().filter(|(_, element)| element.part == Part::Process);
            all.next().filter(|_| all.next().is_none()).map(|(at, _)| at)
        };
        let sole = process(&self.old).zip(process(&self.new));
        let mut seen = HashSet::new();
        let new = self.new.elements.iter().enumerate().filter(|(_, element)| seen.insert(element.id.value.as_str()));
        new.filter_map(|(at, new)| {
            let old = match sole {
                Some((old, new)) if new == at => Some(&self.old.elements[old]),
                _ => self.old.get(&new.id.value),
            };
            old.map(|old| (old, new))
        })
        .collect()
    }

    /// The change that an element is there or not.
    fn whole(&self, element: &Element, side: Side) -> Change {
        let value = Some(Spanned::new(element.kind.clone(), element.id.span));
        let place = Some(element.id.span);
        let (class, old, new, old_place, new_place) = match side {
            Side::Old => (Class::Removed, value, None, place, None),
            Side::New => (Class::Added, None, value, None, place),
        };
        Change { class, old, new, old_place, new_place, ..self.change(element, side) }
    }

    fn change(&self, element: &Element, side: Side) -> Change {
        Change {
            element: element.id.value.clone(),
            called: self.outline(side).called(&element.id.value),
            kind: element.kind.clone(),
            part: element.part,
            class: Class::Kind,
            what: String::new(),
            old: None,
            new: None,
            old_place: None,
            new_place: None,
        }
    }

    fn compare(&self, old: &Element, new: &Element, changes: &mut Vec<Change>) {
        let mut found = Vec::new();
        let mut add = |class: Class, what: String, values: [Option<Spanned<String>>; 2]| {
            let [old_value, new_value] = values;
            let places = (Some(old.id.span), Some(new.id.span));
            found.push(Change {
                class,
                what,
                old: old_value,
                new: new_value,
                old_place: places.0,
                new_place: places.1,
                ..self.change(new, Side::New)
            });
        };
        if old.id.value != new.id.value {
            add(Class::Implementation, "id".to_owned(), [Some(old.id.clone()), Some(new.id.clone())]);
        }
        for fact in &new.facts {
            match like(old, fact) {
                Some(before) if before.meaning == fact.meaning => {}
                Some(before) => add(fact.class, what(fact), [Some(before.value.clone()), Some(fact.value.clone())]),
                // A detail of what is new is new with it.
                None if fact.detail.is_some() && whole(old, fact).is_none() => {}
                None => add(fact.class, what(fact), [None, Some(fact.value.clone())]),
            }
        }
        for fact in &old.facts {
            let is_gone = like(new, fact).is_none();
            if is_gone && (fact.detail.is_none() || whole(new, fact).is_some()) {
                add(fact.class, what(fact), [Some(fact.value.clone()), None]);
            }
        }
        if let Some([old_order, new_order]) = self.order(old, new) {
            add(Class::Order, String::new(), [Some(old_order), Some(new_order)]);
        }
        found.sort_by_key(|change| change.class);
        // Where something is drawn matters if nothing else does.
        if found.iter().any(|change| change.class != Class::Layout) {
            found.retain(|change| change.class != Class::Layout);
        }
        changes.append(&mut found);
    }

    /// The flows out of a gateway whose conditions are asked in another order, as both versions have them.
    fn order(&self, old: &Element, new: &Element) -> Option<[Spanned<String>; 2]> {
        if new.kind != EXCLUSIVE || old.kind != EXCLUSIVE {
            return None;
        }
        let asked = |outline: &Outline, node: &Element| {
            let default = node.fact(Class::Default, "").map(str::to_owned);
            let flows = outline.leaving(&node.id.value).map(|flow| (flow.id.value.clone(), flow.id.span));
            flows.filter(|(id, _)| Some(id) != default.as_ref()).collect::<Vec<(String, Span)>>()
        };
        let (old, new) = (asked(&self.old, old), asked(&self.new, new));
        let common = |own: &[(String, Span)], other: &[(String, Span)]| {
            let both: Vec<_> =
                own.iter().filter(|(id, _)| other.iter().any(|(other, _)| other == id)).cloned().collect();
            let ids: Vec<&str> = both.iter().map(|(id, _)| id.as_str()).collect();
            both.first().map(|(_, span)| Spanned::new(ids.join(" "), *span))
        };
        let (before, after) = common(&old, &new).zip(common(&new, &old))?;
        (before.value != after.value).then_some([before, after])
    }
}

/// What alone asks one condition after the other.
const EXCLUSIVE: &str = "exclusive gateway";

fn like<'a>(element: &'a Element, fact: &Fact) -> Option<&'a Fact> {
    element.facts.iter().find(|other| other.class == fact.class && other.key == fact.key && other.detail == fact.detail)
}

/// The fact that a detail is of.
fn whole<'a>(element: &'a Element, fact: &Fact) -> Option<&'a Fact> {
    element.facts.iter().find(|other| other.class == fact.class && other.key == fact.key && other.detail.is_none())
}

fn what(fact: &Fact) -> String {
    match &fact.detail {
        Some(detail) => format!("{} ({detail})", fact.key),
        None => fact.key.clone(),
    }
}
