use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::path::Path;

use flowproof::catalogue::{Activity, Catalogue, InputType};
use flowproof::diagnostic::Diagnostics;
use flowproof::project::{Project, Selection, yaml_files};
use flowproof::source::{Sources, Spanned};
use flowproof::template::Template;
use flowproof::yaml::{self, Entry, Kind, Node, ScalarStyle};

use crate::project::shipped;

/// What a typo is made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Class {
    Key,
    Name,
    Variable,
    Path,
}

/// How a typo is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Slip {
    Delete,
    Insert,
    Replace,
    Transpose,
}

const SLIPS: [Slip; 4] = [Slip::Delete, Slip::Insert, Slip::Replace, Slip::Transpose];
/// A word at the same kind of place is tried so often; `introduction` alone is in nearly every file.
const OCCURRENCES: usize = 3;

/// A word of a file in which a typo is made.
#[derive(Clone, Debug)]
struct Token {
    class: Class,
    range: Range<usize>,
}

/// Numbers that are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

/// Finds the words of a file. What is left out, and why:
///
/// - titles, names of steps, tags, owners, reasons and tickets are words of the author, any of which is right;
/// - members of bodies, headers, query parameters, process variables and the values of rows are data of the engine or of the
///   author, which nobody but a run can know;
/// - what is expected of a value, and inputs of free text, may be any value;
/// - a slip that makes another matcher (`ge` → `le`) says something else that is as right.
struct Words<'a> {
    sources: &'a Sources,
    text: &'a str,
    folder: &'a Path,
    catalogue: &'a Catalogue,
    found: Vec<Token>,
}

/// Behind these keys stand an author's own words.
const OWN_WORDS: [&str; 9] = ["scenario", "fragment", "name", "tags", "owner", "covers", "reason", "ticket", "skip"];
/// Behind these keys stand mappings whose keys and values are data.
const DATA: [&str; 11] =
    ["body", "headers", "query", "json", "set", "start", "results", "parameters", "values", "eq", "contains"];
/// Behind these keys stand names, alone or in lists.
const NAMES: [&str; 19] = [
    "activity",
    "process",
    "catalogue",
    "element",
    "next",
    "outcome",
    "goto",
    "as",
    "joins",
    "until",
    "from",
    "renew",
    "backoff",
    "at",
    "end",
    "requires",
    "walk",
    "walk-includes",
    "never",
];
/// Matchers of two letters, each of which is one slip away from others.
const MATCHERS: [&str; 7] = ["eq", "ne", "lt", "le", "gt", "ge", "in"];
/// Behind these keys stand paths of files.
const PATHS: [&str; 3] = ["use", "schema", "cases"];

