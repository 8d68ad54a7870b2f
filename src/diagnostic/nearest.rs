/// The candidate that a person most likely meant by `name`: a small edit away, or equal but for case and hyphens.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let wanted = plain(name);
    let allowed = (wanted.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
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
