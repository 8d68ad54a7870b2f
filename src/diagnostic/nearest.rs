/// The candidate that a person most likely meant by `name`: a small edit away, or equal but for case and hyphens.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (plain(name).chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Shorter names are as near to others by chance.
const SURE_CHARACTERS: usize = 4;

/// Whether nothing but `near` can be meant by `name`: one slip away at most, and nearer than every other candidate.
pub(super) fn is_sure(name: &str, near: &str, candidates: &[&str]) -> bool {
    let slips = distance(name, near);
    let long = slips == 0 || name.chars().count() >= SURE_CHARACTERS;
    let alone = candidates.iter().all(|other| *other == near || distance(name, other) > slips);
    slips <= 1 && long && alone
}

/// How many slips lie between two names; case and what separates words do not count.
fn distance(name: &str, other: &str) -> usize {
    strsim::damerau_levenshtein(&plain(name), &plain(other))
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace(['-', '_', ' '], "")
}

/// A help line for an unknown `name`: the nearest candidate, else all of them if they are few.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    match nearest(name, candidates.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if candidates.is_empty() => None,
        None => Some(format!("expected {}", one_of(candidates))),
    }
}

/// "`a`", "`a` or `b`", "one of `a`, `b`, `c`": names as a person lists them, cut after 24.
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 24;
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [one] => one.clone(),
        [one, two] => format!("{one} or {two}"),
        many if many.len() > SHOWN => format!("one of {} and {} more", many[..SHOWN].join(", "), many.len() - SHOWN),
        many => format!("one of {}", many.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_typos_case_and_separators_but_nothing_far() {
        let known = ["activity", "request", "capture-face"];
        assert_eq!(nearest("activty", known), Some("activity"));
        assert_eq!(nearest("captureFace", known), Some("capture-face"));
        assert_eq!(nearest("wait", known), None);
        assert_eq!(suggest("zzz", ["a1", "b2"]), Some("expected `a1` or `b2`".to_owned()));
    }
}