impl Words<'_> {
    fn add(&mut self, class: Class, range: Range<usize>) {
        // A word of one letter has no neighbour; what is escaped or no word is not typed letter by letter.
        let word = &self.text[range.clone()];
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
        if word.len() > 1 && word.chars().all(plain) && word.contains(|c: char| c.is_ascii_alphabetic()) {
            self.found.push(Token { class, range });
        }
    }

    fn scalar(&mut self, class: Class, node: &Node) {
        if let Kind::Scalar(scalar) = &node.kind
            && !scalar.text.contains("{{")
        {
            let quote = usize::from(scalar.style == ScalarStyle::Quoted);
            self.add(class, node.span.start as usize + quote..node.span.end as usize - quote);
        }
    }

    fn key(&mut self, class: Class, key: &Spanned<String>) {
        if key.value.contains("{{") {
            let text = Spanned::new(key.value.clone(), key.span);
            let entry = Entry { key: text, value: Node { span: key.span, kind: Kind::Sequence(Vec::new()) } };
            let node = entry.key_node(self.sources.text(key.span));
            return self.template(&Template::read(&node, self.sources, &mut Diagnostics::new()));
        }
        let quote = usize::from(self.sources.text(key.span).starts_with(['"', '\'']));
        self.add(class, key.span.start as usize + quote..key.span.end as usize - quote);
    }

    fn template(&mut self, template: &Template) {
        for reference in template.references() {
            for number in 0..2 {
                // What stands below a variable, the environment or an answer is data.
                let known = matches!(reference.path[0].as_str(), "vars" | "secrets" | "inputs" | "case" | "actors");
                if let Some(span) = reference.segment(number).filter(|_| number == 0 || known) {
                    self.add(Class::Variable, span.start as usize..span.end as usize);
                }
            }
        }
        for call in template.calls() {
            self.add(Class::Name, call.span.start as usize..call.span.end as usize);
        }
    }

    /// Every template below a node.
    fn templates(&mut self, node: &Node) {
        self.template(&Template::read(node, self.sources, &mut Diagnostics::new()));
    }

    /// `behind` is the key behind which the node stands, `activity` the one whose step or answer it is in.
    fn visit(&mut self, node: &Node, behind: &str, activity: Option<&Activity>) {
        match &node.kind {
            Kind::Scalar(_) if NAMES.contains(&behind) => self.scalar(Class::Name, node),
            Kind::Scalar(_) if PATHS.contains(&behind) => self.scalar(Class::Path, node),
            // The short forms: an outcome, an action, a simulated outcome, a state.
            Kind::Scalar(_) if matches!(behind, "expect" | "on" | "directive" | "outcomes" | "instance") => {
                self.scalar(Class::Name, node);
            }
            Kind::Scalar(_) => self.templates(node),
            Kind::Sequence(items) => items.iter().for_each(|item| self.visit(item, behind, activity)),
            Kind::Mapping(entries) => {
                let named = node.get("activity").and_then(Node::as_scalar);
                let activity = named.and_then(|name| self.catalogue.activity(&name.text)).or(activity);
                for entry in entries {
                    self.entry(&entry.key, &entry.value, behind, activity);
                }
            }
        }
    }

    fn entry(&mut self, key: &Spanned<String>, value: &Node, behind: &str, activity: Option<&Activity>) {
        let name = key.value.as_str();
        match behind {
            "vars" | "secrets" | "save" | "outputs" => {
                self.key(Class::Variable, key);
                if value.as_mapping().is_none() || behind != "save" {
                    self.templates(value);
                }
            }
            "cases" if name == "file" => self.scalar(Class::Path, value),
            "cases" => self.key(Class::Variable, key),
            "check" => self.key(Class::Variable, key),
            "with" if activity.is_some() => self.input(key, value, activity),
            "answers" | "session" => {
                self.key(Class::Name, key);
                let named = self.catalogue.activity(name).cloned();
                match (behind, named) {
                    ("session", Some(of_session)) => {
                        for entry in value.as_mapping().unwrap_or_default() {
                            self.input(&entry.key, &entry.value, Some(&of_session));
                        }
                    }
                    (_, named) => self.visit(value, name, named.as_ref().or(activity)),
                }
            }
            "on" => {
                self.key(Class::Name, key);
                self.visit(value, behind, activity);
            }
            "simulate" => {
                self.key(Class::Name, key);
                match name {
                    "start" => self.templates(value),
                    _ => self.visit(value, "directive", activity),
                }
            }
            "visits" | "outcomes" => {
                self.key(Class::Name, key);
                self.visit(value, if behind == "outcomes" { behind } else { "" }, activity);
            }
            "actors" => {
                self.key(Class::Name, key);
                self.visit(value, "", activity);
            }
            _ => {
                self.key(Class::Key, key);
                if OWN_WORDS.contains(&name) || DATA.contains(&name) {
                    self.templates(value);
                } else {
                    self.visit(value, name, activity);
                }
            }
        }
    }

    fn input(&mut self, key: &Spanned<String>, value: &Node, activity: Option<&Activity>) {
        self.key(Class::Name, key);
        let input = activity.and_then(|activity| activity.inputs.iter().find(|input| input.name.value == key.value));
        let Some(input) = input else { return self.templates(value) };
        match (&input.kind, value.as_scalar()) {
            (InputType::File { .. }, Some(scalar)) if self.folder.join(&scalar.text).is_file() => {
                self.scalar(Class::Path, value);
            }
            (_, Some(_)) if !input.one_of.is_empty() => self.scalar(Class::Name, value),
            _ => self.templates(value),
        }
    }
}

