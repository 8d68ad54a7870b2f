use crate::yaml::{Form, Shape};

/// In which order the keys of some shapes stand. What is not listed stays as it is written.
///
/// A key that is listed twice may stand at both places; it stays on the side of what stands between them.
const ORDERS: &[(&str, &[&str])] = &[
    (
        "scenario",
        &[
            "scenario",
            "version",
            "tags",
            "process",
            "catalogue",
            "owner",
            "covers",
            "skip",
            "requires",
            "known-failure",
            "exclusive",
            "cases",
            "vars",
            "secrets",
            "session",
            "actors",
            "simulate",
            "before",
            "steps",
            "answers",
            "expect",
            "after",
            "timeout",
        ],
    ),
    ("fragment", &["fragment", "version", "inputs", "outputs", "steps"]),
    (
        "step",
        &[
            "id", "name", "if", "activity", "request", "wait", "await", "check", "use", "as", "if", "element", "at",
            "timeout", "with", "simulate", "retry", "poll", "expect", "save", "on",
        ],
    ),
    ("answer", &["as", "wait", "with", "optional", "simulate", "retry", "expect", "save", "on"]),
    ("expectation", &["outcome", "status", "code", "headers", "body", "schema", "instance", "next", "answer", "time"]),
    ("walk-expect", &["instance", "walk", "walk-includes", "visits", "never", "outcomes", "actors"]),
    ("actor-expect", &["instance", "walk", "walk-includes", "visits", "never", "outcomes"]),
    ("branch", &["steps", "use", "with", "save", "continue", "repeat", "goto", "end", "at-most"]),
    ("poll", &["every", "until", "stop-when", "deadline"]),
    ("await", &["path", "where", "deadline"]),
    ("retry-rules", &["times", "backoff", "every", "for", "even-if-sent"]),
    (
        "settings",
        &[
            "flowproof",
            "default",
            "catalogues",
            "processes",
            "environments",
            "vars",
            "secrets",
            "personal",
            "profiles",
            "before",
            "after",
            "quarantine",
            "defaults",
            "listener",
            "runs",
            "history",
            "notify",
        ],
    ),
    (
        "environment",
        &[
            "kind",
            "base-url",
            "key",
            "keys",
            "allowed-hosts",
            "faults",
            "production",
            "correlation",
            "end-instances",
            "tls",
            "proxy",
            "rate",
            "budget",
            "breaker",
            "vars",
            "before",
            "after",
        ],
    ),
    ("listener", &["listen", "public-url"]),
    ("runs", &["store", "keep", "detail"]),
    ("profile", &["env", "tags", "jobs", "timeout", "scenario-timeout", "retries", "run-timeout", "vars"]),
    ("process", &["file", "accept"]),
    ("accepted", &["rule", "element", "reason", "ticket", "until"]),
    ("quarantine", &["quarantine", "scenarios"]),
    ("quarantined", &["scenario", "reason", "ticket", "until"]),
    ("catalogue", &["catalogue", "version", "title", "personal", "session", "activities", "automatic", "wire"]),
    ("activity", &["title", "element", "inputs", "requests", "keep", "ensure", "simulated", "outcomes"]),
];

/// The places of keys in a mapping of a shape; `None` if they stay as they are.
///
/// A key that the shape does not have stays behind the one that it stands behind.
pub(super) fn places(shape: &Shape, keys: &[&str]) -> Option<Vec<usize>> {
    let order = order_of(shape)?;
    let mut behind = 0;
    let places = keys.iter().enumerate().map(|(at, key)| {
        let slots: Vec<usize> = order.iter().enumerate().filter(|(_, one)| *one == key).map(|(slot, _)| slot).collect();
        behind = match slots.as_slice() {
            [] => behind,
            [slot] => *slot,
            [first, .., last] => {
                let between = |key: &&str| order[first + 1..*last].contains(key);
                if keys[..at].iter().any(between) { *last } else { *first }
            }
        };
        behind
    });
    Some(places.collect())
}

/// The order of a shape. Catalogues have shapes that are called like others.
fn order_of(shape: &Shape) -> Option<&'static [&'static str]> {
    let mut keys = shape.keys.iter().chain(shape.all_further());
    let (_, order) = ORDERS.iter().find(|(name, _)| *name == shape.name)?;
    keys.all(|key| order.contains(&key.name)).then_some(*order)
}

/// The form of what stands behind a key.
pub(super) fn behind(shape: &'static Shape, key: &str) -> Option<&'static Form> {
    let known = shape.keys.iter().chain(shape.all_further()).find(|known| known.name == key);
    known.map(|known| &known.form).or(shape.rest.as_ref().map(|(_, form)| *form))
}

/// What a form says of a mapping.
pub(super) enum OfMapping {
    Shape(&'static Shape),
    /// Names that the author chose, with values of a form.
    Map(&'static Form),
}

/// What a form says of a mapping that stands there; `None` if nothing.
pub(super) fn of_mapping(form: &'static Form) -> Option<OfMapping> {
    match form {
        Form::Shape(shape) => Some(OfMapping::Shape(shape)),
        Form::Map(_, form) => Some(OfMapping::Map(form)),
        Form::OneOrMany(form) => of_mapping(form),
        Form::Either(forms) => forms.iter().find_map(of_mapping),
        Form::Named(definition) => of_mapping(&definition.form),
        _ => None,
    }
}

/// The form of the items of a list that stands there.
pub(super) fn of_item(form: &'static Form) -> Option<&'static Form> {
    match form {
        Form::List(form) | Form::OneOrMany(form) => Some(form),
        Form::Either(forms) => forms.iter().find_map(of_item),
        Form::Named(definition) => of_item(&definition.form),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every shape that is reached from a form.
    fn reached(form: &'static Form, found: &mut Vec<&'static Shape>) {
        match form {
            Form::Shape(shape) if !found.iter().any(|known| std::ptr::eq(*known, *shape)) => {
                found.push(shape);
                shape.keys.iter().chain(shape.all_further()).for_each(|key| reached(&key.form, found));
                shape.rest.iter().for_each(|(_, form)| reached(form, found));
            }
            Form::List(form) | Form::OneOrMany(form) | Form::Map(_, form) => reached(form, found),
            Form::Either(forms) => forms.iter().for_each(|form| reached(form, found)),
            Form::Named(definition) => reached(&definition.form, found),
            _ => {}
        }
    }

    #[test]
    fn every_key_of_an_ordered_shape_has_its_place() {
        static ROOTS: [Form; 5] = [
            Form::Shape(&crate::scenario::SHAPE),
            Form::Shape(&crate::scenario::FRAGMENT_SHAPE),
            Form::Shape(&crate::settings::SHAPE),
            Form::Shape(&crate::catalogue::SHAPE),
            Form::Shape(&crate::settings::QUARANTINE),
        ];
        let mut found = Vec::new();
        ROOTS.iter().for_each(|root| reached(root, &mut found));
        for (name, order) in ORDERS {
            let meant: Vec<_> = found.iter().filter(|shape| shape.name == *name).collect();
            let keys = |shape: &Shape| -> BTreeSet<&str> {
                shape.keys.iter().chain(shape.all_further()).map(|key| key.name).collect()
            };
            let order: BTreeSet<&str> = order.iter().copied().collect();
            let all: Vec<_> = meant.iter().map(|shape| keys(shape)).collect();
            assert_eq!(all.iter().filter(|keys| **keys == order).count(), 1, "{name}: {order:?} {all:?}");
        }
    }
}
