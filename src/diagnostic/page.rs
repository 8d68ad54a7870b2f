use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Id, rules};

/// The text of all pages: a heading for each id, below it what it means and an example or two in fences.
const PAGES: &str = include_str!("pages.md");
const WRONG: &str = "wrong";
const RIGHT: &str = "right";

/// What is to be known of a kind of problem: what it means, why it matters, what to write instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Why it matters and what to do, paragraph by paragraph.
    pub about: Vec<&'static str>,
    /// A file that has the problem, and what it is written in.
    pub wrong: Option<Example>,
    /// The file without it.
    pub right: Option<Example>,
}

/// An example of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// What it is written in: `yaml`, `xml`, `csv`, `json`.
    pub language: &'static str,
    /// The text, with a closing line break.
    pub text: &'static str,
}

impl Page {
    /// As a person reads it in a terminal.
    pub fn text(&self) -> String {
        let mut text = self.about.join("\n\n") + "\n";
        for (title, example) in [("Wrong", self.wrong), ("Right", self.right)] {
            let Some(example) = example else { continue };
            let lines = example.text.lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n");
            text += &format!("\n{title}:\n\n{}", lines.collect::<String>());
        }
        text
    }

    /// As a part of the documentation.
    pub fn markdown(&self) -> String {
        let mut text = self.about.join("\n\n") + "\n";
        for (title, example) in [("Wrong:", self.wrong), ("Right:", self.right)] {
            let Some(Example { language, text: code }) = example else { continue };
            text += &format!("\n{title}\n\n```{language}\n{code}```\n");
        }
        text
    }
}

/// The page of an id.
pub fn page(id: Id) -> &'static Page {
    static ALL: LazyLock<HashMap<&'static str, Page>> = LazyLock::new(|| sections(PAGES).collect());
    static NONE: LazyLock<Page> = LazyLock::new(Page::default);
    ALL.get(id.as_str()).unwrap_or(&NONE)
}

/// What to do about a problem of which nothing more is said: the first sentence of the second paragraph of its page.
pub(super) fn advice(id: Id) -> Option<String> {
    let paragraph = page(id).about.get(1)?.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = paragraph.split(". ").next()?.trim_end_matches('.');
    let mut letters = sentence.chars();
    Some(letters.next()?.to_lowercase().chain(letters).collect())
}

/// The id of a name.
pub fn id_of(name: &str) -> Option<Id> {
    rules().iter().map(|rule| rule.id).find(|id| id.as_str() == name)
}

fn sections(text: &'static str) -> impl Iterator<Item = (&'static str, Page)> {
    let sections = text.split("\n## ").skip(1).filter_map(|section| section.split_once('\n'));
    sections.map(|(id, body)| (id.trim(), read(body)))
}

fn read(body: &'static str) -> Page {
    let mut page = Page::default();
    let parts = body.split("```");
    for (number, part) in parts.enumerate() {
        if number % 2 == 0 {
            page.about.extend(part.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()));
            continue;
        }
        let Some((head, text)) = part.split_once('\n') else { continue };
        let (language, kind) = head.split_once(' ').unwrap_or((head, RIGHT));
        let example = Some(Example { language, text });
        match kind {
            WRONG => page.wrong = example,
            _ => page.right = example,
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_a_page_and_every_page_an_id() {
        let without: Vec<&str> =
            rules().iter().filter(|rule| page(rule.id).about.is_empty()).map(|rule| rule.id.as_str()).collect();
        assert_eq!(without, [""; 0]);
        let pages: Vec<&str> = sections(PAGES).map(|(id, _)| id).collect();
        assert_eq!(pages, rules().iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), "in the order of the table");
    }

    #[test]
    fn a_page_is_paragraphs_and_examples() {
        let page = read("\nOne\nline.\n\nTwo.\n\n```yaml wrong\na: 1\n```\n\n```yaml right\na: 2\n```\n");
        assert_eq!(page.about, ["One\nline.", "Two."]);
        assert_eq!(page.text(), "One\nline.\n\nTwo.\n\nWrong:\n\n    a: 1\n\nRight:\n\n    a: 2\n");
        assert!(page.markdown().ends_with("Right:\n\n```yaml\na: 2\n```\n"));
    }
}