/// A word with a slip in it; `None` if there is none that makes it another word.
fn slip(word: &str, slip: Slip, dice: &mut Dice) -> Option<String> {
    let letters: Vec<char> = word.chars().collect();
    let letter = |dice: &mut Dice| char::from(b'a' + dice.below(26) as u8);
    for _ in 0..8 {
        let at = dice.below(letters.len());
        let mut made = letters.clone();
        match slip {
            Slip::Delete => drop(made.remove(at)),
            Slip::Insert => made.insert(at, letter(dice)),
            Slip::Replace => made[at] = letter(dice),
            Slip::Transpose if at + 1 < made.len() => made.swap(at, at + 1),
            Slip::Transpose => continue,
        }
        if made != letters {
            return Some(made.into_iter().collect());
        }
    }
    None
}

/// Every slip of one letter in a key, a name, a variable or a path of a shipped scenario is found by the check, which sends
/// nothing.
#[test]
fn every_typo_is_found() {
    let mut base = Project::open(None, shipped());
    base.today = Some("2026-01-01".parse().unwrap());
    let catalogue = base.catalogues.values().next().unwrap().clone();
    let mut dice = Dice(748);
    let mut seen: HashMap<(Class, String), usize> = HashMap::new();
    let mut counts: BTreeMap<(Class, Slip), (usize, usize)> = BTreeMap::new();
    let (mut survived, mut words) = (Vec::new(), BTreeSet::new());
    for path in yaml_files(&shipped().join("scenarios")).unwrap() {
        let text = std::fs::read_to_string(&path).unwrap();
        let id = path.strip_prefix(shipped()).unwrap().to_str().unwrap().to_owned();
        let mut sources = Sources::new();
        let file = sources.add(id.as_str(), text.as_str());
        let node = yaml::parse(&sources, file, &mut Diagnostics::new()).unwrap();
        let first = node.as_mapping().unwrap()[0].key.value.clone();
        if first != "scenario" && first != "fragment" {
            continue;
        }
        let found = Vec::new();
        let folder = path.parent().unwrap();
        let mut all = Words { sources: &sources, text: &text, folder, catalogue: &catalogue, found };
        all.visit(&node, "", None);
        for token in all.found {
            let word = &text[token.range.clone()];
            let often = seen.entry((token.class, word.to_owned())).or_default();
            *often += 1;
            if *often > OCCURRENCES {
                continue;
            }
            words.insert(word.to_owned());
            for kind in SLIPS {
                let Some(made) = slip(word, kind, &mut dice).filter(|made| !MATCHERS.contains(&made.as_str())) else {
                    continue;
                };
                let mut mutant = text.clone();
                mutant.replace_range(token.range.clone(), &made);
                let mut project = base.clone();
                project.texts.set(path.clone(), mutant);
                project.add_scenarios(std::slice::from_ref(&path), shipped(), &Selection::default());
                project.check_fragments();
                let count = counts.entry((token.class, kind)).or_default();
                count.0 += 1;
                if project.found.is_empty() {
                    let line = text[..token.range.start].matches('\n').count() + 1;
                    survived.push(format!("{id}:{line}: {:?} {kind:?} `{word}` → `{made}`", token.class));
                } else {
                    count.1 += 1;
                }
            }
        }
    }
    let (made, caught) = counts.values().fold((0, 0), |(made, caught), count| (made + count.0, caught + count.1));
    for ((class, kind), (made, caught)) in &counts {
        println!("{class:?} {kind:?}: {caught} of {made}");
    }
    println!("{caught} of {made} typos in {} different words are found", words.len());
    assert!(survived.is_empty(), "{} of {made} survive:\n{}", survived.len(), survived.join("\n"));
    assert!(made > 2_000, "{made} typos");
}
