use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Diagnostic;
use crate::source::Sources;

/// The version of the form of a stored baseline.
const VERSION: u64 = 1;
/// So many bytes of a hash tell problems of one file apart.
const FINGERPRINT_BYTES: usize = 8;

/// Problems that were there when somebody decided to live with them.
///
/// A problem is known again by its id, its file, its message and the text of its line, so that lines may be moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<Known, Count>,
}

/// What a problem is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    path: String,
    id: String,
    fingerprint: String,
}

/// How often it was there, and in what words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Count {
    count: u64,
    message: String,
}

/// Problems, seen beside a baseline.
#[derive(Clone, Debug, Default)]
pub struct Sifted {
    /// Those that it does not know.
    pub fresh: Vec<Diagnostic>,
    /// How many it knows.
    pub known: usize,
    /// What it knows and what is not there any more: `path: message`.
    pub gone: Vec<String>,
}

impl Baseline {
    /// Of all problems that were found.
    pub fn of(found: &[Diagnostic], sources: &Sources) -> Self {
        let mut known: BTreeMap<Known, Count> = BTreeMap::new();
        for one in found {
            let count = known.entry(Known::of(one, sources)).or_default();
            count.count += 1;
            count.message.clone_from(&one.message);
        }
        Self { known }
    }

    /// Reads a stored one.
    ///
    /// # Errors
    /// Why the text is none.
    pub fn read(text: &str) -> Result<Self, String> {
        let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if document["version"].as_u64() != Some(VERSION) {
            return Err(format!("it has not the version {VERSION}"));
        }
        let problems = document["problems"].as_array().ok_or("it has no list of `problems`")?;
        let read = |problem: &Value| {
            let text = |key: &str| problem[key].as_str().map(str::to_owned);
            let known = Known { path: text("path")?, id: text("id")?, fingerprint: text("fingerprint")? };
            Some((known, Count { count: problem["count"].as_u64()?, message: text("message")? }))
        };
        let known = problems.iter().map(read).collect::<Option<_>>();
        Ok(Self { known: known.ok_or("a problem needs `path`, `id`, `fingerprint`, `count` and `message`")? })
    }

    /// As it is stored: sorted, so that a change of it can be read.
    pub fn write(&self) -> String {
        let problem = |(known, count): (&Known, &Count)| {
            json!({
                "path": known.path,
                "id": known.id,
                "message": count.message,
                "fingerprint": known.fingerprint,
                "count": count.count,
            })
        };
        let problems: Vec<Value> = self.known.iter().map(problem).collect();
        format!("{:#}\n", json!({ "version": VERSION, "problems": problems }))
    }

    /// How many problems it knows.
    pub fn len(&self) -> usize {
        self.known.values().map(|count| count.count as usize).sum()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Divides problems into those that it knows and others. What is gone is told of the files that were looked at alone.
    pub fn sift(&self, found: Vec<Diagnostic>, sources: &Sources, looked_at: impl Fn(&str) -> bool) -> Sifted {
        let mut left = self.known.clone();
        let mut sifted = Sifted::default();
        for one in found {
            match left.get_mut(&Known::of(&one, sources)).filter(|left| left.count > 0) {
                Some(left) => {
                    left.count -= 1;
                    sifted.known += 1;
                }
                None => sifted.fresh.push(one),
            }
        }
        let gone = left.iter().filter(|(known, count)| count.count > 0 && looked_at(&known.path));
        sifted.gone = gone.map(|(known, count)| format!("{}: {}", known.path, count.message)).collect();
        sifted
    }
}

impl Known {
    fn of(one: &Diagnostic, sources: &Sources) -> Self {
        let path = one.primary.as_ref().map(|label| sources.file(label.span.file).name().to_owned());
        Self { path: path.unwrap_or_default(), id: one.id.to_string(), fingerprint: fingerprint(one, sources) }
    }
}

/// What tells a problem from others of its kind in its file, wherever its line stands: of the message and the line's text.
pub fn fingerprint(one: &Diagnostic, sources: &Sources) -> String {
    let line = one.primary.as_ref().and_then(|label| {
        let file = sources.file(label.span.file);
        file.line(file.position(label.span.start as usize).line)
    });
    let hash =
        Sha256::new().chain_update(&one.message).chain_update("\n").chain_update(line.unwrap_or_default().trim());
    hash.finalize()[..FINGERPRINT_BYTES].iter().fold(String::new(), |mut text, byte| {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Id;
    use crate::source::Span;

    fn found(text: &str) -> (Vec<Diagnostic>, Sources) {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", text);
        let at = text.match_indices("bad").map(|(at, bad)| Span::new(file, at, at + bad.len()));
        (at.map(|span| Diagnostic::new(Id::UNKNOWN_KEY, "no key `bad`").at(span)).collect(), sources)
    }

    #[test]
    fn known_problems_stay_known_where_lines_are_moved() {
        let (before, sources) = found("x: 1\nbad: 1\nbad: 1\nbad: 3\n");
        let baseline = Baseline::of(&before, &sources);
        assert_eq!((baseline.len(), baseline.known.len()), (3, 2));
        assert_eq!(Baseline::read(&baseline.write()), Ok(baseline.clone()));

        let (after, sources) = found("# new\nbad: 3\n  bad: 1\nbad: 4\n");
        let sifted = baseline.sift(after.clone(), &sources, |_| true);
        let fresh: Vec<String> =
            sifted.fresh.iter().map(|one| sources.locate(one.primary.as_ref().unwrap().span)).collect();
        assert_eq!((sifted.known, fresh), (2, vec!["a.yaml:4:1".to_owned()]));
        assert_eq!(sifted.gone, ["a.yaml: no key `bad`"]);
        assert_eq!(baseline.sift(after, &sources, |_| false).gone, [""; 0], "nobody looked");
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        for text in
            ["", "[]", "{\"version\": 2, \"problems\": []}", "{\"version\": 1}", "{\"version\": 1, \"problems\": [{}]}"]
        {
            assert!(Baseline::read(text).is_err(), "{text}");
        }
    }
}
