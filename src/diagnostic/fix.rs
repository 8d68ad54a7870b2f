use super::nearest::{is_sure, nearest};
use crate::source::{FileId, Sources, Span};

/// A text that is written in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// What is written there.
    pub text: String,
}

/// A change that mends a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a person would ask for it: ``write `activity` ``.
    pub title: String,
    /// What is written where. They do not overlap.
    pub edits: Vec<Edit>,
    /// Whether nothing else can be meant, so that it is applied without asking.
    pub certain: bool,
}

impl Fix {
    /// A change of which nobody can doubt that it is meant.
    pub fn certain(title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        Self { title: title.into(), edits: vec![Edit { span, text: text.into() }], certain: true }
    }

    /// A change that is probably meant.
    pub fn maybe(title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        Self { certain: false, ..Self::certain(title, span, text) }
    }

    /// The same with a further edit.
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edits.push(Edit { span, text: text.into() });
        self
    }

    /// Puts quotes around what stands at a span and has none of that kind in it.
    pub fn quoted(span: Span, quote: char) -> Self {
        let end = Span { start: span.end, ..span };
        Self::certain("put it in quotes", Span { end: span.start, ..span }, quote).and(end, quote)
    }

    /// Writes the known name that is nearest to `name`, which stands at `span`. Certain where it is very near and nothing else is.
    pub fn rename<'a>(span: Span, name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let known: Vec<&str> = known.into_iter().collect();
        let near = nearest(name, known.iter().copied()).filter(|near| is_plain(near))?;
        let fix = Self::maybe(format!("write `{near}`"), span, near);
        Some(Self { certain: is_sure(name, near, &known), ..fix })
    }
}

/// Whether a name can stand in YAML, and in a template's string or path, as it is.
fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
        && !["true", "false", "null"].contains(&name.to_ascii_lowercase().as_str())
}

/// The text of a file after some fixes, and the numbers of those. Left out are those that overlap others before them, or
/// change another file as well; `None` where nothing is changed.
pub fn mended<'a>(
    file: FileId,
    fixes: impl IntoIterator<Item = &'a Fix>,
    sources: &Sources,
) -> Option<(String, Vec<usize>)> {
    let (mut edits, mut applied): (Vec<&Edit>, Vec<usize>) = (Vec::new(), Vec::new());
    for (number, fix) in fixes.into_iter().enumerate() {
        let own = fix.edits.iter().all(|edit| edit.span.file == file);
        // The same fix may be offered by several problems of one place.
        if own && fix.edits.iter().all(|edit| edits.iter().all(|other| are_apart(edit, other))) {
            edits.extend(&fix.edits);
            applied.push(number);
        }
    }
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let text = sources.file(file).text();
    let (mut made, mut at) = (String::with_capacity(text.len()), 0);
    for edit in &edits {
        made.push_str(text.get(at..edit.span.start as usize)?);
        made.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    made.push_str(text.get(at..)?);
    (made != text).then_some((made, applied))
}

/// Two insertions at one place have no order, so they are not apart.
fn are_apart(one: &Edit, other: &Edit) -> bool {
    let (one, other) = (one.span, other.span);
    (one.end <= other.start || other.end <= one.start) && one.start != other.start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (Sources, FileId) {
        let mut sources = Sources::new();
        let id = sources.add("a.yaml", text);
        (sources, id)
    }

    #[test]
    fn a_name_is_certain_where_it_is_near_and_alone() {
        let (_, file) = file("");
        let span = Span::new(file, 0, 0);
        let certain =
            |name: &str, known: &[&str]| Fix::rename(span, name, known.iter().copied()).map(|fix| fix.certain);
        assert_eq!(certain("activty", &["activity", "request"]), Some(true));
        assert_eq!(certain("captureFace", &["capture-face"]), Some(true), "the same but for its writing");
        assert_eq!(certain("frnt", &["front", "font"]), Some(false), "two are as near");
        assert_eq!(certain("qualtyfailre", &["quality-failure"]), Some(false), "two slips may be another word");
        assert_eq!(certain("is", &["as"]), Some(false), "too short to tell");
        assert_eq!(certain("x", &["activity"]), None);
        assert_eq!(certain("a b", &["a: b"]), None, "what YAML reads otherwise is not written");
    }

    #[test]
    fn fixes_that_overlap_wait_for_the_next_pass() {
        let (sources, file) = file("abc def");
        let at = |start, end| Span::new(file, start, end);
        let fixes = [
            Fix::certain("", at(0, 3), "x"),
            Fix::certain("", at(2, 5), "no"),
            Fix::quoted(at(4, 7), '"'),
            Fix::certain("", at(4, 4), "no"),
            Fix::certain("", at(3, 3), "!").and(at(1, 2), "no"),
        ];
        assert_eq!(mended(file, &fixes, &sources), Some(("x \"def\"".to_owned(), vec![0, 2])));
        assert_eq!(mended(file, &[Fix::certain("", at(0, 3), "abc")], &sources), None);
    }
}
