use std::collections::BTreeMap;

use super::{Change, Class, Diff, Side};
use crate::process::draw::{Mark, Paint, Shade};

impl Diff {
    /// What one version is painted with, so that what differs is seen in it: on the old side what is gone, on the new one what is
    /// new, and on both what has changed but for where it is drawn.
    pub fn paint(&self, side: Side) -> Paint {
        let mut marks: BTreeMap<&str, (Shade, Vec<String>)> = BTreeMap::new();
        for change in self.changes.iter().filter(|change| change.class != Class::Layout) {
            let shade = match (change.class, side) {
                (Class::Added, Side::New) => Shade::Added,
                (Class::Removed, Side::Old) => Shade::Removed,
                (Class::Added | Class::Removed, _) => continue,
                _ => Shade::Changed,
            };
            let (_, notes) = marks.entry(&change.element).or_insert((shade, Vec::new()));
            notes.extend(self.note(change));
        }
        let mut paint = Paint::none();
        for (element, (shade, notes)) in marks {
            let note = (!notes.is_empty()).then(|| notes.join("\n"));
            paint.mark(element, Mark { note, ..Mark::of(shade) });
        }
        paint
    }

    /// A change in one line.
    fn note(&self, change: &Change) -> Option<String> {
        let subject = format!("{} {}", change.class.name(), change.what);
        match (self.told(change, Side::Old), self.told(change, Side::New)) {
            (Some(old), Some(new)) => Some(format!("{}: {old} \u{2192} {new}", subject.trim())),
            (None, Some(new)) if change.class != Class::Added => Some(format!("{}: {new}", subject.trim())),
            (Some(old), None) if change.class != Class::Removed => Some(format!("{}: no longer {old}", subject.trim())),
            _ => None,
        }
    }
}
